package figure

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
)

// Axes is one coordinate system of a figure with what is drawn in it.
type Axes struct {
	fig      *Figure
	at       cell
	ratios   *ratios
	x, y     axis
	title    string
	aspect   float64 // length of a unit of y in units of x; 0: any
	artists  []artist
	colors   int
	off      bool
	legend   *legend
	bar      *Axes // its colorbar, outside the grid
	twin     bool  // drawn over another one, with its own y on the right
	lastMesh *Mesh
	hidden   [4]bool // sides without a line, by Left, Right, Bottom, Top
	polar    bool
	face     *Color  // behind everything; nil: nothing
	frac     rect    // place in fractions of the page, or of the Axes that it is an inset of
	insets   []*Axes // drawn over this one
	size     float64 // of the title in points; 0: titleSize
}

func (f *Figure) newAxes(at cell) *Axes {
	a := &Axes{fig: f, at: at, hidden: f.hidden}
	nan := math.NaN()
	a.x = axis{of: a, name: "x", lo: nan, hi: nan}
	a.y = axis{of: a, name: "y", lo: nan, hi: nan}
	return a
}

// TwinX makes an Axes at the same place, with the same x, whose y stands on the right; it becomes the current one.
func (a *Axes) TwinX() *Axes {
	t := a.fig.newAxes(a.at)
	t.ratios, t.twin, t.aspect, t.y.far = a.ratios, true, a.aspect, true
	if a.x.group == nil {
		a.x.group = []*axis{&a.x}
	}
	group := append(a.x.group, &t.x)
	for _, x := range group {
		x.group = group
	}
	a.fig.axes = append(a.fig.axes, t)
	a.fig.current = t
	return t
}

// Figure is the one that a belongs to.
func (a *Axes) Figure() *Figure { return a.fig }

func (a *Axes) add(x artist) {
	if !a.fig.dry {
		a.artists = append(a.artists, x)
	}
}

func (a *Axes) nextColor() Color {
	c := cycle[a.colors%len(cycle)]
	if n := len(a.fig.cycle); n > 0 {
		c = cycle[0]
		if s := a.fig.cycle[a.colors%n]; s.Color != nil {
			c = *s.Color
		}
	}
	a.colors++
	return c
}

// NextColor is the color that the next artist without one would have; it counts as used.
func (a *Axes) NextColor() Color { return a.nextColor() }

func (a *Axes) accept(x, y Values) error {
	if err := a.x.accept(x); err != nil {
		return err
	}
	return a.y.accept(y)
}

// Plot draws y over x as a line, markers, or both. Values that are not numbers leave gaps.
func (a *Axes) Plot(x, y Values, s Style) error {
	_, err := a.Line(x, y, s)
	return err
}

// Line is Plot; it gives the line, to be changed.
func (a *Axes) Line(x, y Values, s Style) (*Line, error) {
	if err := sameLength("plot", x, y); err != nil {
		return nil, err
	}
	if err := CheckMarker(s.Marker); err != nil {
		return nil, err
	}
	if err := a.accept(x, y); err != nil {
		return nil, err
	}
	if s.Marker != "" && s.Line == "" {
		s.Line = NoLine
	}
	l := &Line{x: x.V, y: y.V, s: s.finish(a)}
	a.add(l)
	return l, nil
}

// VLine and HLine draw a line across the Axes.
func (a *Axes) VLine(x Values, s Style) error { return a.rule(0, x, s, false) }

// HLine draws a line across the Axes at y.
func (a *Axes) HLine(y Values, s Style) error { return a.rule(1, y, s, false) }

// VSpan fills the band between two x.
func (a *Axes) VSpan(x Values, s Style) error { return a.rule(0, x, s, true) }

// HSpan fills the band between two y.
func (a *Axes) HSpan(y Values, s Style) error { return a.rule(1, y, s, true) }

func (a *Axes) rule(dir int, v Values, s Style, band bool) error {
	ax := &a.x
	if dir == 1 {
		ax = &a.y
	}
	if err := ax.accept(v); err != nil {
		return err
	}
	if s.Color == nil && !band { // a reference line does not take a color of the cycle
		c := rgb(0x0072b2)
		s.Color = &c
	}
	r := &ruler{dir: dir, lo: v.V[0], hi: v.V[len(v.V)-1], band: band, s: s.finish(a)}
	a.add(r)
	return nil
}

// FillBetween fills the room between two curves; one value of y2 stands for all.
func (a *Axes) FillBetween(x, y1, y2 Values, s Style) error {
	for _, y := range []*Values{&y1, &y2} {
		if len(y.V) == 1 && len(x.V) != 1 {
			v := make([]float64, len(x.V))
			for i := range v {
				v[i] = y.V[0]
			}
			y.V = v
		}
		if err := sameLength("fill_between", x, *y); err != nil {
			return err
		}
		if err := a.accept(x, *y); err != nil {
			return err
		}
	}
	a.add(&area{x.V, y1.V, y2.V, s.finish(a)})
	return nil
}

// SetTitle sets the text above the Axes.
func (a *Axes) SetTitle(s string) { a.title = s }

func (a *Axes) axis(name string) *axis {
	if name == "y" {
		return &a.y
	}
	return &a.x
}

// SetLabel labels the axis "x" or "y". A unit in brackets at its end, as in "v (mV)", is the one that quantities are shown in.
func (a *Axes) SetLabel(axis, s string) { a.axis(axis).label = s }

// SetLimits sets the ends of an axis and of those that share them; NaN leaves an end to the data. The first may be the larger one.
func (a *Axes) SetLimits(axis string, lo, hi float64, d units.Dim) error {
	var set []float64
	for _, v := range []float64{lo, hi} {
		if !math.IsNaN(v) {
			set = append(set, v)
		}
	}
	ax := a.axis(axis)
	if err := ax.accept(Values{V: set, Dim: d}); err != nil {
		return fmt.Errorf("%slim: %w", axis, err)
	}
	return ax.setLimits(lo, hi)
}

// Limits are the ends of an axis as it would be drawn, in SI units.
func (a *Axes) Limits(axis string) (lo, hi float64, d units.Dim) {
	ax := a.axis(axis)
	lo, hi = ax.limits()
	return lo, hi, ax.dimension()
}

// SetScale makes an axis "linear" or "log".
func (a *Axes) SetScale(axis, scale string) error {
	if scale != "log" && scale != "linear" {
		return fmt.Errorf("%sscale: %q; it is \"linear\" or \"log\"", axis, scale)
	}
	for _, m := range a.axis(axis).members() {
		m.log = scale == "log"
	}
	return nil
}

// SetTicks sets the places of ticks, in SI units, and their names; nil names are numbers, no places are no ticks.
func (a *Axes) SetTicks(axis string, at Values, names []string) error {
	if names != nil && len(names) != len(at.V) {
		return fmt.Errorf("%sticks: %d labels for %d ticks", axis, len(names), len(at.V))
	}
	ax := a.axis(axis)
	if err := ax.accept(at); err != nil {
		return err
	}
	for _, m := range ax.members() { // which have their ticks together, as in Matplotlib
		m.ticks, m.names, m.fixed = at.V, names, true
	}
	return nil
}

// SetTickCount bounds the number of intervals between ticks.
func (a *Axes) SetTickCount(axis string, n int) error {
	if n < 1 || n > 100 {
		return fmt.Errorf("nbins is %d; it is 1 to 100", n)
	}
	for _, m := range a.axis(axis).members() {
		m.bins = n
	}
	return nil
}

// SetWholeTicks keeps ticks at whole numbers, as for indices.
func (a *Axes) SetWholeTicks(axis string) { a.axis(axis).integers = true }

// SetAspect makes a unit of y as long as ratio units of x; 0 fills the place.
func (a *Axes) SetAspect(ratio float64) { a.aspect = ratio }

// SetGrid shows lines at the ticks of "x", "y" or "both".
func (a *Axes) SetGrid(axis string, on bool) {
	if axis != "y" {
		a.x.grid = on
	}
	if axis != "x" {
		a.y.grid = on
	}
}

// Invert turns an axis round.
func (a *Axes) Invert(axis string) { a.axis(axis).inverted = !a.axis(axis).inverted }

// SetFrame shows or hides spines, ticks and labels.
func (a *Axes) SetFrame(on bool) { a.off = !on }

// LastMesh is the map drawn last, nil without one.
func (a *Axes) LastMesh() *Mesh { return a.lastMesh }

// LastMesh is the map drawn last in any Axes, nil without one.
func (f *Figure) LastMesh() *Mesh { return f.lastMesh }

// Colorbar draws the color scale of a map beside a, or in cax if that is not nil.
func (a *Axes) Colorbar(m *Mesh, label string, cax *Axes) error {
	if cax == nil {
		cax = a.fig.newAxes(cell{})
		a.bar = cax
	}
	const n = 256
	edges, mid := make([]float64, n+1), make([]float64, n)
	at := func(f float64) float64 {
		if m.log {
			return m.lo * math.Pow(m.hi/m.lo, f)
		}
		return m.lo + (m.hi-m.lo)*f
	}
	for k := range edges {
		edges[k] = at(float64(k) / n)
	}
	edges[n] = m.hi
	for k := range mid {
		mid[k] = at((float64(k) + 0.5) / n)
	}
	last, lastOf := a.fig.lastMesh, cax.lastMesh
	_, err := cax.Mesh(Numbers(0, 1), Of(edges, m.dim), Of(mid, m.dim), MeshOptions{Min: &m.lo, Max: &m.hi, Map: m.cmap, Log: m.log, Alpha: m.alpha})
	if err != nil {
		return err
	}
	a.fig.lastMesh, cax.lastMesh = last, lastOf
	cax.y.far, cax.y.log = true, m.log
	if label != "" {
		cax.y.label = label
	}
	cax.aspect, cax.hidden = 0, [4]bool{}
	return cax.SetTicks("x", Values{}, nil)
}
