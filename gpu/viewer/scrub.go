//go:build cgo && linux

package viewer

import (
	"math"

	"github.com/galvani-sim/galvani/gpu/render"
	timeline "github.com/galvani-sim/galvani/host/session"
)

const (
	scrubMargin = 16.0
	scrubY      = 8.0 // of the present branch's line, from the bar's top
	branchStep  = 4.0 // between the lines of branches
	mostLines   = 3   // lines of other branches
)

// scrubRange is the stretch of steps that the time bar shows: what was reached in any branch, and the end of the script's run.
func (v *Viewer) scrubRange() (lo, hi int64) {
	lo, hi = v.line.Range()
	for _, b := range v.line.Branches() {
		if !b.Closed {
			hi = max(hi, b.Last)
		}
	}
	return lo, max(hi, v.until, lo+1)
}

// scrubX is where a step lies on the time bar.
func (v *Viewer) scrubX(step int64, width float64) float64 {
	lo, hi := v.scrubRange()
	return scrubMargin + float64(step-lo)/float64(hi-lo)*(width-2*scrubMargin)
}

// scrubbing follows the pointer while the time bar is dragged.
func (v *Viewer) scrubbing(x float64) bool {
	if !v.mouse.scrub {
		return false
	}
	w, _, scale := v.size()
	lo, hi := v.scrubRange()
	f := (x - scrubMargin) / (float64(w)/scale - 2*scrubMargin)
	v.goTo(lo + int64(math.Round(math.Max(0, math.Min(1, f))*float64(hi-lo))))
	return true
}

// others are the branches that are not played, newest first, as many as the bar has lines for.
func (v *Viewer) others() (out []timeline.Branch) {
	list := v.line.Branches()
	for k := len(list) - 1; k >= 0 && len(out) < mostLines; k-- {
		if !list[k].Present && !list[k].Closed {
			out = append(out, list[k])
		}
	}
	return out
}

// branchAt is the branch whose line lies at a height of the bar, -1 for none.
func (v *Viewer) branchAt(y float64) int {
	for k, b := range v.others() {
		if math.Abs(y-(scrubY+float64(k+1)*branchStep)) < branchStep/2 {
			return b.ID
		}
	}
	return -1
}

// drawScrub draws the time bar: the past, the future that is known, other branches under it, and a mark for each edit.
func (v *Viewer) drawScrub(o *render.Overlay, th *render.Theme, width, height float64) {
	top := height - barHeight
	y := top + scrubY
	first, last := v.line.Range()
	at := v.line.Step()
	if v.target >= 0 {
		at = v.target
	}
	x0, x1, xn := v.scrubX(first, width), v.scrubX(last, width), v.scrubX(at, width)
	o.Line(scrubMargin, y, width-scrubMargin, y, 3, th.PanelEdge)
	o.Line(x0, y, x1, y, 3, th.Frame)
	o.Line(x0, y, xn, y, 3, th.Accent)
	for k, b := range v.others() {
		by := y + float64(k+1)*branchStep
		o.Line(v.scrubX(b.Fork, width), by, math.Max(v.scrubX(b.Last, width), v.scrubX(b.Fork, width)+2), by, 1.5, th.Muted)
	}
	log := v.line.Log()
	drawn := math.Inf(-1)
	for _, e := range log[max(0, len(log)-2000):] {
		if e.Step < first || e.Step > last {
			continue
		}
		if x := v.scrubX(e.Step, width); x > drawn+3 {
			o.Line(x, y-5, x, y-2.5, 1.5, th.Text)
			drawn = x
		}
	}
	o.Circle(xn, y, 6, th.Panel)
	o.Circle(xn, y, 5, th.Accent)
}

// drawMode draws the line that says what the mouse does, or has a message.
func (v *Viewer) drawMode(o *render.Overlay, th *render.Theme, width, height float64) {
	st := render.TextStyle{Size: 12, Color: th.Muted, Middle: true}
	if v.hands.mode != looking {
		st.Color = th.Text
	}
	y := height - (barHeight-scrubHeight-controlHeight)/2 - 1
	if v.slow() {
		right := render.TextStyle{Size: 12, Color: th.Accent, Middle: true, Align: render.Right}
		w, _ := o.Measure(slowText, right)
		o.Text(width-14, y, slowText, right)
		width -= w + 14
	}
	if v.message != "" || v.fault != nil {
		text := v.message
		st.Color = th.Text
		if text == "" {
			text, st.Color = v.faultText(), th.Bad
		}
		o.Text(14, y, render.Shorten(o, text, st, width-28), st)
		return
	}
	text := modeText[v.hands.mode]
	if w, _ := o.Measure(text, st); w > width-24 {
		text = modeShort[v.hands.mode]
	}
	if w, _ := o.Measure(text, st); w <= width-24 {
		o.Text(14, y, text, st)
	}
}

// slowText says that a picture shows more than was computed.
const slowText = "slow motion: what lies between two steps is for the eye"
