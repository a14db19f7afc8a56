package connect

import (
	"math"
	"runtime"
	"slices"
	"sort"
	"sync"

	"github.com/galvani-sim/galvani/host/internal/pages"
)

// Separable is a set of pairs (i, j) given by conditions that look at i alone, at j alone, at i - j, or compare a value of i with one of j;
// a pair belongs to it when all hold. Of the pairs of row i each is taken with the row's probability. The cost is that of
// rows and synapses, and of the pairs that a condition on i - j or a comparison leaves, never that of all pairs.
//
// Which pairs are drawn depends on the set and on nothing else: row i draws gaps through its targets in ascending order, as
// FixedProbability does.
type Separable struct {
	Rows, Cols int
	// OnlyRows and OnlyCols pick rows and columns; nil: all.
	OnlyRows, OnlyCols []bool
	// Offsets picks differences: Offsets[i-j+Cols-1]; nil: all.
	Offsets []bool
	Sides   []Side
	// P holds one probability per row, or one for all; nil: 1.
	P   []float64
	Key Key
}

// Comparison is a relation between two numbers.
type Comparison uint8

// Comparisons; NaN fulfils NotEqual alone.
const (
	Less Comparison = iota
	LessEqual
	Greater
	GreaterEqual
	Equal
	NotEqual
)

// mirrored is the comparison with its operands exchanged.
func (c Comparison) mirrored() Comparison {
	return [...]Comparison{Greater, GreaterEqual, Less, LessEqual, Equal, NotEqual}[c]
}

// Side compares Row[i] with Col[j].
type Side struct {
	Op       Comparison
	Row, Col []float64
}

// interval is places lo to hi-1 in the list of columns.
type interval struct{ lo, hi int32 }

// Transposed exchanges rows and columns.
func (s Separable) Transposed() Separable {
	t := Separable{Rows: s.Cols, Cols: s.Rows, OnlyRows: s.OnlyCols, OnlyCols: s.OnlyRows, P: s.P, Key: s.Key}
	if s.Offsets != nil {
		t.Offsets = slices.Clone(s.Offsets)
		slices.Reverse(t.Offsets)
	}
	for _, x := range s.Sides {
		t.Sides = append(t.Sides, Side{x.Op.mirrored(), x.Col, x.Row})
	}
	return t
}

// prepared is what all rows share.
type prepared struct {
	*Separable
	cols  []int32 // columns in play, ascending; nil: all
	rank  []int32 // of a column: how many columns in play come before it
	n     int32   // columns in play
	runs  []run   // differences that are picked
	sides []sorted
}

type run struct{ lo, hi int } // differences lo to hi-1

// sorted is a side with the columns in play by ascending value. order is nil when that is their own order.
type sorted struct {
	op     Comparison
	row    []float64
	values []float64 // ascending, without NaN
	order  []int32
	nans   []int32 // places whose value is NaN
}

func (s *Separable) prepare() *prepared {
	p := &prepared{Separable: s, n: int32(s.Cols)}
	if s.OnlyCols != nil {
		p.rank, p.cols = make([]int32, s.Cols+1), []int32{}
		for j, in := range s.OnlyCols {
			p.rank[j] = int32(len(p.cols))
			if in {
				p.cols = append(p.cols, int32(j))
			}
		}
		p.n = int32(len(p.cols))
		p.rank[s.Cols] = p.n
	}
	if s.Offsets != nil {
		for d := 0; d < len(s.Offsets); d++ {
			if !s.Offsets[d] {
				continue
			}
			lo := d
			for d < len(s.Offsets) && s.Offsets[d] {
				d++
			}
			p.runs = append(p.runs, run{lo - s.Cols + 1, d - s.Cols + 1})
		}
	}
	for _, x := range s.Sides {
		p.sides = append(p.sides, p.sort(x))
	}
	return p
}

func (p *prepared) col(place int32) int32 {
	if p.cols == nil {
		return place
	}
	return p.cols[place]
}

// place is how many columns in play come before column j, for j in [0, Cols].
func (p *prepared) place(j int) int32 {
	if p.rank == nil {
		return int32(j)
	}
	return p.rank[j]
}

func (p *prepared) sort(x Side) sorted {
	s := sorted{op: x.Op, row: x.Row}
	up, down := true, true
	values := make([]float64, p.n)
	for k := range p.n {
		v := x.Col[p.col(k)]
		values[k] = v
		up = up && v == v && (k == 0 || values[k-1] <= v)
		down = down && v == v && (k == 0 || values[k-1] >= v)
	}
	switch {
	case up:
		s.values = values
		return s
	case down:
		// -a op -b, with the comparison turned round: the order of columns stays.
		s.op = map[Comparison]Comparison{Less: Greater, LessEqual: GreaterEqual, Greater: Less, GreaterEqual: LessEqual, Equal: Equal, NotEqual: NotEqual}[x.Op]
		s.row = make([]float64, len(x.Row))
		for i, v := range x.Row {
			s.row[i] = -v
		}
		for k := range values {
			values[k] = -values[k]
		}
		s.values = values
		return s
	}
	for k := range p.n {
		if math.IsNaN(values[k]) {
			s.nans = append(s.nans, k)
		} else {
			s.order = append(s.order, k)
		}
	}
	slices.SortStableFunc(s.order, func(a, b int32) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	for _, k := range s.order {
		s.values = append(s.values, values[k])
	}
	if s.order == nil {
		s.order = []int32{}
	}
	return s
}

// intervals appends the places of row i that the side leaves, ascending. scratch is reused.
func (s *sorted) intervals(dst []interval, i int, n int32, scratch *[]int32) []interval {
	a := s.row[i]
	first := int32(sort.Search(len(s.values), func(k int) bool { return s.values[k] >= a })) // of those not below a
	after := int32(sort.Search(len(s.values), func(k int) bool { return s.values[k] > a }))
	end := int32(len(s.values))
	var in [2]interval
	switch s.op {
	case Less:
		in[0] = interval{after, end}
	case LessEqual:
		in[0] = interval{first, end}
	case Greater:
		in[0] = interval{0, first}
	case GreaterEqual:
		in[0] = interval{0, after}
	case Equal:
		in[0] = interval{first, after}
	case NotEqual:
		in = [2]interval{{0, first}, {after, end}}
	}
	if math.IsNaN(a) {
		if s.op == NotEqual {
			return append(dst, interval{0, n})
		}
		return dst
	}
	if s.order == nil {
		for _, x := range in {
			if x.lo < x.hi {
				dst = append(dst, x)
			}
		}
		return dst
	}
	list := (*scratch)[:0]
	for _, x := range in {
		if x.lo < x.hi {
			list = append(list, s.order[x.lo:x.hi]...)
		}
	}
	if s.op == NotEqual {
		list = append(list, s.nans...)
	}
	if s.op != Equal {
		slices.Sort(list)
	}
	*scratch = list
	for k := 0; k < len(list); {
		lo := k
		for k++; k < len(list) && list[k] == list[k-1]+1; k++ {
		}
		dst = append(dst, interval{list[lo], list[k-1] + 1})
	}
	return dst
}

// offsets appends the places of row i whose difference is picked, ascending: differences run against columns.
func (p *prepared) offsets(dst []interval, i int) []interval {
	// j = i - d lies in [0, Cols): d in (i-Cols, i].
	k := sort.Search(len(p.runs), func(k int) bool { return p.runs[k].lo > i }) - 1
	for ; k >= 0 && p.runs[k].hi > i-p.Separable.Cols+1; k-- {
		r := p.runs[k]
		lo, hi := p.place(max(0, i-r.hi+1)), p.place(min(p.Separable.Cols, i-r.lo+1))
		if lo < hi {
			dst = append(dst, interval{lo, hi})
		}
	}
	return dst
}

// intersect appends what both lists have.
func intersect(dst, a, b []interval) []interval {
	for len(a) > 0 && len(b) > 0 {
		if lo, hi := max(a[0].lo, b[0].lo), min(a[0].hi, b[0].hi); lo < hi {
			dst = append(dst, interval{lo, hi})
		}
		if a[0].hi < b[0].hi {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return dst
}

// worker computes rows, one after another.
type worker struct {
	*prepared
	sampler *Sampler
	set     [3][]interval
	list    []int32
	drawn   []int32
}

// row appends the synapses of row i.
func (w *worker) row(dst []int32, i int) []int32 {
	if w.OnlyRows != nil && !w.OnlyRows[i] {
		return dst
	}
	set := append(w.set[0][:0], interval{0, w.n})
	if w.n == 0 {
		set = set[:0]
	}
	w.set[0] = set
	if w.Offsets != nil {
		set = w.offsets(set[:0], i)
		w.set[0] = set
	}
	for k := range w.sides {
		other := w.sides[k].intervals(w.set[1][:0], i, w.n, &w.list)
		both := intersect(w.set[2][:0], set, other)
		w.set[0], w.set[1], w.set[2] = both, other, set
		set = both
	}
	if w.P == nil {
		for _, x := range set {
			for k := x.lo; k < x.hi; k++ {
				dst = append(dst, w.col(k))
			}
		}
		return dst
	}
	p := w.P[0]
	if len(w.P) > 1 {
		p = w.P[i]
	}
	total := 0
	for _, x := range set {
		total += int(x.hi - x.lo)
	}
	w.drawn = w.sampler.WithProbability(w.drawn, i, total, clampProbability(p))
	before := int32(0)
	for _, k := range w.drawn {
		for k-before >= set[0].hi-set[0].lo {
			before += set[0].hi - set[0].lo
			set = set[1:]
		}
		dst = append(dst, w.col(set[0].lo+k-before))
	}
	return dst
}

// clampProbability takes what is no probability as the nearest: more than 1 is always, NaN never.
func clampProbability(p float64) float64 {
	if !(p > 0) {
		return 0
	}
	return min(p, 1)
}

// Block is consecutive rows: Counts[k] synapses of row First+k, with their columns one after another in Index.
type Block struct {
	First  int
	Counts []int32
	Index  []int32
}

// Each calls emit with all rows, in order. Rows are made on all cores, some blocks ahead.
func (s *Separable) Each(emit func(Block) error) error {
	p := s.prepare()
	return blocks(s.Rows, func() func([]int32, int) []int32 {
		return (&worker{prepared: p, sampler: NewSampler(s.Key)}).row
	}, emit)
}

// scratch keeps the lists that rows are made in for the next call.
var scratch sync.Pool // of *[][]int32

// shelf keeps copies of lists. Where they are large, many share an array of large memory pages, since a small page costs more than its filling.
type shelf struct {
	mu   sync.Mutex
	rest []int32
	held int
}

func (s *shelf) keep(list []int32) []int32 {
	s.mu.Lock()
	if len(s.rest) < len(list) && s.held >= shelfLeast {
		s.rest = pages.Make[int32](max(len(list), min(4*s.held, shelfMost)))
	}
	var to []int32
	if n := len(list); len(s.rest) >= n {
		to, s.rest = s.rest[:n:n], s.rest[n:]
	} else {
		to = make([]int32, n)
	}
	s.held += len(list)
	s.mu.Unlock()
	copy(to, list)
	return to
}

// Arrays of a shelf hold shelfMost entries at most, and those of a few lists are by themselves.
const (
	shelfLeast = 1 << 18
	shelfMost  = 1 << 22
)

// blocks calls emit with rows that workers append to a list, in order.
func blocks(rows int, worker func() func(dst []int32, i int) []int32, emit func(Block) error) error {
	wave := 4 * runtime.GOMAXPROCS(0)
	grain := 16
	made, _ := scratch.Get().(*[][]int32)
	if made == nil || len(*made) < wave {
		fresh := make([][]int32, wave)
		made = &fresh
	}
	defer scratch.Put(made)
	row, index, list := make([]func([]int32, int) []int32, wave), *made, make([]Block, wave)
	for k := range row {
		row[k] = worker()
	}
	var kept shelf
	for from := 0; from < rows; {
		n := min(wave, (rows-from+grain-1)/grain)
		_ = parallel(n, 1, func(lo, _ int) error {
			b, own := Block{First: from + lo*grain}, index[lo][:0]
			last := min(b.First+grain, rows)
			b.Counts = make([]int32, 0, last-b.First)
			for i := b.First; i < last; i++ {
				before := len(own)
				own = row[lo](own, i)
				b.Counts = append(b.Counts, int32(len(own)-before))
			}
			index[lo], b.Index = own, kept.keep(own)
			list[lo] = b
			return nil
		})
		from += n * grain
		entries := 0
		for k := range n {
			entries += len(list[k].Index)
			if err := emit(list[k]); err != nil {
				return err
			}
			list[k] = Block{}
		}
		// The next blocks should hold about as much as a cache does, whatever the rows hold.
		grain = max(1, min(1024, 1<<16*n*grain/(entries+1)))
	}
	return nil
}
