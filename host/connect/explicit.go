package connect

import (
	"fmt"
	"math"
)

// separable evaluates a kernel between two grids: per term and dimension a table [post coordinate, pre coordinate].
type separable struct {
	pre, post Grid
	terms     []separableTerm
	k         *kernel
	noSelf    bool
}

type separableTerm struct {
	amp     float64
	z, y, x []float64
}

func (k *kernel) between(pre, post Shape) (*separable, error) {
	s := &separable{pre: *pre.Grid, post: *post.Grid, k: k, noSelf: excludesSelf(k.allowSelf, pre, post)}
	for _, n := range [][2]int{{s.pre.Layers, s.post.Layers}, {s.pre.Rows, s.post.Rows}, {s.pre.Cols, s.post.Cols}} {
		// A table is no larger than one dimension squared; the synapses themselves would be far more.
		if pairs(n[0], n[1]) > 1<<26 {
			return nil, fmt.Errorf("%s: a dimension of %d cells onto one of %d is too large for a kernel between different grids", k.rule, n[0], n[1])
		}
	}
	for _, b := range k.bells {
		s.terms = append(s.terms, separableTerm{b.amp, cross(s.post.Layers, s.pre.Layers, b.sigma),
			cross(s.post.Rows, s.pre.Rows, b.sigma), cross(s.post.Cols, s.pre.Cols, b.sigma)})
	}
	return s, nil
}

// cross is exp(-(a/(n-1) - b/(m-1))² / (2 sigma²)), [n, m].
func cross(n, m int, sigma float64) []float64 {
	out := make([]float64, n*m)
	place := func(k, n int) float64 {
		if n == 1 {
			return 0
		}
		return float64(k) / float64(n-1)
	}
	for a := range n {
		for b := range m {
			r := (place(a, n) - place(b, m)) / sigma
			out[a*m+b] = math.Exp(-r * r / 2)
		}
	}
	return out
}

// row calls emit for every synapse onto post, by ascending presynaptic index.
func (s *separable) row(post int, emit func(pre int32, w float64)) {
	pz, py, px := s.post.Pair(post, 0)
	part := make([]float64, len(s.terms))
	pre := 0
	for z := range s.pre.Layers {
		for y := range s.pre.Rows {
			for i, t := range s.terms {
				part[i] = float64(t.amp*t.z[pz*s.pre.Layers+z]) * t.y[py*s.pre.Rows+y]
			}
			for x := range s.pre.Cols {
				w := 0.0
				for i, t := range s.terms {
					w += float64(part[i] * t.x[px*s.pre.Cols+x])
				}
				if math.Abs(w) > s.k.floor && !(s.noSelf && pre == post) {
					emit(int32(pre), w)
				}
				pre++
			}
		}
	}
}

// estimateExplicit counts some rows spread over the postsynaptic grid, all of them when that is quick.
func (k *kernel) estimateExplicit(pre, post Shape) (int64, int64, error) {
	s, err := k.between(pre, post)
	if err != nil {
		return 0, 0, err
	}
	step := int(pairs(pre.N, post.N)/(1<<22)) + 1
	n, rows := int64(0), int64(0)
	for j := step / 2; j < post.N; j += step {
		rows++
		s.row(j, func(int32, float64) { n++ })
	}
	if rows > 0 {
		n = int64(float64(n) * float64(post.N) / float64(rows))
	}
	return n, csrBytes(n, post.N, nil, k.delay) + 8*n, nil
}

// explicit counts every row, then fills.
func (k *kernel) explicit(key Key, pre, post Shape) (*CSR, error) {
	s, err := k.between(pre, post)
	if err != nil {
		return nil, err
	}
	c := &CSR{NPre: pre.N, NPost: post.N, ByPost: true, RowPtr: make([]int64, post.N+1)}
	grain := rowGrain(post.N, pairs(pre.N, post.N))
	_ = parallel(post.N, grain, func(lo, hi int) error {
		for j := lo; j < hi; j++ {
			n := int64(0)
			s.row(j, func(int32, float64) { n++ })
			c.RowPtr[j+1] = n
		}
		return nil
	})
	rowOffsets(c.RowPtr)
	c.Index, c.W = make([]int32, c.RowPtr[post.N]), make([]float64, c.RowPtr[post.N])
	_ = parallel(post.N, grain, func(lo, hi int) error {
		for j := lo; j < hi; j++ {
			at := c.RowPtr[j]
			s.row(j, func(i int32, w float64) {
				c.Index[at], c.W[at] = i, w
				at++
			})
		}
		return nil
	})
	c.Delay, err = c.values(k.rule+": delay", k.delay, nil, key.Sub("delay"), true)
	return c, err
}
