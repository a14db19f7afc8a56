package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// compiledState is what was said of a network when it was compiled: how many initial values each object had. reset() goes back to these.
type compiledState struct {
	groups   map[*net.Group]int
	synapses map[*net.Synapses]int
}

// markCompiled notes what reset() goes back to.
func (w *world) markCompiled() {
	w.compiled = true
	s := compiledState{map[*net.Group]int{}, map[*net.Synapses]int{}}
	for _, g := range w.net.Groups {
		s.groups[g] = len(g.Initial)
	}
	for _, x := range w.net.Synapses {
		s.synapses[x] = len(x.Initial)
	}
	w.atCompile = s
}

// reset is reset(populations=True, projections=False, synapses=False, monitors=True, reseed_rng=True): the network begins anew at time 0. Neurons
// have the values again that they had when the network was compiled; synapses keep theirs, unless projections.
func (in *interp) reset(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	pops, projs, syns, mons, reseed := true, false, false, true, true
	var id starlark.Value
	if err := unpack(b.Name(), args, kwargs, "populations?", &pops, "projections?", &projs, "synapses?", &syns, "monitors?", &mons, "reseed_rng?", &reseed, "net_id?", &id); err != nil {
		return nil, err
	}
	w := in.world
	switch {
	case in.state != nil:
		return nil, fmt.Errorf("%s: a network operation cannot reset the network that runs", b.Name())
	case !pops || !mons || !reseed:
		return nil, withHint(fmt.Errorf("%s: all neurons, monitors and random numbers begin anew; populations=False, monitors=False and reseed_rng=False are not supported", b.Name()),
			"set what is to be kept after the reset: r = pop.r; net.reset(); pop.r = r")
	case len(w.objects) > 0:
		return nil, withHint(fmt.Errorf("%s: the network has objects of Brian2", b.Name()), "store() and restore() are for them")
	}
	projs = projs || syns
	if !w.compiled {
		w.markCompiled()
	}
	kept := map[*projection][]net.Assignment{}
	if w.sim != nil && !projs {
		for _, p := range w.pending {
			values, err := p.learnedValues()
			if err != nil {
				return nil, err
			}
			kept[p] = values
		}
	}
	for _, g := range w.net.Groups {
		if n, ok := w.atCompile.groups[g]; ok {
			g.Initial = g.Initial[:min(n, len(g.Initial))]
		}
	}
	for _, p := range w.pending {
		if p.learned == nil {
			continue
		}
		if n, ok := w.atCompile.synapses[p.learned]; ok && (projs || kept[p] != nil) {
			p.learned.Initial = p.learned.Initial[:min(n, len(p.learned.Initial))]
		}
		p.learned.Initial = append(p.learned.Initial, kept[p]...)
	}
	if w.sim == nil {
		return starlark.None, nil
	}
	err := w.sim.Close()
	w.sim, w.ran = nil, false
	in.brian.worlds = slices.DeleteFunc(in.brian.worlds, func(x *world) bool { return x == w })
	in.brian.awake = slices.DeleteFunc(in.brian.awake, func(x *world) bool { return x == w })
	for _, m := range w.monitors {
		m.taken, m.when.switched, m.when.begin = nil, nil, 0
	}
	return starlark.None, err
}

// learnedValues are the values that the variables of the synapses have now.
func (p *projection) learnedValues() (out []net.Assignment, err error) {
	if p.learned == nil {
		return nil, nil
	}
	err = p.look(func(s SpikingSimulation) error {
		for _, name := range p.names {
			data, _, err := s.GetSynapses(p.learned, name)
			if err != nil {
				return err
			}
			if len(data) > 0 {
				out = append(out, net.Assignment{Var: name, Values: slices.Clone(data)})
			}
		}
		return nil
	})
	return out, err
}
