package figure

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/units"
)

func TestParseFormat(t *testing.T) {
	for text, want := range map[string]struct {
		color  string
		line   LineStyle
		marker string
	}{
		"-b": {"b", Solid, ""}, "ob": {"b", NoLine, "o"}, ".k": {"k", NoLine, "."}, "--": {"", Dashed, ""}, "": {"", Solid, ""}, "r": {"r", Solid, ""},
		"-.g": {"g", DashDot, ""}, ":": {"", Dotted, ""}, "o-C1": {"C1", Solid, "o"}, "k--s": {"k", Dashed, "s"}, "lightgray": {"lightgray", Solid, ""},
	} {
		s, err := ParseFormat(text)
		must(t, err)
		if s.Line != want.line || s.Marker != want.marker || (s.Color == nil) != (want.color == "") {
			t.Errorf("%q: %+v", text, s)
		} else if s.Color != nil && *s.Color != *named(t, want.color) {
			t.Errorf("%q has the color %v", text, *s.Color)
		}
	}
	for _, text := range []string{"bb", "--:", "oo", "?", "-Z", "C"} {
		if s, err := ParseFormat(text); err == nil {
			t.Errorf("%q is taken as %+v", text, s)
		}
	}
}

func TestParseColor(t *testing.T) {
	for text, want := range map[string]Color{
		"k": rgb(0), "lightgrey": rgb(0xd3d3d3), "#f80": rgb(0xff8800), "#12345678": {R: 0x12, G: 0x34, B: 0x56, A: 0x78}, "0.5": rgb(0x808080), "C0": cycle[0], "C9": cycle[1], "tab:blue": rgb(0x1f77b4), "olivedrab": rgb(0x6b8e23), "RebeccaPurple": rgb(0x663399), "darkslategrey": rgb(0x2f4f4f),
	} {
		if c, err := ParseColor(text); err != nil || c != want {
			t.Errorf("%q: %v, %v; want %v", text, c, err, want)
		}
	}
	for _, text := range []string{"", "blak", "#12", "#ggg", "1.5", "-1", "nan", "C-1"} {
		if c, err := ParseColor(text); err == nil {
			t.Errorf("%q is taken as %v", text, c)
		}
	}
}

// Ticks are few, round, inside, and told apart by their names.
func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{0, 50, 9, "0 10 20 30 40 50"}, {-0.3, 1.1, 5, "0.0 0.5 1.0"}, {0, 1, 9, "0.0 0.2 0.4 0.6 0.8 1.0"}, {1, 1.001, 4, "1.00000 1.00025 1.00050 1.00075 1.00100"},
		{-80, 40, 7, "−80 −60 −40 −20 0 20 40"}, {0, 3e7, 4, "0 1 2 3 $\\times 10^{7}$"}, {0, 2e-5, 4, "0.0 0.5 1.0 1.5 2.0 $\\times 10^{-5}$"},
	} {
		at, step := linearTicks(c.lo, c.hi, c.n, false)
		names, suffix := linearNames(at, step)
		if got := strings.TrimSpace(strings.Join(names, " ") + " " + suffix); got != c.want {
			t.Errorf("%g to %g: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	for lo := -3.0; lo < 3; lo += 0.37 {
		for _, span := range []float64{1e-9, 1e-3, 0.7, 13, 1e6, 1e200} {
			for n := 1; n < 10; n++ {
				at, step := linearTicks(lo, lo+span, n, false)
				if len(at) > n+1 || len(at) > 0 && (at[0] < lo-1e-9*step || at[len(at)-1] > lo+span+1e-9*step) {
					t.Fatalf("%g to %g in %d: %v", lo, lo+span, n, at)
				}
			}
		}
	}
	if l := logTicks(1e-4, 1e4, 9); len(l.at) != 9 || l.names[0] != "$10^{-4}$" || len(l.minor) != 64 {
		t.Errorf("logarithmic ticks: %v, %d minor", l.names, len(l.minor))
	}
	if l := logTicks(3, 60, 9); strings.Join(l.names, " ") != "5 10 20 50" {
		t.Errorf("ticks of few decades: %v", l.names)
	}
}

func TestMath(t *testing.T) {
	show := func(s string) string {
		var b strings.Builder
		for _, r := range parseMath(s) {
			b.WriteString(map[int]string{-2: "__", -1: "_", 0: "", 1: "^", 2: "^^"}[r.level])
			if r.italic {
				b.WriteString("/")
			}
			b.WriteString(strings.ReplaceAll(r.text, "\u2009", " ") + "|")
		}
		return strings.TrimSuffix(b.String(), "|")
	}
	for text, want := range map[string]string{
		"Time (ms)": "Time (ms)", `$\tau$ (ms)`: "/τ| (ms)", `$\mu$m`: "/μ|m", "$x^2$": "/x|^2", "$10^{-3}$": "10|^−3", `$I_{\mathrm{ext}}$`: "/I|_ext",
		"$x_i^2$": "/x|_/i|^2", "5 $": "5 $", `5\$ and $a$`: "5$ and |/a", `$\Delta t = 2$`: "Δ|/t| = 2", `$\foo$`: `\foo`, `$\frac{a}{b}$`: "/a|/|/b", "$a}b$": "/a",
		"$^$": "^", "$_{": "$_{", `$\sigma_{x^2}$`: "/σ|_/x|2",
	} {
		if got := show(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func FuzzMath(f *testing.F) {
	for _, s := range []string{`$\tau_{a^b}$`, "$^", `$\frac{}{}$`, "${{{{", "$x_i^2_j^k$", "$\xff0$", "$\\\xe7$", "$" + strings.Repeat("^", 50) + "$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := typeset(s, 10)
		if math.IsNaN(l.width) || l.width < -10*float64(len(s)) {
			t.Fatalf("%q is %g wide", s, l.width)
		}
	})
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{"-b", "o--C1", "#fff", "0.5", ".k"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if st, err := ParseFormat(s); err == nil && st.Line == "" {
			t.Fatalf("%q gives no line style", s)
		}
	})
}

// An axis of quantities chooses its unit from its limits, or takes the one that its label names.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		v     []float64
		dim   units.Dim
		label string
		want  string
		last  string // tick
	}{
		{[]float64{0, 0.05}, units.Second, "", "Time (ms)", "50"},
		{[]float64{0, 5}, units.Second, "t", "t (s)", "5"},
		{[]float64{0, 0.05}, units.Second, "t (s)", "t (s)", "0.05"},
		{[]float64{0, 2e-9}, units.Ampere, "I", "I (nA)", "2.00"},
		{[]float64{0, 2e-9}, units.Ampere, "I (pA)", "I (pA)", "2000"},
		{[]float64{0, 40}, units.Second.Inv(), "Firing rate (sp/s)", "Firing rate (sp/s)", "40"},
		{[]float64{0, 40}, units.Second.Inv(), "rate [1/s]", "rate [1/s]", "40"},
		{[]float64{0, 3e-6}, units.Second, "", "Time (μs)", "3.0"},
		{[]float64{0, 0}, units.Second.Inv(), "rate", "rate (Hz)", "0.04"},
		{[]float64{0, 3}, units.Dim{}, "x (ms)", "x (ms)", "3.0"},
		{[]float64{0, 3}, units.Dim{}, "", "", "3.0"},
	} {
		f := newFigure(t, 0, 0)
		a := f.Current()
		must(t, a.Plot(Of(c.v, c.dim), Numbers(0, 1), Style{}))
		a.SetLabel("x", c.label)
		m, unit, err := a.x.marks(400)
		must(t, err)
		if got := a.x.text(unit); got != c.want || m.names[len(m.names)-1] != c.last {
			t.Errorf("%v %v %q: label %q, last tick %s; want %q, %s", c.v, c.dim, c.label, got, m.names[len(m.names)-1], c.want, c.last)
		}
	}
	f := newFigure(t, 0, 0)
	_, _, err := f.Current().Hist(Of([]float64{1, 2, 3}, units.Second.Inv()), HistOptions{Density: true})
	must(t, err)
	if _, unit, _ := f.Current().y.marks(300); unit != "1/Hz" {
		t.Errorf("a density of rates is in %q", unit)
	}
}

// A recording without samples says what the axis shows, and does not keep other values off it.
func TestEmptyUnit(t *testing.T) {
	f := newFigure(t, 0, 0)
	a := f.Current()
	must(t, a.Raster(nil, nil, 5, Style{}))
	_, unit, err := a.x.marks(300)
	must(t, err)
	if got := a.x.text(unit); got != "Time (s)" {
		t.Errorf("an empty raster is over %q", got)
	}
	must(t, a.Plot(Of([]float64{0, 1}, units.Ampere), Numbers(0, 1), Style{}))
}

// A title stands above the power of ten of its axis, and the neighbour above leaves room for both.
func TestTitleAbovePower(t *testing.T) {
	need := func(top float64) float64 {
		f := newFigure(t, 0, 0)
		a := f.Current()
		a.SetTitle("title")
		must(t, a.Plot(Numbers(0, 1), Numbers(0, top), Style{}))
		m, err := a.room(200, 200)
		must(t, err)
		return m.t
	}
	if plain, power := need(1), need(1e9); power < plain+tickSize {
		t.Errorf("%g points above a plain axis, %g above one with a power of ten", plain, power)
	}
}

// A histogram of whole numbers has no bins that stay empty by rounding.
func TestDegrees(t *testing.T) {
	f := newFigure(t, 0, 0)
	axs, err := f.Subplots(Grid{Rows: 1, Cols: 2})
	must(t, err)
	degree := make([]float64, 4*73)
	for k := range degree {
		degree[k] = float64(80 + k%73)
	}
	_, err = axs[0].DegreeMap(degree, 4, 73, axs[1], "p")
	must(t, err)
	b := axs[1].artists[0].(*bars)
	if len(b.heights) != 37 || b.edges[0] != 79.5 || b.edges[1] != 81.5 {
		t.Fatalf("%d bins: %v", len(b.heights), b.edges)
	}
	for k, h := range b.heights[:36] {
		if math.Abs(h-8/2.0/292) > 1e-12 {
			t.Errorf("bin %d has the density %g", k, h)
		}
	}
	if got := wholeEdges(nil, 50); got != nil {
		t.Errorf("edges of nothing: %v", got)
	}
}

func TestMistakes(t *testing.T) {
	f := newFigure(t, 0, 0)
	a := f.Current()
	must(t, a.Plot(Of([]float64{1}, units.Second), Of([]float64{1}, volt), Style{}))
	for what, err := range map[string]error{
		"the y axis shows volt, these values are amp": a.Plot(Of([]float64{1}, units.Second), Of([]float64{1}, units.Ampere), Style{}),
		"x has 1 values, y has 2":                     a.Plot(Numbers(1), Numbers(1, 2), Style{}),
		"must be finite":                              a.SetLimits("x", 0, math.Inf(1), units.Second),
		"no marker":                                   a.Plot(Numbers(), Numbers(), Style{Marker: "q"}),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v; want %q", err, what)
		}
	}
	must(t, a.HLine(Numbers(0), Style{})) // nothing is nothing in any unit
	a.SetLabel("y", "I (nA)")
	if err := f.PNG(io.Discard, 50); err == nil || !strings.Contains(err.Error(), "names a unit of amp") {
		t.Errorf("a label with a wrong unit: %v", err)
	}
	if _, err := New(math.NaN(), 3); err == nil {
		t.Error("a figure of no size")
	}
	if err := newFigure(t, 50, 50).PNG(io.Discard, 3000); err == nil {
		t.Error("a picture of 150000 pixels")
	}
	if _, err := newFigure(t, 0, 0).Subplots(Grid{Rows: 1, Cols: 2, WidthRatios: []float64{1, 0}}); err == nil {
		t.Error("a column without width")
	}
}

// What no data can tell is drawn all the same.
func TestOddData(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, v := range [][]float64{nil, {nan}, {1}, {0, 0}, {nan, 1, nan}, {inf, 1, -inf}, {1e300, -1e300}, {1e-300, 2e-300}, {5e-324, 0}, {1, 1 + 1e-16}, {-1, -2}, {1e15, 1e15 + 1}} {
		for _, scale := range []string{"linear", "log"} {
			f := newFigure(t, 3, 2)
			a := f.Current()
			must(t, a.Plot(Numbers(v...), Numbers(v...), Style{Marker: "o", Line: Solid}))
			_, _, err := a.Hist(Numbers(v...), HistOptions{})
			if err != nil {
				continue // an infinite range has no bins
			}
			must(t, a.SetScale("x", scale))
			must(t, a.SetScale("y", scale))
			must(t, a.SetLegend(LegendOptions{}))
			must(t, f.PNG(io.Discard, 50))
			var b bytes.Buffer
			_, err = f.SVG(&b)
			must(t, err)
			if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
				t.Errorf("%v, %s: numbers that are none in the SVG", v, scale)
			}
		}
	}
}

// A file appears whole or not at all.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	f := newFigure(t, 0, 0)
	must(t, f.Current().Plot(Numbers(1, 2), Numbers(1, 2), Style{}))
	for _, name := range []string{"a.png", "b.SVG"} {
		if _, err := f.Save(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Save(filepath.Join(dir, "missing", "a.png"), 0); !errors.Is(err, record.ErrOutput) {
		t.Errorf("a missing folder: %v", err)
	}
	if _, err := f.Save(filepath.Join(dir, "a.pdf"), 0); err == nil {
		t.Error("a pdf")
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 2 {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestClip(t *testing.T) {
	b := rect{0, 0, 10, 10}
	l := clipLine([]point{{-5, 5}, {5, 5}, {5, 20}, {8, 20}, {8, 5}, {math.NaN(), 0}, {1, 1}, {2, 2}}, b)
	want := [][]point{{{0, 5}, {5, 5}, {5, 10}}, {{8, 10}, {8, 5}}, {{1, 1}, {2, 2}}}
	if len(l) != len(want) {
		t.Fatalf("%v", l)
	}
	for i := range l {
		for k := range l[i] {
			if l[i][k] != want[i][k] {
				t.Errorf("piece %d: %v, want %v", i, l[i], want[i])
			}
		}
	}
	area := 0.0
	ring := clipRing([]point{{-10, -10}, {20, -10}, {20, 20}, {-10, 20}}, b)
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		area += (p.x*q.y - q.x*p.y) / 2
	}
	if area != 100 {
		t.Errorf("a ring around the box covers %g of it", area)
	}
}

func BenchmarkRaster(b *testing.B) {
	const n = 1_000_000
	at, idx := make([]float64, n), make([]int32, n)
	for k := range at {
		at[k], idx[k] = float64(k%9973)/9973, int32(k%10_000)
	}
	f, _ := New(0, 0)
	if err := f.Current().Raster(at, idx, 10_000, Style{}); err != nil {
		b.Fatal(err)
	}
	b.Run("png", func(b *testing.B) {
		for b.Loop() {
			_ = f.PNG(io.Discard, 0)
		}
	})
	b.Run("svg", func(b *testing.B) {
		for b.Loop() {
			_, _ = f.SVG(io.Discard)
		}
	})
}

// Ticks may have no names: of two plots side by side one has them.
func TestNamelessTicks(t *testing.T) {
	f := newFigure(t, 0, 0)
	for _, d := range []string{"x", "y"} {
		must(t, f.Current().SetTicks(d, Numbers(0, 1), []string{"", ""}))
	}
	must(t, f.PNG(io.Discard, 50))
}
