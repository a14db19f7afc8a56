package cpu

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/plan"
)

// tapSumOp adds shifted copies of a grid. Each row of the result takes its taps in order; taps that leave the grid with the whole
// row are left out before the loop. Where no tap is shifted the grid is one row.
//
// A few taps are added one after another, each to the part of the row that it reaches. Many are added for some columns at
// a time with the sums in registers. Rows are then copied side by side with zeros between them, so that no tap leaves the row: such a tap adds
// weight × 0, which changes no bit of a sum that began as 0, as long as weights are finite.
type tapSumOp[T real] struct {
	x       *instance[T]
	o       *plan.TapSum
	src     []T
	tasks   int
	perTask int
	job     func(worker, task int)

	layers, height, cols int // of the grid as it is summed

	padded      []T // rows of stride elements, column 0 of a row at left; nil: add taps one after another
	left        int
	stride      int
	padTasks    int
	padPerTask  int
	padJob      func(worker, task int)
	registers   bool      // in this step
	lineTaps    [][]int32 // by worker: where the taps of a line begin, for its column 0
	lineWeights [][]T
}

// manyTaps is the number of taps from which copying the rows pays.
const manyTaps = 8

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
	t.job, t.padJob = t.task, t.pad
	t.lay()
	return t, nil
}

// lay arranges the sum for the offsets that the taps have.
func (t *tapSumOp[T]) lay() {
	o := t.o
	t.layers, t.height, t.cols = o.Layers, o.Rows, o.Cols
	shifted := slices.ContainsFunc(t.x.m.int[o.Offsets][:3*o.Taps], func(d int32) bool { return d != 0 })
	if !shifted && o.Layers*o.Rows*o.Cols < fewCells {
		t.layers, t.height, t.cols = 1, 1, o.Layers*o.Rows*o.Cols
	}
	t.pads()
	work := t.cols * o.Taps
	if t.padded != nil {
		work /= 4
	}
	t.tasks, t.perTask = divide(t.layers*t.height, work, t.x.pool.threads())
}

// fewCells is the size of a grid up to which its sums stay in the second-level cache and no threads share it.
const fewCells = 1 << 14

// pads makes room for the copied rows, when there are enough taps to copy them for.
func (t *tapSumOp[T]) pads() {
	o, b := t.o, t.x.vec.tapCols
	t.padded, t.lineTaps, t.lineWeights = nil, nil, nil
	if o.Taps < manyTaps || t.cols == 0 {
		return
	}
	left, right := 0, 0
	offsets := t.x.m.int[o.Offsets]
	for k := range o.Taps {
		// A tap beyond the row adds nothing anywhere, and is left out with those that leave the grid.
		if dx := int(offsets[3*k+2]); dx > -t.cols && dx < t.cols {
			left, right = max(left, -dx), max(right, dx)
		}
	}
	t.left, t.stride = left, left+(t.cols+b-1)/b*b+right
	n := t.stride * t.layers * t.height
	if n > math.MaxInt32 {
		return
	}
	t.padded = make([]T, n)
	for range t.x.workers {
		t.lineTaps, t.lineWeights = append(t.lineTaps, make([]int32, 0, o.Taps)), append(t.lineWeights, make([]T, 0, o.Taps))
	}
	t.padTasks, t.padPerTask = divide(t.layers*t.height, t.cols/8, t.x.pool.threads())
}

func (t *tapSumOp[T]) name() string { return t.o.Name }

func (t *tapSumOp[T]) changed(b plan.BufferID) {
	if b == t.o.Offsets {
		t.lay()
	}
}

func (t *tapSumOp[T]) run(step int64) error {
	t.src = sourceRow(&t.x.m, t.o.Src, step)
	t.registers = t.padded != nil && t.x.vec.finite(t.x.m.real[t.o.Weights][:t.o.Taps])
	if t.registers {
		if err := t.x.pool.run(t.padTasks, t.padJob); err != nil {
			return err
		}
	}
	return t.x.pool.run(t.tasks, t.job)
}

// pad copies a share of the rows.
func (t *tapSumOp[T]) pad(_, task int) {
	cols := t.cols
	for line := task * t.padPerTask; line < min((task+1)*t.padPerTask, t.layers*t.height); line++ {
		copy(t.padded[line*t.stride+t.left:][:cols], t.src[line*cols:])
	}
}

func (t *tapSumOp[T]) task(worker, task int) {
	w := t.x.workers[worker]
	for line := task * t.perTask; line < min((task+1)*t.perTask, t.layers*t.height); line++ {
		if t.registers {
			t.columns(worker, line)
		} else {
			t.rows(w, line)
		}
	}
}

// reach returns the source line of tap k for a line, and false when the tap leaves the grid with the whole row.
func (t *tapSumOp[T]) reach(line, k int) (source, dx int, ok bool) {
	o := t.o
	d := t.x.m.int[o.Offsets][3*k : 3*k+3]
	sz, sy, dx := line/t.height+int(d[0]), line%t.height+int(d[1]), int(d[2])
	return sz*t.height + sy, dx, sz >= 0 && sz < t.layers && sy >= 0 && sy < t.height && dx > -t.cols && dx < t.cols
}

// columns sums a line with the sums in registers.
func (t *tapSumOp[T]) columns(worker, line int) {
	at, weights := t.lineTaps[worker][:0], t.lineWeights[worker][:0]
	all := t.x.m.real[t.o.Weights]
	for k := range t.o.Taps {
		if source, dx, ok := t.reach(line, k); ok {
			at, weights = append(at, int32(source*t.stride+t.left+dx)), append(weights, all[k])
		}
	}
	sum := t.x.workers[worker].scratch(t.x.vec.tapCols)
	for c := 0; c < t.cols; c += len(sum) {
		t.x.vec.taps(sum, t.padded[c:], at, weights)
		t.put(line, c, sum[:min(len(sum), t.cols-c)])
	}
}

// rows sums a line tap after tap.
func (t *tapSumOp[T]) rows(w *worker[T], line int) {
	cols := t.cols
	weights, acc := t.x.m.real[t.o.Weights], w.scratch(cols)
	clear(acc)
	for k := range t.o.Taps {
		if source, dx, ok := t.reach(line, k); ok {
			from, to := max(0, -dx), min(cols, cols-dx)
			src := t.src[source*cols:]
			t.x.vec.axpy(acc[from:to], src[from+dx:to+dx], weights[k])
		}
	}
	t.put(line, 0, acc)
}

// put stores or adds sums from column c of a line on.
func (t *tapSumOp[T]) put(line, c int, sums []T) {
	dst := t.x.m.real[t.o.Dst][line*t.cols+c:][:len(sums)]
	if t.o.Add {
		t.x.vec.vv[fAdd](dst, dst, sums)
	} else {
		copy(dst, sums)
	}
}
