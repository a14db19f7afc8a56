package solve

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
)

// Diff returns the derivative of the Real expression e with respect to the leaf x. Functions with jumps or kinks (floor,
// abs, min, conditions, table lookups) have the derivative that holds between these points. The error names an
// operation without a derivative: a random draw whose distribution depends on x.
func Diff(b *ir.Builder, e, x *ir.Expr) (*ir.Expr, error) {
	d := &differ{algebra: algebra{b}, x: x, memo: make(map[*ir.Expr]*ir.Expr)}
	r := d.of(e)
	if d.err != nil {
		return nil, d.err
	}
	return d.expr(r), nil
}

type differ struct {
	algebra
	x    *ir.Expr
	memo map[*ir.Expr]*ir.Expr
	err  error
}

// of returns the derivative of e, nil for zero.
func (d *differ) of(e *ir.Expr) *ir.Expr {
	if e == d.x {
		return d.Const(1)
	}
	if len(e.Args) == 0 {
		return nil
	}
	if r, ok := d.memo[e]; ok {
		return r
	}
	r := d.compute(e)
	d.memo[e] = r
	return r
}

func (d *differ) compute(e *ir.Expr) *ir.Expr {
	switch e.Op {
	case ir.OpGamma, ir.OpPoisson:
		if ir.DependsOn(e.Args[0], d.x) && d.err == nil {
			d.err = fmt.Errorf("the random draw %v(...) has no derivative with respect to its parameter", e.Op)
		}
		return nil
	}
	if e.Type != ir.Real || e.Op == ir.OpLoad {
		for _, a := range e.Args {
			d.of(a) // for its errors
		}
		return nil
	}
	u := e.Args[0]
	var v *ir.Expr
	if len(e.Args) > 1 {
		v = e.Args[1]
	}
	switch e.Op {
	case ir.OpSelect:
		d.of(u)
		return d.sel(u, d.of(v), d.of(e.Args[2]))
	case ir.OpAdd:
		return d.add(d.of(u), d.of(v))
	case ir.OpSub:
		return d.sub(d.of(u), d.of(v))
	case ir.OpMul:
		return d.add(d.mul(d.of(u), v), d.mul(u, d.of(v)))
	case ir.OpDiv: // (u' - e·v')/v
		return d.div(d.sub(d.of(u), d.mul(e, d.of(v))), v)
	case ir.OpNeg:
		return d.neg(d.of(u))
	case ir.OpMin:
		return d.sel(d.Op(ir.OpLt, v, u), d.of(v), d.of(u))
	case ir.OpMax:
		return d.sel(d.Op(ir.OpLt, u, v), d.of(v), d.of(u))
	case ir.OpMod: // u - v·floor(u/v)
		return d.sub(d.of(u), d.mul(d.Op(ir.OpFloorDiv, u, v), d.of(v)))
	case ir.OpPow:
		return d.power(e, u, v)
	}
	du := d.of(u)
	if du == nil {
		return nil
	}
	return d.mul(d.outer(e, u), du)
}

// power is the derivative of u**v. Where v is constant it has no logarithm, so that negative u are right.
func (d *differ) power(e, u, v *ir.Expr) *ir.Expr {
	var sum *ir.Expr
	if du := d.of(u); du != nil {
		rest := d.Op(ir.OpPow, u, d.Op(ir.OpSub, v, d.Const(1)))
		if v.IsConst(2) {
			rest = u
		}
		sum = d.mul(d.mul(v, rest), du)
	}
	if dv := d.of(v); dv != nil {
		sum = d.add(sum, d.mul(d.mul(e, d.Op(ir.OpLog, u)), dv))
	}
	return sum
}

// outer is the derivative of the function of one argument e = f(u) with respect to u, nil for zero.
func (d *differ) outer(e, u *ir.Expr) *ir.Expr {
	one := d.Const(1)
	square := func(x *ir.Expr) *ir.Expr { return d.Op(ir.OpMul, x, x) }
	inv := func(x *ir.Expr) *ir.Expr { return d.Op(ir.OpDiv, one, x) }
	switch e.Op {
	case ir.OpAbs:
		return d.Op(ir.OpSign, u)
	case ir.OpSqrt:
		return d.Op(ir.OpDiv, d.Const(0.5), e)
	case ir.OpExp:
		return e
	case ir.OpExpm1:
		return d.Op(ir.OpExp, u)
	case ir.OpExprel:
		return d.exprelPrime(e, u)
	case ir.OpLog:
		return inv(u)
	case ir.OpLog10:
		return inv(d.Op(ir.OpMul, u, d.Op(ir.OpLog, d.Const(10))))
	case ir.OpLog1p:
		return inv(d.Op(ir.OpAdd, one, u))
	case ir.OpSin:
		return d.Op(ir.OpCos, u)
	case ir.OpCos:
		return d.neg(d.Op(ir.OpSin, u))
	case ir.OpTan:
		return d.Op(ir.OpAdd, one, square(e))
	case ir.OpSinh:
		return d.Op(ir.OpCosh, u)
	case ir.OpCosh:
		return d.Op(ir.OpSinh, u)
	case ir.OpTanh:
		return d.Op(ir.OpSub, one, square(e))
	case ir.OpArcsin:
		return inv(d.Op(ir.OpSqrt, d.Op(ir.OpSub, one, square(u))))
	case ir.OpArccos:
		return d.neg(inv(d.Op(ir.OpSqrt, d.Op(ir.OpSub, one, square(u)))))
	case ir.OpArctan:
		return inv(d.Op(ir.OpAdd, one, square(u)))
	}
	return nil // sign, floor, ceil, floordiv
}

// exprelPrime is (exp(u) - exprel(u))/u, and near zero, where that cancels, its series Σ k·u^(k-1)/(k+1)!.
func (d *differ) exprelPrime(e, u *ir.Expr) *ir.Expr {
	const terms = 14 // the 15th is below 1e-16 of the sum for |u| <= 1/2
	coef := make([]float64, terms+1)
	factorial := 1.0
	for k := 1; k <= terms; k++ {
		factorial *= float64(k + 1)
		coef[k] = float64(k) / factorial
	}
	series := d.Const(coef[terms])
	for k := terms - 1; k >= 1; k-- {
		series = d.Op(ir.OpAdd, d.Const(coef[k]), d.Op(ir.OpMul, u, series))
	}
	far := d.Op(ir.OpDiv, d.Op(ir.OpSub, d.Op(ir.OpExp, u), e), u)
	return d.Select(d.Op(ir.OpLt, d.Op(ir.OpAbs, u), d.Const(0.5)), series, far)
}
