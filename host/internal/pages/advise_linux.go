package pages

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const pageBytes = 2 << 20

// advise asks for large pages for those that lie wholly inside. It is advice: where the system refuses it, nothing is lost but speed.
func advise(at unsafe.Pointer, bytes uintptr) {
	skip := -uintptr(at) & (pageBytes - 1)
	if bytes < skip+pageBytes {
		return
	}
	n := (bytes - skip) &^ (pageBytes - 1)
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(at, skip)), n), unix.MADV_HUGEPAGE)
}
