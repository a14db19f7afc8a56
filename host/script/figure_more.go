package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// subplotGrid is subplot2grid((rows, columns), (row, column), rowspan=1, colspan=1).
func (f *figureValue) subplotGrid(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var shape, at starlark.Value
	rows, cols := 1, 1
	if err := unpack(name, args, kwargs, "shape", &shape, "loc", &at, "rowspan?", &rows, "colspan?", &cols); err != nil {
		return nil, err
	}
	pair := func(what string, v starlark.Value) (x, y int, err error) {
		idx, err := indices(name+": "+what, v)
		if err == nil && len(idx) != 2 {
			err = fmt.Errorf("%s: %s is a pair, as in subplot2grid((2, 3), (0, 1)), not %d numbers", name, what, len(idx))
		}
		if err != nil {
			return 0, 0, err
		}
		return int(idx[0]), int(idx[1]), nil
	}
	n, m, err := pair("the grid", shape)
	if err != nil {
		return nil, err
	}
	r, c, err := pair("the place", at)
	if err != nil {
		return nil, err
	}
	if r < 0 || c < 0 || rows < 1 || cols < 1 || r+rows > n || c+cols > m {
		return nil, fmt.Errorf("%s: %d x %d cells at row %d and column %d do not fit into a grid of %d x %d", name, rows, cols, r, c, n, m)
	}
	a, err := f.f.SubplotSpan(n, m, r*m+c+1, (r+rows-1)*m+c+cols)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &axesValue{f.in, a}, nil
}

// colorLimits is clim(vmin, vmax): the ends of the color scale of the last image.
func (f *figureValue) colorLimits(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	lo, hi, d, err := f.in.limitPair(name, args, kwargs, "vmin", "vmax")
	if err != nil {
		return nil, err
	}
	m := f.f.LastMesh()
	if m == nil {
		return nil, withHint(fmt.Errorf("%s: there is no image yet", name), "call imshow(...) or pcolormesh(...) before")
	}
	if d.Dimensionless() && (lo == 0 || math.IsNaN(lo)) && (hi == 0 || math.IsNaN(hi)) {
		d = m.Dim() // 0 is 0 in any unit
	}
	if err := m.SetLimits(lo, hi, d); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return starlark.None, nil
}

// spines is Axes.spines: the lines around it.
type spines struct{ a *axesValue }

var (
	_ starlark.Mapping  = spines{}
	_ starlark.HasAttrs = spines{}
)

func (spines) String() string        { return "spines" }
func (spines) Type() string          { return "spines" }
func (spines) Freeze()               {}
func (spines) Truth() starlark.Bool  { return true }
func (spines) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: spines") }

var sideNames = []string{figure.Left: "left", figure.Right: "right", figure.Bottom: "bottom", figure.Top: "top"}

// Get is one spine, or those of a list, or spines[:].
func (s spines) Get(key starlark.Value) (starlark.Value, bool, error) {
	names := []starlark.Value{key}
	switch list := key.(type) {
	case *starlark.List, starlark.Tuple:
		names = slices.Collect(starlark.Elements(list.(starlark.Iterable)))
	case sliceValue:
		names = nil
		for _, n := range sideNames {
			names = append(names, starlark.String(n))
		}
	}
	out := spine{a: s.a}
	for _, n := range names {
		k := slices.Index(sideNames, plainString(n))
		if k < 0 {
			return nil, false, fmt.Errorf(`spines are "left", "right", "top" and "bottom", not %v`, n)
		}
		out.sides = append(out.sides, k)
	}
	return out, true, nil
}

// AttrNames lists the sides, and what dictionaries have.
func (spines) AttrNames() []string {
	return []string{"bottom", "items", "keys", "left", "right", "top", "values"}
}

// Attr is one spine, or all of them.
func (s spines) Attr(name string) (starlark.Value, error) {
	if slices.Contains(sideNames, name) {
		v, _, err := s.Get(starlark.String(name))
		return v, err
	}
	if !slices.Contains(s.AttrNames(), name) {
		return nil, noAttr("spines", name, s.AttrNames())
	}
	return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		out := starlark.NewList(nil)
		for k, n := range sideNames {
			one := spine{s.a, []int{k}}
			v := map[string]starlark.Value{"keys": starlark.String(n), "values": one, "items": starlark.Tuple{starlark.String(n), one}}[name]
			if err := out.Append(v); err != nil {
				return nil, err
			}
		}
		return out, nil
	}), nil
}

// spine is one of the lines, or several.
type spine struct {
	a     *axesValue
	sides []int
}

var _ starlark.HasAttrs = spine{}

func (spine) String() string        { return "spine" }
func (spine) Type() string          { return "spine" }
func (spine) Freeze()               {}
func (spine) Truth() starlark.Bool  { return true }
func (spine) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: spine") }
func (spine) AttrNames() []string {
	return []string{"set_bounds", "set_color", "set_linewidth", "set_position", "set_visible"}
}

// Attr is one of the settings. A line is drawn or not; how it looks has no effect.
func (s spine) Attr(name string) (starlark.Value, error) {
	if !slices.Contains(s.AttrNames(), name) {
		return nil, noAttr("spine", name, s.AttrNames())
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 1 && (name == "set_visible" || name == "set_color") {
			hide := name == "set_visible" && !bool(args[0].Truth()) || name == "set_color" && strings.EqualFold(plainString(args[0]), "none")
			for _, k := range s.sides {
				s.a.a.HideSide(k, hide)
			}
		}
		return starlark.None, nil
	}), nil
}
