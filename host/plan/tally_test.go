package plan

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Ends are counted in parts, if there are many, and those of removed synapses are not.
func TestTally(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 1000, 3*tallyPart + 7} {
		for _, ascending := range []bool{false, true} {
			ends, removed := make([]int32, size), make([]bool, size)
			all, left := make([]int32, 50), make([]int32, 50)
			for k := range ends {
				ends[k], removed[k] = r.Int32N(50), r.IntN(3) == 0
			}
			if ascending {
				slices.Sort(ends)
			}
			for k, e := range ends {
				all[e]++
				if !removed[k] {
					left[e]++
				}
			}
			e := endsOf(ends, 50)
			if got := tally(e, nil, 50); !slices.Equal(got, all) {
				t.Errorf("%d ends: %v, want %v", size, got, all)
			}
			// Of a group that had other elements when the synapses were made.
			if got := tally(endsOf(ends, 60), nil, 50); !slices.Equal(got, all) {
				t.Errorf("%d ends among 60 elements: %v, want %v", size, got, all)
			}
			if got := tally(e, nil, 53); !slices.Equal(got, append(slices.Clone(all), 0, 0, 0)) {
				t.Errorf("%d ends in 53 elements: %v, want %v", size, got, all)
			}
			if got := tally(e, removed, 50); !slices.Equal(got, left) {
				t.Errorf("%d ends, some removed: %v, want %v", size, got, left)
			}
		}
	}
}

func endsOf(list []int32, elements int) *Ends {
	m := makeEnds(elements, len(list))
	m.addList(list, 0, 1)
	return m.end()
}
