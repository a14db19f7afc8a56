package native

// checks looks at all checked values together, and closer where one is not finite.
func (g *generator) checks() {
	bad := g.temp(maskClass)
	kept := len(g.regs.temps)
	for i, first := range g.checked() {
		n := &g.loop.Nodes[first]
		k := bad
		if i > 0 {
			k = g.temp(maskClass)
		}
		x := g.vector(n.A)
		g.isa.notFinite(k, x, g.optional(n.B))
		if i > 0 {
			g.isa.or(bad, bad, k)
		}
		g.regs.unlock(kept)
	}
	// Behind a jump that is rarely not taken, registers must be left as they are: values in memory are read into temporary ones.
	x, where, lanes := g.temp(realClass), g.temp(maskClass), g.temp(maskClass)
	over := g.isa.none(bad)
	for _, i := range g.checked() {
		g.fault(&g.loop.Nodes[i], x, where, lanes)
	}
	g.land(over)
	g.regs.unlock(0)
}

// checked are the nodes of the checks.
func (g *generator) checked() (nodes []int) {
	for i := range g.loop.Nodes {
		if g.loop.Nodes[i].Op == Check {
			nodes = append(nodes, i)
		}
	}
	return nodes
}

// fault notes the first vector in which a check failed. x, where and lanes are free registers.
func (g *generator) fault(n *Node, x, where, lanes int) {
	switch h := &g.regs.homes[n.A]; {
	case g.loop.Nodes[n.A].Op == ScalarReal:
		g.isa.fill(g.wide, x, g.scalar(&g.loop.Nodes[n.A]))
	case h.reg >= 0:
		x = h.reg
	default:
		g.reload(realClass, x, h.spill)
	}
	if n.B == None {
		where = -1
	} else if h := &g.regs.homes[n.B]; h.reg >= 0 {
		where = h.reg
	} else {
		g.reload(maskClass, where, h.spill)
	}
	at := offFaults + sizeFault*n.Slot
	g.isa.notFinite(lanes, x, where)
	over := g.isa.none(lanes)
	g.integer(opMov, rax, memory(rdi, at+offHit))
	g.integer(opTest, rax, register(rax))
	known := g.jump(jumpNotZero...)
	g.bytes(0x48, 0xC7) // mov qword [rdi+at], 1
	g.modrm(0, memory(rdi, at+offHit), false)
	g.word32(1)
	g.integer(opMov, rax, memory(rdi, offFirst))
	g.integer(opAdd, rcx, register(rax))
	g.integer(opPut, rax, memory(rdi, at+offBase))
	g.isa.laneBits(lanes)
	g.integer(opPut, rax, memory(rdi, at+offLanes))
	g.real(putReal, x, 0, memory(rdi, at+offValue))
	g.land(known)
	g.land(over)
}
