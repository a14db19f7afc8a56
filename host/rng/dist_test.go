package rng

import (
	"math"
	"sort"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// sample draws n values with consecutive elements and steps, the way a simulation does.
func sample[T Float](n int, fill func(dst []T, at At)) []float64 {
	out := make([]float64, 0, n)
	buf := make([]T, 1000)
	for step := uint32(0); len(out) < n; step++ {
		fill(buf, At{Key: NewKey(2024, 0, 0), Stream: Stream("test"), Step: step})
		for _, v := range buf {
			out = append(out, float64(v))
		}
	}
	return out
}

// moments fails when mean or variance lie more than 4.5 standard errors from what they should be.
func moments(t *testing.T, x []float64, mean, variance, kurtosis float64) {
	t.Helper()
	n := float64(len(x))
	var m, v float64
	for _, a := range x {
		m += a
	}
	m /= n
	for _, a := range x {
		v += (a - mean) * (a - mean)
	}
	v /= n
	if z := (m - mean) / math.Sqrt(variance/n); math.Abs(z) > 4.5 {
		t.Errorf("mean %g, want %g: %.1f standard errors", m, mean, z)
	}
	if z := (v - variance) / (variance * math.Sqrt((kurtosis-1)/n)); math.Abs(z) > 4.5 {
		t.Errorf("variance %g, want %g: %.1f standard errors", v, variance, z)
	}
}

// kolmogorov fails when the Kolmogorov-Smirnov statistic is beyond its 1e-5 quantile.
func kolmogorov(t *testing.T, x []float64, cdf func(float64) float64) {
	t.Helper()
	sort.Float64s(x)
	n, d := float64(len(x)), 0.0
	for i, a := range x {
		f := cdf(a)
		d = math.Max(d, math.Max(f-float64(i)/n, float64(i+1)/n-f))
	}
	if k := d * math.Sqrt(n); k > 2.47 {
		t.Errorf("Kolmogorov-Smirnov statistic %.2f, above 2.47", k)
	}
}

func TestDistributions(t *testing.T) {
	t.Run("float64", distributions[float64])
	t.Run("float32", distributions[float32])
}

func distributions[T Float](t *testing.T) {
	const n = 200000
	t.Run("uniform", func(t *testing.T) {
		x := sample(n, func(d []T, at At) { FillUniform(d, at, 0, 0) })
		moments(t, x, 0.5, 1./12, 1.8)
		kolmogorov(t, x, func(a float64) float64 { return a })
	})
	t.Run("normal", func(t *testing.T) {
		x := sample(n, func(d []T, at At) { FillNormal(d, at, 0, 1) })
		moments(t, x, 0, 1, 3)
		kolmogorov(t, x, func(a float64) float64 { return 0.5 * math.Erfc(-a/math.Sqrt2) })
	})
	t.Run("exponential", func(t *testing.T) {
		x := sample(n, func(d []T, at At) { FillExponential(d, at, 0, 2) })
		moments(t, x, 1, 1, 9)
		kolmogorov(t, x, func(a float64) float64 { return -math.Expm1(-a) })
	})
	for _, shape := range []float64{0.25, 0.9, 1, 4, 300} {
		t.Run("gamma", func(t *testing.T) {
			par := T(shape)
			shape := float64(par)
			x := sample(n, func(d []T, at At) {
				for i := range d {
					d[i] = Gamma(at, uint32(i), 3, par)
				}
			})
			moments(t, x, shape, shape, 3+6/shape)
			kolmogorov(t, x, func(a float64) float64 { return mathext.GammaIncReg(shape, a) })
		})
	}
	for _, mean := range []float64{0.01, 1, 9.9, 10, 30, 1000, 1e6} {
		t.Run("poisson", func(t *testing.T) {
			par := T(mean)
			mean := float64(par)
			x := sample(n, func(d []T, at At) {
				for i := range d {
					d[i] = T(Poisson(at, uint32(i), 4, par))
				}
			})
			moments(t, x, mean, mean, 3+1/mean)
			if mean < 100 {
				chiSquare(t, x, mean)
			}
		})
	}
}

// chiSquare compares counts with Poisson probabilities; classes with fewer than 20 expected are pooled.
func chiSquare(t *testing.T, x []float64, mean float64) {
	t.Helper()
	count := map[float64]float64{}
	top := 0.0
	for _, a := range x {
		count[a]++
		top = math.Max(top, a)
	}
	var chi, obs, exp, classes float64
	for k := 0.0; k <= top+1; k++ {
		lg, _ := math.Lgamma(k + 1)
		obs += count[k]
		exp += float64(len(x)) * math.Exp(k*math.Log(mean)-mean-lg)
		if exp >= 20 {
			chi += (obs - exp) * (obs - exp) / exp
			classes++
			obs, exp = 0, 0
		}
	}
	// Wilson and Hilferty's normal form of chi-square.
	d := classes - 1
	if d < 1 {
		return
	}
	if z := (math.Cbrt(chi/d) - (1 - 2/(9*d))) / math.Sqrt(2/(9*d)); z > 4.5 {
		t.Errorf("mean %g: chi-square %.1f for %g classes", mean, chi, classes)
	}
}

// Neighbouring elements, steps, draws and streams must not be correlated.
func TestIndependence(t *testing.T) {
	const n = 100000
	base := At{Key: NewKey(1, 0, 0), Stream: Stream("a"), Step: 5}
	a, b := make([]float64, n), make([]float64, n)
	FillNormal(a, base, 0, 0)
	other := map[string]func(){
		"element": func() { FillNormal(b, base, 1, 0) },
		"draw":    func() { FillNormal(b, base, 0, 1) },
		"step":    func() { at := base; at.Step++; FillNormal(b, at, 0, 0) },
		"stream":  func() { at := base; at.Stream = Stream("b"); FillNormal(b, at, 0, 0) },
		"seed":    func() { at := base; at.Key = NewKey(2, 0, 0); FillNormal(b, at, 0, 0) },
		"run":     func() { at := base; at.Key = NewKey(1, 1, 0); FillNormal(b, at, 0, 0) },
		"replica": func() { at := base; at.Key = NewKey(1, 0, 1); FillNormal(b, at, 0, 0) },
	}
	for name, fill := range other {
		fill()
		r := 0.0
		for i := range a {
			r += a[i] * b[i]
		}
		if z := r / math.Sqrt(n); math.Abs(z) > 4.5 {
			t.Errorf("%s: correlation of %.1f standard errors", name, z)
		}
	}
}

func TestEdges(t *testing.T) {
	at := At{Key: NewKey(0, 0, 0)}
	nan := math.NaN()
	for _, m := range []float64{0, -1, nan, math.Inf(-1)} {
		if k := Poisson(at, 0, 0, m); k != 0 {
			t.Errorf("Poisson(%v) = %d, want 0", m, k)
		}
	}
	for _, m := range []float64{1e12, math.Inf(1)} {
		if k := Poisson(at, 0, 0, m); k != math.MaxInt32 {
			t.Errorf("Poisson(%v) = %d, want saturation", m, k)
		}
	}
	if g := Gamma(at, 0, 0, 0.0); g != 0 {
		t.Errorf("Gamma(0) = %v", g)
	}
	for _, a := range []float64{-1, nan, math.Inf(1)} {
		if g := Gamma(at, 0, 0, a); g == g {
			t.Errorf("Gamma(%v) = %v, want NaN", a, g)
		}
	}
	if c := boxMuller(1-0x1p-53, 0); math.Abs(c-8.571674348652905) > 1e-12 {
		t.Errorf("largest normal %v", c)
	}
	// The words that make u as close to 1 and v as close to 0 as they can be.
	ones := [4]uint32{math.MaxUint32, math.MaxUint32, 0, 0}
	if c, want := normal[float32](ones), MostNormal[float32](); math.Abs(c-want) > 1e-14 || math.Abs(want-5.768) > 1e-3 {
		t.Errorf("largest normal in single precision %v, want %v", c, want)
	}
	if c, want := normal[float64](ones), MostNormal[float64](); math.Abs(c-want) > 1e-14 {
		t.Errorf("largest normal in double precision %v, want %v", c, want)
	}
	if c, want := -math.Log(1-unit24(math.MaxUint32)), MostExponential[float32](); math.Abs(c-want) > 1e-14 {
		t.Errorf("largest exponential draw in single precision %v, want %v", c, want)
	}
	if c, want := -math.Log(1-unit53(math.MaxUint32, math.MaxUint32)), MostExponential[float64](); math.Abs(c-want) > 1e-14 {
		t.Errorf("largest exponential draw in double precision %v, want %v", c, want)
	}
	if c := boxMuller(0, 0.3); c != 0 {
		t.Errorf("smallest normal %v", c)
	}
}

func TestCos2Pi(t *testing.T) {
	// The argument 2πu of the library's cosine is itself rounded, by up to 7e-16.
	for i := 0; i < 100000; i++ {
		u := float64(i) / 100000
		if got, want := cos2pi(u), math.Cos(2*math.Pi*u); math.Abs(got-want) > 1e-15 {
			t.Fatalf("cos2pi(%v) = %v, want %v", u, got, want)
		}
	}
}

func benchFill[T Float](b *testing.B, fill func(dst []T, at At)) {
	dst := make([]T, 4096)
	at := At{Key: NewKey(1, 0, 0), Stream: 1}
	b.SetBytes(int64(len(dst)))
	for i := 0; i < b.N; i++ {
		at.Step = uint32(i)
		fill(dst, at)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/draw")
}

// The vector form of normal numbers gives the bits of the form for one, also at the edges of what the parts are made of.
func TestNormalForms(t *testing.T) {
	edges := []float64{0, 0x1p-53, 1 - 0x1p-53, 1 - 0x1p-52, 0.5, 0.25, 0.125, 0.375, 0.625, 0.75, 0.875, 0x1p-30}
	for _, x := range []float64{math.Sqrt2 / 2, 7.07106781186547524401e-01, math.Sqrt2 / 4, 1.0 / 8, 3.0 / 8} {
		for k := -4.0; k <= 4; k++ {
			edges = append(edges, x+k*0x1p-53, 1-x+k*0x1p-53)
		}
	}
	var us, vs []float64
	for _, u := range edges {
		for _, v := range edges {
			us, vs = append(us, u), append(vs, v)
		}
	}
	u, v := make([]float64, 1<<17), make([]float64, 1<<17)
	s := At{Key{3, 4}, 5, 6}.schedule(7, 0)
	s.units(u, v, 0)
	us, vs = append(us, u...), append(vs, v...)
	got := make([]float64, len(us))
	n := normalsFast(got, us, vs)
	if n < len(us)-7 {
		t.Logf("no vector form here: %d of %d numbers", n, len(us))
	}
	for i, x := range got[:n] {
		if want := boxMuller(us[i], vs[i]); math.Float64bits(x) != math.Float64bits(want) {
			t.Fatalf("the number of %v, %v is %v, one by one %v", us[i], vs[i], x, want)
		}
	}
}

func BenchmarkUniform64(b *testing.B) {
	benchFill(b, func(d []float64, at At) { FillUniform(d, at, 0, 0) })
}

func BenchmarkUniform32(b *testing.B) {
	benchFill(b, func(d []float32, at At) { FillUniform(d, at, 0, 0) })
}

func BenchmarkNormal64(b *testing.B) {
	benchFill(b, func(d []float64, at At) { FillNormal(d, at, 0, 0) })
}

func BenchmarkNormal32(b *testing.B) {
	benchFill(b, func(d []float32, at At) { FillNormal(d, at, 0, 0) })
}

func BenchmarkExponential64(b *testing.B) {
	benchFill(b, func(d []float64, at At) { FillExponential(d, at, 0, 0) })
}
