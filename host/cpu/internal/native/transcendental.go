package native

// Instructions of float64 vectors that transcendental functions use; for float32 they work on widened halves.
var (
	fma231   = form{opcode: 0xB8, m: 2, pp: 1, w: true} // dst = src*rm + dst
	fnma231  = form{opcode: 0xBC, m: 2, pp: 1, w: true} // dst = -(src*rm) + dst
	fma213   = form{opcode: 0xA8, m: 2, pp: 1, w: true} // dst = src*dst + rm
	fms231   = form{opcode: 0xBA, m: 2, pp: 1, w: true} // dst = src*rm - dst
	scale    = form{opcode: 0x2C, m: 2, pp: 1, w: true} // dst = src * 2^floor(rm)
	widen    = form{opcode: 0x5A, m: 1}
	narrow   = form{opcode: 0x5A, m: 1, pp: 1, w: true}
	upper    = form{opcode: 0x1B, m: 3, pp: 1, w: true, imm: true} // vextractf64x4
	joinHigh = form{opcode: 0x1A, m: 3, pp: 1, w: true, imm: true} // vinsertf64x4
)

// Constants of package cpu's exp, expm1 and exprel; see there.
const (
	expLog2e = 0x1.71547652b82fep+0
	expShift = 0x1.8p52
	expLn2Hi = 0x1.62e42fefa0000p-1
	expLn2Lo = 0x1.cf79abc9e3b39p-40
	expMost  = 709.9
	expLeast = -747

	expm1Least = 0x1p-54
)

var (
	expWide = []float64{
		0x1.1f731ea5352cap-29, 0x1.af4e196027428p-26, 0x1.27e4db57442fbp-22, 0x1.71de021a90822p-19, 0x1.a01a01a6dcaffp-16,
		0x1.a01a01abef415p-13, 0x1.6c16c16c162ccp-10, 0x1.11111111100cep-7, 0x1.5555555555556p-5, 0x1.5555555555557p-3, 0x1p-1,
	}
	expNarrow = []float64{
		0x1.a125285dbcbf1p-13, 0x1.6d4362097d81ap-10, 0x1.1110e0de7be2bp-7, 0x1.5554e8d9c7d96p-5, 0x1.5555555a7c16bp-3, 0x1.0000000b9847ep-1,
	}
)

// d64 writes an instruction of 8 float64 lanes.
func (g *generator) d64(f form, dst, src int, rm operand) { g.evex(f, l512, dst, src, rm, 0, false, 0) }

// c64 is a float64 constant in all lanes; set64 puts it into a register, and move64 copies one.
func (g *generator) c64(x float64) operand { return g.constant(double(x)) }

func (g *generator) set64(r int, x float64) {
	o := g.c64(x)
	o.broadcast = false
	g.d64(spread[1], r, 0, o)
}

func (g *generator) move64(r, from int) { g.d64(movReal[1], r, 0, register(from)) }

// transcendental writes d = op(x). Functions of float32 are those of float64, rounded once: they work on one half after the other.
func (g *generator) transcendental(op Op, d, x int) {
	if g.loop.Wide {
		g.function(op, d, x)
		return
	}
	g.d64(widen, t6, 0, register(x))
	g.function(op, d, t6)
	g.d64(narrow, d, 0, register(d))
	g.evex(upper, l512, x, 0, register(t6), 0, false, 1)
	g.d64(widen, t6, 0, register(t6))
	g.function(op, t6, t6)
	g.d64(narrow, t6, 0, register(t6))
	g.evex(joinHigh, l512, d, d, register(t6), 0, false, 1)
}

// function writes d = op(x) for 8 float64 lanes. It uses t0 to t5, and reads x before it writes d.
func (g *generator) function(op Op, d, x int) {
	switch op {
	case Exp:
		g.exp(d, x)
	case Expm1:
		g.expm1(x)
		g.small(x)
		g.evex(mixReal[1], l512, d, t5, register(x), tempMask, false, 0)
	case Exprel:
		g.expm1(x)
		g.set64(t0, expMost)
		g.d64(minReal[1], t0, t0, register(x))
		g.d64(divReal[1], t5, t5, register(t0))
		g.small(x)
		g.evex(mixReal[1], l512, d, t5, g.c64(1), tempMask, false, 0)
	case Cube, Fourth:
		g.power(op, d, x)
	}
}

// reduce sets t1 to k, t3 to r = x - k log(2), t2 to what r lacks, and t4 to the polynomial in r. Where min and max meet NaN they
// give their last operand.
func (g *generator) reduce(x int, coefficients []float64) {
	g.set64(t0, expMost)
	g.d64(minReal[1], t0, t0, register(x))
	g.set64(t1, expLeast)
	g.d64(maxReal[1], t0, t1, register(t0))
	g.set64(t1, expLog2e)
	g.d64(fma213, t1, t0, g.c64(expShift))
	g.d64(subReal[1], t1, t1, g.c64(expShift))
	g.d64(fnma231, t0, t1, g.c64(expLn2Hi))
	g.move64(t3, t0)
	g.d64(fnma231, t3, t1, g.c64(expLn2Lo))
	g.d64(subReal[1], t2, t0, register(t3))
	g.d64(fnma231, t2, t1, g.c64(expLn2Lo))
	g.set64(t4, coefficients[0])
	for _, c := range coefficients[1:] {
		g.d64(fma213, t4, t3, g.c64(c))
	}
}

func (g *generator) exp(d, x int) {
	if !g.loop.Wide {
		g.reduce(x, expNarrow)
		g.d64(mulReal[1], t2, t3, register(t3))
		g.d64(fma231, t3, t2, register(t4))
		g.d64(addReal[1], t3, t3, g.c64(1))
		g.d64(scale, d, t3, register(t1))
		return
	}
	g.reduce(x, expWide)
	g.set64(t0, 1)
	g.d64(addReal[1], t5, t0, register(t3))
	g.d64(subReal[1], t0, t0, register(t5))
	g.d64(addReal[1], t0, t0, register(t3))
	g.d64(mulReal[1], t3, t3, register(t3))
	g.d64(fma231, t2, t3, register(t4))
	g.d64(addReal[1], t0, t0, register(t2))
	g.d64(addReal[1], t5, t5, register(t0))
	g.d64(scale, d, t5, register(t1))
}

// expm1 leaves its result in t5.
func (g *generator) expm1(x int) {
	g.reduce(x, expWide)
	g.d64(mulReal[1], t5, t3, register(t3))
	g.d64(fma231, t2, t5, register(t4))
	g.d64(addReal[1], t3, t3, register(t2))
	g.set64(t4, 0.5)
	g.d64(scale, t4, t4, register(t1))
	g.d64(subReal[1], t5, t4, g.c64(0.5))
	g.d64(fma231, t5, t4, register(t3))
	g.d64(addReal[1], t5, t5, register(t5))
}

// small sets tempMask where exp(x) - 1 is x.
func (g *generator) small(x int) {
	g.d64(andBits[1], t1, x, g.constant(1<<63-1))
	g.evex(cmpReal[1], l512, tempMask, t1, g.c64(expm1Least), 0, false, predicateLt)
}

// power is the third or fourth power with the rounding error of each product carried along.
func (g *generator) power(op Op, d, x int) {
	g.d64(mulReal[1], t0, x, register(x))
	g.move64(t1, t0)
	g.d64(fms231, t1, x, register(x)) // error of the square
	with := x
	if op == Fourth {
		with = t0
	}
	g.d64(mulReal[1], t2, t0, register(with))
	g.move64(t3, t2)
	g.d64(fms231, t3, t0, register(with))
	if op == Fourth {
		g.d64(addReal[1], t4, t0, register(t0))
		g.d64(mulReal[1], t1, t4, register(t1))
	} else {
		g.d64(mulReal[1], t1, t1, register(x))
	}
	g.d64(addReal[1], t3, t3, register(t1))
	// The error term is left out where the power overflowed and where it is zero.
	g.d64(addReal[1], t4, t2, register(t3))
	g.evex(classify[1], l512, tempMask, 0, register(t4), 0, false, 0x99)
	g.evex(cmpReal[1], l512, faultMask, t3, g.c64(0), 0, false, predicateNe)
	g.maskOp(0x42, tempMask, tempMask, faultMask)
	g.evex(mixReal[1], l512, d, t2, register(t4), tempMask, false, 0)
}
