package lower

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Checked is an expression with the meaning of its names; Expr nil stands for none.
type Checked struct {
	Expr syntax.Expr
	Side *check.Model
}

// Slots of the kernel of PairCondition.
const (
	PairFirst = "connect.first" // Scalar Int: the first presynaptic element, counted in its span
	PairHolds = "connect.holds" // Int per pair: 1 where a synapse is to be
)

// PairCondition makes the kernel that decides for pairs (i, j), j running fastest, whether they are connected: where the condition holds,
// with the probability. Either may be absent.
func PairCondition(in SynapseInput, cond, prob Checked, name string) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, name)
	b := s.b
	holds := b.ConstBool(true)
	if cond.Expr != nil {
		s.model = cond.Side
		holds = as(b, s.expr(cond.Expr), ir.Bool)
	}
	if prob.Expr != nil {
		s.model = prob.Side
		// The draw is numbered behind those of the expressions.
		holds = b.Op(ir.OpAnd, holds, b.Op(ir.OpLt, b.Random(ir.OpUniform, 0x7fff), s.real(prob.Expr)))
	}
	first := b.Load(b.Slot(ir.Slot{Name: PairFirst, Type: ir.Int, Kind: ir.Scalar, Access: ir.Read}))
	cols := b.ConstInt(int32(in.Post.Len))
	pre := b.Op(ir.OpAdd, b.Op(ir.OpAdd, first, b.Op(ir.OpFloorDiv, b.Leaf(ir.OpElem), cols)), b.ConstInt(int32(in.Pre.Start)))
	post := b.Op(ir.OpAdd, b.Op(ir.OpMod, b.Leaf(ir.OpElem), cols), b.ConstInt(int32(in.Post.Start)))
	value := b.Copy(b.Op(ir.OpBoolToInt, holds), func(e *ir.Expr) *ir.Expr {
		switch e.Op {
		case ir.OpPre:
			return pre
		case ir.OpPost:
			return post
		}
		return nil
	}, nil)
	out := b.Slot(ir.Slot{Name: PairHolds, Type: ir.Int, Kind: ir.PerElement, Access: ir.Write})
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: out, Value: value})
	return s.kernel(in.Object + " " + name), nil
}
