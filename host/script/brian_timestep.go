package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// timestep is Brian2's timestep(t, dt): the number of the step that a time is in, with room for its rounding.
func timestep(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vt, vdt starlark.Value
	if err := unpack(b.Name(), args, kwargs, "t", &vt, "dt", &vdt); err != nil {
		return nil, err
	}
	t, scalar, err := operand(b.Name(), vt)
	if err != nil {
		return nil, err
	}
	dt, ok := asQuantity(vdt)
	bare := t.dim.Dimensionless() && dt.Dim.Dimensionless() // both in seconds
	if !ok || !bare && (t.dim != units.Second && !t.onlyZeros() || dt.Dim != units.Second) || !(dt.Value > 0) {
		return nil, fmt.Errorf("timestep: expected a time and a step, got %s and %s", article(vt), article(vdt))
	}
	out := t.like(make([]float64, len(t.data)))
	out.dim, out.kind = noDim, intElems
	for k, x := range t.data {
		out.data[k] = math.Trunc((x + 1e-3*dt.Value) / dt.Value)
	}
	return result(out, scalar), nil
}
