package connect

import (
	"fmt"
	"math"
)

// Within is a rule between some neurons of a group and some of another: Rule sees only them, as if they were groups of their own.
type Within struct {
	Rule Rule
	// Pre and Post are the neurons that stand for those of the rule, in order; nil: the groups as they are.
	Pre, Post []int32
	// PreAt and PostAt are the numbers in one group of the first neuron of either side. Apart leaves out synapses whose ends have one number.
	PreAt, PostAt int32
	Apart         bool
}

// Name is that of the rule.
func (r *Within) Name() string { return r.Rule.Name() }

// inner are the shapes that the rule sees. A part of a group has a name of its own, so that no pair is a neuron with itself to the rule.
func (r *Within) inner(pre, post Shape) (Shape, Shape) {
	part := func(s Shape, ranks []int32, what string) Shape {
		if ranks != nil {
			return Shape{Name: s.Name + "[" + what + "]", N: len(ranks)}
		}
		if r.Apart {
			s.Name += "[" + what + "]"
		}
		return s
	}
	return part(pre, r.Pre, "pre"), part(post, r.Post, "post")
}

// Estimate is that of the rule, with what it takes to write its synapses out.
func (r *Within) Estimate(pre, post Shape) (synapses, bytes int64, err error) {
	for _, end := range []struct {
		ranks []int32
		n     int
	}{{r.Pre, pre.N}, {r.Post, post.N}} {
		for _, i := range end.ranks {
			if i < 0 || int(i) >= end.n {
				return 0, 0, fmt.Errorf("%s: there is no neuron %d of %d", r.Name(), i, end.n)
			}
		}
	}
	a, b := r.inner(pre, post)
	synapses, bytes, err = r.Rule.Estimate(a, b)
	if synapses > math.MaxInt32 {
		return 0, 0, fmt.Errorf("%s: %d synapses between parts of groups; at most %d", r.Name(), synapses, math.MaxInt32)
	}
	return synapses, bytes + 64*synapses, err
}

// Build builds the rule's synapses and gives them the numbers of the groups.
func (r *Within) Build(key Key, pre, post Shape) (*Matrix, error) {
	if _, _, err := r.Estimate(pre, post); err != nil {
		return nil, err
	}
	a, b := r.inner(pre, post)
	m, err := r.Rule.Build(key, a, b)
	if err != nil {
		return nil, err
	}
	all, err := m.List(a, b)
	if err != nil {
		return nil, err
	}
	out := &Arrays{}
	keep := func(list []float64, k int) []float64 {
		if len(list) == 1 {
			return list[:1]
		}
		return list[k : k+1]
	}
	for k := range all.Pre {
		i, j := all.Pre[k], all.Post[k]
		if r.Pre != nil {
			i = r.Pre[i]
		}
		if r.Post != nil {
			j = r.Post[j]
		}
		if r.Apart && i+r.PreAt == j+r.PostAt {
			continue
		}
		out.Pre, out.Post = append(out.Pre, i), append(out.Post, j)
		out.W = append(out.W, keep(all.W, k)...)
		if all.D != nil {
			out.D = append(out.D, keep(all.D, k)...)
		}
	}
	return out.Build(key, pre, post)
}

// List writes the synapses out, in the order of storage: W and D have one value for all or one for each, D may be nil. pre and post are the groups
// that the matrix was built for.
func (m *Matrix) List(pre, post Shape) (*Arrays, error) {
	out := &Arrays{}
	c := m.CSR
	switch {
	case m.Offsets != nil:
		var err error
		if c, err = m.Offsets.CSR(); err != nil {
			return nil, err
		}
	case m.Identity != nil:
		for i := range int32(min(pre.N, post.N)) {
			out.Pre, out.Post = append(out.Pre, i), append(out.Post, i)
		}
	case m.Full != nil:
		for j := range int32(post.N) {
			for i := range int32(pre.N) {
				if m.Full.Self || i != j || pre.Name != post.Name {
					out.Pre, out.Post = append(out.Pre, i), append(out.Post, j)
				}
			}
		}
	}
	if c == nil {
		out.W, out.D = m.Weights(), m.Delays()
		return out, nil
	}
	for row := range len(c.RowPtr) - 1 {
		for k := c.RowPtr[row]; k < c.RowPtr[row+1]; k++ {
			i, j := int32(row), c.Index[k]
			if c.ByPost {
				i, j = j, i
			}
			out.Pre, out.Post = append(out.Pre, i), append(out.Post, j)
		}
	}
	out.W, out.D = c.W, c.Delay
	return out, nil
}
