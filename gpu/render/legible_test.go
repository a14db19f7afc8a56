package render

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// contrast is the ratio of WCAG 2.1 between two colors, the first lying over the second.
func contrast(over, under Color) float64 {
	a := float64(over[3])
	mixed := under
	for k := range 3 {
		mixed[k] = float32(a*float64(over[k]) + (1-a)*float64(under[k]))
	}
	x, y := mixed.luminance(), under.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// over is what one color over another looks like.
func over(c, under Color) Color {
	out := under
	for k := range 3 {
		out[k] = c[3]*c[k] + (1-c[3])*under[k]
	}
	return out
}

// Text can be read on all that lies behind it, in both themes: 4.5 is what WCAG 2.1 asks for; lines and marks have 3.
func TestContrast(t *testing.T) {
	for _, th := range []*Theme{Dark(), Light()} {
		grounds := map[string]Color{"background": th.Background, "wall": over(th.Wall, th.Background)}
		for name, c := range map[string]Color{"background": th.Background, "wall": th.Wall, "white picture": RGB(0xffffff), "black picture": RGB(0)} {
			if name == "white picture" && th.Name == "dark" || name == "black picture" && th.Name == "light" {
				continue // pictures of the other tone lie in panels of their own
			}
			grounds["panel over "+name] = over(th.Panel, c)
		}
		for ground, g := range grounds {
			for name, c := range map[string]Color{"text": th.Text, "muted": th.Muted, "accent": th.Accent, "bad": th.Bad} {
				if r := contrast(c, g); r < 4.5 {
					t.Errorf("%s theme: %s on %s has a contrast of %.2f", th.Name, name, ground, r)
				}
			}
			for k := range 8 {
				if r := contrast(th.line(k), g); r < 3 {
					t.Errorf("%s theme: line %d on %s has a contrast of %.2f", th.Name, k, ground, r)
				}
			}
			for name, c := range map[string]Color{"pulse": th.pulse(), "rim": th.nodeRim(), "frame": th.Frame} {
				if r := contrast(c, g); r < 3 {
					t.Errorf("%s theme: %s on %s has a contrast of %.2f", th.Name, name, ground, r)
				}
			}
		}
	}
}

// randomPanel is a panel of any kind with any limits.
func randomPanel(rng *rand.Rand, clock *TimeAxis) *Panel {
	size := func() float64 { return math.Pow(10, 12*rng.Float64()-6) }
	scale := func() *Scale {
		s := NewScale([]string{"v", "membrane potential", "theta", "r"}[rng.IntN(4)], []string{"", "mV", "kg m²/s²"}[rng.IntN(3)], []*Colormap{Viridis(), Vik(), Twilight()}[rng.IntN(3)])
		w := size()
		at := w * (20*rng.Float64() - 10)
		s.Observe(at, at+w*rng.Float64())
		return s
	}
	n := 1 + int(math.Pow(10, 5*rng.Float64()))
	labels := []string{"0", "17", "1234", "99999", "5", "6"}[:1+rng.IntN(6)]
	note := []string{"", "CV 0.98, 123456 intervals, 17 longer", "Welch, 7\u00a0×\u00a00.25\u00a0s"}[rng.IntN(3)]
	p := &Panel{Title: []string{"", "spikes", "membrane potential of excitatory neurons of layer 4", "G.v"}[rng.IntN(4)]}
	switch rng.IntN(9) {
	case 0:
		p.Items = []Item{&Raster{Time: clock, N: n, Note: note}}
	case 1:
		p.Items = []Item{&Traces{Time: clock, K: len(labels), Labels: labels, Scale: scale()}}
	case 2:
		c := scale()
		c.Observe(0, float64(n))
		p.Items = []Item{&Histogram{N: n, Bins: 20, Scale: scale(), Counts: c}}
	case 3:
		p.Items = []Item{&Matrix{Rows: 1 + rng.IntN(50), Cols: 1 + rng.IntN(50), Step: float64(1 + rng.IntN(3000)), Scale: scale(), X: "pre", Y: "post"}}
	case 4:
		p.Items = []Item{&PhaseCircle{N: n}}
	case 5:
		p.Items = []Item{&Curve{X: []float64{0, size()}, Y: []float64{0, size()}, Bars: rng.IntN(2) == 0, Note: note, XTitle: Axis{Label: "interval", Unit: "ms"}, YTitle: Axis{Label: "power of the rate", Unit: "Hz"}}}
	case 6:
		c := scale()
		c.Observe(0, size())
		c.Min = 0
		p.Items = []Item{&Spectra{Highest: size(), Power: c, Labels: labels, K: len(labels), Note: note}}
	case 7:
		p.Items = []Item{&Surface{Rows: 2 + rng.IntN(300), Cols: 2 + rng.IntN(300), Scale: scale()}}
	default:
		p.Items = []Item{&Scatter{N: n, Grid: [3]int{1 + rng.IntN(4), 1 + rng.IntN(30), 1 + rng.IntN(30)}, Scale: scale()}}
	}
	return p
}

// Whatever is shown in whatever size: no text lies over another or leaves the window, and every axis of a chart has two numbers.
func TestTextsDoNotOverlap(t *testing.T) {
	f, err := newFonts()
	if err != nil {
		t.Fatal(err)
	}
	under, marks, over := &Overlay{fonts: f}, &Overlay{fonts: f}, &Overlay{fonts: f}
	th := Dark()
	bad := 0
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w, h := 480+rng.IntN(1400), 400+rng.IntN(800)
		clock := &TimeAxis{Lo: math.Pow(10, 8*rng.Float64()-4)}
		clock.Hi = clock.Lo + math.Pow(10, 5*rng.Float64()-3)
		sc := &Scene{Theme: th, Insets: Insets{Bottom: 68}}
		for range 1 + rng.IntN(4) {
			sc.Panels = append(sc.Panels, randomPanel(rng, clock))
		}
		scale := []float64{1, 1, 1.5, 2}[rng.IntN(4)]
		pw, ph := int(float64(w)*scale), int(float64(h)*scale)
		sc.FitCameras(pw, ph, scale)
		for _, p := range sc.Panels {
			if rng.IntN(2) == 0 {
				p.Camera.Orbit(360*rng.Float64(), 120*rng.Float64()-60)
			}
		}
		lay := sc.Layout(pw, ph, scale)
		for _, o := range []*Overlay{under, marks, over} {
			o.Reset(pw, ph, scale)
		}
		type text struct {
			s string
			r Rect
		}
		var all []text
		over.written = func(s string, r Rect, _ TextStyle) {
			if s != "" {
				all = append(all, text{s, r})
			}
		}
		paintChrome(under, marks, over, th, lay, nil)
		say := func(format string, args ...any) {
			if bad++; bad <= 25 {
				kinds := ""
				for _, p := range sc.Panels {
					kinds += fmt.Sprintf(" %T", p.Items[0])
				}
				t.Errorf("seed %d, %d x %d,%s: %s", seed, w, h, kinds, fmt.Sprintf(format, args...))
			}
		}
		for _, pl := range lay.Panels {
			c, plot := pl.Panel.chart(), pl.Plot()
			if _, circle := c.(*PhaseCircle); c == nil || circle || plot.H < 40 || plot.W < 180 {
				continue
			}
			ex, ey, _ := pl.Panel.extent()
			x, y := pl.xTicks(over, TextStyle{Size: tickSize}, plot.W), pl.yTicks(plot.H)
			if !c.whole() && len(x.Values) < 2 || len(y.Values) < 2 && ey.hi-ey.lo > 1 && !c.whole() && (plot.H > 60 || !logarithmic(c)) || len(x.Values) > 9 || len(y.Values) > 9 {
				say("%d and %d numbers on axes %v and %v of %v", len(x.Values), len(y.Values), ex, ey, plot)
			}
		}
		for i, a := range all {
			if a.r.X < -0.5 || a.r.Y < -0.5 || a.r.X+a.r.W > float64(w)+0.5 || a.r.Y+a.r.H > float64(h)-68+0.5 {
				say("%q leaves the window: %+v", a.s, a.r)
			}
			for _, b := range all[:i] {
				if touches(a.r, []Rect{b.r}) {
					say("%q and %q overlap: %+v %+v", b.s, a.s, b.r, a.r)
				}
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d in all", bad)
	}
}
