package native

import "math"

// Constants of package cpu's log, log10 and log1p; see there.
const (
	logLn2Hi = 0x1.62e42fee00000p-1
	logLn2Lo = 0x1.a39ef35793c76p-33
	log10eHi = 0x1.bcb7b1526e50ep-2
	log10eLo = 0x1.95355baaafad3p-57
	log10of2 = 0x1.34413509f6000p-2
	log10lo2 = 0x1.9fef311f12b36p-42

	log1pLeast = 0x1p-53

	smallestNormal = 0x1p-1022

	bitsOne      = 0x3FF << 52
	bitsRootHalf = 0x3FE6A09E667F3BCD
	bitsFraction = 1<<52 - 1
)

var logTerms = [7]float64{
	0x1.5555555555593p-1, 0x1.999999997fa04p-2, 0x1.2492494229359p-2, 0x1.c71c51d8e78afp-3, 0x1.7466496cb03dep-3, 0x1.39a09d078c69fp-3, 0x1.2f112df3e5244p-3,
}

// split sets k and f to x = 2^k (1+f), and leaves in x the bits of 2^k, and more in the fraction.
func (g *generator) split(k, f, x int) {
	g.d64(addLong, x, x, g.constant(bitsOne-bitsRootHalf))
	g.isa.instruction(shiftLong, full, shiftRight, k, register(x), 52)
	g.d64(orBits[1], k, k, g.c64(0x1p52))
	g.d64(subReal[1], k, k, g.c64(0x1p52+1023))
	g.d64(andBits[1], f, x, g.constant(bitsFraction))
	g.d64(addLong, f, f, g.constant(bitsRootHalf))
	g.d64(subReal[1], f, f, g.c64(1))
}

// series returns registers with f*f/2 and the rest: log(1+f) = f - (square - rest).
func (g *generator) series(f int) (square, rest int) {
	square, rest = g.temp(realClass), g.temp(realClass)
	kept := len(g.regs.temps)
	t := g.temps(3)
	s, z, w, odd, even := rest, t[0], t[1], t[2], square
	g.d64(addReal[1], s, f, g.c64(2))
	g.d64(divReal[1], s, f, register(s))
	g.d64(mulReal[1], z, s, register(s))
	g.d64(mulReal[1], w, z, register(z))
	g.polynomial(odd, w, logTerms[6], logTerms[4], logTerms[2], logTerms[0])
	g.polynomial(even, w, logTerms[5], logTerms[3], logTerms[1])
	g.d64(mulReal[1], odd, odd, register(z))
	g.d64(fma231[1], odd, w, register(even))
	g.d64(mulReal[1], even, f, g.c64(0.5))
	g.d64(mulReal[1], even, even, register(f))
	g.d64(addReal[1], odd, odd, register(even))
	g.d64(mulReal[1], s, s, register(odd))
	g.regs.release(kept)
	return square, rest
}

// logarithm writes d = k log(2) + log(1+f), and may change f.
func (g *generator) logarithm(d, k, f int) {
	square, rest := g.series(f)
	g.d64(fma231[1], rest, k, g.c64(logLn2Lo))
	g.d64(subReal[1], square, square, register(rest))
	g.d64(subReal[1], square, square, register(f))
	g.d64(fms231, square, k, g.c64(logLn2Hi))
	g.move64(d, square)
}

// decimal is logarithm for base 10, with the product by log10(e) in two parts.
func (g *generator) decimal(d, k, f int) {
	square, rest := g.series(f)
	t := g.temps(3)
	high, p, e := t[0], t[1], t[2]
	g.d64(subReal[1], high, f, register(square))
	g.d64(subReal[1], f, f, register(high))
	g.d64(subReal[1], f, f, register(square))
	g.d64(addReal[1], rest, f, register(rest))
	g.d64(mulReal[1], p, high, g.c64(log10eHi))
	g.move64(e, p)
	g.d64(fms231, e, high, g.c64(log10eHi))
	g.d64(fma231[1], e, rest, g.c64(log10eHi))
	g.d64(fma231[1], e, high, g.c64(log10eLo))
	g.d64(mulReal[1], high, k, g.c64(log10of2))
	g.d64(addReal[1], f, high, register(p))
	g.d64(subReal[1], high, high, register(f))
	g.d64(addReal[1], high, high, register(p))
	g.d64(fma231[1], high, k, g.c64(log10lo2))
	g.d64(addReal[1], e, e, register(high))
	g.d64(addReal[1], d, f, register(e))
}

func (g *generator) log(op Op, d, x int) {
	t := g.temps(4)
	v, k, f, small := t[0], t[1], t[2], t[3]
	below := g.temp(maskClass)
	g.move64(v, x)
	g.set64(small, 0)
	// Subnormal numbers are made larger, and k less.
	g.isa.compare(1, below, x, g.c64(smallestNormal), predicateLt, false)
	over := g.isa.none(below)
	g.d64(mulReal[1], f, x, g.c64(0x1p54))
	g.isa.mix(1, v, v, register(f), below)
	g.isa.mix(1, small, small, g.c64(54), below)
	g.land(over)
	g.split(k, f, v)
	g.d64(subReal[1], k, k, register(small))
	kept := len(g.regs.temps)
	if op == Log10 {
		g.decimal(v, k, f)
	} else {
		g.logarithm(v, k, f)
	}
	g.regs.release(kept)
	g.edge(v, x, 0, k)
	g.move64(d, v)
}

// edge replaces v where x is not above pole and finite: by minus infinity at the pole, NaN below, and x elsewhere. It uses t.
func (g *generator) edge(v, x int, pole float64, t int) {
	k, finite := g.temp(maskClass), g.temp(maskClass)
	g.isa.compare(1, k, x, g.c64(pole), predicateGt, false)
	g.isa.compare(1, finite, x, g.c64(inf), predicateLt, false)
	g.isa.and(finite, finite, k)
	g.isa.compare(1, k, x, g.c64(pole), predicateLt, false)
	g.isa.mix(1, t, x, g.c64(math.NaN()), k)
	g.isa.compare(1, k, x, g.c64(pole), predicateEq, false)
	g.isa.mix(1, t, t, g.c64(math.Inf(-1)), k)
	g.isa.mix(1, v, t, register(v), finite)
}

func (g *generator) log1p(d, x int) {
	t := g.temps(4)
	u, c, k, f := t[0], t[1], t[2], t[3]
	// u + c is 1 + x exactly.
	g.d64(addReal[1], u, x, g.c64(1))
	g.d64(subReal[1], k, u, g.c64(1))
	g.d64(subReal[1], f, u, register(k))
	g.set64(c, 1)
	g.d64(subReal[1], c, c, register(f))
	g.d64(subReal[1], k, x, register(k))
	g.d64(addReal[1], c, c, register(k))
	g.split(k, f, u)
	// f + c/2 2^(1-k); in bits, the exponent of 2^(1-k) is 2047 less that of 2^k.
	g.d64(andBits[1], u, u, g.c64(inf))
	power := g.temp(realClass)
	g.set64(power, inf)
	g.d64(subLong, power, power, register(u))
	g.d64(mulReal[1], c, c, g.c64(0.5))
	g.d64(fma231[1], f, c, register(power))
	g.logarithm(u, k, f)
	g.edge(u, x, -1, k)
	g.isa.mix(1, d, u, register(x), g.tiny(x, log1pLeast))
}
