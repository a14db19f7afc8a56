package exectest

import (
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Spikes runs Emit and the domains Active and Spiking: a threshold, a reset, and synapses that add to their targets, with
// sums compared in the order of ascending spikes. A backend that has these domains calls it beside RunSuite.
func Spikes(t *testing.T, newBackend func() exec.Backend, precision plan.Precision, tol Tolerance) {
	s := &suite{backend: newBackend(), precision: precision, tol: tol}
	const n, targets, steps = 700, 520, 12
	r := rand.New(rand.NewPCG(21, 22))
	b := s.plan()
	rowPtr, index := []int32{0}, []int32(nil)
	for range n {
		for j := range targets {
			if r.Float64() < 0.2 {
				index = append(index, int32(j))
			}
		}
		rowPtr = append(rowPtr, int32(len(index)))
	}
	start := seq(n, func(int) float64 { return round(precision, r.Float64()) })
	wv := s.values(r, len(index))
	v, last, w := b.reals("v", start...), b.intN("last", n), b.reals("w", wv...)
	list, again := b.intN("list", n+1), b.intN("again", n+1)
	ptr, idx := b.ints("rowptr", rowPtr...), b.ints("index", index...)
	sums, general, constant, ring := b.realN("sums", targets), b.realN("general", targets), b.realN("constant", targets), b.realN("ring", 3*targets)
	seen := b.intN("seen", len(index))
	b.Conns = []*plan.Conn{{Name: "synapses", NPre: n, NPost: targets, N: len(index), RowPtr: ptr, Index: idx}}

	k := newBody("threshold", ir.Elements)
	x := k.Op(ir.OpAdd, k.load(b, v), k.Const(0.125))
	k.store(b, v, x, nil)
	k.effect(ir.Effect{Kind: ir.Emit, Slot: k.slot(b, list, ir.Indexed, ir.Write), Mask: k.Op(ir.OpLt, k.Const(1), x)})
	b.do("threshold", k.run(n))

	over := func(k *body, conn int) plan.Op {
		o := k.over(conn, n)
		o.List = list
		return o
	}
	add := func(k *body, buf plan.BufferID, index, value *ir.Expr) {
		k.effect(ir.Effect{Kind: ir.Accumulate, Slot: k.slot(b, buf, ir.Indexed, ir.ReadWrite), Index: index, Value: value})
	}
	k = newBody("weights", ir.Spiking)
	add(k, sums, k.Leaf(ir.OpPost), k.load(b, w))
	b.do("weights", over(k, 0))
	k = newBody("general", ir.Spiking)
	add(k, general, k.Leaf(ir.OpPost), k.Op(ir.OpMul, k.load(b, w), k.at(b, v, k.Leaf(ir.OpPre))))
	k.store(b, seen, k.Leaf(ir.OpStep), nil)
	b.do("general", over(k, 0))
	k = newBody("constant", ir.Spiking)
	add(k, constant, k.Leaf(ir.OpPost), k.Const(0.25))
	b.do("constant", over(k, 0))
	k = newBody("delayed", ir.Spiking)
	row := k.Op(ir.OpMul, k.Op(ir.OpMod, k.Leaf(ir.OpStep), k.ConstInt(3)), k.ConstInt(targets))
	add(k, ring, k.Op(ir.OpAdd, row, k.Leaf(ir.OpPost)), k.load(b, w))
	b.do("delayed", over(k, 0))

	k = newBody("reset", ir.Active)
	old := k.load(b, v)
	k.store(b, v, k.Op(ir.OpSub, old, k.Const(1)), nil)
	k.store(b, last, k.Op(ir.OpAdd, k.Op(ir.OpMul, k.Leaf(ir.OpStep), k.ConstInt(1000)), k.Leaf(ir.OpElem)), nil)
	odd := k.Op(ir.OpEq, k.Op(ir.OpMod, k.Leaf(ir.OpElem), k.ConstInt(2)), k.ConstInt(1))
	k.effect(ir.Effect{Kind: ir.Emit, Slot: k.slot(b, again, ir.Indexed, ir.Write), Mask: odd})
	b.do("reset", over(k, -1))

	inst := s.load(t, b, exec.Options{})
	vv, lasts, seens := append([]float64(nil), start...), make([]float64, n), make([]float64, len(index))
	var sum, gen, con [targets]summer
	var rings [3 * targets]summer
	for _, a := range [][]summer{sum[:], gen[:], con[:], rings[:]} {
		for i := range a {
			a[i].p = precision
		}
	}
	for step := range steps {
		advance(t, inst, int64(step+1))
		spikes, odds := []float64{0}, []float64{0}
		for i := range vv {
			vv[i] = round(precision, vv[i]+0.125)
			if !(vv[i] > 1) {
				continue
			}
			spikes = append(spikes, float64(i))
			if i%2 == 1 {
				odds = append(odds, float64(i))
			}
			for k := rowPtr[i]; k < rowPtr[i+1]; k++ {
				j := index[k]
				sum[j].add(1, wv[k])
				gen[j].add(1, round(precision, wv[k]*vv[i]))
				con[j].add(1, 0.25)
				rings[step%3*targets+int(j)].add(1, wv[k])
				seens[k] = float64(step)
			}
			vv[i] = round(precision, vv[i]-1)
			lasts[i] = float64(1000*step + i)
		}
		spikes[0], odds[0] = float64(len(spikes)-1), float64(len(odds)-1)
		s.equal(t, "list", read(t, inst, b, list)[:len(spikes)], spikes)
		s.equal(t, "again", read(t, inst, b, again)[:len(odds)], odds)
		s.equal(t, "v", read(t, inst, b, v), vv)
	}
	s.equal(t, "last", read(t, inst, b, last), lasts)
	s.equal(t, "seen", read(t, inst, b, seen), seens)
	for _, c := range []struct {
		buf  plan.BufferID
		want []summer
	}{{sums, sum[:]}, {general, gen[:]}, {constant, con[:]}, {ring, rings[:]}} {
		for i, got := range read(t, inst, b, c.buf) {
			if !s.near(got, c.want[i].sum, c.want[i].mag) {
				t.Fatalf("%s[%d] = %v, want %v", b.Buffers[c.buf].Var, i, got, c.want[i].sum)
			}
		}
	}
}
