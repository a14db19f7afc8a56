// Package script is the vocabulary of model scripts: Starlark with Brian2's, ANNarchy's and PymoNNto's names. A script builds a
// net.Network and runs it; this package gives the values (quantities, arrays, distributions), the objects (Neuron,
// Population, Projection, monitors, views), the parameters that the command line overrides, and the sandbox.
//
// What does not belong here: equations (host/syntax, host/check), connection rules (host/connect), and anything about how a
// network runs; that is behind the Engine interface, so that the same script can be run, checked, dumped or viewed.
//
// Where things are, from what all else stands on to what stands on it:
//
//	script.go, engine.go            Run, the interpreter of one run, and what a network is run by
//	python*.go                      scripts are Python as people write it: host/pystar rewrites the text, python_tree.go Starlark's tree; python_try.go
//	                                puts try together and python_class.go classes, python_raise.go is what errors are, python_global.go and
//	                                python_nonlocal.go are variables of files and of functions around
//	errors.go, messages.go, absent.go  errors with places, what Starlark says in plain words, and answers to names that do not exist here
//	arguments.go, files.go          what all builtins read arguments with, and the files that scripts may touch
//	params.go, scope.go, modules.go param(), the names that equations can see, np and plt
//	array*.go, math.go, quantity*.go  numbers with units, and numpy's arrays of them
//	complex.go, fft.go              complex numbers, which scripts compute with and neurons do not, and np.fft
//	library*.go                     what models use of Python's own modules: random, itertools, collections, time, ...
//	files_write.go                  what scripts write themselves, under the output folder
//	random.go, dist.go, histogram.go, sparse.go, format.go
//	population.go, monitor*.go      what ANNarchy's and Brian2's groups and monitors share
//	function*.go                    functions of scripts that equations call: their declared units (function.go), and what they are as expressions
//	                                (_inline, calls in _apply, statements in _flow, expressions in _value, functions of the vocabulary in _known)
//	operation.go, run.go            functions that a run calls, and setup, time steps and the bare run
//	annarchy_*.go                   ANNarchy: objects join a network when they are made, that of the script or the Network that makes them; what spikes is described with
//	                                the synapses and pathways of Brian2's dialect
//	brian_*.go                      Brian2: objects join a network when it first runs. A bare run() takes those that variables name where
//	                                it is called, a Network those that it was given; a script may have many of both
//	pymonnto_*.go                   PymoNNto: groups and behaviours of a Network, which are described when it is initialized
//	figure*.go, graph*.go, view*.go matplotlib's figures, graphs with their files and layouts, and panels of the viewer
//
// Each object of a vocabulary is one file: its constructor, its attributes, its checks. Brian2's begin at brian_object.go, what all objects
// have, and brian_network.go, which puts them together; ANNarchy's at annarchy_vocabulary.go. PymoNNto's iterations are translated:
// pymonnto_class.go reads the classes that host/pystar took out of a script, pymonnto_parse.go makes trees of iterations, and pymonnto_code.go
// with pymonnto_assign.go, _value.go, _names.go, _function.go and _product.go turns them into code of neurons, code of synapses and sums, in order.
//
// Scripts cannot do harm: no network, no environment, and a clock only to tell how long something took. They read files under the script's folder and the given data
// folders, print to the given writer, and are stopped by a step limit or by the context.
package script
