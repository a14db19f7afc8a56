package check

import (
	"fmt"
	"math"
	"strings"

	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// typ is the type of an expression, or nothing when an error in it has been reported.
type typ struct {
	Type
	known bool
}

func known(k Kind) typ { return typ{Type{Kind: k}, true} }

// String returns "real", "integer" or "boolean".
func (k Kind) String() string { return [...]string{"real", "integer", "boolean"}[k] }

func kindName(k Kind) string { return [...]string{"a real number", "an integer", "boolean"}[k] }

// String returns the type as people write it: the unit for reals, else the kind.
func (t Type) String() string {
	if t.Kind == Real {
		return t.Dim.String()
	}
	return t.Kind.String()
}

// dimName is a dimension for messages.
func dimName(d units.Dim) string {
	if d.Dimensionless() {
		return "a number without unit"
	}
	return d.String()
}

// inDim completes "the value is ...": "in volt" or "without unit".
func inDim(d units.Dim) string {
	if d.Dimensionless() {
		return "without unit"
	}
	return "in " + d.String()
}

// short prints an expression, cut when it is long.
func short(e syntax.Expr) string {
	s := []rune(syntax.Print(e))
	if len(s) > 40 {
		return string(s[:37]) + "..."
	}
	return string(s)
}

// withDim names an expression with its dimension: "v - El" (volt).
func withDim(e syntax.Expr, t typ) string {
	d := t.Dim.String()
	if t.Dim.Dimensionless() {
		d = "no unit"
	}
	return fmt.Sprintf("%q (%s)", short(e), d)
}

// expr finds the type of e and records it, with the meaning of every name and call in it.
func (c *checker) expr(e syntax.Expr) typ {
	if t, ok := c.m.Types[e]; ok {
		return typ{t, true} // the middle of a comparison chain has two parents
	}
	var t typ
	switch e := e.(type) {
	case *syntax.Number:
		t = known(Real)
		if e.IsInt && math.Abs(e.Value) <= math.MaxInt32 {
			t = known(Int)
		}
	case *syntax.Bool:
		t = known(Bool)
	case *syntax.Const:
		t = c.number(e)
	case *syntax.Bound:
		t = c.bound(e)
	case *syntax.Ident:
		t = c.ident(e)
	case *syntax.Unary:
		t = c.unary(e)
	case *syntax.Binary:
		t = c.binary(e)
	case *syntax.Call:
		t = c.call(e)
	case *syntax.Cond:
		t = c.cond(e)
	}
	if t.known {
		c.m.Types[e] = t.Type
	}
	return t
}

// truth checks that e can be used as a condition.
func (c *checker) truth(e syntax.Expr, what string) {
	t := c.expr(e)
	if !t.known || t.Kind == Bool || !c.brian() && t.Dim.Dimensionless() {
		return
	}
	c.errorHint(e.Span(), "write a comparison, such as "+short(e)+" > "+zero(t.Dim), "%s must be true or false, but %q is %s", what, short(e), describe(t))
}

func describe(t typ) string {
	switch {
	case t.Kind == Bool:
		return "boolean"
	case !t.Dim.Dimensionless():
		return "in " + t.Dim.String()
	}
	return "a number"
}

// zero writes 0 in a dimension.
func zero(d units.Dim) string {
	if d.Dimensionless() {
		return "0"
	}
	return "0*" + d.String()
}

func (c *checker) unary(e *syntax.Unary) typ {
	if e.Op == "not" {
		c.truth(e.X, `what follows "not"`)
		return known(Bool)
	}
	t := c.expr(e.X)
	if t.Kind == Bool {
		t.Kind = Int
	}
	return t
}

var opVerb = map[string]string{"+": "add", "-": "subtract", "%": "take the remainder of"}

func (c *checker) binary(e *syntax.Binary) typ {
	switch e.Op {
	case "and", "or":
		c.truth(e.X, `the left side of "`+e.Op+`"`)
		c.truth(e.Y, `the right side of "`+e.Op+`"`)
		return known(Bool)
	}
	x, y := c.expr(e.X), c.expr(e.Y)
	switch e.Op {
	case "<", "<=", ">", ">=", "==", "!=", "+", "-", "%":
		c.agree(e.X, &x, e.Y, &y)
	}
	switch e.Op {
	case "<", "<=", ">", ">=", "==", "!=":
		if x.known && y.known && x.Dim != y.Dim {
			c.errorHint(e.OpSp, zeroHint(e, x, y), "cannot compare %s with %s", withDim(e.X, x), withDim(e.Y, y))
		}
		return known(Bool)
	}
	if !x.known || !y.known {
		return typ{}
	}
	kind := numberKind(x.Kind, y.Kind)
	switch e.Op {
	case "+", "-", "%":
		if x.Dim != y.Dim {
			first, word, second := withDim(e.X, x), "and", withDim(e.Y, y)
			if e.Op == "-" {
				first, word, second = second, "from", first
			}
			c.errorHint(e.OpSp, zeroHint(e, x, y), "cannot %s %s %s %s", opVerb[e.Op], first, word, second)
			return typ{}
		}
		return typ{Type{kind, x.Dim}, true}
	case "*":
		return typ{Type{kind, x.Dim.Mul(y.Dim)}, true}
	case "/":
		return typ{Type{Real, x.Dim.Div(y.Dim)}, true}
	case "//":
		for _, s := range []struct {
			e syntax.Expr
			t typ
		}{{e.X, x}, {e.Y, y}} {
			if !s.t.Dim.Dimensionless() {
				c.errorHint(s.e.Span(), "divide by a quantity of the same unit first", "// needs numbers without unit, but %s has one", withDim(s.e, s.t))
				return typ{}
			}
		}
		return known(kind)
	case "**":
		return c.power(e.X, x, e.Y, y)
	}
	return typ{}
}

// zeroHint helps where a bare number stands against a quantity.
func zeroHint(e *syntax.Binary, x, y typ) string {
	if n, ok := e.Y.(*syntax.Number); ok && y.Dim.Dimensionless() {
		return "write " + syntax.Print(n) + "*" + x.Dim.String()
	}
	if n, ok := e.X.(*syntax.Number); ok && x.Dim.Dimensionless() {
		return "write " + syntax.Print(n) + "*" + y.Dim.String()
	}
	return ""
}

// numberKind is the kind of an arithmetic result; truth values count as 0 and 1.
func numberKind(a, b Kind) Kind {
	if a == Real || b == Real {
		return Real
	}
	return Int
}

// power types x**y: a base with a unit needs an exponent whose value is known before the run.
func (c *checker) power(ex syntax.Expr, x typ, ey syntax.Expr, y typ) typ {
	if !x.known || !y.known {
		return typ{}
	}
	if !y.Dim.Dimensionless() {
		c.errorf(ey.Span(), "an exponent must be a number without unit, but %s has one", withDim(ey, y))
		return typ{}
	}
	if x.Dim.Dimensionless() {
		return known(Real)
	}
	v, ok := c.constant(ey)
	if !ok {
		c.errorHint(ey.Span(), "divide "+short(ex)+" by a quantity of its unit first", "the exponent of %s must be a constant, since the unit depends on it", withDim(ex, x))
		return typ{}
	}
	d, err := x.Dim.Pow(v)
	if err != nil {
		c.errorf(ey.Span(), "%v", err)
		return typ{}
	}
	return typ{Type{Real, d}, true}
}

// constant evaluates an expression made of numbers and dimensionless constants.
func (c *checker) constant(e syntax.Expr) (float64, bool) {
	switch e := e.(type) {
	case *syntax.Number:
		return e.Value, true
	case *syntax.Const:
		return e.Q.Value, e.Kind != syntax.ConstBool && (e.Bare || e.Q.Dim.Dimensionless()) && c.m.Live[e] == nil
	case *syntax.Bound:
		if t, ok := c.m.Types[e]; !ok || t.Kind == Bool {
			return 0, false
		}
		x, ok := syntax.Meant(e).(*syntax.Const)
		if !ok {
			return 0, false
		}
		return c.constant(x)
	case *syntax.Ident:
		ref, ok := c.m.Refs[e]
		return ref.Const.Value, ok && ref.Kind == RefConstant && ref.ConstKind != Bool && ref.Const.Dim.Dimensionless()
	case *syntax.Unary:
		v, ok := c.constant(e.X)
		if e.Op == "-" {
			v = -v
		}
		return v, ok && e.Op != "not"
	case *syntax.Binary:
		x, ok1 := c.constant(e.X)
		y, ok2 := c.constant(e.Y)
		if !ok1 || !ok2 {
			return 0, false
		}
		switch e.Op {
		case "+":
			return x + y, true
		case "-":
			return x - y, true
		case "*":
			return x * y, true
		case "/":
			return x / y, true
		case "**":
			return math.Pow(x, y), true
		}
	}
	return 0, false
}

func (c *checker) cond(e *syntax.Cond) typ {
	c.truth(e.Test, "the condition")
	x, y := c.expr(e.Then), c.expr(e.Else_)
	if !x.known || !y.known {
		return typ{}
	}
	c.agree(e.Then, &x, e.Else_, &y)
	if x.Dim != y.Dim {
		c.errorf(e.Sp, "the two cases of the condition have different units: %s and %s", withDim(e.Then, x), withDim(e.Else_, y))
		return typ{}
	}
	if x.Kind != y.Kind {
		x.Kind = numberKind(x.Kind, y.Kind)
	}
	return x
}

// describeArgs lists argument names for messages: "a, b and c".
func describeArgs(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
