package script

import (
	"regexp"
	"slices"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// Networks are opened at their first run, but seed(...) means what is described after it: after seed(1), connect(p=0.1), seed(2) synapses are those of
// seed 1, and noise is that of seed 2. A network is opened with the seed under which random numbers of its description were asked for, and
// goes on with the one that is in force; what was described under a third is drawn when the next is. Each call of connect has its own.

var randomCall = regexp.MustCompile(`\b(rand|randn|poisson|binomial)\w*\s*\(`)

// drawsNumbers reports whether an expression contains random numbers.
func drawsNumbers(src *diag.Source) bool { return src != nil && randomCall.MatchString(src.Text) }

// draws notes that random numbers are part of what is said about the object. What was said under another seed is drawn now.
func (o *object) draws() error {
	for _, p := range o.in.brian.objects {
		if p.drawnAt > 0 && p.drawn != o.in.draws.seed && p.world == nil {
			if err := ignoreStop(p.settle()); err != nil {
				return err
			}
		}
	}
	o.in.brian.described++
	o.drawn, o.drawnAt = o.in.draws.seed, o.in.brian.described
	return nil
}

// settle turns the assignments to the variables of an object that has not run into the values that they give, so that they stay.
func (o *object) settle() error {
	type set struct {
		of   holder
		find func(name string) (variable, bool)
		list *[]net.Assignment
	}
	var sets []set
	switch x := o.self.(type) {
	case *neuronGroup:
		sets = append(sets, set{x, x.lookup, &x.pop.group.Initial})
	case *synapses:
		sets = append(sets, set{x, func(name string) (variable, bool) { v, ok := x.vars[name]; return v, ok }, &x.syn.Initial})
		for _, p := range x.ways() {
			sets = append(sets, set{p, func(string) (variable, bool) { return delayVar, true }, &p.way.Delays})
		}
	}
	var settled [][]net.Assignment
	for _, s := range sets {
		var out []net.Assignment
		seen := map[string]bool{}
		for _, a := range *s.list {
			v, ok := s.find(a.Var)
			if seen[a.Var] || !ok {
				continue
			}
			seen[a.Var] = true
			values, err := s.of.read(v)
			if err != nil {
				return err
			}
			fixed := net.Assignment{Var: a.Var, Dim: v.dim, Values: slices.Clone(values.data), Place: a.Place}
			if _, neurons := s.of.(*neuronGroup); !neurons && !v.shared { // more synapses may follow
				for k := range fixed.Values {
					fixed.Elements = append(fixed.Elements, int32(k))
				}
			}
			out = append(out, fixed)
		}
		settled = append(settled, out)
	}
	for k, s := range sets {
		*s.list = settled[k]
	}
	o.drawnAt = 0
	return nil
}

// seedOf is the seed to open a network with.
func (in *interp) seedOf(n *net.Network) uint64 {
	seed, at := in.draws.seed, 0
	for _, o := range in.brian.objects {
		if o.drawnAt <= at {
			continue
		}
		part := false
		switch x := o.self.(type) {
		case *neuronGroup:
			part = slices.Contains(n.Groups, x.pop.group)
		case *synapses:
			part = slices.Contains(n.Synapses, x.syn)
		}
		if part {
			seed, at = o.drawn, o.drawnAt
		}
	}
	return seed
}

// openWorld opens a network with its own seed, if it has one.
func (in *interp) openWorld(w *world) (Simulation, error) {
	if w.seed != nil {
		return in.opt.Engine.Open(w.net, in.seedOfWorld(w), in.warn)
	}
	return in.openSeeded(w.net)
}

// seedOfWorld is the seed that a network is opened with, or was.
func (in *interp) seedOfWorld(w *world) uint64 {
	switch {
	case w.sim != nil:
		return w.openedWith
	case w.seed != nil:
		return *w.seed
	}
	return in.seedOf(w.net)
}

// openSeeded opens a network that is going to run.
func (in *interp) openSeeded(n *net.Network) (Simulation, error) {
	seed := in.seedOf(n)
	s, err := in.opt.Engine.Open(n, seed, in.warn)
	if err != nil || seed == in.draws.seed {
		return s, err
	}
	if r, ok := s.(Reseeding); ok {
		err = r.Seed(in.draws.seed)
	}
	return s, err
}
