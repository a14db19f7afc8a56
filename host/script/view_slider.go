package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// slider makes slider(G, "tau", min, max) for a parameter of a group or of Synapses, or slider("K", min, max) for a number of the script that
// equations contain.
func (in *interp) slider(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &net.View{Kind: net.Slider, Place: in.placeOf(t)}
	const usage = `for example slider(G, "tau", 5*ms, 50*ms), or slider("K", 0, 4) for a number K of the script`
	var dim units.Dim
	var err error
	switch first := at(args, 0).(type) {
	case starlark.String:
		if _, named := at(args, 1).(starlark.String); !named {
			v.Var, args = string(first), args[1:]
			dim, err = in.numberDim(t, v.Var)
			break
		}
		dim, args, err = in.parameter(v, args)
	case *population, *neuronGroup, *synapses:
		if _, named := at(args, 1).(starlark.String); !named {
			return nil, withHint(fmt.Errorf("slider: expected the name of a parameter behind the group"), usage)
		}
		dim, args, err = in.parameter(v, args)
	default:
		return nil, withHint(fmt.Errorf("slider: expected a group, Synapses or the name of a number"), usage)
	}
	if err != nil {
		return nil, err
	}
	var lo, hi starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "min", &lo, "max", &hi, "title?", &v.Title); err != nil {
		return nil, err
	}
	for _, bound := range []struct {
		name string
		v    starlark.Value
		to   *float64
	}{{"min", lo, &v.Min}, {"max", hi, &v.Max}} {
		q, ok := asQuantity(bound.v)
		if !ok || q.Dim != dim || math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
			unit := "in " + dim.String()
			if dim.Dimensionless() {
				unit = "a number without unit"
			}
			return nil, fmt.Errorf("slider: %s must be %s, like %s, not %s", bound.name, unit, v.Var, bound.v)
		}
		*bound.to = q.Value
	}
	if !(v.Min < v.Max) {
		return nil, fmt.Errorf("slider: min must be below max")
	}
	return &panelValue{v}, nil
}

// at is an argument, None where there is none.
func at(args starlark.Tuple, k int) starlark.Value {
	if k < len(args) {
		return args[k]
	}
	return starlark.None
}

// parameter reads the owner and the name of a parameter, and returns what follows them.
func (in *interp) parameter(v *net.View, args starlark.Tuple) (units.Dim, starlark.Tuple, error) {
	v.Var = string(args[1].(starlark.String))
	if s, ok := args[0].(*synapses); ok {
		v.Synapses, v.Group = s.syn, s.syn.Pre.Group
		x, ok := s.vars[v.Var]
		if !ok || !x.stored {
			return units.Dim{}, nil, noAttr(fmt.Sprintf("Synapses %q", s.syn.Name), v.Var, s.names)
		}
		return x.dim, args[2:], nil
	}
	p, err := in.findGroup("slider", args[0])
	if err != nil {
		return units.Dim{}, nil, err
	}
	v.Group = p.group
	x, ok := p.vars[v.Var]
	if !ok || !x.stored {
		return units.Dim{}, nil, noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), v.Var, p.names)
	}
	return x.dim, args[2:], nil
}

// numberDim is the unit of a number of the script.
func (in *interp) numberDim(t *starlark.Thread, name string) (units.Dim, error) {
	fr := in.frame(t)
	v, ok := fr.local(name)
	if !ok {
		v, ok = fr.global(name)
	}
	if !ok {
		if _, unit := units.Lookup(name); unit {
			return units.Dim{}, fmt.Errorf("slider: %q is a unit", name)
		}
		names := map[string]bool{}
		fr.names(names)
		var known []string
		for n := range names {
			known = append(known, n)
		}
		return units.Dim{}, withHint(fmt.Errorf("slider: there is no number %q", name), diag.DidYouMean(name, known))
	}
	x := in.scopeValue(v)
	if x.Kind != check.ValQuantity && x.Kind != check.ValInt {
		return units.Dim{}, fmt.Errorf("slider: %q is %s, not a number", name, article(v))
	}
	return x.Q.Dim, nil
}
