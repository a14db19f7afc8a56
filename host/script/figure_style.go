package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/figure"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// figureValues reads what is plotted: numbers or quantities, of any shape. The data are copied where they are kept, for the script may
// change its array later.
func (in *interp) figureValues(what string, v starlark.Value) (figure.Values, []int, error) {
	a, _, err := operand(what, v)
	if err != nil {
		return figure.Values{}, nil, err
	}
	data := a.data
	if in.keepFigures() {
		data = slices.Clone(data)
	}
	return figure.Of(data, a.dim), a.shape, nil
}

// figureScalar reads one number or quantity.
func (in *interp) figureScalar(what string, v starlark.Value) (figure.Values, error) {
	x, _, err := in.figureValues(what, v)
	if err == nil && len(x.V) != 1 {
		err = fmt.Errorf("%s: expected one value, got %d", what, len(x.V))
	}
	return x, err
}

// options are the keyword arguments of a plotting function.
type plotOptions struct {
	name  string
	given map[string]starlark.Value
}

// optionNames are Matplotlib's short names.
var optionNames = map[string]string{
	"c": "color", "ls": "linestyle", "lw": "linewidth", "ms": "markersize", "mfc": "markerfacecolor", "fc": "color", "facecolor": "color",
	"ec": "edgecolor", "mec": "edgecolor", "mew": "markeredgewidth", "aa": "antialiased", "fontsize": "size", "ha": "horizontalalignment",
	"va": "verticalalignment",
}

// styleOptions are those of every artist; ignored ones have no meaning here and are taken so that scripts port.
var (
	styleOptions   = []string{"color", "linestyle", "linewidth", "marker", "markersize", "markerfacecolor", "alpha", "label", "zorder", "drawstyle"}
	ignoredOptions = []string{"edgecolor", "markeredgewidth", "antialiased", "rasterized", "clip_on", "solid_capstyle", "shading", "interpolation"}
)

func readOptions(name string, kwargs []starlark.Tuple, more ...string) (*plotOptions, error) {
	o := &plotOptions{name: name, given: map[string]starlark.Value{}}
	known := append(append([]string(nil), styleOptions...), more...)
	for _, kv := range kwargs {
		k := string(kv[0].(starlark.String))
		if long, ok := optionNames[k]; ok && !slices.Contains(more, k) {
			k = long
		}
		if slices.Contains(known, k) {
			o.given[k] = kv[1]
		} else if !slices.Contains(ignoredOptions, k) {
			sort.Strings(known)
			return nil, withHint(fmt.Errorf("%s has no argument %s=", name, k), cmp.Or(diag.DidYouMean(k, known), "it has "+strings.Join(known, ", ")))
		}
	}
	return o, nil
}

func (o *plotOptions) get(name string) (starlark.Value, bool) {
	v, ok := o.given[name]
	return v, ok && v != starlark.None
}

func (o *plotOptions) number(name string, to *float64) error {
	v, ok := o.get(name)
	if !ok {
		return nil
	}
	q, ok := asQuantity(v)
	if !ok || !q.Dim.Dimensionless() || math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
		return fmt.Errorf("%s: %s= is a number, not %s", o.name, name, article(v))
	}
	*to = q.Value
	return nil
}

func (o *plotOptions) text(name string, to *string) error {
	v, ok := o.get(name)
	if !ok {
		return nil
	}
	s, ok := v.(starlark.String)
	if !ok {
		return fmt.Errorf("%s: %s= is a text, not %s", o.name, name, article(v))
	}
	*to = string(s)
	return nil
}

func (o *plotOptions) flag(name string, to *bool) {
	if v, ok := o.get(name); ok {
		*to = bool(v.Truth())
	}
}

func (o *plotOptions) color(name string) (*figure.Color, error) {
	v, ok := o.get(name)
	if !ok {
		return nil, nil
	}
	c, err := colorOf(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", o.name, name, err)
	}
	return c, nil
}

// colorOf reads a color: a text, a grey level, or three or four parts from 0 to 1.
func colorOf(v starlark.Value) (*figure.Color, error) {
	if s, ok := v.(starlark.String); ok {
		if s == "none" || s == "None" {
			return &figure.Color{}, nil
		}
		c, err := figure.ParseColor(string(s))
		return &c, err
	}
	a, err := toArray(v)
	if err != nil || len(a.data) != 1 && len(a.data) != 3 && len(a.data) != 4 {
		return nil, fmt.Errorf("a color is a text such as \"k\", \"lightgray\" or \"#ff8800\", or three parts from 0 to 1; got %s", article(v))
	}
	p := [4]uint8{3: 255}
	for i, x := range a.data {
		if !(x >= 0 && x <= 1) {
			return nil, fmt.Errorf("parts of colors are 0 to 1, not %g", x)
		}
		p[i] = uint8(x*255 + 0.5)
	}
	if len(a.data) == 1 {
		p[1], p[2] = p[0], p[0]
	}
	return &figure.Color{R: p[0], G: p[1], B: p[2], A: p[3]}, nil
}

// style reads how an artist looks; what a format string says is the start.
func (o *plotOptions) style(s figure.Style) (figure.Style, error) {
	if c, err := o.color("color"); err != nil {
		return s, err
	} else if c != nil {
		s.Color = c
	}
	c, err := o.color("markerfacecolor")
	if err != nil {
		return s, err
	}
	if c != nil {
		s.Face = c
	}
	for name, to := range map[string]*float64{"linewidth": &s.Width, "markersize": &s.MarkerSize, "alpha": &s.Alpha} {
		if err := o.number(name, to); err != nil {
			return s, err
		}
		if _, ok := o.get(name); ok && !(*to > 0 && *to <= 1000) || name == "alpha" && *to > 1 {
			return s, fmt.Errorf("%s: %s is %g; it must be positive%s", o.name, name, *to, map[bool]string{true: " and at most 1"}[name == "alpha"])
		}
	}
	if _, ok := o.get("zorder"); ok {
		z := 0.0
		if err := o.number("zorder", &z); err != nil {
			return s, err
		}
		s.Z = &z
	}
	marker, line, draw := s.Marker, "", ""
	texts := map[string]*string{"marker": &marker, "linestyle": &line, "label": &s.Label, "drawstyle": &draw}
	own, isOwn := o.given["linestyle"].(starlark.Tuple)
	if isOwn {
		delete(texts, "linestyle")
		if s.Line, err = dashesOf(own); err != nil {
			return s, fmt.Errorf("%s: linestyle: %w", o.name, err)
		}
	}
	for name, to := range texts {
		if err := o.text(name, to); err != nil {
			return s, err
		}
	}
	if _, ok := o.get("linestyle"); ok && !isOwn {
		if s.Line, err = figure.ParseLineStyle(line); err != nil {
			return s, fmt.Errorf("%s: %w", o.name, err)
		}
	}
	if _, ok := o.get("marker"); ok && s.Line == "" {
		s.Line = figure.Solid // as in Matplotlib, where only a format without a line takes it away
	}
	s.Steps = strings.HasPrefix(draw, "steps")
	if marker == "None" || marker == "none" || marker == " " {
		marker = ""
	}
	s.Marker = marker
	if err := figure.CheckMarker(marker); err != nil {
		return s, fmt.Errorf("%s: %w", o.name, err)
	}
	return s, nil
}

// dashesOf reads (offset, (stroke, gap, ...)).
func dashesOf(t starlark.Tuple) (figure.LineStyle, error) {
	if len(t) != 2 {
		return "", fmt.Errorf("a line style is a text or (0, (stroke, gap, ...)), not %v", t)
	}
	if t[1] == starlark.None {
		return figure.Solid, nil
	}
	a, err := toArray(t[1])
	if err != nil {
		return "", fmt.Errorf("a line style is a text or (0, (stroke, gap, ...)), not %v", t)
	}
	return figure.Dashes(a.data)
}

// limitPair reads limits: two values, a pair, or one with None for the other; left=, right= and the like by name.
func (in *interp) limitPair(name string, args starlark.Tuple, kwargs []starlark.Tuple, first, second string) (lo, hi float64, d units.Dim, err error) {
	var a, b starlark.Value
	if err = unpack(name, args, kwargs, first+"?", &a, second+"?", &b); err != nil {
		return 0, 0, d, err
	}
	if s, ok := a.(starlark.Indexable); ok && b == nil && s.Len() == 2 {
		a, b = s.Index(0), s.Index(1)
	}
	lo, hi = math.NaN(), math.NaN()
	known := false
	for _, x := range []struct {
		v  starlark.Value
		to *float64
	}{{a, &lo}, {b, &hi}} {
		if !isGiven(x.v) {
			continue
		}
		q, ok := asQuantity(x.v)
		if !ok {
			return 0, 0, d, fmt.Errorf("%s: expected two numbers, got %s", name, article(x.v))
		}
		if q.Value != 0 || !q.Dim.Dimensionless() {
			if known && d != q.Dim {
				return 0, 0, d, fmt.Errorf("%s: the limits have different units: %s and %s", name, describeDim(d), describeDim(q.Dim))
			}
			d, known = q.Dim, true
		}
		*x.to = q.Value
	}
	return lo, hi, d, nil
}
