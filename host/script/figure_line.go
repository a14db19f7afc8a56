package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// artistValue is what plot, scatter and arrow give: something that is drawn, to be changed.
type artistValue struct {
	a     *axesValue
	line  *figure.Line
	dots  *figure.Dots
	arrow *figure.Pointer
	mesh  *meshValue // the scale of colored dots
}

var _ starlark.HasAttrs = (*artistValue)(nil)

func (l *artistValue) String() string        { return l.Type() }
func (l *artistValue) Freeze()               {}
func (l *artistValue) Truth() starlark.Bool  { return true }
func (l *artistValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", l.Type()) }

// Type says what is drawn.
func (l *artistValue) Type() string {
	switch {
	case l.line != nil:
		return "Line2D"
	case l.dots != nil:
		return "PathCollection"
	}
	return "FancyArrow"
}

func (l *artistValue) artist() any {
	switch {
	case l.line != nil:
		return l.line
	case l.dots != nil:
		return l.dots
	}
	return l.arrow
}

// styleSetters are set_color and the like of a line, by the argument of plot that says the same.
var styleSetters = strings.Fields("alpha color linestyle linewidth ls lw marker markersize ms c label zorder")

// cosmeticArtist are settings that things drawn here do not have.
var cosmeticArtist = strings.Fields("set_animated set_clip_on set_rasterized set_antialiased set_markeredgewidth set_markeredgecolor set_dash_capstyle set_solid_capstyle set_edgecolor set_path_effects set_picker set_in_layout set_array set_sizes set_edgecolors")

// AttrNames lists the methods.
func (l *artistValue) AttrNames() []string {
	names := append([]string{"remove", "set_visible", "axes", "figure"}, cosmeticArtist...)
	switch {
	case l.line != nil:
		names = append(names, "get_color", "get_data", "get_xdata", "get_ydata", "set", "set_data", "set_xdata", "set_ydata")
		for _, s := range styleSetters {
			names = append(names, "set_"+s)
		}
	case l.dots != nil:
		names = append(names, "set_offsets")
	default:
		names = append(names, "set_data")
	}
	slices.Sort(names)
	return names
}

// Attr gives a method.
func (l *artistValue) Attr(name string) (starlark.Value, error) {
	if !slices.Contains(l.AttrNames(), name) {
		return nil, noAttr(l.Type(), name, l.AttrNames())
	}
	method := func(f func(args starlark.Tuple, kwargs []starlark.Tuple) error) (starlark.Value, error) {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, f(args, kwargs)
		}), nil
	}
	gives := func(v starlark.Value) (starlark.Value, error) {
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return v, nil
		}), nil
	}
	switch {
	case slices.Contains(cosmeticArtist, name):
		return starlark.NewBuiltin(name, doNothing), nil
	case name == "axes":
		return l.a, nil
	case name == "figure":
		return l.a.Attr("figure")
	case name == "remove":
		return method(func(starlark.Tuple, []starlark.Tuple) error { l.a.a.Remove(l.artist()); return nil })
	case name == "set_visible":
		return method(func(args starlark.Tuple, _ []starlark.Tuple) error {
			l.a.a.Remove(l.artist())
			if len(args) == 1 && bool(args[0].Truth()) {
				l.a.a.Restore(l.artist())
			}
			return nil
		})
	case l.arrow != nil:
		return method(l.turn)
	case l.dots != nil:
		return method(l.offsets)
	}
	x, y := l.line.Data()
	switch name {
	case "get_xdata":
		return gives(fromSlice(slices.Clone(x), noDim))
	case "get_ydata":
		return gives(fromSlice(slices.Clone(y), noDim))
	case "get_data":
		return gives(starlark.Tuple{fromSlice(slices.Clone(x), noDim), fromSlice(slices.Clone(y), noDim)})
	case "get_color":
		c := l.line.Style().Color
		return gives(starlark.Tuple{starlark.Float(float64(c.R) / 255), starlark.Float(float64(c.G) / 255), starlark.Float(float64(c.B) / 255)})
	case "set_data", "set_xdata", "set_ydata":
		return method(func(args starlark.Tuple, kwargs []starlark.Tuple) error { return l.setData(name, args, kwargs) })
	case "set":
		return method(func(args starlark.Tuple, kwargs []starlark.Tuple) error {
			if len(args) > 0 {
				return fmt.Errorf("set takes keywords: set(color=..., linewidth=...)")
			}
			return l.style(kwargs)
		})
	}
	return method(func(args starlark.Tuple, kwargs []starlark.Tuple) error {
		v, err := oneArg(starlark.NewBuiltin(name, nil), args, kwargs)
		if err != nil {
			return err
		}
		return l.style([]starlark.Tuple{{starlark.String(strings.TrimPrefix(name, "set_")), v}})
	})
}

func (l *artistValue) style(kwargs []starlark.Tuple) error {
	o, err := readOptions("set", kwargs)
	if err != nil {
		return err
	}
	s, err := o.style(*l.line.Style())
	if err == nil {
		*l.line.Style() = s
	}
	return err
}

// setData is set_data(x, y), set_xdata(x) and set_ydata(y).
func (l *artistValue) setData(name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	x, y := l.line.Data()
	if len(args) == 1 && name == "set_data" {
		if pair, err := partsOf(name, args[0]); err == nil && len(pair) == 2 {
			args = pair
		}
	}
	want := 1
	if name == "set_data" {
		want = 2
	}
	if len(args) != want || len(kwargs) > 0 {
		return fmt.Errorf("%s: expected %d lists", name, want)
	}
	for k, v := range args {
		a, _, err := l.a.in.figureValues(name, v)
		if err != nil {
			return err
		}
		if name == "set_ydata" || k == 1 {
			y = a.V
		} else {
			x = a.V
		}
	}
	if len(x) != len(y) {
		return fmt.Errorf("%s: x has %d values, y has %d", name, len(x), len(y))
	}
	l.line.Move(x, y)
	return nil
}

// offsets is set_offsets([[x, y], ...]) of dots.
func (l *artistValue) offsets(args starlark.Tuple, kwargs []starlark.Tuple) error {
	v, err := oneArg(starlark.NewBuiltin("set_offsets", nil), args, kwargs)
	if err != nil {
		return err
	}
	a, err := toArray(v)
	if err != nil || len(a.shape) != 2 || a.shape[1] != 2 {
		return fmt.Errorf("set_offsets: expected pairs of x and y, [n, 2]")
	}
	x, y := make([]float64, a.shape[0]), make([]float64, a.shape[0])
	for k := range x {
		x[k], y[k] = a.data[2*k], a.data[2*k+1]
	}
	if err := l.dots.Move(x, y); err != nil {
		return fmt.Errorf("set_offsets: %w", err)
	}
	return nil
}

// turn is set_data(dx=, dy=) of an arrow.
func (l *artistValue) turn(args starlark.Tuple, kwargs []starlark.Tuple) error {
	x, y, dx, dy := l.arrow.Ends()
	if err := unpack("set_data", args, kwargs, "x?", asFloat{&x}, "y?", asFloat{&y}, "dx?", asFloat{&dx}, "dy?", asFloat{&dy}); err != nil {
		return err
	}
	l.arrow.Turn(x, y, dx, dy)
	return nil
}

// arrow is ax.arrow(x, y, dx, dy).
func (a *axesValue) arrow(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "x", "y", "dx", "dy", "width", "head_width", "head_length", "length_includes_head", "shape", "overhang", "head_starts_at_zero")
	if err != nil {
		return nil, err
	}
	keys := []string{"x", "y", "dx", "dy"}
	var at [4]figure.Values
	for k, key := range keys {
		v, ok := o.get(key)
		if k < len(args) {
			v, ok = args[k], true
		}
		if !ok {
			return nil, fmt.Errorf("arrow: expected arrow(x, y, dx, dy)")
		}
		if at[k], err = a.in.figureScalar("arrow: "+key, v); err != nil {
			return nil, err
		}
	}
	style, err := o.style(figure.Style{})
	if err != nil {
		return nil, err
	}
	p, err := a.a.Arrow(at[0], at[1], at[2], at[3], style)
	if err != nil {
		return nil, err
	}
	return &artistValue{a: a, arrow: p}, nil
}

// maxFrames is how many pictures of an animation a script may draw.
const maxFrames = 100_000

// animationModule is matplotlib.animation. Pictures here do not move: the last one is drawn.
func (in *interp) animationModule() starlark.StringDict {
	finished := func(t *starlark.Thread, b *starlark.Builtin) starlark.Value {
		in.warnAt(t, "of an animation the last picture is drawn", "galvani movie makes a movie of what view(...) shows; savefig(\"%03d.png\" % k) in a loop writes one picture after another")
		return &moduleValue{b.Name(), functions(map[string]builtinFunc{"save": doNothing, "pause": doNothing, "resume": doNothing, "to_html5_video": doNothing, "to_jshtml": doNothing})}
	}
	return functions(map[string]builtinFunc{
		"FuncAnimation": func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var fig, frames, begin, more, ignored starlark.Value
			var f starlark.Callable
			if err := unpack(b.Name(), args, kwargs, "fig", &fig, "func", &f, "frames?", &frames, "init_func?", &begin, "fargs?", &more, "save_count?", &ignored,
				"interval?", &ignored, "repeat?", &ignored, "repeat_delay?", &ignored, "blit?", &ignored, "cache_frame_data?", &ignored); err != nil {
				return nil, err
			}
			var list []starlark.Value
			if count, ok := frames.(starlark.Int); ok {
				n, err := starlark.AsInt32(count)
				if err != nil || n < 0 || n > maxFrames {
					return nil, fmt.Errorf("%s: %d pictures; there may be %d", b.Name(), n, maxFrames)
				}
				for k := range n {
					list = append(list, starlark.MakeInt(k))
				}
			} else if it, ok := frames.(starlark.Iterable); ok {
				list = slices.Collect(starlark.Elements(it))
			} else {
				return nil, withHint(fmt.Errorf("%s: frames= says how many pictures there are", b.Name()), "a number or a list")
			}
			if call, ok := begin.(starlark.Callable); ok {
				if _, err := starlark.Call(t, call, nil, nil); err != nil {
					return nil, err
				}
			}
			var with starlark.Tuple
			if isGiven(more) {
				var err error
				if with, err = partsOf(b.Name(), more); err != nil {
					return nil, err
				}
			}
			if !in.keepFigures() && len(list) > 1 { // one shows what is wrong with it
				list = list[:1]
			}
			for _, k := range list {
				if _, err := starlark.Call(t, f, append(starlark.Tuple{k}, with...), nil); err != nil {
					return nil, err
				}
			}
			return finished(t, b), nil
		},
		"ArtistAnimation": func(_ *starlark.Thread, b *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return nil, withHint(fmt.Errorf("there is no %s", b.Name()), "draw what the last picture shows, or use galvani movie for what view(...) shows")
		},
		"FFMpegWriter": doNothing, "PillowWriter": doNothing, "HTMLWriter": doNothing,
	})
}
