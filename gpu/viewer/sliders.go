//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/gpu/ui"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/units"
)

// reading is the value of a buffer as the sidebar shows it.
type reading struct {
	at      time.Time
	version uint64 // of the data
	value   float64
	mixed   bool // its elements differ
	ok      bool
}

const (
	// scalarAge is how old a value that the step changes may be when it is shown.
	scalarAge = 100 * time.Millisecond
	// arrayAge is the same for the elements of a parameter, which only edits and functions of the script change.
	arrayAge = 500 * time.Millisecond
)

// read is the value of a buffer, or that all its elements have. It comes back from the device, so that it is asked for seldom.
func (v *Viewer) read(b *plan.Buffer) reading {
	s := &v.sidebar
	age := scalarAge
	if b.Len > 1 {
		age = arrayAge
	}
	if r, ok := s.readings[b.ID]; ok && (r.version == v.version || v.playing && time.Since(r.at) < age) {
		return r
	}
	r := reading{at: time.Now(), version: v.version}
	values := make([]float64, b.Len)
	if len(values) > 0 && v.sim.Instance().Read(b.ID, 0, values) == nil {
		r.ok, r.value = true, values[0]
		for _, x := range values {
			if x != r.value && !(math.IsNaN(x) && math.IsNaN(r.value)) {
				r.mixed = true
				break
			}
		}
	}
	if s.readings == nil {
		s.readings = map[plan.BufferID]reading{}
	}
	s.readings[b.ID] = r
	return r
}

// present is the value of a parameter.
func (v *Viewer) present(p *param) reading {
	if d := v.sidebar.drag; d != nil && d.p.id() == p.id() {
		return reading{value: d.value, ok: true}
	}
	if p.buf != nil {
		return v.read(p.buf)
	}
	for _, x := range v.line.Numbers(p.owner) {
		if x.Name == p.name {
			return reading{value: x.Value.Value, ok: true}
		}
	}
	return reading{}
}

// id is the same for rows that set the same thing.
func (p *param) id() string { return p.object + "." + p.name }

// slider is the range of a parameter's slider.
func (v *Viewer) slider(p *param) ui.Slider {
	s := &v.sidebar
	if s.ranges == nil {
		s.ranges = map[string]ui.Slider{}
	}
	r, known := s.ranges[p.id()]
	now := v.present(p)
	switch {
	case !known && p.given != nil:
		r = ui.Slider{Lo: p.given.Min, Hi: p.given.Max, Whole: p.kind == ir.Int, Declared: true}
	case p.kind == ir.Bool:
		r = ui.Slider{Lo: 0, Hi: 1, Whole: true, Declared: true}
	case !known:
		r = ui.Around(now.value, handySize(p.dim)*zeroReach(p.dim), p.kind == ir.Int)
	case s.drag == nil:
		r = r.Fits(now.value, handySize(p.dim)*zeroReach(p.dim))
	}
	if now.ok {
		s.ranges[p.id()] = r
	}
	return r
}

// zeroReach is how many units a slider around 0 reaches.
func zeroReach(d units.Dim) float64 {
	if d.Dimensionless() {
		return 1
	}
	return 10
}

// recentre lays the range of a slider anew around the present value.
func (v *Viewer) recentre(p *param) {
	if p.given != nil || p.kind == ir.Bool {
		v.say("the script gives the range of %s", p.name)
		return
	}
	delete(v.sidebar.ranges, p.id())
}

// sliderDrag is a slider under the hand.
type sliderDrag struct {
	p       *param
	x, w    float64 // of the track
	off     float64 // from the thumb to where the pointer took hold of it
	value   float64
	pending bool // value is not set yet
	gesture int
}

// grabSlider begins to drag; the number follows the pointer from the first press on.
func (v *Viewer) grabSlider(p *param, x, w, at float64) {
	if !v.arrive() {
		return
	}
	now := v.present(p)
	d := &sliderDrag{p: p, x: x, w: w, value: now.value, gesture: v.line.NewGesture()}
	if thumb := x + w*v.slider(p).Fraction(now.value); !now.mixed && math.Abs(at-thumb) <= thumbRadius {
		d.off = at - thumb // it does not jump
	}
	v.sidebar.drag = d
	if p.number && p.buf == nil {
		// The one edit that compiles: from here on the equations read the number from a variable.
		if !v.setParam(d.gesture, p, now.value) {
			v.sidebar.drag = nil
			return
		}
		p.buf = v.numberBuffer(p.owner, p.name)
	}
	if d.off == 0 {
		v.dragSlider(at)
	}
}

// dragSlider follows the pointer. The edit itself is made once in each round of the loop, however often the pointer moves.
func (v *Viewer) dragSlider(x float64) bool {
	d := v.sidebar.drag
	if d == nil {
		return false
	}
	if value := v.slider(d.p).Value((x - d.off - d.x) / d.w); value != d.value || v.present(d.p).mixed {
		d.value, d.pending = value, true
	}
	return true
}

// applySlider makes the edit that dragging asks for.
func (v *Viewer) applySlider() {
	d := v.sidebar.drag
	if d == nil || !d.pending {
		return
	}
	d.pending = false
	if !v.setParam(d.gesture, d.p, d.value) {
		v.sidebar.drag = nil
	}
}

// dropSlider ends dragging.
func (v *Viewer) dropSlider() {
	v.applySlider()
	v.sidebar.drag = nil
}

// setParam sets a parameter.
func (v *Viewer) setParam(gesture int, p *param, x float64) bool {
	ok := v.doWithin(gesture, timeline.SetParameter{Object: p.object, Name: p.name, Value: x})
	if ok && p.buf != nil {
		delete(v.sidebar.readings, p.buf.ID)
	}
	return ok
}

// parseValue reads what was typed for a parameter.
func parseValue(p *param, text string) (float64, error) {
	text = strings.TrimSpace(text)
	if p.kind == ir.Bool {
		switch strings.ToLower(text) {
		case "true", "1":
			return 1, nil
		case "false", "0":
			return 0, nil
		}
		return 0, fmt.Errorf("%s is true or false", p.name)
	}
	q, err := units.Parse(text)
	if err != nil {
		return 0, err
	}
	if q.Dim != p.dim {
		example := units.FormatNumber(5)
		if u := unitName(p.dim); u != "" {
			example += "*" + u
		}
		what := "is a number without unit"
		if !p.dim.Dimensionless() {
			what = "is in " + p.dim.String()
		}
		given := "has no unit"
		if !q.Dim.Dimensionless() {
			given = "is in " + q.Dim.String()
		}
		return 0, fmt.Errorf("%s %s, and %s %s; write for example %s", p.name, what, text, given, example)
	}
	if math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
		return 0, fmt.Errorf("%s is not a finite number", text)
	}
	if p.kind == ir.Int && q.Value != math.Trunc(q.Value) {
		return 0, fmt.Errorf("%s is a whole number", p.name)
	}
	return q.Value, nil
}

// valueOf writes a value so that it can be read and typed: "20*ms".
func valueOf(p *param, x float64) string {
	if p.kind == ir.Bool {
		return map[bool]string{true: "true", false: "false"}[x != 0]
	}
	if p.dim.Dimensionless() {
		return units.FormatNumber(x)
	}
	n, unit := units.Scale(units.Quantity{Value: x, Dim: p.dim})
	return units.FormatNumber(n) + "*" + unit
}
