// Package viewer shows a running simulation: a window with panels, or the same scene drawn off-screen into pictures and movies.
//
// A Viewer drives a sim.Sim: it takes over the stepping of Run, and divides wall time between steps and frames (Pacer) on the one
// thread that owns the GL context. Panels are drawn by gpu/render from the simulation's own buffers; on the CPU backend, whose
// values live elsewhere, what is shown is uploaded before each frame.
//
// What belongs here: the window loop, input, pacing, the bar and the help text, picking on hover, pictures and movies. What
// does not: how anything is drawn (gpu/render), how a step is made (gpu/compute, host/cpu).
package viewer
