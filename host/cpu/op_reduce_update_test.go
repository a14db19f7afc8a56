package cpu

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// TestUpdatingSum compares a sum and the update of the same synapses in one pass with the two one after the other: where what is summed is what the
// update stores over, where it comes from the targets, where all are connected to all, where threads have a part each, and in the steps that make
// subnormal numbers 0.
func TestUpdatingSum(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, precision := range []plan.Precision{plan.Double, plan.Single} {
		for _, density := range []float64{0.3, 1} {
			for _, threads := range []int{1, 2, 4} {
				for shape := range 4 {
					for _, add := range []bool{false, true} {
						apart, want := sumAndUpdate(t, Portable, precision, density, threads, shape, add, false)
						for _, use := range []Instructions{AVX2, AVX512} {
							joint, got := sumAndUpdate(t, use, precision, density, threads, shape, add, true)
							if joint != (use.available().machineCode() != native.NoSet) || apart {
								t.Fatalf("in one pass: %v and %v", joint, apart)
							}
							if !slices.Equal(got, want) {
								t.Fatalf("%v, precision %v, density %v, %d threads, shape %d, add %v: other values in one pass", use, precision, density, threads, shape, add)
							}
						}
					}
				}
			}
		}
	}
}

// sumAndUpdate runs both for some steps, as operations of one item or of two, and returns all values and whether there is one pass.
func sumAndUpdate(t *testing.T, use Instructions, precision plan.Precision, density float64, threads, shape int, add, together bool) (joint bool, values []float64) {
	pre, post, steps := 30, 50, int64(flushEvery+3)
	if threads > 1 {
		pre, post, steps = 600, 410, 4
	}
	p := newPlan(precision)
	n := randomConn(p, pre, post, density, true)
	r := rand.New(rand.NewPCG(1, 9))
	reals := func(name string, n int, scale float64) plan.BufferID {
		v := randomReals[float64](r, n)
		for i := range v {
			v[i] *= scale
		}
		return p.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: n, Reals: v, Role: plan.State})
	}
	w, s, x, level, sums := reals("w", n, 1), reals("s", n, 1), reals("x", n, 0x1p-1000), reals("level", post, 1), reals("sum", post, 1)
	k := newKernel("sum", ir.Incoming)
	value := k.load(p, s)
	switch shape {
	case 1:
		value = k.Op(ir.OpMul, k.load(p, w), value)
	case 2:
		value = k.Op(ir.OpMul, value, k.Op(ir.OpSub, k.load(p, x), k.at(p, level, k.Leaf(ir.OpPost))))
	case 3:
		value = k.Op(ir.OpMul, value, k.Op(ir.OpAdd, k.load(p, w), k.Const(0.5)))
	}
	k.k.Reductions = append(k.k.Reductions, ir.Reduction{Slot: k.slot(p, sums, ir.PerElement, ir.ReadWrite), Value: value, Add: add})
	sum := k.run(post)
	sum.Conn = 1
	u := newKernel("update", ir.Synapses)
	u.store(p, s, u.Op(ir.OpAdd, u.Op(ir.OpMul, u.load(p, s), u.Const(0.75)), u.Op(ir.OpMul, u.load(p, x), u.load(p, w))))
	u.store(p, x, u.Op(ir.OpDiv, u.load(p, x), u.Const(1.25)))
	update := u.run(n)
	update.Conn = 0
	if together {
		p.do(sum, update)
	} else {
		p.do(sum)
		p.do(update)
	}
	i, err := Backend{Instructions: use}.Load(p.Plan, exec.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	if _, err := i.Advance(context.Background(), steps); err != nil {
		t.Fatal(err)
	}
	for _, b := range []plan.BufferID{sums, s, x} {
		v := make([]float64, p.Buffers[b].Len)
		if err := i.Read(b, 0, v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v...)
	}
	switch i := i.(type) {
	case *instance[float64]:
		joint = inParts(t, i, threads)
	case *instance[float32]:
		joint = inParts(t, i, threads)
	}
	return joint, values
}

// inParts reports whether there is one pass, and fails where it is not shared as it should be.
func inParts[T real](t *testing.T, i *instance[T], threads int) bool {
	j, ok := i.items[0].ops[0].(*updatingSum[T])
	if ok && (threads == 1 && j.values != nil || threads == 2 && j.values == nil) {
		t.Fatalf("%d threads share the synapses: %v", threads, j.values != nil)
	}
	return ok
}
