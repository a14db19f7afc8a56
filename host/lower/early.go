package lower

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// What is "constant over dt" in Brian2 is set before everything else in a step.

// findEarly decides what is set at the start of a step. A sum over synapses of the step is not there yet, and what reads one waits for it.
func (g *group) findEarly() {
	g.before = map[*check.Variable]bool{}
	if g.in.Model.Dialect != check.Brian {
		return
	}
	for _, u := range g.in.Model.Updates {
		if v := u.Assign; v != nil && !g.waits(v.Expr) {
			g.before[v] = true
		}
	}
}

// waits reports whether e contains a sum over synapses, or reads an assigned variable that does.
func (g *group) waits(e syntax.Expr) (waits bool) {
	m := g.in.Model
	g.through(e, func(e syntax.Expr) {
		switch e := e.(type) {
		case *syntax.Ident:
			v := m.Refs[e].Var
			waits = waits || v != nil && v.Kind == check.Assigned && !g.before[v]
		case *syntax.Call:
			waits = waits || m.Calls[e].Kind == check.CallSum
		}
	})
	return waits
}

// early lowers what is set at the start of a step: the shared variables, then the others, which may read them.
func (g *group) early() {
	for _, name := range []string{"shared", "update"} {
		s := g.scopeOf(name, name == "shared")
		for _, v := range s.setEarly(func(v *check.Variable) bool { return g.before[v] && v.Shared == s.scalar }) {
			if depth := g.in.History[v.Name]; depth > 0 && !s.scalar {
				s.remember(v, depth, 0, s.env[v])
			}
		}
		n := g.in.N
		if s.scalar {
			n = 1
		}
		if k := s.kernel(g.in.Object + " constant over dt"); k != nil {
			g.out.Early = append(g.out.Early, Step{k, n})
		}
	}
}

// setEarly sets what is constant over dt and picked, in order, and returns it.
func (s *kernelScope) setEarly(picked func(v *check.Variable) bool) (set []*check.Variable) {
	for _, u := range s.in.Model.Updates {
		if v := u.Assign; v != nil && picked(v) {
			s.assign(v, as(s.b, s.expr(v.Expr), irType(v.Type.Kind)))
			set = append(set, v)
		}
	}
	s.storeChanged(set)
	return set
}

// SynapseEarly makes the kernels that set what is constant over dt, before everything else in a step: what all synapses share, then what each has.
func SynapseEarly(in SynapseInput) (steps []Step, err error) {
	defer recoverDefect(&err, in.Object)
	if in.Model.Dialect != check.Brian {
		return nil, nil // learn sets what ANNarchy's equations assign
	}
	for _, shared := range []bool{true, false} {
		s := newSynScope(in, fmt.Sprintf("constant over dt/%v", shared))
		s.scalar, s.perSyn = shared, !shared
		s.setEarly(func(v *check.Variable) bool { return v.Shared == shared })
		k := s.kernel(in.Object + " constant over dt")
		switch {
		case k == nil:
		case shared:
			steps = append(steps, Step{k, 1})
		default:
			k.Domain = ir.Synapses
			steps = append(steps, Step{k, in.N})
		}
	}
	return steps, nil
}
