package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/plan"
)

// Weights that only the host changes are kept a second time in the order of rows, as packed ones. Those of a spike with one of several delays lie far
// apart among all synapses: each would come from a line of memory of its own.

// arrange readies an operation that is run in every step: it lets weights be packed.
func (l *listOp[T]) arrange(o *plan.Run) {
	x := l.x
	if l.conn == nil || l.conn.syn == nil || x.replicas() > 1 {
		return
	}
	for _, id := range x.plan.PackedWeights(o) {
		for i := range l.reals {
			if a := &l.reals[i]; a.weightsBuf == id {
				a.packed, a.weights = true, nil
				l.packed = append(l.packed, id)
			}
		}
	}
	l.stale = len(l.packed) > 0
}

func (l *listOp[T]) changed(buf plan.BufferID) {
	l.stale = l.stale || slices.Contains(l.packed, buf)
}

// packAll packs all weights of a network that has its initial values.
func (x *instance[T]) packAll() error {
	for _, it := range x.items {
		for _, op := range it.ops {
			var err error
			switch op := op.(type) {
			case *jointLists[T]:
				err = x.pack(op.parts)
			case *kernelOp[T]:
				if l, ok := op.body.(*listOp[T]); ok {
					err = x.pack([]*listOp[T]{l})
				}
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// packRows is the number of rows whose weights a task copies. Rows of different delays are copied together, since their weights lie so.
const packRows = 64

// pack copies weights that the host has changed, of operations with rows of the same elements.
func (x *instance[T]) pack(lists []*listOp[T]) error {
	var stale []*listOp[T]
	rows := 0
	for _, l := range lists {
		if !l.stale {
			continue
		}
		for i := range l.reals {
			if a := &l.reals[i]; a.packed && a.weights == nil {
				a.weights = pages.Make[T](l.conn.index.Len())
			}
		}
		stale, rows, l.stale = append(stale, l), max(rows, l.conn.rows), false
	}
	if stale == nil {
		return nil
	}
	return x.pool.run((rows+packRows-1)/packRows, func(_, task int) {
		for r := task * packRows; r < min((task+1)*packRows, rows); r++ {
			for _, l := range stale {
				if r < l.conn.rows {
					l.packRow(int(l.conn.rowPtr[r]), int(l.conn.rowPtr[r+1]))
				}
			}
		}
	})
}

func (l *listOp[T]) packRow(lo, hi int) {
	for i := range l.reals {
		a := &l.reals[i]
		if !a.packed {
			continue
		}
		to, from := a.weights[lo:hi], l.x.m.real[a.weightsBuf]
		for k, s := range l.conn.syn[lo:hi] {
			to[k] = from[s]
		}
	}
}
