package script

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// quantity is a number with a unit. Results without a unit become plain floats, so a script only meets quantities
// where there is a unit to check.
type quantity units.Quantity

var (
	_ starlark.HasBinary  = quantity{}
	_ starlark.HasUnary   = quantity{}
	_ starlark.Comparable = quantity{}
)

// number wraps v of dimension d as the value a script sees.
func number(v float64, d units.Dim) starlark.Value {
	if d.Dimensionless() {
		return starlark.Float(v)
	}
	return quantity{v, d}
}

func (q quantity) String() string        { return units.Format(units.Quantity(q)) }
func (q quantity) Type() string          { return "quantity" }
func (q quantity) Freeze()               {}
func (q quantity) Truth() starlark.Bool  { return q.Value != 0 }
func (q quantity) Hash() (uint32, error) { return hashFloat(q.Value), nil }

func hashFloat(v float64) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, math.Float64bits(v))
	return h.Sum32()
}

func (q quantity) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	o := y.(quantity)
	if q.Dim != o.Dim {
		switch op {
		case syntax.EQL:
			return false, nil
		case syntax.NEQ:
			return true, nil
		}
		return false, fmt.Errorf("cannot compare %s with %s: their units differ", describeDim(q.Dim), describeDim(o.Dim))
	}
	return compareFloats(op, q.Value, o.Value), nil
}

func compareFloats(op syntax.Token, x, y float64) bool {
	switch op {
	case syntax.EQL:
		return x == y
	case syntax.NEQ:
		return x != y
	case syntax.LT:
		return x < y
	case syntax.LE:
		return x <= y
	case syntax.GT:
		return x > y
	default:
		return x >= y
	}
}

func (q quantity) Unary(op syntax.Token) (starlark.Value, error) {
	switch op {
	case syntax.MINUS:
		return quantity{-q.Value, q.Dim}, nil
	case syntax.PLUS:
		return q, nil
	}
	return nil, nil
}

func (q quantity) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch o := y.(type) {
	case starlark.Int, starlark.Float, quantity:
		other, _ := asQuantity(o)
		a, b := units.Quantity(q), other
		if side == starlark.Right {
			a, b = b, a
		}
		v, d, err := scalarOp(op, a, b)
		if err != nil {
			return nil, err
		}
		return number(v, d), nil
	case *starlark.List, starlark.Tuple:
		arr, err := toArray(y)
		if err != nil {
			return nil, err
		}
		return arr.Binary(op, q, !side)
	}
	return nil, nil
}

// asQuantity reads a plain number or a quantity.
func asQuantity(v starlark.Value) (units.Quantity, bool) {
	switch v := v.(type) {
	case starlark.Int:
		return units.Quantity{Value: float64(v.Float())}, true
	case starlark.Float:
		return units.Quantity{Value: float64(v)}, true
	case quantity:
		return units.Quantity(v), true
	case *constantValue:
		return units.Quantity{Value: v.value}, true
	case *Array:
		if len(v.data) == 1 {
			return units.Quantity{Value: v.now().data[0], Dim: v.dim}, true
		}
	case *varView:
		if a, err := v.array(); err == nil {
			return asQuantity(a)
		}
	}
	return units.Quantity{}, false
}

// opDim is the dimension of x op y, or an error that names both.
func opDim(op syntax.Token, x, y units.Dim) (units.Dim, error) {
	switch op {
	case syntax.PLUS, syntax.MINUS, syntax.PERCENT:
		if x != y {
			return x, fmt.Errorf("%s with different units: %s and %s", opNoun(op), describeDim(x), describeDim(y))
		}
		return x, nil
	case syntax.STAR:
		return x.Mul(y), nil
	case syntax.SLASH:
		return x.Div(y), nil
	case syntax.SLASHSLASH:
		if x != y {
			return x, fmt.Errorf("// with different units: %s and %s", describeDim(x), describeDim(y))
		}
		return units.Dim{}, nil
	}
	return x, fmt.Errorf("%s is not defined for quantities", op)
}

// adoptUnit gives a 0 without a unit, which fits any, that of what it is added to, subtracted from or a remainder of, as in Brian2.
func adoptUnit(op syntax.Token, xFits bool, x *units.Dim, yFits bool, y *units.Dim) {
	switch {
	case op == syntax.STAR || op == syntax.SLASH:
	case xFits:
		*x = *y
	case yFits:
		*y = *x
	}
}

func opNoun(op syntax.Token) string {
	switch op {
	case syntax.PLUS:
		return "sum of values"
	case syntax.MINUS:
		return "difference of values"
	}
	return op.String() + " of values"
}

func describeDim(d units.Dim) string {
	if d.Dimensionless() {
		return "a number without unit"
	}
	return d.String()
}

// floatOp is x op y on plain numbers, with Python's // and %.
func floatOp(op syntax.Token, x, y float64) float64 {
	switch op {
	case syntax.PLUS:
		return x + y
	case syntax.MINUS:
		return x - y
	case syntax.STAR:
		return x * y
	case syntax.SLASH:
		return x / y
	case syntax.SLASHSLASH:
		return math.Floor(x / y)
	default:
		m := math.Mod(x, y)
		if m != 0 && (m < 0) != (y < 0) {
			m += y
		}
		return m
	}
}

func scalarOp(op syntax.Token, x, y units.Quantity) (float64, units.Dim, error) {
	adoptUnit(op, x.Value == 0 && x.Dim.Dimensionless(), &x.Dim, y.Value == 0 && y.Dim.Dimensionless(), &y.Dim)
	d, err := opDim(op, x.Dim, y.Dim)
	if err != nil {
		return 0, d, err
	}
	if y.Value == 0 && (op == syntax.SLASH || op == syntax.SLASHSLASH || op == syntax.PERCENT) {
		return 0, d, fmt.Errorf("division by zero")
	}
	return floatOp(op, x.Value, y.Value), d, nil
}

// powDim raises d to the power n, which must give whole sixtieths.
func powDim(d units.Dim, n float64) (units.Dim, error) {
	if d.Dimensionless() {
		return d, nil
	}
	for i := range d {
		e := float64(d[i]) * n
		r := math.Round(e)
		if math.Abs(e-r) > 1e-6 || math.Abs(r) > math.MaxInt32 {
			return d, fmt.Errorf("the power %g of %s is not a unit", n, describeDim(d))
		}
		d[i] = int32(r)
	}
	return d, nil
}
