// Package native turns short loops over arrays into machine code at run time, with AVX2 or AVX-512, so that a kernel's values stay in
// registers from load to store. It needs no compiler: instructions are encoded here, into memory that is then made executable.
//
// A Loop is a list of operations on vectors of float64 or float32 (4 or 8 lanes, twice that with AVX-512), of int32, and on masks.
// Compile allocates registers along the list (the value whose next use is farthest goes to memory), writes the body once for whole
// vectors and once, masked, for what is left at the end, and returns Code, which Run calls for a range of elements.
//
// The two sets of instructions share most forms, which differ in their encoding only (forms.go, encode.go). Operations and functions
// are written once, in terms of those and of the methods of a target (emit.go, checks.go, functions.go and the files behind it); avx2.go
// and avx512.go are the two targets, which differ in masks, loads and stores of some lanes, and constants.
//
// Every operation gives the bits that package cpu's functions in Go give; nothing is contracted or reassociated. Where the
// processor or the system offers no such code, Available is false and package cpu goes on without.
//
// What belongs here: encoding, register allocation, executable memory. What does not: what a kernel means (package cpu makes
// the list), threads, plans.
package native
