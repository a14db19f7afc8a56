package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// States that decay without input end among the subnormal numbers, some hundred time constants later, and never leave them: the least of them
// times 0.98 is rounded to itself. Processors take up to a hundred times as long for such a number. So in every step whose number is a multiple of
// flushEvery, what an update stores is 0 where it is subnormal. (OpenGL leaves that to the device, and devices do it in every step.)

// flushEvery is large enough for the additional comparisons to cost nothing, and small next to the time that decaying so far takes.
const flushEvery = 256

// flushed is the run with that done, for variables that can decay to 0; the run itself where there are none.
func (x *instance[T]) flushed(o *plan.Run) *plan.Run {
	k := o.Kernel
	if k.Domain != ir.Elements && k.Domain != ir.Synapses || x.initial {
		return o
	}
	d := decays{plan: x.plan, run: o, known: map[*ir.Expr]bool{}}
	at := make([]bool, len(k.Effects))
	for i, e := range k.Effects {
		itself := func(v *ir.Expr) bool { return v.Op == ir.OpLoad && o.Bind[v.Slot] == o.Bind[e.Slot] }
		at[i] = e.Kind == ir.Store && e.Value.Type == ir.Real && x.plan.Buffers[o.Bind[e.Slot]].Role == plan.State &&
			e.Value.Op != ir.OpLoad && d.toZero(e.Value) && ir.Any(e.Value, itself)
	}
	if !slices.Contains(at, true) {
		return o
	}
	b := ir.NewBuilder()
	for _, s := range k.Slots {
		b.Slot(s)
	}
	changed := *k
	changed.Effects = nil
	same := func(e *ir.Expr) *ir.Expr {
		if e == nil {
			return nil
		}
		return b.Copy(e, nil, nil)
	}
	for i, e := range k.Effects {
		e.Index, e.Value, e.Mask = same(e.Index), same(e.Value), same(e.Mask)
		if at[i] {
			none := b.Op(ir.OpMul, e.Value, b.Const(0)) // 0 with the sign
			e.Value = b.Select(b.Op(ir.OpLt, b.Op(ir.OpAbs, e.Value), b.Const(leastNormal[T]())), none, e.Value)
		}
		changed.Effects = append(changed.Effects, e)
	}
	run := *o
	run.Kernel = &changed
	return &run
}

// leastNormal is the least number that is not subnormal.
func leastNormal[T real]() float64 {
	if wide[T]() {
		return 0x1p-1022
	}
	return 0x1p-126
}

// decays tells which expressions are 0 when all states are.
type decays struct {
	plan  *plan.Plan
	run   *plan.Run
	known map[*ir.Expr]bool
}

func (d *decays) toZero(e *ir.Expr) bool {
	if e.Type != ir.Real {
		return false
	}
	v, ok := d.known[e]
	if ok {
		return v
	}
	a := e.Args
	switch e.Op {
	case ir.OpLoad:
		v = d.plan.Buffers[d.run.Bind[e.Slot]].Role == plan.State
	case ir.OpConst:
		v = e.Value == 0
	case ir.OpMul:
		v = d.toZero(a[0]) || d.toZero(a[1])
	case ir.OpAdd, ir.OpSub:
		v = d.toZero(a[0]) && d.toZero(a[1])
	case ir.OpNeg, ir.OpDiv:
		v = d.toZero(a[0])
	case ir.OpSelect:
		v = d.toZero(a[1]) && d.toZero(a[2])
	}
	d.known[e] = v
	return v
}
