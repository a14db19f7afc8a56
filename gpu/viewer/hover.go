//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// hover is what lies under the pointer: looked up without waiting, so it may be a frame or two old.
type hover struct {
	hit     render.Hit
	value   float64
	asked   [3]float64 // pointer and version of the last look-up
	waiting bool
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
		}
	})
	if err != nil {
		return err
	}
	if !v.mouse.inside || v.mouse.dragging() {
		h.hit = render.Hit{}
		return nil
	}
	at := [3]float64{v.mouse.x, v.mouse.y, float64(f.Version)}
	if at == h.asked || h.waiting {
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
	it := v.stage.items[v.hover.hit.Item]
	if it == nil || v.hover.hit.Edge || !v.mouse.inside || v.mouse.dragging() {
		return
	}
	g, e := it.view.Group, v.hover.hit.Element
	where := fmt.Sprintf("%s[%d]", g.Name, e)
	if grid := g.Grid; grid != nil {
		where += fmt.Sprintf("   x %d, y %d", e%grid.Cols, e/grid.Cols%grid.Rows)
		if grid.Layers > 1 {
			where += fmt.Sprintf(", z %d", e/(grid.Cols*grid.Rows))
		}
	}
	value := fmt.Sprintf("%s = %s", it.view.Var, units.FormatNumber(significant(it.scale.Shown(v.hover.value), 4)))
	if it.scale.Unit != "" {
		value += " " + it.scale.Unit
	}
	st := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	w1, _ := o.Measure(where, st)
	w2, _ := o.Measure(value, st)
	box := render.Rect{X: v.mouse.x + 14, Y: v.mouse.y + 14, W: math.Max(w1, w2) + 20, H: 48}
	if box.X+box.W > width {
		box.X = math.Max(v.mouse.x-14-box.W, 0)
	}
	if box.Y+box.H > height {
		box.Y = math.Max(v.mouse.y-14-box.H, 0)
	}
	o.Box(box, 6, th.Panel, 1, th.PanelEdge)
	o.Text(box.X+10, box.Y+14, where, st)
	st.Weight = render.Medium
	o.Text(box.X+10, box.Y+33, value, st)
}

// pickPoint is the place in the scene of what is under the pointer, looked up at once.
func (v *Viewer) pickPoint() (render.Vec3, bool) {
	hit, err := v.renderer.PickNow(v.scene, v.lastFrame, v.mouse.x, v.mouse.y)
	it := v.stage.items[hit.Item]
	if err != nil || it == nil || it.view.Kind > net.Scatter {
		return render.Vec3{}, false
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
