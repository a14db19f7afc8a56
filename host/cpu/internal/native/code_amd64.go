//go:build amd64 && linux

package native

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Code is a loop in executable memory, which is released when the Code is collected.
type Code struct {
	mem   *mapping
	entry uintptr
	lanes int
}

type mapping struct{ data []byte }

// Available reports whether loops can be compiled for the set and run here.
func (s Set) Available() bool { return s.InProcessor() }

// Compile makes machine code of a loop for a set that this machine has. Errors: ErrTooLarge, or what the system says when it gives no executable memory.
func Compile(l *Loop, s Set) (*Code, error) {
	code, err := generate(l, s)
	if err != nil {
		return nil, err
	}
	data, err := unix.Mmap(-1, 0, len(code), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("no memory for machine code: %w", err)
	}
	copy(data, code)
	if err := unix.Mprotect(data, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		_ = unix.Munmap(data) // the first error says more
		return nil, fmt.Errorf("the system does not allow machine code: %w", err)
	}
	m := &mapping{data}
	runtime.AddCleanup(m, func(b []byte) { _ = unix.Munmap(b) }, data)
	return &Code{m, uintptr(unsafe.Pointer(unsafe.SliceData(data))), s.lanes(l.Wide)}, nil
}

// Run works on the range that a describes.
func (c *Code) Run(a *Args) {
	a.cut(c.lanes)
	call(c.entry, a)
	runtime.KeepAlive(c.mem)
}

//go:noescape
func call(entry uintptr, a *Args)
