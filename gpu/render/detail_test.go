//go:build cgo

package render

import (
	"bytes"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// One value among a million that differs is seen, up or down, wherever it lies in its block.
func TestDetailKeepsASinglePeak(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		const n = 1000
		s := newStage(t, d, 400, 300, 1, 1)
		defer s.close()
		for _, c := range []struct {
			at     int
			base   float32
			peak   float32
			golden float64
		}{{500*n + 500, 0, 1, 1}, {403*n + 617, 0, 1, 1}, {251*n + 402, 0.5, 0, 0}} {
			v := make([]float32, n*n)
			for i := range v {
				v[i] = c.base + 1e-4*float32(i%7)
			}
			v[c.at] = c.peak
			b := upload(t, d, v)
			sc, surf := oneSurface(b.View(), n, n, true)
			sc.FitCameras(400, 300, 1)
			sc.Panels[0].Camera.NextPreset(1, 1.3)
			s.f.Version++
			s.draw(sc)
			st := s.r.surfaces[surf]
			if st.lod.kx < 3 || st.lod.ky < 3 {
				t.Fatalf("blocks of %d x %d: nothing was decimated", st.lod.kx, st.lod.ky)
			}
			cells := make([]float32, st.lod.cols*st.lod.rows)
			if err := device.Read(st.cells, 0, cells, device.ReadTest); err != nil {
				t.Fatal(err)
			}
			cell := c.at/n/st.lod.ky*st.lod.cols + c.at%n/st.lod.kx
			for i, x := range cells {
				if i == cell {
					if x != c.peak {
						t.Errorf("the peak %g at %d became %g", c.peak, c.at, x)
					}
				} else if math.Abs(float64(x-c.base)) > 1e-3 {
					t.Fatalf("cell %d is %g, want %g", i, x, c.base)
				}
			}
			b.Close()
		}
	})
}

// A smooth slope keeps its values under decimation.
func TestDetailKeepsASlope(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		const n = 600
		s := newStage(t, d, 200, 150, 1, 1)
		defer s.close()
		v := make([]float32, n*n)
		for i := range v {
			v[i] = float32(i%n+i/n) / (2 * n)
		}
		b := upload(t, d, v)
		defer b.Close()
		sc, surf := oneSurface(b.View(), n, n, true)
		s.draw(sc)
		l := s.r.surfaces[surf].lod
		cells := make([]float32, l.cols*l.rows)
		if err := device.Read(s.r.surfaces[surf].cells, 0, cells, device.ReadTest); err != nil {
			t.Fatal(err)
		}
		for j := range n / l.ky {
			for i := range n / l.kx {
				want := (float64(i*l.kx) + float64(l.kx-1)/2 + float64(j*l.ky) + float64(l.ky-1)/2) / (2 * n)
				if got := float64(cells[j*l.cols+i]); math.Abs(got-want) > 1e-6 {
					t.Fatalf("cell %d, %d is %g, want %g", i, j, got, want)
				}
			}
		}
	})
}

// A value that is not finite shows in the theme's color, also when a million others surround it.
func TestNotFiniteIsSeen(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 300, 300, 1, 1)
		defer s.close()
		for _, n := range []int{20, 1000} {
			for _, x := range []float64{math.NaN(), math.Inf(1)} {
				v := field(n, n, 1)
				v[n*4/5*n+n*4/5] = float32(x) // in front of the bump
				b := upload(t, d, v)
				sc, _ := oneSurface(b.View(), n, n, true)
				s.f.Version++
				found := 0
				img := s.draw(sc)
				for i := 0; i < len(img.Pix); i += 4 {
					if r, g, b := int(img.Pix[i]), int(img.Pix[i+1]), int(img.Pix[i+2]); r > 150 && b > 120 && g < 90 {
						found++
					}
				}
				if found == 0 {
					t.Errorf("%d²: %g is not seen", n, x)
				}
				b.Close()
			}
		}
	})
}

// The element type of the buffer does not change the picture.
func TestElementTypes(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 160, 120, 1, 1)
		defer s.close()
		const n = 12
		var f32 []float32
		var f64 []float64
		var i32 []int32
		var strided []float32
		for i := range n * n {
			x := i * 7 % 5
			f32, f64, i32 = append(f32, float32(x)), append(f64, float64(x)), append(i32, int32(x))
			strided = append(strided, 99, 99, float32(x))
		}
		bf := upload(t, d, f32)
		defer bf.Close()
		bd, err := device.NewBufferFrom(d, "f64", device.F64, f64)
		if err != nil {
			t.Fatal(err)
		}
		defer bd.Close()
		bi, err := device.NewBufferFrom(d, "i32", device.I32, i32)
		if err != nil {
			t.Fatal(err)
		}
		defer bi.Close()
		bs := upload(t, d, strided)
		defer bs.Close()
		draw := func(v device.View) []byte {
			sc, surf := oneSurface(v, n, n, false)
			surf.Scale.Max = 4
			s.f.Version++
			return s.draw(sc).Pix
		}
		want := draw(bf.View())
		for name, v := range map[string]device.View{"float64": bd.View(), "int32": bi.View(),
			"stride 3": {Buffer: bs.Name(), Elem: device.F32, Count: n * n, Offset: 2, Stride: 3, Generation: bs.Generation()}} {
			if !bytes.Equal(draw(v), want) {
				t.Errorf("%s gives another picture than float32", name)
			}
		}
	})
}
