package native

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// TestAddLanes adds values to elements of an array, many of which come several times in one vector: the bits are those of a loop in that order.
func TestAddLanes(t *testing.T) {
	for _, set := range []Set{AVX2, AVX512} {
		if !set.Available() {
			continue
		}
		for _, n := range []int{1, 3, 8, 15, 16, 17, 64, 101} {
			for _, short := range []bool{true, false} {
				addLanes[float64](t, set, n, short)
				addLanes[float32](t, set, n, short)
			}
		}
	}
}

func addLanes[T float32 | float64](t *testing.T, set Set, n int, short bool) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	values, sums, want := make([]T, n), make([]T, 40), make([]T, 40)
	long, small := make([]int32, n), make([]uint16, n)
	for i := range n {
		values[i] = T(r.NormFloat64())
		long[i] = int32(r.IntN(5)) * int32(r.IntN(9)+1) % 40
		small[i] = uint16(long[i])
		want[long[i]] += values[i] * 3
	}
	l := Loop{Wide: unsafe.Sizeof(T(0)) == 8}
	three := l.Add(ScalarReal, 0)
	v := l.Add(Mul, 0, l.Add(LoadReal, 1), three)
	op, index := AddReal, unsafe.Pointer(unsafe.SliceData(long))
	if short {
		op, index = AddRealShort, unsafe.Pointer(unsafe.SliceData(small))
	}
	l.Nodes = append(l.Nodes, Node{Op: op, A: v, B: None, C: None, Slot: 2, Index: 3})
	c, err := Compile(&l, set)
	if err != nil {
		t.Fatal(err)
	}
	scalars := []T{3}
	a := NewArgs()
	a.Ptr[1], a.Ptr[2], a.Ptr[3] = uintptr(unsafe.Pointer(unsafe.SliceData(values))), uintptr(unsafe.Pointer(unsafe.SliceData(sums))), uintptr(index)
	a.Range(0, n, uintptr(unsafe.Pointer(unsafe.SliceData(scalars))), 0)
	c.Run(a)
	for i := range sums {
		if sums[i] != want[i] {
			t.Fatalf("%v, %d values of %T: element %d is %v, want %v", set, n, sums[i], i, sums[i], want[i])
		}
	}
}
