package render

import "math"

// axesPainter draws one panel's box of axes. Faces that look away from the eye lie behind everything in the box, so they go
// into the layer under the 3-D picture and need no depth; ticks and names go into the layers over it: all lines, then all text, so that few draws take them.
type axesPainter struct {
	under, marks, over *Overlay
	theme              *Theme
	view               Rect // units of scale 1
	mvp                Mat4
	eye                Vec3
	dir                Vec3 // from the scene to the eye, for an orthographic camera
	ortho              bool
	box                Box
	ticks              [3]Ticks
	span               [3]span
	names              [3]string
	center             [2]float64
	taken              []Rect // by numbers
}

// paintAxes adds the panel's axes to the layers.
func paintAxes(under, marks, over *Overlay, th *Theme, pl PanelLayout) {
	p := pl.Panel
	if p.Axes.Hide || p.graphs() || p.chart() != nil || p.Camera == nil {
		return
	}
	v, proj := p.Camera.Matrices(pl.Aspect())
	_, _, back := p.Camera.axes()
	a := &axesPainter{under: under, marks: marks, over: over, theme: th, view: pl.View, mvp: proj.Mul(v), eye: p.Camera.Eye(), dir: back,
		ortho: p.Camera.Ortho, box: p.Bounds()}
	if p.Title != "" {
		r := pl.Title
		w, _ := over.Measure(Shorten(over, p.Title, titleStyle(th), r.W-8), titleStyle(th))
		a.taken = append(a.taken, Rect{r.X + r.W/2 - w/2, r.Y, w, r.H})
	}
	a.prepare(p)
	a.walls()
	for axis := range 3 {
		a.label(axis)
	}
}

func (a *axesPainter) prepare(p *Panel) {
	x, y, z := p.extent()
	zName, zUnit, zFactor := p.Axes.Z.Label, p.Axes.Z.Unit, 1.0
	if z == (span{}) && !p.flat() {
		if sc := p.scales(); len(sc) > 0 {
			z, zFactor = span{sc[0].Min, sc[0].Max}, sc[0].perUnit()
			if zName == "" {
				zName, zUnit = sc[0].Label, sc[0].Unit
			}
		}
	}
	if zName == "" && z != (span{}) {
		zName = "z"
	}
	whole := true
	coords := [3]*Scale{} // of the variables that say where points are
	for _, it := range p.Items {
		whole = whole && it.whole()
		if s, ok := it.(*Scatter); ok {
			for k, c := range []Coord{s.X, s.Y, s.Z} {
				if coords[k] == nil && c.Values.Valid() {
					coords[k] = c.Scale
				}
			}
		}
	}
	name := func(s, fallback string) string {
		if s == "" {
			return fallback
		}
		return s
	}
	a.span = [3]span{x, y, {z.lo / zFactor, z.hi / zFactor}}
	axes := [3]Axis{{Label: name(p.Axes.X.Label, "x"), Unit: p.Axes.X.Unit}, {Label: name(p.Axes.Y.Label, "y"), Unit: p.Axes.Y.Unit},
		{Label: zName, Unit: zUnit}}
	for k, c := range coords {
		if c == nil {
			continue
		}
		a.span[k] = span{c.Shown(a.span[k].lo), c.Shown(a.span[k].hi)}
		if asked := [3]Axis{p.Axes.X, p.Axes.Y, p.Axes.Z}[k]; asked.Label == "" {
			axes[k] = Axis{Label: c.Label, Unit: c.Unit}
		}
	}
	a.center[0], a.center[1], _ = a.at(a.box.Center())
	for i := range axes {
		s := a.span[i]
		if s.hi > s.lo {
			a.ticks[i] = NiceTicks(s.lo, s.hi, a.tickCount(i), whole && i < 2)
		}
		a.names[i] = axisTitle(axes[i].Label, axes[i].Unit, a.ticks[i].Exponent)
	}
}

// at projects a point into the window.
func (a *axesPainter) at(p Vec3) (x, y float64, ok bool) {
	x, y, _, ok = project(a.mvp, p, a.view.W, a.view.H)
	return x + a.view.X, y + a.view.Y, ok
}

// tickCount is how many ticks fit on the longest projected edge along an axis.
func (a *axesPainter) tickCount(axis int) int {
	length := 0.0
	for _, e := range a.edges(axis) {
		x0, y0, ok0 := a.at(e[0])
		x1, y1, ok1 := a.at(e[1])
		if ok0 && ok1 {
			length = math.Max(length, math.Hypot(x1-x0, y1-y0))
		}
	}
	return int(math.Max(2, math.Min(8, length/32)))
}

// edges are the four edges of the box along an axis; edge k lies at Min or Max of the next axis by bit 0, of the one after
// by bit 1.
func (a *axesPainter) edges(axis int) (out [4][2]Vec3) {
	u, v := (axis+1)%3, (axis+2)%3
	for k := range out {
		lo := a.box.Min
		lo[u] = pick(k&1 == 1, a.box.Max[u], a.box.Min[u])
		lo[v] = pick(k&2 == 2, a.box.Max[v], a.box.Min[v])
		hi := lo
		hi[axis] = a.box.Max[axis]
		out[k] = [2]Vec3{lo, hi}
	}
	return out
}

func pick(c bool, a, b float64) float64 {
	if c {
		return a
	}
	return b
}

// hidden reports that the box's face at Min (or Max) of an axis looks away from the eye.
func (a *axesPainter) hidden(axis int, atMax bool) bool {
	if a.ortho {
		if atMax {
			return a.dir[axis] <= 1e-9
		}
		return a.dir[axis] >= -1e-9
	}
	if atMax {
		return a.eye[axis] <= a.box.Max[axis]
	}
	return a.eye[axis] >= a.box.Min[axis]
}

// along is the scene coordinate of a tick.
func (a *axesPainter) along(axis int, value float64) float64 {
	s := a.span[axis]
	return a.box.Min[axis] + (value-s.lo)/(s.hi-s.lo)*(a.box.Max[axis]-a.box.Min[axis])
}

// walls fills the faces at the back and rules them at the ticks.
func (a *axesPainter) walls() {
	var faces [][4]Vec3
	var rules [][2]Vec3
	for axis := range 3 {
		u, v := (axis+1)%3, (axis+2)%3
		if a.box.Max[u] == a.box.Min[u] || a.box.Max[v] == a.box.Min[v] {
			continue // a flat box has no walls
		}
		for _, atMax := range []bool{false, true} {
			if !a.hidden(axis, atMax) || a.box.Max[axis] == a.box.Min[axis] && atMax {
				continue
			}
			at := pick(atMax, a.box.Max[axis], a.box.Min[axis])
			corner := func(cu, cv float64) (p Vec3) {
				p[axis], p[u], p[v] = at, cu, cv
				return p
			}
			faces = append(faces, [4]Vec3{corner(a.box.Min[u], a.box.Min[v]), corner(a.box.Max[u], a.box.Min[v]),
				corner(a.box.Max[u], a.box.Max[v]), corner(a.box.Min[u], a.box.Max[v])})
			for _, t := range a.ticks[u].Values {
				x := a.along(u, t)
				rules = append(rules, [2]Vec3{corner(x, a.box.Min[v]), corner(x, a.box.Max[v])})
			}
			for _, t := range a.ticks[v].Values {
				x := a.along(v, t)
				rules = append(rules, [2]Vec3{corner(a.box.Min[u], x), corner(a.box.Max[u], x)})
			}
		}
	}
	for _, c := range faces {
		a.fill(c)
	}
	for _, l := range rules {
		a.line(l[0], l[1], 1, a.theme.Grid)
	}
	for _, c := range faces {
		for k := range 4 {
			a.line(c[k], c[(k+1)%4], 1, a.theme.Frame.Alpha(0.7))
		}
	}
}

func (a *axesPainter) fill(c [4]Vec3) {
	var q [8]float64
	for k, p := range c {
		x, y, ok := a.at(p)
		if !ok {
			return // reaches behind the eye: the background serves
		}
		q[2*k], q[2*k+1] = x, y
	}
	a.under.solid(q, a.theme.Wall)
}

// line draws a segment of the scene, cut where it passes behind the eye.
func (a *axesPainter) line(p, q Vec3, width float64, c Color) {
	const near = 1e-3
	wp, wq := a.mvp.Apply(p)[3], a.mvp.Apply(q)[3]
	if wp < near && wq < near {
		return
	}
	if wp < near {
		p = q.Add(p.Sub(q).Scale((wq - near) / (wq - wp)))
	} else if wq < near {
		q = p.Add(q.Sub(p).Scale((wp - near) / (wp - wq)))
	}
	x0, y0, ok0 := a.at(p)
	x1, y1, ok1 := a.at(q)
	if !ok0 || !ok1 {
		return
	}
	if x0, y0, x1, y1, ok := clipLine(a.view, x0, y0, x1, y1); ok {
		a.under.Line(x0, y0, x1, y1, width, c)
	}
}

// clipLine cuts a segment to a rectangle (Liang and Barsky 1984).
func clipLine(r Rect, x0, y0, x1, y1 float64) (float64, float64, float64, float64, bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := x1-x0, y1-y0
	for _, e := range [4][2]float64{{-dx, x0 - r.X}, {dx, r.X + r.W - x0}, {-dy, y0 - r.Y}, {dy, r.Y + r.H - y0}} {
		p, q := e[0], e[1]
		if p == 0 {
			if q < 0 {
				return 0, 0, 0, 0, false
			}
			continue
		}
		if t := q / p; p < 0 {
			t0 = math.Max(t0, t)
		} else {
			t1 = math.Min(t1, t)
		}
	}
	if t0 > t1 {
		return 0, 0, 0, 0, false
	}
	return x0 + t0*dx, y0 + t0*dy, x0 + t1*dx, y0 + t1*dy, true
}

// labelEdge chooses the edge that carries an axis' ticks: of those on the outline of the box, the lowest on the screen for
// the horizontal axes and the leftmost for the vertical one.
func (a *axesPainter) labelEdge(axis int) (best [2]Vec3, ok bool) {
	u, v := (axis+1)%3, (axis+2)%3
	score := math.Inf(-1)
	for k, e := range a.edges(axis) {
		// An edge is on the outline where one of its two faces is seen and the other is not.
		if a.hidden(u, k&1 == 1) == a.hidden(v, k&2 == 2) && !a.degenerate() {
			continue
		}
		x0, y0, ok0 := a.at(e[0])
		x1, y1, ok1 := a.at(e[1])
		if !ok0 || !ok1 || math.Hypot(x1-x0, y1-y0) < 36 {
			continue
		}
		s := (y0+y1)/2 - 0.05*(x0+x1)/2
		if axis == 2 {
			s = -(x0 + x1) / 2
		}
		if s > score {
			score, best, ok = s, e, true
		}
	}
	return best, ok
}

// degenerate reports that the outline test cannot decide: the box is flat or seen along an axis.
func (a *axesPainter) degenerate() bool {
	if a.box.Max[2] == a.box.Min[2] {
		return true
	}
	if a.ortho {
		for _, d := range a.dir {
			if math.Abs(d) > 1-1e-9 {
				return true
			}
		}
	}
	return false
}

// label draws ticks, numbers and the name along the chosen edge of an axis.
func (a *axesPainter) label(axis int) {
	e, ok := a.labelEdge(axis)
	if !ok || len(a.ticks[axis].Values) == 0 {
		return
	}
	x0, y0, _ := a.at(e[0])
	x1, y1, _ := a.at(e[1])
	length := math.Hypot(x1-x0, y1-y0)
	// Outwards: across the edge, away from the middle of the box.
	nx, ny := -(y1-y0)/length, (x1-x0)/length
	if nx*((x0+x1)/2-a.center[0])+ny*((y0+y1)/2-a.center[1]) < 0 {
		nx, ny = -nx, -ny
	}
	th := a.theme
	a.marks.Line(x0, y0, x1, y1, 1, th.Frame)
	number := TextStyle{Size: tickSize, Color: th.Muted, Halo: th.Halo, Align: Center, Middle: true}
	reach := 0.0
	for k, v := range a.ticks[axis].Values {
		p := e[0]
		p[axis] = a.along(axis, v)
		x, y, ok := a.at(p)
		if !ok || !a.view.Inset(-20).Contains(x, y) {
			continue
		}
		a.marks.Line(x, y, x+5*nx, y+5*ny, 1, th.Frame)
		d := 8 + a.support(a.ticks[axis].Labels[k], number, nx, ny)
		a.name(x+d*nx, y+d*ny, a.ticks[axis].Labels[k], number)
		reach = math.Max(reach, 2*d-8)
	}
	if a.names[axis] == "" {
		return
	}
	name := TextStyle{Size: labelSize, Weight: Medium, Color: th.Text, Halo: th.Halo, Align: Center, Middle: true}
	mx, my := (x0+x1)/2, (y0+y1)/2
	// Above the axis' end, where it is read as a heading and needs no turned letters; beside it where that is taken.
	head := func() {
		mx, my := x0, y0
		if y1 < y0 {
			mx, my = x1, y1
		}
		w, h := a.over.Measure(a.names[axis], name)
		v := a.view
		mx = math.Min(math.Max(v.X+w/2+2, mx+8*nx), v.X+v.W-w/2-2)
		for _, dy := range [...]float64{-h, -1.6 * h, -2.2 * h, h, 1.6 * h} {
			if a.name(mx, my+dy, a.names[axis], name) {
				return
			}
		}
	}
	if axis == 2 {
		head()
		return
	}
	d := reach + 4 + a.support(a.names[axis], name, nx, ny)
	for _, more := range [...]float64{0, 6, 12, 20} {
		if a.name(mx+(d+more)*nx, my+(d+more)*ny, a.names[axis], name) {
			return
		}
	}
	if math.Abs(x1-x0) < 1 {
		head() // beside an upright axis is no room
	}
}

// name draws a label and reports whether there was room: not over another one, nor half outside of a small view or a zoomed scene, since
// half a number misleads.
func (a *axesPainter) name(x, y float64, s string, st TextStyle) bool {
	w, _ := a.over.Measure(s, st)
	r := Rect{x - w/2, y - st.Size/2, w, st.Size}
	v := a.view
	if r.X < v.X || r.X+r.W > v.X+v.W || r.Y < v.Y || r.Y+r.H > v.Y+v.H || touches(r, a.taken) {
		return false
	}
	a.taken = append(a.taken, r)
	a.over.Text(x, y, s, st)
	return true
}

// support is how far a text's box reaches from its centre in a direction.
func (a *axesPainter) support(s string, st TextStyle, nx, ny float64) float64 {
	w, _ := a.over.Measure(s, st)
	return math.Abs(nx)*w/2 + math.Abs(ny)*st.Size*0.45
}
