package ir

// Type is the type of a value.
type Type uint8

const (
	Bool Type = iota
	Int       // 32 bits, two's complement, on every backend
	Real      // float64 or float32, chosen for a whole plan
)

// Op is an operation. Each has one row in the table of ops.go, which says its name, arity and types.
type Op uint8

const (
	OpInvalid Op = iota

	OpConst // Value: the constant (0 or 1 for Bool)
	OpLoad  // Slot: element of the kernel's own index, or Args[0]: Int index
	OpElem  // index of this element in its domain, Int
	OpCount // number of elements in the domain, Int
	OpStep  // current step of the kernel's clock, Int
	OpTime  // Value × OpStep, computed in the widest precision of the backend and then rounded to Real
	OpPre   // presynaptic index (synaptic domains), Int
	OpPost  // postsynaptic index (synaptic domains), Int

	// Real and Int arithmetic: both operands and the result have the same type.
	OpAdd
	OpSub
	OpMul
	OpNeg
	OpMin // NaN if either operand is NaN
	OpMax
	OpAbs
	OpSign

	OpDiv      // Real
	OpFloorDiv // Real or Int, rounds towards minus infinity
	OpMod      // Real or Int, result has the sign of the divisor (as in Python)
	OpPow      // Real

	OpLt
	OpLe
	OpEq
	OpNe

	OpAnd
	OpOr
	OpNot

	OpSelect // Args: Bool condition, then, else. Both sides are pure and may be evaluated.

	OpIntToReal
	OpRealToInt // truncates towards zero
	OpBoolToInt

	OpSqrt
	OpExp
	OpExpm1
	OpExprel // (exp(x)-1)/x, 1 at 0
	OpLog
	OpLog10
	OpLog1p
	OpSin
	OpCos
	OpTan
	OpSinh
	OpCosh
	OpTanh
	OpArcsin
	OpArccos
	OpArctan
	OpFloor
	OpCeil

	// Random draws. Slot is unused; Draw identifies the draw within the kernel's stream. Uniform on [0, 1).
	OpUniform
	OpNormal      // standard normal
	OpPoisson     // Args[0]: Real mean; result Int
	OpExponential // mean 1
	OpGamma       // Args[0]: Real shape, scale 1

	OpMax_ // number of operations
)

// Expr is one node of the expression graph. Exprs are immutable and made only by a Builder.
type Expr struct {
	Op    Op
	Type  Type
	Slot  int     // OpLoad: index into Kernel.Slots
	Value float64 // OpConst: the constant; OpTime: the clock's dt in the model's unit of time
	Draw  uint32  // random operations: the draw number
	Args  []*Expr

	id int // creation order within the Builder: arguments have smaller ids
	// uniform: the value is the same for every element of one step (no element index, element load or draw in it)
	uniform bool
}

// ID is the creation order of e within its Builder; every argument's ID is smaller than its user's.
func (e *Expr) ID() int { return e.id }

// Uniform reports whether e has the same value for every element in one step.
func (e *Expr) Uniform() bool { return e.uniform }

// IsConst reports whether e is the constant v.
func (e *Expr) IsConst(v float64) bool { return e.Op == OpConst && e.Value == v }
