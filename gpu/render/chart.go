package render

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/galvani-sim/galvani/gpu/device"
)

// TimeAxis is the stretch of simulated time that charts show. Charts that hold the same *TimeAxis scroll together.
type TimeAxis struct {
	Lo, Hi float64 // seconds
	// Origin is the time that the times in buffers count from: single precision then resolves a long run.
	Origin float64
}

// Raster draws spikes as dots: time to the right, elements upwards.
type Raster struct {
	Name   string
	Time   *TimeAxis
	N      int         // elements
	Spikes device.View // F32: time after Time.Origin and element of each spike in turn
	// Count spikes from First on are drawn, in a ring of Capacity; 0: as many as the view holds.
	First, Count, Capacity int
	Note                   string // in the upper right corner of the plot
}

// Traces draws a variable of K elements over time, from a ring of Capacity rows on the device.
type Traces struct {
	Name string
	Time *TimeAxis
	// Values are F32 [Capacity, K], Times F32 [Capacity] after Time.Origin. The Count rows from First on, wrapping around, are drawn.
	Values, Times device.View
	Capacity, K   int
	First, Count  int
	Scale         *Scale // limits, name and unit of the vertical axis; traces that share it share limits
	Labels        []string
	// Ghost draws in a muted tone: another branch of the same run.
	Ghost bool
}

// Histogram counts how many of N values lie in each of Bins parts of Scale.
type Histogram struct {
	Name   string
	Values device.View
	N      int
	Bins   int
	Scale  *Scale // limits of the values
	Counts *Scale // limits of the counts
}

// Matrix draws Rows x Cols values as cells of color, row 0 at the top.
type Matrix struct {
	Name       string
	Values     device.View // F32, row by row
	Rows, Cols int
	Step       float64 // how much the coordinates grow from one cell to the next; 0: 1
	Scale      *Scale
	X, Y       string // names of the axes
}

// PhaseCircle draws N phases in radians as points of the unit circle, with the mean of the points as an arrow: its length is the
// order parameter of Kuramoto.
type PhaseCircle struct {
	Name   string
	Values device.View
	N      int
}

// Curve draws a few numbers that the caller has: a spectrum, a distribution of intervals.
type Curve struct {
	Name    string
	X, Y    []float64
	Bars    bool // bars from 0, X being their middles; else a line
	Log     bool // Y on a logarithmic axis, over as many decades below YTitle.Max as logDecades
	XTitle  Axis // Min and Max, when they differ, are the limits
	YTitle  Axis
	Note    string // in the upper right corner of the plot
	Version uint64 // changes with the numbers
}

// chart is an item with two axes and no camera.
type chart interface {
	Item
	titles() (x, y Axis)
	square() bool
}

func (c *Raster) name() string      { return c.Name }
func (c *Traces) name() string      { return c.Name }
func (c *Histogram) name() string   { return c.Name }
func (c *Matrix) name() string      { return c.Name }
func (c *PhaseCircle) name() string { return c.Name }
func (c *Curve) name() string       { return c.Name }

func (c *Raster) scale() *Scale      { return nil }
func (c *Traces) scale() *Scale      { return nil }
func (c *Histogram) scale() *Scale   { return nil }
func (c *Matrix) scale() *Scale      { return c.Scale }
func (c *PhaseCircle) scale() *Scale { return nil }
func (c *Curve) scale() *Scale       { return nil }

func (c *Raster) whole() bool      { return false }
func (c *Traces) whole() bool      { return false }
func (c *Histogram) whole() bool   { return false }
func (c *Matrix) whole() bool      { return true }
func (c *PhaseCircle) whole() bool { return false }
func (c *Curve) whole() bool       { return false }

func (c *Raster) square() bool      { return false }
func (c *Traces) square() bool      { return false }
func (c *Histogram) square() bool   { return false }
func (c *Matrix) square() bool      { return true }
func (c *PhaseCircle) square() bool { return true }
func (c *Curve) square() bool       { return false }

func (c *Raster) extent() (x, y, z span) {
	return span{c.Time.Lo, c.Time.Hi}, span{-0.5, float64(c.N) - 0.5}, span{}
}

func (c *Traces) extent() (x, y, z span) {
	return span{c.Time.Lo, c.Time.Hi}, span{c.Scale.Shown(c.Scale.Min), c.Scale.Shown(c.Scale.Max)}, span{}
}

func (c *Histogram) extent() (x, y, z span) {
	return span{c.Scale.Shown(c.Scale.Min), c.Scale.Shown(c.Scale.Max)}, span{0, c.Counts.Max}, span{}
}

func (c *Matrix) extent() (x, y, z span) {
	s := c.step()
	return span{-0.5 * s, (float64(c.Cols) - 0.5) * s}, span{-0.5 * s, (float64(c.Rows) - 0.5) * s}, span{}
}

func (c *PhaseCircle) extent() (x, y, z span) { return span{-1.15, 1.15}, span{-1.15, 1.15}, span{} }

func (c *Curve) extent() (x, y, z span) {
	of := func(a Axis, v []float64, zero bool) span {
		if a.Min != a.Max {
			return span{a.Min, a.Max}
		}
		s := span{math.Inf(1), math.Inf(-1)}
		if zero {
			s = span{0, 0}
		}
		for _, q := range v {
			if !math.IsNaN(q) && !math.IsInf(q, 0) {
				s = span{math.Min(s.lo, q), math.Max(s.hi, q)}
			}
		}
		if !(s.hi > s.lo) {
			return span{0, 1}
		}
		step := niceStep((s.hi-s.lo)/8, false)
		return span{-niceCeil(-s.lo, step), niceCeil(s.hi, step)}
	}
	x, y = of(c.XTitle, c.X, false), of(c.YTitle, c.Y, c.Bars)
	if c.Log {
		y = decades(y.hi)
	}
	return x, y, span{}
}

// logDecades is how many powers of ten a logarithmic axis shows.
const logDecades = 4

// decades is the extent of a logarithmic axis up to a value, as exponents of ten.
func decades(max float64) span {
	if !(max > 0) {
		max = 1
	}
	hi := math.Log10(max)
	return span{hi - logDecades, hi}
}

// logarithmic reports that the vertical axis of a chart has exponents of ten.
func logarithmic(c chart) bool {
	switch c := c.(type) {
	case *Curve:
		return c.Log
	case *Spectra:
		return true
	}
	return false
}

// logTicks are powers of ten on an axis of exponents.
func logTicks(s span, max int) Ticks {
	t := NiceTicks(s.lo, s.hi, max, true)
	for k, v := range t.Values {
		switch e := int(math.Round(v)); {
		case e >= -2 && e <= 4:
			t.Labels[k] = strconv.FormatFloat(math.Pow10(e), 'f', -1, 64)
		default:
			t.Labels[k] = "10" + superscript(e)
		}
	}
	return t
}

func (c *Matrix) step() float64 {
	if c.Step > 0 {
		return c.Step
	}
	return 1
}

var timeTitle = Axis{Label: "t", Unit: "s"}

func (c *Raster) titles() (x, y Axis) { return timeTitle, Axis{Label: "index"} }
func (c *Traces) titles() (x, y Axis) {
	return timeTitle, Axis{Label: c.Scale.Label, Unit: c.Scale.Unit}
}
func (c *Histogram) titles() (x, y Axis) {
	return Axis{Label: c.Scale.Label, Unit: c.Scale.Unit}, Axis{Label: "elements"}
}
func (c *Matrix) titles() (x, y Axis)      { return Axis{Label: c.X}, Axis{Label: c.Y} }
func (c *PhaseCircle) titles() (x, y Axis) { return Axis{}, Axis{} }
func (c *Curve) titles() (x, y Axis)       { return c.XTitle, c.YTitle }

// chart is the first item of a panel of charts, which its axes are named after; nil for other panels.
func (p *Panel) chart() chart {
	for _, it := range p.Items {
		c, ok := it.(chart)
		if ok {
			return c
		}
	}
	return nil
}

// note is what a panel of charts says above its plot.
func (p *Panel) note() string {
	switch c := p.chart().(type) {
	case *Raster:
		return c.Note
	case *Curve:
		return c.Note
	case *Spectra:
		return c.Note
	}
	return ""
}

// signChart writes everything that a picture of a chart depends on besides the data and the axes.
func signChart(w io.Writer, c chart) {
	switch c := c.(type) {
	case *Raster:
		fmt.Fprint(w, *c.Time, c.N, c.Spikes, c.First, c.Count, c.Note)
	case *Traces:
		fmt.Fprint(w, *c.Time, c.Values, c.Times, c.First, c.Count, c.K, c.Labels, c.Ghost, c.Scale.Min, c.Scale.Max)
	case *Histogram:
		fmt.Fprint(w, c.Values, c.N, c.Bins, c.Scale.Min, c.Scale.Max, c.Counts.Max)
	case *Matrix:
		fmt.Fprint(w, c.Values, c.Rows, c.Cols, c.Step, c.X, c.Y)
	case *PhaseCircle:
		fmt.Fprint(w, c.Values, c.N)
	case *Spectra:
		fmt.Fprint(w, c.Version, c.Values, c.First, c.Segment, c.Rate, c.Highest, c.Labels, c.Note, c.Power.Min, c.Power.Max)
	case *Curve:
		fmt.Fprint(w, c.Version, len(c.X), c.Bars, c.Log, c.Note, c.XTitle, c.YTitle)
	}
}

// Room around the plot for numbers and names, in units of scale 1.
const (
	plotLeft   = 54
	plotRight  = 26
	plotTop    = 26
	plotBottom = 42
	// digitWidth is that of a digit of the tick labels, or a little more.
	digitWidth = 7
	// tickGap is what lies between two labels of an axis at least.
	tickGap = 12
)

// Plot is where a panel of charts has its data, in units of scale 1.
func (p PanelLayout) Plot() Rect {
	v := p.View
	r := Rect{v.X, v.Y + plotTop, v.W, math.Max(v.H-plotTop-plotBottom, 1)}
	_, circle := p.Panel.chart().(*PhaseCircle)
	left := float64(plotLeft)
	if !circle {
		for _, l := range p.yTicks(r.H).Labels {
			left = math.Max(left, 14+digitWidth*float64(utf8.RuneCountInString(l)))
		}
	}
	r.X, r.W = v.X+left, math.Max(v.W-left-plotRight, 1)
	c := p.Panel.chart()
	if c == nil || !c.square() {
		return r
	}
	x, y, _ := p.Panel.extent()
	aspect := (x.hi - x.lo) / math.Max(y.hi-y.lo, 1e-30)
	aspect = math.Max(0.2, math.Min(5, aspect))
	w, h := r.W, r.W/aspect
	if h > r.H {
		w, h = r.H*aspect, r.H
	}
	return Rect{r.X + (r.W-w)/2, r.Y + (r.H-h)/2, w, h}
}

// yTicks are those of the vertical axis of a plot of a height.
func (p PanelLayout) yTicks(height float64) Ticks {
	c := p.Panel.chart()
	if c == nil {
		return Ticks{}
	}
	_, y, _ := p.Panel.extent()
	if logarithmic(c) {
		n := 5
		for n > 1 && height/(y.hi-y.lo)*spacing(logTicks(y, n)) < 2*tickSize {
			n--
		}
		return logTicks(y, n)
	}
	_, raster := c.(*Raster)
	return fitTicks(y.lo, y.hi, int(math.Min(8, height/30)), c.whole() || raster, func(t Ticks) bool {
		return spacing(t)/(y.hi-y.lo)*height >= tickSize+4
	})
}

// spacing is the distance between two ticks.
func spacing(t Ticks) float64 {
	if len(t.Values) < 2 {
		return math.Inf(1)
	}
	return t.Values[1] - t.Values[0]
}

// xTicks are those of the horizontal axis of a plot of a width: their labels stay apart.
func (p PanelLayout) xTicks(o *Overlay, st TextStyle, width float64) Ticks {
	c := p.Panel.chart()
	x, _, _ := p.Panel.extent()
	return fitTicks(x.lo, x.hi, int(math.Min(8, width/62)), c.whole(), func(t Ticks) bool {
		for k := 1; k < len(t.Values); k++ {
			a, _ := o.Measure(t.Labels[k-1], st)
			b, _ := o.Measure(t.Labels[k], st)
			if (t.Values[k]-t.Values[k-1])/(x.hi-x.lo)*width < (a+b)/2+tickGap {
				return false
			}
		}
		return true
	})
}

// fitTicks are at most max ticks that fit; more where it takes more for two numbers, and these fit.
func fitTicks(lo, hi float64, max int, whole bool, fits func(Ticks) bool) Ticks {
	best := NiceTicks(lo, hi, 1, whole)
	for n := max; n > 1; n-- {
		if t := NiceTicks(lo, hi, n, whole); fits(t) {
			best = t
			break
		}
	}
	for n := 2; n <= 6 && len(best.Values) < 2; n++ {
		if t := NiceTicks(lo, hi, n, whole); fits(t) {
			best = t
		}
	}
	return best
}

// paintChart adds the axes of a panel of charts to the layers.
func paintChart(under, marks, o *Overlay, th *Theme, pl PanelLayout) {
	c, r := pl.Panel.chart(), pl.Plot()
	x, y, _ := pl.Panel.extent()
	tx, ty := c.titles()
	for own, asked := range map[*Axis]Axis{&tx: pl.Panel.Axes.X, &ty: pl.Panel.Axes.Y} {
		if asked.Label != "" {
			own.Label, own.Unit = asked.Label, asked.Unit
		}
	}
	number := TextStyle{Size: tickSize, Color: th.Muted, Halo: th.Halo, Middle: true}
	name := TextStyle{Size: labelSize, Weight: Medium, Color: th.Text, Halo: th.Halo, Middle: true}
	if _, ok := c.(*PhaseCircle); ok {
		paintCircle(under, o, th, r, number)
		return
	}
	under.Fill(r, th.Wall)
	number.Align = Center
	ticks := pl.xTicks(o, number, r.W)
	for k, v := range ticks.Values {
		at := r.X + (v-x.lo)/(x.hi-x.lo)*r.W
		under.Line(at, r.Y, at, r.Y+r.H, 1, th.Grid)
		marks.Line(at, r.Y+r.H, at, r.Y+r.H+4, 1, th.Frame)
		o.Text(at, r.Y+r.H+13, ticks.Labels[k], number)
	}
	name.Align = Center
	o.Text(r.X+r.W/2, r.Y+r.H+31, axisTitle(tx.Label, tx.Unit, ticks.Exponent), name)
	ticks = pl.yTicks(r.H)
	number.Align = Right
	for k, v := range ticks.Values {
		f := (v - y.lo) / (y.hi - y.lo)
		if !pl.down() {
			f = 1 - f
		}
		at := r.Y + f*r.H
		under.Line(r.X, at, r.X+r.W, at, 1, th.Grid)
		marks.Line(r.X-4, at, r.X, at, 1, th.Frame)
		o.Text(r.X-8, at, ticks.Labels[k], number)
	}
	name.Align = Left
	title := Shorten(o, axisTitle(ty.Label, ty.Unit, ticks.Exponent), name, pl.View.W-8)
	w, _ := o.Measure(title, name)
	w = math.Max(pl.View.X+4, r.X-8-w) + o.Text(math.Max(pl.View.X+4, r.X-8-w), r.Y-headingY, title, name)
	marks.Box(Rect{r.X - 0.5, r.Y - 0.5, r.W + 1, r.H + 1}, 0, Color{}, 1, th.Frame.Alpha(0.8))
	paintLegend(marks, o, th, pl, r, w+20)
	if note := pl.Panel.note(); note != "" {
		paintNote(o, th, note, r)
	}
}

// paintCircle draws the unit circle with its quarters.
func paintCircle(under, o *Overlay, th *Theme, r Rect, number TextStyle) {
	cx, cy, radius := r.X+r.W/2, r.Y+r.H/2, r.W/2.3
	const parts = 96
	var xy []float64
	for k := range parts + 1 {
		s, c := math.Sincos(2 * math.Pi * float64(k) / parts)
		xy = append(xy, cx+radius*c, cy-radius*s)
	}
	under.Line(cx-radius, cy, cx+radius, cy, 1, th.Grid)
	under.Line(cx, cy-radius, cx, cy+radius, 1, th.Grid)
	under.Polyline(xy, 1.2, th.Frame)
	number.Align = Center
	for k, s := range []string{"0", "π/2", "π", "3π/2"} {
		sn, cs := math.Sincos(float64(k) * math.Pi / 2)
		o.Text(cx+(radius+19)*cs, cy-(radius+15)*sn, s, number)
	}
}

// paintNote writes what a panel says about its data into the upper right corner of the plot.
func paintNote(o *Overlay, th *Theme, note string, r Rect) {
	st := TextStyle{Size: tickSize, Color: th.Text, Halo: th.Halo, Middle: true, Align: Right}
	y := r.Y + 13
	for _, line := range Wrap(o, note, st, r.W-16) {
		if y > r.Y+r.H-6 {
			return
		}
		o.Text(r.X+r.W-8, y, line, st)
		y += 16
	}
}

// Wrap breaks a text into lines of a width, at spaces that are not U+00A0.
func Wrap(o *Overlay, text string, st TextStyle, width float64) (lines []string) {
	line := ""
	for _, word := range strings.Split(text, " ") {
		word = strings.ReplaceAll(word, "\u00a0", " ")
		longer := strings.TrimSpace(line + " " + word)
		if w, _ := o.Measure(longer, st); w > width && line != "" {
			lines, line = append(lines, line), word
			continue
		}
		line = longer
	}
	return append(lines, line)
}

// headingY is how far above the plot the name of the vertical axis and the legend lie.
const headingY = 15

// paintLegend names the lines of a panel at the top right, above the plot, as many as fit to the right of a place.
func paintLegend(marks, o *Overlay, th *Theme, pl PanelLayout, r Rect, from float64) {
	st := TextStyle{Size: tickSize, Color: th.Muted, Middle: true}
	at := r.X + r.W
	for _, it := range pl.Panel.Items {
		var labels []string
		switch c := it.(type) {
		case *Traces:
			if !c.Ghost {
				labels = c.Labels[:min(c.K, len(c.Labels))]
			}
		case *Spectra:
			labels = c.Labels[:min(c.K, len(c.Labels))]
		}
		if len(labels) < 2 {
			continue
		}
		// Narrower where they would not all fit; then as many as do, from the first on.
		stroke, gap, wide := 12.0, 12.0, 0.0
		for _, l := range labels {
			w, _ := o.Measure(l, st)
			wide += w
		}
		n := float64(len(labels))
		if from+wide+n*(stroke+6)+(n-1)*gap > at {
			stroke, gap = 8, 8
		}
		for len(labels) > 0 && from+wide+n*(stroke+6)+(n-1)*gap > at {
			last := len(labels) - 1
			w, _ := o.Measure(labels[last], st)
			labels, wide, n = labels[:last], wide-w, n-1
		}
		at -= wide + n*(stroke+6) + (n-1)*gap
		for k, l := range labels {
			marks.Line(at, r.Y-headingY, at+stroke, r.Y-headingY, 2, th.line(k))
			at += stroke + 6
			at += o.Text(at, r.Y-headingY, l, st) + gap
		}
	}
}

// line is the color of the k-th line of a chart: Okabe and Ito's palette, which people with color-blindness can tell apart, with the
// dark ones lightened on a dark background and the light ones darkened on a light one.
func (t *Theme) line(k int) Color {
	hex := []uint32{0x56b4e9, 0xe69f00, 0x2bc48a, 0xf0e442, 0xcc79a7, 0xff7a33, 0x8fa8ff, 0xd0d6dd}
	if t.Background.luminance() > 0.5 {
		hex = []uint32{0x0072b2, 0xc77700, 0x00875f, 0x8a7d00, 0xb3478a, 0xd55e00, 0x4b4fc4, 0x3c444f}
	}
	return RGB(hex[k%len(hex)])
}
