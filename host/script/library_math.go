package script

import (
	"fmt"
	"math"
	"math/big"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

func degrees(x float64) float64 { return x * 180 / math.Pi }
func radians(x float64) float64 { return x * math.Pi / 180 }

// elementFunction is a function of numbers without unit, one by one.
func elementFunction(name string, f func(float64) float64) *starlark.Builtin {
	return starlark.NewBuiltin(name, elementwise(f, func(u units.Dim) (units.Dim, error) {
		if !u.Dimensionless() {
			return u, fmt.Errorf("expected a number without unit, got %s", describeDim(u))
		}
		return u, nil
	}, false))
}

// mathModule is Python's math: the functions of numpy by its names, and what numpy does not have or gives as a float.
func mathModule(vocabulary starlark.StringDict) starlark.StringDict {
	d := starlark.StringDict{}
	for name, own := range map[string]string{"acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2", "fabs": "abs", "pow": "pow", "prod": "prod"} {
		d[name] = vocabulary[own]
	}
	for name := range mathVocabulary() {
		d[name] = vocabulary[name]
	}
	for name, f := range map[string]func(float64) float64{"erf": math.Erf, "erfc": math.Erfc, "erfinv": math.Erfinv, "gamma": math.Gamma, "cbrt": math.Cbrt, "acosh": math.Acosh, "asinh": math.Asinh, "atanh": math.Atanh,
		"lgamma": func(x float64) float64 { v, _ := math.Lgamma(x); return v }, "degrees": degrees, "radians": radians} {
		d[name] = elementFunction(name, f)
	}
	d["gammaln"] = d["lgamma"]
	for name, f := range map[string]func(float64) float64{"floor": math.Floor, "ceil": math.Ceil, "trunc": math.Trunc} {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			x, err := plainNumber(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return floatToInt(b.Name(), f(x))
		})
	}
	for name, f := range map[string]func(x, y float64) float64{"hypot": math.Hypot, "copysign": math.Copysign, "fmod": math.Mod} {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var x, y float64
			err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, asFloat{&x}, asFloat{&y})
			return starlark.Float(f(x, y)), err
		})
	}
	for name, f := range map[string]builtinFunc{"factorial": factorial, "comb": binomialCoefficient, "binom": binomialCoefficient, "gcd": greatestDivisor, "isclose": mathClose, "log": logarithm} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	d["fsum"], d["tau"] = vocabulary["sum"], starlark.Float(2*math.Pi)
	return d
}

func plainNumber(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (float64, error) {
	var x float64
	err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, asFloat{&x})
	return x, err
}

func factorial(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n int
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &n); err != nil {
		return nil, err
	}
	if n < 0 || n > 10_000 {
		return nil, fmt.Errorf("factorial: expected a whole number from 0 to 10000, got %d", n)
	}
	return starlark.MakeBigInt(new(big.Int).MulRange(1, int64(n))), nil
}

func binomialCoefficient(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n, k int
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &n, &k); err != nil {
		return nil, err
	}
	if n < 0 || k < 0 || n > 100_000 {
		return nil, fmt.Errorf("%s: expected whole numbers from 0 to 100000, got %d and %d", b.Name(), n, k)
	}
	return starlark.MakeBigInt(new(big.Int).Binomial(int64(n), int64(k))), nil
}

func greatestDivisor(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y int64
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
		return nil, err
	}
	for y != 0 {
		x, y = y, x%y
	}
	if x < 0 {
		x = -x
	}
	return starlark.MakeInt64(x), nil
}

// mathClose is math.isclose(a, b, rel_tol=1e-9, abs_tol=0).
func mathClose(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y float64
	rel, abs := 1e-9, 0.0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", asFloat{&x}, "b", asFloat{&y}, "rel_tol?", asFloat{&rel}, "abs_tol?", asFloat{&abs}); err != nil {
		return nil, err
	}
	return starlark.Bool(x == y || math.Abs(x-y) <= math.Max(rel*math.Max(math.Abs(x), math.Abs(y)), abs)), nil
}

// logarithm is math.log(x) or math.log(x, base).
func logarithm(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x float64
	base := math.E
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, asFloat{&x}, asFloat{&base}); err != nil {
		return nil, err
	}
	if len(args) < 2 {
		return starlark.Float(math.Log(x)), nil
	}
	return starlark.Float(math.Log(x) / math.Log(base)), nil
}
