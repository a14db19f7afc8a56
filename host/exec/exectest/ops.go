package exectest

import (
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

var (
	inf    = math.Inf(1)
	nan    = math.NaN()
	negZ   = math.Copysign(0, -1)
	tiny32 = 0x1p-126
)

var binaryReal = []ir.Op{
	ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpDiv, ir.OpMin, ir.OpMax, ir.OpFloorDiv, ir.OpMod, ir.OpPow, ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe,
}

var unaryReal = []ir.Op{
	ir.OpNeg, ir.OpAbs, ir.OpSign, ir.OpSqrt, ir.OpExp, ir.OpExpm1, ir.OpExprel, ir.OpLog, ir.OpLog10, ir.OpLog1p, ir.OpSin, ir.OpCos,
	ir.OpTan, ir.OpSinh, ir.OpCosh, ir.OpTanh, ir.OpArcsin, ir.OpArccos, ir.OpArctan, ir.OpFloor, ir.OpCeil,
}

// realArguments are the values that every operation on Reals meets.
func (s *suite) realArguments() []float64 {
	v := []float64{0, negZ, 1, -1, 2, -2, 3, -3, 4, 0.5, -0.5, 1.5, -2.5, 0.1, -7.3, 10, 1e-9, -1e-3, 88.5, 1e6, inf, -inf, nan}
	if s.precision == plan.Double {
		v = append(v, 1e300, -1e-300, 709.5, -710.3, math.MaxFloat64)
		if !s.tol.FlushSubnormals {
			v = append(v, 5e-324)
		}
	} else {
		v = append(v, 1e30, -1e-30, math.MaxFloat32)
		if !s.tol.FlushSubnormals {
			v = append(v, 0x1p-149, tiny32/4)
		}
	}
	for i := range v {
		v[i] = round(s.precision, v[i])
	}
	return v
}

// wantReal is the exact result of op, before it is rounded to the plan's precision.
func (s *suite) wantReal(op ir.Op, args ...float64) float64 {
	switch op {
	case ir.OpFloorDiv:
		return math.Floor(round(s.precision, args[0]/args[1]))
	}
	v, ok := ir.EvalConst(op, ir.Real, args...)
	if !ok {
		panic(fmt.Sprintf("exectest: %v has no reference", op))
	}
	return v
}

// compare fails for each result that is too far from its reference.
func (s *suite) compare(t *testing.T, op ir.Op, form string, got float64, args ...float64) {
	t.Helper()
	if want := s.wantReal(op, args...); !s.tol.same(s.precision, op, got, want) {
		t.Errorf("%v%v as %s = %v, want %v (off by %.3g ulp)", op, args, form, got, round(s.precision, want),
			math.Abs(got-want)/ulp(s.precision, round(s.precision, want)))
	}
}

// realOperations runs every operation on Reals in each form an executor may treat apart: both operands vary, one of them is
// the same for all elements, both are.
func (s *suite) realOperations(t *testing.T) {
	v := s.realArguments()
	for _, op := range unaryReal {
		t.Run(op.String(), func(t *testing.T) { s.unaryOp(t, op, v) })
	}
	for _, op := range binaryReal {
		t.Run(op.String(), func(t *testing.T) { s.binaryOp(t, op, v) })
	}
}

func (s *suite) unaryOp(t *testing.T, op ir.Op, v []float64) {
	// More arguments than one block of any backend, so that both vector loops and their remainders run.
	const n = 1000
	args := make([]float64, n)
	for i := range args {
		args[i] = round(s.precision, math.Sin(float64(i))*math.Exp(float64(i%17)-8))
	}
	copy(args, v)
	b := s.plan()
	in, out, uniform := b.reals("in", args...), b.realN("out", n), b.realN("uniform", n)
	k := newBody("op", ir.Elements)
	k.store(b, out, k.Op(op, k.load(b, in)), nil)
	k.store(b, uniform, k.Op(op, k.at(b, b.reals("v", v...), k.Leaf(ir.OpStep))), nil)
	b.do("op", k.run(n))
	x := s.load(t, b, exec.Options{})
	for step := range v {
		advance(t, x, int64(step+1))
		got := read(t, x, b, uniform)
		s.compare(t, op, "uniform", got[0], v[step])
		s.compare(t, op, "uniform", got[n-1], v[step])
	}
	for i, got := range read(t, x, b, out) {
		s.compare(t, op, "vector", got, args[i])
	}
}

func (s *suite) binaryOp(t *testing.T, op ir.Op, v []float64) {
	n := len(v)
	var left, right []float64
	for _, x := range v {
		for _, y := range v {
			left, right = append(left, x), append(right, y)
		}
	}
	b := s.plan()
	a, c := b.reals("a", left...), b.reals("b", right...)
	u, w := b.reals("u", v...), b.reals("w", v...)
	vv, vs, sv, ss := b.realN("vv", n*n), b.realN("vs", n), b.realN("sv", n), b.realN("ss", n)
	k := newBody("both vary", ir.Elements)
	k.store(b, vv, k.ToReal(k.Op(op, k.load(b, a), k.load(b, c))), nil)
	b.do("vv", k.run(n*n))
	// The operand of one side is the same for all elements, another one in every step.
	one := newBody("one varies", ir.Elements)
	x, y := one.load(b, u), one.at(b, w, one.Leaf(ir.OpStep))
	z := one.at(b, w, one.Op(ir.OpMod, one.Op(ir.OpMul, one.Leaf(ir.OpStep), one.ConstInt(5)), one.ConstInt(int32(n))))
	one.store(b, vs, one.ToReal(one.Op(op, x, y)), nil)
	one.store(b, sv, one.ToReal(one.Op(op, y, x)), nil)
	one.store(b, ss, one.ToReal(one.Op(op, y, z)), nil)
	b.do("vs", one.run(n))
	inst := s.load(t, b, exec.Options{})
	for step, scalar := range v {
		advance(t, inst, int64(step+1))
		gotVS, gotSV := read(t, inst, b, vs), read(t, inst, b, sv)
		for i, p := range v {
			s.compare(t, op, "vector, scalar", gotVS[i], p, scalar)
			s.compare(t, op, "scalar, vector", gotSV[i], scalar, p)
		}
		s.compare(t, op, "scalar, scalar", read(t, inst, b, ss)[n-1], scalar, v[step*5%n])
	}
	for i, got := range read(t, inst, b, vv) {
		s.compare(t, op, "vector, vector", got, left[i], right[i])
	}
}

var intArguments = []int32{0, 1, -1, 2, -2, 3, -3, 7, -7, 10, 100, 46341, -46341, math.MaxInt32, math.MinInt32, math.MaxInt32 - 1}

// wantInt is the result of an Int operation with 32-bit wrap-around. ok is false where the IR leaves it open.
func wantInt(op ir.Op, a, b int32) (v int32, ok bool) {
	switch op {
	case ir.OpAdd:
		return a + b, true
	case ir.OpSub:
		return a - b, true
	case ir.OpMul:
		return a * b, true
	case ir.OpNeg:
		return -a, true
	case ir.OpAbs:
		return max(a, -a), true
	case ir.OpFloorDiv, ir.OpMod:
		if b == 0 || a == math.MinInt32 && b == -1 {
			return 0, false
		}
	}
	f, ok := ir.EvalConst(op, ir.Int, float64(a), float64(b))
	return int32(f), ok
}

func (s *suite) intOperations(t *testing.T) {
	n := len(intArguments)
	var left, right []int32
	for _, x := range intArguments {
		for _, y := range intArguments {
			left, right = append(left, x), append(right, y)
		}
	}
	for _, op := range []ir.Op{
		ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpMin, ir.OpMax, ir.OpFloorDiv, ir.OpMod, ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe,
		ir.OpNeg, ir.OpAbs, ir.OpSign,
	} {
		t.Run(op.String(), func(t *testing.T) {
			b := s.plan()
			a, c, out := b.ints("a", left...), b.ints("b", right...), b.intN("out", n*n)
			scal := b.intN("uniform", n*n)
			k := newBody("op", ir.Elements)
			args := []*ir.Expr{k.load(b, a), k.load(b, c)}
			x, y := b.ints("x", left[5]), b.ints("y", right[6])
			uni := []*ir.Expr{k.scalar(b, x), k.scalar(b, y)}
			if op == ir.OpNeg || op == ir.OpAbs || op == ir.OpSign {
				args, uni = args[:1], uni[:1]
			}
			toInt := func(e *ir.Expr) *ir.Expr {
				if e.Type == ir.Bool {
					return k.Op(ir.OpBoolToInt, e)
				}
				return e
			}
			k.store(b, out, toInt(k.Op(op, args...)), nil)
			k.store(b, scal, toInt(k.Op(op, uni...)), nil)
			b.do("op", k.run(n*n))
			inst := s.steps(t, b, 1)
			for i, got := range read(t, inst, b, out) {
				if want, ok := wantInt(op, left[i], right[i]); ok && got != float64(want) {
					t.Errorf("%v(%d, %d) = %v, want %d", op, left[i], right[i], got, want)
				}
			}
			want, ok := wantInt(op, left[5], right[6])
			for _, got := range read(t, inst, b, scal) {
				if ok && got != float64(want) {
					t.Fatalf("%v(%d, %d) uniform = %v, want %d", op, left[5], right[6], got, want)
				}
			}
		})
	}
}

func (s *suite) boolOperations(t *testing.T) {
	b := s.plan()
	p, q := b.bools("p", 0, 0, 1, 1), b.bools("q", 0, 1, 0, 1)
	and, or, not, eq, ne, sel := b.boolN("and", 4), b.boolN("or", 4), b.boolN("not", 4), b.boolN("eq", 4), b.boolN("ne", 4), b.boolN("select", 4)
	r, i := b.realN("real", 4), b.intN("int", 4)
	k := newBody("bools", ir.Elements)
	x, y := k.load(b, p), k.load(b, q)
	k.store(b, and, k.Op(ir.OpAnd, x, y), nil)
	k.store(b, or, k.Op(ir.OpOr, x, y), nil)
	k.store(b, not, k.Op(ir.OpNot, x), nil)
	b.do("bools", k.run(4))
	k = newBody("more bools", ir.Elements)
	x, y = k.load(b, p), k.load(b, q)
	k.store(b, eq, k.Op(ir.OpEq, x, y), nil)
	k.store(b, ne, k.Op(ir.OpNe, x, y), nil)
	k.store(b, sel, k.Select(x, y, k.Op(ir.OpNot, y)), nil)
	b.do("more bools", k.run(4))
	k = newBody("selects", ir.Elements)
	x, y = k.load(b, p), k.load(b, q)
	k.store(b, r, k.Select(x, k.Const(2.5), k.ToReal(y)), nil)
	k.store(b, i, k.Select(y, k.ConstInt(7), k.Op(ir.OpBoolToInt, x)), nil)
	b.do("selects", k.run(4))
	inst := s.steps(t, b, 1)
	for _, c := range []struct {
		buf  plan.BufferID
		want []float64
	}{
		{and, []float64{0, 0, 0, 1}}, {or, []float64{0, 1, 1, 1}}, {not, []float64{1, 1, 0, 0}},
		{eq, []float64{1, 0, 0, 1}}, {ne, []float64{0, 1, 1, 0}}, {sel, []float64{1, 0, 0, 1}},
		{r, []float64{0, 1, 2.5, 2.5}}, {i, []float64{0, 7, 1, 7}},
	} {
		s.equal(t, b.Buffers[c.buf].Var, read(t, inst, b, c.buf), c.want)
	}
}

func (s *suite) conversions(t *testing.T) {
	b := s.plan()
	reals := []float64{0, negZ, 0.9, -0.9, 1.5, -1.5, 2147483520, -2147483648, 1e-30, 16777217}
	ints := []int32{0, 1, -1, 16777217, -16777219, math.MaxInt32, math.MinInt32, 5, 6, 7}
	r, i := b.reals("r", reals...), b.ints("i", ints...)
	toInt, toReal := b.intN("to int", len(reals)), b.realN("to real", len(ints))
	k := newBody("convert", ir.Elements)
	k.store(b, toInt, k.Op(ir.OpRealToInt, k.load(b, r)), nil)
	k.store(b, toReal, k.Op(ir.OpIntToReal, k.load(b, i)), nil)
	b.do("convert", k.run(len(reals)))
	x := s.steps(t, b, 1)
	want := make([]float64, len(reals))
	for i, v := range reals {
		want[i] = math.Trunc(round(s.precision, v)) + 0 // an Int has no -0
	}
	s.equal(t, "to int", read(t, x, b, toInt), want)
	for i, v := range ints {
		want[i] = round(s.precision, float64(v))
	}
	s.equal(t, "to real", read(t, x, b, toReal), want)
}
