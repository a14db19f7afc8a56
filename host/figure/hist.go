package figure

import (
	"fmt"
	"math"
	"sort"

	"github.com/galvani-sim/galvani/host/units"
)

// HistOptions say how values are counted and drawn.
type HistOptions struct {
	Bins       int       // equal bins over the range; 0: 10
	Edges      []float64 // borders of bins in SI units, instead of Bins
	Range      []float64 // lowest and highest edge; nil: from the values
	Density    bool      // the area is 1
	Cumulative bool
	Weights    []float64
	Filled     bool // bars with their color; otherwise outlines
	Steps      bool // one outline around all bars
	Horizontal bool // counts along x
	RelWidth   float64
	Style
}

// Hist draws a histogram and returns the heights and the edges of its bins. The last bin holds its upper edge.
func (a *Axes) Hist(v Values, o HistOptions) (heights, edges []float64, err error) {
	edges, err = o.edges(v.V)
	if err != nil {
		return nil, nil, err
	}
	if o.Weights != nil && len(o.Weights) != len(v.V) {
		return nil, nil, fmt.Errorf("hist: %d weights for %d values", len(o.Weights), len(v.V))
	}
	heights = make([]float64, len(edges)-1)
	total := 0.0
	for i, x := range v.V {
		if k := binOf(edges, x); k >= 0 {
			w := 1.0
			if o.Weights != nil {
				w = o.Weights[i]
			}
			heights[k] += w
			total += w
		}
	}
	dim := units.Dim{}
	if o.Density && total > 0 {
		dim = v.Dim.Inv()
		for k := range heights {
			heights[k] /= total * (edges[k+1] - edges[k])
		}
	}
	if o.Cumulative {
		sum := 0.0
		for k := range heights {
			w := 1.0
			if o.Density {
				w, dim = edges[k+1]-edges[k], units.Dim{}
			}
			sum += heights[k] * w
			heights[k] = sum
		}
	}
	return heights, edges, a.Bars(Of(edges, v.Dim), Of(heights, dim), o)
}

// Bars draws bars between edges, one fewer than edges.
func (a *Axes) Bars(edges, heights Values, o HistOptions) error {
	if len(edges.V) != len(heights.V)+1 {
		return fmt.Errorf("bars: %d edges for %d bars", len(edges.V), len(heights.V))
	}
	along, up := edges, heights
	if o.Horizontal {
		along, up = up, along
	}
	if err := a.accept(along, up); err != nil {
		return err
	}
	if o.Density { // densities of rates are per Hz, not ms
		if o.Horizontal {
			a.x.per = &a.y
		} else {
			a.y.per = &a.x
		}
	}
	b := &bars{edges: edges.V, heights: heights.V, o: o}
	b.o.Style = o.Style.finish(a)
	a.add(b)
	return nil
}

func (o *HistOptions) edges(v []float64) ([]float64, error) {
	if o.Edges != nil {
		if len(o.Edges) < 2 || !sort.Float64sAreSorted(o.Edges) {
			return nil, fmt.Errorf("hist: edges are two or more ascending values")
		}
		return o.Edges, nil
	}
	n := o.Bins
	if n == 0 {
		n = 10
	}
	if n < 0 || n > 1e6 {
		return nil, fmt.Errorf("hist: %d bins; there can be 1 to 1000000", n)
	}
	e := extentOf(v)
	lo, hi := e.lo, e.hi
	if len(o.Range) == 2 {
		lo, hi = o.Range[0], o.Range[1]
	}
	if lo > hi {
		if len(o.Range) == 2 {
			return nil, fmt.Errorf("hist: the range runs from %g down to %g", lo, hi)
		}
		lo, hi = 0, 1
	}
	if lo == hi {
		lo, hi = lo-0.5, hi+0.5
	}
	edges := make([]float64, n+1)
	step := (hi - lo) / float64(n)
	for k := range edges {
		edges[k] = float64(float64(k)*step) + lo
	}
	edges[n] = hi
	return edges, nil
}

func binOf(edges []float64, v float64) int {
	last := len(edges) - 1
	if !(v >= edges[0] && v <= edges[last]) {
		return -1
	}
	return min(sort.Search(last+1, func(i int) bool { return edges[i] > v })-1, last-1)
}

type bars struct {
	edges, heights []float64
	o              HistOptions
}

func (b *bars) extent(dir int) extent {
	if (dir == 1) == b.o.Horizontal {
		return extentOf(b.edges)
	}
	e := extentOf(b.heights)
	e.add(0)
	e.sharpLo, e.sharpHi = e.lo == 0, e.hi == 0
	return e
}

func (b *bars) z() float64 { return b.o.z(1) }

func (b *bars) at(p *panel, edge, height float64) point {
	if b.o.Horizontal {
		return p.at(height, edge)
	}
	return p.at(edge, height)
}

func (b *bars) outline(p *panel) []point {
	l := []point{b.at(p, b.edges[0], 0)}
	for k, h := range b.heights {
		l = append(l, b.at(p, b.edges[k], h), b.at(p, b.edges[k+1], h))
	}
	return append(l, b.at(p, b.edges[len(b.edges)-1], 0))
}

func (b *bars) draw(c canvas, p *panel) {
	c.begin("histogram", "")
	defer c.end()
	if b.o.Steps {
		l := b.outline(p)
		if b.o.Filled {
			if ring := clipRing(append([]point(nil), l...), p.box); len(ring) > 2 {
				c.fill([][]point{ring}, b.o.color())
			}
			return
		}
		c.stroke(clipLine(l, p.box), b.o.pen())
		return
	}
	rel := b.o.RelWidth
	if rel == 0 {
		rel = 1
	}
	var rings [][]point
	for k, h := range b.heights {
		m, w := (b.edges[k]+b.edges[k+1])/2, (b.edges[k+1]-b.edges[k])*rel/2
		lo, hi := b.at(p, m-w, 0), b.at(p, m+w, h)
		if ring := clipRing(rectangle(min(lo.x, hi.x), min(lo.y, hi.y), max(lo.x, hi.x), max(lo.y, hi.y)), p.box); len(ring) > 2 && h != 0 {
			rings = append(rings, ring)
		}
	}
	c.fill(rings, b.o.color())
}

func (b *bars) entry() (string, func(canvas, rect)) {
	if b.o.Steps && !b.o.Filled {
		return b.o.Label, b.o.key
	}
	return b.o.Label, b.o.patch
}

func (b *bars) places(p *panel) []point {
	l := b.outline(p)
	out := make([]point, 0, 2*len(l))
	for i, q := range l {
		if i > 0 {
			out = append(out, point{(q.x + l[i-1].x) / 2, (q.y + l[i-1].y) / 2})
		}
		out = append(out, q)
	}
	for i := range out { // what lies off the page counts at its border
		out[i].x = math.Max(out[i].x, p.box.x0)
		out[i].y = math.Max(out[i].y, p.box.y0)
	}
	return out
}
