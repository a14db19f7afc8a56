// Package ir holds the typed kernel language that both executors run.
//
// A Kernel describes what happens once per element of its domain. Its body is a set of pure expressions, shared
// as a graph, and a list of effects. All loads see memory as it was when the kernel started; all effects happen
// afterwards, each element on its own. Statement order in the source has been resolved before (a variable that was
// assigned is replaced by the expression assigned to it), so no pass ever has to reason about aliasing: Verify
// refuses a kernel in which one element could read what another one writes.
//
// Expressions are hash-consed by a Builder: equal expressions are the same pointer, so passes memoise by pointer and
// common subexpressions cost once. Every expression has a type; there are no implicit conversions.
//
// What belongs here: the data types, the Builder, Verify, the printer and the parser. What does not: how equations
// become kernels (package lower), how time steps are built (package solve), where buffers live (package plan).
package ir
