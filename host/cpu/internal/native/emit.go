package native

import "math"

var binaryReal = map[Op][2]form{Add: addReal, Sub: subReal, Mul: mulReal, Div: divReal}

var binaryInt = map[Op]form{
	IAdd: addInt, ISub: subInt, IMul: mulInt, IMin: minInt, IMax: maxInt, IAnd: andBits[0], IOr: orBits[0],
}

var predicates = map[Op]byte{
	Lt: predicateLt, Le: predicateLe, Eq: predicateEq, Ne: predicateNe, Gt: predicateGt, Ge: predicateGe,
}

// node writes one operation.
func (g *generator) node(n *Node, v Value) {
	switch n.Op {
	case LoadReal:
		g.isa.load(realClass, g.regs.put(v), g.at(n.Slot, g.realSize()))
	case LoadInt:
		g.isa.load(intClass, g.regs.put(v), g.at(n.Slot, 4))
	case LoadShort:
		g.isa.loadShort(g.regs.put(v), g.at(n.Slot, 2))
	case ScalarReal, ScalarInt: // read where they are used
	case Element:
		g.elements(g.regs.put(v))
	case StoreReal:
		g.isa.store(realClass, g.vector(n.A), g.at(n.Slot, g.realSize()), g.optional(n.B))
	case StoreInt:
		x, to, where := g.vector(n.A), g.at(n.Slot, 4), g.optional(n.B)
		if n.B != None || g.loop.Nodes[n.A].Op != FromMask || g.tail {
			g.isa.store(intClass, x, to, where)
			break
		}
		// Flags seldom change, and memory that is not written need not go back to where it came from.
		over := g.isa.equal(x, to)
		g.isa.store(intClass, x, to, -1)
		g.land(over)
	case AddReal, AddRealShort:
		g.addLanes(n)
	case Emit:
		g.isa.emit(g.regs.get(n.A))
	case Add, Sub, Mul, Div:
		a, b := n.A, n.B
		if (n.Op == Add || n.Op == Mul) && g.loop.Nodes[a].Op == ScalarReal {
			a, b = b, a
		}
		x := g.vector(a)
		y := g.value(b)
		g.real(binaryReal[n.Op], g.regs.put(v), x, y)
	case DivBy:
		x := g.vector(n.A)
		g.divide(g.regs.put(v), x, &g.loop.Divisors[n.Slot])
	case Min, Max:
		g.extreme(n, v)
	case Sin, Cos:
		x := g.vector(n.A)
		other := g.partner(n, v)
		d, e := g.regs.put(v), -1
		if other != None {
			e = g.regs.put(other)
			g.done[other] = true
		}
		g.trigonometric(n.Op, d, e, x)
	case Lt, Le, Eq, Ne, Gt, Ge:
		x := g.vector(n.A)
		y := g.value(n.B)
		g.isa.compare(g.wide, g.regs.put(v), x, y, predicates[n.Op], true)
	case IAdd, ISub, IMul, IMin, IMax, IAnd, IOr:
		x := g.vector(n.A)
		y := g.value(n.B)
		g.int(binaryInt[n.Op], g.regs.put(v), x, y)
	case IFloorDiv, IMod:
		x := g.vector(n.A)
		g.divideInt(g.regs.put(v), x, n.Slot, n.Op == IMod)
	case INeg, IAbs, ISign:
		x := g.vector(n.A)
		g.intUnary(n.Op, g.regs.put(v), x)
	case ILt, ILe, IEq, INe:
		x := g.vector(n.A)
		y := g.value(n.B)
		g.isa.compareInt(n.Op, g.regs.put(v), x, y)
	case ToMask:
		x := g.vector(n.A)
		g.isa.nonzero(g.regs.put(v), x)
	case And:
		a, b := g.regs.get(n.A), g.regs.get(n.B)
		g.isa.and(g.regs.put(v), a, b)
	case Or:
		a, b := g.regs.get(n.A), g.regs.get(n.B)
		g.isa.or(g.regs.put(v), a, b)
	case Not:
		a := g.regs.get(n.A)
		g.isa.not(g.regs.put(v), a)
	case FromMask:
		k := g.regs.get(n.A)
		g.isa.fromMask(g.regs.put(v), k)
	case Select, ISelect:
		k, y := g.regs.get(n.A), g.vector(n.C)
		x := g.value(n.B)
		if n.Op == Select {
			g.isa.mix(g.wide, g.regs.put(v), y, x, k)
		} else {
			g.isa.mixInt(g.regs.put(v), y, x, k)
		}
	case ToReal:
		x := g.vector(n.A)
		g.real(fromInt, g.regs.put(v), 0, register(x))
	case ToInt:
		x := g.vector(n.A)
		g.truncate(g.regs.put(v), x)
	case GatherReal, GatherInt:
		index := g.vector(n.A)
		g.isa.gather(n.Op, g.regs.put(v), index, n.Slot)
	default:
		x := g.vector(n.A)
		g.unary(n.Op, g.regs.put(v), x)
	}
}

// addLanes adds the lanes of a vector to elements of an array.
func (g *generator) addLanes(n *Node) {
	place, t := g.regs.place(), g.temp(realClass)
	g.save(realClass, g.vector(n.A), place)
	if g.tail {
		g.integer(opMov, rdx, memory(rdi, offTail))
	}
	var ends []int
	for lane := range int32(g.lanes()) {
		if g.tail && lane > 0 {
			g.bytes(0xF7, 0xC2) // test edx, the lane's bit
			g.word32(1 << lane)
			ends = append(ends, g.jump(jumpZero...))
		}
		if n.Op == AddRealShort {
			from := g.at(n.Index, 2)
			from.disp = 2 * lane
			g.short(rax, from)
		} else {
			from := g.at(n.Index, 4)
			from.disp = 4 * lane
			g.integer32(opMov, rax, from)
		}
		to := operand{mem: true, reg: g.base[n.Slot], index: rax, scale: g.realSize()}
		g.isa.instruction(movOne[g.wide], half, t, 0, memory(rdi, offSpill+64*place+lane*int32(g.realSize())), 0)
		g.isa.instruction(addOne[g.wide], half, t, t, to, 0)
		g.isa.instruction(putOne[g.wide], half, t, 0, to, 0)
	}
	for _, from := range ends {
		g.land(from)
	}
	g.regs.free = append(g.regs.free, place)
}

// optional is the register of a mask, -1 when there is none.
func (g *generator) optional(v Value) int {
	if v == None {
		return -1
	}
	return g.regs.get(v)
}

// elements sets r to the indices of the vector's elements.
func (g *generator) elements(r int) {
	g.integer32(opMov, rax, memory(rdi, offFirst))
	g.integer32(opAdd, rcx, register(rax))
	g.isa.fillGeneral(r, rax)
	if !g.iota.mem {
		w := make([]uint64, 8)
		for i := range w {
			w[i] = uint64(2*i) | uint64(2*i+1)<<32
		}
		g.iota = g.words(w...)
	}
	g.int(addInt, r, r, g.iota)
}

// extreme is the smaller or larger of two, as Go defines it.
func (g *generator) extreme(n *Node, v Value) {
	f, join := minReal, orBits
	if n.Op == Max {
		f, join = maxReal, andBits
	}
	x, y := g.vector(n.A), g.vector(n.B)
	d, t, nan := g.regs.put(v), g.temp(realClass), g.temp(maskClass)
	g.real(f, d, x, register(y))
	g.real(f, t, y, register(x))
	g.real(join, d, d, register(t)) // zeros of both signs
	g.real(addReal, t, x, register(y))
	g.isa.compare(g.wide, nan, x, register(y), predicateUn, false)
	g.isa.mix(g.wide, d, d, register(t), nan)
}

// sign is the sign bits of all lanes, others all bits but those.
func (g *generator) sign() operand {
	if g.loop.Wide {
		return g.constant(1 << 63)
	}
	return g.whole(math.MinInt32)
}

func (g *generator) others() operand {
	if g.loop.Wide {
		return g.constant(1<<63 - 1)
	}
	return g.whole(math.MaxInt32)
}

func (g *generator) unary(op Op, d, x int) {
	switch op {
	case Sqrt:
		g.real(sqrtReal, d, 0, register(x))
	case Floor:
		g.isa.instruction(roundTo[g.wide], full, d, 0, register(x), 0x09)
	case Ceil:
		g.isa.instruction(roundTo[g.wide], full, d, 0, register(x), 0x0A)
	case Neg:
		g.real(xorBits, d, x, g.sign())
	case Abs:
		g.real(andBits, d, x, g.others())
	case Sign:
		k := g.temp(maskClass)
		g.isa.compare(g.wide, k, x, g.num(0), predicateGt, false)
		g.isa.mix(g.wide, d, x, g.num(1), k)
		g.isa.compare(g.wide, k, x, g.num(0), predicateLt, false)
		g.isa.mix(g.wide, d, d, g.num(-1), k)
	case Reciprocal:
		g.isa.fill(g.wide, d, g.num(1))
		g.real(divReal, d, d, register(x))
	case Square:
		g.real(mulReal, d, x, register(x))
	default:
		g.function(op, d, x)
	}
}

func (g *generator) intUnary(op Op, d, x int) {
	switch op {
	case INeg:
		zero := g.temp(intClass)
		g.int(xorBits[0], zero, zero, register(zero))
		g.int(subInt, d, zero, register(x))
	case IAbs:
		g.int(absInt, d, 0, register(x))
	case ISign: // at most 1 and at least -1
		g.int(minInt, d, x, g.whole(1))
		g.int(maxInt, d, d, g.whole(-1))
	}
}

// truncate converts reals to int32 with saturation, NaN to 0.
func (g *generator) truncate(d, x int) {
	k, t, limit := g.temp(maskClass), g.temp(realClass), g.temp(realClass)
	top := math.MaxInt32 + 0.0
	if !g.loop.Wide {
		top = 0x1.fffffep30 // the largest float32 below 2^31
	}
	g.isa.fill(g.wide, limit, g.num(0))
	g.isa.compare(g.wide, k, x, register(x), predicateOr, false)
	g.isa.mix(g.wide, t, limit, register(x), k)
	g.real(minReal, t, t, g.num(top))
	g.real(maxReal, t, t, g.num(math.MinInt32))
	g.real(toIntCut, d, 0, register(t))
	if !g.loop.Wide {
		g.isa.compare(0, k, x, g.num(1<<31), predicateGe, false)
		g.isa.mixInt(d, d, g.whole(math.MaxInt32), k)
	}
}
