package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// rc is plt.rc("group", name=value): rcParams["group.name"] = value.
func (in *interp) rc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var groups []starlark.Value
	if len(args) > 0 {
		if s, ok := starlark.AsString(args[0]); ok {
			groups = []starlark.Value{starlark.String(s)}
		} else {
			var err error
			if groups, err = partsOf(b.Name(), args[0]); err != nil {
				return nil, err
			}
		}
	}
	if len(args) == 2 {
		d, ok := args[1].(*starlark.Dict)
		if !ok {
			return nil, fmt.Errorf("rc: expected rc(\"group\", name=value)")
		}
		kwargs = append(kwargs, d.Items()...)
	}
	for _, g := range groups {
		for _, kv := range kwargs {
			if err := in.figures.rc.SetKey(starlark.String(plainString(g)+"."+plainString(kv[0])), kv[1]); err != nil {
				return nil, err
			}
		}
	}
	return starlark.None, nil
}

// propCycle is the setting that scripts read, too: the colors of what is drawn one after another.
const propCycle = "axes.prop_cycle"

func (in *interp) rcDefaults(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	if err := in.figures.rc.Clear(); err != nil {
		return nil, err
	}
	return starlark.None, in.figures.rc.SetKey(starlark.String(propCycle), defaultCycle())
}

// rcValue is a setting that the script has made.
func (in *interp) rcValue(name string) (starlark.Value, bool) {
	if in.figures.rc == nil {
		return nil, false
	}
	v, ok, err := in.figures.rc.Get(starlark.String(name))
	return v, ok && err == nil
}

// applySettings gives a new figure what rcParams say of sides and of the cycle of artists; other settings have no effect.
func (in *interp) applySettings(f *figure.Figure) error {
	var hidden [4]bool
	for k, name := range []string{figure.Left: "left", figure.Right: "right", figure.Bottom: "bottom", figure.Top: "top"} {
		v, ok := in.rcValue("axes.spines." + name)
		hidden[k] = ok && !bool(v.Truth())
	}
	f.HideSides(hidden)
	if v, ok := in.rcValue(propCycle); ok {
		c, ok := v.(*cyclerValue)
		if !ok {
			return withHint(fmt.Errorf("axes.prop_cycle is a cycler, not %s", article(v)), "cycler(\"color\", [\"r\", \"b\"])")
		}
		f.SetCycle(c.styles)
	}
	return nil
}

// cyclerValue is cycler("color", [...]): how artists look one after another.
type cyclerValue struct{ styles []figure.Style }

var _ starlark.HasBinary = (*cyclerValue)(nil)

func (c *cyclerValue) String() string        { return fmt.Sprintf("cycler of %d", len(c.styles)) }
func (c *cyclerValue) Type() string          { return "Cycler" }
func (c *cyclerValue) Freeze()               {}
func (c *cyclerValue) Truth() starlark.Bool  { return len(c.styles) > 0 }
func (c *cyclerValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Cycler") }

// Binary is a + b, both at once, and a * b, each of a with each of b.
func (c *cyclerValue) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	d, ok := y.(*cyclerValue)
	if !ok || op != syntax.PLUS && op != syntax.STAR {
		return nil, nil
	}
	if side == starlark.Right {
		c, d = d, c
	}
	both := func(a, b figure.Style) figure.Style {
		if b.Color != nil {
			a.Color = b.Color
		}
		if b.Line != "" {
			a.Line = b.Line
		}
		return a
	}
	out := &cyclerValue{}
	if op == syntax.STAR {
		for _, a := range c.styles {
			for _, b := range d.styles {
				out.styles = append(out.styles, both(a, b))
			}
		}
		return out, nil
	}
	if len(c.styles) != len(d.styles) {
		return nil, fmt.Errorf("cyclers of %d and %d cannot be added", len(c.styles), len(d.styles))
	}
	for k, a := range c.styles {
		out.styles = append(out.styles, both(a, d.styles[k]))
	}
	return out, nil
}

// makeCycler is cycler("color", [...]) or cycler(color=[...], linestyle=[...]).
func makeCycler(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 2 {
		kwargs = append([]starlark.Tuple{{starlark.String(plainString(args[0])), args[1]}}, kwargs...)
	} else if len(args) > 0 {
		return nil, fmt.Errorf("cycler: expected cycler(\"color\", [...])")
	}
	var out *cyclerValue
	for _, kv := range kwargs {
		list, err := partsOf(b.Name(), kv[1])
		if err != nil {
			return nil, err
		}
		one := &cyclerValue{}
		for _, v := range list {
			o, err := readOptions(b.Name(), []starlark.Tuple{{kv[0], v}})
			if err != nil {
				return nil, err
			}
			s, err := o.style(figure.Style{})
			if err != nil {
				return nil, err
			}
			one.styles = append(one.styles, s)
		}
		if out == nil {
			out = one
			continue
		}
		sum, err := out.Binary(syntax.PLUS, one, starlark.Left)
		if err != nil {
			return nil, err
		}
		out = sum.(*cyclerValue)
	}
	if out == nil || len(out.styles) == 0 {
		return nil, fmt.Errorf("cycler: it has no values")
	}
	out.styles = slices.Clip(out.styles)
	return out, nil
}

var (
	_ starlark.Sliceable = (*cyclerValue)(nil)
	_ starlark.Iterable  = (*cyclerValue)(nil)
	_ starlark.HasAttrs  = (*cyclerValue)(nil)
)

// defaultCycle is how artists look that say nothing of it.
func defaultCycle() *cyclerValue {
	c := &cyclerValue{}
	for _, color := range figure.Cycle() {
		c.styles = append(c.styles, figure.Style{Color: &color})
	}
	return c
}

// Len is the number of looks.
func (c *cyclerValue) Len() int { return len(c.styles) }

// look is one of them as a dictionary.
func (c *cyclerValue) look(k int) *starlark.Dict {
	d := starlark.NewDict(2)
	put := func(name, v string) { _ = d.SetKey(starlark.String(name), starlark.String(v)) } // a text can be a key
	if s := c.styles[k]; s.Color != nil {
		put("color", fmt.Sprintf("#%02x%02x%02x", s.Color.R, s.Color.G, s.Color.B))
	}
	if s := c.styles[k]; s.Line != "" {
		put("linestyle", string(s.Line))
	}
	return d
}

// Index is a look, {"color": "#0072b2"}.
func (c *cyclerValue) Index(k int) starlark.Value { return c.look(k) }

// Slice is a part of them.
func (c *cyclerValue) Slice(start, end, step int) starlark.Value {
	out := &cyclerValue{}
	for _, k := range strided(start, end, step) {
		out.styles = append(out.styles, c.styles[k])
	}
	return out
}

// Iterate goes through the looks.
func (c *cyclerValue) Iterate() starlark.Iterator {
	list := make([]starlark.Value, len(c.styles))
	for k := range list {
		list[k] = c.look(k)
	}
	return starlark.NewList(list).Iterate()
}

// AttrNames lists the methods.
func (c *cyclerValue) AttrNames() []string { return []string{"by_key", "concat", "keys"} }

// Attr is a method: by_key() gives lists, {"color": [...]}, and concat(other) has the looks of both.
func (c *cyclerValue) Attr(name string) (starlark.Value, error) {
	switch name {
	case "by_key", "keys":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			d := starlark.NewDict(2)
			for k := range c.styles {
				for _, kv := range c.look(k).Items() {
					list, ok, _ := d.Get(kv[0])
					if !ok {
						list = starlark.NewList(nil)
					}
					if err := list.(*starlark.List).Append(kv[1]); err != nil {
						return nil, err
					}
					if err := d.SetKey(kv[0], list); err != nil {
						return nil, err
					}
				}
			}
			if name == "keys" {
				return starlark.NewList(d.Keys()), nil
			}
			return d, nil
		}), nil
	case "concat":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			other, ok := v.(*cyclerValue)
			if !ok {
				return nil, fmt.Errorf("concat: expected a cycler, got %s", article(v))
			}
			return &cyclerValue{slices.Concat(c.styles, other.styles)}, nil
		}), nil
	}
	return nil, noAttr("Cycler", name, c.AttrNames())
}
