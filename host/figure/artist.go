package figure

import (
	"math"
)

// artist is something drawn in an Axes.
type artist interface {
	// extent is what the artist covers along x (0) or y (1).
	extent(dir int) extent
	draw(c canvas, p *panel)
	z() float64
	// entry is the artist's place in the legend; an empty label has none.
	entry() (label string, key func(c canvas, r rect))
	// places are points that a legend had better not cover.
	places(p *panel) []point
}

// Line is a curve or a scatter.
type Line struct {
	x, y []float64
	s    Style
}

func (l *Line) extent(dir int) extent {
	v, w := l.x, l.y
	if dir == 1 {
		v, w = w, v
	}
	e := nothing()
	for i, x := range v {
		if !math.IsNaN(w[i]) {
			e.add(x)
		}
	}
	return e
}

func (l *Line) z() float64 { return l.s.z(2) }

func (l *Line) points(p *panel) []point {
	out := make([]point, 0, len(l.x))
	for i := range l.x {
		q := p.at(l.x[i], l.y[i])
		if l.s.Steps && i > 0 {
			out = append(out, point{q.x, out[len(out)-1].y})
		}
		out = append(out, q)
	}
	return out
}

func (l *Line) draw(c canvas, p *panel) {
	pts := l.points(p)
	c.begin("line", "")
	if l.s.Line != NoLine {
		lines := clipLine(pts, p.box)
		for i := range lines {
			lines[i] = thin(lines[i], thinning)
		}
		c.stroke(lines, l.s.pen())
	}
	if l.s.Marker != "" {
		var at []point
		for _, q := range pts {
			if p.box.contains(q) {
				at = append(at, q)
			}
		}
		l.s.stamps(c, at)
	}
	c.end()
}

// stamps draws markers, hollow ones with their faces.
func (s *Style) stamps(c canvas, at []point) {
	if s.Face != nil {
		if full, ok := stampOf(s.Marker, s.MarkerSize, false); ok {
			c.stamps(at, full, withAlpha(*s.Face, s.Alpha))
		}
		if ring, ok := stampOf(s.Marker, s.MarkerSize, true); ok {
			c.stamps(at, ring, s.color())
		}
		return
	}
	if m, ok := stampOf(s.Marker, s.MarkerSize, false); ok {
		c.stamps(at, m, s.color())
	}
}

func (l *Line) entry() (string, func(canvas, rect)) { return l.s.Label, l.s.key }

// key draws a short piece of line with its marker.
func (s *Style) key(c canvas, r rect) {
	y := (r.y0 + r.y1) / 2
	if s.Line != NoLine {
		c.stroke([][]point{{{r.x0, y}, {r.x1, y}}}, s.pen())
	}
	if s.Marker != "" {
		big := *s
		big.MarkerSize = max(s.MarkerSize, 5) // the dots of a raster would vanish
		big.stamps(c, []point{{(r.x0 + r.x1) / 2, y}})
	}
}

// places of a curve are its points and what lies between distant ones.
func (l *Line) places(p *panel) []point {
	every := max(1, len(l.x)/2000)
	var out []point
	for i := 0; i < len(l.x); i += every {
		q := p.at(l.x[i], l.y[i])
		if n := len(out); n > 0 && l.s.Line != NoLine {
			last := out[n-1]
			d := math.Hypot(q.x-last.x, q.y-last.y)
			for k := 1.0; k < min(d/10, 50); k++ {
				f := k * 10 / d
				out = append(out, point{last.x + f*(q.x-last.x), last.y + f*(q.y-last.y)})
			}
		}
		out = append(out, q)
	}
	return out
}

// ruler is a line across the whole Axes at one value, or a band between two.
type ruler struct {
	dir    int // 0: at x, 1: at y
	lo, hi float64
	band   bool
	s      Style
}

func (r *ruler) extent(dir int) extent {
	if dir == r.dir {
		return extentOf([]float64{r.lo, r.hi})
	}
	return nothing()
}

func (r *ruler) z() float64 {
	if r.band {
		return r.s.z(1)
	}
	return r.s.z(2)
}

func (r *ruler) draw(c canvas, p *panel) {
	if p.polar {
		r.drawPolar(c, p)
		return
	}
	if r.dir == 0 {
		a, b := p.x.at(r.lo), p.x.at(r.hi)
		r.across(c, p, rect{a, p.box.y0, b, p.box.y1}, "axvline", "axvspan")
		return
	}
	a, b := p.y.at(r.lo), p.y.at(r.hi)
	r.across(c, p, rect{p.box.x0, a, p.box.x1, b}, "axhline", "axhspan")
}

func (r *ruler) across(c canvas, p *panel, b rect, lineClass, bandClass string) {
	if r.band {
		c.begin(bandClass, "")
		if ring := clipRing(rectangle(b.x0, b.y0, b.x1, b.y1), p.box); len(ring) > 0 {
			c.fill([][]point{ring}, r.s.color())
		}
		c.end()
		return
	}
	c.begin(lineClass, "")
	pen := r.s.pen()
	pen.snap = true
	c.stroke(clipLine([]point{{b.x0, b.y0}, {b.x1, b.y1}}, p.box), pen)
	c.end()
}

func (r *ruler) entry() (string, func(canvas, rect)) {
	if r.band {
		return r.s.Label, r.s.patch
	}
	return r.s.Label, r.s.key
}

func (r *ruler) places(*panel) []point { return nil }

// patch draws a filled sample.
func (s *Style) patch(c canvas, r rect) {
	c.fill([][]point{rectangle(r.x0, r.y0, r.x1, r.y1)}, s.color())
}

// area is the room between two curves.
type area struct {
	x, y1, y2 []float64
	s         Style
}

func (a *area) extent(dir int) extent {
	if dir == 0 {
		return extentOf(a.x)
	}
	return extentOf(a.y1, a.y2)
}
func (a *area) z() float64 { return a.s.z(1) }

func (a *area) draw(c canvas, p *panel) {
	c.begin("area", "")
	var rings [][]point
	for i := 0; i < len(a.x); {
		j := i
		for j < len(a.x) && !math.IsNaN(a.x[j]+a.y1[j]+a.y2[j]) {
			j++
		}
		var top, bottom []point
		for k := i; k < j; k++ {
			top = append(top, p.at(a.x[k], a.y1[k]))
			bottom = append(bottom, p.at(a.x[k], a.y2[k]))
		}
		top, bottom = thin(top, thinning), thin(bottom, thinning)
		ring := top
		for k := len(bottom) - 1; k >= 0; k-- {
			ring = append(ring, bottom[k])
		}
		if ring = clipRing(ring, p.box); len(ring) > 2 {
			rings = append(rings, ring)
		}
		i = j + 1
	}
	c.fill(rings, a.s.color())
	c.end()
}

func (a *area) entry() (string, func(canvas, rect)) { return a.s.Label, a.s.patch }

func (a *area) places(p *panel) []point {
	l := Line{x: a.x, y: a.y1, s: Style{Line: Solid}}
	m := Line{x: a.x, y: a.y2, s: Style{Line: Solid}}
	return append(l.places(p), m.places(p)...)
}
