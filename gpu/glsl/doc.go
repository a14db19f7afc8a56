// Package glsl turns the operations of a plan into the text of OpenGL 4.5 compute shaders.
//
// Every operation becomes one function of an element index. Dispatch wraps such functions in a shader that runs them once per
// invocation, and makes lists of spikes behind them; Lists and OverSpikes do so for what concerns spikes alone; Resident wraps
// a whole schedule in a shader whose single work group takes many steps, Persistent in one whose work groups wait for each
// other. All use the same function text, so all give the same bits.
//
// Kernels that differ in their delays only are one operation (delays.go): what differs is in a table, and the segments of rows that the spikes of all delays
// go through are counted up once a step and shared evenly. Values of synapses that no step changes lie a second time in the order in which spikes
// go through them (packed.go).
//
// Buffers of a plan live in a few slabs (a shader stage may see as few as eight storage blocks). Layout says where; the
// text names each buffer by its object and variable. Arithmetic is done in `precise` locals, which forbids the compiler to
// fuse or reorder it: the values are those of the CPU backend up to the library functions.
//
// Sums over all synapses are loops over the rows of a connectivity, one row for each invocation, or on hardware what work groups share (gather.go). Kernels
// over all synapses find the row of one by a guide (guides.go). For hardware the numbers of equations are uniforms (constants.go).
//
// Where the device is the processor, what few elements of a dispatch store is noted in bits, and loops over those bits do it (seldom.go).
//
// Sums that synapses add to are fixed-point integers (type Sum), with scales from what is known of the values (ranges.go).
//
// What does not belong here: OpenGL calls, which programs to build and when to run them (gpu/compute), and hand-written GLSL
// (shaders/).
package glsl
