// Package device wraps every OpenGL call of Galvani in small typed objects: buffers, programs, vertex arrays, textures,
// framebuffers, fences, timers, readback rings, and the state of a draw.
//
// It knows nothing of plans, kernels, cameras or windows. All functions and methods run on the context's thread, inside
// Device.Do, unless they say otherwise; none blocks for the GPU unless its name says Wait or Read.
//
// Rules:
//   - Whoever makes an object closes it. Close may be called on nil and twice. A constructor that fails leaves nothing behind.
//   - Every byte that comes back from the GPU is counted by Purpose.
//   - Barriers are explicit: nothing here issues one behind the caller's back.
//   - Only functions of OpenGL 4.3 are called without asking; later ones where Features says so.
//   - With Options.Debug, or when built with the tag gldebug, each call is followed by glGetError and misuse panics.
//
// The floor is 4.3, so objects are bound to be edited instead of using direct state access. Scratch bindings are used
// for that (COPY_READ, COPY_WRITE, the last texture unit), and every draw or dispatch binds what it needs itself.
//
// Without cgo only View and its companions remain, so that packages which pass views on still compile.
package device
