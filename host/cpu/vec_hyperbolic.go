package cpu

import "math"

const (
	hyperLeast = 0x1p-28 // below, tanh and sinh are the argument
	hyperMost  = 710.5   // above, sinh and cosh are infinite
	tanhMost   = 22      // above, tanh is 1
)

// tanh is n/(n+1) with n = (exp(2|x|) - 1)/2 and the sign of x, within 1.8 ulp (TestHyperbolic). The rounding error of n+1 is taken
// back, by 1/(n+1) = 1 - tanh.
func tanh(x float64) float64 {
	size := math.Abs(x)
	if size < hyperLeast || x != x {
		return x
	}
	size = min(size, tanhMost)
	n := minusOneWell(size+size, 0.5)
	d := n + 1
	low := (max(n, 1) - d) + min(n, 1)
	q := n / d
	return math.Copysign(math.FMA(-float64(q*low), 1-q, q), x)
}

// sinh is h + h/(2h+1) with h = (exp(|x|) - 1)/2 and the sign of x, after FreeBSD's e_sinh.c, within 2 ulp (TestHyperbolic).
func sinh(x float64) float64 {
	size := math.Abs(x)
	if size < hyperLeast || x != x {
		return x
	}
	h := minusOneWell(min(size, hyperMost), 0.25)
	h += h
	return math.Copysign(h+min(h, math.MaxFloat64)/((h+h)+1), x)
}

// cosh is h + 1/(4h) with h = exp(|x|)/2, within 1.2 ulp (TestHyperbolic).
func cosh(x float64) float64 {
	if x != x {
		return x
	}
	size := min(math.Abs(x), hyperMost)
	k := math.FMA(size, expLog2e, expShift) - expShift
	h := math.Ldexp(expReduced(size, k)*0.5, int(k))
	return h + 0.25/h
}

// minusOne is (exp(x) - 1) part, where part is a power of 2 of which 2^k times is a number, too.
func minusOne(x, part float64) float64 {
	k := math.FMA(x, expLog2e, expShift) - expShift
	r, rest := reduceExp(x, k)
	power := math.Ldexp(part, int(k))
	return math.FMA(power, r+rest, power-part)
}

// minusOneWell is minusOne with the rounding errors of its sums carried along.
func minusOneWell(x, part float64) float64 {
	k := math.FMA(x, expLog2e, expShift) - expShift
	r, rest := reduceExp(x, k)
	high := r + rest
	low := (r - high) + rest
	power := math.Ldexp(part, int(k))
	high *= power
	whole := power - part
	sum := whole + high
	return sum + math.FMA(power, low, (whole-sum)+high)
}
