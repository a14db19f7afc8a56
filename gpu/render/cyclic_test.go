//go:build cgo

package render

import (
	"image"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// Phases that have grown by whole turns look as they did before, however they are drawn; on a scale of amounts they do not.
func TestCyclicScaleWraps(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		var more []*device.Buffer
		view := func(v []float32) device.View {
			b := upload(t, d, v)
			more = append(more, b)
			return b.View()
		}
		for _, c := range []struct {
			name string
			side int
			item func(v device.View, side int, s *Scale) Item
		}{
			{"points", 12, func(v device.View, n int, s *Scale) Item {
				return &Scatter{Name: "p", N: n * n, Grid: [3]int{1, n, n}, Color: v, Scale: s, Size: v, SizeScale: s}
			}},
			{"surface", 12, func(v device.View, n int, s *Scale) Item {
				return &Surface{Name: "p", Values: v, Rows: n, Cols: n, Scale: s}
			}},
			{"decimated surface", 700, func(v device.View, n int, s *Scale) Item {
				return &Surface{Name: "p", Values: v, Rows: n, Cols: n, Scale: s}
			}},
			{"nodes", 6, func(v device.View, n int, s *Scale) Item {
				at := make([]float32, 3*n*n)
				for k := range n * n {
					at[3*k], at[3*k+1] = float32(k%n)/float32(n), float32(k/n)/float32(n)
				}
				return &Graph{Name: "p", N: n * n, Positions: view(at), Color: v, Scale: s, Needle: true}
			}},
			{"histogram", 12, func(v device.View, n int, s *Scale) Item {
				return &Histogram{Name: "p", Values: v, N: n * n, Bins: 10, Scale: s, Counts: NewFixedScale("count", "", Viridis(), 0, 40)}
			}},
			{"traces", 12, func(v device.View, n int, s *Scale) Item {
				times := make([]float32, n)
				for k := range times {
					times[k] = float32(k) / float32(n)
				}
				return &Traces{Name: "p", Time: &TimeAxis{Lo: 0, Hi: 1}, Values: v, Times: view(times), Capacity: n, K: n, Count: n, Scale: s}
			}},
		} {
			values := func(turns float64) []float32 {
				v := make([]float32, c.side*c.side)
				for k := range v {
					x, y := float64(k%c.side)/float64(c.side), float64(k/c.side)/float64(c.side)
					v[k] = float32(0.3 + 5.5*x*y + 8*turns*math.Round(2+math.Sin(40*x)))
				}
				return v
			}
			draw := func(turns float64, m *Colormap) *image.RGBA {
				s := newStage(t, d, 240, 180, 1, 1)
				defer s.close()
				return s.draw(&Scene{Theme: Dark(), Panels: []*Panel{{Items: []Item{c.item(view(values(turns)), c.side, NewFixedScale("p", "", m, 0, 8))}}}})
			}
			all := image.Rect(0, 0, 240, 180)
			// Sums and means of larger numbers are rounded differently: a pixel here and there may be one tone off.
			count := func(a, b *image.RGBA) (n int) {
				for k := range a.Pix {
					if x := int(a.Pix[k]) - int(b.Pix[k]); x > 12 || x < -12 {
						n++
					}
				}
				return n
			}
			first := draw(0, Twilight())
			if n := count(first, draw(3, Twilight())); n > 20 {
				t.Errorf("%s: turns change %d parts of the picture", c.name, n)
			}
			if n := count(first, draw(-5, Twilight())); n > 20 {
				t.Errorf("%s: turns backwards change %d parts of the picture", c.name, n)
			}
			if n := diffPixels(draw(0, Viridis()), draw(3, Viridis()), all); n < 100 {
				t.Errorf("%s: on a scale of amounts turns change only %d pixels", c.name, n)
			}
			keep(t, "cyclic "+c.name, draw(3, Twilight()))
		}
		for _, b := range more {
			b.Close()
		}
	})
}

// Between phases on both sides of the full turn a surface takes the colors near it, not all those of the turn.
func TestCyclicSurfaceTakesTheShortWay(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 200, 200, 1, 1)
		defer s.close()
		v := make([]float32, 8*8)
		for k := range v {
			v[k] = []float32{0.05, 0.95}[k%2]
		}
		b := upload(t, d, v)
		defer b.Close()
		item := &Surface{Name: "p", Values: b.View(), Rows: 8, Cols: 8, Flat: true, Scale: NewFixedScale("p", "", Twilight(), 0, 1)}
		sc := &Scene{Theme: Dark(), Panels: []*Panel{{Items: []Item{item}, Axes: Axes{Hide: true}}}}
		img := s.draw(sc)
		// Half a turn of twilight is nearly black, its ends are nearly white.
		dark, light := 0, 0
		for k := 0; k < len(img.Pix); k += 4 {
			switch c := bright(img.RGBAAt(k/4%200, k/4/200)); {
			case c > 150:
				light++
			case distance8([3]uint8(img.Pix[k:k+3]), Twilight().table[128]) < 12:
				dark++
			}
		}
		if light < 4000 || dark > 0 {
			t.Errorf("%d light pixels and %d dark ones", light, dark)
		}
	})
}
