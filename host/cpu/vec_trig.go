package cpu

import "math"

// Constants of sin and cos: 2/pi, and pi/2 in three parts. The polynomials are those of FreeBSD's k_sin.c and k_cos.c.
const (
	trigMost  = 0x1p28
	trigInv   = 0x1.45f306dc9c883p-1
	trigHalf  = 0x1.921fb54442d18p+0
	trigHalf2 = 0x1.1a62633145c07p-54
	trigHalf3 = -0x1.f1976b7ed8fbcp-110
)

// sin and cos are within 0.8 ulp, or 2^-54 near their zeros (TestTrigonometric). Products and sums are fused as in the machine code.
func sin(x float64) float64 {
	if !(math.Abs(x) < trigMost) {
		return math.Sin(x)
	}
	return trigonometric(x, 0)
}

func cos(x float64) float64 {
	if !(math.Abs(x) < trigMost) {
		return math.Cos(x)
	}
	return trigonometric(x, 1)
}

// trigonometric is the sine of x plus some quarters of a circle.
func trigonometric(x float64, quarters uint64) float64 {
	t := math.FMA(x, trigInv, expShift)
	quarters += math.Float64bits(t)
	k := t - expShift
	y := math.FMA(-k, trigHalf, x)
	r := math.FMA(-k, trigHalf2, y)
	c := math.FMA(-k, trigHalf3, math.FMA(-k, trigHalf2, y-r))
	z := r * r
	var v float64
	if quarters&1 == 0 {
		s := math.FMA(0x1.5d93a5acfd57cp-33, z, -0x1.ae5e68a2b9cebp-26)
		s = math.FMA(s, z, 0x1.71de357b1fe7dp-19)
		s = math.FMA(s, z, -0x1.a01a019c161d5p-13)
		s = math.FMA(s, z, 0x1.111111110f8a6p-7)
		s = math.FMA(s, z, -0x1.5555555555549p-3)
		v = math.Copysign(r+math.FMA(z*r, s, c), r)
	} else {
		p := math.FMA(-0x1.8fae9be8838d4p-37, z, 0x1.1ee9ebdb4b1c4p-29)
		p = math.FMA(p, z, -0x1.27e4f809c52adp-22)
		p = math.FMA(p, z, 0x1.a01a019cb159p-16)
		p = math.FMA(p, z, -0x1.6c16c16c15177p-10)
		p = math.FMA(p, z, 0x1.555555555554cp-5)
		half := 0.5 * z
		w := 1 - half
		v = w + (((1 - w) - half) + math.FMA(-r, c, p*(z*z)))
	}
	if quarters&2 != 0 {
		return -v
	}
	return v
}
