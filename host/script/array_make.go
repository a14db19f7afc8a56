package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// arrayVocabulary holds numpy's functions that make, join and search arrays.
func arrayVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"array": makeArray, "asarray": plainArray, "linspace": linspace, "arange": arange,
		"zeros": filled(0), "ones": filled(1), "full": full, "eye": eye, "meshgrid": meshgrid,
		"concatenate": concatenate, "stack": stack, "moveaxis": moveAxis, "rollaxis": moveAxis, "reshape": reshapeFunc, "transpose": transposeFunc,
		"argsort": argsort, "sort": sortFunc, "unique": unique, "nonzero": nonzero, "where": where,
		"diff": diff, "cumsum": cumsum, "histogram": histogram, "histogram2d": histogram2d,
		"dot": dot, "outer": outer, "repeat": repeatFunc, "tile": tile, "slice": makeSlice, "shape": shapeFunc,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	for _, name := range []string{"sum", "mean", "std", "var", "median", "argmin", "argmax"} {
		d[name] = starlark.NewBuiltin(name, reductionFunc)
	}
	// These keep Starlark's own meaning for everything but arrays.
	for _, name := range []string{"min", "max", "any", "all"} {
		d[name] = starlark.NewBuiltin(name, reductionOrUniverse)
	}
	d["int"] = starlark.NewBuiltin("int", intOf)
	d["float"] = starlark.NewBuiltin("float", floatOf)
	d["bool"] = starlark.Universe["bool"]
	return d
}

func makeArray(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var dtype starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "values", &v, "dtype?", &dtype); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	a = a.copy()
	if len(a.shape) == 0 {
		a.shape = []int{1}
	}
	if dtype != starlark.None {
		if a, err = a.astype(dtype); err == nil && a.kind == intElems {
			a.dim = noDim
		}
		return a, err
	}
	return a, nil
}

// plainArray is asarray(x): the numbers in SI units, as numpy's asarray gives them.
func plainArray(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		switch x := args[0].(type) {
		case *Array: // the same memory
			if len(x.shape) > 0 {
				v := x.shaped(x.shape...)
				v.dim = noDim
				return v, nil
			}
		case *varView:
			a, err := x.array()
			if err != nil {
				return nil, err
			}
			a = x.shown(a)
			a.dim = noDim
			return a, nil
		}
	}
	v, err := makeArray(t, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	v.(*Array).dim = noDim
	return v, nil
}

// lengths reads a shape: a number or a sequence of numbers.
func lengths(v starlark.Value) ([]int, error) {
	if i, ok := v.(starlark.Int); ok {
		n, err := starlark.AsInt32(i)
		return []int{n}, err
	}
	seq, ok := v.(starlark.Iterable)
	if !ok {
		return nil, fmt.Errorf("a shape is a whole number or a tuple of them, not %s", article(v))
	}
	it := seq.Iterate()
	defer it.Done()
	var out []int
	var x starlark.Value
	for it.Next(&x) {
		n, err := starlark.AsInt32(x)
		if err != nil {
			return nil, fmt.Errorf("a shape is made of whole numbers, not %s", article(x))
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("a shape needs at least one length")
	}
	return out, nil
}

func filled(v float64) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var shape starlark.Value
		var dtype starlark.Value = starlark.None
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "shape", &shape, "dtype?", &dtype); err != nil {
			return nil, err
		}
		a, err := newFilled(shape, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		if dtype != starlark.None {
			return a.astype(dtype)
		}
		return a, nil
	}
}

func newFilled(shape starlark.Value, v float64) (*Array, error) {
	n, err := lengths(shape)
	if err != nil {
		return nil, err
	}
	a, err := newArray(n...)
	if err != nil {
		return nil, err
	}
	if v != 0 {
		for i := range a.data {
			a.data[i] = v
		}
	}
	return a, nil
}

func full(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var shape, v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "shape", &shape, "fill_value", &v); err != nil {
		return nil, err
	}
	q, ok := asQuantity(v)
	if !ok {
		return nil, fmt.Errorf("full: the value must be a number, not %s", article(v))
	}
	a, err := newFilled(shape, q.Value)
	if err != nil {
		return nil, fmt.Errorf("full: %w", err)
	}
	a.dim = q.Dim
	return a, nil
}

func eye(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	a, err := newArray(n, n)
	if err != nil {
		return nil, fmt.Errorf("eye: %w", err)
	}
	for i := 0; i < n; i++ {
		a.data[i*n+i] = 1
	}
	return a, nil
}

// zeroAs is x, which has the unit of y if it is 0.
func zeroAs(x, y units.Quantity) units.Quantity {
	if x.Value == 0 && x.Dim.Dimensionless() {
		x.Dim = y.Dim
	}
	return x
}

func linspace(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var lo, hi starlark.Value
	n, endpoint := 50, true
	kwargs, dtype := withoutDtype(kwargs)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "start", &lo, "stop", &hi, "num?", &n, "endpoint?", &endpoint); err != nil {
		return nil, err
	}
	if dtype != nil {
		return ofDtype(dtype)(linspace(nil, b, args, kwargs))
	}
	x, ok1 := asQuantity(lo)
	y, ok2 := asQuantity(hi)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("linspace: start and stop must be numbers")
	}
	if x = zeroAs(x, y); x.Dim != y.Dim {
		return nil, fmt.Errorf("linspace: start is %s, stop is %s", describeDim(x.Dim), describeDim(y.Dim))
	}
	a, err := newArray(n)
	if err != nil {
		return nil, fmt.Errorf("linspace: %w", err)
	}
	a.dim = x.Dim
	div := n
	if endpoint {
		div--
	}
	step := (y.Value - x.Value) / float64(max(div, 1))
	for i := range a.data {
		a.data[i] = float64(float64(i)*step) + x.Value
	}
	if endpoint && n > 1 {
		a.data[n-1] = y.Value
	}
	return a, nil
}

func arange(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var p1 starlark.Value
	var p2, p3 starlark.Value = starlark.None, starlark.None
	kwargs, dtype := withoutDtype(kwargs)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "start", &p1, "stop?", &p2, "step?", &p3); err != nil {
		return nil, err
	}
	if dtype != nil {
		return ofDtype(dtype)(arange(nil, b, args, kwargs))
	}
	if p2 == starlark.None {
		p1, p2 = starlark.MakeInt(0), p1
		if q, ok := asQuantity(p2); ok && !q.Dim.Dimensionless() {
			p1 = quantity{0, q.Dim}
		}
	}
	if p3 == starlark.None {
		p3 = starlark.MakeInt(1)
	}
	kind := intElems
	var q [3]units.Quantity
	for i, v := range []starlark.Value{p1, p2, p3} {
		var ok bool
		if q[i], ok = asQuantity(v); !ok {
			return nil, fmt.Errorf("arange: expected numbers, got %s", article(v))
		}
		if _, isInt := v.(starlark.Int); !isInt {
			kind = realElems
		}
	}
	q[0] = zeroAs(q[0], q[1])
	q[1] = zeroAs(q[1], q[0])
	for i := range q {
		if q[i].Dim != q[0].Dim {
			return nil, fmt.Errorf("arange: the units differ: %s and %s", describeDim(q[0].Dim), describeDim(q[i].Dim))
		}
	}
	if q[2].Value == 0 {
		return nil, fmt.Errorf("arange: the step cannot be 0")
	}
	n := math.Ceil((q[1].Value - q[0].Value) / q[2].Value)
	if !(n < maxElements) {
		return nil, fmt.Errorf("arange: %g elements are too many (the limit is %d)", n, maxElements)
	}
	a, err := newArray(max(int(n), 0))
	if err != nil {
		return nil, err
	}
	step := (q[0].Value + q[2].Value) - q[0].Value // numpy's, which knows the first two numbers
	for i := range a.data {
		a.data[i] = float64(float64(i)*step) + q[0].Value
	}
	a.dim, a.kind = q[0].Dim, kind
	return a, nil
}

// meshgrid(x, y) returns the coordinates of a grid as two arrays of shape [len(y), len(x)].
func meshgrid(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vy starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &vx, &vy); err != nil {
		return nil, err
	}
	x, err := toArray(vx)
	if err != nil {
		return nil, err
	}
	y, err := toArray(vy)
	if err != nil {
		return nil, err
	}
	gx, err := newArray(len(y.data), len(x.data))
	if err != nil {
		return nil, fmt.Errorf("meshgrid: %w", err)
	}
	gy, _ := newArray(len(y.data), len(x.data))
	for r := range y.data {
		copy(gx.data[r*len(x.data):], x.data)
		for c := range x.data {
			gy.data[r*len(x.data)+c] = y.data[r]
		}
	}
	gx.dim, gx.kind, gy.dim, gy.kind = x.dim, x.kind, y.dim, y.kind
	return starlark.Tuple{gx, gy}, nil
}

// withoutDtype takes dtype= out of arguments; nil: it is not there.
func withoutDtype(kwargs []starlark.Tuple) (rest []starlark.Tuple, dtype starlark.Value) {
	for _, kw := range kwargs {
		if kw[0] == starlark.String("dtype") {
			dtype = kw[1]
		} else {
			rest = append(rest, kw)
		}
	}
	if dtype == starlark.None {
		dtype = nil
	}
	return rest, dtype
}

// ofDtype gives an array elements of a kind.
func ofDtype(dtype starlark.Value) func(starlark.Value, error) (starlark.Value, error) {
	return func(v starlark.Value, err error) (starlark.Value, error) {
		if err != nil {
			return nil, err
		}
		return v.(*Array).astype(dtype)
	}
}
