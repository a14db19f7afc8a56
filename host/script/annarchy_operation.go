package script

import (
	"cmp"
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
		if s.fold = operation; s.acts() {
			return fmt.Errorf("%s: operation=%q is for rate-coded neurons", "Synapse", operation)
		}
		return nil
	}
	return withHint(fmt.Errorf("%s: there is no operation=%q", "Synapse", operation), `"sum", "mean", "max" or "min"`)
}

var synapseCount = regexp.MustCompile(`\bN_(incoming|outgoing)\b`)

// counts reports whether what synapses transmit depends on how many of them there are.
func (s *synapse) counts() bool { return synapseCount.MatchString(s.psp) }

// averages makes the synapses of a projection transmit their mean, or the largest or smallest of what they bring.
func (p *projection) averages(t *starlark.Thread, s *synapse) error {
	if p.from.emits() && !p.decodes || p.to.emits() {
		return fmt.Errorf("%s: operation=%q is for rate-coded neurons", p.what, cmp.Or(s.fold, "mean"))
	}
	p.setPsp(t, s)
	if err := p.learn(t, s); err != nil {
		return err
	}
	p.learned.Transmit.Operation = s.fold
	return nil
}
