package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// loadThreads loads with a number of threads that may be above what this machine has.
func loadThreads(t *testing.T, p *plan.Plan, threads int) exec.Instance {
	t.Helper()
	old := runtime.GOMAXPROCS(max(threads, runtime.GOMAXPROCS(0)))
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
	x, err := Backend{}.Load(p, exec.Options{Seed: 3, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// TestThreads runs models that are large enough to be split, and compares every bit for several numbers of threads, and where in every third step one of
// them does all.
func TestThreads(t *testing.T) {
	for name, build := range map[string]func(*testPlan){
		"neural field": func(p *testPlan) { neuralField(p, 70) },
		"neurons":      func(p *testPlan) { hodgkinHuxley(p, 5003) },
		"incoming":     func(p *testPlan) { incomingSum(p, 200000, 3000, 3001) },
		"products":     func(p *testPlan) { matMulPlan(p, 301, 77, 130, plan.State) },
		"tall product": func(p *testPlan) { matMulPlan(p, 1003, 300, 2, plan.Connectivity) },
		"plastic":      func(p *testPlan) { matMulPlan(p, 1003, 300, 1, plan.State) },
		"noise":        func(p *testPlan) { noise(p, 40001) },
		"spikes":       func(p *testPlan) { spiking(p, 6000, 200) },
		"plastic net":  func(p *testPlan) { plastic(p, 3000, 1700, 0.1) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, precision := range []plan.Precision{plan.Double, plan.Single} {
				var want []float64
				for _, threads := range []int{1, 2, 3, 4, 5, 6, 7} {
					p := newPlan(precision)
					build(p)
					x := loadThreads(t, p.Plan, threads)
					for step := int64(1); step <= 20; step++ {
						setAlone(x, step%3 == 0)
						if _, err := x.Advance(context.Background(), step); err != nil {
							t.Fatal(err)
						}
					}
					var got []float64
					for _, b := range p.Buffers {
						v := make([]float64, b.Len)
						if err := x.Read(b.ID, 0, v); err != nil {
							t.Fatal(err)
						}
						got = append(got, v...)
					}
					if want == nil {
						want = got
					}
					for i := range got {
						if got[i] != want[i] {
							t.Fatalf("%d threads: value %d is %v, with one thread %v", threads, i, got[i], want[i])
						}
					}
				}
			}
		})
	}
}

func setAlone(x exec.Instance, alone bool) {
	switch x := x.(type) {
	case *instance[float64]:
		x.pool.pace.alone = alone
	case *instance[float32]:
		x.pool.pace.alone = alone
	}
}

func noise(p *testPlan, n int) {
	v := p.real("v", n, 0)
	k := newKernel("noise", ir.Elements)
	x := k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(p, v), k.Const(0.9)), k.Random(ir.OpNormal, 0))
	k.store(p, v, k.Op(ir.OpAdd, x, k.ToReal(k.Random(ir.OpPoisson, 1, k.Const(2)))))
	p.do(k.run(n))
}

func TestLoadRefuses(t *testing.T) {
	run := func(p *testPlan, edit func(*plan.Run)) {
		v := p.real("v", 10, 0)
		k := newKernel("k", ir.Elements)
		k.store(p, v, k.Const(1))
		r := k.run(10)
		edit(r)
		p.do(r)
	}
	for _, c := range []struct {
		name, want string
		build      func(*testPlan)
	}{
		{"memory", "memory", func(p *testPlan) { p.real("v", 1<<50, 0) }},
		{"short buffer", "needs 11 elements", func(p *testPlan) { run(p, func(r *plan.Run) { r.N = 11 }) }},
		{"bindings", "buffers are bound", func(p *testPlan) { run(p, func(r *plan.Run) { r.Bind = nil }) }},
		{"unknown buffer", "bound to no buffer", func(p *testPlan) { run(p, func(r *plan.Run) { r.Bind[0] = 99 }) }},
		{"clock", "has clock 3", func(p *testPlan) { p.Schedule = []plan.Item{{Name: "i", Clock: 3, Callback: -1}} }},
		{"period", "period 0", func(p *testPlan) { p.Clocks[0].Period = 0 }},
		{"product", "15 are needed", func(p *testPlan) {
			a := plan.Source{Buf: p.real("a", 4, 0), Len: 4}
			p.do(&plan.MatMul{Name: "m", A: a, B: a, C: a.Buf, Scale: plan.None, M: 3, K: 5, N: 1})
		}},
		{"monitor", "records element 12", func(p *testPlan) {
			v := p.real("v", 10, 0)
			p.Monitors = []*plan.Monitor{{Name: "m", Vars: []plan.MonitorVar{{Name: "v", Buf: v, Elements: []int32{12}, Len: 1}}}}
		}},
		{"lag", "lag 4", func(p *testPlan) {
			s := plan.Source{Buf: p.real("a", 12, 0), Len: 4, Depth: 3, Lag: 4}
			p.do(&plan.MatMul{Name: "m", A: s, B: s, C: p.real("c", 16, 0), Scale: plan.None, M: 4, K: 1, N: 4})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, c.build, c.want)
		})
	}
}

// A store beyond its buffer is an error, with the kernel's name, not a crash.
func TestStrayStore(t *testing.T) {
	p := newPlan(plan.Double)
	v, base := p.real("v", 1000, 0), p.buffer(plan.Buffer{Var: "base", Type: ir.Int, Len: 1, Fill: 500})
	k := newKernel("stray", ir.Elements)
	index := k.Op(ir.OpAdd, k.Leaf(ir.OpElem), k.Load(k.slot(p, base, ir.Scalar, ir.Read)))
	k.k.Effects = []ir.Effect{{Kind: ir.Store, Slot: k.slot(p, v, ir.Indexed, ir.Write), Index: index, Value: k.Const(1)}}
	p.do(k.run(1000))
	x := loadThreads(t, p.Plan, 1)
	if _, err := x.Advance(context.Background(), 1); err == nil || !strings.Contains(err.Error(), `"stray" stores to elements`) {
		t.Errorf("error %v", err)
	}
}

// Phases must add up to the time of the run and name every item.
func TestPhases(t *testing.T) {
	p := newPlan(plan.Double)
	hodgkinHuxley(p, 1000)
	noise(p, 5000)
	x := loadThreads(t, p.Plan, 1)
	if _, err := x.Advance(context.Background(), 200); err != nil {
		t.Fatal(err)
	}
	phases := x.Phases()
	if len(phases) != 2 || phases[0].Name != "item 0" || phases[1].Seconds <= 0 {
		t.Fatalf("phases %+v", phases)
	}
	for _, ph := range phases {
		if ph.Calls != 200 {
			t.Errorf("%s: %d calls, want 200", ph.Name, ph.Calls)
		}
	}
}

// A step allocates nothing.
func TestNoAllocation(t *testing.T) {
	p := newPlan(plan.Double)
	neuralField(p, 20)
	x := loadThreads(t, p.Plan, 1)
	step := int64(100)
	advance := func() {
		step += 100
		if _, err := x.Advance(context.Background(), step); err != nil {
			t.Error(err)
		}
	}
	advance()
	if n := testing.AllocsPerRun(5, advance); n > 3 {
		t.Errorf("100 steps allocate %v times", n)
	}
}

// The pool must do every task once, whatever the number of threads and however jobs follow each other.
func TestPool(t *testing.T) {
	old := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(old)
	p := newPool(4)
	defer p.close()
	done := make([]int32, 100)
	job := func(_, task int) { done[task]++ }
	for round := range 3000 {
		n := 1 + round%100
		clear(done)
		if err := p.run(n, job); err != nil {
			t.Fatal(err)
		}
		for i, d := range done {
			if want := b2i(i < n); d != want {
				t.Fatalf("round %d: task %d ran %d times", round, i, d)
			}
		}
	}
	err := p.run(5, func(_, task int) { panic(fmt.Sprint("task ", task)) })
	if err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("a panic in a task gave %v", err)
	}
}

// spiking is a network of n neurons with the given number of synapses each, driven so that many spike in every step.
func spiking(p *testPlan, n, synapses int) {
	r := rand.New(rand.NewPCG(4, 5))
	rowPtr, index, w := []int32{0}, []int32(nil), []float64(nil)
	for range n {
		for j, left := r.IntN(n/synapses), synapses; j < n && left > 0; j, left = j+1+r.IntN(n/synapses), left-1 {
			index, w = append(index, int32(j)), append(w, r.NormFloat64()*0.1)
		}
		rowPtr = append(rowPtr, int32(len(index)))
	}
	ptr := p.buffer(plan.Buffer{Var: "rowptr", Type: ir.Int, Len: len(rowPtr), Ints: rowPtr, Role: plan.Connectivity})
	idx := p.buffer(plan.Buffer{Var: "index", Type: ir.Int, Len: len(index), Ints: index, Role: plan.Connectivity})
	weights := p.buffer(plan.Buffer{Var: "weights", Type: ir.Real, Len: len(w), Reals: w})
	p.Conns = append(p.Conns, &plan.Conn{Name: "syn", NPre: n, NPost: n, N: len(index), RowPtr: ptr, Index: idx})
	v, list := p.real("spiking v", n, 0), p.buffer(plan.Buffer{Var: "list", Type: ir.Int, Len: n + 1})
	k := newKernel("threshold", ir.Elements)
	x := k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(p, v), k.Const(0.9)), k.Random(ir.OpUniform, 0))
	k.store(p, v, x)
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Emit, Slot: k.slot(p, list, ir.Indexed, ir.Write), Mask: k.Op(ir.OpLt, k.Const(0.97), x)})
	p.do(k.run(n))
	for _, value := range []func(k *testKernel) *ir.Expr{
		func(k *testKernel) *ir.Expr { return k.load(p, weights) },
		func(k *testKernel) *ir.Expr { return k.Op(ir.OpMul, k.load(p, weights), k.load(p, weights)) },
	} {
		k = newKernel("deliver", ir.Spiking)
		k.k.Effects = []ir.Effect{{Kind: ir.Accumulate, Slot: k.slot(p, v, ir.Indexed, ir.ReadWrite), Index: k.Leaf(ir.OpPost), Value: value(k)}}
		run := k.run(n)
		run.Conn, run.List = 0, list
		p.do(run)
	}
	k = newKernel("reset", ir.Active)
	k.k.Effects = []ir.Effect{{Kind: ir.Store, Slot: k.slot(p, v, ir.PerElement, ir.Write), Value: k.Const(0)}}
	run := k.run(n)
	run.List = list
	p.do(run)
}

func BenchmarkSpikes(b *testing.B) {
	benchmark(b, func(p *testPlan) { spiking(p, 4000, 80) }, 1, "step")
}

// refused checks that a plan is not loaded, and why.
func refused(t *testing.T, build func(p *testPlan), want string) {
	t.Helper()
	p := newPlan(plan.Double)
	build(p)
	x, err := Backend{}.Load(p.Plan, exec.Options{})
	if err == nil {
		x.Close()
		t.Fatal("the plan was loaded")
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error %q does not say %q", err, want)
	}
}
