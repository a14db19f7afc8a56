package figure

import (
	"fmt"
	"image"
	"math"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/colormap"
	"github.com/galvani-sim/galvani/host/units"
)

// Mesh is a field of colored cells: an image or a map.
type Mesh struct {
	x, y   []float64 // edges of columns and rows
	v      []float64 // [rows, columns]; NaN is transparent
	rgba   []float64 // colors instead of values, [rows, columns, 4]
	dim    units.Dim
	lo, hi float64
	cmap   string
	alpha  float64
	order  *float64
	log    bool
}

// MeshOptions say how values become colors.
type MeshOptions struct {
	Min, Max *float64 // ends of the color scale in SI units; nil: from the values
	Map      string   // viridis, twilight, vik, gray, or one with _r for its reverse; "": viridis
	Alpha    float64  // 0: 1
	Log      bool     // a logarithmic color scale
	Equal    bool     // one unit of x is as long as one of y
	Z        *float64
}

// SetLimits sets the ends of the color scale, in SI units of the dimension that the values have; NaN leaves one as it is.
func (m *Mesh) SetLimits(lo, hi float64, d units.Dim) error {
	if d != m.dim {
		return fmt.Errorf("the values are in %s, the limits in %s", dimName(m.dim), dimName(d))
	}
	if math.IsNaN(lo) {
		lo = m.lo
	}
	if math.IsNaN(hi) {
		hi = m.hi
	}
	if !(lo < hi) || m.log && lo <= 0 {
		return fmt.Errorf("the color scale cannot run from %g to %g", lo, hi)
	}
	m.lo, m.hi = lo, hi
	return nil
}

// Dim is the dimension of the values.
func (m *Mesh) Dim() units.Dim { return m.dim }

// Range is the ends of the color scale, in SI units.
func (m *Mesh) Range() (lo, hi float64) { return m.lo, m.hi }

// colorOf is a color table by name.
func colorOf(name string) (func(float64) [3]float32, error) {
	base, reversed := strings.CutSuffix(name, "_r")
	var f func(float64) [3]float32
	switch base {
	case "", "viridis":
		f = colormap.Viridis().At
	case "twilight":
		f = colormap.Twilight().At
	case "vik":
		f = colormap.Vik().At
	case "gray", "grey", "Greys":
		down := base == "Greys"
		f = func(v float64) [3]float32 {
			g := float32(min(max(v, 0), 1))
			if down {
				g = 1 - g
			}
			return [3]float32{g, g, g}
		}
	default:
		return nil, fmt.Errorf("there is no colormap %q; there are viridis, twilight, vik and gray, each also with _r for its reverse", name)
	}
	if reversed {
		g := f
		f = func(v float64) [3]float32 { return g(1 - v) }
	}
	return f, nil
}

// MapColor is the color of a value from 0 to 1 on a colormap, as parts from 0 to 1.
func MapColor(name string, v float64) ([3]float32, error) {
	f, err := colorOf(name)
	if err != nil {
		return [3]float32{}, err
	}
	return f(min(max(v, 0), 1)), nil
}

// Mesh draws values [rows, columns] in cells between the given edges, rows+1 along y and columns+1 along x, ascending or descending.
func (a *Axes) Mesh(x, y, v Values, o MeshOptions) (*Mesh, error) {
	cols, rows := len(x.V)-1, len(y.V)-1
	if cols < 1 || rows < 1 || len(v.V) != rows*cols {
		return nil, fmt.Errorf("a map of %d values does not fit %d edges along x and %d along y", len(v.V), len(x.V), len(y.V))
	}
	for _, e := range []Values{x, y} {
		if !monotone(e.V) {
			return nil, fmt.Errorf("the edges of a map must ascend or descend")
		}
	}
	if err := a.accept(x, y); err != nil {
		return nil, err
	}
	if _, err := colorOf(o.Map); err != nil {
		return nil, err
	}
	m := &Mesh{x: x.V, y: y.V, v: v.V, dim: v.Dim, cmap: o.Map, alpha: o.Alpha, order: o.Z, log: o.Log}
	if err := m.fit(o); err != nil {
		return nil, err
	}
	if o.Equal {
		a.SetAspect(1)
	}
	a.add(m)
	a.fig.lastMesh = m
	a.lastMesh = m
	return m, nil
}

// fit finds the ends of the color scale.
func (m *Mesh) fit(o MeshOptions) error {
	e := extentOf(m.v)
	m.lo, m.hi = e.lo, e.hi
	if o.Log {
		m.lo = e.positive
	}
	if m.lo > m.hi {
		m.lo, m.hi = 0, 1
	}
	if o.Min == nil && o.Max == nil && strings.HasPrefix(o.Map, "vik") { // its middle means zero
		m.hi = max(math.Abs(m.lo), math.Abs(m.hi))
		m.lo = -m.hi
	}
	if o.Min != nil {
		m.lo = *o.Min
	}
	if o.Max != nil {
		m.hi = *o.Max
	}
	if m.lo > m.hi || math.IsNaN(m.lo+m.hi) || math.IsInf(m.hi-m.lo, 0) {
		return fmt.Errorf("the color scale runs from %g to %g; vmin must be below vmax", m.lo, m.hi)
	}
	if m.lo == m.hi {
		m.hi = m.lo + max(math.Abs(m.lo)*0.1, 0.1)
	}
	if m.alpha == 0 {
		m.alpha = 1
	}
	return nil
}

// Picture draws colors [rows, columns, 4] from 0 to 1, as Mesh does values.
func (a *Axes) Picture(x, y Values, rgba []float64, o MeshOptions) (*Mesh, error) {
	n := (len(x.V) - 1) * (len(y.V) - 1)
	if n < 1 || len(rgba) != 4*n {
		return nil, fmt.Errorf("a picture of %d numbers does not fit %d x %d cells of four", len(rgba), len(y.V)-1, len(x.V)-1)
	}
	m, err := a.Mesh(x, y, Values{V: make([]float64, n)}, o)
	if err == nil {
		m.rgba = rgba
	}
	return m, err
}

func monotone(v []float64) bool {
	up, down := true, true
	for i := 1; i < len(v); i++ {
		up, down = up && v[i] > v[i-1], down && v[i] < v[i-1]
	}
	return up || down
}

func (m *Mesh) extent(dir int) extent {
	e := extentOf(m.x)
	if dir == 1 {
		e = extentOf(m.y)
	}
	e.sharpLo, e.sharpHi = true, true
	return e
}

func (m *Mesh) z() float64 {
	if m.order != nil {
		return *m.order
	}
	return 0
}

func (m *Mesh) entry() (string, func(canvas, rect)) { return "", nil }
func (m *Mesh) places(*panel) []point               { return nil }

// fraction is the place of a value on the color scale.
func (m *Mesh) fraction(v float64) float64 {
	if m.log {
		return (math.Log10(v) - math.Log10(m.lo)) / (math.Log10(m.hi) - math.Log10(m.lo))
	}
	return (v - m.lo) / (m.hi - m.lo)
}

// cells finds the cell below each of n pixels from p0 on to p1, -1 outside.
func cells(edges []float64, s scale, p0, p1 float64, n int) []int {
	out := make([]int, n)
	descending := edges[0] > edges[len(edges)-1]
	for k := range out {
		v := s.value(p0 + (float64(k)+0.5)/float64(n)*(p1-p0))
		if descending {
			out[k] = sort.Search(len(edges), func(i int) bool { return edges[i] <= v }) - 1
		} else {
			out[k] = sort.Search(len(edges), func(i int) bool { return edges[i] > v }) - 1
		}
		if out[k] >= len(edges)-1 {
			out[k] = -1
		}
	}
	return out
}

func (m *Mesh) draw(c canvas, p *panel) {
	color, err := colorOf(m.cmap)
	if err != nil {
		return
	}
	w, h := c.dots(p.box)
	if w < 1 || h < 1 {
		return
	}
	col, row := cells(m.x, p.x, p.box.x0, p.box.x1, w), cells(m.y, p.y, p.box.y1, p.box.y0, h)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	n := len(m.x) - 1
	for y, r := range row {
		for x, k := range col {
			if r < 0 || k < 0 {
				continue
			}
			d := img.Pix[y*img.Stride+4*x:][:4:4]
			if m.rgba != nil {
				for i := range d {
					d[i] = uint8(min(max(m.rgba[4*(r*n+k)+i], 0), 1)*255 + 0.5)
				}
				continue
			}
			f := m.fraction(m.v[r*n+k])
			if math.IsNaN(f) {
				continue
			}
			rgb := color(f)
			for i := range rgb {
				d[i] = uint8(rgb[i]*255 + 0.5)
			}
			d[3] = uint8(m.alpha*255 + 0.5)
		}
	}
	c.begin("map", fmt.Sprintf("%d x %d cells", len(m.y)-1, n))
	c.picture(p.box, img)
	c.end()
}
