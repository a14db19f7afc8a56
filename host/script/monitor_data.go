package script

import (
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

func (m *monitor) samples() (Samples, error) {
	if m.home.sim == nil || !m.home.ran {
		return Samples{Values: make([][]float64, len(m.mon.Vars))}, nil
	}
	return m.home.sim.Samples(m.mon)
}

// times are the sample times: seconds for Brian2's monitor, plain ms for ANNarchy's.
func (m *monitor) times() (starlark.Value, error) {
	s, err := m.samples()
	if err != nil {
		return nil, err
	}
	if m.brian {
		return fromSlice(append([]float64(nil), s.T...), units.Second), nil
	}
	if kept := m.kept(s.T); kept != nil {
		some := make([]float64, len(kept))
		for k, at := range kept {
			some[k] = s.T[at]
		}
		s.T = some
	}
	ms := make([]float64, len(s.T))
	for i, t := range s.T {
		ms[i] = t * 1000
	}
	return fromSlice(ms, noDim), nil
}

// values are the samples of variable i, [samples, elements], or [elements, samples] when elementsFirst.
func (m *monitor) values(i int, elementsFirst bool) (starlark.Value, error) {
	s, err := m.samples()
	if err != nil {
		return nil, err
	}
	v := m.pop.vars[m.mon.Vars[i]]
	n := m.pop.group.N
	switch {
	case m.mon.Elements != nil:
		n = len(m.mon.Elements)
	case v.shared:
		n = 1
	}
	if (v.shared || m.mon.Synapses != nil) && len(s.T) > 0 {
		n = len(s.Values[i]) / len(s.T)
	}
	data := s.Values[i]
	if kept := m.kept(s.T); kept != nil {
		some := make([]float64, 0, len(kept)*n)
		for _, k := range kept {
			some = append(some, data[k*n:(k+1)*n]...)
		}
		data, s.T = some, make([]float64, len(kept))
	}
	if !elementsFirst {
		return &Array{data: append([]float64(nil), data...), shape: []int{len(s.T), n}, dim: v.dim, kind: v.kind}, nil
	}
	out := &Array{data: make([]float64, len(data)), shape: []int{n, len(s.T)}, dim: v.dim, kind: v.kind}
	for k := range s.T {
		for e := range n {
			out.data[e*len(s.T)+k] = data[k*n+e]
		}
	}
	return out, nil
}
