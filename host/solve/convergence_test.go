package solve

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

// endpoint integrates dx/dt = x·cos(t) - y, dy/dt = x - sin(t)·y² from (1, 0.5) to t = 2 in steps of h.
func endpoint(t *testing.T, method string, h float64) (float64, float64) {
	m := newModel(h)
	x, y, now := m.state("x", 1), m.state("y", 0.5), m.B.Time(h)
	m.ode("x", m.sub(m.mul(x, m.B.Op(ir.OpCos, now)), y))
	m.ode("y", m.sub(x, m.mul(m.B.Op(ir.OpSin, now), m.mul(y, y))))
	news := m.must(t, method)
	for range int(math.Round(2 / h)) {
		m.advance(news)
	}
	return m.val["x"], m.val["y"]
}

// TestOrder measures the order of each method on a system that is nonlinear and depends on time: a stage evaluated at the
// wrong time would lower it.
func TestOrder(t *testing.T) {
	xr, yr := endpoint(t, "rk4", 1.0/4096)
	for method, order := range map[string]float64{"euler": 1, "rk2": 2, "rk4": 4} {
		err := func(h float64) float64 {
			x, y := endpoint(t, method, h)
			return math.Hypot(x-xr, y-yr)
		}
		got := math.Log2(err(1.0/64) / err(1.0/128))
		t.Logf("%s: order %.3f", method, got)
		if math.Abs(got-order) > 0.1 {
			t.Errorf("%s converges with order %.3f, want %v", method, got, order)
		}
	}
}

// TestExponentialEulerOrder: first order on a conditionally linear system, and exact where the others do not change.
func TestExponentialEulerOrder(t *testing.T) {
	end := func(method string, h float64) float64 {
		m := newModel(h)
		x, y := m.state("x", 1), m.state("y", 0.5)
		m.ode("x", m.sub(m.c(1), m.mul(x, m.add(m.c(1), m.mul(y, y)))))
		m.ode("y", m.sub(x, y))
		news := m.must(t, method)
		for range int(math.Round(2 / h)) {
			m.advance(news)
		}
		return m.val["x"]
	}
	want := end("rk4", 1.0/4096)
	got := math.Log2(math.Abs(end("exponential_euler", 1.0/64)-want) / math.Abs(end("exponential_euler", 1.0/128)-want))
	if math.Abs(got-1) > 0.1 {
		t.Errorf("converges with order %.3f, want 1", got)
	}

	m := newModel(0.5)
	x, g := m.state("x", 3), m.leaf("g", 0)
	m.ode("x", m.mul(g, m.sub(m.c(2), x)))
	news := m.must(t, "exponential_euler")
	for _, rate := range []float64{0, 1e-300, 1e-9, 0.7, 40, 1e6} { // 0 would be 0/0 in the textbook form
		m.val["x"], m.val["g"] = 3, rate
		m.advance(news)
		if want := 2 + math.Exp(-rate*0.5); math.Abs(m.val["x"]-want) > 1e-15 {
			t.Errorf("rate %g: %v, want %v", rate, m.val["x"], want)
		}
	}
}

// strongError integrates dx/dt = -x/2 + s·x·noise (Stratonovich), whose solution is exp(-t/2 + s·W), along fixed
// Brownian paths that all step sizes share, and returns the mean distance at t = 1.
func strongError(t *testing.T, method string, steps int) float64 {
	const finest, paths, s = 1024, 400, 0.8
	h := 1 / float64(steps)
	m := newModel(h)
	x := m.state("x", 1)
	xi := m.noise("xi")
	m.ode("x", m.add(m.mul(m.c(-0.5), x), m.mul(m.mul(m.c(s), x), xi)))
	news := m.must(t, method)
	sum := 0.0
	for p := range paths {
		rng := rand.New(rand.NewPCG(7, uint64(p)))
		m.val["x"], m.step = 1, 0
		W := 0.0
		for range steps {
			dW := 0.0
			for range finest / steps {
				dW += rng.NormFloat64() / math.Sqrt(finest)
			}
			W += dW
			m.draw[0] = dW / math.Sqrt(h)
			m.advance(news)
		}
		sum += math.Abs(m.val["x"] - math.Exp(-0.5+s*W))
	}
	return sum / paths
}

func TestStrongOrder(t *testing.T) {
	for _, method := range []string{"milstein", "heun"} {
		e1, e2 := strongError(t, method, 64), strongError(t, method, 256)
		order := math.Log2(e1/e2) / 2
		t.Logf("%s: error %.2g, %.2g, order %.3f", method, e1, e2, order)
		if order < 0.85 || order > 1.25 {
			t.Errorf("%s converges with strong order %.3f, want 1", method, order)
		}
	}
}

// TestEulerMaruyama compares one step with the formula, for noise that two equations share and noise of their own.
func TestEulerMaruyama(t *testing.T) {
	const dt, s1, s2, s3 = 0.01, 0.3, -0.4, 2.0
	m := newModel(dt)
	x, y := m.state("x", 1), m.state("y", -2)
	common, own := m.noise("common"), m.noise("own")
	m.ode("x", m.add(m.neg(x), m.mul(m.c(s1), common)))
	m.ode("y", m.add(m.sub(m.mul(own, m.c(s3)), y), m.div(m.mul(common, m.c(s2)), m.c(2))))
	m.draw[0], m.draw[1] = 1.5, -0.7
	for _, method := range []string{"euler", "heun"} { // the same for additive noise
		m.val["x"], m.val["y"] = 1, -2
		m.advance(m.must(t, method))
		wantX := 1 - dt + s1*math.Sqrt(dt)*1.5
		wantY := -2 + 2*dt + s2/2*math.Sqrt(dt)*1.5 + s3*math.Sqrt(dt)*-0.7
		if math.Abs(m.val["x"]-wantX) > 1e-15 || math.Abs(m.val["y"]-wantY) > 1e-15 {
			t.Errorf("%s: %v, %v, want %v, %v", method, m.val["x"], m.val["y"], wantX, wantY)
		}
	}
}

// TestHeunTime: the predictor of the noise is taken at the end of the step.
func TestHeunTime(t *testing.T) {
	const dt = 0.25
	m := newModel(dt)
	x := m.state("x", 1)
	m.ode("x", m.mul(m.mul(x, m.B.Time(dt)), m.noise("xi")))
	m.draw[0], m.step = 2, 3
	m.advance(m.must(t, "heun"))
	now, dW := 3*dt, 2*math.Sqrt(dt)
	support := 1 + now*dW
	want := 1 + 0.5*dW*(now+support*(now+dt))
	if math.Abs(m.val["x"]-want) > 1e-15*want {
		t.Errorf("%v, want %v", m.val["x"], want)
	}
}

// TestMilsteinStep compares one step with the formula written out.
func TestMilsteinStep(t *testing.T) {
	const dt = 0.01
	m := newModel(dt)
	x := m.state("x", 0.6)
	m.ode("x", m.add(m.neg(x), m.mul(m.mul(x, x), m.noise("xi"))))
	m.draw[0] = -1.2
	m.advance(m.must(t, "milstein"))
	f, g, slope, dW := -0.6, 0.36, 1.2, -1.2*math.Sqrt(dt)
	want := 0.6 + dt*f + g*dW + 0.5*g*slope*dW*dW
	if math.Abs(m.val["x"]-want) > 1e-15 {
		t.Errorf("%v, want %v", m.val["x"], want)
	}
}

// TestMilsteinAtZero: the slope of sqrt(x) is infinite where its noise vanishes.
func TestMilsteinAtZero(t *testing.T) {
	m := newModel(0.01)
	x := m.state("x", 0)
	m.ode("x", m.sub(m.mul(m.B.Op(ir.OpSqrt, x), m.noise("xi")), m.sub(x, m.c(1))))
	m.draw[0] = 1
	m.advance(m.must(t, "milstein"))
	if m.val["x"] != 0.01 {
		t.Errorf("%v, want 0.01", m.val["x"])
	}
}
