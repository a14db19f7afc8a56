//go:build cgo && linux

package context

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"
	"golang.org/x/sys/unix"
)

// Context is a current OpenGL context on a thread of its own.
type Context struct {
	info   Info
	tid    int
	calls  chan *call
	done   chan struct{} // closed when the thread has ended
	window *glfw.Window
	native native

	mu     sync.RWMutex // held for reading while a call is handed over
	closed bool
}

// native is how the thread's context was made.
type native interface {
	procAddress(name string) unsafe.Pointer
	close()
}

type call struct {
	f     func()
	done  chan struct{}
	panic *panicked
}

// panicked carries a panic from the GL thread to the goroutine that called Do.
type panicked struct {
	value any
	stack []byte
}

func (c *call) run() {
	defer func() {
		if v := recover(); v != nil {
			c.panic = &panicked{v, debug.Stack()}
		}
		close(c.done)
	}()
	c.f()
}

// settings are for drivers, before they are loaded; what the user has set stays.
func settings() {
	// Mesa's zink over a Vulkan of the processor compiles a program anew for each value of a uniform that decides a branch, such as the number of the step.
	const inline = "ZINK_INLINE_UNIFORMS"
	if _, ok := os.LookupEnv(inline); !ok {
		_ = os.Setenv(inline, "0")
	}
}

// start runs open on a new locked thread and then serves Do until Close.
func start(open func(*Context) error) (*Context, error) {
	c := &Context{calls: make(chan *call), done: make(chan struct{})}
	ready := make(chan error)
	go func() {
		// Never unlocked: the thread ends with the goroutine, and with it what the driver tied to it.
		runtime.LockOSThread()
		defer close(c.done)
		c.tid = unix.Gettid()
		if err := open(c); err != nil {
			ready <- err
			return
		}
		ready <- nil
		for k := range c.calls {
			k.run()
		}
		c.native.close()
	}()
	if err := <-ready; err != nil {
		<-c.done
		return nil, err
	}
	return c, nil
}

// Do runs f on the context's thread and returns when f has. Called on that thread, it runs f directly. A panic in f
// goes on in the caller. Do after Close panics.
func (c *Context) Do(f func()) {
	if c.OnThread() {
		f()
		return
	}
	k := &call{f: f, done: make(chan struct{})}
	c.mu.RLock()
	if c.closed {
		c.mu.RUnlock()
		panic("context: Do after Close")
	}
	c.calls <- k
	c.mu.RUnlock()
	<-k.done
	if k.panic != nil {
		panic(fmt.Sprintf("%v\n\non the OpenGL thread:\n%s", k.panic.value, k.panic.stack))
	}
}

// OnThread reports whether the caller runs on the context's thread.
func (c *Context) OnThread() bool { return unix.Gettid() == c.tid }

// RunPending serves the calls of other goroutines that wait in Do. A window loop that runs inside one long Do calls it
// once per frame; it must be called on the context's thread.
func (c *Context) RunPending() {
	for {
		select {
		case k, ok := <-c.calls:
			if !ok {
				return
			}
			k.run()
		default:
			return
		}
	}
}

// Info describes the context.
func (c *Context) Info() Info { return c.info }

// ProcAddress returns the address of an OpenGL function, or nil. It must be called on the context's thread.
func (c *Context) ProcAddress(name string) unsafe.Pointer { return c.native.procAddress(name) }

// Window is the GLFW window, nil when headless. Its methods must be called on the context's thread.
func (c *Context) Window() *glfw.Window { return c.window }

// Close ends the context and its thread. It must not be called from inside Do. Closing twice is allowed.
func (c *Context) Close() error {
	if c.OnThread() {
		return fmt.Errorf("context: Close called from inside Do")
	}
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.calls)
	}
	c.mu.Unlock()
	<-c.done
	return nil
}
