//go:build cgo

package shaders_test

import (
	"math"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
)

// The remainder is exact for quotients of any size. A divisor that a device may take for 0 ends the search, too: there is no number.
func TestMod(t *testing.T) {
	d := gltest.Device(t)
	x := []float32{7, -7, 7, -7, 1e30, -1e30, 3.4e38, 1, 1e-20, 5, 0, 1, -1, 2, 3, 1}
	y := []float32{3, 3, -3, -3, 1.5e-30, 0.7, 1.2e-38, 1e-30, 3, 5, 3, 1e-40, 1e-45, 0, float32(math.Inf(1)), float32(math.NaN())}
	got := evaluate(t, d, "#include \"compute/ops.glsl\"", "y[i] = op_mod(x[i], x2[i]);", x, y)
	for i := range x {
		a, b := float64(x[i]), float64(y[i])
		want := math.Mod(a, b)
		if want != 0 && (want < 0) != (b < 0) {
			want = float64(float32(want) + y[i])
		}
		if math.Abs(b) < 0x1p-126 {
			want = math.NaN()
		}
		if g := float64(got[i]); g != want && !(math.IsNaN(g) && math.IsNaN(want)) {
			t.Errorf("%g mod %g = %g, want %g", a, b, g, want)
		}
	}
}

// Quotients that are whole are not rounded down to the number below, as an inexact division does: 3 divided by 3 and multiples of what has no exact inverse.
func TestFloorDiv(t *testing.T) {
	d := gltest.Device(t)
	var x, y []float32
	for k := range 2000 {
		by, n := float32(2*(k%97)+3)*0x1p-7, float32(1+k%61)
		x, y = append(x, n*by, n*by*(1-0x1p-20), -n*by), append(y, by, by, by) // exact: few bits
	}
	x = append(x, 1, -1, 0, float32(math.Inf(1)), 3e38, 1, float32(math.NaN()))
	y = append(y, 0, 0, 5, 2, 1e-3, float32(math.Inf(1)), 1)
	got := evaluate(t, d, "#include \"compute/ops.glsl\"", "y[i] = op_floordiv(x[i], x2[i]);", x, y)
	for i := range x {
		want := float32(math.Floor(float64(x[i] / y[i])))
		if g := got[i]; g != want && (g == g || want == want) {
			t.Errorf("%g // %g = %g, want %g", x[i], y[i], g, want)
		}
	}
}
