// Package sim is the façade over compile, run and record: what a script or a Go program works with.
//
// A Sim owns one loaded instance of a network's plan. Run advances it in batches that are short enough to report progress and to
// drain recordings before their device rings are full, calls the network's operations at their steps, and turns device faults
// into errors. When the description changes between two runs, the plan is built anew and the state carried over by name.
//
// Store and Restore keep states by name, in memory or in a file; RestoreOptions says how random numbers follow. Objects let several
// networks share groups, whose state goes with them. Sweep runs one network once per value of a parameter.
//
// A sweep describes the network anew for each value, loads as many of them as fit into an exec.Batch, and drives each by a Sim of its own:
// those whose plans differ in numbers only advance in the same operations, the others one by one on several threads. How many go together is
// bounded by the memory of the backend, half of which is left for results, by its largest buffer, by 32-bit indices, by Caps.OwnNoise and by
// SweepOptions.Batch; results do not depend on it. SweepResult says with how many a run went, or why it went alone; CheckSweep plans all without running.
//
// What belongs here: the loop around exec.Instance, time in seconds, recordings. What does not: scripts (host/script), windows
// (gpu/viewer; it takes over stepping through Options.Driver), files (host/record).
package sim
