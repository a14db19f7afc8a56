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
	first = len(old.pre)
	if int64(first)+int64(len(pre)) > maxSynapses {
		return 0, fmt.Errorf("%q cannot hold more than %d synapses", s.Name, maxSynapses)
	}
	fresh := &pairs{pre: slices.Grow(slices.Clone(old.pre), len(pre)), post: slices.Grow(slices.Clone(old.post), len(post)), removed: old.removed, how: old.how}
	for k := range pre {
		for _, end := range []struct {
			what string
			span net.Span
			at   int32
			to   *[]int32
		}{{"presynaptic", s.Pre, pre[k], &fresh.pre}, {"postsynaptic", s.Post, post[k], &fresh.post}} {
			if end.at < 0 || int(end.at) >= end.span.Len() {
				return 0, fmt.Errorf("there is no %s element %d: %q has 0 to %d", end.what, end.at, spanShape(end.span).Name, end.span.Len()-1)
			}
			*end.to = append(*end.to, end.at+int32(end.span.Start))
		}
	}
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
	fresh := *old
	fresh.made = nil
	if fresh.removed = slices.Clone(old.removed); fresh.removed == nil {
		fresh.removed = make([]bool, len(old.pre))
	}
	for _, k := range synapses {
		switch {
		case k < 0 || int(k) >= len(old.pre):
			return fmt.Errorf("%q has synapses 0 to %d; there is no number %d", s.Name, len(old.pre)-1, k)
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
