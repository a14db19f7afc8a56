//go:build amd64 && linux

package native

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// Code is a loop in executable memory, which is released when the Code is collected.
type Code struct {
	mem   *mapping
	entry uintptr
}

type mapping struct{ data []byte }

// Available reports whether loops can be compiled for this machine.
func Available() bool {
	return cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasPOPCNT
}

// Compile makes machine code of a loop. Errors: ErrTooLarge, or what the system says when it gives no executable memory.
func Compile(l *Loop) (*Code, error) {
	code, err := generate(l)
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
	return &Code{m, uintptr(unsafe.Pointer(unsafe.SliceData(data)))}, nil
}

// Run works on the range that a describes.
func (c *Code) Run(a *Args) {
	call(c.entry, a)
	runtime.KeepAlive(c.mem)
}

//go:noescape
func call(entry uintptr, a *Args)
