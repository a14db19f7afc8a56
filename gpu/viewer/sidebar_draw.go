//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/gpu/ui"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// shorten cuts a text to a width, with dots where something is missing.
func shorten(o *render.Overlay, text string, st render.TextStyle, width float64) string {
	if w, _ := o.Measure(text, st); w <= width {
		return text
	}
	r := []rune(text)
	for len(r) > 0 {
		r = r[:len(r)-1]
		if w, _ := o.Measure(string(r)+"…", st); w <= width {
			return string(r) + "…"
		}
	}
	return ""
}

// drawSidebar draws the sidebar at the left. The bar is drawn over its end.
func (v *Viewer) drawSidebar(o *render.Overlay, th *render.Theme, height float64) {
	s := &v.sidebar
	s.spots = s.spots[:0]
	if !v.sidebarSeen() {
		return
	}
	width := v.sidebarWidth()
	bottom := height - barHeight
	panel := th.Panel.Alpha(1)
	o.Fill(render.Rect{X: 0, Y: 0, W: width, H: bottom}, panel)
	v.layRows(o, width-2*sidePad-scrollBar)
	view := bottom - sidebarHead
	s.scroll.By(0, s.content, view)
	for k := range s.rows {
		r := &s.rows[k]
		y := sidebarHead + r.y - s.scroll.Offset
		if h := rowHeights[r.kind]; y+h > sidebarHead && y < bottom {
			v.drawRow(o, th, r, render.Rect{X: sidePad, Y: y, W: width - 2*sidePad - scrollBar + 4, H: h})
		}
	}
	// What lies above and below the list covers the rows that reach beyond it.
	o.Fill(render.Rect{X: 0, Y: bottom, W: width, H: barHeight}, th.Background)
	o.Fill(render.Rect{X: 0, Y: 0, W: width, H: sidebarHead}, panel)
	for k := range s.spots {
		s.spots[k].rect = within(s.spots[k].rect, sidebarHead, bottom)
	}
	v.drawHead(o, th, width)
	if at, size, ok := s.scroll.Thumb(s.content, view); ok {
		o.Box(render.Rect{X: width - scrollBar - 1, Y: sidebarHead + at, W: scrollBar - 2, H: size}, 2.5, th.Frame, 0, th.Frame)
	}
	o.Line(width, 0, width, bottom, 1, th.PanelEdge)
}

// within cuts what lies above and below the list off a rectangle.
func within(r render.Rect, top, bottom float64) render.Rect {
	y0, y1 := math.Max(r.Y, top), math.Min(r.Y+r.H, bottom)
	r.Y, r.H = y0, math.Max(y1-y0, 0)
	return r
}

// drawHead draws the filter and the numbers of steps.
func (v *Viewer) drawHead(o *render.Overlay, th *render.Theme, width float64) {
	s := &v.sidebar
	st := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	muted := st
	muted.Color = th.Muted
	w := width - 2*sidePad
	filter := render.Rect{X: sidePad, Y: 10, W: w, H: 24}
	s.spots = append(s.spots, spot{rect: filter, field: filterField})
	if s.filter.String() == "" && s.focus != filterField {
		v.drawTyped(o, th, filter, filterField, "", st)
		o.Text(filter.X+7, filter.Y+12, "filter by name or tag", muted)
	} else {
		v.drawTyped(o, th, filter, filterField, s.filter.String(), st)
	}

	y := 52.0
	n := v.pace.steps
	if n == 0 {
		n = runSteps
	}
	x := sidePad + o.Text(sidePad, y, "run", st) + 7
	steps := render.Rect{X: x, Y: y - 11, W: 74, H: 22}
	v.drawTyped(o, th, steps, stepsField, fmt.Sprint(n), st)
	s.spots = append(s.spots, spot{rect: steps, field: stepsField})
	x = steps.X + steps.W + 7
	x += o.Text(x, y, "steps", st) + 8
	start := render.Rect{X: x, Y: y - 11, W: 26, H: 22}
	o.Box(start, 4, th.Background, 1, th.PanelEdge)
	if v.pace.count && v.playing {
		o.Fill(render.Rect{X: x + 9, Y: y - 4, W: 8, H: 8}, th.Accent)
		x += 33
		left := fmt.Sprintf("%s left", grouped(v.pace.end-v.stage.position().Step))
		muted.Size = sideSmall
		o.Text(x, y, shorten(o, left, muted, width-sidePad-x), muted)
	} else {
		o.Triangle(x+9, y-5, x+9, y+5, x+18, y, th.Accent)
	}
	s.spots = append(s.spots, spot{rect: start, press: func(float64) { v.pressRun() }})

	y = 80
	x = sidePad + o.Text(sidePad, y, "draw every", st) + 7
	every := render.Rect{X: x, Y: y - 11, W: 62, H: 22}
	text := "-"
	if v.pace.every > 0 {
		text = fmt.Sprint(v.pace.every)
	}
	v.drawTyped(o, th, every, everyField, text, st)
	s.spots = append(s.spots, spot{rect: every, field: everyField})
	tail := "steps"
	switch v.pace.every {
	case 0:
		tail = "step (off)"
	case 1:
		tail = "step"
	}
	o.Text(every.X+every.W+7, y, shorten(o, tail, st, width-every.X-every.W-10), st)
	if s.fault != "" && (s.focus == stepsField || s.focus == everyField) {
		bad := render.TextStyle{Size: sideSmall, Color: th.Bad, Middle: true}
		o.Fill(render.Rect{X: 0, Y: 92, W: width, H: 40}, th.Panel.Alpha(1))
		for k, l := range render.Wrap(o, s.fault, bad, w) {
			o.Text(sidePad, 98+float64(k)*14, l, bad)
		}
		return
	}
	o.Line(sidePad, sidebarHead-4, width-sidePad, sidebarHead-4, 1, th.PanelEdge)
}

// drawTyped draws a field: its text, or what is typed into it.
func (v *Viewer) drawTyped(o *render.Overlay, th *render.Theme, r render.Rect, name, text string, st render.TextStyle) {
	s := &v.sidebar
	edge := th.PanelEdge
	focus := s.focus == name
	if focus {
		edge = th.Accent
		if s.fault != "" {
			edge = th.Bad
		}
	}
	o.Box(r, 4, th.Background, 1, edge)
	y := r.Y + r.H/2
	if !focus {
		o.Text(r.X+7, y, shorten(o, text, st, r.W-12), st)
		return
	}
	typed := s.typed(name)
	_, before := typed.Caret()
	shown := []rune(typed.String())
	left := 0
	for { // the caret stays in sight
		if w, _ := o.Measure(string([]rune(before)[left:]), st); w <= r.W-14 || left >= len([]rune(before)) {
			break
		}
		left++
	}
	shown = shown[left:]
	for w, _ := o.Measure(string(shown), st); w > r.W-12 && len(shown) > 0; w, _ = o.Measure(string(shown), st) {
		shown = shown[:len(shown)-1]
	}
	o.Text(r.X+7, y, string(shown), st)
	w, _ := o.Measure(string([]rune(before)[left:]), st)
	o.Line(r.X+7+w, y-8, r.X+7+w, y+8, 1.2, th.Accent)
}

// typed is the text of a field under edit.
func (s *sidebar) typed(name string) *ui.Text {
	if name == filterField {
		return &s.filter
	}
	return &s.text
}

// drawRow draws a row of the list and notes what can be clicked on.
func (v *Viewer) drawRow(o *render.Overlay, th *render.Theme, r *row, at render.Rect) {
	s := &v.sidebar
	y := at.Y + at.H/2
	st := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	small := render.TextStyle{Size: sideSmall, Color: th.Muted, Middle: true}
	right := small
	right.Align = render.Right
	if v.mouse.inside && at.Contains(v.mouse.x, v.mouse.y) && v.mouse.y > sidebarHead && (r.kind == entryRow || r.kind == itemRow && len(r.item.kinds) > 0) && s.drag == nil {
		o.Box(render.Rect{X: at.X - 6, Y: at.Y + 1, W: at.W + 8, H: at.H - 2}, 4, th.Grid.Alpha(0.7), 0, th.Grid)
	}
	switch r.kind {
	case sectionRow:
		small.Weight = render.Medium
		o.Text(at.X, y+3, r.text, small)
	case entryRow:
		if len(r.entry.items) > 0 {
			if r.open {
				o.Triangle(at.X, y-3, at.X+9, y-3, at.X+4.5, y+4, th.Muted)
			} else {
				o.Triangle(at.X+1, y-5, at.X+1, y+5, at.X+8, y, th.Muted)
			}
		}
		st.Weight = render.Medium
		name := shorten(o, r.entry.name, st, at.W*0.62)
		x := at.X + 15 + o.Text(at.X+15, y, name, st) + 10
		o.Text(at.X+at.W, y, shorten(o, r.entry.note, small, at.X+at.W-x), right)
		e, open := r.entry, r.open
		s.spots = append(s.spots, spot{rect: at, press: func(float64) {
			if s.open == nil {
				s.open = map[string]bool{}
			}
			s.open[e.key()] = !open
		}})
	case tagsRow:
		o.Text(at.X+15, y-1, r.text, small)
	case numbersRow:
		small.Weight = render.Medium
		o.Text(at.X+15, y+2, r.text, small)
	case noteRow:
		if r.bad {
			small.Color = th.Bad
		}
		o.Text(at.X+15, y-1, r.text, small)
	case itemRow:
		v.drawItem(o, th, r.item, at)
	case kindsRow:
		v.drawKinds(o, th, r, at)
	case sliderRow:
		v.drawSlider(o, th, r.item.param, at)
	}
}

// drawItem draws a variable: its mark, its name and unit, and its value.
func (v *Viewer) drawItem(o *render.Overlay, th *render.Theme, it *item, at render.Rect) {
	s := &v.sidebar
	y := at.Y + at.H/2
	st := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	small := render.TextStyle{Size: sideSmall, Color: th.Muted, Middle: true}
	if len(it.kinds) > 0 {
		o.Circle(at.X+4.5, y, 4.5, th.Muted)
		inner := th.Panel.Alpha(1)
		if len(v.viewsOf(&it.subject)) > 0 {
			o.Circle(at.X+4.5, y, 4.5, th.Accent)
			inner = th.Accent
		}
		o.Circle(at.X+4.5, y, 3.2, inner)
		s.spots = append(s.spots, spot{rect: at, press: func(float64) { v.toggleSubject(it) }})
	}
	end := at.X + at.W
	if p := it.param; p != nil {
		f := render.Rect{X: end - valueWidth, Y: y - 10, W: valueWidth, H: 20}
		r := v.present(p)
		text := "?"
		switch {
		case r.ok && r.mixed:
			text = "differ"
		case r.ok:
			text = valueOf(p, r.value)
			if w, _ := o.Measure(text, st); w > f.W-12 { // the unit stands beside the name
				text = units.FormatNumber(r.value)
			}
		}
		v.drawTyped(o, th, f, it.key, text, st)
		s.spots = append(s.spots, spot{rect: f, field: it.key})
		end = f.X - 8
	} else if it.scalar && it.buf != nil {
		if r := v.read(it.buf); r.ok {
			right := st
			right.Align = render.Right
			text := units.Format(units.Quantity{Value: significant(r.value, 5), Dim: it.dim})
			w, _ := o.Measure(text, right)
			o.Text(end, y, text, right)
			end -= w + 8
		}
	}
	label := shorten(o, it.label, st, end-at.X-15)
	x := at.X + 15 + o.Text(at.X+15, y, label, st) + 6
	if it.unit != "" && (it.param == nil && !it.scalar || it.param != nil && len(it.unit) > 5) {
		o.Text(x, y, shorten(o, it.unit, small, end-x), small)
	}
}

const valueWidth = 92.0

// drawKinds draws the buttons for the ways to draw a variable that is shown.
func (v *Viewer) drawKinds(o *render.Overlay, th *render.Theme, r *row, at render.Rect) {
	x := at.X + 15
	shown := map[net.ViewKind]bool{}
	for _, w := range v.viewsOf(&r.item.subject) {
		shown[w.Kind] = true
	}
	for _, k := range r.chips {
		box := render.Rect{X: x, Y: at.Y + 2, W: chipWidth(o, k.name), H: at.H - 5}
		st := render.TextStyle{Size: sideSmall, Color: th.Text, Middle: true, Align: render.Center}
		fill, edge := th.Background, th.PanelEdge
		if shown[k.of] {
			fill, edge, st.Color = th.Accent, th.Accent, th.Background
		}
		o.Box(box, 4, fill, 1, edge)
		o.Text(box.X+box.W/2, box.Y+box.H/2, k.name, st)
		it := r.item
		v.sidebar.spots = append(v.sidebar.spots, spot{rect: box, press: func(float64) { v.chooseKind(it, k) }})
		x += box.W + 4
	}
}

// drawSlider draws the track with its thumb, and the ends of its range.
func (v *Viewer) drawSlider(o *render.Overlay, th *render.Theme, p *param, at render.Rect) {
	s := v.slider(p)
	x, w := at.X+15+thumbRadius, at.W-15-2*thumbRadius
	y := at.Y + at.H/2 - 2
	o.Line(x, y, x+w, y, 3, th.PanelEdge)
	if r := v.present(p); r.ok && !r.mixed {
		at := x + w*s.Fraction(r.value)
		if zero := x + w*s.Fraction(0); at != zero {
			o.Line(zero, y, at, y, 3, th.Accent)
		}
		o.Circle(at, y, thumbRadius, th.Panel.Alpha(1))
		o.Circle(at, y, thumbRadius-1, th.Accent)
	}
	v.sidebar.spots = append(v.sidebar.spots, spot{rect: render.Rect{X: x - thumbRadius, Y: at.Y, W: w + 2*thumbRadius, H: at.H},
		press: func(at float64) { v.grabSlider(p, x, w, at) }, twice: func() { v.recentre(p) }})
}

const thumbRadius = 6.5
