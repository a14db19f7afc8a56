package figure

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/host/units"
)

var update = flag.Bool("update", false, "write the reference pictures anew")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newFigure(t *testing.T, w, h float64) *Figure {
	t.Helper()
	f, err := New(w, h)
	must(t, err)
	return f
}

func linspace(lo, hi float64, n int) []float64 {
	v := make([]float64, n)
	for k := range v {
		v[k] = lo + (hi-lo)*float64(k)/float64(n-1)
	}
	return v
}

func mapOf(v []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(v))
	for k, x := range v {
		out[k] = f(x)
	}
	return out
}

func format(t *testing.T, s string) Style {
	t.Helper()
	st, err := ParseFormat(s)
	must(t, err)
	return st
}

func named(t *testing.T, s string) *Color {
	t.Helper()
	c, err := ParseColor(s)
	must(t, err)
	return &c
}

// figures are one of each kind, as scripts of neuroscience make them.
var figures = map[string]func(t *testing.T) *Figure{
	// The Hodgkin-Huxley figure of Brian2's tutorial: lines across, a trace, its spikes.
	"tutorial": func(t *testing.T) *Figure {
		f := newFigure(t, 9, 4)
		a := f.Current()
		for k := range 5 {
			must(t, a.VLine(Numbers(float64(k*10)), Style{Line: Dashed, Color: named(t, "k")}))
			must(t, a.HLine(Numbers(-65), Style{Line: Solid, Color: named(t, "lightgray"), Width: 3}))
		}
		x := linspace(0, 50, 5001)
		y := mapOf(x, func(x float64) float64 { return -65 + 95*math.Exp(-math.Pow(math.Mod(x, 8)-4, 2)) })
		must(t, a.Plot(Numbers(x...), Numbers(y...), format(t, "-b")))
		must(t, a.Plot(Numbers(3.2, 11.2, 19.2), Numbers(-20, -21, -19), format(t, "ob")))
		a.SetLabel("x", "Time (ms)")
		a.SetLabel("y", "v (mV)")
		return f
	},
	// Quantities: units and prefixes come from the values; two rows share their time.
	"quantities": func(t *testing.T) *Figure {
		f := newFigure(t, 0, 0)
		x := linspace(0, 0.2, 2001)
		v := mapOf(x, func(x float64) float64 { return -0.065 + 0.02*math.Sin(100*x) })
		u := mapOf(x, func(x float64) float64 { return -0.06 + 0.01*math.Cos(130*x) })
		i := mapOf(x, func(x float64) float64 { return 2.5e-9 * math.Sin(2*math.Pi*10*x) })
		_, err := f.Traces(Of(x, units.Second), []Trace{
			{Label: "v", V: []Values{Of(v, volt), Of(u, volt)}, Names: []string{"soma", "dendrite"}},
			{Label: "$I_{\\mathrm{ext}}$", V: []Values{Of(i, units.Ampere)}},
		})
		must(t, err)
		f.SetTitle("A cell with two compartments")
		return f
	},
	"errorbar": func(t *testing.T) *Figure {
		f := newFigure(t, 0, 0)
		a := f.Current()
		x := linspace(1, 10, 30)
		y := mapOf(x, func(x float64) float64 { return 20 + 180*math.Exp(-x/3) })
		e := mapOf(y, func(y float64) float64 { return y / 4 })
		y[0], e[0] = math.NaN(), math.NaN()
		must(t, a.ErrorBar(Numbers(x...), Numbers(y...), nil, &Errors{Numbers(e...), Numbers(e...)}, ErrorBarStyle{}))
		must(t, a.Curve(Numbers(linspace(2, 9, 8)...), Numbers(linspace(20, 150, 8)...), Numbers(12), Style{Label: "rate"}))
		a.SetLabel("x", `$\tau$ (ms)`)
		a.SetLabel("y", "Interspike interval (ms)")
		must(t, a.SetLegend(LegendOptions{}))
		a.SetGrid("both", true)
		return f
	},
	// Spreizer's figure: four in-degree maps with a color scale, histograms lying beside them.
	"spreizer": func(t *testing.T) *Figure {
		f := newFigure(t, 15, 6)
		axs, err := f.Subplots(Grid{Rows: 2, Cols: 6, WidthRatios: []float64{1, 1, 1, 1, 0.1, 1}})
		must(t, err)
		r := rand.New(rand.NewPCG(1, 2))
		lo, hi, zero, top := 500.0, 1500.0, 0.0, 64.0
		for k, name := range []string{"symmetric", "random", "perlin", "homog"} {
			deg, rate := make([]float64, 400), make([]float64, 400)
			for j := range deg {
				deg[j] = 1000 + float64(60*(k+1))*r.NormFloat64()
				rate[j] = r.ExpFloat64() * 10
			}
			x := Numbers(edgesFrom0(20)...)
			m, err := axs[k].Mesh(x, x, Numbers(deg...), MeshOptions{Min: &lo, Max: &hi, Equal: true})
			must(t, err)
			axs[k].SetTitle(name)
			for _, d := range []string{"x", "y"} {
				must(t, axs[k].SetTicks(d, Values{}, nil))
			}
			_, _, err = axs[5].Hist(Numbers(deg...), HistOptions{Bins: 50, Density: true, Steps: true, Horizontal: true, Style: Style{Width: 2, Label: name}})
			must(t, err)
			must(t, axs[5].SetLimits("y", lo, hi, units.Dim{}))
			must(t, axs[5].SetTickCount("x", 3))
			axs[5].SetLabel("y", "In-degree")
			if k == 3 {
				must(t, axs[k].Colorbar(m, "", axs[4]))
			}
			m, err = axs[6+k].Mesh(x, x, Numbers(rate...), MeshOptions{Min: &zero, Max: &top, Equal: true})
			must(t, err)
			for _, d := range []string{"x", "y"} {
				must(t, axs[6+k].SetTicks(d, Values{}, nil))
			}
			if k == 3 {
				must(t, axs[6+k].Colorbar(m, "Firing rate (Hz)", axs[10]))
			}
			must(t, axs[11].RateHistogram(Numbers(rate...), name))
			must(t, axs[11].SetLimits("y", 0, 64, units.Dim{}))
			axs[11].SetLabel("y", "Firing rate [Hz]")
		}
		must(t, axs[5].SetLegend(LegendOptions{}))
		return f
	},
	"raster": func(t *testing.T) *Figure {
		f := newFigure(t, 0, 0)
		r := rand.New(rand.NewPCG(3, 4))
		a, err := f.Subplot(2, 1, 1)
		must(t, err)
		n := 6000
		at, idx := make([]float64, n), make([]int32, n)
		for k := range at {
			at[k], idx[k] = r.Float64()*0.5, int32(r.IntN(1000))
		}
		must(t, a.Raster(at, idx, 1000, Style{}))
		a.SetTitle("1000 neurons")
		b, err := f.Subplot(2, 2, 3)
		must(t, err)
		must(t, b.Raster(at[:300], mapInt(idx[:300], 20), 20, Style{}))
		c, err := f.Subplot(2, 2, 4)
		must(t, err)
		_, _, err = c.Hist(Numbers(at...), HistOptions{Bins: 40, Filled: true})
		must(t, err)
		c.SetLabel("x", "t (s)")
		c.SetLabel("y", "spikes")
		return f
	},
	"map": func(t *testing.T) *Figure {
		f := newFigure(t, 6, 5)
		a := f.Current()
		e := linspace(-1, 1, 41)
		var v []float64
		for r := range 40 {
			for c := range 40 {
				x, y := e[c]+0.025, e[r]+0.025
				if math.Hypot(x, y) < 0.1 {
					v = append(v, math.NaN())
				} else {
					v = append(v, 0.02*x*math.Exp(-3*(x*x+y*y)))
				}
			}
		}
		m, err := a.Mesh(Numbers(e...), Numbers(e...), Of(v, volt), MeshOptions{Map: "vik", Equal: true})
		must(t, err)
		must(t, a.Colorbar(m, "membrane potential", nil))
		a.SetLabel("x", `$x$ ($\mu$m)`)
		a.SetLabel("y", `$y$ ($\mu$m)`)
		must(t, a.Annotate("source", Numbers(0.3), Numbers(0), Numbers(0.5), Numbers(0.75), TextOptions{}))
		return f
	},
	// Every marker, line style and color of the cycle; areas, spans, logarithms, powers of ten.
	"styles": func(t *testing.T) *Figure {
		f := newFigure(t, 9, 6)
		a, err := f.Subplot(2, 2, 1)
		must(t, err)
		for k, m := range []string{"o", ".", "s", "D", "d", "^", "v", "<", ">", "p", "h", "*", "|", "_", "+", "x"} {
			s := Style{Marker: m, Line: Solid, MarkerSize: 8, Width: 0.8}
			if k%2 == 1 {
				s.Face = &white
			}
			y := float64(k)
			must(t, a.Plot(Numbers(0, 1, 2), Numbers(y, y+1, y), s))
		}
		a.SetTitle("markers")
		b, err := f.Subplot(2, 2, 2)
		must(t, err)
		for k, l := range []LineStyle{Solid, Dashed, DashDot, Dotted} {
			must(t, b.Plot(Numbers(0, 1), Numbers(float64(k), float64(k)+1), Style{Line: l, Label: string(l), Width: 2}))
		}
		must(t, b.VSpan(Numbers(0.4, 0.6), Style{Color: named(t, "gold"), Alpha: 0.3, Label: "stimulus"}))
		must(t, b.SetLegend(LegendOptions{Loc: "upper left", Columns: 2}))
		b.SetTitle("lines")
		c, err := f.Subplot(2, 2, 3)
		must(t, err)
		x := linspace(0.01, 100, 4000)
		must(t, c.Plot(Numbers(x...), Numbers(mapOf(x, func(x float64) float64 { return x * x })...), Style{}))
		must(t, c.SetScale("x", "log"))
		must(t, c.SetScale("y", "log"))
		c.SetLabel("x", `frequency $f$ (Hz)`)
		c.SetLabel("y", `power $f^2$, $10^{-3}\, \mathrm{mV}^2$`)
		d, err := f.Subplot(2, 2, 4)
		must(t, err)
		x = linspace(0, 10, 200)
		lo, hi := mapOf(x, func(x float64) float64 { return 1e-5 * (math.Sin(x) - 0.4) }), mapOf(x, func(x float64) float64 { return 1e-5 * (math.Sin(x) + 0.4) })
		must(t, d.FillBetween(Numbers(x...), Numbers(lo...), Numbers(hi...), Style{Alpha: 0.3}))
		must(t, d.Plot(Numbers(x...), Numbers(mapOf(x, func(x float64) float64 { return 1e-5 * math.Sin(x) })...), Style{}))
		d.SetLabel("x", `$\langle x_i^2 \rangle$`)
		return f
	},
}

// volt is kg m² s⁻³ A⁻¹.
var volt = func() units.Dim { q, _ := units.Lookup("volt"); return q.Dim }()

func mapInt(v []int32, n int32) []int32 {
	out := make([]int32, len(v))
	for k, x := range v {
		out[k] = x % n
	}
	return out
}

// TestPictures compares each figure with its reference. Curves may move by rounding, so single pixels may differ; a share of them may not.
func TestPictures(t *testing.T) {
	for name, f := range figures {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			must(t, f(t).PNG(&b, 72))
			path := filepath.Join("testdata", name+".png")
			if *update {
				must(t, os.WriteFile(path, b.Bytes(), 0o666))
				return
			}
			got, err := png.Decode(&b)
			must(t, err)
			file, err := os.Open(path)
			must(t, err)
			defer file.Close()
			want, err := png.Decode(file)
			must(t, err)
			if d := difference(got, want); d > 0.001 {
				t.Errorf("%.2f%% of the pixels differ from %s", 100*d, path)
			}
		})
	}
}

// difference is the share of pixels that differ by more than a twelfth of full scale in any channel.
func difference(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	n := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r0, g0, b0, _ := a.At(x, y).RGBA()
			r1, g1, b1, _ := b.At(x, y).RGBA()
			for _, d := range [3]int{int(r0) - int(r1), int(g0) - int(g1), int(b0) - int(b1)} {
				if d > 5461 || d < -5461 {
					n++
					break
				}
			}
		}
	}
	return float64(n) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}
