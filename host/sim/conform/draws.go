package conform

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/host/syntax"
)

// site is where a call's draws lie: the stream of its kernel and its number there.
type site struct {
	stream string
	number uint32
}

// drawFor lets the evaluator of a group draw what its kernels must draw. A call site's number is its place in the order in
// which expressions are evaluated, arguments before the call; shared variables that draw have a stream of their own, and so has every
// initial value. White noise is numbered apart, by name.
func (s *suite) drawFor(g *eval.Group, object string) {
	m := g.Model
	sites := map[*syntax.Call]site{}
	walk := func(stream string, exprs []syntax.Expr) {
		n := uint32(0)
		for _, e := range exprs {
			visit(m, e, func(c *syntax.Call) {
				if _, known := sites[c]; !known {
					sites[c] = site{object + "/" + stream, n}
					n++
				}
			})
		}
	}
	var shared, own []syntax.Expr
	for _, u := range m.Updates {
		vars := u.ODEs
		if u.Assign != nil {
			vars = []*check.Variable{u.Assign}
		}
		for _, v := range vars {
			if v.Shared {
				shared = append(shared, v.Expr)
			} else {
				own = append(own, v.Expr)
			}
		}
	}
	walk("shared", shared)
	walk("update", own)
	for _, v := range m.Vars {
		if v.Init != nil {
			walk("default of "+v.Name, []syntax.Expr{v.Init})
		}
	}
	at := func(stream string) rng.At {
		return rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream(stream), Step: uint32(g.Step)}
	}
	g.Draw = func(call *syntax.Call, d eval.Distribution, arg float64, i int) float64 {
		c, ok := sites[call]
		if !ok {
			panic(fmt.Sprintf("%s draws at a place that was not numbered", call.Fun.Name))
		}
		return s.draw(at(c.stream), d, arg, uint32(i), c.number)
	}
	g.Noise = func(name string, i int) float64 {
		return s.draw(at(object+"/update"), eval.Normal, 0, uint32(i), 0x8000+uint32(slices.Index(m.Noises, name)))
	}
}

// draw is one standard draw in the plan's precision.
func (s *suite) draw(at rng.At, d eval.Distribution, arg float64, elem, number uint32) float64 {
	if s.precision == plan.Single {
		return drawOf[float32](at, d, arg, elem, number)
	}
	return drawOf[float64](at, d, arg, elem, number)
}

func drawOf[T rng.Float](at rng.At, d eval.Distribution, arg float64, elem, number uint32) float64 {
	switch d {
	case eval.Uniform:
		return float64(rng.Uniform[T](at, elem, number))
	case eval.Normal:
		return float64(rng.Normal[T](at, elem, number))
	case eval.Poisson:
		return float64(rng.Poisson(at, elem, number, T(arg)))
	case eval.Exponential:
		return float64(rng.Exponential[T](at, elem, number))
	}
	return float64(rng.Gamma(at, elem, number, T(arg)))
}

// visit calls f for every random call in e, in the order of evaluation; a subexpression is entered at its first use.
func visit(m *check.Model, e syntax.Expr, f func(*syntax.Call)) {
	switch e := e.(type) {
	case *syntax.Ident:
		if ref := m.Refs[e]; ref.Var != nil && ref.Var.Kind == check.Subexpression {
			visit(m, ref.Var.Expr, f)
		}
	case *syntax.Unary:
		visit(m, e.X, f)
	case *syntax.Binary:
		visit(m, e.X, f)
		visit(m, e.Y, f)
	case *syntax.Cond:
		visit(m, e.Test, f)
		visit(m, e.Then, f)
		visit(m, e.Else_, f)
	case *syntax.Call:
		for _, a := range e.Args {
			visit(m, a, f)
		}
		if c := m.Calls[e]; c.Kind == check.CallBuiltin && check.IsRandom(c.Name) {
			f(e)
		}
	}
}
