package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// Synapses onto synapses, or from them: those at the end are a group that stands for them, whose neurons are synapses in the order of creation.

// endArg reads an end of synapses: a group or a part of one, or synapses.
func endArg(what string, v starlark.Value) (*neuronGroup, error) {
	switch v := v.(type) {
	case *synapses:
		return v.asGroup()
	case *neuronGroup:
		return groupArg(what, v)
	case *synapseSubset:
		return nil, withHint(fmt.Errorf("%s: a part of synapses cannot be an end of others", what), "give all of them, and say in connect which are meant")
	}
	return nil, fmt.Errorf("%s: expected a NeuronGroup, a PoissonGroup, a SpikeGeneratorGroup, a part of one, or Synapses, got %s", what, article(v))
}

// asGroup is the group that stands for the synapses.
func (s *synapses) asGroup() (*neuronGroup, error) {
	if s.standIn == nil {
		g := &net.Group{Name: s.name, Dialect: check.Brian, DT: s.syn.DT, Order: s.syn.Order, Of: s.syn, Place: s.syn.Place}
		s.standIn = &neuronGroup{object: s.object, pop: &population{in: s.in, home: s.in.world, kind: s.kind, group: g, vars: s.vars, names: s.names}, ns: s.ns, of: s}
	}
	return s.standIn, s.standIn.recount()
}

// recount takes in how many synapses there are.
func (g *neuronGroup) recount() error {
	if g.of == nil {
		return nil
	}
	n, err := g.of.count()
	if err != nil {
		return err
	}
	g.pop.group.N, g.pop.shape, g.stop = n, []int{n}, n
	return nil
}

// recountEnds does so for both ends.
func (s *synapses) recountEnds() error {
	for _, g := range []*neuronGroup{s.source, s.target} {
		if err := g.recount(); err != nil {
			return err
		}
	}
	s.syn.Pre, s.syn.Post = s.source.span(), s.target.span()
	return nil
}

// end is what the script gave as an end of synapses.
func (g *neuronGroup) end() starlark.Value {
	if g.of != nil {
		return g.of
	}
	return g
}
