// Package native turns short loops over arrays into AVX-512 machine code at run time, so that a kernel's values stay in
// registers from load to store. It needs no compiler: instructions are encoded here, into memory that is then made executable.
//
// A Loop is a list of operations on vectors of float64 or float32 (8 or 16 lanes), of int32, and on masks. Compile allocates
// registers along the list (the value whose next use is farthest goes to memory), writes the body once for whole vectors and
// once, masked, for what is left at the end, and returns Code, which Run calls for a range of elements.
//
// Every operation gives the bits that package cpu's functions in Go give; nothing is contracted or reassociated. Where the
// processor or the system offers no such code, Available is false and package cpu goes on without.
//
// What belongs here: encoding, register allocation, executable memory. What does not: what a kernel means (package cpu makes
// the list), threads, plans.
package native
