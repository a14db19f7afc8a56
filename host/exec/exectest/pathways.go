package exectest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// uniform is the draw that the test's kernels make in a step.
func (s *suite) uniform(o exec.Options, stream string, step int64, element int) float64 {
	at := rng.At{Key: rng.NewKey(o.Seed, o.Run, o.Replica), Stream: rng.Stream(stream), Step: uint32(step)}
	if s.precision == plan.Double {
		return rng.Uniform[float64](at, uint32(element), 0)
	}
	return float64(rng.Uniform[float32](at, uint32(element), 0))
}

// byPost runs code of synapses when their postsynaptic element spikes: per-synapse variables, loads at both ends, draws, and sums at the
// presynaptic element in every form, with and without a mask.
func (s *suite) byPost(t *testing.T) {
	const npre, npost, steps = 310, 290, 8
	r := rand.New(rand.NewPCG(8, 9))
	o := exec.Options{Seed: 5}
	b := s.plan()
	edges, _ := b.twoWays(r, npre, npost, 0.3)
	n := len(edges)
	wv, pv, qv := s.values(r, n), s.values(r, npre), s.values(r, npost)
	freev := make([]int32, npre)
	for i := range freev {
		freev[i] = int32(r.IntN(2))
	}
	w, pre, post, free := b.reals("w", wv...), b.reals("pre", pv...), b.reals("post", qv...), b.bools("free", freev...)
	who, draw, lastStep := b.intN("who", n), b.realN("draw", n), b.intN("laststep", n)
	list := b.list("list", npost, 2)
	b.pattern(list, npost)

	k := newBody("plastic", ir.Spiking)
	k.kernel.Stream = rng.Stream("plastic")
	old := k.load(b, w)
	up := k.Op(ir.OpAdd, old, k.Op(ir.OpMul, k.at(b, pre, k.Leaf(ir.OpPre)), k.at(b, post, k.Leaf(ir.OpPost))))
	k.store(b, w, up, k.at(b, free, k.Leaf(ir.OpPre)))
	k.store(b, who, k.Leaf(ir.OpElem), nil)
	k.store(b, draw, k.Random(ir.OpUniform, 0), nil)
	k.store(b, lastStep, k.Leaf(ir.OpStep), nil)
	b.do("plastic", k.listed(list, 1, 1))

	type sums struct {
		name    string
		buf     plan.BufferID
		masked  bool
		value   func(k *body) *ir.Expr
		want    func(e int) float64
		integer bool
		got     []summer
	}
	all := []*sums{
		{name: "weight", value: func(k *body) *ir.Expr { return k.load(b, w) }, want: func(e int) float64 { return wv[e] }},
		{name: "scalar", value: func(k *body) *ir.Expr { return k.Const(0.3) }, want: func(int) float64 { return round(s.precision, 0.3) }},
		{name: "general", value: func(k *body) *ir.Expr { return k.Op(ir.OpMul, k.load(b, w), k.at(b, post, k.Leaf(ir.OpPost))) },
			want: func(e int) float64 { return round(s.precision, wv[e]*qv[edges[e].post]) }},
		{name: "count", integer: true, value: func(k *body) *ir.Expr { return k.ConstInt(2) }, want: func(int) float64 { return 2 }},
		{name: "sum of who", integer: true, value: func(k *body) *ir.Expr { return k.load(b, who) }, want: func(e int) float64 { return float64(e) }},
	}
	for _, c := range append([]*sums(nil), all...) {
		m := *c
		m.name, m.masked = c.name+" masked", true
		all = append(all, &m)
	}
	for _, c := range all {
		c.got = make([]summer, npre)
		for i := range c.got {
			c.got[i].p = s.precision
		}
		c.buf = b.realN(c.name, npre)
		if c.integer {
			b.Buffers[c.buf].Type = ir.Int
		}
		k := newBody(c.name, ir.Spiking)
		var mask *ir.Expr
		if c.masked {
			mask = k.at(b, free, k.Leaf(ir.OpPre))
		}
		k.add(b, c.buf, k.Leaf(ir.OpPre), c.value(k), mask)
		b.do(c.name, k.listed(list, 1, 1))
	}
	// Two sums at once, and one at the end that owns the row.
	near := b.realN("near", npost)
	k = newBody("near", ir.Spiking)
	k.add(b, near, k.Leaf(ir.OpPost), k.load(b, w), nil)
	b.do("near", k.listed(list, 1, 1))
	nears := make([]summer, npost)
	for i := range nears {
		nears[i].p = s.precision
	}

	x := s.load(t, b, o)
	advance(t, x, steps)
	whos, draws, lasts := make([]float64, n), make([]float64, n), make([]float64, n)
	for step := range steps {
		for _, j := range spikesAt(npost, step-1) {
			for e, ed := range edges {
				if ed.post != j {
					continue
				}
				if freev[ed.pre] != 0 {
					wv[e] = round(s.precision, wv[e]+round(s.precision, pv[ed.pre]*qv[j]))
				}
				whos[e], draws[e], lasts[e] = float64(e), s.uniform(o, "plastic", int64(step), e), float64(step)
			}
		}
		for _, c := range all {
			for _, j := range spikesAt(npost, step-1) {
				for e, ed := range edges {
					if ed.post == j && (!c.masked || freev[ed.pre] != 0) {
						if c.integer {
							c.got[ed.pre].sum += c.want(e)
						} else {
							c.got[ed.pre].add(1, c.want(e))
						}
					}
				}
			}
		}
		for _, j := range spikesAt(npost, step-1) {
			for e, ed := range edges {
				if ed.post == j {
					nears[j].add(1, wv[e])
				}
			}
		}
	}
	s.equal(t, "w", read(t, x, b, w), wv)
	s.equal(t, "who", read(t, x, b, who), whos)
	s.equal(t, "draw", read(t, x, b, draw), draws)
	s.equal(t, "laststep", read(t, x, b, lastStep), lasts)
	all = append(all, &sums{name: "near", buf: near, got: nears})
	for _, c := range all {
		for i, got := range read(t, x, b, c.buf) {
			if c.integer && got != c.got[i].sum || !s.near(got, c.got[i].sum, c.got[i].mag) {
				t.Fatalf("%s[%d] = %v, want %v", c.name, i, got, c.got[i].sum)
			}
		}
	}
}

// mappedSynapses runs over all synapses in storage order when rows are in another one: both ends must be found.
func (s *suite) mappedSynapses(t *testing.T) {
	const npre, npost = 130, 90
	for _, conn := range []int{0, 1, 2} {
		r := rand.New(rand.NewPCG(18, 9))
		b := s.plan()
		edges, order := b.twoWays(r, npre, npost, 0.3)
		n := len(edges)
		pv, qv := s.values(r, npre), s.values(r, npost)
		pre, post := b.reals("pre", pv...), b.reals("post", qv...)
		i, j, e, v := b.intN("i", n), b.intN("j", n), b.intN("e", n), b.realN("v", n)
		k := newBody("ends", ir.Synapses)
		k.store(b, i, k.Leaf(ir.OpPre), nil)
		k.store(b, j, k.Leaf(ir.OpPost), nil)
		k.store(b, e, k.Leaf(ir.OpElem), nil)
		k.store(b, v, k.Op(ir.OpSub, k.at(b, pre, k.Leaf(ir.OpPre)), k.at(b, post, k.Leaf(ir.OpPost))), nil)
		b.do("ends", k.over(conn, n))
		x := s.steps(t, b, 1)
		wi, wj, we, wv := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for k, ed := range edges {
			at := k
			if conn == 2 {
				at = order[k]
			}
			wi[at], wj[at], we[at], wv[at] = float64(ed.pre), float64(ed.post), float64(at), round(s.precision, pv[ed.pre]-qv[ed.post])
		}
		s.equal(t, "i", read(t, x, b, i), wi)
		s.equal(t, "j", read(t, x, b, j), wj)
		s.equal(t, "e", read(t, x, b, e), we)
		s.equal(t, "v", read(t, x, b, v), wv)
	}
}

// rowSums reduces over the rows of either end, with the weights in another order than the rows.
func (s *suite) rowSums(t *testing.T) {
	const npre, npost = 130, 90
	for conn, rows := range []int{npre, npost, npre} {
		r := rand.New(rand.NewPCG(28, 9))
		b := s.plan()
		edges, order := b.twoWays(r, npre, npost, 0.3)
		n := len(edges)
		wv, av, qv := s.values(r, n), s.values(r, npre), s.values(r, npost)
		w, pre, post := b.reals("w", wv...), b.reals("pre", av...), b.reals("post", qv...)
		far, own, other := ir.OpPost, pre, post
		near := ir.OpPre
		if conn == 1 {
			far, near, own, other = ir.OpPre, ir.OpPost, post, pre
		}
		plain, general, bare, elems := b.realN("plain", rows), b.realN("general", rows), b.realN("bare", rows), b.intN("elems", rows)
		k := newBody("sums", ir.Incoming)
		for _, c := range []struct {
			buf plan.BufferID
			v   *ir.Expr
		}{
			{plain, k.Op(ir.OpMul, k.load(b, w), k.at(b, other, k.Leaf(far)))},
			{general, k.Op(ir.OpMul, k.Op(ir.OpAdd, k.load(b, w), k.at(b, own, k.Leaf(near))), k.at(b, other, k.Leaf(far)))},
			{bare, k.at(b, other, k.Leaf(far))},
			{elems, k.Leaf(ir.OpElem)},
		} {
			k.kernel.Reductions = append(k.kernel.Reductions, ir.Reduction{Slot: k.slot(b, c.buf, ir.PerElement, ir.Write), Value: c.v})
		}
		b.do("sums", k.over(conn, rows))
		x := s.steps(t, b, 1)
		var sums [4][]summer
		for i := range sums {
			sums[i] = make([]summer, rows)
			for j := range sums[i] {
				sums[i][j].p = s.precision
			}
		}
		for k, e := range edges {
			row, a, o := e.pre, av[e.pre], qv[e.post]
			if conn == 1 {
				row, a, o = e.post, qv[e.post], av[e.pre]
			}
			at := k
			if conn == 2 {
				at = order[k]
			}
			sums[0][row].add(wv[at], o)
			sums[1][row].add(round(s.precision, wv[at]+a), o)
			sums[2][row].add(1, o)
			sums[3][row].sum += float64(at)
		}
		for i, buf := range []plan.BufferID{plain, general, bare, elems} {
			for row, got := range read(t, x, b, buf) {
				if want := sums[i][row]; !s.near(got, want.sum, want.mag) {
					t.Fatalf("%s, %s[%d] = %v, want %v", b.Conns[conn].Name, b.Buffers[buf].Var, row, got, want.sum)
				}
			}
		}
	}
}

// ownDelays adds weights to a ring of sums, each synapse in the row of its own delay.
func (s *suite) ownDelays(t *testing.T) {
	const npre, npost, depth, steps = 320, 300, 6, 9
	r := rand.New(rand.NewPCG(38, 9))
	b := s.plan()
	edges, _ := b.twoWays(r, npre, npost, 0.4)
	n := len(edges)
	wv, dv := s.values(r, n), make([]int32, n)
	for i := range dv {
		dv[i] = int32(r.IntN(depth))
	}
	w, delay := b.reals("w", wv...), b.ints("delay", dv...)
	ring := b.buffer(plan.Buffer{Var: "ring", Type: ir.Real, Len: depth * npost, Role: plan.History})
	list := b.list("list", npre, 0)
	b.pattern(list, npre)
	k := newBody("deliver", ir.Spiking)
	row := k.Op(ir.OpMod, k.Op(ir.OpAdd, k.Leaf(ir.OpStep), k.load(b, delay)), k.ConstInt(depth))
	k.add(b, ring, k.Op(ir.OpAdd, k.Op(ir.OpMul, row, k.ConstInt(npost)), k.Leaf(ir.OpPost)), k.load(b, w), nil)
	b.do("deliver", k.listed(list, 0, 0))
	x := s.steps(t, b, steps)
	want := make([]summer, depth*npost)
	for i := range want {
		want[i].p = s.precision
	}
	for step := range steps {
		for _, i := range spikesAt(npre, step) {
			for e, ed := range edges {
				if ed.pre == i {
					want[(step+int(dv[e]))%depth*npost+ed.post].add(1, wv[e])
				}
			}
		}
	}
	for i, got := range read(t, x, b, ring) {
		if !s.near(got, want[i].sum, want[i].mag) {
			t.Fatalf("ring[%d] = %v, want %v", i, got, want[i].sum)
		}
	}
}

// cubaNet is a small network in the manner of Vogels and Abbott 2005, on a lattice: states are rounded down to multiples of 1/1024 and weights
// are such multiples, so that every sum is exact whatever its order, and every backend must give the same bits.
type cubaNet struct {
	*builder
	v, ge, gi, free, last, list plan.BufferID
	edges                       []edge
	start                       []float64
}

const (
	cubaN, cubaExc, cubaDelay = 400, 320, 3
	cubaWe, cubaWi            = 208.0 / 1024, -1200.0 / 1024
	cubaRefractory            = 5
)

func (s *suite) cubaPlan() *cubaNet {
	r := rand.New(rand.NewPCG(48, 9))
	b := s.plan()
	c := &cubaNet{builder: b}
	c.edges, _ = b.twoWays(r, cubaN, cubaN, 0.1)
	c.start = seq(cubaN, func(int) float64 { return math.Floor(r.Float64()*10*1024) / 1024 })
	c.v, c.ge, c.gi = b.reals("v", c.start...), b.realN("ge", cubaN), b.realN("gi", cubaN)
	c.free = b.buffer(plan.Buffer{Var: "free", Type: ir.Bool, Len: cubaN, Fill: 1})
	c.last = b.buffer(plan.Buffer{Var: "last", Type: ir.Int, Len: cubaN, Fill: -1000})
	c.list = b.list("list", cubaN, cubaDelay+1)
	b.SpikeMonitors = []*plan.SpikeMonitor{{Name: "spikes", List: c.list, To: cubaN, Vars: []plan.MonitorVar{{Name: "v", Buf: c.v, Len: cubaN}}}}

	k := newBody("update", ir.Elements)
	lattice := func(e *ir.Expr) *ir.Expr {
		return k.Op(ir.OpMul, k.Op(ir.OpFloor, k.Op(ir.OpMul, e, k.Const(1024))), k.Const(1.0/1024))
	}
	v, ge, gi := k.load(b, c.v), k.load(b, c.ge), k.load(b, c.gi)
	free := k.Op(ir.OpLe, k.ConstInt(cubaRefractory), k.Op(ir.OpSub, k.Leaf(ir.OpStep), k.load(b, c.last)))
	drive := k.Op(ir.OpAdd, k.Op(ir.OpSub, k.Const(11), v), k.Op(ir.OpAdd, ge, gi))
	k.store(b, c.free, free, nil)
	k.store(b, c.v, k.Select(free, lattice(k.Op(ir.OpAdd, v, k.Op(ir.OpMul, drive, k.Const(0.125)))), v), nil)
	k.store(b, c.ge, lattice(k.Op(ir.OpMul, ge, k.Const(0.75))), nil)
	k.store(b, c.gi, lattice(k.Op(ir.OpMul, gi, k.Const(0.875))), nil)
	b.do("update", k.run(cubaN))

	k = newBody("threshold", ir.Elements)
	fires := k.Op(ir.OpAnd, k.Op(ir.OpLt, k.Const(10), k.load(b, c.v)), k.load(b, c.free))
	k.store(b, c.free, k.ConstBool(false), fires)
	k.store(b, c.last, k.Leaf(ir.OpStep), fires)
	k.emit(b, c.list, fires)
	b.item(plan.Item{Name: "threshold", Slot: plan.Thresholds, Callback: -1, Ops: []plan.Op{k.run(cubaN), &plan.RecordSpikes{}}})

	k = newBody("synapses", ir.Spiking)
	excitatory := k.Op(ir.OpLt, k.Leaf(ir.OpPre), k.ConstInt(cubaExc))
	k.add(b, c.ge, k.Leaf(ir.OpPost), k.Const(cubaWe), excitatory)
	k.add(b, c.gi, k.Leaf(ir.OpPost), k.Const(cubaWi), k.Op(ir.OpNot, excitatory))
	b.item(plan.Item{Name: "synapses", Slot: plan.Synapses, Callback: -1, Ops: []plan.Op{k.listed(c.list, cubaDelay, 0)}})
	k = newBody("kick", ir.Spiking)
	k.add(b, c.v, k.Leaf(ir.OpPost), k.Const(1.0/64), k.at(b, c.free, k.Leaf(ir.OpPost)))
	b.item(plan.Item{Name: "kick", Slot: plan.Synapses, Order: 1, Callback: -1, Ops: []plan.Op{k.listed(c.list, 1, 2)}})

	k = newBody("reset", ir.Active)
	k.store(b, c.v, k.Const(0), nil)
	b.item(plan.Item{Name: "reset", Slot: plan.Resets, Callback: -1, Ops: []plan.Op{k.listed(c.list, 0, -1)}})
	return c
}

// plain is the same network as plain loops.
func (c *cubaNet) plain(steps int) (spikes exec.Spikes, v []float64) {
	v = append(v, c.start...)
	ge, gi, last, free := make([]float64, cubaN), make([]float64, cubaN), make([]int, cubaN), make([]bool, cubaN)
	for i := range last {
		last[i] = -1000
	}
	spikes.Values = make([][]float64, 1)
	var history [][]int
	past := func(lag int) []int {
		if at := len(history) - 1 - lag; at >= 0 {
			return history[at]
		}
		return nil
	}
	for step := range steps {
		var fired []int
		for i := range v {
			free[i] = step-last[i] >= cubaRefractory
			if free[i] {
				v[i] = math.Floor((v[i]+(11-v[i]+(ge[i]+gi[i]))*0.125)*1024) / 1024
			}
			ge[i], gi[i] = math.Floor(ge[i]*0.75*1024)/1024, math.Floor(gi[i]*0.875*1024)/1024
			if v[i] > 10 && free[i] {
				fired = append(fired, i)
				free[i], last[i] = false, step
				spikes.Steps, spikes.Index = append(spikes.Steps, int64(step)), append(spikes.Index, int32(i))
				spikes.Values[0] = append(spikes.Values[0], v[i])
			}
		}
		history = append(history, fired)
		for _, i := range past(cubaDelay) {
			for _, e := range c.edges {
				if e.pre == i && i < cubaExc {
					ge[e.post] += cubaWe
				} else if e.pre == i {
					gi[e.post] += cubaWi
				}
			}
		}
		for _, i := range past(1) {
			for _, e := range c.edges {
				if e.pre == i && free[e.post] {
					v[e.post] += 1.0 / 64
				}
			}
		}
		for _, i := range fired {
			v[i] = 0
		}
	}
	return spikes, v
}

func (s *suite) cuba(t *testing.T) {
	const steps = 300
	c := s.cubaPlan()
	x := s.load(t, c.builder, exec.Options{})
	advance(t, x, steps)
	want, v := c.plain(steps)
	if len(want.Steps) < cubaN || len(want.Steps) > cubaN*steps/cubaRefractory/2 {
		t.Fatalf("the network is not of the kind to be tested: %d spikes", len(want.Steps))
	}
	sameSpikes(t, "spikes", drain(t, x, 0), &want)
	s.equal(t, "v", read(t, x, c.builder, c.v), v)
}

// inFlight restores a snapshot that was taken while spikes were on their way.
func (s *suite) inFlight(t *testing.T) {
	const at, steps = 101, 180
	c := s.cubaPlan()
	x := s.load(t, c.builder, exec.Options{})
	advance(t, x, at)
	if got := drain(t, x, 0).Steps; len(got) == 0 || got[len(got)-1] < at-cubaDelay {
		t.Fatal("no spike is in flight at the snapshot")
	}
	snap, err := x.Snapshot()
	s.must(t, err)
	want, v := c.plain(steps)
	first := 0
	for want.Steps[first] < at {
		first++
	}
	want = exec.Spikes{Steps: want.Steps[first:], Index: want.Index[first:], Values: [][]float64{want.Values[0][first:]}}
	check := func(what string, x exec.Instance) {
		t.Helper()
		advance(t, x, steps)
		sameSpikes(t, what, drain(t, x, 0), &want)
		s.equal(t, what+": v", read(t, x, c.builder, c.v), v)
	}
	check("continued", x)
	s.must(t, x.Restore(snap))
	check("restored", x)
	other := s.load(t, c.builder, exec.Options{})
	advance(t, other, 17)
	drain(t, other, 0)
	s.must(t, other.Restore(snap))
	check("restored into another instance", other)
}
