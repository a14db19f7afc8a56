package native

// Constants of package cpu's exp, expm1, exprel, tanh, sinh and cosh; see there.
const (
	expLog2e = 0x1.71547652b82fep+0
	expShift = 0x1.8p52
	expLn2Hi = 0x1.62e42fefa0000p-1
	expLn2Lo = 0x1.cf79abc9e3b39p-40
	expMost  = 709.9
	expLeast = -747

	expm1Least = 0x1p-54
	expm1Flat  = -60 // expm1 is -1 below, whatever the power of 2

	hyperLeast = 0x1p-28
	hyperMost  = 710.5
	tanhMost   = 22
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

// reduced holds the registers of an argument of exp, x = k log(2) + r + c: shifted is k + expShift, and p the polynomial in r.
type reduced struct{ shifted, k, r, c, p int }

// reduce divides the argument by log(2), after it was moved between least and most. Where min and max meet NaN they give their last
// operand.
func (g *generator) reduce(x int, least, most float64, coefficients []float64) reduced {
	t := g.temps(5)
	e := reduced{t[0], t[1], t[2], t[3], t[4]}
	g.set64(e.k, most)
	g.d64(minReal[1], e.r, e.k, register(x))
	g.set64(e.k, least)
	g.d64(maxReal[1], e.r, e.k, register(e.r))
	g.set64(e.shifted, expLog2e)
	g.d64(fma213, e.shifted, e.r, g.c64(expShift))
	g.d64(subReal[1], e.k, e.shifted, g.c64(expShift))
	g.d64(fnma231, e.r, e.k, g.c64(expLn2Hi))
	g.move64(e.c, e.r)
	g.d64(fnma231, e.r, e.k, g.c64(expLn2Lo))
	g.d64(subReal[1], e.c, e.c, register(e.r))
	g.d64(fnma231, e.c, e.k, g.c64(expLn2Lo))
	g.polynomial(e.p, e.r, coefficients...)
	return e
}

// exponential returns a register with exp(r + c), to be scaled by 2^k. It changes r and c.
func (g *generator) exponential(e reduced) int {
	t := g.temps(2)
	sum, low := t[0], t[1]
	g.d64(addReal[1], sum, e.r, g.c64(1))
	g.set64(low, 1)
	g.d64(subReal[1], low, low, register(sum))
	g.d64(addReal[1], low, low, register(e.r))
	g.d64(mulReal[1], e.r, e.r, register(e.r))
	g.d64(fma231[1], e.c, e.r, register(e.p))
	g.d64(addReal[1], low, low, register(e.c))
	g.d64(addReal[1], sum, sum, register(low))
	return sum
}

func (g *generator) exp(d, x int) {
	if !g.loop.Wide {
		e := g.reduce(x, expLeast, expMost, expNarrow)
		g.d64(mulReal[1], e.c, e.r, register(e.r))
		g.d64(fma231[1], e.r, e.c, register(e.p))
		g.d64(addReal[1], e.r, e.r, g.c64(1))
		g.isa.scale(d, e.r, e.shifted, e.k)
		return
	}
	e := g.reduce(x, expLeast, expMost, expWide)
	g.isa.scale(d, g.exponential(e), e.shifted, e.k)
}

// minusOne returns a register with (exp(x) - 1) part, where part is a power of 2.
func (g *generator) minusOne(x int, most, part float64) int {
	e := g.reduce(x, expm1Flat, most, expWide)
	g.factor(e, part)
	g.d64(addReal[1], e.r, e.r, register(e.c))
	g.d64(subReal[1], e.p, e.shifted, g.c64(part))
	g.d64(fma231[1], e.p, e.shifted, register(e.r))
	return e.p
}

// minusOneWell is minusOne with the rounding errors of its sums carried along.
func (g *generator) minusOneWell(x int, most, part float64) int {
	e := g.reduce(x, expm1Flat, most, expWide)
	g.factor(e, part)
	power, high, low, whole, sum := e.shifted, e.k, e.c, e.p, g.temp(realClass)
	g.d64(addReal[1], high, e.r, register(e.c))
	g.d64(subReal[1], e.r, e.r, register(high))
	g.d64(addReal[1], low, e.r, register(low))
	g.d64(mulReal[1], high, high, register(power))
	g.d64(subReal[1], whole, power, g.c64(part))
	g.d64(addReal[1], sum, whole, register(high))
	g.d64(subReal[1], whole, whole, register(sum))
	g.d64(addReal[1], whole, whole, register(high))
	g.d64(fma231[1], whole, power, register(low))
	g.d64(addReal[1], whole, sum, register(whole))
	return whole
}

// factor makes e.shifted 2^k part, where k is small enough for its bits to be added to those of part, and adds to e.c what exp(r) has
// beyond 1 + r.
func (g *generator) factor(e reduced, part float64) {
	g.d64(mulReal[1], e.k, e.r, register(e.r))
	g.d64(fma231[1], e.c, e.k, register(e.p))
	g.isa.instruction(shiftLong, full, shiftLeft, e.shifted, register(e.shifted), 52)
	g.d64(addLong, e.shifted, e.shifted, g.c64(part))
}

// tiny returns a mask where x is smaller than least in size.
func (g *generator) tiny(x int, least float64) int {
	t, k := g.temp(realClass), g.temp(maskClass)
	g.abs64(t, x)
	g.isa.compare(1, k, t, g.c64(least), predicateLt, false)
	return k
}

func (g *generator) expm1(d, x int) {
	v := g.minusOne(x, expMost, 0.5)
	g.d64(addReal[1], v, v, register(v))
	g.isa.mix(1, d, v, register(x), g.tiny(x, expm1Least))
}

func (g *generator) exprel(d, x int) {
	v := g.minusOne(x, expMost, 0.5)
	g.d64(addReal[1], v, v, register(v))
	by := g.temp(realClass)
	g.set64(by, expMost)
	g.d64(minReal[1], by, by, register(x))
	g.d64(divReal[1], v, v, register(by))
	g.isa.mix(1, d, v, g.c64(1), g.tiny(x, expm1Least))
}

func (g *generator) tanh(d, x int) {
	size, most := g.temp(realClass), g.temp(realClass)
	g.abs64(size, x)
	g.set64(most, tanhMost)
	g.d64(minReal[1], size, most, register(size))
	g.d64(addReal[1], size, size, register(size))
	kept := len(g.regs.temps)
	n := g.minusOneWell(size, 2*tanhMost, 0.5)
	g.move64(most, n)
	g.regs.release(kept)
	n = most
	t := g.temps(4)
	sum, low, v, one := t[0], t[1], t[2], t[3]
	g.set64(one, 1)
	g.d64(addReal[1], sum, n, register(one))
	g.d64(maxReal[1], low, one, register(n))
	g.d64(subReal[1], low, low, register(sum))
	g.d64(minReal[1], v, one, register(n))
	g.d64(addReal[1], low, low, register(v))
	g.d64(divReal[1], v, n, register(sum))
	g.d64(mulReal[1], low, low, register(v))
	g.d64(subReal[1], one, one, register(v))
	g.d64(fnma231, v, low, register(one))
	g.sign64(v, x, one)
	g.isa.mix(1, d, v, register(x), g.tiny(x, hyperLeast))
}

func (g *generator) sinh(d, x int) {
	size := g.temp(realClass)
	g.abs64(size, x)
	v := g.minusOneWell(size, hyperMost, 0.25)
	g.d64(addReal[1], v, v, register(v)) // (exp(x) - 1)/2
	g.d64(addReal[1], size, v, register(v))
	g.d64(addReal[1], size, size, g.c64(1))
	t := g.temp(realClass)
	g.set64(t, 0x1.fffffffffffffp1023)
	g.d64(minReal[1], t, t, register(v))
	g.d64(divReal[1], t, t, register(size))
	g.d64(addReal[1], v, v, register(t))
	g.sign64(v, x, t)
	g.isa.mix(1, d, v, register(x), g.tiny(x, hyperLeast))
}

func (g *generator) cosh(d, x int) {
	size := g.temp(realClass)
	g.abs64(size, x)
	e := g.reduce(size, expLeast, hyperMost, expWide)
	v := g.exponential(e)
	g.d64(mulReal[1], v, v, g.c64(0.5))
	kept := len(g.regs.temps)
	g.isa.scale(v, v, e.shifted, e.k)
	g.regs.release(kept)
	g.set64(e.r, 0.25)
	g.d64(divReal[1], e.r, e.r, register(v))
	g.d64(addReal[1], d, v, register(e.r))
}
