package connect

import (
	"fmt"
	"math"
)

// Dense connects by a matrix of weights, [post, pre] in C order as ANNarchy gives it: row j holds the weights onto postsynaptic element j.
// A zero is a synapse of weight zero unless ZeroNone is set. NaN means "no synapse" if NaNNone is set, and is an error otherwise.
type Dense struct {
	W          []float64
	Rows, Cols int // Rows postsynaptic, Cols presynaptic elements
	NaNNone    bool
	ZeroNone   bool
	Delay      Values
	// Source names the matrix in messages, e.g. the file it was read from; may be empty.
	Source string
}

// Name is "from_matrix".
func (*Dense) Name() string { return "from_matrix" }

func (r *Dense) what() string {
	if r.Source != "" {
		return "from_matrix: " + r.Source
	}
	return "from_matrix"
}

// Estimate counts the entries that are synapses.
func (r *Dense) Estimate(pre, post Shape) (int64, int64, error) {
	if err := checkShapes(r.Name(), pre, post); err != nil {
		return 0, 0, err
	}
	if int64(len(r.W)) != pairs(r.Rows, r.Cols) {
		return 0, 0, fmt.Errorf("%s holds %d numbers, not %d x %d", r.what(), len(r.W), r.Rows, r.Cols)
	}
	if r.Rows != post.N || r.Cols != pre.N {
		hint := ""
		if r.Rows == pre.N && r.Cols == post.N {
			hint = "; transpose it"
		}
		return 0, 0, fmt.Errorf("%s is %d x %d; rows are postsynaptic, so from %s to %s it has to be %d x %d%s",
			r.what(), r.Rows, r.Cols, pre.Name, post.Name, post.N, pre.N, hint)
	}
	n := int64(0)
	for _, w := range r.W {
		if r.synapse(w) {
			n++
		}
	}
	return n, csrBytes(n, post.N, nil, r.Delay) + 8*n, nil
}

func (r *Dense) synapse(w float64) bool {
	return !(r.NaNNone && w != w || r.ZeroNone && w == 0)
}

// Build gives a CSR with postsynaptic rows.
func (r *Dense) Build(key Key, pre, post Shape) (*Matrix, error) {
	n, _, err := r.Estimate(pre, post)
	if err != nil {
		return nil, err
	}
	c := &CSR{NPre: pre.N, NPost: post.N, ByPost: true, RowPtr: make([]int64, post.N+1), Index: make([]int32, n), W: make([]float64, n)}
	k := 0
	for j := range r.Rows {
		for i, w := range r.W[j*r.Cols : (j+1)*r.Cols] {
			if !r.synapse(w) {
				continue
			}
			if math.IsNaN(w) {
				return nil, fmt.Errorf("%s: NaN at row %d, column %d (onto %s[%d] from %s[%d]); if NaN means no synapse, say so with nan=\"none\"",
					r.what(), j, i, post.Name, j, pre.Name, i)
			}
			if math.IsInf(w, 0) {
				return nil, fmt.Errorf("%s: the weight at row %d, column %d is infinite", r.what(), j, i)
			}
			c.Index[k], c.W[k] = int32(i), w
			k++
		}
		c.RowPtr[j+1] = int64(k)
	}
	c.Delay, err = c.values("from_matrix: delay", r.Delay, nil, key.Sub("delay"), true)
	if err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}

// Sparse connects by a sparse matrix of weights, [post, pre], given either in coordinates (I rows, J columns) or in compressed rows
// (RowPtr, J), as SciPy's coo and csr matrices hold it. Entries given twice are two synapses, which act as their sum.
type Sparse struct {
	Rows, Cols int // Rows postsynaptic, Cols presynaptic elements
	I, J       []int32
	RowPtr     []int64 // not nil: compressed rows; I is then unused
	V          []float64
	Delay      Values
	Source     string
}

// Name is "from_sparse".
func (*Sparse) Name() string { return "from_sparse" }

func (r *Sparse) what() string {
	if r.Source != "" {
		return "from_sparse: " + r.Source
	}
	return "from_sparse"
}

// Estimate checks shape and lengths; indices are checked by Build.
func (r *Sparse) Estimate(pre, post Shape) (int64, int64, error) {
	if err := checkShapes(r.Name(), pre, post); err != nil {
		return 0, 0, err
	}
	if r.Rows != post.N || r.Cols != pre.N {
		return 0, 0, fmt.Errorf("%s is %d x %d; rows are postsynaptic, so from %s to %s it has to be %d x %d",
			r.what(), r.Rows, r.Cols, pre.Name, post.Name, post.N, pre.N)
	}
	n := len(r.J)
	if n > math.MaxInt32 {
		return 0, 0, fmt.Errorf("%s: %d entries; one call takes at most %d", r.what(), n, math.MaxInt32)
	}
	if len(r.V) != n || r.RowPtr == nil && len(r.I) != n {
		return 0, 0, fmt.Errorf("%s: %d rows, %d columns and %d values; the arrays need the same length", r.what(), len(r.I), n, len(r.V))
	}
	if p := r.RowPtr; p != nil {
		if len(p) != r.Rows+1 || p[0] != 0 || p[r.Rows] != int64(n) {
			return 0, 0, fmt.Errorf("%s: %d row pointers do not divide %d entries into %d rows", r.what(), len(p), n, r.Rows)
		}
		for i := range r.Rows {
			if p[i] > p[i+1] || p[i+1] > int64(n) {
				return 0, 0, fmt.Errorf("%s: the row pointers of row %d, %d to %d, do not ascend within %d entries", r.what(), i, p[i], p[i+1], n)
			}
		}
	}
	return int64(n), csrBytes(int64(n), post.N, nil, r.Delay) + 16*int64(n), nil
}

// Build gives a CSR with postsynaptic rows.
func (r *Sparse) Build(key Key, pre, post Shape) (*Matrix, error) {
	if _, _, err := r.Estimate(pre, post); err != nil {
		return nil, err
	}
	rows := r.I
	if r.RowPtr != nil {
		rows = make([]int32, len(r.J))
		for i := range r.Rows {
			for k := r.RowPtr[i]; k < r.RowPtr[i+1]; k++ {
				rows[k] = int32(i)
			}
		}
	}
	c := &CSR{NPre: pre.N, NPost: post.N, ByPost: true}
	if err := c.sort(r.what(), r.J, rows); err != nil {
		return nil, err
	}
	for k, w := range r.V {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%s: the weight at row %d, column %d is %v; a synapse needs a finite number", r.what(), rows[k], r.J[k], w)
		}
	}
	var err error
	if c.W, err = c.take(r.what()+": weight", r.V, false); err != nil {
		return nil, err
	}
	c.Delay, err = c.values("from_sparse: delay", r.Delay, nil, key.Sub("delay"), true)
	if err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}
