package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// tapSumOp adds shifted copies of a grid. Each row of the result takes its taps in order; the part of the row that a
// tap reaches is cut out before the loop, so no cell is tested.
type tapSumOp[T real] struct {
	x       *instance[T]
	o       *plan.TapSum
	src     []T
	tasks   int
	perTask int
	job     func(worker, task int)
}

func (x *instance[T]) compileTapSum(o *plan.TapSum) (operation, error) {
	what := fmt.Sprintf("tap sum %q", o.Name)
	cells := o.Layers * o.Rows * o.Cols
	if o.Layers < 0 || o.Rows < 0 || o.Cols < 0 || o.Taps < 0 {
		return nil, fmt.Errorf("%s: negative size", what)
	}
	for _, err := range []error{x.checkSource(what, o.Src, cells), x.checkReal(what, o.Dst, cells), x.checkReal(what+", weights", o.Weights, o.Taps)} {
		if err != nil {
			return nil, err
		}
	}
	if o.Offsets < 0 || int(o.Offsets) >= len(x.m.int) || len(x.m.int[o.Offsets]) < 3*o.Taps {
		return nil, fmt.Errorf("%s: offsets are not an integer buffer of at least %d elements", what, 3*o.Taps)
	}
	if o.Src.Buf == o.Dst {
		return nil, fmt.Errorf("%s: source and destination are one buffer", what)
	}
	t := &tapSumOp[T]{x: x, o: o}
	t.tasks, t.perTask = divide(o.Layers*o.Rows, o.Cols*o.Taps, x.pool.threads())
	t.job = t.task
	return t, nil
}

func (t *tapSumOp[T]) name() string { return t.o.Name }

func (t *tapSumOp[T]) changed(plan.BufferID) {}

func (t *tapSumOp[T]) run(step int64) error {
	var ok bool
	t.src, ok = sourceRow(&t.x.m, t.o.Src, step)
	if !ok {
		if !t.o.Add {
			clear(t.x.m.real[t.o.Dst][:t.o.Layers*t.o.Rows*t.o.Cols])
		}
		return nil
	}
	return t.x.pool.run(t.tasks, t.job)
}

func (t *tapSumOp[T]) task(worker, task int) {
	o, w := t.o, t.x.workers[worker]
	offsets, weights := t.x.m.int[o.Offsets], t.x.m.real[o.Weights]
	acc := w.scratch(o.Cols)
	for line := task * t.perTask; line < min((task+1)*t.perTask, o.Layers*o.Rows); line++ {
		z, y := line/o.Rows, line%o.Rows
		clear(acc)
		for k := range o.Taps {
			sz, sy, dx := z+int(offsets[3*k]), y+int(offsets[3*k+1]), int(offsets[3*k+2])
			if sz < 0 || sz >= o.Layers || sy < 0 || sy >= o.Rows {
				continue
			}
			from, to := max(0, -dx), min(o.Cols, o.Cols-dx)
			if from >= to {
				continue
			}
			src := t.src[(sz*o.Rows+sy)*o.Cols:]
			t.x.vec.axpy(acc[from:to], src[from+dx:to+dx], weights[k])
		}
		dst := t.x.m.real[o.Dst][line*o.Cols : (line+1)*o.Cols]
		if o.Add {
			t.x.vec.vv[fAdd](dst, dst, acc)
		} else {
			copy(dst, acc)
		}
	}
}
