//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/units"
)

const (
	// barHeight is that of the time bar, the controls and the line that says what the mouse does.
	barHeight     = 68.0
	scrubHeight   = 22.0
	controlHeight = 26.0
	textSize      = 13.0
	buttonX       = 20.0
	rateWidth     = 62.0 // of a rate's number
)

// helpLines is what F1 shows: keys left, meaning right.
var helpLines = [][2]string{
	{"Space", "play, pause"},
	{"Left and Right", "one step back and forward; with Shift 100, with Ctrl 1000"},
	{"Home and End", "to the start, and to the last step that was reached"},
	{"drag the time bar", "to any time before, exactly"},
	{"+ and -", "faster and slower, from 1/1000 of real time to full speed"},
	{"h", "full speed with few pictures; again for a steady picture"},
	{"r", "run the number of steps that stands in the list of groups, then pause"},
	{", and .", "draw every n-th step only: more of them, fewer"},
	{"g", "list of groups and synapses: click a variable to plot it, drag its parameters"},
	{"b", "another branch: a future that was left when the past was edited"},
	{"m", "move nodes of a graph by dragging; a click lets one go"},
	{"n", "new nodes with a click, edges by dragging, again to remove; Shift: both ways"},
	{"o", "pluck a node, paint on a surface; Shift: the lower end of the scale"},
	{"Delete", "remove the selected node"},
	{"s", "show and hide edges"},
	{"Ctrl+Z, Ctrl+Shift+Z", "undo, redo"},
	{"Ctrl+S", "save the session"},
	{"drag; with Shift, Ctrl, or right", "orbit; pan"},
	{"wheel", "zoom at the pointer; over a chart of time: a shorter or longer time"},
	{"click, double click", "select, to edit values and the rule; focus, beside all: reset"},
	{"[ and ]", "other views: top, front, right, ..."},
	{"0", "reset the view"},
	{"drag between panels", "make them wider or higher; double click: as they were"},
	{"Tab", "hide and show the bars"},
	{"t", "dark or light"},
	{"P", "save a picture"},
	{"V", "start and stop a movie"},
	{"F1 or ?", "all keys"},
	{"Esc", "end a mode; close the window"},
}

// drawOverlay lists the bar, the help text, the message and what is under the pointer.
func (v *Viewer) drawOverlay(w, h int, scale float64) {
	o, th := v.overlay, v.scene.Theme
	o.Reset(w, h, scale)
	width, height := o.Size()
	if v.messageEnds() {
		v.message = ""
	}
	if !v.bare {
		v.drawBar(o, th, width, height)
	}
	if v.message != "" && v.bare { // else the last line of the bar shows it
		message := v.message
		st := render.TextStyle{Size: textSize, Color: th.Text, Align: render.Center, Middle: true}
		tw, _ := o.Measure(message, st)
		y := height - barHeight - 26
		o.Box(render.Rect{X: width/2 - tw/2 - 12, Y: y - 14, W: tw + 24, H: 28}, 6, th.Panel, 1, th.PanelEdge)
		o.Text(width/2, y, message, st)
	}
	if v.help {
		drawHelp(o, th, width, height)
		return
	}
	v.drawDivider(o, th)
	v.drawInspector(o, th, width, height)
	v.drawHands(o, th)
	v.drawHover(o, th, width, height)
}

func (v *Viewer) drawBar(o *render.Overlay, th *render.Theme, width, height float64) {
	v.drawSidebar(o, th, height)
	y := height - barHeight + scrubHeight + controlHeight/2
	o.Fill(render.Rect{X: 0, Y: height - barHeight, W: width, H: barHeight}, th.Panel)
	o.Line(0, height-barHeight, width, height-barHeight, 1, th.PanelEdge)
	v.drawScrub(o, th, width, height)
	v.drawMode(o, th, width, height)
	if v.playing {
		o.Fill(render.Rect{X: buttonX - 6, Y: y - 7, W: 4.5, H: 14}, th.Accent)
		o.Fill(render.Rect{X: buttonX + 2, Y: y - 7, W: 4.5, H: 14}, th.Accent)
	} else {
		o.Triangle(buttonX-5, y-8, buttonX-5, y+8, buttonX+9, y, th.Accent)
	}
	st := render.TextStyle{Size: textSize, Color: th.Text, Middle: true}
	muted := st
	muted.Color = th.Muted
	x := buttonX + 24
	o.Text(x, y, "t = "+FormatTime(v.sim.Time()), st)
	x += 115
	speed := "speed x " + trim(v.pacer.Speed)
	if math.IsInf(v.pacer.Speed, 1) {
		speed = "speed max"
	}
	if !v.playing {
		speed = "paused"
	}
	if v.byNumber() {
		speed = "every " + ordinal(v.pace.every) + " step"
	}
	if v.target >= 0 {
		speed = "going there ..."
	}
	if v.fault != nil {
		speed = "stopped"
	}
	if x+100 < width {
		o.Text(x, y, speed, st)
	}
	x += 110
	// Numbers end where their unit begins, so that nothing moves while they change.
	right := muted
	right.Align = render.Right
	for _, r := range []struct {
		value float64
		unit  string
	}{{v.rates.stepRate, "steps/s"}, {v.rates.fps, "frames/s"}} {
		tw, _ := o.Measure(r.unit, muted)
		if x+rateWidth+tw+buttonWidth+24 >= width {
			break
		}
		if v.playing { // nothing is counted in a window that stands still
			o.Text(x+rateWidth-5, y, rate(r.value), right)
			o.Text(x+rateWidth, y, r.unit, muted)
		}
		x += rateWidth + tw
	}
	hint := "F1 keys"
	if v.movie != nil {
		hint = "recording   " + hint
	}
	end := width - 14
	if tw, _ := o.Measure(hint, right); x+tw+24+buttonWidth+12 < width {
		o.Text(end, y, hint, right)
		end -= tw + 12
		if v.movie != nil {
			o.Circle(end, y, 5, render.RGB(0xe5484d))
			end -= 14
		}
	}
	v.drawListButton(o, th, end, y)
}

// buttonWidth is that of the button for the list of groups.
const buttonWidth = 26.0

// drawListButton draws the button that shows and hides the sidebar, which ends at x.
func (v *Viewer) drawListButton(o *render.Overlay, th *render.Theme, x, y float64) {
	b := render.Rect{X: x - buttonWidth, Y: y - 11, W: buttonWidth, H: 22}
	v.sidebar.button = b
	fill, line := th.Background, th.Text
	if v.sidebar.shown {
		fill, line = th.Accent, th.Background
	}
	o.Box(b, 4, fill, 1, th.PanelEdge)
	for k := range 3 {
		at := b.Y + 6 + 5*float64(k)
		o.Line(b.X+6, at, b.X+7, at, 1.6, line)
		o.Line(b.X+11, at, b.X+b.W-6, at, 1.6, line)
	}
}

// barClick plays or pauses when the button in the bar is hit, and reports whether the bar was.
func (v *Viewer) barClick(x, y float64) bool {
	w, h, scale := v.size()
	top := float64(h)/scale - barHeight
	if v.bare || y < top || x < 0 || x > float64(w)/scale {
		return false
	}
	switch {
	case y < top+scrubHeight:
		if id := v.branchAt(y - top); id >= 0 {
			v.switchTo(id)
			return true
		}
		v.mouse.scrub = true
		v.scrubbing(x)
	case x < buttonX+16 && y < top+scrubHeight+controlHeight:
		v.toggle()
	}
	return true
}

func drawHelp(o *render.Overlay, th *render.Theme, width, height float64) {
	size, pad := textSize, 18.0
	if width < 700 {
		size, pad = 11.5, 12 // the longest line still leaves room around the box
	}
	line := math.Min(22, (height-barHeight-2*pad-16)/float64(len(helpLines)))
	keys := render.TextStyle{Size: size, Color: th.Accent, Middle: true, Align: render.Right}
	text := render.TextStyle{Size: size, Color: th.Text, Middle: true}
	var kw, tw float64
	for _, l := range helpLines {
		a, _ := o.Measure(l[0], keys)
		b, _ := o.Measure(l[1], text)
		kw, tw = math.Max(kw, a), math.Max(tw, b)
	}
	box := render.Rect{W: kw + tw + 16 + 2*pad, H: float64(len(helpLines))*line + 2*pad}
	box.X, box.Y = (width-box.W)/2, math.Max((height-barHeight-box.H)/2, 4)
	o.Box(box, 8, th.Panel.Alpha(1), 1, th.PanelEdge)
	for i, l := range helpLines {
		y := box.Y + pad + (float64(i)+0.5)*line
		o.Text(box.X+pad+kw, y, l[0], keys)
		o.Text(box.X+pad+kw+16, y, l[1], text)
	}
}

// FormatTime writes simulated time with a fixed number of digits, so that the text does not jump while it runs.
func FormatTime(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.1f ms", s*1e3)
	}
	return fmt.Sprintf("%.3f s", s)
}

// rate writes a number per second: whole, but for small ones.
func rate(v float64) string {
	if v < 9.95 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// trim writes a factor with three significant digits.
func trim(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return units.FormatNumber(significant(v, 3))
}

// significant rounds to a number of significant digits.
func significant(v float64, digits int) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	p := math.Pow(10, float64(digits-1)-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*p) / p
}
