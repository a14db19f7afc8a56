package solve

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/ir"
)

// at returns e with the old values replaced by x and time moved on by c, also in inputs that move.
func (s *System) at(e *ir.Expr, x []*ir.Expr, c float64) *ir.Expr {
	with := make(map[*ir.Expr]*ir.Expr, len(x))
	for i, v := range s.Vars {
		with[v.Value] = x[i]
	}
	return s.B.Copy(e, func(n *ir.Expr) *ir.Expr {
		if r, ok := with[n]; ok {
			return r
		}
		if n.Op == ir.OpTime && c != 0 {
			return s.B.Op(ir.OpAdd, n, s.B.Const(c))
		}
		if s.Moved != nil {
			return s.Moved(n, func(e *ir.Expr) *ir.Expr { return s.at(e, x, c) })
		}
		return nil
	}, nil)
}

// stage returns x + h·k for each variable.
func (s *System) stage(x, k []*ir.Expr, h float64) []*ir.Expr {
	a := algebra{s.B}
	y := make([]*ir.Expr, len(x))
	for i := range x {
		y[i] = a.expr(a.add(x[i], a.mul(s.B.Const(h), k[i])))
	}
	return y
}

// slope returns the derivatives at values x and a time c later.
func (s *System) slope(x []*ir.Expr, c float64) []*ir.Expr {
	k := make([]*ir.Expr, len(x))
	for i, v := range s.Vars {
		k[i] = s.at(v.Deriv, x, c)
	}
	return k
}

// rk2 is the midpoint rule: x + dt·f(x + dt/2·f(x, t), t + dt/2).
func rk2(s *System) ([]*ir.Expr, *Unsuitable) {
	if bad := s.refuseNoise(); bad != nil {
		return nil, bad
	}
	x := s.values()
	mid := s.stage(x, s.slope(x, 0), s.DT/2)
	return s.stage(x, s.slope(mid, s.DT/2), s.DT), nil
}

// rk4 is the classical Runge-Kutta method.
func rk4(s *System) ([]*ir.Expr, *Unsuitable) {
	if bad := s.refuseNoise(); bad != nil {
		return nil, bad
	}
	x, h := s.values(), s.DT
	k1 := s.slope(x, 0)
	k2 := s.slope(s.stage(x, k1, h/2), h/2)
	k3 := s.slope(s.stage(x, k2, h/2), h/2)
	k4 := s.slope(s.stage(x, k3, h), h)
	a, two := algebra{s.B}, s.B.Const(2)
	sum := make([]*ir.Expr, len(x))
	for i := range x {
		inner := a.mul(two, a.add(k2[i], k3[i]))
		sum[i] = a.expr(a.add(a.add(k1[i], inner), k4[i]))
	}
	return s.stage(x, sum, h/6), nil
}

// noiseSplit is each derivative written as f + Σ g[k]·noise k.
type noiseSplit struct {
	s *System
	f []*ir.Expr   // one per variable; nil means zero
	g [][]*ir.Expr // per variable, one per noise; nil means zero
}

func splitNoise(s *System) (*noiseSplit, *Unsuitable) {
	leaves := make([]*ir.Expr, len(s.Noises))
	names := make([]string, len(s.Noises))
	for k, n := range s.Noises {
		leaves[k], names[k] = n.Leaf, n.Name
	}
	l := newLinearizer(s.B, leaves)
	n := &noiseSplit{s: s}
	for _, v := range s.Vars {
		form := l.form(v.Deriv)
		if form == nil {
			return nil, &Unsuitable{Var: v.Name, Why: "noise must be added to the equation, times a factor: " + l.whyNot(v.Deriv, names)}
		}
		n.f = append(n.f, form.rest)
		n.g = append(n.g, form.coef)
	}
	return n, nil
}

func (n *noiseSplit) dependsOnState(e *ir.Expr) bool {
	for _, v := range n.s.Vars {
		if ir.DependsOn(e, v.Value) {
			return true
		}
	}
	return false
}

// increment returns dW of noise k: normal with variance dt.
func (n *noiseSplit) increment(k int) *ir.Expr {
	return algebra{n.s.B}.mul(n.s.B.Const(math.Sqrt(n.s.DT)), n.s.Noises[k].Normal)
}

// drift returns x + dt·f of variable i.
func (n *noiseSplit) drift(i int) *ir.Expr {
	a := algebra{n.s.B}
	return a.add(n.s.Vars[i].Value, a.mul(a.Const(n.s.DT), n.f[i]))
}

// euler is x + dt·f + Σ g·dW. With noise that depends on the state it would converge to the Itô solution, while
// equations with noise are read in Stratonovich's sense; so only additive noise is taken.
func euler(s *System) ([]*ir.Expr, *Unsuitable) {
	n, bad := splitNoise(s)
	if bad != nil {
		return nil, bad
	}
	a := algebra{s.B}
	news := make([]*ir.Expr, len(s.Vars))
	for i, v := range s.Vars {
		x := n.drift(i)
		for k, g := range n.g[i] {
			if isZero(g) {
				continue
			}
			if n.dependsOnState(g) {
				return nil, &Unsuitable{Var: v.Name, Why: fmt.Sprintf(
					"the factor of the noise %s depends on a state variable (multiplicative noise), for which Euler's method gives the Itô solution instead of the Stratonovich one", s.Noises[k].Name)}
			}
			x = a.add(x, a.mul(g, n.increment(k)))
		}
		news[i] = a.expr(x)
	}
	return news, nil
}

// heun is x + dt·f + Σ (g(x, t) + g(x̂, t+dt))/2·dW with x̂ = x + Σ g·dW: Stratonovich noise of any form. As in Brian2
// the deterministic part is explicit Euler.
func heun(s *System) ([]*ir.Expr, *Unsuitable) {
	n, bad := splitNoise(s)
	if bad != nil {
		return nil, bad
	}
	a := algebra{s.B}
	support := s.values()
	for i := range support {
		for k, g := range n.g[i] {
			if !isZero(g) {
				support[i] = a.add(support[i], a.mul(g, n.increment(k)))
			}
		}
	}
	news := make([]*ir.Expr, len(s.Vars))
	for i := range s.Vars {
		x := n.drift(i)
		for k, g := range n.g[i] {
			if isZero(g) {
				continue
			}
			mean := g
			if ahead := s.at(g, support, s.DT); ahead != g {
				mean = a.mul(a.Const(0.5), a.add(g, ahead))
			}
			x = a.add(x, a.mul(mean, n.increment(k)))
		}
		news[i] = a.expr(x)
	}
	return news, nil
}

// milstein is x + dt·f + g·dW + g·g'/2·dW², Milstein's method in Stratonovich's sense, with g' = ∂g/∂x found symbolically. It
// needs diagonal noise: one source per equation, one equation per source. Brian2 takes a one-sided difference for g',
// which leaves a bias of order sqrt(dt): on the equation of TestStrongOrder it converges with strong order 0.50.
func milstein(s *System) ([]*ir.Expr, *Unsuitable) {
	n, bad := splitNoise(s)
	if bad != nil {
		return nil, bad
	}
	if bad := n.diagonal(); bad != nil {
		return nil, bad
	}
	a := algebra{s.B}
	news := make([]*ir.Expr, len(s.Vars))
	for i, v := range s.Vars {
		x := n.drift(i)
		for k, g := range n.g[i] {
			if isZero(g) {
				continue
			}
			slope, err := Diff(s.B, g, v.Value)
			if err != nil {
				return nil, &Unsuitable{Var: v.Name, Why: fmt.Sprintf("the factor of the noise %s has no derivative: %v", s.Noises[k].Name, err)}
			}
			dW := n.increment(k)
			x = a.add(x, a.mul(g, dW))
			product := a.mul(g, slope)
			if product != nil && ir.Any(slope, singular) {
				// sqrt(x)·xi at x = 0: no noise acts, whatever the slope
				product = a.Select(a.Op(ir.OpEq, g, a.Const(0)), a.Const(0), product)
			}
			x = a.add(x, a.mul(a.mul(a.Const(0.5), product), a.mul(dW, dW)))
		}
		news[i] = a.expr(x)
	}
	return news, nil
}

// singular reports whether an operation can be infinite at a finite point.
func singular(e *ir.Expr) bool {
	switch e.Op {
	case ir.OpDiv, ir.OpPow, ir.OpLog, ir.OpLog10, ir.OpLog1p, ir.OpTan:
		return true
	}
	return false
}

// diagonal refuses noise for which the Milstein term would need iterated integrals of two sources.
func (n *noiseSplit) diagonal() *Unsuitable {
	s := n.s
	source := make([]int, len(s.Vars)) // of each variable, or -1
	owner := make(map[int]int)
	for i, v := range s.Vars {
		source[i] = -1
		for k, g := range n.g[i] {
			if isZero(g) {
				continue
			}
			if source[i] >= 0 {
				return &Unsuitable{Var: v.Name, Why: fmt.Sprintf(
					"it contains the noises %s and %s; this method takes one source of noise per equation (diagonal noise)", s.Noises[source[i]].Name, s.Noises[k].Name)}
			}
			if j, ok := owner[k]; ok {
				return &Unsuitable{Var: v.Name, Why: fmt.Sprintf(
					"the noise %s is also in d%s/dt; this method takes noise that belongs to one equation (diagonal noise)", s.Noises[k].Name, s.Vars[j].Name)}
			}
			source[i], owner[k] = k, i
		}
	}
	for i, v := range s.Vars {
		if source[i] < 0 {
			continue
		}
		for j, w := range s.Vars {
			if j != i && source[j] >= 0 && ir.DependsOn(n.g[i][source[i]], w.Value) {
				return &Unsuitable{Var: v.Name, Why: fmt.Sprintf(
					"the factor of its noise depends on %s, which has noise of its own; this method takes a factor that depends on %s only (diagonal noise)", w.Name, v.Name)}
			}
		}
	}
	return nil
}
