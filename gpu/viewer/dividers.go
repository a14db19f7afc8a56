//go:build cgo && linux

package viewer

import (
	"time"

	"github.com/galvani-sim/galvani/gpu/render"
)

// dividerSlop is how far from a divider the pointer takes hold of it.
const dividerSlop = 4.0

// divider is the one that is dragged.
type divider struct {
	held  bool
	which int
	last  time.Time // of the press before, for a double click
}

// dividerUnder is the divider under a point, -1 for none.
func (v *Viewer) dividerUnder(x, y float64) int {
	if v.help || v.overPanelOfOurs(x, y) {
		return -1
	}
	w, h, scale := v.size()
	for k, d := range v.scene.Dividers(w, h, scale) {
		if d.Near(x, y, dividerSlop) {
			return k
		}
	}
	return -1
}

// overPanelOfOurs reports whether a point lies on the bar, the sidebar or the inspector.
func (v *Viewer) overPanelOfOurs(x, y float64) bool {
	if v.bare {
		return false
	}
	w, h, scale := v.size()
	g, _ := v.inspected()
	return y > float64(h)/scale-barHeight || v.sidebar.shown && x < v.sidebarWidth() || g != nil && x > float64(w)/scale-inspectorWidth
}

// pressDivider takes hold of the divider under the pointer; the second of two presses puts it back where it lies by itself.
func (v *Viewer) pressDivider(x, y float64) bool {
	k := v.dividerUnder(x, y)
	if k < 0 {
		return false
	}
	d := &v.divider
	now := time.Now()
	if k == d.which && now.Sub(d.last) < doubleClick {
		w, h, scale := v.size()
		v.scene.ResetDivider(w, h, scale, k)
		*d = divider{}
		return true
	}
	*d = divider{held: true, which: k, last: now}
	return true
}

// dragDivider moves the divider that is held.
func (v *Viewer) dragDivider(x, y float64) bool {
	d := &v.divider
	if !d.held {
		return false
	}
	w, h, scale := v.size()
	list := v.scene.Dividers(w, h, scale)
	if d.which >= len(list) { // panels were made anew under the hand
		d.held = false
		return false
	}
	if list[d.which].Vertical {
		y = x
	}
	v.scene.MoveDivider(w, h, scale, d.which, y)
	return true
}

// drawDivider shows the divider that can be taken, or is held.
func (v *Viewer) drawDivider(o *render.Overlay, th *render.Theme) {
	k := v.divider.which
	if !v.divider.held {
		if !v.mouse.inside || v.mouse.dragging() || v.mouse.scrub || v.sidebar.drag != nil || v.hands.grabbed != nil || v.hands.brush != nil {
			return
		}
		k = v.dividerUnder(v.mouse.x, v.mouse.y)
	}
	w, h, scale := v.size()
	if list := v.scene.Dividers(w, h, scale); k >= 0 && k < len(list) {
		l := list[k].Line
		o.Line(l.X, l.Y, l.X+l.W, l.Y+l.H, 2, th.Accent)
	}
}
