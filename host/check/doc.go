// Package check gives meaning to parsed equations: names are resolved, physical dimensions and types are checked, equations
// in ANNarchy's general form are solved for the derivative, and subexpressions are put in order.
//
// Check takes a block of equations to a Model. CheckExpr and CheckCode do the same for expressions and statements
// written outside of the equations (initial values, thresholds, resets), against the Model they belong to. The AST is never
// changed: what a node means stands in the side tables Refs, Calls and Types, keyed by the node.
//
// Every mistake becomes a diagnostic that says what is wrong, where, and what would be right. After a mistake checking goes
// on; a variable or expression whose type is unknown because of an earlier error is not reported again.
//
// What belongs here: everything that can be known without numbers of neurons and time steps. What does not: reading text
// (package syntax), numerical methods and their limits (package solve), kernels (package lower).
package check
