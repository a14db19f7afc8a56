package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// windowCount is the number of spikes of a neuron in the window of its firing rate.
const windowCount = "spikes_in_window"

// computeFiringRate is pop.compute_firing_rate(window): r becomes the mean firing rate of each neuron in the last window ms, in Hz. A spike is counted
// when it happens, and taken out again when it is as old as the window.
func (p *population) computeFiringRate(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "window", &v); err != nil {
		return nil, err
	}
	window, err := duration(b.Name()+": window", v, 1e-3)
	if err != nil {
		return nil, err
	}
	in, g := p.in, p.group
	dt := in.dtOf(p.home)
	switch {
	case g.Spiking == nil:
		return nil, withHint(fmt.Errorf("%s: %q has no spikes", b.Name(), g.Name), "its neuron has no spike=")
	case !(window >= dt) || math.IsInf(window, 0):
		return nil, fmt.Errorf("%s: the window is %v; it has at least one step", b.Name(), v)
	case p.home.ran:
		return nil, withHint(fmt.Errorf("%s: %q has run already", b.Name(), g.Name), "call it before simulate()")
	case p.vars["r"].name != "":
		return nil, fmt.Errorf("%s: %q has a variable r already", b.Name(), g.Name)
	}
	return starlark.None, p.countSpikes(t, "r", window)
}

// countSpikes gives the population a variable for the mean firing rate of each neuron in the last window seconds.
func (p *population) countSpikes(t *starlark.Thread, rate string, window float64) error {
	in, g := p.in, p.group
	dt := in.dtOf(p.home)
	switch {
	case p.vars[rate].name != "" && rate != "r":
		return nil // another has asked for it
	case g.Spiking == nil:
		return fmt.Errorf("%q has spikes, but no equations", g.Name)
	case p.home.ran:
		return fmt.Errorf("%q has run already", g.Name)
	}
	count, suffix := windowCount, ""
	if rate != "r" {
		suffix = "_" + rate
		count += suffix
	}
	place := in.placeOf(t)
	source := func(text string) *diag.Source {
		return &diag.Source{Name: fmt.Sprintf("firing rate of Population '%s'", g.Name), Text: text}
	}
	g.Params.Text += fmt.Sprintf("\n%s = 0.0\n%s = 0.0", rate, count)
	for _, name := range []string{rate, count} {
		p.vars[name] = variable{name: name, stored: true}
		p.names = append(p.names, name)
	}
	g.Code = append(g.Code, &net.CodeBlock{Name: g.Name + "_firing_rate" + suffix, Code: source(fmt.Sprintf("%s = %s*%v", rate, count, 1/window)), When: "after_resets", Order: -1, Place: place})
	c := &net.Connection{I: make([]int32, g.N), J: make([]int32, g.N), Place: place}
	for i := range c.I {
		c.I[i], c.J[i] = int32(i), int32(i)
	}
	p.home.net.Synapses = append(p.home.net.Synapses, &net.Synapses{Name: g.Name + "_window" + suffix, Pre: net.All(g), Post: net.All(g), Dialect: check.Brian, Place: place, Connect: []*net.Connection{c},
		Pathways: []*net.Pathway{
			{Name: "enter", Code: source(count + "_post += 1"), Delay: []float64{0}},
			{Name: "leave", Code: source(count + "_post -= 1"), Delay: []float64{math.Round(window/dt) * dt}},
		}})
	return nil
}
