package cpu

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// ulps is the distance of got from want in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	_, e := math.Frexp(w)
	d := new(big.Float).SetPrec(300).Sub(want, big.NewFloat(got))
	err, _ := d.SetMantExp(d, -max(e-53, -1074)).Float64()
	return math.Abs(err)
}

func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(x) }

// bigLog is the logarithm with some 100 bits: y = log(x), nearly, and the series of log(x exp(-y)).
func bigLog(x *big.Float) *big.Float {
	fraction := new(big.Float)
	k := x.MantExp(fraction)
	v, _ := fraction.Float64()
	y := math.Log(v) + float64(k)*math.Ln2 // math.Log alone is wrong for subnormal numbers
	d := new(big.Float).Mul(x, bigExp(-y))
	d.Sub(d, bigOf(1))
	sum, term := bigOf(y), new(big.Float).Set(d)
	for i := 1.0; i < 6; i++ {
		sum.Add(sum, new(big.Float).Quo(term, bigOf(i)))
		term.Mul(term, d)
		term.Neg(term)
	}
	return sum
}

func TestLog(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	ten := bigLog(bigOf(10))
	worst := map[string]float64{}
	within := func(name string, x, got float64, want *big.Float, limit float64) {
		t.Helper()
		err := ulps(got, want)
		worst[name] = max(worst[name], err)
		if w, _ := want.Float64(); !(err <= limit) {
			t.Fatalf("%s(%v) = %v, want %v: %.3f ulp", name, x, got, w, err)
		}
	}
	check := func(x float64) {
		t.Helper()
		want := bigLog(bigOf(x))
		within("log", x, log(x), want, 0.8)
		within("log10", x, log10(x), new(big.Float).Quo(want, ten), 0.7)
	}
	check1 := func(x float64) {
		t.Helper()
		within("log1p", x, log1p(x), bigLog(new(big.Float).Add(bigOf(1), bigOf(x))), 1.3)
	}
	for range 2000 {
		check(math.Exp(r.NormFloat64() * math.Exp2(float64(r.IntN(12)-4))))
		check(1 + r.NormFloat64()*math.Exp2(float64(-3-r.IntN(30))))
		check(math.Float64frombits(r.Uint64N(0x7FF << 52)))
		check1(r.NormFloat64() * math.Exp2(float64(r.IntN(40)-44)))
		check1(math.Expm1(r.NormFloat64() * 2))
		check1(-1 + math.Exp2(-53*r.Float64()))
	}
	for k := range 200 {
		// Around the places where the power of 2 changes.
		x := math.Ldexp(math.Sqrt2, k-100)
		for _, v := range []float64{x, math.Nextafter(x, 0), math.Nextafter(x, 1e300), math.Ldexp(1, k-100)} {
			if v != 1 {
				check(v)
			}
			check1(v)
		}
	}
	for _, x := range []float64{5e-324, 1e-310, smallestNormal, 0x1.fffffffffffffp-1023, math.MaxFloat64, 0x1.fffffffffffffp-1, 0x1.0000000000001p0} {
		check(x)
	}
	for _, x := range []float64{0x1p-53, -0x1p-53, 0x1.8p-53, 1e300, math.MaxFloat64, 0x1p53, 0x1p53 + 2, -0x1.fffffffffffffp-1, -0.5, 1} {
		check1(x)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ x, log, log10, log1p float64 }{
		{0, -inf, -inf, 0}, {math.Copysign(0, -1), -inf, -inf, math.Copysign(0, -1)}, {1, 0, 0, log1p(1)}, {inf, inf, inf, inf}, {-inf, nan, nan, nan}, {nan, nan, nan, nan},
		{-1, nan, nan, -inf}, {-5e-324, nan, nan, -5e-324}, {-2, nan, nan, nan},
	} {
		sameBits(t, "log, log10 and log1p at an edge", []float64{log(c.x), log10(c.x), log1p(c.x)}, []float64{c.log, c.log10, c.log1p})
	}
	t.Logf("largest errors in ulp: %.3v", worst)
}

// Powers of 10 are what people look at.
func TestLog10(t *testing.T) {
	for k := range 23 { // larger ones are no float64
		x := math.Pow(10, float64(k))
		if v := log10(x); v != float64(k) {
			t.Errorf("log10(1e%d) = %v", k, v)
		}
	}
}

func TestHyperbolic(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	worst := map[string]float64{}
	check := func(x float64) {
		t.Helper()
		up, down := bigExp(x), bigExp(-x)
		twice := new(big.Float).Sub(up, down)
		sum := new(big.Float).Add(up, down)
		for name, c := range map[string]struct {
			got   float64
			want  *big.Float
			limit float64
		}{
			"sinh": {sinh(x), new(big.Float).Mul(twice, bigOf(0.5)), 2},
			"cosh": {cosh(x), new(big.Float).Mul(sum, bigOf(0.5)), 1.2},
			"tanh": {tanh(x), new(big.Float).Quo(twice, sum), 1.8},
		} {
			w, _ := c.want.Float64()
			if math.IsInf(w, 0) {
				if c.got != w {
					t.Fatalf("%s(%v) = %v, want %v", name, x, c.got, w)
				}
				continue
			}
			err := ulps(c.got, c.want)
			worst[name] = max(worst[name], err)
			if !(err <= c.limit) {
				t.Fatalf("%s(%v) = %v, want %v: %.3f ulp", name, x, c.got, w, err)
			}
		}
	}
	for range 3000 {
		check(r.NormFloat64() * math.Exp2(float64(r.IntN(40)-32)))
		check(r.NormFloat64() * 2)
	}
	for _, x := range []float64{1e-300, 5e-324, 0x1p-28, 0x1.fffffffffffffp-29, 0.2, 0.3465, 0.3466, 1, 18, 19, 21.9, 22, 22.1, 40, 700, 709, 709.8, 710.4, 710.47, 710.48, 711, 1000} {
		check(x)
		check(-x)
	}
	for _, x := range []float64{0, math.Inf(1), math.NaN()} {
		for _, x := range []float64{x, -x, math.Copysign(x, -1)} {
			sameBits(t, "sinh, cosh and tanh at an edge", []float64{sinh(x), cosh(x), tanh(x)}, []float64{math.Sinh(x), math.Cosh(x), math.Tanh(x)})
		}
	}
	t.Logf("largest errors in ulp: %.3v", worst)
}
