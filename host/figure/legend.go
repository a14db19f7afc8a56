package figure

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// legend says where the names of artists stand.
type legend struct {
	loc     string
	frame   bool
	title   string
	columns int
	size    float64
}

// corners are the places of a legend as fractions of the room left by it; "best" tries them in the order of bestOrder.
var corners = map[string]point{
	"upper right": {1, 1}, "upper left": {0, 1}, "lower left": {0, 0}, "lower right": {1, 0}, "right": {1, 0.5}, "center left": {0, 0.5},
	"center right": {1, 0.5}, "lower center": {0.5, 0}, "upper center": {0.5, 1}, "center": {0.5, 0.5},
}

var bestOrder = []string{"upper right", "upper left", "lower left", "lower right", "center left", "center right", "lower center", "upper center", "center"}

// LegendOptions say how a legend looks.
type LegendOptions struct {
	Loc     string // "best" or a place such as "upper left"; "": best
	Bare    bool   // no frame
	Title   string
	Columns int     // 0: 1
	Size    float64 // of the text in points; 0: 10
}

// SetLegend shows the labels of artists.
func (a *Axes) SetLegend(o LegendOptions) error {
	if o.Loc == "" {
		o.Loc = "best"
	}
	if _, ok := corners[o.Loc]; !ok && o.Loc != "best" {
		names := []string{"best"}
		for n := range corners {
			names = append(names, n)
		}
		sort.Strings(names)
		return fmt.Errorf("legend: there is no place %q; there are %s", o.Loc, strings.Join(names, ", "))
	}
	if o.Size == 0 {
		o.Size = textSize
	}
	a.legend = &legend{loc: o.Loc, frame: !o.Bare, title: o.Title, columns: max(o.Columns, 1), size: o.Size}
	return nil
}

// LabelLines names the lines that have been drawn, in order; further names are left out.
func (a *Axes) LabelLines(names []string) {
	k := 0
	for _, art := range a.artists {
		if l, ok := art.(*Line); ok && k < len(names) {
			l.s.Label = names[k]
			k++
		}
	}
}

type entry struct {
	text block
	key  func(canvas, rect)
}

// drawLegend places the legend within the box.
func (a *Axes) drawLegend(c canvas, p *panel) {
	l := a.legend
	if l == nil {
		return
	}
	var entries []entry
	for _, art := range a.artists {
		if label, key := art.entry(); label != "" && !strings.HasPrefix(label, "_") {
			entries = append(entries, entry{typesetLines(label, l.size), key})
		}
	}
	if len(entries) == 0 {
		return
	}
	// Distances in font sizes, as in Matplotlib.
	pad, gap, handle, between := 0.4*l.size, 0.5*l.size, 2*l.size, 0.8*l.size
	rows := (len(entries) + l.columns - 1) / l.columns
	widths := make([]float64, l.columns)
	heights := make([]float64, rows)
	for i, e := range entries {
		widths[i/rows] = max(widths[i/rows], e.text.width())
		heights[i%rows] = max(heights[i%rows], e.text.height())
	}
	title := typesetLines(l.title, l.size)
	w, h := 2*pad, 2*pad+float64(rows-1)*gap
	for i, x := range widths {
		if i > 0 {
			w += 2 * l.size
		}
		w += handle + between + x
	}
	for _, x := range heights {
		h += x
	}
	if l.title != "" {
		h += title.height() + gap
		w = max(w, title.width()+2*pad)
	}
	box := a.legendBox(p, l, w, h)
	c.begin("legend", "")
	defer c.end()
	if l.frame {
		c.fill([][]point{roundedBox(box, 2)}, withAlpha(white, 0.8))
		ring := roundedBox(box, 2)
		c.stroke([][]point{append(ring, ring[0])}, pen{width: 0.8, color: withAlpha(rgb(0xcccccc), 0.8)})
	}
	y := box.y1 - pad
	if l.title != "" {
		title.draw(c, point{(box.x0 + box.x1) / 2, y}, 0.5, 1, false, black)
		y -= title.height() + gap
	}
	top, x := y, box.x0+pad
	for i, e := range entries {
		r := i % rows
		if i > 0 && r == 0 {
			x += handle + between + widths[i/rows-1] + 2*l.size
			y = top
		}
		mid := y - heights[r]/2
		e.key(c, rect{x, mid - 0.35*l.size, x + handle, mid + 0.35*l.size})
		e.text.draw(c, point{x + handle + between, y - heights[r]}, 0, 0, false, black)
		y -= heights[r] + gap
	}
}

// legendBox finds the place of a legend; "best" covers the fewest points of artists.
func (a *Axes) legendBox(p *panel, l *legend, w, h float64) rect {
	away := 0.5 * l.size
	at := func(loc string) rect {
		f := corners[loc]
		x := p.box.x0 + away + f.x*(p.box.w()-w-2*away)
		y := p.box.y0 + away + f.y*(p.box.h()-h-2*away)
		return rect{x, y, x + w, y + h}
	}
	if l.loc != "best" {
		return at(l.loc)
	}
	var pts []point
	for _, art := range a.artists {
		pts = append(pts, art.places(p)...)
	}
	best, least := rect{}, math.MaxInt
	for _, loc := range bestOrder {
		r := at(loc)
		n := 0
		for _, q := range pts {
			if q.x > r.x0-2 && q.x < r.x1+2 && q.y > r.y0-2 && q.y < r.y1+2 {
				n++
			}
		}
		if n < least {
			best, least = r, n
		}
	}
	return best
}

func roundedBox(r rect, radius float64) []point {
	var out []point
	for k, c := range []point{{r.x1 - radius, r.y1 - radius}, {r.x0 + radius, r.y1 - radius}, {r.x0 + radius, r.y0 + radius}, {r.x1 - radius, r.y0 + radius}} {
		for i := range 5 {
			sin, cos := math.Sincos(math.Pi / 2 * (float64(k) + float64(i)/4))
			out = append(out, point{c.x + radius*cos, c.y + radius*sin})
		}
	}
	return out
}
