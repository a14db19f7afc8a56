package ir

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Builder makes the expressions of one kernel. Equal expressions come out as the same pointer, constants are folded
// and identities that hold for every float (x*1, x+0 with a constant zero, --x) are applied. Nothing that could change
// a rounding is rewritten. A Builder is not safe for concurrent use.
type Builder struct {
	nodes map[string]*Expr
	next  int
	slots []Slot
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder { return &Builder{nodes: make(map[string]*Expr)} }

// Slots returns the slots declared so far.
func (b *Builder) Slots() []Slot { return b.slots }

// Slot declares a slot, or widens the access of the one with the same name, and returns its index.
// It panics when the same name is declared with another type or kind: that is a mistake of the caller, not of the user.
func (b *Builder) Slot(s Slot) int {
	for i := range b.slots {
		if b.slots[i].Name == s.Name {
			if b.slots[i].Type != s.Type || b.slots[i].Kind != s.Kind {
				panic(fmt.Sprintf("ir: slot %q declared twice with different shapes", s.Name))
			}
			b.slots[i].Access |= s.Access
			return i
		}
	}
	b.slots = append(b.slots, s)
	return len(b.slots) - 1
}

func (b *Builder) intern(e Expr) *Expr {
	var buf [64]byte
	key := append(buf[:0], byte(e.Op), byte(e.Type))
	key = binary.LittleEndian.AppendUint32(key, uint32(e.Slot))
	key = binary.LittleEndian.AppendUint64(key, math.Float64bits(e.Value))
	key = binary.LittleEndian.AppendUint32(key, e.Draw)
	for _, a := range e.Args {
		key = binary.LittleEndian.AppendUint32(key, uint32(a.id))
	}
	if old, ok := b.nodes[string(key)]; ok {
		return old
	}
	n := new(Expr)
	*n = e
	n.id = b.next
	b.next++
	n.uniform = b.isUniform(n)
	b.nodes[string(key)] = n
	return n
}

func (b *Builder) isUniform(e *Expr) bool {
	switch e.Op {
	case OpElem, OpPre, OpPost, OpUniform, OpNormal, OpPoisson, OpExponential, OpGamma:
		return false
	case OpLoad:
		if b.slots[e.Slot].Kind == PerElement {
			return false
		}
	}
	for _, a := range e.Args {
		if !a.uniform {
			return false
		}
	}
	return true
}

// Const returns a Real constant.
func (b *Builder) Const(v float64) *Expr { return b.intern(Expr{Op: OpConst, Type: Real, Value: v}) }

// ConstInt returns an Int constant.
func (b *Builder) ConstInt(v int32) *Expr {
	return b.intern(Expr{Op: OpConst, Type: Int, Value: float64(v)})
}

// ConstBool returns a Bool constant.
func (b *Builder) ConstBool(v bool) *Expr {
	e := Expr{Op: OpConst, Type: Bool}
	if v {
		e.Value = 1
	}
	return b.intern(e)
}

// Load reads a PerElement or Scalar slot.
func (b *Builder) Load(slot int) *Expr {
	return b.intern(Expr{Op: OpLoad, Type: b.slots[slot].Type, Slot: slot})
}

// LoadAt reads an Indexed slot at index.
func (b *Builder) LoadAt(slot int, index *Expr) *Expr {
	return b.intern(Expr{Op: OpLoad, Type: b.slots[slot].Type, Slot: slot, Args: []*Expr{index}})
}

// Leaf returns OpElem, OpCount, OpStep, OpPre or OpPost.
func (b *Builder) Leaf(op Op) *Expr { return b.intern(Expr{Op: op, Type: Int}) }

// Time returns the current time, dt × step, with dt in the unit that the model counts time in.
func (b *Builder) Time(dt float64) *Expr { return b.intern(Expr{Op: OpTime, Type: Real, Value: dt}) }

// Random returns a draw; draw must be unique within the kernel's stream.
func (b *Builder) Random(op Op, draw uint32, args ...*Expr) *Expr {
	t := Real
	if op == OpPoisson {
		t = Int
	}
	return b.intern(Expr{Op: op, Type: t, Draw: draw, Args: args})
}

// Select returns cond ? then : els.
func (b *Builder) Select(cond, then, els *Expr) *Expr {
	if cond.Op == OpConst {
		if cond.Value != 0 {
			return then
		}
		return els
	}
	if then == els {
		return then
	}
	return b.intern(Expr{Op: OpSelect, Type: then.Type, Args: []*Expr{cond, then, els}})
}

// ToReal converts an Int or Bool to Real; a Real is returned as it is.
func (b *Builder) ToReal(e *Expr) *Expr {
	switch e.Type {
	case Bool:
		e = b.Op(OpBoolToInt, e)
		fallthrough
	case Int:
		return b.Op(OpIntToReal, e)
	}
	return e
}

// Op returns the operation applied to args. It panics on a type error, which is a mistake of the caller.
func (b *Builder) Op(op Op, args ...*Expr) *Expr {
	info := opTable[op]
	if info.name == "" || info.arity != len(args) {
		panic(fmt.Sprintf("ir: %v with %d arguments", op, len(args)))
	}
	t, err := info.result(args)
	if err != nil {
		panic(fmt.Sprintf("ir: %v: %v", op, err))
	}
	if f := b.fold(op, t, args); f != nil {
		return f
	}
	return b.intern(Expr{Op: op, Type: t, Args: append([]*Expr(nil), args...)})
}

// fold evaluates constants and applies the identities that are exact for every operand.
func (b *Builder) fold(op Op, t Type, args []*Expr) *Expr {
	all := true
	for _, a := range args {
		all = all && a.Op == OpConst
	}
	if all {
		if v, ok := EvalConst(op, args[0].Type, constArgs(args)...); ok {
			if t != Real {
				v += 0 // an integer has no negative zero
			}
			return b.intern(Expr{Op: OpConst, Type: t, Value: v})
		}
	}
	switch op {
	case OpAdd:
		if args[0].IsConst(0) && !math.Signbit(args[0].Value) && t == Int {
			return args[1]
		}
		if args[1].IsConst(0) && (t == Int || math.Signbit(args[1].Value)) {
			return args[0]
		}
	case OpSub:
		if args[1].IsConst(0) && !math.Signbit(args[1].Value) {
			return args[0]
		}
	case OpMul:
		if args[0].IsConst(1) {
			return args[1]
		}
		if args[1].IsConst(1) {
			return args[0]
		}
	case OpDiv:
		if args[1].IsConst(1) {
			return args[0]
		}
	case OpPow:
		if args[1].IsConst(1) {
			return args[0]
		}
	case OpNeg, OpNot:
		if args[0].Op == op {
			return args[0].Args[0]
		}
	case OpAnd:
		for k, a := range args {
			if a.IsConst(1) {
				return args[1-k]
			}
			if a.IsConst(0) {
				return a
			}
		}
	case OpOr:
		for k, a := range args {
			if a.IsConst(0) {
				return args[1-k]
			}
			if a.IsConst(1) {
				return a
			}
		}
	}
	return nil
}

func constArgs(args []*Expr) []float64 {
	v := make([]float64, len(args))
	for i, a := range args {
		v[i] = a.Value
	}
	return v
}

// Copy rebuilds e in b, a Builder that may differ from the one that made e. replace is asked for every node before its
// arguments are visited; a non-nil answer takes the node's place. Slots are mapped by mapSlot (nil keeps them).
func (b *Builder) Copy(e *Expr, replace func(*Expr) *Expr, mapSlot func(int) int) *Expr {
	memo := make(map[*Expr]*Expr)
	var walk func(*Expr) *Expr
	walk = func(e *Expr) *Expr {
		if r, ok := memo[e]; ok {
			return r
		}
		var r *Expr
		if replace != nil {
			r = replace(e)
		}
		if r == nil {
			args := make([]*Expr, len(e.Args))
			for i, a := range e.Args {
				args[i] = walk(a)
			}
			switch {
			case e.Op == OpSelect:
				r = b.Select(args[0], args[1], args[2])
			case len(args) > 0 && e.Op != OpLoad && e.Op != OpPoisson && e.Op != OpGamma:
				r = b.Op(e.Op, args...)
			default:
				c := *e
				c.Args = args
				if len(args) == 0 {
					c.Args = nil
				}
				if e.Op == OpLoad && mapSlot != nil {
					c.Slot = mapSlot(e.Slot)
				}
				r = b.intern(c)
			}
		}
		memo[e] = r
		return r
	}
	return walk(e)
}

// Rebuild makes e's operation on other arguments, exactly as written: nothing is folded. The slots must be those of e's Builder.
func (b *Builder) Rebuild(e *Expr, args []*Expr) *Expr {
	c := Expr{Op: e.Op, Type: e.Type, Slot: e.Slot, Value: e.Value, Draw: e.Draw}
	if len(args) > 0 {
		c.Args = append([]*Expr(nil), args...)
	}
	return b.intern(c)
}
