package cpu

import "github.com/galvani-sim/galvani/host/ir"

// A plan with replicas runs its kernels over the elements of all of them, one after the other: element e of replica r is e + r*period of
// the domain. Blocks of elements may reach over several replicas, so that many small networks fill a block; blocks of synapses
// lie within one, since replicas share their rows.

// uniform reports whether e has one value in the whole run of a program: with replicas, what is loaded from a copy has not.
func (c *compiler[T]) uniform(e *ir.Expr) bool {
	return e.Uniform() && (c.replicas == 1 || !c.varies(e))
}

// varies reports whether a uniform expression may differ between replicas.
func (c *compiler[T]) varies(e *ir.Expr) bool {
	if v, ok := c.varying[e]; ok {
		return v
	}
	v := e.Op == ir.OpLoad && c.each(e.Slot) > 0
	for _, a := range e.Args {
		v = v || c.varies(a)
	}
	c.varying[e] = v
	return v
}

// each is the number of entries that one replica has in a slot's buffer, 0 when there is one copy for all.
func (c *compiler[T]) each(slot int) int {
	if b := int(c.bind[slot]); b < len(c.buffers) {
		return c.buffers[b].Each
	}
	return 0
}

// loadReplicas is load in a plan with replicas.
func (c *compiler[T]) loadReplicas(e *ir.Expr) operand {
	s, each := c.k.Slots[e.Slot], c.each(e.Slot)
	isR := isReal(e)
	gather := func(index operand) operand {
		in := instr{kind: kGatherInt, b: int32(c.bind[e.Slot]), a: int32(index)}
		if isR {
			in.kind = kGather
		}
		return c.emit(in, isR)
	}
	buf := int(c.bind[e.Slot])
	switch s.Kind {
	case ir.Scalar:
		if c.space == elementSpace && c.period == 1 && !c.scattered() {
			return c.newView(isR, view{kind: viewElem, buf: buf})
		}
		return gather(c.replica())
	case ir.PerElement:
		switch {
		case each == 0:
			return gather(c.local())
		case c.space == elementSpace && each != c.period, c.space == synapseSpace && each != c.synapses:
			return gather(c.shift(c.local(), each))
		case c.scattered():
			return gather(c.everywhere())
		}
		return c.newView(isR, view{kind: viewElem, buf: buf})
	}
	index := c.vector(e.Args[0])
	if each > 0 {
		index = c.shift(index, each)
	}
	return gather(index)
}

// local is the element's index in its replica.
func (c *compiler[T]) local() operand {
	if c.space == synapseSpace {
		return c.element()
	}
	return c.once(localKey, instr{kind: kLocal})
}

// everywhere is the element's index among those of all replicas.
func (c *compiler[T]) everywhere() operand {
	if c.replicas == 1 || c.space == elementSpace {
		return c.element()
	}
	op, ok := c.done[everywhereKey]
	if !ok {
		op = c.shift(c.element(), c.synapses)
		c.done[everywhereKey] = op
	}
	return op
}

// replica is the replica of each element.
func (c *compiler[T]) replica() operand { return c.once(replicaKey, instr{kind: kReplica}) }

var localKey, everywhereKey, replicaKey = new(ir.Expr), new(ir.Expr), new(ir.Expr)

func (c *compiler[T]) once(key *ir.Expr, in instr) operand {
	op, ok := c.done[key]
	if !ok {
		op = c.emit(in, false)
		c.done[key] = op
	}
	return op
}

// shift adds the beginning of the replica's part of a buffer to an index. An index outside the replica's part stays outside the buffer.
func (c *compiler[T]) shift(index operand, each int) operand {
	return c.emit(instr{kind: kShift, a: int32(index), b: int32(each)}, false)
}

// storeReplicas compiles a store in a plan with replicas, but for one to the element's own place in a buffer of as many entries.
func (c *compiler[T]) storeReplicas(e *ir.Effect, out *effect) {
	each := c.each(e.Slot)
	out.kind, out.value = eScatter, int32(c.settled(e.Value))
	switch {
	case c.k.Slots[e.Slot].Kind == ir.Scalar:
		// Written by the first element of each replica.
		first := c.emit(instr{kind: kIntVV, f: iEq, a: int32(c.local()), b: int32(c.broadcastInt(0))}, false)
		if out.mask != none {
			first = c.emit(instr{kind: kIntVV, f: iAnd, a: int32(first), b: out.mask}, false)
		}
		out.mask, out.index = int32(first), int32(c.replica())
	case e.Index == nil:
		out.index, out.own = int32(c.everywhere()), true
		if each != c.period && c.space == elementSpace {
			out.index = int32(c.shift(c.local(), each))
		}
	default:
		out.index, out.own = int32(c.shift(c.settled(e.Index), each)), e.Index.Op == ir.OpElem
	}
	c.p.ordered = c.p.ordered || c.space == synapseSpace && !out.own
}

func (c *compiler[T]) broadcastInt(v float64) operand {
	op := c.newReg(false)
	c.ifill = append(c.ifill, pinned{int(op), c.newScalar(false, v)})
	return op
}

// replicaOf sets d to the replica of each element of a block.
func (p *program[T]) replicaOf(d []int32, b *block) {
	if p.period == 0 {
		fill(d, int32(b.replica))
		return
	}
	if b.list != nil {
		for i := range d {
			d[i] = b.list[i] / p.period
		}
		return
	}
	for i, r := 0, b.lo/int(p.period); i < len(d); r++ {
		end := min(len(d), (r+1)*int(p.period)-b.lo)
		fill(d[i:end], int32(r))
		i = end
	}
}

// localOf sets d to the index of each element of a block in its replica.
func (p *program[T]) localOf(d []int32, b *block) {
	if b.list != nil {
		for i := range d {
			d[i] = b.list[i] % p.period
		}
		return
	}
	for i := range d {
		d[i] = int32((b.lo + i) % int(p.period))
	}
}

// shifted sets d to the indices a in each replica's part of a buffer of each entries per replica.
func (p *program[T]) shifted(d, a []int32, each int32, b *block) {
	put := func(d, a []int32, replica int) {
		base := int32(replica) * each
		for i, x := range a[:len(d)] {
			if uint32(x) < uint32(each) {
				d[i] = x + base
			} else {
				d[i] = -1
			}
		}
	}
	if p.period == 0 {
		put(d, a, b.replica)
		return
	}
	p.pieces(b, func(from, to, replica int) { put(d[from:to], a[from:to], replica) })
}

// pieces cuts a block of elements where one replica ends and the next begins.
func (p *program[T]) pieces(b *block, visit func(from, to, replica int)) {
	n := int(p.period)
	for i := 0; i < b.n; {
		r, end := 0, 0
		if b.list == nil {
			r = (b.lo + i) / n
			end = min(b.n, (r+1)*n-b.lo)
		} else {
			r = int(b.list[i]) / n
			for end = i + 1; end < b.n && int(b.list[end])/n == r; end++ {
			}
		}
		visit(i, end, r)
		i = end
	}
}
