package cpu

import "math"

//go:generate go run ./internal/genvec

// Constants of exp: log2(e), the number that rounds to an integer when added, and log(2) in two parts, the first with
// enough trailing zeros that k times it is exact. Coefficients are a Chebyshev fit of (exp(r)-1-r)/r² on |r| <= log(2)/2:
// error 1.7e-19 for float64, 1.7e-10 for float32.
const (
	expLog2e = 0x1.71547652b82fep+0
	expShift = 0x1.8p52
	expLn2Hi = 0x1.62e42fefa0000p-1
	expLn2Lo = 0x1.cf79abc9e3b39p-40
)

// exp is e to the x, within 0.65 ulp (TestExp). All products and sums are fused, so that the same bits come out here and in the assembly.
func exp(x float64) float64 {
	if !(math.Abs(x) <= 708) {
		return expEdge(x)
	}
	t := math.FMA(x, expLog2e, expShift)
	return math.Float64frombits(math.Float64bits(expReduced(x, t-expShift)) + math.Float64bits(t)<<52)
}

// expReduced is exp(x - k log(2)). The rounding errors of the reduced argument and of 1+r are carried along.
func expReduced(x, k float64) float64 {
	r, rest := reduceExp(x, k)
	s := 1 + r
	return s + (((1 - s) + r) + rest)
}

// reduceExp returns r, which is x - k log(2) rounded, and exp(x - k log(2)) - 1 - r.
func reduceExp(x, k float64) (r, rest float64) {
	exact := math.FMA(-k, expLn2Hi, x)
	r = math.FMA(-k, expLn2Lo, exact)
	c := math.FMA(-k, expLn2Lo, exact-r)
	q := math.FMA(r, 0x1.1f731ea5352cap-29, 0x1.af4e196027428p-26)
	q = math.FMA(r, q, 0x1.27e4db57442fbp-22)
	q = math.FMA(r, q, 0x1.71de021a90822p-19)
	q = math.FMA(r, q, 0x1.a01a01a6dcaffp-16)
	q = math.FMA(r, q, 0x1.a01a01abef415p-13)
	q = math.FMA(r, q, 0x1.6c16c16c162ccp-10)
	q = math.FMA(r, q, 0x1.11111111100cep-7)
	q = math.FMA(r, q, 0x1.5555555555556p-5)
	q = math.FMA(r, q, 0x1.5555555555557p-3)
	q = math.FMA(r, q, 0x1.0000000000000p-1)
	return r, math.FMA(r*r, q, c)
}

// Beyond these arguments exp is infinite, or 0; at them the power of 2 still is a factor that arithmetic has.
const (
	expMost  = 709.9
	expLeast = -747
)

// within moves x between expLeast and expMost; NaN stays.
func within(x float64) float64 {
	switch {
	case x > expMost:
		return expMost
	case x < expLeast:
		return expLeast
	}
	return x
}

// expEdge is exp where the result may overflow, is subnormal or zero, or where x is NaN.
func expEdge(x float64) float64 {
	x = within(x)
	if x != x {
		return x
	}
	k := math.FMA(x, expLog2e, expShift) - expShift
	// One rounding, where the result is subnormal.
	return math.Ldexp(expReduced(x, k), int(k))
}

// expm1 is exp(x) - 1, within 2 ulp of math.Expm1 (TestExpm1). Half the power of 2 is used, since all of it may be out of range.
func expm1(x float64) float64 {
	if math.Abs(x) < expm1Least || x != x {
		return x
	}
	v := minusOne(within(x), 0.5)
	return v + v
}

// expm1Least is the size of the argument below which expm1 is the argument.
const expm1Least = 0x1p-54

// exprel is (exp(x) - 1)/x, and 1 at 0.
func exprel(x float64) float64 {
	if math.Abs(x) < expm1Least {
		return 1
	}
	return expm1(x) / min(x, expMost)
}

// exp32 is e to the x for float32, computed in float64.
func exp32(x float32) float32 {
	v := float64(x)
	if !(math.Abs(v) <= 708) {
		return float32(expEdge(v))
	}
	t := math.FMA(v, expLog2e, expShift)
	k := t - expShift
	r := math.FMA(-k, expLn2Lo, math.FMA(-k, expLn2Hi, v))
	q := math.FMA(r, 0x1.a125285dbcbf1p-13, 0x1.6d4362097d81ap-10)
	q = math.FMA(r, q, 0x1.1110e0de7be2bp-7)
	q = math.FMA(r, q, 0x1.5554e8d9c7d96p-5)
	q = math.FMA(r, q, 0x1.5555555a7c16bp-3)
	q = math.FMA(r, q, 0x1.0000000b9847ep-1)
	p := math.FMA(r*r, q, r) + 1
	return float32(math.Float64frombits(math.Float64bits(p) + math.Float64bits(t)<<52))
}

func expBlock[T real](d, a []T) {
	a = a[:len(d)]
	if wide[T]() {
		for i := range d {
			d[i] = T(exp(float64(a[i])))
		}
		return
	}
	for i := range d {
		d[i] = T(exp32(float32(a[i])))
	}
}
