package ir

import (
	"math"
	"testing"
)

func TestHashConsing(t *testing.T) {
	b := NewBuilder()
	v := b.Slot(Slot{Name: "v", Type: Real, Access: Read})
	if again := b.Slot(Slot{Name: "v", Type: Real, Access: Write}); again != v || b.Slots()[v].Access != ReadWrite {
		t.Error("a slot declared again is not the same slot with wider access")
	}
	x := b.Op(OpMul, b.Load(v), b.Const(2))
	if x != b.Op(OpMul, b.Load(v), b.Const(2)) {
		t.Error("equal expressions are not one pointer")
	}
	if x == b.Op(OpMul, b.Const(2), b.Load(v)) {
		t.Error("operands are not reordered: that is for the algebra of a later stage")
	}
	if b.Const(0) == b.Const(math.Copysign(0, -1)) {
		t.Error("0 and -0 are one constant")
	}
	if b.Const(1) == b.ConstInt(1) {
		t.Error("1.0 and 1 are one constant")
	}
	draw := b.Random(OpNormal, 1)
	if draw == b.Random(OpNormal, 2) || draw != b.Random(OpNormal, 1) {
		t.Error("draws are not told apart by their number alone")
	}
	for _, a := range x.Args {
		if a.ID() >= x.ID() {
			t.Error("an argument does not come before its user")
		}
	}
}

// special are operands at which a careless rewrite would show.
var special = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -2, 3, 1e308, 5e-324, math.Inf(1), math.Inf(-1), math.NaN()}

// TestFoldKeepsMeaning evaluates op(x, constant) and op(constant, x) after folding, and compares the bits with EvalConst.
func TestFoldKeepsMeaning(t *testing.T) {
	sameBits := func(x, y float64) bool {
		return math.Float64bits(x) == math.Float64bits(y) || math.IsNaN(x) && math.IsNaN(y)
	}
	folded := 0
	for op := OpAdd; op <= OpNe; op++ {
		if opTable[op].arity != 2 {
			continue
		}
		for _, c := range special {
			for _, left := range []bool{true, false} {
				b := NewBuilder()
				x := b.Load(b.Slot(Slot{Name: "x", Type: Real, Access: Read}))
				args := []*Expr{x, b.Const(c)}
				if left {
					args[0], args[1] = args[1], args[0]
				}
				e := b.Op(op, args...)
				if e.Op == op {
					continue
				}
				folded++
				for _, v := range special {
					in := []float64{v, c}
					if left {
						in[0], in[1] = c, v
					}
					want, _ := EvalConst(op, Real, in...)
					got := v // the only thing that a fold of one constant leaves is x itself
					if e != x {
						t.Fatalf("%v with %v folds to %v", op, c, FormatExpr(e, b.Slots()))
					}
					if !sameBits(got, want) {
						t.Errorf("%v(%v) is folded to %v, and is %v", op, in, got, want)
					}
				}
			}
		}
	}
	if folded == 0 {
		t.Error("nothing is folded")
	}
}

func TestFoldConstants(t *testing.T) {
	b := NewBuilder()
	if e := b.Op(OpExp, b.Const(1)); !e.IsConst(math.E) {
		t.Errorf("exp(1) folds to %v", e.Value)
	}
	if e := b.Op(OpMul, b.ConstInt(-1), b.ConstInt(0)); e != b.ConstInt(0) {
		t.Errorf("-1*0 folds to an integer %v with another sign", e.Value)
	}
	for _, e := range []*Expr{
		b.Op(OpAdd, b.ConstInt(math.MaxInt32), b.ConstInt(1)),
		b.Op(OpFloorDiv, b.ConstInt(1), b.ConstInt(0)),
		b.Op(OpMod, b.ConstInt(1), b.ConstInt(0)),
		b.Op(OpFloorDiv, b.ConstInt(math.MinInt32), b.ConstInt(-1)),
		b.Op(OpRealToInt, b.Const(1e10)),
		b.Op(OpRealToInt, b.Const(math.NaN())),
	} {
		if e.Op == OpConst {
			t.Errorf("an integer operation without a result folds to %v", e.Value)
		}
	}
	x := b.Load(b.Slot(Slot{Name: "x", Type: Bool, Access: Read}))
	yes, no := b.ConstBool(true), b.ConstBool(false)
	for _, c := range []struct{ got, want *Expr }{
		{b.Op(OpAnd, x, yes), x}, {b.Op(OpAnd, no, x), no}, {b.Op(OpOr, x, no), x}, {b.Op(OpOr, yes, x), yes},
		{b.Op(OpNot, b.Op(OpNot, x)), x}, {b.Select(x, yes, yes), yes}, {b.Select(yes, x, no), x}, {b.Select(no, x, yes), yes},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", FormatExpr(c.got, b.Slots()), FormatExpr(c.want, b.Slots()))
		}
	}
}

func TestUniform(t *testing.T) {
	b := NewBuilder()
	v := b.Load(b.Slot(Slot{Name: "v", Type: Real, Access: Read}))
	s := b.Load(b.Slot(Slot{Name: "s", Type: Real, Kind: Scalar, Access: Read}))
	table := b.Slot(Slot{Name: "table", Type: Real, Kind: Indexed, Access: Read})
	for e, want := range map[*Expr]bool{
		s: true, b.Time(1): true, b.Leaf(OpStep): true, b.LoadAt(table, b.Leaf(OpStep)): true, b.Op(OpMul, s, b.Const(2)): true,
		v: false, b.Leaf(OpElem): false, b.LoadAt(table, b.Leaf(OpElem)): false, b.Op(OpMul, s, v): false, b.Random(OpUniform, 0): false,
		b.Leaf(OpPre): false, b.Random(OpPoisson, 1, s): false,
	} {
		if e.Uniform() != want {
			t.Errorf("uniform(%s) = %v", FormatExpr(e, b.Slots()), e.Uniform())
		}
	}
}

func TestSubstitute(t *testing.T) {
	b := NewBuilder()
	x := b.Load(b.Slot(Slot{Name: "x", Type: Real, Access: Read}))
	y := b.Load(b.Slot(Slot{Name: "y", Type: Real, Access: Read}))
	e := b.Op(OpAdd, b.Op(OpMul, x, y), b.Op(OpExp, x))
	swapped := b.Substitute(e, map[*Expr]*Expr{x: y, y: x})
	if got := FormatExpr(swapped, b.Slots()); got != "y*x+exp(y)" {
		t.Errorf("both at once: %s", got)
	}
	if got := b.Substitute(e, map[*Expr]*Expr{x: b.Const(1)}); got != b.Op(OpAdd, y, b.Const(math.E)) {
		t.Errorf("constants are not folded: %s", FormatExpr(got, b.Slots()))
	}
	if b.Substitute(e, nil) != e {
		t.Error("an expression in which nothing is replaced changes")
	}
	if !DependsOn(e, x) || !DependsOn(e, b.Op(OpExp, x)) || DependsOn(e, swapped) {
		t.Error("DependsOn")
	}
	n := 0
	Walk(e, func(*Expr) { n++ })
	if n != 5 {
		t.Errorf("Walk visits %d nodes, want 5", n)
	}
}

// TestCopy moves an expression with every kind of leaf to a Builder whose slots are in another order.
func TestCopy(t *testing.T) {
	b := NewBuilder()
	x := b.Load(b.Slot(Slot{Name: "x", Type: Real, Access: Read}))
	table := b.Slot(Slot{Name: "table", Type: Real, Kind: Indexed, Access: Read})
	e := b.Op(OpAdd, b.Op(OpMul, x, b.LoadAt(table, b.Leaf(OpElem))), b.Op(OpMul, b.Time(0.5), b.Random(OpGamma, 3, x)))
	e = b.Select(b.Op(OpLt, e, x), b.ToReal(b.Random(OpPoisson, 4, x)), b.Random(OpNormal, 5))

	to := NewBuilder()
	to.Slot(Slot{Name: "other", Type: Int, Access: Read})
	moved := to.Copy(e, nil, func(slot int) int { return to.Slot(b.Slots()[slot]) })
	if got, want := FormatExpr(moved, to.Slots()), FormatExpr(e, b.Slots()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	out := to.Slot(Slot{Name: "out", Type: Real, Access: Write})
	if err := Verify(&Kernel{Name: "k", Slots: to.Slots(), Effects: []Effect{{Kind: Store, Slot: out, Value: moved}}}); err != nil {
		t.Error(err)
	}
}
