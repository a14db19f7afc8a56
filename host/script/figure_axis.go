package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// axisValue is ax.xaxis or ax.yaxis: ticks and label of one direction.
type axisValue struct {
	a    *axesValue
	name string // "x" or "y"
}

var _ starlark.HasAttrs = axisValue{}

func (x axisValue) String() string        { return x.name + "axis" }
func (x axisValue) Type() string          { return "axis" }
func (x axisValue) Freeze()               {}
func (x axisValue) Truth() starlark.Bool  { return true }
func (x axisValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: axis") }

// cosmeticAxis are settings of an axis that figures here do not have.
var cosmeticAxis = strings.Fields("set_label_coords set_minor_locator set_minor_formatter set_ticks_position tick_bottom tick_left tick_top set_pickradius labelpad")

// AttrNames lists the methods.
func (x axisValue) AttrNames() []string {
	return sortedNames(cosmeticAxis, strings.Fields("get_label grid set_inverted set_label_position set_label_text set_major_formatter set_major_locator set_tick_params set_ticklabels set_ticks set_visible tick_right"))
}

// Attr gives a method.
func (x axisValue) Attr(name string) (starlark.Value, error) {
	other := func(method string) (starlark.Value, error) { return x.a.Attr(method) }
	own := func(f builtinFunc) (starlark.Value, error) { return starlark.NewBuiltin(name, f), nil }
	switch name {
	case "set_ticks":
		return other("set_" + x.name + "ticks")
	case "set_ticklabels":
		return other("set_" + x.name + "ticklabels")
	case "get_label": // where it stands is decided when the figure is drawn; these are parts of the axes
		at := map[string]starlark.Tuple{"x": {starlark.Float(0.5), starlark.Float(0)}, "y": {starlark.Float(0), starlark.Float(0.5)}}[x.name]
		place, _ := own(func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return at, nil
		})
		label := &moduleValue{"label", starlark.StringDict{"get_position": place}}
		return own(func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return label, nil
		})
	case "set_label_text":
		return other("set_" + x.name + "label")
	case "tick_right":
		return own(func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			x.a.a.SetFar(x.name, true)
			return starlark.None, nil
		})
	case "set_label_position":
		return own(func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var side string
			if err := unpack(b.Name(), args, kwargs, "position", &side); err != nil {
				return nil, err
			}
			sides := map[string][]string{"x": {"bottom", "top"}, "y": {"left", "right"}}[x.name]
			if !slices.Contains(sides, side) {
				return nil, fmt.Errorf("set_label_position: %q; it is %q or %q", side, sides[0], sides[1])
			}
			x.a.a.SetFar(x.name, side == "right")
			return starlark.None, nil
		})
	case "set_inverted":
		return own(func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if lo, hi, _ := x.a.a.Limits(x.name); err == nil && bool(v.Truth()) == (lo < hi) {
				x.a.a.Invert(x.name)
			}
			return starlark.None, err
		})
	case "set_visible":
		return own(func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err == nil {
				x.a.a.SetNames(x.name, bool(v.Truth()))
				x.a.a.SetMarks(x.name, bool(v.Truth()))
			}
			return starlark.None, err
		})
	case "grid":
		return own(func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return x.a.grid(b.Name(), args, append([]starlark.Tuple{{starlark.String("axis"), starlark.String(x.name)}}, kwargs...))
		})
	case "set_tick_params":
		return own(func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return x.a.tickParams(b.Name(), args, append([]starlark.Tuple{{starlark.String("axis"), starlark.String(x.name)}}, kwargs...))
		})
	case "set_major_locator", "set_major_formatter":
		return own(func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			if f, ok := v.(starlark.Callable); ok && name == "set_major_formatter" {
				v = callFormatter(t, f)
			} else if s, ok := v.(starlark.String); ok && name == "set_major_formatter" {
				v = textFormatter(t, "format", string(s))
			}
			s, ok := v.(*tickSetting)
			if !ok || s.locates != (name == "set_major_locator") {
				return nil, withHint(fmt.Errorf("%s: got %s", name, article(v)), "for example plt.MaxNLocator(5) and plt.FormatStrFormatter(\"%.1f\")")
			}
			return starlark.None, s.apply(x.a.a, x.name)
		})
	}
	if slices.Contains(cosmeticAxis, name) {
		return own(doNothing)
	}
	return nil, noAttr("axis", name, x.AttrNames())
}

// tickParams is tick_params(axis="both", labelbottom=, bottom=, ...): ticks and their names that are switched on and off. What it says of
// their looks has no effect.
func (a *axesValue) tickParams(_ string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	axis := "both"
	set := map[string]bool{}
	for k, v := range args {
		if k == 0 {
			axis = plainString(v)
		}
	}
	for _, kv := range kwargs {
		name := plainString(kv[0])
		if name == "axis" {
			axis = plainString(kv[1])
		}
		set[name] = bool(kv[1].Truth())
	}
	if axis != "x" && axis != "y" && axis != "both" {
		return nil, fmt.Errorf("tick_params: axis is \"x\", \"y\" or \"both\", not %q", axis)
	}
	for x, sides := range map[string][2]string{"x": {"bottom", "top"}, "y": {"left", "right"}} {
		if axis != "both" && axis != x {
			continue
		}
		if on, given := set["label"+sides[0]]; given && !set["label"+sides[1]] {
			a.a.SetNames(x, on)
		}
		if on, given := set[sides[0]]; given {
			a.a.SetMarks(x, on)
		}
		if set["labelright"] && x == "y" {
			a.a.SetFar("y", true)
		}
	}
	return starlark.None, nil
}

// tickNames is set_xticklabels(names), for ticks that were set.
func (a *axesValue) tickNames(name, axis string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var labels, ignored starlark.Value
	if err := unpack(name, args, kwargs, "labels", &labels, "rotation?", &ignored, "fontsize?", &ignored, "fontdict?", &ignored, "ha?", &ignored, "va?", &ignored, "minor?", &ignored, "size?", &ignored, "color?", &ignored); err != nil {
		return nil, err
	}
	list, err := partsOf(name, labels)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list))
	for k, v := range list {
		names[k] = plainString(v)
	}
	n := a.a.FixedTicks(axis)
	if n < 0 && len(names) > 0 {
		return nil, withHint(fmt.Errorf("%s: it is not known which ticks these are", name), fmt.Sprintf("call set_%sticks(places, names)", axis))
	}
	if n >= 0 && len(names) > n { // as Matplotlib, which leaves out the others
		names = names[:n]
	}
	for len(names) > 0 && len(names) < n {
		names = append(names, "")
	}
	return starlark.None, a.a.SetTickNames(axis, names)
}

// tickSetting is a locator or a formatter of matplotlib.ticker.
type tickSetting struct {
	name    string
	locates bool
	apply   func(a *figure.Axes, axis string) error
}

func (s *tickSetting) String() string        { return s.name }
func (s *tickSetting) Type() string          { return s.name }
func (s *tickSetting) Freeze()               {}
func (s *tickSetting) Truth() starlark.Bool  { return true }
func (s *tickSetting) Hash() (uint32, error) { return starlark.String(s.name).Hash() }

// callFormatter names ticks by f(number, count).
func callFormatter(t *starlark.Thread, f starlark.Callable) *tickSetting {
	return &tickSetting{name: "FuncFormatter", apply: func(a *figure.Axes, axis string) error {
		a.SetTickForm(axis, func(v float64, k int) (string, error) {
			s, err := starlark.Call(t, f, starlark.Tuple{starlark.Float(v), starlark.MakeInt(k)}, nil)
			if err != nil {
				return "", err
			}
			return plainString(s), nil
		})
		return nil
	}}
}

// textFormatter names ticks by "%.1f" or "{x:.1f}".
func textFormatter(t *starlark.Thread, kind, form string) *tickSetting {
	return &tickSetting{name: kind, apply: func(a *figure.Axes, axis string) error {
		name := func(v float64, k int) (string, error) {
			f, args, kwargs := percentFormat, starlark.Tuple{starlark.String(form), starlark.Float(v)}, []starlark.Tuple(nil)
			if kind == "format" {
				f, args = formatMethod, starlark.Tuple{starlark.String(form)}
				kwargs = []starlark.Tuple{{starlark.String("x"), starlark.Float(v)}, {starlark.String("pos"), starlark.MakeInt(k)}}
			}
			s, err := f(t, starlark.NewBuiltin("format", nil), args, kwargs)
			if err != nil {
				return "", err
			}
			return strings.ReplaceAll(plainString(s), "-", "−"), nil
		}
		if _, err := name(1, 0); err != nil {
			return err
		}
		a.SetTickForm(axis, name)
		return nil
	}}
}

// tickerModule is matplotlib.ticker.
func tickerModule() starlark.StringDict {
	make := func(name string, locates bool, f func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (func(a *figure.Axes, axis string) error, error)) *starlark.Builtin {
		return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			apply, err := f(t, args, kwargs)
			return &tickSetting{name, locates, apply}, err
		})
	}
	asIs := func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		return func(*figure.Axes, string) error { return nil }, nil
	}
	none := func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		return func(a *figure.Axes, axis string) error { return a.SetTicks(axis, figure.Values{}, nil) }, nil
	}
	d := starlark.StringDict{}
	for _, name := range strings.Fields("AutoLocator AutoMinorLocator LogLocator") {
		d[name] = make(name, true, asIs)
	}
	for _, name := range strings.Fields("ScalarFormatter LogFormatter LogFormatterMathtext LogFormatterSciNotation EngFormatter") {
		d[name] = make(name, false, asIs)
	}
	d["NullLocator"] = make("NullLocator", true, none)
	d["NullFormatter"] = make("NullFormatter", false, func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		return func(a *figure.Axes, axis string) error { a.SetNames(axis, false); return nil }, nil
	})
	d["MaxNLocator"] = make("MaxNLocator", true, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		var n, ignored starlark.Value
		whole := false
		if err := unpack("MaxNLocator", args, kwargs, "nbins?", &n, "integer?", &whole, "steps?", &ignored, "prune?", &ignored, "symmetric?", &ignored, "min_n_ticks?", &ignored); err != nil {
			return nil, err
		}
		return func(a *figure.Axes, axis string) error {
			if whole {
				a.SetWholeTicks(axis)
			}
			if !isGiven(n) || n == starlark.Value(starlark.String("auto")) {
				return nil
			}
			k, err := starlark.AsInt32(n)
			if err != nil {
				return fmt.Errorf("MaxNLocator: nbins: %w", err)
			}
			return a.SetTickCount(axis, k)
		}, nil
	})
	d["LinearLocator"] = make("LinearLocator", true, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		n := 11
		if err := unpack("LinearLocator", args, kwargs, "numticks?", &n); err != nil {
			return nil, err
		}
		return func(a *figure.Axes, axis string) error { return a.SetTickCount(axis, max(n-1, 1)) }, nil
	})
	d["MultipleLocator"] = make("MultipleLocator", true, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		var base starlark.Value = starlark.MakeInt(1)
		if err := unpack("MultipleLocator", args, kwargs, "base?", &base); err != nil {
			return nil, err
		}
		q, ok := asQuantity(base)
		if !ok || !(q.Value > 0) {
			return nil, fmt.Errorf("MultipleLocator: the distance of ticks is positive, not %v", base)
		}
		return func(a *figure.Axes, axis string) error { a.SetTickStep(axis, q.Value); return nil }, nil
	})
	d["FixedLocator"] = make("FixedLocator", true, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		var at, ignored starlark.Value
		if err := unpack("FixedLocator", args, kwargs, "locs", &at, "nbins?", &ignored); err != nil {
			return nil, err
		}
		x, err := toArray(at)
		if err != nil {
			return nil, fmt.Errorf("FixedLocator: %w", err)
		}
		return func(a *figure.Axes, axis string) error {
			return a.SetTicks(axis, figure.Of(slices.Clone(x.data), x.dim), nil)
		}, nil
	})
	d["FixedFormatter"] = make("FixedFormatter", false, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (func(*figure.Axes, string) error, error) {
		var names starlark.Value
		if err := unpack("FixedFormatter", args, kwargs, "seq", &names); err != nil {
			return nil, err
		}
		list, err := partsOf("FixedFormatter", names)
		return func(a *figure.Axes, axis string) error {
			a.SetTickForm(axis, func(_ float64, k int) (string, error) {
				if k < len(list) {
					return plainString(list[k]), nil
				}
				return "", nil
			})
			return nil
		}, err
	})
	d["FuncFormatter"] = starlark.NewBuiltin("FuncFormatter", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var f starlark.Callable
		if err := unpack(b.Name(), args, kwargs, "func", &f); err != nil {
			return nil, err
		}
		return callFormatter(t, f), nil
	})
	for name, kind := range map[string]string{"FormatStrFormatter": "percent", "StrMethodFormatter": "format"} {
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var form string
			if err := unpack(b.Name(), args, kwargs, "fmt", &form); err != nil {
				return nil, err
			}
			return textFormatter(t, kind, form), nil
		})
	}
	d["PercentFormatter"] = starlark.NewBuiltin("PercentFormatter", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		whole, decimals := 100.0, 0
		if err := unpack(b.Name(), args, kwargs, "xmax?", asFloat{&whole}, "decimals?", &decimals); err != nil {
			return nil, err
		}
		return &tickSetting{name: b.Name(), apply: func(a *figure.Axes, axis string) error {
			a.SetTickForm(axis, func(v float64, _ int) (string, error) { return fmt.Sprintf("%.*f%%", decimals, 100*v/whole), nil })
			return nil
		}}, nil
	})
	return d
}
