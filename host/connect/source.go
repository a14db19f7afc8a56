package connect

import (
	"runtime"
	"slices"
	"sync"

	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/rng"
)

// Source is the synapses of one call of connect, row by row. A row is the same whenever it is drawn and whoever draws it: the host, or a device that
// makes connectivity in its own memory. Rows and columns are elements of whole groups.
type Source interface {
	// Span is the range of rows, from to to-1, that may have synapses.
	Span() (from, to int)
	// Survey returns how many synapses each row of the span has, and adds to in how many end in each column.
	Survey(in []int32) (rows []int32)
	// Row appends the columns of a row of the span, ascending, to dst; n is how many they are.
	Row(dst []int32, row, n int) []int32
}

// survey draws all rows on all cores, and counts what ends in each column. row is made for each worker.
func survey(s Source, in []int32, count func(k int) int) []int32 {
	from, to := s.Span()
	rows := make([]int32, to-from)
	// Each worker counts what ends in a column by itself. Rows are alike, so that an equal number of them is about an equal share.
	workers := max(1, min(runtime.GOMAXPROCS(0), len(rows)/64))
	var mu sync.Mutex
	_ = parallel(workers, 1, func(w, _ int) error {
		ends := make([]int32, len(in))
		var row []int32
		for k := len(rows) * w / workers; k < len(rows)*(w+1)/workers; k++ {
			row = s.Row(row[:0], from+k, count(k))
			rows[k] = int32(len(row))
			for _, j := range row {
				ends[j]++
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for j, n := range ends {
			in[j] += n
		}
		return nil
	})
	return rows
}

// Span is that of the rows that are connected.
func (d *Drawn) Span() (from, to int) { return d.Pre, d.Pre + d.PreLen }

// Survey draws all rows.
func (d *Drawn) Survey(in []int32) []int32 { return survey(d, in, func(int) int { return 0 }) }

// Row is Append.
func (d *Drawn) Row(dst []int32, row, _ int) []int32 { return d.Append(dst, row) }

// Full connects all pairs of two spans, with NoSelf but for those of an element with itself: then both spans are one.
type Full struct {
	Pre, Post       int // first
	PreLen, PostLen int
	NoSelf          bool
}

// Span is that of the rows that are connected.
func (f *Full) Span() (from, to int) { return f.Pre, f.Pre + f.PreLen }

// Survey needs no draws.
func (f *Full) Survey(in []int32) []int32 {
	rows, less := make([]int32, f.PreLen), int32(0)
	if f.NoSelf {
		less = 1
	}
	for k := range rows {
		rows[k] = int32(f.PostLen) - less
	}
	for k := range f.PostLen {
		in[f.Post+k] += int32(f.PreLen) - less
	}
	return rows
}

// Row appends all columns.
func (f *Full) Row(dst []int32, row, _ int) []int32 {
	for j := f.Post; j < f.Post+f.PostLen; j++ {
		if !f.NoSelf || j != row {
			dst = append(dst, int32(j))
		}
	}
	return dst
}

// Fixed is a number of synapses whose both ends are drawn, with replacement: see EachTotal.
type Fixed struct {
	// Pre and Post are the first elements of the spans, in which Rows and Cols, ascending, are those that are picked.
	Pre, Post  int
	Rows, Cols []int32
	Total      int64
	key        Key
}

// Fixed is what EachTotal draws, between spans that begin at elements pre and post.
func (s *Separable) Fixed(total int64, pre, post int) *Fixed {
	return &Fixed{Pre: pre, Post: post, Rows: picked(s.OnlyRows, s.Rows), Cols: picked(s.OnlyCols, s.Cols), Total: total, key: s.Key}
}

// picked lists the numbers below n that a choice picks; nil picks all.
func picked(only []bool, n int) []int32 {
	list := make([]int32, 0, n)
	for k := range int32(n) {
		if only == nil || only[k] {
			list = append(list, k)
		}
	}
	return slices.Clone(list) // no longer than it is
}

// Streams are those of the sources, one of each SourcesChunk of them, and of the columns, one of each row counted from Pre. Word w of a stream is word
// w mod 4 of Philox at counter (w/4, number of the stream, Sources or Columns, 0). A word u means entry u*n >> 32 of Rows or Cols, which has n, unless the lower half of
// u*n is less than 2^32 mod n: then the next word counts instead.
func (f *Fixed) Streams() (key rng.Key, sources, columns uint32) {
	at := f.key.Sub("sources").at(0)
	return at.Key, at.Stream, f.key.Sub("rows").at(0).Stream
}

// Span is from the first row that is picked to the last one.
func (f *Fixed) Span() (from, to int) {
	if len(f.Rows) == 0 || f.Total == 0 {
		return f.Pre, f.Pre
	}
	return f.Pre + int(f.Rows[0]), f.Pre + int(f.Rows[len(f.Rows)-1]) + 1
}

// Survey draws all sources, and then all rows.
func (f *Fixed) Survey(in []int32) []int32 {
	from, to := f.Span()
	counts := make([]int32, to-from)
	f.countSources(counts)
	return survey(f, in, func(k int) int { return int(counts[k]) })
}

// countSources draws the rows of all synapses, and adds how many each row of the span has.
func (f *Fixed) countSources(counts []int32) {
	at := f.key.Sub("sources")
	chunks := int((f.Total + SourcesChunk - 1) / SourcesChunk)
	// Each worker counts by itself, of the rows that are picked.
	workers := max(1, min(runtime.GOMAXPROCS(0), chunks))
	var mu sync.Mutex
	_ = parallel(workers, 1, func(k, _ int) error {
		own := make([]int32, len(f.Rows))
		var w words
		for c := chunks * k / workers; c < chunks*(k+1)/workers; c++ {
			w.start(at.at(int32(c)))
			for range min(SourcesChunk, f.Total-int64(c)*SourcesChunk) {
				own[w.below(uint32(len(own)))]++
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for i, n := range own {
			if n > 0 {
				counts[f.Rows[i]-f.Rows[0]] += n
			}
		}
		return nil
	})
}

// rowDrawer draws rows of a Fixed, one after another.
type rowDrawer struct {
	*Fixed
	words  words
	sorter digitSorter
}

// spare keeps what rows are drawn with.
var spare = sync.Pool{New: func() any { return new(rowDrawer) }}

// Row draws n columns.
func (f *Fixed) Row(dst []int32, row, n int) []int32 {
	d := spare.Get().(*rowDrawer)
	defer spare.Put(d)
	d.Fixed = f
	before := len(dst)
	dst = d.append(dst, row-f.Pre, n)
	for k := range dst[before:] {
		dst[before+k] += int32(f.Post)
	}
	d.Fixed = nil
	return dst
}

// append adds n columns of row i to dst, both counted in the spans.
func (d *rowDrawer) append(dst []int32, i, n int) []int32 {
	if n == 0 {
		return dst
	}
	d.words.start(d.key.Sub("rows").at(int32(i)))
	before := len(dst)
	if cap(dst) < before+n {
		more := pages.Make[int32](max(2*cap(dst), before+n))
		dst = more[:copy(more, dst)]
	}
	dst = dst[:before+n]
	for k := range dst[before:] {
		dst[before+k] = d.Cols[d.words.below(uint32(len(d.Cols)))]
	}
	d.sorter.sort(dst[before:], int(d.Cols[len(d.Cols)-1])+1)
	return dst
}
