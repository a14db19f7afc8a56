package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// meshValue is what imshow and pcolormesh return, for colorbar.
type meshValue struct {
	m *figure.Mesh
	a *figure.Axes
}

func (m *meshValue) String() string        { return "map" }
func (m *meshValue) Type() string          { return "map" }
func (m *meshValue) Freeze()               {}
func (m *meshValue) Truth() starlark.Bool  { return true }
func (m *meshValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: map") }

func (in *interp) meshOptions(o *plotOptions, v figure.Values) (figure.MeshOptions, error) {
	m := figure.MeshOptions{}
	if c, ok := o.given["cmap"].(*colormapValue); ok {
		o.given["cmap"] = starlark.String(c.name)
	}
	err := o.text("cmap", &m.Map)
	if err == nil && m.Map != "" {
		m.Map, err = in.colormapName(m.Map)
	}
	if err != nil {
		return m, err
	}
	if err := o.number("alpha", &m.Alpha); err != nil {
		return m, err
	}
	for name, to := range map[string]**float64{"vmin": &m.Min, "vmax": &m.Max} {
		x, ok := o.get(name)
		if !ok {
			continue
		}
		q, err := in.figureScalar(o.name+": "+name, x)
		if err != nil {
			return m, err
		}
		if q.Dim != v.Dim && q.V[0] != 0 {
			return m, fmt.Errorf("%s: %s is %s, the values are %s", o.name, name, describeDim(q.Dim), describeDim(v.Dim))
		}
		*to = &q.V[0]
	}
	norm := ""
	if err := o.text("norm", &norm); err != nil {
		return m, err
	}
	if m.Log = norm == "log"; norm != "" && norm != "log" && norm != "linear" {
		return m, fmt.Errorf("%s: norm is \"linear\" or \"log\"", o.name)
	}
	if z, ok := o.get("zorder"); ok {
		q, _ := asQuantity(z)
		m.Z = &q.Value
	}
	return m, nil
}

// imshow is imshow(array, origin="upper", extent=(left, right, bottom, top), aspect="equal", cmap=, vmin=, vmax=, norm=); the array is
// [rows, columns] or [rows, columns, 3 or 4] of colors from 0 to 1.
func (a *axesValue) imshow(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "cmap", "vmin", "vmax", "norm", "origin", "extent", "aspect")
	if err != nil {
		return nil, err
	}
	if len(args) != 1 {
		return nil, fmt.Errorf("imshow: expected one array")
	}
	v, shape, err := a.in.figureValues(name, args[0])
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 && !(len(shape) == 3 && (shape[2] == 3 || shape[2] == 4)) || shape[0] == 0 || shape[1] == 0 {
		return nil, withHint(fmt.Errorf("imshow: an array of shape %s is no picture", shapeString(shape)), "reshape it to [rows, columns]")
	}
	rows, cols := shape[0], shape[1]
	m, err := a.in.meshOptions(o, v)
	if err != nil {
		return nil, err
	}
	origin := "upper"
	if err := o.text("origin", &origin); err != nil {
		return nil, err
	}
	if origin != "upper" && origin != "lower" {
		return nil, fmt.Errorf("imshow: origin is \"upper\" or \"lower\", not %q", origin)
	}
	ratio := 1.0
	if v, ok := o.get("aspect"); ok {
		if ratio, err = aspectOf(v); err != nil {
			return nil, err
		}
	}
	box := figure.Numbers(-0.5, float64(cols)-0.5, -0.5, float64(rows)-0.5)
	given := false
	if e, ok := o.get("extent"); ok {
		if box, _, err = a.in.figureValues("imshow: extent", e); err != nil {
			return nil, err
		}
		if given = true; len(box.V) != 4 {
			return nil, fmt.Errorf("imshow: extent is (left, right, bottom, top)")
		}
	}
	x, y := figure.Of(between(box.V[0], box.V[1], cols), box.Dim), figure.Of(between(box.V[2], box.V[3], rows), box.Dim)
	if given && origin == "upper" { // the first row lies at the top
		y = figure.Of(between(box.V[3], box.V[2], rows), box.Dim)
	} else if origin == "upper" {
		if err := a.a.SetLimits("y", box.V[3], box.V[2], box.Dim); err != nil {
			return nil, err
		}
	}
	var mesh *figure.Mesh
	if len(shape) == 3 {
		mesh, err = a.a.Picture(x, y, rgba(v.V, shape[2]), m)
	} else {
		mesh, err = a.a.Mesh(x, y, v, m)
	}
	if err != nil {
		return nil, fmt.Errorf("imshow: %w", err)
	}
	a.a.SetAspect(ratio)
	if !given { // places are indices
		a.a.SetWholeTicks("x")
		a.a.SetWholeTicks("y")
	}
	return &meshValue{mesh, a.a}, nil
}

func rgba(v []float64, channels int) []float64 {
	if channels == 4 {
		return v
	}
	out := make([]float64, 0, len(v)/3*4)
	for k := 0; k < len(v); k += 3 {
		out = append(out, v[k], v[k+1], v[k+2], 1)
	}
	return out
}

func between(lo, hi float64, n int) []float64 {
	e := make([]float64, n+1)
	for k := range e {
		e[k] = lo + (hi-lo)*float64(k)/float64(n)
	}
	return e
}

// pcolormesh is pcolormesh(values) or pcolormesh(x, y, values) with edges or centers of cells.
func (a *axesValue) pcolormesh(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, err := readOptions(name, kwargs, "cmap", "vmin", "vmax", "norm")
	if err != nil {
		return nil, err
	}
	if len(args) != 1 && len(args) != 3 {
		return nil, fmt.Errorf("pcolormesh: expected pcolormesh(values) or pcolormesh(x, y, values)")
	}
	v, shape, err := a.in.figureValues(name, args[len(args)-1])
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 || shape[0] == 0 || shape[1] == 0 {
		return nil, withHint(fmt.Errorf("pcolormesh: an array of shape %s is no map", shapeString(shape)), "reshape it to [rows, columns]")
	}
	m, err := a.in.meshOptions(o, v)
	if err != nil {
		return nil, err
	}
	edges := [2]figure.Values{figure.Numbers(between(0, float64(shape[1]), shape[1])...), figure.Numbers(between(0, float64(shape[0]), shape[0])...)}
	if len(args) == 3 {
		for k := range edges {
			e, s, err := a.in.figureValues(name, args[k])
			if err != nil {
				return nil, err
			}
			n := shape[1-k]
			switch {
			case len(s) == 1 && len(e.V) == n:
				e.V = figure.Centers(e.V)
			case len(s) != 1 || len(e.V) != n+1:
				return nil, fmt.Errorf("pcolormesh: %s has the shape %s for %d cells: expected %d edges or %d centers", [2]string{"x", "y"}[k], shapeString(s), n, n+1, n)
			}
			edges[k] = e
		}
	}
	mesh, err := a.a.Mesh(edges[0], edges[1], v, m)
	if err != nil {
		return nil, fmt.Errorf("pcolormesh: %w", err)
	}
	return &meshValue{mesh, a.a}, nil
}

// colorbar is colorbar(map=None, cax=None, ax=None, label=""): by default of the map drawn last, beside it.
func (f *figureValue) colorbar(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var mv, cax, ax, ignored starlark.Value
	label := ""
	if err := unpack(name, args, kwargs, "mappable?", &mv, "cax?", &cax, "ax?", &ax, "label?", &label, "shrink?", &ignored, "fraction?", &ignored, "pad?", &ignored); err != nil {
		return nil, err
	}
	var m *figure.Mesh
	a := f.f.Current()
	switch v := mv.(type) {
	case *meshValue:
		m, a = v.m, v.a
	case *artistValue:
		if v.mesh == nil {
			return nil, withHint(fmt.Errorf("colorbar: there are no colors by values"), "scatter(x, y, c=values)")
		}
		m, a = v.mesh.m, v.mesh.a
	case nil, starlark.NoneType:
		if m = a.LastMesh(); m == nil {
			m = f.f.LastMesh()
		}
	default:
		return nil, fmt.Errorf("colorbar: expected what imshow or pcolormesh returned, got %s", article(mv))
	}
	if m == nil {
		return nil, withHint(fmt.Errorf("colorbar: there is no map yet"), "draw one with imshow or pcolormesh first")
	}
	if x, ok := ax.(*axesValue); ok {
		a = x.a
	}
	var beside *figure.Axes
	if x, ok := cax.(*axesValue); ok {
		beside = x.a
	}
	return starlark.None, a.Colorbar(m, label, beside)
}
