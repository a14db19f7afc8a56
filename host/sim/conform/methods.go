package conform

import (
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/host/units"
)

// closed is an equation whose numerical solution has a closed form.
type closed struct {
	name, equations, method string
	want                    func(n int) float64 // v after n steps of 0.1 ms
}

// noises are cases of which every step follows from the one before and the increment of the noise.
type noisy struct {
	equations, method string
	next              func(v, dW float64) float64
}

const closedSteps = 400

var closedForms = func() []closed {
	powers := func(gain func(h float64) float64) func(int) float64 {
		return func(n int) float64 { return math.Pow(gain(dt/5e-3), float64(n)) }
	}
	const decay = "dv/dt = -v/(5*ms) : 1"
	const spiral = "dv/dt = (-v - 3*w)/(5*ms) : 1\ndw/dt = (3*v - w)/(5*ms) : 1"
	const drive = "dv/dt = (0.7 - v)/(5*ms) : 1"
	const ramp = "dv/dt = cos(200*Hz*t)/(5*ms) : 1"
	integral := func(weights map[float64]float64) func(int) float64 {
		return func(n int) float64 {
			sum := 1.0
			for k := range n {
				for at, w := range weights {
					sum += dt / 5e-3 * w * math.Cos(200*(float64(k)+at)*dt)
				}
			}
			return sum
		}
	}
	var list []closed
	add := func(name, equations string, methods map[string]func(int) float64) {
		for m, want := range methods {
			list = append(list, closed{name, equations, m, want})
		}
	}
	euler := powers(func(h float64) float64 { return 1 - h })
	exact := powers(func(h float64) float64 { return math.Exp(-h) })
	add("decay", decay, map[string]func(int) float64{
		"euler": euler, "exact": exact, "exponential_euler": exact, "": exact,
		"rk2": powers(func(h float64) float64 { return 1 - h + h*h/2 }),
		"rk4": powers(func(h float64) float64 { return 1 - h + h*h/2 - h*h*h/6 + h*h*h*h/24 }),
	})
	turning := func(n int) float64 {
		x := float64(n) * dt / 5e-3
		return math.Exp(-x) * math.Cos(3*x)
	}
	add("spiral", spiral, map[string]func(int) float64{"exact": turning, "": turning})
	saturating := func(n int) float64 { return 0.7 + 0.3*math.Exp(-float64(n)*dt/5e-3) }
	add("drive", drive, map[string]func(int) float64{"exact": saturating, "exponential_euler": saturating})
	add("quadrature", ramp, map[string]func(int) float64{
		"euler": integral(map[float64]float64{0: 1}), "rk2": integral(map[float64]float64{0.5: 1}),
		"rk4": integral(map[float64]float64{0: 1. / 6, 0.5: 4. / 6, 1: 1. / 6}),
	})
	// Methods that look ahead read a table where they look; what is constant over dt they do not.
	const held = "\nr = input(t) : 1 (constant over dt)"
	add("table", "dv/dt = input(t)/(5*ms) : 1"+held, map[string]func(int) float64{
		"euler": tabled(0), "exponential_euler": tabled(0), "rk2": tabled(0.5), "rk4": tabled(0, 0.5, 0.5, 0.5, 0.5, 1),
	})
	add("held table", "dv/dt = r/(5*ms) : 1"+held, map[string]func(int) float64{"euler": tabled(0), "exact": tabled(0), "rk2": tabled(0), "rk4": tabled(0)})
	add("held state", "dv/dt = -u/(5*ms) : 1\nu = v : 1 (constant over dt)", map[string]func(int) float64{
		"euler": euler, "rk2": euler, "rk4": euler, "heun": euler, "exact": euler, "exponential_euler": euler,
	})
	// A function of the variable is frozen like the rest.
	add("frozen function", "dv/dt = (exp(-v) - v*(1 + tanh(v)))/(5*ms) : 1", map[string]func(int) float64{"exponential_euler": func(n int) float64 {
		v := 1.0
		for range n {
			a, b := -(1+math.Tanh(v))*dt/5e-3, math.Exp(-v)*dt/5e-3
			v = v*math.Exp(a) + b/a*math.Expm1(a)
		}
		return v
	}})
	return list
}()

var (
	closedInput = []float64{0.05, -0.125, 0.15, 0.075, -0.2, 0.1, 0.025, 0}
	closedNames = names{"input": must(net.NewTimedArray("input", closedInput, 0, 1.37e-3, units.Dim{}))}
)

// tabled integrates closedInput by the mean of its values at places within the steps.
func tabled(places ...float64) func(int) float64 {
	return func(n int) float64 {
		sum := 1.0
		for k := range n {
			input := 0.0
			for _, p := range places {
				input += closedInput[min(int((float64(k)+p)*dt/1.37e-3+1e-9), len(closedInput)-1)]
			}
			sum += dt / 5e-3 * input / float64(len(places))
		}
		return sum
	}
}

var noisyEquations = func() []noisy {
	const s = 0.4
	h := dt / 5e-3
	root := 1 / math.Sqrt(5e-3)
	return []noisy{
		{"dv/dt = (0.3 - v)/(5*ms) + 0.4*xi*(5*ms)**-0.5 : 1", "euler", func(v, dW float64) float64 { return v + h*(0.3-v) + s*root*dW }},
		{"dv/dt = (0.3 - v)/(5*ms) + 0.4*v*xi*(5*ms)**-0.5 : 1", "milstein", func(v, dW float64) float64 {
			w := s * root * dW
			return v + h*(0.3-v) + v*w + v*w*w/2
		}},
		{"dv/dt = (0.3 - v)/(5*ms) + 0.4*v*xi*(5*ms)**-0.5 : 1", "heun", func(v, dW float64) float64 {
			w := s * root * dW
			return v + h*(0.3-v) + (v+(v+v*w))/2*w
		}},
		{"dv/dt = (0.3 - v)/(5*ms) + 0.4*v*xi*(5*ms)**-0.5 : 1", "", func(v, dW float64) float64 {
			w := s * root * dW
			return v + h*(0.3-v) + (v+(v+v*w))/2*w
		}},
	}
}()

// methods holds every numerical method, through the whole pipeline, against what it must give.
func (s *suite) methods(t *testing.T) {
	n := &net.Network{DT: dt}
	var groups []*net.Group
	for i, c := range closedForms {
		g := brian(fmt.Sprint("g", i), 1, c.equations, c.method, closedNames)
		set(g, "v", "", 1)
		groups = append(groups, g)
	}
	for i, c := range noisyEquations {
		g := brian(fmt.Sprint("noisy", i), 7, c.equations, c.method, nil)
		set(g, "v", "", 1)
		groups = append(groups, g)
	}
	n.Groups = groups
	r := compile(t, n, s.options())
	steps(t, r, closedSteps)
	for i, c := range closedForms {
		got, want := get(t, r, groups[i], "v")[0], c.want(closedSteps)
		if d := math.Abs(got - want); !(d <= s.opt.Closed*s.eps()) {
			t.Errorf("%s by %q gives %v, want %v: off by %.3g eps, %g allowed", c.name, c.method, got, want, d/s.eps(), s.opt.Closed)
		}
	}
	for i, c := range noisyEquations {
		g := groups[len(closedForms)+i]
		for e, got := range get(t, r, g, "v") {
			want := 1.0
			for k := range uint32(closedSteps) {
				at := rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream(g.Name + "/update"), Step: k}
				want = c.next(want, math.Sqrt(dt)*s.draw(at, "normal", 0, uint32(e), 0x8000))
			}
			if d := math.Abs(got - want); !(d <= s.opt.Closed*s.eps()) {
				t.Errorf("%q by %q gives v[%d] = %v, want %v: off by %.3g eps, %g allowed", c.equations, c.method, e, got, want, d/s.eps(), s.opt.Closed)
			}
		}
	}
}

// tables compares the sample that a TimedArray gives with Brian2's index, for intervals of table and step that do and do not fit.
func (s *suite) tables(t *testing.T) {
	const samples, columns, until = 13, 4, 90
	n := &net.Network{DT: dt}
	type table struct {
		g     *net.Group
		arrDT float64
	}
	var list []table
	for i, arrDT := range []float64{dt, 2.5e-4, 1e-3, 1.25e-3, 0.5e-4, 1e-5, 0.3e-3} {
		for _, dialect := range []check.Dialect{check.Brian, check.ANNarchy} {
			values := make([]float64, samples*columns)
			for k := range values {
				values[k] = float64(k) - 20
			}
			name := fmt.Sprintf("g%d%d", i, dialect)
			space := names{"one": must(net.NewTimedArray("one", values[:samples], 0, arrDT, units.Dim{})), "two": must(net.NewTimedArray("two", values, columns, arrDT, units.Dim{}))}
			text := "r = one(t) : 1 (constant over dt)\nc = two(t, 3 - i) : 1 (constant over dt)"
			if dialect == check.ANNarchy {
				text = "r = one(t)\nc = two(t, 3 - i)"
			}
			g := &net.Group{Name: name, N: columns, Dialect: dialect, Equations: &diag.Source{Name: name, Text: text}, Namespace: space}
			n.Groups = append(n.Groups, g)
			list = append(list, table{g: g, arrDT: arrDT})
		}
	}
	r := compile(t, n, s.options())
	for step := range until {
		steps(t, r, 1)
		for _, c := range list {
			k := math.Max(1, math.Exp2(math.Ceil(math.Log2(8*c.arrDT/dt))))
			eps := c.arrDT / k
			i := min(int((float64(step)*dt/eps+0.5)/k), samples-1)
			for e, got := range get(t, r, c.g, "r") {
				if want := float64(i) - 20; got != want {
					t.Fatalf("%s: table of %g s at step %d gives %v to element %d, want %v", c.g.Name, c.arrDT, step, got, e, want)
				}
			}
			for e, got := range get(t, r, c.g, "c") {
				if want := float64(i*columns+columns-1-e) - 20; got != want {
					t.Fatalf("%s: table of %g s at step %d gives %v to column %d, want %v", c.g.Name, c.arrDT, step, got, columns-1-e, want)
				}
			}
		}
	}
}
