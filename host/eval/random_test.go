package eval

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/check/checkgen"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Random models can be computed, stay finite and of their variables' size, and do not amplify a disturbance of 1e-9.
func TestRandomModels(t *testing.T) {
	for seed := uint64(0); seed < 120; seed++ {
		o := checkgen.Options{Smooth: true, Random: seed%3 == 0, Geometry: seed%2 == 0, OverDt: true}
		method := []string{"euler", "rk2", "rk4"}[seed%3]
		if seed%4 == 1 {
			o.Dialect, o.Targets, method = check.ANNarchy, []string{"exc"}, "euler"
		}
		s := checkgen.Generate(seed, o)
		m := checked(t, s.Equations, s.Parameters, check.Context{Dialect: o.Dialect, Geometry: o.Geometry})
		a, b := randomGroup(t, m, seed, 0), randomGroup(t, m, seed, 1e-9)
		for step := 0; step < 30; step++ {
			for _, g := range []*Group{a, b} {
				if err := g.Advance(method); err != nil {
					t.Fatalf("seed %d: %v\n%s", seed, err, s.Equations)
				}
			}
		}
		for _, v := range m.Vars {
			for i, x := range a.Values[v] {
				scale := max(1e-9, math.Abs(x), 1e-3*size(v))
				if math.IsNaN(x) || math.Abs(x) > 100*size(v) {
					t.Errorf("seed %d: %s[%d] = %g\n%s", seed, v.Name, i, x, s.Equations)
				} else if d := math.Abs(b.Values[v][i] - x); d > 1e-4*scale {
					t.Errorf("seed %d: a disturbance of 1e-9 has moved %s[%d] = %g by %g\n%s", seed, v.Name, i, x, d, s.Equations)
				}
			}
		}
	}
}

// size is the order of magnitude of a generated variable.
func size(v *check.Variable) float64 {
	return map[string]float64{"volt": 1e-2, "amp": 2e-9, "siemens": 5e-9, "hertz": 20, "siemens/metre**2": 1}[v.Type.Dim.String()] + truth(v.Type.Dim.Dimensionless())
}

func randomGroup(t *testing.T, m *check.Model, seed uint64, disturb float64) *Group {
	t.Helper()
	dt := 1e-4
	if m.Dialect == check.ANNarchy {
		dt = 0.1
	}
	g := NewGroup(m, 6, dt)
	g.Rows, g.Cols = 2, 3
	g.Sum = func(_ string, i int) float64 { return 0.1 * float64(i) }
	g.Draw = func(site *syntax.Call, d Distribution, arg float64, i int) float64 {
		r := rand.New(rand.NewPCG(seed, uint64(g.Step*1000+i*100+site.Sp.Start)))
		if d == Normal {
			return r.NormFloat64()
		}
		return r.Float64()
	}
	if err := g.Init(); err != nil {
		t.Fatal(err)
	}
	for _, v := range m.Vars {
		for i := range g.Values[v] {
			if v.Type.Kind == check.Real {
				g.Values[v][i] += 0.1*float64(i)*size(v) + disturb*size(v)
			}
		}
	}
	return g
}
