package connect

import (
	"fmt"
	"math/bits"
	"slices"
)

// FixedNumberPre gives every postsynaptic element N different presynaptic ones. Rows are postsynaptic.
type FixedNumberPre struct {
	N             int
	Weight, Delay Values
	AllowSelf     bool
}

// FixedNumberPost gives every presynaptic element N different postsynaptic ones. Rows are presynaptic.
type FixedNumberPost FixedNumberPre

// Name is "fixed_number_pre".
func (FixedNumberPre) Name() string { return "fixed_number_pre" }

// Name is "fixed_number_post".
func (FixedNumberPost) Name() string { return "fixed_number_post" }

// Estimate counts N synapses for each postsynaptic element.
func (r FixedNumberPre) Estimate(pre, post Shape) (int64, int64, error) {
	return fixedNumber(r).estimate(r.Name(), pre, post, true)
}

// Estimate counts N synapses for each presynaptic element.
func (r FixedNumberPost) Estimate(pre, post Shape) (int64, int64, error) {
	return fixedNumber(r).estimate(r.Name(), pre, post, false)
}

// Build draws without replacement in each row.
func (r FixedNumberPre) Build(key Key, pre, post Shape) (*Matrix, error) {
	return fixedNumber(r).build(r.Name(), key, pre, post, true)
}

// Build draws without replacement in each row.
func (r FixedNumberPost) Build(key Key, pre, post Shape) (*Matrix, error) {
	return fixedNumber(r).build(r.Name(), key, pre, post, false)
}

// fixedNumber is what both rules are, but for the end whose elements are the rows.
type fixedNumber FixedNumberPre

func (r fixedNumber) estimate(name string, pre, post Shape, byPost bool) (int64, int64, error) {
	if err := checkShapes(name, pre, post); err != nil {
		return 0, 0, err
	}
	rows, others := pre, post
	if byPost {
		rows, others = post, pre
	}
	available := others.N
	rest := ""
	if excludesSelf(r.AllowSelf, pre, post) {
		available = max(0, available-1)
		rest = " other"
	}
	if r.N < 0 {
		return 0, 0, fmt.Errorf("%s: the number is %d; it cannot be negative", name, r.N)
	}
	if r.N > available && rows.N > 0 {
		return 0, 0, fmt.Errorf("%s: %d different elements were asked for, but %s has only %d%s", name, r.N, others.Name, available, rest)
	}
	total := pairs(rows.N, r.N)
	return total, csrBytes(total, rows.N, r.Weight, r.Delay), nil
}

func (r fixedNumber) build(name string, key Key, pre, post Shape, byPost bool) (*Matrix, error) {
	if _, _, err := r.estimate(name, pre, post, byPost); err != nil {
		return nil, err
	}
	c, noSelf := &CSR{NPre: pre.N, NPost: post.N, ByPost: byPost}, excludesSelf(r.AllowSelf, pre, post)
	rows, candidates := c.Rows(), c.Cols()
	if noSelf {
		candidates--
	}
	c.RowPtr = make([]int64, rows+1)
	c.Index = make([]int32, int64(rows)*int64(r.N))
	for i := range rows {
		c.RowPtr[i+1] = int64(i+1) * int64(r.N)
	}
	at := key.Sub("rows").at(0)
	_ = parallel(rows, rowGrain(rows, int64(len(c.Index))), func(lo, hi int) error {
		chosen := make([]uint64, (candidates+63)/64)
		var w words
		for i := lo; i < hi; i++ {
			a := at
			a.Step = uint32(i)
			row := c.Index[c.RowPtr[i]:c.RowPtr[i+1]]
			w.start(a)
			choose(&w, candidates, row, chosen)
			if noSelf {
				skipSelf(row, int32(i))
			}
		}
		return nil
	})
	if err := c.fill(name, r.Weight, r.Delay, key); err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}

// choose fills row with len(row) different numbers below n in ascending order, every set equally likely: Floyd's algorithm (Bentley and
// Floyd, "A sample of brilliance", 1987). Chosen is a clear bitmap of n bits and is clear again on return.
func choose(w *words, n int, row []int32, chosen []uint64) {
	for k := range row {
		j := n - len(row) + k
		t := w.below(uint32(j) + 1)
		if chosen[t/64]>>(t%64)&1 != 0 {
			t = uint32(j)
		}
		chosen[t/64] |= 1 << (t % 64)
		row[k] = int32(t)
	}
	// Reading the bitmap in order sorts for free unless it is mostly empty.
	if len(row)*16 < len(chosen) {
		for _, t := range row {
			chosen[t/64] = 0
		}
		slices.Sort(row)
		return
	}
	k := 0
	for b, word := range chosen {
		for ; word != 0; word &= word - 1 {
			row[k] = int32(b*64 + bits.TrailingZeros64(word))
			k++
		}
		chosen[b] = 0
	}
}
