package cpu

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Adding to all targets and putting those back that a mask keeps is the same as asking the mask at each synapse.
func TestKept(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, share := range []float64{0, 0.07, 0.5, 1} {
		const n = 1000
		start, mask := make([]float64, n), make([]int32, n)
		for i := range start {
			start[i] = r.NormFloat64()
			if r.Float64() < share {
				mask[i] = 1 - 3*int32(i%2) // any number but 0 is true
			}
		}
		start[3], start[4], start[5] = math.Copysign(0, -1), math.NaN(), math.Inf(1)
		index := make([]int32, 5000)
		for i := range index {
			index[i] = r.Int32N(n)
		}
		want, got := append([]float64(nil), start...), append([]float64(nil), start...)
		addValueMasked(want, index, mask, 0.1)
		var parts [2]kept[float64]
		parts[0].keep(got, mask, 0, 400, newVec[float64](Best.available()).zeros)
		parts[1].keep(got, mask, 400, n, newVec[float64](Best.available()).zeros)
		addValue(got, index, 0.1)
		for i := range parts {
			parts[i].restore(got)
		}
		for i := range got {
			if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
				t.Fatalf("share %v: target %d is %v, want %v", share, i, got[i], want[i])
			}
		}
	}
}
