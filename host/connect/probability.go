package connect

import (
	"fmt"
	"math"
	"math/bits"
)

// FixedProbability connects every pair with probability P, independently. Rows are presynaptic. Weight nil means 1; Delay nil none.
type FixedProbability struct {
	P             float64
	Weight, Delay Values
	AllowSelf     bool
}

// Name is "fixed_probability".
func (FixedProbability) Name() string { return "fixed_probability" }

// Estimate gives the expected number of synapses, and bytes for a number that is exceeded with a probability below 1e-9.
func (r FixedProbability) Estimate(pre, post Shape) (int64, int64, error) {
	if err := checkShapes(r.Name(), pre, post); err != nil {
		return 0, 0, err
	}
	if !(r.P >= 0 && r.P <= 1) {
		return 0, 0, fmt.Errorf("fixed_probability: p is %v; a probability is between 0 and 1", r.P)
	}
	m := pairs(pre.N, post.N)
	if excludesSelf(r.AllowSelf, pre, post) {
		m -= int64(pre.N)
	}
	mean := r.P * float64(m)
	upper := math.Min(float64(m), mean+6*math.Sqrt(mean*(1-r.P)))
	return int64(math.Round(mean)), csrBytes(int64(upper)+1, pre.N, r.Weight, r.Delay), nil
}

// Build draws each row's gaps between synapses, first to count and then, from the same stream, to fill: nothing but the result is
// ever allocated.
func (r FixedProbability) Build(key Key, pre, post Shape) (*Matrix, error) {
	mean, _, err := r.Estimate(pre, post)
	if err != nil {
		return nil, err
	}
	noSelf := excludesSelf(r.AllowSelf, pre, post)
	candidates := post.N
	if noSelf {
		candidates--
	}
	c := &CSR{NPre: pre.N, NPost: post.N, RowPtr: make([]int64, pre.N+1)}
	g := newGaps(r.P)
	at := key.Sub("rows").at(0)
	grain := rowGrain(pre.N, mean)
	row := func(i int, dst []int32) int {
		a := at
		a.Step = uint32(i)
		return g.row(newWords(a), candidates, dst)
	}
	_ = parallel(pre.N, grain, func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			c.RowPtr[i+1] = int64(row(i, nil))
		}
		return nil
	})
	rowOffsets(c.RowPtr)
	c.Index = make([]int32, c.RowPtr[pre.N])
	_ = parallel(pre.N, grain, func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			dst := c.Index[c.RowPtr[i]:c.RowPtr[i+1]]
			row(i, dst)
			if noSelf {
				skipSelf(dst, int32(i))
			}
		}
		return nil
	})
	if err := c.fill(r.Name(), r.Weight, r.Delay, key); err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}

// skipSelf maps ascending numbers of candidates other than self to element indices.
func skipSelf(row []int32, self int32) {
	for k := len(row) - 1; k >= 0 && row[k] >= self; k-- {
		row[k]++
	}
}

// gaps draws the number of pairs skipped before the next synapse, a geometric variable, with integers only: table[k] is 2^64 times the
// probability of a gap below k, rounded down, and the gap is the k with table[k] <= u < table[k+1] for 64 random bits u.
// The table stops at some K; u at or above table[K] means a gap of K or more, and since the distribution has no memory the rest
// is drawn anew.
type gaps struct {
	table []uint64
	guide []int32 // guide[u>>shift] is where to start searching for u
	shift uint
	all   bool // probability 1
}

const maxGapTable = 1 << 14

func newGaps(p float64) *gaps {
	if p >= 1 {
		return &gaps{all: true}
	}
	// p and 1-p with 64 fractional bits: below 2^-64 a probability counts as zero.
	fixed := uint64(math.Floor(math.Ldexp(p, 64)))
	if fixed == 0 {
		return &gaps{}
	}
	q := -fixed
	g := &gaps{table: []uint64{0, fixed}}
	// (1-p)^k with 128 fractional bits, so that the rounding of its powers stays far below the table's last bit.
	hi, lo := q, uint64(0)
	for hi>>56 != 0 && len(g.table) <= maxGapTable {
		carry, _ := bits.Mul64(lo, q)
		h, l := bits.Mul64(hi, q)
		var c uint64
		lo, c = bits.Add64(l, carry, 0)
		hi = h + c
		t := -hi
		if lo != 0 {
			t--
		}
		g.table = append(g.table, t)
	}
	n := bits.Len(uint(len(g.table)))
	n = max(8, n)
	g.shift = uint(64 - n)
	g.guide = make([]int32, 1<<n)
	k := int32(0)
	for i := range g.guide {
		for int(k)+1 < len(g.table) && g.table[k+1] <= uint64(i)<<g.shift {
			k++
		}
		g.guide[i] = k
	}
	return g
}

// row draws the synapses of one row of n candidates into dst and returns their number; with a nil dst it only counts.
func (g *gaps) row(w words, n int, dst []int32) int {
	count := 0
	if g.all {
		for k := range dst {
			dst[k] = int32(k)
		}
		return n
	}
	if len(g.table) == 0 {
		return 0
	}
	for pos := int64(0); ; pos++ {
		pos = g.next(&w, pos, int64(n))
		if pos >= int64(n) {
			return count
		}
		if dst != nil {
			dst[count] = int32(pos)
		}
		count++
	}
}

// append is row for a number that is not known beforehand.
func (g *gaps) append(dst []int32, w words, n int) []int32 {
	if len(g.table) == 0 {
		return dst
	}
	for pos := int64(0); ; pos++ {
		if pos = g.next(&w, pos, int64(n)); pos >= int64(n) {
			return dst
		}
		dst = append(dst, int32(pos))
	}
}

// next is the first synapse at pos or behind it; any number from n on when there is none.
func (g *gaps) next(w *words, pos, n int64) int64 {
	last := int32(len(g.table) - 1)
	for {
		u := w.next64()
		k := g.guide[u>>g.shift]
		for k < last && g.table[k+1] <= u {
			k++
		}
		pos += int64(k)
		if k < last || pos >= n {
			return pos
		}
	}
}
