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
	if isGiven(target) {
		return nil, fmt.Errorf("%s: target= is not supported; rates= is", b.Name())
	}
	if _, isRates := name.(starlark.String); !isRates && name != starlark.None && rates == starlark.None {
		name, rates = starlark.None, name // PoissonPopulation(100, 10.0)
	}
	n := &neuron{spike: "p < rates", refractory: starlark.None}
	var err error
	if n.parameters, n.drawn, err = parameterText(b.Name(), parameters, false); err != nil {
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

// makeTimedPopulation is ANNarchy's TimedArray(rates, geometry=None, schedule=0.0, period=-1.0, name=None): neurons whose r takes the rows of rates
// [time, neurons] one after another, every schedule ms (0: every step) or at the times of a list, and from the start again every period ms.
func (in *interp) makeTimedPopulation(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var rates, geometry, schedule, name starlark.Value = nil, starlark.None, starlark.Float(0), starlark.None
	period := -1.0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "rates", &rates, "geometry?", &geometry, "schedule?", &schedule, "period?", asFloat{&period}, "name?", &name); err != nil {
		return nil, err
	}
	a, err := toArray(rates)
	if err != nil {
		return nil, fmt.Errorf("%s: rates: %w", b.Name(), err)
	}
	if len(a.shape) < 2 || len(a.shape) > 4 || a.shape[0] == 0 || !a.dim.Dimensionless() {
		return nil, fmt.Errorf("%s: rates are plain numbers [time, neurons], not of shape %s", b.Name(), shapeString(a.shape))
	}
	if geometry == starlark.None {
		geometry = intTuple(a.shape[1:])
	}
	every := in.defaultDT()
	rows, n := a.shape[0], len(a.data)/a.shape[0]
	data := append([]float64(nil), a.data...)
	if q, ok := asQuantity(schedule); ok {
		if q.Value > 0 {
			if every, err = duration("TimedArray: schedule", schedule, 1e-3); err != nil {
				return nil, err
			}
		}
	} else {
		times, err := toArray(schedule)
		if err != nil {
			return nil, fmt.Errorf("%s: schedule: %w", b.Name(), err)
		}
		if len(times.data) == 0 || len(times.data) > rows {
			return nil, fmt.Errorf("%s: %d times in the schedule for %d rows of rates", b.Name(), len(times.data), rows)
		}
		// One row for each step up to the last time.
		data = nil
		for k, at := range times.data {
			step := int(math.Round(at / 1000 / every))
			if k == 0 && step != 0 || k > 0 && step*n <= len(data)-n || step > maxGroup/n {
				return nil, fmt.Errorf("%s: the times of a schedule start at 0 and ascend, in steps of %g ms; time %d is %g ms", b.Name(), every*1000, k, at)
			}
			for len(data) < step*n {
				data = append(data, data[len(data)-n:]...)
			}
			data = append(data, a.data[k*n:(k+1)*n]...)
		}
	}
	ta, err := net.NewTimedArray("timed_rates", data, n, every, noDim)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	shape, grid, err := gridOf(b.Name(), geometry)
	if err != nil {
		return nil, err
	}
	if size := grid.Len(); size != n {
		return nil, fmt.Errorf("%s: the geometry %s has %d neurons, but rates are for %d", b.Name(), shapeString(shape), size, n)
	}
	now := "t"
	if period > 0 {
		now = fmt.Sprintf("t - %v*floor((t + 0.5*dt)/%v)", period, period)
	}
	g := &net.Group{N: n, Dialect: check.ANNarchy, Grid: grid, Params: &diag.Source{}}
	if g.Name, err = in.objectName("Population", name, func(k int) string { return fmt.Sprintf("pop%d", k) }); err != nil {
		return nil, err
	}
	g.Equations = &diag.Source{Name: fmt.Sprintf("equations of Population '%s'", g.Name), Text: "r = timed_rates(" + now + ", i)"}
	return in.addGroup(t, b.Name(), g, shape, starlark.StringDict{"timed_rates": &timedArray{in, ta, a}})
}
