package cpu

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// What decays does so to 0 and does not stay subnormal; what has input keeps its value, however small.
func TestSubnormalStates(t *testing.T) {
	for _, precision := range []plan.Precision{plan.Double, plan.Single} {
		least := 0x1p-1022
		if precision == plan.Single {
			least = 0x1p-126
		}
		for _, use := range []Instructions{Best, Portable} {
			p := newPlan(precision)
			const n = 21
			start := make([]float64, n)
			for i := range start {
				start[i] = math.Ldexp(1-2*float64(i%2), i)
			}
			state := func(name string) plan.BufferID {
				return p.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: n, Reals: start, Role: plan.State})
			}
			g, h, v := state("g"), state("h"), state("v")
			k := newKernel("update", ir.Elements)
			half := k.Const(0.5)
			k.store(p, g, k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(p, g), half), k.Op(ir.OpMul, k.load(p, h), half)))
			k.store(p, h, k.Op(ir.OpMul, k.load(p, h), half))
			k.store(p, v, k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(p, v), half), k.Const(least/4)))
			p.do(k.run(n))
			x, err := Backend{Instructions: use}.Load(p.Plan, exec.Options{Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			seen := false
			for step := int64(1); step <= 2048; step++ {
				if _, err := x.Advance(context.Background(), step); err != nil {
					t.Fatal(err)
				}
				var got [3][n]float64
				for i, b := range []plan.BufferID{g, h, v} {
					if err := x.Read(b, 0, got[i][:]); err != nil {
						t.Fatal(err)
					}
				}
				for i := range n {
					small := func(v float64) bool { return v != 0 && math.Abs(v) < least }
					seen = seen || small(got[1][i])
					if (step-1)%flushEvery == 0 && (small(got[0][i]) || small(got[1][i])) {
						t.Fatalf("%v: after step %d element %d has %v and %v", use, step-1, i, got[0][i], got[1][i])
					}
					if step == 2048 && (got[0][i] != 0 || got[1][i] != 0 || got[2][i] != least/2) {
						t.Fatalf("%v: in the end element %d has %v, %v and %v", use, i, got[0][i], got[1][i], got[2][i])
					}
				}
			}
			if !seen {
				t.Fatal("no state was subnormal on the way: the test shows nothing")
			}
			x.Close()
		}
	}
}
