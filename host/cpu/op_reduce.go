package cpu

import (
	"fmt"
	"sort"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// reduceOp sums an expression over the synapses in each row of a connection, in stored order.
type reduceOp[T real] struct {
	x      *instance[T]
	p      *program[T]
	conn   *connection
	rowPtr []int32
	dst    []T
	ints   []int32 // instead of dst, for a sum of Ints
	add    bool
	bounds []int // rows at which tasks begin, and the end
	job    func(worker, task int)
	// The common form weight × source[far end] needs no program: weights (nil: none), source and far index.
	plain   bool
	weights []T
	source  []T
	index   []int32
	twin    *reduceOp[T] // a plain sum over the same rows that is made with this one
	// Entries of one replica, 0: one copy for all.
	dstEach, weightsEach, sourceEach int
}

// pair makes with this sum another plain one over the same connection; false when the two have no common form.
func (r *reduceOp[T]) pair(other *reduceOp[T]) bool {
	if r.twin != nil || !r.plain || !other.plain || r.weights != nil || other.weights != nil || r.conn != other.conn {
		return false
	}
	r.twin = other
	return true
}

// ownPart is what a replica has of a buffer.
func ownPart[E any](buf []E, each, replica int) []E {
	if each == 0 || buf == nil {
		return buf
	}
	return buf[replica*each : (replica+1)*each]
}

func (x *instance[T]) compileReduce(o *plan.Run, r *ir.Reduction) (*reduceOp[T], error) {
	k := o.Kernel
	p, err := compileReduction[T](k, r, o, x.plan, x.random())
	if err != nil {
		return nil, err
	}
	c, err := x.connection(o.Conn)
	if err != nil {
		return nil, err
	}
	op := &reduceOp[T]{x: x, p: p, conn: c, rowPtr: c.rowPtr, dst: x.m.real[o.Bind[r.Slot]], add: r.Add, index: c.index}
	if !isReal(r.Value) {
		op.ints = x.m.int[o.Bind[r.Slot]]
	}
	if max(len(op.dst), len(op.ints)) < c.rows*x.replicas() {
		return nil, fmt.Errorf("kernel %q: the buffer of its sums does not fit the %d rows of connection %q", k.Name, c.rows, c.name)
	}
	op.dstEach = x.plan.Buffers[o.Bind[r.Slot]].Each
	if weights, source, ok := x.plainSum(k, r.Value, o, c.maxSyn); ok {
		op.plain = true
		op.source, op.sourceEach = x.m.real[source], x.plan.Buffers[source].Each
		if weights != plan.None {
			op.weights, op.weightsEach = x.m.real[weights], x.plan.Buffers[weights].Each
		}
	} else if !x.portable {
		p.makeStages()
	}
	work := p.work()
	if op.plain {
		work = 4
	}
	tasks, _ := split(len(c.index), work, x.pool.threads())
	for t := 0; t <= tasks; t++ {
		target := int32(int64(len(c.index)) * int64(t) / int64(tasks))
		op.bounds = append(op.bounds, sort.Search(c.rows, func(r int) bool { return op.rowPtr[r] >= target }))
	}
	op.bounds[0], op.bounds[tasks] = 0, c.rows
	op.job = op.task
	return op, nil
}

// plainSum recognises weight × source[far end] and source[far end], whose weights are None, and returns their buffers. most is the last
// synapse of a mapped connection.
func (x *instance[T]) plainSum(k *ir.Kernel, e *ir.Expr, o *plan.Run, most int) (weights, source plan.BufferID, ok bool) {
	conn := x.plan.Conns[o.Conn]
	far := ir.OpPre
	if !conn.ByPost {
		far = ir.OpPost
	}
	fromFar := func(e *ir.Expr) bool {
		return e.Op == ir.OpLoad && k.Slots[e.Slot].Kind == ir.Indexed && isReal(e) && e.Args[0].Op == far
	}
	if fromFar(e) {
		return plan.None, o.Bind[e.Slot], true
	}
	if e.Op != ir.OpMul {
		return plan.None, plan.None, false
	}
	w, s := e.Args[0], e.Args[1]
	if fromFar(w) {
		w, s = s, w
	}
	if !fromFar(s) || w.Op != ir.OpLoad || k.Slots[w.Slot].Kind != ir.PerElement {
		return plan.None, plan.None, false
	}
	weights = o.Bind[w.Slot]
	need := len(x.m.int[conn.Index])
	if conn.Mapped {
		need = most + 1
	}
	return weights, o.Bind[s.Slot], len(x.m.real[weights]) >= need
}

func (r *reduceOp[T]) run(step int64) error {
	if !r.plain {
		r.p.scalars(r.x.vec, &r.x.m, step)
	}
	if err := r.x.pool.run((len(r.bounds)-1)*r.x.replicas(), r.job); err != nil {
		return err
	}
	return r.x.outcome(r.p)
}

func (r *reduceOp[T]) task(worker, task int) {
	parts := len(r.bounds) - 1
	replica := task / parts
	first, last := r.bounds[task%parts], r.bounds[task%parts+1]
	if r.twin != nil {
		sumBoth(r, r.twin, first, last, replica)
		return
	}
	if r.plain {
		sumRows(ownPart(r.dst, r.dstEach, replica), r.rowPtr, r.index, r.conn.syn, ownPart(r.weights, r.weightsEach, replica), ownPart(r.source, r.sourceEach, replica), first, last, r.add)
		return
	}
	r.general(r.x.workers[worker], first, last, replica)
}

// general evaluates the program block by block and adds the values row by row.
func (r *reduceOp[T]) general(w *worker[T], first, last, replica int) {
	p := r.p
	f := w.frame(p)
	p.fills(f)
	r.rows(w, f, first, last, replica)
}

// rows does it with a frame in which scalars have been filled in.
func (r *reduceOp[T]) rows(w *worker[T], f *frame[T], first, last, replica int) {
	x, p := r.x, r.p
	b := block{lo: int(r.rowPtr[first]), rowPtr: r.rowPtr, row: first, replica: replica, shift: replica * r.p.synapses}
	reals := rowSum[T]{dst: ownPart(r.dst, r.dstEach, replica), add: r.add, row: first}
	ints := rowSum[int32]{dst: ownPart(r.ints, r.dstEach, replica), add: r.add, row: first}
	for end := int(r.rowPtr[last]); b.lo < end; b.lo += b.n {
		b.n = min(blockLen, end-b.lo)
		b.list = r.conn.synapses(b.lo, b.n)
		p.point(w, f, &x.m, &b)
		p.compute(x.vec, w, f, &x.m, &b)
		if r.ints != nil {
			ints.take(r.rowPtr, b.lo, f.iv[p.result][:b.n])
		} else {
			reals.take(r.rowPtr, b.lo, f.rv[p.result][:b.n])
		}
	}
	if r.ints != nil {
		ints.flush(last)
	} else {
		reals.flush(last)
	}
}

// rowSum adds values that come in storage order, and stores a sum when its row ends. A row may reach over several blocks.
type rowSum[E int32 | float32 | float64] struct {
	dst []E
	add bool
	row int
	sum E
}

// take adds the values of synapses lo, lo+1, ...
func (s *rowSum[E]) take(rowPtr []int32, lo int, val []E) {
	for k := 0; k < len(val); {
		for int(rowPtr[s.row+1]) <= lo+k {
			s.flush(s.row + 1)
		}
		stop := min(len(val), int(rowPtr[s.row+1])-lo)
		for _, v := range val[k:stop] {
			s.sum += v
		}
		k = stop
	}
}

// flush ends all rows before row to.
func (s *rowSum[E]) flush(to int) {
	for ; s.row < to; s.row++ {
		if s.add {
			s.dst[s.row] += s.sum
		} else {
			s.dst[s.row] = s.sum
		}
		s.sum = 0
	}
}

// sumRows sets or adds to dst[r] the sum of weights × source[index] over row r, with weights at syn where that is not nil. Two rows are
// summed side by side, since one sum alone would wait for each addition.
func sumRows[T real](dst []T, rowPtr, index, syn []int32, weights, source []T, first, last int, add bool) {
	put := func(r int, s T) {
		if add {
			dst[r] += s
		} else {
			dst[r] = s
		}
	}
	if weights != nil && syn != nil {
		for r := first; r < last; r++ {
			put(r, mappedRow(index[rowPtr[r]:rowPtr[r+1]], syn[rowPtr[r]:rowPtr[r+1]], weights, source))
		}
		return
	}
	r := first
	for ; r+1 < last; r += 2 {
		i0, i1, i2 := int(rowPtr[r]), int(rowPtr[r+1]), int(rowPtr[r+2])
		if weights == nil {
			put(r, sumRow(0, index[i0:i1], source))
			put(r+1, sumRow(0, index[i1:i2], source))
			continue
		}
		n := min(i1-i0, i2-i1)
		x, y := index[i0:i0+n], index[i1:i1+n]
		u, v := weights[i0:i0+n], weights[i1:i1+n]
		var s, t T
		for k := range x {
			s += T(u[k] * at(source, x[k]))
			t += T(v[k] * at(source, y[k]))
		}
		put(r, dotRow(s, index[i0+n:i1], weights[i0+n:i1], source))
		put(r+1, dotRow(t, index[i1+n:i2], weights[i1+n:i2], source))
	}
	if r < last {
		i0, i1 := int(rowPtr[r]), int(rowPtr[r+1])
		if weights == nil {
			put(r, sumRow(0, index[i0:i1], source))
		} else {
			put(r, dotRow(0, index[i0:i1], weights[i0:i1], source))
		}
	}
}

// sumBoth makes two sums without weights, reading the index once.
func sumBoth[T real](p, q *reduceOp[T], first, last, replica int) {
	u, v := ownPart(p.source, p.sourceEach, replica), ownPart(q.source, q.sourceEach, replica)
	x, y := ownPart(p.dst, p.dstEach, replica), ownPart(q.dst, q.dstEach, replica)
	for r := first; r < last; r++ {
		var s, t T
		for _, i := range p.index[p.rowPtr[r]:p.rowPtr[r+1]] {
			s += at(u, i)
			t += at(v, i)
		}
		if p.add {
			s += x[r]
		}
		if q.add {
			t += y[r]
		}
		x[r], y[r] = s, t
	}
}

// at is source[i], and 0 outside.
func at[T real](source []T, i int32) T {
	if uint(uint32(i)) < uint(len(source)) {
		return source[i]
	}
	return 0
}

func dotRow[T real](s T, index []int32, weights, source []T) T {
	weights = weights[:len(index)]
	for k, i := range index {
		s += T(weights[k] * at(source, i))
	}
	return s
}

// mappedRow is dotRow for weights that lie elsewhere.
func mappedRow[T real](index, syn []int32, weights, source []T) (s T) {
	syn = syn[:len(index)]
	for k, i := range index {
		s += T(weights[syn[k]] * at(source, i))
	}
	return s
}

func sumRow[T real](s T, index []int32, source []T) T {
	for _, i := range index {
		s += at(source, i)
	}
	return s
}
