//go:build cgo && linux

package context

// #include "x11.h"
import "C"

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"
)

// glfwUse counts open windows: GLFW is initialised with the first and ended with the last.
var glfwUse struct {
	sync.Mutex
	windows int
}

type glfwContext struct{ w *glfw.Window }

func (g *glfwContext) procAddress(name string) unsafe.Pointer { return glfw.GetProcAddress(name) }

func (g *glfwContext) close() {
	glfw.DetachCurrentContext()
	g.w.Destroy()
	release()
}

func release() {
	glfwUse.Lock()
	defer glfwUse.Unlock()
	if glfwUse.windows--; glfwUse.windows == 0 {
		glfw.Terminate()
	}
}

// NewWindow opens a window with an OpenGL 4.5 core context, or 4.3 where there is no more. All windows of a process
// should be opened one after another: GLFW itself is not safe for use from several threads. The error is an *Error.
func NewWindow(o WindowOptions) (*Context, error) {
	settings()
	if os.Getenv("DISPLAY") == "" {
		hint := "run in a desktop session, through ssh -X, or draw without a window"
		if os.Getenv("WAYLAND_DISPLAY") != "" {
			hint = "under Wayland: install and start xwayland"
		}
		return nil, &Error{Kind: ErrNoDisplay, Detail: "DISPLAY is not set", Hint: hint}
	}
	if C.galvani_x11_present() == 0 {
		return nil, &Error{Kind: ErrNoDriver, Detail: "libX11.so.6 cannot be loaded",
			Hint: "on Debian and Ubuntu: apt-get install libx11-6 libxcursor1 libxrandr2 libxinerama1 libxi6 libgl1"}
	}
	// GLFW's Go binding prints this failure instead of returning it, and later calls panic.
	depth := int(C.galvani_x11_depth())
	if depth == 0 {
		return nil, &Error{Kind: ErrNoDisplay, Detail: fmt.Sprintf("the X server at DISPLAY=%q cannot be reached", os.Getenv("DISPLAY")),
			Hint: "check that it runs and lets this user in"}
	}
	// So are these: GLFW's errors about them are two, of which the binding calls one its own mistake, and panics with the other.
	if depth < leastDepth {
		return nil, &Error{Kind: ErrNoDriver, Detail: fmt.Sprintf("the screen of DISPLAY=%q has colours of %d bits, OpenGL draws with %d or more", os.Getenv("DISPLAY"), depth, leastDepth),
			Hint: "start the X server with 24 bits, or draw without a window"}
	}
	if o.Width <= 0 || o.Height <= 0 {
		o.Width, o.Height = 1280, 800
	}
	if o.Title == "" {
		o.Title = "Galvani"
	}
	return start(func(c *Context) error { return serverAlive(func() error { return c.openWindow(o) }) })
}

// leastDepth is the number of bits of a colour that drivers have formats for windows of.
const leastDepth = 15

// serverAlive calls open. GLFW's Go binding panics with an error where the X server goes away in the middle of it; mistakes of this program, which
// panic with other things, go on.
func serverAlive(open func() error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		why, ok := p.(*glfw.Error)
		if !ok {
			panic(p)
		}
		if why.Code == glfw.FormatUnavailable {
			err = &Error{Kind: ErrNoDriver, Detail: fmt.Sprintf("the display at DISPLAY=%q has no format that OpenGL draws a window in (%s)", os.Getenv("DISPLAY"), why.Desc),
				Hint: "draw without a window"}
			return
		}
		err = &Error{Kind: ErrNoDisplay, Detail: fmt.Sprintf("the X server at DISPLAY=%q went away while the window was opened (%s)", os.Getenv("DISPLAY"), why.Desc),
			Hint: "check that it still runs, or draw without a window"}
	}()
	return open()
}

func (c *Context) openWindow(o WindowOptions) error {
	glfwUse.Lock()
	if glfwUse.windows == 0 {
		if err := glfw.Init(); err != nil {
			glfwUse.Unlock()
			return &Error{Kind: ErrNoDisplay, Detail: err.Error()}
		}
	}
	glfwUse.windows++
	glfwUse.Unlock()
	returned := false
	defer func() {
		if !returned { // a panic: GLFW is begun anew for the next window, but ending it would talk to the server that is gone
			glfwUse.Lock()
			glfwUse.windows--
			glfwUse.Unlock()
		}
	}()

	var tried []string
	old := false
	apis := []int{glfw.NativeContextAPI, glfw.EGLContextAPI}
	if C.galvani_glx_configs() == 0 {
		apis, tried = apis[1:], append(tried, fmt.Sprintf("the X server at DISPLAY=%q offers no OpenGL through GLX", os.Getenv("DISPLAY")))
	}
	for _, api := range apis {
		for _, v := range versions {
			w, err := createWindow(o, api, v)
			if err != nil {
				tried = append(tried, err.Error())
				old = old || isVersionError(err)
				continue
			}
			w.MakeContextCurrent()
			g := &glfwContext{w}
			info, err := queryInfo(g.procAddress)
			if err != nil {
				tried, old = append(tried, err.Error()), true
				glfw.DetachCurrentContext()
				w.Destroy()
				continue
			}
			if o.VSync {
				glfw.SwapInterval(1)
			} else {
				glfw.SwapInterval(0)
			}
			info.Platform = "window"
			c.native, c.info, c.window = g, info, w
			returned = true
			return nil
		}
	}
	returned = true
	release()
	detail := strings.Join(tried, "; ")
	if old {
		return &Error{Kind: ErrOldVersion, Detail: detail,
			Hint: "OpenGL 4.3 core is the least that works; a newer driver may have it, and LIBGL_DEBUG=verbose tells whether Mesa could not load one"}
	}
	return &Error{Kind: ErrNoDriver, Detail: detail, Hint: "on Debian and Ubuntu: apt-get install libgl1 libgl1-mesa-dri"}
}

func createWindow(o WindowOptions, api int, version [2]int) (*glfw.Window, error) {
	glfw.DefaultWindowHints()
	for hint, v := range map[glfw.Hint]int{
		glfw.ContextCreationAPI:      api,
		glfw.ContextVersionMajor:     version[0],
		glfw.ContextVersionMinor:     version[1],
		glfw.OpenGLProfile:           glfw.OpenGLCoreProfile,
		glfw.OpenGLForwardCompatible: glfw.False, // wide lines
		glfw.OpenGLDebugContext:      hintBool(o.Debug),
		glfw.Visible:                 hintBool(o.Visible),
		glfw.Resizable:               hintBool(!o.Fixed),
		glfw.Samples:                 o.Samples,
		glfw.DepthBits:               24,
		glfw.FocusOnShow:             glfw.True,
		glfw.ScaleToMonitor:          glfw.True,
	} {
		glfw.WindowHint(hint, v)
	}
	return glfw.CreateWindow(o.Width, o.Height, o.Title, nil, nil)
}

func hintBool(b bool) int {
	if b {
		return glfw.True
	}
	return glfw.False
}

func isVersionError(err error) bool {
	e, ok := err.(*glfw.Error)
	return ok && e.Code == glfw.VersionUnavailable
}
