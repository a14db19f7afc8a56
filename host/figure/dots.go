package figure

import (
	"fmt"
	"math"
)

// Dots are markers of sizes and colors of their own.
type Dots struct {
	x, y   []float64
	sizes  []float64 // diameters in points; one stands for all
	values []float64 // colored by scale; nil: all have the color of the style
	scale  *Mesh
	s      Style
}

// Dots draws a marker at each place. Values, if there are any, become colors as o says; what is returned is their scale, for a colorbar.
func (a *Axes) Dots(x, y Values, sizes []float64, values Values, o MeshOptions, s Style) (*Dots, *Mesh, error) {
	if err := sameLength("scatter", x, y); err != nil {
		return nil, nil, err
	}
	for what, n := range map[string]int{"colors": len(values.V), "sizes": len(sizes)} {
		if n > 1 && n != len(x.V) {
			return nil, nil, fmt.Errorf("scatter: %d %s for %d points", n, what, len(x.V))
		}
	}
	if err := CheckMarker(s.Marker); err != nil {
		return nil, nil, err
	}
	if err := a.accept(x, y); err != nil {
		return nil, nil, err
	}
	s.Line = NoLine
	d := &Dots{x: x.V, y: y.V, sizes: sizes}
	if len(values.V) > 0 {
		first := *cyclePlace(0)
		if s.Color == nil {
			s.Color = &first // the colors are those of the values
		}
		if _, err := colorOf(o.Map); err != nil {
			return nil, nil, err
		}
		d.values = values.V
		d.scale = &Mesh{v: values.V, dim: values.Dim, cmap: o.Map, alpha: o.Alpha, log: o.Log}
		if err := d.scale.fit(o); err != nil {
			return nil, nil, err
		}
		a.fig.lastMesh, a.lastMesh = d.scale, d.scale
	}
	d.s = s.finish(a)
	a.add(d)
	return d, d.scale, nil
}

func cyclePlace(k int) *Color { c := cycle[k%len(cycle)]; return &c }

// Move puts the points at other places.
func (d *Dots) Move(x, y []float64) error {
	for what, n := range map[string]int{"colors": len(d.values), "sizes": len(d.sizes)} {
		if n > 1 && n != len(x) {
			return fmt.Errorf("%d %s for %d points", n, what, len(x))
		}
	}
	d.x, d.y = x, y
	return nil
}

func (d *Dots) extent(dir int) extent {
	l := Line{x: d.x, y: d.y}
	return l.extent(dir)
}

func (d *Dots) z() float64 { return d.s.z(1) }

func (d *Dots) draw(c canvas, p *panel) {
	c.begin("scatter", "")
	defer c.end()
	color := func(float64) [3]float32 { return [3]float32{} }
	if d.scale != nil {
		var err error
		if color, err = colorOf(d.scale.cmap); err != nil {
			return
		}
	}
	type look struct {
		color Color
		size  float64
	}
	groups := map[look][]point{}
	var order []look
	for i := range d.x {
		q := p.at(d.x[i], d.y[i])
		if math.IsNaN(q.x+q.y) || !p.box.contains(q) {
			continue
		}
		l := look{*d.s.Color, d.s.MarkerSize}
		if len(d.sizes) > 0 {
			l.size = d.sizes[min(i, len(d.sizes)-1)]
		}
		if d.scale != nil {
			f := d.scale.fraction(d.values[min(i, len(d.values)-1)])
			if math.IsNaN(f) {
				continue
			}
			rgb := color(min(max(f, 0), 1))
			l.color = Color{R: uint8(rgb[0]*255 + 0.5), G: uint8(rgb[1]*255 + 0.5), B: uint8(rgb[2]*255 + 0.5), A: 255}
		}
		if groups[l] == nil {
			order = append(order, l)
		}
		groups[l] = append(groups[l], q)
	}
	for _, l := range order {
		s := d.s
		s.Color, s.MarkerSize = &l.color, l.size
		s.stamps(c, groups[l])
	}
}

func (d *Dots) entry() (string, func(canvas, rect)) { return d.s.Label, d.s.key }

func (d *Dots) places(p *panel) []point {
	l := Line{x: d.x, y: d.y, s: Style{Line: NoLine}}
	return l.places(p)
}

// Pointer is an arrow between two places of the data.
type Pointer struct {
	x, y, toX, toY float64
	s              Style
}

// Arrow draws an arrow from (x, y) to (x + dx, y + dy).
func (a *Axes) Arrow(x, y, dx, dy Values, s Style) (*Pointer, error) {
	for _, v := range [][2]Values{{x, y}, {dx, dy}} {
		if err := a.accept(v[0], v[1]); err != nil {
			return nil, err
		}
	}
	p := &Pointer{x.V[0], y.V[0], x.V[0] + dx.V[0], y.V[0] + dy.V[0], s.finish(a)}
	a.add(p)
	return p, nil
}

// Ends are where the arrow begins, and how far it reaches.
func (r *Pointer) Ends() (x, y, dx, dy float64) { return r.x, r.y, r.toX - r.x, r.toY - r.y }

// Turn moves the arrow.
func (r *Pointer) Turn(x, y, dx, dy float64) { r.x, r.y, r.toX, r.toY = x, y, x+dx, y+dy }

func (r *Pointer) extent(dir int) extent {
	if dir == 0 {
		return extentOf([]float64{r.x, r.toX})
	}
	return extentOf([]float64{r.y, r.toY})
}

func (r *Pointer) z() float64                          { return r.s.z(1) }
func (r *Pointer) entry() (string, func(canvas, rect)) { return r.s.Label, r.s.key }
func (r *Pointer) places(p *panel) []point             { return []point{p.at(r.x, r.y), p.at(r.toX, r.toY)} }

func (r *Pointer) draw(c canvas, p *panel) {
	c.begin("arrow", "")
	arrow(c, p.at(r.x, r.y), p.at(r.toX, r.toY), r.s.color())
	c.end()
}

// Move puts a curve at other places.
func (l *Line) Move(x, y []float64) { l.x, l.y = x, y }

// Data are the places of a curve.
func (l *Line) Data() (x, y []float64) { return l.x, l.y }

// Style is how a curve looks, to be changed.
func (l *Line) Style() *Style { return &l.s }
