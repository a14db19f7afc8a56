package render

import "math"

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
	name := axisTitle(s.Label, unit, ticks.Exponent)
	st := TextStyle{Size: labelSize, Weight: Medium, Color: th.Text, Halo: th.Halo}
	if w, _ := o.Measure(name, st); w > area.W-16 {
		st.Align = Right // a long name may reach over the picture rather than leave the window
		o.Text(area.X+area.W-6, bar.Y-14, name, st)
		return
	}
	o.Text(bar.X, bar.Y-14, name, st)
}

// paintTitle draws a panel's title.
func paintTitle(o *Overlay, th *Theme, r Rect, title string) {
	if title == "" {
		return
	}
	o.Text(r.X+r.W/2, r.Y+r.H/2+3, title, TextStyle{Size: titleSize, Weight: Medium, Color: th.Text, Halo: th.Halo, Align: Center, Middle: true})
}
