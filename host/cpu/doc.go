// Package cpu runs plans on the processor: all cores, float64 or float32.
//
// A kernel is compiled once, at Load, into a list of block operations. A block is some hundreds of elements; its registers
// stay in the first-level cache, and the cost of dispatching an operation is paid per block, not per element. Expressions that
// are the same for every element are computed once a step as scalars and enter the operations that have a form with a
// scalar operand; those of the element's index alone, such as coordinates on a grid, are computed at Load and kept. A load at
// the element's own index is a view of the buffer, not a copy, and a result is computed straight into the buffer it is
// stored to where no later operation needs the old contents.
//
// Results do not depend on the number of threads: elements are independent, sums run in the order that the plan defines,
// lists are put together by ascending element, and what spikes add to a target is added by ascending spike and in the stored
// order of its row, since tasks divide the targets and not the spikes. Multiplication and addition are rounded separately everywhere.
//
// Sums over rows whose synapses lie elsewhere are made in the order of creation of the synapses, where that gives each sum the same order
// (op_reduce_creation.go), together with an update of the same synapses that follows (op_reduce_update.go). Machine code (internal/native) divides by constants without a division, to the same bits.
//
// What the IR leaves open is defined here: a load at an index outside its buffer gives 0 (both sides of a select are
// evaluated), a store there is an error; integer division by zero gives 0; a real outside the range of
// an Int converts to the nearest Int, NaN to 0.
//
// What belongs here: executing verified plans fast. What does not: changing them (package plan), deciding when to stop
// (package sim), or anything that a model's meaning depends on (package lower).
package cpu
