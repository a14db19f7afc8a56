package connect

import (
	"fmt"
	"math"
	"math/bits"
	"sync/atomic"

	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/rng"
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

// Build draws each row's gaps between synapses, straight into the result: stretches of rows get room for more synapses than they will have, but for
// one case in 1e9, in which they are counted first.
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
	d := &rowDraws{gaps: newGaps(r.P), at: key.Sub("rows").at(0), candidates: candidates, noSelf: noSelf}
	if r.P >= 1 || !d.fillOnce(c, r.P) {
		d.countAndFill(c, rowGrain(pre.N, mean))
	}
	if err := c.fill(r.Name(), r.Weight, r.Delay, key); err != nil {
		return nil, err
	}
	return &Matrix{CSR: c}, nil
}

// rowDraws draws the synapses of rows, each independent of the others.
type rowDraws struct {
	gaps       *gaps
	at         rng.At
	candidates int
	noSelf     bool
}

// start readies w for the draws of a row.
func (d *rowDraws) start(w *words, row int) {
	at := d.at
	at.Step = uint32(row)
	w.start(at)
}

// append adds the synapses of a row to dst.
func (d *rowDraws) append(dst []int32, row int) []int32 {
	var w words
	d.start(&w, row)
	before := len(dst)
	dst = d.gaps.append(dst, &w, d.candidates)
	if d.noSelf {
		skipSelf(dst[before:], int32(row))
	}
	return dst
}

// mostStretches bounds the number of stretches of rows, and with it what their spare room takes together.
const mostStretches = 64

// room is a number of synapses that so many rows of candidates have no more of, but for one case in 1e9.
func room(p float64, rows, candidates int) int64 {
	n := float64(pairs(rows, candidates))
	return int64(math.Min(n, p*n+6.5*math.Sqrt(p*(1-p)*n)+16))
}

// fillOnce makes all rows, or reports that a stretch has more synapses than there is room for.
func (d *rowDraws) fillOnce(c *CSR, p float64) bool {
	rows := c.NPre
	grain := max(1, (rows+mostStretches-1)/mostStretches)
	stretches := (rows + grain - 1) / grain
	start := make([]int64, stretches+1)
	for k := range stretches {
		start[k+1] = start[k] + room(p, min(grain, rows-k*grain), d.candidates)
	}
	index := pages.Make[int32](int(start[stretches]))
	var full atomic.Bool
	_ = parallel(rows, grain, func(lo, hi int) error {
		own := index[start[lo/grain]:start[lo/grain]:start[lo/grain+1]]
		most := cap(own)
		for i := lo; i < hi && !full.Load(); i++ {
			before := len(own)
			own = d.append(own, i)
			c.RowPtr[i+1] = int64(len(own) - before)
			if len(own) > most {
				full.Store(true)
			}
		}
		return nil
	})
	if full.Load() {
		return false
	}
	rowOffsets(c.RowPtr)
	for k := range stretches {
		from, to := c.RowPtr[k*grain], c.RowPtr[min((k+1)*grain, rows)]
		copy(index[from:to], index[start[k]:])
	}
	c.Index = index[:c.RowPtr[rows]]
	return true
}

// countAndFill draws all rows twice, first to count and then, from the same streams, to fill.
func (d *rowDraws) countAndFill(c *CSR, grain int) {
	_ = parallel(c.NPre, grain, func(lo, hi int) error {
		var w words
		for i := lo; i < hi; i++ {
			d.start(&w, i)
			c.RowPtr[i+1] = int64(d.gaps.row(&w, d.candidates, nil))
		}
		return nil
	})
	rowOffsets(c.RowPtr)
	c.Index = pages.Make[int32](int(c.RowPtr[c.NPre]))
	_ = parallel(c.NPre, grain, func(lo, hi int) error {
		var w words
		for i := lo; i < hi; i++ {
			dst := c.Index[c.RowPtr[i]:c.RowPtr[i+1]]
			d.start(&w, i)
			d.gaps.row(&w, d.candidates, dst)
			if d.noSelf {
				skipSelf(dst, int32(i))
			}
		}
		return nil
	})
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
	top   uint64  // the last of the table
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
	g.guide = guideTo(g.table, g.shift)
	g.top = g.table[len(g.table)-1]
	return g
}

// guideTo has the gap of the smallest number with each value of the bits from shift on.
func guideTo(table []uint64, shift uint) []int32 {
	guide := make([]int32, 1<<(64-shift))
	k := 0
	for i := range guide {
		for k+1 < len(table) && table[k+1] <= uint64(i)<<shift {
			k++
		}
		guide[i] = int32(k)
	}
	return guide
}

// row draws the synapses of one row of n candidates into dst and returns their number; with a nil dst it only counts.
func (g *gaps) row(w *words, n int, dst []int32) int {
	if g.all {
		for k := range dst {
			dst[k] = int32(k)
		}
		return n
	}
	if len(g.guide) == 0 {
		return 0
	}
	count := 0
	for pos := 0; ; {
		k, found := g.gap(w.next64())
		if pos += k; pos >= n {
			return count
		}
		if count < len(dst) {
			dst[count] = int32(pos)
		}
		count += found
		pos += found
	}
}

// append is row for a number that is not known beforehand.
func (g *gaps) append(dst []int32, w *words, n int) []int32 {
	if len(g.guide) == 0 {
		return dst
	}
	count := len(dst)
	dst = dst[:cap(dst)]
	for pos := 0; ; {
		k, found := g.gap(w.next64())
		if pos += k; pos >= n {
			return dst[:count]
		}
		if count == len(dst) {
			dst = append(dst, 0)
			dst = dst[:cap(dst)]
		}
		dst[count] = int32(pos)
		count += found
		pos += found
	}
}

// gap is how many pairs are skipped for a draw, and whether (1) or not (0) a synapse is behind them; without one, the gap goes on with the next
// draw. Where the search in the table ends is as good as random, so that its first steps are taken without branches.
func (g *gaps) gap(u uint64) (k, found int) {
	if u >= g.top {
		return len(g.table) - 1, 0
	}
	t := int(g.guide[u>>g.shift])
	t += below(g.table[t+1], u)
	t += below(g.table[t+1], u)
	for g.table[t+1] <= u {
		t++
	}
	return t, 1
}

// below is 1 where a <= b, else 0, without a branch.
func below(a, b uint64) int {
	var n int
	if a <= b {
		n = 1
	}
	return n
}
