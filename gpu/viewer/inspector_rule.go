//go:build cgo && linux

package viewer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	timeline "github.com/galvani-sim/galvani/host/session"
)

// The rule of an element: the texts that it follows, which are those of its group or its own.

// Names of fields that are no variables: no variable has such a name.
const (
	ruleField = " rule" // the equations
	asGroup   = " as the group"
	onlyThis  = " this node only"
)

// rulePart is one text of a rule.
type rulePart struct {
	name, title string
	lines       bool // may have several
	has         func(*net.Group) bool
	of          func(rule) *diag.Source
	put         func(*timeline.SetRule, *string)
}

// rule is what an element follows. A text is nil where there is none.
type rule struct{ equations, params, threshold, reset *diag.Source }

var ruleParts = []*rulePart{
	{ruleField, "", true, func(g *net.Group) bool { return g.Equations != nil },
		func(r rule) *diag.Source { return r.equations }, func(e *timeline.SetRule, s *string) { e.Equations = s }},
	{" parameters", "parameters", true, func(g *net.Group) bool { return g.Params != nil && g.Dialect == check.ANNarchy },
		func(r rule) *diag.Source { return r.params }, func(e *timeline.SetRule, s *string) { e.Parameters = s }},
	{" threshold", "threshold", false, func(g *net.Group) bool { return g.Spiking != nil },
		func(r rule) *diag.Source { return r.threshold }, func(e *timeline.SetRule, s *string) { e.Threshold = s }},
	{" reset", "reset", true, func(g *net.Group) bool { return g.Spiking != nil },
		func(r rule) *diag.Source { return r.reset }, func(e *timeline.SetRule, s *string) { e.Reset = s }},
}

// partOf is the part of a rule that a field shows, nil for other fields.
func partOf(field string) *rulePart {
	for _, p := range ruleParts {
		if p.name == field {
			return p
		}
	}
	return nil
}

func isChoice(field string) bool { return field == asGroup || field == onlyThis }

func textOf(s *diag.Source) string {
	if s == nil {
		return ""
	}
	return s.Text
}

// variantOf is the rule of an element's own, nil when it follows that of its group.
func variantOf(g *net.Group, node int) *net.Variant {
	for _, v := range g.Variants {
		if slices.Contains(v.Elements, int32(node)) {
			return v
		}
	}
	return nil
}

// followed is the rule that an element follows.
func (v *Viewer) followed(g *net.Group, node int) rule {
	r := rule{equations: g.Equations, params: g.Params}
	if g.Spiking != nil {
		r.threshold, r.reset = g.Spiking.Threshold, g.Spiking.Reset
	}
	if own := variantOf(g, node); own != nil {
		for _, p := range []struct{ of, own **diag.Source }{{&r.equations, &own.Equations}, {&r.params, &own.Params}, {&r.threshold, &own.Threshold}, {&r.reset, &own.Reset}} {
			if *p.own != nil {
				*p.of = *p.own
			}
		}
	}
	return r
}

// ruled reports whether a text that is accepted is for the element alone.
func (v *Viewer) ruled(g *net.Group, node int) bool {
	return variantOf(g, node) != nil || v.inspector.own == element{g.Name, node}
}

// ruleHeight is what the rule of a group takes of the panel at least.
func (v *Viewer) ruleHeight(g *net.Group) float64 {
	h := 180.0
	for _, p := range ruleParts[1:] {
		if p.has(g) {
			h += fieldHeight + 5
		}
	}
	return h
}

// drawRule draws whose rule an element follows, and its texts.
func (v *Viewer) drawRule(o *render.Overlay, th *render.Theme, box render.Rect, y float64, g *net.Group, node int) {
	in := &v.inspector
	if g.Equations == nil {
		return
	}
	x, width := box.X+14, inspectorWidth-28
	label := render.TextStyle{Size: textSize, Color: th.Muted, Middle: true}
	small := render.TextStyle{Size: 12, Color: th.Text, Middle: true}
	o.Text(x, y, "rule", label)
	own := v.ruled(g, node)
	for k, c := range []struct {
		name string
		on   bool
	}{{asGroup, !own}, {onlyThis, own}} {
		r := render.Rect{X: x + 40 + float64(k)*(width-40)/2, Y: y - fieldHeight/2, W: (width - 40) / 2, H: fieldHeight}
		v.drawChoice(o, th, r, strings.TrimSpace(c.name), c.on, in.focus == c.name)
		in.fields = append(in.fields, field{c.name, r})
	}
	y += 20
	below := 64.0 // of the equations
	for _, p := range ruleParts[1:] {
		if p.has(g) {
			below += fieldHeight + 5
		}
	}
	follows := v.followed(g, node)
	for _, p := range ruleParts {
		if !p.has(g) {
			continue
		}
		text := textOf(p.of(follows))
		if in.focus == p.name {
			text = in.text.String()
		}
		lines := strings.Split(text, "\n")
		r := render.Rect{X: x, Y: y, W: width, H: math.Max(ruleLine*float64(len(lines))+8, 2*ruleLine)}
		if p.title == "" {
			r.H = math.Min(r.H, math.Max(box.H-r.Y-below, 2*ruleLine))
		} else {
			o.Text(x, y+fieldHeight/2, p.title, label)
			r.X, r.W, r.H = x+76, width-76, fieldHeight
			if len(lines) > 1 {
				r.H = math.Min(ruleLine*float64(len(lines))+8, math.Max(box.H-r.Y-40, 2*ruleLine))
			}
		}
		v.drawField(o, th, r, in.focus == p.name, lines, small)
		in.fields = append(in.fields, field{p.name, r})
		y = r.Y + r.H + 5
	}
	y += 9
	switch {
	case in.fault != "":
		small.Color = th.Bad
		for _, l := range render.Wrap(o, in.fault, small, width) {
			o.Text(x, y, l, small)
			y += ruleLine
		}
	case partOf(in.focus) != nil:
		hint := "Ctrl+Enter: use it, the state is kept · Esc: as it was"
		if !in.text.Lines {
			hint = "Enter: use it, the state is kept · Esc: as it was"
		}
		o.Text(x, y, hint, render.TextStyle{Size: 11, Color: th.Muted, Middle: true})
	}
}

// drawChoice draws one of two answers.
func (v *Viewer) drawChoice(o *render.Overlay, th *render.Theme, r render.Rect, text string, on, focus bool) {
	st := render.TextStyle{Size: 12, Color: th.Muted, Middle: true}
	edge, fill := th.PanelEdge, th.Panel
	if on {
		st.Color, fill, st.Weight = th.Text, th.Background, render.Medium
	}
	if focus || on {
		edge = th.Accent
	}
	o.Box(r, 4, fill, 1, edge)
	w, _ := o.Measure(text, st)
	o.Text(r.X+(r.W-w)/2, r.Y+r.H/2, text, st)
}

// choose makes an element follow its group, or begins a rule of its own, which counts from the first text that is accepted.
func (v *Viewer) choose(answer string) {
	in := &v.inspector
	g, node := v.inspected()
	if g == nil {
		return
	}
	in.own = element{}
	if answer == onlyThis {
		if variantOf(g, node) == nil {
			in.own = element{g.Name, node}
		}
		v.edit(ruleField)
		return
	}
	in.focus, in.fault, in.at = "", "", -1
	if variantOf(g, node) != nil {
		v.do(timeline.SetRule{Group: g.Name, Nodes: []int32{int32(node)}})
	}
}

// acceptRule makes a text part of the rule that the element follows.
func (v *Viewer) acceptRule(g *net.Group, node int, part *rulePart, text string) {
	in := &v.inspector
	if !v.arrive() {
		return
	}
	e := timeline.SetRule{Group: g.Name}
	if v.ruled(g, node) {
		e.Nodes = []int32{int32(node)}
		if own := variantOf(g, node); own != nil {
			for _, p := range ruleParts {
				if s := p.of(rule{own.Equations, own.Params, own.Threshold, own.Reset}); s != nil {
					p.put(&e, &s.Text)
				}
			}
		}
	}
	part.put(&e, &text)
	err := v.line.Do(e)
	var list diag.List
	switch {
	case errors.As(err, &list) && len(list) > 0:
		d := append(list.Errors(), list...)[0]
		in.fault = d.Message
		if d.Source != nil && d.Source.Text == text {
			in.at = min(d.Span.Start, len(text))
		} else if d.Source != nil {
			in.fault = fmt.Sprintf("%s: %s", d.Source.Name, d.Message)
		}
	case err != nil:
		in.fault = firstLine(err)
	default:
		in.focus, in.own = "", element{}
		v.edited()
	}
}
