package cpu

import (
	"sort"

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
	list   plan.BufferID
	active bool
	rowPtr []int32
	index  []int32
	far    int // elements at the far end
	split  bool
	// add is set for the common form buffer[far end] += weight or scalar, which needs no program.
	add   *effect
	src   []T // weights, nil: the scalar
	addTo []T

	tasks, perTask int
	lists          [][]int32
	job            func(worker, task int)
}

func (x *instance[T]) newListRun(p *program[T], o *plan.Run) *listOp[T] {
	l := &listOp[T]{x: x, p: p, list: o.List, active: o.Kernel.Domain == ir.Active}
	l.job = l.task
	if l.active {
		return l
	}
	c := x.plan.Conns[o.Conn]
	l.rowPtr, l.index, l.far = x.m.int[c.RowPtr], x.m.int[c.Index], c.NPost
	if c.ByPost {
		l.far = c.NPre
	}
	l.split = !p.emits && ascending(l.rowPtr, l.index)
	for i := range p.eff {
		l.split = l.split && (p.eff[i].kind != eAccum || p.eff[i].target) && p.eff[i].kind != eScatter
	}
	l.plainAdd(o.Kernel, o)
	return l
}

// ascending reports whether the far end never descends within a row.
func ascending(rowPtr, index []int32) bool {
	for r := 0; r+1 < len(rowPtr); r++ {
		for k := rowPtr[r] + 1; k < rowPtr[r+1]; k++ {
			if index[k] < index[k-1] {
				return false
			}
		}
	}
	return true
}

// plainAdd recognises a single unmasked sum of a weight or of a uniform value.
func (l *listOp[T]) plainAdd(k *ir.Kernel, o *plan.Run) {
	if len(k.Effects) != 1 || len(l.p.eff) != 1 {
		return
	}
	e, v := &l.p.eff[0], k.Effects[0].Value
	if e.kind != eAccum || !e.target || !e.isReal || e.mask != none {
		return
	}
	switch {
	case v.Uniform() && len(l.p.once) == 1 && l.p.once[0].kind == kFill:
	case v.Op == ir.OpLoad && k.Slots[v.Slot].Kind == ir.PerElement:
		l.src = l.x.m.real[o.Bind[v.Slot]]
	default:
		return
	}
	l.add, l.addTo = e, l.x.m.real[e.buf]
}

func (l *listOp[T]) run(step int64) error {
	x := l.x
	spikes := l.spikes()
	if len(spikes) == 0 && !l.p.emits {
		return nil
	}
	l.p.scalars(x.vec, &x.m, step)
	if l.active {
		l.tasks, l.perTask = split(len(spikes), 2*l.p.work(), x.pool.threads())
		if l.p.ordered {
			l.tasks, l.perTask = 1, len(spikes)
		}
	} else {
		work := 0
		for _, s := range spikes {
			if s >= 0 && int(s)+1 < len(l.rowPtr) {
				work += int(l.rowPtr[s+1] - l.rowPtr[s])
			}
		}
		l.tasks = 1
		if l.split && work*l.p.work() >= inlineWork {
			l.tasks = x.pool.threads()
		}
	}
	for len(l.lists) < l.tasks {
		l.lists = append(l.lists, nil)
	}
	if err := x.pool.run(l.tasks, l.job); err != nil {
		return err
	}
	if l.p.emits {
		if err := l.p.collect(&x.m, l.lists[:l.tasks]); err != nil {
			return err
		}
	}
	return x.outcome(l.p)
}

// spikes returns the elements of the list.
func (l *listOp[T]) spikes() []int32 {
	buf := l.x.m.int[l.list]
	n := max(0, min(int(buf[0]), len(buf)-1))
	return buf[1 : 1+n]
}

func (l *listOp[T]) task(worker, task int) {
	w, spikes := l.x.workers[worker], l.spikes()
	w.list = l.lists[task][:0]
	if l.active {
		l.elements(w, spikes[min(task*l.perTask, len(spikes)):min((task+1)*l.perTask, len(spikes))])
	} else {
		l.rows(w, spikes, task)
	}
	l.lists[task] = w.list
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
		p.compute(x.vec, f, &x.m, &b)
		p.effects(x.vec, w, f, &x.m, &b)
		spikes = spikes[b.n:]
	}
}

// rows runs over the synapses of the spikes' rows that end in the task's part of the targets.
func (l *listOp[T]) rows(w *worker[T], spikes []int32, task int) {
	x, p := l.x, l.p
	from, to := int32(l.far*task/l.tasks), int32(l.far*(task+1)/l.tasks)
	var f *frame[T]
	if l.add == nil {
		f = w.frame(p)
		p.fills(f)
	}
	for _, s := range spikes {
		if s < 0 || int(s)+1 >= len(l.rowPtr) {
			continue
		}
		lo, hi := int(l.rowPtr[s]), int(l.rowPtr[s+1])
		if l.tasks > 1 {
			row := l.index[lo:hi]
			hi = lo + sort.Search(len(row), func(k int) bool { return row[k] >= to })
			lo += sort.Search(len(row), func(k int) bool { return row[k] >= from })
		}
		if l.add != nil {
			l.plain(w, lo, hi)
			continue
		}
		b := block{rowPtr: l.rowPtr, row: int(s)}
		for b.lo = lo; b.lo < hi; b.lo += b.n {
			b.n = min(blockLen, hi-b.lo)
			p.point(w, f, &x.m, &b)
			p.compute(x.vec, f, &x.m, &b)
			p.effects(x.vec, w, f, &x.m, &b)
		}
	}
}

// plain adds weights, or one value, to the targets of synapses lo to hi-1.
func (l *listOp[T]) plain(w *worker[T], lo, hi int) {
	base := 0
	if l.add.base >= 0 {
		base = int(l.p.si[l.add.base])
	}
	if base < 0 || base+l.far > len(l.addTo) {
		// Targets beyond the buffer: let the checked form say which.
		f := w.frame(l.p)
		l.p.fills(f)
		for b := (block{lo: lo, rowPtr: l.rowPtr}); b.lo < hi; b.lo += b.n {
			b.n = min(blockLen, hi-b.lo)
			l.p.point(w, f, &l.x.m, &b)
			l.p.compute(l.x.vec, f, &l.x.m, &b)
			l.p.effects(l.x.vec, w, f, &l.x.m, &b)
		}
		return
	}
	dst, index := l.addTo[base:base+l.far], l.index[lo:hi]
	if l.src == nil {
		v := l.p.sr[l.p.once[0].a]
		for _, i := range index {
			dst[i] += v
		}
		return
	}
	for k, v := range l.src[lo:hi] {
		dst[index[k]] += v
	}
}
