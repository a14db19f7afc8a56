package script

import (
	"context"
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// fakeEngine keeps values by name and counts time; equations are not evaluated.
type fakeEngine struct {
	opened []*net.Network
	seed   uint64
	fail   error
}

func (e *fakeEngine) Open(n *net.Network, seed uint64, _ func(diag.List)) (Simulation, error) {
	if e.fail != nil {
		return nil, e.fail
	}
	e.opened = append(e.opened, n)
	e.seed = seed
	return &fakeSim{net: n, values: map[string][]float64{}}, nil
}

type fakeSim struct {
	net    *net.Network
	time   float64
	values map[string][]float64
	closed bool
}

func (s *fakeSim) Run(ctx context.Context, seconds float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	end := s.time + seconds
	for _, op := range s.net.Operations {
		for s.time = end - seconds; s.time < end-op.DT/2; s.time += op.DT {
			if err := op.Func(s.state()); err != nil {
				return fmt.Errorf("operation %q: %w", op.Name, err)
			}
		}
	}
	s.time = end
	return nil
}

func (s *fakeSim) RunSteps(ctx context.Context, n int64) error {
	return s.Run(ctx, float64(n)*s.net.DT)
}
func (s *fakeSim) Time() float64 { return s.time }
func (s *fakeSim) Get(g *net.Group, name string) ([]float64, units.Dim, error) {
	if v := s.values[g.Name+"."+name]; v != nil {
		return v, units.Dim{}, nil
	}
	return make([]float64, g.N), units.Dim{}, nil
}
func (s *fakeSim) Set(g *net.Group, name string, values []float64) error {
	v := make([]float64, g.N)
	for i := range v {
		v[i] = values[i%len(values)]
	}
	s.values[g.Name+"."+name] = v
	return nil
}

// Samples pretends that element e of sample k is 10 k + e.
func (s *fakeSim) Samples(m *net.StateMonitor) (Samples, error) {
	n := m.Group.N
	if m.Elements != nil {
		n = len(m.Elements)
	}
	out := Samples{Values: make([][]float64, len(m.Vars))}
	for k := range 3 {
		out.T = append(out.T, float64(k)*s.net.DT)
		for i := range m.Vars {
			for e := range n {
				out.Values[i] = append(out.Values[i], float64(10*k+e))
			}
		}
	}
	return out, nil
}
func (s *fakeSim) Close() error     { s.closed = true; return nil }
func (s *fakeSim) state() net.State { return fakeState{s} }

type fakeState struct{ s *fakeSim }

func (f fakeState) Time() float64 { return f.s.time }
func (f fakeState) Get(g *net.Group, name string) ([]float64, error) {
	v, _, err := f.s.Get(g, name)
	return v, err
}
func (f fakeState) Set(g *net.Group, name string, values []float64) error {
	return f.s.Set(g, name, values)
}
