package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

// Ends are the list that they were made of, whatever they are kept as.
func TestEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, elements := range []int{1, 7, 1 << 16, 1<<16 + 1} {
		for _, size := range []int{0, 1, 5, partLen, 3*partLen + 5, 200_000} {
			for _, order := range []string{"any", "ascending", "ascending at first"} {
				t.Run(fmt.Sprintf("%d of %d, %s", size, elements, order), func(t *testing.T) {
					list := make([]int32, size)
					for k := range list {
						list[k] = r.Int32N(int32(elements))
					}
					switch order {
					case "ascending":
						slices.Sort(list)
					case "ascending at first":
						slices.Sort(list[:size/2])
					}
					checkEnds(t, endsOf(list, elements), list, elements)

					// Elements in runs, at a place in the group, several times.
					m, want := makeEnds(elements, size), []int32{}
					for _, e := range list {
						m.add(e, 2)
						want = append(want, e, e)
					}
					half := list[:size/2]
					for k := range half {
						half[k] /= 2
					}
					m.addList(half, int32(elements/2), 3)
					for _, e := range half {
						want = append(want, e+int32(elements/2), e+int32(elements/2), e+int32(elements/2))
					}
					for _, e := range want {
						if int(e) >= elements {
							t.Fatal("the test is wrong")
						}
					}
					checkEnds(t, m.end(), want, elements)

					more := endsOf(list, elements).with(net.Span{Group: &net.Group{N: elements}, Start: elements / 2}, half)
					for _, e := range half {
						list = append(list, e+int32(elements/2))
					}
					checkEnds(t, more, list, elements)
				})
			}
		}
	}
}

func checkEnds(t *testing.T, e *Ends, list []int32, elements int) {
	t.Helper()
	if e.Len() != len(list) {
		t.Fatalf("%d ends of %d", e.Len(), len(list))
	}
	if got := e.List(); !slices.Equal(got, list) {
		t.Fatal("another list")
	}
	if got := e.index(); got.Len() != len(list) || !slices.Equal(got.List(), list) || (got.Short != nil) != (elements <= 1<<16) && len(list) > 0 {
		t.Fatalf("another index: %d entries, of 16 bits: %v", got.Len(), got.Short != nil)
	}
	var parts []int32
	for at, part := range e.Parts {
		if at != len(parts) {
			t.Fatalf("a part at %d comes after %d ends", at, len(parts))
		}
		parts = append(parts, part...)
	}
	if !slices.Equal(parts, list) {
		t.Fatal("other parts")
	}
	for k := 0; k < len(list); k += 1 + len(list)/50 {
		if e.At(k) != list[k] {
			t.Fatalf("end %d is %d, want %d", k, e.At(k), list[k])
		}
		if hi := min(k+17, len(list)); !slices.Equal(e.Part(k, hi, make([]int32, 20)), list[k:hi]) {
			t.Fatalf("another part from %d", k)
		}
		head := e.Head(k)
		if !slices.Equal(head.List(), list[:k]) || head.Len() != k {
			t.Fatalf("another head of %d", k)
		}
	}
	if own := e.pointers(elements); own != nil && (len(own) != elements+1 || int(own[elements]) != len(list)) {
		t.Fatalf("rows of %d elements end at %d of %d", len(own)-1, own[len(own)-1], len(list))
	}
	ptr := e.pointers(elements + 3)
	if (ptr != nil) != slices.IsSorted(list) {
		t.Fatalf("rows where ends ascend: %v", ptr != nil)
	}
	for r := range max(0, len(ptr)-1) {
		for k := ptr[r]; k < ptr[r+1]; k++ {
			if list[k] != int32(r) {
				t.Fatalf("synapse %d is in row %d", k, r)
			}
		}
	}
	if ptr != nil && (ptr[0] != 0 || int(ptr[elements+3]) != len(list)) {
		t.Fatalf("rows from %d to %d", ptr[0], ptr[elements+3])
	}
	if most := 4*len(list) + 64; e.first != nil && 4*len(e.first) > most || e.first == nil && slices.IsSorted(list) && len(list) > 2*elements {
		t.Fatalf("%d ends of %d elements take more than they need", len(list), elements)
	}
}
