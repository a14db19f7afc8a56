package lower

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// PairCode says which pairs a connect call makes synapses of. It is evaluated for candidates: a given index (i, or j with Post) and the
// value of a loop variable.
type PairCode struct {
	Post bool // j is given and i is looked for
	// Target is the index looked for; none: the loop variable's value.
	Target Checked
	// Var is the loop variable as Target, Cond, P and Count see it; nil when they cannot.
	Var *check.Variable
	// Cond and P decide whether the candidate is taken, Count how many synapses it becomes.
	Cond, P, Count Checked
	Candidates
	// Name tells the random streams of connect calls apart.
	Name string
}

// Candidates says how a kernel finds its candidates. With Cols 0 they are listed in the slots PairGiven and PairVar. Otherwise every
// given index has Cols of them, with the loop variable at Low, Low+Step, ...; PairRow and PairCol say where the kernel starts.
type Candidates struct {
	Cols, Low, Step int
}

// Slots of a pair kernel.
const (
	PairCount  = "connect.candidates" // Scalar Int: elements of the kernel beyond this number are none
	PairRow    = "connect.row"        // Scalar Int: the given index of element 0
	PairCol    = "connect.column"     // Scalar Int: how many candidates of that index come before
	PairGiven  = "connect.given"      // Int per candidate, relative to the span
	PairVar    = "connect.variable"   // Int per candidate
	PairTaken  = "connect.taken"      // list: the candidates taken, ascending
	PairTarget = "connect.target"     // Int per candidate: the other index, relative to the span; may be outside of it
	PairTimes  = "connect.times"      // Int per candidate: how many synapses
)

// Pairs makes the kernel that takes or leaves candidates. One whose target is outside of the group is taken when its condition holds, or
// when the condition reads a variable of the target, so that the caller can report it; such reads see an element that exists.
func Pairs(in SynapseInput, c PairCode) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, c.Name)
	b := s.b
	scalar := func(name string) *ir.Expr {
		return b.Load(b.Slot(ir.Slot{Name: name, Type: ir.Int, Kind: ir.Scalar, Access: ir.Read}))
	}
	own := func(name string, a ir.Access) int {
		return b.Slot(ir.Slot{Name: name, Type: ir.Int, Kind: ir.PerElement, Access: a})
	}
	given, other := &in.Pre, &in.Post
	givenOp, otherOp, givenName, otherName := ir.OpPre, ir.OpPost, "i", "j"
	if c.Post {
		given, other = other, given
		givenOp, otherOp, givenName, otherName = otherOp, givenOp, otherName, givenName
	}
	var at, variable *ir.Expr
	if c.Cols > 0 {
		cols := b.ConstInt(int32(c.Cols))
		place := b.Op(ir.OpAdd, scalar(PairCol), b.Leaf(ir.OpElem))
		at = b.Op(ir.OpAdd, scalar(PairRow), b.Op(ir.OpFloorDiv, place, cols))
		// Elements beyond PairCount may lie behind the last row.
		at = b.Op(ir.OpMin, at, b.ConstInt(int32(given.Len-1)))
		variable = b.Op(ir.OpAdd, b.ConstInt(int32(c.Low)), b.Op(ir.OpMul, b.ConstInt(int32(c.Step)), b.Op(ir.OpMod, place, cols)))
	} else {
		at, variable = b.Load(own(PairGiven, ir.Read)), b.Load(own(PairVar, ir.Read))
	}
	if c.Var != nil {
		s.env[c.Var] = variable
	}
	target := variable
	s.scope.ref = func(r check.Ref) *ir.Expr {
		if r.Kind == check.RefIndex {
			switch r.Name {
			case givenName:
				return at
			case otherName:
				return target
			}
		}
		return s.resolve(r)
	}
	value := func(e Checked, t ir.Type) *ir.Expr {
		s.model = e.Side
		return as(b, s.expr(e.Expr), t)
	}
	if c.Target.Expr != nil {
		target = value(c.Target, ir.Int)
	}
	taken := b.ConstBool(true)
	if c.Cond.Expr != nil {
		taken = value(c.Cond, ir.Bool)
	}
	if c.P.Expr != nil {
		// The draw is numbered behind those of the expressions.
		taken = b.Op(ir.OpAnd, taken, b.Op(ir.OpLt, b.Random(ir.OpUniform, 0x7fff), value(c.P, ir.Real)))
	}
	inside := b.Op(ir.OpAnd, b.Op(ir.OpLe, b.ConstInt(0), target), b.Op(ir.OpLt, target, b.ConstInt(int32(other.Len))))
	if c.Target.Expr != nil && readsAt(taken, otherOp) {
		taken = b.Op(ir.OpOr, taken, b.Op(ir.OpNot, inside))
	}
	// The network has not started: conditions see it at time 0, whatever the step that counts the candidates.
	var near *ir.Expr
	settle := func(e *ir.Expr) *ir.Expr {
		return b.Copy(e, func(e *ir.Expr) *ir.Expr {
			switch {
			case e.Op == givenOp:
				return b.Op(ir.OpAdd, at, b.ConstInt(int32(given.Start)))
			case e.Op == otherOp && near != nil:
				return b.Op(ir.OpAdd, near, b.ConstInt(int32(other.Start)))
			case e.Op == ir.OpStep:
				return b.ConstInt(0)
			case e.Op == ir.OpTime:
				return b.Const(0)
			}
			return nil
		}, nil)
	}
	target = settle(target)
	if near = target; c.Target.Expr != nil {
		near = b.Op(ir.OpMax, b.ConstInt(0), b.Op(ir.OpMin, target, b.ConstInt(int32(other.Len-1))))
	}
	taken = b.Op(ir.OpAnd, b.Op(ir.OpLt, b.Leaf(ir.OpElem), scalar(PairCount)), taken)
	list := b.Slot(ir.Slot{Name: PairTaken, Type: ir.Int, Kind: ir.Indexed, Access: ir.Write})
	if c.Target.Expr != nil {
		s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: own(PairTarget, ir.Write), Value: target})
	}
	if c.Count.Expr != nil {
		s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: own(PairTimes, ir.Write), Value: settle(value(c.Count, ir.Int))})
	}
	s.effects = append(s.effects, ir.Effect{Kind: ir.Emit, Slot: list, Mask: settle(taken)})
	return s.kernel(in.Object + " " + c.Name), nil
}

// readsAt reports whether e loads from memory at an index that leaf has a part in.
func readsAt(e *ir.Expr, leaf ir.Op) bool {
	memo := map[*ir.Expr]bool{}
	var walk func(e *ir.Expr, inIndex bool) bool
	walk = func(e *ir.Expr, inIndex bool) bool {
		if inIndex && e.Op == leaf {
			return true
		}
		if !inIndex && memo[e] {
			return false
		}
		memo[e] = true
		for _, a := range e.Args {
			if walk(a, inIndex || e.Op == ir.OpLoad) {
				return true
			}
		}
		return false
	}
	return walk(e, false)
}

// Given is a value of a connect call for each given index, such as the end of a range.
type Given struct {
	Value Checked
	Type  ir.Type
	Slot  string
}

// PairRange makes the kernel that evaluates values for each given index, and stores each in its slot.
func PairRange(in SynapseInput, post bool, values []Given, name string) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, name)
	b := s.b
	op, index, start := ir.OpPre, "i", in.Pre.Start
	if post {
		op, index, start = ir.OpPost, "j", in.Post.Start
	}
	s.scope.ref = func(r check.Ref) *ir.Expr {
		if r.Kind == check.RefIndex && r.Name == index {
			return b.Leaf(ir.OpElem)
		}
		return s.resolve(r)
	}
	for _, v := range values {
		s.model = v.Value.Side
		x := b.Copy(as(b, s.expr(v.Value.Expr), v.Type), func(e *ir.Expr) *ir.Expr {
			if e.Op == op {
				return b.Op(ir.OpAdd, b.Leaf(ir.OpElem), b.ConstInt(int32(start)))
			}
			return nil
		}, nil)
		slot := b.Slot(ir.Slot{Name: v.Slot, Type: v.Type, Kind: ir.PerElement, Access: ir.Write})
		s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: x})
	}
	return s.kernel(in.Object + " " + name), nil
}

// Constant is the value of an expression that is the same everywhere and needs no run to know.
func Constant(in SynapseInput, e Checked) (v float64, ok bool) {
	var err error
	defer func() { ok = ok && err == nil }()
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, "constant")
	s.model = e.Side
	x := s.expr(e.Expr)
	return x.Value, x.Op == ir.OpConst
}
