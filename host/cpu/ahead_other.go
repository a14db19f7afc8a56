//go:build !amd64

package cpu

// rowsAhead is empty: no memory is asked for ahead of its use.
type rowsAhead struct{}

func (l *listOp[T]) lookAhead(*rowsAhead, []int32) bool { return false }

func prefetchRows(*rowsAhead, int) {}
