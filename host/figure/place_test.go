package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/units"
)

func svgOf(t *testing.T, f *Figure) string {
	t.Helper()
	var b bytes.Buffer
	_, err := f.SVG(&b)
	must(t, err)
	return b.String()
}

// TestMixed: an axis that has quantities and numbers shows the numbers of SI units, as Matplotlib does, and says so.
func TestMixed(t *testing.T) {
	for _, first := range []bool{true, false} {
		f := newFigure(t, 0, 0)
		var said []string
		f.OnMixed = func(axis string, d units.Dim) { said = append(said, axis+" "+d.String()) }
		axs, err := f.Subplots(Grid{Rows: 2, Cols: 1, ShareX: ShareAll})
		must(t, err)
		if first {
			must(t, axs[0].Plot(Of([]float64{0, 0.05}, units.Second), Numbers(1, 2), Style{}))
			must(t, axs[1].Plot(Numbers(0, 3), Numbers(1, 2), Style{}))
		} else {
			must(t, axs[1].Plot(Numbers(0, 3), Numbers(1, 2), Style{}))
			must(t, axs[0].Plot(Of([]float64{0, 0.05}, units.Second), Numbers(1, 2), Style{}))
		}
		m, unit, err := axs[1].x.marks(300)
		must(t, err)
		if strings.Join(said, ",") != "x second" || unit != "" || m.names[len(m.names)-1] != "3.0" {
			t.Errorf("first %v: said %q, unit %q, ticks %v", first, said, unit, m.names)
		}
	}
}

// TestShare: limits go together, whichever is set, and a twin stays in the group.
func TestShare(t *testing.T) {
	f := newFigure(t, 0, 0)
	a, err := f.Subplot(2, 1, 1)
	must(t, err)
	b, err := f.Subplot(2, 1, 2)
	must(t, err)
	must(t, a.SetLimits("x", 1, 5, units.Dim{}))
	must(t, b.Share("x", a))
	if lo, hi, _ := b.Limits("x"); lo != 1 || hi != 5 {
		t.Errorf("limits %g to %g", lo, hi)
	}
	must(t, b.SetLimits("x", math.NaN(), 9, units.Dim{}))
	must(t, b.SetTicks("x", Numbers(2, 3), []string{"two", "three"}))
	if m, _, err := a.x.marks(300); err != nil || strings.Join(m.names, " ") != "two three" {
		t.Errorf("ticks %v, %v", m.names, err)
	}
	if lo, hi, _ := a.Limits("x"); lo != 1 || hi != 9 {
		t.Errorf("limits %g to %g", lo, hi)
	}
	must(t, a.Plot(Numbers(1), Of([]float64{1}, volt), Style{}))
	must(t, b.Plot(Numbers(1), Of([]float64{1}, units.Ampere), Style{}))
	if err := b.Share("y", a); err == nil || !strings.Contains(err.Error(), "amp") {
		t.Errorf("volts and amperes share limits: %v", err)
	}
}

// TestSides: lines, ticks and names that are hidden are not drawn.
func TestSides(t *testing.T) {
	count := func(change func(a *Axes)) (lines, names int) {
		f := newFigure(t, 0, 0)
		a := f.Current()
		must(t, a.Plot(Numbers(0, 4), Numbers(0, 4), Style{}))
		change(a)
		svg := svgOf(t, f)
		frame := svg[strings.Index(svg, `class="frame"`):]
		frame = frame[:strings.Index(frame, "</g>")]
		return strings.Count(frame, "M"), strings.Count(svg, "aria-label=")
	}
	lines, names := count(func(*Axes) {})
	for what, c := range map[string]struct {
		change       func(a *Axes)
		lines, names int
	}{
		"sides": {func(a *Axes) { a.HideSide(Right, true); a.HideSide(Top, true) }, lines - 2, names},
		"marks": {func(a *Axes) { a.SetMarks("x", false) }, lines - 9, names},
		"names": {func(a *Axes) { a.SetNames("x", false) }, lines, names - 9},
		"step":  {func(a *Axes) { a.SetTickStep("x", 2) }, lines - 6, names - 6},
	} {
		if l, n := count(c.change); l != c.lines || n != c.names {
			t.Errorf("%s: %d lines and %d names of %d and %d, want %d and %d", what, l, n, lines, names, c.lines, c.names)
		}
	}
}

// TestLayout: rows that touch have no room between them, an inset lies in its Axes, labels that are aligned stand on one line.
func TestLayout(t *testing.T) {
	f := newFigure(t, 0, 0)
	f.SetSpace(-1, 0)
	axs, err := f.Subplots(Grid{Rows: 2, Cols: 1, ShareX: ShareCol, HeightRatios: []float64{4, 1}})
	must(t, err)
	in := axs[0].Inset(0.1, 0.2, 0.3, 0.4)
	free := f.Place(0.5, 0.5, 0.25, 0.25)
	boxes, err := f.layout()
	must(t, err)
	if d := boxes[0].box.y0 - boxes[1].box.y1; math.Abs(d) > 1e-9 {
		t.Errorf("%g points between rows that touch", d)
	}
	if r := boxes[0].box.h() / boxes[1].box.h(); math.Abs(r-4) > 1e-9 {
		t.Errorf("heights are %g to 1", r)
	}
	if b := boxes[2].box; boxes[2].a != free || math.Abs(b.x0-f.w/2) > 1e-9 || math.Abs(b.w()-f.w/4) > 1e-9 {
		t.Errorf("%v is the place of Axes in the middle", b)
	}
	if b := in.frac.within(rect{0, 0, 100, 10}); b != (rect{10, 2, 40, 6.000000000000001}) {
		t.Errorf("the inset is at %v", b)
	}

	f = newFigure(t, 0, 0)
	f.SetSpace(0.4, -1)
	if _, err = f.Subplots(Grid{Rows: 1, Cols: 3}); err != nil {
		t.Fatal(err)
	}
	if boxes, err = f.layout(); err != nil {
		t.Fatal(err)
	}
	if d := (boxes[1].box.x0 - boxes[0].box.x1) / boxes[0].box.w(); math.Abs(d-0.4) > 1e-9 {
		t.Errorf("columns are %g widths apart", d)
	}
	f = newFigure(t, 0, 0)
	if axs, err = f.Subplots(Grid{Rows: 2, Cols: 1}); err != nil {
		t.Fatal(err)
	}
	must(t, axs[0].Plot(Numbers(0, 1), Numbers(0, 8), Style{}))
	must(t, axs[1].Plot(Numbers(0, 1), Numbers(0, 80000), Style{}))
	axs[0].SetLabel("y", "up")
	axs[1].SetLabel("y", "down")
	f.AlignLabels()
	if _, err = f.layout(); err != nil {
		t.Fatal(err)
	}
	if axs[0].y.least != axs[1].y.least || axs[0].y.least < 30 {
		t.Errorf("labels stand %g and %g points from their axes", axs[0].y.least, axs[1].y.least)
	}
}

// TestPolar: angles run against the clock from the right, distances from 0 in the middle; the circle is the largest in its place.
func TestPolar(t *testing.T) {
	f := newFigure(t, 0, 0)
	a := f.Current()
	must(t, a.SetPolar())
	must(t, a.Plot(Numbers(0, math.Pi/2, math.Pi), Numbers(10, 20, 5), Style{}))
	must(t, a.VLine(Numbers(1), Style{}))
	boxes, err := f.layout()
	must(t, err)
	b := boxes[0].box
	if math.Abs(b.w()-b.h()) > 1e-9 || b.w() < 200 {
		t.Errorf("the place of the circle is %g x %g", b.w(), b.h())
	}
	if lo, hi, _ := a.Limits("y"); lo != 0 || math.Abs(hi-20.75) > 1e-9 {
		t.Errorf("distances run from %g to %g", lo, hi)
	}
	p := &panel{box: rect{0, 0, 100, 100}, y: a.y.scale(0, 100), polar: true}
	for _, c := range []struct{ angle, r, x, y float64 }{{0, 20.75, 100, 50}, {math.Pi / 2, 20.75, 50, 100}, {math.Pi, 20.75 / 2, 25, 50}, {1, 0, 50, 50}} {
		if q := p.at(c.angle, c.r); math.Hypot(q.x-c.x, q.y-c.y) > 1e-9 {
			t.Errorf("angle %g at %g is at %v, want %g, %g", c.angle, c.r, q, c.x, c.y)
		}
	}
	svg := svgOf(t, f)
	for _, name := range []string{"0°", "45°", "315°", "20"} {
		if !strings.Contains(svg, `aria-label="`+name+`"`) {
			t.Errorf("%s is not written", name)
		}
	}
}

// TestDots: each dot has the color of its value, and the scale is that of a colorbar.
func TestDots(t *testing.T) {
	f := newFigure(t, 0, 0)
	a := f.Current()
	_, scale, err := a.Dots(Numbers(0, 1, 2), Numbers(0, 1, 2), []float64{4, 8, 8}, Of([]float64{1, 3, math.NaN()}, volt), MeshOptions{Map: "gray"}, Style{Marker: "o"})
	must(t, err)
	if lo, hi := scale.Range(); lo != 1 || hi != 3 || f.LastMesh() != scale {
		t.Errorf("colors from %g to %g", lo, hi)
	}
	must(t, a.Colorbar(scale, "v", nil))
	svg := svgOf(t, f)
	svg = svg[strings.Index(svg, `class="scatter"`):]
	svg = svg[:strings.Index(svg, `class="frame"`)]
	if !strings.Contains(svg, "#000000") || !strings.Contains(svg, "#ffffff") {
		t.Errorf("not black and white: %s", svg)
	}
	if _, _, err := a.Dots(Numbers(0, 1, 2), Numbers(0, 1, 2), nil, Numbers(1, 2), MeshOptions{}, Style{Marker: "o"}); err == nil || !strings.Contains(err.Error(), "2 colors for 3 points") {
		t.Error(err)
	}
}

// TestTextBox: a text may have a ground and a frame.
func TestTextBox(t *testing.T) {
	f := newFigure(t, 0, 0)
	white, red := named(t, "w"), named(t, "r")
	must(t, f.Current().Text(Numbers(0.5), Numbers(0.5), "words", TextOptions{Back: white, Frame: red, Pad: 2}))
	f.Text(0.5, 0.9, "above", TextOptions{})
	svg := svgOf(t, f)
	if !strings.Contains(svg, "#ff0000") || !strings.Contains(svg, `aria-label="above"`) {
		t.Error("no frame, or no text on the page")
	}
}

// TestNotesRoom: a text above the Axes makes the room that it needs, one within or far away makes none.
func TestNotesRoom(t *testing.T) {
	height := func(x, y float64) float64 {
		f := newFigure(t, 0, 0)
		a := f.Current()
		must(t, a.Plot(Numbers(0, 10), Numbers(0, 10), Style{}))
		must(t, a.SetLimits("y", 0, 10, units.Dim{}))
		must(t, a.Text(Numbers(x), Numbers(y), "words", TextOptions{Size: 20}))
		boxes, err := f.layout()
		must(t, err)
		return boxes[0].box.h()
	}
	if within, above, away := height(5, 5), height(5, 10.2), height(5, 30); within-above < 15 || within != away {
		t.Errorf("heights %g with a text within, %g with one above, %g with one far away", within, above, away)
	}
}

// TestDashes: dashes of one's own are those that are drawn, and a cycle gives artists their lines.
func TestDashes(t *testing.T) {
	l, err := Dashes([]float64{8, 6, 1, 6})
	must(t, err)
	if d := l.dashes(2); len(d) != 4 || d[0] != 16 || d[2] != 2 {
		t.Errorf("dashes %v", d)
	}
	if _, err := Dashes([]float64{1}); err == nil {
		t.Error("a stroke without a gap")
	}
	f := newFigure(t, 0, 0)
	f.SetCycle([]Style{{Line: Solid}, {Line: Dotted, Color: named(t, "r")}})
	var got []Style
	for range 3 {
		x, err := f.Current().Line(Numbers(1), Numbers(1), Style{})
		must(t, err)
		got = append(got, x.s)
	}
	if got[0].Line != Solid || *got[0].Color != cycle[0] || got[1].Line != Dotted || *got[1].Color != *named(t, "r") || got[2].Line != Solid {
		t.Errorf("%v", got)
	}
}
