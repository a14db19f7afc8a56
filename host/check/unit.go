package check

import (
	"math"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// unit gives v the type that the unit of its equation says. In ANNarchy's dialect there is none and v is a real number
// until a flag says otherwise.
func (c *checker) unit(v *Variable) {
	v.Type = Type{Kind: Real}
	e := v.Eq.Unit
	if e == nil {
		if c.brian() {
			c.bad[v] = true // reported when the right side is known, which tells the unit that fits
		}
		return
	}
	t, d, ok := ParseUnit(c.src, e)
	if !ok {
		c.list.Add(d)
		c.bad[v] = true
		return
	}
	v.Type = t
	if v.Kind == State && t.Kind != Real {
		c.errorHint(e.Span(), "write : 1", "%q has a differential equation and cannot be %s", v.Name, kindName(t.Kind))
		c.bad[v] = true
	}
}

// ParseUnit reads the unit of an equation: a product of unscaled units, 1, boolean or integer. When ok is false the diagnostic
// says what is wrong.
func ParseUnit(src *diag.Source, e syntax.Expr) (t Type, d diag.Diagnostic, ok bool) {
	if id, is := e.(*syntax.Ident); is {
		switch id.Name {
		case "boolean":
			return Type{Kind: Bool}, d, true
		case "integer":
			return Type{Kind: Int}, d, true
		case "bool":
			return t, diag.Errorf(src, id.Sp, `unknown unit "bool"`).WithHint("write boolean"), false
		case "int":
			return t, diag.Errorf(src, id.Sp, `unknown unit "int"`).WithHint("write integer"), false
		case "float", "real":
			return t, diag.Errorf(src, id.Sp, "unknown unit %q", id.Name).WithHint("write 1 for a number without unit"), false
		}
	}
	u := unitReader{src: src}
	q := u.read(e)
	if u.failed {
		return t, u.d, false
	}
	if math.Abs(q.Value-1) > 1e-9 {
		return t, diag.Errorf(src, e.Span(), "the unit of an equation must be without scale, but this one is %s times %s", units.FormatNumber(q.Value), dimName(q.Dim)).
			WithHint("write : %s", q.Dim), false
	}
	return Type{Kind: Real, Dim: q.Dim}, d, true
}

type unitReader struct {
	src    *diag.Source
	d      diag.Diagnostic
	failed bool
}

func (u *unitReader) fail(sp diag.Span, hint, format string, args ...any) units.Quantity {
	if !u.failed {
		u.failed = true
		u.d = diag.Errorf(u.src, sp, format, args...)
		u.d.Hint = hint
	}
	return units.Number(1)
}

func (u *unitReader) read(e syntax.Expr) units.Quantity {
	switch e := e.(type) {
	case *syntax.Number:
		if e.Value != 1 {
			return u.fail(e.Sp, "write 1 for a number without unit", "a unit cannot contain the number %s", e.Text)
		}
		return units.Number(1)
	case *syntax.Ident:
		q, ok := units.Lookup(e.Name)
		if !ok {
			hint := diag.DidYouMean(e.Name, append(units.CommonNames(), "boolean", "integer"))
			if hint == "" {
				hint = diag.DidYouMean(e.Name, units.Names())
			}
			return u.fail(e.Sp, hint, "unknown unit %q", e.Name)
		}
		return q
	case *syntax.Binary:
		x := u.read(e.X)
		if e.Op == "**" {
			n, ok := number(e.Y)
			if !ok {
				return u.fail(e.Y.Span(), "write a number", "the power of a unit must be a number")
			}
			r, err := x.Pow(units.Number(n))
			if err != nil {
				return u.fail(e.Y.Span(), "", "%v", err)
			}
			return r
		}
		y := u.read(e.Y)
		if e.Op == "/" {
			return x.Div(y)
		}
		return x.Mul(y)
	}
	return u.fail(e.Span(), "a unit is written like volt, siemens/metre**2 or 1", "this is not a unit")
}

// number reads a constant exponent: a number, a negative one, or a quotient of numbers.
func number(e syntax.Expr) (float64, bool) {
	switch e := e.(type) {
	case *syntax.Number:
		return e.Value, true
	case *syntax.Unary:
		v, ok := number(e.X)
		return -v, ok && e.Op == "-"
	case *syntax.Binary:
		x, ok1 := number(e.X)
		y, ok2 := number(e.Y)
		switch e.Op {
		case "/":
			return x / y, ok1 && ok2
		case "*":
			return x * y, ok1 && ok2
		}
	}
	return 0, false
}
