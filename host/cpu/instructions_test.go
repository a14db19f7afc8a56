package cpu

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// What the processor lacks is left out, and what was not asked for, too.
func TestInstructions(t *testing.T) {
	for _, i := range []Instructions{Best, Portable, Blocks, AVX2, AVX512} {
		use := i.available()
		if use == Best || i != Best && use > i && i != Portable || i == Portable && use != Portable || i == Blocks && use != Blocks {
			t.Errorf("instructions %d become %d", i, use)
		}
		set := use.machineCode()
		if set != native.NoSet && (use < AVX2 || !set.Available()) {
			t.Errorf("instructions %d make machine code for %v", i, set)
		}
		p := newPlan(plan.Double)
		a := p.real("a", 100, 0.5)
		k := newKernel("k", ir.Elements)
		k.store(p, a, k.Op(ir.OpTanh, k.load(p, a)))
		p.do(k.run(100))
		x, err := Backend{Instructions: i}.Load(p.Plan, exec.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if has := x.(*instance[float64]).items[0].ops[0].(*kernelOp[float64]).body.(*runOp[float64]).p.whole != nil; has != (set != native.NoSet) {
			t.Errorf("instructions %d: machine code %v, want that of %v", i, has, set)
		}
		x.Close()
	}
}

// A kernel that is too large for machine code runs in loops over blocks, to the same bits.
func TestTooLargeKernel(t *testing.T) {
	var want []float64
	for _, i := range []Instructions{Portable, AVX2, Best} {
		p := newPlan(plan.Double)
		k := newKernel("large", ir.Elements)
		out := p.real("out", 300, 0)
		var sum *ir.Expr
		for s := range native.MaxSlots + 5 {
			v := k.Op(ir.OpExp, k.load(p, p.real(fmt.Sprint("in", s), 300, float64(s)/50)))
			if sum == nil {
				sum = v
			}
			sum = k.Op(ir.OpAdd, k.Op(ir.OpTanh, sum), v)
		}
		k.store(p, out, sum)
		p.do(k.run(300))
		x, err := Backend{Instructions: i}.Load(p.Plan, exec.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Advance(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
		got := make([]float64, 300)
		if err := x.Read(out, 0, got); err != nil {
			t.Fatal(err)
		}
		if x.Close(); want == nil {
			want = got
		}
		sameBits(t, fmt.Sprint("instructions ", i), got, want)
	}
}

// A power that has no short form is taken lane by lane, between two pieces of machine code.
func TestStagesAroundPower(t *testing.T) {
	if Best.available().machineCode() == native.NoSet {
		return
	}
	p := newPlan(plan.Double)
	a, b := p.real("a", 300, 0.5), p.real("b", 300, 1.7)
	k := newKernel("k", ir.Elements)
	A := k.load(p, a)
	power := k.Op(ir.OpPow, k.Op(ir.OpTanh, A), k.load(p, b))
	k.store(p, a, k.Op(ir.OpLog, k.Op(ir.OpAdd, power, A)))
	p.do(k.run(300))
	x, err := Backend{}.Load(p.Plan, exec.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var kinds []bool
	for _, s := range x.(*instance[float64]).items[0].ops[0].(*kernelOp[float64]).body.(*runOp[float64]).p.stages {
		kinds = append(kinds, s.code != nil)
	}
	if fmt.Sprint(kinds) != "[true false true]" {
		t.Errorf("stages that are machine code: %v", kinds)
	}
	if _, err := x.Advance(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 300)
	if err := x.Read(a, 0, got); err != nil {
		t.Fatal(err)
	}
	if want := log(math.Pow(tanh(0.5), 1.7) + 0.5); got[0] != want || got[299] != want {
		t.Errorf("%v, want %v", got[0], want)
	}
}
