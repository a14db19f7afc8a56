// Package connect turns connection rules into connectivity.
//
// A [Rule] holds the arguments of a connector in the user's terms and builds a [Matrix] between two groups: explicit
// compressed rows ([CSR]), a kernel stored by grid offset ([Offsets]), or one of two uniform forms that need no indices.
// The rules are Brian2's and ANNarchy's: one_to_one, all_to_all, fixed_probability, fixed_number_pre, fixed_number_post,
// gaussian, dog, and connectivity given as arrays, as a dense matrix or as a sparse one.
//
// Random connectivity uses integers only: every row owns a Philox stream keyed by (seed, projection, row), gaps between
// synapses come from an integer table, and choices without replacement from bounded integer draws. A matrix therefore
// depends on nothing but the key and the arguments: not on the number of threads, the order of rows or the backend.
// Weights and delays ([Values]) are keyed by the synapse's ends.
//
// Kernels on one grid are never expanded. [Offsets.Lower] rewrites them into a few small matrix products or passes and a list of
// single offsets; the package says what to compute and what it costs, and leaves buffers and operations to the plan.
//
// What does not belong here: files (package record reads them), group names and scripts, device buffers, state of a run.
package connect
