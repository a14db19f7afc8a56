package solve

import (
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

// compare runs news and holds each variable against its row of want, relative to the row's largest magnitude.
// before is called at the start of each step, after the comparison.
func (m *model) compare(t *testing.T, news []*ir.Expr, want [][]float64, tol float64, before func(step int)) {
	t.Helper()
	scale := make([]float64, len(m.Vars))
	for k := range m.Vars {
		for _, v := range want[k] {
			scale[k] = max(scale[k], math.Abs(v))
		}
	}
	worst := 0.0
	for n := range want[0] {
		for k, v := range m.Vars {
			d := math.Abs(m.val[v.Name]-want[k][n]) / scale[k]
			worst = max(worst, d)
			if !(d <= tol) {
				t.Fatalf("step %d: %s = %v, reference %v, difference %.2g of the largest magnitude", n, v.Name, m.val[v.Name], want[k][n], d)
			}
		}
		if before != nil {
			before(n)
		}
		m.advance(news)
	}
	t.Logf("largest difference %.2g", worst)
}

// fitzHughNagumo is dv/dt = (v - v**3/3 - w + 0.5)/ms, dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms.
func fitzHughNagumo() *model {
	m := newModel(1e-4)
	v, w, ms := m.state("v", -1), m.state("w", 0.3), m.c(1e-3)
	m.ode("v", m.div(m.add(m.sub(m.sub(v, m.div(m.pow(v, 3), m.c(3))), w), m.c(0.5)), ms))
	m.ode("w", m.div(m.mul(m.c(0.08), m.sub(m.add(v, m.c(0.7)), m.mul(m.c(0.8), w))), ms))
	return m
}

func TestFitzHughNagumo(t *testing.T) {
	for _, method := range []string{"euler", "rk4"} {
		t.Run(method, func(t *testing.T) {
			m := fitzHughNagumo()
			m.compare(t, m.must(t, method), readNPY(t, "testdata/fhn_"+method+".npy"), 1e-12, nil)
		})
	}
	t.Run("heun without noise", func(t *testing.T) {
		m := fitzHughNagumo()
		m.compare(t, m.must(t, "heun"), readNPY(t, "testdata/fhn_euler.npy"), 1e-12, nil)
	})
}

func TestHodgkinHuxleyExponentialEuler(t *testing.T) {
	const (
		mV, ms = 1e-3, 1e-3
		area   = 20000e-12 // 20000 um2 in m2
		perCm2 = 1e4       // 1/cm2 in 1/m2
		Cm     = 1e-6 * perCm2 * area
		gl     = 5e-5 * perCm2 * area
		gNa    = 100e-3 * perCm2 * area
		gK     = 30e-3 * perCm2 * area
		El, EK = -65 * mV, -90 * mV
		ENa    = 50 * mV
		VT     = -63 * mV
	)
	md := newModel(0.1 * ms)
	v, m, n, h := md.state("v", El), md.state("m", 0), md.state("n", 0), md.state("h", 0)
	I := md.leaf("I", 0)
	c, add, sub, mul, div, exp := md.c, md.add, md.sub, md.mul, md.div, md.exp
	// ramp is a*(e - v + VT)/(exp((e - v + VT)/s) - 1)/ms, up to sign.
	lin := func(e, sign float64) *ir.Expr {
		if sign > 0 {
			return add(sub(c(e*mV), v), c(VT))
		}
		return sub(sub(v, c(VT)), c(e*mV))
	}
	ramp := func(a, e, sign, s float64) *ir.Expr {
		x := lin(e, sign)
		return div(div(mul(c(a/mV), x), sub(exp(div(x, c(s*mV))), c(1))), c(ms))
	}
	one := c(1)
	gate := func(x, alpha, beta *ir.Expr) *ir.Expr { return sub(mul(alpha, sub(one, x)), mul(beta, x)) }
	m3h := mul(mul(mul(m, m), m), h)
	n4 := mul(mul(mul(n, n), n), n)
	current := add(sub(sub(mul(c(gl), sub(c(El), v)), mul(mul(c(gNa), m3h), sub(v, c(ENa)))), mul(mul(c(gK), n4), sub(v, c(EK)))), I)
	md.ode("v", div(current, c(Cm)))
	md.ode("m", gate(m, ramp(0.32, 13, 1, 4), ramp(0.28, 40, -1, 5)))
	md.ode("n", gate(n, ramp(0.032, 15, 1, 5), div(mul(c(0.5), exp(div(lin(10, 1), c(40*mV)))), c(ms))))
	md.ode("h", gate(h, div(mul(c(0.128), exp(div(lin(17, 1), c(18*mV)))), c(ms)),
		div(div(c(4), add(one, exp(div(lin(40, 1), c(5*mV))))), c(ms))))

	currents := readNPY(t, "testdata/hh_I_nA.npy")[0]
	md.compare(t, md.must(t, "exponential_euler"), readNPY(t, "testdata/hh_loop_vmnh.npy"), 1e-11, func(step int) {
		md.val["I"] = currents[step/100] * 1e-9
	})
	if got := Choose(md.System, true); got != "euler" {
		t.Errorf("Choose = %q, want euler", got)
	}
}

// TestTimedArrayExact integrates the whole trace, threshold and reset included, with the time constant as a number, as a
// parameter of the group and as a parameter per neuron.
func TestTimedArrayExact(t *testing.T) {
	want := readNPY(t, "testdata/sin_ta_exact_vI.npy")
	for name, tau := range map[string]func(*model) *ir.Expr{
		"number":      func(m *model) *ir.Expr { return m.c(5e-3) },
		"shared":      func(m *model) *ir.Expr { return m.shared("tau", 5e-3) },
		"per element": func(m *model) *ir.Expr { return m.leaf("tau", 5e-3) },
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(1e-4)
			v := m.state("v", 0)
			table := m.B.Slot(ir.Slot{Name: "ta", Type: ir.Real, Kind: ir.Indexed, Access: ir.Read})
			m.slot["ta"] = table
			index := m.B.Op(ir.OpMin, m.B.Leaf(ir.OpStep), m.B.ConstInt(1999))
			m.ode("v", m.div(m.sub(m.B.LoadAt(table, index), v), tau(m)))
			if got := Choose(m.System, true); got != "exact" {
				t.Fatalf("Choose = %q, want exact: a table is frozen over the step", got)
			}
			m.compare(t, m.must(t, "exact"), want[:1], 1e-12, func(step int) {
				if m.val["v"] > 1 {
					t.Fatalf("step %d starts above threshold", step)
				}
				m.val["ta"] = want[1][step]
				next := m.eval(m.must(t, "exact")[0], map[*ir.Expr]float64{})
				if next > 1 { // the reset acts at the end of this step, so that the next sample is 0
					m.val["v"], m.val["ta"] = 0, 0
				}
			})
		})
	}
}

// cuba is dv/dt = (ge+gi-(v-El))/taum, dge/dt = -ge/taue, dgi/dt = -gi/taui.
func cuba(constant func(m *model, name string, value float64) *ir.Expr) *model {
	m := newModel(1e-4)
	v, ge, gi := m.state("v", 0), m.state("ge", 0), m.state("gi", 0)
	taum, taue, taui := constant(m, "taum", 20e-3), constant(m, "taue", 5e-3), constant(m, "taui", 10e-3)
	m.ode("v", m.div(m.sub(m.add(ge, gi), m.sub(v, m.c(-49e-3))), taum))
	m.ode("ge", m.div(m.neg(ge), taue))
	m.ode("gi", m.div(m.neg(gi), taui))
	return m
}

var constants = map[string]func(m *model, name string, value float64) *ir.Expr{
	"number":      func(m *model, _ string, value float64) *ir.Expr { return m.c(value) },
	"shared":      (*model).shared,
	"per element": (*model).leaf,
}

// TestCUBA holds single steps of the membrane against the trace of a neuron in a network: v is not changed by synapses, so
// wherever the neuron is not refractory the next sample follows from this one.
func TestCUBA(t *testing.T) {
	want := readNPY(t, "testdata/cuba_neuron0.npy")
	for name, constant := range constants {
		t.Run(name, func(t *testing.T) {
			m := cuba(constant)
			news := m.must(t, "exact")
			free := 0
			for n := range len(want[0]) - 1 {
				const reset = -60e-3
				if want[0][n+1] == reset { // in the step of a spike, or refractory
					continue
				}
				free++
				m.val["v"], m.val["ge"], m.val["gi"] = want[0][n], want[1][n], want[2][n]
				m.advance(news)
				if d := math.Abs(m.val["v"] - want[0][n+1]); d > 60e-3*1e-14 {
					t.Fatalf("step %d: v = %v, reference %v", n, m.val["v"], want[0][n+1])
				}
			}
			if free < 500 {
				t.Fatalf("only %d steps compared", free)
			}
		})
	}
}
