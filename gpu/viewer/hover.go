//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
)

// hover is what lies under the pointer: looked up without waiting, so it may be a frame or two old.
type hover struct {
	hit     render.Hit
	value   float64
	place   [3]float64 // of a point of a scatter
	asked   [3]float64 // pointer and version of the last look-up
	waiting bool
	chart   probe // where the pointer is over a chart
}

func (h *hover) pending() bool { return h.waiting }

// lookUp asks for what is under the pointer when it moved or the data changed, and takes in answers that have arrived.
func (v *Viewer) lookUp(f render.Frame) error {
	h := &v.hover
	var err error
	v.renderer.PollPicks(func(_ any, hit render.Hit) {
		h.hit, h.waiting = hit, false
		if it := v.stage.items[hit.Item]; it != nil && !hit.Edge {
			if h.value, err = v.stage.value(it, hit.Element); err == nil {
				v.changed = true
			}
			if s, ok := hit.Item.(*render.Scatter); ok && err == nil {
				h.place, err = v.stage.place(s, it, hit.Element)
			}
		}
	})
	if err != nil {
		return err
	}
	if !v.mouse.inside || v.mouse.dragging() {
		h.hit, h.chart = render.Hit{}, probe{}
		return nil
	}
	at := [3]float64{v.mouse.x, v.mouse.y, float64(f.Version)}
	if at == h.asked || h.waiting {
		return nil
	}
	was := h.chart
	h.chart = probe{}
	if pl, _, _ := v.over(v.mouse.x, v.mouse.y); pl != nil && pl.Panel.Chart() != nil && !v.help && !v.overPanelOfOurs(v.mouse.x, v.mouse.y) {
		if h.chart, err = v.ask(pl, v.mouse.x, v.mouse.y); err != nil {
			return err
		}
		v.changed = v.changed || !slices.Equal(was.lines, h.chart.lines)
		h.asked, h.hit = at, render.Hit{}
		return nil
	}
	started, err := v.renderer.Pick(v.scene, f, v.mouse.x, v.mouse.y, nil)
	if err != nil {
		return err
	}
	h.asked, h.waiting = at, started
	if !started {
		h.hit = render.Hit{}
	}
	return nil
}

// drawHover draws population, index, coordinates and value beside the pointer.
func (v *Viewer) drawHover(o *render.Overlay, th *render.Theme, width, height float64) {
	if !v.mouse.inside || v.mouse.dragging() {
		return
	}
	if p := v.hover.chart; len(p.lines) > 0 {
		if p.marked {
			o.Circle(p.x, p.y, 5, th.Background)
			o.Circle(p.x, p.y, 3.5, th.Accent)
		}
		v.drawTip(o, th, width, height, p.lines)
		return
	}
	it := v.stage.items[v.hover.hit.Item]
	if it == nil || v.hover.hit.Edge {
		return
	}
	g, e := it.view.Group, v.hover.hit.Element
	where := fmt.Sprintf("%s[%d]", g.Name, e)
	if s, ok := v.hover.hit.Item.(*render.Scatter); ok && it.at != [3]*shown{} {
		for k, c := range []render.Coord{s.X, s.Y, s.Z} {
			if c.Scale != nil {
				where += fmt.Sprintf("   %s %s", c.Scale.Label, number(c.Scale.Shown(v.hover.place[k]), c.Scale.Unit))
			}
		}
	} else if grid := g.Grid; grid != nil {
		where += fmt.Sprintf("   x %d, y %d", e%grid.Cols, e/grid.Cols%grid.Rows)
		if grid.Layers > 1 {
			where += fmt.Sprintf(", z %d", e/(grid.Cols*grid.Rows))
		}
	}
	value := fmt.Sprintf("%s = %s", it.view.Var, number(it.scale.Shown(v.hover.value), it.scale.Unit))
	v.drawTip(o, th, width, height, []string{where, value})
}

// drawTip draws lines of text beside the pointer, the last one stronger.
func (v *Viewer) drawTip(o *render.Overlay, th *render.Theme, width, height float64, lines []string) {
	st := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	wide := 0.0
	for _, l := range lines {
		w, _ := o.Measure(l, st)
		wide = math.Max(wide, w)
	}
	box := render.Rect{X: v.mouse.x + 14, Y: v.mouse.y + 14, W: wide + 20, H: 19*float64(len(lines)) + 10}
	if box.X+box.W > width {
		box.X = math.Max(v.mouse.x-14-box.W, 0)
	}
	if box.Y+box.H > height {
		box.Y = math.Max(v.mouse.y-14-box.H, 0)
	}
	o.Box(box, 6, th.Panel, 1, th.PanelEdge)
	for k, l := range lines {
		if k == len(lines)-1 {
			st.Weight = render.Medium
		}
		o.Text(box.X+10, box.Y+14+19*float64(k), l, st)
	}
}

// pickPoint is the place in the scene of what is under the pointer, looked up at once.
func (v *Viewer) pickPoint() (render.Vec3, bool) {
	hit, err := v.renderer.PickNow(v.scene, v.lastFrame, v.mouse.x, v.mouse.y)
	it := v.stage.items[hit.Item]
	if err != nil || it == nil || it.view.Kind > net.Scatter {
		return render.Vec3{}, false
	}
	if s, ok := hit.Item.(*render.Scatter); ok && it.at != [3]*shown{} {
		at, err := v.stage.place(s, it, hit.Element)
		return hit.Panel.Put(at[0], at[1], at[2]), err == nil
	}
	s, box := shape(it.view.Group), hit.Panel.Bounds()
	at := func(i, n, axis int) float64 {
		if n < 2 {
			return (box.Min[axis] + box.Max[axis]) / 2
		}
		return box.Min[axis] + (box.Max[axis]-box.Min[axis])*float64(i)/float64(n-1)
	}
	cols, rows := s[2], s[1]
	p := render.Vec3{at(hit.Element%cols, cols, 0), at(hit.Element/cols%rows, rows, 1), (box.Min[2] + box.Max[2]) / 2}
	return p, true
}
