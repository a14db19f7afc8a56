// Package script is the vocabulary of model scripts: Starlark with Brian2's and ANNarchy's names. A script builds a
// net.Network and runs it; this package gives the values (quantities, arrays, distributions), the objects (Neuron,
// Population, Projection, monitors, views), the parameters that the command line overrides, and the sandbox.
//
// What does not belong here: equations (host/syntax, host/check), connection rules (host/connect), and anything about how a
// network runs; that is behind the Engine interface, so that the same script can be run, checked, dumped or viewed.
//
// Each object of the vocabulary is one file: its constructor, its attributes, its checks. A new object (Brian2's NeuronGroup,
// Synapses, SpikeMonitor) is a new file that adds its constructor to a table like annarchyVocabulary.
//
// Scripts cannot do harm: no clock, no network, no environment. They read files under the script's folder and the given data
// folders, print to the given writer, and are stopped by a step limit or by the context.
package script
