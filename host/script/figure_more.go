package script

import (
	"fmt"
	"math"
	"slices"

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

// spines is Axes.spines: figures here always have their frame, and its settings are read and left.
type spines struct{}

var _ starlark.Mapping = spines{}

func (spines) String() string        { return "spines" }
func (spines) Type() string          { return "spines" }
func (spines) Freeze()               {}
func (spines) Truth() starlark.Bool  { return true }
func (spines) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: spines") }

// Get is one spine, or those of a list.
func (spines) Get(key starlark.Value) (starlark.Value, bool, error) {
	names := []starlark.Value{key}
	if list, ok := key.(*starlark.List); ok {
		names = nil
		for e := range list.Elements() {
			names = append(names, e)
		}
	}
	for _, n := range names {
		switch n {
		case starlark.String("left"), starlark.String("right"), starlark.String("top"), starlark.String("bottom"):
		default:
			return nil, false, fmt.Errorf(`spines are "left", "right", "top" and "bottom", not %v`, n)
		}
	}
	return spine{}, true, nil
}

type spine struct{}

var _ starlark.HasAttrs = spine{}

func (spine) String() string        { return "spine" }
func (spine) Type() string          { return "spine" }
func (spine) Freeze()               {}
func (spine) Truth() starlark.Bool  { return true }
func (spine) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: spine") }
func (spine) AttrNames() []string {
	return []string{"set_bounds", "set_color", "set_linewidth", "set_position", "set_visible"}
}

// Attr is one of the settings.
func (s spine) Attr(name string) (starlark.Value, error) {
	if slices.Contains(s.AttrNames(), name) {
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, nil
		}), nil
	}
	return nil, noAttr("spine", name, s.AttrNames())
}
