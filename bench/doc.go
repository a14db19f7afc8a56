// Package bench measures how fast networks run and surfaces are drawn: `galvani bench` and `go test -bench . ./bench`.
//
// A Workload is a network with parameters and a check of its own: a case whose end state is wrong, or differs from the CPU's
// in double precision, has no numbers, only an error. Machines are shared and noisy, so cases are
// compared side by side: Run loads all cases of a workload, then lets them run in turns, and reports the best and the median of
// the rounds.
//
// What belongs here: workloads, measuring, other simulators (peers/), tables of results, and stored results (results/). What does not: benchmarks of single
// functions, which live beside them, and anything that a simulation needs.
package bench
