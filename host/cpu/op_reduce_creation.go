package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// creationSum makes the sums of a mapped connection in the order of creation of its synapses, which is that of each row: values are read where they lie
// one after the other, and each is added to the sum of its row.
type creationSum[T real] struct {
	r      *reduceOp[T]
	p      *program[T]   // over synapses; nil where there is a loop of its own
	direct *directSum[T] // that loop
	to     plan.Index    // row of each synapse
	sums   []T           // those of r, or room for what is added to these
	// With several threads each makes the sums of its own rows: runs of synapses whose rows ascend are cut at the first of them. Where the pieces are
	// long, a thread computes the values of its own; where they are short, all compute values, a window of synapses at a time, and then each adds
	// those of its own. parts is 1 where one thread does everything.
	long   bool
	parts  int
	cuts   [][]int32 // by part: where its piece of each run begins; the last is where runs end
	runs   int
	room   int // values of a window
	values []T
	from   int // runs of the window
	behind int
	first  int // synapse
	tasks  int
	few    []T // values of a thread that does everything
	// segments are nil where synapses are added one by one.
	segments segments
	// Closures that are made once.
	computeJob, addJob, aloneJob, piecesJob func(worker, task int)
}

// windowValues is about the number of values of a window: they stay in a cache while they are added.
const windowValues = 1 << 16

// Pieces are long from longPiece synapses on, where beginning one costs little beside it. Short ones are not worth it below fewSynapses: values that go
// from the cache of one core to that of another take as long as one thread does.
const (
	longPiece   = 512
	fewSynapses = 1 << 18
)

// aloneValues is that for a single thread, which has no one to wait for.
const aloneValues = 1 << 11

// directWork is what a value of a directSum and its addition cost, as program.work counts.
const directWork = 4

// leastPiece is the length of pieces of runs from which it is worth to cut them.
const leastPiece = 16

// byCreation returns the sum in order of creation, nil where rows have another order or it is not worth it.
func (r *reduceOp[T]) byCreation(o *plan.Run, red *ir.Reduction) (*creationSum[T], error) {
	x, c := r.x, r.conn
	if c.maxSyn != len(c.syn)-1 || !x.plan.SumsByCreation(o, red) {
		return nil, nil
	}
	for row := range c.rows {
		if s := c.syn[c.rowPtr[row]:c.rowPtr[row+1]]; !slices.IsSorted(s) {
			return nil, nil
		}
	}
	if err := x.ends(c); err != nil {
		return nil, nil // synapses that are in no row, or in several
	}
	s := &creationSum[T]{r: r, sums: r.dst[:c.rows], parts: 1}
	if r.add {
		s.sums = make([]T, c.rows)
	}
	s.to = x.m.index(c.nearOf)
	for row := range c.rows {
		for _, k := range c.syn[c.rowPtr[row]:c.rowPtr[row+1]] {
			if s.to.At(int(k)) != int32(row) {
				return nil, nil
			}
		}
	}
	n, work, from := len(c.syn), directWork, plan.Index{}
	if s.direct = r.directly(o, red.Value); s.direct == nil {
		var err error
		if s.p, err = compileReduction[T](o.Kernel, red, o, x.plan, x.random(), c); err != nil {
			return nil, err
		}
		s.p.loop = s.p.resultReal
		s.p.makeStages(x.set, x.m.isShort)
		work = s.p.work() + 1
	} else {
		from = s.direct.ends()
	}
	if s.segments = newSegments(s.to, from); s.segments == nil && r.plain != nil && r.plain.syn == nil {
		return nil, nil // weights lie in the order of rows, which is faster
	}
	s.few = make([]T, min(n, aloneValues))
	if s.tasks = split(n, work, x.pool.threads()); s.tasks > 1 && !s.cut(min(s.tasks, x.pool.threads())) && x.pool.threads() > 2 {
		return nil, nil // many threads are faster row by row
	}
	s.computeJob, s.addJob, s.aloneJob, s.piecesJob = s.compute, s.add, s.alone, s.pieces
	return s, nil
}

// cut divides the rows between so many threads; false where pieces of runs would be short.
func (s *creationSum[T]) cut(parts int) bool {
	n := s.to.Len()
	begin, longest := []int32{0}, 0
	for k := 1; k < n; k++ {
		if s.to.At(k) < s.to.At(k-1) {
			longest = max(longest, k-int(begin[len(begin)-1]))
			if begin = append(begin, int32(k)); len(begin)*parts*leastPiece > n {
				return false
			}
		}
	}
	longest = max(longest, n-int(begin[len(begin)-1]))
	s.long = s.direct != nil || n >= len(begin)*parts*longPiece
	if !s.long && n < fewSynapses {
		return true
	}
	s.parts, s.runs, s.room = parts, len(begin), max(windowValues, longest)
	s.cuts = append(s.cuts, begin)
	end := append(slices.Clone(begin[1:]), int32(n))
	// Of about as many synapses each.
	row := s.r.rowPtr
	for t := 1; t < parts; t++ {
		first, _ := slices.BinarySearch(row, int32(int64(n)*int64(t)/int64(parts)))
		at := make([]int32, s.runs)
		for i := range at {
			lo, hi := int(s.cuts[t-1][i]), int(end[i])
			for lo < hi {
				if mid := (lo + hi) / 2; int(s.to.At(mid)) < first {
					lo = mid + 1
				} else {
					hi = mid
				}
			}
			at[i] = int32(lo)
		}
		s.cuts = append(s.cuts, at)
	}
	s.cuts = append(s.cuts, end)
	if s.long {
		s.room = parts * aloneValues
	}
	s.values = make([]T, s.room)
	return true
}

func (s *creationSum[T]) run(step int64) error {
	x := s.r.x
	if s.p != nil {
		s.p.scalars(x.vec, &x.m, step)
	}
	clear(s.sums)
	if err := s.all(); err != nil {
		return err
	}
	s.deliver()
	if s.p == nil {
		return nil
	}
	return x.outcome(s.p)
}

// deliver adds the sums to what they are added to.
func (s *creationSum[T]) deliver() {
	if s.r.add {
		for i, v := range s.sums {
			s.r.dst[i] += v
		}
	}
}

func (s *creationSum[T]) all() error {
	x := s.r.x
	if s.parts == 1 || x.pool.pace.alone {
		return x.pool.run(1, s.aloneJob)
	}
	if s.long {
		return x.pool.run(s.parts, s.piecesJob)
	}
	end := s.cuts[s.parts]
	for s.from = 0; s.from < s.runs; s.from = s.behind {
		s.first = int(s.cuts[0][s.from])
		for s.behind = s.from + 1; s.behind < s.runs && int(end[s.behind])-s.first <= s.room; s.behind++ {
		}
		s.tasks = split(int(end[s.behind-1])-s.first, s.p.work(), x.pool.threads())
		if err := x.pool.run(s.tasks, s.computeJob); err != nil {
			return err
		}
		if err := x.pool.run(s.parts, s.addJob); err != nil {
			return err
		}
	}
	return nil
}

// compute makes the values of a task's part of the window.
func (s *creationSum[T]) compute(worker, task int) {
	n := int(s.cuts[s.parts][s.behind-1]) - s.first
	lo, hi := cut(n, s.tasks, task), cut(n, s.tasks, task+1)
	s.fill(s.r.x.workers[worker], s.p, s.first+lo, s.values[lo:hi])
}

// alone makes all values and adds them.
func (s *creationSum[T]) alone(worker, _ int) {
	s.both(s.r.x.workers[worker], 0, s.to.Len(), s.few)
}

// pieces makes the values of a part's rows and adds them.
func (s *creationSum[T]) pieces(worker, part int) {
	room := s.values[part*aloneValues : (part+1)*aloneValues]
	from, behind := s.cuts[part], s.cuts[part+1]
	for i := range s.runs {
		s.both(s.r.x.workers[worker], int(from[i]), int(behind[i]), room)
	}
}

// both makes the values of synapses lo to hi-1 and adds them, as many at a time as there is room for.
func (s *creationSum[T]) both(w *worker[T], lo, hi int, room []T) {
	switch {
	case s.direct != nil && s.segments != nil:
		s.segments.each(lo, hi, func(lo, hi int) { s.direct.addSegment(s.r.x.vec, s.sums, int(s.to.At(lo)), lo, hi, room) })
	case s.direct != nil:
		s.direct.add(s.sums, s.to, lo, hi)
	default:
		s.through(w, s.p, lo, hi, room)
	}
}

// through runs a program that makes the values over synapses lo to hi-1, and adds those.
func (s *creationSum[T]) through(w *worker[T], p *program[T], lo, hi int, room []T) {
	if p.adds {
		s.r.x.span(p, w, &block{lo: lo, n: hi - lo})
		return
	}
	for ; lo < hi; lo += len(room) {
		v := room[:min(len(room), hi-lo)]
		s.fill(w, p, lo, v)
		s.put(lo, v)
	}
}

// fill makes the values of synapses lo, lo+1, ...
func (s *creationSum[T]) fill(w *worker[T], p *program[T], lo int, v []T) {
	w.results, w.resultsAt = v, lo
	s.r.x.span(p, w, &block{lo: lo, n: len(v)})
}

// put adds the values of synapses lo, lo+1, ... to the sums of their rows.
func (s *creationSum[T]) put(first int, v []T) {
	if s.segments == nil {
		addRows(s.sums, s.to, first, v)
		return
	}
	s.segments.each(first, first+len(v), func(lo, hi int) {
		sums := s.sums[s.to.At(lo):][:hi-lo]
		s.r.x.vec.vv[fAdd](sums, sums, v[lo-first:hi-first])
	})
}

// addRows adds the values of synapses lo, lo+1, ... to the sums of their rows to, one by one.
func addRows[T real](sums []T, to plan.Index, lo int, v []T) {
	if to.Short != nil {
		addWeights(sums, to.Short[lo:lo+len(v)], v)
	} else {
		addWeights(sums, to.Long[lo:lo+len(v)], v)
	}
}

// add adds the window's values of a part's rows.
func (s *creationSum[T]) add(_, part int) {
	from, behind := s.cuts[part], s.cuts[part+1]
	for i := s.from; i < s.behind; i++ {
		if lo, hi := int(from[i]), int(behind[i]); lo < hi {
			s.put(lo, s.values[lo-s.first:hi-s.first])
		}
	}
}
