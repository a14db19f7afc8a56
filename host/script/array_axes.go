package script

import (
	"fmt"

	"go.starlark.net/starlark"
)

// permuted is the array with its axes in another order: axis k of the result is axis order[k] of a. It is a view.
func (a *Array) permuted(order []int) *Array {
	shape, steps, of := make([]int, len(order)), make([]int, len(order)), a.now().layout()
	for k, o := range order {
		shape[k], steps[k] = a.shape[o], of[o]
	}
	return a.view(a.origin, shape, steps)
}

// moveAxis is moveaxis(a, source, destination), and rollaxis(a, axis, start=0), whose start counts before the axis is taken out.
func moveAxis(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	from, to := 0, 0
	pairs := []any{"a", &v, "source", &from, "destination", &to}
	if b.Name() == "rollaxis" {
		pairs = []any{"a", &v, "axis", &from, "start?", &to}
	}
	if err := unpack(b.Name(), args, kwargs, pairs...); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	n := len(a.shape)
	if from < 0 {
		from += n
	}
	if to < 0 {
		to += n
	}
	if b.Name() == "rollaxis" && to > from {
		to--
	}
	if from < 0 || from >= n || to < 0 || to >= n {
		return nil, fmt.Errorf("%s: an array of shape %s has no such axes", b.Name(), shapeString(a.shape))
	}
	var order []int
	for k := range n {
		if k != from {
			order = append(order, k)
		}
	}
	order = append(order[:to:to], append([]int{from}, order[to:]...)...)
	return a.permuted(order), nil
}
