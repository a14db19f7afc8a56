package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// updatingSum is a sum in order of creation and the update of the same synapses that follows it: one thread goes through them once for both. Threads
// that share the work do one after the other.
type updatingSum[T real] struct {
	sum, update *kernelOp[T]
	last        *creationSum[T] // of the sums of the kernel
	p           *program[T]     // its values, and the update
	job         func(worker, task int)
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
	p, err := x.compileUpdatingSum(o, red, update, last.r.conn)
	if err != nil {
		return nil, err
	}
	// Reads from anywhere would wait for what has just been added.
	gathers := slices.ContainsFunc(p.body, func(in instr) bool { return in.kind == kGather })
	if last.segments == nil && !gathers {
		p.adds, p.sums, p.rows = true, last.sums, last.to
	}
	if p.makeStages(x.set, x.m.isShort); p.whole == nil {
		return nil, nil
	}
	j.p = p
	j.job = func(worker, _ int) {
		last.through(x.workers[worker], p, 0, body.n, last.few)
	}
	return j, nil
}

// compileUpdatingSum compiles the value of a reduction, in order of creation, and behind it the effects of an update of the same synapses.
func (x *instance[T]) compileUpdatingSum(o *plan.Run, red *ir.Reduction, update *plan.Run, sum *connection) (*program[T], error) {
	var ends *connection
	if namesEnds(update.Kernel) {
		c, err := x.connection(update.Conn)
		if err == nil {
			err = x.ends(c)
		}
		if err != nil {
			return nil, err
		}
		ends = c
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
	if shared || j.update.flush != nil && step%flushEvery == 0 {
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
	if err := x.pool.run(1, j.job); err != nil {
		return err
	}
	j.last.deliver()
	return x.outcome(j.p)
}
