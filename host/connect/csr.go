package connect

import (
	"fmt"
	"math"
	"runtime"
	"sort"

	"github.com/galvani-sim/galvani/host/internal/pages"
)

// Rows is the number of rows.
func (c *CSR) Rows() int {
	if c.ByPost {
		return c.NPost
	}
	return c.NPre
}

// Cols is the number of elements at the other end.
func (c *CSR) Cols() int {
	if c.ByPost {
		return c.NPre
	}
	return c.NPost
}

// Weight returns the weight of storage synapse k.
func (c *CSR) Weight(k int64) float64 {
	if len(c.W) == 1 {
		return c.W[0]
	}
	return c.W[k]
}

// Bytes is the memory that the arrays hold.
func (c *CSR) Bytes() int64 {
	return 8*int64(len(c.RowPtr)+len(c.W)+len(c.Delay)) + 4*int64(len(c.Index)+len(c.Created))
}

// Verify checks the invariants that executors rely on: monotone row pointers, indices in range and ascending within a row, lengths of
// weights and delays, and no negative or non-finite delay.
func (c *CSR) Verify() error {
	rows, cols := c.Rows(), c.Cols()
	n := int64(len(c.Index))
	if len(c.RowPtr) != rows+1 || c.RowPtr[0] != 0 || c.RowPtr[rows] != n {
		return fmt.Errorf("row pointers do not cover the %d synapses of %d rows", n, rows)
	}
	for _, a := range []struct {
		name string
		len  int64
		none bool
	}{{"weights", int64(len(c.W)), false}, {"delays", int64(len(c.Delay)), true}, {"creation numbers", int64(len(c.Created)), true}} {
		if a.len != n && !(a.len == 1 && a.name != "creation numbers") && !(a.none && a.len == 0) {
			return fmt.Errorf("%d %s for %d synapses", a.len, a.name, n)
		}
	}
	for r := range rows {
		if c.RowPtr[r] > c.RowPtr[r+1] {
			return fmt.Errorf("row %d ends before it begins", r)
		}
		last := int32(0)
		for _, x := range c.Index[c.RowPtr[r]:c.RowPtr[r+1]] {
			if x < last || int(x) >= cols {
				return fmt.Errorf("row %d: index %d follows %d or is not below %d", r, x, last, cols)
			}
			last = x
		}
	}
	for k, d := range c.Delay {
		if !(d >= 0) || math.IsInf(d, 0) {
			return fmt.Errorf("synapse %d has delay %v s", k, d)
		}
	}
	return nil
}

// rowOffsets turns counts stored at [r+1] into row pointers.
func rowOffsets(ptr []int64) {
	for r := 1; r < len(ptr); r++ {
		ptr[r] += ptr[r-1]
	}
}

// Transposed returns the same synapses in rows of the other end. The order among synapses between the same two ends is kept.
// Created is set so that creation numbers survive, unless every row pair was created in the new order.
func (c *CSR) Transposed() *CSR {
	rows, cols := c.Rows(), c.Cols()
	n := len(c.Index)
	t := &CSR{NPre: c.NPre, NPost: c.NPost, ByPost: !c.ByPost, RowPtr: make([]int64, cols+1), Index: pages.Make[int32](n)}
	perW, perD := len(c.W) == n && n != 1, len(c.Delay) == n && n != 1
	t.W, t.Delay = c.W, c.Delay
	if perW {
		t.W = pages.Make[float64](n)
	}
	if perD {
		t.Delay = pages.Make[float64](n)
	}
	if n <= math.MaxInt32 {
		t.Created = pages.Make[int32](n)
	}
	// Each worker moves the columns of its own range: it finds them in every row by bisection, so writes never collide and the result
	// has one order for any number of workers.
	ranges := 2 * runtime.GOMAXPROCS(0)
	grain := max(1, (cols+ranges-1)/ranges)
	_ = parallel(cols, grain, func(lo, hi int) error {
		for r := range rows {
			row := c.Index[c.RowPtr[r]:c.RowPtr[r+1]]
			for k := lowerBound(row, lo); k < len(row) && int(row[k]) < hi; k++ {
				t.RowPtr[row[k]+1]++
			}
		}
		return nil
	})
	rowOffsets(t.RowPtr)
	_ = parallel(cols, grain, func(lo, hi int) error {
		fill := make([]int64, hi-lo)
		copy(fill, t.RowPtr[lo:hi])
		for r := range rows {
			base := int(c.RowPtr[r])
			row := c.Index[base:c.RowPtr[r+1]]
			for k := lowerBound(row, lo); k < len(row) && int(row[k]) < hi; k++ {
				at := fill[int(row[k])-lo]
				fill[int(row[k])-lo]++
				t.Index[at] = int32(r)
				if perW {
					t.W[at] = c.W[base+k]
				}
				if perD {
					t.Delay[at] = c.Delay[base+k]
				}
				if t.Created != nil {
					if c.Created != nil {
						t.Created[at] = c.Created[base+k]
					} else {
						t.Created[at] = int32(base + k)
					}
				}
			}
		}
		return nil
	})
	for k, id := range t.Created {
		if int(id) != k {
			return t
		}
	}
	t.Created = nil
	return t
}

func lowerBound(row []int32, x int) int {
	if x == 0 {
		return 0
	}
	return sort.Search(len(row), func(i int) bool { return int(row[i]) >= x })
}

// fill sets weights and delays from the rule's values, row by row on all cores.
func (c *CSR) fill(rule string, weight, delay Values, key Key) error {
	var err error
	if c.W, err = c.values(rule+": weight", weight, Constant(1), key.Sub("weight"), false); err != nil {
		return err
	}
	c.Delay, err = c.values(rule+": delay", delay, nil, key.Sub("delay"), true)
	return err
}

func (c *CSR) values(what string, v, missing Values, key Key, delay bool) ([]float64, error) {
	if v == nil {
		v = missing
	}
	if v == nil {
		return nil, nil
	}
	if x, ok := v.Const(); ok {
		return []float64{x}, checkValue(what, x, delay)
	}
	out := make([]float64, len(c.Index))
	rows := c.Rows()
	err := parallel(rows, rowGrain(rows, int64(len(c.Index))), func(lo, hi int) error {
		a, b := c.RowPtr[lo], c.RowPtr[hi]
		own := make([]int32, b-a)
		for r := lo; r < hi; r++ {
			for k := c.RowPtr[r]; k < c.RowPtr[r+1]; k++ {
				own[k-a] = int32(r)
			}
		}
		pre, post := own, c.Index[a:b]
		if c.ByPost {
			pre, post = post, pre
		}
		dst := out[a:b]
		if err := v.Fill(dst, pre, post, key); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		for k, x := range dst {
			if err := checkValue(what, x, delay); err != nil {
				return fmt.Errorf("%w (synapse from %d to %d)", err, pre[k], post[k])
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func checkValue(what string, x float64, delay bool) error {
	switch {
	case math.IsNaN(x):
		return fmt.Errorf("%s is NaN; a synapse needs a number", what)
	case math.IsInf(x, 0):
		return fmt.Errorf("%s is infinite; a synapse needs a finite number", what)
	case delay && x < 0:
		return fmt.Errorf("%s is %v s; a delay cannot be negative", what, x)
	}
	return nil
}
