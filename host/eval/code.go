package eval

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Run runs statements for element i alone, in order, each seeing what the one before it wrote. Running it for one element after another is
// what a sequential update means.
func (g *Group) Run(code *check.Code, i int) error {
	r := &run{g: g, code: code, element: element{g, i}, locals: map[*check.Variable]float64{}}
	return r.statements(code.Block.Stmts)
}

// run is the Env of a block of code: the element's, and the block's own variables.
type run struct {
	element
	g      *Group
	code   *check.Code
	locals map[*check.Variable]float64
}

// Value is that of a local or of the group's variable.
func (r *run) Value(v *check.Variable) float64 {
	if v.Kind == check.Local {
		return r.locals[v]
	}
	return r.element.Value(v)
}

func (r *run) statements(list []*syntax.Stmt) error {
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
		v := r.code.Target[st].Var
		if x, err = augment(st.Op, r.Value(v), x); err != nil {
			return err
		}
		x = store(x, v.Type.Kind)
		if v.Kind == check.Local {
			r.locals[v] = x
			continue
		}
		values := r.g.Values[v]
		values[r.i%len(values)] = x
	}
	return nil
}

// Synapses are connections of two groups, written out. Values holds the variables of the model, one for each synapse.
type Synapses struct {
	Model     *check.Model
	Pre, Post *Group
	I, J      []int
	Values    map[*check.Variable][]float64
	// PreStart and PostStart are the first elements of the parts of the groups that are connected, PreLen and PostLen their sizes; i and j
	// count from there.
	PreStart, PreLen, PostStart, PostLen int
	// Last is the step of the last event of each synapse; nil where nothing is event-driven.
	Last []int
}

// Sum is the sum of the expression of v over the synapses that end at element j (of the postsynaptic group), in order, with the state
// as it is now.
func (s *Synapses) Sum(v *check.Variable, j int) (float64, error) {
	sum := 0.0
	for k := range s.I {
		if s.J[k] != j {
			continue
		}
		x, err := Eval(v.Expr, s.Model, pair{element{s.Pre, s.I[k]}, s, k})
		if err != nil {
			return 0, err
		}
		sum += x
	}
	return sum, nil
}

// pair is the Env of one synapse.
type pair struct {
	element
	s *Synapses
	k int
}

// Value is that of the synapse's own variable.
func (p pair) Value(v *check.Variable) float64 {
	values := p.s.Values[v]
	return values[p.k%len(values)]
}

// Index is that of the presynaptic element within its part of the group.
func (p pair) Index() int { return p.i - p.s.PreStart }

// Other is the value of a variable of one end, an index or a number of synapses.
func (p pair) Other(ref check.Ref) (float64, error) {
	pre, post := element{p.s.Pre, p.s.I[p.k]}, element{p.s.Post, p.s.J[p.k]}
	at := func(e element) (float64, error) {
		if ref.Var.Kind == check.Subexpression {
			return Eval(ref.Var.Expr, e.g.Model, e)
		}
		return e.Value(ref.Var), nil
	}
	switch {
	case ref.Kind == check.RefPre:
		return at(pre)
	case ref.Kind == check.RefPost:
		return at(post)
	case ref.Kind == check.RefIndex && ref.Name == "j":
		return float64(post.i - p.s.PostStart), nil
	case ref.Kind == check.RefCount && ref.Name == "N_pre":
		return float64(p.s.PreLen), nil
	case ref.Kind == check.RefCount && ref.Name == "N_post":
		return float64(p.s.PostLen), nil
	case ref.Kind == check.RefExternal && ref.Name == "lastupdate" && p.s.Last != nil:
		return float64(p.s.Last[p.k]) * p.s.Pre.DT, nil
	case ref.Kind == check.RefCount && (ref.Name == "N_incoming" || ref.Name == "N_outgoing"):
		n := 0
		for k := range p.s.I {
			if ref.Name == "N_incoming" && p.s.J[k] == post.i || ref.Name == "N_outgoing" && p.s.I[k] == pre.i {
				n++
			}
		}
		return float64(n), nil
	}
	return 0, fmt.Errorf("%q has no value in a synapse", ref.Name)
}
