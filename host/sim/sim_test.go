package sim_test

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// constants is a namespace of dimensionless numbers.
type constants map[string]float64

func (c constants) Lookup(name string) (check.Value, bool) {
	v, ok := c[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

func (c constants) Names() []string { return nil }

func source(text string) *diag.Source { return &diag.Source{Name: "test", Text: text} }

// field is the neural field without noise.
func field(n int) (*net.Network, *net.Group, *net.Group) {
	grid := &connect.Grid{Layers: 1, Rows: n, Cols: n}
	in := &net.Group{Name: "Input", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: constants{"middle": float64(n) / 2},
		Equations: source(`
angle = 2*pi*(t + dt)/5000 : population
baseline = exp(-((x - middle*(1 + 0.5*cos(angle)))**2 + (y - middle*(1 + 0.5*sin(angle)))**2) / 8)
r = pos(baseline)`)}
	out := &net.Group{Name: "Focus", N: n * n, Grid: grid, Dialect: check.ANNarchy,
		Params:    source("tau = 10.0 : population"),
		Equations: source("tau * dr/dt + r = sum(exc) + sum(inh) : min=0.0, max=1.0")}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{in, out},
		Projections: []*net.Projection{
			{Name: "ff", Pre: in, Post: out, Target: "exc", Rule: connect.OneToOne{Weight: connect.Constant(1)}, Delay: 20e-3, DelaySet: true},
			{Name: "lat", Pre: out, Post: out, Target: "inh", Rule: connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}},
		}}, in, out
}

func TestFieldRuns(t *testing.T) {
	n, in, out := field(20)
	m := &net.StateMonitor{Name: "Focus", Group: out, Vars: []string{"r"}, DT: 10e-3}
	n.Monitors = append(n.Monitors, m)
	s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(context.Background(), 0.5); err != nil {
		t.Fatal(err)
	}
	for _, g := range []*net.Group{in, out} {
		r, _, err := s.Get(g, "r")
		if err != nil {
			t.Fatal(err)
		}
		peak := 0.0
		for _, v := range r {
			peak = math.Max(peak, v)
		}
		if peak < 0.5 || peak > 1.01 {
			t.Errorf("%s: peak %g", g.Name, peak)
		}
	}
	if got := s.Recording(m).Samples(); got != 50 {
		t.Errorf("%d samples, want 50", got)
	}
}
