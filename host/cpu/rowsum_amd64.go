package cpu

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// rowArgs are the arguments of the loops in assembly: rows order[0:rows] are summed. dotRows and sumRows take rows by four, which go
// side by side so that no addition waits for the one before it; their number must be a multiple of four.
type rowArgs struct {
	rowPtr, order, index, weights, source, dst, dst2 unsafe.Pointer
	rows, plus                                       int
}

//go:noescape
func pairRows64(a *rowArgs)

//go:noescape
func pairRows32(a *rowArgs)

//go:noescape
func pairRowsWeighted64(a *rowArgs)

//go:noescape
func pairRowsWeighted32(a *rowArgs)

//go:noescape
func dotRows64(a *rowArgs)

//go:noescape
func dotRows32(a *rowArgs)

//go:noescape
func sumRows64(a *rowArgs)

//go:noescape
func sumRows32(a *rowArgs)

// fastRows says whether this processor has the loops.
func fastRows() bool { return cpu.X86.HasAVX }

// sumOrdered is sumRows for rows whose numbers are given; a count that is no multiple of four is left to sumRow and dotRow.
func sumOrdered[T real](dst []T, rowPtr, index, order []int32, weights, source []T, add bool) {
	n := len(order) &^ 3
	if n > 0 {
		a := rowArgs{unsafe.Pointer(&rowPtr[0]), unsafe.Pointer(&order[0]), unsafe.Pointer(unsafe.SliceData(index)), unsafe.Pointer(unsafe.SliceData(weights)),
			unsafe.Pointer(unsafe.SliceData(source)), unsafe.Pointer(&dst[0]), nil, n, int(b2i(add))}
		_, wide := any(dst).([]float64)
		switch {
		case wide && weights != nil:
			dotRows64(&a)
		case wide:
			sumRows64(&a)
		case weights != nil:
			dotRows32(&a)
		default:
			sumRows32(&a)
		}
	}
	for _, r := range order[n:] {
		sumRows(dst, rowPtr, index, nil, weights, source, int(r), int(r)+1, add)
	}
}

// pairsOrdered sums, over each of the rows, both values of the pairs of sources: the first to x, the second to y.
func pairsOrdered[T real](x, y []T, rowPtr, index, order []int32, weights, pairs []T) {
	if len(order) == 0 {
		return
	}
	a := rowArgs{unsafe.Pointer(&rowPtr[0]), unsafe.Pointer(&order[0]), unsafe.Pointer(unsafe.SliceData(index)), unsafe.Pointer(unsafe.SliceData(weights)),
		unsafe.Pointer(unsafe.SliceData(pairs)), unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), len(order), 0}
	_, wide := any(x).([]float64)
	switch {
	case wide && weights != nil:
		pairRowsWeighted64(&a)
	case wide:
		pairRows64(&a)
	case weights != nil:
		pairRowsWeighted32(&a)
	default:
		pairRows32(&a)
	}
}
