package cpu

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestZeros compares all instruction sets with a plain loop, for masks of all lengths around a block.
func TestZeros(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, use := range []Instructions{Best.available(), Portable} {
		v := newVec[float64](use)
		for n := range 70 {
			for _, share := range []int{0, 1, 5, 10} { // tenths that are 0
				mask := make([]int32, n)
				var want []int32
				for k := range mask {
					if mask[k] = []int32{1, -1, 7, -1 << 31}[r.IntN(4)]; r.IntN(10) < share {
						mask[k] = 0
						want = append(want, int32(100+k))
					}
				}
				at := make([]int32, n+9)
				at[n+8] = -5
				got := v.zeros(at[:n+8], mask, 100)
				if !slices.Equal(at[:got], want) || at[n+8] != -5 {
					t.Fatalf("instructions %d: the zeros of %v are %v, not %v; behind them stands %d", use, mask, want, at[:got], at[n+8])
				}
			}
		}
	}
}
