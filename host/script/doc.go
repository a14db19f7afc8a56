// Package script is the vocabulary of model scripts: Starlark with Brian2's, ANNarchy's and PymoNNto's names. A script builds a
// net.Network and runs it; this package gives the values (quantities, arrays, distributions), the objects (Neuron,
// Population, Projection, monitors, views), the parameters that the command line overrides, and the sandbox.
//
// What does not belong here: equations (host/syntax, host/check), connection rules (host/connect), and anything about how a
// network runs; that is behind the Engine interface, so that the same script can be run, checked, dumped or viewed.
//
// Each object of the vocabulary is one file: its constructor, its attributes, its checks. ANNarchy's objects join the script's one
// network when they are made; annarchy_*.go hold what spikes, which is described with the synapses and pathways of Brian2's dialect. Brian2's (brian_*.go) join a network when it first runs: a bare run() takes those that variables name
// where it is called, a Network those that it was given, and a script may have many of both. PymoNNto's (pymonnto_*.go) are made in a
// Network and described when it is initialized: pymonnto_class.go reads the classes of behaviours that host/pystar took out of a script,
// pymonnto_parse.go makes trees of iterations, pymonnto_code.go and what it calls turn them into code of neurons, code of synapses and sums, in order.
//
// Scripts cannot do harm: no clock, no network, no environment. They read files under the script's folder and the given data
// folders, print to the given writer, and are stopped by a step limit or by the context.
package script
