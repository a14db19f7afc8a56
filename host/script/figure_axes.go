package script

import (
	"fmt"
	"math"
	"sort"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// axesValue is an Axes of a figure.
type axesValue struct {
	in *interp
	a  *figure.Axes
}

var _ starlark.HasAttrs = (*axesValue)(nil)

func (a *axesValue) String() string        { return "Axes" }
func (a *axesValue) Type() string          { return "Axes" }
func (a *axesValue) Freeze()               {}
func (a *axesValue) Truth() starlark.Bool  { return true }
func (a *axesValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Axes") }

type axesMethod func(a *axesValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

var axesMethods map[string]axesMethod

// set takes the table's functions, so it is filled at start.
func init() {
	axesMethods = map[string]axesMethod{
		"plot": (*axesValue).plot, "scatter": (*axesValue).scatter, "errorbar": (*axesValue).errorbar, "hist": (*axesValue).hist,
		"step": (*axesValue).plot, "loglog": (*axesValue).plot, "semilogx": (*axesValue).plot, "semilogy": (*axesValue).plot,
		"imshow": (*axesValue).imshow, "pcolormesh": (*axesValue).pcolormesh, "fill_between": (*axesValue).fillBetween,
		"axvline": (*axesValue).ruler, "axhline": (*axesValue).ruler, "axvspan": (*axesValue).ruler, "axhspan": (*axesValue).ruler,
		"twinx": (*axesValue).twinx, "bar": (*axesValue).bar, "barh": (*axesValue).bar, "eventplot": (*axesValue).eventplot, "matshow": (*axesValue).imshow,
		"vlines": (*axesValue).lines, "hlines": (*axesValue).lines,
		"ticklabel_format": (*axesValue).nothing, "margins": (*axesValue).nothing,
		"text": (*axesValue).text, "annotate": (*axesValue).annotate, "legend": (*axesValue).legend, "grid": (*axesValue).grid,
		"raster": (*axesValue).raster, "rate_histogram": (*axesValue).rateHistogram, "in_degree_map": (*axesValue).degreeMap, "fi_curve": (*axesValue).curve,
		"set": (*axesValue).set, "set_title": (*axesValue).title, "set_aspect": (*axesValue).aspect, "axis": (*axesValue).axis,
		"set_axis_off": (*axesValue).axis, "locator_params": (*axesValue).locator, "invert_xaxis": (*axesValue).invert, "invert_yaxis": (*axesValue).invert,
	}
	for _, x := range []string{"x", "y"} {
		axesMethods["set_"+x+"label"] = func(a *axesValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return a.label(name, x, args, kwargs)
		}
		axesMethods["set_"+x+"lim"] = func(a *axesValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return a.limits(name, x, args, kwargs)
		}
		axesMethods["set_"+x+"scale"] = func(a *axesValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var scale string
			if err := unpack(name, args, kwargs, "value", &scale); err != nil {
				return nil, err
			}
			return starlark.None, a.a.SetScale(x, scale)
		}
		axesMethods["set_"+x+"ticks"] = func(a *axesValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return a.ticks(name, x, args, kwargs)
		}
		axesMethods["get_"+x+"lim"] = func(a *axesValue, _ string, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return a.limits(x, x, nil, nil)
		}
	}
}

// nothing stands for settings of Matplotlib that figures here do not have.
func (a *axesValue) nothing(string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, nil
}

// axesFunctions are the functions for the current Axes, with the methods behind them.
var axesFunctions = map[string]string{
	"plot": "plot", "errorbar": "errorbar", "hist": "hist", "loglog": "loglog", "semilogx": "semilogx", "semilogy": "semilogy", "imshow": "imshow",
	"pcolormesh": "pcolormesh", "fill_between": "fill_between", "axvline": "axvline", "axhline": "axhline", "axvspan": "axvspan", "axhspan": "axhspan",
	"text": "text", "annotate": "annotate", "legend": "legend", "grid": "grid", "raster": "raster", "rate_histogram": "rate_histogram",
	"in_degree_map": "in_degree_map", "fi_curve": "fi_curve", "title": "set_title", "xlabel": "set_xlabel", "ylabel": "set_ylabel", "xlim": "set_xlim",
	"ylim": "set_ylim", "xscale": "set_xscale", "yscale": "set_yscale", "xticks": "set_xticks", "yticks": "set_yticks", "axis": "axis",
	"locator_params": "locator_params", "bar": "bar", "barh": "barh", "eventplot": "eventplot", "matshow": "matshow", "step": "step", "vlines": "vlines", "hlines": "hlines", "tick_params": "tick_params", "arrow": "arrow", "cla": "cla", "ticklabel_format": "ticklabel_format", "margins": "margins",
}

// AttrNames lists the methods.
func (a *axesValue) AttrNames() []string {
	names := []string{"figure", "get_figure", "get_xaxis", "get_yaxis", "spines", "transAxes", "transData", "xaxis", "yaxis"}
	for n := range axesMethods {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr gives a method.
func (a *axesValue) Attr(name string) (starlark.Value, error) {
	if m, ok := axesMethods[name]; ok {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return m(a, name, args, kwargs)
		}), nil
	}
	switch name {
	case "transAxes":
		return starlark.String("axes"), nil
	case "transData":
		return starlark.None, nil
	case "spines":
		return spines{a}, nil
	case "xaxis", "yaxis":
		return axisValue{a, name[:1]}, nil
	case "get_xaxis", "get_yaxis":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return axisValue{a, name[4:5]}, nil
		}), nil
	case "get_figure":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return a.Attr("figure")
		}), nil
	}
	if name == "figure" {
		for _, f := range append(a.in.figures.open, a.in.figures.current) {
			if f != nil && f.f == a.a.Figure() {
				return f, nil
			}
		}
		return starlark.None, nil
	}
	return nil, noAttr("Axes", name, a.AttrNames())
}

// axesGrid is what subplots returns: axs[row, column], axs[row][column], axs.flat.
type axesGrid struct {
	axes []starlark.Value
	cols int
}

var (
	_ starlark.Mapping  = (*axesGrid)(nil)
	_ starlark.HasAttrs = (*axesGrid)(nil)
	_ starlark.Sequence = (*axesGrid)(nil)
)

func (g *axesGrid) String() string        { return fmt.Sprintf("%d x %d Axes", g.Len(), g.cols) }
func (g *axesGrid) Type() string          { return "grid of Axes" }
func (g *axesGrid) Freeze()               {}
func (g *axesGrid) Truth() starlark.Bool  { return true }
func (g *axesGrid) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: grid of Axes") }

// Len is the number of rows.
func (g *axesGrid) Len() int { return len(g.axes) / g.cols }

func (g *axesGrid) list() *starlark.List {
	return starlark.NewList(append([]starlark.Value(nil), g.axes...))
}

func (g *axesGrid) row(r int) *starlark.List {
	return starlark.NewList(append([]starlark.Value(nil), g.axes[r*g.cols:(r+1)*g.cols]...))
}

// Iterate goes through the rows.
func (g *axesGrid) Iterate() starlark.Iterator {
	var rows starlark.Tuple
	for r := range g.Len() {
		rows = append(rows, g.row(r))
	}
	return rows.Iterate()
}

// Get is axs[r, c], or axs[r] for a row.
func (g *axesGrid) Get(key starlark.Value) (starlark.Value, bool, error) {
	place := func(v starlark.Value, n int) (int, error) {
		k, err := starlark.AsInt32(v)
		if err != nil {
			return 0, fmt.Errorf("a grid of Axes is indexed by row and column, axs[0, 1]; got %s", article(v))
		}
		if k < -n || k >= n {
			return 0, fmt.Errorf("a grid of %d x %d Axes has no place %d", g.Len(), g.cols, k)
		}
		return (k + n) % n, nil
	}
	if t, ok := key.(starlark.Tuple); ok && len(t) == 2 {
		r, err := place(t[0], g.Len())
		if err != nil {
			return nil, false, err
		}
		c, err := place(t[1], g.cols)
		if err != nil {
			return nil, false, err
		}
		return g.axes[r*g.cols+c], true, nil
	}
	r, err := place(key, g.Len())
	if err != nil {
		return nil, false, err
	}
	return g.row(r), true, nil
}

// AttrNames lists the attributes.
func (g *axesGrid) AttrNames() []string { return []string{"flat", "flatten", "shape"} }

// Attr gives flat, flatten() or shape.
func (g *axesGrid) Attr(name string) (starlark.Value, error) {
	switch name {
	case "flat":
		return g.list(), nil
	case "flatten":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return g.list(), nil
		}), nil
	case "shape":
		return intTuple([]int{g.Len(), g.cols}), nil
	}
	return nil, noAttr("grid of Axes", name, g.AttrNames())
}

func (a *axesValue) title(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s string
	size, _, kwargs, err := labelStyle(name, kwargs)
	if err != nil {
		return nil, err
	}
	if err := unpack(name, args, kwargs, "label", &s); err != nil {
		return nil, err
	}
	a.a.SetTitle(s)
	a.a.SetTitleSize(size)
	return starlark.None, nil
}

func (a *axesValue) label(name, axis string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s string
	size, flat, kwargs, err := labelStyle(name, kwargs)
	if err != nil {
		return nil, err
	}
	if err := unpack(name, args, kwargs, axis+"label", &s); err != nil {
		return nil, err
	}
	a.a.SetLabel(axis, s)
	a.a.SetLabelStyle(axis, size, flat)
	return starlark.None, nil
}

// limits sets limits; without arguments it returns them.
func (a *axesValue) limits(name, axis string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) == 0 {
		lo, hi, d := a.a.Limits(axis)
		return starlark.Tuple{number(lo, d), number(hi, d)}, nil
	}
	first, second := "left", "right"
	if axis == "y" {
		first, second = "bottom", "top"
	}
	lo, hi, d, err := a.in.limitPair(name, args, kwargs, first, second)
	if err != nil {
		return nil, err
	}
	return starlark.None, a.a.SetLimits(axis, lo, hi, d)
}

// ticks is xticks(places, labels=None).
func (a *axesValue) ticks(name, axis string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var at, labels, ignored starlark.Value
	if err := unpack(name, args, kwargs, "ticks", &at, "labels?", &labels, "rotation?", &ignored, "fontsize?", &ignored); err != nil {
		return nil, err
	}
	v, _, err := a.in.figureValues(name, at)
	if err != nil {
		return nil, err
	}
	var names []string
	if l, ok := labels.(starlark.Iterable); ok {
		names = []string{}
		it := l.Iterate()
		defer it.Done()
		var x starlark.Value
		for it.Next(&x) {
			s, ok := starlark.AsString(x)
			if !ok {
				s = x.String()
			}
			names = append(names, s)
		}
	}
	return starlark.None, a.a.SetTicks(axis, v, names)
}

// set is ax.set(xlabel=, ylim=, ...): each keyword calls its setter.
func (a *axesValue) set(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, fmt.Errorf("set takes keywords: set(xlabel=..., ylim=...)")
	}
	for _, kv := range kwargs {
		k := string(kv[0].(starlark.String))
		m, ok := axesMethods["set_"+k]
		if !ok {
			return nil, fmt.Errorf("set has no argument %s=; it has aspect, title, xlabel, xlim, xscale, xticks and the same for y", k)
		}
		if _, err := m(a, k, starlark.Tuple{kv[1]}, nil); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

func (a *axesValue) aspect(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, ignored starlark.Value
	if err := unpack(name, args, kwargs, "aspect", &v, "adjustable?", &ignored, "anchor?", &ignored); err != nil {
		return nil, err
	}
	ratio, err := aspectOf(v)
	if err != nil {
		return nil, err
	}
	a.a.SetAspect(ratio)
	return starlark.None, nil
}

func aspectOf(v starlark.Value) (float64, error) {
	switch v {
	case starlark.String("equal"):
		return 1, nil
	case starlark.String("auto"):
		return 0, nil
	}
	if q, ok := asQuantity(v); ok && q.Dim.Dimensionless() && q.Value > 0 && !math.IsInf(q.Value, 0) {
		return q.Value, nil
	}
	return 0, fmt.Errorf("an aspect is \"equal\", \"auto\" or a positive number, not %s", article(v))
}

// axis is axis("off"), axis("equal"), and set_axis_off().
func (a *axesValue) axis(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	what := "off"
	if name == "axis" {
		var option starlark.Value
		if err := unpack(name, args, kwargs, "option", &option); err != nil {
			return nil, err
		}
		var ok bool
		if what, ok = starlark.AsString(option); !ok {
			list, ok := option.(starlark.Indexable)
			if !ok || list.Len() != 4 {
				return nil, fmt.Errorf("axis: expected \"off\", \"on\", \"equal\", \"auto\" or [left, right, bottom, top], got %s", article(option))
			}
			for k, x := range []string{"x", "y"} {
				if _, err := a.limits("set_"+x+"lim", x, starlark.Tuple{list.Index(2 * k), list.Index(2*k + 1)}, nil); err != nil {
					return nil, err
				}
			}
			return starlark.None, nil
		}
	}
	switch what {
	case "off", "on":
		a.a.SetFrame(what == "on")
	case "tight":
	case "equal", "scaled", "image", "square":
		a.a.SetAspect(1)
	case "auto":
		a.a.SetAspect(0)
	default:
		return nil, fmt.Errorf("axis: %q; it is \"off\", \"on\", \"equal\" or \"auto\"", what)
	}
	return starlark.None, nil
}

func (a *axesValue) invert(name string, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	a.a.Invert(name[7:8]) // invert_xaxis
	return starlark.None, nil
}

// locator is locator_params(axis="x", nbins=3).
func (a *axesValue) locator(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	axis, n := "both", 0
	if err := unpack(name, args, kwargs, "axis?", &axis, "nbins", &n); err != nil {
		return nil, err
	}
	for _, x := range []string{"x", "y"} {
		if axis == x || axis == "both" {
			if err := a.a.SetTickCount(x, n); err != nil {
				return nil, err
			}
		}
	}
	return starlark.None, nil
}

func (a *axesValue) grid(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	on, axis := true, "both"
	var ignored starlark.Value
	if err := unpack(name, args, kwargs, "visible?", &on, "axis?", &axis, "which?", &ignored, "alpha?", &ignored, "ls?", &ignored, "color?", &ignored); err != nil {
		return nil, err
	}
	a.a.SetGrid(axis, on)
	return starlark.None, nil
}

// legendPlaces are Matplotlib's numbers of places.
var legendPlaces = []string{"best", "upper right", "upper left", "lower left", "lower right", "right", "center left", "center right", "lower center", "upper center", "center"}

func (a *axesValue) legend(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o := figure.LegendOptions{}
	frame := true
	var ignored, size, loc, labels, handles starlark.Value
	if len(args) == 1 {
		labels, args = args[0], nil
		if _, place := starlark.AsString(labels); place {
			loc, labels = labels, nil
		}
	} else if len(args) == 2 {
		handles, labels, args = args[0], args[1], nil
	}
	if err := unpack(name, args, kwargs, "loc?", &loc, "title?", &o.Title, "frameon?", &frame, "ncol?", &o.Columns, "ncols?", &o.Columns, "fontsize?", &size, "labels?", &labels, "handles?", &handles,
		"bbox_to_anchor?", &ignored, "prop?", &ignored, "framealpha?", &ignored, "handlelength?", &ignored, "borderaxespad?", &ignored); err != nil {
		return nil, err
	}
	if isGiven(labels) {
		list, err := partsOf("legend", labels)
		if err != nil {
			return nil, err
		}
		names := make([]string, len(list))
		for k, v := range list {
			names[k] = plainString(v)
		}
		a.a.LabelLines(names)
	}
	if n, ok := loc.(starlark.Int); ok {
		k, _ := n.Int64()
		if k < 0 || int(k) >= len(legendPlaces) {
			return nil, fmt.Errorf("legend: loc is 0 to %d, or a place such as \"upper left\"", len(legendPlaces)-1)
		}
		o.Loc = legendPlaces[k]
	} else if s, ok := starlark.AsString(loc); ok {
		o.Loc = s
	} else if isGiven(loc) {
		return nil, fmt.Errorf("legend: loc is a place such as \"upper left\", not %s", article(loc))
	}
	if isGiven(size) {
		var err error
		if o.Size, err = pointsOf("legend", size); err != nil {
			return nil, err
		}
	}
	o.Bare = !frame
	return starlark.None, a.a.SetLegend(o)
}

func (a *axesValue) text(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 3 {
		return nil, fmt.Errorf("text: expected text(x, y, words)")
	}
	o, err := textOptions(name, kwargs)
	if err != nil {
		return nil, err
	}
	x, err := a.in.figureScalar("text: x", args[0])
	if err != nil {
		return nil, err
	}
	y, err := a.in.figureScalar("text: y", args[1])
	if err != nil {
		return nil, err
	}
	s, ok := starlark.AsString(args[2])
	if !ok {
		s = args[2].String()
	}
	return starlark.None, a.a.Text(x, y, s, o)
}

func textOptions(name string, kwargs []starlark.Tuple) (figure.TextOptions, error) {
	var t figure.TextOptions
	o, err := readOptions(name, kwargs, "size", "horizontalalignment", "verticalalignment", "rotation", "transform", "weight", "xytext", "arrowprops", "backgroundcolor", "bbox", "textcoords", "xycoords",
		"fontfamily", "family", "fontname", "fontweight", "fontstyle", "style", "fontdict", "wrap", "linespacing", "rotation_mode", "multialignment", "annotation_clip")
	if err != nil {
		return t, err
	}
	if err := o.textSize(); err != nil {
		return t, err
	}
	if err := o.textBox(&t); err != nil {
		return t, err
	}
	if t.Color, err = o.color("color"); err != nil {
		return t, err
	}
	if err := o.number("size", &t.Size); err != nil {
		return t, err
	}
	h, v, turn := "left", "baseline", 0.0
	if r, ok := o.get("rotation"); ok && r.Type() == "string" {
		o.given["rotation"] = starlark.Float(map[string]float64{"vertical": 90}[plainString(r)])
	}
	for n, to := range map[string]*string{"horizontalalignment": &h, "verticalalignment": &v} {
		if err := o.text(n, to); err != nil {
			return t, err
		}
	}
	if err := o.number("rotation", &turn); err != nil {
		return t, err
	}
	t.H = map[string]float64{"center": 0.5, "right": 1}[h]
	t.V = map[string]float64{"center": 0.5, "top": 1}[v]
	t.Upright = turn == 90
	if x, ok := o.get("transform"); ok {
		t.Fraction = x == starlark.Value(starlark.String("axes")) // what ax.transAxes is
	}
	return t, nil
}

// annotate is annotate(words, xy=(x, y), xytext=(x, y)) with an arrow to xy.
func (a *axesValue) annotate(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s string
	var to, at starlark.Value
	var rest []starlark.Tuple
	named := []starlark.Tuple{}
	for _, kv := range kwargs {
		switch kv[0] {
		case starlark.String("text"), starlark.String("xy"), starlark.String("xytext"):
			named = append(named, kv)
		default:
			rest = append(rest, kv)
		}
	}
	if err := unpack(name, args, named, "text", &s, "xy", &to, "xytext?", &at); err != nil {
		return nil, err
	}
	o, err := textOptions(name, rest)
	if err != nil {
		return nil, err
	}
	pair := func(v starlark.Value) (x, y figure.Values, err error) {
		t, ok := v.(starlark.Indexable)
		if !ok || t.Len() != 2 {
			return x, y, fmt.Errorf("annotate: places are pairs (x, y)")
		}
		if x, err = a.in.figureScalar("annotate: x", t.Index(0)); err == nil {
			y, err = a.in.figureScalar("annotate: y", t.Index(1))
		}
		return x, y, err
	}
	tx, ty, err := pair(to)
	if err != nil {
		return nil, err
	}
	if !isGiven(at) {
		return starlark.None, a.a.Text(tx, ty, s, o)
	}
	x, y, err := pair(at)
	if err != nil {
		return nil, err
	}
	return starlark.None, a.a.Annotate(s, tx, ty, x, y, o)
}
