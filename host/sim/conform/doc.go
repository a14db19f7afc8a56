// Package conform is the conformance suite of the whole pipeline, from equations to numbers: what a network means must not
// depend on the backend, its precision, the number of threads, or the rewrites that a plan is free to make. Only tests import it.
//
// Package exectest holds backends against the meaning of single operations; here networks are described as a user would, run
// through sim, and held against readings of the same description that share no code with it: the slow evaluator (package
// eval) for equations, explicit sums over synapses for projections, closed forms, and files that peer simulators wrote.
//
// # Tolerances
//
// A bound is a number of roundings: multiples of eps, the distance from 1 to the next number of the plan's precision, relative
// to the size of the variable. Random models forget: their equations pull towards bounded targets with time constants of
// at least fifty steps, so the error of a value after many steps is that of one evaluation of its right-hand side, a few
// eps times the slopes of the functions in it, and does not grow with time.
//
// What belongs here: descriptions of networks with independent references. What does not: tests of one operation (exectest), of
// one stage of the pipeline (beside that stage), speed (bench).
package conform
