package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// batchNet is a network whose synapses change, add to their targets, and read both ends, in rows of a few to many synapses; spikes have each of some lags.
type batchNet struct {
	*testPlan
	npre, npost, lags     int
	rowPtr, index         []int32
	lag                   []int
	w, y, z, v            []float64
	count                 []int32
	all, first            []int32
	bw, bcount, target    plan.BufferID
	steps                 int
	readsTargets, instead bool // instead: it stores to targets instead of adding
	// near: it adds to presynaptic neurons, too, and counts what reaches a target, where the weight is positive.
	near          bool
	back, reached plan.BufferID
	sent          []float64
	reachedBy     []int32
}

func (n *batchNet) build(r *rand.Rand, most int) {
	n.rowPtr = []int32{0}
	for range n.npre {
		for range r.IntN(most + 1) {
			n.index = append(n.index, int32(r.IntN(n.npost)))
		}
		slices.Sort(n.index[n.rowPtr[len(n.rowPtr)-1]:])
		n.rowPtr = append(n.rowPtr, int32(len(n.index)))
	}
	synapses := len(n.index)
	n.lag = make([]int, synapses)
	for e := range n.lag {
		n.lag[e] = r.IntN(n.lags)
	}
	n.w, n.y, n.z = randomReals[float64](r, synapses), randomReals[float64](r, n.npost), randomReals[float64](r, n.npre)
	n.v, n.count = make([]float64, n.npost), make([]int32, synapses)
	state := func(name string, v []float64) plan.BufferID {
		return n.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: len(v), Reals: slices.Clone(v), Role: plan.State})
	}
	n.bw, n.bcount = state("w", n.w), n.buffer(plan.Buffer{Var: "count", Type: ir.Int, Len: synapses, Role: plan.State})
	y, z := state("y", n.y), state("z", n.z)
	n.target = n.real("v", n.npost, 0)
	n.first = []int32{0}
	var at []int32
	for s := range n.steps {
		for i := range n.npre {
			if s%4 != 3 && r.IntN(3) > 0 {
				n.all = append(n.all, int32(i))
			}
		}
		at, n.first = append(at, int32(s)), append(n.first, int32(len(n.all)))
	}
	list := n.list("spikes", n.npre, n.lags)
	n.do(&plan.Generate{Name: "g", List: list, Steps: n.ints("steps", at), First: n.ints("first", n.first), Index: n.ints("spiking", n.all), Count: n.steps})

	k := newKernel("learn", ir.Spiking)
	old, far := k.load(n.testPlan, n.bw), k.at(n.testPlan, y, k.Leaf(ir.OpPost))
	if n.readsTargets {
		far = k.Op(ir.OpAdd, far, k.at(n.testPlan, n.target, k.Leaf(ir.OpPost)))
	}
	if n.instead {
		k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Store, Slot: k.slot(n.testPlan, n.target, ir.Indexed, ir.Write), Index: k.Leaf(ir.OpPost), Value: old})
	} else {
		k.add(n.testPlan, n.target, k.Leaf(ir.OpPost), k.Op(ir.OpMul, old, far), nil)
	}
	if n.near {
		n.sent, n.reachedBy = make([]float64, n.npre), make([]int32, n.npost)
		n.back, n.reached = n.real("back", n.npre, 0), n.buffer(plan.Buffer{Var: "reached", Type: ir.Int, Len: n.npost, Role: plan.State})
		positive := k.Op(ir.OpLt, k.Const(0), old)
		k.add(n.testPlan, n.back, k.Leaf(ir.OpPre), old, positive)
		k.add(n.testPlan, n.reached, k.Leaf(ir.OpPost), k.ConstInt(1), positive)
	}
	k.store(n.testPlan, n.bw, k.Op(ir.OpAdd, k.Op(ir.OpMul, old, k.Const(0.5)), k.at(n.testPlan, z, k.Leaf(ir.OpPre))))
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Store, Slot: k.slot(n.testPlan, n.bcount, ir.PerElement, ir.ReadWrite),
		Value: k.Op(ir.OpAdd, k.load(n.testPlan, n.bcount), k.ConstInt(1))})
	if n.lags == 1 {
		n.Conns = append(n.Conns, &plan.Conn{Name: "all", NPre: n.npre, NPost: n.npost, N: synapses, RowPtr: n.ints("rows", n.rowPtr), Index: n.ints("index", n.index)})
		n.do(k.listed(list, 0, 0))
		return
	}
	first := k.listed(list, 0, 0)
	n.Schedule = append(n.Schedule, plan.Item{Name: "spikes", Callback: -1})
	for d := range n.lags {
		ptr, ends, syn := []int32{0}, []int32{}, []int32{}
		for i := range n.npre {
			for e := n.rowPtr[i]; e < n.rowPtr[i+1]; e++ {
				if n.lag[e] == d {
					ends, syn = append(ends, n.index[e]), append(syn, e)
				}
			}
			ptr = append(ptr, int32(len(ends)))
		}
		name := fmt.Sprint("lag ", d)
		n.Conns = append(n.Conns, &plan.Conn{Name: name, NPre: n.npre, NPost: n.npost, N: len(ends), Mapped: true,
			RowPtr: n.ints(name+" rows", ptr), Index: n.ints(name+" index", ends), Syn: n.ints(name+" syn", syn)})
		run := *first
		run.Lag, run.Conn = d, len(n.Conns)-1
		at := &n.Schedule[len(n.Schedule)-1]
		at.Ops = append(at.Ops, &run)
	}
}

// step is what the kernel does in step s.
func (n *batchNet) step(s int) {
	for d := range n.lags {
		if s < d {
			continue
		}
		for _, i := range n.all[n.first[s-d]:n.first[s-d+1]] {
			for e := n.rowPtr[i]; e < n.rowPtr[i+1]; e++ {
				if n.lag[e] == d {
					n.v[n.index[e]] += n.w[e] * n.y[n.index[e]]
					if n.near && n.w[e] > 0 {
						n.sent[i] += n.w[e]
						n.reachedBy[n.index[e]]++
					}
					n.w[e] = n.w[e]*0.5 + n.z[i]
					n.count[e]++
				}
			}
		}
	}
}

// Synapses of short rows, and of rows that delays have cut into short ones, run in batches that hold several rows and those of all delays, and are divided
// among threads by spikes: with the bits of one synapse after another, on any number of threads.
func TestBatches(t *testing.T) {
	for _, lags := range []int{1, 2, 7} {
		for _, most := range []int{2, 40, 700} {
			for _, threads := range []int{1, 2, 3} {
				for _, near := range []bool{false, true} {
					t.Run(fmt.Sprintf("%d lags, rows to %d, %d threads, near %v", lags, most, threads, near), func(t *testing.T) {
						n := &batchNet{testPlan: newPlan(plan.Double), npre: 180, npost: 800, lags: lags, steps: 24, near: near}
						n.build(rand.New(rand.NewPCG(8, uint64(most))), most)
						n.check(t, most, threads)
					})
				}
			}
		}
	}
}

// check runs the network on so many threads.
func (n *batchNet) check(t *testing.T, most, threads int) {
	inst := loadThreads(t, n.Plan, threads)
	x := inst.(*instance[float64])
	joint, batches, divided := 0, []*listOp[float64]{}, 0
	for _, it := range x.items {
		for _, op := range it.ops {
			switch op := op.(type) {
			case *jointLists[float64]:
				joint += len(op.parts)
				batches = append(batches, op.parts...)
			case *kernelOp[float64]:
				if l, ok := op.body.(*listOp[float64]); ok && l.batch != nil {
					batches = append(batches, l)
				}
			}
		}
	}
	if short := most <= 40; n.lags > 1 && joint != n.lags || n.lags == 1 && (len(batches) == 1) != short {
		t.Fatalf("%d parts of a joint operation, %d that run over batches", joint, len(batches))
	}
	for s := range n.steps {
		setAlone(x, s%5 == 0)
		if _, err := x.Advance(context.Background(), int64(s+1)); err != nil {
			t.Fatal(err)
		}
		n.step(s)
		for _, l := range batches {
			if l.divided {
				divided++
			}
		}
		same := func(what string, b plan.BufferID, want []float64) {
			t.Helper()
			got := make([]float64, len(want))
			if err := x.Read(b, 0, got); err != nil {
				t.Fatal(err)
			}
			sameBits(t, fmt.Sprint(what, " in step ", s), got, want)
		}
		same("targets", n.target, n.v)
		same("weights", n.bw, n.w)
		same("counts", n.bcount, reals(n.count))
		if n.near {
			same("presynaptic neurons", n.back, n.sent)
			same("counts of targets", n.reached, reals(n.reachedBy))
		}
	}
	if few := most == 2; threads == 1 && divided > 0 || threads > 1 && !few && len(batches) > 0 && divided == 0 {
		t.Errorf("in %d of %d operations and steps threads divided spikes", divided, len(batches)*n.steps)
	}
}

// reals are integers as Read gives them.
func reals(x []int32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// A synapse that reads what others of the step write, or stores where others do, is not put in a batch with them.
func TestNoBatches(t *testing.T) {
	for name, n := range map[string]*batchNet{"reads": {readsTargets: true}, "stores": {instead: true}} {
		for _, lags := range []int{1, 3} {
			n := &batchNet{testPlan: newPlan(plan.Double), npre: 20, npost: 30, lags: lags, steps: 4, readsTargets: n.readsTargets, instead: n.instead}
			n.build(rand.New(rand.NewPCG(8, 1)), 5)
			b, err := Backend{}.Load(n.Plan, exec.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			lists := 0
			for _, it := range b.(*instance[float64]).items {
				for _, op := range it.ops {
					if k, ok := op.(*kernelOp[float64]); ok {
						if l, ok := k.body.(*listOp[float64]); ok {
							lists++
							if l.batch != nil {
								t.Errorf("%s, %d lags: batches", name, lags)
							}
						}
					}
				}
			}
			if lists != lags {
				t.Errorf("%s: %d operations over spikes for %d lags", name, lists, lags)
			}
		}
	}
}
