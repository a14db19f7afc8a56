package check

import (
	"math"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// ScriptFunction is a function of the script, which equations call as they call those of the language.
type ScriptFunction interface {
	// Call gives what a call stands for: a Bound with Args, which replaces it. The arguments are expressions of src. What cannot be said in
	// equations is an error.
	Call(call *syntax.Call, args []syntax.Expr, src *diag.Source, names ScriptNames) (*syntax.Bound, diag.List)
}

// ScriptNames is what names mean in the equations that call a function of the script.
type ScriptNames interface {
	Lookup(name string) (Value, bool)
	// Number is what a number of the script is there, which may be another one in a run of a sweep, or because a person has changed it.
	// With computed its value decides what the expression is, so that it is not read from a variable that stands for it.
	Number(name string, q units.Quantity, computed bool) units.Quantity
}

// Changed is a Scope in which some numbers have other values than in the script.
type Changed interface {
	Scope
	// Script is the scope that this one is a change of.
	Script() Scope
}

// scriptNames are the names that a checker knows.
type scriptNames struct{ c *checker }

func (n scriptNames) Lookup(name string) (Value, bool) { return n.c.external(name) }

func (n scriptNames) Number(name string, q units.Quantity, computed bool) units.Quantity {
	c, s := n.c, n.c.ctx.Scope
	for changed, ok := s.(Changed); ok; changed, ok = s.(Changed) {
		s = changed.Script()
	}
	if s == nil {
		return q
	}
	if v, ok := s.Lookup(name); !ok || v.Q != q || v.Kind != ValQuantity && v.Kind != ValInt {
		return q // another one of that name
	}
	v, _ := c.external(name)
	if w := c.m.ByName[name]; c.ctx.Used != nil && (computed || w == nil || !w.External || c.ctx.Fixed) {
		c.ctx.Used(name, v.Q)
	}
	return v.Q
}

// inline returns e with what calls of functions of the script stand for in their place. Parts without such calls are the same nodes.
func (c *checker) inline(e syntax.Expr) syntax.Expr {
	if !c.callsScript(e) {
		return e
	}
	return (&inliner{c, map[syntax.Expr]syntax.Expr{}}).expr(e)
}

// callsScript reports whether an expression calls a function of the script.
func (c *checker) callsScript(e syntax.Expr) (found bool) {
	if e == nil || c.ctx.Scope == nil {
		return false
	}
	syntax.Walk(e, func(e syntax.Expr) {
		call, ok := e.(*syntax.Call)
		found = found || ok && c.function(call.Fun) != nil
	})
	return found
}

// function is the function of the script that a name in a call stands for; nil: none.
func (c *checker) function(name *syntax.Ident) ScriptFunction {
	if c.m.ByName[name.Name] != nil || c.locals[name.Name] != nil {
		return nil
	}
	v, _ := c.external(name.Name)
	if v.Kind != ValFunction {
		return nil
	}
	if c.builtinName(name.Name) {
		if !c.warned[name.Name] {
			c.warned[name.Name] = true
			c.list.Add(diag.Warningf(c.src, name.Sp, "%q is here the function of the equations, not that of the script", name.Name).WithHint("give the script's own another name"))
		}
		return nil
	}
	return v.Function
}

type inliner struct {
	c *checker
	// done keeps a node with two parents one node.
	done map[syntax.Expr]syntax.Expr
}

func (in *inliner) expr(e syntax.Expr) syntax.Expr {
	if out, ok := in.done[e]; ok {
		return out
	}
	out := in.rebuilt(e)
	in.done[e] = out
	return out
}

func (in *inliner) rebuilt(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.Unary:
		if x := in.expr(e.X); x != e.X {
			return &syntax.Unary{Sp: e.Sp, Op: e.Op, X: x}
		}
	case *syntax.Binary:
		if x, y := in.expr(e.X), in.expr(e.Y); x != e.X || y != e.Y {
			return &syntax.Binary{Sp: e.Sp, OpSp: e.OpSp, Op: e.Op, X: x, Y: y}
		}
	case *syntax.Cond:
		if t, x, y := in.expr(e.Test), in.expr(e.Then), in.expr(e.Else_); t != e.Test || x != e.Then || y != e.Else_ {
			return &syntax.Cond{Sp: e.Sp, Test: t, Then: x, Else_: y}
		}
	case *syntax.Call:
		args, changed := make([]syntax.Expr, len(e.Args)), false
		for k, a := range e.Args {
			args[k] = in.expr(a)
			changed = changed || args[k] != a
		}
		if f := in.c.function(e.Fun); f != nil {
			b, list := f.Call(e, args, in.c.src, scriptNames{in.c})
			for _, d := range list {
				in.c.list.Add(d)
			}
			if b == nil { // an error that has been reported
				b = &syntax.Bound{Sp: e.Sp, Name: syntax.Print(e)}
			}
			return b
		}
		if changed {
			return &syntax.Call{Sp: e.Sp, Fun: e.Fun, Args: args}
		}
	}
	return e
}

// inlined puts what calls of functions of the script stand for into the expressions of a variable.
func (c *checker) inlined(v *Variable) {
	if lhs, rhs := c.inline(v.Eq.LHS), c.inline(v.Eq.RHS); lhs != v.Eq.LHS || rhs != v.Eq.RHS {
		eq := *v.Eq
		eq.LHS, eq.RHS = lhs, rhs
		v.Eq = &eq
	}
	for _, e := range []*syntax.Expr{&v.Init, &v.Min, &v.Max} {
		*e = c.inline(*e)
	}
}

// copied is a copy of statements, in which expressions can be replaced.
func copied(list []*syntax.Stmt) []*syntax.Stmt {
	out := make([]*syntax.Stmt, len(list))
	for k, s := range list {
		c := *s
		c.Body, c.Else = copied(s.Body), copied(s.Else)
		out[k] = &c
	}
	return out
}

// number types a number of the script. One that has become a variable is read from there, like the same name in equations.
func (c *checker) number(e *syntax.Const) typ {
	if v := c.m.ByName[e.Name]; e.Free && v != nil && v.External && !c.ctx.Fixed {
		if now, ok := c.external(e.Name); ok && now.Q == e.Q {
			c.m.Live[e] = v
			return typ{Type{Real, dimOf(e)}, true}
		}
	}
	switch {
	case e.Kind == syntax.ConstBool:
		return known(Bool)
	case e.Kind == syntax.ConstInt && math.Abs(e.Q.Value) <= math.MaxInt32:
		return known(Int)
	}
	if d := dimOf(e); !c.brian() && !d.Dimensionless() {
		c.errorHint(e.Sp, "write the number; times are in ms", "%q has the unit %s, but ANNarchy's equations have no units", syntax.Print(e), d)
		return typ{}
	}
	return typ{Type{Real, dimOf(e)}, true}
}

// bound types what stands for another expression.
func (c *checker) bound(e *syntax.Bound) typ {
	if e.X == nil || c.failed[e.X] {
		return typ{}
	}
	for _, a := range e.Args {
		c.expr(a)
	}
	outer, before := c.src, len(c.list)
	if e.Source != nil {
		c.src = e.Source
	}
	t := c.expr(e.X)
	inner := c.src
	if e.Want != nil && t.known {
		if e.Args == nil {
			t = c.wanted(e, t, outer, e.Sp)
		} else {
			t = c.wanted(e, t, inner, e.X.Span())
		}
	}
	c.src = outer
	if e.Args != nil && outer != inner {
		for k := before; k < len(c.list); k++ {
			if c.list[k].Source != outer {
				c.list[k] = c.list[k].WithNote(outer, e.Sp, "called here")
			}
		}
	}
	if !t.known {
		c.failed[e.X] = true
	}
	return t
}

// wanted checks what was declared of an argument or a result, at a place.
func (c *checker) wanted(e *syntax.Bound, t typ, src *diag.Source, sp diag.Span) typ {
	w, want := e.Want, ""
	switch {
	case w.Bool:
		if t.Kind == Bool {
			return t
		}
		want = "true or false"
	case w.Same != nil:
		s := c.expr(w.Same)
		if !s.known || s.Dim == t.Dim || c.anyUnit(e.X) || c.anyUnit(w.Same) {
			return t
		}
		want = inDim(s.Dim) + " like " + short(w.Same)
	case w.Dim == t.Dim:
		return t
	case c.anyUnit(e.X):
		return typ{Type{Real, w.Dim}, true}
	default:
		want = inDim(w.Dim)
	}
	d := diag.Errorf(src, sp, "%s must be %s, but %s", w.What, want, inUnit(e.X, t))
	if w.Source != nil {
		d = d.WithNote(w.Source, w.Sp, "declared here")
	}
	c.list.Add(d)
	return typ{}
}

// anyUnit reports a number of a function of the script that may stand with any unit, as in Python with Brian2's units: 0, infinity and NaN.
func (c *checker) anyUnit(e syntax.Expr) bool {
	switch e := syntax.Meant(e).(type) {
	case *syntax.Const:
		return !e.Bare && e.Kind != syntax.ConstBool && e.Q.Dim.Dimensionless() && (e.Q.Value == 0 || math.IsInf(e.Q.Value, 0) || math.IsNaN(e.Q.Value))
	case *syntax.Unary:
		return e.Op != "not" && c.anyUnit(e.X)
	case *syntax.Cond:
		any, ok := c.anyUnits[e]
		if !ok {
			any = c.anyUnit(e.Then) && c.anyUnit(e.Else_)
			c.anyUnits[e] = any
		}
		return any
	}
	return false
}

// agree gives a number that may have any unit that of the other operand.
func (c *checker) agree(ex syntax.Expr, x *typ, ey syntax.Expr, y *typ) {
	switch {
	case !x.known || !y.known || x.Dim == y.Dim:
	case c.anyUnit(ex):
		x.Dim = y.Dim
	case c.anyUnit(ey):
		y.Dim = x.Dim
	}
}

// dimOf is the unit of a number of the script where it stands.
func dimOf(e *syntax.Const) units.Dim {
	if e.Bare {
		return units.Dim{}
	}
	return e.Q.Dim
}
