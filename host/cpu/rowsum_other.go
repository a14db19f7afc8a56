//go:build !amd64

package cpu

// fastRows says that this processor has no loops of its own: sumRows and sumBoth are used.
func fastRows() bool { return false }

func sumOrdered[T real]([]T, []int32, []int32, []int32, []T, []T, bool) {
	panic("cpu: no fast rows here")
}

func pairsOrdered[T real]([]T, []T, []int32, []int32, []int32, []T, []T) {
	panic("cpu: no fast rows here")
}
