package script

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// monitor records variables: Brian2's StateMonitor or ANNarchy's Monitor. They differ in the order of axes of what they
// return: Brian2 gives [elements, samples], ANNarchy [samples, elements].
type monitor struct {
	in    *interp
	home  *world
	kind  string
	mon   *net.StateMonitor
	pop   *population
	brian bool
	// ANNarchy's only: spikes that are recorded beside variables, or alone; taken is how much of each get() gave already.
	spikes *net.SpikeMonitor
	taken  map[string]int
	// conductances of spiking neurons, which are sampled when the spikes of a step have arrived and the neurons are not updated yet.
	conductances *monitor
	when         recording
	ranks        []int       // of the neurons of a view, which spikes are named by; nil: all
	proj         *projection // whose synapses are recorded; nil: a population's neurons
	dend         *dendrite   // those of one neuron; nil: of all
}

var _ starlark.HasAttrs = (*monitor)(nil)

func (m *monitor) String() string {
	return fmt.Sprintf("%s(%q of %s)", m.kind, m.mon.Name, m.pop.group.Name)
}
func (m *monitor) Type() string          { return m.kind }
func (m *monitor) Freeze()               {}
func (m *monitor) Truth() starlark.Bool  { return true }
func (m *monitor) Hash() (uint32, error) { return starlark.String(m.mon.Name).Hash() }

// makeStateMonitor is StateMonitor(source, variables, record, dt=None, name=None).
func (in *interp) makeStateMonitor(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, vars, rec starlark.Value
	var dt, name, clock starlark.Value = starlark.None, starlark.None, starlark.None
	when, order := "start", 0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "source", &source, "variables", &vars, "record", &rec, "dt?", &dt,
		"clock?", &clock, "when?", &when, "order?", &order, "name?", &name); err != nil {
		return nil, err
	}
	if clock != starlark.None || when != "start" || order != 0 {
		return nil, fmt.Errorf("StateMonitor: clock=, when= and order= are not supported yet; samples are taken at the start of a step")
	}
	p, err := in.findGroup("StateMonitor: source", source)
	if err != nil {
		return nil, err
	}
	m := &net.StateMonitor{Group: p.group}
	if dt != starlark.None {
		if m.DT, err = interval("StateMonitor: dt", dt, 0); err != nil {
			return nil, err
		}
	}
	if m.Elements, err = elements(p, rec); err != nil {
		return nil, err
	}
	return in.addMonitor(t, b.Name(), m, p, vars, name, brianName("statemonitor"), true)
}

// makeMonitor is ANNarchy's Monitor(population, variables, period=None, name=None); period in ms. Samples are taken at the end of a step, and
// have the time at which the step began.
func (in *interp) makeMonitor(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, vars starlark.Value
	var period, offset, name starlark.Value = starlark.None, starlark.None, starlark.None
	start := true
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "obj", &source, "variables?", &vars, "period?", &period, "period_offset?", &offset,
		"start?", &start, "name?", &name); err != nil {
		return nil, err
	}
	home := in.homeOf(source)
	defer in.within(home)()
	m := &net.StateMonitor{When: "end", Order: lastOfStep}
	var err error
	var p *population
	var of net.Span
	var ranks []int
	var proj *projection
	dend, ofDendrite := source.(*dendrite)
	if ofDendrite {
		source, m.Elements = dend.p, dend.places()
	}
	if x, ok := source.(*projection); ok {
		if p, err = x.monitored(); err != nil {
			return nil, err
		}
		m.Synapses, proj = x.learned, x
	} else {
		if view, ok := source.(*popView); ok {
			for _, r := range view.ranks {
				m.Elements = append(m.Elements, int32(r))
			}
			ranks, source = view.ranks, view.pop
		}
		if p, of, err = in.spanOf("Monitor", source); err != nil {
			return nil, err
		}
		m.Group = p.group
	}
	if vars, err = p.sumsAmong(vars); err != nil {
		return nil, err
	}
	if names, err := monitoredVars(b.Name(), p, vars); ofDendrite && err == nil && slices.ContainsFunc(names, func(n string) bool { return p.vars[n].postsynaptic }) {
		m.Elements = nil // the places of synapses are no postsynaptic neurons
	}
	var when recording
	if isGiven(period) {
		if m.DT, err = interval("Monitor: period", period, 1e-3); err != nil {
			return nil, err
		}
	}
	if isGiven(offset) {
		d, err := duration("Monitor: period_offset", offset, 1e-3)
		if err != nil {
			return nil, err
		}
		if dt := in.dtOf(home); d > 0 && m.DT > dt { // sampled in every step, to leave out what is at others
			when.every, when.offset = int64(math.Round(m.DT/dt)), int64(math.Round(d/dt))
			m.DT = 0
		}
	}
	rest, spikes := withoutSpike(vars)
	rest, conductances := p.splitConductances(rest)
	def := func(k int) string { return fmt.Sprintf("monitor%d", k) }
	var mon *monitor
	if rest == nil && conductances != nil {
		m.When, m.Order = beforeUpdate()
		rest, conductances = conductances, nil
	}
	if rest == nil {
		if m.Name, err = in.objectName(b.Name(), name, def); err != nil {
			return nil, err
		}
		mon = &monitor{in: in, home: in.world, kind: b.Name(), mon: m, pop: p}
	} else if mon, err = in.addMonitor(t, b.Name(), m, p, rest, name, def, false); err != nil {
		return nil, err
	}
	if conductances != nil {
		early := *m
		early.When, early.Order = beforeUpdate()
		if mon.conductances, err = in.addMonitor(t, b.Name(), &early, p, conductances, starlark.String(m.Name+"_g"), nil, false); err != nil {
			return nil, err
		}
	}
	in.monitors = append(in.monitors, mon)
	mon.ranks, mon.proj, mon.dend = ranks, proj, dend
	if spikes {
		if err := in.recordSpikes(t, mon, of, rest == nil); err != nil {
			return nil, err
		}
	}
	for _, x := range mon.each() {
		x.when = when
	}
	if !start {
		mon.hold()
	}
	return mon, err
}

// lastOfStep is behind all that changes a variable at the end of a step.
const lastOfStep = math.MaxInt32

// interval is the time between two samples, in seconds.
func interval(what string, v starlark.Value, plainUnit float64) (float64, error) {
	d, err := duration(what, v, plainUnit)
	if err == nil && !(d > 0) {
		err = fmt.Errorf("%s: the interval between samples is %s; it must be positive", what, units.Format(units.Quantity{Value: d, Dim: units.Second}))
	}
	return d, err
}

func (in *interp) addMonitor(t *starlark.Thread, kind string, m *net.StateMonitor, p *population, vars, name starlark.Value, def func(int) string, brian bool) (*monitor, error) {
	var err error
	if m.Vars, err = monitoredVars(kind, p, vars); err != nil {
		return nil, err
	}
	if m.Name, err = in.objectName(kind, name, def); err != nil {
		return nil, err
	}
	m.Place = in.placeOf(t)
	in.net.Monitors = append(in.net.Monitors, m)
	return &monitor{in: in, home: in.world, kind: kind, mon: m, pop: p, brian: brian}, nil
}

// monitoredVars reads the names of variables to record: a string, a list, or True for all.
func monitoredVars(kind string, p *population, v starlark.Value) ([]string, error) {
	var names []string
	switch x := v.(type) {
	case starlark.String:
		names = []string{string(x)}
	case starlark.Bool:
		if !x {
			return nil, fmt.Errorf("%s: variables=False records nothing", kind)
		}
		names = append(names, p.names...)
	case starlark.Iterable:
		it := x.Iterate()
		defer it.Done()
		var e starlark.Value
		for it.Next(&e) {
			s, ok := e.(starlark.String)
			if !ok {
				return nil, fmt.Errorf("%s: variables are names, got %s", kind, article(e))
			}
			names = append(names, string(s))
		}
	default:
		return nil, fmt.Errorf("%s: variables must be a name, a list of names or True, got %s", kind, article(v))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no variable to record", kind)
	}
	seen := map[string]bool{}
	for _, n := range names {
		if _, ok := p.vars[n]; !ok {
			return nil, noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), n, p.names)
		}
		if seen[n] {
			return nil, fmt.Errorf("%s: %q is listed twice", kind, n)
		}
		seen[n] = true
	}
	return names, nil
}

// elements reads record=: True for all, a number, a list or an array of indices.
func elements(p *population, v starlark.Value) ([]int32, error) {
	if b, ok := v.(starlark.Bool); ok {
		if !b {
			return nil, fmt.Errorf("StateMonitor: record=False records nothing; give True or indices")
		}
		return nil, nil
	}
	idx, err := indices("StateMonitor: record", v)
	if err != nil {
		return nil, err
	}
	if len(idx) == 0 {
		return nil, fmt.Errorf("StateMonitor: record= is an empty list")
	}
	for _, i := range idx {
		if i < 0 || int(i) >= p.group.N {
			return nil, fmt.Errorf("StateMonitor: record= names element %d; %q has %s", i, p.group.Name, elementRange(p.group.N))
		}
	}
	return idx, nil
}

// AttrNames lists the recorded variables and t.
func (m *monitor) AttrNames() []string {
	names := append([]string{"t", "name", "get", "record", "source"}, m.mon.Vars...)
	if !m.brian {
		names = append(append(names, recorders...), "times", "variables")
	}
	if m.spikes != nil {
		names = append(names, spikeName)
		for n := range spikeMethods {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return names
}

// Attr gives what was recorded so far.
func (m *monitor) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(m.mon.Name), nil
	case "source":
		return m.pop, nil
	case "record":
		if m.mon.Elements == nil {
			return starlark.True, nil
		}
		idx := make([]int, len(m.mon.Elements))
		for i, e := range m.mon.Elements {
			idx[i] = int(e)
		}
		return intArray(idx), nil
	case "t":
		return m.times()
	case "get":
		return starlark.NewBuiltin("get", m.get), nil
	}
	if !m.brian {
		switch {
		case slices.Contains(recorders, name):
			return m.control(name), nil
		case name == "times":
			return starlark.NewBuiltin(name, m.timesOf), nil
		case name == "variables":
			return stringList(m.recordedNames()), nil
		}
		name = sumVariable(name)
	}
	for i, v := range m.mon.Vars {
		if v == name {
			return m.values(i, m.brian)
		}
	}
	if c := m.conductances; c != nil && slices.Contains(c.mon.Vars, name) {
		return c.Attr(name)
	}
	if f := m.spikeMethod(name); f != nil {
		return f, nil
	}
	if m.spikes != nil && name == spikeName {
		d, _, err := m.spikeDict(0)
		return d, err
	}
	return nil, noAttr(fmt.Sprintf("%s %q", m.kind, m.mon.Name), name, m.AttrNames())
}

// get is ANNarchy's monitor.get("r") and monitor.get() for a dictionary of all. What was given is not given again, unless keep.
func (m *monitor) get(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name starlark.Value = starlark.None
	keep, reshape, force := m.brian, false, false
	if err := starlark.UnpackArgs("get", args, kwargs, "variables?", &name, "keep?", &keep, "reshape?", &reshape, "force_dict?", &force); err != nil {
		return nil, err
	}
	one := func(n string) (starlark.Value, error) {
		v, total, err := m.since(n, m.taken[n], reshape)
		if err == nil && !keep {
			if m.taken == nil {
				m.taken = map[string]int{}
			}
			m.taken[n] = total
		}
		return v, err
	}
	var names []string
	switch name.(type) {
	case starlark.NoneType:
		names = m.recordedNames()
		force = true
	default:
		var err error
		if names, err = variablesIn("get", name); err != nil {
			return nil, err
		}
		if _, single := name.(starlark.String); !single {
			force = true
		}
	}
	d := starlark.NewDict(len(names))
	for _, n := range names {
		v, err := one(n)
		if err != nil || !force {
			return v, err
		}
		if err := d.SetKey(starlark.String(n), v); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// since is what was recorded of a variable from sample or spike number from on, and how many there are in all.
func (m *monitor) since(name string, from int, reshape bool) (starlark.Value, int, error) {
	if m.spikes != nil && name == spikeName {
		return three(m.spikeDict(from))
	}
	if c := m.conductances; c != nil && slices.Contains(c.mon.Vars, name) {
		return c.since(name, from, reshape)
	}
	i := slices.Index(m.mon.Vars, sumVariable(name))
	if i < 0 {
		return nil, 0, fmt.Errorf("get: %q is not recorded by %q", name, m.mon.Name)
	}
	v, err := m.values(i, m.brian)
	if err != nil || m.brian {
		return v, 0, err
	}
	a := v.(*Array)
	total, width := a.shape[0], a.shape[1]
	from = min(from, total)
	a.data, a.shape = a.data[from*width:], []int{total - from, width}
	if reshape && m.mon.Elements == nil && m.mon.Synapses == nil && width == m.pop.group.N {
		a.shape = append([]int{a.shape[0]}, m.pop.shape...)
	}
	if m.proj != nil {
		v, err := m.byDendrite(name, a)
		return v, total, err
	}
	return a, total, nil
}

func three(d *starlark.Dict, n int, err error) (starlark.Value, int, error) { return d, n, err }

func elementRange(n int) string {
	if n == 0 {
		return "no elements"
	}
	return fmt.Sprintf("elements 0 to %d", n-1)
}
