package solve

import "github.com/galvani-sim/galvani/host/ir"

// implicitEuler solves x_new = x + dt·f(x_new) of all equations at once, which have to be linear in all of the variables: with f = M·x + b it is
// (1 - dt·M)·x_new = x + dt·b, by Gaussian elimination on expressions.
func implicitEuler(s *System) ([]*ir.Expr, *Unsuitable) {
	if bad := s.refuseNoise(); bad != nil {
		return nil, bad
	}
	a, dt, n := algebra{s.B}, s.B.Const(s.DT), len(s.Vars)
	names := make([]string, n)
	for i, v := range s.Vars {
		names[i] = v.Name
	}
	l := newLinearizer(s.B, s.values())
	rows := make([][]*ir.Expr, n) // of 1 - dt·M, and x + dt·b in the last column
	for i, v := range s.Vars {
		f := l.form(v.Deriv)
		if f == nil {
			return nil, &Unsuitable{Var: v.Name, Why: "it is not linear in " + quoteList(names) + ": " + l.whyNot(v.Deriv, names)}
		}
		rows[i] = make([]*ir.Expr, n+1)
		for k, c := range f.coef {
			rows[i][k] = a.neg(a.mul(dt, c))
		}
		rows[i][i] = a.add(s.B.Const(1), rows[i][i])
		rows[i][n] = a.add(v.Value, a.mul(dt, f.rest))
	}
	for p := range n {
		for i := p + 1; i < n; i++ {
			if isZero(rows[i][p]) {
				continue
			}
			factor := a.div(rows[i][p], rows[p][p])
			for k := p + 1; k <= n; k++ {
				rows[i][k] = a.sub(rows[i][k], a.mul(factor, rows[p][k]))
			}
		}
	}
	news := make([]*ir.Expr, n)
	for i := n - 1; i >= 0; i-- {
		sum := rows[i][n]
		for k := i + 1; k < n; k++ {
			sum = a.sub(sum, a.mul(rows[i][k], news[k]))
		}
		news[i] = a.expr(a.div(sum, rows[i][i]))
	}
	return news, nil
}

// semiImplicitEuler solves x_new = x + dt·(A·x_new + B) for each equation by itself, with A, B, and functions of x frozen at their old values as in
// exponentialEuler.
func semiImplicitEuler(s *System) ([]*ir.Expr, *Unsuitable) {
	a, dt := algebra{s.B}, s.B.Const(s.DT)
	return s.frozen(func(v Var, A, B *ir.Expr) *ir.Expr {
		return a.expr(a.div(a.add(v.Value, a.mul(dt, B)), a.sub(s.B.Const(1), a.mul(dt, A))))
	})
}
