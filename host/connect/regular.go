package connect

import (
	"fmt"
	"math"
	"math/bits"
)

// OneToOne connects element i to element i of a group of the same size. Weight nil means 1; Delay nil means none.
type OneToOne struct {
	Weight, Delay Values
}

// AllToAll connects every element to every element, to itself only if AllowSelf is set or the groups differ.
type AllToAll struct {
	Weight, Delay Values
	AllowSelf     bool
}

// Name is "one_to_one".
func (OneToOne) Name() string { return "one_to_one" }

// Name is "all_to_all".
func (AllToAll) Name() string { return "all_to_all" }

// Estimate counts one synapse per element.
func (r OneToOne) Estimate(pre, post Shape) (int64, int64, error) {
	if err := checkShapes(r.Name(), pre, post); err != nil {
		return 0, 0, err
	}
	if pre.N != post.N {
		return 0, 0, fmt.Errorf("one_to_one: %s has %d elements and %s has %d; both groups need the same size", pre.Name, pre.N, post.Name, post.N)
	}
	n := int64(pre.N)
	if _, _, ok := uniformValues(r.Weight, r.Delay); ok {
		return n, 0, nil
	}
	return n, csrBytes(n, pre.N, r.Weight, r.Delay), nil
}

// Build gives Identity when weights and delays are constant.
func (r OneToOne) Build(key Key, pre, post Shape) (*Matrix, error) {
	if _, _, err := r.Estimate(pre, post); err != nil {
		return nil, err
	}
	w, d, ok := uniformValues(r.Weight, r.Delay)
	if ok {
		if err := checkUniform(r.Name(), w, d); err != nil {
			return nil, err
		}
		return &Matrix{Identity: &Uniform{W: w, Self: true, Count: int64(pre.N), Delay: d}}, nil
	}
	c := &CSR{NPre: pre.N, NPost: post.N, RowPtr: make([]int64, pre.N+1), Index: make([]int32, pre.N)}
	for i := range c.Index {
		c.RowPtr[i+1] = int64(i + 1)
		c.Index[i] = int32(i)
	}
	if err := c.fill(r.Name(), r.Weight, r.Delay, key); err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}

// Estimate counts every pair.
func (r AllToAll) Estimate(pre, post Shape) (int64, int64, error) {
	if err := checkShapes(r.Name(), pre, post); err != nil {
		return 0, 0, err
	}
	n := pairs(pre.N, post.N)
	if excludesSelf(r.AllowSelf, pre, post) {
		n -= int64(pre.N)
	}
	if _, _, ok := uniformValues(r.Weight, r.Delay); ok {
		return n, 0, nil
	}
	return n, csrBytes(n, pre.N, r.Weight, r.Delay), nil
}

// Build gives Full when weights and delays are constant, else a CSR with presynaptic rows.
func (r AllToAll) Build(key Key, pre, post Shape) (*Matrix, error) {
	n, _, err := r.Estimate(pre, post)
	if err != nil {
		return nil, err
	}
	noSelf := excludesSelf(r.AllowSelf, pre, post)
	w, d, ok := uniformValues(r.Weight, r.Delay)
	if ok {
		if err := checkUniform(r.Name(), w, d); err != nil {
			return nil, err
		}
		return &Matrix{Full: &Uniform{W: w, Self: !noSelf, Count: n, Delay: d}}, nil
	}
	c := &CSR{NPre: pre.N, NPost: post.N, RowPtr: make([]int64, pre.N+1), Index: make([]int32, n)}
	per := int64(post.N)
	if noSelf {
		per--
	}
	for i := range pre.N {
		c.RowPtr[i+1] = int64(i+1) * per
	}
	_ = parallel(pre.N, rowGrain(pre.N, n), func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			allBut(c.Index[c.RowPtr[i]:c.RowPtr[i+1]], i, noSelf)
		}
		return nil
	})
	if err := c.fill(r.Name(), r.Weight, r.Delay, key); err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}

// allBut fills row with 0, 1, 2, ..., leaving out self if asked.
func allBut(row []int32, self int, noSelf bool) {
	for k := range row {
		row[k] = int32(k)
		if noSelf && k >= self {
			row[k]++
		}
	}
}

// excludesSelf says whether a rule leaves out synapses from an element to itself: only a group connected with itself has them.
func excludesSelf(allow bool, pre, post Shape) bool {
	return !allow && pre.Name == post.Name && pre.N == post.N
}

func checkShapes(rule string, pre, post Shape) error {
	for _, s := range []Shape{pre, post} {
		if s.N < 0 || s.N > math.MaxInt32 {
			return fmt.Errorf("%s: %s has %d elements; a group has between 0 and %d", rule, s.Name, s.N, math.MaxInt32)
		}
		if g := s.Grid; g != nil && (g.Layers < 1 || g.Rows < 1 || g.Cols < 1 || g.Len() != s.N) {
			return fmt.Errorf("%s: the geometry of %s, %d x %d x %d, does not hold its %d elements", rule, s.Name, g.Layers, g.Rows, g.Cols, s.N)
		}
	}
	return nil
}

// uniformValues gives the one weight and the one delay when neither differs between synapses.
func uniformValues(weight, delay Values) (w, d float64, ok bool) {
	w = 1
	if weight != nil {
		if w, ok = weight.Const(); !ok {
			return 0, 0, false
		}
	}
	if delay != nil {
		if d, ok = delay.Const(); !ok {
			return 0, 0, false
		}
	}
	return w, d, true
}

func checkUniform(rule string, w, d float64) error {
	if err := checkValue(rule+": weight", w, false); err != nil {
		return err
	}
	return checkValue(rule+": delay", d, true)
}

// pairs is a × b, both sizes of groups, saturating.
func pairs(a, b int) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > math.MaxInt64/64 {
		return math.MaxInt64 / 64
	}
	return int64(lo)
}

// csrBytes is the memory of a CSR of n synapses; values that do not differ take none.
func csrBytes(n int64, rows int, weight, delay Values) int64 {
	per := int64(4)
	for _, v := range []Values{weight, delay} {
		if v != nil {
			if _, ok := v.Const(); !ok {
				per += 8
			}
		}
	}
	return n*per + 8*int64(rows+1)
}
