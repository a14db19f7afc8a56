package script

import (
	"fmt"
	"math"
	"slices"

	"go.starlark.net/starlark"
)

// recording is when ANNarchy's Monitor records: between start() or resume() and pause(), and every period from an offset on. The network samples all the
// time; what is not recorded is left out of what the script sees.
type recording struct {
	held  bool  // start=False, and not started yet: the monitor is no part of the network
	begin int64 // the step at which it became part of it
	// switched are the steps at which recording was paused, resumed, paused, ...
	switched []int64
	// every and offset, in steps: samples at other steps are left out; every 0: none is.
	every, offset int64
}

// sees reports whether a step is recorded.
func (r *recording) sees(step int64) bool {
	if r.every > 0 && (step-r.offset)%r.every != 0 {
		return false
	}
	n, _ := slices.BinarySearchFunc(r.switched, step, func(s, step int64) int {
		if s <= step {
			return -1
		}
		return 1
	})
	return n%2 == 0
}

// turn pauses or resumes at a step.
func (r *recording) turn(on bool, step int64) {
	switch {
	case on == (len(r.switched)%2 == 0):
	case len(r.switched) > 0 && r.switched[len(r.switched)-1] == step:
		r.switched = r.switched[:len(r.switched)-1]
	default:
		r.switched = append(r.switched, step)
	}
}

// stepNow is the step at which the monitor's network is.
func (m *monitor) stepNow() int64 {
	return int64(math.Round(m.in.timeOf(m.home) / m.in.dtOf(m.home)))
}

// each are the monitors that this one is made of.
func (m *monitor) each() []*monitor {
	if m.conductances != nil {
		return []*monitor{m, m.conductances}
	}
	return []*monitor{m}
}

// join makes the monitor, which was held back, part of its network.
func (m *monitor) join() {
	n := m.home.net
	for _, x := range m.each() {
		if len(x.mon.Vars) > 0 {
			n.Monitors = append(n.Monitors, x.mon)
		}
	}
	if m.spikes != nil {
		n.SpikeMonitors = append(n.SpikeMonitors, m.spikes)
	}
	m.when.held, m.when.begin = false, m.stepNow()
}

// hold takes the monitor out of its network until it is started.
func (m *monitor) hold() {
	n := m.home.net
	mine := map[any]bool{}
	for _, x := range m.each() {
		mine[x.mon] = true
	}
	if m.spikes != nil {
		mine[m.spikes] = true
	}
	n.Monitors, n.SpikeMonitors = others(n.Monitors, mine), others(n.SpikeMonitors, mine)
	m.when.held = true
}

// control is start(), resume(), pause() and stop().
func (m *monitor) control(name string) starlark.Value {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var vars, period starlark.Value
		if err := unpack(b.Name(), args, kwargs, "variables?", &vars, "period?", &period); err != nil {
			return nil, err
		}
		if isGiven(vars) || isGiven(period) {
			return nil, withHint(fmt.Errorf("%s: variables= and period= are not supported", b.Name()), "give them where the monitor is made, or make a second one")
		}
		on := b.Name() == "start" || b.Name() == "resume"
		if m.when.held {
			if on {
				m.join()
			}
			return starlark.None, nil
		}
		step := m.stepNow()
		for _, x := range m.each() {
			x.when.turn(on, step)
		}
		return starlark.None, nil
	})
}

// recorders are monitors' methods that say when they record.
var recorders = []string{"start", "resume", "pause", "stop"}

// kept are the samples that are recorded: their places among all.
func (m *monitor) kept(t []float64) []int {
	if len(m.when.switched) == 0 && m.when.every == 0 {
		return nil
	}
	dt := m.in.dtOf(m.home)
	out := []int{}
	for k, x := range t {
		if m.when.sees(int64(math.Round(x / dt))) {
			out = append(out, k)
		}
	}
	return out
}

// recordedSteps are how many steps were recorded up to now.
func (m *monitor) recordedSteps() int64 {
	if m.when.held {
		return 0
	}
	now := m.stepNow()
	total := int64(0)
	from := m.when.begin
	for k, s := range m.when.switched {
		if k%2 == 0 {
			total += s - from
		}
		from = s
	}
	if len(m.when.switched)%2 == 0 {
		total += now - from
	}
	return total
}

// byDendrite gives the samples of a projection's variable the form that ANNarchy has: [samples, dendrites, synapses], as lists where dendrites have
// different numbers of synapses, and [samples, synapses] of one dendrite.
func (m *monitor) byDendrite(name string, a *Array) (starlark.Value, error) {
	v := m.proj.vars[name]
	if v.shared || m.mon.Elements != nil {
		return a, nil
	}
	t, err := m.proj.synapses()
	if err != nil {
		return nil, err
	}
	width := a.shape[1]
	var some []int32
	switch {
	case v.postsynaptic && m.dend != nil:
		some = []int32{m.dend.post}
	case v.postsynaptic: // of neurons that have synapses
		some = t.posts
	case m.dend != nil:
		some = m.dend.places()
	}
	if some != nil {
		out := &Array{shape: []int{a.shape[0], len(some)}, kind: a.kind}
		for k := range a.shape[0] {
			for _, at := range some {
				out.data = append(out.data, a.data[k*width+int(at)])
			}
		}
		return out, nil
	}
	if width != len(t.pre) {
		return a, nil
	}
	out := &Array{data: make([]float64, 0, len(a.data)), kind: a.kind}
	for k := range a.shape[0] {
		for _, row := range t.rows {
			for _, place := range row {
				out.data = append(out.data, a.data[k*width+int(place)])
			}
		}
	}
	for _, row := range t.rows {
		if len(row) != len(t.rows[0]) {
			return out.unequal(a.shape[0], t.rows), nil
		}
	}
	out.shape = []int{a.shape[0], len(t.rows), width / max(len(t.rows), 1)}
	return out, nil
}

// unequal are rows of different lengths as lists, for each sample.
func (a *Array) unequal(samples int, rows [][]int32) starlark.Value {
	var list []starlark.Value
	at := 0
	for range samples {
		var inner []starlark.Value
		for _, row := range rows {
			inner = append(inner, &Array{data: a.data[at : at+len(row)], shape: []int{len(row)}, kind: a.kind})
			at += len(row)
		}
		list = append(list, starlark.NewList(inner))
	}
	return starlark.NewList(list)
}
