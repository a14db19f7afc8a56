package eval

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/check/checkgen"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// TestAgainstCPU runs random models on the CPU backend, through the whole pipeline, and in the slow evaluator.
func TestAgainstCPU(t *testing.T) {
	const steps, dt = 30, 1e-4
	for seed := uint64(0); seed < 150; seed++ {
		method := []string{"euler", "rk2", "rk4"}[seed%3]
		o := checkgen.Options{Smooth: true, Geometry: true, OverDt: true}
		if seed%2 == 1 {
			o.Dialect, method = check.ANNarchy, "euler"
		}
		s := checkgen.Generate(seed, o)
		g := &net.Group{
			Name: "g", N: 6, Grid: &connect.Grid{Layers: 1, Rows: 2, Cols: 3}, Dialect: o.Dialect, Method: method,
			Equations: &diag.Source{Name: "equations", Text: s.Equations},
		}
		if o.Dialect == check.ANNarchy {
			g.Method = ""
		}
		if s.Parameters != "" {
			g.Params = &diag.Source{Name: "parameters", Text: s.Parameters}
		}
		run, err := sim.Compile(&net.Network{DT: dt, Groups: []*net.Group{g}}, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, s.Parameters, s.Equations)
		}
		if err := run.RunSteps(context.Background(), steps); err != nil {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, s.Parameters, s.Equations)
		}
		m := checked(t, s.Equations, s.Parameters, check.Context{Dialect: o.Dialect, Geometry: true})
		slow := NewGroup(m, g.N, dt)
		slow.Rows, slow.Cols = 2, 3
		if o.Dialect == check.ANNarchy {
			slow.DT = dt / 1e-3
		}
		if err := slow.Init(); err != nil {
			t.Fatal(err)
		}
		for k := 0; k < steps; k++ {
			if err := slow.Advance(method); err != nil {
				t.Fatal(err)
			}
		}
		for _, v := range m.Vars {
			if v.Kind == check.Subexpression {
				continue
			}
			got, _, err := run.Get(g, v.Name)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range slow.Values[v] {
				if math.Abs(got[i]-want) > 1e-10*size(v) {
					t.Errorf("seed %d, %s: %s[%d] = %g, slowly %g\n%s\n%s", seed, method, v.Name, i, got[i], want, s.Parameters, s.Equations)
					break
				}
			}
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
