package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// runOp is a kernel over elements or synapses.
type runOp[T real] struct {
	x        *instance[T]
	p        *program[T]
	from, n  int       // the elements that may change
	out      spikeList // when the program emits
	rowPtr   []int32
	replicas int // that are run one after the other, as synapses are; else 1
	tasks    int
	job      func(worker, task int)
	// lists holds the elements that each task emitted.
	lists []emitted
}

// emitted is what one task emitted. It fills a cache line, since threads write theirs at the same time.
type emitted struct {
	elements []int32
	_        [40]byte
}

// runner is a program with the way it goes through its domain.
type runner interface{ run(step int64) error }

// kernelOp is one plan.Run: a program over the domain's elements and the reductions of an incoming domain.
type kernelOp[T real] struct {
	label   string
	x       *instance[T]
	body    runner
	flush   runner // body, but for subnormal numbers, in some steps; nil: in none
	reduces []*reduceOp[T]
}

func (k *kernelOp[T]) name() string { return k.label }

func (k *kernelOp[T]) changed(buf plan.BufferID) {
	if l, ok := k.body.(*listOp[T]); ok {
		l.changed(buf)
	}
	for _, r := range k.reduces {
		if r.plain != nil {
			r.plain.changed(buf)
		}
	}
}

func (k *kernelOp[T]) run(step int64) error {
	if body := k.body; body != nil {
		if k.flush != nil && step%flushEvery == 0 {
			body = k.flush
		}
		if err := body.run(step); err != nil {
			return err
		}
	}
	for _, r := range k.reduces {
		if err := r.run(step); err != nil {
			return err
		}
	}
	return nil
}

// arrange readies the sums of a kernel that is run in every step, and what its spikes add.
func (k *kernelOp[T]) arrange(o *plan.Run) error {
	if l, ok := k.body.(*listOp[T]); ok {
		l.arrange(o)
	}
	var kept []*reduceOp[T]
	for i, r := range k.reduces {
		if r.plain != nil {
			r.plain.arrange()
		}
		var err error
		if r.created, err = r.byCreation(o, &o.Kernel.Reductions[i]); err != nil {
			return err
		}
		if r.created != nil {
			r.plain = nil
		}
		if n := len(kept); n > 0 && kept[n-1].pair(r) {
			continue
		}
		kept = append(kept, r)
	}
	k.reduces = kept
	return nil
}

func (x *instance[T]) compileRun(o *plan.Run) (*kernelOp[T], error) {
	if err := x.checkBind(o); err != nil {
		return nil, err
	}
	k := o.Kernel
	op := &kernelOp[T]{label: k.Name, x: x}
	var err error
	if len(k.Effects) > 0 {
		if op.body, err = x.compileBody(o); err != nil {
			return nil, err
		}
		if f := x.flushed(o); f != o {
			if op.flush, err = x.compileBody(f); err != nil {
				return nil, err
			}
		}
	}
	for i := range k.Reductions {
		r, err := x.compileReduce(o, &k.Reductions[i])
		if err != nil {
			return nil, err
		}
		op.reduces = append(op.reduces, r)
	}
	return op, nil
}

// compileBody makes the effects of a kernel.
func (x *instance[T]) compileBody(o *plan.Run) (runner, error) {
	k := o.Kernel
	ends, err := x.endsFor(o)
	if err != nil {
		return nil, err
	}
	p, err := x.compileBatching(o, ends)
	if p == nil && err == nil {
		p, err = compileKernel[T](k, o, x.plan, x.random(), ends, x.fixed(o), false)
	}
	if err != nil {
		return nil, err
	}
	if !x.initial { // what runs once is not worth the making
		p.makeStages(x.set, x.m.isShort)
	}
	if k.Domain == ir.Spiking || k.Domain == ir.Active {
		return x.newListRun(p, o)
	}
	return x.newRun(p, o)
}

// endsFor is the connection that tells a kernel where its synapses begin and end, nil where it does not ask.
func (x *instance[T]) endsFor(o *plan.Run) (*connection, error) {
	k := o.Kernel
	drawn := k.Domain == ir.Spiking && o.Conn >= 0 && o.Conn < len(x.plan.Conns) && x.plan.Conns[o.Conn].Drawn != nil
	if !drawn && (k.Domain != ir.Synapses || !k.NamesEnds()) {
		return nil, nil
	}
	c, err := x.connection(o.Conn)
	if err == nil && !drawn {
		err = x.ends(c)
	}
	return c, err
}

// checkBind reports slots whose buffers do not fit them. Plans are verified; this keeps a mistake there from becoming a crash.
func (x *instance[T]) checkBind(o *plan.Run) error {
	k := o.Kernel
	if len(o.Bind) != len(k.Slots) {
		return fmt.Errorf("kernel %q has %d slots, but %d buffers are bound", k.Name, len(k.Slots), len(o.Bind))
	}
	n := o.N
	switch k.Domain {
	case ir.Synapses, ir.Incoming, ir.Spiking:
		if o.Conn < 0 || o.Conn >= len(x.plan.Conns) {
			return fmt.Errorf("kernel %q needs a connection", k.Name)
		}
		c, err := x.connection(o.Conn)
		switch {
		case err != nil:
			return err
		case k.Domain != ir.Incoming:
			n = c.index.Len()
			switch {
			case c.syn != nil:
				n = c.maxSyn + 1
			case c.drawn != nil:
				n = 0 // values of synapses are computed
			}
		case n != c.rows:
			return fmt.Errorf("kernel %q sums rows for %d elements, but connection %q has %d rows", k.Name, n, c.name, c.rows)
		}
	}
	if k.Domain == ir.Spiking || k.Domain == ir.Active {
		l, err := x.spikeList(fmt.Sprintf("kernel %q", k.Name), o.List)
		if err != nil {
			return err
		}
		if o.Lag < 0 || int64(o.Lag) >= l.rows {
			return fmt.Errorf("kernel %q reads the spikes of %d steps ago from a list kept for %d", k.Name, o.Lag, l.rows)
		}
	}
	for i, s := range k.Slots {
		b := o.Bind[i]
		if b < 0 || int(b) >= len(x.plan.Buffers) {
			return fmt.Errorf("kernel %q: slot %q is bound to no buffer", k.Name, s.Name)
		}
		have := x.plan.Buffers[b]
		if (have.Type == ir.Real) != (s.Type == ir.Real) {
			return fmt.Errorf("kernel %q: slot %q is %v, but its buffer is %v", k.Name, s.Name, s.Type, have.Type)
		}
		if need := n; s.Kind == ir.Scalar && have.Len < 1 || s.Kind == ir.PerElement && k.Domain != ir.Incoming && have.Len < need {
			return fmt.Errorf("kernel %q: slot %q needs %d elements, but its buffer has %d", k.Name, s.Name, need, have.Len)
		}
	}
	return nil
}

// emittedTo returns the list that the kernel's program emits to.
func (x *instance[T]) emittedTo(p *program[T]) (spikeList, error) {
	if !p.emits {
		return spikeList{}, nil
	}
	for _, e := range p.eff {
		if e.kind == eEmit {
			return x.spikeList(fmt.Sprintf("kernel %q", p.name), plan.BufferID(e.buf))
		}
	}
	return spikeList{}, fmt.Errorf("kernel %q: internal error: no list to emit to", p.name)
}

func (x *instance[T]) newRun(p *program[T], o *plan.Run) (*runOp[T], error) {
	r := &runOp[T]{x: x, p: p, n: o.N * x.replicas(), replicas: 1}
	if x.replicas() == 1 {
		from, to := o.Kernel.Span(int32(o.N))
		r.from, r.n = int(from), int(to-from)
	}
	var err error
	if r.out, err = x.emittedTo(p); err != nil {
		return nil, err
	}
	if o.Conn >= 0 && o.Kernel.Domain == ir.Synapses {
		c := x.plan.Conns[o.Conn]
		r.n, r.replicas = c.N, x.replicas()
		if !c.Listed {
			r.rowPtr = x.m.int[c.RowPtr]
		}
	}
	threads := x.pool.threads()
	if p.ordered {
		threads = 1
	}
	r.tasks = split(r.n, p.work(), threads)
	r.lists = make([]emitted, r.tasks*r.replicas)
	r.job = r.task
	return r, nil
}

// replicas is the number of networks that the plan runs side by side.
func (x *instance[T]) replicas() int { return max(1, x.plan.Replicas) }

// work estimates the cost of one element in simple operations.
func (p *program[T]) work() int {
	w, drawn := len(p.eff), 0
	for _, in := range p.body {
		switch in.kind {
		case kUnary:
			switch ir.Op(in.f) {
			case ir.OpNeg, ir.OpAbs, ir.OpSign, ir.OpSqrt, ir.OpFloor, ir.OpCeil, ir.OpLoad:
				w++
			default:
				w += 12
			}
		case kUniform:
			drawn += 8
		case kGather, kGatherInt:
			w += 8
		case kNormal, kExponential, kPoisson, kGamma:
			drawn += 40
		default:
			w++
		}
	}
	if p.whole != nil {
		w /= 4 // values stay in registers
	}
	return max(w+drawn, 1)
}

func (r *runOp[T]) run(step int64) error {
	x := r.x
	if r.n == 0 && !r.p.emits && len(r.p.scalar) == 0 {
		return nil
	}
	r.p.scalars(x.vec, &x.m, step)
	if r.tasks*r.replicas == 1 {
		r.task(0, 0)
	} else if err := x.pool.run(r.tasks*r.replicas, r.job); err != nil {
		return err
	}
	if r.p.emits {
		if err := r.p.collect(r.out.row(step), r.lists); err != nil {
			return err
		}
	}
	r.p.finish(&x.m)
	return x.outcome(r.p)
}

// task runs the program over one part of the domain.
func (r *runOp[T]) task(worker, task int) {
	w := r.x.workers[worker]
	replica := task / r.tasks
	part := task % r.tasks
	lo, hi := r.from+cut(r.n, r.tasks, part), r.from+cut(r.n, r.tasks, part+1)
	w.list = r.lists[task].elements[:0]
	r.x.span(r.p, w, &block{lo: lo, n: hi - lo, rowPtr: r.rowPtr, replica: replica, shift: replica * r.p.synapses})
	r.lists[task].elements = w.list
	w.list = nil
}

// span runs the program over the elements of a block of any length.
func (x *instance[T]) span(p *program[T], w *worker[T], b *block) {
	if p.whole != nil && p.runWhole(w, &x.m, b) {
		return
	}
	f := w.frame(p)
	p.fills(f)
	end := b.lo + b.n
	for b.lo < end {
		b.n = min(blockLen, end-b.lo)
		p.point(w, f, &x.m, b)
		p.compute(x.vec, w, f, &x.m, b)
		if p.result != none {
			p.take(w, f.rv[p.result][:b.n], b.lo)
		}
		p.effects(x.vec, w, f, &x.m, b)
		b.lo += b.n
	}
}

// take adds the results of synapses lo, lo+1, ... to the sums of their rows, or keeps them.
func (p *program[T]) take(w *worker[T], v []T, lo int) {
	if p.adds {
		addRows(p.sums, p.rows, lo, v)
	} else {
		copy(w.results[lo-w.resultsAt:], v)
	}
}

// collect writes the elements that tasks emitted, ascending, to a row of the spike list: their number, then the elements.
func (p *program[T]) collect(dst []int32, lists []emitted) error {
	n := 0
	for i := range lists {
		l := lists[i].elements
		if 1+n+len(l) > len(dst) {
			return fmt.Errorf("kernel %q emits more than the %d elements that its list can hold", p.name, len(dst)-1)
		}
		copy(dst[1+n:], l)
		n += len(l)
	}
	dst[0] = int32(n)
	return nil
}

// outcome merges what the workers found. The first fault is that of the first check, and in it of the lowest element.
func (x *instance[T]) outcome(p *program[T]) error {
	var first found
	for _, w := range x.workers {
		if w.err != nil {
			err := w.err
			w.err = nil
			return err
		}
		if w.fault.hit {
			first.add(w.fault.check, w.fault.element, w.fault.value)
			w.fault = found{}
		}
	}
	if !first.hit {
		return nil
	}
	return &numericFault{variable: p.checks[first.check], element: first.element, value: first.value}
}

// numericFault is a fault before the instance adds the time.
type numericFault struct {
	variable string
	element  int
	value    float64
}

func (f *numericFault) Error() string {
	return fmt.Sprintf("%s[%d] became %v", f.variable, f.element, f.value)
}
