package check

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

// ode checks a differential equation and sets v.Expr to the derivative.
func (c *checker) ode(v *Variable) {
	eq := v.Eq
	rate := typ{Type{Real, v.Type.Dim.Div(c.second())}, !c.bad[v]}
	if eq.LHS == nil {
		v.Expr = eq.RHS
		t := c.expr(eq.RHS)
		switch {
		case eq.Unit == nil && c.brian():
			c.missingUnit(v, t)
		case !t.known || !rate.known:
		case t.Dim != rate.Dim:
			hint := ""
			if t.Dim == v.Type.Dim {
				hint = "divide by a time constant"
				if name, ok := c.plainDivisor(eq.RHS); ok {
					hint = fmt.Sprintf("%s has no unit; a time constant is a time, such as %s = 10*ms", name, name)
				}
			} else if d := t.Dim.Mul(c.second()); c.brian() && d != v.Type.Dim {
				hint = "this right side would fit  : " + d.String()
			}
			c.errorHint(eq.RHS.Span(), hint, "the derivative of %s must be %s, but the right side is %s", v.Name, inDim(rate.Dim), inDim(t.Dim))
		default:
			c.assignable(t, rate.Type, eq.RHS, "the derivative of "+v.Name)
		}
		return
	}

	name := syntax.DerivName(v.Name)
	c.derivs = map[string]typ{name: rate}
	l, r := c.expr(eq.LHS), c.expr(eq.RHS)
	c.derivs = nil
	if eq.Unit == nil && c.brian() {
		c.missingUnit(v, typ{})
	}
	if l.known && r.known && l.Dim != r.Dim {
		c.errorf(eq.Sp, "the two sides of the equation have different units: %s and %s", withDim(eq.LHS, l), withDim(eq.RHS, r))
		return
	}
	s := solver{name: name, sp: eq.Sp, contains: map[syntax.Expr]bool{}}
	lc, lr := s.split(eq.LHS)
	rc, rr := s.split(eq.RHS)
	if s.problem != nil {
		c.errorHint(s.problem.Span(), s.hint, "the equation cannot be solved for %s: %s", name, s.why)
		return
	}
	coef := s.sub(lc, rc)
	if k, ok := c.constant(orZero(coef)); ok && k == 0 || lc != nil && rc != nil && syntax.Equal(lc, rc) {
		c.errorHint(eq.NameSp, "write a coefficient that is not zero", "the equation cannot be solved for %s: its coefficient is zero", name)
		return
	}
	v.Expr = s.div(s.sub(rr, lr), coef)
	if !l.known || !r.known || c.bad[v] {
		return
	}
	if n, ok := v.Expr.(*syntax.Number); ok && n.Value == 0 {
		c.m.Types[n] = rate.Type // zero in any unit
		return
	}
	c.expr(v.Expr)
}

func orZero(e syntax.Expr) syntax.Expr {
	if e == nil {
		return &syntax.Number{Text: "0", IsInt: true}
	}
	return e
}

// solver writes an expression as coef × derivative + rest. New nodes carry the span of the whole equation; nil stands for a
// zero term.
type solver struct {
	name    string
	sp      diag.Span
	problem syntax.Expr // the part that is not linear
	why     string
	hint    string
	// contains remembers the answers of has.
	contains map[syntax.Expr]bool
}

func (s *solver) fail(e syntax.Expr, why, hint string) (coef, rest syntax.Expr) {
	if s.problem == nil {
		s.problem, s.why, s.hint = e, why, hint
	}
	return nil, nil
}

// has reports whether e contains the derivative.
func (s *solver) has(e syntax.Expr) bool {
	if found, ok := s.contains[e]; ok {
		return found
	}
	id, ok := e.(*syntax.Ident)
	found := ok && id.Name == s.name
	for _, c := range syntax.Children(e) {
		found = s.has(c) || found
	}
	s.contains[e] = found
	return found
}

func (s *solver) one() syntax.Expr {
	return &syntax.Number{Sp: s.sp, Text: "1", Value: 1, IsInt: true}
}

func isNumber(e syntax.Expr, v float64) bool {
	n, ok := e.(*syntax.Number)
	return ok && n.Value == v
}

func (s *solver) binary(op string, x, y syntax.Expr) syntax.Expr {
	return &syntax.Binary{Sp: s.sp, OpSp: s.sp, Op: op, X: x, Y: y}
}

func (s *solver) neg(x syntax.Expr) syntax.Expr {
	if x == nil {
		return nil
	}
	if u, ok := x.(*syntax.Unary); ok && u.Op == "-" {
		return u.X
	}
	return &syntax.Unary{Sp: s.sp, Op: "-", X: x}
}

func (s *solver) add(x, y syntax.Expr) syntax.Expr {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return s.binary("+", x, y)
}

func (s *solver) sub(x, y syntax.Expr) syntax.Expr {
	switch {
	case y == nil:
		return x
	case x == nil:
		return s.neg(y)
	}
	if u, ok := y.(*syntax.Unary); ok && u.Op == "-" {
		return s.add(x, u.X)
	}
	return s.binary("-", x, y)
}

func (s *solver) mul(x, y syntax.Expr) syntax.Expr {
	switch {
	case x == nil || y == nil:
		return nil
	case isNumber(x, 1):
		return y
	case isNumber(y, 1):
		return x
	}
	return s.binary("*", x, y)
}

func (s *solver) div(x, y syntax.Expr) syntax.Expr {
	if x == nil {
		return &syntax.Number{Sp: s.sp, Text: "0", IsInt: true}
	}
	if isNumber(y, 1) {
		return x
	}
	if u, ok := y.(*syntax.Unary); ok && u.Op == "-" && isNumber(u.X, 1) {
		return s.neg(x)
	}
	return s.binary("/", x, y)
}

// split returns coef and rest with e = coef × derivative + rest.
func (s *solver) split(e syntax.Expr) (coef, rest syntax.Expr) {
	if s.problem != nil {
		return nil, nil
	}
	if !s.has(e) {
		if isNumber(e, 0) {
			return nil, nil
		}
		return nil, e
	}
	switch e := e.(type) {
	case *syntax.Ident:
		return s.one(), nil
	case *syntax.Unary:
		c, r := s.split(e.X)
		switch e.Op {
		case "-":
			return s.neg(c), s.neg(r)
		case "+":
			return c, r
		}
	case *syntax.Binary:
		return s.splitBinary(e)
	case *syntax.Cond:
		if s.has(e.Test) {
			return s.fail(e.Test, "the derivative stands in a condition", "")
		}
		tc, tr := s.split(e.Then)
		ec, er := s.split(e.Else_)
		if (tc == nil) != (ec == nil) || (tr == nil) != (er == nil) {
			return s.fail(e, "the two cases of the condition have different forms", "write the derivative once, outside of the condition")
		}
		cond := func(x, y syntax.Expr) syntax.Expr {
			if x == nil {
				return nil
			}
			return &syntax.Cond{Sp: s.sp, Test: e.Test, Then: x, Else_: y}
		}
		return cond(tc, ec), cond(tr, er)
	case *syntax.Call:
		return s.fail(e, "it is not linear in the derivative, which stands inside "+e.Fun.Name+"()", "solve the equation for the derivative by hand")
	}
	return s.fail(e, "it is not linear in the derivative", "solve the equation for the derivative by hand")
}

func (s *solver) splitBinary(e *syntax.Binary) (coef, rest syntax.Expr) {
	const byHand = "solve the equation for the derivative by hand"
	switch e.Op {
	case "+", "-":
		xc, xr := s.split(e.X)
		yc, yr := s.split(e.Y)
		if e.Op == "+" {
			return s.add(xc, yc), s.add(xr, yr)
		}
		return s.sub(xc, yc), s.sub(xr, yr)
	case "*":
		switch {
		case s.has(e.X) && s.has(e.Y):
			return s.fail(e, "the derivative is multiplied by itself", byHand)
		case s.has(e.X):
			c, r := s.split(e.X)
			return s.mul(c, e.Y), s.mul(r, e.Y)
		}
		c, r := s.split(e.Y)
		return s.mul(e.X, c), s.mul(e.X, r)
	case "/":
		if s.has(e.Y) {
			return s.fail(e.Y, "the derivative stands in a denominator", byHand)
		}
		c, r := s.split(e.X)
		if c != nil {
			c = s.binary("/", c, e.Y)
		}
		if r != nil {
			r = s.binary("/", r, e.Y)
		}
		return c, r
	case "**":
		return s.fail(e, "the derivative stands in a power", byHand)
	}
	return s.fail(e, `the derivative stands under "`+e.Op+`"`, byHand)
}

// plainDivisor is the name without unit by which an expression is divided as a whole.
func (c *checker) plainDivisor(e syntax.Expr) (string, bool) {
	b, ok := e.(*syntax.Binary)
	if !ok || b.Op != "/" {
		return "", false
	}
	id, ok := b.Y.(*syntax.Ident)
	if !ok {
		return "", false
	}
	t := c.expr(id)
	return id.Name, t.known && t.Dim.Dimensionless()
}
