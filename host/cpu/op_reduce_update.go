package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// updatingSum is a sum in order of creation and the update of the same synapses that follows it, in one pass. Where a thread does both, it adds
// as it goes. Threads that share the work have a part of the synapses each, in every step the same, which stays in their caches; the first adds, the
// others keep their values and add them one thread after the other, so that each sum has its order.
type updatingSum[T real] struct {
	sum, update *kernelOp[T]
	last        *creationSum[T] // of the sums of the kernel
	p           *program[T]     // its values, and the update
	parts       int
	values      []T         // of all parts; nil where a thread does both, or one after the other
	keeping     *program[T] // p without additions, where there are values
	turn        int         // the part whose values are added
	// Closures that are made once.
	aloneJob, partJob, addJob func(worker, task int)
}

// joinUpdate returns the joint operation, nil where there is none.
func (x *instance[T]) joinUpdate(a, b operation, src, other plan.Op) (operation, error) {
	o, ok := src.(*plan.Run)
	update, ok2 := other.(*plan.Run)
	s, ok3 := a.(*kernelOp[T])
	u, ok4 := b.(*kernelOp[T])
	if !ok || !ok2 || !ok3 || !ok4 || update.Kernel.Domain != ir.Synapses || len(s.reduces) == 0 || s.body != nil {
		return nil, nil
	}
	last := s.reduces[len(s.reduces)-1].created
	body, ok := u.body.(*runOp[T])
	if !ok || last == nil || body.p.whole == nil || body.p.emits || body.p.ordered || len(body.p.scalar) > 0 || body.n != last.to.Len() {
		return nil, nil
	}
	red := &o.Kernel.Reductions[len(o.Kernel.Reductions)-1]
	if ir.Any(red.Value, func(e *ir.Expr) bool { return e.Op >= ir.OpUniform && e.Op <= ir.OpGamma }) {
		return nil, nil
	}
	j := &updatingSum[T]{sum: s, update: u, last: last}
	var err error
	if j.p, err = x.compileUpdatingSum(o, red, update, last.r.conn); err != nil {
		return nil, err
	}
	// Reads from anywhere would wait for what has just been added.
	gathers := slices.ContainsFunc(j.p.body, func(in instr) bool { return in.kind == kGather })
	if last.segments == nil && !gathers {
		j.p.adds, j.p.sums, j.p.rows = true, last.sums, last.to
	}
	if j.p.makeStages(x.set, x.m.isShort); j.p.whole == nil {
		return nil, nil
	}
	if j.parts = min(body.tasks, x.pool.threads()); j.parts == 2 || j.parts > 2 && last.parts == 1 {
		j.values, j.keeping = make([]T, body.n), j.p
		if j.p.adds {
			if j.keeping, err = x.compileUpdatingSum(o, red, update, last.r.conn); err != nil {
				return nil, err
			}
			j.keeping.makeStages(x.set, x.m.isShort)
		}
	}
	j.aloneJob, j.partJob, j.addJob = j.alone, j.part, j.add
	return j, nil
}

func (j *updatingSum[T]) alone(worker, _ int) {
	j.last.through(j.sum.x.workers[worker], j.p, 0, j.last.to.Len(), j.last.few)
}

// part does a part of the synapses.
func (j *updatingSum[T]) part(worker, part int) {
	w, n := j.sum.x.workers[worker], j.last.to.Len()
	lo, hi := cut(n, j.parts, part), cut(n, j.parts, part+1)
	if part == 0 {
		j.last.through(w, j.p, lo, hi, j.last.few)
	} else {
		j.last.fill(w, j.keeping, lo, j.values[lo:hi])
	}
}

// add adds the values of the part whose turn it is.
func (j *updatingSum[T]) add(_, part int) {
	if part == j.turn {
		n := j.last.to.Len()
		lo, hi := cut(n, j.parts, part), cut(n, j.parts, part+1)
		j.last.put(lo, j.values[lo:hi])
	}
}

// compileUpdatingSum compiles the value of a reduction, in order of creation, and behind it the effects of an update of the same synapses.
func (x *instance[T]) compileUpdatingSum(o *plan.Run, red *ir.Reduction, update *plan.Run, sum *connection) (*program[T], error) {
	ends, err := x.endsFor(update)
	if err != nil {
		return nil, err
	}
	c := newCompiler[T](update.Kernel, update, x.plan, x.random())
	c.space, c.count = synapseSpace, update.N
	c.k, c.bind, c.conn, c.ends = o.Kernel, o.Bind, x.plan.Conns[o.Conn], sum
	c.countUses(red.Value)
	// A copy, since the update may store over what the value is.
	value := c.emit(instr{kind: kUnary, f: uint8(ir.OpLoad), a: int32(c.vector(red.Value))}, true)
	c.p.result, c.p.resultReal = int32(value), true
	c.k, c.bind, c.conn, c.ends = update.Kernel, update.Bind, x.plan.Conns[update.Conn], ends
	c.effects()
	return c.finish()
}

func (j *updatingSum[T]) name() string { return j.sum.label }

func (j *updatingSum[T]) changed(buf plan.BufferID) {
	j.sum.changed(buf)
	j.update.changed(buf)
}

func (j *updatingSum[T]) run(step int64) error {
	x := j.sum.x
	body := j.update.body.(*runOp[T])
	shared := !x.pool.pace.alone && (j.last.parts > 1 || body.tasks > 1)
	if shared && j.values == nil || j.update.flush != nil && step%flushEvery == 0 {
		if err := j.sum.run(step); err != nil {
			return err
		}
		return j.update.run(step)
	}
	for _, r := range j.sum.reduces[:len(j.sum.reduces)-1] {
		if err := r.run(step); err != nil {
			return err
		}
	}
	j.p.scalars(x.vec, &x.m, step)
	clear(j.last.sums)
	if err := j.all(shared, step); err != nil {
		return err
	}
	j.last.deliver()
	return x.outcome(j.p)
}

func (j *updatingSum[T]) all(shared bool, step int64) error {
	x := j.sum.x
	if !shared {
		return x.pool.run(1, j.aloneJob)
	}
	j.keeping.scalars(x.vec, &x.m, step)
	if err := x.pool.run(j.parts, j.partJob); err != nil {
		return err
	}
	// Each thread has the task of its part again.
	for j.turn = 1; j.turn < j.parts; j.turn++ {
		if err := x.pool.run(j.parts, j.addJob); err != nil {
			return err
		}
	}
	return nil
}
