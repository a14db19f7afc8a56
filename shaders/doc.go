// Package shaders holds Galvani's GLSL files and puts them together.
//
// The .glsl files are parts of a program: they carry no #version line, and say #include "lib/NAME.glsl" for what they
// need. Load (a file) and Resolve (a text, such as a generated kernel) give the text for a driver: version line,
// definitions, then each file once, with marks that lead error messages back to the file.
//
//	lib/philox.glsl    Philox4x32-10
//	lib/random.glsl    distributions in float, as package rng defines them
//	lib/random64.glsl  the same in double
//	lib/math.glsl      m_exp, m_log, m_sin, ... in float: what GLSL lacks or leaves inaccurate
//	lib/math64.glsl    the same in double, for which GLSL has nothing but sqrt
//	compute/           operations and frames of the generated kernels
//	connect/           rows of synapses that are drawn
//	render/            the viewer's shaders
//	layout/            the forces on the nodes of a graph
//
// No OpenGL here, and no text that depends on a model: gpu/glsl generates that.
package shaders
