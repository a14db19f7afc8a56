package cpu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// testPlan builds plans for benchmarks and for tests of what the conformance suite cannot see.
type testPlan struct{ *plan.Plan }

func newPlan(p plan.Precision) *testPlan {
	return &testPlan{&plan.Plan{Precision: p, BaseDT: 1e-4, Clocks: []plan.Clock{{Name: "clock", Period: 1, DT: 1e-4}}}}
}

func (p *testPlan) buffer(b plan.Buffer) plan.BufferID {
	b.ID, b.Object = plan.BufferID(len(p.Buffers)), "test"
	p.Buffers = append(p.Buffers, &b)
	return b.ID
}

func (p *testPlan) real(name string, n int, fill float64) plan.BufferID {
	return p.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: n, Fill: fill})
}

func (p *testPlan) do(ops ...plan.Op) {
	p.Schedule = append(p.Schedule, plan.Item{Name: fmt.Sprint("item ", len(p.Schedule)), Ops: ops, Callback: -1})
}

// testKernel is a kernel under construction with its bindings.
type testKernel struct {
	*ir.Builder
	k    ir.Kernel
	bind []plan.BufferID
}

func newKernel(name string, d ir.DomainKind) *testKernel {
	return &testKernel{Builder: ir.NewBuilder(), k: ir.Kernel{Name: name, Domain: d}}
}

func (k *testKernel) slot(p *testPlan, b plan.BufferID, kind ir.SlotKind, a ir.Access) int {
	i := k.Slot(ir.Slot{Name: "test." + p.Buffers[b].Var, Type: p.Buffers[b].Type, Kind: kind, Access: a})
	if i == len(k.bind) {
		k.bind = append(k.bind, b)
	}
	return i
}

func (k *testKernel) load(p *testPlan, b plan.BufferID) *ir.Expr {
	return k.Load(k.slot(p, b, ir.PerElement, ir.Read))
}

func (k *testKernel) store(p *testPlan, b plan.BufferID, v *ir.Expr) {
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Store, Slot: k.slot(p, b, ir.PerElement, ir.Write), Value: v})
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Check, Name: "test." + p.Buffers[b].Var, Value: v})
}

func (k *testKernel) run(n int) *plan.Run {
	k.k.Slots = k.Slots()
	return &plan.Run{Kernel: &k.k, Bind: k.bind, N: n, Conn: -1}
}

// hodgkinHuxley is one exponential Euler step of COBAHH: six exponentials and some sixty operations.
func hodgkinHuxley(p *testPlan, n int) {
	v, m, h, g, ge, gi := p.real("v", n, -63.1), p.real("m", n, 0.05), p.real("h", n, 0.6), p.real("n", n, 0.3), p.real("ge", n, 0.1), p.real("gi", n, 0.1)
	k := newKernel("hh", ir.Elements)
	const dt = 0.01
	c := k.Const
	add := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpAdd, a, b) }
	sub := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpSub, a, b) }
	mul := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpMul, a, b) }
	div := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpDiv, a, b) }
	exp := func(a *ir.Expr) *ir.Expr { return k.Op(ir.OpExp, a) }
	V, M, H, N, GE, GI := k.load(p, v), k.load(p, m), k.load(p, h), k.load(p, g), k.load(p, ge), k.load(p, gi)
	u := add(V, c(63))
	rate := func(a, b, d float64) *ir.Expr { // a(b-u)/(exp((b-u)/d)-1)
		x := sub(c(b), u)
		return div(mul(c(a), x), sub(exp(div(x, c(d))), c(1)))
	}
	am, bm := rate(0.32, 13, 4), mul(c(0.28), div(sub(u, c(40)), sub(exp(div(sub(u, c(40)), c(5))), c(1))))
	ah, bh := mul(c(0.128), exp(div(sub(c(17), u), c(18)))), div(c(4), add(c(1), exp(div(sub(c(40), u), c(5)))))
	an, bn := rate(0.032, 15, 5), mul(c(0.5), exp(div(sub(c(10), u), c(40))))
	gate := func(x, a, b *ir.Expr) *ir.Expr { return add(x, mul(c(dt), sub(mul(a, sub(c(1), x)), mul(b, x)))) }
	gna := mul(mul(c(100), mul(mul(M, M), M)), H)
	gk := mul(c(30), mul(mul(N, N), mul(N, N)))
	dv := sub(sub(add(add(mul(c(0.05), sub(c(-60), V)), mul(GE, sub(c(0), V))), mul(GI, sub(c(-80), V))), mul(gna, sub(V, c(50)))), mul(gk, sub(V, c(-90))))
	k.store(p, v, add(V, mul(c(dt), dv)))
	k.store(p, m, gate(M, am, bm))
	k.store(p, h, gate(H, ah, bh))
	k.store(p, g, gate(N, an, bn))
	k.store(p, ge, mul(GE, c(math.Exp(-dt/5))))
	k.store(p, gi, mul(GI, c(math.Exp(-dt/10))))
	p.do(k.run(n))
}

// rates is one Euler step of a network of rates, whose gain is a saturating function of what came through the synapses.
func rates(p *testPlan, n int) {
	r, in := p.real("r", n, 0.1), p.real("in", n, 0.7)
	k := newKernel("rates", ir.Elements)
	R := k.load(p, r)
	gain := k.Op(ir.OpTanh, k.Op(ir.OpAdd, k.Op(ir.OpMul, k.Const(1.5), R), k.load(p, in)))
	k.store(p, r, k.Op(ir.OpAdd, R, k.Op(ir.OpMul, k.Const(0.1), k.Op(ir.OpSub, gain, R))))
	p.do(k.run(n))
}

// logarithms is a step with a gain that grows as the logarithm, as in Weber's and Fechner's law.
func logarithms(p *testPlan, n int) {
	r, in := p.real("r", n, 0.1), p.real("in", n, 0.7)
	k := newKernel("logarithms", ir.Elements)
	R := k.load(p, r)
	gain := k.Op(ir.OpLog, k.Op(ir.OpAdd, k.Const(1), k.Op(ir.OpMul, R, k.load(p, in))))
	k.store(p, r, k.Op(ir.OpAdd, R, k.Op(ir.OpMul, k.Const(0.1), k.Op(ir.OpSub, gain, R))))
	p.do(k.run(n))
}

// morrisLecar is one Euler step of Morris and Lecar's neuron: two hyperbolic tangents and a hyperbolic cosine.
func morrisLecar(p *testPlan, n int) {
	v, w := p.real("v", n, -30), p.real("w", n, 0.1)
	k := newKernel("ml", ir.Elements)
	c := k.Const
	add := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpAdd, a, b) }
	mul := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpMul, a, b) }
	V, W := k.load(p, v), k.load(p, w)
	half := func(by, slope float64) *ir.Expr {
		return mul(c(0.5), add(c(1), k.Op(ir.OpTanh, k.Op(ir.OpDiv, add(V, c(by)), c(slope)))))
	}
	calcium := mul(mul(c(-4.4), half(1.2, 18)), add(V, c(-120)))
	current := add(add(calcium, mul(mul(c(-8), W), add(V, c(84)))), add(mul(c(-2), add(V, c(60))), c(90)))
	rate := mul(c(0.04), k.Op(ir.OpCosh, k.Op(ir.OpDiv, add(V, c(-2)), c(60))))
	k.store(p, v, add(V, mul(c(0.005), current)))
	k.store(p, w, add(W, mul(mul(c(0.1), rate), k.Op(ir.OpSub, half(-2, 30), W))))
	p.do(k.run(n))
}

// neuralField is the step of two n×n populations: a moving bubble, a delayed copy, and lateral weights as two separable terms.
func neuralField(p *testPlan, n int) {
	cells, depth := n*n, 22
	input, focus, lateral := p.real("input", cells, 0), p.real("focus", cells, 0), p.real("lateral", cells, 0)
	ring := p.buffer(plan.Buffer{Var: "ring", Type: ir.Real, Len: depth * cells, Role: plan.History})
	var passes []plan.Op
	for i, term := range [][2]float64{{0.2, 0.1}, {-0.1, 0.7}} {
		w := make([]float64, n*n)
		for a := range n {
			for b := range n {
				d := float64(a-b) / float64(n-1)
				w[a*n+b] = math.Exp(-d * d / (2 * term[1] * term[1]))
			}
		}
		kern := p.buffer(plan.Buffer{Var: fmt.Sprint("kernel", i), Type: ir.Real, Len: n * n, Reals: w, Role: plan.Connectivity})
		tmp := p.real(fmt.Sprint("tmp", i), cells, 0)
		passes = append(passes,
			&plan.MatMul{Name: "rows", A: plan.Source{Buf: focus, Len: cells}, B: plan.Source{Buf: kern, Len: n * n}, C: tmp, Scale: plan.None, M: n, K: n, N: n},
			&plan.MatMul{Name: "columns", A: plan.Source{Buf: kern, Len: n * n}, B: plan.Source{Buf: tmp, Len: cells}, C: lateral, Scale: plan.None, M: n, K: n, N: n, Add: i > 0})
	}
	p.do(passes...)
	k := newKernel("input", ir.Elements)
	c := k.Const
	elem, width := k.Leaf(ir.OpElem), k.ConstInt(int32(n))
	angle := k.Op(ir.OpMul, k.Time(1), c(2*math.Pi/5000))
	square := func(coord ir.Op, f ir.Op) *ir.Expr {
		centre := k.Op(ir.OpMul, c(float64(n)/2), k.Op(ir.OpAdd, c(1), k.Op(ir.OpMul, c(0.5), k.Op(f, angle))))
		d := k.Op(ir.OpSub, k.ToReal(k.Op(coord, elem, width)), centre)
		return k.Op(ir.OpMul, d, d)
	}
	r := k.Op(ir.OpExp, k.Op(ir.OpDiv, k.Op(ir.OpNeg, k.Op(ir.OpAdd, square(ir.OpMod, ir.OpCos), square(ir.OpFloorDiv, ir.OpSin))), c(8)))
	r = k.Op(ir.OpMax, k.Op(ir.OpAdd, r, k.Op(ir.OpSub, k.Random(ir.OpUniform, 0), c(0.5))), c(0))
	k.store(p, input, r)
	next := k.Op(ir.OpMul, k.Op(ir.OpMod, k.Op(ir.OpAdd, k.Leaf(ir.OpStep), k.ConstInt(1)), k.ConstInt(int32(depth))), k.ConstInt(int32(cells)))
	k.k.Effects = append(k.k.Effects, ir.Effect{Kind: ir.Store, Slot: k.slot(p, ring, ir.Indexed, ir.Write), Index: k.Op(ir.OpAdd, next, elem), Value: r})
	p.do(k.run(cells))
	k = newKernel("focus", ir.Elements)
	c = k.Const
	past := k.Op(ir.OpSub, k.Leaf(ir.OpStep), k.ConstInt(20))
	row := k.Op(ir.OpMul, k.Op(ir.OpMod, past, k.ConstInt(int32(depth))), k.ConstInt(int32(cells)))
	exc := k.LoadAt(k.slot(p, ring, ir.Indexed, ir.Read), k.Op(ir.OpAdd, row, k.Leaf(ir.OpElem)))
	exc = k.Select(k.Op(ir.OpLt, past, k.ConstInt(0)), c(0), exc)
	old := k.load(p, focus)
	x := k.Op(ir.OpAdd, old, k.Op(ir.OpMul, c(0.1), k.Op(ir.OpAdd, k.Op(ir.OpSub, exc, old), k.load(p, lateral))))
	k.store(p, focus, k.Op(ir.OpMin, k.Op(ir.OpMax, x, c(0)), c(1)))
	p.do(k.run(cells))
}

// incomingSum is the weighted sum over n synapses of random connectivity.
func incomingSum(p *testPlan, n, pre, post int) {
	r := rand.New(rand.NewPCG(1, 2))
	rowPtr, index, w := make([]int32, post+1), make([]int32, n), make([]float64, n)
	for i := range rowPtr {
		rowPtr[i] = int32(int64(n) * int64(i) / int64(post))
	}
	for i := range index {
		index[i], w[i] = int32(r.IntN(pre)), r.Float64()
	}
	ptr := p.buffer(plan.Buffer{Var: "rowptr", Type: ir.Int, Len: len(rowPtr), Ints: rowPtr, Role: plan.Connectivity})
	idx := p.buffer(plan.Buffer{Var: "index", Type: ir.Int, Len: n, Ints: index, Role: plan.Connectivity})
	weights := p.buffer(plan.Buffer{Var: "w", Type: ir.Real, Len: n, Reals: w, Role: plan.Connectivity})
	rate, sum := p.real("rate", pre, 0.5), p.real("sum", post, 0)
	p.Conns = append(p.Conns, &plan.Conn{Name: "syn", NPre: pre, NPost: post, N: n, ByPost: true, RowPtr: ptr, Index: idx})
	k := newKernel("sum", ir.Incoming)
	v := k.Op(ir.OpMul, k.load(p, weights), k.LoadAt(k.slot(p, rate, ir.Indexed, ir.Read), k.Leaf(ir.OpPre)))
	k.k.Reductions = []ir.Reduction{{Slot: k.slot(p, sum, ir.PerElement, ir.Write), Value: v}}
	run := k.run(post)
	run.Conn = 0
	p.do(run)
}

// matMulPlan multiplies a matrix of weights, constant or not, by one that changes.
func matMulPlan(p *testPlan, m, k, n int, weights plan.Role) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64()
		}
		return v
	}
	a := p.buffer(plan.Buffer{Var: "a", Type: ir.Real, Len: m * k, Reals: random(m * k), Role: weights})
	b := p.buffer(plan.Buffer{Var: "b", Type: ir.Real, Len: k * n, Reals: random(k * n)})
	p.do(&plan.MatMul{Name: "product", A: plan.Source{Buf: a, Len: m * k}, B: plan.Source{Buf: b, Len: k * n}, C: p.real("c", m*n, 0), Scale: plan.None, M: m, K: k, N: n})
}

// benchmark reports the time of one step and what it comes to per unit of work.
func benchmark(b *testing.B, build func(*testPlan), units float64, unit string) {
	for _, precision := range []plan.Precision{plan.Double, plan.Single} {
		for _, threads := range []int{1, 0} {
			b.Run(fmt.Sprintf("%s/threads=%d", [...]string{"single", "double"}[precision], threads), func(b *testing.B) {
				p := newPlan(precision)
				build(p)
				x, err := Backend{}.Load(p.Plan, exec.Options{Threads: threads})
				if err != nil {
					b.Fatal(err)
				}
				defer x.Close()
				b.ReportAllocs()
				b.ResetTimer()
				if _, err := x.Advance(context.Background(), int64(b.N)); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/units, "ns/"+unit)
			})
		}
	}
}

func BenchmarkHodgkinHuxley4000(b *testing.B) {
	benchmark(b, func(p *testPlan) { hodgkinHuxley(p, 4000) }, 4000, "neuron")
}

// BenchmarkInstructions compares what a Backend may use of the processor, on one thread.
func BenchmarkInstructions(b *testing.B) {
	for _, m := range []struct {
		name  string
		build func(*testPlan, int)
	}{{"hodgkin-huxley", hodgkinHuxley}, {"rates", rates}, {"logarithms", logarithms}, {"morris-lecar", morrisLecar}} {
		for _, precision := range []plan.Precision{plan.Double, plan.Single} {
			for i, name := range map[Instructions]string{AVX512: "avx512", AVX2: "avx2", Blocks: "blocks"} {
				if !i.Available() {
					continue
				}
				b.Run(fmt.Sprintf("%s/%s/%s", m.name, [...]string{"single", "double"}[precision], name), func(b *testing.B) {
					p := newPlan(precision)
					m.build(p, 4000)
					x, err := Backend{Instructions: i}.Load(p.Plan, exec.Options{Threads: 1})
					if err != nil {
						b.Fatal(err)
					}
					defer x.Close()
					b.ResetTimer()
					if _, err := x.Advance(context.Background(), int64(b.N)); err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4000, "ns/neuron")
				})
			}
		}
	}
}

func BenchmarkNeuralField(b *testing.B) {
	for _, n := range []int{20, 100, 512} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmark(b, func(p *testPlan) { neuralField(p, n) }, float64(n*n), "cell")
		})
	}
}

func BenchmarkMatMul(b *testing.B) {
	for _, s := range [][3]int{{20, 20, 31}, {100, 100, 46}, {512, 512, 57}, {400, 400, 1}, {512, 512, 512}} {
		b.Run(fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) {
			benchmark(b, func(p *testPlan) { matMulPlan(p, s[0], s[1], s[2], plan.Connectivity) }, float64(s[0]*s[1]*s[2]), "mac")
		})
	}
	b.Run("400x400x1, plastic", func(b *testing.B) {
		benchmark(b, func(p *testPlan) { matMulPlan(p, 400, 400, 1, plan.State) }, 400*400, "mac")
	})
}

func BenchmarkIncoming(b *testing.B) {
	benchmark(b, func(p *testPlan) { incomingSum(p, 1e6, 10000, 10000) }, 1e6, "synapse")
}
