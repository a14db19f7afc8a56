package plan

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
)

// Add appends synapses to those that have been made, between elements of the spans, and returns the place of the first in the order of
// creation. Pairs that others hold stay what they are.
func (p Pairs) Add(s *net.Synapses, pre, post []int32) (first int, err error) {
	old := p[s]
	if old == nil {
		return 0, fmt.Errorf("the synapses of %q have not been made", s.Name)
	}
	if len(pre) != len(post) {
		return 0, fmt.Errorf("%d presynaptic and %d postsynaptic elements", len(pre), len(post))
	}
	first = old.pre.Len()
	if int64(first)+int64(len(pre)) > maxSynapses {
		return 0, fmt.Errorf("%q cannot hold more than %d synapses", s.Name, maxSynapses)
	}
	for k := range pre {
		for _, end := range []struct {
			what string
			span net.Span
			at   int32
		}{{"presynaptic", s.Pre, pre[k]}, {"postsynaptic", s.Post, post[k]}} {
			if end.at < 0 || int(end.at) >= end.span.Len() {
				return 0, fmt.Errorf("there is no %s element %d: %q has 0 to %d", end.what, end.at, spanShape(end.span).Name, end.span.Len()-1)
			}
		}
	}
	fresh := &pairs{pre: old.pre.with(s.Pre, pre), post: old.post.with(s.Post, post), removed: old.removed, how: old.how, made: newMade()}
	if fresh.removed != nil {
		fresh.removed = append(slices.Clone(fresh.removed), make([]bool, len(pre))...)
	}
	p[s] = fresh
	return first, nil
}

// Remove takes synapses out, or puts them back. They keep their place in the order of creation, and their values.
func (p Pairs) Remove(s *net.Synapses, synapses []int32, removed bool) error {
	old := p[s]
	if old == nil {
		return fmt.Errorf("the synapses of %q have not been made", s.Name)
	}
	if err := p.Listed(s); err != nil {
		return err
	}
	fresh := *old
	fresh.made = newMade()
	if fresh.removed = slices.Clone(old.removed); fresh.removed == nil {
		fresh.removed = make([]bool, old.pre.Len())
	}
	for _, k := range synapses {
		switch {
		case k < 0 || int(k) >= old.pre.Len():
			return fmt.Errorf("%q has synapses 0 to %d; there is no number %d", s.Name, old.pre.Len()-1, k)
		case fresh.removed[k] == removed && removed:
			return fmt.Errorf("synapse %d of %q has been removed already", k, s.Name)
		case fresh.removed[k] == removed:
			return fmt.Errorf("synapse %d of %q has not been removed", k, s.Name)
		}
		fresh.removed[k] = removed
	}
	if !slices.Contains(fresh.removed, true) {
		fresh.removed = nil
	}
	p[s] = &fresh
	return nil
}

// Removed says which synapses were removed, in order of creation; nil: none.
func (p Pairs) Removed(s *net.Synapses) []bool {
	if p[s] == nil {
		return nil
	}
	return p[s].removed
}
