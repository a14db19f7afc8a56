// Package syntax reads the equation language: blocks of equations, blocks of code, and single expressions.
//
// Two dialects differ in what stands after the colon and in a few operators. In Brian's every equation has a unit
// and flags in parentheses; in ANNarchy's there are only flags, separated by commas.
//
//	equations  = { [ equation ] ( NEWLINE | ";" ) }
//	equation   = "d" NAME "/dt" "=" expr tail       differential equation
//	           | expr "=" expr tail                 where one side contains dNAME/dt
//	           | NAME assign expr tail              subexpression (Brian), assignment (ANNarchy)
//	           | NAME tail                          parameter
//	assign     = "=" | "+=" | "-=" | "*=" | "/="
//	tail       = ":" unit [ "(" flags ")" ]         Brian
//	           | [ ":" flags ]                      ANNarchy
//	unit       = product of unit names, numbers and powers; or "boolean" or "integer"
//	flags      = flag { "," flag }
//	flag       = word { word } [ "=" expr ]
//
//	code       = { statement ( NEWLINE | ";" ) }
//	statement  = NAME assign expr
//	           | "if" expr ":" block { "elif" expr ":" block } [ "else" ":" block ]
//	block      = statement | NEWLINE, deeper indented statements
//
//	expr       = "if" expr ":" expr ( "else" ":" expr | "elif" expr ":" expr ... )
//	           | or [ "if" or "else" expr ]
//	or         = and { ( "or" | "||" ) and }
//	and        = not { ( "and" | "&&" ) not }
//	not        = ( "not" | "!" ) not | comparison
//	comparison = sum { ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum }
//	sum        = product { ( "+" | "-" ) product }
//	product    = unary { ( "*" | "/" | "//" | "%" ) unary }
//	unary      = ( "-" | "+" ) unary | power
//	power      = atom [ ( "**" | "^" ) unary ]
//	atom       = NUMBER | NAME | NAME "(" [ expr { "," expr } ] ")" | "(" expr ")" | "True" | "False"
//
// Powers group to the right and bind tighter than a sign on their left: -K^n is -(K^n). "^", "&&", "||" and "!" are
// ANNarchy's; Brian's dialect refuses them and says what to write. ite(C, A, B) is read as the conditional it stands for.
//
// A comment runs from "#" to the end of its line. An expression goes on over a line break inside parentheses, after an
// operator or "=", before a line that starts with an operator, and after "\". Columns count from the first "if" of a block of code on. A line that cannot be read is reported and
// skipped, so one pass reports the errors of every line. Nesting and size are limited, so hostile input costs
// a message, not the stack.
//
// What belongs here: scanner, parser, AST, printer, dumps. What does not: the meaning of names and units (package check).
package syntax
