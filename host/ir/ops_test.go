package ir

import (
	"math"
	"math/big"
	"testing"
)

// exact is exp(x) by its power series with 200 bits.
func exact(x float64) *big.Float {
	sum, term := big.NewFloat(1).SetPrec(200), big.NewFloat(1).SetPrec(200)
	small := new(big.Float).SetPrec(200).SetFloat64(x / 4096)
	for n := 1; n < 60; n++ {
		term.Quo(term.Mul(term, small), new(big.Float).SetPrec(200).SetInt64(int64(n)))
		sum.Add(sum, term)
	}
	for range 12 {
		sum.Mul(sum, sum)
	}
	return sum
}

func TestExpNearOverflow(t *testing.T) {
	check := func(name string, x, got float64, want *big.Float) {
		t.Helper()
		w, _ := want.Float64()
		if math.IsInf(w, 0) || math.IsInf(got, 0) {
			if got != w {
				t.Errorf("%s(%v) = %v, want %v", name, x, got, w)
			}
			return
		}
		diff, _ := new(big.Float).Sub(want, new(big.Float).SetFloat64(got)).Float64()
		_, e := math.Frexp(w)
		if ulps := math.Abs(diff) / math.Ldexp(1, e-53); ulps > 2 {
			t.Errorf("%s(%v) = %v, off by %v ulp", name, x, got, ulps)
		}
	}
	half := big.NewFloat(0.5)
	for i := range 3000 {
		x := 698 + float64(i)*0.005
		e := exact(x)
		check("exp", x, Exp(x), e)
		e.Mul(e, half) // exp(-x) is below the last place
		check("sinh", x, Sinh(x), e)
		check("cosh", -x, Cosh(-x), e)
		check("-sinh", x, -Sinh(-x), e)
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -745.2} {
		if got, want := Exp(x), math.Exp(x); got != want && want == want {
			t.Errorf("exp(%v) = %v, want %v", x, got, want)
		}
	}
	if !math.IsInf(Sinh(math.Inf(-1)), -1) || !math.IsInf(Cosh(math.Inf(-1)), 1) || !math.IsNaN(Sinh(math.NaN())) || !math.IsNaN(Cosh(math.NaN())) {
		t.Error("sinh or cosh of an infinity or of NaN")
	}
}

func TestLogOfSubnormal(t *testing.T) {
	for k := -1074; k < -1000; k++ {
		x, want := math.Ldexp(1, k), float64(k)*math.Ln2
		if got := Log(x); math.Abs(got-want) > 1e-15*math.Abs(want) {
			t.Errorf("log(2^%d) = %v, want %v", k, got, want)
		}
		if got, want := Log10(x), want/math.Ln10; math.Abs(got-want) > 1e-15*math.Abs(want) {
			t.Errorf("log10(2^%d) = %v, want %v", k, got, want)
		}
	}
}

func TestMinMaxNaN(t *testing.T) {
	for _, op := range []Op{OpMin, OpMax} {
		for _, v := range []float64{0, 1, math.Inf(1), math.Inf(-1)} {
			for _, args := range [][]float64{{v, math.NaN()}, {math.NaN(), v}} {
				if got, _ := EvalConst(op, Real, args...); got == got {
					t.Errorf("%v%v = %v, want NaN", op, args, got)
				}
			}
		}
	}
}
