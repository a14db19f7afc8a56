package solve

import "github.com/galvani-sim/galvani/host/ir"

// exponentialEuler solves each equation x' = A·x + B with A and B frozen at their old values. Functions of x, as the exponential of an AdEx neuron,
// are frozen with the rest (first-order exponential time differencing, Cox & Matthews 2002); powers of x are refused, as in Brian2. Brian2 writes the solution as
// -B/A + (x + B/A)·exp(A·dt); the same value is x + dt·exprel(A·dt)·x', which has no division by an A that may be zero
// and keeps a fixed point fixed in single precision too.
func exponentialEuler(s *System) ([]*ir.Expr, *Unsuitable) {
	a, dt := algebra{s.B}, s.B.Const(s.DT)
	return s.frozen(func(v Var, A, B *ir.Expr) *ir.Expr { return a.relax(v.Value, A, B, v.Deriv, dt) })
}

// frozen advances each equation x' = A·x + B by itself, with A, B, and functions of x frozen at their old values.
func (s *System) frozen(next func(v Var, A, B *ir.Expr) *ir.Expr) ([]*ir.Expr, *Unsuitable) {
	if bad := s.refuseNoise(); bad != nil {
		return nil, bad
	}
	news := make([]*ir.Expr, len(s.Vars))
	for i, v := range s.Vars {
		l := newLinearizer(s.B, []*ir.Expr{v.Value})
		l.freeze, l.called = true, s.Called
		f := l.form(v.Deriv)
		if f == nil {
			return nil, &Unsuitable{Var: v.Name, Why: "it is not linear in " + v.Name + ": " + l.whyNot(v.Deriv, []string{v.Name})}
		}
		news[i] = next(v, f.coef[0], f.rest)
	}
	return news, nil
}

// conditionallyLinear reports whether each equation is linear in its own variable.
func (s *System) conditionallyLinear() bool {
	for _, v := range s.Vars {
		l := newLinearizer(s.B, []*ir.Expr{v.Value})
		l.called = s.Called
		if l.form(v.Deriv) == nil {
			return false
		}
	}
	return true
}

// relax returns x after a time dt of x' = A·x + B; deriv is the value of the right-hand side, in whatever form.
func (a algebra) relax(x, A, B, deriv, dt *ir.Expr) *ir.Expr {
	switch {
	case isZero(A) && isZero(B):
		return x
	case isZero(A):
		return a.add(x, a.mul(dt, deriv))
	case isZero(B):
		return a.mul(x, a.Op(ir.OpExp, a.times(A, dt)))
	}
	return a.add(x, a.mul(a.mul(dt, a.Op(ir.OpExprel, a.times(A, dt))), deriv))
}
