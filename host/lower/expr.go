package lower

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Clock is the time that a kernel sees.
type Clock struct {
	DT float64 // seconds
	// Unit is the model's unit of time in seconds: 1 in Brian's dialect, 1e-3 in ANNarchy's.
	Unit float64
	// Every is the time between the runs of the code in seconds, by which t counts, where a clock runs it that is not the object's own; else 0.
	Every float64
	// At is the step when it is known: code that runs once.
	At *int64
}

// dt is the interval in the model's unit. Division, not multiplication by 1000: 0.1 ms must come out as exactly 0.1.
func (c Clock) dt() float64 {
	return c.in(c.DT)
}

// every is the time between the runs of the code in the model's unit.
func (c Clock) every() float64 { return c.in(c.seconds()) }

// in is a time in the model's unit.
func (c Clock) in(seconds float64) float64 {
	if c.Unit == 1 {
		return seconds
	}
	return seconds / c.Unit
}

// seconds is every in seconds.
func (c Clock) seconds() float64 {
	if c.Every != 0 {
		return c.Every
	}
	return c.DT
}

// scope lowers expressions of one kernel.
type scope struct {
	b     *ir.Builder
	model *check.Model
	clock Clock
	n     int
	grid  *connect.Grid
	// value answers for a variable of the model: its current expression.
	value func(*check.Variable) *ir.Expr
	// noise answers for xi; nil where noise cannot occur.
	noise func(name string) *ir.Expr
	// sum answers for sum(target).
	sum func(target string) *ir.Expr
	// table answers for a call of a table with lowered arguments.
	table func(name string, t check.Table, args []*ir.Expr) *ir.Expr
	// common answers for the draw of a call that all elements share; nil, or a nil answer: one draw for each element.
	common func(op ir.Op, site *syntax.Call, args []*ir.Expr) *ir.Expr
	// conditional counts the conditions under which what is being lowered has an effect.
	conditional int
	// ref answers first for a resolved name; nil, or a nil answer, leaves it to the group's meaning.
	ref func(check.Ref) *ir.Expr
	// known are the values of what several Bounds of the expression stand for, and whether that was lowered under a condition; within counts
	// the Bounds around what is being lowered.
	known  map[boundValue]*ir.Expr
	within int
	// calls are the results of functions of the script; nil: none was called.
	calls map[*ir.Expr]bool
	// draws numbers the call sites of random functions: a site lowered twice is one draw.
	draws map[*syntax.Call]uint32
}

func (s *scope) draw(site *syntax.Call) uint32 {
	if _, ok := s.draws[site]; !ok {
		s.draws[site] = uint32(len(s.draws))
	}
	return s.draws[site]
}

func irType(k check.Kind) ir.Type {
	switch k {
	case check.Bool:
		return ir.Bool
	case check.Int:
		return ir.Int
	}
	return ir.Real
}

// as converts e to type t: whole numbers widen, truth values become 0 and 1, reals truncate.
func as(b *ir.Builder, e *ir.Expr, t ir.Type) *ir.Expr {
	switch {
	case e.Type == t:
		return e
	case t == ir.Real:
		return b.ToReal(e)
	case t == ir.Int && e.Type == ir.Bool:
		return b.Op(ir.OpBoolToInt, e)
	case t == ir.Int:
		return b.Op(ir.OpRealToInt, e)
	case e.Type == ir.Int:
		return b.Op(ir.OpNe, e, b.ConstInt(0))
	}
	return b.Op(ir.OpNe, e, b.Const(0))
}

// real lowers e and widens it to Real.
func (s *scope) real(e syntax.Expr) *ir.Expr { return s.b.ToReal(s.expr(e)) }

// expr lowers a checked expression. The checker has refused everything that has no meaning, so a failure here is a defect of
// this program and panics; Group and Code turn the panic into an error that says so.
func (s *scope) expr(e syntax.Expr) *ir.Expr {
	b := s.b
	switch e := e.(type) {
	case *syntax.Number:
		if s.model.Types[e].Kind == check.Int && math.Abs(e.Value) <= math.MaxInt32 {
			return b.ConstInt(int32(e.Value))
		}
		return b.Const(e.Value)
	case *syntax.Bool:
		return b.ConstBool(e.Value)
	case *syntax.Const:
		return s.constant(e)
	case *syntax.Bound:
		return s.bound(e)
	case *syntax.Ident:
		return s.ident(e)
	case *syntax.Unary:
		return s.unary(e)
	case *syntax.Binary:
		return s.binary(e)
	case *syntax.Cond:
		c := as(b, s.expr(e.Test), ir.Bool)
		s.conditional++
		x, y := s.expr(e.Then), s.expr(e.Else_)
		s.conditional--
		t := wider(x.Type, y.Type)
		return b.Select(c, as(b, x, t), as(b, y, t))
	case *syntax.Call:
		return s.call(e)
	}
	panic(fmt.Sprintf("expression %T cannot be lowered", e))
}

// constant is a number of a function of the script.
func (s *scope) constant(e *syntax.Const) *ir.Expr {
	if v := s.model.Live[e]; v != nil {
		return s.value(v)
	}
	switch s.model.Types[e].Kind {
	case check.Bool:
		return s.b.ConstBool(e.Q.Value != 0)
	case check.Int:
		return s.b.ConstInt(int32(e.Q.Value))
	}
	return s.b.Const(e.Q.Value)
}

type boundValue struct {
	of          syntax.Expr
	conditional bool
}

// bound lowers what several names may stand for once for all of them.
func (s *scope) bound(e *syntax.Bound) *ir.Expr {
	key := boundValue{e.X, s.conditional > 0}
	if x := s.known[key]; x != nil {
		return x
	}
	if s.within == 0 {
		s.known = map[boundValue]*ir.Expr{}
	}
	s.within++
	x := s.expr(e.X)
	s.within--
	s.known[key] = x
	if e.Args != nil {
		if s.calls == nil {
			s.calls = map[*ir.Expr]bool{}
		}
		s.calls[x] = true
	}
	if s.within == 0 {
		s.known = nil // variables may have other values where the next expression stands
	}
	return x
}

func wider(a, b ir.Type) ir.Type {
	if a == b {
		return a
	}
	if a == ir.Real || b == ir.Real {
		return ir.Real
	}
	return ir.Int
}

func (s *scope) ident(e *syntax.Ident) *ir.Expr {
	b := s.b
	ref, ok := s.model.Refs[e]
	if !ok {
		panic(fmt.Sprintf("name %q was not resolved", e.Name))
	}
	if s.ref != nil {
		if x := s.ref(ref); x != nil {
			return x
		}
	}
	switch ref.Kind {
	case check.RefVariable, check.RefExternal:
		if ref.Var != nil {
			return s.value(ref.Var)
		}
	case check.RefConstant:
		switch {
		case ref.ConstKind == check.Bool:
			return b.ConstBool(ref.Const.Value != 0)
		case ref.ConstKind == check.Int && math.Abs(ref.Const.Value) <= math.MaxInt32:
			return b.ConstInt(int32(ref.Const.Value))
		}
		return b.Const(ref.Const.Value)
	case check.RefTime:
		if s.clock.At != nil {
			return b.Const(float64(*s.clock.At) * s.clock.every())
		}
		return b.Time(s.clock.every())
	case check.RefDt:
		return b.Const(s.clock.dt())
	case check.RefIndex:
		return b.Leaf(ir.OpElem)
	case check.RefCount:
		return b.ConstInt(int32(s.n))
	case check.RefCoord:
		return s.coord(ref.Name)
	case check.RefNoise:
		if s.noise != nil {
			return s.noise(ref.Name)
		}
	}
	panic(fmt.Sprintf("name %q has no value here", e.Name))
}

// coord computes a grid coordinate from the element index: index = (z*rows + y)*cols + x.
func (s *scope) coord(axis string) *ir.Expr {
	b, e := s.b, s.b.Leaf(ir.OpElem)
	cols, rows := b.ConstInt(int32(s.grid.Cols)), b.ConstInt(int32(s.grid.Rows))
	var v *ir.Expr
	switch axis {
	case "x":
		v = b.Op(ir.OpMod, e, cols)
	case "y":
		v = b.Op(ir.OpFloorDiv, e, cols)
		if s.grid.Layers > 1 {
			v = b.Op(ir.OpMod, v, rows)
		}
	case "z":
		v = b.Op(ir.OpFloorDiv, e, b.Op(ir.OpMul, rows, cols))
	}
	return b.ToReal(v)
}

func (s *scope) unary(e *syntax.Unary) *ir.Expr {
	x := s.expr(e.X)
	switch e.Op {
	case "-":
		return s.b.Op(ir.OpNeg, as(s.b, x, wider(x.Type, ir.Int)))
	case "not":
		return s.b.Op(ir.OpNot, as(s.b, x, ir.Bool))
	}
	return x
}

func (s *scope) binary(e *syntax.Binary) *ir.Expr {
	b, x, y := s.b, s.expr(e.X), s.expr(e.Y)
	switch e.Op {
	case "and":
		return b.Op(ir.OpAnd, as(b, x, ir.Bool), as(b, y, ir.Bool))
	case "or":
		return b.Op(ir.OpOr, as(b, x, ir.Bool), as(b, y, ir.Bool))
	case "/":
		return b.Op(ir.OpDiv, b.ToReal(x), b.ToReal(y))
	case "**":
		if s.model.Types[e].Kind == check.Int && y.Op == ir.OpConst {
			return wholePower(b, as(b, x, ir.Int), int32(y.Value))
		}
		return power(b, b.ToReal(x), b.ToReal(y))
	case "==", "!=":
		t := wider(x.Type, y.Type)
		return b.Op(map[string]ir.Op{"==": ir.OpEq, "!=": ir.OpNe}[e.Op], as(b, x, t), as(b, y, t))
	}
	// A truth value in arithmetic or an order comparison counts as 0 or 1.
	t := wider(wider(x.Type, y.Type), ir.Int)
	x, y = as(b, x, t), as(b, y, t)
	switch e.Op {
	case "+":
		return b.Op(ir.OpAdd, x, y)
	case "-":
		return b.Op(ir.OpSub, x, y)
	case "*":
		return b.Op(ir.OpMul, x, y)
	case "//":
		return b.Op(ir.OpFloorDiv, x, y)
	case "%":
		return b.Op(ir.OpMod, x, y)
	case "<":
		return b.Op(ir.OpLt, x, y)
	case "<=":
		return b.Op(ir.OpLe, x, y)
	case ">":
		return b.Op(ir.OpLt, y, x)
	case ">=":
		return b.Op(ir.OpLe, y, x)
	}
	panic(fmt.Sprintf("operator %q cannot be lowered", e.Op))
}

// wholePower multiplies the power of an integer out; it overflows as its products do.
func wholePower(b *ir.Builder, x *ir.Expr, n int32) *ir.Expr {
	p := b.ConstInt(1)
	for first := true; n > 0; n >>= 1 {
		if n&1 != 0 && first {
			p, first = x, false
		} else if n&1 != 0 {
			p = b.Op(ir.OpMul, p, x)
		}
		if n > 1 {
			x = b.Op(ir.OpMul, x, x)
		}
	}
	return p
}

// power multiplies small whole powers out: x**2 as x*x is exact to one rounding, defined for negative x on every backend,
// and far cheaper than a general power.
func power(b *ir.Builder, x, y *ir.Expr) *ir.Expr {
	if y.Op == ir.OpConst && x.Op != ir.OpConst {
		switch y.Value {
		case 0.5:
			return b.Op(ir.OpSqrt, x)
		case 2:
			return b.Op(ir.OpMul, x, x)
		case 3:
			return b.Op(ir.OpMul, b.Op(ir.OpMul, x, x), x)
		case 4:
			x2 := b.Op(ir.OpMul, x, x)
			return b.Op(ir.OpMul, x2, x2)
		case -1:
			return b.Op(ir.OpDiv, b.Const(1), x)
		case -2:
			return b.Op(ir.OpDiv, b.Const(1), b.Op(ir.OpMul, x, x))
		}
	}
	return b.Op(ir.OpPow, x, y)
}
