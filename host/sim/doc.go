// Package sim is the façade over compile, run and record: what a script or a Go program works with.
//
// A Sim owns one loaded instance of a network's plan. Run advances it in batches that are short enough to report progress and to
// drain recordings before their device rings are full, calls the network's operations at their steps, and turns device faults
// into errors. When the description changes between two runs, the plan is built anew and the state carried over by name.
//
// Store and Restore keep states by name, in memory or in a file; RestoreOptions says how random numbers follow. Objects let several
// networks share groups, whose state goes with them. Sweep runs one network once per value of a parameter, side by side.
//
// What belongs here: the loop around exec.Instance, time in seconds, recordings. What does not: scripts (host/script), windows
// (gpu/viewer; it takes over stepping through Options.Driver), files (host/record).
package sim
