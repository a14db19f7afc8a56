package cpu

import (
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// fixedLimit is the largest domain for which values are kept; beyond it reading them back takes memory that the plan did not count, and
// about as long as computing them.
const fixedLimit = 1 << 20

// fixed gives a compiler the means to keep values that depend on nothing but the element's index, such as coordinates on a
// grid. They are computed here, once, into a buffer behind those of the plan, and are read like a variable that never changes.
func (x *instance[T]) fixed(o *plan.Run) func(*ir.Expr) (buf int, ok bool) {
	if x.initial || x.replicas() > 1 || o.Kernel.Domain != ir.Elements || o.N == 0 || o.N > fixedLimit {
		return nil
	}
	known := make(map[*ir.Expr]bool)
	return func(e *ir.Expr) (int, bool) {
		if !isReal(e) || !indexOnly(e, known) {
			return 0, false
		}
		buf := len(x.m.real)
		x.m.real, x.m.int = append(x.m.real, make([]T, o.N)), append(x.m.int, nil)
		k := &ir.Kernel{
			Name: o.Kernel.Name, Slots: []ir.Slot{{Name: "fixed", Type: ir.Real, Kind: ir.PerElement, Access: ir.Write}},
			Effects: []ir.Effect{{Kind: ir.Store, Slot: 0, Value: e}},
		}
		run := &plan.Run{Kernel: k, Bind: []plan.BufferID{plan.BufferID(buf)}, N: o.N, Conn: -1}
		p, err := compileKernel[T](k, run, x.plan, x.random(), nil, nil, false)
		if err == nil {
			var r *runOp[T]
			if r, err = x.newRun(p, run); err == nil {
				err = r.run(0)
			}
		}
		if err != nil { // the caller compiles the expression itself and reports what is wrong with it
			x.m.real, x.m.int = x.m.real[:buf], x.m.int[:buf]
		}
		return buf, err == nil
	}
}

// indexOnly reports whether e is made of the element's index and constants.
func indexOnly(e *ir.Expr, known map[*ir.Expr]bool) bool {
	if v, ok := known[e]; ok {
		return v
	}
	v := true
	switch e.Op {
	case ir.OpConst, ir.OpCount, ir.OpElem:
	case ir.OpLoad, ir.OpStep, ir.OpTime, ir.OpPre, ir.OpPost, ir.OpUniform, ir.OpNormal, ir.OpExponential, ir.OpPoisson, ir.OpGamma:
		v = false
	default:
		v = len(e.Args) > 0
		for _, a := range e.Args {
			v = v && indexOnly(a, known)
		}
	}
	known[e] = v
	return v
}
