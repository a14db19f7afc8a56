package connect

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/galvani-sim/galvani/host/rng"
)

// Drawn is connectivity of which nothing is stored: each row is drawn when it is needed, and is the same every time. Its rows are those that
// FixedProbability stores.
type Drawn struct {
	Key Key
	P   float64
	// Rows and columns of the whole, and where those that are connected lie in them.
	NPre, NPost     int
	Pre, Post       int // first
	PreLen, PostLen int
	NoSelf          bool

	draws   rowDraws
	rows    sync.Once
	columns sync.Once
	count   Counts
	most    int
}

// NewDrawn prepares for drawing.
func NewDrawn(d *Drawn) (*Drawn, error) {
	if !(d.P >= 0 && d.P < 1) {
		return nil, fmt.Errorf("rows are drawn with a probability below 1, not %g", d.P)
	}
	n := d.PostLen
	if d.NoSelf {
		n--
	}
	out := &Drawn{Key: d.Key, P: d.P, NPre: d.NPre, NPost: d.NPost, Pre: d.Pre, Post: d.Post, PreLen: d.PreLen, PostLen: d.PostLen, NoSelf: d.NoSelf}
	out.draws = rowDraws{gaps: newGaps(d.P), at: d.Key.Sub("rows").at(0), candidates: max(n, 0), noSelf: d.NoSelf}
	return out, nil
}

// Like reports whether two draw the same rows, but for the seed.
func (d *Drawn) Like(e *Drawn) bool {
	return d.Key.Stream == e.Key.Stream && d.P == e.P && d.NPre == e.NPre && d.NPost == e.NPost && d.Pre == e.Pre && d.Post == e.Post &&
		d.PreLen == e.PreLen && d.PostLen == e.PostLen && d.NoSelf == e.NoSelf
}

// Append adds the columns of a row to dst, ascending.
func (d *Drawn) Append(dst []int32, row int) []int32 {
	i := row - d.Pre
	if i < 0 || i >= d.PreLen {
		return dst
	}
	before := len(dst)
	dst = d.draws.append(dst, i)
	if d.Post != 0 {
		for k := range dst[before:] {
			dst[before+k] += int32(d.Post)
		}
	}
	return dst
}

// Expected is the mean number of synapses.
func (d *Drawn) Expected() int64 {
	return int64(d.P*float64(pairs(d.PreLen, d.draws.candidates)) + 0.5)
}

// Room is a number of synapses that so many rows have no more of, but for one case in 1e9.
func (d *Drawn) Room(rows int) int {
	return int(room(d.P, rows, d.draws.candidates))
}

// Drawing is what another program needs to draw the rows. Draw k of row r (counted from Pre) takes the 64-bit number u of the words
// 2*(k mod 2), the more significant, and 2*(k mod 2)+1 of Philox at counter (k/2, r, Stream, 0). The gap is the largest g with Table[g] <= u. From
// position 0 on, each gap is skipped and a synapse follows, until a position is Candidates or more; after the largest gap, len(Table)-1, no synapse
// follows. A position is a column from Post on, without the row's own where NoSelf is set.
type Drawing struct {
	Key    rng.Key
	Stream uint32
	// Table ascends from 0; empty: there are no synapses. Guide[u>>Shift] has the gap of the smallest u with those leading bits in its lower 16 bits, and in
	// the upper ones by how much that of the largest is more.
	Table      []uint64
	Guide      []int32
	Shift      uint
	Candidates int
}

// Drawing is how the rows are drawn.
func (d *Drawn) Drawing() Drawing {
	g := d.draws.gaps
	if len(g.table) == 0 {
		return Drawing{}
	}
	// A finer guide than that of gaps: where several are looked up side by side, the slowest counts.
	out := Drawing{Key: d.draws.at.Key, Stream: d.draws.at.Stream, Table: g.table, Shift: g.shift - 2, Candidates: d.draws.candidates}
	out.Guide = guideTo(g.table, out.Shift)
	for i, k := range out.Guide {
		most := int(k)
		for top := uint64(i+1)<<out.Shift - 1; most+1 < len(g.table) && g.table[most+1] <= top; {
			most++
		}
		out.Guide[i] |= (int32(most) - k) << 16
	}
	return out
}

// Counts are the numbers of synapses.
type Counts struct {
	Total int64
	// First has the number of the first synapse of each row of the whole, and Total; nil where numbers do not fit.
	First []int32
	// Longest is the length of the longest row.
	Longest int
}

// Count draws all rows once, on the first call, and keeps their numbers.
func (d *Drawn) Count() Counts {
	d.rows.Do(func() { d.keep(d.lengths()) })
	return d.count
}

// lengths are the numbers of synapses of the rows that are connected. Which columns are theirs does not matter.
func (d *Drawn) lengths() []int32 {
	n := make([]int32, d.PreLen)
	workers := max(1, min(runtime.GOMAXPROCS(0), len(n)/64))
	_ = parallel(workers, 1, func(part, _ int) error {
		var w words
		for k := len(n) * part / workers; k < len(n)*(part+1)/workers; k++ {
			d.draws.start(&w, k)
			n[k] = int32(d.draws.gaps.row(&w, d.draws.candidates, nil))
		}
		return nil
	})
	return n
}

// Most is the largest number of synapses that end in one column. It draws all rows once, on the first call, and counts them along; who asks for both asks for
// this first.
func (d *Drawn) Most() int {
	d.columns.Do(func() { _, d.most = d.incoming() })
	return d.most
}

// Numbers are Counts.First where Count has been called, nil before.
func (d *Drawn) Numbers() []int32 { return d.count.First }

// Incoming counts the synapses that end in each column of the whole.
func (d *Drawn) Incoming() []int32 {
	in, _ := d.incoming()
	return in
}

func (d *Drawn) incoming() (in []int32, most int) {
	in = make([]int32, d.NPost)
	n := d.Survey(in)
	d.rows.Do(func() { d.keep(n) })
	for _, k := range in {
		most = max(most, int(k))
	}
	return in, most
}

// keep notes the numbers of synapses of the rows that are connected.
func (d *Drawn) keep(n []int32) {
	c := &d.count
	for _, k := range n {
		c.Total += int64(k)
		c.Longest = max(c.Longest, int(k))
	}
	if c.Total <= math.MaxInt32 {
		c.First = make([]int32, d.NPre+1)
		at := int32(0)
		for i := range d.NPre {
			c.First[i] = at
			if k := i - d.Pre; k >= 0 && k < d.PreLen {
				at += n[k]
			}
		}
		c.First[d.NPre] = at
	}
}
