package connect

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A shelf's copies hold what they were made of, whatever is done to the list or to another copy.
func TestShelf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	var s shelf
	var got, want [][]int32
	list := make([]int32, 0, 2*shelfLeast)
	for k := range 60 {
		n := r.IntN(3000)
		if k%20 == 19 {
			n = shelfLeast + r.IntN(shelfLeast)
		}
		list = list[:n]
		for i := range list {
			list[i] = r.Int32()
		}
		got, want = append(got, s.keep(list)), append(want, slices.Clone(list))
	}
	for k := range got {
		_ = append(got[k], -1)
	}
	for k := range got {
		if !slices.Equal(got[k], want[k]) {
			t.Errorf("list %d of %d entries has changed", k, len(want[k]))
		}
	}
}
