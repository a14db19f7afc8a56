package eval

import (
	"fmt"
	"maps"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/syntax"
)

// At is the Env of element i.
func (g *Group) At(i int) Env { return element{g, i} }

// Run runs the code of a pathway for synapse k alone: event-driven variables are brought up to date, then the statements run in order, each
// seeing what the one before it wrote. Running it for one synapse after another is what code on the spikes of a step means.
func (s *Synapses) Run(code *check.Code, k int) error {
	if err := s.bringUpToDate(k); err != nil {
		return err
	}
	r := &event{pair: pair{element{s.Pre, s.I[k]}, s, k}, code: code, locals: map[*check.Variable]float64{}}
	if err := r.statements(code.Block.Stmts); err != nil {
		return err
	}
	if s.Last != nil {
		s.Last[k] = s.Pre.Step // the code still sees the event before
	}
	return nil
}

// bringUpToDate solves dx/dt = a x + b of each event-driven variable of synapse k from its last event on. Coupled equations are refused.
func (s *Synapses) bringUpToDate(k int) error {
	p := pair{element{s.Pre, s.I[k]}, s, k}
	next := map[*check.Variable]float64{}
	for _, v := range s.Model.Vars {
		if v.Kind != check.State || v.ClockDriven {
			continue
		}
		x, values := s.Values[v][k], s.Values[v]
		slope := func(at float64) (float64, error) {
			values[k] = at
			defer func() { values[k] = x }()
			return Eval(v.Expr, s.Model, p)
		}
		b, err := slope(0)
		if err != nil {
			return err
		}
		one, err := slope(1)
		if err != nil {
			return err
		}
		a, elapsed := one-b, float64(s.Pre.Step-s.Last[k])*s.Pre.DT
		next[v] = (x+b/a)*math.Exp(a*elapsed) - b/a
		if a == 0 {
			next[v] = x + b*elapsed
		}
	}
	for v, x := range next {
		s.Values[v][k] = x
	}
	return nil
}

// Advance takes one Euler step of the clock-driven variables.
func (s *Synapses) Advance() error {
	next := map[*check.Variable][]float64{}
	for _, v := range s.Model.Vars {
		if v.Kind != check.State || !v.ClockDriven {
			continue
		}
		for k, x := range s.Values[v] {
			f, err := Eval(v.Expr, s.Model, pair{element{s.Pre, s.I[k]}, s, k})
			if err != nil {
				return err
			}
			next[v] = append(next[v], x+s.Pre.DT*f)
		}
	}
	maps.Copy(s.Values, next)
	return nil
}

// event is the Env of the code of one synapse.
type event struct {
	pair
	code   *check.Code
	locals map[*check.Variable]float64
}

func (r *event) Value(v *check.Variable) float64 {
	if v.Kind == check.Local {
		return r.locals[v]
	}
	return r.pair.Value(v)
}

// target is where an assignment to ref goes, and whether it is held by refractoriness.
func (r *event) target(ref check.Ref) (at *float64, held bool) {
	g, i := r.s.Pre, r.s.I[r.k]
	switch ref.Kind {
	case check.RefPost:
		g, i = r.s.Post, r.s.J[r.k]
		fallthrough
	case check.RefPre:
		values := g.Values[ref.Var]
		return &values[i%len(values)], g.frozen(ref.Var, i)
	}
	values := r.s.Values[ref.Var]
	return &values[r.k%len(values)], false
}

func (r *event) statements(list []*syntax.Stmt) error {
	for _, st := range list {
		x, err := Eval(st.X, r.code.Model, r)
		if err != nil {
			return err
		}
		if st.Kind == syntax.StmtIf {
			branch := st.Else
			if x != 0 {
				branch = st.Body
			}
			if err := r.statements(branch); err != nil {
				return err
			}
			continue
		}
		ref := r.code.Target[st]
		if ref.Var.Kind == check.Local {
			if x, err = augment(st.Op, r.locals[ref.Var], x); err != nil {
				return err
			}
			r.locals[ref.Var] = store(x, ref.Var.Type.Kind)
			continue
		}
		at, held := r.target(ref)
		if held {
			continue
		}
		if x, err = augment(st.Op, *at, x); err != nil {
			return err
		}
		*at = store(x, ref.Var.Type.Kind)
	}
	return nil
}

// augment is the value that an assignment with an operator gives.
func augment(op string, old, x float64) (float64, error) {
	switch op {
	case "=":
		return x, nil
	case "+=":
		return old + x, nil
	case "-=":
		return old - x, nil
	case "*=":
		return old * x, nil
	case "/=":
		return old / x, nil
	case "//=":
		return math.Floor(old / x), nil
	case "%=":
		return remainder(old, x), nil
	case "**=":
		return math.Pow(old, x), nil
	}
	return 0, fmt.Errorf("operator %q", op)
}

// AtPast is the Env of synapse k with its ends in other states of their groups, such as that of some steps ago.
func (s *Synapses) AtPast(k int, pre, post *Group) Env {
	c := *s
	c.Pre, c.Post = pre, post
	return pair{element{s.Pre, s.I[k]}, &c, k}
}

// At is the Env of synapse k.
func (s *Synapses) At(k int) Env { return pair{element{s.Pre, s.I[k]}, s, k} }
