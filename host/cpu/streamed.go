package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// streamed is a buffer whose values are computed when they are read: a window of them at a time, by operations on each of a few elements in turn.
type streamed[T real] struct {
	buf *plan.Buffer
	ops []*runOp[T]
	at  int // first element of the window
}

// windowLen is the number of elements that a window holds.
const windowLen = 1 << 18

// streamLen is the number of elements that all operations go over before the next ones: what they share stays in the first caches.
const streamLen = 8 * blockLen

// stream makes room for a window instead of the whole buffer.
func (x *instance[T]) stream(b *plan.Buffer) {
	x.streams = append(x.streams, &streamed[T]{buf: b})
	x.m.real[b.ID] = make([]T, min(b.Len, windowLen))
}

// streamOf is what computes the values of a buffer, nil where these are kept.
func (x *instance[T]) streamOf(id plan.BufferID) *streamed[T] {
	for _, s := range x.streams {
		if s.buf.ID == id {
			return s
		}
	}
	return nil
}

// postpone keeps an operation on a buffer whose values are computed when they are read, and reports whether it is one.
func (x *instance[T]) postpone(op plan.Op, o operation) (later bool, err error) {
	r, ok := op.(*plan.Run)
	if !ok {
		return false, nil
	}
	for _, id := range r.Bind {
		if s := x.streamOf(id); s != nil {
			return true, s.take(o)
		}
	}
	return false, nil
}

// take takes an operation that stores to a buffer whose values are computed later.
func (s *streamed[T]) take(op operation) error {
	k, ok := op.(*kernelOp[T])
	if !ok || len(k.reduces) > 0 {
		return fmt.Errorf("%s.%s: values that are computed when they are read come from kernels alone", s.buf.Object, s.buf.Var)
	}
	r, ok := k.body.(*runOp[T])
	if !ok || r.p.emits || r.replicas > 1 {
		return fmt.Errorf("%s.%s: kernel %q does more than compute values that are read", s.buf.Object, s.buf.Var, k.label)
	}
	r.p.window = &s.at
	s.ops = append(s.ops, r)
	return nil
}

// readStream computes elements off to off+len(dst)-1.
func (x *instance[T]) readStream(s *streamed[T], off int, dst []float64) error {
	for len(dst) > 0 {
		n := min(len(dst), len(x.m.real[s.buf.ID]))
		if err := x.window(s, off, n); err != nil {
			return x.located(err)
		}
		for i, v := range x.m.real[s.buf.ID][:n] {
			dst[i] = float64(v)
		}
		off, dst = off+n, dst[n:]
	}
	return nil
}

// window computes n elements from at on.
func (x *instance[T]) window(s *streamed[T], at, n int) error {
	s.at = at
	w := x.m.real[s.buf.ID][:n]
	fill(w, T(s.buf.Fill))
	if s.buf.Reals != nil {
		for k, v := range s.buf.Reals[at : at+n] {
			w[k] = T(v)
		}
	}
	work := 0
	for _, r := range s.ops {
		work += r.p.work()
		r.p.scalars(x.vec, &x.m, 0)
	}
	tasks := split(n, work, x.pool.threads())
	err := x.guard(func() error {
		return x.pool.run(tasks, func(worker, task int) {
			for lo, end := at+cut(n, tasks, task), at+cut(n, tasks, task+1); lo < end; lo += streamLen {
				for _, r := range s.ops {
					x.span(r.p, x.workers[worker], &block{lo: lo, n: min(streamLen, end-lo), rowPtr: r.rowPtr})
				}
			}
		})
	})
	if err != nil {
		return err
	}
	for _, r := range s.ops {
		if err := x.outcome(r.p); err != nil {
			return err
		}
	}
	return nil
}
