// Package compute runs plans in OpenGL compute shaders: it is the gl backend of package exec.
//
// Load lays the plan's buffers out in a few slabs, generates and compiles the programs (package glsl) and runs the plan's
// initial operations. Advance sends many steps per submission, bounded in time, and reads back one fault word at its
// end; nothing else comes back while a simulation runs. Which items are due at a step is decided on the host from periods and
// phases; between dispatches there are exactly the barriers that reads and writes ask for.
//
// A plan whose operations are all small runs in a single work group that loops over steps by itself: a barrier costs far less
// than a dispatch. On request many work groups do so, which wait for each other between the passes of a step (Persistent); Load
// tries how many run at once, and a dispatch in which they did not is undone and taken plainly. All ways run the same function
// text and give the same bits.
//
// On llvmpipe slabs are also bound as texels, which all lanes load at once; barriers count them in. A store or an atomic goes lane by lane there, also where
// no lane makes it: what few elements store is noted in bits and done behind many of them (package glsl), the work group that makes a list looks only at
// words of bits that are marked, and the synapses of several spikes are taken side by side, so that they wait for memory together.
//
// llvmpipe leaves loops after 65535 rounds of all loops together and says nothing. Programs of many steps count their rounds,
// those over spikes while they run, and leave between two steps while the worst step still fits; the host goes on from there.
// Plans whose worst step does not fit are refused, and a loop at the end of each program tells whether one was left early all
// the same.
//
// A step of a spiking network is two or three dispatches. Kernels that emit set bits. The work group that ends last of those
// makes the ascending list from them, writes the arguments of the indirect dispatches over it and records it; lists that are
// long or many are a dispatch with a work group each. A work group per spike then runs over its synapses, in one dispatch for
// the spikes of all groups and delays that do not wait for each other; synapses that learn at both ends are changed by the
// first spike that comes to them, for all. The delays of a pathway, one for each synapse, are one operation: the work group that makes the list
// also counts the spikes of all delays, and invocations that run in step take a row of one delay, or a part of it. Kernels over the spikes of some
// steps only, which a plan has behind a change of delays, look up the steps in a buffer, and join no others but those of their pathway. What synapses add goes to fixed-point sums, so that no result depends on an order,
// and is added to its target by the dispatch that reads the target next, or when the batch ends. A reset behind input that is
// added between joins the dispatch of the input, by the bits of the step. More dispatches take sums over synapses of what the
// update changes, synapses whose code waits for other code of the same step, and those that run one after another. Rings of
// spike monitors pause the run when they might overflow; the host empties them and goes on.
//
// Connectivity that a plan leaves to the backend (plan.Recipe) is counted by Survey before the plan is built, and made by Load straight into the buffers: rows are drawn
// by work groups, random columns sorted in shared memory, and synapses with delays of their own go to their places by delay. All of it is the host's bit for bit; delays
// are left to the host where a device's doubles are not the processor's. On llvmpipe the host makes all (Backend.Making).
//
// An Instance belongs to the context's thread, which is where a viewer's loop runs; View lends its live buffers for drawing.
// Backend.Load returns the same thing behind a wrapper that may be used from any goroutine.
//
// What does not belong here: GLSL (packages glsl and shaders), single OpenGL calls (package device), drawing (package render).
package compute
