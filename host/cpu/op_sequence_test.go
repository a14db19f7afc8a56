package cpu

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 255, 256, 5000} {
		for _, mask := range []uint64{0xffffffff, 0xff, 0xff000000, 0} { // few different keys: the elements decide
			a := make([]uint64, n)
			for e := range a {
				a[e] = (r.Uint64()&mask)<<32 | uint64(e)
			}
			want := slices.Sorted(slices.Values(a))
			if got := sortKeys(a, make([]uint64, n)); !slices.Equal(got, want) {
				t.Errorf("%d keys with mask %x are not sorted", n, mask)
			}
		}
	}
}
