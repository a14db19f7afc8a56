//go:build cgo && linux

package context

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "egl.h"
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"
)

// versions to ask for, best first. A driver may return a newer one that is compatible.
var versions = [][2]int{{4, 5}, {4, 3}}

type eglContext struct{ g C.galvani_egl }

func (e *eglContext) procAddress(name string) unsafe.Pointer {
	s := C.CString(name)
	defer C.free(unsafe.Pointer(s))
	return C.galvani_egl_proc(s)
}

func (e *eglContext) close() { C.galvani_egl_close(&e.g) }

// candidate is one EGL display to try.
type candidate struct {
	platform C.int
	device   int
}

func (k candidate) String() string {
	switch k.platform {
	case C.GALVANI_EGL_DEVICE:
		return fmt.Sprintf("egl device %d", k.device)
	case C.GALVANI_EGL_SURFACELESS:
		return "egl surfaceless"
	}
	return "egl default"
}

// NewHeadless makes a context without a window: desktop OpenGL 4.5 core, or 4.3 where there is no more. It prefers
// hardware to software rasterisers unless told otherwise. The error is an *Error.
func NewHeadless(o HeadlessOptions) (*Context, error) {
	settings()
	if v := os.Getenv("GALVANI_EGL_PLATFORM"); v != "" {
		o.Platform = v
	}
	device := -1
	switch v := os.Getenv("GALVANI_GL_DEVICE"); v {
	case "":
	case "hardware":
		o.Device = PreferHardware
	case "software":
		o.Device = PreferSoftware
	default:
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return nil, &Error{Kind: ErrNoDriver, Detail: fmt.Sprintf("GALVANI_GL_DEVICE=%q is not understood", v),
				Hint: "use hardware, software or the number of an EGL device"}
		}
		device = n
	}
	switch o.Platform {
	case "", "device", "surfaceless", "default":
	default:
		return nil, &Error{Kind: ErrNoDriver, Detail: fmt.Sprintf("there is no EGL platform %q", o.Platform),
			Hint: "use device, surfaceless or default"}
	}
	return start(func(c *Context) error { return c.openHeadless(o, device) })
}

func (c *Context) openHeadless(o HeadlessOptions, device int) error {
	if dirs := moreVendorDirs("/", os.Getenv); dirs != "" {
		_ = os.Setenv(vendorDirs, dirs) // before the loader looks
	}
	if msg := C.galvani_egl_load(); msg != nil {
		return &Error{Kind: ErrNoDriver, Detail: C.GoString(msg), Hint: driverHint()}
	}
	var tried []string
	old := false
	// Each candidate's renderer is known only once its context is current. The first of the wanted kind wins; else the
	// first that worked is opened again.
	var fallback *candidate
	for _, k := range candidates(o.Platform, device) {
		k := k
		e, info, err := openEGL(k, o.Debug)
		if err != nil {
			tried = append(tried, fmt.Sprintf("%v: %v", k, err))
			old = old || info.Version != ""
			continue
		}
		if device >= 0 || info.Software == (o.Device == PreferSoftware) {
			c.native, c.info = e, info
			return nil
		}
		e.close()
		if fallback == nil {
			fallback = &k
		}
	}
	if fallback != nil {
		e, info, err := openEGL(*fallback, o.Debug)
		if err == nil {
			c.native, c.info = e, info
			return nil
		}
		tried = append(tried, err.Error())
	}
	detail := strings.Join(tried, "; ")
	if detail == "" {
		detail = "EGL offers no display"
		if device >= 0 {
			detail = fmt.Sprintf("there is no EGL device %d, this machine has %d", device, C.galvani_egl_devices())
		}
	}
	if old {
		return &Error{Kind: ErrOldVersion, Detail: detail, Hint: "OpenGL 4.3 core is the least that works; a newer driver may have it"}
	}
	return &Error{Kind: ErrNoDriver, Detail: detail, Hint: driverHint()}
}

func candidates(platform string, device int) []candidate {
	var l []candidate
	if platform == "" || platform == "device" || device >= 0 {
		for i := range int(C.galvani_egl_devices()) {
			if device < 0 || i == device {
				l = append(l, candidate{C.GALVANI_EGL_DEVICE, i})
			}
		}
	}
	if device >= 0 {
		return l
	}
	if platform == "" || platform == "surfaceless" {
		l = append(l, candidate{platform: C.GALVANI_EGL_SURFACELESS})
	}
	if platform == "" || platform == "default" {
		l = append(l, candidate{platform: C.GALVANI_EGL_DEFAULT})
	}
	return l
}

var eglSteps = map[C.int]string{
	C.GALVANI_NO_PLATFORM: "not offered by libEGL",
	C.GALVANI_NO_DISPLAY:  "cannot be initialised",
	C.GALVANI_NO_OPENGL:   "has no desktop OpenGL",
	C.GALVANI_NO_CONFIG:   "has no configuration for desktop OpenGL",
	C.GALVANI_NO_CONTEXT:  "has no core context of version 4.3 or later",
	C.GALVANI_NOT_CURRENT: "cannot make its context current",
}

// openEGL makes a context current on this thread. On failure nothing stays open; Info.Version is then not empty when
// the driver exists but is too old.
func openEGL(k candidate, debug bool) (*eglContext, Info, error) {
	e := &eglContext{}
	var step, code C.int
	for _, v := range versions {
		step = C.galvani_egl_open(&e.g, k.platform, C.int(k.device), C.int(v[0]), C.int(v[1]), cbool(debug), &code)
		if step == C.GALVANI_OK {
			info, err := queryInfo(e.procAddress)
			info.Platform = strings.TrimRight(k.String(), " 0123456789")
			if err != nil {
				e.close()
				return nil, info, err
			}
			return e, info, nil
		}
		if step != C.GALVANI_NO_CONTEXT {
			break
		}
	}
	var info Info
	if step == C.GALVANI_NO_CONTEXT {
		info.Version = "before 4.3"
	}
	return nil, info, fmt.Errorf("%s (EGL error 0x%x)", eglSteps[step], int(code))
}

func cbool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// queryInfo reads the strings of the current context.
func queryInfo(proc func(string) unsafe.Pointer) (Info, error) {
	getString, getInteger := proc("glGetString"), proc("glGetIntegerv")
	if getString == nil || getInteger == nil {
		return Info{}, fmt.Errorf("the driver has no glGetString")
	}
	const vendor, renderer, version, glsl, major, minor = 0x1F00, 0x1F01, 0x1F02, 0x8B8C, 0x821B, 0x821C
	str := func(name C.uint) string { return C.GoString(C.galvani_gl_string(getString, name)) }
	i := Info{Vendor: str(vendor), Renderer: str(renderer), Version: str(version), GLSL: str(glsl),
		Major: int(C.galvani_gl_integer(getInteger, major)), Minor: int(C.galvani_gl_integer(getInteger, minor))}
	i.Software = isSoftware(i.Renderer)
	if i.Major < 4 || i.Major == 4 && i.Minor < 3 {
		return i, fmt.Errorf("%s offers OpenGL %s", i.Renderer, i.Version)
	}
	return i, nil
}
