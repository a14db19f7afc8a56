// Package plan turns a network description into everything a backend needs to run it: kernels, buffers with types and
// shapes, connectivity, and the schedule of one step.
//
// A Plan is data. It holds no GL names and no Go closures; a backend that is given one needs nothing else. Build makes it in this
// order: clocks, models (parsed and checked), connectivity, buffers, kernels, schedule; then Verify looks at the result
// with fresh eyes and refuses what a backend could misread.
//
// Operations of a step see the state that those before them left, and within one all elements see the same state: a kernel reads first and
// writes at its end. A [Sequence] is the exception, for code that visits elements one after another: it runs its kernels for one
// element at a time, so that each sees what those before it wrote, also in its sums over synapses. Backends run elements together that
// cannot see each other; the result is that of the order. A [Halt] ends a run from within the device: the step in which a list of
// elements is not empty is the last, whatever batches the host sends.
//
// Spikes are kept by the step in which they happened, and synapses look back by their delays. A spike has the delays of that step: where they have
// changed since, the plan has kernels for the spikes of some steps only (Run.From), with the rows of earlier delays, for as long as such spikes may
// be under way. What has been sent with what delays is part of the state that passes from plan to plan ([Past], [Sent]).
//
// Connectivity is in a plan as arrays, or as a [Recipe] of what is drawn where a backend makes it itself: then the host has counted it only, or the backend for it
// (Options.Survey, Options.Delays), and makes it when something else asks. Which it is changes no bit, nor anything else of the plan.
//
// Connectivity that no operation runs over, because sums over all neurons have taken its place, stays in the plan as a Conn that is Unused and has empty buffers.
// Synapses of all pairs that are only summed over are not listed either, see wholePairs: their ends follow from their numbers. Whoever asks for more gets the lists then.
//
// What belongs here: layout, schedule, memory estimates, the choice between forms of connectivity. What does not: the meaning of
// expressions (package lower), how matrices are drawn (package connect), how anything is executed (host/cpu, gpu/compute).
package plan
