package cpu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

func (p *testPlan) ints(name string, v []int32) plan.BufferID {
	return p.buffer(plan.Buffer{Var: name, Type: ir.Int, Len: len(v), Ints: v, Role: plan.Connectivity})
}

// randomConn adds synapses with probability q, without self-connections when the ends are of one size; and, when post is set, the same
// ones by postsynaptic element.
func randomConn(p *testPlan, npre, npost int, q float64, post bool) (n int) {
	r := rand.New(rand.NewPCG(4, uint64(npre)))
	rowPtr, index := make([]int32, 1, npre+1), []int32(nil)
	for range npre {
		for j := -1; ; {
			if j += 1 + int(math.Log1p(-r.Float64())/math.Log1p(-q)); j >= npost {
				break
			}
			index = append(index, int32(j))
		}
		rowPtr = append(rowPtr, int32(len(index)))
	}
	name := fmt.Sprint("conn", len(p.Conns))
	n = len(index)
	p.Conns = append(p.Conns, &plan.Conn{Name: name, NPre: npre, NPost: npost, N: n, RowPtr: p.ints(name+" rows", rowPtr), Index: p.ints(name+" index", index)})
	if !post {
		return n
	}
	ptr, pre, syn := make([]int32, npost+1), make([]int32, n), make([]int32, n)
	for _, j := range index {
		ptr[j+1]++
	}
	for j := range npost {
		ptr[j+1] += ptr[j]
	}
	at := slices.Clone(ptr)
	for i := range npre {
		for k := rowPtr[i]; k < rowPtr[i+1]; k++ {
			j := index[k]
			pre[at[j]], syn[at[j]] = int32(i), k
			at[j]++
		}
	}
	p.Conns = append(p.Conns, &plan.Conn{Name: name + "t", NPre: npre, NPost: npost, N: n, ByPost: true, Mapped: true,
		RowPtr: p.ints(name+"t rows", ptr), Index: p.ints(name+"t index", pre), Syn: p.ints(name+"t syn", syn)})
	return n
}

func (p *testPlan) list(name string, n, rows int) plan.BufferID {
	return p.buffer(plan.Buffer{Var: name, Type: ir.Int, Len: (n + 1) * rows, Rows: rows, Role: plan.History})
}

func (k *testKernel) add(p *testPlan, b plan.BufferID, index, value, mask *ir.Expr) {
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Accumulate, Slot: k.slot(p, b, ir.Indexed, ir.ReadWrite), Index: index, Value: value, Mask: mask})
}

func (k *testKernel) at(p *testPlan, b plan.BufferID, index *ir.Expr) *ir.Expr {
	return k.LoadAt(k.slot(p, b, ir.Indexed, ir.Read), index)
}

func (k *testKernel) listed(list plan.BufferID, lag, conn int) *plan.Run {
	r := k.run(0)
	r.List, r.Lag, r.Conn = list, lag, conn
	return r
}

// stdp adds spike-timing dependent plasticity with event-driven traces to conn and conn+1 of n synapses: lists are those of the two ends.
func stdp(p *testPlan, conn, n int, pre, post, target plan.BufferID) {
	w, apre, apost := p.real("w", n, 0.005), p.real("apre", n, 0), p.real("apost", n, 0)
	last := p.buffer(plan.Buffer{Var: "last", Type: ir.Int, Len: n})
	for c, list := range []plan.BufferID{pre, post} {
		k := newKernel("stdp", ir.Spiking)
		since := k.Op(ir.OpMul, k.ToReal(k.Op(ir.OpSub, k.Leaf(ir.OpStep), k.load(p, last))), k.Const(-1.0/200))
		decay := k.Op(ir.OpExp, since)
		x, y := k.Op(ir.OpMul, k.load(p, apre), decay), k.Op(ir.OpMul, k.load(p, apost), decay)
		old, gain := k.load(p, w), y
		if c == 0 {
			x = k.Op(ir.OpAdd, x, k.Const(0.0001))
			k.add(p, target, k.Leaf(ir.OpPost), old, nil)
		} else {
			y, gain = k.Op(ir.OpAdd, y, k.Const(-0.000105)), x
		}
		k.store(p, w, k.Op(ir.OpMin, k.Op(ir.OpMax, k.Op(ir.OpAdd, old, gain), k.Const(0)), k.Const(0.01)))
		k.store(p, apre, x)
		k.store(p, apost, y)
		k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Store, Slot: k.slot(p, last, ir.PerElement, ir.ReadWrite), Value: k.Leaf(ir.OpStep)})
		p.do(k.listed(list, 0, conn+c))
	}
}

// fire adds a list of n elements that spike at random.
func fire(p *testPlan, name string, n, rows int, rate float64) plan.BufferID {
	list := p.list(name, n, rows)
	k := newKernel(name, ir.Elements)
	k.k.Stream = uint32(len(p.Buffers))
	k.k.Effects = []ir.Effect{{Kind: ir.Emit, Slot: k.slot(p, list, ir.Indexed, ir.Write), Mask: k.Op(ir.OpLt, k.Random(ir.OpUniform, 0), k.Const(rate))}}
	p.do(k.run(n))
	return list
}

// plastic has every form of delivery, with rows large enough to be split: traces, masks, delays of each synapse, sums at either end.
func plastic(p *testPlan, npre, npost int, q float64) {
	n := randomConn(p, npre, npost, q, true)
	pre, post := fire(p, "pre", npre, 5, 0.1), fire(p, "post", npost, 5, 0.05)
	g := p.real("g", npost, 0)
	stdp(p, 0, n, pre, post, g)
	r := rand.New(rand.NewPCG(4, 6))
	w, delay, free := make([]float64, n), make([]int32, n), make([]int32, npost)
	for i := range w {
		w[i], delay[i] = r.NormFloat64(), int32(r.IntN(7))
	}
	for i := range free {
		free[i] = int32(r.IntN(2))
	}
	weights, delays := p.buffer(plan.Buffer{Var: "weights", Type: ir.Real, Len: n, Reals: w}), p.buffer(plan.Buffer{Var: "delays", Type: ir.Int, Len: n, Ints: delay})
	flags := p.buffer(plan.Buffer{Var: "free", Type: ir.Bool, Len: npost, Ints: free})
	ring, masked, plain, back, count := p.real("ring", 7*npost, 0), p.real("masked", npost, 0), p.real("plain", npost, 0), p.real("back", npre, 0),
		p.buffer(plan.Buffer{Var: "count", Type: ir.Int, Len: npost})
	k := newKernel("ring", ir.Spiking)
	row := k.Op(ir.OpMul, k.Op(ir.OpMod, k.Op(ir.OpAdd, k.Leaf(ir.OpStep), k.load(p, delays)), k.ConstInt(7)), k.ConstInt(int32(npost)))
	k.add(p, ring, k.Op(ir.OpAdd, row, k.Leaf(ir.OpPost)), k.load(p, weights), nil)
	p.do(k.listed(pre, 0, 0))
	k = newKernel("masked", ir.Spiking)
	k.add(p, masked, k.Leaf(ir.OpPost), k.load(p, weights), k.at(p, flags, k.Leaf(ir.OpPost)))
	k.add(p, count, k.Leaf(ir.OpPost), k.ConstInt(1), k.at(p, flags, k.Leaf(ir.OpPost)))
	p.do(k.listed(pre, 2, 0))
	k = newKernel("plain", ir.Spiking)
	k.add(p, plain, k.Leaf(ir.OpPost), k.Const(0.1), nil)
	p.do(k.listed(pre, 4, 0))
	k = newKernel("back", ir.Spiking)
	k.add(p, back, k.Leaf(ir.OpPre), k.load(p, weights), nil)
	p.do(k.listed(post, 1, 1))
}

// Recording and delivery allocate nothing once they have their room.
func TestNoAllocationSpikes(t *testing.T) {
	p := newPlan(plan.Double)
	plastic(p, 500, 300, 0.1)
	list := fire(p, "more", 400, 3, 0.02)
	v := p.real("v", 400, 1)
	p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "m", List: list, To: 400, Vars: []plan.MonitorVar{{Name: "v", Buf: v, Len: 400}}}}
	p.do(&plan.RecordSpikes{})
	x := loadThreads(t, p.Plan, 1)
	step, total := int64(0), 0
	advance := func() {
		step += 1000
		if _, err := x.Advance(context.Background(), step); err != nil {
			t.Error(err)
		}
		got, err := x.(exec.SpikeRecorder).DrainSpikes(0)
		if err != nil {
			t.Error(err)
		}
		total += len(got.Steps)
	}
	advance()
	advance()
	// A drain makes five slices; a batch with more spikes than the one before grows three of them once.
	if n := testing.AllocsPerRun(5, advance); n > 20 {
		t.Errorf("1000 steps allocate %v times", n)
	}
	if total < 50000 {
		t.Errorf("%d spikes were recorded", total)
	}
}

func TestNetworkRefuses(t *testing.T) {
	spiking := func(p *testPlan, edit func(*plan.Conn)) {
		randomConn(p, 30, 20, 0.3, true)
		edit(p.Conns[1])
		pre, target := p.list("list", 20, 2), p.real("v", 30, 0)
		k := newKernel("k", ir.Spiking)
		k.add(p, target, k.Leaf(ir.OpPre), k.load(p, p.real("w", p.Conns[0].N, 1)), nil)
		p.do(k.listed(pre, 1, 1))
	}
	generator := func(p *testPlan, steps, first, index []int32) {
		p.do(&plan.Generate{Name: "gen", List: p.list("list", 5, 2), Steps: p.ints("steps", steps), First: p.ints("first", first), Index: p.ints("index", index), Count: len(steps)})
	}
	for _, c := range []struct {
		name, want string
		build      func(*testPlan)
	}{
		{"far end", "of 20", func(p *testPlan) {
			spiking(p, func(c *plan.Conn) { c.ByPost, c.Mapped, c.NPre, c.NPost = false, false, 20, 20 })
		}},
		{"rows", "rows cover", func(p *testPlan) { spiking(p, func(c *plan.Conn) { c.N-- }) }},
		{"synapse", "needs", func(p *testPlan) { spiking(p, func(c *plan.Conn) { p.Buffers[c.Syn].Ints[3] = 9999 }) }},
		{"lag", "2 steps ago from a list kept for 2", func(p *testPlan) {
			spiking(p, func(*plan.Conn) {})
			p.Schedule[0].Ops[0].(*plan.Run).Lag = 2
		}},
		{"list rows", "cannot be divided", func(p *testPlan) {
			spiking(p, func(*plan.Conn) {})
			p.Buffers[p.Schedule[0].Ops[0].(*plan.Run).List].Rows = 5
		}},
		{"synapses twice", "once", func(p *testPlan) {
			randomConn(p, 30, 20, 0.3, true)
			syn := p.Buffers[p.Conns[1].Syn].Ints
			syn[3] = syn[4]
			k := newKernel("k", ir.Synapses)
			k.store(p, p.real("v", p.Conns[0].N, 0), k.ToReal(k.Leaf(ir.OpPre)))
			r := k.run(p.Conns[0].N)
			r.Conn = 1
			p.do(r)
		}},
		{"generator steps", "follows step", func(p *testPlan) { generator(p, []int32{3, 3}, []int32{0, 1, 2}, []int32{0, 1}) }},
		{"generator twice", "ascending order, each once", func(p *testPlan) { generator(p, []int32{3}, []int32{0, 2}, []int32{1, 1}) }},
		{"generator ends", "do not fit", func(p *testPlan) { generator(p, []int32{3}, []int32{0, 2}, []int32{1}) }},
		{"generator list", "do not fit", func(p *testPlan) { generator(p, []int32{3}, []int32{0, 6}, []int32{0, 1, 2, 3, 4, 5}) }},
		{"monitor", "elements up to 9", func(p *testPlan) {
			p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "m", List: p.list("list", 10, 1), To: 10, Vars: []plan.MonitorVar{{Name: "v", Buf: p.real("v", 5, 0)}}}}
		}},
		{"no monitor", "spikes for monitor 0", func(p *testPlan) { p.do(&plan.RecordSpikes{}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, c.build, c.want)
		})
	}
}

// cuba is Vogels and Abbott's current-based network: exact updates, two kinds of synapses, a refractory period and recorded spikes.
func cuba(p *testPlan, n int) {
	exc := n * 4 / 5
	randomConn(p, exc, n, 80/float64(n), false)
	randomConn(p, n-exc, n, 80/float64(n), false)
	r := rand.New(rand.NewPCG(1, 2))
	start := make([]float64, n)
	for i := range start {
		start[i] = -0.060 + 0.010*r.Float64()
	}
	v, ge, gi := p.buffer(plan.Buffer{Var: "v", Type: ir.Real, Len: n, Reals: start}), p.real("ge", n, 0), p.real("gi", n, 0)
	free, last := p.buffer(plan.Buffer{Var: "free", Type: ir.Bool, Len: n, Fill: 1}), p.buffer(plan.Buffer{Var: "last", Type: ir.Int, Len: n, Fill: -1000})
	list, listI := p.list("list", n, 1), p.list("inhibitory", n-exc, 1)
	set := func(k *testKernel, b plan.BufferID, v, mask *ir.Expr) {
		k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Store, Slot: k.slot(p, b, ir.PerElement, ir.Write), Value: v, Mask: mask})
	}
	const dt, taum, taue, taui, el = 1e-4, 20e-3, 5e-3, 10e-3, -49e-3
	k := newKernel("update", ir.Elements)
	c := k.Const
	V, GE, GI := k.load(p, v), k.load(p, ge), k.load(p, gi)
	ok := k.Op(ir.OpLe, k.ConstInt(50), k.Op(ir.OpSub, k.Leaf(ir.OpStep), k.load(p, last)))
	em, ee, ei := math.Exp(-dt/taum), math.Exp(-dt/taue), math.Exp(-dt/taui)
	sum := k.Op(ir.OpAdd, k.Op(ir.OpMul, V, c(em)), c(el*(1-em)))
	sum = k.Op(ir.OpAdd, sum, k.Op(ir.OpMul, GE, c((ee-em)/(1-taum/taue))))
	sum = k.Op(ir.OpAdd, sum, k.Op(ir.OpMul, GI, c((ei-em)/(1-taum/taui))))
	set(k, free, ok, nil)
	k.store(p, v, k.Select(ok, sum, V))
	k.store(p, ge, k.Op(ir.OpMul, GE, c(ee)))
	k.store(p, gi, k.Op(ir.OpMul, GI, c(ei)))
	p.do(k.run(n))
	k = newKernel("threshold", ir.Elements)
	fires := k.Op(ir.OpAnd, k.Op(ir.OpLt, k.Const(-0.050), k.load(p, v)), k.load(p, free))
	set(k, free, k.ConstBool(false), fires)
	set(k, last, k.Leaf(ir.OpStep), fires)
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Emit, Slot: k.slot(p, list, ir.Indexed, ir.Write), Mask: fires})
	p.do(k.run(n))
	p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "m", List: list, To: n}}
	p.do(&plan.RecordSpikes{})
	k = newKernel("exc", ir.Spiking)
	k.add(p, ge, k.Leaf(ir.OpPost), k.Const(1.62e-3), nil)
	p.do(k.listed(list, 0, 0))
	// Rows of inhibitory neurons are behind the excitatory ones: the list is shifted.
	k = newKernel("inhibitory", ir.Elements)
	spiked := k.Op(ir.OpEq, k.at(p, last, k.Op(ir.OpAdd, k.Leaf(ir.OpElem), k.ConstInt(int32(exc)))), k.Leaf(ir.OpStep))
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Emit, Slot: k.slot(p, listI, ir.Indexed, ir.Write), Mask: spiked})
	p.do(k.run(n - exc))
	k = newKernel("inh", ir.Spiking)
	k.add(p, gi, k.Leaf(ir.OpPost), k.Const(-9e-3), nil)
	p.do(k.listed(listI, 0, 1))
	k = newKernel("reset", ir.Active)
	set(k, v, k.Const(-0.060), nil)
	p.do(k.listed(list, 0, -1))
}

// BenchmarkCUBA is one second of the network, 10,000 steps.
func BenchmarkCUBA(b *testing.B) {
	for _, n := range []int{4000, 40000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkSteps(b, func(p *testPlan) { cuba(p, n) }, 10000) })
	}
}

// BenchmarkBrunel is delivery alone, in a network of 12,500 neurons that fire at 40 Hz, with 1250 synapses each.
func BenchmarkBrunel(b *testing.B) {
	for _, form := range []string{"scalar", "weights", "masked", "mapped"} {
		b.Run(form, func(b *testing.B) {
			benchmarkSteps(b, func(p *testPlan) {
				const n = 12500
				m := randomConn(p, n, n, 0.1, form == "mapped")
				list, v := fire(p, "list", n, 16, 0.004), p.real("v", n, 0)
				free := p.buffer(plan.Buffer{Var: "free", Type: ir.Bool, Len: n, Fill: 1})
				k := newKernel(form, ir.Spiking)
				switch form {
				case "scalar":
					k.add(p, v, k.Leaf(ir.OpPost), k.Const(1e-4), nil)
				case "weights":
					k.add(p, v, k.Leaf(ir.OpPost), k.load(p, p.real("w", m, 1e-4)), nil)
				case "masked":
					k.add(p, v, k.Leaf(ir.OpPost), k.Const(1e-4), k.at(p, free, k.Leaf(ir.OpPost)))
				case "mapped":
					k.add(p, v, k.Leaf(ir.OpPre), k.load(p, p.real("w", m, 1e-4)), nil)
					p.do(k.listed(list, 15, 1))
					return
				}
				p.do(k.listed(list, 15, 0))
			}, 10000)
		})
	}
}

// BenchmarkSTDP is ten seconds of 1000 Poisson neurons at 15 Hz onto one that fires as often, with plastic synapses.
func BenchmarkSTDP(b *testing.B) {
	benchmarkSteps(b, func(p *testPlan) {
		n := randomConn(p, 1000, 1, 0.999, true)
		pre, post := fire(p, "pre", 1000, 1, 0.0015), fire(p, "post", 1, 1, 0.0015)
		stdp(p, 0, n, pre, post, p.real("g", 1, 0))
	}, 100000)
}

func benchmarkSteps(b *testing.B, build func(*testPlan), steps int64) {
	p := newPlan(plan.Double)
	build(p)
	for b.Loop() {
		b.StopTimer()
		x, err := Backend{}.Load(p.Plan, exec.Options{Seed: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := x.Advance(context.Background(), steps); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if len(p.SpikeMonitors) > 0 {
			got, _ := x.(exec.SpikeRecorder).DrainSpikes(0)
			b.ReportMetric(float64(len(got.Steps)), "spikes")
		}
		x.Close()
		b.StartTimer()
	}
}
