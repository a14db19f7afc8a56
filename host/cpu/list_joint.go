package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/plan"
)

// jointLists are operations of one kernel over the spikes of several steps, such as those of each delay, run as one. A thread goes through all of them for
// its part of the targets, so that threads meet once a step and not once a delay. A target's sum has the order that it has one by one.
type jointLists[T real] struct {
	x     *instance[T]
	label string
	parts []*listOp[T]
	now   []*listOp[T] // that have spikes in the step that is run
	job   func(worker, task int)
	// spikes of now, all together.
	spikes int
	// batches: the kernel does more than add, and runs over synapses of all parts together.
	batches bool
}

// join replaces operations that follow each other by one, where that is the same.
func (x *instance[T]) join(ops []operation, src []plan.Op) ([]operation, error) {
	var out []operation
	for i := 0; i < len(ops); {
		if i+1 < len(ops) {
			joint, err := x.joinUpdate(ops[i], ops[i+1], src[i], src[i+1])
			if err != nil {
				return nil, err
			}
			if joint != nil {
				out = append(out, joint)
				i += 2
				continue
			}
		}
		n := 1
		for i+n < len(ops) && x.joins(ops[i], ops[i+n], src[i], src[i+n]) {
			n++
		}
		if n == 1 {
			out = append(out, ops[i])
		} else {
			j := &jointLists[T]{x: x, label: ops[i].name()}
			for _, op := range ops[i : i+n] {
				j.parts = append(j.parts, op.(*kernelOp[T]).body.(*listOp[T]))
			}
			j.job, j.batches = j.task, !j.parts[0].adds()
			out = append(out, j)
		}
		i += n
	}
	return out, nil
}

// joins reports whether two operations are of one kernel, over synapses that are stored, that does nothing but add or that runs over batches.
func (x *instance[T]) joins(a, b operation, src, other plan.Op) bool {
	r, ok := src.(*plan.Run)
	s, ok2 := other.(*plan.Run)
	if !ok || !ok2 || r.Kernel != s.Kernel || r.List != s.List || !slices.Equal(r.Bind, s.Bind) {
		return false
	}
	joinable := func(op operation) *listOp[T] {
		k, ok := op.(*kernelOp[T])
		if !ok || len(k.reduces) > 0 || k.flush != nil {
			return nil
		}
		l, ok := k.body.(*listOp[T])
		if !ok || l.active || l.inOrder || l.drawing != nil || l.p.emits || l.adds() && !l.split || !l.adds() && l.batch == nil {
			return nil
		}
		return l
	}
	l, m := joinable(a), joinable(b)
	if l == nil || m == nil || l.adds() != m.adds() || l.conn.far != m.conn.far || l.conn.byPost != m.conn.byPost {
		return false
	}
	// Where delays have changed, a synapse may be reached in one step by spikes of before and after, and the second sees what the first did.
	return l.adds() || !r.Bounded() && !s.Bounded() && *l.batch == *m.batch && (x.replicas() == 1 || l.p.synapses == m.p.synapses)
}

func (j *jointLists[T]) name() string { return j.label }

func (j *jointLists[T]) changed(buf plan.BufferID) {
	for _, l := range j.parts {
		l.changed(buf)
	}
}

func (j *jointLists[T]) run(step int64) error {
	j.now = j.now[:0]
	spikes, events, ready := 0, 0, true
	for _, l := range j.parts {
		l.spikes = l.due(step)
		if len(l.spikes) == 0 {
			continue
		}
		if !j.batches || len(j.now) == 0 {
			l.p.scalars(j.x.vec, &j.x.m, step)
		}
		ready = ready && (j.batches || l.prepare())
		spikes += len(l.spikes)
		events += l.events(l.spikes)
		j.now = append(j.now, l)
	}
	if len(j.now) == 0 {
		return nil
	}
	if !ready { // they say what is wrong
		for _, l := range j.now {
			if err := l.run(step); err != nil {
				return err
			}
		}
		return nil
	}
	if err := j.x.pack(j.parts); err != nil {
		return err
	}
	first := j.now[0]
	first.share(spikes, events)
	for _, l := range j.now {
		l.tasks, l.divided = first.tasks, first.divided
	}
	j.spikes = spikes
	if err := j.x.pool.run(first.tasks, j.job); err != nil || !j.batches {
		return err
	}
	if err := first.addNoted(); err != nil {
		return err
	}
	return j.x.outcome(first.p)
}

func (j *jointLists[T]) task(worker, task int) {
	w := j.x.workers[worker]
	if j.batches {
		// The programs differ in nothing but the lists that batches are made of.
		first := j.now[0]
		f := first.begin(w, task)
		before := 0
		for _, l := range j.now {
			spikes := l.spikes
			if first.divided {
				spikes = piece(spikes, before, j.spikes, first.tasks, task)
			}
			l.rows(w, f, first, spikes, task)
			before += len(l.spikes)
		}
		first.end(w, f)
		return
	}
	for _, l := range j.now {
		l.rows(w, nil, nil, l.spikes, task)
	}
}
