package exectest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// generator makes random programs of exact operations; results that the IR leaves open are kept out.
type generator struct {
	*body
	r      *rand.Rand
	leaves map[ir.Type][]*ir.Expr
	divide bool
}

func (g *generator) pick(ops ...ir.Op) ir.Op { return ops[g.r.IntN(len(ops))] }

func (g *generator) expr(t ir.Type, depth int) *ir.Expr {
	if l := g.leaves[t]; depth == 0 || g.r.IntN(6) == 0 {
		return l[g.r.IntN(len(l))]
	}
	sub := func(t ir.Type) *ir.Expr { return g.expr(t, depth-1) }
	if g.r.IntN(7) == 0 {
		return g.Select(sub(ir.Bool), sub(t), sub(t))
	}
	switch t {
	case ir.Real:
		switch n := g.r.IntN(12); {
		case n < 6:
			return g.Op(g.pick(ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpMul), sub(t), sub(t))
		case n < 8:
			return g.Op(g.pick(ir.OpMin, ir.OpMax), sub(t), sub(t))
		case n == 8 && g.divide:
			return g.Op(ir.OpDiv, sub(t), sub(t))
		case n == 9 && g.divide:
			return g.Op(ir.OpSqrt, g.Op(ir.OpAbs, sub(t)))
		case n == 10:
			return g.Op(ir.OpIntToReal, sub(ir.Int))
		}
		return g.Op(g.pick(ir.OpNeg, ir.OpAbs, ir.OpSign, ir.OpFloor, ir.OpCeil), sub(t))
	case ir.Int:
		switch n := g.r.IntN(10); {
		case n < 4:
			return g.Op(g.pick(ir.OpAdd, ir.OpSub, ir.OpMul), sub(t), sub(t))
		case n < 6:
			return g.Op(g.pick(ir.OpMin, ir.OpMax), sub(t), sub(t))
		case n == 6:
			return g.Op(g.pick(ir.OpFloorDiv, ir.OpMod), sub(t), g.Op(ir.OpAdd, g.Op(ir.OpMod, sub(t), g.ConstInt(13)), g.ConstInt(2)))
		case n == 7:
			x := sub(ir.Real)
			x = g.Select(g.Op(ir.OpEq, x, x), x, g.Const(0)) // NaN has no integer
			return g.Op(ir.OpRealToInt, g.Op(ir.OpMax, g.Const(-1e6), g.Op(ir.OpMin, x, g.Const(1e6))))
		case n == 8:
			return g.Op(ir.OpBoolToInt, sub(ir.Bool))
		}
		return g.Op(g.pick(ir.OpNeg, ir.OpAbs, ir.OpSign), sub(t))
	}
	switch g.r.IntN(4) {
	case 0:
		return g.Op(g.pick(ir.OpAnd, ir.OpOr), sub(t), sub(t))
	case 1:
		return g.Op(ir.OpNot, sub(t))
	case 2:
		return g.Op(g.pick(ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe), sub(ir.Int), sub(ir.Int))
	}
	return g.Op(g.pick(ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe), sub(ir.Real), sub(ir.Real))
}

// evaluate is the slow meaning of an expression: one element, one node at a time.
func (s *suite) evaluate(e *ir.Expr, leaf func(*ir.Expr) float64) float64 {
	memo := map[*ir.Expr]float64{}
	var eval func(e *ir.Expr) float64
	eval = func(e *ir.Expr) float64 {
		if v, ok := memo[e]; ok {
			return v
		}
		var v float64
		args := make([]float64, len(e.Args))
		for i, a := range e.Args {
			if e.Op != ir.OpLoad {
				args[i] = eval(a)
			}
		}
		switch {
		case e.Op == ir.OpConst:
			v = e.Value
		case e.Op == ir.OpSelect:
			v = args[2]
			if args[0] != 0 {
				v = args[1]
			}
		case len(e.Args) == 0 || e.Op == ir.OpLoad:
			v = leaf(e)
		case e.Args[0].Type == ir.Int && e.Type == ir.Int:
			var b int32
			if len(args) > 1 {
				b = int32(args[1])
			}
			i, _ := wantInt(e.Op, int32(args[0]), b)
			v = float64(i)
		case e.Type == ir.Real && len(args) == 2:
			v = s.wantReal(e.Op, args...)
		default:
			v, _ = ir.EvalConst(e.Op, e.Args[0].Type, args...)
			if e.Op == ir.OpRealToInt {
				v += 0 // an Int has no -0
			}
		}
		if e.Type == ir.Real {
			v = round(s.precision, v)
		}
		memo[e] = v
		return v
	}
	return eval(e)
}

// randomPrograms compares random kernels with the slow evaluator, bit for bit.
func (s *suite) randomPrograms(t *testing.T) {
	for seed := uint64(0); seed < 60; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { s.randomProgram(t, seed) })
		if t.Failed() {
			return
		}
	}
}

func (s *suite) randomProgram(t *testing.T, seed uint64) {
	const n, outputs = 270, 2
	r := rand.New(rand.NewPCG(seed, 7))
	b := s.plan()
	value := func(int) float64 { return round(s.precision, r.NormFloat64()*math.Exp2(float64(r.IntN(8)-4))) }
	reals := b.reals("r", seq(n, value)...)
	ints, bools := make([]int32, n), make([]int32, n)
	for i := range ints {
		ints[i], bools[i] = int32(r.IntN(41)-20), int32(r.IntN(2))
	}
	reals2, scalar := b.reals("r2", seq(n, value)...), b.reals("s", value(0), value(0))
	reversed := b.reals("r3", seq(n, value)...)
	ib, bb := b.ints("i", ints...), b.bools("b", bools...)
	k := newBody("random", ir.Elements)
	g := &generator{body: k, r: r, divide: !s.tol.InexactDivision}
	g.leaves = map[ir.Type][]*ir.Expr{
		ir.Real: {k.load(b, reals), k.load(b, reals2), k.at(b, scalar, k.ConstInt(0)), k.at(b, scalar, k.ConstInt(1)),
			k.Const(0.5), k.Const(-3), k.Time(1), k.at(b, reversed, k.Op(ir.OpSub, k.ConstInt(n-1), k.Leaf(ir.OpElem)))},
		ir.Int:  {k.load(b, ib), k.Leaf(ir.OpElem), k.Leaf(ir.OpStep), k.ConstInt(3), k.ConstInt(-2)},
		ir.Bool: {k.load(b, bb), k.Op(ir.OpLt, k.Leaf(ir.OpElem), k.ConstInt(n/2)), k.ConstBool(true)},
	}
	var outR, outI [outputs]plan.BufferID
	for j := range outputs {
		outR[j], outI[j] = b.realN(fmt.Sprint("real", j), n), b.intN(fmt.Sprint("int", j), n)
		k.store(b, outR[j], g.expr(ir.Real, 7), nil)
		k.store(b, outI[j], g.expr(ir.Int, 6), nil)
	}
	b.do("random", k.run(n))
	x := s.steps(t, b, 2)
	var gotR, gotI [outputs][]float64
	for j := range outputs {
		gotR[j], gotI[j] = read(t, x, b, outR[j]), read(t, x, b, outI[j])
	}
	values := map[plan.BufferID][]float64{}
	for _, id := range []plan.BufferID{reals, reals2, reversed, scalar} {
		values[id] = b.Buffers[id].Reals
	}
	for _, id := range []plan.BufferID{ib, bb} {
		for _, v := range b.Buffers[id].Ints {
			values[id] = append(values[id], float64(v))
		}
	}
	for i := range n {
		var leaf func(e *ir.Expr) float64
		leaf = func(e *ir.Expr) float64 {
			switch e.Op {
			case ir.OpElem:
				return float64(i)
			case ir.OpStep:
				return 1
			case ir.OpTime:
				return e.Value
			}
			at := i
			if len(e.Args) > 0 {
				at = int(s.evaluate(e.Args[0], leaf))
			}
			return values[k.bind[e.Slot]][at]
		}
		for j := range outputs {
			effR, effI := k.kernel.Effects[2*j], k.kernel.Effects[2*j+1]
			if want := s.evaluate(effR.Value, leaf); !s.tol.same(s.precision, ir.OpInvalid, gotR[j][i], want) {
				t.Fatalf("real output %d of element %d = %v, want %v", j, i, gotR[j][i], want)
			}
			if want := s.evaluate(effI.Value, leaf); gotI[j][i] != want {
				t.Fatalf("int output %d of element %d = %v, want %v", j, i, gotI[j][i], want)
			}
		}
	}
}

// draws compares random operations with package rng: same key, stream, step and element, the same value.
func (s *suite) draws(t *testing.T) {
	if s.precision == plan.Double {
		drawsOf[float64](t, s)
	} else {
		drawsOf[float32](t, s)
	}
}

func drawsOf[T rng.Float](t *testing.T, s *suite) {
	const n, steps = 1000, 3
	o := exec.Options{Seed: 0x123456789abcdef, Run: 2, Replica: 5}
	b := s.plan()
	uni, nor, exp, gam, poi, shape, mean := b.realN("uniform", n), b.realN("normal", n), b.realN("exponential", n), b.realN("gamma", n), b.intN("poisson", n),
		b.reals("shape", seq(n, func(i int) float64 { return 0.5 * float64(i%12) })...), b.reals("mean", seq(n, func(i int) float64 { return float64(i%7*i%7) * 5 })...)
	k := newBody("draws", ir.Elements)
	k.kernel.Stream = rng.Stream("exectest")
	k.store(b, uni, k.Random(ir.OpUniform, 0), nil)
	k.store(b, nor, k.Random(ir.OpNormal, 1), nil)
	k.store(b, exp, k.Random(ir.OpExponential, 2), nil)
	k.store(b, gam, k.Random(ir.OpGamma, 3, k.load(b, shape)), nil)
	k.store(b, poi, k.Random(ir.OpPoisson, 65535, k.load(b, mean)), nil)
	b.do("draws", k.run(n))
	x := s.load(t, b, o)
	for step := range int64(steps) {
		advance(t, x, step+1)
		at := rng.At{Key: rng.NewKey(o.Seed, o.Run, o.Replica), Stream: rng.Stream("exectest"), Step: uint32(step)}
		shapes, means := read(t, x, b, shape), read(t, x, b, mean)
		for _, c := range []struct {
			op   ir.Op
			buf  plan.BufferID
			want func(e int) float64
		}{
			{ir.OpUniform, uni, func(e int) float64 { return float64(rng.Uniform[T](at, uint32(e), 0)) }},
			{ir.OpNormal, nor, func(e int) float64 { return float64(rng.Normal[T](at, uint32(e), 1)) }},
			{ir.OpExponential, exp, func(e int) float64 { return float64(rng.Exponential[T](at, uint32(e), 2)) }},
			{ir.OpGamma, gam, func(e int) float64 { return float64(rng.Gamma(at, uint32(e), 3, T(shapes[e]))) }},
			{ir.OpPoisson, poi, func(e int) float64 { return float64(rng.Poisson(at, uint32(e), 65535, T(means[e]))) }},
		} {
			for e, got := range read(t, x, b, c.buf) {
				if want := c.want(e); !s.tol.same(s.precision, c.op, got, want) {
					t.Fatalf("step %d: %v[%d] = %v, want %v", step, c.op, e, got, want)
				}
			}
		}
	}
}
