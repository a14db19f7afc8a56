package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// spikesPerTask is how many rows are drawn by one task at most.
const spikesPerTask = 16

// rowDrawing makes the rows of a few spikes where connectivity is not stored, and computes what their synapses have of their own. Each row is
// made by itself, so tasks and their number change nothing.
type rowDrawing[T real] struct {
	l       *listOp[T]
	values  []*program[T]
	fills   []plan.BufferID // variables that values store to
	perTask int
	room    int       // of a task in the index
	segment [][]int32 // of the index, by task
	maker   func(worker, task int)
	filler  func(worker, task int)
	events  int // synapses of the rows
}

func (x *instance[T]) newRowDrawing(l *listOp[T], o *plan.Run) (*rowDrawing[T], error) {
	d := &rowDrawing[T]{l: l}
	d.maker, d.filler = d.make, d.compute
	c, p := l.conn, x.plan.Conns[o.Conn]
	runs := p.ValuesFor(o)
	for _, id := range p.Computed(o) {
		if slices.ContainsFunc(runs, func(r *plan.Run) bool { return plan.Writes([]plan.Op{r}, id) }) {
			d.fills = append(d.fills, id)
		}
		if !slices.Contains(c.values, id) {
			c.values = append(c.values, id)
			x.makeRoom(c, id)
		}
	}
	for _, r := range runs {
		if err := x.checkBind(r); err != nil {
			return nil, err
		}
		k, run := *r.Kernel, *r
		k.Domain, run.Kernel = ir.Spiking, &k // over the entries of rows
		v, err := compileKernel[T](&k, &run, x.plan, randomKeys{&c.valueKey, new([]rng.Key)}, c, nil, false)
		if err != nil {
			return nil, err
		}
		v.makeStages(x.set, x.m.isShort)
		d.values = append(d.values, v)
	}
	return d, nil
}

// makeRoom gives a buffer a value for each entry of the index.
func (x *instance[T]) makeRoom(c *connection, id plan.BufferID) {
	b := x.plan.Buffers[id]
	if b.Type == ir.Real {
		x.m.real[id] = make([]T, len(c.index.Long))
	} else {
		x.m.int[id] = make([]int32, len(c.index.Long))
	}
	x.refill(b, 0, len(c.index.Long))
}

// refill gives elements lo to hi-1 of a buffer the value that it is filled with.
func (x *instance[T]) refill(b *plan.Buffer, lo, hi int) {
	if b.Type == ir.Real {
		fill(x.m.real[b.ID][lo:hi], T(b.Fill))
	} else {
		fill(x.m.int[b.ID][lo:hi], toInt(b.Fill))
	}
}

// runDrawn runs the program over the synapses of spikes, as many at a time as there is room for.
func (l *listOp[T]) runDrawn() error {
	for spikes := l.spikes; len(spikes) > 0; spikes = spikes[len(l.spikes):] {
		l.spikes = spikes[:min(l.conn.together, len(spikes))]
		if err := l.drawing.draw(); err != nil {
			return err
		}
		l.share(len(l.spikes), l.drawing.events)
		if err := l.runTasks(); err != nil {
			return err
		}
	}
	return l.x.outcome(l.p)
}

// ahead is how much larger the numbers of the synapses of row k of the drawn ones are than their places.
func (c *connection) ahead(k, row int) int {
	if c.first == nil {
		return 0
	}
	return int(c.first[row]) - c.drawnRows[k][0]
}

// draw makes the rows of l.spikes.
func (d *rowDrawing[T]) draw() error {
	l, c := d.l, d.l.conn
	n, threads := len(l.spikes), l.x.pool.threads()
	if cap(c.drawnRows) < n {
		c.drawnRows = make([][2]int, n)
	}
	c.drawnRows = c.drawnRows[:n]
	d.perTask = max(1, min(spikesPerTask, (n+threads-1)/threads))
	tasks := (n + d.perTask - 1) / d.perTask
	for len(d.segment) < tasks {
		d.segment = append(d.segment, nil)
	}
	d.room = len(c.index.Long) / tasks
	if err := l.x.pool.run(tasks, d.maker); err != nil {
		return err
	}
	d.events = d.join(tasks)
	for i := range l.reals { // they move where an operation over the same rows had to make room
		if a := &l.reals[i]; a.weightsBuf != plan.None {
			a.weights = l.x.m.real[a.weightsBuf]
		}
	}
	for i := range l.ints {
		if a := &l.ints[i]; a.weightsBuf != plan.None {
			a.weights = l.x.m.int[a.weightsBuf]
		}
	}
	if len(d.values) == 0 {
		return nil
	}
	for _, v := range d.values {
		v.scalars(l.x.vec, &l.x.m, 0)
	}
	if err := l.x.pool.run(tasks, d.filler); err != nil {
		return err
	}
	for _, v := range d.values {
		if err := l.x.outcome(v); err != nil {
			return err
		}
	}
	return nil
}

// make draws the rows of one task's spikes into its part of the index, or beside it where that is too small.
func (d *rowDrawing[T]) make(_, task int) {
	l, c := d.l, d.l.conn
	at := task * d.room
	rows := c.index.Long[at : at : at+d.room]
	for k := task * d.perTask; k < min((task+1)*d.perTask, len(l.spikes)); k++ {
		before := len(rows)
		rows = c.drawn.Append(rows, int(l.spikes[k]))
		c.drawnRows[k] = [2]int{at + before, at + len(rows)}
	}
	d.segment[task] = rows
}

// join puts all rows into a larger index where some did not fit into their part, which is rare. It returns the number of their synapses.
func (d *rowDrawing[T]) join(tasks int) (total int) {
	l, c := d.l, d.l.conn
	fits := true
	for _, rows := range d.segment[:tasks] {
		total += len(rows)
		fits = fits && len(rows) <= d.room
	}
	if fits {
		return total
	}
	index := make([]int32, 0, max(total, len(c.index.Long)))
	for task, rows := range d.segment[:tasks] {
		by := len(index) - task*d.room
		index = append(index, rows...)
		for k := task * d.perTask; k < min((task+1)*d.perTask, len(l.spikes)); k++ {
			c.drawnRows[k][0] += by
			c.drawnRows[k][1] += by
		}
	}
	c.index.Long = index[:cap(index)]
	l.x.m.int[c.indexBuf] = c.index.Long
	for _, id := range c.values {
		l.x.makeRoom(c, id)
	}
	return total
}

// compute makes the values of one task's synapses.
func (d *rowDrawing[T]) compute(worker, task int) {
	l, c, x := d.l, d.l.conn, d.l.x
	w := x.workers[worker]
	for k := task * d.perTask; k < min((task+1)*d.perTask, len(l.spikes)); k++ {
		lo, hi, row := c.drawnRows[k][0], c.drawnRows[k][1], int(l.spikes[k])
		for _, id := range d.fills {
			x.refill(x.plan.Buffers[id], lo, hi)
		}
		for _, p := range d.values {
			f := w.frame(p)
			p.fills(f)
			b := block{row: row, ahead: c.ahead(k, row)}
			for b.lo = lo; b.lo < hi; b.lo += b.n {
				b.n = min(blockLen, hi-b.lo)
				p.point(w, f, &x.m, &b)
				p.compute(x.vec, w, f, &x.m, &b)
				p.effects(x.vec, w, f, &x.m, &b)
			}
		}
	}
}
