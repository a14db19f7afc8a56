package figure

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// shape is a marker of size 1 around the origin: closed rings, filled by the non-zero rule.
type shape struct {
	rings [][]point
	disc  bool // rings is a circle of diameter 1
	thin  bool // made of strokes: it has no face
}

// markers are Matplotlib's, by sign.
var markers = map[string]func(stroke float64) shape{
	"o": func(float64) shape { return disc(1) },
	".": func(float64) shape { return disc(0.5) },
	",": func(float64) shape { return polygon(rectangle(-0.1, -0.1, 0.1, 0.1)) },
	"s": func(float64) shape { return polygon(rectangle(-0.5, -0.5, 0.5, 0.5)) },
	"D": func(float64) shape { return regular(4, 0.7071, 0) },
	"d": func(float64) shape { return polygon([]point{{0, 0.6}, {-0.36, 0}, {0, -0.6}, {0.36, 0}}) },
	"^": func(float64) shape { return polygon([]point{{0, 0.5}, {-0.5, -0.5}, {0.5, -0.5}}) },
	"v": func(float64) shape { return polygon([]point{{0, -0.5}, {0.5, 0.5}, {-0.5, 0.5}}) },
	"<": func(float64) shape { return polygon([]point{{-0.5, 0}, {0.5, -0.5}, {0.5, 0.5}}) },
	">": func(float64) shape { return polygon([]point{{0.5, 0}, {-0.5, 0.5}, {-0.5, -0.5}}) },
	"p": func(float64) shape { return regular(5, 0.5, 0) },
	"h": func(float64) shape { return regular(6, 0.5, 0) },
	"*": func(float64) shape { return star(5) },
	"|": func(w float64) shape { return strokes(w, [2]point{{0, -0.5}, {0, 0.5}}) },
	"_": func(w float64) shape { return strokes(w, [2]point{{-0.5, 0}, {0.5, 0}}) },
	"+": func(w float64) shape { return strokes(w, [2]point{{0, -0.5}, {0, 0.5}}, [2]point{{-0.5, 0}, {0.5, 0}}) },
	"x": func(w float64) shape {
		return strokes(w, [2]point{{-0.5, -0.5}, {0.5, 0.5}}, [2]point{{-0.5, 0.5}, {0.5, -0.5}})
	},
}

// CheckMarker says whether there is such a marker.
func CheckMarker(m string) error {
	if m == "" || m == "None" || m == "none" || m == " " {
		return nil
	}
	if _, ok := markers[m]; ok {
		return nil
	}
	var names []string
	for n := range markers {
		names = append(names, n)
	}
	sort.Strings(names)
	return fmt.Errorf("%q is no marker; there are %s", m, strings.Join(names, " "))
}

func disc(d float64) shape {
	s := shape{disc: d == 1}
	s.rings = [][]point{circle(d / 2)}
	return s
}

func circle(r float64) []point {
	const n = 32
	out := make([]point, n)
	for k := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / n)
		out[k] = point{r * cos, r * sin}
	}
	return out
}

func polygon(p []point) shape { return shape{rings: [][]point{p}} }

func rectangle(x0, y0, x1, y1 float64) []point {
	return []point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

func regular(n int, r, turn float64) shape {
	p := make([]point, n)
	for k := range p {
		sin, cos := math.Sincos(2*math.Pi*float64(k)/float64(n) + math.Pi/2 + turn)
		p[k] = point{r * cos, r * sin}
	}
	return polygon(p)
}

func star(n int) shape {
	var p []point
	for k := range 2 * n {
		r := 0.5
		if k%2 == 1 {
			r = 0.5 * 0.381966 // where the edges of a pentagram cross
		}
		sin, cos := math.Sincos(math.Pi*float64(k)/float64(n) + math.Pi/2)
		p = append(p, point{r * cos, r * sin})
	}
	return polygon(p)
}

// strokes are lines of width w, as rectangles that all turn the same way.
func strokes(w float64, lines ...[2]point) shape {
	s := shape{thin: true}
	for _, l := range lines {
		dx, dy := l[1].x-l[0].x, l[1].y-l[0].y
		n := math.Hypot(dx, dy)
		px, py := -dy/n*w/2, dx/n*w/2
		s.rings = append(s.rings, []point{{l[0].x - px, l[0].y - py}, {l[1].x - px, l[1].y - py}, {l[1].x + px, l[1].y + py}, {l[0].x + px, l[0].y + py}})
	}
	return s
}

// stamp is a marker as it is drawn: rings around the point, in points.
type stamp struct {
	rings [][]point
	disc  float64 // its diameter if it is a plain disc
}

// stampOf makes a marker of a style; ok is false without one.
func stampOf(name string, size float64, hollow bool) (stamp, bool) {
	f, ok := markers[name]
	if !ok {
		return stamp{}, false
	}
	s := f(1 / size)
	var out stamp
	for _, r := range s.rings {
		ring := make([]point, len(r))
		for i, p := range r {
			ring[i] = point{p.x * size, p.y * size}
		}
		out.rings = append(out.rings, ring)
		if hollow && !s.thin {
			inner := make([]point, len(r))
			f := max(1-2/size, 0.1)
			for i, p := range ring {
				inner[len(r)-1-i] = point{p.x * f, p.y * f}
			}
			out.rings = append(out.rings, inner)
		}
	}
	if !hollow && (s.disc || name == ".") {
		out.disc = size
		if name == "." {
			out.disc = size / 2
		}
	}
	return out, true
}
