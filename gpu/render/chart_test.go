//go:build cgo

package render

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// charts are four linked panels: a raster and traces over the same stretch of time, a histogram, and phases on the circle; or a
// matrix and a curve.
func charts(t testing.TB, d *device.Device, r *Renderer, th *Theme) (*Scene, func()) {
	rng := rand.New(rand.NewPCG(3, 1))
	clock := &TimeAxis{Lo: 1000, Hi: 1000.2, Origin: 1000}
	var spikes []float32
	for range 900 {
		k := rng.IntN(40)
		spikes = append(spikes, float32(0.2*rng.Float64()*rng.Float64()+0.002*float64(k)), float32(k))
	}
	const rows, k = 64, 3
	ring, times := make([]float32, rows*k), make([]float32, rows)
	for i := range rows { // full, and the oldest row is 20
		at := (i + rows - 20) % rows
		times[i] = 0.2 * float32(at) / (rows - 1)
		for j := range k {
			ring[i*k+j] = float32(-0.065 + 0.01*math.Sin(float64(at)*0.2+float64(j)))
		}
	}
	phases := make([]float32, 400)
	for i := range phases {
		phases[i] = float32(1 + 0.6*rng.NormFloat64())
	}
	s, v, at, p := upload(t, d, spikes), upload(t, d, ring), upload(t, d, times), upload(t, d, phases)
	volts := NewScale("v", "mV", Viridis())
	volts.PerUnit = 1e-3
	traces := &Traces{Name: "v", Time: clock, Values: v.View(), Times: at.View(), Capacity: rows, K: k, First: 20, Count: rows, Scale: volts,
		Labels: []string{"0", "5", "9"}}
	sc := &Scene{Theme: th, Panels: []*Panel{
		{Title: "spikes", Items: []Item{&Raster{Name: "M", Time: clock, N: 40, Spikes: s.View(), Count: len(spikes) / 2}}},
		{Title: "G.v", Items: []Item{traces}},
		{Title: "theta", Items: []Item{&Histogram{Name: "theta", Values: p.View(), N: 400, Bins: 30, Scale: NewScale("theta", "rad", Viridis()),
			Counts: NewScale("", "", Viridis())}}},
		{Title: "theta", Items: []Item{&PhaseCircle{Name: "theta", Values: p.View(), N: 400}}},
	}}
	return sc, func() {
		for _, b := range []*device.Buffer{s, v, at, p} {
			b.Close()
		}
	}
}

func TestChartPictures(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		for _, c := range []struct {
			name  string
			w, h  int
			scale float64
			theme *Theme
		}{{"charts_dark", 640, 480, 1, Dark()}, {"charts_light", 640, 480, 1, Light()}} {
			s := newStage(t, d, c.w, c.h, c.scale, 1)
			sc, done := charts(t, d, s.r, c.theme)
			img := s.draw(sc)
			keep(t, c.name, img)
			gltest.Image(t, c.name, img, gltest.Default)
			done()
			s.close()
		}
		s := newStage(t, d, 640, 260, 1, 1)
		cells := upload(t, d, field(12, 20, 1))
		n := 60
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], y[i] = float64(i)*2, 1/(1+math.Pow(float64(i-12)/3, 2))
		}
		sc := &Scene{Theme: Dark(), Panels: []*Panel{
			{Title: "S", Items: []Item{&Matrix{Name: "S", Values: cells.View(), Rows: 12, Cols: 20, Scale: NewScale("w", "nS", Viridis()), X: "pre", Y: "post"}}},
			{Title: "intervals", Items: []Item{&Curve{Name: "I", X: x, Y: y, Bars: true, XTitle: Axis{Label: "interval", Unit: "ms"}, YTitle: Axis{Label: "intervals"}, Note: "CV 0.98, 1234 intervals"}}},
		}}
		img := s.draw(sc)
		keep(t, "charts_matrix", img)
		gltest.Image(t, "charts_matrix", img, gltest.Default)
		cells.Close()
		s.close()
	})
}

// A ring takes rows from the device: what was sampled is what the variable held, and nothing is read back on the way.
func TestSample(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 64, 64, 1, 1)
		defer s.close()
		v, e := upload(t, d, []float32{10, 11, 12, 13, 14}), uploadInts(t, d, []int32{4, 1})
		ring := upload(t, d, make([]float32, 6))
		defer v.Close()
		defer e.Close()
		defer ring.Close()
		before := d.Stats()
		if err := s.r.Sample(v.View(), e.View(), 2, ring, 2); err != nil {
			t.Fatal(err)
		}
		if after := d.Stats(); after.ReadBack != before.ReadBack {
			t.Errorf("read back %v", after.ReadBack)
		}
		got := make([]float32, 6)
		if err := device.Read(ring, 0, got, device.ReadTest); err != nil {
			t.Fatal(err)
		}
		if want := [6]float32{0, 0, 0, 0, 14, 11}; [6]float32(got) != want {
			t.Errorf("the ring holds %v, want %v", got, want)
		}
		if s.r.Sample(v.View(), e.View(), 2, ring, 3) == nil {
			t.Error("a row beyond the ring is taken")
		}
	})
}

// Few spikes of many neurons can be seen, and many do not run into each other.
func TestRasterDots(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 400, 300, 1, 1)
		defer s.close()
		clock := &TimeAxis{Hi: 1}
		for _, c := range []struct{ spikes, pixels int }{{20, 4}, {40_000, 1}} {
			data := make([]float32, 2*c.spikes)
			for k := range c.spikes {
				data[2*k], data[2*k+1] = 0.02+0.96*float32(k%20)/20, float32(2000+k/20)
			}
			b := upload(t, d, data)
			defer b.Close()
			raster := &Raster{Name: "M", Time: clock, N: 4000, Spikes: b.View(), Count: 20}
			sc := &Scene{Panels: []*Panel{{Items: []Item{raster}}}}
			raster.Count = 0
			empty := s.draw(sc)
			raster.Count = c.spikes
			if n := diffPixels(empty, s.draw(sc), empty.Bounds()); c.spikes == 20 && n != 20*c.pixels || c.spikes > 20 && n > 20*300*c.pixels {
				t.Errorf("%d spikes in 20 columns fill %d pixels", c.spikes, n)
			}
		}
	})
}
