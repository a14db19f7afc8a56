package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// attrArray is an attribute that is an array.
func attrArray(v starlark.Value, name string) (*Array, error) {
	h, ok := v.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("expected a monitor, got %s", article(v))
	}
	x, err := h.Attr(name)
	if err != nil {
		return nil, err
	}
	if x == nil {
		return nil, fmt.Errorf("%s has no %s", v.Type(), name)
	}
	return toArray(x)
}

// raster is raster(spike monitor), or raster(times, indices, n=): a mark for every spike.
func (a *axesValue) raster(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "n")
	if err != nil {
		return nil, err
	}
	var t, i *Array
	n := 0.0
	switch len(args) {
	case 1:
		m, ok := args[0].(*spikeMonitor)
		if !ok {
			return nil, fmt.Errorf("raster: expected a SpikeMonitor, or times and indices; got %s", article(args[0]))
		}
		if t, err = attrArray(m, "t"); err != nil {
			return nil, err
		}
		if i, err = attrArray(m, "i"); err != nil {
			return nil, err
		}
		n = float64(m.of.Len())
	case 2:
		if t, err = toArray(args[0]); err != nil {
			return nil, fmt.Errorf("raster: %w", err)
		}
		if i, err = toArray(args[1]); err != nil {
			return nil, fmt.Errorf("raster: %w", err)
		}
	default:
		return nil, fmt.Errorf("raster: expected a SpikeMonitor, or times and indices")
	}
	if _, err := duration("raster: times", quantity{0, t.dim}, 0); err != nil {
		return nil, err
	}
	if len(t.data) != len(i.data) {
		return nil, fmt.Errorf("raster: %d times and %d indices", len(t.data), len(i.data))
	}
	if err := o.number("n", &n); err != nil {
		return nil, err
	}
	idx := make([]int32, len(i.data))
	for k, x := range i.data {
		idx[k] = int32(x)
	}
	s, err := o.style(figure.Style{Line: figure.NoLine})
	if err != nil {
		return nil, err
	}
	return starlark.None, a.a.Raster(t.data, idx, int(n), s)
}

// variablesIn are the variables that an argument names: one, or several.
func variablesIn(what string, arg starlark.Value) (names []string, err error) {
	switch v := arg.(type) {
	case starlark.String:
		return []string{string(v)}, nil
	case starlark.Iterable:
		it := v.Iterate()
		defer it.Done()
		var x starlark.Value
		for it.Next(&x) {
			s, ok := starlark.AsString(x)
			if !ok {
				return nil, fmt.Errorf("%s: variables are names, got %s", what, article(x))
			}
			names = append(names, s)
		}
		return names, nil
	}
	return nil, fmt.Errorf("%s: variables are a name or a list of names, got %s", what, article(arg))
}

// traces is traces(state monitor, variables, legend=False): a row of curves for each variable over a common time.
func (f *figureValue) traces(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var m, vars starlark.Value
	if err := unpack(name, args, kwargs, "monitor", &m, "variables", &vars); err != nil {
		return nil, err
	}
	names, err := variablesIn("traces", vars)
	if err != nil {
		return nil, err
	}
	t, err := attrArray(m, "t")
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	rows := make([]figure.Trace, len(names))
	for k, n := range names {
		a, err := attrArray(m, n)
		if err != nil {
			return nil, fmt.Errorf("traces: %w", err)
		}
		if len(a.shape) == 2 && a.shape[1] == len(t.data) && !annarchys(m) { // Brian2 has a row for each element
			a = a.transpose()
		}
		if rows[k].V, err = curves(name, figure.Of(a.data, a.dim), a.shape); err != nil {
			return nil, err
		}
		rows[k].Label = n
	}
	axes, err := f.f.Traces(figure.Of(t.data, t.dim), rows)
	if err != nil {
		return nil, err
	}
	var out []starlark.Value
	for _, a := range axes {
		out = append(out, &axesValue{f.in, a})
	}
	return starlark.NewList(out), nil
}

// annarchys says whether a monitor gives [samples, elements].
func annarchys(v starlark.Value) bool {
	m, ok := v.(*monitor)
	return ok && !m.brian
}

// rateHistogram is rate_histogram(spike monitor or rates, duration=, label=): how often firing rates occur, on a logarithmic axis.
func (a *axesValue) rateHistogram(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, d starlark.Value
	label := ""
	if err := unpack(name, args, kwargs, "rates", &v, "duration?", &d, "label?", &label); err != nil {
		return nil, err
	}
	m, ok := v.(*spikeMonitor)
	if !ok {
		x, _, err := a.in.figureValues(name, v)
		if err != nil {
			return nil, err
		}
		return starlark.None, a.a.RateHistogram(x, label)
	}
	seconds := 0.0
	if s := m.sim(); s != nil {
		seconds = s.Time()
	}
	if isGiven(d) {
		var err error
		if seconds, err = duration("rate_histogram: duration", d, 0); err != nil {
			return nil, err
		}
	}
	if seconds <= 0 {
		return nil, fmt.Errorf("rate_histogram: no time has passed yet")
	}
	c, err := attrArray(m, "count")
	if err != nil {
		return nil, err
	}
	rates := make([]float64, len(c.data))
	for k, n := range c.data {
		rates[k] = n / seconds
	}
	return starlark.None, a.a.RateHistogram(figure.Of(rates, hertz), label)
}

// degreeMap is in_degree_map(synapses or array, shape=(rows, columns), hist=None, label=""): a map of in-degrees and their histogram.
func (a *axesValue) degreeMap(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, shape, hist starlark.Value
	label := ""
	if err := unpack(name, args, kwargs, "degrees", &v, "shape?", &shape, "hist?", &hist, "label?", &label); err != nil {
		return nil, err
	}
	var d *Array
	var err error
	if s, ok := v.(*synapses); ok {
		d, err = attrArray(s, "N_incoming_post")
	} else {
		d, err = toArray(v)
	}
	if err != nil {
		return nil, fmt.Errorf("in_degree_map: %w", err)
	}
	grid := d.shape
	if isGiven(shape) {
		s, err := toArray(shape)
		if err != nil || len(s.data) != 2 {
			return nil, fmt.Errorf("in_degree_map: shape is (rows, columns)")
		}
		grid = []int{int(s.data[0]), int(s.data[1])}
	}
	if len(grid) != 2 || grid[0] < 1 || grid[1] < 1 || grid[0] > len(d.data) || grid[0]*grid[1] != len(d.data) {
		return nil, fmt.Errorf("in_degree_map: %d values do not fill a grid; give shape=(rows, columns)", len(d.data))
	}
	var beside *figure.Axes
	if x, ok := hist.(*axesValue); ok {
		beside = x.a
	}
	m, err := a.a.DegreeMap(d.copy().data, grid[0], grid[1], beside, label)
	if err != nil {
		return nil, err
	}
	return &meshValue{m, a.a}, nil
}

// curve is fi_curve(input, rates, sd=None): a response with error bars.
func (a *axesValue) curve(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "sd")
	if err != nil {
		return nil, err
	}
	if len(args) == 3 {
		o.given["sd"] = args[2]
		args = args[:2]
	}
	if len(args) != 2 {
		return nil, fmt.Errorf("fi_curve: expected fi_curve(input, rates, sd=...)")
	}
	var v [2]figure.Values
	for k := range v {
		if v[k], _, err = a.in.figureValues(name, args[k]); err != nil {
			return nil, err
		}
	}
	sd := figure.Numbers(0)
	if x, ok := o.get("sd"); ok {
		if sd, _, err = a.in.figureValues("fi_curve: sd", x); err != nil {
			return nil, err
		}
	}
	s, err := o.style(figure.Style{})
	if err != nil {
		return nil, err
	}
	return starlark.None, a.a.Curve(v[0], v[1], sd, s)
}
