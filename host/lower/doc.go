// Package lower turns checked equations into typed kernels (package ir).
//
// One group becomes one update kernel wherever that is possible: statements are resolved against an environment that maps each
// variable to the expression it currently holds, so the kernel loads old values, computes, and stores new ones at the end.
// Shared variables that the kernel would have to read and write are updated by a kernel of one element before it, through a
// scratch value, so that no element can see another one's store.
//
// What belongs here: the meaning of operators, functions, names and statements in terms of ir. What does not: units and names
// (package check, finished before), numerical methods (package solve), where values are stored (package plan).
package lower
