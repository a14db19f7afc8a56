package syntax

import (
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/units"
)

// Expr is an expression node. Nodes are never changed after they were made; later stages keep side tables keyed by node.
type Expr interface {
	Span() diag.Span
	exprNode()
}

// Number is a numeric literal. Text keeps the spelling; IsInt tells 3 from 3.0.
type Number struct {
	Sp    diag.Span
	Text  string
	Value float64
	IsInt bool
}

// Bool is True or False (also true, false).
type Bool struct {
	Sp    diag.Span
	Value bool
}

// Ident is a name.
type Ident struct {
	Sp   diag.Span
	Name string
}

// Unary is one of: "-", "+", "not".
type Unary struct {
	Sp diag.Span
	Op string
	X  Expr
}

// Binary is one of: + - * / // % ** (also ^ in ANNarchy's dialect, stored as **), < <= > >= == !=, and, or.
// Comparison chains (a < b < c) are parsed as (a < b) and (b < c), in which b is one node with two parents.
type Binary struct {
	Sp   diag.Span // the whole expression
	OpSp diag.Span // the operator
	Op   string
	X, Y Expr
}

// Call is f(args...). Method-style calls are not part of the language.
type Call struct {
	Sp   diag.Span
	Fun  *Ident
	Args []Expr
}

// Cond is "A if C else B", "if C: A else: B" and ite(C, A, B), all in this one form.
type Cond struct {
	Sp                diag.Span
	Test, Then, Else_ Expr
}

// Const is a number of the script within a function of the script. The parser makes none.
type Const struct {
	Sp   diag.Span
	Name string // as it is written there; "" if that is no name
	Kind ConstKind
	Q    units.Quantity
	Bare bool // only the value counts, in SI units
	Free bool // Name is that of a variable of the script
}

// ConstKind is the kind of a Const.
type ConstKind uint8

const (
	ConstReal ConstKind = iota
	ConstInt
	ConstBool
)

// Bound stands for another expression: a call of a function of the script for what it returns, or a name within such a function for its
// value. X may have many parents; it has one value for all of them, also where it draws random numbers. The parser makes none.
type Bound struct {
	Sp     diag.Span
	Name   string       // as it is written
	X      Expr         //
	Source *diag.Source // the text that the spans of X point into; nil: that of Sp
	// Want is what X must be; nil: anything.
	Want *Want
	// Args are the arguments of a call, also those that X does not contain; nil where it is none.
	Args []Expr
}

// Want is the unit that an argument or a result was declared to have.
type Want struct {
	What string    // the argument "x" of activation
	Dim  units.Dim // not for the others
	Bool bool      // true or false
	Same Expr      // it has the unit of this expression; may be nil
	// Where it was declared; Source may be nil.
	Source *diag.Source
	Sp     diag.Span
}

func (e *Const) Span() diag.Span  { return e.Sp }
func (e *Bound) Span() diag.Span  { return e.Sp }
func (e *Number) Span() diag.Span { return e.Sp }
func (e *Bool) Span() diag.Span   { return e.Sp }
func (e *Ident) Span() diag.Span  { return e.Sp }
func (e *Unary) Span() diag.Span  { return e.Sp }
func (e *Binary) Span() diag.Span { return e.Sp }
func (e *Call) Span() diag.Span   { return e.Sp }
func (e *Cond) Span() diag.Span   { return e.Sp }

func (*Const) exprNode()  {}
func (*Bound) exprNode()  {}
func (*Number) exprNode() {}
func (*Bool) exprNode()   {}
func (*Ident) exprNode()  {}
func (*Unary) exprNode()  {}
func (*Binary) exprNode() {}
func (*Call) exprNode()   {}
func (*Cond) exprNode()   {}

// EqKind tells the forms of an equation line apart.
type EqKind uint8

const (
	EqODE    EqKind = iota // dx/dt = E, or any equation that contains dx/dt; see Equation
	EqAssign               // x = E  (Brian: subexpression; ANNarchy: assignment), x += E and so on
	EqParam                // x : UNIT, or ANNarchy's x = 1.0 among parameters
)

// Flag is one entry of "(flags)" in Brian's dialect or after the colon in ANNarchy's.
// Value is nil for plain flags and the expression for min=, max=, init=.
type Flag struct {
	Sp    diag.Span
	Name  string // normalised spelling: "unless refractory", "constant over dt", "population", "min", ...
	Value Expr
}

// Equation is one line of a model.
//
// For EqODE with a plain left side dx/dt, LHS is nil and RHS the derivative. When the line is in ANNarchy's
// general form, LHS holds the whole left side, in which dx/dt appears as Ident{Name: "d" + Name + "/dt"}
// (it may appear on the right side too).
type Equation struct {
	Source *diag.Source // the text that the spans point into
	Sp     diag.Span
	NameSp diag.Span
	Kind   EqKind
	Name   string
	Op     string // "=" or "+=", "-=", "*=", "/=" for EqAssign
	LHS    Expr
	RHS    Expr // nil for a parameter without default
	Unit   Expr // nil when the line has none
	Flags  []Flag
}

// Equations is a parsed block in source order.
type Equations struct {
	Source *diag.Source
	Eqs    []*Equation
}

// StmtKind tells statements of code blocks (reset, on_pre, run_regularly, initial values) apart.
type StmtKind uint8

const (
	StmtAssign StmtKind = iota // x = E, x += E, ...
	StmtIf                     // if C: block [elif/else: block]
)

// Stmt is one statement of a code block.
type Stmt struct {
	Sp     diag.Span
	Kind   StmtKind
	NameSp diag.Span
	Name   string
	Op     string
	X      Expr // right side, or the condition of StmtIf
	Body   []*Stmt
	Else   []*Stmt
}

// Code is a parsed block of statements.
type Code struct {
	Source *diag.Source
	Stmts  []*Stmt
}
