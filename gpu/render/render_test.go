//go:build cgo

package render

import (
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// field is a smooth test pattern with a bump, a dip and a ripple.
func field(rows, cols int, phase float64) []float32 {
	v := make([]float32, rows*cols)
	for i := range rows {
		for j := range cols {
			x, y := 2*float64(j)/float64(max(1, cols-1))-1, 2*float64(i)/float64(max(1, rows-1))-1
			a := math.Exp(-8 * ((x-0.35*math.Cos(phase))*(x-0.35*math.Cos(phase)) + (y-0.35*math.Sin(phase))*(y-0.35*math.Sin(phase))))
			v[i*cols+j] = float32(a + 0.04*math.Sin(9*x+phase)*math.Cos(7*y))
		}
	}
	return v
}

func upload(t testing.TB, d *device.Device, v []float32) *device.Buffer {
	t.Helper()
	b, err := device.NewBufferFrom(d, "values", device.F32, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// stage is a renderer with a target, closed with the test.
type stage struct {
	r  *Renderer
	t  *Target
	f  Frame
	tb testing.TB
}

func newStage(t testing.TB, d *device.Device, w, h int, scale float64, samples int) *stage {
	t.Helper()
	r, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	target, err := NewTarget(d, w, h, samples)
	if err != nil {
		r.Close()
		t.Fatal(err)
	}
	return &stage{r, target, Frame{Width: w, Height: h, Scale: scale, Version: 1}, t}
}

func (s *stage) close() { s.r.Close(); s.t.Close() }

func (s *stage) draw(sc *Scene) *image.RGBA {
	s.tb.Helper()
	s.t.Bind()
	if err := s.r.Draw(sc, s.f); err != nil {
		s.tb.Fatal(err)
	}
	img, err := s.t.Image()
	if err != nil {
		s.tb.Fatal(err)
	}
	return img
}

// keep writes a picture to the folder GALVANI_TEST_PICTURES, for people to look at.
func keep(t testing.TB, name string, img image.Image) {
	dir := os.Getenv("GALVANI_TEST_PICTURES")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

func twoSurfaces(t testing.TB, d *device.Device, n int, th *Theme) (*Scene, []*device.Buffer) {
	a, b := upload(t, d, field(n, n, 0.3)), upload(t, d, field(n, n, 2))
	sc := NewScale("r", "", Viridis())
	return &Scene{Theme: th, Panels: []*Panel{
		{Title: "Input", Items: []Item{&Surface{Name: "Input", Values: a.View(), Rows: n, Cols: n, Scale: sc}}},
		{Title: "Focus", Items: []Item{&Surface{Name: "Focus", Values: b.View(), Rows: n, Cols: n, Scale: sc}}},
	}}, []*device.Buffer{a, b}
}

// TestLook draws pictures for people to look at, at the sizes of a window; it checks that they are not empty.
func TestLook(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		for _, c := range []struct {
			name    string
			n       int
			th      *Theme
			w, h    int
			scale   float64
			samples int
		}{
			{"window_20_dark", 20, Dark(), 800, 600, 1, 4},
			{"window_20_light_2x", 20, Light(), 1600, 1200, 2, 4},
			{"window_100_dark_unsmoothed", 100, Dark(), 800, 600, 1, 1},
		} {
			s := newStage(t, d, c.w, c.h, c.scale, c.samples)
			scene, bufs := twoSurfaces(t, d, c.n, c.th)
			img := s.draw(scene)
			if img.RGBAAt(0, 0) == img.RGBAAt(int(float64(c.w)*0.22), c.h/2) {
				t.Errorf("%s: nothing in the middle of the first panel", c.name)
			}
			keep(t, c.name, img)
			for _, b := range bufs {
				b.Close()
			}
			s.close()
		}
	})
}
