package solve

import "github.com/galvani-sim/galvani/host/ir"

// pairRow returns the new value of variable i of a pair that depends on each other, by the eigenvalues of its matrix
//
//	M = | a b |   s = (a+d)/2, h = (a-d)/2, q = h² + bc; eigenvalues s ± √q.
//	    | c d |
//
// With real eigenvalues lo <= hi, f(M) = f(lo) + f[lo, hi]·(M - lo) by Newton's divided difference, which holds when they are
// equal (E. J. Putzer, Amer. Math. Monthly 73, 1966); with s ± iw, exp(M·t) = exp(s·t)·(cos(w·t) + sin(w·t)/w·(M - s)). Which of the
// two is decided at compile time when the coefficients are numbers.
func (s *linearSystem) pairRow(i, j int) *ir.Expr {
	a, b, c, d := s.m[i][i], s.m[i][j], s.m[j][i], s.m[j][j]
	half := s.Const(0.5)
	mean, h := s.expr(s.mul(half, s.add(a, d))), s.expr(s.mul(half, s.sub(a, d)))
	bc := s.expr(s.mul(b, c))
	q := s.Op(ir.OpAdd, s.Op(ir.OpMul, h, h), bc)
	real := s.Op(ir.OpLe, s.Const(0), q)
	r := s.Op(ir.OpSqrt, s.Op(ir.OpAbs, q))

	p := &pair{linearSystem: s, mean: mean, r: r, bc: bc, h: h}
	p.eigenvalues(a, d)
	choose := func(x, y func() *ir.Expr) *ir.Expr {
		if real.Op == ir.OpConst {
			if real.Value != 0 {
				return x()
			}
			return y()
		}
		return s.Select(real, x(), y())
	}
	// Row i of exp(M·t) is (own, other·b).
	own := choose(p.realOwn, p.turningOwn)
	other := choose(p.realOther, p.turningOther)
	e := s.add(s.mul(own, s.vars[i].Value), s.mul(s.mul(other, b), s.vars[j].Value))
	if s.b[i] == nil && s.b[j] == nil {
		return s.expr(e)
	}
	own, other = choose(p.realOwnInput, p.turningOwnInput), choose(p.realOtherInput, p.turningOtherInput)
	return s.expr(s.add(e, s.add(s.mul(own, s.b[i]), s.mul(s.mul(other, b), s.b[j]))))
}

// pair holds the parts of the closed form of two variables.
type pair struct {
	*linearSystem
	mean, r, bc, h *ir.Expr
	lo, hi         *ir.Expr
}

// eigenvalues of a pair where they are real: the smaller in magnitude is the determinant over the larger, since their sum cancels.
func (p *pair) eigenvalues(a, d *ir.Expr) {
	neg := p.Op(ir.OpLt, p.mean, p.Const(0))
	large := p.Select(neg, p.Op(ir.OpSub, p.mean, p.r), p.Op(ir.OpAdd, p.mean, p.r))
	det := p.Op(ir.OpSub, p.expr(p.mul(a, d)), p.bc)
	none := p.Op(ir.OpEq, large, p.Const(0))
	small := p.Select(none, p.Const(0), p.Op(ir.OpDiv, det, p.Select(none, p.Const(1), large)))
	p.lo, p.hi = p.Op(ir.OpMin, large, small), p.Op(ir.OpMax, large, small)
}

// above is a - lo = r + h, as bc/(r - h) where the sum would cancel.
func (p *pair) above() *ir.Expr {
	down := p.Op(ir.OpLt, p.h, p.Const(0))
	rest := p.Op(ir.OpSub, p.r, p.h)
	return p.Select(down, p.Op(ir.OpDiv, p.bc, p.Select(down, rest, p.Const(1))), p.Op(ir.OpAdd, p.r, p.h))
}

func (p *pair) over(x *ir.Expr) *ir.Expr { return p.Op(ir.OpMul, x, p.dt) }

func (p *pair) realOwn() *ir.Expr {
	return p.Op(ir.OpAdd, p.Op(ir.OpExp, p.over(p.lo)), p.Op(ir.OpMul, p.realOther(), p.above()))
}

// realOther is the divided difference of exp(λ·t) at both eigenvalues.
func (p *pair) realOther() *ir.Expr {
	gap := p.Op(ir.OpMul, p.Const(-2), p.over(p.r))
	return p.Op(ir.OpMul, p.dt, p.Op(ir.OpMul, p.Op(ir.OpExp, p.over(p.hi)), p.Op(ir.OpExprel, gap)))
}

func (p *pair) realOwnInput() *ir.Expr {
	return p.Op(ir.OpAdd, p.exprel(p.lo), p.Op(ir.OpMul, p.realOtherInput(), p.above()))
}

func (p *pair) realOtherInput() *ir.Expr { return p.divided([]*ir.Expr{p.lo, p.hi, nil}) }

// sinc is sin(w·t)/(w·t).
func (p *pair) sinc() *ir.Expr {
	x := p.over(p.r)
	none := p.Op(ir.OpEq, x, p.Const(0))
	return p.Select(none, p.Const(1), p.Op(ir.OpDiv, p.Op(ir.OpSin, x), p.Select(none, p.Const(1), x)))
}

func (p *pair) turningOwn() *ir.Expr {
	turn := p.Op(ir.OpAdd, p.Op(ir.OpCos, p.over(p.r)), p.Op(ir.OpMul, p.over(p.h), p.sinc()))
	return p.Op(ir.OpMul, p.Op(ir.OpExp, p.over(p.mean)), turn)
}

func (p *pair) turningOther() *ir.Expr {
	return p.Op(ir.OpMul, p.dt, p.Op(ir.OpMul, p.Op(ir.OpExp, p.over(p.mean)), p.sinc()))
}

// turningInput returns the real part of φ(z), and its imaginary part over w·t, for φ(z) = (exp(z)-1)/z at z = (s + iw)·t. Within the unit
// circle, where the formula cancels, it is the series Σ zᵏ/(k+1)!.
func (p *pair) turningInput() (re, im *ir.Expr) {
	const terms = 18 // 1/20! is below 2^-53
	sigma, omega := p.over(p.mean), p.over(p.r)
	op := p.Op
	w2 := op(ir.OpMul, omega, omega)
	size := op(ir.OpAdd, op(ir.OpMul, sigma, sigma), w2)
	zr, zi := p.Const(1), p.Const(0)
	re, im = p.Const(1), p.Const(0)
	factorial := 1.0
	for k := 1; k <= terms; k++ {
		zr, zi = op(ir.OpSub, op(ir.OpMul, sigma, zr), op(ir.OpMul, w2, zi)), op(ir.OpAdd, zr, op(ir.OpMul, sigma, zi))
		factorial *= float64(k + 1)
		f := p.Const(1 / factorial)
		re, im = op(ir.OpAdd, re, op(ir.OpMul, f, zr)), op(ir.OpAdd, im, op(ir.OpMul, f, zi))
	}
	near := op(ir.OpLt, size, p.Const(1))
	by := p.Select(near, p.Const(1), size)
	e, cos, sinc := op(ir.OpExp, sigma), op(ir.OpCos, omega), p.sinc()
	farRe := op(ir.OpSub, op(ir.OpMul, e, op(ir.OpAdd, op(ir.OpMul, sigma, cos), op(ir.OpMul, w2, sinc))), sigma)
	farIm := op(ir.OpAdd, op(ir.OpMul, e, op(ir.OpSub, op(ir.OpMul, sigma, sinc), cos)), p.Const(1))
	return p.Select(near, re, op(ir.OpDiv, farRe, by)), p.Select(near, im, op(ir.OpDiv, farIm, by))
}

func (p *pair) turningOwnInput() *ir.Expr {
	re, im := p.turningInput()
	return p.Op(ir.OpMul, p.dt, p.Op(ir.OpAdd, re, p.Op(ir.OpMul, p.over(p.h), im)))
}

func (p *pair) turningOtherInput() *ir.Expr {
	_, im := p.turningInput()
	return p.Op(ir.OpMul, p.over(p.dt), im)
}
