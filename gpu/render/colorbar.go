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
	if area.W > area.H {
		paintFlatColorbar(marks, o, th, area, s)
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
	st := TextStyle{Size: labelSize, Weight: Medium, Color: th.Text, Halo: th.Halo}
	lines := Wrap(o, s.heading(ticks), st, area.W-20)
	if len(lines) > 2 {
		lines = []string{lines[0], strings.Join(lines[1:], " ")}
	}
	for k, l := range lines {
		o.Text(bar.X, bar.Y-14-16*float64(len(lines)-1-k), Shorten(o, l, st, area.W-16), st)
	}
}

// heading is a scale's name with the unit of its numbers.
func (s *Scale) heading(ticks Ticks) string {
	unit := s.Unit
	if s.turn() && unit == "" {
		unit = "rad"
	}
	return axisTitle(s.Label, unit, ticks.Exponent)
}

// paintFlatColorbar draws a colorbar below a narrow panel: name and unit at the left, numbers under the colors.
func paintFlatColorbar(marks, o *Overlay, th *Theme, area Rect, s *Scale) {
	const edge, gap, thick = 8, 10, 8
	lo, hi := s.Shown(s.Min), s.Shown(s.Max)
	ticks := s.ticks(int(math.Max(2, math.Min(5, area.W/70))))
	st := TextStyle{Size: labelSize, Weight: Medium, Color: th.Text, Halo: th.Halo, Middle: true}
	name := Shorten(o, s.heading(ticks), st, 0.4*area.W)
	wide, _ := o.Measure(name, st)
	y := area.Y + 6
	o.Text(area.X+edge, y+thick/2, name, st)
	left := area.X + edge + wide + gap + 6
	bar := Rect{left, y, area.X + area.W - edge - 14 - left, thick}
	if bar.W < 2*thick {
		return
	}
	marks.Gradient(bar, s.Colormap)
	marks.Box(bar.Inset(-0.5), 1, Color{}, 1, th.Frame.Alpha(0.8))
	number := TextStyle{Size: tickSize, Color: th.Muted, Halo: th.Halo, Middle: true, Align: Center}
	end := math.Inf(-1)
	for k, v := range ticks.Values {
		x := bar.X + bar.W*(v-lo)/(hi-lo)
		marks.Line(x, bar.Y+bar.H, x, bar.Y+bar.H+4, 1, th.Frame)
		if w, _ := o.Measure(ticks.Labels[k], number); x-w/2 > end+4 {
			o.Text(x, bar.Y+bar.H+12, ticks.Labels[k], number)
			end = x + w/2
		}
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
