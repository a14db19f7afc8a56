package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

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
		out = append(out, a)
	}
	var dim units.Dim
	known := false
	for _, a := range out {
		switch {
		case a.onlyZeros():
		case !known:
			dim, known = a.dim, true
		case a.dim != dim:
			return nil, withHint(fmt.Errorf("%s: arrays of different units: %s and %s", name, describeDim(dim), describeDim(a.dim)), "asarray(x) gives the plain numbers in SI units")
		}
	}
	for k, a := range out {
		if a.dim != dim && a.onlyZeros() {
			out[k] = a.like(a.data)
			out[k].dim = dim
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: the list is empty", name)
	}
	return out, nil
}

// onlyZeros says whether an array fits any unit: zeros without one, or nothing.
func (a *Array) onlyZeros() bool {
	return a.dim.Dimensionless() && !slices.ContainsFunc(a.data, func(x float64) bool { return x != 0 })
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
	return a.shaped(shape...), nil
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

// transpose reverses the axes; the result is a view.
func (a *Array) transpose() *Array {
	shape, steps := slices.Clone(a.shape), slices.Clone(a.layout())
	slices.Reverse(shape)
	slices.Reverse(steps)
	a.now()
	return a.view(a.origin, shape, steps)
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
