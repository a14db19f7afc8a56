package script

import (
	"cmp"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// spikeMonitor is Brian2's SpikeMonitor or EventMonitor.
type spikeMonitor struct {
	*object
	mon  *net.SpikeMonitor
	of   *neuronGroup
	vars map[string]variable
}

var _ starlark.HasAttrs = (*spikeMonitor)(nil)

// afterThresholds refuses another place in the step for a monitor of spikes than the one it has.
func afterThresholds(kind string, when starlark.Value, order int) error {
	name, given := starlark.AsString(when)
	switch {
	case !isGiven(when) || given && name == "after_thresholds":
	default:
		return withHint(fmt.Errorf("%s: when=%v is not supported; spikes are recorded after the thresholds, before synapses and resets", kind, when),
			"leave out when=; a StateMonitor(..., when='after_resets') records variables at another place of the step")
	}
	if order != 0 {
		return withHint(fmt.Errorf("%s: order=%d is not supported; spikes are recorded after the thresholds, before synapses and resets", kind, order),
			"leave out order=; a StateMonitor takes one")
	}
	return nil
}

// makeSpikeMonitor is SpikeMonitor(source, variables=None, record=True, name=None), and EventMonitor(source, event, ...).
func (in *interp) makeSpikeMonitor(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, vars, when, name, ignored starlark.Value
	record, order := true, 0
	mon := &net.SpikeMonitor{Place: in.placeOf(t)}
	base := "spikemonitor"
	pairs := []any{"source", &source, "variables?", &vars, "record?", &record, "when?", &when, "order?", &order, "name?", &name, "codeobj_class?", &ignored}
	if b.Name() == "EventMonitor" {
		base = "eventmonitor"
		pairs = append([]any{"source", &source, "event", &mon.Event}, pairs[2:]...)
	} else {
		pairs = append(pairs, "event?", &mon.Event)
	}
	if err := unpack(b.Name(), args, kwargs, pairs...); err != nil {
		return nil, err
	}
	g, err := groupArg(b.Name()+": source", source)
	if err != nil {
		return nil, err
	}
	if mon.Event == "spike" {
		mon.Event = ""
	}
	if !g.emits(mon.Event) {
		if mon.Event != "" {
			return nil, fmt.Errorf("%s: %s has no event %q", b.Name(), g.label(), mon.Event)
		}
		return nil, withHint(fmt.Errorf("%s: %s has no threshold and never spikes", b.Name(), g.label()), "add threshold='...' to the group, or record with a StateMonitor")
	}
	if err := afterThresholds(b.Name(), when, order); err != nil {
		return nil, err
	}
	m := &spikeMonitor{mon: mon, of: g, vars: g.pop.vars}
	mon.Of, mon.CountOnly = g.span(), !record
	if isGiven(vars) && record { // without, only counts are kept, as in Brian2
		known := &population{kind: g.pop.kind, group: g.pop.group, vars: g.pop.vars, names: g.pop.names}
		if vars != starlark.True {
			m.vars = g.withMore()
			known.vars = m.vars
		}
		if mon.Vars, err = monitoredVars(b.Name(), known, vars); err != nil {
			return nil, err
		}
		for _, v := range mon.Vars {
			if v == "i" || v == "t" {
				return nil, fmt.Errorf("%s: %s is recorded anyway", b.Name(), v)
			}
		}
	}
	if m.object, err = in.newObject(t, b.Name(), base, name); err != nil {
		return nil, err
	}
	mon.Name = m.name
	m.mild, m.needs = true, []*object{g.object}
	m.register(m, func(n *net.Network) { n.SpikeMonitors = append(n.SpikeMonitors, mon) })
	return m, nil
}

// AttrNames lists the recorded variables and fixed attributes.
func (m *spikeMonitor) AttrNames() []string {
	return sortedNames([]string{"i", "t", "it", "count", "num_spikes", "num_events", "N", "spike_trains", "event_trains", "values", "all_values", "name", "source", "record", "record_variables", "event", "get_states", "active"}, m.mon.Vars)
}

func (m *spikeMonitor) spikes() (Spikes, error) {
	s := m.sim()
	if s == nil {
		return Spikes{Values: make([][]float64, len(m.mon.Vars)), Count: make([]int64, m.of.Len())}, nil
	}
	sp, err := spiking(s, "recording spikes")
	if err != nil {
		return Spikes{}, err
	}
	return sp.Spikes(m.mon)
}

// Attr gives what was recorded so far.
func (m *spikeMonitor) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name", "active":
		return m.object.Attr(name)
	case "source":
		return m.of, nil
	case "record":
		return starlark.Bool(!m.mon.CountOnly), nil
	case "record_variables":
		return stringList(m.mon.Vars), nil
	case "event":
		return starlark.String(cmp.Or(m.mon.Event, "spike")), nil
	case "get_states":
		return stateMethod(m, name), nil
	case "spike_trains", "event_trains":
		return starlark.NewBuiltin(name, m.trains), nil
	case "values", "all_values":
		return starlark.NewBuiltin(name, m.valuesMethod), nil
	}
	known := map[string]bool{"i": true, "t": true, "it": true, "count": true, "num_spikes": true, "num_events": true, "N": true}
	for _, v := range m.mon.Vars {
		known[v] = true
	}
	if !known[name] {
		if v, ok, err := extra(m, name); ok {
			return v, err
		}
		return nil, noAttr(fmt.Sprintf("%s %q", m.kind, m.name), name, m.AttrNames())
	}
	s, err := m.spikes()
	if err != nil {
		return nil, err
	}
	switch name {
	case "count":
		return countArray(s.Count), nil
	case "num_spikes", "num_events", "N":
		total := int64(0)
		for _, n := range s.Count {
			total += n
		}
		return starlark.MakeInt64(total), nil
	}
	if m.mon.CountOnly {
		return nil, withHint(fmt.Errorf("%s: record=False keeps counts only", m.name), m.name+".count and .num_spikes are there")
	}
	switch name {
	case "i":
		return indexArray(s.Index).memoryOf(m.name+".i", "Brian2"), nil
	case "t":
		return fromSlice(append([]float64{}, s.T...), units.Second).memoryOf(m.name+".t", "Brian2"), nil
	case "it":
		return starlark.Tuple{indexArray(s.Index), fromSlice(append([]float64{}, s.T...), units.Second)}, nil
	}
	return m.variable(s, name), nil
}

func (m *spikeMonitor) variable(s Spikes, name string) *Array {
	for k, v := range m.mon.Vars {
		if v == name {
			a := fromSlice(append([]float64{}, s.Values[k]...), m.vars[name].dim)
			a.kind = m.vars[name].kind
			return a
		}
	}
	return fromSlice(append([]float64{}, s.T...), units.Second)
}

func countArray(v []int64) *Array {
	out := &Array{data: make([]float64, len(v)), shape: []int{len(v)}, kind: intElems}
	for k, x := range v {
		out.data[k] = float64(x)
	}
	return out
}

func indexArray(v []int32) *Array {
	out := &Array{data: make([]float64, len(v)), shape: []int{len(v)}, kind: intElems}
	for k, x := range v {
		out.data[k] = float64(x)
	}
	return out
}

// trains is spike_trains(): a dictionary of spike times by neuron, empty for neurons that were silent.
func (m *spikeMonitor) trains(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("%s takes no arguments", b.Name())
	}
	return m.byNeuron("t")
}

// valuesMethod is values('v'), a dictionary by neuron, and all_values(), a dictionary of such by variable.
func (m *spikeMonitor) valuesMethod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if b.Name() == "values" {
		var name string
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "var", &name); err != nil {
			return nil, err
		}
		return m.byNeuron(name)
	}
	d := starlark.NewDict(len(m.mon.Vars) + 1)
	for _, n := range append([]string{"t"}, m.mon.Vars...) {
		v, err := m.byNeuron(n)
		if err != nil {
			return nil, err
		}
		if err := d.SetKey(starlark.String(n), v); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// byNeuron groups a recorded variable by neuron.
func (m *spikeMonitor) byNeuron(name string) (starlark.Value, error) {
	if m.mon.CountOnly {
		return nil, withHint(fmt.Errorf("%s: record=False keeps counts only", m.name), m.name+".count and .num_spikes are there")
	}
	known := name == "t"
	for _, v := range m.mon.Vars {
		known = known || v == name
	}
	if !known {
		return nil, noAttr(fmt.Sprintf("%s %q", m.kind, m.name), name, append([]string{"t"}, m.mon.Vars...))
	}
	s, err := m.spikes()
	if err != nil {
		return nil, err
	}
	all := m.variable(s, name)
	rows := make([][]float64, m.of.Len())
	for k, i := range s.Index {
		rows[i] = append(rows[i], all.data[k])
	}
	d := starlark.NewDict(len(rows))
	for i, r := range rows {
		a := fromSlice(append([]float64{}, r...), all.dim)
		a.kind = all.kind
		if err := d.SetKey(starlark.MakeInt(i), a); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// rateMonitor is Brian2's PopulationRateMonitor.
type rateMonitor struct {
	*object
	mon *net.RateMonitor
	of  *neuronGroup
}

var _ starlark.HasAttrs = (*rateMonitor)(nil)

// makeRateMonitor is PopulationRateMonitor(source, name=None).
func (in *interp) makeRateMonitor(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, name, dt, when, ignored starlark.Value
	order := 0
	if err := unpack(b.Name(), args, kwargs, "source", &source, "name?", &name, "dt?", &dt, "when?", &when, "order?", &order, "codeobj_class?", &ignored); err != nil {
		return nil, err
	}
	if err := afterThresholds(b.Name(), when, order); err != nil {
		return nil, err
	}
	g, err := groupArg("PopulationRateMonitor: source", source)
	if err != nil {
		return nil, err
	}
	if !g.emits("spike") {
		return nil, withHint(fmt.Errorf("PopulationRateMonitor: %s has no threshold and never spikes", g.label()), "add threshold='...' to the group")
	}
	if isGiven(dt) {
		return nil, withHint(fmt.Errorf("PopulationRateMonitor: dt= is not supported; rates are recorded at every step"), "smooth_rate(width=...) gives coarser ones")
	}
	m := &rateMonitor{mon: &net.RateMonitor{Of: g.span(), Place: in.placeOf(t)}, of: g}
	if m.object, err = in.newObject(t, b.Name(), "ratemonitor", name); err != nil {
		return nil, err
	}
	m.mon.Name = m.name
	m.mild, m.needs = true, []*object{g.object}
	m.register(m, func(n *net.Network) { n.RateMonitors = append(n.RateMonitors, m.mon) })
	return m, nil
}

func (m *rateMonitor) rates() (Rates, error) {
	s := m.sim()
	if s == nil {
		return Rates{}, nil
	}
	sp, err := spiking(s, "recording rates")
	if err != nil {
		return Rates{}, err
	}
	return sp.Rates(m.mon)
}

// AttrNames lists the attributes.
func (m *rateMonitor) AttrNames() []string {
	return []string{"N", "active", "get_states", "name", "rate", "smooth_rate", "source", "t"}
}

// Attr gives what was recorded so far.
func (m *rateMonitor) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name", "active":
		return m.object.Attr(name)
	case "source":
		return m.of, nil
	case "get_states":
		return stateMethod(m, name), nil
	case "smooth_rate":
		return starlark.NewBuiltin(name, m.smooth), nil
	case "t", "rate", "N":
		r, err := m.rates()
		if err != nil {
			return nil, err
		}
		switch name {
		case "t":
			return fromSlice(append([]float64{}, r.T...), units.Second).memoryOf(m.name+".t", "Brian2"), nil
		case "N":
			return starlark.MakeInt(len(r.T)), nil
		}
		return fromSlice(append([]float64{}, r.Rate...), hertz).memoryOf(m.name+".rate", "Brian2"), nil
	}
	if v, ok, err := extra(m, name); ok {
		return v, err
	}
	return nil, noAttr(fmt.Sprintf("%s %q", m.kind, m.name), name, m.AttrNames())
}

// smooth is smooth_rate(window='gaussian', width=...): the rate under a moving window, Brian2's way. width is the standard deviation of a
// Gaussian and the whole width of a flat window; an array is taken as the window itself.
func (m *rateMonitor) smooth(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var window, width starlark.Value = starlark.String("gaussian"), nil
	if err := unpack("smooth_rate", args, kwargs, "window?", &window, "width?", &width); err != nil {
		return nil, err
	}
	r, err := m.rates()
	if err != nil {
		return nil, err
	}
	w, err := smoothWindow(window, width, m.of.dt())
	if err != nil {
		return nil, err
	}
	return fromSlice(convolveSame(r.Rate, w), hertz), nil
}

func smoothWindow(window, width starlark.Value, dt float64) ([]float64, error) {
	kind, isName := window.(starlark.String)
	if !isName {
		a, err := toArray(window)
		if err != nil || len(a.shape) != 1 || len(a.data)%2 == 0 {
			return nil, fmt.Errorf("smooth_rate: the window is \"gaussian\", \"flat\", or an array of odd length")
		}
		if isGiven(width) {
			return nil, fmt.Errorf("smooth_rate: width= belongs to the windows \"gaussian\" and \"flat\"")
		}
		return normalised(append([]float64{}, a.data...)), nil
	}
	if !isGiven(width) {
		return nil, withHint(fmt.Errorf("smooth_rate: the window %q needs width=", string(kind)), "for example smooth_rate(window='gaussian', width=10*ms)")
	}
	d, err := duration("smooth_rate: width", width, 0)
	if err != nil {
		return nil, err
	}
	if !(d > 0) {
		return nil, fmt.Errorf("smooth_rate: width is %v; it must be positive", width)
	}
	switch kind {
	case "gaussian":
		n := int(math.RoundToEven(2 * d / dt))
		w := make([]float64, 2*n+1)
		for k := range w {
			x := float64(k - n)
			w[k] = math.Exp(-x * x / (2 * (d / dt) * (d / dt)))
		}
		return normalised(w), nil
	case "flat":
		w := make([]float64, int(d/2/dt)*2+1)
		for k := range w {
			w[k] = 1
		}
		return normalised(w), nil
	}
	return nil, fmt.Errorf("smooth_rate: there is no window %q; \"gaussian\" and \"flat\" are", string(kind))
}

func normalised(w []float64) []float64 {
	total := pairwiseSum(w)
	for k := range w {
		w[k] /= total
	}
	return w
}

// convolveSame is numpy.convolve(x, w, mode="same"): of the length of the longer operand, centred.
func convolveSame(x, w []float64) []float64 {
	if len(x) == 0 {
		return []float64{}
	}
	n := max(len(x), len(w))
	first := (min(len(x), len(w)) - 1) / 2
	out := make([]float64, n)
	for k := range out {
		at := k + first
		sum := 0.0
		for i := max(0, at-len(x)+1); i < len(w) && i <= at; i++ {
			sum += float64(w[i] * x[at-i])
		}
		out[k] = sum
	}
	return out
}
