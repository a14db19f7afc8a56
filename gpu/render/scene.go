package render

import (
	"math"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Scene is what to draw. It is plain data: the caller changes it between frames.
type Scene struct {
	Theme  *Theme // nil: Dark
	Panels []*Panel
	// Insets are kept free of panels, for bars that the caller draws in Overlay; in units of scale 1.
	Insets  Insets
	Overlay *Overlay
}

// Insets are distances from the window's edges.
type Insets struct{ Left, Top, Right, Bottom float64 }

// Panel is one view of some items that share axes.
type Panel struct {
	Title  string
	Items  []Item
	Camera *Camera // may be shared with other panels: they then move together
	Axes   Axes
	// Wide and Tall are the panel's weights when columns share the width and rows the height; 0: 1. MoveDivider sets them.
	Wide, Tall float64
}

// Axes of a panel. Empty labels take the items' own: x, y and the scale's.
type Axes struct {
	X, Y, Z Axis
	Hide    bool
}

// Axis is the name and the range of one axis. Min = Max = 0 takes the items' own range.
type Axis struct {
	Label, Unit string
	Min, Max    float64
}

// Item is a *Surface, a *Scatter, a *Graph or a chart: *Raster, *Traces, *Histogram, *Matrix, *PhaseCircle, *Curve or
// *Spectra. Charts share a panel with charts only.
type Item interface {
	name() string
	scale() *Scale
	// extent is the range of the data coordinates along x and y, and along z where it is not the scale's.
	extent() (x, y, z span)
	whole() bool // the coordinates are indices
}

type span struct{ lo, hi float64 }

// Surface draws Rows x Cols values, value (row, col) at index row*Cols + col, as heights over (x = col, y = row).
type Surface struct {
	Name       string
	Values     device.View // F32, F64, I32 or U32
	Rows, Cols int
	Scale      *Scale
	// Flat draws the colors without height.
	Flat bool
}

func (s *Surface) name() string  { return s.Name }
func (s *Surface) scale() *Scale { return s.Scale }
func (s *Surface) whole() bool   { return true }
func (s *Surface) extent() (x, y, z span) {
	return span{0, float64(max(1, s.Cols-1))}, span{0, float64(max(1, s.Rows-1))}, span{}
}

// Coord is where a scatter's points lie along one axis: Values within the limits of Scale, which names the axis, or, without a view, grid indices.
type Coord struct {
	Values device.View
	Scale  *Scale
}

// like reports that two axes have one unit, so that lengths along them compare.
func (c Coord) like(o Coord) bool {
	if !c.Values.Valid() || !o.Values.Valid() {
		return c.Values.Valid() == o.Values.Valid()
	}
	if c.Scale.Length || o.Scale.Length {
		return c.Scale.Length == o.Scale.Length
	}
	return c.Scale.Unit == o.Scale.Unit && c.Scale.perUnit() == o.Scale.perUnit()
}

// Scatter draws N points as shaded balls.
type Scatter struct {
	Name string
	N    int
	// Grid is the shape (layers, rows, columns) that gives the position along each axis whose Coord has no view.
	Grid    [3]int
	X, Y, Z Coord
	Color   device.View // colors the points by Scale; without it they have the theme's accent
	Scale   *Scale
	// Size scales the radius from a quarter (at SizeScale.Min) to all (at SizeScale.Max) of Radius.
	Size      device.View
	SizeScale *Scale
	// Radius in scene units, where the longer side of the axes box is 2; 0 chooses from the number of points.
	Radius float64
}

func (s *Scatter) name() string  { return s.Name }
func (s *Scatter) scale() *Scale { return s.Scale }
func (s *Scatter) whole() bool {
	return !s.X.Values.Valid() && !s.Y.Values.Valid()
}
func (s *Scatter) extent() (x, y, z span) {
	of := func(c Coord, n int) span {
		if c.Values.Valid() {
			return span{c.Scale.Min, c.Scale.Max}
		}
		return span{0, float64(max(1, n-1))}
	}
	x, y = of(s.X, s.Grid[2]), of(s.Y, s.Grid[1])
	if s.Z.Values.Valid() || s.Grid[0] > 1 {
		z = of(s.Z, s.Grid[0])
	}
	return x, y, z
}

// Place is where an element of a surface, or of a scatter on a grid, stands in scene units: for Camera.Focus and for marks.
// value is the element's value for a surface, and unused otherwise. Where a scatter has its coordinates from buffers, Put takes them instead.
func (p *Panel) Place(it Item, element int, value float64) (at Vec3, ok bool) {
	switch s := it.(type) {
	case *Surface:
		if s.Cols < 1 || element < 0 || element >= s.Rows*s.Cols {
			return at, false
		}
		at = p.Put(float64(element%s.Cols), float64(element/s.Cols), 0)
		at[2] = 0
		if !s.Flat && s.Scale != nil {
			at[2] = p.Bounds().Max[2] * max(0, min(1, s.Scale.Normal(value)))
		}
		return at, true
	case *Scatter:
		if s.X.Values.Valid() || s.Y.Values.Valid() || s.Z.Values.Valid() || element < 0 || element >= s.N {
			return at, false
		}
		return p.Put(s.OnGrid(element)), true
	}
	return at, false
}

// OnGrid is an element's place where no coordinate comes from a buffer.
func (s *Scatter) OnGrid(element int) (x, y, z float64) {
	cols, rows := max(1, s.Grid[2]), max(1, s.Grid[1])
	line := element / cols
	return float64(element % cols), float64(line % rows), float64(line / rows)
}

// Put is where coordinates lie in scene units.
func (p *Panel) Put(dx, dy, dz float64) Vec3 {
	b := p.Bounds()
	x, y, z := p.extent()
	in := func(axis int, s span, v float64) float64 {
		if s.hi <= s.lo {
			return b.Min[axis]
		}
		return b.Min[axis] + (v-s.lo)/(s.hi-s.lo)*(b.Max[axis]-b.Min[axis])
	}
	return Vec3{in(0, x, dx), in(1, y, dy), in(2, z, dz)}
}

// boxHeight is the height of the axes box where its longer side is 2.
const boxHeight = 0.95

// Bounds is the axes box in scene units: centred on the origin horizontally, the longest side 2. Where x and y have different units it is square.
func (p *Panel) Bounds() Box {
	x, y, z := p.extent()
	w, d := x.hi-x.lo, y.hi-y.lo
	m := max(w, d)
	if !(m > 0) || !p.likeSides() {
		w, d, m = 1, 1, 1
	}
	// A very long grid keeps some width, or it could not be seen.
	sx, sy := max(w/m, 0.12), max(d/m, 0.12)
	h := boxHeight
	if p.flat() {
		h = 0
	} else if z.hi > z.lo && p.sameUnits() {
		h = max(2*(z.hi-z.lo)/m, 0.12)
		if h > 2 {
			sx, sy, h = max(2*sx/h, 0.12), max(2*sy/h, 0.12), 2
		}
	}
	return Box{Vec3{-sx, -sy, 0}, Vec3{sx, sy, h}}
}

// ballRoom is the radius of balls, in scene units, for which the room around the axes box is enough.
const ballRoom = 0.1

// shown is what a camera has in view at first: the axes box, and what large balls of few elements take beside it.
func (p *Panel) shown() Box {
	b := p.Bounds()
	more := 0.0
	for _, it := range p.Items {
		if s, ok := it.(*Scatter); ok {
			more = max(more, s.radius(b)-ballRoom)
		}
	}
	out := Vec3{more, more, more}
	return Box{b.Min.Sub(out), b.Max.Add(out)}
}

// radius in scene units: as asked for, or so that balls on a filled grid nearly touch.
func (s *Scatter) radius(b Box) float64 {
	if s.Radius > 0 {
		return s.Radius
	}
	size := b.Max.Sub(b.Min)
	n := float64(max(1, s.N))
	if s.X.Values.Valid() { // points that go where they like meet each other and the borders: few are no larger than many
		n = math.Max(n, 100)
	}
	if s.Grid[0] > 1 || s.Z.Values.Valid() {
		return 0.36 * math.Cbrt(math.Max(size[0]*size[1]*math.Max(size[2], 0.1), 1e-9)/n)
	}
	return 0.42 * math.Sqrt(size[0]*size[1]/n)
}

// likeSides reports that lengths along x and y compare.
func (p *Panel) likeSides() bool {
	for _, it := range p.Items {
		if s, ok := it.(*Scatter); ok && !s.X.like(s.Y) {
			return false
		}
	}
	return true
}

// sameUnits reports that z counts the same things as x and y: layers of a grid, or lengths.
func (p *Panel) sameUnits() bool {
	for _, it := range p.Items {
		switch s := it.(type) {
		case *Scatter:
			if (s.Grid[0] > 1 || s.Z.Values.Valid()) && s.Z.like(s.X) && s.Z.like(s.Y) {
				return true
			}
		case *Graph:
			if s.Spatial {
				return true
			}
		}
	}
	return false
}

func (p *Panel) flat() bool {
	for _, it := range p.Items {
		switch s := it.(type) {
		case *Surface:
			if !s.Flat {
				return false
			}
		case *Scatter:
			if s.Z.Values.Valid() || s.Grid[0] > 1 {
				return false
			}
		case *Graph:
			if s.Spatial {
				return false
			}
		}
	}
	return true
}

// graphs reports that the panel shows graphs only: it has no axes, since a layout's coordinates mean nothing.
func (p *Panel) graphs() bool {
	for _, it := range p.Items {
		if _, ok := it.(*Graph); !ok {
			return false
		}
	}
	return len(p.Items) > 0
}

// planar reports that the panel is seen from above only.
func (p *Panel) planar() bool { return p.chart() != nil || (p.graphs() || p.plane()) && p.flat() }

// plane reports that the panel shows points in a plane of two variables only.
func (p *Panel) plane() bool {
	for _, it := range p.Items {
		if s, ok := it.(*Scatter); !ok || !s.X.Values.Valid() || !s.Y.Values.Valid() {
			return false
		}
	}
	return len(p.Items) > 0
}

// extent joins the items' coordinates with what the axes ask for.
func (p *Panel) extent() (x, y, z span) {
	join := func(a, b span) span {
		if a == (span{}) {
			return b
		}
		if b == (span{}) {
			return a
		}
		return span{min(a.lo, b.lo), max(a.hi, b.hi)}
	}
	for _, it := range p.Items {
		ix, iy, iz := it.extent()
		x, y, z = join(x, ix), join(y, iy), join(z, iz)
	}
	for a, s := range map[*Axis]*span{&p.Axes.X: &x, &p.Axes.Y: &y, &p.Axes.Z: &z} {
		if a.Min != a.Max {
			*s = span{a.Min, a.Max}
		}
	}
	return x, y, z
}

// scales are the scales of the panel's items, each once.
func (p *Panel) scales() []*Scale {
	var out []*Scale
	add := func(s *Scale) {
		if s != nil && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, it := range p.Items {
		add(it.scale())
		if g, ok := it.(*Graph); ok && !g.Edges.Hide && g.Edges.Weight.Valid() {
			add(g.Edges.Scale)
		}
	}
	return out
}

// Frame is the surroundings of one drawing.
type Frame struct {
	Width, Height int     // framebuffer pixels
	Scale         float64 // framebuffer pixels per unit of length: 1, or 2 on a dense display
	// Version changes whenever the data in the buffers may have.
	Version uint64
	// Fine draws at the finest level of detail that the pixels can show, as for a picture or a paused scene. Otherwise a
	// software rasteriser uses larger cells to hold its frame rate.
	Fine bool
	// Budget is about how long a software rasteriser may draw edges of graphs in one frame; those left over follow in the
	// next frames, for which Dirty asks. 0: all edges, always.
	Budget time.Duration
	// Follow brings the limits of scales to the data of each frame, for frames that are far apart in time; otherwise those of one in rangeEvery count.
	Follow bool
}
