package script

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/galvani-sim/galvani/host/units"
)

// withStates is what has states that can be read: also a monitor, with what it recorded.
type withStates interface {
	starlark.HasAttrs
	stateNames() (label string, all []string)
	stateOf(name string) (v starlark.Value, ok bool, err error)
}

// stateful is a group or synapses, whose variables get_states and set_states name.
type stateful interface {
	withStates
	starlark.HasSetField
}

func (g *neuronGroup) stateNames() (string, []string) {
	return fmt.Sprintf("%s %q", g.kind, g.name), g.pop.names
}

func (g *neuronGroup) stateOf(name string) (starlark.Value, bool, error) {
	if _, ok := g.pop.vars[name]; !ok {
		return nil, false, nil
	}
	v, _ := g.lookup(name)
	a, err := g.read(v)
	return a, true, err
}

func (s *synapses) stateNames() (string, []string) {
	return fmt.Sprintf("Synapses %q", s.name), s.names
}

func (s *synapses) stateOf(name string) (starlark.Value, bool, error) {
	v, ok := s.vars[name]
	if !ok {
		return nil, false, nil
	}
	a, err := s.read(v)
	return a, true, err
}

func (m *stateMonitor) stateNames() (string, []string) {
	return fmt.Sprintf("StateMonitor %q", m.name), append([]string{"N", "t"}, m.mon.Vars...)
}

// stateOf is an attribute; samples are rows, one for each time, as in Brian2.
func (m *stateMonitor) stateOf(name string) (starlark.Value, bool, error) {
	v, ok, err := monitored(m, name)
	if a, is := v.(*Array); is && len(a.shape) == 2 {
		v = a.transpose()
	}
	return v, ok, err
}

func (m *spikeMonitor) stateNames() (string, []string) {
	names := []string{"N", "count"}
	if !m.mon.CountOnly {
		names = append(append(names, "i", "t"), m.mon.Vars...)
	}
	return fmt.Sprintf("%s %q", m.kind, m.name), names
}

func (m *spikeMonitor) stateOf(name string) (starlark.Value, bool, error) { return monitored(m, name) }

func (m *rateMonitor) stateNames() (string, []string) {
	return fmt.Sprintf("%s %q", m.kind, m.name), []string{"N", "rate", "t"}
}

func (m *rateMonitor) stateOf(name string) (starlark.Value, bool, error) { return monitored(m, name) }

// monitored is an attribute of a monitor if it is one of its states.
func monitored(m withStates, name string) (starlark.Value, bool, error) {
	if _, all := m.stateNames(); !slices.Contains(all, name) {
		return nil, false, nil
	}
	v, err := m.Attr(name)
	return v, true, err
}

// stateMethod is get_states, or set_states of a group or synapses.
func stateMethod(of withStates, name string) starlark.Value {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if name == "set_states" {
			return setStates(of.(stateful), args, kwargs)
		}
		return getStates(of, args, kwargs)
	})
}

// getStates is get_states(vars=None, units=True): a dictionary of arrays, without units of numbers in SI units.
func getStates(of withStates, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var which starlark.Value
	withUnits := true
	if err := unpack("get_states", args, kwargs, "vars?", &which, "units?", &withUnits); err != nil {
		return nil, err
	}
	label, all := of.stateNames()
	names := all
	if isGiven(which) {
		var err error
		if names, err = variablesIn("get_states", which); err != nil {
			return nil, err
		}
	}
	d := starlark.NewDict(len(names))
	for _, n := range names {
		a, ok, err := of.stateOf(n)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, noAttr(label, n, all)
		}
		if !withUnits {
			a = inSI(a)
		}
		if err := d.SetKey(starlark.String(n), a); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// inSI is a value without its unit, in SI units.
func inSI(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case *Array:
		plain := *v.now()
		plain.dim = units.Dim{}
		return &plain
	case quantity:
		return starlark.Float(v.Value)
	}
	return v
}

// setStates is set_states({'v': ...}, units=True); without units numbers are in SI units.
func setStates(of stateful, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var d *starlark.Dict
	withUnits := true
	if err := unpack("set_states", args, kwargs, "values", &d, "units?", &withUnits); err != nil {
		return nil, err
	}
	for _, kv := range d.Items() {
		name, ok := kv[0].(starlark.String)
		if !ok {
			return nil, errors.New("set_states: names are strings")
		}
		field := string(name)
		if !withUnits {
			field += "_"
		}
		if err := of.SetField(field, kv[1]); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}
