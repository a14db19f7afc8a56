package render

import (
	"math"
	"sort"
	"strings"
)

// paintColorbar draws a scale's colors with numbers, name and unit.
func paintColorbar(marks, o *Overlay, th *Theme, area Rect, s *Scale) {
	if s == nil || area.W <= 0 || s.Colormap == nil {
		return
	}
	const barWidth, heading = 14, 44
	h := math.Min(area.H-heading-36, 320)
	if h < 40 {
		return
	}
	bar := Rect{area.X + 14, area.Y + heading + math.Max(0, (area.H-heading-20-h)/2), barWidth, h}
	marks.Gradient(bar, s.Colormap)
	marks.Box(bar.Inset(-0.5), 1, Color{}, 1, th.Frame.Alpha(0.8))
	lo, hi := s.Shown(s.Min), s.Shown(s.Max)
	ticks := s.ticks(int(math.Max(2, math.Min(9, h/32))))
	number := TextStyle{Size: tickSize, Color: th.Muted, Halo: th.Halo, Middle: true}
	for k, v := range ticks.Values {
		y := bar.Y + bar.H*(1-(v-lo)/(hi-lo))
		marks.Line(bar.X+bar.W, y, bar.X+bar.W+4, y, 1, th.Frame)
		o.Text(bar.X+bar.W+8, y, ticks.Labels[k], number)
	}
	unit := s.Unit
	if s.turn() && unit == "" {
		unit = "rad"
	}
	st := TextStyle{Size: labelSize, Weight: Medium, Color: th.Text, Halo: th.Halo}
	lines := Wrap(o, axisTitle(s.Label, unit, ticks.Exponent), st, area.W-20)
	if len(lines) > 2 {
		lines = []string{lines[0], strings.Join(lines[1:], " ")}
	}
	for k, l := range lines {
		o.Text(bar.X, bar.Y-14-16*float64(len(lines)-1-k), Shorten(o, l, st, area.W-16), st)
	}
}

// Shorten is a text that fits into a width: its beginning with dots where it does not.
func Shorten(o *Overlay, text string, st TextStyle, width float64) string {
	if w, _ := o.Measure(text, st); w <= width {
		return text
	}
	runes := []rune(text)
	n := sort.Search(len(runes), func(n int) bool {
		w, _ := o.Measure(string(runes[:n+1])+"…", st)
		return w > width
	})
	if n == 0 {
		return ""
	}
	return strings.TrimRight(string(runes[:n]), " ") + "…"
}

// paintTitle draws a panel's title.
func paintTitle(o *Overlay, th *Theme, r Rect, title string) {
	if title == "" {
		return
	}
	o.Text(r.X+r.W/2, r.Y+r.H/2+3, Shorten(o, title, titleStyle(th), r.W-8), titleStyle(th))
}

func titleStyle(th *Theme) TextStyle {
	return TextStyle{Size: titleSize, Weight: Medium, Color: th.Text, Halo: th.Halo, Align: Center, Middle: true}
}
