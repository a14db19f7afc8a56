package script

import (
	"errors"
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// Between runs, scripts change what behaviours have (net.input.index = 0), and switch them off and on.

// tableDT is the step in seconds of arrays that iterations index: element k stands at second k.
const tableDT = 1.0

// table is self.patterns[k], a row of an array [rows, neurons] that initialize made, or self.series[k], a number of an array; k is one number for all
// neurons. Beyond its ends an array goes on with its first and its last row. ok is false where the expression is something else.
func (x *expansion) table(e *pyExpr) (v pyVal, ok bool, err error) {
	if len(e.args) != 2 || e.args[1] == nil || e.args[1].op == "slice" {
		return v, false, nil
	}
	name, a := x.arrayParameter(e.args[0])
	if a == nil {
		return v, false, nil
	}
	k, err := x.value(e.args[1])
	if err != nil {
		return v, true, err
	}
	if k.isBool || k.shape == pyVec && len(a.shape) == 1 {
		return v, false, nil // a mask
	}
	n := x.g.group.N
	switch {
	case len(a.shape) > 2 || len(a.shape) == 2 && a.shape[1] != n:
		return v, true, fmt.Errorf("%s: the array has the shape %s; its rows have one value for each of %d neurons", e, shapeString(a.shape), n)
	case k.shape == pyVec && !k.same || k.shape > pyVec:
		return v, true, withHint(fmt.Errorf("%s: the index differs from neuron to neuron", e), "count iterations with neurons.iteration, or keep a number in self")
	}
	own, err := x.tableName(name, a)
	if err != nil {
		return v, true, err
	}
	if len(a.shape) == 1 {
		return pyVal{text: fmt.Sprintf("%s((%s)*second)", own, k.number().text), uses: k.uses}, true, nil
	}
	return pyVal{text: fmt.Sprintf("%s((%s)*second, %si%s)", own, k.number().text, vecMark, endMark), shape: pyVec, of: x.g, uses: k.uses}, true, nil
}

// arrayParameter is the array that self.NAME stands for, or NAME in a behaviour without a class; nil when it is none.
func (x *expansion) arrayParameter(e *pyExpr) (string, *Array) {
	name := e.text
	switch {
	case e.op == "." && e.args[0].op == "name" && e.args[0].text == "self":
	case e.op == "name" && x.b.of == nil && !x.bare[name] && x.args == nil:
	default:
		return "", nil
	}
	v, ok := x.b.params[name]
	if !ok || x.states[name] {
		return "", nil
	}
	if _, array := v.(*Array); !array && !isList(v) {
		return "", nil
	}
	a, err := toArray(v)
	if err != nil || len(a.shape) == 0 || !a.dim.Dimensionless() {
		return "", nil
	}
	return name, a
}

func (x *expansion) tableName(name string, a *Array) (string, error) {
	own := fmt.Sprintf("%s_at_%s", name, x.b.suffix(x.key))
	t, err := x.g.in.tableOf(own, a)
	if err != nil {
		return "", err
	}
	x.g.ns[own] = t
	x.b.named(x.g, name, own)
	return own, nil
}

func (in *interp) tableOf(name string, a *Array) (*timedArray, error) {
	columns := 0
	if len(a.shape) == 2 {
		columns = a.shape[1]
	}
	t, err := net.NewTimedArray(name, a.data, columns, tableDT, noDim)
	if err != nil {
		return nil, err
	}
	return &timedArray{in, t, a}, nil
}

// named notes under which name the code of a group knows a parameter.
func (b *behavior) named(g *pymNeurons, name, own string) {
	if b.paramNames == nil {
		b.paramNames = map[*pymNeurons]map[string]string{}
	}
	if b.paramNames[g] == nil {
		b.paramNames[g] = map[string]string{}
	}
	b.paramNames[g][name] = own
}

// change makes code that is compiled already follow a parameter.
func (b *behavior) change(name string, v starlark.Value) error {
	for g, names := range b.stateNames {
		if own := names[name]; own != "" {
			if err := g.SetField(own, v); err != nil {
				return err
			}
		}
	}
	for g, names := range b.paramNames {
		own := names[name]
		if own == "" {
			continue
		}
		if _, table := g.ns[own].(*timedArray); table {
			a, err := toArray(v)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			t, err := b.in.tableOf(own, a)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			g.ns[own] = t
			continue
		}
		if x, ok := v.(starlark.Bool); ok {
			v = starlark.Float(boolFloat(bool(x)))
		}
		if _, ok := asQuantity(v); !ok {
			return fmt.Errorf("%s.%s is a number in the iteration, not %s", b.name, name, article(v))
		}
		g.ns[own] = v
	}
	return nil
}

// switches are the names by which scripts switch behaviours; the code of a behaviour looks at its switch only in scripts that use one.
var switches = []string{"activate_behaviors", "deactivate_behaviors", "activate_mechanisms", "deactivate_mechanisms", "set_behaviors"}

// switched reports whether the scripts switch behaviours.
func (in *interp) switched() bool {
	for _, s := range in.sources {
		for _, name := range switches {
			if strings.Contains(s.Text, name+"(") {
				return true
			}
		}
	}
	return false
}

// switchBehaviors is net.deactivate_behaviors(tag) and the like, of a network or of a group.
func switchBehaviors(what string, find func(tag string) ([]starlark.Value, []string, error)) *starlark.Builtin {
	return starlark.NewBuiltin(what, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var tag string
		on := strings.HasPrefix(what, "activate")
		var err error
		if what == "set_behaviors" {
			err = unpack(b.Name(), args, kwargs, "tag", &tag, "enabeled", &on)
		} else {
			err = unpack(b.Name(), args, kwargs, "tag", &tag)
		}
		if err != nil {
			return nil, err
		}
		found, known, err := find(tag)
		if err != nil {
			return nil, err
		}
		count := 0
		for _, v := range found {
			switch v := v.(type) {
			case *behavior:
				count++
				v.off = !on
				for g, names := range v.stateNames {
					if own := names[switchName]; own != "" {
						if err := g.SetField(own, starlark.Float(boolFloat(on))); err != nil {
							return nil, err
						}
					}
				}
			case *recorder:
				return nil, withHint(errors.New("a recorder cannot be switched off"), "take the iterations that matter out of what it has")
			}
		}
		if count == 0 {
			return nil, withHint(fmt.Errorf("%s: no behaviour has the tag %q", what, tag), joined("there is ", known))
		}
		return starlark.None, nil
	})
}

// switchName is the state of a behaviour that says whether it is switched on.
const switchName = "behavior_enabled"
