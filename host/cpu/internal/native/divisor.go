package native

import (
	"math"
	"math/big"
)

// Divisor is a constant by which machine code divides without a division: x/By, rounded to nearest, is x High + x Low, where the second product is
// rounded and the first is not (a fused multiplication and addition). High is 1/By rounded towards zero, and Low what is missing. N. Brisebarre,
// J.-M. Muller, S. K. Raina, "Accelerating correctly rounded floating-point division when the divisor is known in advance", IEEE Transactions on
// Computers 53 (2004). Both have the sign of By, which keeps the sign of zeros.
type Divisor struct {
	By, High, Low float64
	// Least is a size of x below which Low x may lose digits: those are divided.
	Least float64
}

// format is float64 or float32.
type format struct {
	digits int
	round  func(*big.Float) float64 // to nearest
	// Divisors are from least to most, in which everything that is rounded is in the range of normal numbers; least2 is the exponent of Least/By.
	least, most float64
	least2      int
}

var formats = [2]format{
	{24, func(x *big.Float) float64 { v, _ := x.Float32(); return float64(v) }, 0x1p-50, 0x1p75, -75},
	{53, func(x *big.Float) float64 { v, _ := x.Float64(); return v }, 0x1p-120, 0x1p800, -900},
}

// NewDivisor returns the divisor for a constant of float64 lanes or, not wide, of float32; false where there is none: the constant is 0, extreme or
// not finite, or one of the few for which the result is not always the nearest number.
func NewDivisor(by float64, wide bool) (Divisor, bool) {
	f := &formats[0]
	if wide {
		f = &formats[1]
	}
	if size := math.Abs(by); !(size >= f.least && size <= f.most) {
		return Divisor{}, false
	}
	exact := new(big.Float).SetPrec(300)
	exact.Quo(big.NewFloat(1).SetPrec(300), big.NewFloat(by).SetPrec(300))
	high := new(big.Float).SetPrec(uint(f.digits)).SetMode(big.ToZero).Set(exact)
	low := new(big.Float).SetPrec(300).Sub(exact, high)
	d := Divisor{By: by, Least: math.Ldexp(math.Abs(by), f.least2)}
	d.High, _ = high.Float64()
	d.Low = f.round(low)
	if d.Low != 0 && !d.nearest(f) {
		return Divisor{}, false
	}
	return d, true
}

// nearest reports whether x High + x Low is x/By rounded to nearest for all x. It can be something else only where x/By lies so near to the middle
// between two numbers that the errors of Low and Low x matter. With p digits, and with significands as integers B of By and A of x from 2^(p-1) on, x/By
// and the errors, below 2^(1-p) of the last digit of x/By, are such that these x have A 2^(p+1) = ±1, ±2 or ±3 (mod B) where A < B, and A 2^p = ±1
// (mod B) where not: few enough to try them.
func (d *Divisor) nearest(f *format) bool {
	m, _ := math.Frexp(math.Abs(d.By))
	b := big.NewInt(int64(math.Ldexp(m, f.digits)))
	least, behind := new(big.Int).Lsh(big.NewInt(1), uint(f.digits-1)), new(big.Int).Lsh(big.NewInt(1), uint(f.digits))
	for _, c := range []struct {
		shift, most int
		from, to    *big.Int
	}{{f.digits + 1, 3, least, b}, {f.digits, 1, b, behind}} {
		power := new(big.Int).Lsh(big.NewInt(1), uint(c.shift))
		common := new(big.Int).GCD(nil, nil, power, b)
		part := new(big.Int).Quo(b, common)
		inverse := new(big.Int).ModInverse(new(big.Int).Quo(power, common), part)
		if inverse == nil {
			continue // By is a power of 2
		}
		for off := int64(-c.most); off <= int64(c.most); off++ {
			over, rest := new(big.Int).QuoRem(big.NewInt(off), common, new(big.Int))
			if off == 0 || rest.Sign() != 0 {
				continue
			}
			a := over.Mul(over, inverse)
			a.Mod(a, part)
			// The least that is not below c.from.
			a.Add(a, new(big.Int).Mul(part, new(big.Int).Quo(new(big.Int).Sub(c.from, a), part)))
			for ; a.Cmp(c.to) < 0; a.Add(a, part) {
				if a.Cmp(c.from) >= 0 && !d.right(f, a) {
					return false
				}
			}
		}
	}
	return true
}

// right reports whether the quotient is right for x with the significand a.
func (d *Divisor) right(f *format, a *big.Int) bool {
	x := new(big.Float).SetPrec(300).SetInt(a)
	low := f.round(new(big.Float).SetPrec(300).Mul(x, big.NewFloat(d.Low)))
	sum := new(big.Float).SetPrec(300).Mul(x, big.NewFloat(d.High))
	sum.Add(sum, big.NewFloat(low))
	return f.round(sum) == f.round(new(big.Float).SetPrec(300).Quo(x, big.NewFloat(d.By)))
}

// divide writes d = x / by.
func (g *generator) divide(d, x int, by *Divisor) {
	if by.Low == 0 { // a power of 2
		g.real(mulReal, d, x, g.num(by.High))
		return
	}
	t, k := g.temp(realClass), g.temp(maskClass)
	g.real(mulReal, d, x, g.num(by.Low))
	g.isa.lossy(k, d, x, t, by)
	g.real(fma231, d, x, g.num(by.High))
	over := g.isa.none(k)
	g.isa.notZero(k, x, t)
	zeros := g.isa.none(k)
	g.isa.fill(g.wide, t, g.num(by.By))
	g.real(divReal, d, x, register(t))
	g.land(zeros)
	g.land(over)
}

// divideInt writes d = x / by towards minus infinity, or what that leaves. (x + 0.5)/by is at least 1/(2 by) away from an integer, farther than it is
// moved by rounding.
func (g *generator) divideInt(d, x int, by int32, rest bool) {
	quotient := func(to, from int) {
		t := g.temp(realClass)
		g.d64(fromInt[1], t, 0, register(from))
		g.d64(addReal[1], t, t, g.c64(0.5))
		g.d64(mulReal[1], t, t, g.c64(1/float64(by)))
		g.isa.instruction(roundTo[1], full, t, 0, register(t), 0x09)
		g.d64(toIntCut[1], to, 0, register(t))
	}
	q := g.temp(intClass)
	if g.loop.Wide {
		quotient(q, x)
	} else {
		high := g.temp(intClass)
		g.isa.upper(high, x)
		quotient(high, high)
		quotient(q, x)
		g.isa.join(q, q, high)
	}
	if !rest {
		g.isa.instruction(movInt, g.intLength(), d, 0, register(q), 0)
		return
	}
	g.int(mulInt, q, q, g.whole(by))
	g.int(subInt, d, x, register(q))
}
