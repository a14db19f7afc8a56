package connect

import (
	"fmt"
	"math"
	"slices"
)

// Arrays connects Pre[k] to Post[k]. A pair given twice is two synapses. W and D, when not nil, hold one value or one per synapse and
// take the place of Weight and Delay. Rows of the result are presynaptic; Created maps them back to the order given.
type Arrays struct {
	Pre, Post     []int32
	W, D          []float64
	Weight, Delay Values
}

// Name is "from_arrays".
func (*Arrays) Name() string { return "from_arrays" }

// Estimate checks lengths; indices are checked by Build.
func (r *Arrays) Estimate(pre, post Shape) (int64, int64, error) {
	if err := checkShapes(r.Name(), pre, post); err != nil {
		return 0, 0, err
	}
	n := len(r.Pre)
	if n > math.MaxInt32 {
		return 0, 0, fmt.Errorf("from_arrays: %d synapses; one call takes at most %d", n, math.MaxInt32)
	}
	if len(r.Post) != n {
		return 0, 0, fmt.Errorf("from_arrays: %d presynaptic indices but %d postsynaptic ones; the arrays need the same length", n, len(r.Post))
	}
	if err := checkLength("weights", len(r.W), n); err != nil {
		return 0, 0, err
	}
	if err := checkLength("delays", len(r.D), n); err != nil {
		return 0, 0, err
	}
	bytes := csrBytes(int64(n), pre.N, r.Weight, r.Delay) + 8*int64(n)
	if r.W != nil {
		bytes += 8 * int64(n)
	}
	if r.D != nil {
		bytes += 8 * int64(n)
	}
	return int64(n), bytes, nil
}

func checkLength(what string, have, n int) error {
	if have != 0 && have != 1 && have != n {
		return fmt.Errorf("from_arrays: %d %s for %d synapses; give one, or one for each", have, what, n)
	}
	return nil
}

// Build sorts the synapses by their ends, keeping the order of equal pairs.
func (r *Arrays) Build(key Key, pre, post Shape) (*Matrix, error) {
	if _, _, err := r.Estimate(pre, post); err != nil {
		return nil, err
	}
	c := &CSR{NPre: pre.N, NPost: post.N}
	if err := c.sort(r.Name(), r.Pre, r.Post); err != nil {
		return nil, err
	}
	if err := c.fill(r.Name(), r.Weight, r.Delay, key); err != nil {
		return nil, err
	}
	var err error
	if r.W != nil {
		if c.W, err = c.take("from_arrays: weight", r.W, false); err != nil {
			return nil, err
		}
	}
	if r.D != nil {
		if c.Delay, err = c.take("from_arrays: delay", r.D, true); err != nil {
			return nil, err
		}
	}
	return &Matrix{CSR: c}, nil
}

// sort fills RowPtr, Index and Created from unordered pairs.
func (c *CSR) sort(rule string, pre, post []int32) error {
	rows, other := pre, post
	if c.ByPost {
		rows, other = post, pre
	}
	c.RowPtr = make([]int64, c.Rows()+1)
	sorted := true
	for k := range pre {
		if i := pre[k]; i < 0 || int(i) >= c.NPre {
			return fmt.Errorf("%s: presynaptic index %d at place %d; the group has elements 0 to %d", rule, i, k, c.NPre-1)
		}
		if j := post[k]; j < 0 || int(j) >= c.NPost {
			return fmt.Errorf("%s: postsynaptic index %d at place %d; the group has elements 0 to %d", rule, j, k, c.NPost-1)
		}
		c.RowPtr[rows[k]+1]++
		if k > 0 && (rows[k] < rows[k-1] || rows[k] == rows[k-1] && other[k] < other[k-1]) {
			sorted = false
		}
	}
	rowOffsets(c.RowPtr)
	if sorted {
		c.Index = slices.Clone(other)
		return nil
	}
	c.Created = make([]int32, len(pre))
	next := slices.Clone(c.RowPtr[:c.Rows()])
	for k, r := range rows {
		c.Created[next[r]] = int32(k)
		next[r]++
	}
	c.Index = make([]int32, len(pre))
	return parallel(c.Rows(), rowGrain(c.Rows(), int64(len(pre))), func(lo, hi int) error {
		for r := lo; r < hi; r++ {
			ids := c.Created[c.RowPtr[r]:c.RowPtr[r+1]]
			slices.SortFunc(ids, func(a, b int32) int {
				if other[a] != other[b] {
					return int(other[a]) - int(other[b])
				}
				return int(a) - int(b)
			})
			for k, id := range ids {
				c.Index[c.RowPtr[r]+int64(k)] = other[id]
			}
		}
		return nil
	})
}

// take returns one value, or values given in creation order, in storage order.
func (c *CSR) take(what string, v []float64, delay bool) ([]float64, error) {
	for k, x := range v {
		if err := checkValue(what, x, delay); err != nil {
			return nil, fmt.Errorf("%w (place %d)", err, k)
		}
	}
	if len(v) == 1 || c.Created == nil {
		return slices.Clone(v), nil
	}
	out := make([]float64, len(v))
	for k, id := range c.Created {
		out[k] = v[id]
	}
	return out, nil
}
