package solve

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// closedRow returns the new value of variable i where the variables that it depends on form no cycle. Entry (i, j) of
// a function f of a triangular matrix is then the sum, over all chains i → ... → j of couplings, of the product
// of the couplings times the divided difference of f at the diagonal entries along the chain (Higham, Functions of
// Matrices, theorem 4.11); for Φ the point 0 is added. It returns nil when there is a cycle or a chain needs more
// than three points.
func (s *linearSystem) closedRow(i int) *ir.Expr {
	x := s.vars[i].Value
	a := s.m[i][i]
	var inc *ir.Expr
	switch {
	case s.b[i] == nil && a == nil:
	case s.b[i] == nil:
		inc = s.mul(s.Op(ir.OpExpm1, s.times(a, s.dt)), x)
	case a == nil:
		inc = s.mul(s.dt, s.b[i])
	case a.Uniform():
		inc = s.add(s.mul(s.Op(ir.OpExpm1, s.times(a, s.dt)), x), s.mul(s.exprel(a), s.b[i]))
	default:
		inc = s.mul(s.exprel(a), s.add(s.mul(a, x), s.b[i]))
	}
	on := []int{i}
	ok := true
	var follow func(weight *ir.Expr)
	follow = func(weight *ir.Expr) {
		from := on[len(on)-1]
		for j, c := range s.m[from] {
			if c == nil || j == from || !ok {
				continue
			}
			if slices.Contains(on, j) {
				ok = false
				return
			}
			on = append(on, j)
			points := make([]*ir.Expr, len(on))
			for k, v := range on {
				points[k] = s.m[v][v]
			}
			if len(points) > 3 || len(points) > 2 && s.b[j] != nil {
				ok = false
				return
			}
			w := s.mul(weight, c)
			inc = s.add(inc, s.mul(s.mul(w, s.divided(points)), s.vars[j].Value))
			if s.b[j] != nil {
				inc = s.add(inc, s.mul(s.mul(w, s.divided(append(points, nil))), s.b[j]))
			}
			follow(w)
			on = on[:len(on)-1]
		}
	}
	follow(s.Const(1))
	if !ok {
		return nil
	}
	return s.add(x, inc)
}

// divided returns the divided difference of λ → exp(λ·dt) at two or three points (nil is 0). It never divides by a difference
// of points that could vanish, nor overflows when the points are far apart.
func (s *linearSystem) divided(points []*ir.Expr) *ir.Expr {
	z := make([]*ir.Expr, len(points))
	same := true
	for k, p := range points {
		z[k] = s.expr(s.times(p, s.dt))
		same = same && z[k] == z[0]
	}
	switch {
	case same && len(z) == 2:
		return s.mul(s.dt, s.Op(ir.OpExp, z[0]))
	case same:
		return s.mul(s.mul(s.Const(0.5), s.mul(s.dt, s.dt)), s.Op(ir.OpExp, z[0]))
	case len(z) == 2:
		if isZero(z[0]) {
			return s.exprel(points[1])
		}
		if isZero(z[1]) {
			return s.exprel(points[0])
		}
		high := s.Op(ir.OpMax, z[0], z[1])
		gap := s.neg(s.Op(ir.OpAbs, s.expr(s.sub(z[0], z[1]))))
		return s.mul(s.dt, s.mul(s.Op(ir.OpExp, high), s.Op(ir.OpExprel, s.expr(gap))))
	}
	lo2, hi2 := s.Op(ir.OpMin, z[0], z[1]), s.Op(ir.OpMax, z[0], z[1])
	high := s.Op(ir.OpMax, hi2, z[2])
	low := s.Op(ir.OpMin, lo2, z[2])
	mid := s.Op(ir.OpMax, lo2, s.Op(ir.OpMin, hi2, z[2]))
	d := s.divided0(s.expr(s.sub(mid, high)), s.expr(s.sub(low, high)))
	return s.mul(s.mul(s.dt, s.dt), s.mul(s.Op(ir.OpExp, high), d))
}

// dividedTerms of the series suffice for points within 1/2: the 14th is below 1e-16 of the sum.
const dividedTerms = 13

// divided0 returns exp[0, u, w] for 0 >= u >= w. The recursive definition, taken over the widest gap w, loses at most a
// factor of five in accuracy while |w| >= 1/2; nearer, the series Σ h_k(u, w)/(k+2)! in complete homogeneous symmetric
// polynomials h_k is used.
func (s *linearSystem) divided0(u, w *ir.Expr) *ir.Expr {
	if w.Op == ir.OpConst && w.Value == 0 {
		return s.Const(0.5)
	}
	h, power := s.Const(1), s.Const(1)
	series, factorial := s.Const(0.5), 2.0
	for k := 1; k <= dividedTerms; k++ {
		power = s.mul(power, w)
		h = s.add(s.mul(u, h), power)
		factorial *= float64(k + 2)
		series = s.add(series, s.mul(s.Const(1/factorial), h))
	}
	left := s.Op(ir.OpExprel, u)
	right := s.mul(s.Op(ir.OpExp, u), s.Op(ir.OpExprel, s.expr(s.sub(w, u))))
	far := s.div(s.sub(right, left), w)
	return s.Select(s.Op(ir.OpLt, s.Const(-0.5), w), series, far)
}
