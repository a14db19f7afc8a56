package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// makePoisson is ANNarchy's PoissonPopulation(geometry, rates, name=None): neurons that spike at random. rates in Hz is a number, one each, or an
// equation of the time.
func (in *interp) makePoisson(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var geometry, rates, name, parameters starlark.Value = nil, starlark.None, starlark.None, starlark.None
	var target, refractory starlark.Value = nil, starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "geometry", &geometry, "name?", &name, "rates?", &rates, "target?", &target, "parameters?", &parameters, "refractory?", &refractory); err != nil {
		return nil, err
	}
	if _, isRates := name.(starlark.String); !isRates && name != starlark.None && rates == starlark.None {
		name, rates = starlark.None, name // PoissonPopulation(100, 10.0)
	}
	n := &neuron{spike: "p < rates", refractory: refractory}
	var err error
	if n.parameters, n.drawn, err = parameterText(b.Name(), parameters, false); err != nil {
		return nil, err
	}
	if name, ok := starlark.AsString(target); ok && isGiven(target) {
		if rates != starlark.None {
			return nil, fmt.Errorf("%s: rates= or target=, not both", b.Name())
		}
		rates = starlark.String(conductance(name)) // what rate-coded neurons bring in each step
	} else if isGiven(target) {
		return nil, fmt.Errorf("%s: target= is a name, got %s", b.Name(), article(target))
	}
	equation, isText := rates.(starlark.String)
	if isText {
		n.equations = "rates = " + string(equation) + "\n"
	} else {
		n.parameters += "\nrates = 10.0"
	}
	n.equations += "p = Uniform(0.0, 1.0) * 1000.0 / dt"
	kw := []starlark.Tuple{{starlark.String("geometry"), geometry}, {starlark.String("neuron"), n}, {starlark.String("name"), name}}
	p, err := in.makePopulation(t, b, nil, kw)
	if err != nil || isText || rates == starlark.None {
		return p, err
	}
	return p, p.(*population).SetField("rates", rates)
}

// makeSpikeSource is ANNarchy's SpikeSourceArray(spike_times, name=None): neurons that spike at given times in ms.
func (in *interp) makeSpikeSource(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var times starlark.Value
	var name starlark.Value = starlark.None
	if err := unpack(b.Name(), args, kwargs, "spike_times", &times, "name?", &name); err != nil {
		return nil, err
	}
	gen, n, err := spikeList(b.Name(), times, 0)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: spike_times is empty: give a list of times, or one for each neuron", b.Name())
	}
	g := &net.Group{N: n, Dialect: check.ANNarchy, Generator: gen, Equations: &diag.Source{}, Params: &diag.Source{}}
	if g.Name, err = in.objectName("Population", name, func(k int) string { return fmt.Sprintf("pop%d", k) }); err != nil {
		return nil, err
	}
	p, err := in.addGroup(t, b.Name(), g, []int{g.N}, nil)
	if err == nil {
		p.spikeTimes = times
	}
	return p, err
}

// spikeList reads times in ms: a list of them, or one for each neuron. Spikes begin at a time in seconds.
func spikeList(what string, times starlark.Value, from float64) (*net.Generator, int, error) {
	list, ok := times.(starlark.Indexable)
	if !ok {
		return nil, 0, fmt.Errorf("%s: spike_times is a list of times, or of one for each neuron, got %s", what, article(times))
	}
	lists := []starlark.Value{times}
	if list.Len() == 0 {
		lists = nil
	} else if _, plain := asQuantity(list.Index(0)); !plain || isArray(list.Index(0)) {
		lists = nil
		for k := range list.Len() {
			lists = append(lists, list.Index(k))
		}
	}
	g := &net.Generator{}
	for i, l := range lists {
		var ms []float64
		if err := flatten(l, &ms); err != nil {
			return nil, 0, fmt.Errorf("%s: spike_times: %w", what, err)
		}
		for _, t := range ms {
			if math.IsNaN(t) || t < 0 {
				return nil, 0, fmt.Errorf("%s: neuron %d has a spike at %g ms; times are zero or positive", what, i, t)
			}
			g.Index = append(g.Index, int32(i))
			g.Times = append(g.Times, from+t/1000)
		}
	}
	return g, len(lists), nil
}

func isArray(v starlark.Value) bool {
	switch v.(type) {
	case *Array, *starlark.List, starlark.Tuple:
		return true
	}
	return false
}

// setSpikeTimes sets the spikes of a SpikeSourceArray. As in ANNarchy times count from the beginning, or from the last clear().
func (p *population) setSpikeTimes(v starlark.Value) error {
	g, n, err := spikeList("spike_times", v, p.spikesFrom)
	if err != nil {
		return err
	}
	if n != p.group.N && n != 0 {
		return fmt.Errorf("spike_times: %q has %d neurons, but %d lists of times were given", p.group.Name, p.group.N, n)
	}
	p.group.Generator, p.spikeTimes = g, v
	return nil
}

// setRefractory sets the refractory period of neurons that spike, in ms.
func (p *population) setRefractory(v starlark.Value) error {
	if p.group.Spiking == nil {
		return noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), "refractory", p.names)
	}
	d, err := duration("refractory", v, 1e-3)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("Population '%s'", p.group.Name)
	src := &diag.Source{Name: "refractory of " + what, Text: fmt.Sprintf("dt*floor(%v/dt)", d*1e3)}
	p.in.remember(p.in.thread, what, src)
	p.group.Spiking.Refractory = src
	return nil
}

// makeInputArray is InputArray(geometry, name=None): neurons whose r the script sets.
func (in *interp) makeInputArray(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var geometry, name starlark.Value = nil, starlark.None
	if err := unpack(b.Name(), args, kwargs, "geometry", &geometry, "name?", &name); err != nil {
		return nil, err
	}
	n := &neuron{parameters: "r = 0.0", refractory: starlark.None}
	return in.makePopulation(t, b, nil, []starlark.Tuple{{starlark.String("geometry"), geometry}, {starlark.String("neuron"), n}, {starlark.String("name"), name}})
}

// isTimedPopulation tells ANNarchy's TimedArray, a population, from Brian2's, a function of time, which has a dt.
func isTimedPopulation(args starlark.Tuple, kwargs []starlark.Tuple) bool {
	for _, kw := range kwargs {
		switch kw[0].(starlark.String) {
		case "rates", "geometry", "schedule", "period":
			return true
		}
	}
	return len(args) == 1 && len(kwargs) == 0
}
