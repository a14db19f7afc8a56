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
		g.sincos(op, d, e, x, 0)
		return
	}
	part, second := g.temp(realClass), -1
	if e >= 0 {
		second = g.temp(realClass)
	}
	kept := len(g.regs.temps)
	g.d64(widen, part, 0, register(x))
	g.sincos(op, d, e, part, 0)
	g.regs.release(kept)
	g.isa.upper(part, x)
	g.d64(widen, part, 0, register(part))
	g.sincos(op, part, second, part, 1)
	g.regs.release(kept)
	for _, r := range [][2]int{{d, part}, {e, second}} {
		if r[0] >= 0 {
			g.d64(narrow, r[0], 0, register(r[0]))
			g.d64(narrow, r[1], 0, register(r[1]))
			g.isa.join(r[0], r[0], r[1])
		}
	}
}

// sincos is trigonometric for float64 lanes; d may be x. The argument is reduced to r + c, both functions of it are computed, and the
// quarter that x lies in, the lowest bits of q, picks one and its sign.
func (g *generator) sincos(op Op, d, e, x, part int) {
	t := g.temps(8)
	q, k, r, c, z, p, sine, cosine := t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7]
	over := g.temp(maskClass)
	g.abs64(r, x)
	g.isa.compare(1, over, r, g.c64(trigMost), predicateGe, false)
	g.isa.restrict(over, part)
	below := g.isa.none(over)
	g.leave()
	g.land(below)

	g.set64(q, trigInv)
	g.d64(fma213, q, x, g.c64(expShift))
	g.d64(subReal[1], k, q, g.c64(expShift))
	g.move64(c, x)
	g.d64(fnma231, c, k, g.c64(trigHalf))
	g.move64(r, c)
	g.d64(fnma231, r, k, g.c64(trigHalf2))
	g.d64(subReal[1], c, c, register(r))
	g.d64(fnma231, c, k, g.c64(trigHalf2))
	g.d64(fnma231, c, k, g.c64(trigHalf3))
	g.d64(mulReal[1], z, r, register(r))
	// cos: w + ((1 - w - z/2) + (z z C(z) - r c)) with w = 1 - z/2
	g.polynomial(p, z, cosTerms...)
	g.d64(mulReal[1], k, z, register(z))
	g.d64(mulReal[1], p, p, register(k))
	g.d64(fnma231, p, r, register(c))
	g.d64(mulReal[1], k, z, g.c64(0.5))
	g.set64(sine, 1)
	g.d64(subReal[1], cosine, sine, register(k))
	g.d64(subReal[1], sine, sine, register(cosine))
	g.d64(subReal[1], sine, sine, register(k))
	g.d64(addReal[1], p, p, register(sine))
	g.d64(addReal[1], cosine, cosine, register(p))
	// sin: r + (c + z r S(z)), with the sign of r
	g.polynomial(p, z, sinTerms...)
	g.d64(mulReal[1], z, z, register(r))
	g.d64(fma231[1], c, z, register(p))
	g.d64(addReal[1], sine, r, register(c))
	g.sign64(sine, r, z)

	// A quarter further on, the sine is the cosine.
	first, second := d, e
	if op == Cos {
		first, second = e, d
	}
	if first >= 0 {
		g.pick(first, sine, cosine, q, over, z)
	}
	if second >= 0 {
		g.d64(addLong, q, q, g.constant(1))
		g.pick(second, sine, cosine, q, over, z)
	}
}

// pick sets r to the sine in the quarter q, from the sine and cosine of the reduced argument. It uses k and t.
func (g *generator) pick(r, sine, cosine, q, k, t int) {
	g.isa.odd(k, q, 0)
	g.isa.mix(1, r, sine, register(cosine), k)
	g.d64(andBits[1], t, q, g.constant(2))
	g.isa.instruction(shiftLong, full, shiftLeft, t, register(t), 62)
	g.d64(xorBits[1], r, r, register(t))
}
