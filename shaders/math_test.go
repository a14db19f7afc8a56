//go:build cgo

package shaders_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/ir"
)

// function is an elementary function, its meaning, and the intervals that its accuracy is measured on.
type function struct {
	name   string
	op     ir.Op
	ranges [][2]float64
	wide   float64 // magnitudes up to 10^wide are drawn as well, logarithmically
	// single and double are the largest errors allowed, in units in the last place.
	single, double float64
	builtin        string
}

var functions = []function{
	{"m_exp", ir.OpExp, [][2]float64{{-87, 88}, {-1, 1}}, 1.9, 1, 1.1, "exp"},
	{"m_expm1", ir.OpExpm1, [][2]float64{{-20, 88}, {-1, 1}, {-0.01, 0.01}}, 1.9, 1.3, 1.3, "exp(x) - 1.0"},
	{"m_exprel", ir.OpExprel, [][2]float64{{-80, 88}, {-1, 1}}, 1.9, 2, 2, "(exp(x) - 1.0) / x"},
	{"m_log", ir.OpLog, [][2]float64{{0, 2}, {0.9, 1.1}, {0, 1e4}}, 37, 1, 1.3, "log"},
	{"m_log10", ir.OpLog10, [][2]float64{{0, 2}, {0.9, 1.1}, {0, 1e4}}, 37, 1.6, 2, "log(x) * 0.4342944819"},
	{"m_log1p", ir.OpLog1p, [][2]float64{{-1, 2}, {-0.1, 0.1}, {0, 1e4}}, 37, 1.3, 1.3, "log(1.0 + x)"},
	{"m_sin", ir.OpSin, [][2]float64{{-4, 4}, {-6400, 6400}, {6400, 2e6}}, 37, 1.2, 1.7, "sin"},
	{"m_cos", ir.OpCos, [][2]float64{{-4, 4}, {-6400, 6400}, {6400, 2e6}}, 37, 1.2, 1.7, "cos"},
	{"m_tan", ir.OpTan, [][2]float64{{-1.5, 1.5}, {-6400, 6400}, {6400, 2e6}}, 37, 2, 2, "tan"},
	{"m_sinh", ir.OpSinh, [][2]float64{{-1, 1}, {-10, 10}, {-88, 88}}, 1.9, 2, 2, "sinh"},
	{"m_cosh", ir.OpCosh, [][2]float64{{-1, 1}, {-10, 10}, {-88, 88}}, 1.9, 2, 2, "cosh"},
	{"m_tanh", ir.OpTanh, [][2]float64{{-1, 1}, {-10, 10}, {-88, 88}}, 1.9, 2.2, 2.2, "tanh"},
	{"m_asin", ir.OpArcsin, [][2]float64{{-1, 1}, {0.49, 0.51}, {0.95, 1}}, 0, 1.2, 1.5, "asin"},
	{"m_acos", ir.OpArccos, [][2]float64{{-1, 1}, {0.49, 0.51}, {0.95, 1}}, 0, 1.2, 1.5, "acos"},
	{"m_atan", ir.OpArctan, [][2]float64{{-1, 1}, {-10, 10}, {-1e3, 1e3}}, 37, 1.2, 1.5, "atan"},
}

const perRange = 20000

// arguments draws from each range, and of both signs and all magnitudes from 1e-37 to 10^wide.
func (f function) arguments() []float64 {
	r := rand.New(rand.NewPCG(1, uint64(f.op)))
	var x []float64
	for _, g := range f.ranges {
		for range perRange {
			x = append(x, g[0]+(g[1]-g[0])*r.Float64())
		}
	}
	for range perRange {
		v := math.Pow(10, -37+(37+f.wide)*r.Float64())
		if r.IntN(2) == 0 {
			v = -v
		}
		x = append(x, v)
	}
	return x
}

func ulp32(want float64) float64 {
	a := math.Max(math.Abs(want), 0x1p-126)
	return math.Ldexp(1, math.Ilogb(a)-23)
}

func ulp64(want float64) float64 {
	a := math.Max(math.Abs(want), 0x1p-1022)
	return math.Ldexp(1, math.Ilogb(a)-52)
}

// units is the error in units in the last place; special values must agree exactly.
func units(got, want, ulp, largest float64) float64 {
	switch {
	case math.IsNaN(want) || math.IsInf(want, 0) || math.Abs(want) > largest:
		if math.IsNaN(got) && math.IsNaN(want) || math.IsInf(got, 0) && math.Signbit(got) == math.Signbit(want) {
			return 0
		}
		return math.Inf(1)
	case math.IsNaN(got):
		return math.Inf(1)
	}
	return math.Abs(got-want) / ulp
}

type worst struct {
	units, x, got, want float64
}

func (w *worst) see(u, x, got, want float64) {
	if u > w.units || w.x == 0 && w.units == 0 {
		*w = worst{u, x, got, want}
	}
}

// division is the error, in units in the last place, that OpenGL allows for the one division at the end of some functions. A processor rounds it correctly.
const division = 2.5

// root is that of a square root: OpenGL has it as 1 divided by the inverse root, of which it allows 2 units.
const root = 2 + division

func TestSingle(t *testing.T) {
	d := gltest.Device(t)
	for _, f := range functions {
		args := f.arguments()
		x := make([]float32, len(args))
		for i, a := range args {
			x[i] = float32(a)
		}
		body := "y[i] = " + f.builtin + "(x[i]);"
		if isExpr(f.builtin) {
			body = "float x = x[i]; precise float r = " + f.builtin + "; y[i] = r;"
		}
		own := evaluate(t, d, "#include \"lib/math.glsl\"", fmt.Sprintf("y[i] = %s(x[i]);", f.name), x, nil)
		builtin := evaluate(t, d, "", body, x, nil)
		var w, b worst
		for i := range x {
			want, ok := ir.EvalConst(f.op, ir.Real, float64(x[i]))
			if !ok {
				t.Fatal(f.name)
			}
			if math.Abs(want) < 0x1p-126 {
				continue
			}
			w.see(units(float64(own[i]), want, ulp32(want), math.MaxFloat32), float64(x[i]), float64(own[i]), want)
			b.see(units(float64(builtin[i]), want, ulp32(want), math.MaxFloat32), float64(x[i]), float64(builtin[i]), want)
		}
		t.Logf("%-9s float %8.3g ulp at %-14.8g   built-in %8.3g ulp at %.8g", f.name, w.units, w.x, b.units, b.x)
		allowed := f.single
		if !d.Info().Software {
			allowed += division
		}
		if w.units > allowed {
			t.Errorf("%s(%v) = %v, want %v: %.3g ulp, allowed %v", f.name, float32(w.x), float32(w.got), w.want, w.units, allowed)
		}
	}
}

func isExpr(s string) bool {
	for _, c := range s {
		if c == '(' {
			return true
		}
	}
	return false
}

// reference is one line of testdata/double.txt: the true value is value + rest.
type reference struct{ x, y, value, rest float64 }

func references(t *testing.T) map[string][]reference {
	t.Helper()
	text, err := os.ReadFile("testdata/double.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string][]reference{}
	for _, l := range strings.Split(string(text), "\n") {
		w := strings.Fields(l)
		if len(w) < 4 || w[0] == "#" {
			continue
		}
		var v []float64
		for _, s := range w[1:] {
			f, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			v = append(v, f)
		}
		r := reference{x: v[0], value: v[len(v)-2], rest: v[len(v)-1]}
		if len(v) == 4 {
			r.y = v[1]
		}
		m[w[0]] = append(m[w[0]], r)
	}
	return m
}

// Go's own functions are off by more than two units in places (asin near 1, sin of huge arguments), so the truth comes from a file.
func TestDouble(t *testing.T) {
	d := gltest.Device(t)
	if !d.Info().Features.Double {
		t.Skip("SKIPPED: the driver has no double")
	}
	refs := references(t)
	if len(refs) != len(functions)+1 {
		t.Fatalf("references for %d functions, want %d", len(refs), len(functions)+1)
	}
	for name, rs := range refs {
		x, y := make([]float64, len(rs)), make([]float64, len(rs))
		for i, r := range rs {
			x[i], y[i] = r.x, r.y
		}
		body, goName := fmt.Sprintf("y[i] = m_%s(x[i]);", name), name
		if name == "pow" {
			body = "y[i] = m_pow(x[i], x2[i]);"
		}
		got := evaluate(t, d, "#include \"lib/math64.glsl\"", body, x, y)
		var w, g worst
		for i, r := range rs {
			ulp := ulp64(r.value)
			w.see(math.Abs((got[i]-r.value)-r.rest)/ulp, r.x, got[i], r.value)
			if math.IsNaN(got[i]) {
				t.Errorf("m_%s(%v, %v) = %v, want %v", name, r.x, r.y, got[i], r.value)
			}
			g.see(math.Abs((goValue(goName, r.x, r.y)-r.value)-r.rest)/ulp, r.x, 0, 0)
		}
		t.Logf("m_%-7s double %6.3g ulp at %-24.17g Go %8.3g ulp at %.17g", name, w.units, w.x, g.units, g.x)
		if !(w.units <= 2) {
			t.Errorf("m_%s(%v) = %v, want %v: %.3g ulp, allowed 2", name, w.x, w.got, w.want, w.units)
		}
	}
}

func goValue(name string, x, y float64) float64 {
	for _, f := range functions {
		if f.name == "m_"+name {
			v, _ := ir.EvalConst(f.op, ir.Real, x)
			return v
		}
	}
	return math.Pow(x, y)
}

// Zeros, infinities, NaN and the ends of the domains; the sign of a zero counts.
func TestSpecialValues(t *testing.T) {
	d := gltest.Device(t)
	inf, nan := math.Inf(1), math.NaN()
	args := []float64{0, math.Copysign(0, -1), 1, -1, 1.5, -1.5, 2, -2, 3, -3, 0.5, -0.5, 1e30, -1e30, inf, -inf, nan, 89.5, -200, 120, -120}
	same := func(got, want float64) bool {
		return math.IsNaN(got) && math.IsNaN(want) || got == want && math.Signbit(got) == math.Signbit(want) ||
			want != 0 && !math.IsInf(want, 0) && math.Abs(got-want) <= 1e-6*math.Abs(want)
	}
	for _, f := range functions {
		x32 := make([]float32, len(args))
		for i, a := range args {
			x32[i] = float32(a)
		}
		got32 := evaluate(t, d, "#include \"lib/math.glsl\"", fmt.Sprintf("y[i] = %s(x[i]);", f.name), x32, nil)
		got64 := evaluate(t, d, "#include \"lib/math64.glsl\"", fmt.Sprintf("y[i] = %s(x[i]);", f.name), args, nil)
		for i, a := range args {
			huge := math.Abs(a) > 1e9 && (f.op == ir.OpSin || f.op == ir.OpCos || f.op == ir.OpTan) && !math.IsInf(a, 0)
			want, _ := ir.EvalConst(f.op, ir.Real, float64(x32[i]))
			if !huge && math.Abs(want) > 1e-36 || want == 0 || math.IsNaN(want) {
				if got := float64(got32[i]); !same(got, float64(float32(want))) {
					t.Errorf("%s(float %v) = %v, want %v", f.name, a, got, float32(want))
				}
			}
			want, _ = ir.EvalConst(f.op, ir.Real, a)
			if got := got64[i]; !huge && !same(got, want) {
				t.Errorf("%s(double %v) = %v, want %v", f.name, a, got, want)
			}
		}
	}
	var x, y []float64
	for _, a := range args {
		for _, b := range args {
			x, y = append(x, a), append(y, b)
		}
	}
	x32, y32 := make([]float32, len(x)), make([]float32, len(x))
	for i := range x {
		x32[i], y32[i] = float32(x[i]), float32(y[i])
	}
	got32 := evaluate(t, d, "#include \"lib/math.glsl\"", "y[i] = m_pow(x[i], x2[i]);", x32, y32)
	got64 := evaluate(t, d, "#include \"lib/math64.glsl\"", "y[i] = m_pow(x[i], x2[i]);", x, y)
	for i := range x {
		want := math.Pow(float64(x32[i]), float64(y32[i]))
		if w := math.Abs(want); w == 0 || w > 1e-36 || math.IsNaN(w) {
			if got := float64(got32[i]); !same(got, float64(float32(want))) {
				t.Errorf("m_pow(float %v, %v) = %v, want %v", x[i], y[i], got, float32(want))
			}
		}
		if got, want := got64[i], math.Pow(x[i], y[i]); !same(got, want) {
			t.Errorf("m_pow(double %v, %v) = %v, want %v", x[i], y[i], got, want)
		}
	}
}

func TestPowSingle(t *testing.T) {
	d := gltest.Device(t)
	r := rand.New(rand.NewPCG(3, 4))
	var x, y []float32
	for range perRange {
		x, y = append(x, float32(math.Pow(10, -3+6*r.Float64()))), append(y, float32(-12+24*r.Float64()))
		x, y = append(x, float32(-3+6*r.Float64())), append(y, float32(r.IntN(80)-40))
		x, y = append(x, float32(1+1e-4*(r.Float64()-0.5))), append(y, float32(1e6*(r.Float64()-0.5)))
	}
	got := evaluate(t, d, "#include \"lib/math.glsl\"", "y[i] = m_pow(x[i], x2[i]);", x, y)
	builtin := evaluate(t, d, "", "y[i] = pow(x[i], x2[i]);", x, y)
	var w, b worst
	for i := range x {
		want := truePow(float64(x[i]), float64(y[i]))
		if math.Abs(want) < 0x1p-126 {
			continue
		}
		w.see(units(float64(got[i]), want, ulp32(want), math.MaxFloat32), float64(x[i]), float64(got[i]), want)
		if x[i] > 0 {
			b.see(units(float64(builtin[i]), want, ulp32(want), math.MaxFloat32), float64(x[i]), float64(builtin[i]), want)
		}
	}
	t.Logf("m_pow     float %8.3g ulp at %-14.8g   built-in %8.3g ulp at %.8g", w.units, w.x, b.units, b.x)
	if w.units > 1 {
		t.Errorf("m_pow(%v, ?) = %v, want %v: %.3g ulp, allowed 1", w.x, w.got, w.want, w.units)
	}
}

// truePow is good to float32's half unit: math.Pow itself loses too much where |y| is large.
func truePow(x, y float64) float64 {
	v := math.Exp(y * math.Log(math.Abs(x)))
	if x < 0 && math.Mod(y, 2) != 0 {
		return -v
	}
	return v
}
