// Package window is what a viewer needs from a window: its size, its events, a framebuffer to draw on, and a way to show it.
//
// A Window is a GLFW window on this machine's display (NewDesktop) or a page in browsers (gpu/serve); who draws does not know which.
// Keys, buttons and modifiers have GLFW's numbers.
//
// What belongs here: the interface, events, and the desktop's implementation. What does not: what an event means (gpu/viewer), how
// an OpenGL context is made (gpu/context), anything about browsers (gpu/serve).
package window
