//go:build !cgo || !linux

package context

import (
	"runtime"
	"unsafe"
)

// Context is never made in this build.
type Context struct{}

func notBuilt() error {
	if runtime.GOOS != "linux" {
		return &Error{Kind: ErrNotBuilt, Detail: "OpenGL is supported on Linux only, this is " + runtime.GOOS, Hint: "use the cpu backend"}
	}
	return &Error{Kind: ErrNotBuilt, Detail: "this program was built without cgo",
		Hint: "install a C compiler and build with CGO_ENABLED=1, or use the cpu backend"}
}

// NewHeadless reports that this build has no OpenGL.
func NewHeadless(HeadlessOptions) (*Context, error) { return nil, notBuilt() }

// NewWindow reports that this build has no OpenGL.
func NewWindow(WindowOptions) (*Context, error) { return nil, notBuilt() }

// Do has no thread to run on.
func (c *Context) Do(func()) {}

// OnThread is false.
func (c *Context) OnThread() bool { return false }

// ProcAddress knows no function.
func (c *Context) ProcAddress(string) unsafe.Pointer { return nil }

// Info is empty.
func (c *Context) Info() Info { return Info{} }

// RunPending has nothing to run.
func (c *Context) RunPending() {}

// Close does nothing.
func (c *Context) Close() error { return nil }
