package cpu

import (
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Rows of few synapses, such as those of one of many delays, are too short to run a program over each: it runs over batches of them.

// batch are synapses of several rows that a program has not run over yet.
type batch struct {
	n              int
	syn, near, far []int32
	replica        int
}

// batching says how a program runs over batches.
type batching struct {
	syn, far int  // its views of the synapses' numbers and far ends; -1: none
	near     bool // it asks for the rows
}

// batching reports whether a program may run over several rows at once: each synapse reads and writes what is its own, or reads what no synapse of the
// kernel writes, or adds to what none reads. Then the result is that of row by row, addition by addition, since a list names each spike once.
func (p *program[T]) batching(c *connection, o *plan.Conn) *batching {
	if p.emits || c.drawn != nil || len(p.rviews) > 0 {
		return nil
	}
	b := &batching{-1, -1, false}
	for i, v := range p.iviews {
		switch {
		case v.kind != viewIndex:
			return nil
		case v.buf == int(o.Index):
			b.far = i
		case o.Mapped && v.buf == int(o.Syn):
			b.syn = i
		default:
			return nil
		}
	}
	writes, shared := map[int]bool{}, map[int]bool{}
	for i := range p.eff {
		e := &p.eff[i]
		switch e.kind {
		case eCheck:
			continue
		case eAccum:
			shared[e.buf] = true
		case eScatter:
			if !e.own {
				return nil
			}
		default:
			return nil
		}
		if writes[e.buf] && shared[e.buf] {
			return nil
		}
		writes[e.buf] = true
	}
	for i := range p.body {
		switch in := &p.body[i]; in.kind {
		case kGather, kGatherInt:
			if shared[int(in.b)] {
				return nil
			}
		case kRow:
			b.near = true
		}
	}
	return b
}

// add puts entries lo to hi-1 of a row of a connection into the worker's batch, and runs the program over it as often as it is full.
func (l *listOp[T]) add(w *worker[T], f *frame[T], c *connection, replica, row, lo, hi int) {
	b := &w.batch
	if b.n > 0 && b.replica != replica {
		l.flush(w, f)
	}
	b.replica = replica
	for lo < hi {
		m := min(hi-lo, blockLen-b.n)
		to := b.n + m
		if c.syn != nil {
			few(b.syn[b.n:to], c.syn[lo:])
		} else {
			iota32(b.syn[b.n:to], lo)
		}
		switch {
		case l.batch.far < 0:
		case c.index.Short != nil:
			few(b.far[b.n:to], c.index.Short[lo:])
		default:
			few(b.far[b.n:to], c.index.Long[lo:])
		}
		if l.batch.near {
			fill(b.near[b.n:to], int32(row))
		}
		if from, end := b.n/fetchLen*fetchLen, to/fetchLen*fetchLen; len(l.fetched) > 0 && from < end {
			l.fetch(b.syn[from:end])
		}
		b.n = to
		lo += m
		if b.n == blockLen {
			l.flush(w, f)
		}
	}
}

// few copies what is mostly less than calling for a copy is worth.
func few[E int32 | uint16](to []int32, from []E) {
	for k := range to {
		to[k] = int32(from[k])
	}
}

// flush runs the program over the batch.
func (l *listOp[T]) flush(w *worker[T], f *frame[T]) {
	q, p, x := &w.batch, l.p, l.x
	if q.n == 0 {
		return
	}
	b := block{n: q.n, list: q.syn[:q.n], near: q.near[:q.n], replica: q.replica, shift: q.replica * p.synapses}
	q.n = 0
	if at := l.batch.syn; at >= 0 {
		f.iv[p.ni+at] = b.list
	}
	if at := l.batch.far; at >= 0 {
		f.iv[p.ni+at] = q.far[:b.n]
	}
	p.compute(x.vec, w, f, &x.m, &b)
	p.effects(x.vec, w, f, &x.m, &b)
}

// room readies the worker for batches.
func (w *worker[T]) room() {
	if w.batch.syn == nil {
		w.batch = batch{syn: make([]int32, blockLen), near: make([]int32, blockLen), far: make([]int32, blockLen)}
	}
}

// shortRow is the number of synapses of a row up to which batches, whose values are gathered, are faster than rows, whose values lie side by side.
const shortRow = 32

// compileBatching compiles a kernel over the synapses of spikes that lie in the order of short rows, so that it finds their values anywhere; nil where rows
// are long or batches are not the same.
func (x *instance[T]) compileBatching(o *plan.Run, ends *connection) (*program[T], error) {
	if o.Kernel.Domain != ir.Spiking || x.initial || o.Kernel.InOrder {
		return nil, nil
	}
	c, err := x.connection(o.Conn)
	if err != nil || c.drawn != nil || c.syn != nil || c.index.Len() > c.rows*shortRow {
		return nil, err
	}
	p, err := compileKernel[T](o.Kernel, o, x.plan, x.random(), ends, x.fixed(o), true)
	if err != nil || p.batching(c, x.plan.Conns[o.Conn]) == nil {
		return nil, err
	}
	return p, nil
}
