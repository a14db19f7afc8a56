//go:build cgo

package shaders_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/rng"
)

// Normal numbers in double have the bits of package rng, also where the logarithm changes its exponent: which synapses have what delay in steps depends on
// them.
func TestNormalBits(t *testing.T) {
	const n = 1 << 20
	d := gltest.Device(t)
	key := rng.NewKey(7, 0, 0)
	x := make([]float64, n)
	got := evaluate(t, d, "uvec2 key = uvec2("+word(key[0])+", "+word(key[1])+"); uvec2 clock_step = uvec2(0u);\n#include \"lib/random64.glsl\"", "y[i] = draw_normal64(i, 5u, 3u);", x, nil)
	for i := range got {
		if want := rng.Normal[float64](rng.At{Key: key, Stream: 5}, uint32(i), 3); math.Float64bits(want) != math.Float64bits(got[i]) {
			t.Fatalf("draw %d is %x, want %x", i, got[i], want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	half := math.Float64bits(math.Sqrt2 / 2)
	for i := range x {
		switch i % 3 {
		case 0:
			x[i] = 1 - r.Float64()
		case 1:
			x[i] = math.Ldexp(math.Float64frombits(half&^0xffffffff|uint64(r.Uint32())), r.IntN(20)-10)
		case 2:
			x[i] = math.Ldexp(math.Float64frombits(half-5+uint64(r.IntN(10))), r.IntN(20)-10)
		}
	}
	got = evaluate(t, d, "#include \"lib/math64.glsl\"", "y[i] = m_log(x[i]);", x, nil)
	for i := range got {
		if want := math.Log(x[i]); math.Float64bits(want) != math.Float64bits(got[i]) {
			t.Fatalf("log(%x) is %x, want %x", x[i], got[i], want)
		}
	}
}
func word(x uint32) string { return fmt.Sprintf("%du", x) }
