package conform

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// mixture is a network with noise, delays, a kernel by offset and synapses of every form, large enough for threads to share it.
func mixture() (n *net.Network, groups []*net.Group) {
	grid := &connect.Grid{Layers: 1, Rows: 48, Cols: 64}
	in := &net.Group{Name: "in", N: grid.Len(), Grid: grid, Dialect: check.ANNarchy,
		Equations: &diag.Source{Name: "in", Text: "g = Normal(0.0, 0.1) : population\nr = pos(sin(x/9.0 + t/5.0)*cos(y/7.0) + g + Uniform(-0.3, 0.3))"}}
	out := &net.Group{Name: "out", N: grid.Len(), Grid: grid, Dialect: check.ANNarchy,
		Equations: &diag.Source{Name: "out", Text: "8.0*dr/dt + r = tanh(sum(exc) + 0.01*sum(lat)) + 0.05*Normal(0.0, 1.0) : min=-1.0, max=1.0"}}
	n = &net.Network{DT: 1e-3, Groups: []*net.Group{out, in}, Projections: []*net.Projection{
		{Name: "one", Pre: in, Post: out, Target: "exc", Rule: connect.OneToOne{Weight: connect.Constant(0.5)}, Delay: 5e-3, DelaySet: true},
		{Name: "some", Pre: in, Post: out, Target: "exc", Rule: connect.FixedProbability{P: 0.01, Weight: must(connect.NewUniform(-0.1, 0.1)), Delay: must(connect.NewUniform(0, 9e-3))}},
		{Name: "all", Pre: in, Post: out, Target: "lat", Rule: connect.AllToAll{Weight: connect.Constant(0.001)}},
		{Name: "near", Pre: out, Post: out, Target: "lat", Rule: connect.DoG{AmpPos: 1, SigmaPos: 0.05, AmpNeg: 0.2, SigmaNeg: 0.4}},
	}}
	return n, n.Groups
}

// repeats requires the same bits whatever the number of threads, and in one run or several, with a monitor added on the way.
func (s *suite) repeats(t *testing.T) {
	ways := []struct {
		name    string
		threads int
		parts   []int64
		monitor bool // added after the first part
	}{
		{"first", 1, []int64{30}, false}, {"again", 1, []int64{30}, false}, {"two threads", 2, []int64{30}, false}, {"three threads", 3, []int64{30}, false},
		{"four threads", 4, []int64{30}, false}, {"in parts", 2, []int64{1, 12, 17}, false}, {"monitor added", 0, []int64{11, 19}, true},
	}
	var first [][]float64
	for _, w := range ways {
		if w.threads > 2 && s.backend.Caps().Threads == 0 {
			continue // not the backend's to choose
		}
		n, groups := mixture()
		o := s.options()
		o.Threads = w.threads
		r := compile(t, n, o)
		for k, part := range w.parts {
			if w.monitor && k == 1 {
				n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "m", Group: groups[0], Vars: []string{"r"}, Elements: []int32{7}, DT: 2e-3})
			}
			if err := r.RunSteps(context.Background(), part); err != nil {
				t.Fatal(err)
			}
		}
		for k, g := range groups {
			got := get(t, r, g, "r")
			if len(first) < len(groups) {
				first = append(first, got)
			} else if !slices.Equal(got, first[k]) {
				d, i := distance(got, first[k])
				t.Errorf("%s: %s.r[%d] = %v, in the first run %v (off by %.3g)", w.name, g.Name, i, got[i], first[k][i], d)
			}
		}
	}
}

// draws requires the numbers of the cpu backend: the same bits where they are made of integers only, close ones where functions
// are involved.
func (s *suite) draws(t *testing.T) {
	const equations = `
first = first + 0.0 : init=Uniform(0.0, 1.0)
u = Uniform(0.0, 1.0)
d = DiscreteUniform(-3, 9) : int
n = Normal(0.0, 1.0)
e = Exponential(1.0)
g = Gamma(2.2, 1.0)
h = Gamma(0.4, 1.0)
us = Uniform(0.0, 1.0) : population`
	exact := map[string]bool{"first": true, "u": true, "d": true, "us": true}
	values := func(o sim.Options) map[string][]float64 {
		g := &net.Group{Name: "g", N: 3000, Dialect: check.ANNarchy, Equations: &diag.Source{Name: "g", Text: equations}}
		b := brian("b", 3000, "p = poisson(3.3) : integer (constant over dt)\nlarge = poisson(77) : integer (constant over dt)", "", nil)
		r := compile(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g, b}}, o)
		out := map[string][]float64{}
		for range 3 {
			steps(t, r, 1)
			for _, name := range []string{"first", "u", "d", "n", "e", "g", "h", "us"} {
				out[name] = append(out[name], get(t, r, g, name)...)
			}
			out["p"], out["large"] = append(out["p"], get(t, r, b, "p")...), append(out["large"], get(t, r, b, "large")...)
		}
		return out
	}
	o := s.options()
	got := values(o)
	o.Backend = cpu.Backend{}
	for name, want := range values(o) {
		switch name {
		case "p", "large":
			// A count may differ where a draw falls on the border between two.
			differ := 0
			for i := range want {
				if d := math.Abs(got[name][i] - want[i]); d > 1 {
					t.Errorf("%s[%d] = %v, on the cpu backend %v", name, i, got[name][i], want[i])
				} else if d != 0 {
					differ++
				}
			}
			if limit := map[plan.Precision]int{plan.Single: 3}[s.precision]; differ > limit {
				t.Errorf("%s: %d of %d counts differ from the cpu backend's, %d allowed", name, differ, len(want), limit)
			}
		default:
			bound := 4 * s.opt.Model * s.eps()
			if exact[name] {
				bound = 0
			}
			if d, i := distance(got[name], want); !(d <= bound) {
				t.Errorf("%s[%d] = %v, on the cpu backend %v: off by %.3g, %.3g allowed", name, i, got[name][i], want[i], d, bound)
			}
		}
	}
}
