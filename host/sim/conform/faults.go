package conform

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// faults are models in which one value stops being a number at a known place.
var faults = []struct {
	name, equations, variable string
	element                   int
	step                      [2]int64 // single, double
	value                     float64
}{
	{"NaN", "q = sqrt(ite((count == 7) and (i == 4321), -1.0, 1.0))", "g.q", 4321, [2]int64{6, 6}, math.NaN()},
	{"NaN that a clamp hides", "q = sqrt(ite((count == 7) and (i == 4321), -1.0, 1.0)) : min=0.0, max=1.0", "g.q", 4321, [2]int64{6, 6}, math.NaN()},
	{"infinity that a clamp hides", "q = exp(ite((count == 30) and (i >= 17), 1000.0, 0.0)) : max=2.0", "g.q", 17, [2]int64{29, 29}, math.Inf(1)},
	{"first step", "q = -1.0/ite(i == 0, 0.0*count, 1.0)", "g.q", 0, [2]int64{0, 0}, math.Inf(-1)},
	{"the least element of the first variable", "q = log(ite((count == 3) and (i > 600), -1.0, 1.0))\nz = log(ite((count == 3) and (i > 5), -1.0, 1.0))", "g.q", 601, [2]int64{2, 2}, math.NaN()},
	{"growth", "dr/dt = r*1e10 : init=1.0", "g.r", 0, [2]int64{3, 30}, math.Inf(1)},
	{"shared", "q = exp(q + 1.0) : population", "g.q", 0, [2]int64{3, 3}, math.Inf(1)},
	{"sum", "s = sum(exc)\nr = ite((count >= 4) and (i % 5000 == 77), 0.75*big, r) : init=1.0", "g.s", 0, [2]int64{4, 4}, math.Inf(1)},
}

// faults requires that the first fault is found, and told exactly.
func (s *suite) faults(t *testing.T) {
	for _, c := range faults {
		t.Run(c.name, func(t *testing.T) {
			space := names{"big": "1"}
			if c.name == "sum" {
				space["big"] = map[plan.Precision]string{plan.Single: "3e38", plan.Double: "1.7e308"}[s.precision]
			}
			g := &net.Group{Name: "g", N: 10000, Dialect: check.ANNarchy, Namespace: space,
				Equations: &diag.Source{Name: "g", Text: "count += 1 : population, int\n" + c.equations}}
			n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}}
			if c.name == "sum" {
				n.Projections = append(n.Projections, &net.Projection{Name: "p", Pre: g, Post: g, Target: "exc",
					Rule: &connect.Arrays{Pre: []int32{77, 5077}, Post: []int32{0, 0}, W: []float64{1}}})
			}
			r := compile(t, n, s.options())
			err := r.Run(context.Background(), 1)
			var f *exec.Fault
			if !errors.As(err, &f) {
				t.Fatalf("the run ends with %v", err)
			}
			step := c.step[0]
			if s.precision == plan.Double {
				step = c.step[1]
			}
			same := f.Value == c.value || math.IsNaN(f.Value) && math.IsNaN(c.value)
			if f.Variable != c.variable || f.Element != c.element || f.Step != step || math.Abs(f.Time-float64(step)*1e-3) > 1e-12 || !same {
				t.Errorf("reported: %v; want %s[%d] becoming %v at step %d", f, c.variable, c.element, c.value, step)
			}
			if count := get(t, r, g, "count")[0]; count != float64(step+1) && count != float64(step) {
				t.Errorf("the state is that after %v steps; the fault was in step %d", count, step)
			}
			if err := r.Run(context.Background(), 1e-3); err == nil {
				t.Error("the simulation goes on after a fault")
			}
		})
	}
}

// columns requires that a column which a TimedArray does not have is a fault that tells it, wherever it is asked for, and that one which a
// condition rules out is none.
func (s *suite) columns(t *testing.T) {
	ta, err := net.NewTimedArray("ta", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 1e-3, units.Dim{})
	if err != nil {
		t.Fatal(err)
	}
	text := func(x string) *diag.Source { return &diag.Source{Name: "text", Text: x} }
	for _, c := range []struct {
		name, equations, threshold, reset string
		fault                             bool
	}{
		{"equation", "dv/dt = (ta(t, k) - v)/(10*ms) : 1\nk : integer", "", "", true},
		{"subexpression", "x = ta(t, k) : 1\ndv/dt = (x - v)/(10*ms) : 1\nk : integer", "", "", true},
		{"threshold", "v : 1\nk : integer", "ta(t, k) > 100", "", true},
		{"reset", "v : 1\nk : integer", "t > 4.5*dt", "v = ta(t, k)", true},
		{"remainder", "dv/dt = (ta(t, k % 5) - v)/(10*ms) : 1\nk : integer", "", "", false},
	} {
		columns := []float64{7}
		if c.name == "equation" {
			columns = []float64{7, -1, 5}
		}
		for _, column := range columns {
			g := brian("g", 300, c.equations, "euler", names{"ta": ta})
			if c.threshold != "" {
				g.Spiking = &net.Spiking{Threshold: text(c.threshold), Reset: text(c.reset)}
			}
			k := make([]float64, 300)
			k[211], k[250] = column, column
			set(g, "k", "", k...)
			r := compile(t, &net.Network{DT: dt, Groups: []*net.Group{g}}, s.options())
			err := r.Run(context.Background(), 1e-3)
			var f *exec.Fault
			if errors.As(err, &f) != c.fault {
				t.Errorf("%s, column %v: %v", c.name, column, err)
				continue
			}
			step := int64(0)
			if c.name == "reset" {
				step = 5
			}
			if c.fault && (f.Variable != "g" || f.Table != "ta" || f.Columns != 5 || f.Element != 211 || f.Value != column || f.Step != step) {
				t.Errorf("%s, column %v: reported: %v", c.name, column, f)
			}
		}
	}
}
