package render

import "math"

// Sizes of the fixed parts of a layout, in units of scale 1.
const (
	titleHeight   = 30
	colorbarWidth = 92
	colorbarFlat  = 34 // the height of one below a narrow panel
	titleSize     = 16
	labelSize     = 13
	tickSize      = 12
)

// PanelLayout is where a panel lies, in units of scale 1 from the window's top left corner.
type PanelLayout struct {
	Panel    *Panel
	Cell     Rect // title, view and colorbar
	View     Rect // the 3-D picture
	Title    Rect
	Colorbar Rect // empty when shared or absent; beside the view, or below a narrow one
}

// Layout is where everything lies, in units of scale 1.
type Layout struct {
	Panels []PanelLayout
	// Colorbar is the bar that all panels share; empty when there is none.
	Colorbar Rect
	Shared   *Scale
}

// narrowest is the least width of a panel with a colorbar.
const narrowest = 110

// labelRoom is what tick labels and axis names need on each side of the box.
const labelRoomX, labelRoomY = 32, 30

// planeRoom is what they need around a plane, which fills its view to the edges.
const planeRoomX, planeRoomY = 58, 46

// nodeRoom is what nodes at the rim of a graph need on each side of a view: their radius, that of a loop beside them, and some air.
func (p *Panel) nodeRoom(view Rect) float64 {
	radius, loop := 0.0, 0.0
	for _, it := range p.Items {
		if g, ok := it.(*Graph); ok {
			r := math.Min(0.25*math.Sqrt(view.W*view.H/float64(max(1, g.N))), mostNode)
			if radius = math.Max(radius, r); g.Edges.Loops && g.Edges.M <= loopEdges {
				loop = math.Max(loop, (1+loopReach)*g.Edges.loopRadius(r))
			}
		}
	}
	return 10 + radius + loop
}

func marginFor(size, room float64) float64 { return math.Min(size/math.Max(size-2*room, 1), 1.5) }

// Layout places the panels in a grid that gives the largest views, with one colorbar at the right if they share a scale.
func (s *Scene) Layout(width, height int, scale float64) Layout {
	var l Layout
	if len(s.Panels) == 0 {
		return l
	}
	area, bar := s.area(width, height, scale)
	l.Shared, l.Colorbar = s.sharedScale(), bar
	cells := s.grid(area).cells()
	for k, p := range s.Panels {
		c := cells[k]
		pl := PanelLayout{Panel: p, Cell: c, View: c}
		pl.View.X, pl.View.W = c.X+1, math.Max(1, c.W-2) // zoomed views stay apart
		if p.Title != "" {
			pl.View.Y += titleHeight
			pl.View.H = math.Max(1, pl.View.H-titleHeight)
		}
		if l.Shared == nil && len(p.scales()) > 0 && c.W > 3*colorbarWidth {
			pl.Colorbar = Rect{c.X + c.W - colorbarWidth, c.Y, colorbarWidth, c.H}
			pl.View.W -= colorbarWidth
		} else if n := min(2, len(p.scales())); l.Shared == nil && n > 0 && c.W >= narrowest && pl.View.H > float64(3*n*colorbarFlat) {
			h := float64(n * colorbarFlat)
			pl.Colorbar = Rect{c.X, c.Y + c.H - h, c.W, h}
			pl.View.H -= h
		}
		if p.Title != "" {
			// In a tall view the picture fills only the middle; the title stays near it.
			y := c.Y
			if p.chart() == nil {
				y = math.Max(c.Y, pl.View.Y+pl.View.H/2-0.55*pl.View.W-titleHeight)
			}
			pl.Title = Rect{pl.View.X, y, pl.View.W, titleHeight}
		}
		l.Panels = append(l.Panels, pl)
	}
	return l
}

// sharedScale is the one scale that every panel has, or nil.
func (s *Scene) sharedScale() *Scale {
	var one *Scale
	for _, p := range s.Panels {
		if len(p.scales()) == 0 {
			return nil
		}
		for _, sc := range p.scales() {
			if one != nil && sc != one {
				return nil
			}
			one = sc
		}
	}
	return one
}

// area is what panels share, and the colorbar beside them when they have one in common.
func (s *Scene) area(width, height int, scale float64) (area, bar Rect) {
	in := s.Insets
	area = Rect{in.Left, in.Top, float64(width)/scale - in.Left - in.Right, float64(height)/scale - in.Top - in.Bottom}
	area.W, area.H = math.Max(area.W, 1), math.Max(area.H, 1)
	if s.sharedScale() != nil && area.W > 3*colorbarWidth {
		bar = Rect{area.X + area.W - colorbarWidth, area.Y, colorbarWidth, area.H}
		area.W -= colorbarWidth
	}
	return area, bar
}

// chartShare is the part of the width that charts beside a leading picture have.
const chartShare = 0.4

// leads reports whether the first panel is a picture and two or three charts follow it.
func (s *Scene) leads() bool {
	n := len(s.Panels)
	if n < 3 || n > 4 {
		return false
	}
	for k, p := range s.Panels {
		if (p.chart() != nil) == (k == 0) {
			return false
		}
	}
	return true
}

// gridColumns chooses how many columns n cells get, for the largest square that fits in each.
func gridColumns(n int, area Rect) int {
	best, size := 1, 0.0
	for cols := 1; cols <= n; cols++ {
		rows := (n + cols - 1) / cols
		if s := math.Min(area.W/float64(cols), area.H/float64(rows)*1.15); s > size*1.001 {
			best, size = cols, s
		}
	}
	return best
}

// At finds the panel whose view lies under a point, in units of scale 1, and the point in its normalised device
// coordinates.
func (l Layout) At(x, y float64) (p *PanelLayout, nx, ny float64) {
	for i := range l.Panels {
		if v := l.Panels[i].View; v.Contains(x, y) {
			return &l.Panels[i], 2*(x-v.X)/v.W - 1, 1 - 2*(y-v.Y)/v.H
		}
	}
	return nil, 0, 0
}

// Project maps a point of the scene to the window, in units of scale 1; ok is false behind the eye and outside the view.
func (p PanelLayout) Project(at Vec3) (x, y float64, ok bool) {
	v, proj := p.Panel.Camera.Matrices(p.Aspect())
	x, y, _, ok = project(proj.Mul(v), at, p.View.W, p.View.H)
	x, y = x+p.View.X, y+p.View.Y
	return x, y, ok && p.View.Contains(x, y)
}

// Aspect is the width of the view over its height.
func (p PanelLayout) Aspect() float64 { return p.View.W / p.View.H }

// FitCameras gives every panel without a camera one that shows all of it: panels of the same proportions share one, so that
// they turn together.
func (s *Scene) FitCameras(width, height int, scale float64) {
	type look struct {
		box    Box
		planar bool
		chart  bool
	}
	shared := map[look]*Camera{}
	for _, pl := range s.Layout(width, height, scale).Panels {
		if pl.Panel.Camera != nil {
			continue
		}
		k := look{pl.Panel.shown(), pl.Panel.planar(), pl.Panel.chart() != nil}
		if shared[k] == nil {
			margin := pl.margin()
			if k.planar {
				shared[k] = newPlanarCamera(k.box, pl.Aspect(), margin)
			} else {
				shared[k] = newCamera(k.box, pl.Aspect(), margin)
			}
		}
		pl.Panel.Camera = shared[k]
	}
}

// margin is the room that a panel's labels or nodes need around what it shows.
func (p PanelLayout) margin() [2]float64 {
	room := [2]float64{labelRoomX, labelRoomY}
	if p.Panel.plane() {
		room = [2]float64{planeRoomX, planeRoomY}
	}
	if p.Panel.graphs() {
		n := p.Panel.nodeRoom(p.View)
		room = [2]float64{n, n}
	}
	return [2]float64{marginFor(p.View.W, room[0]), marginFor(p.View.H, room[1])}
}

// Refit fits the cameras that nobody has moved to views whose size has changed; others stay.
func (s *Scene) Refit(width, height int, scale float64) {
	seen := map[*Camera]bool{}
	for _, pl := range s.Layout(width, height, scale).Panels {
		c := pl.Panel.Camera
		if c == nil || seen[c] || c.pose() != c.home {
			continue
		}
		seen[c] = true
		c.margin = pl.margin()
		c.apply(c.preset, c.bounds, pl.Aspect())
	}
}
