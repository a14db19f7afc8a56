package solve

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// linearSystem is x' = M·x + b with M and b constant over a step of length dt. Nil entries are zero.
//
// Its solution is x + (exp(M·dt) - 1)·x + Φ·b with Φ = ∫ exp(M·s) ds over the step. Four forms of it are made, each
// row in the cheapest form that it allows:
//   - all coefficients numbers: the two matrices are computed here and become constants;
//   - no cycle among the variables and short chains: closed forms, with divided differences of exp that hold when time
//     constants are equal or infinite;
//   - two variables that depend on each other, over a time that is not known beforehand: a closed form by the eigenvalues;
//   - otherwise: Φ by scaling and squaring, as expressions.
type linearSystem struct {
	algebra
	vars []Var
	m    [][]*ir.Expr
	b    []*ir.Expr
	dt   *ir.Expr
	// squared holds Φ and exp(M·dt) - 1 of sets of variables, by scaling and squaring.
	squared map[string]struct{ phi, k [][]*ir.Expr }
	num     map[string]*numericStep
}

func exact(s *System) ([]*ir.Expr, *Unsuitable) {
	return exactOver(s, s.B.Const(s.DT))
}

// ExactOver is the method "exact" over a time that is an expression instead of sys.DT, e.g. the time since the last event
// of an event-driven synapse. The error is an *Unsuitable when there is no closed form.
func ExactOver(sys *System, elapsed *ir.Expr) ([]*ir.Expr, error) {
	if err := sys.valid(); err != nil {
		return nil, err
	}
	news, bad := exactOver(sys, elapsed)
	if bad != nil {
		bad.Method = "exact"
		return nil, bad
	}
	return news, nil
}

func exactOver(s *System, dt *ir.Expr) ([]*ir.Expr, *Unsuitable) {
	if bad := s.refuseNoise(); bad != nil {
		return nil, bad
	}
	x := s.values()
	names := make([]string, len(x))
	for i, v := range s.Vars {
		names[i] = v.Name
	}
	sys := &linearSystem{algebra: algebra{s.B}, vars: s.Vars, dt: dt, squared: make(map[string]struct{ phi, k [][]*ir.Expr }), num: make(map[string]*numericStep)}
	l := newLinearizer(s.B, x)
	for _, v := range s.Vars {
		f := l.form(v.Deriv)
		if f == nil {
			return nil, &Unsuitable{Var: v.Name, Why: "it is not linear: " + l.whyNot(v.Deriv, names)}
		}
		for _, c := range append(slices.Clone(f.coef), f.rest) {
			if c == nil {
				continue
			}
			if c.Op == ir.OpConst && (math.IsNaN(c.Value) || math.IsInf(c.Value, 0)) {
				return nil, &Unsuitable{Var: v.Name, Why: fmt.Sprintf("one of its constants is %v; is a time constant zero?", c.Value)}
			}
			if readsTime(c) {
				return nil, &Unsuitable{Var: v.Name, Why: "it depends explicitly on time; for this method an input must be constant over a step, as a TimedArray is"}
			}
		}
		row := make([]*ir.Expr, len(x))
		for j, c := range f.coef {
			if !isZero(c) {
				row[j] = c
			}
		}
		sys.m = append(sys.m, row)
		b := f.rest
		if isZero(b) {
			b = nil
		}
		sys.b = append(sys.b, b)
	}
	news := make([]*ir.Expr, len(x))
	for i := range x {
		e, bad := sys.row(i)
		if bad != nil {
			return nil, bad
		}
		news[i] = e
	}
	return news, nil
}

// readsTime reports whether e depends on time other than through the index of a load: a lookup in a table of samples is
// frozen at the start of the step.
func readsTime(e *ir.Expr) bool {
	if e.Op == ir.OpLoad {
		return false
	}
	return isTime(e) || slices.ContainsFunc(e.Args, readsTime)
}

// closure returns the variables that x[i] depends on, itself included, ascending.
func (s *linearSystem) closure(i int) []int {
	seen := make([]bool, len(s.m))
	var visit func(int)
	visit = func(k int) {
		seen[k] = true
		for j, c := range s.m[k] {
			if c != nil && !seen[j] {
				visit(j)
			}
		}
	}
	visit(i)
	var set []int
	for k, in := range seen {
		if in {
			set = append(set, k)
		}
	}
	return set
}

// row returns the new value of variable i.
func (s *linearSystem) row(i int) (*ir.Expr, *Unsuitable) {
	set := s.closure(i)
	x := s.vars[i].Value
	if len(set) == 1 {
		a, b := s.m[i][i], s.b[i]
		deriv := s.add(s.mul(a, x), b)
		if a != nil && b != nil && a.Uniform() {
			// K·x + Φ·b: K and Φ are computed once per step, not per element.
			k := s.Op(ir.OpExpm1, s.times(a, s.dt))
			return s.add(x, s.add(s.mul(k, x), s.mul(s.exprel(a), b))), nil
		}
		return s.relax(x, a, b, deriv, s.dt), nil
	}
	if s.constant(set) {
		if e := s.numericRow(i, set); e != nil {
			return e, nil
		}
		return nil, &Unsuitable{Var: s.vars[i].Name, Why: fmt.Sprintf("within one step of %v the solution grows beyond the range of numbers", s.dt.Value)}
	}
	if e := s.closedRow(i); e != nil {
		return e, nil
	}
	if len(set) == 2 && s.dt.Op != ir.OpConst {
		return s.pairRow(i, set[0]+set[1]-i), nil
	}
	return s.squaredRow(i, set)
}

// exprel returns dt·exprel(a·dt), the integral of exp(a·s) over the step.
func (s *linearSystem) exprel(a *ir.Expr) *ir.Expr {
	if a == nil {
		return s.dt
	}
	return s.mul(s.dt, s.Op(ir.OpExprel, s.times(a, s.dt)))
}

func (s *linearSystem) constant(set []int) bool {
	for _, i := range set {
		for _, j := range set {
			if c := s.m[i][j]; c != nil && c.Op != ir.OpConst {
				return false
			}
		}
	}
	return s.dt.Op == ir.OpConst
}

// numericRow is x + ΣK·x + ΣΦ·b with numbers K = exp(M·dt) - 1 and Φ, or nil when these overflow.
func (s *linearSystem) numericRow(i int, set []int) *ir.Expr {
	key := fmt.Sprint(set)
	step := s.num[key]
	if step == nil {
		m := make([][]float64, len(set))
		for p, row := range set {
			m[p] = make([]float64, len(set))
			for q, col := range set {
				if c := s.m[row][col]; c != nil {
					m[p][q] = c.Value
				}
			}
		}
		if step = newNumericStep(m, s.dt.Value); step == nil {
			return nil
		}
		s.num[key] = step
	}
	p := slices.Index(set, i)
	var inc *ir.Expr
	for q, j := range set {
		inc = s.add(inc, s.mul(s.Const(step.k[p][q]), s.vars[j].Value))
	}
	constant := 0.0
	for q, j := range set {
		switch b := s.b[j]; {
		case b == nil:
		case b.Op == ir.OpConst:
			constant += float64(step.phi[p][q] * b.Value)
		default:
			inc = s.add(inc, s.mul(s.Const(step.phi[p][q]), b))
		}
	}
	inc = s.add(inc, s.Const(constant))
	return s.add(s.vars[i].Value, inc)
}

// maxProducts bounds the products of one symbolic matrix product: a full 4×4 system, or a chain of 6.
const maxProducts = 64

// squaredRow is x + Σ Φ·x', with Φ of the set of variables by scaling and squaring. Over an elapsed time, which may be long, it is
// x + Σ (exp(M·t) - 1)·x + Σ Φ·b: a derivative that is large because time constants differ would spoil the sum.
func (s *linearSystem) squaredRow(i int, set []int) (*ir.Expr, *Unsuitable) {
	name := s.vars[i].Name
	key := fmt.Sprint(set)
	f, known := s.squared[key]
	if !known {
		m := make([][]*ir.Expr, len(set))
		for p, row := range set {
			for _, col := range set {
				m[p] = append(m[p], s.m[row][col])
			}
		}
		if n := s.products(m); n > maxProducts {
			why := "their coefficients are not all plain numbers"
			if s.dt.Op != ir.OpConst {
				why = "the time since the last event differs from synapse to synapse"
			}
			return nil, &Unsuitable{Var: name, Why: fmt.Sprintf(
				"%d variables are coupled and %s: the matrix exponential would take %d products per squaring and element, and the limit is %d", len(set), why, n, maxProducts)}
		}
		squarings := symbolicSquarings
		if s.dt.Op != ir.OpConst {
			squarings = elapsedSquarings
		}
		f.phi, f.k = s.phiExpr(m, squarings)
		s.squared[key] = f
	}
	p := slices.Index(set, i)
	var inc *ir.Expr
	for q, j := range set {
		if s.dt.Op == ir.OpConst {
			inc = s.add(inc, s.mul(f.phi[p][q], s.vars[j].Deriv))
			continue
		}
		inc = s.add(inc, s.add(s.mul(f.k[p][q], s.vars[j].Value), s.mul(f.phi[p][q], s.b[j])))
	}
	return s.add(s.vars[i].Value, inc), nil
}
