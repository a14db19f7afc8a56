package solve

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// linearForm is Σ coef[k]·x[k] + rest, where no part contains any x. Nil means zero.
type linearForm struct {
	coef []*ir.Expr
	rest *ir.Expr
	free bool // the expression contains no x; rest is the expression itself
}

func (l linearForm) constant() bool {
	return !slices.ContainsFunc(l.coef, func(c *ir.Expr) bool { return !isZero(c) })
}

// linearizer finds the linear form of expressions in the leaves x.
type linearizer struct {
	algebra
	x []*ir.Expr
	// freeze takes functions of x for constants. Their values are those at the old x.
	freeze bool
	// called are results of functions, which are taken for constants as a whole.
	called map[*ir.Expr]bool
	memo   map[*ir.Expr]*linearForm
	why    map[*ir.Expr]*ir.Expr // for expressions that are not linear, the operation that is the reason
}

func newLinearizer(b *ir.Builder, x []*ir.Expr) *linearizer {
	return &linearizer{algebra: algebra{b}, x: x, memo: make(map[*ir.Expr]*linearForm), why: make(map[*ir.Expr]*ir.Expr)}
}

// form returns nil when e is not linear in x; why then holds the reason.
func (l *linearizer) form(e *ir.Expr) *linearForm {
	if f, ok := l.memo[e]; ok {
		return f
	}
	f := l.compute(e)
	if f == nil && l.why[e] == nil {
		l.why[e] = e
	}
	l.memo[e] = f
	return f
}

func (l *linearizer) compute(e *ir.Expr) *linearForm {
	n := len(l.x)
	if k := slices.Index(l.x, e); k >= 0 {
		f := &linearForm{coef: make([]*ir.Expr, n)}
		f.coef[k] = l.Const(1)
		return f
	}
	if l.called[e] {
		return &linearForm{coef: make([]*ir.Expr, n), rest: e, free: true}
	}
	if !l.freeze || !freezable(e.Op) || !l.depends(e) {
		return l.linear(e)
	}
	if e.Op == ir.OpSelect && !l.depends(e.Args[0]) {
		if f := l.linear(e); f != nil {
			return f
		}
	}
	return &linearForm{coef: make([]*ir.Expr, n), rest: e}
}

func (l *linearizer) depends(e *ir.Expr) bool {
	return slices.ContainsFunc(l.x, func(x *ir.Expr) bool { return ir.DependsOn(e, x) })
}

// freezable reports whether an operation is a function, which is frozen as a whole, rather than a part of a polynomial.
func freezable(op ir.Op) bool {
	switch op {
	case ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpNeg, ir.OpDiv, ir.OpPow, ir.OpSqrt, ir.OpLoad:
		return false
	}
	return true
}

// linear takes an operation apart.
func (l *linearizer) linear(e *ir.Expr) *linearForm {
	n := len(l.x)
	args := make([]*linearForm, len(e.Args))
	free, constant := true, true
	for i, a := range e.Args {
		if args[i] = l.form(a); args[i] == nil {
			l.why[e] = l.why[a]
			return nil
		}
		free = free && args[i].free
		constant = constant && args[i].constant()
	}
	if free {
		return &linearForm{coef: make([]*ir.Expr, n), rest: e, free: true}
	}
	both := func(op func(x, y *ir.Expr) *ir.Expr, p, q *linearForm) *linearForm {
		f := &linearForm{coef: make([]*ir.Expr, n), rest: op(p.rest, q.rest)}
		for k := range f.coef {
			f.coef[k] = op(p.coef[k], q.coef[k])
		}
		return f
	}
	each := func(op func(x *ir.Expr) *ir.Expr, p *linearForm) *linearForm {
		f := &linearForm{coef: make([]*ir.Expr, n), rest: op(p.rest)}
		for k := range f.coef {
			f.coef[k] = op(p.coef[k])
		}
		return f
	}
	switch e.Op {
	case ir.OpAdd:
		return both(l.add, args[0], args[1])
	case ir.OpSub:
		return both(l.sub, args[0], args[1])
	case ir.OpNeg:
		return each(l.neg, args[0])
	case ir.OpMul:
		if args[0].constant() {
			return each(func(x *ir.Expr) *ir.Expr { return l.mul(args[0].rest, x) }, args[1])
		}
		if args[1].constant() {
			return each(func(x *ir.Expr) *ir.Expr { return l.mul(x, args[1].rest) }, args[0])
		}
	case ir.OpDiv:
		if args[1].constant() {
			d := l.zero(args[1].rest, ir.Real)
			return each(func(x *ir.Expr) *ir.Expr { return l.div(x, d) }, args[0])
		}
	case ir.OpSelect:
		if args[0].constant() {
			return both(func(x, y *ir.Expr) *ir.Expr { return l.sel(l.zero(args[0].rest, ir.Bool), x, y) }, args[1], args[2])
		}
	}
	if constant && e.Op != ir.OpLoad && e.Op != ir.OpPoisson && e.Op != ir.OpGamma {
		// every x cancelled below, as in exp(x-x)
		rest := make([]*ir.Expr, len(args))
		for i, a := range args {
			rest[i] = l.zero(a.rest, e.Args[i].Type)
		}
		return &linearForm{coef: make([]*ir.Expr, n), rest: l.Op(e.Op, rest...)}
	}
	return nil
}

// Linear writes e as A·x + B, with neither A nor B containing x. The form of e is kept as far as possible:
// (g-(v-El))/tau in v gives A = -1/tau and B = (g+El)/tau. ok is false when e is not linear in x as it is written;
// no products are expanded to find out.
func Linear(b *ir.Builder, e, x *ir.Expr) (A, B *ir.Expr, ok bool) {
	l := newLinearizer(b, []*ir.Expr{x})
	f := l.form(e)
	if f == nil {
		return nil, nil, false
	}
	return l.expr(f.coef[0]), l.expr(f.rest), true
}

// whyNot explains, in terms of the variables' names, why form(e) failed.
func (l *linearizer) whyNot(e *ir.Expr, names []string) string {
	in := func(e *ir.Expr) []string {
		var found []string
		for k, x := range l.x {
			if ir.DependsOn(e, x) {
				found = append(found, names[k])
			}
		}
		return found
	}
	e = l.why[e]
	v := in(e)[0]
	switch e.Op {
	case ir.OpMul:
		p, q := in(e.Args[0]), in(e.Args[1])
		if p[0] == q[0] {
			return fmt.Sprintf("it multiplies %s by an expression with %s", p[0], q[0])
		}
		return fmt.Sprintf("it multiplies %s by %s", p[0], q[0])
	case ir.OpDiv:
		return fmt.Sprintf("%s is in a divisor", in(e.Args[1])[0])
	case ir.OpSelect:
		return fmt.Sprintf("%s is in a condition", v)
	case ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe, ir.OpAnd, ir.OpOr, ir.OpNot:
		return fmt.Sprintf("%s is in a condition", v)
	case ir.OpPow:
		if len(in(e.Args[1])) > 0 {
			return fmt.Sprintf("%s is in an exponent", v)
		}
		return fmt.Sprintf("%s is raised to a power", v)
	case ir.OpLoad:
		return fmt.Sprintf("%s is used as an index", v)
	}
	return fmt.Sprintf("%s is inside %v()", v, opWords(e.Op))
}

// opWords gives the name that an operation has in equations, where it differs.
func opWords(op ir.Op) string {
	switch op {
	case ir.OpRealToInt:
		return "int"
	case ir.OpMod:
		return "%"
	case ir.OpFloorDiv:
		return "//"
	}
	return op.String()
}
