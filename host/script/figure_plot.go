package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// curves splits what is plotted into lines: a table has one per column.
func curves(what string, v figure.Values, shape []int) ([]figure.Values, error) {
	switch len(shape) {
	case 0, 1:
		return []figure.Values{v}, nil
	case 2:
		rows, cols := shape[0], shape[1]
		out := make([]figure.Values, cols)
		for c := range out {
			col := make([]float64, rows)
			for r := range col {
				col[r] = v.V[r*cols+c]
			}
			out[c] = figure.Of(col, v.Dim)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s: an array of shape %s cannot be a curve", what, shapeString(shape))
}

func counting(n int) figure.Values {
	x := make([]float64, n)
	for k := range x {
		x[k] = float64(k)
	}
	return figure.Numbers(x...)
}

// plot is plot(y), plot(x, y), plot(x, y, "-b"), and several of them one after another. step, loglog, semilogx and semilogy are the same
// with steps or logarithmic axes.
func (a *axesValue) plot(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "where", "markeredgewidth", "edgecolor")
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return nil, withHint(fmt.Errorf("%s: nothing to plot", name), "for example plot(M.t/ms, M.v[0]/mV)")
	}
	drawn := starlark.NewList(nil)
	for len(args) > 0 {
		var data []starlark.Value
		for len(data) < 2 && len(args) > 0 {
			if _, isFormat := args[0].(starlark.String); isFormat {
				break
			}
			data, args = append(data, args[0]), args[1:]
		}
		format := figure.Style{}
		if len(args) > 0 {
			if s, ok := args[0].(starlark.String); ok {
				if format, err = figure.ParseFormat(string(s)); err != nil {
					return nil, err
				}
				args = args[1:]
			}
		}
		if len(data) == 0 {
			return nil, fmt.Errorf("%s: a format without data", name)
		}
		style, err := o.style(format)
		if err != nil {
			return nil, err
		}
		if err := o.edged(&style); err != nil {
			return nil, err
		}
		style.Steps = style.Steps || name == "step"
		lines, err := a.plotOne(name, data, style)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if err := drawn.Append(&artistValue{a: a, line: l}); err != nil {
				return nil, err
			}
		}
	}
	for _, x := range []string{"x", "y"} {
		if name == "loglog" || name == "semilog"+x {
			if err := a.a.SetScale(x, "log"); err != nil {
				return nil, err
			}
		}
	}
	return drawn, nil // line, = plot(x, y) takes it apart
}

// edged makes filled markers larger by their edge, as Matplotlib draws them: 1 point of the color of the line, which is all that is seen of plot(t, i, ".", ms=0.2).
func (o *plotOptions) edged(s *figure.Style) error {
	edge := 1.0
	if v, ok := o.given["edgecolor"]; ok && (v == starlark.String("none") || v == starlark.String("None")) {
		edge = 0
	} else if err := o.number("markeredgewidth", &edge); err != nil {
		return err
	}
	if s.Marker == "" || strings.Contains(",|_+x", s.Marker) || !(edge > 0) || s.Face != nil {
		return nil
	}
	if s.MarkerSize == 0 {
		s.MarkerSize = 6
	}
	if s.Marker == "." { // half as wide as its size
		edge *= 2
	}
	s.MarkerSize += edge
	return nil
}

func (a *axesValue) plotOne(name string, data []starlark.Value, style figure.Style) (drawn []*figure.Line, err error) {
	y, shape, err := a.in.figureValues(name+": y", data[len(data)-1])
	if err != nil {
		return nil, err
	}
	ys, err := curves(name, y, shape)
	if err != nil {
		return nil, err
	}
	var xs []figure.Values
	if len(data) == 2 {
		x, shape, err := a.in.figureValues(name+": x", data[0])
		if err != nil {
			return nil, err
		}
		if xs, err = curves(name, x, shape); err != nil {
			return nil, err
		}
		if len(xs) != 1 && len(xs) != len(ys) {
			return nil, fmt.Errorf("%s: x has %d columns, y has %d", name, len(xs), len(ys))
		}
	} else if len(ys) > 0 {
		xs = []figure.Values{counting(len(ys[0].V))}
	}
	for k, y := range ys {
		x := xs[min(k, len(xs)-1)]
		if len(x.V) != len(y.V) && len(ys) > 1 && len(x.V) == len(ys) {
			return nil, withHint(fmt.Errorf("%s: x has %d values, y has %d rows and %d columns", name, len(x.V), len(y.V), len(ys)), "a table is plotted by columns; turn it with .T")
		}
		l, err := a.a.Line(x, y, style)
		if err != nil {
			return nil, err
		}
		drawn = append(drawn, l)
		style.Label = "" // one entry for a table
	}
	return drawn, nil
}

// scatter is ax.scatter(x, y, s=area in square points, c=color, or c=values with cmap=, vmin=, vmax=).
func (a *axesValue) scatter(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "x", "y", "s", "c", "cmap", "vmin", "vmax", "norm", "edgecolors", "facecolors", "linewidths", "plotnonfinite")
	if err != nil {
		return nil, err
	}
	for k, v := range args {
		if k > 3 {
			return nil, fmt.Errorf("scatter: expected scatter(x, y, s, c)")
		}
		o.given[[]string{"x", "y", "s", "c"}[k]] = v
	}
	var at [2]figure.Values
	for k, n := range []string{"x", "y"} {
		v, ok := o.get(n)
		if !ok {
			return nil, fmt.Errorf("scatter: expected scatter(x, y)")
		}
		if at[k], _, err = a.in.figureValues("scatter: "+n, v); err != nil {
			return nil, err
		}
	}
	var values figure.Values
	if c, ok := o.get("c"); ok {
		if values = a.colorValues(c, len(at[0].V)); values.V == nil {
			if _, given := o.get("color"); !given {
				o.given["color"] = c
			}
		}
	}
	if face, ok := o.get("facecolors"); ok && values.V == nil {
		if face == starlark.Value(starlark.String("none")) {
			o.given["markerfacecolor"] = face
			if edge, ok := o.get("edgecolors"); ok {
				face = edge
			} else {
				face = starlark.String("C0")
			}
		}
		o.given["color"] = face
	}
	style, err := o.style(figure.Style{Marker: "o", Line: figure.NoLine})
	if err != nil {
		return nil, err
	}
	sizes := []float64{6}
	if v, ok := o.get("s"); ok {
		areas, _, err := a.in.figureValues("scatter: s", v)
		if err != nil {
			return nil, err
		}
		if !areas.Dim.Dimensionless() {
			return nil, fmt.Errorf("scatter: s is an area in square points, not %s", describeDim(areas.Dim))
		}
		sizes = nil
		for _, s := range areas.V {
			sizes = append(sizes, math.Sqrt(max(s, 0.01)))
		}
	}
	if style.MarkerSize == 0 && len(sizes) > 0 {
		style.MarkerSize = sizes[0]
	}
	m, err := a.in.meshOptions(o, values)
	if err != nil {
		return nil, err
	}
	if len(sizes) == 1 {
		sizes = nil // that of the style
	}
	d, scale, err := a.a.Dots(at[0], at[1], sizes, values, m, style)
	if err != nil {
		return nil, err
	}
	out := &artistValue{a: a, dots: d}
	if scale != nil {
		out.mesh = &meshValue{scale, a.a}
	}
	return out, nil
}

// colorValues are numbers that become colors, one for each of n points; none where c is a color.
func (a *axesValue) colorValues(c starlark.Value, n int) figure.Values {
	if _, text := c.(starlark.String); text {
		return figure.Values{}
	}
	v, shape, err := a.in.figureValues("scatter: c", c)
	if err != nil || len(shape) > 1 || len(v.V) != n || n == 0 || n == 1 && len(shape) == 0 {
		return figure.Values{}
	}
	return v
}

// ruler is axvline(x), axhline(y), axvspan(xmin, xmax) and axhspan(ymin, ymax).
func (a *axesValue) ruler(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	band := name[3:] == "span"
	first := "y"
	if name[2:3] == "v" {
		first = "x"
	}
	keys := []string{first}
	if band {
		keys = []string{first + "min", first + "max"}
	}
	var rest []starlark.Tuple
	for _, kv := range kwargs {
		if len(args) < len(keys) && string(kv[0].(starlark.String)) == keys[len(args)] {
			args = append(args[:len(args):len(args)], kv[1])
		} else {
			rest = append(rest, kv)
		}
	}
	o, err := readOptions(name, rest)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 && !band {
		args = starlark.Tuple{starlark.MakeInt(0)}
	}
	if len(args) != len(keys) {
		return nil, fmt.Errorf("%s: expected %d values", name, len(keys))
	}
	var v figure.Values
	for _, x := range args {
		one, err := a.in.figureScalar(name, x)
		if err != nil {
			return nil, err
		}
		if len(v.V) > 0 && one.Dim != v.Dim && one.V[0] != 0 && v.V[0] != 0 {
			return nil, fmt.Errorf("%s: from %s to %s: their units differ", name, describeDim(v.Dim), describeDim(one.Dim))
		}
		if one.V[0] != 0 || len(v.V) == 0 {
			v.Dim = one.Dim
		}
		v.V = append(v.V, one.V[0])
	}
	style, err := o.style(figure.Style{})
	if err != nil {
		return nil, err
	}
	switch name {
	case "axvline":
		err = a.a.VLine(v, style)
	case "axhline":
		err = a.a.HLine(v, style)
	case "axvspan":
		err = a.a.VSpan(v, style)
	default:
		err = a.a.HSpan(v, style)
	}
	return starlark.None, err
}

// lines is vlines(x, ymin, ymax, ...) and hlines(y, xmin, xmax, ...): one line broken by NaN.
func (a *axesValue) lines(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	along := map[string]string{"vlines": "x", "hlines": "y"}[name]
	across := map[string]string{"x": "y", "y": "x"}[along]
	var at, from, to, colors, styles starlark.Value
	var rest []starlark.Tuple
	keys := []string{along, across + "min", across + "max", "colors", "linestyles"}
	own := kwargs[:0:0]
	for _, kv := range kwargs {
		if slices.Contains(keys, string(kv[0].(starlark.String))) {
			own = append(own, kv)
		} else {
			rest = append(rest, kv)
		}
	}
	if err := unpack(name, args, own, keys[0], &at, keys[1], &from, keys[2], &to, keys[3]+"?", &colors, keys[4]+"?", &styles); err != nil {
		return nil, err
	}
	var ends [3]*Array
	n := 1
	for k, v := range []starlark.Value{at, from, to} {
		x, _, err := operand(name, v)
		if err != nil {
			return nil, err
		}
		ends[k], n = x, max(n, len(x.data))
	}
	fixed, span := &Array{dim: ends[0].dim, shape: []int{3 * n}}, &Array{dim: ends[1].dim, shape: []int{3 * n}}
	for i := range n {
		var p [3]float64
		for k, x := range ends {
			if len(x.data) != n && len(x.data) != 1 {
				return nil, fmt.Errorf("%s: %d lines and %d values of %s", name, n, len(x.data), keys[k])
			}
			p[k] = x.data[min(i, len(x.data)-1)]
		}
		fixed.data, span.data = append(fixed.data, p[0], p[0], math.NaN()), append(span.data, p[1], p[2], math.NaN())
	}
	for key, v := range map[string]starlark.Value{"color": colors, "ls": styles} {
		if isGiven(v) {
			rest = append(rest, starlark.Tuple{starlark.String(key), v})
		}
	}
	if along == "y" {
		fixed, span = span, fixed
	}
	return a.plot(name, starlark.Tuple{fixed, span}, rest)
}

func (a *axesValue) fillBetween(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs)
	if err != nil {
		return nil, err
	}
	if len(args) < 2 || len(args) > 3 {
		return nil, fmt.Errorf("fill_between: expected fill_between(x, y1, y2)")
	}
	v := [3]figure.Values{2: figure.Numbers(0)}
	for k, x := range args {
		if v[k], _, err = a.in.figureValues(name, x); err != nil {
			return nil, err
		}
	}
	style, err := o.style(figure.Style{})
	if err != nil {
		return nil, err
	}
	return starlark.None, a.a.FillBetween(v[0], v[1], v[2], style)
}

// errorbar is errorbar(x, y, yerr=None, xerr=None, fmt="", capsize=0, elinewidth=, ecolor=).
func (a *axesValue) errorbar(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "x", "y", "yerr", "xerr", "fmt", "capsize", "elinewidth", "ecolor", "capthick", "errorevery")
	if err != nil {
		return nil, err
	}
	for k, v := range args {
		if k > 4 {
			return nil, fmt.Errorf("errorbar: too many arguments")
		}
		o.given[[]string{"x", "y", "yerr", "xerr", "fmt"}[k]] = v
	}
	var at [2]figure.Values
	for k, n := range []string{"x", "y"} {
		v, ok := o.get(n)
		if !ok {
			return nil, fmt.Errorf("errorbar: expected errorbar(x, y, yerr=...)")
		}
		if at[k], _, err = a.in.figureValues("errorbar: "+n, v); err != nil {
			return nil, err
		}
	}
	s := figure.ErrorBarStyle{}
	format := ""
	if err := o.text("fmt", &format); err != nil {
		return nil, err
	}
	if format == "none" {
		s.Line = figure.NoLine
	} else if s.Style, err = figure.ParseFormat(format); err != nil {
		return nil, err
	}
	if s.Style, err = o.style(s.Style); err != nil {
		return nil, err
	}
	if err := o.number("capsize", &s.Cap); err != nil {
		return nil, err
	}
	if err := o.number("elinewidth", &s.Width); err != nil {
		return nil, err
	}
	if s.ErrorColor, err = o.color("ecolor"); err != nil {
		return nil, err
	}
	var reach [2]*figure.Errors
	for k, n := range []string{"xerr", "yerr"} {
		v, ok := o.get(n)
		if !ok {
			continue
		}
		e, shape, err := a.in.figureValues("errorbar: "+n, v)
		if err != nil {
			return nil, err
		}
		reach[k] = &figure.Errors{Low: e, High: e}
		if len(shape) == 2 && shape[0] == 2 {
			h := len(e.V) / 2
			reach[k] = &figure.Errors{Low: figure.Of(e.V[:h], e.Dim), High: figure.Of(e.V[h:], e.Dim)}
		}
	}
	return starlark.None, a.a.ErrorBar(at[0], at[1], reach[0], reach[1], s)
}

// hist is hist(values, bins=10, range=None, density=False, histtype="bar", orientation="vertical", ...); it returns counts and edges.
func (a *axesValue) hist(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "x", "bins", "range", "density", "cumulative", "weights", "histtype", "orientation", "rwidth", "log")
	if err != nil {
		return nil, err
	}
	for k, v := range args {
		if k > 1 {
			return nil, fmt.Errorf("hist: expected hist(values, bins)")
		}
		o.given[[]string{"x", "bins"}[k]] = v
	}
	v, ok := o.get("x")
	if !ok {
		return nil, fmt.Errorf("hist: expected hist(values, bins=10)")
	}
	x, _, err := a.in.figureValues("hist", v)
	if err != nil {
		return nil, err
	}
	h := figure.HistOptions{Filled: true}
	if b, ok := o.get("bins"); ok {
		rng, _ := o.get("range")
		edges, err := edgesOf("hist", b, fromSlice(x.V, x.Dim), rng)
		if err != nil {
			return nil, err
		}
		h.Edges = edges
	} else if rng, ok := o.get("range"); ok {
		if h.Edges, err = edgesOf("hist", starlark.MakeInt(10), fromSlice(x.V, x.Dim), rng); err != nil {
			return nil, err
		}
	}
	if w, ok := o.get("weights"); ok {
		ws, _, err := a.in.figureValues("hist: weights", w)
		if err != nil {
			return nil, err
		}
		h.Weights = ws.V
	}
	o.flag("density", &h.Density)
	o.flag("cumulative", &h.Cumulative)
	kind, orientation, logarithmic := "bar", "vertical", false
	o.flag("log", &logarithmic)
	for n, to := range map[string]*string{"histtype": &kind, "orientation": &orientation} {
		if err := o.text(n, to); err != nil {
			return nil, err
		}
	}
	switch kind {
	case "bar":
	case "step":
		h.Steps, h.Filled = true, false
	case "stepfilled":
		h.Steps = true
	default:
		return nil, fmt.Errorf("hist: histtype is \"bar\", \"step\" or \"stepfilled\", not %q", kind)
	}
	if orientation != "vertical" && orientation != "horizontal" {
		return nil, fmt.Errorf("hist: orientation is \"vertical\" or \"horizontal\", not %q", orientation)
	}
	h.Horizontal = orientation == "horizontal"
	if err := o.number("rwidth", &h.RelWidth); err != nil {
		return nil, err
	}
	if h.Style, err = o.style(figure.Style{}); err != nil {
		return nil, err
	}
	heights, edges, err := a.a.Hist(x, h)
	if err != nil {
		return nil, err
	}
	if logarithmic {
		up := "y"
		if h.Horizontal {
			up = "x"
		}
		if err := a.a.SetScale(up, "log"); err != nil {
			return nil, err
		}
	}
	dim := units.Dim{}
	if h.Density && !h.Cumulative {
		dim = x.Dim.Inv()
	}
	return starlark.Tuple{fromSlice(heights, dim), fromSlice(edges, x.Dim), starlark.None}, nil
}
