//go:build cgo

package render

import (
	"image"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
)

// Text on the screen is what the font package draws with the same pen, over the same color.
func TestTextMatchesReference(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		for _, scale := range []float64{1, 2} {
			w, h := int(160*scale), int(40*scale)
			s := newStage(t, d, w, h, scale, 1)
			o := s.r.NewOverlay()
			o.Reset(w, h, scale)
			o.Text(8, 26, "τ = 12.5 ms", TextStyle{Size: 13, Color: Color{1, 1, 1, 1}})
			th := Dark()
			th.Background = Color{0, 0, 0, 1}
			got := s.draw(&Scene{Theme: th, Overlay: o})
			want := referenceText(s.r.fonts, "τ = 12.5 ms", 8*scale, 26*scale, 13*scale, w, h)
			ink := 0
			for i := 0; i < len(want.Pix); i++ {
				ink += int(want.Pix[i])
				if diff := int(got.Pix[4*i]) - int(want.Pix[i]); diff > 2 || diff < -2 {
					t.Errorf("scale %g: pixel %d,%d is %d, want %d", scale, i%w, i/w, got.Pix[4*i], want.Pix[i])
					break
				}
			}
			if ink == 0 {
				t.Error("the reference is blank")
			}
			s.close()
		}
	})
}

// Numbers, unit and name stand beside the colorbar: changing them changes the picture there.
func TestColorbarHasNumbers(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 400, 300, 1, 1)
		defer s.close()
		b := upload(t, d, field(20, 20, 1))
		defer b.Close()
		sc, surf := oneSurface(b.View(), 20, 20, false)
		l := sc.Layout(400, 300, 1)
		if l.Colorbar.W == 0 {
			t.Fatal("no colorbar")
		}
		area := image.Rect(int(l.Colorbar.X)+32, int(l.Colorbar.Y)+40, int(l.Colorbar.X+l.Colorbar.W), int(l.Colorbar.Y+l.Colorbar.H))
		ink := func(m *image.RGBA, r image.Rectangle) (n int) {
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					if bright(m.RGBAAt(x, y)) > 110 {
						n++
					}
				}
			}
			return n
		}
		one := s.draw(sc)
		if n := ink(one, area); n < 100 {
			t.Errorf("%d bright pixels beside the bar: no numbers", n)
		}
		heading := image.Rect(int(l.Colorbar.X), int(l.Colorbar.Y), 400, int(l.Colorbar.Y)+40)
		surf.Scale.Max = 700
		other := s.draw(sc)
		if diffPixels(one, other, area) < 50 {
			t.Error("other limits do not change the numbers")
		}
		surf.Scale.Unit = "mV"
		if n := diffPixels(other, s.draw(sc), heading.Union(area)); n < 10 {
			t.Errorf("another unit changes %d pixels", n)
		}
	})
}

// A panel too narrow for a colorbar beside it has one below, with its numbers and name, which nothing else covers.
func TestNarrowPanelHasColorbar(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		b := upload(t, d, field(20, 20, 1))
		defer b.Close()
		for _, size := range [][2]int{{480, 300}, {300, 240}} {
			s := newStage(t, d, size[0], size[1], 1, 1)
			defer s.close()
			sc, surf := oneSurface(b.View(), 20, 20, false)
			other, _ := oneSurface(b.View(), 20, 20, false)
			sc.Panels = append(sc.Panels, other.Panels...)
			sc.Panels[0].Title, sc.Panels[1].Title = "one", "two"
			l := sc.Layout(size[0], size[1], 1)
			for k, p := range l.Panels {
				if p.Colorbar.W < 100 || p.Colorbar.Y < p.View.Y+p.View.H || p.Colorbar.Y+p.Colorbar.H > p.Cell.Y+p.Cell.H+1e-9 {
					t.Fatalf("%v: colorbar %d at %+v, view %+v, cell %+v", size, k, p.Colorbar, p.View, p.Cell)
				}
			}
			bar := l.Panels[0].Colorbar
			area := image.Rect(int(bar.X), int(bar.Y), int(bar.X+bar.W), int(bar.Y+bar.H))
			one := s.draw(sc)
			low, high := one.RGBAAt(area.Min.X+area.Dx()*6/10, area.Min.Y+10), one.RGBAAt(area.Max.X-24, area.Min.Y+10)
			if bright(high) < bright(low)+20 {
				t.Errorf("%v: the bar goes from %v to %v, not from left to right", size, low, high)
			}
			surf.Scale.Max = 700
			if n := diffPixels(one, s.draw(sc), area); n < 30 {
				t.Errorf("%v: other limits change %d pixels of the numbers", size, n)
			}
			surf.Scale.Unit = "mV"
			named := s.draw(sc)
			surf.Scale.Unit = "nA"
			if n := diffPixels(named, s.draw(sc), area); n < 10 {
				t.Errorf("%v: another unit changes %d pixels", size, n)
			}
		}
	})
}

func diffPixels(a, b *image.RGBA, r image.Rectangle) (n int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
				n++
			}
		}
	}
	return n
}

// Points in a plane have the names of both axes beside the numbers.
func TestPlaneNamesItsAxes(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		values := make([]float32, 100)
		for k := range values {
			values[k] = float32(k % 10)
		}
		b := upload(t, d, values)
		defer b.Close()
		for _, size := range [][2]int{{400, 300}, {660, 660}, {300, 500}} {
			s := newStage(t, d, size[0], size[1], 1, 1)
			defer s.close()
			picture := func(x, y string) *image.RGBA {
				sc := &Scene{Panels: []*Panel{{Items: []Item{&Scatter{Name: "p", N: 100, Grid: [3]int{1, 10, 10}, Radius: 0.05,
					X: Coord{Values: b.View(), Scale: NewScale(x, "", nil)}, Y: Coord{Values: b.View(), Scale: NewScale(y, "", nil)}}}}}}
				s.draw(sc)
				s.f.Version++
				return s.draw(sc)
			}
			named := picture("abscissa", "ord")
			keep(t, "plane", named)
			for axis, without := range []*image.RGBA{picture("", "ord"), picture("abscissa", "")} {
				if n := diffPixels(named, without, named.Bounds()); n < 30 {
					t.Errorf("%v: without the name of axis %d %d pixels differ", size, axis, n)
				}
			}
		}
	})
}
