package script

import (
	"fmt"
	"regexp"

	"go.starlark.net/starlark"
)

// checkOperation reads Synapse(operation=): what a rate-coded neuron takes of its synapses.
func (s *synapse) checkOperation(operation string) error {
	switch operation {
	case "sum":
		return nil
	case "mean":
		psp := s.psp
		if psp == "" {
			psp = "w*pre.r"
		}
		s.psp, s.mean = "("+psp+")/N_incoming", true
		if s.acts() {
			return fmt.Errorf("%s: operation=%q is for rate-coded neurons", "Synapse", operation)
		}
		return nil
	case "max", "min":
		return withHint(fmt.Errorf("%s: operation=%q is not supported; \"sum\" and \"mean\" are", "Synapse", operation),
			"of a few inputs take "+operation+"(sum(a), sum(b)), with a target for each; of all neurons of a population "+operation+"(r) in its own equations")
	}
	return withHint(fmt.Errorf("%s: there is no operation=%q", "Synapse", operation), `"sum" or "mean"`)
}

var synapseCount = regexp.MustCompile(`\bN_(incoming|outgoing)\b`)

// counts reports whether what synapses transmit depends on how many of them there are.
func (s *synapse) counts() bool { return synapseCount.MatchString(s.psp) }

// averages makes the synapses of a projection transmit their mean.
func (p *projection) averages(t *starlark.Thread, s *synapse) error {
	if p.from.emits() && !p.decodes || p.to.emits() {
		return fmt.Errorf("%s: operation=\"mean\" is for rate-coded neurons", p.what)
	}
	p.setPsp(t, s)
	return p.learn(t, s)
}
