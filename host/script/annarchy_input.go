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
	var target starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "geometry", &geometry, "name?", &name, "rates?", &rates, "target?", &target, "parameters?", &parameters); err != nil {
		return nil, err
	}
	if target != nil && target != starlark.None {
		return nil, fmt.Errorf("%s: target= is not supported; rates= is", b.Name())
	}
	if _, isRates := name.(starlark.String); !isRates && name != starlark.None && rates == starlark.None {
		name, rates = starlark.None, name // PoissonPopulation(100, 10.0)
	}
	n := &neuron{spike: "p < rates", refractory: starlark.None}
	var err error
	if n.parameters, err = blockText("parameters", parameters); err != nil {
		return nil, err
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
	var times *starlark.List
	var name starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "spike_times", &times, "name?", &name); err != nil {
		return nil, err
	}
	if times.Len() == 0 {
		return nil, fmt.Errorf("%s: spike_times is empty: give a list of times, or one for each neuron", b.Name())
	}
	lists := []starlark.Value{times}
	if _, plain := asQuantity(times.Index(0)); !plain {
		lists = nil
		for k := range times.Len() {
			lists = append(lists, times.Index(k))
		}
	}
	g := &net.Group{N: len(lists), Dialect: check.ANNarchy, Generator: &net.Generator{}, Equations: &diag.Source{}, Params: &diag.Source{}}
	for i, l := range lists {
		a, err := toArray(l)
		if err != nil {
			return nil, fmt.Errorf("%s: spike_times: %w", b.Name(), err)
		}
		for _, ms := range a.data {
			if math.IsNaN(ms) || ms < 0 {
				return nil, fmt.Errorf("%s: neuron %d has a spike at %g ms; times are zero or positive", b.Name(), i, ms)
			}
			g.Generator.Index = append(g.Generator.Index, int32(i))
			g.Generator.Times = append(g.Generator.Times, ms/1000)
		}
	}
	var err error
	if g.Name, err = in.objectName("Population", name, func(k int) string { return fmt.Sprintf("pop%d", k) }); err != nil {
		return nil, err
	}
	return in.addGroup(t, b.Name(), g, []int{g.N}, nil)
}
