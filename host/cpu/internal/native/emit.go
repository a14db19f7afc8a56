package native

import "math"

func float32bits(x float64) uint32 { return math.Float32bits(float32(x)) }

var binaryReal = map[Op][2]form{Add: addReal, Sub: subReal, Mul: mulReal, Div: divReal}

var binaryInt = map[Op]form{
	IAdd: addInt, ISub: subInt, IMul: mulInt, IMin: minInt, IMax: maxInt, IAnd: andBits[0], IOr: orBits[0],
}

var predicates = map[Op]byte{
	Lt: predicateLt, Le: predicateLe, Eq: predicateEq, Ne: predicateNe, Gt: predicateGt, Ge: predicateGe,
	ILt: 1, ILe: 2, IEq: 0, INe: 4,
}

// Temporary registers of an operation.
const (
	t0 = firstTemp + iota
	t1
	t2
	t3
	t4
	t5
	t6
	t7
	t8
)

// node writes one operation.
func (g *generator) node(n *Node, v Value) {
	switch n.Op {
	case LoadReal:
		g.evex(movReal[g.wide], l512, g.regs.put(v), 0, g.at(n.Slot, g.realSize()), g.write(), g.tail, 0)
	case LoadInt:
		g.evex(movInt, g.intLength(), g.regs.put(v), 0, g.at(n.Slot, 4), g.write(), g.tail, 0)
	case ScalarReal, ScalarInt: // read where they are used
	case Element:
		g.elements(g.regs.put(v))
	case StoreReal:
		g.evex(putReal[g.wide], l512, g.vector(n.A, t0), 0, g.at(n.Slot, g.realSize()), g.storeMask(n.B), false, 0)
	case StoreInt:
		g.evex(putInt, g.intLength(), g.vector(n.A, t0), 0, g.at(n.Slot, 4), g.storeMask(n.B), false, 0)
	case Emit:
		g.emit(g.regs.get(n.A))
	case Add, Sub, Mul, Div:
		a, b := n.A, n.B
		if (n.Op == Add || n.Op == Mul) && g.loop.Nodes[a].Op == ScalarReal {
			a, b = b, a
		}
		x := g.vector(a, t0)
		y := g.value(b)
		g.real(binaryReal[n.Op], g.regs.put(v), x, y)
	case Min, Max:
		g.extreme(n, v)
	case Sqrt, Floor, Ceil, Neg, Abs, Sign, Square, Cube, Fourth, Reciprocal, Exp, Exprel, Expm1:
		x := g.vector(n.A, t8)
		g.unary(n.Op, g.regs.put(v), x)
	case Sin, Cos:
		x := g.vector(n.A, t8)
		other := g.partner(n, v)
		d, e := g.regs.put(v), -1
		if other != None {
			e = g.regs.put(other)
			g.done[other] = true
		}
		g.trigonometric(n.Op, d, e, x)
	case Lt, Le, Eq, Ne, Gt, Ge:
		x := g.vector(n.A, t0)
		y := g.value(n.B)
		g.realImm(cmpReal, g.regs.put(v), x, y, g.write(), predicates[n.Op])
	case IAdd, ISub, IMul, IMin, IMax, IAnd, IOr:
		x := g.vector(n.A, t0)
		y := g.value(n.B)
		g.int(binaryInt[n.Op], g.regs.put(v), x, y)
	case INeg, IAbs, ISign:
		x := g.vector(n.A, t0)
		g.intUnary(n.Op, g.regs.put(v), x)
	case ILt, ILe, IEq, INe:
		x := g.vector(n.A, t0)
		y := g.value(n.B)
		g.evex(cmpInt, g.intLength(), g.regs.put(v), x, y, g.write(), false, predicates[n.Op])
	case ToMask:
		x := g.vector(n.A, t0)
		g.evex(testInt, g.intLength(), g.regs.put(v), x, register(x), g.write(), false, 0)
	case And:
		g.maskOp(0x41, g.regs.put(v), g.regs.get(n.A), g.regs.get(n.B))
	case Or:
		g.maskOp(0x45, g.regs.put(v), g.regs.get(n.A), g.regs.get(n.B))
	case Not:
		g.maskOp(0x42, g.regs.put(v), g.regs.get(n.A), laneMask)
	case FromMask:
		k := g.regs.get(n.A)
		one := g.constant(1 | 1<<32)
		one.broadcast = false
		g.evex(spreadInt, g.intLength(), g.regs.put(v), 0, one, k, true, 0)
	case Select: // dst = k ? last operand : first
		k, y := g.regs.get(n.A), g.vector(n.C, t0)
		x := g.value(n.B)
		g.evex(mixReal[g.wide], l512, g.regs.put(v), y, x, k, false, 0)
	case ISelect:
		k, y := g.regs.get(n.A), g.vector(n.C, t0)
		x := g.value(n.B)
		g.evex(mixInt, g.intLength(), g.regs.put(v), y, x, k, false, 0)
	case ToReal:
		x := register(g.vector(n.A, t0))
		g.evex(fromInt[g.wide], l512, g.regs.put(v), 0, x, 0, false, 0)
	case ToInt:
		x := g.vector(n.A, t0)
		g.truncate(g.regs.put(v), x)
	case GatherReal, GatherInt:
		g.gather(n, v)
	}
}

// storeMask is the mask of a store: the lanes in use, and where the user's mask holds. Masks have no lanes beyond those.
func (g *generator) storeMask(v Value) int {
	if v == None {
		return g.write()
	}
	return g.regs.get(v)
}

// elements sets r to the indices of the vector's elements.
func (g *generator) elements(r int) {
	g.integer32(0x8B, rax, memory(rdi, offFirst))
	g.integer32(0x01, rcx, register(rax))
	g.evex(spreadGPR, g.intLength(), r, 0, register(rax), 0, false, 0)
	g.evex(addInt, g.intLength(), r, r, g.lanesConstant(), 0, false, 0)
}

// lanesConstant is the vector 0, 1, 2, ... of int32, which takes eight constants in a row.
func (g *generator) lanesConstant() operand {
	if g.iota == nil {
		n := int32(len(g.constants))
		for i := uint64(0); i < 16; i += 2 {
			g.constants = append(g.constants, i|(i+1)<<32)
		}
		g.iota = &n
	}
	return operand{mem: true, constant: true, index: -1, disp: *g.iota}
}

// emit appends to the list the elements where mask k holds.
func (g *generator) emit(k int) {
	over := g.none(k)
	g.elements(t0)
	g.evex(compress, g.intLength(), t0, 0, register(t1), k, true, 0)
	g.integer(0x8B, rax, memory(rdi, offList))
	g.integer(0x8B, rdx, memory(rdi, offCount))
	g.evex(putInt, g.intLength(), t1, 0, operand{mem: true, reg: rax, index: rdx, scale: 4}, 0, false, 0)
	g.vex3(0x93, 1, 0, false, 0, rax, 0, register(k)) // kmovw eax, k
	g.bytes(0xF3, 0x0F, 0xB8, 0xC0)                   // popcnt eax, eax
	g.integer(0x01, rax, memory(rdi, offCount))
	g.land(over)
}

// extreme is the smaller or larger of two, as Go defines it.
func (g *generator) extreme(n *Node, v Value) {
	f, join := minReal, orBits
	if n.Op == Max {
		f, join = maxReal, andBits
	}
	x, y := g.vector(n.A, t0), g.vector(n.B, t1)
	d := g.regs.put(v)
	g.real(f, t2, x, register(y))
	g.real(f, t3, y, register(x))
	g.real(join, t2, t2, register(t3)) // zeros of both signs
	g.real(addReal, t3, x, register(y))
	g.realImm(cmpReal, tempMask, x, register(y), 0, predicateUn)
	g.evex(mixReal[g.wide], l512, d, t2, register(t3), tempMask, false, 0)
}

// signs are the sign bits of all lanes.
func (g *generator) signs() operand {
	if g.loop.Wide {
		return g.constant(1 << 63)
	}
	return g.constant(1 << 31)
}

func (g *generator) unary(op Op, d, x int) {
	switch op {
	case Sqrt:
		g.real(sqrtReal, d, 0, register(x))
	case Floor:
		g.realImm(roundTo, d, 0, register(x), 0, 0x09)
	case Ceil:
		g.realImm(roundTo, d, 0, register(x), 0, 0x0A)
	case Neg:
		g.real(xorBits, d, x, g.signs())
	case Abs:
		all := g.constant(1<<63 - 1)
		if !g.loop.Wide {
			all = g.constant(1<<31 - 1)
		}
		g.real(andBits, d, x, all)
	case Sign:
		zero := g.num(0)
		g.realImm(cmpReal, tempMask, x, zero, 0, predicateGt)
		one := g.num(1)
		one.broadcast = false
		minus := g.num(-1)
		minus.broadcast = false
		g.real(movReal, t0, 0, register(x))
		g.evex(spread[g.wide], l512, t0, 0, one, tempMask, false, 0)
		g.realImm(cmpReal, tempMask, x, zero, 0, predicateLt)
		g.evex(spread[g.wide], l512, t0, 0, minus, tempMask, false, 0)
		g.real(movReal, d, 0, register(t0))
	case Reciprocal:
		g.fill(t0, g.num(1))
		g.real(divReal, d, t0, register(x))
	case Square:
		g.real(mulReal, d, x, register(x))
	default:
		g.transcendental(op, d, x)
	}
}

func (g *generator) intUnary(op Op, d, x int) {
	l := g.intLength()
	switch op {
	case INeg:
		g.evex(xorBits[0], l, t1, t1, register(t1), 0, false, 0)
		g.evex(subInt, l, d, t1, register(x), 0, false, 0)
	case IAbs:
		g.evex(absInt, l, d, 0, register(x), 0, false, 0)
	case ISign: // at most 1 and at least -1
		ones, minus := g.constant(1|1<<32), g.constant(math.MaxUint64)
		g.evex(minInt, l, t1, x, ones, 0, false, 0)
		g.evex(maxInt, l, d, t1, minus, 0, false, 0)
	}
}

// truncate converts reals to int32 with saturation, NaN to 0.
func (g *generator) truncate(d, x int) {
	g.realImm(cmpReal, tempMask, x, register(x), 0, predicateOr)
	top := math.MaxInt32 + 0.0
	if !g.loop.Wide {
		top = 0x1.fffffep30 // the largest float32 below 2^31
	}
	g.fill(t1, g.num(top))
	g.real(minReal, t1, t1, register(x))
	g.fill(t2, g.num(math.MinInt32))
	g.real(maxReal, t2, t2, register(t1))
	g.evex(toIntCut[g.wide], l512, t3, 0, register(t2), tempMask, true, 0)
	if !g.loop.Wide {
		g.realImm(cmpReal, tempMask, x, g.num(1<<31), 0, predicateGe)
		most := g.constant(math.MaxInt32)
		most.broadcast = false
		g.evex(spreadInt, l512, t3, 0, most, tempMask, false, 0)
	}
	g.evex(movInt, g.intLength(), d, 0, register(t3), 0, false, 0)
}

// gather reads an array at an index, 0 where that is outside.
func (g *generator) gather(n *Node, v Value) {
	index := g.vector(n.A, t0)
	d := g.regs.put(v)
	size := memory(rdi, offLen+4*n.Slot)
	size.broadcast = true
	// A negative index is large without a sign.
	g.evex(cmpIntUns, g.intLength(), tempMask, index, size, g.write(), false, 1)
	g.integer(0x8B, rax, memory(rdi, offPtr+8*n.Slot))
	g.evex(xorBits[1], l512, t1, t1, register(t1), 0, false, 0)
	from := operand{mem: true, reg: rax, index: index, scale: 4}
	if n.Op == GatherInt {
		g.evex(gatherInts, g.intLength(), t1, 0, from, tempMask, false, 0)
		g.evex(movInt, g.intLength(), d, 0, register(t1), 0, false, 0)
		return
	}
	from.scale = g.realSize()
	g.evex(gatherAt[g.wide], l512, t1, 0, from, tempMask, false, 0)
	g.real(movReal, d, 0, register(t1))
}

// checks looks at all checked values together, and closer where one is not finite.
func (g *generator) checks() {
	first := true
	nodes := g.loop.Nodes
	notFinite := func(n *Node, k int) {
		x := g.vector(n.A, t0)
		where := g.write()
		if n.B != None {
			where = g.regs.get(n.B)
		}
		g.realImm(classify, k, 0, register(x), where, 0x99)
	}
	for i := range nodes {
		if nodes[i].Op != Check {
			continue
		}
		if first {
			notFinite(&nodes[i], faultMask)
			first = false
		} else {
			notFinite(&nodes[i], tempMask)
			g.maskOp(0x45, faultMask, faultMask, tempMask)
		}
		clear(g.regs.locked)
	}
	over := g.none(faultMask)
	// Behind a jump that is rarely not taken, registers must be left as they are: values in memory are read into temporaries.
	for i := range nodes {
		if nodes[i].Op == Check {
			g.fault(&nodes[i])
		}
	}
	g.land(over)
}

// fault notes the first vector in which a check failed.
func (g *generator) fault(n *Node) {
	x, where := t0, g.write()
	switch h := &g.regs.homes[n.A]; {
	case g.loop.Nodes[n.A].Op == ScalarReal:
		g.fill(t0, g.value(n.A))
	case h.reg >= 0:
		x = h.reg
	default:
		g.reload(realClass, t0, h.spill)
	}
	if n.B != None {
		h := &g.regs.homes[n.B]
		if where = h.reg; where < 0 {
			where = faultMask
			g.reload(maskClass, where, h.spill)
		}
	}
	at := offFaults + sizeFault*n.Slot
	g.realImm(classify, tempMask, 0, register(x), where, 0x99)
	over := g.none(tempMask)
	g.integer(0x8B, rax, memory(rdi, at+offHit))
	g.integer(0x85, rax, register(rax))
	known := g.jump(jumpNotZero...)
	g.bytes(0x48, 0xC7) // mov qword [rdi+at], 1
	g.modrm(0, memory(rdi, at+offHit), false)
	g.word32(1)
	g.integer(0x8B, rax, memory(rdi, offFirst))
	g.integer(0x01, rcx, register(rax))
	g.integer(0x89, rax, memory(rdi, at+offBase))
	g.vex3(0x93, 1, 0, false, 0, rax, 0, register(tempMask))
	g.integer(0x89, rax, memory(rdi, at+offLanes))
	g.real(putReal, x, 0, memory(rdi, at+offValue))
	g.land(known)
	g.land(over)
}
