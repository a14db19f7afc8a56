package cpu

import (
	"testing"
	"unsafe"
)

// Looking ahead reads nothing for spikes that have no row, and nothing beyond the spikes.
func TestPrefetchRowsInside(t *testing.T) {
	rowPtr, index, spikes := []int32{0, 2, 2, 5}, []int32{0, 1, 0, 1, 2}, []int32{0, -1, 1 << 30, 3, 2, 1}
	a := rowsAhead{
		spikes: unsafe.Pointer(&spikes[0]), rowPtr: unsafe.Pointer(&rowPtr[0]), index: unsafe.Pointer(&index[0]), weights: unsafe.Pointer(&index[0]),
		count: len(spikes), rows: len(rowPtr) - 1, most: mostAhead, scale: 2,
	}
	for k := -20; k < len(spikes)+3; k++ {
		prefetchRows(&a, k)
	}
}
