package cpu

// newVec returns the fastest table for this processor. All tables give the same bits.
func newVec[T real]() *vec[T] { return goVec[T]() }
