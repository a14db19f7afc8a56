package solve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/galvani-sim/galvani/host/ir"
)

// linearModel is x' = M·x + b with the nonzero coefficients made by constant.
func linearModel(dt float64, m [][]float64, b []float64, constant func(*model, string, float64) *ir.Expr) *model {
	md := newModel(dt)
	x := make([]*ir.Expr, len(m))
	for i := range m {
		x[i] = md.state(fmt.Sprintf("x%d", i), float64(i+1)*0.7-1)
	}
	for i := range m {
		sum := md.a.Const(0)
		for j, v := range m[i] {
			if v != 0 {
				sum = md.a.add(sum, md.mul(constant(md, fmt.Sprintf("m%d%d", i, j), v), x[j]))
			}
		}
		if b[i] != 0 {
			sum = md.a.add(sum, constant(md, fmt.Sprintf("b%d", i), b[i]))
		}
		md.ode(fmt.Sprintf("x%d", i), md.a.expr(sum))
	}
	return md
}

// reference steps x' = M·x + b by gonum's matrix exponential of the system with b as one more column.
func reference(dt float64, m [][]float64, b, x []float64) []float64 {
	n := len(m)
	a := mat.NewDense(n+1, n+1, nil)
	for i := range m {
		for j, v := range m[i] {
			a.Set(i, j, v*dt)
		}
		a.Set(i, n, b[i]*dt)
	}
	var e mat.Dense
	e.Exp(a)
	y := make([]float64, n)
	for i := range y {
		for j := range x {
			y[i] += e.At(i, j) * x[j]
		}
		y[i] += e.At(i, n)
	}
	return y
}

func (m *model) values() []float64 {
	x := make([]float64, len(m.Vars))
	for i, v := range m.Vars {
		x[i] = m.val[v.Name]
	}
	return x
}

// checkSteps compares several steps of the method exact with the matrix exponential, relative to the largest value.
func checkSteps(t *testing.T, md *model, dt float64, m [][]float64, b []float64, tol float64) {
	t.Helper()
	news := md.must(t, "exact")
	for step := range 20 {
		want := reference(dt, m, b, md.values())
		md.advance(news)
		scale := 0.0
		for _, v := range want {
			scale = max(scale, math.Abs(v))
		}
		for i, got := range md.values() {
			if d := math.Abs(got - want[i]); !(d <= tol*scale) {
				t.Fatalf("step %d: x%d = %v, want %v (off by %.2g of the largest)", step, i, got, want[i], d/scale)
			}
		}
	}
}

// TestExactStructures covers each form of a row: decay, decay with input, chains, equal and zero diagonals, cycles.
func TestExactStructures(t *testing.T) {
	systems := []struct {
		name string
		m    [][]float64
		b    []float64
	}{
		{"decay", [][]float64{{-3}}, []float64{0}},
		{"decay with input", [][]float64{{-3}}, []float64{2}},
		{"integrator", [][]float64{{0}}, []float64{2}},
		{"membrane and synapse", [][]float64{{-2, 2}, {0, -7}}, []float64{0.3, 0}},
		{"equal time constants", [][]float64{{-2, 2}, {0, -2}}, []float64{0.3, 0}},
		{"equal time constants and inputs", [][]float64{{-2, 2}, {0, -2}}, []float64{0.3, -1}},
		{"driven pair", [][]float64{{-2, 1.5}, {0, -9}}, []float64{0.3, 4}},
		{"two integrators", [][]float64{{0, 1}, {0, 0}}, []float64{0, -9.81}},
		{"alpha synapse", [][]float64{{-1, 1, 0}, {0, -5, 5}, {0, 0, -5}}, []float64{0.2, 0, 0}},
		{"chain of equals", [][]float64{{-5, 1, 0}, {0, -5, 5}, {0, 0, -5}}, []float64{0.2, 0, 0}},
		{"stiff chain", [][]float64{{-1, 1, 0}, {0, -900, 900}, {0, 0, -40}}, []float64{0.2, 0, 0}},
		{"three integrators", [][]float64{{0, 1, 0}, {0, 0, 1}, {0, 0, 0}}, []float64{0, 0, 0}},
		{"diamond", [][]float64{{-1, 1, 2, 0}, {0, -2, 0, 3}, {0, 0, -2, 4}, {0, 0, 0, -1}}, []float64{0, 0, 0, 0}},
		{"driven chain", [][]float64{{-1, 1, 0}, {0, -5, 5}, {0, 0, -5}}, []float64{0.2, 0, 1}},
		{"oscillator", [][]float64{{0, 1}, {-40, 0}}, []float64{0, 0}},
		{"damped oscillator", [][]float64{{-1, 6}, {-6, -1}}, []float64{1, 0}},
		{"adaptation", [][]float64{{-50, -1}, {4, -7}}, []float64{3, 0.5}},
		{"singular cycle", [][]float64{{-2, 2}, {2, -2}}, []float64{1, 1}},
		{"growing", [][]float64{{1.5, 0.5}, {0.25, 2}}, []float64{0, 1}},
		{"four in a ring", [][]float64{{-3, 1, 0, 0}, {0, -4, 1, 0}, {0, 0, -5, 1}, {1, 0, 0, -6}}, []float64{1, 0, 0, 2}},
	}
	for _, sys := range systems {
		for name, constant := range constants {
			t.Run(sys.name+"/"+name, func(t *testing.T) {
				const dt = 0.05
				checkSteps(t, linearModel(dt, sys.m, sys.b, constant), dt, sys.m, sys.b, 3e-14)
			})
		}
	}
}

// TestExactRandom holds coupled stable systems of five variables against the matrix exponential, as numbers; and of three, as
// parameters.
func TestExactRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		for n, name := range map[int]string{5: "number", 3: "per element"} {
			m, b := make([][]float64, n), make([]float64, n)
			for i := range m {
				b[i] = rng.NormFloat64()
				sum := 0.0
				for j := range n {
					m[i] = append(m[i], rng.NormFloat64())
					sum += math.Abs(m[i][j])
				}
				m[i][i] -= sum // row diagonally dominant: stable
			}
			checkSteps(t, linearModel(0.1, m, b, constants[name]), 0.1, m, b, 3e-14)
		}
	}
}

// TestExactNearlyEqual sweeps the gap between two and between three time constants through zero, where the textbook
// formula divides by it; the reference is the numeric form, at 256 bits.
func TestExactNearlyEqual(t *testing.T) {
	gaps := []float64{0}
	for e := -16; e <= 2; e++ {
		gaps = append(gaps, math.Pow(10, float64(e)), -math.Pow(10, float64(e)))
	}
	const dt = 0.05
	worst := 0.0
	for _, gap := range gaps {
		for _, m := range [][][]float64{
			{{-5, 1}, {0, -5 + gap}},
			{{-5, 1, 0}, {0, -5 + gap, 1}, {0, 0, -5 + gap/3}},
			{{-5, 1, 0}, {0, -5 + gap, 1}, {0, 0, -105}},
		} {
			zero := make([]float64, len(m))
			num, sym := linearModel(dt, m, zero, constants["number"]), linearModel(dt, m, zero, constants["per element"])
			num.advance(num.must(t, "exact"))
			sym.advance(sym.must(t, "exact"))
			for i, want := range num.values() {
				d := math.Abs(sym.values()[i]-want) / max(1, math.Abs(want))
				worst = max(worst, d)
				if !(d < 4e-15) {
					t.Errorf("gap %g, %d variables: x%d = %v, want %v", gap, len(m), i, sym.values()[i], want)
				}
			}
		}
	}
	t.Logf("largest difference %.2g", worst)
}

// TestExactUnits gives the two variables of a pair units that differ by 1e12, as amperes and volts do.
func TestExactUnits(t *testing.T) {
	const dt = 1e-4
	m := [][]float64{{-50, 5e9, 0}, {0, -200, 1}, {-1e-9, 0, -10}}
	scaled := [][]float64{{-50, 5e-3, 0}, {0, -200, 1}, {-1e3, 0, -10}} // x1 and x2 times 1e12
	for name, constant := range map[string]func(*model, string, float64) *ir.Expr{"number": constants["number"], "per element": constants["per element"]} {
		a := linearModel(dt, m, make([]float64, 3), constant)
		b := linearModel(dt, scaled, make([]float64, 3), constant)
		a.val["x0"], a.val["x1"], a.val["x2"] = -65e-3, 100e-12, 10e-12
		b.val["x0"], b.val["x1"], b.val["x2"] = -65e-3, 100, 10
		na, nb := a.must(t, "exact"), b.must(t, "exact")
		for range 100 {
			a.advance(na)
			b.advance(nb)
		}
		for i, f := range []float64{1, 1e-12, 1e-12} {
			x, y := a.values()[i], b.values()[i]*f
			if math.Abs(x-y) > 1e-13*math.Abs(y) {
				t.Errorf("%s: x%d = %v, in other units %v", name, i, x, y)
			}
		}
	}
}

// TestExactSymbolicRange holds the claim made at symbolicSquarings: accuracy against the size of M·dt, for decays and for
// rotations (which, unlike decays, do not damp an error).
func TestExactSymbolicRange(t *testing.T) {
	for _, c := range []struct{ size, decay, rotation float64 }{
		{0.01, 1e-15, 1e-15}, {1, 1e-15, 1e-15}, {4, 1e-15, 2e-15}, {16, 1e-15, 2e-14}, {64, 1e-15, 1e-10}, {700, 1e-14, math.Inf(1)},
	} {
		for _, m := range [][][]float64{
			{{-c.size, c.size / 2}, {c.size / 3, -c.size}},
			{{0, c.size}, {-c.size, 0}},
		} {
			tol := c.decay
			if m[0][0] == 0 {
				tol = c.rotation
			}
			b := []float64{1, 2}
			num, sym := linearModel(1, m, b, constants["number"]), linearModel(1, m, b, constants["per element"])
			num.advance(num.must(t, "exact"))
			sym.advance(sym.must(t, "exact"))
			for i, want := range num.values() {
				d := math.Abs(sym.values()[i] - want)
				t.Logf("%v: x%d off by %.2g", m, i, d)
				if !(d <= tol) {
					t.Errorf("%v: x%d = %v, want %v", m, i, sym.values()[i], want)
				}
			}
		}
	}
}

// TestExactOver integrates a trace over elapsed times, as event-driven synapses do.
func TestExactOver(t *testing.T) {
	m := newModel(1e-4)
	x := m.state("x", 2)
	elapsed := m.leaf("elapsed", 0)
	m.ode("x", m.div(m.neg(x), m.c(20e-3)))
	news, err := ExactOver(m.System, elapsed)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []float64{0, 1e-4, 0.5, 1e5} {
		m.val["x"], m.val["elapsed"] = 2, s
		m.advance(news)
		if want := 2 * math.Exp(-s/20e-3); math.Abs(m.val["x"]-want) > 1e-15*want {
			t.Errorf("after %g s: %v, want %v", s, m.val["x"], want)
		}
	}
}

// TestExactLongRun follows a membrane with two synapses for 5000 steps and compares with the solution at each time: errors must
// not add up.
func TestExactLongRun(t *testing.T) {
	const taum, taue, taui, El, v0, e0, i0 = 20e-3, 5e-3, 10e-3, -49e-3, -60e-3, 30e-3, -40e-3
	for name, constant := range constants {
		m := cuba(constant)
		m.val["v"], m.val["ge"], m.val["gi"] = v0, e0, i0
		news := m.must(t, "exact")
		worst := 0.0
		for n := range 5000 {
			s := 1e-4 * float64(n)
			part := func(g0, tau float64) float64 {
				return g0 * tau / (tau - taum) * (math.Exp(-s/tau) - math.Exp(-s/taum))
			}
			want := El + (v0-El)*math.Exp(-s/taum) + part(e0, taue) + part(i0, taui)
			worst = max(worst, math.Abs(m.val["v"]-want)/math.Abs(v0))
			m.advance(news)
		}
		t.Logf("%s: largest difference %.2g", name, worst)
		if worst > 1e-13 {
			t.Errorf("%s: largest difference %.2g of the initial value", name, worst)
		}
	}
}

// TestExactInfiniteTimeConstant: a rate of zero that is known at run time only is an integrator.
func TestExactInfiniteTimeConstant(t *testing.T) {
	m := newModel(0.5)
	x, y := m.state("x", 1), m.state("y", 2)
	m.ode("x", m.div(m.sub(y, x), m.leaf("tau", math.Inf(1))))
	m.ode("y", m.add(m.div(m.neg(y), m.leaf("tau2", math.Inf(1))), m.c(3)))
	m.advance(m.must(t, "exact"))
	if m.val["x"] != 1 || m.val["y"] != 3.5 {
		t.Errorf("x, y = %v, %v, want 1, 3.5", m.val["x"], m.val["y"])
	}
}
