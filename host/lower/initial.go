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

// Assign gives a variable values before the run.
type Assign struct {
	Var *check.Variable
	// Value is an expression; without one, From names a table with a value per element, and without that it is Const.
	Value Checked
	From  string
	Const float64
	// Cond picks the elements that are set, and so does the table of truth values Picked; without either all are.
	Cond   Checked
	Picked string
	// Part is what i and N count.
	Part Part
	// Running: the network has run, and expressions and conditions leave variables that are clamped while refractory as they are, as in Brian2.
	Running bool
	// What names the random stream among those of the object.
	What string
}

// Initial makes the kernel of an assignment to a variable of a group. A constant for all elements comes back as fill with a nil kernel.
func Initial(in Input, a Assign) (k *ir.Kernel, fill float64, err error) {
	defer recoverDefect(&err, in.Object)
	s := newScope(in, in.Object+"/"+a.What, a.Var.Shared)
	s.inPart(a.Part)
	k, fill = s.initial(a)
	return k, fill, nil
}

// SynapseInitial is Initial for a variable of synapses; expressions may use i, j and the variables of both ends.
func SynapseInitial(in SynapseInput, a Assign) (k *ir.Kernel, fill float64, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, a.What)
	s.atPost = a.Var.Postsynaptic
	s.scalar = a.Var.Shared
	k, fill = s.initial(a)
	if k != nil && !a.Var.Shared && !a.Var.Postsynaptic {
		k.Domain = ir.Synapses
	}
	return k, fill, nil
}

func (s *kernelScope) initial(a Assign) (*ir.Kernel, float64) {
	b, t := s.b, irType(a.Var.Type.Kind)
	table := func(name string, t ir.Type) *ir.Expr {
		return b.Load(b.Slot(ir.Slot{Name: SlotName(s.in.Object, name), Type: t, Kind: ir.PerElement, Access: ir.Read}))
	}
	var x, mask *ir.Expr
	switch {
	case a.Value.Expr != nil:
		s.model = a.Value.Side
		x = as(b, s.expr(a.Value.Expr), t)
	case a.From != "":
		x = table(a.From, t)
	default:
		x = as(b, b.Const(a.Const), t)
	}
	if a.Cond.Expr != nil {
		s.model = a.Cond.Side
		mask = as(b, s.expr(a.Cond.Expr), ir.Bool)
	}
	if a.Picked != "" {
		picked := table(a.Picked, ir.Bool)
		if mask != nil {
			picked = b.Op(ir.OpAnd, mask, picked)
		}
		mask = picked
	}
	if a.Running && a.Var.UnlessRefractory && s.in.Refractory != nil && (a.Value.Expr != nil || a.Cond.Expr != nil) {
		free := s.current(s.in.Model.ByName[NotRefractory])
		if mask != nil {
			free = b.Op(ir.OpAnd, mask, free)
		}
		mask = free
	}
	if x.Op == ir.OpConst && mask == nil {
		return nil, x.Value
	}
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: s.slot(a.Var.Name, a.Var, ir.Write), Value: x, Mask: mask})
	return s.kernel(s.in.Object + " " + a.What), 0
}
