package session

import (
	"maps"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// version is what edits change of a network's description: copies of its objects, by their identity, which stays. The slices in them are
// replaced, never changed.
type version struct {
	groups   map[*net.Group]net.Group
	synapses map[*net.Synapses]net.Synapses
	paths    map[*net.Pathway]net.Pathway
	states   map[*net.StateMonitor]net.StateMonitor
	spikes   map[*net.SpikeMonitor]net.SpikeMonitor
	rates    map[*net.RateMonitor]net.RateMonitor
	inputs   map[*net.PoissonInput]net.PoissonInput
	pairs    plan.Pairs
}

func copies[T any](list []*T) map[*T]T {
	m := make(map[*T]T, len(list))
	for _, x := range list {
		m[x] = *x
	}
	return m
}

func put[T any](m map[*T]T) {
	for x, v := range m {
		*x = v
	}
}

func capture(s *sim.Sim) *version {
	n := s.Network()
	v := &version{groups: copies(n.Groups), synapses: copies(n.Synapses), states: copies(n.Monitors), spikes: copies(n.SpikeMonitors),
		rates: copies(n.RateMonitors), inputs: copies(n.Inputs), paths: map[*net.Pathway]net.Pathway{}, pairs: maps.Clone(s.Pairs())}
	for _, s := range n.Synapses {
		for _, p := range s.Delayed() {
			v.paths[p] = *p
		}
	}
	return v
}

// restore makes the description what it was.
func (v *version) restore(s *sim.Sim) {
	clear(s.Pairs())
	maps.Copy(s.Pairs(), v.pairs)
	put(v.groups)
	put(v.synapses)
	put(v.paths)
	put(v.states)
	put(v.spikes)
	put(v.rates)
	put(v.inputs)
}

// change changes the description and loads it, or leaves everything as it is.
func (t *Timeline) change(f func() error) error {
	err := f()
	if err == nil {
		err = t.sim.Reload()
	}
	if err != nil {
		t.ver.restore(t.sim)
		return err
	}
	t.ver = capture(t.sim)
	return nil
}
