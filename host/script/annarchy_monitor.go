package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// spikeName is the name under which ANNarchy's Monitor records spikes.
const spikeName = "spike"

// withoutSpike takes "spike" out of the variables of a Monitor, and says whether it was there.
func withoutSpike(v starlark.Value) (starlark.Value, bool) {
	if s, ok := v.(starlark.String); ok && s == spikeName {
		return nil, true
	}
	list, ok := v.(starlark.Iterable)
	if !ok {
		return v, false
	}
	it := list.Iterate()
	defer it.Done()
	var rest []starlark.Value
	var x starlark.Value
	found := false
	for it.Next(&x) {
		if x == starlark.String(spikeName) {
			found = true
		} else {
			rest = append(rest, x)
		}
	}
	if len(rest) == 0 && found {
		return nil, true
	}
	return starlark.NewList(rest), found
}

// beforeUpdate is the place in the step at which spikes have arrived and the neurons are not updated yet.
func beforeUpdate() (slot string, order int) { return "groups", net.BeforeUpdate }

// splitConductances divides variables to record into those of a spiking population that are conductances, and the others; nil: none.
func (p *population) splitConductances(v starlark.Value) (rest, conductances starlark.Value) {
	if v == nil || p.group.Spiking == nil {
		return v, nil
	}
	if v == starlark.True {
		var all []starlark.Value
		for _, n := range p.names {
			all = append(all, starlark.String(n))
		}
		v = starlark.NewList(all)
	}
	names, ok := v.(starlark.Iterable)
	if s, one := v.(starlark.String); one {
		names, ok = starlark.Tuple{s}, true
	}
	if !ok {
		return v, nil
	}
	it := names.Iterate()
	defer it.Done()
	var other, own []starlark.Value
	var x starlark.Value
	for it.Next(&x) {
		if s, ok := starlark.AsString(x); ok && strings.HasPrefix(s, "g_") {
			own = append(own, x)
		} else {
			other = append(other, x)
		}
	}
	if own != nil {
		conductances = starlark.NewList(own)
	}
	if other == nil && own != nil {
		return nil, conductances
	}
	if own == nil {
		return v, nil
	}
	return starlark.NewList(other), conductances
}

// recordSpikes makes the monitor record the spikes of its population.
func (in *interp) recordSpikes(t *starlark.Thread, m *monitor, of net.Span, alone bool) error {
	if !m.pop.emits() {
		return withHint(fmt.Errorf("%s: %q has no spikes to record", "Monitor", m.pop.group.Name), "its neuron has no spike=")
	}
	name := m.mon.Name
	if !alone {
		name += "_" + spikeName
	}
	m.spikes = &net.SpikeMonitor{Name: name, Of: of, Place: in.placeOf(t)}
	m.home.net.SpikeMonitors = append(m.home.net.SpikeMonitors, m.spikes)
	return nil
}

// recorded are the spikes so far: the neuron and the step of each.
func (m *monitor) recorded() (index []int32, steps []int, err error) {
	if m.home.sim == nil || !m.home.ran {
		return nil, nil, nil
	}
	sp, err := spiking(m.home.sim, "recording spikes")
	if err != nil {
		return nil, nil, err
	}
	s, err := sp.Spikes(m.spikes)
	if err != nil {
		return nil, nil, err
	}
	dt := m.in.dtOf(m.home)
	for k, t := range s.T {
		step := int(math.Round(t / dt))
		if m.when.sees(int64(step)) {
			index, steps = append(index, s.Index[k]), append(steps, step)
		}
	}
	return index, steps, nil
}

// spikeDict is what get("spike") gives: for each neuron a list of the steps in which it spiked.
func (m *monitor) spikeDict(from int) (*starlark.Dict, int, error) {
	index, steps, err := m.recorded()
	if err != nil {
		return nil, 0, err
	}
	rows := make([][]starlark.Value, m.spikes.Of.Len())
	for k := min(from, len(index)); k < len(index); k++ {
		rows[index[k]] = append(rows[index[k]], starlark.MakeInt(steps[k]))
	}
	d := starlark.NewDict(len(rows))
	for _, i := range m.ranks {
		if err := d.SetKey(starlark.MakeInt(i), starlark.NewList(rows[i])); err != nil {
			return nil, 0, err
		}
	}
	if m.ranks != nil {
		return d, len(index), nil
	}
	for i, r := range rows {
		if err := d.SetKey(starlark.MakeInt(i), starlark.NewList(r)); err != nil {
			return nil, 0, err
		}
	}
	return d, len(index), nil
}

// spikeArg are the spikes that a method is given, or all that were recorded.
func (m *monitor) spikeArg(v starlark.Value) (neurons int, index, steps []int, err error) {
	d, ok := v.(*starlark.Dict)
	if ok {
		if inner, found, _ := d.Get(starlark.String(spikeName)); found {
			d, ok = inner.(*starlark.Dict)
		}
	}
	if !ok {
		if v != starlark.None {
			return 0, nil, nil, fmt.Errorf("spikes is what get(\"spike\") gives, not %s", article(v))
		}
		if d, _, err = m.spikeDict(0); err != nil {
			return 0, nil, nil, err
		}
	}
	type spike struct{ step, index int }
	var all []spike
	for _, kv := range d.Items() {
		i, err := starlark.AsInt32(kv[0])
		list, ok := kv[1].(*starlark.List)
		if err != nil || !ok {
			return 0, nil, nil, fmt.Errorf("spikes is what get(\"spike\") gives: lists of steps by neuron")
		}
		for k := range list.Len() {
			step, err := starlark.AsInt32(list.Index(k))
			if err != nil {
				return 0, nil, nil, err
			}
			all = append(all, spike{step, i})
		}
	}
	slices.SortStableFunc(all, func(a, b spike) int { return a.step - b.step })
	for _, s := range all {
		index, steps = append(index, s.index), append(steps, s.step)
	}
	return d.Len(), index, steps, nil
}

// raster is raster_plot(spikes=None): the times in ms and the neurons of all spikes.
func (m *monitor) raster(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "spikes?", &v); err != nil {
		return nil, err
	}
	_, index, steps, err := m.spikeArg(v)
	if err != nil {
		return nil, err
	}
	t := make([]float64, len(steps))
	for k, s := range steps {
		t[k] = float64(s) * m.in.dtOf(m.home) * 1000
	}
	return starlark.Tuple{fromSlice(t, noDim), intArray(index)}, nil
}

// meanRate is mean_fr(spikes=None): spikes per second and neuron over the time that was simulated.
func (m *monitor) meanRate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "spikes?", &v); err != nil {
		return nil, err
	}
	n, index, _, err := m.spikeArg(v)
	if err != nil {
		return nil, err
	}
	if now := float64(m.recordedSteps()) * m.in.dtOf(m.home); now > 0 && n > 0 {
		return starlark.Float(float64(len(index)) / (now * float64(n))), nil
	}
	return starlark.Float(0), nil
}

// counts is histogram(spikes=None, bins=1.0): the number of spikes in each bin of time, in ms.
func (m *monitor) counts(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.None
	dt := m.in.dtOf(m.home) * 1000
	bins := dt
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "spikes?", &v, "bins?", asFloat{&bins}); err != nil {
		return nil, err
	}
	if !(bins >= dt) {
		return nil, fmt.Errorf("%s: bins is %g ms; a bin is at least one step of %g ms long", b.Name(), bins, dt)
	}
	_, _, steps, err := m.spikeArg(v)
	if err != nil {
		return nil, err
	}
	width := int(math.Round(bins / dt))
	out := make([]int, int(math.Round(m.in.timeOf(m.home)*1000/dt))/width)
	for _, s := range steps {
		if k := s / width; k < len(out) {
			out[k]++
		}
	}
	return intArray(out), nil
}

// spikeMethods are what a monitor of spikes has.
var spikeMethods = map[string]func(*monitor, *starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
	"raster_plot": (*monitor).raster, "mean_fr": (*monitor).meanRate, "histogram": (*monitor).counts, "inter_spike_interval": (*monitor).interSpikeInterval,
	"coefficient_of_variation": (*monitor).interSpikeInterval, "smoothed_rate": (*monitor).smoothedRate, "population_rate": (*monitor).populationRate,
}

// spikeMethod finds a method for spikes; nil when there is none of the name.
func (m *monitor) spikeMethod(name string) starlark.Value {
	if m.spikes == nil {
		return nil
	}
	f := spikeMethods[name]
	if f == nil {
		return nil
	}
	return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(m, t, b, args, kwargs)
	})
}
