package rng

import "math"

// Float is the plan's Real.
type Float interface{ float32 | float64 }

func wide[T Float]() bool {
	var one T = 1
	return one+one*0x1p-30 != one
}

func unit53(a, b uint32) float64 { return float64(uint64(a>>5)<<26|uint64(b>>6)) * 0x1p-53 }

func unit24(a uint32) float64 { return float64(a>>8) * 0x1p-24 }

func unit[T Float](a, b uint32) float64 {
	if wide[T]() {
		return unit53(a, b)
	}
	return unit24(a)
}

// Uniform returns the draw's value on [0, 1).
func Uniform[T Float](at At, elem, draw uint32) T {
	w := at.Words(elem, draw, 0)
	return T(unit[T](w[0], w[1]))
}

// MostNormal is the largest magnitude of a normal draw in a precision, that of u one step below 1 (Box and Muller): 5.77 or 8.57.
func MostNormal[T Float]() float64 { return math.Sqrt(2 * MostExponential[T]()) }

// MostExponential is the largest exponential draw in a precision: 16.6 or 36.7.
func MostExponential[T Float]() float64 {
	bits := 24.0
	if wide[T]() {
		bits = 53
	}
	return bits * math.Ln2
}

// Exponential returns a draw from the exponential distribution of mean 1.
func Exponential[T Float](at At, elem, draw uint32) T {
	w := at.Words(elem, draw, 0)
	return T(-math.Log(1 - unit[T](w[0], w[1])))
}

// Normal returns a draw from the standard normal distribution.
func Normal[T Float](at At, elem, draw uint32) T {
	return T(normal[T](at.Words(elem, draw, 0)))
}

func normal[T Float](w [4]uint32) float64 {
	return boxMuller(unit[T](w[0], w[1]), unit[T](w[2], w[3]))
}

func boxMuller(u, v float64) float64 {
	return math.Sqrt(-2*math.Log(1-u)) * cos2pi(v)
}

// cos2pi is cos(2πu) for u in [0, 1), with an exact reduction to |x| <= π/4. The polynomials are fdlibm's
// __kernel_sin and __kernel_cos.
func cos2pi(u float64) float64 {
	q := int64(4*u + 0.5)
	x := 2 * math.Pi * (u - 0.25*float64(q))
	z := x * x
	sin := float64(z*1.58969099521155010221e-10) - 2.50507602534068634195e-08
	sin = float64(z*sin) + 2.75573137070700676789e-06
	sin = float64(z*sin) - 1.98412698298579493134e-04
	sin = float64(z*sin) + 8.33333333332248946124e-03
	sin = float64(z*sin) - 1.66666666666666324348e-01
	sin = x + float64(float64(x*z)*sin)
	cos := float64(z*-1.13596475577881948265e-11) + 2.08757232129817482790e-09
	cos = float64(z*cos) - 2.75573143513906633035e-07
	cos = float64(z*cos) + 2.48015872894767294178e-05
	cos = float64(z*cos) - 1.38888888888741095749e-03
	cos = float64(z*cos) + 4.16666666666666019037e-02
	h := 0.5 * z
	w := 1 - h
	cos = w + (((1 - w) - h) + float64(float64(z*z)*cos))
	// q: 0 cos, 1 -sin, 2 -cos, 3 sin, 4 cos; chosen by bits, since a branch would miss half of the time.
	odd := -uint64(q & 1)
	neg := uint64((q+1)>>1&1) << 63
	return math.Float64frombits((math.Float64bits(cos)&^odd | math.Float64bits(sin)&odd) ^ neg)
}

// maxInt keeps results inside a 32-bit Int.
func maxInt(k float64) int32 {
	if k >= math.MaxInt32 {
		return math.MaxInt32
	}
	return int32(k)
}

// Poisson returns a draw from the Poisson distribution; a mean that is not positive gives 0.
func Poisson[T Float](at At, elem, draw uint32, mean T) int32 {
	switch {
	case !(mean > 0):
		return 0
	case mean < 10:
		w := at.Words(elem, draw, 0)
		return poissonSmall(T(unit[T](w[0], w[1])), mean)
	case math.IsInf(float64(mean), 1):
		return math.MaxInt32
	}
	return poissonLarge[T](at, elem, draw, float64(mean))
}

func poissonSmall[T Float](u, mean T) int32 {
	p := T(math.Exp(-float64(mean)))
	s := p
	k := int32(0)
	for u >= s && k < 200 {
		k++
		p = T(p*mean) / T(k)
		s += p
	}
	return k
}

func poissonLarge[T Float](at At, elem, draw uint32, m float64) int32 {
	b := 0.931 + float64(2.53*math.Sqrt(m))
	a := -0.059 + float64(0.02483*b)
	inv := 1.1239 + 1.1328/(b-3.4)
	vr := 0.9277 - 3.6224/(b-2)
	for attempt := uint32(0); attempt < 64; attempt++ {
		w := at.Words(elem, draw, attempt)
		u := unit[T](w[0], w[1]) - 0.5
		v := unit[T](w[2], w[3])
		us := 0.5 - math.Abs(u)
		if us == 0 {
			continue
		}
		k := math.Floor(float64((2*a/us+b)*u) + m + 0.43)
		if us >= 0.07 && v <= vr {
			return maxInt(k)
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		if math.Log(v*inv/(a/(us*us)+b)) <= logPoisson(k, m) {
			return maxInt(k)
		}
	}
	return maxInt(math.Floor(m))
}

// logPoisson is the logarithm of the Poisson probability of k for mean m; the form is that of the package comment.
func logPoisson(k, m float64) float64 {
	if k < 10 {
		f := 0.0
		for i := 2.0; i <= k; i++ {
			f += math.Log(i)
		}
		return float64(k*math.Log(m)) - m - f
	}
	d := (m - k) / k
	g := math.Log1p(d) - d
	if math.Abs(d) < 0.5 {
		s := d / (2 + d)
		z := s * s
		p := 1./11 + z/13
		p = 1./9 + float64(z*p)
		p = 1./7 + float64(z*p)
		p = 1./5 + float64(z*p)
		p = 1./3 + float64(z*p)
		g = float64(2*s*z*p) - float64(s*d)
	}
	r := 1 / k
	return float64(k*g) - math.Log(2*math.Pi*k)/2 - r/12 + r*r*r/360 - r*r*r*r*r/1260
}

// Gamma returns a draw from the gamma distribution of the given shape and scale 1. Shape 0 gives 0, a negative shape or NaN gives NaN.
func Gamma[T Float](at At, elem, draw uint32, shape T) T {
	a := float64(shape)
	switch {
	case a == 0:
		return 0
	case !(a > 0) || math.IsInf(a, 1):
		return T(math.NaN())
	case a < 1:
		w := at.Words(elem, draw, 0xffff)
		return T(gamma[T](at, elem, draw, a+1) * math.Pow(1-unit[T](w[0], w[1]), 1/a))
	}
	return T(gamma[T](at, elem, draw, a))
}

func gamma[T Float](at At, elem, draw uint32, a float64) float64 {
	d := a - 1./3
	c := 1 / math.Sqrt(9*d)
	for n := uint32(0); n < 64; n++ {
		x := normal[T](at.Words(elem, draw, 2*n))
		w := at.Words(elem, draw, 2*n+1)
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = float64(v * v * v)
		if math.Log(1-unit[T](w[0], w[1])) < x*x/2+d-float64(d*v)+float64(d*math.Log(v)) {
			return float64(d * v)
		}
	}
	return d
}
