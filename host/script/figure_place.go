package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// cosmeticFigure are methods of Matplotlib's figures that change nothing that figures here have.
var cosmeticFigure = strings.Fields("align_labels align_xlabels align_titles autofmt_xdate set_constrained_layout set_tight_layout set_layout_engine set_dpi set_facecolor set_edgecolor set_frameon show draw canvas.draw")

// cosmeticAxes are those of Axes.
var cosmeticAxes = strings.Fields("autoscale autoscale_view relim set_axisbelow minorticks_on minorticks_off set_zorder set_rasterized set_rasterization_zorder set_clip_on set_autoscale_on set_xmargin set_ymargin set_xbound set_ybound set_frame_on use_sticky_edges")

func init() {
	for _, name := range cosmeticFigure {
		figureMethods[name] = (*figureValue).nothing
	}
	for name, m := range map[string]figureMethod{
		"subplots_adjust": (*figureValue).adjust, "align_ylabels": (*figureValue).alignLabels, "align_labels": (*figureValue).alignLabels, "add_axes": (*figureValue).addAxes, "text": (*figureValue).text,
		"axes": (*figureValue).newAxes, "set_size_inches": (*figureValue).setSize, "clf": (*figureValue).clear, "clear": (*figureValue).clear, "polar": (*figureValue).polarPlot,
	} {
		figureMethods[name] = m
	}
	for _, name := range cosmeticAxes {
		axesMethods[name] = (*axesValue).nothing
	}
	for name, m := range map[string]axesMethod{
		"tick_params": (*axesValue).tickParams, "sharex": (*axesValue).share, "sharey": (*axesValue).share, "inset_axes": (*axesValue).inset, "label_outer": (*axesValue).labelOuter,
		"set_facecolor": (*axesValue).setFace, "cla": (*axesValue).clear, "clear": (*axesValue).clear, "arrow": (*axesValue).arrow, "set_prop_cycle": (*axesValue).nothing,
	} {
		axesMethods[name] = m
	}
	for _, x := range []string{"x", "y"} {
		axesMethods["set_"+x+"ticklabels"] = func(a *axesValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return a.tickNames(name, x, args, kwargs)
		}
	}
}

type figureMethod = func(f *figureValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// spacing reads hspace= and wspace=, how far rows and columns are apart; the layout finds the distances to the border of the page by itself.
func (f *figureValue) spacing(what string, settings []starlark.Tuple) error {
	for _, kv := range settings {
		name := plainString(kv[0])
		if !slices.Contains([]string{"left", "right", "top", "bottom", "wspace", "hspace", "figure"}, name) {
			return withHint(fmt.Errorf("%s has no argument %s=", what, name), "it has left, right, top, bottom, wspace and hspace")
		}
		if name != "wspace" && name != "hspace" || kv[1] == starlark.None {
			continue
		}
		q, ok := asQuantity(kv[1])
		if !ok || !q.Dim.Dimensionless() || !(q.Value >= 0 && q.Value < 100) {
			return fmt.Errorf("%s: %s is a distance in sizes of Axes, 0 or more, not %v", what, name, kv[1])
		}
		if name == "wspace" {
			f.wspace = &q.Value
		} else {
			f.hspace = &q.Value
		}
	}
	of := func(v *float64) float64 {
		if v == nil {
			return -1
		}
		return *v
	}
	f.f.SetSpace(of(f.wspace), of(f.hspace))
	return nil
}

// adjust is subplots_adjust(left=, right=, top=, bottom=, wspace=, hspace=).
func (f *figureValue) adjust(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	for k, v := range args {
		if k < 6 {
			kwargs = append(kwargs, starlark.Tuple{starlark.String([]string{"left", "bottom", "right", "top", "wspace", "hspace"}[k]), v})
		}
	}
	return starlark.None, f.spacing(name, kwargs)
}

func (f *figureValue) alignLabels(string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	f.f.AlignLabels()
	return starlark.None, nil
}

func (f *figureValue) setSize(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var w, h, forward starlark.Value
	if err := unpack(name, args, kwargs, "w", &w, "h?", &h, "forward?", &forward); err != nil {
		return nil, err
	}
	if h != nil {
		w = starlark.Tuple{w, h}
	}
	a, err := toArray(w)
	if err != nil || len(a.data) != 2 || !a.dim.Dimensionless() {
		return nil, fmt.Errorf("%s: expected width and height in inches", name)
	}
	return starlark.None, f.f.SetSize(a.data[0], a.data[1])
}

func (f *figureValue) clear(string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	f.f.ClearAll()
	return starlark.None, nil
}

// text is fig.text(x, y, words) with fractions of the page.
func (f *figureValue) text(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 3 {
		return nil, fmt.Errorf("text: expected text(x, y, words)")
	}
	o, err := textOptions(name, kwargs)
	if err != nil {
		return nil, err
	}
	x, ok := asQuantity(args[0])
	y, both := asQuantity(args[1])
	if !ok || !both {
		return nil, fmt.Errorf("text: x and y are fractions of the page, got %s and %s", article(args[0]), article(args[1]))
	}
	f.f.Text(x.Value, y.Value, plainString(args[2]), o)
	return starlark.None, nil
}

// rectangleOf reads f([left, bottom, width, height]).
func rectangleOf(name string, args starlark.Tuple) ([]float64, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("%s: expected %s([left, bottom, width, height])", name, name)
	}
	a, err := toArray(args[0])
	if err != nil || len(a.data) != 4 || !a.dim.Dimensionless() || !(a.data[2] > 0 && a.data[3] > 0) {
		return nil, fmt.Errorf("%s: a place is [left, bottom, width, height] in fractions", name)
	}
	return a.data, nil
}

// addAxes is fig.add_axes([left, bottom, width, height]).
func (f *figureValue) addAxes(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := rectangleOf(name, args)
	if err != nil {
		return nil, err
	}
	a := &axesValue{f.in, f.f.Place(r[0], r[1], r[2], r[3])}
	return a, a.configure(name, kwargs)
}

// newAxes is plt.axes(): Axes that fill the figure, or axes([left, bottom, width, height]).
func (f *figureValue) newAxes(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return f.subplot(name, nil, kwargs)
	}
	return f.addAxes(name, args, kwargs)
}

// inset is ax.inset_axes([left, bottom, width, height]).
func (a *axesValue) inset(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := rectangleOf(name, args)
	if err != nil {
		return nil, err
	}
	in := &axesValue{a.in, a.a.Inset(r[0], r[1], r[2], r[3])}
	return in, in.configure(name, kwargs)
}

// configure reads what subplot, add_axes and the like say of new Axes: sharex=ax, projection="polar", title=... and the like.
func (a *axesValue) configure(name string, kwargs []starlark.Tuple) error {
	for _, kv := range kwargs {
		key := plainString(kv[0])
		var err error
		switch key {
		case "sharex", "sharey":
			if kv[1] == starlark.None {
				continue
			}
			_, err = a.share(key, starlark.Tuple{kv[1]}, nil)
		case "projection", "polar":
			switch kv[1] {
			case starlark.String("polar"), starlark.True:
				err = a.a.SetPolar()
			case starlark.String("rectilinear"), starlark.None, starlark.False:
			default:
				err = withHint(fmt.Errorf("%s: %s=%v", name, key, kv[1]), "there are plain and polar Axes, and view(scatter(G, x=..., y=..., z=...)) in space")
			}
		case "facecolor", "fc":
			_, err = a.setFace(name, starlark.Tuple{kv[1]}, nil)
		case "label", "zorder", "anchor", "transform", "frameon", "frame_on":
		default:
			if axesMethods["set_"+key] == nil {
				return withHint(fmt.Errorf("%s has no argument %s=", name, key), "it has sharex, sharey, projection, facecolor, title, xlabel, xlim, xticks and the like")
			}
			_, err = axesMethods["set_"+key](a, key, starlark.Tuple{kv[1]}, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// share is ax.sharex(other) and ax.sharey(other).
func (a *axesValue) share(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(starlark.NewBuiltin(name, nil), args, kwargs)
	if err != nil {
		return nil, err
	}
	other, ok := v.(*axesValue)
	if !ok {
		return nil, withHint(fmt.Errorf("%s: expected Axes, got %s", name, article(v)), "sharex=True is an argument of subplots(rows, columns, sharex=True)")
	}
	if other.a.Figure() != a.a.Figure() {
		return nil, fmt.Errorf("%s: the Axes are those of another figure", name)
	}
	return starlark.None, a.a.Share(strings.TrimPrefix(name, "share"), other.a)
}

func (a *axesValue) labelOuter(string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	a.a.LabelOuter()
	return starlark.None, nil
}

func (a *axesValue) setFace(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(starlark.NewBuiltin(name, nil), args, kwargs)
	if err != nil {
		return nil, err
	}
	c, err := colorOf(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a.a.SetFace(c)
	return starlark.None, nil
}

func (a *axesValue) clear(string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	a.a.Clear()
	return starlark.None, nil
}

// polarPlot is polar(angle, distance, ...): plot in polar Axes.
func (f *figureValue) polarPlot(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a := f.f.Current()
	if !a.Polar() {
		if err := a.SetPolar(); err != nil {
			return nil, withHint(fmt.Errorf("%s: %w", name, err), "figure() or subplot(..., projection=\"polar\") before")
		}
	}
	return (&axesValue{f.in, a}).plot(name, args, kwargs)
}

// ratiosOf reads width_ratios= and height_ratios=.
func ratiosOf(g *figure.Grid, what string, wr, hr starlark.Value) error {
	for _, r := range []struct {
		name string
		v    starlark.Value
		to   *[]float64
	}{{"width_ratios", wr, &g.WidthRatios}, {"height_ratios", hr, &g.HeightRatios}} {
		if !isGiven(r.v) {
			continue
		}
		a, err := toArray(r.v)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", what, r.name, err)
		}
		*r.to = a.data
	}
	return nil
}
