package lower

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Initial lowers an expression that sets v before the run. A constant comes back as fill with a nil kernel.
// side holds the meaning of the expression's names: the model itself, or what check.CheckExpr returned.
func Initial(in Input, v *check.Variable, e syntax.Expr, side *check.Model, what string) (k *ir.Kernel, fill float64, err error) {
	defer recoverDefect(&err, in.Object)
	s := newScope(in, in.Object+"/"+what, v.Shared)
	s.model = side
	s.value = func(w *check.Variable) *ir.Expr { return s.current(w) }
	x := as(s.b, s.expr(e), irType(v.Type.Kind))
	if x.Op == ir.OpConst {
		return nil, x.Value, nil
	}
	s.store(v.Name, v, x)
	return s.kernel(in.Object + " " + what), 0, nil
}

// SynapseInitial makes the kernel that sets a synaptic variable from an expression of i, j and the variables of both ends. A constant
// comes back as fill.
func SynapseInitial(in SynapseInput, v *check.Variable, e syntax.Expr, side *check.Model, what string) (k *ir.Kernel, fill float64, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, what)
	s.model = side
	x := as(s.b, s.expr(e), irType(v.Type.Kind))
	if x.Op == ir.OpConst {
		return nil, x.Value, nil
	}
	s.store(v.Name, v, x)
	k = s.kernel(in.Object + " " + what)
	if !v.Shared {
		k.Domain = ir.Synapses
	}
	return k, 0, nil
}
