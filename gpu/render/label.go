package render

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Label is a text beside a node of a graph. Its place is the caller's, since positions stay on the device.
type Label struct {
	Node int
	Text string
	At   Vec3 // in the coordinates of Positions
	Loop bool // an edge leads from the node to itself, and the label leaves room for it
}

// paintLabels writes the labels of a panel's graphs beside their nodes: those of marked nodes first, and none that would touch another
// label or cover a node.
func paintLabels(o *Overlay, th *Theme, pl PanelLayout) {
	p := pl.Panel
	if p.Camera == nil {
		return
	}
	view, proj := p.Camera.Matrices(pl.Aspect())
	mvp := proj.Mul(view)
	box := p.Bounds()
	x, y, z := p.extent()
	st := TextStyle{Size: tickSize, Color: th.Text, Halo: th.Halo, Middle: true}
	var taken []Rect
	for _, it := range p.Items {
		g, ok := it.(*Graph)
		if !ok || len(g.Labels) == 0 {
			continue
		}
		type spot struct {
			Label
			x, y, r float64
		}
		var spots []spot
		for _, l := range g.Labels {
			at := l.At
			for a, s := range [3]span{x, y, z} {
				if s.hi > s.lo {
					at[a] = box.Min[a] + (at[a]-s.lo)/(s.hi-s.lo)*(box.Max[a]-box.Min[a])
				} else {
					at[a] = box.Min[a]
				}
			}
			px, py, _, ok := project(mvp, at, pl.View.W, pl.View.H)
			if !ok {
				continue
			}
			w := mvp.Apply(at)[3]
			r := math.Max(leastNode, math.Min(mostNode, 0.5*proj[5]*pl.View.H*g.radius(box)/w))
			if g.ByDegree || g.Size.Valid() {
				r *= 1.3 // sizes differ from node to node; the device knows them
			}
			spots = append(spots, spot{l, pl.View.X + px, pl.View.Y + py, r})
		}
		hx, hy, _, hub := project(mvp, box.Min.Add(box.Max).Scale(0.5), pl.View.W, pl.View.H)
		cx, cy := 0.0, 0.0
		for _, s := range spots {
			cx, cy = cx+s.x/float64(len(spots)), cy+s.y/float64(len(spots))
			d := 0.8 * s.r
			taken = append(taken, Rect{s.x - d, s.y - d, 2 * d, 2 * d})
			if s.Loop && hub && g.edgesShown() && g.Edges.M <= loopEdges {
				// As shaders/render/graph.glsl has it.
				dx, dy := s.x-pl.View.X-hx, s.y-pl.View.Y-hy
				if l := math.Hypot(dx, dy); l > 1 {
					dx, dy = dx/l, dy/l
				} else {
					dx, dy = 0, -1
				}
				rl := g.Edges.loopRadius(s.r)
				x, y := s.x+dx*(s.r+loopReach*rl), s.y+dy*(s.r+loopReach*rl)
				taken = append(taken, Rect{x - rl, y - rl, 2 * rl, 2 * rl})
			}
		}
		sort.SliceStable(spots, func(i, j int) bool { return g.Marks[spots[i].Node] != 0 && g.Marks[spots[j].Node] == 0 })
		for _, s := range spots {
			w, _ := o.Measure(s.Text, st)
			h := st.Size
			sides := [4]Rect{{s.x + s.r + 4, s.y - h/2, w, h}, {s.x - w/2, s.y + s.r + 3, w, h}, {s.x - s.r - 4 - w, s.y - h/2, w, h}, {s.x - w/2, s.y - s.r - 3 - h, w, h}}
			if g.N <= outwards {
				// Away from the middle there are fewer edges.
				reach := func(at Rect) float64 { return (at.X+w/2-s.x)*(s.x-cx) + (at.Y+h/2-s.y)*(s.y-cy) }
				slices.SortStableFunc(sides[:], func(a, b Rect) int { return cmp.Compare(reach(b), reach(a)) })
			}
			for _, at := range sides {
				if at.X < pl.View.X || at.Y < pl.View.Y || at.X+at.W > pl.View.X+pl.View.W || at.Y+at.H > pl.View.Y+pl.View.H || touches(at, taken) {
					continue
				}
				taken = append(taken, at)
				o.Text(at.X, at.Y+h/2, s.Text, st)
				break
			}
		}
	}
}

// outwards is up to how many nodes the labels of a graph turn away from its middle.
const outwards = 100

func touches(r Rect, others []Rect) bool {
	for _, t := range others {
		if r.X < t.X+t.W && t.X < r.X+r.W && r.Y < t.Y+t.H && t.Y < r.Y+r.H {
			return true
		}
	}
	return false
}
