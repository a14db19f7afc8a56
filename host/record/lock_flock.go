//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package record

import (
	"os"
	"syscall"
)

// lock takes the lock of an open file if no other handle has it. It lasts until the file is closed, also by the end of the process.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
