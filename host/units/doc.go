// Package units holds physical dimensions, quantities and the names of units.
//
// A Dim is a vector of exponents of the SI base units; a Quantity is a float64 in SI base units with its Dim. Names
// follow Brian2: full names with every SI prefix and the powers 2 and 3 (volt, mvolt, umetre2), and the usual short
// forms (mV, nS, ms, cm2). Parse reads quantities such as "5e-5*siemens*cm**-2"; Format writes them for people.
//
// What belongs here: arithmetic on dimensions, unit tables, reading and writing of quantities. What does not: the
// equation language and its diagnostics.
package units
