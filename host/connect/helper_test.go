package connect

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func group(name string, n int) Shape { return Shape{Name: name, N: n} }

func gridGroup(name string, layers, rows, cols int) Shape {
	g := Grid{layers, rows, cols}
	return Shape{Name: name, N: g.Len(), Grid: &g}
}

func build(t testing.TB, r Rule, key Key, pre, post Shape) *Matrix {
	t.Helper()
	m, err := r.Build(key, pre, post)
	if err != nil {
		t.Fatal(err)
	}
	if m.CSR != nil {
		if err := m.CSR.Verify(); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// dense is the matrix [post, pre] of a CSR; missing synapses are NaN, several between the same ends add up.
func dense(c *CSR) []float64 {
	out := make([]float64, c.NPost*c.NPre)
	for i := range out {
		out[i] = math.NaN()
	}
	for r := range c.Rows() {
		for k := c.RowPtr[r]; k < c.RowPtr[r+1]; k++ {
			post, pre := int(c.Index[k]), r
			if c.ByPost {
				post, pre = r, int(c.Index[k])
			}
			at := post*c.NPre + pre
			if math.IsNaN(out[at]) {
				out[at] = 0
			}
			out[at] += c.Weight(k)
		}
	}
	return out
}

func sameFloats(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return true
}

func sameCSR(a, b *CSR) bool {
	if a.NPre != b.NPre || a.NPost != b.NPost || a.ByPost != b.ByPost || len(a.Index) != len(b.Index) || len(a.Created) != len(b.Created) {
		return false
	}
	for i := range a.RowPtr {
		if a.RowPtr[i] != b.RowPtr[i] {
			return false
		}
	}
	for i := range a.Index {
		if a.Index[i] != b.Index[i] {
			return false
		}
	}
	for i := range a.Created {
		if a.Created[i] != b.Created[i] {
			return false
		}
	}
	return sameFloats(a.W, b.W) && sameFloats(a.Delay, b.Delay)
}

// degrees counts the synapses of every element on one side.
func degrees(c *CSR, post bool) []int {
	n := c.NPre
	if post {
		n = c.NPost
	}
	out := make([]int, n)
	for r := range c.Rows() {
		if c.ByPost == post {
			out[r] = int(c.RowPtr[r+1] - c.RowPtr[r])
			continue
		}
		for _, x := range c.Index[c.RowPtr[r]:c.RowPtr[r+1]] {
			out[x]++
		}
	}
	return out
}

// chi2 fails when counts are improbable under expected ones at the level 1e-4 on either side. Bins expected below 5 are merged
// with the next.
func chi2(t *testing.T, what string, observed []int, expected []float64) {
	t.Helper()
	stat, bins := 0.0, -1
	o, e := 0.0, 0.0
	for i := range observed {
		o += float64(observed[i])
		e += expected[i]
		if e >= 5 || i == len(observed)-1 && e > 0 {
			stat += (o - e) * (o - e) / e
			bins++
			o, e = 0, 0
		}
	}
	p := distuv.ChiSquared{K: float64(bins)}.Survival(stat)
	if p < 1e-4 || p > 1-1e-4 {
		t.Errorf("%s: chi² = %.1f with %d degrees of freedom, p = %.2g", what, stat, bins, p)
	}
}

func histogram(x []int, bins int) []int {
	h := make([]int, bins)
	for _, v := range x {
		h[min(v, bins-1)]++
	}
	return h
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func randomVector(r *rand.Rand, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = 2*r.Float64() - 1
	}
	return s
}
