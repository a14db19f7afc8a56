package solve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// elapsedSystem has rates in 1/s, inputs, and the bound on the error relative to the largest magnitude that the terms of the solution reach.
type elapsedSystem struct {
	name string
	m    [][]float64
	b    []float64
}

var elapsedSystems = []elapsedSystem{
	{"two traces", [][]float64{{-50, 0}, {40, -40}}, []float64{0, 0}},
	{"two traces, equal time constants", [][]float64{{-50, 0}, {50, -50}}, []float64{0, 0}},
	{"three in a chain", [][]float64{{-50, 0, 0}, {20, -20, 0}, {0, 5, -5}}, []float64{0, 0, 0}},
	{"three in a chain, equal, with input", [][]float64{{-50, 0, 0}, {50, -50, 0}, {0, 50, -50}}, []float64{2, 0, 0}},
	{"four in a chain", [][]float64{{-50, 0, 0, 0}, {20, -20, 0, 0}, {0, 5, -5, 0}, {0, 0, 1, -1}}, []float64{0, 0, 0, 0}},
	{"real pair", [][]float64{{-50, 8}, {30, -20}}, []float64{0, 0}},
	{"real pair, with input", [][]float64{{-50, 8}, {30, -20}}, []float64{3, -1}},
	{"repeated eigenvalue", [][]float64{{-30, -25}, {4, -10}}, []float64{0, 0}},
	{"repeated eigenvalue, with input", [][]float64{{-30, -25}, {4, -10}}, []float64{1, 2}},
	{"stiff pair", [][]float64{{-1e5, 3e4}, {2e4, -1e4}}, []float64{0, 0}},
	{"oscillation", [][]float64{{0, 40}, {-40, 0}}, []float64{0, 0}},
	{"oscillation, with input", [][]float64{{0, 40}, {-40, 0}}, []float64{1, 0}},
	{"damped oscillation", [][]float64{{-5, 60}, {-60, -8}}, []float64{0, 0}},
	{"damped oscillation, with input", [][]float64{{-5, 60}, {-60, -8}}, []float64{1, -2}},
	{"singular cycle", [][]float64{{-20, 20}, {20, -20}}, []float64{1, 1}},
	{"saddle", [][]float64{{1, 2}, {3, -1}}, []float64{0, 0.5}},
	{"units far apart", [][]float64{{-50, 5e9}, {-1e-8, -70}}, []float64{0, 0}},
	{"oscillator and trace", [][]float64{{-3, 30, 0}, {-30, -3, 0}, {10, 0, -10}}, []float64{0, 0, 0}},
	{"oscillator and trace, with input", [][]float64{{-3, 30, 0}, {-30, -3, 0}, {10, 0, -10}}, []float64{0, 1, 2}},
	{"stiff three in a ring", [][]float64{{-2e4, 30, 0}, {0, -3, 3}, {40, 0, -100}}, []float64{0, 1, 0}},
}

// growth bounds the magnitude of what exp(M·t) makes of x, in the units of each variable: it is what a bound on rounding refers to.
func growth(step *numericStep, x, b []float64, i int) float64 {
	g := math.Abs(x[i])
	for j := range x {
		g += math.Abs(step.k[i][j]*x[j]) + math.Abs(step.phi[i][j]*b[j])
	}
	return g
}

// TestExactOverElapsed integrates coupled systems over times from nothing to thousands of time constants, with coefficients as numbers, and
// of each element. The reference is the solution at 256 bits, itself held against gonum's matrix exponential.
func TestExactOverElapsed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for _, sys := range elapsedSystems {
		for name, constant := range constants {
			t.Run(sys.name+"/"+name, func(t *testing.T) {
				md := linearModel(1e-4, sys.m, sys.b, constant)
				news, err := ExactOver(md.System, md.leaf("elapsed", 0))
				if err != nil {
					t.Fatal(err)
				}
				worst := 0.0
				for k := range 40 {
					elapsed := 1e-4 * float64(k)
					if k >= 10 {
						elapsed = 1e-4 * math.Floor(math.Pow(10, 5*r.Float64()))
					}
					worst = max(worst, sys.check(t, md, func() { md.advance(news) }, elapsed, r))
				}
				t.Logf("largest error %.2g", worst)
			})
		}
	}
}

func (sys *elapsedSystem) check(t *testing.T, md *model, advance func(), elapsed float64, r *rand.Rand) (worst float64) {
	x := make([]float64, len(sys.m))
	for i := range x {
		x[i] = r.NormFloat64()
		md.val[fmt.Sprintf("x%d", i)] = x[i]
	}
	md.val["elapsed"] = elapsed
	step := newNumericStep(sys.m, elapsed)
	if step == nil {
		return 0 // a growing solution beyond the range of numbers
	}
	rate := 0.0
	for _, row := range sys.m {
		for _, v := range row {
			rate = max(rate, math.Abs(v))
		}
	}
	known := reference(elapsed, sys.m, sys.b, x)
	advance()
	for i, got := range md.values() {
		want := x[i]
		for j := range x {
			want += float64(step.k[i][j]*x[j]) + float64(step.phi[i][j]*sys.b[j])
		}
		scale := growth(step, x, sys.b, i)
		if rate*elapsed < 30 { // gonum's is for short steps, and variables of like units
			if d := math.Abs(want - known[i]); d > 1e-11*scale {
				t.Errorf("after %g s: x%d is %v at 256 bits, %v by gonum", elapsed, i, want, known[i])
			}
		}
		d := math.Abs(got-want) / max(scale, math.SmallestNonzeroFloat64)
		worst = max(worst, d)
		// An oscillation's phase is known as well as its frequency: one rounding of it is elapsed·rate roundings of the result.
		if tol := 2e-14 * max(1, math.Abs(sys.turn()*elapsed)); !(d <= tol) {
			t.Errorf("after %g s: x%d = %v, want %v, off by %.2g of %g", elapsed, i, got, want, d, scale)
		}
	}
	return worst
}

// turn is a bound on the angular velocity of the system's oscillations, 0 without any.
func (sys *elapsedSystem) turn() float64 {
	w := 0.0
	for i, row := range sys.m {
		for j := range row {
			w = max(w, -row[j]*sys.m[j][i])
		}
	}
	return math.Sqrt(w)
}

// TestExactOverRandomPairs sweeps random pairs, through and near repeated eigenvalues.
func TestExactOverRandomPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for n := range 400 {
		a, d := -100*r.Float64(), -100*r.Float64()
		b := 100 * r.NormFloat64()
		q := math.Pow(10, -16+18*r.Float64()) * float64(1-2*r.IntN(2)) * 1000
		c := (q - (a-d)*(a-d)/4) / b
		sys := elapsedSystem{m: [][]float64{{a, b}, {c, d}}, b: []float64{r.NormFloat64() * float64(n%2), 0}}
		for name, constant := range constants {
			md := linearModel(1e-4, sys.m, sys.b, constant)
			news, err := ExactOver(md.System, md.leaf("elapsed", 0))
			if err != nil {
				t.Fatal(name, err)
			}
			for range 5 {
				sys.check(t, md, func() { md.advance(news) }, 0.5*r.Float64(), r)
			}
		}
		if t.Failed() {
			t.Fatalf("%v", sys)
		}
	}
}

func TestExactOverTooMany(t *testing.T) {
	m := make([][]float64, 5)
	for i := range m {
		m[i] = []float64{-1, -1, -1, -1, -1}
	}
	md := linearModel(1e-4, m, make([]float64, 5), constants["number"])
	_, err := ExactOver(md.System, md.leaf("elapsed", 0))
	const want = `method "exact" cannot integrate dx0/dt: 5 variables are coupled and the time since the last event differs from synapse to synapse: the matrix exponential would take 125 products per squaring and element, and the limit is 64`
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
