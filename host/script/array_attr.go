package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type arrayMethod func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

var arrayMethods map[string]arrayMethod

// The table's functions refer to it through Attr, so it is filled at start.
func init() {
	arrayMethods = map[string]arrayMethod{
		"reshape": func(a *Array, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) == 1 {
				return a.reshape(args[0])
			}
			return a.reshape(args)
		},
		"flatten": flattened,
		"ravel": func(a *Array, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return a.shaped(len(a.data)), nil
		},
		"copy": func(a *Array, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return a.copy(), nil
		},
		"view": func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args)+len(kwargs) > 0 {
				return nil, fmt.Errorf("view: takes no arguments here; astype(...) makes an array of other elements")
			}
			a.now()
			return a.view(a.origin, slices.Clone(a.shape), slices.Clone(a.layout())), nil
		},
		"transpose": func(a *Array, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return a.transpose(), nil
		},
		"tolist": func(a *Array, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return a.tolist(), nil
		},
		"astype": func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return a.astype(v)
		},
		"nonzero": func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return nonzero(nil, b, append(starlark.Tuple{a}, args...), kwargs)
		},
		"item": itemMethod,
		"sort": func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			s, err := sortFunc(nil, b, append(starlark.Tuple{a}, args...), kwargs)
			if err != nil {
				return nil, err
			}
			if _, err = a.become("sort()", s.(*Array)); err != nil {
				return nil, err
			}
			return starlark.None, nil
		},
		"column":    columnMethod,
		"row":       rowMethod,
		"set_slice": setSliceMethod,
		"fill": func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return starlark.None, a.SetKey(sliceValue{starlark.None, starlark.None, starlark.None}, v)
		},
	}
	for _, name := range []string{"sum", "mean", "std", "var", "min", "max", "median", "argmin", "argmax", "any", "all"} {
		arrayMethods[name] = func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var axis starlark.Value = starlark.None
			if err := starlark.UnpackArgs(name, args, kwargs, "axis?", &axis); err != nil {
				return nil, err
			}
			return a.reduceAxis(name, axis)
		}
	}
	for name, f := range map[string]builtinFunc{"repeat": repeatFunc, "cumsum": cumsum, "argsort": argsort, "dot": dot, "clip": mathClip, "round": mathRound, "prod": prod, "ptp": peakToPeak, "squeeze": squeeze, "searchsorted": searchSorted,
		"take": takeRows, "trace": trace, "cumprod": cumulativeProduct, "diagonal": diagonal} {
		arrayMethods[name] = func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return f(nil, b, append(starlark.Tuple{a}, args...), kwargs)
		}
	}
	for op, name := range map[syntax.Token]string{syntax.EQL: "eq", syntax.NEQ: "ne", syntax.LT: "lt", syntax.LE: "le", syntax.GT: "gt", syntax.GE: "ge"} {
		arrayMethods[name] = func(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			y, err := toArray(v)
			if err != nil {
				return nil, err
			}
			return compareArrays(op, a, y)
		}
	}
}

// AttrNames lists attributes and methods.
func (a *Array) AttrNames() []string {
	names := slices.Concat([]string{"T", "flat", "shape", "size", "ndim", "dtype", "real", "imag", "nbytes", "itemsize"}, quantityAttrs, quantityMethods)
	for n := range arrayMethods {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr implements a.name.
func (a *Array) Attr(name string) (starlark.Value, error) {
	a.now()
	switch name {
	case "T":
		return a.transpose(), nil
	case "flat":
		if a.steps != nil {
			return nil, withHint(fmt.Errorf("flat of a view that is not one stretch of its array"), "x.ravel() is a copy of its elements, and x[i, j] = ... sets one")
		}
		return a.shaped(len(a.data)), nil
	case "shape":
		return intTuple(a.shape), nil
	case "size":
		return starlark.MakeInt(len(a.data)), nil
	case "ndim":
		return starlark.MakeInt(len(a.shape)), nil
	case "dtype":
		return starlark.String(a.kind.String()), nil
	case "real":
		return a.shaped(slices.Clone(a.shape)...), nil
	case "imag":
		return &Array{data: make([]float64, len(a.data)), shape: a.shape, dim: a.dim}, nil
	case "itemsize":
		return starlark.MakeInt(8), nil
	case "nbytes":
		return starlark.MakeInt(8 * len(a.data)), nil
	}
	if v, ok := quantityAttr(a, name); ok {
		return v, nil
	}
	if m, ok := arrayMethods[name]; ok {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return m(a.now(), b, args, kwargs)
		}).BindReceiver(a), nil
	}
	return nil, noAttr("array", name, a.AttrNames())
}

// noAttr is the error of an unknown attribute, with a spelling hint.
func noAttr(what, name string, known []string) error {
	msg := fmt.Sprintf("%s has no attribute %q", what, name)
	if s := cmp.Or(absent[name], diag.DidYouMean(name, known)); s != "" {
		return withHint(starlark.NoSuchAttrError(msg), s)
	}
	if len(known) > 0 && len(known) <= 12 {
		return withHint(starlark.NoSuchAttrError(msg), "it has "+strings.Join(known, ", "))
	}
	return starlark.NoSuchAttrError(msg)
}

func columnMethod(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if len(a.shape) < 2 {
		return nil, fmt.Errorf("column: the array has one dimension")
	}
	out, _, err := a.Get(starlark.Tuple{sliceValue{}, v})
	return out, err
}

func rowMethod(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	out, _, err := a.Get(v)
	return out, err
}

// setSliceMethod is a[start:stop] = values, which Starlark cannot write.
func setSliceMethod(a *Array, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var start, stop, v starlark.Value
	if err := starlark.UnpackArgs("set_slice", args, kwargs, "start", &start, "stop", &stop, "values", &v); err != nil {
		return nil, err
	}
	return starlark.None, a.SetKey(sliceValue{start, stop, starlark.None}, v)
}

func (a *Array) tolist() starlark.Value {
	if len(a.shape) == 0 {
		return a.elem(a.data[0])
	}
	vals := make([]starlark.Value, a.Len())
	for i := range vals {
		x := a.Index(i)
		if sub, ok := x.(*Array); ok {
			x = sub.tolist()
		}
		vals[i] = x
	}
	return starlark.NewList(vals)
}

// astype changes what the elements are: int truncates, bool asks for non-zero.
func (a *Array) astype(v starlark.Value) (*Array, error) {
	name := ""
	switch t := v.(type) {
	case starlark.String:
		name = string(t)
	case *starlark.Builtin:
		name = t.Name()
	}
	out := a.copy()
	switch name {
	case "int", "int_", "int8", "int16", "int32", "int64", "uint8": // of quantities the numbers in SI units, which keep their unit, as in Brian2
		out.kind = intElems
		for i, x := range out.data {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("astype: element %d is %v", i, x)
			}
			out.data[i] = math.Trunc(x)
		}
	case "float", "float32", "float64", "double":
		out.kind = realElems
	case "bool", "bool_":
		out.kind, out.dim = boolElems, noDim
		for i, x := range out.data {
			out.data[i] = boolFloat(x != 0)
		}
	default:
		return nil, fmt.Errorf("the type of elements is int, float or bool, not %s", v)
	}
	return out, nil
}

// reduce applies a named reduction to the values of one group of elements.
func (a *Array) reduce(name string, vals []float64) (float64, error) {
	n := float64(len(vals))
	if len(vals) == 0 {
		switch name {
		case "sum", "any":
			return 0, nil
		case "all":
			return 1, nil
		}
		return 0, fmt.Errorf("%s of an empty array", name)
	}
	switch name {
	case "sum":
		return pairwiseSum(vals), nil
	case "mean":
		return pairwiseSum(vals) / n, nil
	case "std", "var":
		m := pairwiseSum(vals) / n
		sq := make([]float64, len(vals))
		for i, v := range vals {
			sq[i] = (v - m) * (v - m)
		}
		v := pairwiseSum(sq) / n
		if name == "std" {
			v = math.Sqrt(v)
		}
		return v, nil
	case "median":
		s := append([]float64(nil), vals...)
		sort.Float64s(s)
		if len(s)%2 == 1 {
			return s[len(s)/2], nil
		}
		return (s[len(s)/2-1] + s[len(s)/2]) / 2, nil
	case "any", "all":
		for _, v := range vals {
			if (v != 0) == (name == "any") {
				return boolFloat(name == "any"), nil
			}
		}
		return boolFloat(name == "all"), nil
	}
	best := 0
	for i, v := range vals {
		if math.IsNaN(v) {
			best = i
			break
		}
		if (name == "min" || name == "argmin") && v < vals[best] || (name == "max" || name == "argmax") && v > vals[best] {
			best = i
		}
	}
	if name == "argmin" || name == "argmax" {
		return float64(best), nil
	}
	return vals[best], nil
}

// pairwiseSum adds in a tree, as numpy does, so that the error grows with log n only.
func pairwiseSum(v []float64) float64 {
	if len(v) <= 128 {
		s := 0.0
		for _, x := range v {
			s += x
		}
		return s
	}
	h := len(v) / 2
	return pairwiseSum(v[:h]) + pairwiseSum(v[h:])
}

// reduceAxis reduces all elements (axis None) or along one axis.
func (a *Array) reduceAxis(name string, axis starlark.Value) (starlark.Value, error) {
	out := &Array{dim: a.dim, kind: a.kind}
	switch name {
	case "sum":
		out.kind = min(a.kind, intElems)
	case "mean", "std", "median":
		out.kind = realElems
	case "var":
		out.kind, out.dim = realElems, a.dim.Mul(a.dim)
	case "argmin", "argmax":
		out.kind, out.dim = intElems, noDim
	case "any", "all":
		out.kind, out.dim = boolElems, noDim
	}
	if axis == starlark.None {
		v, err := a.reduce(name, a.data)
		if err != nil {
			return nil, err
		}
		return out.elem(v), nil
	}
	ax, err := starlark.AsInt32(axis)
	if err != nil || ax < -len(a.shape) || ax >= len(a.shape) {
		return nil, fmt.Errorf("%s: axis %v of an array with %d dimensions", name, axis, len(a.shape))
	}
	if ax < 0 {
		ax += len(a.shape)
	}
	inner := 1
	for _, s := range a.shape[ax+1:] {
		inner *= s
	}
	n := a.shape[ax]
	outerLen := 1
	for _, s := range a.shape[:ax] {
		outerLen *= s
	}
	vals := make([]float64, n)
	for o := 0; o < outerLen; o++ {
		for i := 0; i < inner; i++ {
			for k := range vals {
				vals[k] = a.data[(o*n+k)*inner+i]
			}
			v, err := a.reduce(name, vals)
			if err != nil {
				return nil, err
			}
			out.data = append(out.data, v)
		}
	}
	out.shape = append(append([]int(nil), a.shape[:ax]...), a.shape[ax+1:]...)
	return result(out, len(out.shape) == 0), nil
}

func reductionFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var axis starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "values", &v, "axis?", &axis); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return a.reduceAxis(b.Name(), axis)
}

// reductionOrUniverse reduces a single array in Go and leaves every other use to Starlark.
func reductionOrUniverse(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		if _, ok := args[0].(*Array); ok && (len(args) == 1) {
			return reductionFunc(t, b, args, kwargs)
		}
	}
	return starlark.Call(t, starlark.Universe[b.Name()], args, kwargs)
}

func intOf(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		switch v := args[0].(type) {
		case quantity:
			return nil, fmt.Errorf("int: %s has a unit; divide by the unit first, e.g. int(x/ms)", v)
		case *Array:
			if len(v.data) == 1 {
				return floatToInt("int", v.data[0])
			}
			return nil, fmt.Errorf("int: an array of %d elements; use a.astype(int)", len(v.data))
		}
	}
	return starlark.Call(t, starlark.Universe["int"], args, kwargs)
}

func floatOf(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		switch v := args[0].(type) {
		case quantity:
			return starlark.Float(v.Value), nil
		case *Array:
			if len(v.data) == 1 {
				return starlark.Float(v.data[0]), nil
			}
			return nil, fmt.Errorf("float: an array of %d elements; use a.astype(float)", len(v.data))
		}
	}
	return starlark.Call(t, starlark.Universe["float"], args, kwargs)
}

func flattened(a *Array, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	out := a.copy()
	out.shape = []int{len(out.data)}
	return out, nil
}

// itemMethod is a.item() for an array of one element, a.item(k) for the k-th.
func itemMethod(a *Array, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k := -1
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "index?", &k); err != nil {
		return nil, err
	}
	if len(args)+len(kwargs) == 0 {
		if k = 0; len(a.data) != 1 {
			return nil, fmt.Errorf("item: this array has %d elements; item(k) is one of them", len(a.data))
		}
	}
	if k < 0 {
		k += len(a.data)
	}
	if k < 0 || k >= len(a.data) {
		return nil, fmt.Errorf("item: there is no element %d of %d", k, len(a.data))
	}
	return a.elem(a.data[k]), nil
}
