package script

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// moreVocabulary are functions of numpy that name operators, and those that take arrays apart and put them together.
func moreVocabulary() starlark.StringDict {
	d := functions(map[string]builtinFunc{"copy": shallowCopy, "copyto": copyTo, "put": putAt, "expand_dims": expandDims, "squeeze": squeeze, "column_stack": columnStack, "flatnonzero": flatNonzero, "isin": isIn, "in1d": isIn,
		"setdiff1d": setOperation, "intersect1d": setOperation, "union1d": setOperation, "average": average, "cumprod": cumulativeProduct, "flip": flip, "fliplr": flip, "flipud": flip, "roll": roll, "diag": diagonal, "diagonal": diagonal,
		"trace": trace, "isscalar": scalarFunc, "size": sizeOf, "ndim": dimensions, "logspace": logspace, "geomspace": logspace, "searchsorted": searchSorted, "matmul": dot, "inner": dot, "count_nonzero": countNonzero,
		"atleast_1d": atLeastDims(1), "atleast_2d": atLeastDims(2), "delete": deleteRows, "split": splitRows, "array_split": splitRows, "take": takeRows, "vectorize": vectorize, "triu_indices": triangleIndices, "tril_indices": triangleIndices})
	for op, names := range map[syntax.Token][]string{syntax.PLUS: {"add"}, syntax.MINUS: {"subtract"}, syntax.STAR: {"multiply"}, syntax.SLASH: {"divide", "true_divide"}, syntax.SLASHSLASH: {"floor_divide"}, syntax.PERCENT: {"remainder", "mod"}} {
		for _, name := range names {
			d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				var x, y starlark.Value
				if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
					return nil, err
				}
				for _, v := range []*starlark.Value{&x, &y} {
					if _, isList := (*v).(*starlark.List); isList {
						a, err := toArray(*v)
						if err != nil {
							return nil, fmt.Errorf("%s: %w", b.Name(), err)
						}
						*v = a
					}
				}
				return starlark.Binary(op, x, y)
			})
		}
	}
	for name, f := range map[string]func(float64) float64{"exp2": math.Exp2, "fix": math.Trunc, "trunc": math.Trunc, "rint": math.RoundToEven, "cbrt": math.Cbrt} {
		d[name] = elementFunction(name, f)
	}
	d["negative"] = starlark.NewBuiltin("negative", elementwise(func(x float64) float64 { return -x }, func(u units.Dim) (units.Dim, error) { return u, nil }, true))
	d["square"] = starlark.NewBuiltin("square", elementwise(func(x float64) float64 { return x * x }, func(u units.Dim) (units.Dim, error) { return u.Mul(u), nil }, true))
	d["reciprocal"] = starlark.NewBuiltin("reciprocal", elementwise(func(x float64) float64 { return 1 / x }, func(u units.Dim) (units.Dim, error) { return u.Inv(), nil }, false))
	d["heaviside"] = starlark.NewBuiltin("heaviside", pairwise(func(x, y *Array) (*Array, error) {
		return broadcast(x, y, noDim, realElems, func(a, b float64) float64 {
			switch {
			case a > 0:
				return 1
			case a == 0:
				return b
			case a < 0:
				return 0
			}
			return a
		})
	}))
	d["logical_xor"] = starlark.NewBuiltin("logical_xor", pairwise(func(x, y *Array) (*Array, error) {
		return broadcast(x, y, noDim, boolElems, func(a, b float64) float64 { return boolFloat((a != 0) != (b != 0)) })
	}))
	d["newaxis"] = starlark.None
	return d
}

// withAxes is a[key] with None among the keys: each is an axis of length 1.
func (a *Array) withAxes(keys starlark.Tuple) (starlark.Value, error) {
	var rest starlark.Tuple
	for _, k := range keys {
		if k != starlark.None {
			rest = append(rest, k)
		}
	}
	if len(rest) > len(a.shape) {
		return nil, fmt.Errorf("%d indices for an array of shape %s", len(rest), shapeString(a.shape))
	}
	var v starlark.Value = a
	if len(rest) > 0 {
		var err error
		if v, _, err = a.Get(rest); err != nil {
			return nil, err
		}
	}
	out, err := toArray(v)
	if err != nil {
		return nil, err
	}
	var shape []int
	left := out.shape
	for _, k := range keys {
		switch k.(type) {
		case starlark.NoneType:
			shape = append(shape, 1)
		case starlark.Int:
		case sliceValue:
			shape, left = append(shape, left[0]), left[1:]
		default:
			return nil, fmt.Errorf("a new axis, None, stands among whole numbers and ranges, not beside %s", article(k))
		}
	}
	return out.shaped(append(shape, left...)...), nil
}

// arrayAnd reads an array and further arguments.
func arrayAnd(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, more ...any) (*Array, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"a", &v}, more...)...); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		err = fmt.Errorf("%s: %w", b.Name(), err)
	}
	return a, err
}

// shaped gives the same elements, in this order, another shape: a view, but of views with steps a copy, unless only lengths of 1 come or go.
func (a *Array) shaped(shape ...int) *Array {
	if a.now(); a.steps == nil {
		return a.view(a.origin, shape, stepsOf(shape))
	}
	var steps []int
	ax := 0
	for _, n := range shape {
		if n == 1 {
			steps = append(steps, 0)
			continue
		}
		for ax < len(a.shape) && a.shape[ax] == 1 {
			ax++
		}
		if ax == len(a.shape) || a.shape[ax] != n {
			out := a.like(slices.Clone(a.data))
			out.shape = shape
			return out
		}
		steps = append(steps, a.steps[ax])
		ax++
	}
	return a.view(a.origin, shape, steps)
}

func expandDims(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	axis := 0
	a, err := arrayAnd(b, args, kwargs, "axis", &axis)
	if err != nil {
		return nil, err
	}
	if axis < 0 {
		axis += len(a.shape) + 1
	}
	if axis < 0 || axis > len(a.shape) {
		return nil, fmt.Errorf("expand_dims: an array of shape %s has no place for the axis", shapeString(a.shape))
	}
	return a.shaped(slices.Insert(slices.Clone(a.shape), axis, 1)...), nil
}

func squeeze(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := arrayAnd(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return a.shaped(slices.DeleteFunc(slices.Clone(a.shape), func(n int) bool { return n == 1 })...), nil
}

func atLeastDims(n int) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		a, err := arrayAnd(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		shape := slices.Clone(a.shape)
		for len(shape) < n {
			shape = append([]int{1}, shape...)
		}
		return a.shaped(shape...), nil
	}
}

// columnStack is column_stack([a, b]): lists are columns.
func columnStack(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	list, err := joined2(b, args, kwargs, func(a *Array) *Array {
		if len(a.shape) < 2 {
			return a.shaped(1, len(a.data))
		}
		return a.transpose()
	})
	if err != nil {
		return nil, err
	}
	out, err := joinRows("column_stack", list)
	if err != nil {
		return nil, err
	}
	return out.transpose(), nil
}

func flatNonzero(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := arrayAnd(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	idx := []int{}
	for k, x := range a.data {
		if x != 0 {
			idx = append(idx, k)
		}
	}
	return intArray(idx), nil
}

func countNonzero(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := arrayAnd(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, x := range a.data {
		if x != 0 {
			n++
		}
	}
	return starlark.MakeInt(n), nil
}

func sameDims(what string, x, y *Array) error {
	if x.dim != y.dim {
		return fmt.Errorf("%s: %s and %s", what, describeDim(x.dim), describeDim(y.dim))
	}
	return nil
}

// twoSets are two arrays of one dimension, and what the second one has.
func twoSets(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (x, y *Array, has map[float64]bool, err error) {
	if x, y, err = twoArrays(b, args, kwargs); err == nil {
		err = sameDims(b.Name(), x, y)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	has = map[float64]bool{}
	for _, v := range y.data {
		has[v] = true
	}
	return x, y, has, nil
}

func isIn(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, _, has, err := twoSets(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	out := x.like(make([]float64, len(x.data)))
	out.dim, out.kind = noDim, boolElems
	for k, v := range x.data {
		out.data[k] = boolFloat(has[v])
	}
	return result(out, len(x.shape) == 0), nil
}

// setOperation is setdiff1d, intersect1d or union1d(a, b): different elements in ascending order.
func setOperation(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, y, has, err := twoSets(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	var out []float64
	for _, v := range x.data {
		if b.Name() == "union1d" || has[v] == (b.Name() == "intersect1d") {
			out = append(out, v)
		}
	}
	if b.Name() == "union1d" {
		out = append(out, y.data...)
	}
	slices.Sort(out)
	list := fromSlice(slices.Compact(out), x.dim)
	list.kind = min(x.kind, y.kind)
	return list, nil
}

// average is average(a, weights=None).
func average(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var weights starlark.Value = starlark.None
	a, err := arrayAnd(b, args, kwargs, "weights?", &weights)
	if err != nil {
		return nil, withHint(err, "mean(a, axis=0) averages along an axis")
	}
	if weights == starlark.None {
		return number(pairwiseSum(a.data)/float64(len(a.data)), a.dim), nil
	}
	w, err := toArray(weights)
	if err != nil {
		return nil, fmt.Errorf("average: %w", err)
	}
	if len(w.data) != len(a.data) {
		return nil, fmt.Errorf("average: %d values with %d weights", len(a.data), len(w.data))
	}
	products := make([]float64, len(w.data))
	for k := range products {
		products[k] = float64(a.data[k] * w.data[k])
	}
	return number(pairwiseSum(products)/pairwiseSum(w.data), a.dim), nil
}

func cumulativeProduct(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := arrayAnd(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if !a.dim.Dimensionless() {
		return nil, fmt.Errorf("cumprod: expected numbers without unit, got %s", describeDim(a.dim))
	}
	out := a.copy().shaped(len(a.data))
	for k := 1; k < len(out.data); k++ {
		out.data[k] *= out.data[k-1]
	}
	return out, nil
}

func sizeOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := arrayAnd(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.MakeInt(len(a.data)), nil
}

func dimensions(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := arrayAnd(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.MakeInt(len(a.shape)), nil
}

// logspace is logspace(start, stop, num=50, base=10), of exponents, and geomspace(start, stop, num=50), of the ends.
func logspace(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var lo, hi starlark.Value
	n, base, endpoint := 50, 10.0, true
	pairs := []any{"start", &lo, "stop", &hi, "num?", &n, "endpoint?", &endpoint}
	if b.Name() == "logspace" {
		pairs = append(pairs, "base?", asFloat{&base})
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
		return nil, err
	}
	x, ok := asQuantity(lo)
	y, both := asQuantity(hi)
	dim := x.Dim
	switch {
	case !ok || !both || x.Dim != y.Dim:
		return nil, fmt.Errorf("%s: start and stop are numbers of one unit", b.Name())
	case b.Name() == "geomspace" && !(x.Value*y.Value > 0):
		return nil, fmt.Errorf("geomspace: start and stop have one sign, and are not 0")
	case b.Name() == "logspace" && !dim.Dimensionless():
		return nil, withHint(fmt.Errorf("logspace: start and stop are exponents, without unit"), "np.logspace(0, 3, 10)*Hz")
	}
	a, err := newArray(n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	a.dim = dim
	sign := 1.0
	from, to := x.Value, y.Value
	if b.Name() == "geomspace" {
		if from < 0 {
			sign = -1
		}
		from, to = math.Log10(math.Abs(from)), math.Log10(math.Abs(to))
	}
	div := n
	if endpoint {
		div--
	}
	step := (to - from) / float64(max(div, 1))
	for i := range a.data {
		p := float64(float64(i)*step) + from
		if endpoint && n > 1 && i == n-1 {
			p = to
		}
		a.data[i] = sign * math.Pow(base, p)
	}
	if b.Name() == "geomspace" && n > 0 {
		a.data[0] = x.Value
		if endpoint && n > 1 {
			a.data[n-1] = y.Value
		}
	}
	return a, nil
}

// searchSorted is searchsorted(a, v, side="left"): where in the ascending a the values v belong.
func searchSorted(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	side := "left"
	a, err := arrayAnd(b, args, kwargs, "v", &v, "side?", &side)
	if err != nil {
		return nil, err
	}
	x, scalar, err := operand(b.Name(), v)
	if err == nil {
		err = sameDims(b.Name(), a, x)
	}
	if err != nil {
		return nil, err
	}
	if side != "left" && side != "right" || !slices.IsSorted(a.data) {
		return nil, fmt.Errorf("searchsorted: the array ascends, side is \"left\" or \"right\"")
	}
	out := x.like(make([]float64, len(x.data)))
	out.dim, out.kind = noDim, intElems
	for k, p := range x.data {
		out.data[k] = float64(sort.Search(len(a.data), func(i int) bool { return a.data[i] > p || a.data[i] == p && side == "left" }))
	}
	return result(out, scalar), nil
}

// vectorize is vectorize(f): a function that calls f for each element.
func vectorize(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("vectorize: expected a function")
	}
	f := args[0]
	return starlark.NewBuiltin("vectorize", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		a, scalar, err := oneOperand(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		out := starlark.NewList(nil)
		for _, x := range a.data {
			y, err := starlark.Call(t, f, starlark.Tuple{a.elem(x)}, nil)
			if err != nil {
				return nil, err
			}
			if scalar {
				return y, nil
			}
			if err := out.Append(y); err != nil {
				return nil, err
			}
		}
		list, err := toArray(out)
		if err != nil {
			return nil, fmt.Errorf("vectorize: %w", err)
		}
		return list.shaped(a.shape...), nil
	}), nil
}

// scalarFunc is isscalar(x): a number, with a unit or not, a truth value or a text.
func scalarFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case starlark.Int, starlark.Float, starlark.Bool, starlark.String, quantity:
		return starlark.True, nil
	}
	return starlark.False, nil
}
