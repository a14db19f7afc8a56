//go:build cgo && linux

package viewer

import (
	"math"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/gpu/ui"
	"github.com/galvani-sim/galvani/gpu/window"
	"github.com/galvani-sim/galvani/host/net"
)

// sidebarPress does what lies under the pointer, and reports whether the sidebar or its button does.
func (v *Viewer) sidebarPress(b window.Button, x, y float64) bool {
	s := &v.sidebar
	if !v.bare && s.button.Contains(x, y) {
		if b == window.Left {
			v.toggleSidebar()
		}
		return true
	}
	v.blur()
	_, h, scale := v.size()
	if !v.sidebarSeen() || x >= v.sidebarWidth() || y > float64(h)/scale-barHeight {
		return false
	}
	if b != window.Left {
		return true
	}
	v.inspector.focus = ""
	for k := len(s.spots) - 1; k >= 0; k-- { // the last drawn lies on top
		p := s.spots[k]
		if !p.rect.Contains(x, y) {
			continue
		}
		now := time.Now()
		twice := now.Sub(s.pressed) < doubleClick && math.Hypot(x-s.pressX, y-s.pressY) < clickSlop
		s.pressed, s.pressX, s.pressY = now, x, y
		switch {
		case p.field != "":
			v.editField(p.field)
		case twice && p.twice != nil:
			s.pressed = time.Time{}
			p.twice()
		default:
			p.press(x)
		}
		break
	}
	return true
}

// sidebarWheel scrolls the list.
func (v *Viewer) sidebarWheel(dy float64) bool {
	_, h, scale := v.size()
	bottom := float64(h)/scale - barHeight
	if !v.sidebarSeen() || v.mouse.x >= v.sidebarWidth() || v.mouse.y > bottom {
		return false
	}
	v.sidebar.scroll.By(-3*rowHeights[itemRow]*dy, v.sidebar.content, bottom-sidebarHead)
	return true
}

// blur leaves a field because of a click elsewhere: numbers of steps count as they stand, a value that was not accepted does not.
func (v *Viewer) blur() {
	s := &v.sidebar
	switch s.focus {
	case stepsField:
		if n, err := readCount(s.text.String(), 1); err == nil {
			v.pace.steps = n
		}
	case everyField:
		if n, err := readCount(s.text.String(), 0); err == nil && n != v.pace.every {
			v.setEvery(n)
		}
	}
	s.leave()
}

// leave takes the keyboard away from the field that has it.
func (s *sidebar) leave() { s.focus, s.fault = "", "" }

// editField gives the keyboard to a field.
func (v *Viewer) editField(name string) {
	s := &v.sidebar
	s.focus, s.fault = name, ""
	v.inspector.focus = ""
	switch name {
	case filterField:
		s.filter.Set(s.filter.String())
		return
	case stepsField:
		n := v.pace.steps
		if n == 0 {
			n = runSteps
		}
		s.text.Set(grouped(n))
	case everyField:
		s.text.Set(grouped(v.pace.every))
	default:
		s.text.Set("")
		if p := v.itemOfKey(name); p != nil && p.param != nil {
			if r := v.present(p.param); r.ok && !r.mixed {
				s.text.Set(valueOf(p.param, r.value))
			}
		}
	}
}

// itemOfKey is the row with a value under edit.
func (v *Viewer) itemOfKey(key string) *item {
	for _, e := range v.entries() {
		for _, it := range e.items {
			if it.key == key {
				return it
			}
		}
	}
	return nil
}

// sidebarKey hands a key to the field that has the keyboard, and reports whether there is one.
func (v *Viewer) sidebarKey(k window.Key, mods window.Mods) bool {
	s := &v.sidebar
	if s.focus == "" || !v.sidebarSeen() {
		s.focus = ""
		return false
	}
	t := s.typed(s.focus)
	switch {
	case k == window.KeyTab:
		v.nextField(mods&window.Shift != 0)
		return true
	case k == window.Key('V') && mods&window.Control != 0:
		t.Insert(v.win.Clipboard())
		return true
	case k == window.Key('C') && mods&window.Control != 0:
		v.win.SetClipboard(t.String())
		return true
	}
	switch t.Key(k, mods) {
	case ui.Left:
		if s.focus == filterField && s.filter.String() != "" {
			s.filter.Set("") // the first Esc shows everything again
			return true
		}
		s.leave()
	case ui.Accepted:
		v.acceptField()
	}
	return true
}

// sidebarType types a character.
func (v *Viewer) sidebarType(c rune) {
	s := &v.sidebar
	s.typed(s.focus).Type(c)
	s.fault = ""
	if s.focus == filterField {
		s.open, s.scroll = nil, ui.Scroll{}
	}
}

// nextField goes on to the next field, or back, of those that are in sight.
func (v *Viewer) nextField(back bool) {
	s := &v.sidebar
	order := []string{filterField, stepsField, everyField}
	for _, r := range s.rows {
		if r.kind == itemRow && r.item.param != nil {
			order = append(order, r.item.key)
		}
	}
	by := 1
	if back {
		by = -1
	}
	to := order[(slices.Index(order, s.focus)+by+len(order))%len(order)]
	v.editField(to)
	_, h, scale := v.size()
	for _, r := range s.rows {
		if r.kind == itemRow && r.item.key == to {
			s.scroll.Show(r.y, rowHeights[itemRow]+rowHeights[sliderRow], s.content, float64(h)/scale-barHeight-sidebarHead)
		}
	}
}

// acceptField uses what was typed.
func (v *Viewer) acceptField() {
	s := &v.sidebar
	text := s.text.String()
	switch s.focus {
	case filterField:
		s.leave()
	case stepsField:
		n, err := readCount(text, 1)
		if err != nil {
			s.fault = err.Error()
			return
		}
		s.leave()
		v.runFor(n)
	case everyField:
		n, err := readCount(text, 0)
		if err != nil {
			s.fault = err.Error()
			return
		}
		s.leave()
		v.setEvery(n)
	default:
		it := v.itemOfKey(s.focus)
		if it == nil || it.param == nil { // an edit took it away
			s.leave()
			return
		}
		x, err := parseValue(it.param, text)
		if err != nil {
			s.fault = err.Error()
			return
		}
		if v.setParam(0, it.param, x) {
			s.leave()
		}
	}
}

// pressRun starts a run of some steps, with the number that stands in the field, or stops one.
func (v *Viewer) pressRun() {
	if v.halt() {
		return
	}
	n := v.pace.steps
	if n == 0 {
		n = runSteps
	}
	v.runFor(n)
}

// toggleSubject shows a variable in a panel, or takes its panels out.
func (v *Viewer) toggleSubject(it *item) {
	shown := v.viewsOf(&it.subject)
	if len(shown) == 0 {
		if len(it.kinds) > 0 {
			k := it.kinds[0]
			if h := slices.IndexFunc(it.kinds, func(k kind) bool { return k.of == net.Histogram }); it.param != nil && k.of == net.Traces && h >= 0 {
				k = it.kinds[h] // over time a parameter is a row of straight lines
			}
			v.addView(v.viewOf(&it.subject, k))
		}
		return
	}
	v.setViews(slices.DeleteFunc(slices.Clone(v.panels.views), func(w *net.View) bool { return slices.Contains(shown, w) }))
}

// chooseKind shows a variable in another way, in the place of its panel; again takes it out.
func (v *Viewer) chooseKind(it *item, k kind) {
	shown := v.viewsOf(&it.subject)
	for _, w := range shown {
		if w.Kind == k.of {
			v.removeView(w)
			return
		}
	}
	with := v.viewOf(&it.subject, k)
	if len(shown) == 0 {
		v.addView(with)
		return
	}
	v.replaceView(shown[len(shown)-1], with)
}
