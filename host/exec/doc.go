// Package exec is what crosses between a plan and what runs it: Backend and Instance, positions, snapshots, faults. Nothing here knows how a
// backend stores a buffer, and nothing of a backend's own (GL names, machine code) crosses.
//
// A Batch is a Backend before another one: networks that are loaded into it and whose plans differ in numbers only are merged (plan.Merge) and
// run as one instance, in one dispatch or loop for all of them. What a plan with replicas looks like is described at plan.Buffer: what is
// connected, and tables that are the same, exist once; every other buffer has the parts of all networks one after the other (Buffer.Each), a
// spike list has the elements of all of them, and random numbers are keyed as in a network alone (Options.Replicas). Each element sees the
// same operations on the same numbers in the same order as alone, so that its values have the same bits; the conformance suite of
// host/sim/conform requires it of every backend.
//
// Each network of a Batch looks like an instance of its own: reading, writing, recordings, snapshots and faults are those of its part. The
// first that advances takes the others along, so all must be asked to advance to the same step. Networks with functions of the program
// cannot be merged; Batch.Groups says which run apart, and why.
//
// What belongs here: the contract, and what holds for all backends. What does not: the loop that advances a simulation (host/sim), plans (host/plan).
package exec
