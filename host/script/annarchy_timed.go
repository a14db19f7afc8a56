package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// timedInput is what ANNarchy's TimedArray shows: rows of rates [time, neurons] one after another, every schedule ms (0: every step) or at the times of
// a list, and from the start again every period ms.
type timedInput struct {
	rates, schedule starlark.Value
	period          float64 // ms; not positive: none
	from            float64 // ms: when it began
}

// timedTable is the name of the rates in the equation of a TimedArray.
const timedTable = "timed_rates"

// makeTimedPopulation is ANNarchy's TimedArray(rates=None, geometry=None, schedule=0.0, period=-1.0, name=None).
func (in *interp) makeTimedPopulation(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var geometry, name starlark.Value = starlark.None, starlark.None
	x := &timedInput{rates: starlark.None, schedule: starlark.Float(0), period: -1}
	if err := unpack(b.Name(), args, kwargs, "rates?", &x.rates, "geometry?", &geometry, "schedule?", &x.schedule, "period?", asFloat{&x.period}, "name?", &name); err != nil {
		return nil, err
	}
	if !isGiven(geometry) {
		a, err := timedRates(b.Name(), x.rates)
		if err != nil {
			return nil, err
		}
		geometry = intTuple(a.shape[1:])
	}
	shape, grid, err := gridOf(b.Name(), geometry)
	if err != nil {
		return nil, err
	}
	g := &net.Group{N: grid.Len(), Dialect: check.ANNarchy, Grid: grid, Params: &diag.Source{}}
	if g.Name, err = in.objectName("Population", name, func(k int) string { return fmt.Sprintf("pop%d", k) }); err != nil {
		return nil, err
	}
	table, equation, err := x.shows(in, b.Name(), g.N, shape)
	if err != nil {
		return nil, err
	}
	g.Equations = &diag.Source{Name: fmt.Sprintf("equations of Population '%s'", g.Name), Text: equation}
	p, err := in.addGroup(t, b.Name(), g, shape, starlark.StringDict{timedTable: table})
	if err == nil {
		p.timed = x
	}
	return p, err
}

func timedRates(what string, v starlark.Value) (*Array, error) {
	if !isGiven(v) {
		return nil, withHint(fmt.Errorf("%s: neither rates= nor geometry= is given", what), "TimedArray(geometry=10), and later update(rates=...)")
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: rates: %w", what, err)
	}
	if len(a.shape) < 2 || len(a.shape) > 4 || a.shape[0] == 0 || !a.dim.Dimensionless() {
		return nil, withHint(fmt.Errorf("%s: rates are plain numbers [time, neurons], not of shape %s", what, shapeString(a.shape)), "a function of time for equations needs its step: TimedArray(values, dt=10*ms)")
	}
	return a, nil
}

// shows is the table of rates and the equation that reads it, for n neurons; before any rates are known they are 0.
func (x *timedInput) shows(in *interp, what string, n int, shape []int) (*timedArray, string, error) {
	every := in.dtOf(in.world)
	if !isGiven(x.rates) {
		ta, err := net.NewTimedArray(timedTable, make([]float64, n), n, every, noDim)
		return &timedArray{in, ta, nil}, "r = " + timedTable + "(t, i)", err
	}
	a, err := timedRates(what, x.rates)
	if err != nil {
		return nil, "", err
	}
	rows := a.shape[0]
	if own := len(a.data) / rows; own != n {
		return nil, "", fmt.Errorf("%s: the geometry %s has %d neurons, but rates are for %d", what, shapeString(shape), n, own)
	}
	data := append([]float64(nil), a.data...)
	if q, ok := asQuantity(x.schedule); ok && !isArray(x.schedule) {
		if q.Value > 0 {
			if every, err = duration(what+": schedule", x.schedule, 1e-3); err != nil {
				return nil, "", err
			}
		}
	} else {
		times, err := toArray(x.schedule)
		if err != nil {
			return nil, "", fmt.Errorf("%s: schedule: %w", what, err)
		}
		if len(times.data) == 0 || len(times.data) > rows {
			return nil, "", fmt.Errorf("%s: %d times in the schedule for %d rows of rates", what, len(times.data), rows)
		}
		// One row for each step up to the last time; before the first there is none, and rates are 0.
		data = nil
		for k, at := range times.data {
			step := int(math.Round(at / 1000 / every))
			if step < 0 || k > 0 && step*n <= len(data)-n || step > maxGroup/n {
				return nil, "", fmt.Errorf("%s: the times of a schedule ascend, in steps of %g ms; time %d is %g ms", what, every*1000, k, at)
			}
			for len(data) < step*n {
				if k == 0 {
					data = append(data, make([]float64, n)...)
				} else {
					data = append(data, data[len(data)-n:]...)
				}
			}
			data = append(data, a.data[k*n:(k+1)*n]...)
		}
	}
	ta, err := net.NewTimedArray(timedTable, data, n, every, noDim)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	now := "t"
	if x.from > 0 {
		now = fmt.Sprintf("(t - %v)", x.from)
	}
	if x.period > 0 {
		now = fmt.Sprintf("%s - %v*floor((%s + 0.5*dt)/%v)", now, x.period, now, x.period)
	}
	return &timedArray{in, ta, a}, fmt.Sprintf("r = %s(%s, i)", timedTable, now), nil
}

// change gives the TimedArray other rates, another schedule or another period.
func (p *population) change(x timedInput) error {
	defer p.in.within(p.home)()
	table, equation, err := x.shows(p.in, "TimedArray", p.group.N, p.shape)
	if err != nil {
		return err
	}
	old := p.group.Namespace.(*scope)
	own := *old
	own.namespace = starlark.StringDict{timedTable: table}
	p.group.Namespace = &own
	src := &diag.Source{Name: p.group.Equations.Name, Text: equation}
	if origin, ok := p.in.origins[p.group.Equations]; ok {
		p.in.origins[src] = origin
	}
	p.group.Equations, p.timed = src, &x
	if !p.home.ran || table.a == nil {
		return nil
	}
	// The rates of now are those of the row that is shown.
	dt := p.in.dtOf(p.home) * 1000
	now := p.in.timeOf(p.home)*1000 - x.from - dt
	if x.period > 0 && now > 0 {
		now -= x.period * math.Floor((now+dt/2)/x.period)
	}
	n := p.group.N
	row := min(max(int(math.Floor((now+dt/2)/(table.t.DT*1000))), 0), len(table.t.Values)/n-1)
	return p.home.sim.Set(p.group, "r", table.t.Values[row*n:(row+1)*n])
}

// timedAttr is rates, schedule, period, or update(rates, schedule=None, period=None, reset=False).
func (p *population) timedAttr(name string) starlark.Value {
	switch name {
	case "rates":
		return p.timed.rates
	case "schedule":
		return p.timed.schedule
	case "period":
		return starlark.Float(p.timed.period)
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		x := *p.timed
		var schedule, period starlark.Value
		reset := false
		if err := unpack(b.Name(), args, kwargs, "rates", &x.rates, "schedule?", &schedule, "period?", &period, "reset?", &reset); err != nil {
			return nil, err
		}
		if isGiven(schedule) {
			same, err := starlark.Equal(schedule, x.schedule)
			reset = reset || !same || err != nil
			x.schedule = schedule
		}
		if isGiven(period) {
			q, ok := asQuantity(period)
			if !ok {
				return nil, fmt.Errorf("%s: period is a number of ms, got %s", b.Name(), article(period))
			}
			x.period = q.Value
		}
		if reset {
			x.from = p.in.timeOf(p.home) * 1000
		}
		return starlark.None, p.change(x)
	})
}

// setTimed is inp.rates = ... and its like.
func (p *population) setTimed(name string, v starlark.Value) error {
	x := *p.timed
	switch name {
	case "rates":
		x.rates = v
	case "schedule":
		x.schedule = v
	case "period":
		q, ok := asQuantity(v)
		if !ok {
			return fmt.Errorf("period is a number of ms, got %s", article(v))
		}
		x.period = q.Value
	}
	return p.change(x)
}
