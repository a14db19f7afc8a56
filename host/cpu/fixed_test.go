package cpu

import (
	"context"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// TestFixed runs one kernel both as an initial operation, where every expression is computed in place, and as a step, where those of
// the index alone come from buffers made at load. The results have the same bits.
func TestFixed(t *testing.T) {
	t.Run("float64", func(t *testing.T) { fixedValues[float64](t, plan.Double) })
	t.Run("float32", func(t *testing.T) { fixedValues[float32](t, plan.Single) })
}

func fixedValues[T real](t *testing.T, precision plan.Precision) {
	const n, cols = 1000, 30
	build := func(initial bool) *instance[T] {
		p := newPlan(precision)
		out := p.real("out", n, 0)
		k := newKernel("coordinates", ir.Elements)
		x := k.ToReal(k.Op(ir.OpMod, k.Leaf(ir.OpElem), k.ConstInt(cols)))
		y := k.ToReal(k.Op(ir.OpFloorDiv, k.Leaf(ir.OpElem), k.ConstInt(cols)))
		d := k.Op(ir.OpDiv, k.Op(ir.OpAdd, k.Op(ir.OpMul, x, x), k.Op(ir.OpMul, y, y)), k.Const(7))
		v := k.Op(ir.OpAdd, k.Op(ir.OpExp, k.Op(ir.OpNeg, d)), k.Op(ir.OpMul, k.Op(ir.OpSub, x, k.Time(1)), k.Random(ir.OpUniform, 0)))
		k.store(p, out, v)
		if initial {
			p.Init = []plan.Op{k.run(n)}
		} else {
			p.do(k.run(n))
		}
		x0, err := Backend{}.Load(p.Plan, exec.Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x0.Close() })
		return x0.(*instance[T])
	}
	plain, kept := build(true), build(false)
	if a, b := len(plain.m.real)-len(plain.plan.Buffers), len(kept.m.real)-len(kept.plan.Buffers); a != 0 || b != 2 {
		t.Errorf("%d and %d buffers of fixed values, want 0 and 2", a, b)
	}
	if _, err := kept.Advance(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "step against initial operation", kept.m.real[0], plain.m.real[0])
	// What is kept is no state.
	s, err := kept.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Data) != 1 {
		t.Errorf("the snapshot holds %d buffers, want 1", len(s.Data))
	}
}

func TestFixedIsBounded(t *testing.T) {
	p := newPlan(plan.Double)
	k := newKernel("large", ir.Elements)
	k.store(p, p.real("out", fixedLimit+1, 0), k.Op(ir.OpSqrt, k.ToReal(k.Leaf(ir.OpElem))))
	p.do(k.run(fixedLimit + 1))
	x, err := Backend{}.Load(p.Plan, exec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if n := len(x.(*instance[float64]).m.real); n != 1 {
		t.Errorf("%d buffers, want that of the plan alone", n)
	}
}
