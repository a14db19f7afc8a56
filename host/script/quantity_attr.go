package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// dimension is what a quantity measures, as x.dim and get_dimensions(x) give it; two can be compared.
type dimension units.Dim

var _ starlark.Comparable = dimension{}

func (d dimension) String() string {
	if units.Dim(d).Dimensionless() {
		return "Dimension()"
	}
	return units.Dim(d).String()
}
func (d dimension) Type() string          { return "Dimension" }
func (d dimension) Freeze()               {}
func (d dimension) Truth() starlark.Bool  { return true }
func (d dimension) Hash() (uint32, error) { return starlark.String(units.Dim(d).String()).Hash() }

// CompareSameType knows == and !=.
func (d dimension) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	switch op {
	case syntax.EQL:
		return d == y.(dimension), nil
	case syntax.NEQ:
		return d != y.(dimension), nil
	}
	return false, fmt.Errorf("dimensions have no order")
}

// dimOf is what a value measures; what is no quantity has no unit.
func dimOf(v starlark.Value) units.Dim {
	switch v := v.(type) {
	case dimension:
		return units.Dim(v)
	case quantity:
		return v.Dim
	case *Array:
		return v.dim
	case *complexArray:
		return v.dim
	case *varView:
		return v.dim()
	}
	if a, err := toArray(v); err == nil {
		return a.dim
	}
	return noDim
}

// quantityAttrs are what numbers with a unit have beside numpy's attributes, arrays or not; quantityMethods its methods.
var (
	quantityAttrs   = []string{"dim", "dimensions", "is_dimensionless"}
	quantityMethods = []string{"has_same_dimensions", "in_unit", "in_best_unit", "get_best_unit"}
)

// quantityAttr is one of them; ok is false for other names.
func quantityAttr(x starlark.Value, name string) (v starlark.Value, ok bool) {
	d := dimOf(x)
	switch name {
	case "dim", "dimensions":
		return dimension(d), true
	case "is_dimensionless":
		return starlark.Bool(d.Dimensionless()), true
	}
	if !slices.Contains(quantityMethods, name) {
		return nil, false
	}
	f := unitFunctions[name]
	return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(t, b, append(starlark.Tuple{x}, args...), kwargs)
	}), true
}

var _ starlark.HasAttrs = quantity{}

// AttrNames lists the attributes of an array.
func (q quantity) AttrNames() []string { return (&Array{}).AttrNames() }

// Attr gives what a number has as an array without axes.
func (q quantity) Attr(name string) (starlark.Value, error) {
	v, err := (&Array{data: []float64{q.Value}, dim: q.Dim}).Attr(name)
	if err != nil {
		return nil, noAttr("quantity", name, q.AttrNames())
	}
	return v, nil
}

// unitFunctions are Brian2's functions about units.
var unitFunctions map[string]builtinFunc

func init() {
	unitFunctions = map[string]builtinFunc{
		"get_dimensions": func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return dimension(dimOf(v)), nil
		},
		"is_dimensionless": func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return starlark.Bool(dimOf(v).Dimensionless()), nil
		},
		"have_same_dimensions": func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var x, y starlark.Value
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
				return nil, err
			}
			return starlark.Bool(dimOf(x) == dimOf(y)), nil
		},
		"fail_for_dimension_mismatch": failForMismatch,
		"get_unit": func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return number(1, dimOf(v)), nil
		},
		"in_unit":       inUnit,
		"in_best_unit":  inBestUnit,
		"get_best_unit": bestUnitOf,
	}
	unitFunctions["has_same_dimensions"] = unitFunctions["have_same_dimensions"]
}

// unitVocabulary are unitFunctions as names of scripts.
func unitVocabulary() starlark.StringDict {
	d := functions(unitFunctions)
	delete(d, "has_same_dimensions")
	delete(d, "get_best_unit")
	return d
}

// failForMismatch is fail_for_dimension_mismatch(x, y="", message).
func failForMismatch(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y starlark.Value = nil, starlark.MakeInt(1)
	var message string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "obj1", &x, "obj2?", &y, "error_message?", &message); err != nil {
		return nil, err
	}
	if p, q := dimOf(x), dimOf(y); p != q {
		if message = strings.TrimSuffix(strings.TrimSpace(message), "."); message == "" {
			message = "the units differ"
		}
		return nil, fmt.Errorf("%s: %s and %s", message, describeDim(p), describeDim(q))
	}
	return starlark.Tuple{dimension(dimOf(x)), dimension(dimOf(y))}, nil
}

// inUnit is in_unit(x, unit, precision=None): the text of x in a unit.
func inUnit(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, unit, precision starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &x, "u", &unit, "precision?", &precision); err != nil {
		return nil, err
	}
	u, ok := asQuantity(unit)
	if !ok {
		return nil, fmt.Errorf("%s: the unit is %s", b.Name(), article(unit))
	}
	if d := dimOf(x); d != u.Dim {
		return nil, fmt.Errorf("%s: %s is not measured in %s", b.Name(), describeDim(d), describeDim(u.Dim))
	}
	a, err := toArray(x)
	if err != nil {
		return nil, err
	}
	bare, err := a.Binary(syntax.SLASH, number(u.Value, u.Dim), starlark.Left)
	if err != nil {
		return nil, err
	}
	text, err := roundedText(b.Name(), bare.(*Array), precision)
	return starlark.String(text + unitSuffix(u)), err
}

// unitSuffix is a space and the name of a unit, nothing for 1.
func unitSuffix(u units.Quantity) string {
	if u == (units.Quantity{Value: 1}) {
		return ""
	}
	if name, ok := strings.CutPrefix(units.Format(u), "1 "); ok {
		return " " + name
	}
	return " * " + units.Format(u)
}

// roundedText is an array or a number, to so many digits behind the point where that is given.
func roundedText(what string, a *Array, precision starlark.Value) (string, error) {
	if isGiven(precision) {
		n, err := starlark.AsInt32(precision)
		if err != nil {
			return "", fmt.Errorf("%s: precision: %w", what, err)
		}
		a = a.copy()
		for k, x := range a.data { // halves away from 0, as numpy prints them, where round() takes the even one
			a.data[k] = math.Round(x*math.Pow10(n)) / math.Pow10(n)
		}
	}
	if len(a.shape) == 0 && len(a.data) == 1 {
		return units.FormatNumber(a.data[0]), nil
	}
	return a.String(), nil
}

// bestUnit is the unit in which a quantity has 1 to 999 of it.
func bestUnit(v float64, d units.Dim) units.Quantity {
	_, name := units.Scale(units.Quantity{Value: v, Dim: d})
	if u, ok := units.Lookup(name); ok {
		return u
	}
	return units.Quantity{Value: 1, Dim: d}
}

// inBestUnit is in_best_unit(x, precision=None).
func inBestUnit(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, precision starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &x, "precision?", &precision); err != nil {
		return nil, err
	}
	u, err := bestUnitOf(t, b, starlark.Tuple{x}, nil)
	if err != nil {
		return nil, err
	}
	rest := starlark.Tuple{x, u}
	if isGiven(precision) {
		rest = append(rest, precision)
	}
	return inUnit(t, b, rest, nil)
}

// bestUnitOf is x.get_best_unit(): that of the largest value of an array.
func bestUnitOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &x); err != nil {
		return nil, err
	}
	a, err := toArray(x)
	if err != nil {
		return nil, err
	}
	most := 0.0
	for _, v := range a.data {
		most = max(most, v, -v)
	}
	u := bestUnit(most, a.dim)
	return number(u.Value, u.Dim), nil
}
