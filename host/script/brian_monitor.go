package script

import (
	"fmt"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// stateMonitor is Brian2's StateMonitor of a group, a part of one, or synapses. What it returns is [elements, samples].
type stateMonitor struct {
	*object
	mon   *net.StateMonitor
	of    holder
	from  starlark.Value
	vars  map[string]variable
	shift int // first element of the part that is monitored
	all   bool
}

var (
	_ starlark.HasAttrs = (*stateMonitor)(nil)
	_ starlark.Mapping  = (*stateMonitor)(nil)
)

// makeStateMonitor is StateMonitor(source, variables, record, dt=, when=, order=, name=).
func (in *interp) makeBrianMonitor(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, vars, rec, dt, name, clock, ignored starlark.Value
	mon := &net.StateMonitor{When: "start", Place: in.placeOf(t)}
	if err := unpack(b.Name(), args, kwargs, "source", &source, "variables", &vars, "record", &rec, "dt?", &dt, "clock?", &clock,
		"when?", &mon.When, "order?", &mon.Order, "name?", &name, "codeobj_class?", &ignored); err != nil {
		return nil, err
	}
	m := &stateMonitor{mon: mon, from: source}
	var names []string
	var need *object
	switch s := source.(type) {
	case *neuronGroup:
		m.of, m.vars, names, m.shift, need = s, s.pop.vars, s.pop.names, s.start, s.object
		if vars != starlark.True {
			m.vars = s.withMore()
		}
		mon.Group = s.pop.group
	case *synapses:
		m.of, m.vars, names, need = s, maps.Clone(s.vars), s.names, s.object
		for _, name := range namesIn(vars) {
			if v, ok := s.recordable(name); ok && m.vars[name].name == "" {
				m.vars[name] = v
			}
		}
		mon.Synapses = s.syn
	default:
		return in.makeStateMonitor(t, b, args, kwargs)
	}
	if err := slotOf(b.Name(), mon.When); err != nil {
		return nil, err
	}
	var err error
	if err = setClock(b.Name(), dt, clock, &mon.DT); err != nil {
		return nil, err
	}
	known := &population{kind: need.kind, group: &net.Group{Name: need.name}, vars: m.vars, names: names}
	if mon.Vars, err = monitoredVars(b.Name(), known, vars); err != nil {
		return nil, err
	}
	if err := m.elements(rec); err != nil {
		return nil, err
	}
	if m.object, err = in.newObject(t, b.Name(), "statemonitor", name); err != nil {
		return nil, err
	}
	mon.Name = m.name
	m.mild, m.needs = true, []*object{need}
	m.register(m, func(n *net.Network) { n.Monitors = append(n.Monitors, mon) })
	return m, nil
}

// elements reads record=: True for all, a number, a list or an array of indices. record=False keeps shared variables only.
func (m *stateMonitor) elements(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.Bool:
		if !v {
			for _, n := range m.mon.Vars {
				if !m.vars[n].shared {
					return withHint(fmt.Errorf("StateMonitor: record=False records no elements, but %s has one value for each", n), "give True, or indices")
				}
			}
			return nil
		}
		m.all = true
		if g, ok := m.of.(*neuronGroup); ok && !g.whole() {
			m.mon.Elements = make([]int32, g.Len())
			for k := range m.mon.Elements {
				m.mon.Elements[k] = int32(k + m.shift)
			}
		}
		return nil
	case starlark.String:
		s, ok := m.of.(*synapses)
		if !ok {
			return withHint(fmt.Errorf("StateMonitor: record= takes indices, not a condition"), "for example record=[0, 5], or record=True for all")
		}
		part, _, err := s.Get(v)
		if err != nil {
			return err
		}
		return m.elements(part)
	}
	v, err := plainIndex(v)
	if err != nil {
		return err
	}
	idx, err := indices("StateMonitor: record", v)
	if err != nil {
		return err
	}
	if len(idx) == 0 {
		return fmt.Errorf("StateMonitor: record= is an empty list")
	}
	n, err := m.of.count()
	if err != nil {
		return err
	}
	for k, i := range idx {
		if i < 0 || int(i) >= n {
			return fmt.Errorf("StateMonitor: record= names element %d; %q has %s", i, m.of.label(), elementRange(n))
		}
		idx[k] = i + int32(m.shift)
	}
	m.mon.Elements = idx
	return nil
}

// AttrNames lists the recorded variables and t.
func (m *stateMonitor) AttrNames() []string {
	return sortedNames([]string{"t", "name", "record", "record_variables", "source", "clock", "dt", "N", "n_indices", "get_states", "active"}, m.mon.Vars)
}

// Attr gives what was recorded so far.
func (m *stateMonitor) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name", "active":
		return m.object.Attr(name)
	case "source":
		return m.from, nil
	case "record_variables":
		return stringList(m.mon.Vars), nil
	case "clock":
		return m.in.clockAt(&m.mon.DT), nil
	case "dt":
		return m.in.clockAt(&m.mon.DT).(starlark.HasAttrs).Attr(name)
	case "get_states":
		return stateMethod(m, name), nil
	case "n_indices":
		if m.mon.Elements == nil {
			n, err := m.of.count()
			return starlark.MakeInt(n), err
		}
		return starlark.MakeInt(len(m.mon.Elements)), nil
	case "record":
		if m.all {
			return starlark.True, nil
		}
		idx := make([]int, len(m.mon.Elements))
		for i, e := range m.mon.Elements {
			idx[i] = int(e) - m.shift
		}
		return intArray(idx), nil
	case "t", "N":
		s, err := m.samples()
		if err != nil {
			return nil, err
		}
		if name == "N" {
			return starlark.MakeInt(len(s.T)), nil
		}
		return fromSlice(append([]float64(nil), s.T...), units.Second).memoryOf(m.name+".t", "Brian2"), nil
	}
	for k, v := range m.mon.Vars {
		if v == name {
			return m.values(k)
		}
	}
	if v, ok, err := extra(m, name); ok {
		return v, err
	}
	return nil, noAttr(fmt.Sprintf("%s %q", m.kind, m.name), name, m.AttrNames())
}

func (m *stateMonitor) samples() (Samples, error) {
	s := m.sim()
	if s == nil {
		return Samples{Values: make([][]float64, len(m.mon.Vars))}, nil
	}
	return s.Samples(m.mon)
}

// values are the samples of variable k, [elements, samples].
func (m *stateMonitor) values(k int) (*Array, error) {
	s, err := m.samples()
	if err != nil {
		return nil, err
	}
	v, steps := m.vars[m.mon.Vars[k]], len(s.T)
	n := len(m.mon.Elements)
	if m.mon.Elements == nil {
		if n, err = m.of.count(); err != nil {
			return nil, err
		}
	}
	out := &Array{data: make([]float64, n*steps), shape: []int{n, steps}, dim: v.dim, kind: v.kind}
	stored := n
	if v.shared { // each element has it, and it is recorded once
		stored = 1
	}
	for step := range steps {
		for e := range n {
			out.data[e*steps+step] = s.Values[k][step*stored+e%stored]
		}
	}
	return out, nil
}

// Get is M[k]: the recordings of element k of the group, whatever its row; M[[k, l]] and M[S[i, j]] are those of several.
func (m *stateMonitor) Get(key starlark.Value) (starlark.Value, bool, error) {
	var of []int32
	one := false
	switch key.(type) {
	case *synapseSubset, *starlark.List, *Array, *varView:
		key, err := plainIndex(key)
		if err != nil {
			return nil, false, err
		}
		if of, err = indices(m.name+"[...]", key); err != nil {
			return nil, false, err
		}
	default:
		k, err := starlark.AsInt32(key)
		if err != nil {
			return nil, false, fmt.Errorf("%s[...]: expected the index of a recorded element, got %s", m.name, article(key))
		}
		of, one = []int32{int32(k)}, true
	}
	n, err := m.of.count()
	if err != nil {
		return nil, false, err
	}
	rows := make([]int, len(of))
	for k, e := range of {
		rows[k] = int(e)
		if m.mon.Elements != nil {
			rows[k] = slices.Index(m.mon.Elements, e+int32(m.shift))
		}
		if rows[k] < 0 || rows[k] >= n {
			return nil, false, fmt.Errorf("%s does not record element %d", m.name, e)
		}
	}
	return &monitorRows{m, rows, key, one}, true, nil
}

// monitorRows is M[k].
type monitorRows struct {
	m    *stateMonitor
	rows []int
	of   starlark.Value
	one  bool // a number was given: traces have one dimension
}

func (r *monitorRows) String() string        { return fmt.Sprintf("%s[%v]", r.m.name, r.of) }
func (r *monitorRows) Type() string          { return "StateMonitorView" }
func (r *monitorRows) Freeze()               {}
func (r *monitorRows) Truth() starlark.Bool  { return true }
func (r *monitorRows) Hash() (uint32, error) { return starlark.String(r.String()).Hash() }
func (r *monitorRows) AttrNames() []string   { return r.m.AttrNames() }

// Attr gives t, or the traces of one variable.
func (r *monitorRows) Attr(name string) (starlark.Value, error) {
	for k, v := range r.m.mon.Vars {
		if v != name {
			continue
		}
		a, err := r.m.values(k)
		if err != nil {
			return nil, err
		}
		if r.m.vars[v].shared {
			return a.Index(0), nil
		}
		if r.one {
			return a.Index(r.rows[0]), nil
		}
		return a.take(r.rows), nil
	}
	if v, ok, err := extra(r, name); ok {
		return v, err
	}
	return r.m.Attr(name)
}

// namesIn are the names of variables that a monitor was given, as far as they are names.
func namesIn(v starlark.Value) (names []string) {
	switch x := v.(type) {
	case starlark.String:
		return []string{string(x)}
	case starlark.Iterable:
		for e := range starlark.Elements(x) {
			if s, ok := starlark.AsString(e); ok {
				names = append(names, s)
			}
		}
	}
	return names
}
