package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// timedArray is a TimedArray: a function of time in equations, and callable in the script.
type timedArray struct {
	in *interp
	t  *net.TimedArray
	a  *Array
}

var (
	_ starlark.Callable = (*timedArray)(nil)
	_ starlark.HasAttrs = (*timedArray)(nil)
)

// makeTimedArray is TimedArray(values, dt, name=None); values are [samples] or [samples, columns], with a unit.
func (in *interp) makeTimedArray(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if isTimedPopulation(args, kwargs) {
		return in.makeTimedPopulation(t, b, args, kwargs)
	}
	var v, dtv, name starlark.Value
	if err := unpack(b.Name(), args, kwargs, "values", &v, "dt", &dtv, "name?", &name); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("TimedArray: %w", err)
	}
	columns := 0
	switch len(a.shape) {
	case 1:
	case 2:
		if columns = a.shape[1]; columns == 0 {
			return nil, fmt.Errorf("TimedArray: the values have no columns")
		}
	default:
		return nil, fmt.Errorf("TimedArray: values have one dimension (time) or two (time, column), not the shape %s", shapeString(a.shape))
	}
	dt, err := clockOf(b.Name(), dtv, nil)
	if err != nil {
		return nil, err
	}
	o, err := in.newObject(t, b.Name(), "_timedarray", name)
	if err != nil {
		return nil, err
	}
	a = a.copy()
	ta, err := net.NewTimedArray(o.name, a.data, columns, dt, a.dim)
	if err != nil {
		return nil, fmt.Errorf("TimedArray: %w", err)
	}
	return &timedArray{in, ta, a}, nil
}

func (t *timedArray) String() string        { return fmt.Sprintf("TimedArray(%q)", t.t.Name) }
func (t *timedArray) Type() string          { return "TimedArray" }
func (t *timedArray) Freeze()               {}
func (t *timedArray) Truth() starlark.Bool  { return true }
func (t *timedArray) Hash() (uint32, error) { return starlark.String(t.t.Name).Hash() }

// Name is the table's name.
func (t *timedArray) Name() string { return t.t.Name }

// AttrNames lists name, values and dt.
func (t *timedArray) AttrNames() []string { return []string{"dim", "dt", "name", "values"} }

// Attr gives name, values or dt.
func (t *timedArray) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(t.t.Name), nil
	case "values":
		return t.a.copy(), nil
	case "dt":
		return quantity{t.t.DT, units.Second}, nil
	case "dim":
		return dimension(t.a.dim), nil
	}
	return nil, noAttr("TimedArray", name, t.AttrNames())
}

// CallInternal is ta(t) or ta(t, i), for numbers and arrays.
func (t *timedArray) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != t.t.Arity() || len(kwargs) > 0 {
		if t.t.Arity() == 2 {
			return nil, fmt.Errorf("%s has columns: call it with a time and a column", t.t.Name)
		}
		return nil, fmt.Errorf("%s has one column: call it with a time alone", t.t.Name)
	}
	times, one, err := operand(t.t.Name, args[0])
	if err != nil {
		return nil, err
	}
	if times.dim != units.Second {
		return nil, withHint(fmt.Errorf("%s: expected a time, got %s", t.t.Name, describeDim(times.dim)), "for example 10*ms")
	}
	column := &Array{data: []float64{0}}
	if t.t.Columns > 0 {
		var oneColumn bool
		if column, oneColumn, err = operand(t.t.Name, args[1]); err != nil {
			return nil, err
		}
		one = one && oneColumn
		for _, c := range column.data {
			if c != float64(int(c)) || c < 0 || int(c) >= t.t.Columns {
				return nil, fmt.Errorf("%s has columns 0 to %d, not %g", t.t.Name, t.t.Columns-1, c)
			}
		}
	}
	dt := t.in.defaultDT()
	width := max(t.t.Columns, 1)
	out, err := broadcast(times, column, t.t.Unit, realElems, func(x, c float64) float64 {
		return t.t.Values[t.t.Sample(x, dt)*width+int(c)]
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.t.Name, err)
	}
	return result(out, one), nil
}
