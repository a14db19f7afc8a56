package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// pyplotSettings are members of matplotlib.pyplot, and of matplotlib, that change how figures look or are shown there and nothing here.
func (in *interp) pyplotSettings(plt starlark.StringDict) {
	nothing := func(name string) *starlark.Builtin { return starlark.NewBuiltin(name, doNothing) }
	for _, name := range strings.Fields("ion ioff draw pause use rc_context switch_backend minorticks_on autoscale box setp") {
		plt[name] = nothing(name)
	}
	plt["sca"] = starlark.NewBuiltin("sca", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := oneArg(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		a, ok := v.(*axesValue)
		if !ok {
			return nil, fmt.Errorf("sca: expected Axes, got %s", article(v))
		}
		a.a.Figure().SetCurrent(a.a)
		return starlark.None, nil
	})
	in.figures.rc = starlark.NewDict(1)
	_ = in.figures.rc.SetKey(starlark.String(propCycle), defaultCycle()) // a text can be a key
	plt["rcParams"], plt["rc"], plt["rcdefaults"] = in.figures.rc, starlark.NewBuiltin("rc", in.rc), starlark.NewBuiltin("rcdefaults", in.rcDefaults)
	plt["cycler"] = starlark.NewBuiltin("cycler", makeCycler)
	ticker := tickerModule()
	plt["ticker"], plt["animation"] = &moduleValue{"matplotlib.ticker", ticker}, &moduleValue{"matplotlib.animation", in.animationModule()}
	maps := starlark.StringDict{}
	for name, v := range ticker {
		plt[name] = v
	}
	plt["style"] = &moduleValue{"plt.style", starlark.StringDict{"use": nothing("use"), "context": nothing("context")}}
	for _, name := range strings.Fields(knownColormaps) {
		maps[name] = &colormapValue{in, name}
	}
	maps["get_cmap"] = starlark.NewBuiltin("get_cmap", in.getColormap)
	plt["cm"], plt["get_cmap"] = &moduleValue{"plt.cm", maps}, maps["get_cmap"]
	plt["gridspec"] = &moduleValue{"matplotlib.gridspec", functions(map[string]builtinFunc{"GridSpec": makeGridSpec})}
	plt["GridSpec"] = starlark.NewBuiltin("GridSpec", makeGridSpec)
}

// colormapValue is plt.cm.NAME: a name for cmap=, and a function from 0..1 to a color.
type colormapValue struct {
	in   *interp
	name string
}

var _ starlark.Callable = (*colormapValue)(nil)

func (c *colormapValue) String() string        { return c.name }
func (c *colormapValue) Name() string          { return c.name }
func (c *colormapValue) Type() string          { return "colormap" }
func (c *colormapValue) Freeze()               {}
func (c *colormapValue) Truth() starlark.Bool  { return true }
func (c *colormapValue) Hash() (uint32, error) { return starlark.String(c.name).Hash() }

// CallInternal gives the parts of a color from 0 to 1, [4], or [n, 4] for a list.
func (c *colormapValue) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(starlark.NewBuiltin(c.name, nil), args, kwargs)
	if err != nil {
		return nil, err
	}
	x, scalar, err := operand(c.name, v)
	if err != nil {
		return nil, err
	}
	out, err := newArray(len(x.data), 4)
	if err != nil {
		return nil, err
	}
	own, err := c.in.colormapName(c.name)
	if err != nil {
		return nil, err
	}
	for k, p := range x.data {
		if x.kind == intElems {
			p /= 255
		}
		rgb, err := figure.MapColor(own, p)
		if err != nil {
			return nil, err
		}
		copy(out.data[4*k:], []float64{float64(rgb[0]), float64(rgb[1]), float64(rgb[2]), 1})
	}
	if scalar {
		out.shape = []int{4}
	}
	return out, nil
}

func (in *interp) getColormap(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	name := "viridis"
	var lut starlark.Value
	if err := unpack(b.Name(), args, kwargs, "name?", &name, "lut?", &lut); err != nil {
		return nil, err
	}
	own, err := in.colormapName(name)
	if err != nil {
		return nil, err
	}
	return &colormapValue{in, own}, nil
}

// nearestColormaps are colormaps of Matplotlib by the one that is taken for them: of the same kind, for amounts, for signed values, or cyclic.
var nearestColormaps = map[string]string{
	"viridis":  "plasma inferno magma cividis turbo jet rainbow hot afmhot gist_heat copper cool spring summer autumn winter Blues Greens Oranges Purples Reds YlOrRd YlGnBu YlGn BuPu GnBu PuBu OrRd RdPu nipy_spectral gist_rainbow cubehelix terrain tab10 tab20 Set1 Set2 Set3 Paired Accent Dark2",
	"vik":      "RdBu_r RdYlBu_r coolwarm bwr seismic Spectral_r PuOr PRGn PiYG BrBG RdGy_r",
	"twilight": "twilight_shifted hsv",
	"gray":     "bone gist_gray",
	"gray_r":   "binary gist_yarg",
	"vik_r":    "RdBu RdYlBu Spectral RdGy",
}

// knownColormaps are all names of plt.cm.
var knownColormaps = func() string {
	list := []string{"viridis", "vik", "twilight", "gray", "Greys"}
	for _, names := range nearestColormaps {
		list = append(list, strings.Fields(names)...)
	}
	for _, n := range list {
		if base, r := strings.CutSuffix(n, "_r"); r {
			list = append(list, base)
		} else {
			list = append(list, n+"_r")
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}()

// colormapName is the colormap that is drawn for one of Matplotlib's; a warning tells where it is another.
func (in *interp) colormapName(name string) (string, error) {
	if _, err := figure.MapColor(name, 0); err == nil {
		return name, nil
	}
	turned := name + "_r"
	if base, r := strings.CutSuffix(name, "_r"); r {
		turned = base
	}
	for own, names := range nearestColormaps {
		list := strings.Fields(names)
		if slices.Contains(list, turned) && !slices.Contains(list, name) {
			if base, r := strings.CutSuffix(own, "_r"); r {
				own = base
			} else {
				own += "_r"
			}
		} else if !slices.Contains(list, name) {
			continue
		}
		in.warnAt(in.thread, fmt.Sprintf("the colormap %q is drawn as %q", name, own), "there are viridis for amounts, vik for signed values, twilight for phases, and gray, each also with _r for its reverse")
		return own, nil
	}
	_, err := figure.MapColor(name, 0)
	return "", err
}

// gridSpec is GridSpec(rows, columns): gs[0, :] is a part of it for add_subplot.
type gridSpec struct {
	rows, cols int
	ratios     figure.Ratios
	fig        *figureValue // nil without one
	kwargs     *starlark.Dict
}

// gridPart is a rectangle of cells, from the first to the last.
type gridPart struct {
	gridSpec
	first, last int
}

var (
	_ starlark.Mapping  = gridSpec{}
	_ starlark.HasAttrs = gridSpec{}
	_ starlark.Value    = gridPart{}
)

func (g gridSpec) String() string        { return fmt.Sprintf("GridSpec(%d, %d)", g.rows, g.cols) }
func (g gridSpec) Type() string          { return "GridSpec" }
func (g gridSpec) Freeze()               {}
func (g gridSpec) Truth() starlark.Bool  { return true }
func (g gridSpec) Hash() (uint32, error) { return uint32(g.rows<<8 + g.cols), nil }
func (g gridPart) String() string        { return fmt.Sprintf("%v[%d:%d]", g.gridSpec, g.first, g.last+1) }
func (g gridPart) Type() string          { return "part of a GridSpec" }

// AttrNames lists the methods.
func (g gridSpec) AttrNames() []string { return []string{"subplots", "tight_layout", "update"} }

// Attr gives subplots(sharex=, sharey=), all Axes of the grid, and what says how far they are apart.
func (g gridSpec) Attr(name string) (starlark.Value, error) {
	switch name {
	case "subplots":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if g.fig == nil {
				return nil, withHint(fmt.Errorf("subplots: the GridSpec is of no figure"), "gs = fig.add_gridspec(rows, columns)")
			}
			kwargs = append([]starlark.Tuple{{starlark.String("nrows"), starlark.MakeInt(g.rows)}, {starlark.String("ncols"), starlark.MakeInt(g.cols)}}, kwargs...)
			return g.fig.subplots(b.Name(), args, append(kwargs, g.kwargs.Items()...))
		}), nil
	case "update", "tight_layout":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, _ starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if g.fig != nil && name == "update" {
				return starlark.None, g.fig.spacing(b.Name(), kwargs)
			}
			return starlark.None, nil
		}), nil
	}
	return nil, noAttr("GridSpec", name, g.AttrNames())
}

func makeGridSpec(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g := gridSpec{kwargs: starlark.NewDict(2)}
	var fig, wr, hr starlark.Value
	var own, distances []starlark.Tuple
	for _, kv := range kwargs {
		switch name := plainString(kv[0]); name {
		case "left", "right", "top", "bottom", "wspace", "hspace":
			distances = append(distances, kv)
		default:
			own = append(own, kv)
		}
	}
	rows, cols := 1, 1
	if err := unpack(b.Name(), args, own, "nrows?", &rows, "ncols?", &cols, "figure?", &fig, "width_ratios?", &wr, "height_ratios?", &hr); err != nil {
		return nil, err
	}
	if g.rows, g.cols = rows, cols; rows < 1 || cols < 1 {
		return nil, fmt.Errorf("%s: a grid of %d x %d", b.Name(), g.rows, g.cols)
	}
	grid := figure.Grid{Rows: rows, Cols: cols}
	if err := ratiosOf(&grid, b.Name(), wr, hr); err != nil {
		return nil, err
	}
	for name, v := range map[string]starlark.Value{"width_ratios": wr, "height_ratios": hr} {
		if isGiven(v) {
			if err := g.kwargs.SetKey(starlark.String(name), v); err != nil {
				return nil, err
			}
		}
	}
	var err error
	if g.ratios, err = figure.NewRatios(grid); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if f, ok := fig.(*figureValue); ok {
		g.fig = f
		if err := f.spacing(b.Name(), distances); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Get is gs[row, column], each a number or a range, or gs[k] along the rows.
func (g gridSpec) Get(key starlark.Value) (starlark.Value, bool, error) {
	ends := func(v starlark.Value, n int) (lo, hi int, err error) {
		idx := []int{0}
		if s, ok := v.(sliceValue); ok {
			idx, err = s.positions(n)
		} else if idx[0], err = starlark.AsInt32(v); err == nil && idx[0] < 0 {
			idx[0] += n
		}
		if err == nil && (len(idx) == 0 || slices.Min(idx) < 0 || slices.Max(idx) >= n) {
			err = fmt.Errorf("%v has no place %v", g, v)
		}
		if err != nil {
			return 0, 0, err
		}
		return slices.Min(idx), slices.Max(idx), nil
	}
	t, ok := key.(starlark.Tuple)
	if !ok {
		lo, hi, err := ends(key, g.rows*g.cols)
		return gridPart{g, lo, hi}, err == nil, err
	}
	if len(t) != 2 {
		return nil, false, fmt.Errorf("a GridSpec is indexed by row and column, gs[0, :]")
	}
	r0, r1, err := ends(t[0], g.rows)
	if err != nil {
		return nil, false, err
	}
	c0, c1, err := ends(t[1], g.cols)
	return gridPart{g, r0*g.cols + c0, r1*g.cols + c1}, err == nil, err
}

// twinx is ax.twinx(): Axes at the same place with the same x, whose y stands on the right.
func (a *axesValue) twinx(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("%s takes no arguments", name)
	}
	return &axesValue{a.in, a.a.TwinX()}, nil
}

// bar is ax.bar(x, height, width=0.8, align="center"), and barh(y, width, height=0.8).
func (a *axesValue) bar(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	place, size, thick := "x", "height", "width"
	if name == "barh" {
		place, size, thick = "y", "width", "height"
	}
	o, err := readOptions(name, kwargs, place, size, thick, "align", "tick_label")
	if err != nil {
		return nil, err
	}
	for k, v := range args {
		if k > 2 {
			return nil, fmt.Errorf("%s: expected %s(%s, %s, %s=0.8)", name, name, place, size, thick)
		}
		o.given[[]string{place, size, thick}[k]] = v
	}
	at, ok := o.get(place)
	up, has := o.get(size)
	if !ok || !has {
		return nil, fmt.Errorf("%s: expected %s(%s, %s)", name, name, place, size)
	}
	var labels []string
	if list, ok := at.(starlark.Indexable); ok && list.Len() > 0 {
		if _, named := starlark.AsString(list.Index(0)); named {
			places := make([]starlark.Value, list.Len())
			for k := range places {
				labels = append(labels, plainString(list.Index(k)))
				places[k] = starlark.MakeInt(k)
			}
			at = starlark.NewList(places)
		}
	}
	x, _, err := a.in.figureValues(name+": "+place, at)
	if err != nil {
		return nil, err
	}
	h, _, err := a.in.figureValues(name+": "+size, up)
	if err != nil {
		return nil, err
	}
	width := figure.Of([]float64{0.8}, x.Dim)
	if v, ok := o.get(thick); ok {
		if width, _, err = a.in.figureValues(name+": "+thick, v); err != nil {
			return nil, err
		}
	}
	n := len(x.V)
	if n == 0 || len(h.V) != n && len(h.V) != 1 || len(width.V) != n && len(width.V) != 1 || width.Dim != x.Dim {
		return nil, fmt.Errorf("%s: %d places (%s), %d values, %d widths (%s)", name, n, describeDim(x.Dim), len(h.V), len(width.V), describeDim(width.Dim))
	}
	align := "center"
	if err := o.text("align", &align); err != nil {
		return nil, err
	}
	style, err := o.style(figure.Style{})
	if err != nil {
		return nil, err
	}
	of := func(v []float64, k int) float64 { return v[min(k, len(v)-1)] }
	order := span(0, n)
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(x.V[i], x.V[j]) })
	if style.Color == nil {
		c := a.a.NextColor()
		style.Color = &c
	}
	var edges, heights []float64
	draw := func() error {
		err := a.a.Bars(figure.Of(edges, x.Dim), figure.Of(heights, h.Dim), figure.HistOptions{Filled: true, Horizontal: name == "barh", Style: style})
		edges, heights, style.Label = nil, nil, ""
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	for _, k := range order {
		w := of(width.V, k)
		lo := x.V[k] - w/2
		if align == "edge" {
			lo = x.V[k]
		}
		if m := len(edges); m > 0 && lo > edges[m-1] {
			heights = append(heights, 0) // the gap between two bars
			edges = append(edges, lo)
		} else if m == 0 {
			edges = append(edges, lo)
		} else if lo < edges[m-1]-1e-9*math.Abs(w) { // one bar over another
			if err := draw(); err != nil {
				return nil, err
			}
			edges = append(edges, lo)
		}
		heights, edges = append(heights, of(h.V, k)), append(edges, lo+w)
	}
	if err := draw(); err != nil {
		return nil, err
	}
	if labels != nil {
		return starlark.None, a.a.SetTicks(place, x, labels)
	}
	return starlark.None, nil
}

// eventplot is ax.eventplot(positions, lineoffsets=1, linelengths=1): short lines, a row for each list.
func (a *axesValue) eventplot(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var lists, offsets, lengths, colors, widths, ignored starlark.Value
	if err := unpack(name, args, kwargs, "positions", &lists, "orientation?", &ignored, "lineoffsets?", &offsets, "linelengths?", &lengths, "linewidths?", &widths, "colors?", &colors, "color?", &colors); err != nil {
		return nil, err
	}
	var rows []starlark.Value
	if arr, err := toArray(lists); err == nil && len(arr.shape) == 1 {
		rows = []starlark.Value{arr}
	} else if d, ok := lists.(*starlark.Dict); ok {
		for _, kv := range d.Items() {
			rows = append(rows, kv[1])
		}
	} else if rows, err = partsOf(name, lists); err != nil {
		return nil, err
	}
	length := 1.0
	if q, ok := asQuantity(lengths); ok && lengths != nil {
		length = q.Value
	}
	var given *Array
	if isGiven(offsets) {
		var err error
		if given, err = toArray(offsets); err != nil {
			return nil, fmt.Errorf("%s: lineoffsets: %w", name, err)
		}
	}
	for k, row := range rows {
		at := float64(k)
		switch {
		case given != nil && len(given.data) == len(rows):
			at = given.data[k]
		case given != nil && len(given.data) == 1:
			at = given.data[0] * float64(k+1)
		case len(rows) == 1:
			at = 1
		}
		more := []starlark.Tuple{{starlark.String("color"), starlark.String("C0")}}
		if isGiven(colors) {
			more[0][1] = colors
			if l, ok := colors.(starlark.Indexable); ok && l.Len() == len(rows) && colors.Type() != "string" {
				more[0][1] = l.Index(k)
			}
		}
		if q, ok := asQuantity(widths); ok && widths != nil {
			more = append(more, starlark.Tuple{starlark.String("linewidth"), starlark.Float(q.Value)})
		}
		if x, err := toArray(row); err == nil && len(x.data) == 0 {
			continue
		}
		if _, err := a.lines("vlines", starlark.Tuple{row, starlark.Float(at - length/2), starlark.Float(at + length/2)}, more); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}
