package solve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

func TestLinearForm(t *testing.T) {
	m := cuba(constants["shared"])
	slots := m.B.Slots()
	v, ge := m.Vars[0], m.Vars[1]
	for _, c := range []struct {
		e, x *ir.Expr
		A, B string
	}{
		{v.Deriv, v.Value, "-1.0/taum", "(ge+gi-0.049)/taum"},
		{v.Deriv, ge.Value, "1.0/taum", "(gi-(v-(-0.049)))/taum"},
		{ge.Deriv, ge.Value, "-1.0/taue", "0.0"},
		{ge.Deriv, v.Value, "0.0", "-ge/taue"},
	} {
		A, B, ok := Linear(m.B, c.e, c.x)
		if !ok {
			t.Fatal("not linear")
		}
		if a, b := ir.FormatExpr(A, slots), ir.FormatExpr(B, slots); a != c.A || b != c.B {
			t.Errorf("A = %s, want %s; B = %s, want %s", a, c.A, b, c.B)
		}
	}
}

// randomExpr draws an expression of x, y and constants. Linear operations in x are likely, so that both answers occur.
func randomExpr(m *model, rng *rand.Rand, x, y *ir.Expr, depth int) *ir.Expr {
	if depth == 0 {
		switch rng.IntN(4) {
		case 0:
			return m.c(rng.NormFloat64())
		case 1:
			return y
		}
		return x
	}
	sub := func() *ir.Expr { return randomExpr(m, rng, x, y, depth-1) }
	unary := []ir.Op{ir.OpNeg, ir.OpNeg, ir.OpExp, ir.OpSin, ir.OpCos, ir.OpTanh, ir.OpExprel, ir.OpArctan, ir.OpAbs, ir.OpExpm1, ir.OpSinh, ir.OpCosh, ir.OpFloor}
	binary := []ir.Op{ir.OpAdd, ir.OpAdd, ir.OpSub, ir.OpSub, ir.OpMul, ir.OpDiv, ir.OpMin, ir.OpMax, ir.OpMod}
	switch k := rng.IntN(8); {
	case k == 0:
		return m.B.Op(unary[rng.IntN(len(unary))], sub())
	case k == 1:
		return m.B.Select(m.B.Op(ir.OpLt, sub(), sub()), sub(), sub())
	case k == 2:
		return m.pow(sub(), float64(rng.IntN(4)))
	case k == 3:
		return m.B.Op(ir.OpPow, m.B.Op(ir.OpExp, y), sub())
	}
	return m.B.Op(binary[rng.IntN(len(binary))], sub(), sub())
}

// TestLinearRandom checks A·x + B against the expression itself, and that refused expressions do depend on x.
func TestLinearRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	linear := 0
	for range 3000 {
		m := newModel(1)
		x, y := m.leaf("x", 0), m.leaf("y", 0)
		e := randomExpr(m, rng, x, y, 3)
		A, B, ok := Linear(m.B, e, x)
		if !ok {
			if !ir.DependsOn(e, x) {
				t.Fatalf("%s is refused but free of x", ir.FormatExpr(e, m.B.Slots()))
			}
			continue
		}
		linear++
		if ir.DependsOn(A, x) || ir.DependsOn(B, x) {
			t.Fatalf("%s: A or B contains x", ir.FormatExpr(e, m.B.Slots()))
		}
		for range 4 {
			m.val["x"], m.val["y"] = rng.NormFloat64(), rng.NormFloat64()
			memo := make(map[*ir.Expr]float64)
			want, a, b := m.eval(e, memo), m.eval(A, memo), m.eval(B, memo)
			got := a*m.val["x"] + b
			scale := math.Abs(a*m.val["x"]) + math.Abs(b) + 1
			if finite(want) && finite(got) && !(math.Abs(got-want) <= 1e-9*scale) {
				t.Fatalf("%s: A·x+B = %v, want %v", ir.FormatExpr(e, m.B.Slots()), got, want)
			}
		}
	}
	if linear < 250 {
		t.Errorf("only %d of 3000 expressions were linear", linear)
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// TestDiffRandom compares derivatives with central differences, at points where these agree at two step sizes (that is,
// away from jumps and kinks).
func TestDiffRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	compared := 0
	for range 3000 {
		m := newModel(1)
		x, y := m.leaf("x", 0), m.leaf("y", 0)
		e := randomExpr(m, rng, x, y, 3)
		d, err := Diff(m.B, e, x)
		if err != nil {
			t.Fatal(err)
		}
		at := func(e *ir.Expr, v float64) float64 {
			m.val["x"] = v
			return m.eval(e, make(map[*ir.Expr]float64))
		}
		x0 := rng.NormFloat64()
		m.val["y"] = rng.NormFloat64()
		central := func(h float64) float64 { return (at(e, x0+h) - at(e, x0-h)) / (2 * h) }
		c1, c2 := central(1e-4), central(5e-5)
		scale := 1 + math.Abs(c1) + math.Abs(at(e, x0))
		memo := make(map[*ir.Expr]float64)
		m.val["x"] = x0
		m.eval(e, memo)
		overflow := false
		for _, v := range memo {
			overflow = overflow || !finite(v)
		}
		if overflow || !finite(c1) || !finite(c2) || math.Abs(c1-c2) > 1e-7*scale || scale > 1e4 {
			continue
		}
		compared++
		if got := at(d, x0); !(math.Abs(got-c2) <= 1e-6*scale) {
			t.Fatalf("d/dx %s at x=%v y=%v: %v, want %v", ir.FormatExpr(e, m.B.Slots()), x0, m.val["y"], got, c2)
		}
	}
	if compared < 2000 {
		t.Errorf("only %d of 3000 derivatives compared", compared)
	}
}

// TestDiffFunctions covers every function, at points on both sides of the branches.
func TestDiffFunctions(t *testing.T) {
	for op := ir.OpSqrt; op <= ir.OpArctan; op++ {
		for _, x0 := range []float64{0.2, 0.45, 0.7} {
			t.Run(fmt.Sprintf("%v at %v", op, x0), func(t *testing.T) {
				m := newModel(1)
				x := m.leaf("x", 0)
				e := m.B.Op(op, x)
				d, err := Diff(m.B, e, x)
				if err != nil {
					t.Fatal(err)
				}
				at := func(e *ir.Expr, v float64) float64 {
					m.val["x"] = v
					return m.eval(e, make(map[*ir.Expr]float64))
				}
				const h = 2e-4 // five-point formula: error h⁴
				want := (8*(at(e, x0+h)-at(e, x0-h)) - (at(e, x0+2*h) - at(e, x0-2*h))) / (12 * h)
				if got := at(d, x0); math.Abs(got-want) > 2e-10*(1+math.Abs(want)) {
					t.Errorf("%v, want %v", got, want)
				}
			})
		}
	}
}

func TestDiffExprelAtZero(t *testing.T) {
	m := newModel(1)
	x := m.leaf("x", 0)
	d, _ := Diff(m.B, m.B.Op(ir.OpExprel, x), x)
	if got := m.eval(d, map[*ir.Expr]float64{}); got != 0.5 {
		t.Errorf("exprel'(0) = %v, want 0.5", got)
	}
}

func TestDiffRandomDraw(t *testing.T) {
	m := newModel(1)
	x := m.leaf("x", 0)
	e := m.B.ToReal(m.B.Random(ir.OpPoisson, 0, x))
	if _, err := Diff(m.B, e, x); err == nil {
		t.Error("a Poisson draw has no derivative with respect to its mean")
	}
	if d, err := Diff(m.B, m.mul(x, m.B.Random(ir.OpUniform, 1)), x); err != nil || d.Op != ir.OpUniform {
		t.Errorf("derivative of x·uniform: %v, %v", d, err)
	}
}
