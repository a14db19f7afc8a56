package exectest

import (
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

func seq(n int, f func(i int) float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = f(i)
	}
	return v
}

// leaves checks element, count, step and time over several steps.
func (s *suite) leaves(t *testing.T) {
	const n, steps = 300, 7
	b := s.plan()
	elem, count, step, time := b.intN("elem", n), b.intN("count", n), b.intN("step", n), b.realN("time", n)
	k := newBody("leaves", ir.Elements)
	k.store(b, elem, k.Leaf(ir.OpElem), nil)
	k.store(b, count, k.Leaf(ir.OpCount), nil)
	k.store(b, step, k.Leaf(ir.OpStep), nil)
	k.store(b, time, k.Time(1e-3), nil)
	b.do("leaves", k.run(n))
	x := s.steps(t, b, steps)
	s.equal(t, "elem", read(t, x, b, elem), seq(n, func(i int) float64 { return float64(i) }))
	s.equal(t, "count", read(t, x, b, count), seq(n, func(int) float64 { return n }))
	s.equal(t, "step", read(t, x, b, step), seq(n, func(int) float64 { return steps - 1 }))
	dt := 1e-3
	s.equal(t, "time", read(t, x, b, time), seq(n, func(int) float64 { return dt * (steps - 1) }))
}

// slots checks each kind of slot, read and written: own element, scalar, shifted piece, gather.
func (s *suite) slots(t *testing.T) {
	const n = 700
	b := s.plan()
	src := b.reals("src", seq(2*n, func(i int) float64 { return float64(i) + 0.5 })...)
	perm := make([]int32, n)
	for i := range perm {
		perm[i] = int32(i * 37 % n)
	}
	index := b.ints("perm", perm...)
	shift, factor := b.ints("shift", 100), b.reals("factor", 3)
	own, piece, gathered, back := b.realN("own", n), b.realN("piece", n), b.realN("gathered", n), b.realN("back", 2*n)
	shifted, scalar, outside := b.realN("shifted", 2*n), b.reals("scalar", 0), b.realN("outside", n)

	k := newBody("loads", ir.Elements)
	e := k.Leaf(ir.OpElem)
	k.store(b, own, k.Op(ir.OpMul, k.at(b, src, e), k.scalar(b, factor)), nil)
	k.store(b, piece, k.at(b, src, k.Op(ir.OpAdd, k.scalar(b, shift), e)), nil)
	k.store(b, gathered, k.at(b, src, k.load(b, index)), nil)
	b.do("loads", k.run(n))

	k = newBody("stores", ir.Elements)
	e = k.Leaf(ir.OpElem)
	v := k.at(b, src, e)
	k.storeAt(b, back, k.Op(ir.OpSub, k.Op(ir.OpAdd, k.ConstInt(130), e), k.scalar(b, shift)), v, nil)
	k.storeAt(b, shifted, k.Op(ir.OpAdd, e, k.scalar(b, shift)), v, nil)
	k.effect(ir.Effect{Kind: ir.Store, Slot: k.slot(b, scalar, ir.Scalar, ir.Write), Value: k.Op(ir.OpAdd, k.ToReal(k.Leaf(ir.OpCount)), k.Const(0.25))})
	b.do("stores", k.run(n))

	// Both sides of a select may be evaluated, so a load outside its buffer must be harmless.
	k = newBody("outside", ir.Elements)
	e = k.Leaf(ir.OpElem)
	before, twice := k.Op(ir.OpSub, e, k.ConstInt(50)), k.Op(ir.OpMul, k.Op(ir.OpSub, e, k.ConstInt(50)), k.ConstInt(2))
	first := k.Select(k.Op(ir.OpLe, k.ConstInt(0), before), k.at(b, src, before), k.Const(-1))
	k.store(b, outside, k.Select(k.Op(ir.OpLe, k.ConstInt(0), twice), k.at(b, src, twice), first), nil)
	b.do("outside", k.run(n))

	x := s.steps(t, b, 1)
	at := func(i int) float64 { return float64(i) + 0.5 }
	s.equal(t, "own", read(t, x, b, own), seq(n, func(i int) float64 { return 3 * at(i) }))
	s.equal(t, "piece", read(t, x, b, piece), seq(n, func(i int) float64 { return at(i + 100) }))
	s.equal(t, "gathered", read(t, x, b, gathered), seq(n, func(i int) float64 { return at(int(perm[i])) }))
	s.equal(t, "back", read(t, x, b, back), seq(2*n, func(i int) float64 {
		if i < 30 || i >= n+30 {
			return 0
		}
		return at(i - 30)
	}))
	s.equal(t, "shifted", read(t, x, b, shifted), seq(2*n, func(i int) float64 {
		if i < 100 || i >= n+100 {
			return 0
		}
		return at(i - 100)
	}))
	s.equal(t, "scalar", read(t, x, b, scalar), []float64{n + 0.25})
	s.equal(t, "outside", read(t, x, b, outside), seq(n, func(i int) float64 {
		if i < 50 {
			return -1
		}
		return at(2 * (i - 50))
	}))
}

// simultaneousStores checks that every load sees memory as it was before the kernel.
func (s *suite) simultaneousStores(t *testing.T) {
	const n, steps = 300, 5
	b := s.plan()
	p, q := b.reals("p", seq(n, func(i int) float64 { return float64(i) })...), b.reals("q", seq(n, func(i int) float64 { return -float64(i) / 2 })...)
	c, d := b.intN("c", n), b.ints("d", make([]int32, n)...)
	b.Buffers[d].Ints = nil
	b.Buffers[d].Fill = 3
	k := newBody("swap", ir.Elements)
	x, y := k.load(b, p), k.load(b, q)
	k.store(b, p, y, nil)
	k.store(b, q, k.Op(ir.OpAdd, x, k.Op(ir.OpMul, y, k.Const(0.5))), nil)
	i, j := k.load(b, c), k.load(b, d)
	k.store(b, c, j, nil)
	k.store(b, d, k.Op(ir.OpSub, i, j), nil)
	b.do("swap", k.run(n))
	inst := s.steps(t, b, steps)
	wp, wq, wc, wd := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for e := range n {
		x, y := float64(e), -float64(e)/2
		i, j := 0.0, 3.0
		for range steps {
			h := round(s.precision, y*0.5)
			x, y = y, round(s.precision, x+h)
			i, j = j, i-j
		}
		wp[e], wq[e], wc[e], wd[e] = x, y, i, j
	}
	s.equal(t, "p", read(t, inst, b, p), wp)
	s.equal(t, "q", read(t, inst, b, q), wq)
	s.equal(t, "c", read(t, inst, b, c), wc)
	s.equal(t, "d", read(t, inst, b, d), wd)
}

func (s *suite) maskedStores(t *testing.T) {
	const n = 300
	b := s.plan()
	v, old := b.reals("v", seq(n, func(i int) float64 { return float64(i) })...), b.reals("old", seq(n, func(int) float64 { return -1 })...)
	flags, scat := b.boolN("flags", n), b.realN("shifted", n+5)
	count, never := b.intN("count", n), b.reals("never", 5)
	k := newBody("masked", ir.Elements)
	x := k.load(b, v)
	even := k.Op(ir.OpEq, k.Op(ir.OpMod, k.Leaf(ir.OpElem), k.ConstInt(2)), k.ConstInt(0))
	small := k.Op(ir.OpLt, x, k.Const(100))
	k.store(b, old, k.Op(ir.OpMul, x, k.Const(2)), even)
	k.store(b, flags, small, k.Op(ir.OpNot, even))
	k.store(b, count, k.Op(ir.OpAdd, k.load(b, count), k.ConstInt(1)), k.Op(ir.OpAnd, even, small))
	k.storeAt(b, scat, k.Op(ir.OpAdd, k.ConstInt(5), k.Leaf(ir.OpElem)), x, even)
	k.effect(ir.Effect{Kind: ir.Store, Slot: k.slot(b, never, ir.Scalar, ir.Write), Value: k.Const(1), Mask: k.Op(ir.OpLt, k.Leaf(ir.OpStep), k.ConstInt(0))})
	b.do("masked", k.run(n))
	inst := s.steps(t, b, 3)
	pick := func(c bool, x, y float64) float64 {
		if c {
			return x
		}
		return y
	}
	s.equal(t, "old", read(t, inst, b, old), seq(n, func(i int) float64 { return pick(i%2 == 0, 2*float64(i), -1) }))
	s.equal(t, "flags", read(t, inst, b, flags), seq(n, func(i int) float64 { return pick(i%2 == 1 && i < 100, 1, 0) }))
	s.equal(t, "count", read(t, inst, b, count), seq(n, func(i int) float64 { return pick(i%2 == 0 && i < 100, 3, 0) }))
	s.equal(t, "shifted", read(t, inst, b, scat), seq(n+5, func(i int) float64 { return pick(i >= 5 && i%2 == 1, float64(i-5), 0) }))
	s.equal(t, "never", read(t, inst, b, never), []float64{5})
}

// largeDomain has enough elements that an executor splits it, and a length that no block divides.
func (s *suite) largeDomain(t *testing.T) {
	const n, steps = 100003, 3
	b := s.plan()
	v := b.realN("v", n)
	k := newBody("large", ir.Elements)
	k.store(b, v, k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(b, v), k.Const(0.5)), k.ToReal(k.Leaf(ir.OpElem))), nil)
	b.do("large", k.run(n))
	x := s.load(t, b, exec.Options{})
	advance(t, x, steps)
	s.equal(t, "v", read(t, x, b, v), seq(n, func(i int) float64 {
		v := 0.0
		for range steps {
			v = round(s.precision, round(s.precision, v*0.5)+float64(i))
		}
		return v
	}))
}

// history checks a ring of past values that a kernel writes, and its readers with a lag.
func (s *suite) history(t *testing.T) {
	const n, depth, lag, steps = 260, 5, 3, 13
	b := s.plan()
	v, delayed := b.realN("v", n), b.realN("delayed", n)
	ring := b.buffer(plan.Buffer{Var: "ring", Type: ir.Real, Len: depth * n, Role: plan.History})
	one, sum := b.reals("one", 1), b.realN("sum", n)
	k := newBody("advance", ir.Elements)
	next := k.Op(ir.OpAdd, k.Leaf(ir.OpStep), k.ConstInt(1))
	row := k.Op(ir.OpMul, k.Op(ir.OpMod, next, k.ConstInt(depth)), k.ConstInt(n))
	value := k.Op(ir.OpAdd, k.ToReal(k.Op(ir.OpMul, next, k.ConstInt(1000))), k.ToReal(k.Leaf(ir.OpElem)))
	k.store(b, v, value, nil)
	k.storeAt(b, ring, k.Op(ir.OpAdd, row, k.Leaf(ir.OpElem)), value, nil)
	r := newBody("read", ir.Elements)
	past := r.Op(ir.OpMax, r.Op(ir.OpSub, r.Leaf(ir.OpStep), r.ConstInt(lag)), r.ConstInt(0))
	at := r.Op(ir.OpAdd, r.Op(ir.OpMul, r.Op(ir.OpMod, past, r.ConstInt(depth)), r.ConstInt(n)), r.Leaf(ir.OpElem))
	r.store(b, delayed, r.at(b, ring, at), nil)
	source := plan.Source{Buf: ring, Len: n, Depth: depth, Lag: lag}
	b.do("read", r.run(n), &plan.MatMul{
		Name: "copy", A: source, B: plan.Source{Buf: one, Len: 1}, C: sum, Scale: plan.None, M: n, K: 1, N: 1,
	})
	b.do("advance", k.run(n))
	x := s.load(t, b, exec.Options{})
	for step := int64(0); step < steps; step++ {
		advance(t, x, step+1)
		want := seq(n, func(i int) float64 {
			if step-lag <= 0 {
				return 0 // row 0, which holds what was there before the first step
			}
			return float64(1000*(step-lag)) + float64(i)
		})
		s.equal(t, "delayed", read(t, x, b, delayed), want)
		s.equal(t, "source", read(t, x, b, sum), want)
	}
}
