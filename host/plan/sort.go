package plan

import (
	"runtime"
	"slices"
	"sync"

	"github.com/galvani-sim/galvani/host/internal/pages"
)

// sort puts the synapses that were not removed into rows, one set for each delay, longest first; within a row the order is that of creation.
// With a single set whose rows come in order, nothing is copied. steps are the delays of the synapses, none: there is one set. Synapses behind those that
// have delays are left out.
func (p *pairs) sort(byPost bool, rows, elements int, steps Index) []*sorted {
	row, far := p.pre, p.post
	if byPost {
		row, far = far, row
	}
	if n := steps.Len(); n > 0 {
		row, far = row.Head(n), far.Head(n)
	}
	if steps.Len() == 0 && p.removed == nil {
		if p.drawn != nil && !byPost && !p.drawn.ordered {
			return []*sorted{p.drawn.rows(rows, elements)}
		}
		if ptr := row.pointers(rows); ptr != nil {
			return []*sorted{{ptr: ptr, index: far.index()}}
		}
	}
	s := &sorter{row: row, far: far, removed: p.removed, rows: rows, elements: elements, steps: steps}
	s.prepare()
	if r := s.runs(); r != nil {
		s.byRuns(r)
	} else {
		s.byChunks()
	}
	return s.out
}

// sorter makes sets of rows.
type sorter struct {
	row, far       *Ends
	removed        []bool
	rows, elements int
	steps          Index
	workers        int
	set            []int32 // by delay: its place in out
	out            []*sorted
}

// aloneBelow is the number of synapses for which one thread is enough.
const aloneBelow = 1 << 16

// prepare counts the synapses of each delay and makes room for them.
func (s *sorter) prepare() {
	n := s.row.n
	s.workers = 1
	if n > aloneBelow {
		s.workers = runtime.GOMAXPROCS(0)
	}
	counts := make([][]int, s.workers)
	together(s.workers, func(w int) {
		buf := make([]int32, partLen)
		for at, end := n*w/s.workers, n*(w+1)/s.workers; at < end; at += partLen {
			counts[w] = s.countDelays(counts[w], at, min(at+partLen, end), buf)
		}
	})
	var count []int
	for _, c := range counts {
		count = append(count, make([]int, max(0, len(c)-len(count)))...)
		for lag, k := range c {
			count[lag] += k
		}
	}
	if len(count) == 0 {
		count = []int{0}
	}
	s.set = make([]int32, len(count))
	for lag := len(count) - 1; lag >= 0; lag-- {
		s.set[lag] = int32(len(s.out))
		if k := count[lag]; k > 0 || s.steps.Len() == 0 {
			s.out = append(s.out, &sorted{lag: lag, each: s.steps.Len() > 0, ptr: make([]int32, s.rows+1), index: makeIndex(k, s.elements), syn: Index{Long: pages.Make[int32](k)}, mapped: true})
		}
	}
}

// countDelays adds how many of synapses lo to hi-1, as many as buf at most, have each delay.
func (s *sorter) countDelays(count []int, lo, hi int, buf []int32) []int {
	for i, lag := range s.lags(lo, hi, buf) {
		if s.removed != nil && s.removed[lo+i] {
			continue
		}
		for int(lag) >= len(count) {
			count = append(count, make([]int, int(lag)+1-len(count))...)
		}
		count[lag]++
	}
	return count
}

// lags are the delays of synapses lo to hi-1, which are as many as buf at most.
func (s *sorter) lags(lo, hi int, buf []int32) []int32 {
	if s.steps.Len() == 0 {
		return buf[:hi-lo] // zeros
	}
	return s.steps.Part(lo, hi, buf)
}

// runList are the synapses in runs that belong to one row each, by row: those of row r are run[first[r]] to run[first[r+1]-1]. Run i is synapses
// start[i] to start[i+1]-1.
type runList struct{ first, run, start []int32 }

// meanRun is the mean length from which runs are gone through row by row: what is written then lies together.
const meanRun = 4

// runs finds the runs of synapses that belong to one row, nil where they are short.
func (s *sorter) runs() *runList {
	n := s.row.n
	x := &runList{first: make([]int32, s.rows+1)}
	if s.row.first != nil {
		for r := range s.rows {
			x.first[r+1], x.run, x.start = int32(r+1), append(x.run, int32(r)), append(x.start, s.row.first[min(r, len(s.row.first)-1)])
		}
		x.start = append(x.start, int32(n))
		return x
	}
	var of []int32 // row of a run
	last := int32(-1)
	for at, part := range s.row.Parts {
		for i, r := range part {
			if r != last {
				of, x.start, last = append(of, r), append(x.start, int32(at+i)), r
			}
		}
		if len(of)*meanRun > n+partLen {
			return nil
		}
	}
	if len(of)*meanRun > n {
		return nil
	}
	x.start = append(x.start, int32(n))
	for _, r := range of {
		x.first[r+1]++
	}
	for r := range s.rows {
		x.first[r+1] += x.first[r]
	}
	x.run = make([]int32, len(of))
	next := slices.Clone(x.first)
	for i, r := range of {
		x.run[next[r]] = int32(i)
		next[r]++
	}
	return x
}

// each goes through the parts of the synapses of row r, in order.
func (x *runList) each(r int, f func(lo, hi int)) {
	for _, i := range x.run[x.first[r]:x.first[r+1]] {
		for at, end := int(x.start[i]), int(x.start[i+1]); at < end; at += partLen {
			f(at, min(at+partLen, end))
		}
	}
}

// cuts divides rows into parts with about as many synapses each.
func (x *runList) cuts(parts int) []int {
	sizes := make([]int, len(x.first))
	for r := range len(sizes) - 1 {
		sizes[r+1] = sizes[r]
		for _, i := range x.run[x.first[r]:x.first[r+1]] {
			sizes[r+1] += int(x.start[i+1] - x.start[i])
		}
	}
	cut := make([]int, parts+1)
	for w := 1; w < parts; w++ {
		cut[w], _ = slices.BinarySearch(sizes, sizes[len(sizes)-1]*w/parts)
	}
	cut[parts] = len(sizes) - 1
	for w := range parts {
		cut[w] = min(cut[w], cut[parts])
	}
	return cut
}

// byRuns sorts row by row. Each worker has rows of its own.
func (s *sorter) byRuns(x *runList) {
	cut := x.cuts(s.workers)
	together(s.workers, func(w int) {
		count, buf := make([]int32, len(s.out)), make([]int32, partLen)
		for r := cut[w]; r < cut[w+1]; r++ {
			s.countRow(x, r, count, buf)
			for k, n := range count {
				if n > 0 {
					s.out[k].ptr[r+1], count[k] = n, 0
				}
			}
		}
	})
	s.sumPointers()
	together(s.workers, func(w int) {
		at := make([]int32, len(s.out)) // where the next synapse of each set goes
		for k, o := range s.out {
			at[k] = o.ptr[cut[w]]
		}
		m := s.mover()
		for r := cut[w]; r < cut[w+1]; r++ {
			x.each(r, func(lo, hi int) { m.move(lo, hi, at, nil) })
		}
	})
}

// countRow adds to count how many synapses of a row belong to each set; buf is scratch.
func (s *sorter) countRow(x *runList, r int, count, buf []int32) {
	x.each(r, func(lo, hi int) {
		for i, lag := range s.lags(lo, hi, buf) {
			if s.removed == nil || !s.removed[lo+i] {
				count[s.set[lag]]++
			}
		}
	})
}

// sumPointers makes rows' beginnings of their lengths, one place on.
func (s *sorter) sumPointers() {
	together(min(s.workers, len(s.out)), func(w int) {
		for k := w; k < len(s.out); k += min(s.workers, len(s.out)) {
			ptr := s.out[k].ptr
			for r := range s.rows {
				ptr[r+1] += ptr[r]
			}
		}
	})
}

// byChunks sorts synapses whose rows lie in no order. Each worker has a part of the synapses; where they go follows from how many of a row, and of a
// set, the parts before have.
func (s *sorter) byChunks() {
	sets := len(s.out)
	s.workers = max(1, min(s.workers, s.row.n/max(1, s.rows*sets)))
	counts := make([][]int32, s.workers)
	together(s.workers, func(w int) {
		counts[w] = make([]int32, s.rows*sets)
		var buf [partLen]int32
		s.row.share(w, s.workers, func(at int, rows []int32) {
			lags := s.lags(at, at+len(rows), buf[:])
			for i, r := range rows {
				if s.removed == nil || !s.removed[at+i] {
					counts[w][int(r)*sets+int(s.set[lags[i]])]++
				}
			}
		})
	})
	for k, o := range s.out {
		at := int32(0)
		for r := range s.rows {
			o.ptr[r] = at
			for _, c := range counts {
				own := c[r*sets+k]
				c[r*sets+k] = at
				at += own
			}
		}
		o.ptr[s.rows] = at
	}
	together(s.workers, func(w int) {
		m := s.mover()
		s.row.share(w, s.workers, func(at int, rows []int32) { m.move(at, at+len(rows), counts[w], rows) })
	})
}

// mover puts synapses into their sets.
type mover struct {
	*sorter
	lagBuf, farBuf [partLen]int32
}

func (s *sorter) mover() *mover { return &mover{sorter: s} }

// move puts synapses lo to hi-1 where at says the next one of each set goes; with rows, each row of each set.
func (m *mover) move(lo, hi int, at, rows []int32) {
	lags, far := m.lags(lo, hi, m.lagBuf[:]), m.far.Part(lo, hi, m.farBuf[:])
	sets := len(m.out)
	for i, lag := range lags {
		if m.removed != nil && m.removed[lo+i] {
			continue
		}
		set := int(m.set[lag])
		o, place := m.out[set], set
		if rows != nil {
			place += int(rows[i]) * sets
		}
		k := at[place]
		at[place] = k + 1
		o.index.set(int(k), far[i])
		o.syn.Long[k] = int32(lo + i)
	}
}

// together runs f for each worker at once.
func together(workers int, f func(worker int)) {
	if workers == 1 {
		f(0)
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { f(w) })
	}
	wg.Wait()
}
