package cpu

import (
	"fmt"
	"sort"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// reduceOp sums an expression over, or takes its largest or smallest value over, the synapses in each row of a connection, in stored order.
type reduceOp[T real] struct {
	x       *instance[T]
	p       *program[T]
	conn    *connection
	rowPtr  []int32
	dst     []T
	ints    []int32 // instead of dst, for a sum of Ints
	add     bool
	fold    ir.Fold
	bounds  []int // rows at which tasks begin, and the end
	job     func(worker, task int)
	plain   *plainSum[T]    // nil: the program is run
	created *creationSum[T] // instead, where not nil
	dstEach int             // entries of one replica, 0: one copy for all
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
	p, err := compileReduction[T](k, r, o, x.plan, x.random(), nil)
	if err != nil {
		return nil, err
	}
	c, err := x.connection(o.Conn)
	if err != nil {
		return nil, err
	}
	op := &reduceOp[T]{x: x, p: p, conn: c, rowPtr: c.rowPtr, dst: x.m.real[o.Bind[r.Slot]], add: r.Add, fold: r.Fold}
	if !isReal(r.Value) {
		op.ints = x.m.int[o.Bind[r.Slot]]
	}
	if max(len(op.dst), len(op.ints)) < c.rows*x.replicas() {
		return nil, fmt.Errorf("kernel %q: the buffer of its sums does not fit the %d rows of connection %q", k.Name, c.rows, c.name)
	}
	op.dstEach = x.plan.Buffers[o.Bind[r.Slot]].Each
	weights, source, plain := x.plan.PlainSum(o, r)
	if plain && weights != plan.None && len(x.m.real[weights]) < max(c.index.Len(), c.maxSyn+1) {
		plain = false
	}
	if !plain {
		p.makeStages(x.set, x.m.isShort)
	}
	work := p.work()
	if plain {
		work = 4
	}
	tasks := split(c.index.Len(), work, x.pool.threads())
	for t := 0; t <= tasks; t++ {
		target := int32(int64(c.index.Len()) * int64(t) / int64(tasks))
		op.bounds = append(op.bounds, sort.Search(c.rows, func(r int) bool { return op.rowPtr[r] >= target }))
	}
	op.bounds[0], op.bounds[tasks] = 0, c.rows
	op.job = op.task
	if plain {
		op.newPlain(weights, source)
	}
	return op, nil
}

func (r *reduceOp[T]) run(step int64) error {
	if r.created != nil {
		return r.created.run(step)
	}
	if r.plain == nil {
		r.p.scalars(r.x.vec, &r.x.m, step)
	} else if err := r.plain.prepare(); err != nil {
		return err
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
	if r.plain != nil {
		r.plain.rows(first, last, replica)
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
	reals := rowSum[T]{dst: ownPart(r.dst, r.dstEach, replica), add: r.add, fold: r.fold, row: first}
	ints := rowSum[int32]{dst: ownPart(r.ints, r.dstEach, replica), add: r.add, fold: r.fold, row: first}
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
	// fold, and whether the row had a value yet.
	fold ir.Fold
	some bool
}

// take adds the values of synapses lo, lo+1, ...
func (s *rowSum[E]) take(rowPtr []int32, lo int, val []E) {
	for k := 0; k < len(val); {
		for int(rowPtr[s.row+1]) <= lo+k {
			s.flush(s.row + 1)
		}
		stop := min(len(val), int(rowPtr[s.row+1])-lo)
		switch s.fold {
		case ir.Sum:
			for _, v := range val[k:stop] {
				s.sum += v
			}
		case ir.Largest:
			for _, v := range val[k:stop] {
				if !s.some || v > s.sum {
					s.sum, s.some = v, true
				}
			}
		case ir.Smallest:
			for _, v := range val[k:stop] {
				if !s.some || v < s.sum {
					s.sum, s.some = v, true
				}
			}
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
		s.sum, s.some = 0, false
	}
}
