//go:build cgo && linux

package viewer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/gpu/ui"
	"github.com/galvani-sim/galvani/gpu/window"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/units"
)

const (
	inspectorWidth = 290.0
	fieldHeight    = 22.0
	ruleLine       = 17.0
)

// inspector shows the selected element: its variables, and the rule that it follows, all to be edited.
type inspector struct {
	focus string  // variable under edit, or a part of the rule, or a choice; "": none
	text  ui.Text // of the focus
	fault string  // why the last rule was refused, on one line
	at    int     // place of the fault in the text, in bytes; -1: none
	own   element // is to get a rule of its own with the next text that is accepted

	fields []field // as drawn last
}

// element is one of a group; the zero value is none.
type element struct {
	group string
	node  int
}

// field is a place on the screen that takes the keyboard.
type field struct {
	name string
	rect render.Rect
}

// inspected is the group of the selected element. The panel lies over the scene, which must not move away from under a click; while nodes and
// edges are drawn it is not in the way.
func (v *Viewer) inspected() (*net.Group, int) {
	s := v.hands.selected
	if s.node < 0 || v.bare || v.help || v.hands.mode != looking {
		return nil, -1
	}
	for _, g := range v.sim.Network().Groups {
		if g.Name == s.group && s.node < g.N {
			return g, s.node
		}
	}
	return nil, -1
}

// drawInspector lists the panel at the right.
func (v *Viewer) drawInspector(o *render.Overlay, th *render.Theme, width, height float64) {
	in := &v.inspector
	in.fields = in.fields[:0]
	g, node := v.inspected()
	if g == nil {
		return
	}
	box := render.Rect{X: width - inspectorWidth, Y: 0, W: inspectorWidth, H: height - barHeight}
	o.Fill(box, th.Panel.Alpha(1))
	o.Line(box.X, box.Y, box.X, box.Y+box.H, 1, th.PanelEdge)
	x, y := box.X+14, box.Y+22
	title := render.TextStyle{Size: 15, Weight: render.Medium, Color: th.Text, Middle: true}
	label := render.TextStyle{Size: textSize, Color: th.Muted, Middle: true}
	value := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	o.Text(x, y, fmt.Sprintf("%s[%d]", g.Name, node), title)
	y += 28
	for _, b := range v.stage.plan.Buffers {
		if b.Object != g.Name || b.Role != plan.State && b.Role != plan.Param || strings.ContainsAny(b.Var, "@ ") || b.Len != g.N && b.Len != 1 {
			continue
		}
		if y > box.H-v.ruleHeight(g) {
			break
		}
		r := render.Rect{X: x + 110, Y: y - fieldHeight/2, W: inspectorWidth - 110 - 28, H: fieldHeight}
		name := b.Var
		if b.Len == 1 && g.N != 1 {
			name += " (all)"
		}
		o.Text(x, y, render.Shorten(o, name, label, 104), label)
		text := v.valueText(g, b, node, false)
		if in.focus == b.Var {
			text = in.text.String()
		}
		v.drawField(o, th, r, in.focus == b.Var, []string{text}, value)
		in.fields = append(in.fields, field{b.Var, r})
		y += fieldHeight + 5
	}
	v.drawRule(o, th, box, y+10, g, node)
}

// drawField draws lines in a box, with the caret where the keyboard is, and a mark where the rule is wrong.
func (v *Viewer) drawField(o *render.Overlay, th *render.Theme, r render.Rect, focus bool, lines []string, st render.TextStyle) {
	edge := th.PanelEdge
	if focus {
		edge = th.Accent
	}
	o.Box(r, 4, th.Background, 1, edge)
	fits := max(1, int((r.H-6)/ruleLine))
	line, before := v.inspector.text.Caret()
	first := 0
	if focus && line >= fits {
		first = line - fits + 1
	}
	left := 0
	if v.inspector.at >= 0 && focus {
		left = v.inspector.at
	}
	offset := 0
	for k, l := range lines {
		y := r.Y + r.H/2
		if len(lines) > 1 || r.H > 2*fieldHeight {
			y = r.Y + 12 + float64(k-first)*ruleLine
		}
		if k >= first && k < first+fits {
			// A line that is too long shows the part where the caret is, or its beginning.
			from, room := 0, r.W-12
			if focus && k == line {
				for w, _ := o.Measure(before[from:], st); w > room-2; w, _ = o.Measure(before[from:], st) {
					_, n := utf8.DecodeRuneInString(before[from:])
					from += n
				}
			}
			shown := l[from:]
			if w, _ := o.Measure(shown, st); w > room {
				shown = render.Shorten(o, shown, st, room)
			}
			o.Text(r.X+6, y, shown, st)
			if focus && k == line {
				w, _ := o.Measure(before[from:], st)
				o.Line(r.X+6+w, y-8, r.X+6+w, y+8, 1.2, th.Accent)
			}
			if focus && v.inspector.at >= 0 && left >= offset+from && left <= offset+len(l) {
				w, _ := o.Measure(l[from:left-offset], st)
				if w <= room {
					o.Triangle(r.X+6+w-4, y+12, r.X+6+w+4, y+12, r.X+6+w, y+6, th.Bad)
				}
			}
		}
		offset += len(l) + 1
	}
}

// variableOf is variableParam of a group's variable.
func (v *Viewer) variableOf(g *net.Group, b *plan.Buffer) *param {
	return variableParam(g.Name, v.sim.Result().Models[g], b)
}

// valueText is a variable of an element as it is shown, "-62.3 mV", or to be edited, "-62.3*mV".
func (v *Viewer) valueText(g *net.Group, b *plan.Buffer, node int, edited bool) string {
	var x [1]float64
	if b.Len == 1 {
		node = 0
	}
	if err := v.sim.Instance().Read(b.ID, node, x[:]); err != nil {
		return "?"
	}
	p := v.variableOf(g, b)
	if edited || p.kind == ir.Bool {
		return valueOf(p, significant(x[0], 6))
	}
	return units.Format(units.Quantity{Value: significant(x[0], 6), Dim: p.dim})
}

// inspectorClick gives the keyboard to the field under the pointer, and reports whether the panel was hit.
func (v *Viewer) inspectorClick(x, y float64) bool {
	g, _ := v.inspected()
	w, h, scale := v.size()
	if g == nil || x < float64(w)/scale-inspectorWidth || y > float64(h)/scale-barHeight {
		v.inspector.focus = ""
		return false
	}
	in := &v.inspector
	in.focus, in.fault, in.at = "", "", -1
	for _, f := range in.fields {
		if !f.rect.Contains(x, y) {
			continue
		}
		if v.edit(f.name); isChoice(f.name) {
			v.choose(f.name)
		}
		break
	}
	return true
}

// edit gives the keyboard to a field.
func (v *Viewer) edit(name string) {
	in := &v.inspector
	g, node := v.inspected()
	if g == nil {
		return
	}
	in.focus, in.fault, in.at = name, "", -1
	in.text = ui.Text{}
	if part := partOf(name); part != nil {
		in.text.Lines = part.lines
		in.text.Set(textOf(part.of(v.followed(g, node))))
	} else if b, ok := v.stage.plan.Find(g.Name, name); ok {
		in.text.Set(v.valueText(g, b, node, true))
	}
}

// inspectorKey hands a key to the field that has the keyboard, and reports whether there is one.
func (v *Viewer) inspectorKey(k window.Key, mods window.Mods) bool {
	in := &v.inspector
	if g, _ := v.inspected(); g == nil || in.focus == "" {
		return false
	}
	if k == window.KeyTab {
		for n, f := range in.fields {
			if f.name == in.focus {
				v.edit(in.fields[(n+1)%len(in.fields)].name)
				break
			}
		}
		return true
	}
	if isChoice(in.focus) {
		switch k {
		case window.KeyEnter, window.KeyKPEnter, window.KeySpace:
			v.choose(in.focus)
		case window.KeyEscape:
			in.focus = ""
		}
		return true
	}
	if k == window.Key('V') && mods&window.Control != 0 {
		in.text.Insert(v.win.Clipboard())
		return true
	}
	if k == window.Key('C') && mods&window.Control != 0 {
		v.win.SetClipboard(in.text.String())
		return true
	}
	switch in.text.Key(k, mods) {
	case ui.Left:
		in.focus, in.fault, in.at = "", "", -1
	case ui.Accepted:
		v.accept()
	}
	return true // no key of the window while a text is edited
}

// accept makes the edit that was typed.
func (v *Viewer) accept() {
	in := &v.inspector
	g, node := v.inspected()
	text := in.text.String()
	in.fault, in.at = "", -1
	if part := partOf(in.focus); part != nil {
		v.acceptRule(g, node, part, text)
		return
	}
	b, ok := v.stage.plan.Find(g.Name, in.focus)
	if !ok {
		return
	}
	x, err := parseValue(v.variableOf(g, b), text)
	if err != nil {
		v.say("%v", err)
		return
	}
	var e timeline.Edit = timeline.SetValues{Object: g.Name, Variable: in.focus, Elements: []int32{int32(node)}, Values: []float64{x}}
	if b.Len == 1 {
		e = timeline.SetParameter{Object: g.Name, Name: in.focus, Value: x}
	}
	if v.do(e) {
		in.focus = ""
	}
}
