package script

import (
	"fmt"
	"math"
	"sort"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// arrayVocabulary holds numpy's functions that make, join and search arrays.
func arrayVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"array": makeArray, "asarray": plainArray, "linspace": linspace, "arange": arange,
		"zeros": filled(0), "ones": filled(1), "full": full, "eye": eye, "meshgrid": meshgrid,
		"concatenate": concatenate, "stack": stack, "reshape": reshapeFunc, "transpose": transposeFunc,
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
		return a.astype(dtype)
	}
	return a, nil
}

// plainArray is asarray(x): the numbers in SI units, as numpy's asarray gives them.
func plainArray(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
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

func linspace(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var lo, hi starlark.Value
	n, endpoint := 50, true
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "start", &lo, "stop", &hi, "num?", &n, "endpoint?", &endpoint); err != nil {
		return nil, err
	}
	x, ok1 := asQuantity(lo)
	y, ok2 := asQuantity(hi)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("linspace: start and stop must be numbers")
	}
	if x.Dim != y.Dim {
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
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "start", &p1, "stop?", &p2, "step?", &p3); err != nil {
		return nil, err
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
	for i := range a.data {
		a.data[i] = float64(float64(i)*q[2].Value) + q[0].Value
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

// arrays reads a sequence of arrays of one unit.
func arrays(name string, v starlark.Value) ([]*Array, error) {
	seq, ok := v.(starlark.Iterable)
	if !ok {
		return nil, fmt.Errorf("%s: expected a list of arrays, got %s", name, article(v))
	}
	it := seq.Iterate()
	defer it.Done()
	var out []*Array
	var x starlark.Value
	for it.Next(&x) {
		a, err := toArray(x)
		if err != nil {
			return nil, fmt.Errorf("%s: element %d: %w", name, len(out), err)
		}
		if len(out) > 0 && a.dim != out[0].dim {
			return nil, withHint(fmt.Errorf("%s: arrays of different units: %s and %s", name, describeDim(out[0].dim), describeDim(a.dim)), "asarray(x) gives the plain numbers in SI units")
		}
		out = append(out, a)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: the list is empty", name)
	}
	return out, nil
}

func concatenate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "arrays", &v); err != nil {
		return nil, err
	}
	list, err := arrays(b.Name(), v)
	if err != nil {
		return nil, err
	}
	out := &Array{dim: list[0].dim, kind: list[0].kind}
	n := 0
	for i, a := range list {
		if len(a.shape) == 0 {
			a = a.like(a.data)
			a.shape = []int{1}
		}
		if i == 0 {
			out.shape = append([]int(nil), a.shape...)
		} else if !sameShape(a.shape[1:], out.shape[1:]) {
			return nil, fmt.Errorf("concatenate: shapes %s and %s differ beyond the first axis", shapeString(list[0].shape), shapeString(a.shape))
		}
		n += a.shape[0]
		out.kind = min(out.kind, a.kind)
		out.data = append(out.data, a.data...)
	}
	out.shape[0] = n
	return out, nil
}

func stack(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	list, err := arrays(b.Name(), v)
	if err != nil {
		return nil, err
	}
	out := &Array{dim: list[0].dim, kind: list[0].kind, shape: append([]int{len(list)}, list[0].shape...)}
	for _, a := range list {
		if !sameShape(a.shape, list[0].shape) {
			return nil, fmt.Errorf("stack: shapes %s and %s differ", shapeString(list[0].shape), shapeString(a.shape))
		}
		out.kind = min(out.kind, a.kind)
		out.data = append(out.data, a.data...)
	}
	return out, nil
}

func reshapeFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, shape starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &v, &shape); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("reshape: %w", err)
	}
	return a.reshape(shape)
}

// reshape gives the same elements another shape; one length may be -1.
func (a *Array) reshape(v starlark.Value) (*Array, error) {
	shape, err := lengths(v)
	if err != nil {
		return nil, fmt.Errorf("reshape: %w", err)
	}
	n, free := 1, -1
	for i, s := range shape {
		switch {
		case s == -1 && free < 0:
			free = i
		case s < 0:
			return nil, fmt.Errorf("reshape: the shape %s has negative lengths", shapeString(shape))
		default:
			n *= s
		}
	}
	if free >= 0 && n > 0 && len(a.data)%n == 0 {
		shape[free] = len(a.data) / n
		n = len(a.data)
	}
	if n != len(a.data) || free >= 0 && shape[free] < 0 {
		return nil, fmt.Errorf("reshape: %d elements do not fill the shape %s", len(a.data), shapeString(shape))
	}
	return &Array{data: a.data, shape: shape, dim: a.dim, kind: a.kind, frozen: a.frozen}, nil
}

func transposeFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, err
	}
	return a.transpose(), nil
}

// transpose reverses the axes; the result is a copy.
func (a *Array) transpose() *Array {
	if len(a.shape) < 2 {
		return a
	}
	n := len(a.shape)
	shape := make([]int, n)
	for i, s := range a.shape {
		shape[n-1-i] = s
	}
	out := &Array{data: make([]float64, len(a.data)), shape: shape, dim: a.dim, kind: a.kind}
	st := make([]int, n)
	step := 1
	for i := 0; i < n; i++ {
		st[i] = step
		step *= shape[i]
	}
	// st[i] is the step in a along axis i of the result
	idx := make([]int, n)
	off := 0
	for k := range out.data {
		out.data[k] = a.data[off]
		for ax := n - 1; ax >= 0; ax-- {
			idx[ax]++
			off += st[ax]
			if idx[ax] < shape[ax] {
				break
			}
			off -= st[ax] * shape[ax]
			idx[ax] = 0
		}
	}
	return out
}

// flatArg reads one argument as an array of any shape.
func flatArg(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (*Array, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return a, nil
}

func argsort(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	idx := make([]int, len(a.data))
	for i := range idx {
		idx[i] = i
	}
	sort.SliceStable(idx, func(i, j int) bool { return a.data[idx[i]] < a.data[idx[j]] })
	return intArray(idx), nil
}

func intArray(v []int) *Array {
	out := &Array{data: make([]float64, len(v)), shape: []int{len(v)}, kind: intElems}
	for i, x := range v {
		out.data[i] = float64(x)
	}
	return out
}

func sortFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if len(a.shape) > 1 {
		return nil, fmt.Errorf("sort: expected one dimension, got shape %s", shapeString(a.shape))
	}
	out := a.copy()
	sort.Float64s(out.data)
	return out, nil
}

func unique(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	counts := false
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "values", &v, "return_counts?", &counts); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("unique: %w", err)
	}
	vals := append([]float64(nil), a.data...)
	sort.Float64s(vals)
	out := &Array{dim: a.dim, kind: a.kind}
	var n []int
	for i, x := range vals {
		if i == 0 || x != vals[i-1] {
			out.data = append(out.data, x)
			n = append(n, 0)
		}
		n[len(n)-1]++
	}
	out.shape = []int{len(out.data)}
	if counts {
		return starlark.Tuple{out, intArray(n)}, nil
	}
	return out, nil
}

// nonzero returns a tuple with one index array per axis, as numpy does.
func nonzero(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	idx := make([][]int, len(a.shape))
	for k, v := range a.data {
		if v == 0 {
			continue
		}
		for ax := len(a.shape) - 1; ax >= 0; ax-- {
			idx[ax] = append(idx[ax], k%a.shape[ax])
			k /= a.shape[ax]
		}
	}
	out := make(starlark.Tuple, len(idx))
	for i := range idx {
		out[i] = intArray(idx[i])
	}
	return out, nil
}

func where(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		return nonzero(t, b, args, kwargs)
	}
	var c, x, y starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 3, &c, &x, &y); err != nil {
		return nil, err
	}
	mask, err := toArray(c)
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	l, err := toArray(x)
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	r, err := toArray(y)
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	if l.dim != r.dim {
		return nil, fmt.Errorf("where: the units differ: %s and %s", describeDim(l.dim), describeDim(r.dim))
	}
	// NaN marks the place to fill from r; it cannot come from the mask, whose values are only compared with 0.
	kind := min(l.kind, r.kind)
	picked, err := broadcast(mask, l, l.dim, kind, func(m, v float64) float64 {
		if m != 0 {
			return v
		}
		return 0
	})
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	rest, err := broadcast(mask, r, l.dim, kind, func(m, v float64) float64 {
		if m == 0 {
			return v
		}
		return 0
	})
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	return broadcast(picked, rest, l.dim, kind, func(a, b float64) float64 { return a + b })
}

func diff(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if len(a.shape) != 1 {
		return nil, fmt.Errorf("diff: expected one dimension, got shape %s", shapeString(a.shape))
	}
	out, err := newArray(max(len(a.data)-1, 0))
	if err != nil {
		return nil, err
	}
	out.dim, out.kind = a.dim, min(a.kind, intElems)
	for i := range out.data {
		out.data[i] = a.data[i+1] - a.data[i]
	}
	return out, nil
}

func cumsum(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	out := a.copy()
	out.shape, out.kind = []int{len(a.data)}, min(a.kind, intElems)
	for i := 1; i < len(out.data); i++ {
		out.data[i] += out.data[i-1]
	}
	return out, nil
}

// dot multiplies vectors and matrices.
func dot(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vy starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &vx, &vy); err != nil {
		return nil, err
	}
	x, err := toArray(vx)
	if err != nil {
		return nil, fmt.Errorf("dot: %w", err)
	}
	y, err := toArray(vy)
	if err != nil {
		return nil, fmt.Errorf("dot: %w", err)
	}
	if len(x.shape) < 1 || len(x.shape) > 2 || len(y.shape) < 1 || len(y.shape) > 2 || x.shape[len(x.shape)-1] != y.shape[0] {
		return nil, fmt.Errorf("dot: shapes %s and %s do not fit", shapeString(x.shape), shapeString(y.shape))
	}
	k := y.shape[0]
	m, n := 1, 1
	var shape []int
	if len(x.shape) == 2 {
		m = x.shape[0]
		shape = append(shape, m)
	}
	if len(y.shape) == 2 {
		n = y.shape[1]
		shape = append(shape, n)
	}
	out := &Array{data: make([]float64, m*n), shape: shape, dim: x.dim.Mul(y.dim), kind: min(x.kind, y.kind, intElems)}
	for i := 0; i < m; i++ {
		for l := 0; l < k; l++ {
			v := x.data[i*k+l]
			for j := 0; j < n; j++ {
				out.data[i*n+j] += float64(v * y.data[l*n+j])
			}
		}
	}
	return result(out, len(shape) == 0), nil
}

func outer(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vy starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &vx, &vy); err != nil {
		return nil, err
	}
	x, err := toArray(vx)
	if err != nil {
		return nil, fmt.Errorf("outer: %w", err)
	}
	y, err := toArray(vy)
	if err != nil {
		return nil, fmt.Errorf("outer: %w", err)
	}
	col := &Array{data: x.data, shape: []int{len(x.data), 1}, dim: x.dim, kind: x.kind}
	row := &Array{data: y.data, shape: []int{1, len(y.data)}, dim: y.dim, kind: y.kind}
	return arrayOp(syntax.STAR, col, row)
}

func repeatFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var n int
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &v, &n); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("repeat: %w", err)
	}
	if n < 0 {
		return nil, fmt.Errorf("repeat: the count cannot be negative")
	}
	out, err := newArray(len(a.data), n)
	if err != nil {
		return nil, fmt.Errorf("repeat: %w", err)
	}
	for i := range out.data {
		out.data[i] = a.data[i/n]
	}
	out.shape, out.dim, out.kind = []int{len(out.data)}, a.dim, a.kind
	return out, nil
}

func tile(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var n int
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &v, &n); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	out, err := newArray(n, len(a.data))
	if err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	for i := 0; i < n; i++ {
		copy(out.data[i*len(a.data):], a.data)
	}
	out.shape, out.dim, out.kind = []int{len(out.data)}, a.dim, a.kind
	return out, nil
}

func shapeFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return intTuple(a.shape), nil
}

func intTuple(v []int) starlark.Tuple {
	t := make(starlark.Tuple, len(v))
	for i, x := range v {
		t[i] = starlark.MakeInt(x)
	}
	return t
}
