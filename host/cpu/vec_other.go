//go:build !amd64

package cpu

// newVec returns the table of block operations for this processor.
func newVec[T real](Instructions) *vec[T] { return goVec[T]() }
