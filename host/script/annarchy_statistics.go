package script

import (
	"fmt"
	"math"
	"slices"

	"go.starlark.net/starlark"
)

// trains are spikes by neuron, as get("spike") gives them.
type trains struct {
	ranks []int
	steps [][]int
}

// trainsOf reads a dictionary of spikes, or {"spike": dictionary}; None: all that the monitor has.
func (m *monitor) trainsOf(v starlark.Value) (*trains, error) {
	d, ok := v.(*starlark.Dict)
	if ok {
		if inner, found, _ := d.Get(starlark.String(spikeName)); found {
			d, ok = inner.(*starlark.Dict)
		}
	}
	if !ok {
		if isGiven(v) {
			return nil, fmt.Errorf("spikes is what get(\"spike\") gives, not %s", article(v))
		}
		var err error
		if d, _, err = m.spikeDict(0); err != nil {
			return nil, err
		}
	}
	out := &trains{}
	for _, kv := range d.Items() {
		i, err := starlark.AsInt32(kv[0])
		list, ok := kv[1].(*starlark.List)
		if err != nil || !ok {
			return nil, fmt.Errorf("spikes is what get(\"spike\") gives: lists of steps by neuron")
		}
		steps := make([]int, list.Len())
		for k := range steps {
			if steps[k], err = starlark.AsInt32(list.Index(k)); err != nil {
				return nil, err
			}
		}
		out.ranks, out.steps = append(out.ranks, i), append(out.steps, steps)
	}
	return out, nil
}

// intervals are the inter-spike intervals in ms of neurons that have at least two spikes; ranks: of these only.
func (m *monitor) intervals(t *trains, ranks starlark.Value) (of []int, out [][]float64, err error) {
	var only []int32
	if isGiven(ranks) {
		if only, err = indices("ranks", ranks); err != nil {
			return nil, nil, err
		}
	}
	dt := m.in.dtOf(m.home) * 1000
	for k, steps := range t.steps {
		if len(steps) < 2 || only != nil && !slices.Contains(only, int32(t.ranks[k])) {
			continue
		}
		var list []float64
		for j := 1; j < len(steps); j++ {
			list = append(list, float64(steps[j]-steps[j-1])*dt)
		}
		of, out = append(of, t.ranks[k]), append(out, list)
	}
	return of, out, nil
}

func floatList(list []float64) *starlark.List {
	out := make([]starlark.Value, len(list))
	for k, x := range list {
		out[k] = starlark.Float(x)
	}
	return starlark.NewList(out)
}

// interSpikeInterval is inter_spike_interval(spikes=None, ranks=None, per_neuron=False), and coefficient_of_variation.
func (m *monitor) interSpikeInterval(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var spikes, ranks starlark.Value
	each := false
	if err := unpack(b.Name(), args, kwargs, "spikes?", &spikes, "ranks?", &ranks, "per_neuron?", &each); err != nil {
		return nil, err
	}
	t, err := m.trainsOf(spikes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	of, lists, err := m.intervals(t, ranks)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	variation := b.Name() == "coefficient_of_variation"
	var all []float64
	d := starlark.NewDict(len(of))
	for k, list := range lists {
		var v starlark.Value = floatList(list)
		if variation {
			if len(list) < 2 {
				continue
			}
			mean, square := 0.0, 0.0
			for _, x := range list {
				mean += x / float64(len(list))
			}
			for _, x := range list {
				square += (x - mean) * (x - mean) / float64(len(list))
			}
			cv := math.Sqrt(square) / mean
			v, list = starlark.Float(cv), []float64{cv}
		}
		all = append(all, list...)
		if err := d.SetKey(starlark.MakeInt(of[k]), v); err != nil {
			return nil, err
		}
	}
	if each {
		return d, nil
	}
	return floatList(all), nil
}

// bounds are the steps between which spikes were recorded.
func (m *monitor) bounds() (start, stop int) {
	start, stop = int(m.when.begin), int(m.stepNow())
	if s := m.when.switched; len(s)%2 == 1 {
		stop = int(s[len(s)-1])
		if len(s) > 1 {
			start = int(s[len(s)-2])
		}
	} else if len(s) > 0 {
		start = int(s[len(s)-1])
	}
	return start, stop
}

// smooth is an exponential average over time with the time constant tau, in ms; rates begin with its first value.
func smooth(rates []float64, dt, tau float64) []float64 {
	if tau <= 0 {
		return rates
	}
	out := make([]float64, len(rates))
	for k := range rates {
		if k == 0 {
			out[k] = rates[k]
		} else {
			out[k] = out[k-1] + (rates[k]-out[k-1])*dt/tau
		}
	}
	return out
}

// smoothedRate is smoothed_rate(spikes=None, smooth=0.0), [neuron, step]: between two spikes a neuron's rate is the inverse of the time between them. Like
// ANNarchy, it knows no rate before the first spike, when the spike before is not recorded, nor behind the last.
func (m *monitor) smoothedRate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var spikes starlark.Value
	tau := 0.0
	if err := unpack(b.Name(), args, kwargs, "spikes?", &spikes, "smooth?", asFloat{&tau}); err != nil {
		return nil, err
	}
	t, err := m.trainsOf(spikes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	dt := m.in.dtOf(m.home) * 1000
	start, stop := m.bounds()
	out := &Array{shape: []int{len(t.steps), stop - start}}
	for _, steps := range t.steps {
		row := make([]float64, stop-start)
		last := start - 1
		for _, s := range steps {
			if last > start {
				for k := last; k < s; k++ {
					if k-start < len(row) {
						row[k-start] = 1000 / dt / float64(s-last)
					}
				}
			}
			last = s
		}
		out.data = append(out.data, smooth(row, dt, tau)...)
	}
	return out, nil
}

// populationRate is population_rate(spikes=None, smooth=0.0): spikes per second and neuron in each step.
func (m *monitor) populationRate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var spikes starlark.Value
	tau := 0.0
	if err := unpack(b.Name(), args, kwargs, "spikes?", &spikes, "smooth?", asFloat{&tau}); err != nil {
		return nil, err
	}
	t, err := m.trainsOf(spikes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	dt := m.in.dtOf(m.home) * 1000
	start, stop := m.bounds()
	rates := make([]float64, stop-start+1)
	for _, steps := range t.steps {
		for _, s := range steps {
			if s >= start && s <= stop {
				rates[s-start] += 1000 / dt / float64(len(t.steps))
			}
		}
	}
	if tau <= dt {
		tau = 0
	}
	return fromSlice(smooth(rates, dt, tau), noDim), nil
}

// timesOf is times(variables=None): the steps at which what is recorded begins and ends, for each variable.
func (m *monitor) timesOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vars starlark.Value
	if err := unpack(b.Name(), args, kwargs, "variables?", &vars); err != nil {
		return nil, err
	}
	names := m.recordedNames()
	if isGiven(vars) {
		var err error
		if names, err = variablesIn(b.Name(), vars); err != nil {
			return nil, err
		}
	}
	var start, stop []starlark.Value
	from := m.when.begin
	for k, s := range append(slices.Clone(m.when.switched), m.stepNow()) {
		if k%2 == 0 {
			start, stop = append(start, starlark.MakeInt64(from)), append(stop, starlark.MakeInt64(s))
		}
		from = s
	}
	d := starlark.NewDict(len(names))
	for _, n := range names {
		one := starlark.NewDict(2)
		if err := one.SetKey(starlark.String("start"), starlark.NewList(slices.Clone(start))); err != nil {
			return nil, err
		}
		if err := one.SetKey(starlark.String("stop"), starlark.NewList(slices.Clone(stop))); err != nil {
			return nil, err
		}
		if err := d.SetKey(starlark.String(n), one); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// recordedNames are all that the monitor records.
func (m *monitor) recordedNames() []string {
	names := slices.Clone(m.mon.Vars)
	if m.conductances != nil {
		names = append(names, m.conductances.mon.Vars...)
	}
	if m.spikes != nil {
		names = append(names, spikeName)
	}
	return names
}
