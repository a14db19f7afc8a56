//go:build !amd64

package cpu

// rowsAhead is empty: no memory is asked for ahead of its use.
type rowsAhead struct{}

func (l *listOp[T]) lookAhead(*rowsAhead, []int32) bool { return false }

func prefetchRows(*rowsAhead, int) {}

func countLess(a []int32, end int32, _ bool) int { return countLessGo(a, end) }
