package check

import (
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// Dialect selects whose rules a block of equations follows.
type Dialect uint8

const (
	Brian    Dialect = iota // every line has a unit; x = E is a subexpression
	ANNarchy                // no units, times in ms; x = E is stored every step, in textual order
)

// Syntax is the dialect under its name in package syntax.
func (d Dialect) Syntax() syntax.Dialect {
	if d == ANNarchy {
		return syntax.ANNarchy
	}
	return syntax.Brian
}

// Kind is the value type of an expression.
type Kind uint8

const (
	Real Kind = iota
	Int
	Bool
)

// Type is a value type with its physical dimension (always dimensionless for Int and Bool).
type Type struct {
	Kind Kind
	Dim  units.Dim
}

// VarKind says what an equation makes of its variable.
type VarKind uint8

const (
	State         VarKind = iota // has a differential equation
	Parameter                    // set from outside, or by statements
	Subexpression                // evaluated where it is used; takes no storage (Brian's x = E)
	Assigned                     // evaluated and stored once per step (ANNarchy's x = E, Brian's "constant over dt")
	Local                        // exists only inside one block of code; see CheckCode
)

// Variable is one checked variable of a model.
type Variable struct {
	Name   string
	Kind   VarKind
	Type   Type
	Eq     *syntax.Equation // nil for variables added by the program (e.g. not_refractory)
	Expr   syntax.Expr      // derivative for State (solved for dx/dt), value for Subexpression and Assigned; nil for Parameter
	Op     string           // "=" or the augmented operator, for Assigned
	Init   syntax.Expr      // init= or the default of a parameter; nil means zero
	Min    syntax.Expr      // clamp after each update; nil means none
	Max    syntax.Expr
	Linked bool   // stands for a variable of another group; a Subexpression without Expr
	Method string // ANNarchy's method flag of an ODE: "explicit", "implicit", "exponential", "midpoint", "runge-kutta4"; "" if none
	Shared bool   // one value per group
	// Postsynaptic: in a projection, one value per postsynaptic neuron.
	Postsynaptic bool
	Constant, ConstantOverDt,
	UnlessRefractory,
	EventDriven, ClockDriven, Summed bool
	// External: it stands for a number of the scope that may change while the network runs, Value at the start. Equations and code read it
	// under the number's name; a variable that the equations declare under that name takes its place.
	External bool
	Value    float64
}

// RefKind says what a name in an expression stands for.
type RefKind uint8

const (
	RefVariable RefKind = iota // a variable of the same model (Var)
	RefPre                     // NAME_pre: variable of the presynaptic group (Var; Name without suffix)
	RefPost                    // NAME_post, or in synapse code a bare name of the postsynaptic group
	RefConstant                // an external constant (Const)
	RefTime                    // t
	RefDt                      // dt
	RefIndex                   // i (in synapses also j, and the number among those of a pair: see Name)
	RefCount                   // N (also N_pre, N_post, N_incoming, N_outgoing: see Name)
	RefCoord                   // x, y, z of a group with a geometry (see Name)
	RefNoise                   // xi or xi_NAME (see Name)
	RefExternal                // another built-in described by Name (lastupdate, not_refractory, ...)
)

// Ref is the resolved meaning of an identifier.
type Ref struct {
	Kind  RefKind
	Name  string
	Var   *Variable
	Const units.Quantity
	// ConstKind is Real, Int (a whole number without unit) or Bool (Const.Value 0 or 1).
	ConstKind Kind
}

// CallKind says what a called name stands for.
type CallKind uint8

const (
	CallBuiltin CallKind = iota // a mathematical or random function of the language (Name)
	CallSum                     // sum(target): weighted input of a target (Name is the target)
	CallTable                   // a TimedArray of the namespace (Table)
)

// CallRef is the resolved meaning of a call.
type CallRef struct {
	Kind  CallKind
	Name  string
	Table any // the value that Scope returned, e.g. *net.TimedArray
}

// Model is a checked block of equations. The AST is never changed: meanings live in the side tables.
type Model struct {
	Dialect Dialect
	Source  *diag.Source
	Vars    []*Variable // in source order
	ByName  map[string]*Variable
	// Updates is the order of one time step. ANNarchy: statements in textual order, adjacent ODEs in one
	// entry. Brian: all ODEs in one entry, after "constant over dt" variables.
	Updates []Update
	// Subs lists subexpressions sorted so that each comes after those it uses.
	Subs     []*Variable
	Refs     map[*syntax.Ident]Ref
	Calls    map[*syntax.Call]CallRef
	Types    map[syntax.Expr]Type
	Live     map[*syntax.Const]*Variable // numbers of functions of the script that are read from an External variable
	Expr     syntax.Expr                 // what CheckExpr or CheckCondition checked; nil otherwise
	Targets  []string                    // targets named in sum(...), sorted
	Noises   []string                    // names of white noise sources, sorted
	Warnings diag.List
}

// Update is one entry of a model's step: either one Assigned variable or a set of States advanced together.
type Update struct {
	Assign *Variable
	ODEs   []*Variable
}

// ValueKind is what a Scope finds under a name.
type ValueKind uint8

const (
	ValNone     ValueKind = iota
	ValQuantity           // a number with dimension
	ValInt                // a whole number
	ValBool
	ValTable    // callable: see Table
	ValFunction // callable: see ScriptFunction
	ValOther    // something equations cannot use; Type names it ("list", "string", "function")
)

// Value is an external name's value.
type Value struct {
	Kind  ValueKind
	Q     units.Quantity // for ValQuantity, ValInt, ValBool
	Table Table
	// Function is what a ValFunction calls.
	Function ScriptFunction
	Type     string
}

// Table is a function given by samples, such as a TimedArray.
type Table interface {
	// Arity is 1 for f(t) and 2 for f(t, i).
	Arity() int
	Dim() units.Dim
	// Held reports whether f(t) changes only where a step of dt seconds begins.
	Held(dt float64) bool
}

// Scope resolves names outside the model: constants, units, and the script's variables.
type Scope interface {
	Lookup(name string) (Value, bool)
	// Names lists all known names, for spelling hints.
	Names() []string
}

// Context is what surrounds a model.
type Context struct {
	Dialect  Dialect
	Scope    Scope
	Geometry bool // the group has x, y, z
	N        int  // elements of the group; 0: not told
	Synapse  bool // names i, j, *_pre, *_post are given
	// Multi names the number of a synapse among those of the same pair, from 0; "": it has no name.
	Multi string
	// Pre and Post are the models of the connected groups, for synapse code; nil otherwise.
	Pre, Post *Model
	// Links tells of each linked variable whether all elements read one value.
	Links map[string]bool
	// Extra are variables given from outside, such as not_refractory.
	Extra []*Variable
	// Fixed looks numbers up in the scope even where an External variable stands for them: for what is evaluated before the first step.
	Fixed bool
	// Used is told each number of the scope that an expression contains; may be nil.
	Used func(name string, q units.Quantity)
}

// Elsewhere tells what keeps a subexpression from being evaluated in the equations of another group; "": nothing does.
func (m *Model) Elsewhere(v *Variable) (why string) {
	if v.Linked {
		return "the linked variable " + v.Name
	}
	if v.Kind != Subexpression {
		return ""
	}
	syntax.Walk(v.Expr, func(e syntax.Expr) {
		switch e := e.(type) {
		case *syntax.Call:
			if IsRandom(m.Calls[e].Name) {
				why = "random numbers"
			}
		case *syntax.Ident:
			switch ref := m.Refs[e]; {
			case ref.Kind == RefNoise:
				why = "white noise"
			case ref.Kind == RefVariable && ref.Var != nil && why == "":
				why = m.Elsewhere(ref.Var)
			}
		}
	})
	return why
}

// Reads reports that a variable stands in an expression of the model itself, not in subexpressions that it refers to.
func (m *Model) Reads(e syntax.Expr, v *Variable) (found bool) {
	syntax.Walk(e, func(e syntax.Expr) {
		if id, ok := e.(*syntax.Ident); ok && m.Refs[id].Var == v {
			found = true
		}
	})
	return found
}
