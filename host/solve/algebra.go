package solve

import "github.com/galvani-sim/galvani/host/ir"

// algebra makes expressions in which nil stands for zero. Its rewrites change at most the sign of a zero and, where a
// factor is zero, the NaN that an infinite other factor would have made; roundings stay as they were.
type algebra struct{ *ir.Builder }

func isZero(e *ir.Expr) bool { return e == nil || e.IsConst(0) }

// zero returns e, or the zero of type t for nil.
func (a algebra) zero(e *ir.Expr, t ir.Type) *ir.Expr {
	switch {
	case e != nil:
		return e
	case t == ir.Int:
		return a.ConstInt(0)
	case t == ir.Bool:
		return a.ConstBool(false)
	}
	return a.Const(0)
}

// expr returns e with nil made explicit, for a Real.
func (a algebra) expr(e *ir.Expr) *ir.Expr { return a.zero(e, ir.Real) }

func (a algebra) add(x, y *ir.Expr) *ir.Expr {
	switch {
	case isZero(x):
		return y
	case isZero(y):
		return x
	case y.Op == ir.OpNeg:
		return a.sub(x, y.Args[0])
	case x.Op == ir.OpNeg:
		return a.sub(y, x.Args[0])
	}
	return a.Op(ir.OpAdd, x, y)
}

func (a algebra) sub(x, y *ir.Expr) *ir.Expr {
	switch {
	case isZero(y):
		return x
	case isZero(x):
		return a.neg(y)
	case y.Op == ir.OpNeg:
		return a.add(x, y.Args[0])
	}
	return a.Op(ir.OpSub, x, y)
}

func (a algebra) neg(x *ir.Expr) *ir.Expr {
	if isZero(x) {
		return nil
	}
	switch x.Op {
	case ir.OpSub:
		return a.Op(ir.OpSub, x.Args[1], x.Args[0])
	case ir.OpMul, ir.OpDiv:
		if x.Args[0].Op == ir.OpConst {
			return a.Op(x.Op, a.Op(ir.OpNeg, x.Args[0]), x.Args[1])
		}
	}
	return a.Op(ir.OpNeg, x)
}

func (a algebra) mul(x, y *ir.Expr) *ir.Expr {
	switch {
	case isZero(x) || isZero(y):
		return nil
	case x.IsConst(-1):
		return a.neg(y)
	case y.IsConst(-1):
		return a.neg(x)
	}
	return a.Op(ir.OpMul, x, y)
}

func (a algebra) div(x, y *ir.Expr) *ir.Expr {
	if isZero(x) {
		return nil
	}
	return a.Op(ir.OpDiv, x, y)
}

// times returns e·c for a constant or expression c, with constants of a product or quotient gathered: (-1/tau)·dt
// becomes -dt/tau. This may change the last bit.
func (a algebra) times(e, c *ir.Expr) *ir.Expr {
	if isZero(e) {
		return nil
	}
	if (e.Op == ir.OpDiv || e.Op == ir.OpMul) && e.Args[0].Op == ir.OpConst {
		return a.Op(e.Op, a.Op(ir.OpMul, e.Args[0], c), e.Args[1])
	}
	if e.Op == ir.OpNeg {
		return a.neg(a.times(e.Args[0], c))
	}
	return a.mul(c, e)
}

func (a algebra) sel(cond, x, y *ir.Expr) *ir.Expr {
	if isZero(x) && isZero(y) {
		return nil
	}
	return a.Select(cond, a.expr(x), a.expr(y))
}
