package cpu

import (
	"math"

	"github.com/galvani-sim/galvani/host/ir"
)

// each applies a float64 function to every element and rounds once.
func each[T real](f func(float64) float64) func(d, a []T) {
	return func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			d[i] = T(f(float64(a[i])))
		}
	}
}

func unaryTable[T real]() (u [ir.OpMax_]func(d, a []T)) {
	for op, f := range map[ir.Op]func(float64) float64{
		ir.OpExpm1: expm1, ir.OpExprel: exprel, ir.OpLog: log, ir.OpLog10: log10, ir.OpLog1p: log1p,
		ir.OpSin: sin, ir.OpCos: cos, ir.OpTan: math.Tan, ir.OpSinh: sinh, ir.OpCosh: cosh, ir.OpTanh: tanh,
		ir.OpArcsin: math.Asin, ir.OpArccos: math.Acos, ir.OpArctan: math.Atan,
	} {
		u[op] = each[T](f)
	}
	u[ir.OpLoad] = func(d, a []T) { copy(d, a) }
	u[ir.OpNeg] = func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			d[i] = -a[i]
		}
	}
	u[ir.OpAbs] = func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			d[i] = T(math.Abs(float64(a[i])))
		}
	}
	u[ir.OpSign] = func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			s := a[i] // zeros and NaN keep their value
			if s > 0 {
				s = 1
			}
			if s < 0 {
				s = -1
			}
			d[i] = s
		}
	}
	u[ir.OpSqrt] = func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			d[i] = T(math.Sqrt(float64(a[i])))
		}
	}
	u[ir.OpFloor] = func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			d[i] = T(math.Floor(float64(a[i])))
		}
	}
	u[ir.OpCeil] = func(d, a []T) {
		a = a[:len(d)]
		for i := range d {
			d[i] = T(math.Ceil(float64(a[i])))
		}
	}
	u[ir.OpExp] = expBlock[T]
	return u
}

// powS is a to a scalar power. Whole powers up to 4 are products with the rounding error of each product carried along, so
// that they are within 0.51 ulp like a good libm's, and much faster.
func powS[T real](d, a []T, s T) {
	a = a[:len(d)]
	switch s {
	case 2:
		for i := range d {
			d[i] = a[i] * a[i]
		}
	case 3:
		for i := range d {
			x := float64(a[i])
			d[i] = T(cube(x))
		}
	case 4:
		for i := range d {
			x := float64(a[i])
			d[i] = T(fourth(x))
		}
	case -1:
		for i := range d {
			d[i] = 1 / a[i]
		}
	default:
		for i := range d {
			d[i] = T(math.Pow(float64(a[i]), float64(s)))
		}
	}
}

func cube(x float64) float64 {
	p := float64(x * x)
	e := math.FMA(x, x, -p)
	r := float64(p * x)
	return refine(r, math.FMA(p, x, -r)+float64(e*x))
}

func fourth(x float64) float64 {
	p := float64(x * x)
	e := math.FMA(x, x, -p)
	r := float64(p * p)
	return refine(r, math.FMA(p, p, -r)+float64(2*p*e))
}

// refine adds the error term c to r, unless r overflowed, where c has no meaning, or is a zero, whose sign would be lost.
func refine(r, c float64) float64 {
	if v := r + c; v-v == 0 && c != 0 {
		return v
	}
	return r
}
