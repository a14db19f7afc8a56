package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// panelValue is a panel that view(...) shows.
type panelValue struct{ view *net.View }

func (p *panelValue) String() string {
	if p.view.Kind == net.Slider {
		return "slider of " + p.view.Var
	}
	return "panel of " + p.view.Group.Name
}
func (p *panelValue) Type() string          { return "panel" }
func (p *panelValue) Freeze()               {}
func (p *panelValue) Truth() starlark.Bool  { return true }
func (p *panelValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: panel") }

var colormaps = []string{"viridis", "twilight", "vik"}

// view(panel, ...) says what the window shows, in order.
func (in *interp) view(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 || len(args) == 0 {
		return nil, withHint(fmt.Errorf("view: expected panels"), "for example view(surface(pop, \"r\"), scatter(pop, color=\"r\"))")
	}
	for _, a := range args {
		p, ok := a.(*panelValue)
		if !ok {
			return nil, withHint(fmt.Errorf("view: expected a panel, got %s", article(a)),
				"panels are made by surface, scatter, graph, raster, traces, histogram, adjacency, phase_circle, spectrum and isi")
		}
		in.net.Views = append(in.net.Views, p.view)
	}
	return starlark.None, nil
}

// panel makes surface(pop, var, ...) or scatter(pop, color=, size=, x=, y=, z=, ...).
func (in *interp) panel(kind net.ViewKind) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v := &net.View{Kind: kind, Place: in.placeOf(t)}
		var group starlark.Value
		first := "variable?"
		if kind == net.Scatter {
			first = "color?"
		}
		var lo, hi starlark.Value = starlark.None, starlark.None
		pairs := []any{"group", &group, first, &v.Var, "title?", &v.Title, "unit?", &v.Unit, "min?", &lo, "max?", &hi, "colormap?", &v.Colormap}
		if kind == net.Scatter {
			pairs = append(pairs, "size?", &v.Size, "x?", &v.X, "y?", &v.Y, "z?", &v.Z)
		}
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
			return nil, err
		}
		p, err := in.findGroup(b.Name(), group)
		if err != nil {
			return nil, err
		}
		v.Group = p.group
		for _, name := range []string{v.Var, v.Size, v.X, v.Y, v.Z} {
			if name == "" {
				continue
			}
			if _, ok := p.vars[name]; !ok {
				return nil, noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), name, p.names)
			}
		}
		if v.Var == "" && len(p.names) > 0 {
			v.Var = defaultVariable(p)
		}
		if kind == net.Surface && (p.group.Grid == nil || p.group.Grid.Rows < 2 || p.group.Grid.Cols < 2) {
			return nil, withHint(fmt.Errorf("surface: %q is not laid out on a grid", p.group.Name), "give the Population a geometry such as (20, 20), or use scatter(...)")
		}
		return in.finishPanel(b.Name(), v, p, lo, hi)
	}
}

// finishPanel checks colormap and limits, which all panels of a variable have.
func (in *interp) finishPanel(name string, v *net.View, p *population, lo, hi starlark.Value) (starlark.Value, error) {
	return in.finish(name, v, p.group.Name, p.vars[v.Var].dim, lo, hi)
}

// finish is finishPanel for a variable of anything.
func (in *interp) finish(name string, v *net.View, owner string, dim units.Dim, lo, hi starlark.Value) (starlark.Value, error) {
	if v.Colormap != "" {
		known := false
		for _, c := range colormaps {
			known = known || c == v.Colormap
		}
		if !known {
			return nil, withHint(fmt.Errorf("%s: there is no colormap %q", name, v.Colormap), "viridis for amounts, vik for signed values, twilight for phases"+suffix(diag.DidYouMean(v.Colormap, colormaps)))
		}
	}
	for _, bound := range []struct {
		v starlark.Value
		p *float64
	}{{lo, &v.Min}, {hi, &v.Max}} {
		if bound.v == starlark.None {
			continue
		}
		q, ok := asQuantity(bound.v)
		if !ok || q.Dim != dim {
			return nil, fmt.Errorf("%s: min and max must have the unit of %s.%s (%s), got %v", name, owner, v.Var, describeDim(dim), bound.v)
		}
		*bound.p = q.Value
	}
	if (lo == starlark.None) != (hi == starlark.None) {
		return nil, fmt.Errorf("%s: give both min and max, or neither", name)
	}
	if lo != starlark.None && !(v.Min < v.Max) {
		return nil, fmt.Errorf("%s: min must be below max", name)
	}
	return &panelValue{v}, nil
}

func suffix(s string) string {
	if s == "" {
		return ""
	}
	return "; " + s
}

// defaultVariable is the variable shown when none is named: r or v if there is one, else the first.
func defaultVariable(p *population) string {
	for _, n := range []string{"r", "v"} {
		if _, ok := p.vars[n]; ok {
			return n
		}
	}
	return p.names[0]
}
