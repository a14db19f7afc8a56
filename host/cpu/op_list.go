package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// listOp is a kernel over the elements of a spike list, or over the synapses in the rows of those elements.
//
// Synapses add to targets that other rows share. Tasks therefore split the targets, not the spikes: each task goes through all
// spikes in ascending order and takes from each row the synapses that end in its part of the targets. A target's sum
// so has one order, whatever the number of threads. It needs rows in which the far end ascends.
type listOp[T real] struct {
	x      *instance[T]
	p      *program[T]
	list   spikeList
	lag    int64
	of     *plan.Run
	out    spikeList // when the program emits
	active bool
	conn   *connection // nil when active
	split  bool
	// shared: there are so many targets that threads share the kernels over them.
	shared bool
	// inOrder: one synapse after another, each seeing what those before it wrote.
	inOrder bool
	batch   *batching // nil: the program runs over each row
	fetched []int     // buffers of synapses in batches that are asked for ahead
	// reals and ints are the effects when the loops of adder can do all of them.
	reals []adder[T]
	ints  []adder[int32]

	spikes  []int32        // of the step that is run
	drawing *rowDrawing[T] // nil where rows are stored
	tasks   int
	divided bool // tasks are parts of the spikes, see spread, not of the targets
	noted   []additions[T]
	lists   []emitted
	job     func(worker, task int)
	// packed are the weights that are kept in the order of rows; stale: the host has changed some since.
	packed []plan.BufferID
	stale  bool
	// saves are the targets that masks keep, by task; nil where there are no masks of that kind.
	saves []saved[T]
}

// sharedWork is inlineWork where threads that are awake have the targets in their caches: moving them to another costs more than the
// additions. sharedTarget is the least work of a kernel over targets.
const (
	sharedWork   = 1 << 6
	sharedTarget = 4
)

// saved is what masks keep of the targets of a task.
type saved[T real] struct {
	reals []kept[T]
	ints  []kept[int32]
}

func (s *saved[T]) keep(l *listOp[T], from, to int) {
	for i := range l.reals {
		if a := &l.reals[i]; a.mask != nil {
			s.reals[i].keep(a.targets(l.p.si, l.conn.far, 0), a.mask, from, to, l.x.vec.zeros)
		}
	}
	for i := range l.ints {
		if a := &l.ints[i]; a.mask != nil {
			s.ints[i].keep(a.targets(l.p.si, l.conn.far, 0), a.mask, from, to, l.x.vec.zeros)
		}
	}
}

func (s *saved[T]) restore(l *listOp[T]) {
	for i := range l.reals {
		if a := &l.reals[i]; a.mask != nil {
			s.reals[i].restore(a.targets(l.p.si, l.conn.far, 0))
		}
	}
	for i := range l.ints {
		if a := &l.ints[i]; a.mask != nil {
			s.ints[i].restore(a.targets(l.p.si, l.conn.far, 0))
		}
	}
}

// makeSaves prepares for masks, which stay the same while the kernel runs.
func (l *listOp[T]) makeSaves() {
	masked := false
	for i := range l.reals {
		masked = masked || l.reals[i].mask != nil
	}
	for i := range l.ints {
		masked = masked || l.ints[i].mask != nil
	}
	if !masked || l.x.replicas() > 1 {
		return
	}
	l.saves = make([]saved[T], max(1, l.x.pool.threads()))
	for i := range l.saves {
		l.saves[i] = saved[T]{make([]kept[T], len(l.reals)), make([]kept[int32], len(l.ints))}
	}
}

func (x *instance[T]) newListRun(p *program[T], o *plan.Run) (*listOp[T], error) {
	l := &listOp[T]{x: x, p: p, of: o, lag: int64(o.Lag), active: o.Kernel.Domain == ir.Active}
	l.job = l.task
	var err error
	if l.list, err = x.spikeList(fmt.Sprintf("kernel %q", p.name), o.List); err != nil {
		return nil, err
	}
	if l.out, err = x.emittedTo(p); err != nil || l.active {
		return l, err
	}
	if l.conn, err = x.connection(o.Conn); err != nil {
		return nil, err
	}
	if l.inOrder = o.Kernel.InOrder; l.inOrder {
		return l, nil
	}
	if l.conn.drawn != nil {
		if l.drawing, err = x.newRowDrawing(l, o); err != nil {
			return nil, err
		}
	}
	l.split = !p.emits && l.conn.ascending
	l.shared = l.conn.far*sharedTarget >= inlineWork
	for i := range p.eff {
		e := &p.eff[i]
		l.split = l.split && (e.kind != eAccum || e.target) && (e.kind != eScatter || e.own)
	}
	l.batch = p.batching(l.conn, x.plan.Conns[o.Conn])
	l.fetched = l.fetching()
	l.reals, l.ints = l.adders(o)
	l.makeSaves()
	return l, nil
}

func (l *listOp[T]) run(step int64) error {
	x := l.x
	spikes := l.due(step)
	if len(spikes) == 0 && !l.p.emits {
		return nil
	}
	l.spikes = spikes
	if l.stale {
		if err := x.pack([]*listOp[T]{l}); err != nil {
			return err
		}
	}
	l.p.scalars(x.vec, &x.m, step)
	if l.active {
		l.tasks = split(len(spikes), 2*l.p.work(), x.pool.threads())
		if l.p.ordered {
			l.tasks = 1
		}
	} else if l.drawing != nil {
		return l.runDrawn()
	} else {
		l.share(len(spikes), l.events(spikes))
	}
	if err := l.runTasks(); err != nil {
		return err
	}
	if err := l.addNoted(); err != nil {
		return err
	}
	if l.p.emits {
		if err := l.p.collect(l.out.row(step), l.lists[:l.tasks]); err != nil {
			return err
		}
	}
	return x.outcome(l.p)
}

// due are the spikes whose turn is in a step.
func (l *listOp[T]) due(step int64) []int32 {
	if sent := step - l.lag; l.of.Takes(sent) {
		return l.list.spikes(sent)
	}
	return nil
}

// runTasks runs the tasks that l.spikes are divided into.
func (l *listOp[T]) runTasks() error {
	for len(l.lists) < l.tasks {
		l.lists = append(l.lists, emitted{})
	}
	return l.x.pool.run(l.tasks, l.job)
}

// row is the row of a spike's synapses, and the replica that it is in; -1 when there is none.
func (l *listOp[T]) row(spike int32) (replica, row int) {
	if uint(spike) < uint(l.conn.rows) {
		return 0, int(spike)
	}
	if replica, row = int(spike)/max(1, l.conn.rows), int(spike)%max(1, l.conn.rows); spike < 0 || replica >= l.x.replicas() {
		return 0, -1
	}
	return replica, row
}

// share divides the targets or the spikes among tasks, for so many spikes and synapses.
func (l *listOp[T]) share(spikes, events int) {
	l.tasks, l.divided = 1, false
	spread := l.spread(spikes, events)
	if !spread && !l.split || l.x.pool.threads() == 1 || l.x.pool.pace.alone {
		return
	}
	least := inlineWork
	switch {
	case spread:
		least /= gathering
	case l.shared && l.x.pool.awake():
		least = sharedWork
	}
	if events*l.p.work() >= least {
		l.tasks, l.divided = l.x.pool.threads(), spread
	}
	if l.divided {
		l.note()
	}
}

// events is about the number of synapses in the rows of the spikes: some of them stand for all.
func (l *listOp[T]) events(spikes []int32) (n int) {
	if l.drawing != nil {
		return l.drawing.events
	}
	const most = 64
	every := (len(spikes) + most - 1) / most
	for k := 0; k < len(spikes); k += every {
		if _, row := l.row(spikes[k]); row >= 0 {
			n += int(l.conn.rowPtr[row+1] - l.conn.rowPtr[row])
		}
	}
	return n * every
}

func (l *listOp[T]) task(worker, task int) {
	w, spikes := l.x.workers[worker], l.spikes
	w.list = l.lists[task].elements[:0]
	if l.active {
		l.elements(w, spikes[cut(len(spikes), l.tasks, task):cut(len(spikes), l.tasks, task+1)])
	} else if l.prepare() {
		l.rows(w, nil, nil, spikes, task)
	} else {
		f := l.begin(w, task)
		if l.divided {
			spikes = piece(spikes, 0, len(spikes), l.tasks, task)
		}
		l.rows(w, f, l, spikes, task)
		l.end(w, f)
	}
	l.lists[task].elements = w.list
	w.list = nil
}

func (l *listOp[T]) elements(w *worker[T], spikes []int32) {
	x, p := l.x, l.p
	f := w.frame(p)
	p.fills(f)
	for len(spikes) > 0 {
		b := block{n: min(blockLen, len(spikes))}
		b.list = spikes[:b.n]
		p.point(w, f, &x.m, &b)
		p.compute(x.vec, w, f, &x.m, &b)
		p.effects(x.vec, w, f, &x.m, &b)
		spikes = spikes[b.n:]
	}
}

// begin readies a worker for the program, and for a task.
func (l *listOp[T]) begin(w *worker[T], task int) *frame[T] {
	f := w.frame(l.p)
	l.p.fills(f)
	if l.batch != nil {
		w.room()
	}
	if l.divided {
		w.noted = l.noted[task]
	}
	return f
}

// end ends what begin began.
func (l *listOp[T]) end(w *worker[T], f *frame[T]) {
	if l.batch != nil {
		l.flush(w, f)
	}
	w.noted = nil
}

// rows runs over the synapses of the spikes' rows that end in the task's part of the targets: by adders, or with a frame by a program, that of as where
// it runs over batches, which the caller ends.
func (l *listOp[T]) rows(w *worker[T], f *frame[T], as *listOp[T], spikes []int32, task int) {
	c := l.conn
	from, to := int32(cut(c.far, l.tasks, task)), int32(cut(c.far, l.tasks, task+1))
	masked := true
	if f == nil && l.saves != nil {
		save := &l.saves[task]
		if masked = l.events(spikes) < int(to-from)*l.tasks; !masked {
			save.keep(l, int(from), int(to))
			defer save.restore(l)
		}
	}
	next := &w.ahead
	look := l.lookAhead(next, spikes)
	for k, s := range spikes {
		if look {
			prefetchRows(next, k)
		}
		replica, row := l.row(s)
		if row < 0 {
			continue
		}
		var lo, hi, ahead int
		if c.drawn != nil {
			lo, hi = c.drawnRows[k][0], c.drawnRows[k][1]
			ahead = c.ahead(k, row)
		} else {
			lo, hi = int(c.rowPtr[row]), int(c.rowPtr[row+1])
		}
		if l.tasks > 1 && !l.divided {
			if to < int32(c.far) {
				hi = lo + l.before(lo, hi, to)
			}
			if from > 0 {
				lo += l.before(lo, hi, from)
			}
		}
		if lo == hi {
			continue
		}
		switch {
		case f != nil && l.batch != nil:
			as.add(w, f, l.conn, replica, row, lo, hi)
			continue
		case f != nil:
			l.program(w, f, replica, row, lo, hi, ahead)
			continue
		}
		for i := range l.reals {
			a := &l.reals[i]
			a.row(a.targets(l.p.si, c.far, replica), l.p.sr, c, lo, hi, replica, masked)
		}
		for i := range l.ints {
			a := &l.ints[i]
			a.row(a.targets(l.p.si, c.far, replica), l.p.si, c, lo, hi, replica, masked)
		}
	}
}

// prepare reports whether adders can do this step: not when targets lie beyond their buffer, which the program will report.
func (l *listOp[T]) prepare() bool {
	for i := range l.reals {
		if l.reals[i].targets(l.p.si, l.conn.far, 0) == nil {
			return false
		}
	}
	for i := range l.ints {
		if l.ints[i].targets(l.p.si, l.conn.far, 0) == nil {
			return false
		}
	}
	return l.adds()
}

// adds reports whether the loops of adder can do all effects.
func (l *listOp[T]) adds() bool { return len(l.reals)+len(l.ints) > 0 }

// program runs the program over entries lo to hi-1 of a row, whose synapses have numbers that are larger by ahead.
func (l *listOp[T]) program(w *worker[T], f *frame[T], replica, row, lo, hi, ahead int) {
	x, p := l.x, l.p
	b := block{rowPtr: l.conn.rowPtr, row: row, replica: replica, shift: replica * l.p.synapses, ahead: ahead}
	most := blockLen
	if l.inOrder {
		most = 1
	}
	for b.lo = lo; b.lo < hi; b.lo += b.n {
		b.n = min(most, hi-b.lo)
		b.list = l.conn.synapses(b.lo, b.n)
		p.point(w, f, &x.m, &b)
		p.compute(x.vec, w, f, &x.m, &b)
		p.effects(x.vec, w, f, &x.m, &b)
	}
}

// before is the number of entries lo to hi-1, which ascend, that are less than end.
func (l *listOp[T]) before(lo, hi int, end int32) int {
	if short := l.conn.index.Short; short != nil {
		return beforeShort(short[lo:hi], end)
	}
	return before(l.conn.index.Long[lo:hi], end, l.x.vec.less)
}

// beforeShort is before for entries of 16 bits. It makes as many comparisons whatever they say, and no jumps that depend on them.
func beforeShort(row []uint16, end int32) (n int) {
	for left := len(row); left > 0; {
		half := (left + 1) / 2
		if int32(row[n+half-1]) < end {
			n += half
		}
		left -= half
	}
	return n
}

// before is the number of entries of an ascending row that are less than end. The halves of a long row are told apart by one entry; in what
// is left all are compared, since a processor that guesses wrong where to look loses more.
func before(row []int32, end int32, less func(a []int32, end int32) int) (n int) {
	for len(row) > 256 {
		half := len(row) / 2
		if row[half] < end {
			n += half
			row = row[half:]
		} else {
			row = row[:half]
		}
	}
	return n + less(row, end)
}
