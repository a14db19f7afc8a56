package exectest

import (
	"context"
	"errors"
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
	list := b.list(npost, 2)
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
	list := b.list(npre, 0)
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

// synapseFaults lets variables of several synapses become infinite when spikes of two rows arrive; the first synapse must be named,
// wherever its row is.
func (s *suite) synapseFaults(t *testing.T) {
	const npre, npost = 40, 30
	r := rand.New(rand.NewPCG(58, 9))
	b := s.plan()
	edges, _ := b.twoWays(r, npre, npost, 0.5)
	n := len(edges)
	wv, first := make([]float64, n), -1
	for e, ed := range edges {
		wv[e] = 1
		// Not the first synapse of its row, nor in the first row that spikes.
		if e >= n/3 && (ed.post == 20 || ed.post == 7 && e > n/2) {
			wv[e] = inf
			if first < 0 {
				first = e
			}
		}
	}
	if first < 0 || edges[first].post != 20 {
		t.Fatal("the first synapse to fail is not in the second row")
	}
	w, v := b.reals("w", wv...), b.realN("v", n)
	list := b.list(npost, 0)
	b.do("generate", &plan.Generate{Name: "generator", List: list, Steps: b.ints("steps", 2), First: b.ints("first", 0, 2), Index: b.ints("index", 7, 20), Count: 1})
	k := newBody("fault", ir.Spiking)
	x := k.Op(ir.OpMul, k.load(b, w), k.Const(2))
	k.store(b, v, x, nil)
	k.effect(ir.Effect{Kind: ir.Check, Value: x, Name: "test.v"})
	b.Checks = []string{"test.v"}
	b.do("fault", k.listed(list, 0, 1))
	inst := s.load(t, b, exec.Options{})
	_, err := inst.Advance(context.Background(), 10)
	var f *exec.Fault
	if !errors.As(err, &f) || f.Variable != "test.v" || f.Element != first || f.Step != 2 || f.Value != inf {
		t.Errorf("fault %v, want test.v[%d] = +Inf in step 2", err, first)
	}
}
