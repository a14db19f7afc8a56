//go:build !amd64

package cpu

// rowsAhead is empty: no memory is asked for ahead of its use.
type rowsAhead struct{}

func (l *listOp[T]) lookAhead(*rowsAhead, []int32) bool { return false }

func prefetchRows(*rowsAhead, int) {}

const fetchLen = 32

func (l *listOp[T]) fetching() []int { return nil }

func (l *listOp[T]) fetch([]int32) {}
