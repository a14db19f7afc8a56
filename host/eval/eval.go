package eval

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Distribution names a standard random draw; scaled distributions are built from these.
type Distribution string

const (
	Uniform     Distribution = "uniform"     // on [0, 1)
	Normal      Distribution = "normal"      // mean 0, deviation 1
	Poisson     Distribution = "poisson"     // arg is the mean
	Exponential Distribution = "exponential" // mean 1
	Gamma       Distribution = "gamma"       // arg is the shape; scale 1
)

// Env answers for what stands outside of an expression. Values are in SI units, or without unit in ANNarchy's dialect;
// truth values are 0 and 1.
type Env interface {
	// Value is the stored value of a variable that is not a subexpression.
	Value(v *check.Variable) float64
	Time() float64
	Dt() float64
	// Index is i, the element's own index.
	Index() int
	// Count is N.
	Count() int
	// Coord is x, y or z.
	Coord(axis string) float64
	// Sum is sum(target).
	Sum(target string) float64
	// Noise is the value of xi (by its full name) over this step.
	Noise(name string) float64
	// Draw is one standard draw. A call site asked twice in a step gets the same answer for the same arg.
	Draw(site *syntax.Call, d Distribution, arg float64) float64
	// Table is the value of a table at its arguments.
	Table(t check.Table, args []float64) (float64, error)
	// Other is the value of any other name: variables of connected groups, indices and counts of synapses, lastupdate.
	Other(ref check.Ref) (float64, error)
}

// Eval evaluates a checked expression.
func Eval(e syntax.Expr, m *check.Model, env Env) (float64, error) {
	ev := &evaluator{m: m, env: env}
	v := ev.expr(e)
	return v, ev.err
}

type evaluator struct {
	m   *check.Model
	env Env
	err error
}

func (ev *evaluator) fail(format string, args ...any) float64 {
	if ev.err == nil {
		ev.err = fmt.Errorf(format, args...)
	}
	return math.NaN()
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (ev *evaluator) isInt(e syntax.Expr) bool { return ev.m.Types[e].Kind == check.Int }

// wrap brings a whole result into 32 bits, two's complement, which is what integers are.
func wrap(v float64) float64 {
	return float64(int32(int64(v)))
}

func (ev *evaluator) expr(e syntax.Expr) float64 {
	switch e := e.(type) {
	case *syntax.Number:
		return e.Value
	case *syntax.Bool:
		return truth(e.Value)
	case *syntax.Const:
		return e.Q.Value
	case *syntax.Bound:
		return ev.expr(e.X)
	case *syntax.Ident:
		return ev.ident(e)
	case *syntax.Unary:
		x := ev.expr(e.X)
		switch e.Op {
		case "-":
			if ev.isInt(e) {
				return wrap(0 - x)
			}
			return -x
		case "not":
			return truth(x == 0)
		}
		return x
	case *syntax.Binary:
		return ev.binary(e)
	case *syntax.Cond:
		if ev.expr(e.Test) != 0 {
			return ev.expr(e.Then)
		}
		return ev.expr(e.Else_)
	case *syntax.Call:
		return ev.call(e)
	}
	return ev.fail("expression %T has no value", e)
}

func (ev *evaluator) ident(e *syntax.Ident) float64 {
	ref, ok := ev.m.Refs[e]
	if !ok {
		return ev.fail("name %q was not resolved", e.Name)
	}
	switch ref.Kind {
	case check.RefVariable:
		if ref.Var.Kind == check.Subexpression {
			return store(ev.expr(ref.Var.Expr), ref.Var.Type.Kind)
		}
		return ev.env.Value(ref.Var)
	case check.RefConstant:
		return ref.Const.Value
	case check.RefTime:
		return ev.env.Time()
	case check.RefDt:
		return ev.env.Dt()
	case check.RefIndex:
		if ref.Name == "i" {
			return float64(ev.env.Index())
		}
	case check.RefCount:
		if ref.Name == "N" {
			return float64(ev.env.Count())
		}
	case check.RefCoord:
		return ev.env.Coord(ref.Name)
	case check.RefNoise:
		return ev.env.Noise(ref.Name)
	}
	v, err := ev.env.Other(ref)
	if err != nil {
		return ev.fail("%w", err)
	}
	return v
}

// store converts a value to the kind of the variable that keeps it.
func store(v float64, k check.Kind) float64 {
	switch k {
	case check.Int:
		return math.Trunc(v)
	case check.Bool:
		return truth(v != 0)
	}
	return v
}

func (ev *evaluator) binary(e *syntax.Binary) float64 {
	x := ev.expr(e.X)
	switch e.Op {
	case "and":
		return truth(x != 0 && ev.expr(e.Y) != 0)
	case "or":
		return truth(x != 0 || ev.expr(e.Y) != 0)
	}
	y := ev.expr(e.Y)
	var r float64
	switch e.Op {
	case "+":
		r = x + y
	case "-":
		r = x - y
	case "*":
		r = x * y
	case "/":
		return x / y
	case "//":
		return math.Floor(x / y)
	case "%":
		return remainder(x, y)
	case "**":
		if ev.isInt(e) {
			p := int32(1)
			for n, f := int32(y), int32(x); n > 0; n, f = n>>1, f*f {
				if n&1 != 0 {
					p *= f
				}
			}
			return float64(p)
		}
		return math.Pow(x, y)
	case "<":
		return truth(x < y)
	case "<=":
		return truth(x <= y)
	case ">":
		return truth(x > y)
	case ">=":
		return truth(x >= y)
	case "==":
		return truth(x == y)
	case "!=":
		return truth(x != y)
	default:
		return ev.fail("operator %q has no value", e.Op)
	}
	if ev.isInt(e) {
		return wrap(r)
	}
	return r
}

// remainder has the sign of the divisor, as in Python.
func remainder(x, y float64) float64 {
	r := math.Mod(x, y)
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return r
}
