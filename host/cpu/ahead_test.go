package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Where a task's part of a row begins: rows of any length, with targets that occur several times, and ends between, on and beyond them.
func TestBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	tables := map[Instructions]*vec[float64]{Best: newVec[float64](Best.available()), Portable: newVec[float64](Portable)}
	for n := range 700 {
		row := make([]int32, n)
		for i := range row {
			row[i] = r.Int32N(int32(n))
		}
		slices.Sort(row)
		for _, end := range []int32{0, 1, r.Int32N(int32(n) + 1), r.Int32N(int32(n) + 1), int32(n), 1 << 30} {
			want, _ := slices.BinarySearch(row, end)
			for use, v := range tables {
				if got := before(row, end, v.less); got != want {
					t.Fatalf("%d of %d entries are less than %d, want %d (instructions %d): %v", got, n, end, want, use, row)
				}
			}
		}
	}
}

// Deliveries of more synapses than the second-level cache holds, which are asked for ahead, have the bits of the portable form on any
// number of threads.
func TestLargeDelivery(t *testing.T) {
	old := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(old)
	for _, precision := range []plan.Precision{plan.Double, plan.Single} {
		var want []float64
		for _, c := range []struct {
			use     Instructions
			threads int
		}{{Portable, 1}, {Blocks, 1}, {AVX2, 3}, {Best, 1}, {Best, 2}, {Best, 4}} {
			p := newPlan(precision)
			spiking(p, 4200, 80)
			if n := p.Conns[0].N; n < 1<<18 {
				t.Fatalf("%d synapses are too few", n)
			}
			b := Backend{Instructions: c.use}
			x, err := b.Load(p.Plan, exec.Options{Threads: c.threads})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := x.Advance(context.Background(), 40); err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(p.Buffers, func(b *plan.Buffer) bool { return b.Var == "spiking v" })
			got := make([]float64, 4200)
			if err := x.Read(plan.BufferID(i), 0, got); err != nil {
				t.Fatal(err)
			}
			x.Close()
			if want == nil {
				want = got
				continue
			}
			sameBits(t, fmt.Sprintf("%v, instructions %d, %d threads", precision, c.use, c.threads), got, want)
		}
	}
}

// Random numbers that are made ahead of a kernel's machine code are those that its instructions draw one block after another.
func TestDrawsAhead(t *testing.T) {
	for _, n := range []int{1, 300, drawnLen, 3*drawnLen + 77} {
		var want []float64
		var spikes []float64
		for _, c := range []struct {
			use     Instructions
			threads int
		}{{Portable, 1}, {AVX2, 1}, {AVX512, 1}, {Best, 3}} {
			p := newPlan(plan.Double)
			v, u := p.real("v", n, 0.5), p.real("u", n, 0)
			list := p.list("list", n, 1)
			k := newKernel("noise", ir.Elements)
			x := k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(p, v), k.Random(ir.OpNormal, 0)), k.Random(ir.OpExponential, 1))
			k.store(p, v, x)
			k.store(p, u, k.Random(ir.OpUniform, 2))
			k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Check, Value: x, Name: "v"},
				ir.Effect{Kind: ir.Emit, Slot: k.slot(p, list, ir.Indexed, ir.Write), Mask: k.Op(ir.OpLt, k.Const(2), x)})
			p.do(k.run(n))
			x0, err := Backend{Instructions: c.use}.Load(p.Plan, exec.Options{Threads: c.threads})
			if err != nil {
				t.Fatal(err)
			}
			code := x0.(*instance[float64]).items[0].ops[0].(*kernelOp[float64]).body.(*runOp[float64]).p
			if compiled := c.use.available().machineCode() != 0; (code.whole != nil) != compiled || compiled && len(code.draws) != 3 {
				t.Errorf("instructions %d: whole %v with %d draws", c.use, code.whole != nil, len(code.draws))
			}
			if _, err := x0.Advance(context.Background(), 5); err != nil {
				t.Fatal(err)
			}
			got, emitted := make([]float64, 2*n), make([]float64, n+1)
			for i, b := range []plan.BufferID{v, u} {
				if err := x0.Read(b, 0, got[i*n:(i+1)*n]); err != nil {
					t.Fatal(err)
				}
			}
			if err := x0.Read(list, 0, emitted); err != nil {
				t.Fatal(err)
			}
			x0.Close()
			emitted = emitted[:1+int(emitted[0])]
			if want == nil {
				want, spikes = got, emitted
				continue
			}
			sameBits(t, fmt.Sprintf("%d elements, instructions %d, %d threads", n, c.use, c.threads), got, want)
			if !slices.Equal(emitted, spikes) {
				t.Errorf("%d elements, instructions %d, %d threads: emitted %v, want %v", n, c.use, c.threads, emitted, spikes)
			}
		}
	}
}

// The parts of some tasks cover all elements once, and a thread's part begins at the same element however many tasks it has.
func TestCut(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 1000, 40_000, 1 << 20} {
		for threads := 1; threads < 9; threads++ {
			tasks := split(n, 5, threads)
			if tasks < 1 || tasks > 4*threads {
				t.Fatalf("%d tasks for %d elements and %d threads", tasks, n, threads)
			}
			for i := range tasks {
				if from, to := cut(n, tasks, i), cut(n, tasks, i+1); from > to || i == 0 && from != 0 || i == tasks-1 && to != n {
					t.Fatalf("task %d of %d takes elements %d to %d of %d", i, tasks, from, to, n)
				}
			}
			for i := 0; tasks%threads == 0 && i < threads; i++ {
				if a, b := cut(n, tasks, i*tasks/threads), cut(n, threads, i); a != b {
					t.Errorf("thread %d of %d begins at %d with %d tasks and at %d with one", i, threads, a, tasks, b)
				}
			}
		}
	}
}
