package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/plan"
)

// plainSum is the sum of weight × source[far end] over the synapses of each row, or of source[far end] alone. It needs no program.
type plainSum[T real] struct {
	r                       *reduceOp[T]
	weightBuf               plan.BufferID // None: none
	weights, source         []T
	weightsEach, sourceEach int // entries of one replica, 0: one copy for all
	// syn is where the weights lie, nil when they lie in the order of rows: a mapped connection's are copied into that order, as packed,
	// when only the host changes them.
	syn    []int32
	packed bool
	stale  bool // packed is older than the buffer
	// order has the rows of every task by their number of synapses within a stretch, so that rows of one length follow each other; nil
	// where the loops in Go are used.
	order []int32
	// twin is another sum over the same rows with the same weights that is made with this one; pairs holds the sources of both.
	twin    *reduceOp[T]
	pairs   []T
	packJob func(worker, task int)
}

// orderWindow is how many rows are ordered by length at a time: few enough that memory is still read nearly in order.
const orderWindow = 1024

// newPlain makes r a plain sum over the buffers as they lie.
func (r *reduceOp[T]) newPlain(weights, source plan.BufferID) {
	x := r.x
	s := &plainSum[T]{r: r, weightBuf: weights, source: x.m.real[source], sourceEach: x.plan.Buffers[source].Each}
	if weights != plan.None {
		s.weights, s.weightsEach, s.syn = x.m.real[weights], x.plan.Buffers[weights].Each, r.conn.syn
	}
	s.packJob = s.pack
	r.plain = s
}

// arrange readies a sum that is made in every step: it puts the weights into the order of rows, and the rows into that of lengths.
func (s *plainSum[T]) arrange() {
	r := s.r
	x := r.x
	if s.syn != nil && x.plan.Settled(s.weightBuf) {
		s.packed, s.stale, s.syn, s.weights = true, true, nil, nil
	}
	if x.portable || !fastRows() || s.syn != nil || len(s.source) < r.conn.far {
		return
	}
	s.order = make([]int32, r.conn.rows)
	for i := range s.order {
		s.order[i] = int32(i)
	}
	for t := range len(r.bounds) - 1 {
		for part := range slices.Chunk(s.order[r.bounds[t]:r.bounds[t+1]], orderWindow) {
			slices.SortStableFunc(part, func(a, b int32) int {
				return int(r.rowPtr[a+1]-r.rowPtr[a]) - int(r.rowPtr[b+1]-r.rowPtr[b])
			})
		}
	}
}

// pair makes with this sum another plain one over the same connection; false when the two have no common form.
func (r *reduceOp[T]) pair(other *reduceOp[T]) bool {
	s, o := r.plain, other.plain
	if s == nil || o == nil || s.twin != nil || r.conn != other.conn || s.weightBuf != o.weightBuf || s.syn != nil || s.sourceEach != o.sourceEach ||
		r.add != other.add || len(s.source) != len(o.source) || r.dstEach != other.dstEach {
		return false
	}
	s.twin = other
	if s.order != nil && !r.add {
		s.pairs = make([]T, 2*len(s.source))
	}
	return true
}

func (s *plainSum[T]) changed(buf plan.BufferID) {
	if buf == s.weightBuf && s.packed {
		s.stale = true
	}
}

// prepare makes what the rows are summed from.
func (s *plainSum[T]) prepare() error {
	r := s.r
	if s.stale {
		if n := r.conn.index.Len(); s.weights == nil && s.weightsEach > 0 {
			s.weights = pages.Make[T](n * r.x.replicas())
		} else if s.weights == nil {
			s.weights = pages.Make[T](n)
		}
		if err := r.x.pool.run((len(r.bounds)-1)*r.x.replicas(), s.packJob); err != nil {
			return err
		}
		s.stale = false
	}
	if s.pairs != nil {
		interleave(s.pairs, s.source, s.twin.plain.source)
	}
	return nil
}

// pack copies the weights of a task's rows into their order.
func (s *plainSum[T]) pack(_, task int) {
	r := s.r
	parts := len(r.bounds) - 1
	replica := task / parts
	if replica > 0 && s.weightsEach == 0 {
		return
	}
	lo, hi := r.rowPtr[r.bounds[task%parts]], r.rowPtr[r.bounds[task%parts+1]]
	from := ownPart(r.x.m.real[s.weightBuf], s.weightsEach, replica)
	to := ownPart(s.weights, s.weightsPart(), replica)[lo:hi]
	for k, i := range r.conn.syn[lo:hi] {
		to[k] = from[i]
	}
}

// weightsPart is the number of weights of one replica, 0 for one copy for all.
func (s *plainSum[T]) weightsPart() int {
	if s.packed && s.weightsEach > 0 {
		return s.r.conn.index.Len()
	}
	return s.weightsEach
}

func interleave[T real](d, a, b []T) {
	b, d = b[:len(a)], d[:2*len(a)]
	for i, v := range a {
		d[2*i], d[2*i+1] = v, b[i]
	}
}

// rows makes the sums of rows first to last-1.
func (s *plainSum[T]) rows(first, last, replica int) {
	r := s.r
	dst, index := ownPart(r.dst, r.dstEach, replica), r.conn.index.Long
	weights, source := ownPart(s.weights, s.weightsPart(), replica), ownPart(s.source, s.sourceEach, replica)
	switch {
	case s.pairs != nil:
		t := s.twin
		pairs := ownPart(s.pairs, 2*s.sourceEach, replica)
		pairsOrdered(dst, ownPart(t.dst, t.dstEach, replica), r.rowPtr, index, s.order[first:last], weights, pairs)
	case s.twin != nil:
		t := s.twin
		sumBoth(dst, ownPart(t.dst, t.dstEach, replica), r.rowPtr, index, weights, source, ownPart(t.plain.source, s.sourceEach, replica), first, last, r.add)
	case s.order != nil:
		sumOrdered(dst, r.rowPtr, index, s.order[first:last], weights, source, r.add)
	default:
		sumRows(dst, r.rowPtr, index, s.syn, weights, source, first, last, r.add)
	}
}
