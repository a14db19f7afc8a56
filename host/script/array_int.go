package script

import (
	"fmt"

	"go.starlark.net/starlark"
)

// wholeNumbers is numpy's int_(x): x without its fraction, a number or an array. Brian2 has it among its names.
func wholeNumbers(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	x, scalar, err := operand(b.Name(), v)
	if err != nil {
		return nil, err
	}
	if !x.dim.Dimensionless() {
		return nil, withHint(fmt.Errorf("%s: %s have no whole numbers", b.Name(), describeDim(x.dim)), "divide by a unit first, as in int_(t/ms)")
	}
	out, err := x.astype(starlark.String("int"))
	if err != nil {
		return nil, err
	}
	return result(out, scalar), nil
}
