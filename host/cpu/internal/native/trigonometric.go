package native

// Constants of package cpu's sin and cos; see there.
const (
	trigMost  = 0x1p28
	trigInv   = 0x1.45f306dc9c883p-1  // 2/pi
	trigHalf  = 0x1.921fb54442d18p+0  // pi/2 in three parts
	trigHalf2 = 0x1.1a62633145c07p-54 //
	trigHalf3 = -0x1.f1976b7ed8fbcp-110
)

var (
	sinTerms = []float64{
		0x1.5d93a5acfd57cp-33, -0x1.ae5e68a2b9cebp-26, 0x1.71de357b1fe7dp-19, -0x1.a01a019c161d5p-13, 0x1.111111110f8a6p-7, -0x1.5555555555549p-3,
	}
	cosTerms = []float64{
		-0x1.8fae9be8838d4p-37, 0x1.1ee9ebdb4b1c4p-29, -0x1.27e4f809c52adp-22, 0x1.a01a019cb159p-16, -0x1.6c16c16c15177p-10, 0x1.555555555554cp-5,
	}
)

var (
	testLong = form{opcode: 0x27, m: 2, pp: 1, w: true}
	addLong  = form{opcode: 0xD4, m: 1, pp: 1, w: true}
)

// partner is the cosine, or the sine, of the same value further on, None when there is none: the two share most of the work.
func (g *generator) partner(n *Node, v Value) Value {
	other := Sin + Cos - n.Op
	for i := int(v) + 1; i < len(g.loop.Nodes); i++ {
		if m := &g.loop.Nodes[i]; m.Op == other && m.A == n.A && !g.done[Value(i)] {
			return Value(i)
		}
	}
	return None
}

// trigonometric writes d = sin(x) or cos(x), and the other one to e unless that is -1. Float32 is widened by halves.
func (g *generator) trigonometric(op Op, d, e, x int) {
	if g.loop.Wide {
		g.sincos(op, d, e, x)
		return
	}
	g.d64(widen, t6, 0, register(x))
	g.sincos(op, d, e, t6)
	for _, r := range []int{d, e} {
		if r >= 0 {
			g.d64(narrow, r, 0, register(r))
		}
	}
	g.evex(upper, l512, x, 0, register(t6), 0, false, 1)
	g.d64(widen, t6, 0, register(t6))
	second := -1
	if e >= 0 {
		second = t7
	}
	g.sincos(op, t6, second, t6)
	for i, r := range []int{d, e} {
		if from := t6 + i; r >= 0 {
			g.d64(narrow, from, 0, register(from))
			g.evex(joinHigh, l512, r, r, register(from), 0, false, 1)
		}
	}
}

// sincos is trigonometric for 8 float64 lanes: the argument is reduced to r + c in t0 and t2, both functions of it are computed, and
// the quarter that x lies in, in the low bits of t1, picks one and its sign.
func (g *generator) sincos(op Op, d, e, x int) {
	g.d64(andBits[1], t0, x, g.constant(1<<63-1))
	g.evex(cmpReal[1], l512, tempMask, t0, g.c64(trigMost), g.write(), false, predicateGe)
	over := g.none(tempMask)
	g.integer(0x89, rcx, memory(rdi, offBail))
	g.bail = append(g.bail, g.jump(jumpAlways...))
	g.land(over)

	g.set64(t1, trigInv)
	g.d64(fma213, t1, x, g.c64(expShift))
	g.d64(subReal[1], t3, t1, g.c64(expShift)) // k
	g.move64(t2, x)
	g.d64(fnma231, t2, t3, g.c64(trigHalf))
	g.move64(t0, t2)
	g.d64(fnma231, t0, t3, g.c64(trigHalf2)) // r
	g.d64(subReal[1], t2, t2, register(t0))
	g.d64(fnma231, t2, t3, g.c64(trigHalf2))
	g.d64(fnma231, t2, t3, g.c64(trigHalf3)) // c
	g.d64(mulReal[1], t3, t0, register(t0))  // z
	// cos: w + ((1 - w - z/2) + (z z C(z) - r c)) with w = 1 - z/2. x has been read, so that t6 is free.
	g.polynomial(t4, t3, cosTerms)
	g.d64(mulReal[1], t5, t3, register(t3))
	g.d64(mulReal[1], t4, t4, register(t5))
	g.d64(fnma231, t4, t0, register(t2))
	g.d64(mulReal[1], t5, t3, g.c64(0.5))
	g.set64(t7, 1)
	g.d64(subReal[1], t6, t7, register(t5))
	g.d64(subReal[1], t7, t7, register(t6))
	g.d64(subReal[1], t7, t7, register(t5))
	g.d64(addReal[1], t4, t4, register(t7))
	g.d64(addReal[1], t7, t6, register(t4))
	// sin: r + (c + z r S(z)), with the sign of r
	g.polynomial(t4, t3, sinTerms)
	g.d64(mulReal[1], t3, t3, register(t0))
	g.d64(fma231, t2, t3, register(t4))
	g.d64(andBits[1], t5, t0, g.constant(1<<63))
	g.d64(addReal[1], t0, t0, register(t2))
	g.d64(orBits[1], t0, t0, register(t5))

	// A quarter further on, the sine is the cosine.
	first, second := d, e
	if op == Cos {
		first, second = e, d
	}
	if first >= 0 {
		g.pick(t3, t0, t7)
	}
	if second >= 0 {
		g.d64(addLong, t1, t1, g.constant(1))
		g.pick(t4, t0, t7)
		g.move64(second, t4)
	}
	if first >= 0 {
		g.move64(first, t3)
	}
}

// pick sets r to the sine in the quarter that t1 says, from the sine and cosine of the reduced argument.
func (g *generator) pick(r, sine, cosine int) {
	g.evex(testLong, l512, tempMask, t1, g.constant(1), 0, false, 0)
	g.evex(mixReal[1], l512, r, sine, register(cosine), tempMask, false, 0)
	g.evex(testLong, l512, tempMask, t1, g.constant(2), 0, false, 0)
	g.evex(xorBits[1], l512, r, r, g.constant(1<<63), tempMask, false, 0)
}

// polynomial sets r to the polynomial in z with the coefficients, highest first.
func (g *generator) polynomial(r, z int, coefficients []float64) {
	g.set64(r, coefficients[0])
	for _, c := range coefficients[1:] {
		g.d64(fma213, r, z, g.c64(c))
	}
}
