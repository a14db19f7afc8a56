package cpu

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// sequenceOp runs programs for one element after another, on the calling thread.
type sequenceOp[T real] struct {
	x     *instance[T]
	seq   *plan.Sequence
	parts []sequencePart[T]
	order []int32
	keys  []uint32
}

// sequencePart is one program of a sequence: over elements, or the sum over the row of an element.
type sequencePart[T real] struct {
	p      *program[T] // nil: a plain sum
	reduce *reduceOp[T]
	f      *frame[T]
}

func (x *instance[T]) compileSequence(s *plan.Sequence) (operation, error) {
	q := &sequenceOp[T]{x: x, seq: s, order: make([]int32, s.N), keys: make([]uint32, s.N)}
	for i := range q.order {
		q.order[i] = int32(i)
	}
	for _, r := range s.Runs {
		if r.N != s.N {
			return nil, fmt.Errorf("sequence %q: kernel %q runs over %d elements of %d", s.Name, r.Kernel.Name, r.N, s.N)
		}
		compiled, err := x.compileRun(r)
		if err != nil {
			return nil, err
		}
		k := compiled.(*kernelOp[T])
		for _, red := range k.reduces {
			part := sequencePart[T]{reduce: red}
			if !red.plain {
				part.p = red.p
			}
			q.parts = append(q.parts, part)
		}
		switch body := k.body.(type) {
		case nil:
		case *runOp[T]:
			q.parts = append(q.parts, sequencePart[T]{p: body.p})
		default:
			return nil, fmt.Errorf("sequence %q: kernel %q does not run over elements", s.Name, r.Kernel.Name)
		}
	}
	return q, nil
}

func (q *sequenceOp[T]) name() string          { return q.seq.Name }
func (q *sequenceOp[T]) changed(plan.BufferID) {}

func (q *sequenceOp[T]) run(step int64) error {
	x, w := q.x, q.x.workers[0]
	if q.seq.Random {
		q.shuffle(step)
	}
	for i := range q.parts {
		if p := q.parts[i].p; p != nil {
			p.scalars(x.vec, &x.m, step)
			w.frame(p) // may move the registers
		}
	}
	for i := range q.parts {
		if p := q.parts[i].p; p != nil {
			q.parts[i].f = w.frame(p)
		}
	}
	for _, e := range q.order {
		for i := range q.parts {
			q.parts[i].element(x, w, int(e))
		}
	}
	return x.outcome(q.parts[len(q.parts)-1].p) // sums have no checks
}

// shuffle sorts the elements by their keys of this step.
func (q *sequenceOp[T]) shuffle(step int64) {
	at := rng.At{Key: q.x.key, Stream: q.seq.Stream, Step: uint32(step)}
	for e := range q.keys {
		q.keys[e] = at.Words(uint32(e), 0, 0)[0]
	}
	slices.SortFunc(q.order, func(a, b int32) int { return cmp.Or(cmp.Compare(q.keys[a], q.keys[b]), cmp.Compare(a, b)) })
}

// element runs the part for one element. Programs share their registers, so that each fills in its scalars again, in first places only.
func (s *sequencePart[T]) element(x *instance[T], w *worker[T], e int) {
	if s.p == nil {
		r := s.reduce
		sumRows(r.dst, r.rowPtr, r.index, r.weights, r.source, e, e+1, r.add)
		return
	}
	if s.reduce != nil {
		n := min(blockLen, int(s.reduce.rowPtr[e+1]-s.reduce.rowPtr[e]))
		s.p.fillFirst(s.f, n)
		s.reduce.rows(w, s.f, e, e+1)
		return
	}
	s.p.fillFirst(s.f, 1)
	b := block{lo: e, n: 1}
	s.p.point(w, s.f, &x.m, &b)
	s.p.compute(x.vec, w, s.f, &x.m, &b)
	s.p.effects(x.vec, w, s.f, &x.m, &b)
}

// fillFirst is fills for the first n places of the registers.
func (p *program[T]) fillFirst(f *frame[T], n int) {
	for i := range p.once {
		in := &p.once[i]
		if in.kind == kFill {
			fill(f.rv[in.d][:n], p.sr[in.a])
		} else {
			fill(f.iv[in.d][:n], p.si[in.a])
		}
	}
}

// haltOp ends the run behind a step in which a list is not empty.
type haltOp[T real] struct {
	x     *instance[T]
	label string
	list  spikeList
}

func (x *instance[T]) compileHalt(h *plan.Halt) (operation, error) {
	l, err := x.spikeList(fmt.Sprintf("halt %q", h.Name), h.List)
	return &haltOp[T]{x, h.Name, l}, err
}

func (h *haltOp[T]) name() string          { return h.label }
func (h *haltOp[T]) changed(plan.BufferID) {}

func (h *haltOp[T]) run(step int64) error {
	if len(h.list.spikes(step)) > 0 {
		h.x.halt = true
	}
	return nil
}
