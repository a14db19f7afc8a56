// Package eval is the slow evaluator: it computes checked equations directly, one element and one node at a time, in
// float64. It shares nothing with the kernels (packages ir, solve, lower) beyond the checked model, so that tests can hold
// both executors against an independent reading of the same equations.
//
// Eval evaluates one expression with an Env that answers for everything outside of it. Group keeps the state of a group and
// advances it with the simplest correct stepper for each method.
//
// What belongs here: plain definitions, as close to the mathematics as Go allows. What does not: speed, and any code that an
// executor uses.
package eval
