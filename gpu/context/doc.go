// Package context makes one OpenGL context and the operating-system thread that owns it.
//
// A context is either headless (EGL: device platform, then surfaceless, then default) or a GLFW window. OpenGL ties a
// context to a thread; everything that touches GL therefore goes through Context.Do, which runs a function on the
// context's own locked thread. No GL drawing or compute calls live here: those are gpu/device's. No input handling
// either: gpu/window sets its callbacks on Context.Window.
//
// libEGL, libGL and libX11 are opened at run time (egl.c, x11.c), so that a program on a machine without them starts, and says
// what is missing when it needs them. Without cgo, or on another system than Linux, NewHeadless and NewWindow return an error.
package context
