package script

import (
	"fmt"
	"sort"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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
	idx := span(0, len(a.data))
	sort.SliceStable(idx, func(i, j int) bool { return a.data[idx[i]] < a.data[idx[j]] })
	return intArray(idx), nil
}

// span is from, from+1, ..., to-1.
func span(from, to int) []int {
	out := make([]int, to-from)
	for k := range out {
		out[k] = from + k
	}
	return out
}

func intArray(v []int) *Array {
	out := &Array{data: make([]float64, len(v)), shape: []int{len(v)}, kind: intElems}
	for i, x := range v {
		out.data[i] = float64(x)
	}
	return out
}

func sortFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	axis := -1
	a, err := arrayAnd(b, args, kwargs, "axis?", &axis)
	if err != nil {
		return nil, err
	}
	out := a.copy()
	if len(a.shape) < 2 {
		sort.Float64s(out.data)
		return out, nil
	}
	n := len(a.shape)
	if axis < -n || axis >= n {
		return nil, fmt.Errorf("sort: an array of shape %s has no axis %d", shapeString(a.shape), axis)
	}
	axis = (axis + n) % n
	length, inner := a.shape[axis], 1
	for _, m := range a.shape[axis+1:] {
		inner *= m
	}
	line := make([]float64, length)
	for at := 0; at < len(out.data); at++ {
		if at/inner%length != 0 {
			continue
		}
		for k := range line {
			line[k] = a.data[at+k*inner]
		}
		sort.Float64s(line)
		for k, x := range line {
			out.data[at+k*inner] = x
		}
	}
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
	dim, other := l.dim, r.dim
	if adoptUnit(syntax.PLUS, l.onlyZeros(), &dim, r.onlyZeros(), &other); dim != other {
		return nil, fmt.Errorf("where: the units differ: %s and %s", describeDim(dim), describeDim(other))
	}
	// NaN marks the place to fill from r; it cannot come from the mask, whose values are only compared with 0.
	kind := min(l.kind, r.kind)
	picked, err := broadcast(mask, l, dim, kind, func(m, v float64) float64 {
		if m != 0 {
			return v
		}
		return 0
	})
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	rest, err := broadcast(mask, r, dim, kind, func(m, v float64) float64 {
		if m == 0 {
			return v
		}
		return 0
	})
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	return broadcast(picked, rest, dim, kind, func(a, b float64) float64 { return a + b })
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
	col := x.shaped(len(x.data), 1)
	row := y.shaped(1, len(y.data))
	return arrayOp(syntax.STAR, col, row)
}
