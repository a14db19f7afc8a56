//go:build cgo

package render

import (
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// BenchmarkSurface draws one surface whose data change every frame, 800 x 600, with axes, title and colorbar, and waits for
// the GPU in each frame.
func BenchmarkSurface(b *testing.B) {
	d := gltest.DeviceWith(b, device.Options{})
	for _, auto := range []bool{false, true} {
		for _, n := range []int{20, 100, 500, 1000} {
			b.Run(fmt.Sprintf("cells=%d/auto=%v", n, auto), func(b *testing.B) {
				gltest.Do(b, d, func(t testing.TB) { benchSurface(t, b, d, n, auto) })
			})
		}
	}
}

func benchSurface(t testing.TB, b *testing.B, d *device.Device, n int, auto bool) {
	s := newStage(t, d, 800, 600, 1, 1)
	defer s.close()
	var bufs []*device.Buffer
	for k := range 4 {
		bufs = append(bufs, upload(t, d, field(n, n, float64(k)*0.1)))
	}
	defer func() {
		for _, x := range bufs {
			x.Close()
		}
	}()
	sc := NewFixedScale("r", "", Viridis(), -0.2, 1.2)
	if auto {
		sc = NewScale("r", "", Viridis())
	}
	surf := &Surface{Name: "s", Rows: n, Cols: n, Scale: sc}
	scene := &Scene{Theme: Dark(), Panels: []*Panel{{Title: "Focus", Items: []Item{surf}}}}
	s.t.Bind()
	frame := func(k int) {
		surf.Values = bufs[k%len(bufs)].View()
		s.f.Version++
		if err := s.r.Draw(scene, s.f); err != nil {
			t.Fatal(err)
		}
		d.WaitIdle()
	}
	for k := range 5 {
		frame(k)
	}
	b.ResetTimer()
	for k := range b.N {
		frame(k)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

// BenchmarkScatter draws points in space whose colors change every frame.
func BenchmarkScatter(b *testing.B) {
	d := gltest.DeviceWith(b, device.Options{})
	for _, n := range []int{1000, 10000, 100000, 1000000} {
		b.Run(fmt.Sprintf("points=%d", n), func(b *testing.B) {
			gltest.Do(b, d, func(t testing.TB) {
				s := newStage(t, d, 800, 600, 1, 1)
				defer s.close()
				v := upload(t, d, field(n/10, 10, 1))
				defer v.Close()
				sc := NewFixedScale("r", "", Viridis(), -0.2, 1.2)
				side := 10
				for side*side*10 < n {
					side++
				}
				scene := &Scene{Panels: []*Panel{{Items: []Item{&Scatter{Name: "p", N: n, Grid: [3]int{10, side, side}, Color: v.View(), Scale: sc}}}}}
				s.t.Bind()
				for k := range b.N + 3 {
					if k == 3 {
						b.ResetTimer()
					}
					s.f.Version++
					if err := s.r.Draw(scene, s.f); err != nil {
						t.Fatal(err)
					}
					d.WaitIdle()
				}
				b.StopTimer()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
			})
		})
	}
}
