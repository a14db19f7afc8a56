package context

import (
	"errors"
	"fmt"
	"strings"
)

// Kinds of failure; test with errors.Is. The errors returned are *Error.
var (
	// ErrNoDisplay: a window was asked for and there is no display to open it on.
	ErrNoDisplay = errors.New("no display")
	// ErrNoDriver: there is no library or driver that makes an OpenGL context.
	ErrNoDriver = errors.New("no OpenGL driver")
	// ErrOldVersion: there is a driver, but what it offers is older than OpenGL 4.3.
	ErrOldVersion = errors.New("OpenGL too old")
	// ErrNotBuilt: this program was built without the parts that talk to OpenGL.
	ErrNotBuilt = errors.New("built without OpenGL")
)

// Error says why there is no context, and what to do about it.
type Error struct {
	Kind   error  // one of the Err values
	Detail string // what was tried and what came back
	Hint   string // what to install or set
}

// Error describes the failure with its hint.
func (e *Error) Error() string {
	s := e.Kind.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

const hintDriver = "on Debian and Ubuntu: apt-get install libegl1 libgl1-mesa-dri"

// Info describes a context.
type Info struct {
	Platform     string // "egl device", "egl surfaceless", "egl default" or "window"
	Vendor       string
	Renderer     string
	Version      string // the driver's text
	GLSL         string
	Major, Minor int
	Software     bool // a software rasteriser such as llvmpipe
}

// String is one line for people: renderer, version and platform.
func (i Info) String() string {
	return fmt.Sprintf("%s, OpenGL %d.%d, %s", i.Renderer, i.Major, i.Minor, i.Platform)
}

func isSoftware(renderer string) bool {
	r := strings.ToLower(renderer)
	for _, s := range []string{"llvmpipe", "softpipe", "swrast", "software", "swr "} {
		if strings.Contains(r, s) {
			return true
		}
	}
	return false
}

// Prefer chooses among several devices.
type Prefer uint8

const (
	PreferHardware Prefer = iota
	PreferSoftware
)

// HeadlessOptions of NewHeadless. The zero value is right for most uses.
type HeadlessOptions struct {
	// Device chooses hardware before software, or the other way round. The environment variable
	// GALVANI_GL_DEVICE=hardware|software|N (N: index of the EGL device) overrides it.
	Device Prefer
	// Platform restricts the search to "device", "surfaceless" or "default"; empty tries them in this order. The
	// environment variable GALVANI_EGL_PLATFORM overrides it.
	Platform string
	Debug    bool // ask for a debug context
}

// WindowOptions of NewWindow.
type WindowOptions struct {
	Title         string
	Width, Height int  // in screen coordinates; 0: 1280 x 800
	Samples       int  // samples per pixel of the window's own framebuffer
	Visible       bool // show at once; otherwise the caller shows it after its first frame
	Fixed         bool // not resizable
	VSync         bool // wait for the display in SwapBuffers
	Debug         bool
}
