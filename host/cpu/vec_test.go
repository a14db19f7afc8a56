package cpu

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
)

// numbers returns n values: ordinary ones, and the special ones at random places.
func numbers[T real](r *rand.Rand, n int) []T {
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 1e-310, -1e-40, 1e308, 709, -745, 88, -104, 0.5, -2.5}
	v := make([]T, n)
	for i := range v {
		v[i] = T(r.NormFloat64() * math.Exp2(float64(r.IntN(12)-4)))
		if r.IntN(8) == 0 {
			v[i] = T(special[r.IntN(len(special))])
		}
	}
	return v
}

// sameBits fails where values differ, NaN being equal to NaN.
func sameBits[T real](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if math.Float64bits(g) != math.Float64bits(w) && !(g != g && w != w) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(want), g, w)
		}
	}
}

// TestAssembly compares the fast table with the one written in Go, bit for bit, for lengths around the register widths.
func TestAssembly(t *testing.T) {
	for _, use := range []Instructions{AVX512.available(), AVX2.available()} {
		t.Run("float64", func(t *testing.T) { assembly[float64](t, use) })
		t.Run("float32", func(t *testing.T) { assembly[float32](t, use) })
	}
}

func assembly[T real](t *testing.T, use Instructions) {
	fast, slow := newVec[T](use), goVec[T]()
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 255, 256} {
		a, b, c := numbers[T](r, n), numbers[T](r, n), numbers[T](r, n)
		got, want := make([]T, n), make([]T, n)
		gotI, wantI := make([]int32, n), make([]int32, n)
		for op := range slow.unary {
			if slow.unary[op] != nil {
				fast.unary[op](got, a)
				slow.unary[op](want, a)
				sameBits(t, ir.Op(op).String(), got, want)
			}
		}
		for op := range slow.vv {
			if slow.vv[op] != nil {
				fast.vv[op](got, a, b)
				slow.vv[op](want, a, b)
				sameBits(t, fmt.Sprint("vv ", op), got, want)
			}
		}
		for _, s := range append(numbers[T](r, 6), 0, T(math.NaN())) {
			u := numbers[T](r, 1)[0]
			for op := range slow.vs {
				if slow.vs[op] != nil {
					fast.vs[op](got, a, s)
					slow.vs[op](want, a, s)
					sameBits(t, fmt.Sprint("vs ", op), got, want)
				}
			}
			for op := range slow.cmpVS {
				fast.cmpVS[op](gotI, a, s)
				slow.cmpVS[op](wantI, a, s)
				if fmt.Sprint(gotI) != fmt.Sprint(wantI) {
					t.Fatalf("comparison %d with %v: %v, want %v", op, s, gotI, wantI)
				}
			}
			for op := range slow.fused {
				fast.fused[op](got, a, b, c, s, u)
				slow.fused[op](want, a, b, c, s, u)
				sameBits(t, fmt.Sprint("fused ", op), got, want)
			}
			copy(got, c)
			copy(want, c)
			fast.axpy(got, a, s)
			slow.axpy(want, a, s)
			sameBits(t, "axpy", got, want)
		}
		for op := range slow.cmpVV {
			if slow.cmpVV[op] != nil {
				fast.cmpVV[op](gotI, a, b)
				slow.cmpVV[op](wantI, a, b)
				if fmt.Sprint(gotI) != fmt.Sprint(wantI) {
					t.Fatalf("comparison %d: %v, want %v", op, gotI, wantI)
				}
			}
		}
		for i := range gotI {
			gotI[i] = int32(r.IntN(3) - 1)
		}
		fast.choose(got, gotI, a, b)
		slow.choose(want, gotI, a, b)
		sameBits(t, "choose", got, want)
		for i := range a {
			for _, v := range []float64{1, math.MaxFloat32, math.Inf(-1), math.NaN()} {
				fill(got, 1)
				got[i] = T(v)
				if f := fast.finite(got); f != (v-v == 0) {
					t.Fatalf("finite with %v at %d of %d: %v", v, i, n, f)
				}
			}
		}
	}
	for _, k := range []int{0, 1, 2, 17} {
		a, w := numbers[T](r, k), fast.tileCols
		panel := numbers[T](r, k*w)
		row, want := make([]T, w), make([]T, w)
		for c := range want {
			for l, x := range a {
				want[c] += T(x * panel[l*w+c])
			}
		}
		fast.tile1(row, a, panel)
		sameBits(t, "tile1", row, want)
	}
}

// TestProduct compares products of matrices with their definition: all numbers of columns up to several strips, and of rows; gaps between rows
// stay as they are.
func TestProduct(t *testing.T) {
	for use := Portable; use <= AVX512; use++ {
		t.Run(fmt.Sprint("float64 ", use), func(t *testing.T) { products(t, newVec[float64](use.available())) })
		t.Run(fmt.Sprint("float32 ", use), func(t *testing.T) { products(t, newVec[float32](use.available())) })
	}
}

func products[T real](t *testing.T, v *vec[T]) {
	r := rand.New(rand.NewPCG(3, 4))
	size := int(unsafe.Sizeof(T(0)))
	for cols := range 120 {
		rows, inner, add := 1+r.IntN(9), r.IntN(6), r.IntN(2)
		gap := [3]int{r.IntN(3), r.IntN(3), r.IntN(3)}
		ds, ls, rs := cols+gap[0], inner+gap[1], cols+gap[2]
		left, right := numbers[T](r, rows*ls), numbers[T](r, inner*rs)
		got := numbers[T](r, rows*ds)
		want := slices.Clone(got)
		for i := range rows {
			for c := range cols {
				var s T
				for k := range inner {
					s += T(left[i*ls+k] * right[k*rs+c])
				}
				if add != 0 {
					s = want[i*ds+c] + s
				}
				want[i*ds+c] = s
			}
		}
		v.product(&product[T]{
			dst: got, left: left, right: right, dstStride: ds * size, leftStride: ls * size, rightStride: rs * size,
			rows: rows, inner: inner, cols: cols * size, add: add,
		})
		sameBits(t, fmt.Sprintf("%d x %d x %d", rows, inner, cols), got, want)
	}
}

// TestExpm1 compares expm1 and exprel with math.Expm1, whose error is below 1 ulp.
func TestExpm1(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	worst := 0.0
	check := func(x float64) {
		want := math.Expm1(x)
		for name, v := range map[string][2]float64{"expm1": {expm1(x), want}, "exprel": {exprel(x), want / x}} {
			got, want := v[0], v[1]
			if math.IsInf(want, 0) || want == -1 {
				if got != want {
					t.Fatalf("%s(%v) = %v, want %v", name, x, got, want)
				}
				continue
			}
			_, e := math.Frexp(want)
			err := math.Abs(got-want) / math.Ldexp(1, max(e-53, -1074))
			worst = max(worst, err)
			if !(err <= 3) {
				t.Fatalf("%s(%v) = %v, want %v: %.3f ulp", name, x, got, want, err)
			}
		}
	}
	for range 50000 {
		check(r.NormFloat64() * math.Exp2(float64(r.IntN(64)-54)))
	}
	for _, x := range []float64{1e-300, -1e-20, 708, 709.7, 709.9, 720, 1e5, -36, -38, -700, -746, -1e9} {
		check(x)
	}
	if expm1(math.Inf(-1)) != -1 || exprel(math.Inf(-1)) != 0 || exprel(math.Inf(1)) != math.Inf(1) || exprel(0) != 1 || expm1(0) != 0 {
		t.Error("expm1 or exprel at the edges")
	}
	if v, w := expm1(math.NaN()), exprel(math.NaN()); v == v || w == w {
		t.Errorf("expm1 and exprel of NaN: %v, %v", v, w)
	}
	t.Logf("largest difference %.3f ulp", worst)
}

// TestTrigonometric compares sin and cos with sums of their series in big numbers.
func TestTrigonometric(t *testing.T) {
	const precision = 400
	big1 := func(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }
	half, _, err := big.ParseFloat("1.5707963267948966192313216916397514420985846996875529104874722961539082031431044993140174126710585339910740432566411533235469", 10, precision, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	// series is sin(x) for odd = 1, else cos(x).
	series := func(x *big.Float, odd int64) *big.Float {
		sum, term, square := big1(0), big1(1), new(big.Float).Mul(x, x)
		if odd == 1 {
			term.Set(x)
		}
		for k := odd; k < 80; k += 2 {
			sum.Add(sum, term)
			term.Mul(term, square)
			term.Quo(term, big1(float64(-(k+1)*(k+2))))
		}
		return sum
	}
	r := rand.New(rand.NewPCG(13, 14))
	worst := 0.0
	check := func(x float64) {
		k, _ := new(big.Float).Quo(big1(x), half).Float64()
		k = math.Round(k)
		rest := new(big.Float).SetPrec(precision).Sub(big1(x), new(big.Float).SetPrec(precision).Mul(half, big1(k)))
		for quarters, got := range []float64{sin(x), cos(x)} {
			q := int64(k) + int64(quarters)
			want := series(rest, 1-q&1)
			if q&2 != 0 {
				want.Neg(want)
			}
			w, _ := want.Float64()
			_, e := math.Frexp(w)
			d, _ := new(big.Float).Sub(want, big1(got)).Float64()
			err := math.Abs(d) / math.Ldexp(1, max(e-53, -1074))
			if math.Abs(d) > 0x1p-54 {
				worst = max(worst, err)
			}
			if !(err <= 0.8) && !(math.Abs(d) <= 0x1p-54) {
				t.Fatalf("sin or cos(%v) = %v, want %v: %.3f ulp", x, got, w, err)
			}
		}
	}
	for range 4000 {
		check(r.NormFloat64() * math.Exp2(float64(r.IntN(50)-25)))
		check(math.Round(r.NormFloat64()*1e3) * math.Pi / 2)
	}
	for _, x := range []float64{0, 1e-300, 5e-324, 1, math.Pi, 1e8, 0x1p28 - 1, 1e20} {
		if x < 1e10 {
			check(x)
			check(-x)
		}
		if sin(-x) != -sin(x) || math.Signbit(sin(-x)) == math.Signbit(sin(x)) || cos(-x) != cos(x) {
			t.Errorf("the signs of sin and cos at %v", x)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if v, w := sin(x), cos(x); v == v || w == w {
			t.Errorf("sin and cos of %v: %v, %v", x, v, w)
		}
	}
	t.Logf("largest error %.3f ulp", worst)
}

// TestExp compares exp with 100-digit values, at random arguments and at those of the edges.
func TestExp(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	worst := 0.0
	check := func(x float64) {
		got := exp(x)
		want := bigExp(x)
		w, _ := want.Float64()
		if math.IsInf(w, 0) || w == 0 {
			if got != w {
				t.Fatalf("exp(%v) = %v, want %v", x, got, w)
			}
			return
		}
		_, e := math.Frexp(w)
		d := new(big.Float).SetPrec(300).Sub(want, big.NewFloat(got))
		err, _ := d.SetMantExp(d, -max(e-53, -1074)).Float64()
		if err = math.Abs(err); err > worst {
			worst = err
		}
		if limit := 0.65; err > limit && (w > 0x1p-1021 || err > 1) {
			t.Fatalf("exp(%v) = %v, want %v: %.3f ulp", x, got, w, err)
		}
	}
	for range 20000 {
		check(r.NormFloat64() * math.Exp2(float64(r.IntN(14)-6)))
	}
	for i := range 4000 {
		// Around the multiples of log(2)/2, where the reduced argument is largest.
		x := (float64(i-2000) + 0.5) * math.Ln2
		check(x)
		check(math.Nextafter(x, 1000))
		check(math.Nextafter(x, -1000))
	}
	for _, x := range []float64{0, 1e-300, -1e-20, 708, 708.5, 709.78, 709.79, 710, -708, -708.4, -720, -744, -745.1, -745.2, -746, -1000, 1000} {
		check(x)
	}
	if v := exp(math.NaN()); v == v {
		t.Errorf("exp(NaN) = %v", v)
	}
	if exp(math.Inf(1)) != math.Inf(1) || exp(math.Inf(-1)) != 0 {
		t.Error("exp of an infinity")
	}
	t.Logf("largest error %.3f ulp", worst)
	worst32 := 0.0
	for i := range uint32(1 << 16) {
		x := math.Float32frombits(i<<16 | uint32(r.IntN(1<<16)))
		got, want := exp32(x), math.Exp(float64(x))
		w := float32(want)
		if got != w && !(got != got && w != w) {
			_, e := math.Frexp(want)
			d := math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
			worst32 = max(worst32, d)
			if d > 0.501 {
				t.Fatalf("exp32(%v) = %v, want %v: %.4f ulp", x, got, w, d)
			}
		}
	}
}

// bigExp is e to the x with 300 bits: the Taylor series of x/1024, squared ten times.
func bigExp(x float64) *big.Float {
	const prec = 300
	y := new(big.Float).SetPrec(prec).SetFloat64(x)
	y.SetMantExp(y, -10)
	sum, term := big.NewFloat(1).SetPrec(prec), big.NewFloat(1).SetPrec(prec)
	for k := int64(1); k < 80; k++ {
		term.Mul(term, y)
		term.Quo(term, new(big.Float).SetPrec(prec).SetInt64(k))
		sum.Add(sum, term)
	}
	for range 10 {
		sum.Mul(sum, sum)
	}
	return sum
}

// Small powers must not be worse than a good pow: compare with exact products.
func TestPowers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20000 {
		x := r.NormFloat64() * math.Exp2(float64(r.IntN(20)-10))
		for _, c := range []struct {
			n   int
			got float64
		}{{3, cube(x)}, {4, fourth(x)}} {
			p := big.NewFloat(1).SetPrec(400)
			for range c.n {
				p.Mul(p, big.NewFloat(x))
			}
			want, _ := p.Float64()
			if c.got != want && math.Nextafter(want, c.got) != c.got {
				t.Fatalf("%v^%d = %v, want %v", x, c.n, c.got, want)
			}
			_, e := math.Frexp(want)
			d, _ := new(big.Float).Sub(p, big.NewFloat(c.got)).Float64()
			if math.Abs(d)/math.Ldexp(1, e-53) > 0.51 {
				t.Fatalf("%v^%d is off by %v ulp", x, c.n, math.Abs(d)/math.Ldexp(1, e-53))
			}
		}
	}
}

func TestDivisor(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	values := []int32{0, 1, -1, 2, -2, math.MaxInt32, math.MinInt32, math.MaxInt32 - 1, math.MinInt32 + 1}
	for range 2000 {
		values = append(values, int32(r.Uint32()))
	}
	for _, y := range []int32{2, 3, 7, 10, 20, 100, 512, 641, 65537, 1 << 30, math.MaxInt32, math.MaxInt32 - 1} {
		d, b := make([]int32, len(values)), make([]int32, len(values))
		fill(b, y)
		for op, want := range map[int]func(x, y int32) int32{iFloorDiv: floorDivInt, iMod: modInt} {
			intVV[op](d, values, b)
			for i, x := range values {
				if d[i] != want(x, y) {
					t.Fatalf("operation %d of %d and %d = %d, want %d", op, x, y, d[i], want(x, y))
				}
			}
		}
	}
}

func BenchmarkExp(b *testing.B) {
	v := newVec[float64](Best.available())
	a, d := make([]float64, blockLen), make([]float64, blockLen)
	for i := range a {
		a[i] = float64(i-100) / 7
	}
	for range b.N {
		v.unary[ir.OpExp](d, a)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/blockLen, "ns/exp")
}
