package lower

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// CodeKernels lowers statements that run on a group: a reset (over the elements of a spike list, active), or code at a slot of
// the step (over all elements). Statements that assign shared variables run once, before the others, in a kernel of one element.
// Only a reset writes variables that are clamped while refractory. Of a part the elements of the part run it.
func CodeKernels(in Input, code *check.Code, name string, active bool, part Part) (steps []Step, err error) {
	defer recoverDefect(&err, in.Object)
	for _, scalar := range []bool{true, false} {
		s := newScope(in, fmt.Sprintf("%s/%s/%v", in.Object, name, scalar), scalar)
		s.model = code.Model
		c := &block{s: s, code: code, only: func(v *check.Variable) bool { return v.Shared == scalar }, reset: active}
		var mask *ir.Expr
		if s.inPart(part); part.Len > 0 && !scalar {
			mask = part.inside(s.b)
			s.conditional++
		}
		c.statements(code.Block.Stmts, mask)
		s.storeChanged(c.changed)
		k := s.kernel(in.Object + " " + name)
		switch {
		case k == nil:
		case scalar && active:
			return nil, fmt.Errorf("the reset of %q assigns a shared variable; several neurons may spike in one step", in.Object)
		case scalar:
			steps = append(steps, Step{k, 1})
		default:
			if active {
				k.Domain = ir.Active
			}
			steps = append(steps, Step{k, in.N})
		}
	}
	return steps, nil
}

// block is a list of statements being lowered: each assignment replaces what a variable stands for.
type block struct {
	s       *kernelScope
	code    *check.Code
	only    func(*check.Variable) bool // which of the group's variables this kernel assigns
	changed []*check.Variable          // in order of first assignment
	reset   bool
}

var augmentedOps = map[string]ir.Op{"+=": ir.OpAdd, "-=": ir.OpSub, "*=": ir.OpMul, "/=": ir.OpDiv, "//=": ir.OpFloorDiv, "%=": ir.OpMod}

// value is the right side of an assignment with its operator applied to the old value.
func (s *kernelScope) augment(st *syntax.Stmt, old func() *ir.Expr) *ir.Expr {
	x := s.expr(st.X)
	if st.Op == "=" {
		return x
	}
	b, o := s.b, old()
	if st.Op == "**=" {
		return power(b, b.ToReal(o), b.ToReal(x))
	}
	op, ok := augmentedOps[st.Op]
	if !ok {
		panic(fmt.Sprintf("operator %q", st.Op))
	}
	t := wider(wider(o.Type, x.Type), ir.Int)
	if op == ir.OpDiv {
		t = ir.Real
	}
	return b.Op(op, as(b, o, t), as(b, x, t))
}

// statements lowers a list; mask is the condition under which it runs, nil for always.
func (c *block) statements(list []*syntax.Stmt, mask *ir.Expr) {
	s := c.s
	for _, st := range list {
		if st.Kind == syntax.StmtIf {
			c.branch(st, mask)
			continue
		}
		v := c.code.Target[st].Var
		if v.Kind != check.Local && !c.only(v) {
			continue
		}
		e := as(s.b, s.augment(st, func() *ir.Expr { return s.current(v) }), irType(v.Type.Kind))
		if v.Kind == check.Local {
			s.assign(v, e)
			continue
		}
		if !c.reset {
			e = s.unlessRefractory(v, s.current(v), e)
		}
		if mask != nil {
			e = s.b.Select(mask, e, s.current(v))
		}
		s.assign(v, e)
		if !slices.Contains(c.changed, v) {
			c.changed = append(c.changed, v)
		}
	}
}

// branch lowers if and else as masked statements. The condition is evaluated before either.
func (c *block) branch(st *syntax.Stmt, mask *ir.Expr) {
	b := c.s.b
	cond := as(b, c.s.expr(st.X), ir.Bool)
	both := func(x, y *ir.Expr) *ir.Expr {
		if x == nil {
			return y
		}
		return b.Op(ir.OpAnd, x, y)
	}
	c.s.conditional++
	c.statements(st.Body, both(mask, cond))
	c.statements(st.Else, both(mask, b.Op(ir.OpNot, cond)))
	c.s.conditional--
}
