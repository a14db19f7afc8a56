package script

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type builtinFunc = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// oneArg checks that a builtin got exactly one positional argument.
func oneArg(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) != 0 {
		return nil, fmt.Errorf("%s: expected one argument, got %d", b.Name(), len(args)+len(kwargs))
	}
	return args[0], nil
}

// operand reads an argument that may be a number or an array; scalar tells which form the result should have.
func operand(name string, v starlark.Value) (a *Array, scalar bool, err error) {
	switch v.(type) {
	case starlark.Bool, starlark.Int, starlark.Float, quantity:
		scalar = true
	}
	a, err = toArray(v)
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", name, err)
	}
	return a, scalar, nil
}

// oneOperand is operand for a function of one argument.
func oneOperand(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (a *Array, scalar bool, err error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, false, err
	}
	return operand(b.Name(), v)
}

// result returns a as an array, or as one element when the operands were scalars.
func result(a *Array, scalar bool) starlark.Value {
	if scalar {
		return a.elem(a.data[0])
	}
	return a
}

// dimensionless are functions of a number without unit.
var dimensionless = map[string]func(float64) float64{
	"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh,
	"arcsin": math.Asin, "arccos": math.Acos, "arctan": math.Atan, "exp": math.Exp, "expm1": math.Expm1,
	"log": math.Log, "log10": math.Log10, "log1p": math.Log1p, "log2": math.Log2,
	"floor": math.Floor, "ceil": math.Ceil, "exprel": func(x float64) float64 {
		if x == 0 {
			return 1
		}
		return math.Expm1(x) / x
	},
}

// anyUnit are functions that keep the unit.
var anyUnit = map[string]func(float64) float64{
	"abs": math.Abs,
	"pos": func(v float64) float64 { return math.Max(v, 0) },
	"neg": func(v float64) float64 { return math.Min(v, 0) },
}

func mathVocabulary() starlark.StringDict {
	d := starlark.StringDict{
		"pi": starlark.Float(math.Pi), "e": starlark.Float(math.E), "inf": starlark.Float(math.Inf(1)), "nan": starlark.Float(math.NaN()),
	}
	add := func(name string, f builtinFunc) { d[name] = starlark.NewBuiltin(name, f) }
	for name, f := range dimensionless {
		add(name, elementwise(f, func(u units.Dim) (units.Dim, error) {
			if !u.Dimensionless() {
				return u, fmt.Errorf("expected a number without unit, got %s", describeDim(u))
			}
			return u, nil
		}, name == "floor" || name == "ceil"))
	}
	for name, f := range anyUnit {
		add(name, elementwise(f, func(u units.Dim) (units.Dim, error) { return u, nil }, true))
	}
	add("sqrt", elementwise(math.Sqrt, func(u units.Dim) (units.Dim, error) { return powDim(u, 0.5) }, false))
	add("sign", elementwise(func(v float64) float64 {
		switch {
		case v > 0:
			return 1
		case v < 0:
			return -1
		}
		return v
	}, func(units.Dim) (units.Dim, error) { return units.Dim{}, nil }, true))
	for name, f := range map[string]func(float64) bool{
		"isnan": math.IsNaN, "isinf": func(v float64) bool { return math.IsInf(v, 0) },
		"isfinite":    func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) },
		"logical_not": func(v float64) bool { return v == 0 },
	} {
		add(name, predicate(f))
	}
	for op, name := range map[syntax.Token]string{syntax.EQL: "equal", syntax.NEQ: "not_equal", syntax.LT: "less",
		syntax.LE: "less_equal", syntax.GT: "greater", syntax.GE: "greater_equal"} {
		add(name, pairwise(func(x, y *Array) (*Array, error) { return compareArrays(op, x, y) }))
	}
	add("logical_and", pairwise(func(x, y *Array) (*Array, error) {
		return broadcast(x, y, units.Dim{}, boolElems, func(a, b float64) float64 { return boolFloat(a != 0 && b != 0) })
	}))
	add("logical_or", pairwise(func(x, y *Array) (*Array, error) {
		return broadcast(x, y, units.Dim{}, boolElems, func(a, b float64) float64 { return boolFloat(a != 0 || b != 0) })
	}))
	add("arctan2", pairwise(sameUnit(math.Atan2, true)))
	add("hypot", pairwise(sameUnit(math.Hypot, false)))
	add("minimum", pairwise(sameUnit(math.Min, false)))
	add("maximum", pairwise(sameUnit(math.Max, false)))
	add("pow", mathPow)
	add("round", mathRound)
	add("clip", mathClip)
	return d
}

// elementwise lifts f to numbers, quantities and arrays. keepInt: whole numbers stay whole.
func elementwise(f func(float64) float64, unit func(units.Dim) (units.Dim, error), keepInt bool) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		a, scalar, err := oneOperand(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		d, err := unit(a.dim)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		out := a.like(make([]float64, len(a.data)))
		out.dim = d
		if out.kind == boolElems {
			out.kind = intElems
		}
		if !keepInt {
			out.kind = realElems
		}
		for i, x := range a.data {
			out.data[i] = f(x)
		}
		return result(out, scalar), nil
	}
}

func predicate(f func(float64) bool) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		a, scalar, err := oneOperand(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		out := a.like(make([]float64, len(a.data)))
		out.dim, out.kind = units.Dim{}, boolElems
		for i, x := range a.data {
			out.data[i] = boolFloat(f(x))
		}
		return result(out, scalar), nil
	}
}

// pairwise lifts f, which broadcasts, to two operands of any form.
func pairwise(f func(x, y *Array) (*Array, error)) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) != 2 || len(kwargs) != 0 {
			return nil, fmt.Errorf("%s: expected two arguments, got %d", b.Name(), len(args)+len(kwargs))
		}
		x, sx, err := operand(b.Name(), args[0])
		if err != nil {
			return nil, err
		}
		y, sy, err := operand(b.Name(), args[1])
		if err != nil {
			return nil, err
		}
		out, err := f(x, y)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		return result(out, sx && sy), nil
	}
}

func compareArrays(op syntax.Token, x, y *Array) (*Array, error) {
	if x.dim != y.dim && !unitless(x) && !unitless(y) {
		return nil, fmt.Errorf("cannot compare %s with %s", describeDim(x.dim), describeDim(y.dim))
	}
	return broadcast(x, y, units.Dim{}, boolElems, func(a, b float64) float64 { return boolFloat(compareFloats(op, a, b)) })
}

// unitless reports whether all numbers are 0, infinite or NaN, which compare with any unit, as in Brian2.
func unitless(a *Array) bool {
	return a.dim.Dimensionless() && !slices.ContainsFunc(a.data, func(v float64) bool { return v != 0 && !math.IsInf(v, 0) && !math.IsNaN(v) })
}

// sameUnit lifts a function of two values of one unit; its result keeps the unit unless it is a ratio.
func sameUnit(f func(x, y float64) float64, ratio bool) func(x, y *Array) (*Array, error) {
	return func(x, y *Array) (*Array, error) {
		dx, dy := x.dim, y.dim
		if adoptUnit(syntax.PLUS, x.onlyZeros(), &dx, y.onlyZeros(), &dy); dx != dy {
			return nil, fmt.Errorf("the units differ: %s and %s", describeDim(dx), describeDim(dy))
		}
		d, kind := dx, min(x.kind, y.kind, intElems)
		if ratio {
			d, kind = units.Dim{}, realElems
		}
		return broadcast(x, y, d, kind, f)
	}
}

// mathPow is pow(x, n): Starlark has no ** operator. Quantities take a plain number as exponent.
func mathPow(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, n starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &n); err != nil {
		return nil, err
	}
	a, sa, err := operand(b.Name(), x)
	if err != nil {
		return nil, err
	}
	p, sp, err := operand(b.Name(), n)
	if err != nil {
		return nil, err
	}
	if !p.dim.Dimensionless() {
		return nil, fmt.Errorf("pow: the exponent must have no unit, got %s", describeDim(p.dim))
	}
	d := a.dim
	if !d.Dimensionless() {
		if !sp {
			return nil, fmt.Errorf("pow: a value with a unit needs one number as exponent, not an array")
		}
		if d, err = powDim(d, p.data[0]); err != nil {
			return nil, fmt.Errorf("pow: %w", err)
		}
	}
	kind := realElems
	if a.kind != realElems && p.kind != realElems {
		kind = intElems
		for _, v := range p.data {
			if v < 0 {
				kind = realElems
			}
		}
	}
	out, err := broadcast(a, p, d, kind, math.Pow)
	if err != nil {
		return nil, fmt.Errorf("pow: %w", err)
	}
	return result(out, sa && sp), nil
}

// mathRound is round(x) and round(x, digits), half to even as in Python.
func mathRound(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	var digits starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &x, "decimals?", &digits); err != nil {
		return nil, err
	}
	a, scalar, err := operand(b.Name(), x)
	if err != nil {
		return nil, err
	}
	if !a.dim.Dimensionless() {
		return nil, fmt.Errorf("round: expected a number without unit, got %s; divide by the unit first", describeDim(a.dim))
	}
	out := a.copy()
	if digits == starlark.None {
		for i, v := range out.data {
			out.data[i] = math.RoundToEven(v)
		}
		if scalar {
			return floatToInt(b.Name(), out.data[0])
		}
		return out, nil
	}
	n, err := starlark.AsInt32(digits)
	if err != nil {
		return nil, fmt.Errorf("round: decimals must be a whole number")
	}
	s := math.Pow10(n)
	for i, v := range out.data {
		if r := math.RoundToEven(v*s) / s; !math.IsNaN(r) && !math.IsInf(r, 0) {
			out.data[i] = r
		}
	}
	return result(out, scalar), nil
}

func floatToInt(name string, v float64) (starlark.Value, error) {
	i, err := starlark.NumberToInt(starlark.Float(v))
	if err != nil {
		return nil, fmt.Errorf("%s: %v is not a finite number", name, v)
	}
	return i, nil
}

func mathClip(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, lo, hi starlark.Value
	if err := unpack(b.Name(), args, kwargs, "a", &x, "a_min?", &lo, "a_max?", &hi); err != nil {
		return nil, err
	}
	a, scalar, err := operand(b.Name(), x)
	if err != nil {
		return nil, err
	}
	bound := func(v starlark.Value, none float64) (units.Quantity, error) {
		if !isGiven(v) {
			return units.Quantity{Value: none, Dim: a.dim}, nil
		}
		q, ok := asQuantity(v)
		if !ok {
			return q, fmt.Errorf("clip: the bounds must be numbers, got %s", article(v))
		}
		return q, nil
	}
	l, err := bound(lo, math.Inf(-1))
	if err != nil {
		return nil, err
	}
	h, err := bound(hi, math.Inf(1))
	if err != nil {
		return nil, err
	}
	like := units.Quantity{Dim: a.dim}
	l, h = zeroAs(l, like), zeroAs(h, like)
	if l.Dim != a.dim || h.Dim != a.dim {
		return nil, fmt.Errorf("clip: the units differ: %s, %s and %s", describeDim(a.dim), describeDim(l.Dim), describeDim(h.Dim))
	}
	out := a.copy()
	for i, v := range out.data {
		out.data[i] = math.Min(math.Max(v, l.Value), h.Value)
	}
	for _, v := range []starlark.Value{lo, hi} {
		if _, number := asQuantity(v); number && v.Type() != "int" {
			out.kind = realElems
		}
	}
	return result(out, scalar), nil
}

// constants are the numbers that equations and scripts know by name.
var constants = map[string]float64{"pi": math.Pi, "e": math.E, "inf": math.Inf(1)}
