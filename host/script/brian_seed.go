package script

import (
	"regexp"
	"slices"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// Networks are opened at their first run, but seed(...) means what is described after it: after seed(1), connect(p=0.1), seed(2) synapses are those of
// seed 1, and noise is that of seed 2. A network is opened with the seed under which random numbers of its description were asked for last, and
// goes on with the one that is in force. Each call of connect has its own.

var randomCall = regexp.MustCompile(`\b(rand|randn|poisson|binomial)\w*\s*\(`)

// drawsNumbers reports whether an expression contains random numbers.
func drawsNumbers(src *diag.Source) bool { return src != nil && randomCall.MatchString(src.Text) }

// draws notes that random numbers are part of what is said about the object.
func (o *object) draws() {
	o.in.brian.described++
	o.drawn, o.drawnAt = o.in.draws.seed, o.in.brian.described
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
