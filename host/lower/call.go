package lower

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

var realFunctions = map[string]ir.Op{
	"sqrt": ir.OpSqrt, "exp": ir.OpExp, "expm1": ir.OpExpm1, "exprel": ir.OpExprel,
	"log": ir.OpLog, "ln": ir.OpLog, "log10": ir.OpLog10, "log1p": ir.OpLog1p,
	"sin": ir.OpSin, "cos": ir.OpCos, "tan": ir.OpTan,
	"sinh": ir.OpSinh, "cosh": ir.OpCosh, "tanh": ir.OpTanh,
	"arcsin": ir.OpArcsin, "arccos": ir.OpArccos, "arctan": ir.OpArctan,
	"asin": ir.OpArcsin, "acos": ir.OpArccos, "atan": ir.OpArctan,
}

func (s *scope) call(e *syntax.Call) *ir.Expr {
	ref, ok := s.model.Calls[e]
	if !ok {
		panic(fmt.Sprintf("function %q was not resolved", e.Fun.Name))
	}
	switch ref.Kind {
	case check.CallSum:
		return s.sum(ref.Name)
	case check.CallTable:
		args := make([]*ir.Expr, len(e.Args))
		for i, a := range e.Args {
			args[i] = s.expr(a)
		}
		return s.table(e.Fun.Name, ref.Table.(check.Table), args)
	}
	return s.builtin(e, ref.Name)
}

func (s *scope) builtin(e *syntax.Call, name string) *ir.Expr {
	b, args := s.b, e.Args
	if op, ok := realFunctions[name]; ok {
		return b.Op(op, s.real(args[0]))
	}
	switch name {
	case "abs", "fabs":
		return b.Op(ir.OpAbs, s.number(args[0]))
	case "sign":
		return b.Op(ir.OpSign, s.number(args[0]))
	case "floor", "ceil":
		x := s.number(args[0])
		if x.Type == ir.Int {
			return x
		}
		return b.Op(map[string]ir.Op{"floor": ir.OpFloor, "ceil": ir.OpCeil}[name], x)
	case "int":
		return as(b, s.expr(args[0]), ir.Int)
	case "clip":
		v := s.same(args)
		return b.Op(ir.OpMin, b.Op(ir.OpMax, v[0], v[1]), v[2])
	case "pos", "positive":
		x := s.number(args[0])
		return b.Op(ir.OpMax, x, as(b, b.ConstInt(0), x.Type))
	case "neg", "negative":
		x := s.number(args[0])
		return b.Op(ir.OpMin, x, as(b, b.ConstInt(0), x.Type))
	case "min", "max":
		v := s.same(args)
		r := v[0]
		for _, a := range v[1:] {
			r = b.Op(map[string]ir.Op{"min": ir.OpMin, "max": ir.OpMax}[name], r, a)
		}
		return r
	case "pow", "power":
		return power(b, s.real(args[0]), s.real(args[1]))
	case "ite":
		c := as(b, s.expr(args[0]), ir.Bool)
		s.conditional++
		x, y := s.expr(args[1]), s.expr(args[2])
		s.conditional--
		t := wider(x.Type, y.Type)
		return b.Select(c, as(b, x, t), as(b, y, t))
	case "timestep":
		// Brian's definition: the epsilon absorbs the rounding of times that are multiples of dt.
		dt := b.Const(s.clock.dt())
		if len(args) > 1 {
			dt = s.real(args[1])
		}
		return b.Op(ir.OpRealToInt, b.Op(ir.OpDiv, b.Op(ir.OpAdd, s.real(args[0]), b.Op(ir.OpMul, b.Const(1e-3), dt)), dt))
	case "modulo":
		v := s.same(args)
		return b.Op(ir.OpMod, v[0], v[1])
	}
	if r := s.random(e, name, args); r != nil {
		return r
	}
	panic(fmt.Sprintf("function %q cannot be lowered", name))
}

// number lowers an argument to Int or Real.
func (s *scope) number(e syntax.Expr) *ir.Expr {
	x := s.expr(e)
	return as(s.b, x, wider(x.Type, ir.Int))
}

// same lowers arguments to their common number type.
func (s *scope) same(args []syntax.Expr) []*ir.Expr {
	v := make([]*ir.Expr, len(args))
	t := ir.Int
	for i, a := range args {
		v[i] = s.expr(a)
		t = wider(t, v[i].Type)
	}
	for i := range v {
		v[i] = as(s.b, v[i], t)
	}
	return v
}

// drawn is one draw at a call site.
func (s *scope) drawn(op ir.Op, site *syntax.Call, args ...*ir.Expr) *ir.Expr {
	if s.common != nil {
		if e := s.common(op, site, args); e != nil {
			return e
		}
	}
	return s.b.Random(op, s.draw(site), args...)
}

// random lowers the random functions of both dialects; each call site is one draw of the kernel's stream.
func (s *scope) random(site *syntax.Call, name string, args []syntax.Expr) *ir.Expr {
	b := s.b
	v := make([]*ir.Expr, len(args))
	for i, a := range args {
		v[i] = s.real(a)
	}
	affine := func(scale, shift, draw *ir.Expr) *ir.Expr {
		return b.Op(ir.OpAdd, shift, b.Op(ir.OpMul, scale, draw))
	}
	switch name {
	case "rand":
		return s.drawn(ir.OpUniform, site)
	case "randn":
		return s.drawn(ir.OpNormal, site)
	case "poisson":
		return s.drawn(ir.OpPoisson, site, v[0])
	case "Uniform":
		return affine(b.Op(ir.OpSub, v[1], v[0]), v[0], s.drawn(ir.OpUniform, site))
	case "Normal":
		return affine(v[1], v[0], s.drawn(ir.OpNormal, site))
	case "LogNormal":
		return b.Op(ir.OpExp, affine(v[1], v[0], s.drawn(ir.OpNormal, site)))
	case "Exponential":
		return b.Op(ir.OpDiv, s.drawn(ir.OpExponential, site), v[0])
	case "Gamma":
		return b.Op(ir.OpMul, v[1], s.drawn(ir.OpGamma, site, v[0]))
	case "DiscreteUniform":
		lo, hi := b.Op(ir.OpFloor, v[0]), b.Op(ir.OpFloor, v[1])
		span := b.Op(ir.OpAdd, b.Op(ir.OpSub, hi, lo), b.Const(1))
		return b.Op(ir.OpRealToInt, b.Op(ir.OpFloor, affine(span, lo, s.drawn(ir.OpUniform, site))))
	}
	return nil
}
