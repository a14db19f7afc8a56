package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
)

// TestDivide compares divisions by constants in machine code with those of the processor, bit for bit: zeros of both signs, subnormal and infinite
// numbers and those about the least that need no division among them.
func TestDivide(t *testing.T) {
	onSets(t, func(t *testing.T, set native.Set) {
		t.Run("float64", func(t *testing.T) { divideBy[float64](t, set) })
		t.Run("float32", func(t *testing.T) { divideBy[float32](t, set) })
	})
}

func divideBy[T real](t *testing.T, set native.Set) {
	r := rand.New(rand.NewPCG(1, 2))
	by := []T{10e-3, 5e-3, 20e-3, -7, 3, 2e-10, 0.25, 18e-3, 1e-3, -0.001}
	for range 60 {
		by = append(by, T(r.NormFloat64()*math.Ldexp(1, r.IntN(60)-30)))
	}
	divided := 0
	for _, c := range by {
		d, ok := native.NewDivisor(float64(c), wide[T]())
		if !ok {
			continue
		}
		divided++
		inf := T(math.Inf(1))
		x := []T{0, T(math.Copysign(0, -1)), inf, -inf, inf - inf, T(leastNormal[T]()), T(leastNormal[T]()) / 8, -T(leastNormal[T]()) / 64}
		for range 1000 {
			// Significands all alike, few digits, and scales about that of the least.
			x = append(x, T(r.NormFloat64()), T(r.IntN(1000)-500), T(d.Least*(1+r.NormFloat64())), T(math.Ldexp(r.NormFloat64(), r.IntN(240)-120)))
		}
		got, want := make([]T, len(x)), make([]T, len(x))
		for i := range x {
			want[i] = x[i] / c
		}
		var l native.Loop
		l.Add(native.StoreReal, 1, l.Divide(l.Add(native.LoadReal, 0), d))
		runNative[T](t, set, &l, 0, len(x), nil, nil, x, got)
		sameBits(t, fmt.Sprintf("division by %v", c), got, want)
	}
	if divided < len(by)*3/4 {
		t.Errorf("%d of %d constants have a divisor", divided, len(by))
	}
}
