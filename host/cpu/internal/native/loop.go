package native

import (
	"errors"
	"slices"
)

// Op is an operation of a Loop. R stands for a real vector, I for int32, M for a mask.
type Op uint8

const (
	LoadReal     Op = iota // R = array Slot
	LoadInt                // I = array Slot
	LoadShort              // I = array Slot of 16 bits each, not negative; behind the last whole vector the loop may end, see Args.Bail
	ScalarReal             // R = real scalar Slot in all lanes
	ScalarInt              // I = int scalar Slot in all lanes
	Element                // I = index of the element
	StoreReal              // array Slot = R a; with b a mask, where it holds
	StoreInt               // array Slot = I a; likewise
	Emit                   // append the elements where mask a holds to the list
	AddReal                // array Slot at the elements of array Index, which are inside, += R a, one lane after the other
	AddRealShort           // likewise, with Index of 16 bits each
	Check                  // note the first lane of R a that is NaN or infinite, where mask b holds if there is one, as check Slot

	Add // R = R op R
	Sub
	Mul
	Div
	DivBy // R = R / Divisors[Slot]
	Min   // as Go's min: NaN where one is, -0 below +0
	Max
	Sqrt // R = op R
	Floor
	Ceil
	Neg
	Abs
	Sign
	Square
	Cube
	Fourth
	Reciprocal
	Exp
	Exprel
	Expm1
	Tanh
	Sinh
	Cosh
	Log
	Log10
	Log1p
	Sin // of arguments below trigMost; at a larger one the loop ends, see Args.Bail
	Cos

	Lt // M = R op R
	Le
	Eq
	Ne
	Gt
	Ge

	IAdd // I = I op I
	ISub
	IMul
	IMin
	IMax
	IAnd
	IOr
	IFloorDiv // I = I / Slot towards minus infinity; Slot is greater than 0
	IMod      // I = I - Slot IFloorDiv
	INeg      // I = op I
	IAbs
	ISign

	ILt // M = I op I
	ILe
	IEq
	INe

	And // M = M op M
	Or
	Not

	Select  // R = M a ? R b : R c
	ISelect // I = M a ? I b : I c
	ToReal  // R = I
	ToInt   // I = R, towards zero; the nearest int32 beyond the range, 0 for NaN
	ToMask  // M = I is not 0
	FromMask
	GatherReal // R = array Slot at I, 0 where the index is outside
	GatherInt
	numOps
)

// Value is an operation's place in Loop.Nodes.
type Value int32

// None is an absent operand.
const None Value = -1

// Node is one operation. Operands precede it in the list.
type Node struct {
	Op      Op
	A, B, C Value
	Slot    int32
	Index   int32
}

// Loop is the work on each element, in order.
type Loop struct {
	Wide     bool // reals are float64
	Nodes    []Node
	Divisors []Divisor
}

// Add appends an operation and returns its value.
func (l *Loop) Add(op Op, slot int32, operands ...Value) Value {
	n := Node{Op: op, A: None, B: None, C: None, Slot: slot}
	for i, v := range operands {
		switch i {
		case 0:
			n.A = v
		case 1:
			n.B = v
		case 2:
			n.C = v
		}
	}
	l.Nodes = append(l.Nodes, n)
	return Value(len(l.Nodes) - 1)
}

// Divide appends a division by a constant, and returns its value.
func (l *Loop) Divide(x Value, by Divisor) Value {
	at := slices.Index(l.Divisors, by)
	if at < 0 {
		at, l.Divisors = len(l.Divisors), append(l.Divisors, by)
	}
	return l.Add(DivBy, int32(at), x)
}

// live is the loop without operations whose values nothing needs.
func (l *Loop) live() *Loop {
	needed := make([]bool, len(l.Nodes))
	for i := len(l.Nodes) - 1; i >= 0; i-- {
		n := &l.Nodes[i]
		if needed[i] = needed[i] || n.Op.class() == noClass; needed[i] {
			n.operands(func(v Value) { needed[v] = true })
		}
	}
	out, place := *l, make([]Value, len(l.Nodes))
	out.Nodes = nil
	for i, n := range l.Nodes {
		if !needed[i] {
			continue
		}
		for _, v := range []*Value{&n.A, &n.B, &n.C} {
			if *v != None {
				*v = place[*v]
			}
		}
		place[i] = Value(len(out.Nodes))
		out.Nodes = append(out.Nodes, n)
	}
	return &out
}

// Limits of one loop; ErrTooLarge says that it needs more.
const (
	MaxSlots  = 64
	MaxChecks = 32
	maxSpill  = 96
)

// ErrTooLarge is returned for a loop of more arrays, checks or live values than Args has room for.
var ErrTooLarge = errors.New("the loop is too large for machine code")

// class is the register file of a value.
type class uint8

const (
	noClass class = iota
	realClass
	intClass
	maskClass
)

func (o Op) class() class {
	switch o {
	case StoreReal, StoreInt, Emit, AddReal, AddRealShort, Check:
		return noClass
	case LoadInt, LoadShort, ScalarInt, Element, IAdd, ISub, IMul, IMin, IMax, IAnd, IOr, IFloorDiv, IMod, INeg, IAbs, ISign, ISelect, ToInt, FromMask, GatherInt:
		return intClass
	case Lt, Le, Eq, Ne, Gt, Ge, ILt, ILe, IEq, INe, And, Or, Not, ToMask:
		return maskClass
	}
	return realClass
}

func (n *Node) isScalar() bool { return n.Op == ScalarReal || n.Op == ScalarInt }

// operands calls f for each operand.
func (n *Node) operands(f func(Value)) {
	for _, v := range [3]Value{n.A, n.B, n.C} {
		if v != None {
			f(v)
		}
	}
}
