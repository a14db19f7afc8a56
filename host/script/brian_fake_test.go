package script

import (
	"maps"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// spikeEngine is fakeEngine with synapses: it counts time, keeps values, and pretends that the first neuron of a monitored span
// spikes every 10 ms.
type spikeEngine struct {
	fakeEngine
	sims []*spikeSim
}

func (e *spikeEngine) Open(n *net.Network, seed uint64, warn func(diag.List)) (Simulation, error) {
	s, err := e.fakeEngine.Open(n, seed, warn)
	if err != nil {
		return nil, err
	}
	sim := &spikeSim{fakeSim: s.(*fakeSim)}
	for _, g := range n.Groups {
		for _, a := range g.Initial {
			if v, ok := replay(g.Initial, a.Var, g.N, 0); ok {
				sim.values[g.Name+"."+a.Var] = v
			}
		}
	}
	e.sims = append(e.sims, sim)
	return sim, nil
}

// Inspect opens a part of a network without counting it.
func (e *spikeEngine) Inspect(n *net.Network, seed uint64) (Simulation, error) {
	return &spikeSim{fakeSim: &fakeSim{net: n, values: map[string][]float64{}}}, nil
}

type spikeSim struct {
	*fakeSim
	assigned []net.Assignment
	restored int
}

func (s *spikeSim) Spikes(m *net.SpikeMonitor) (Spikes, error) {
	out := Spikes{Values: make([][]float64, len(m.Vars)), Count: make([]int64, m.Of.Len())}
	for k := 0; float64(k)*0.01 < s.time-1e-9; k++ {
		out.Count[0]++
		if m.CountOnly {
			continue
		}
		out.Index, out.Step, out.T = append(out.Index, 0), append(out.Step, int64(100*k)), append(out.T, float64(k)*0.01)
		for v := range m.Vars {
			out.Values[v] = append(out.Values[v], float64(k))
		}
	}
	return out, nil
}

func (s *spikeSim) Rates(m *net.RateMonitor) (Rates, error) {
	return Rates{T: []float64{0, 1e-4, 2e-4, 3e-4, 4e-4}, Rate: []float64{0, 0, 10, 0, 0}}, nil
}

// Samples of synapses are like those of a group.
func (s *spikeSim) Samples(m *net.StateMonitor) (Samples, error) {
	if m.Synapses != nil {
		m = &net.StateMonitor{Group: &net.Group{N: len(m.Elements)}, Vars: m.Vars, Elements: m.Elements}
	}
	return s.fakeSim.Samples(m)
}

// Edges are those given as pairs; other connections stand for all pairs.
func (s *spikeSim) Edges(syn *net.Synapses) (pre, post []int32, err error) {
	for _, c := range syn.Connect {
		if c.I != nil {
			pre, post = append(pre, c.I...), append(post, c.J...)
			continue
		}
		for i := range syn.Pre.Len() {
			for j := range syn.Post.Len() {
				pre, post = append(pre, int32(i)), append(post, int32(j))
			}
		}
	}
	return pre, post, nil
}

func (s *spikeSim) GetSynapses(syn *net.Synapses, name string) ([]float64, units.Dim, error) {
	pre, _, _ := s.Edges(syn)
	if v := s.values[syn.Name+"."+name]; v != nil {
		return v, units.Dim{}, nil
	}
	return make([]float64, len(pre)), units.Dim{}, nil
}

func (s *spikeSim) SetSynapses(syn *net.Synapses, name string, values []float64) error {
	pre, _, _ := s.Edges(syn)
	v := make([]float64, len(pre))
	for i := range v {
		v[i] = values[min(i, len(values)-1)]
	}
	s.values[syn.Name+"."+name] = v
	return nil
}

func (s *spikeSim) Assign(_ *net.Group, a net.Assignment) error {
	s.assigned = append(s.assigned, a)
	return nil
}

func (s *spikeSim) AssignSynapses(_ *net.Synapses, a net.Assignment) error {
	s.assigned = append(s.assigned, a)
	return nil
}

type spikeSnapshot struct {
	time   float64
	values map[string][]float64
}

func (s *spikeSim) Store(uint64) (Snapshot, error) {
	return spikeSnapshot{s.time, maps.Clone(s.values)}, nil
}

func (s *spikeSim) StoreFile(string, string, uint64) error           { return notYet("a file") }
func (s *spikeSim) RestoreFile(string, string, bool) (uint64, error) { return 0, notYet("a file") }
func (s *spikeSim) Restore(snap Snapshot, _ bool) (uint64, error) {
	x := snap.(spikeSnapshot)
	s.time, s.values = x.time, maps.Clone(x.values)
	s.restored++
	return 0, nil
}
