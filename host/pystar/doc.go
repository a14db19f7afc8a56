// Package pystar turns forms of Python that Starlark's parser does not read into Starlark that means the same, and says where each byte of the
// result stood: powers (a**b), products of matrices (a @ b), classes, those of PymoNNto's behaviours apart, f-strings, % and str.format with widths and precisions, indices of several dimensions with colons, strings
// beside each other, lists and dictionaries with stars, generators, `is`, chains of comparisons, chained assignments, decorators, assert, raise, try, del, global, nonlocal, with, sets, imaginary numbers, types of arguments, numbers with underscores, and imports of what
// scripts have anyway.
//
// The work is done on tokens, not on a tree: what is not rewritten stays as it is, byte for byte, so that Starlark's parser reports what is
// wrong with it where it stands. The result calls functions with the names below, which no script needs.
//
// What does not belong here: what those functions do, and everything that Starlark reads but takes otherwise; both are in host/script.
package pystar

// Names of the functions that the result calls.
const (
	Pow       = "__pow__"       // (x, n)
	InPlace   = "__ipow__"      // (x, n): what x **= n assigns
	MatMul    = "__matmul__"    // a @ b is a * MatMul * b, which binds as @ does
	Chain     = "__chain__"     // (a, "<", b, "<", c)
	Class     = "__class__"     // (k): what Text.Classes[k] is
	Load      = "__load__"      // an attribute: load is a word of Starlark
	Constants = "__constants__" // a module: brian2.units.constants
	Slice     = "__slice__"     // (start, stop, step), each a number or None
	Percent   = "__percent__"   // (format, values): Python's format % values
	Format    = "__format__"    // (format, ...): Python's format.format(...)
	FString   = "__fstring__"   // (text, value, "conversion:spec", text, value, ..., text)
	Decorator = "__decorator_"  // and a number: what stands behind @
	Library   = "__library__"   // a module that has Python's modules: random, itertools, ...
	Global    = "__global__"    // ("name", ...): the names of a global statement
	With      = "__with__"      // (context): what "with" gives a name to, as a list of one
	ClassDef  = "__classdef__"  // ("name", base, ...): the condition of an if that stands for a class; host/script makes it of the statements
	Field     = "__field__"     // a variable of a class that has a type and no value
	Try       = "__try__"       // (): try, as a loop
	Except    = "__except__"    // ("KeyError, ValueError"): except, as a loop over what was raised
	Otherwise = "__otherwise__" // (): the else of a try, as a loop
	Finally   = "__finally__"   // (): finally, as a loop
	Raise     = "__raise__"     // its attributes raise errors of their names: __raise__.ValueError("...")
	Missing   = "__missing__"   // ("name"): an import of what is not there, within a try
	Own       = "__own__"       // a module: all names that scripts have without an import
	Nonlocal  = "__nonlocal__"  // ("name", ...): the names of a nonlocal statement
	Imaginary = "__1j__"        // the imaginary unit
	Join      = "__join__"      // (a, ...): a list of what all hold, [*a, ...]
	Merge     = "__merge__"     // ({...}, ...): {**a, ...}
	Unpack    = "__unpack__"    // (values, n, m): the first n, a list, and the last m, for a, *b, c = values
	Module    = "__module__"    // ("a.b"): a module that is a file beside the script
	Assigned  = "__assigned__"  // a variable: what is assigned to several targets
)
