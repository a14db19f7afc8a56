package exectest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Networks runs what spiking networks need beyond Spikes: lists kept for several steps, connectivity in a second order, generated and
// recorded spikes, and spikes in flight across a snapshot. The instance must be an exec.SpikeRecorder.
func Networks(t *testing.T, newBackend func() exec.Backend, precision plan.Precision, tol Tolerance) {
	s := &suite{backend: newBackend(), precision: precision, tol: tol}
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"Lag", s.lag},
		{"Generate", s.generate},
		{"RecordSpikes", s.recordSpikes},
		{"ByPost", s.byPost},
		{"MappedSynapses", s.mappedSynapses},
		{"RowSums", s.rowSums},
		{"OwnDelays", s.ownDelays},
		{"SynapseFaults", s.synapseFaults},
		{"InFlight", s.inFlight},
		{"CUBA", s.cuba},
	} {
		t.Run(c.name, c.test)
	}
}

// list adds a spike list for n elements, kept for rows steps.
func (b *builder) list(n, rows int) plan.BufferID {
	return b.buffer(plan.Buffer{Var: "list", Type: ir.Int, Len: (n + 1) * max(rows, 1), Rows: rows, Role: plan.History})
}

func (k *body) emit(b *builder, list plan.BufferID, mask *ir.Expr) {
	k.effect(ir.Effect{Kind: ir.Emit, Slot: k.slot(b, list, ir.Indexed, ir.Write), Mask: mask})
}

// add accumulates value at an index of buf.
func (k *body) add(b *builder, buf plan.BufferID, index, value, mask *ir.Expr) {
	k.effect(ir.Effect{Kind: ir.Accumulate, Slot: k.slot(b, buf, ir.Indexed, ir.ReadWrite), Index: index, Value: value, Mask: mask})
}

// listed returns the operation over a list; conn is -1 for the domain Active.
func (k *body) listed(list plan.BufferID, lag, conn int) *plan.Run {
	r := k.over(conn, 0)
	r.List, r.Lag = list, lag
	return r
}

// spikesAt are the spikes of a made-up pattern: none in every third step, and in step 4.
func spikesAt(n, step int) (out []int) {
	if step < 0 || step%3 == 2 || step == 4 {
		return nil
	}
	for i := range n {
		if (i*i+3*step)%7 < 2 {
			out = append(out, i)
		}
	}
	return out
}

// pattern adds an item that emits spikesAt.
func (b *builder) pattern(list plan.BufferID, n int) {
	k := newBody("pattern", ir.Elements)
	i, step := k.Leaf(ir.OpElem), k.Leaf(ir.OpStep)
	at := k.Op(ir.OpMod, k.Op(ir.OpAdd, k.Op(ir.OpMul, i, i), k.Op(ir.OpMul, k.ConstInt(3), step)), k.ConstInt(7))
	fires := k.Op(ir.OpAnd, k.Op(ir.OpLt, at, k.ConstInt(2)), k.Op(ir.OpNe, k.Op(ir.OpMod, step, k.ConstInt(3)), k.ConstInt(2)))
	k.emit(b, list, k.Op(ir.OpAnd, fires, k.Op(ir.OpNe, step, k.ConstInt(4))))
	b.item(plan.Item{Name: "pattern", Slot: plan.Thresholds, Callback: -1, Ops: []plan.Op{k.run(n)}})
}

// lag reads a list at every lag that it is kept for, before and after it wraps around.
func (s *suite) lag(t *testing.T) {
	const n, rows, steps = 300, 4, 14
	b := s.plan()
	list := b.list(n, rows)
	b.pattern(list, n)
	var count, last [rows]plan.BufferID
	for lag := range rows {
		count[lag], last[lag] = b.intN("count"+string(rune('0'+lag)), n), b.intN("last"+string(rune('0'+lag)), n)
		k := newBody("count", ir.Active)
		k.store(b, count[lag], k.Op(ir.OpAdd, k.load(b, count[lag]), k.ConstInt(1)), nil)
		k.store(b, last[lag], k.Leaf(ir.OpStep), nil)
		b.do("count", k.listed(list, lag, -1))
	}
	x := s.load(t, b, exec.Options{})
	for step := range steps {
		advance(t, x, int64(step+1))
		all := read(t, x, b, list)
		spikes := spikesAt(n, step)
		row := all[step%rows*(n+1):]
		if int(row[0]) != len(spikes) {
			t.Fatalf("step %d: the list's row counts %v spikes, want %d", step, row[0], len(spikes))
		}
		for k, i := range spikes {
			if int(row[1+k]) != i {
				t.Fatalf("step %d: spike %d is %v, want %d", step, k, row[1+k], i)
			}
		}
		for lag := range rows {
			counts, lasts := make([]float64, n), make([]float64, n)
			for at := 0; at <= step; at++ {
				for _, i := range spikesAt(n, at-lag) {
					counts[i]++
					lasts[i] = float64(at)
				}
			}
			s.equal(t, "count", read(t, x, b, count[lag]), counts)
			s.equal(t, "last", read(t, x, b, last[lag]), lasts)
		}
	}
}

// generate compares lists with the given spikes, once and repeated.
func (s *suite) generate(t *testing.T) {
	const n, rows, steps = 9, 3, 25
	given := map[int][]int32{0: {0, 8}, 2: {4}, 3: {}, 4: {1, 2, 3, 4, 5, 6, 7, 8}, 7: {7}, 9: {0, 1, 2, 3, 4, 5, 6, 7, 8}}
	for _, period := range []int{0, 10, 13} {
		b := s.plan()
		var at, index []int32
		first := []int32{0}
		for step := range int32(10) {
			if spikes, ok := given[int(step)]; ok {
				at, index = append(at, step), append(index, spikes...)
				first = append(first, int32(len(index)))
			}
		}
		list := b.list(n, rows)
		b.do("generate", &plan.Generate{Name: "generator", List: list, Steps: b.ints("steps", at...), First: b.ints("first", first...),
			Index: b.ints("index", index...), Count: len(at), Period: period})
		x := s.load(t, b, exec.Options{})
		for step := range steps {
			advance(t, x, int64(step+1))
			in := step
			if period > 0 {
				in %= period
			}
			want := []float64{float64(len(given[in]))}
			for _, i := range given[in] {
				want = append(want, float64(i))
			}
			row := read(t, x, b, list)[step%rows*(n+1):]
			s.equal(t, "list", row[:len(want)], want)
		}
	}
	// A generator without any spikes.
	b := s.plan()
	list := b.list(n, 0)
	b.do("generate", &plan.Generate{Name: "silent", List: list, Steps: b.intN("steps", 0), First: b.ints("first", 0), Index: b.intN("index", 0)})
	if got := read(t, s.steps(t, b, 3), b, list); got[0] != 0 {
		t.Errorf("a generator without spikes gives %v", got[0])
	}
}

// drain returns the spikes of a monitor since the last call.
func drain(t *testing.T, x exec.Instance, monitor int) *exec.Spikes {
	t.Helper()
	r, ok := x.(exec.SpikeRecorder)
	if !ok {
		t.Fatal("the instance does not record spikes")
	}
	got, err := r.DrainSpikes(monitor)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// recordSpikes records a group whole and in part, with values from before the reset, counted, and as rates, and drains unevenly.
func (s *suite) recordSpikes(t *testing.T) {
	const n, from, to = 300, 37, 261
	for _, rows := range []int{0, 3} {
		b := s.plan()
		list := b.list(n, rows)
		v, c, shared := b.realN("v", n), b.intN("c", n), b.reals("shared", 0.5)
		vars := []plan.MonitorVar{{Name: "v", Buf: v, Len: n}, {Name: "c", Buf: c, Len: n}, {Name: "shared", Buf: shared, Len: 1}}
		b.SpikeMonitors = []*plan.SpikeMonitor{
			{Name: "all", List: list, To: n, Vars: vars},
			{Name: "part", List: list, From: from, To: to, Vars: vars[:1]},
			{Name: "count", List: list, From: from, To: to, CountOnly: true},
			{Name: "rate", List: list, From: from, To: to, Rate: true},
			{Name: "both", List: list, To: n, CountOnly: true, Rate: true},
		}
		k := newBody("grow", ir.Elements)
		k.store(b, v, k.Op(ir.OpAdd, k.load(b, v), k.Const(0.25)), nil)
		k.store(b, c, k.Op(ir.OpAdd, k.load(b, c), k.Leaf(ir.OpElem)), nil)
		b.do("grow", k.run(n))
		b.pattern(list, n)
		var ops []plan.Op
		for i := range b.SpikeMonitors {
			ops = append(ops, &plan.RecordSpikes{Monitor: i})
		}
		b.item(plan.Item{Name: "record", Slot: plan.Thresholds, Order: 1, Callback: -1, Ops: ops})
		k = newBody("reset", ir.Active)
		k.store(b, v, k.Const(0), nil)
		k.store(b, c, k.ConstInt(0), nil)
		b.item(plan.Item{Name: "reset", Slot: plan.Resets, Callback: -1, Ops: []plan.Op{k.listed(list, 0, -1)}})
		x := s.load(t, b, exec.Options{})

		vv, cc, counts := make([]float64, n), make([]float64, n), make([]int64, n)
		done := 0
		for _, to2 := range []int{1, 1, 6, 7, 9, 40} {
			advance(t, x, int64(to2))
			var all, part, rate, both exec.Spikes
			all.Values, part.Values = make([][]float64, 3), make([][]float64, 1)
			for ; done < to2; done++ {
				for i := range n {
					vv[i] += 0.25
					cc[i] += float64(i)
				}
				inPart := int32(0)
				spikes := spikesAt(n, done)
				for _, i := range spikes {
					all.Steps, all.Index = append(all.Steps, int64(done)), append(all.Index, int32(i))
					all.Values[0], all.Values[1], all.Values[2] = append(all.Values[0], vv[i]), append(all.Values[1], cc[i]), append(all.Values[2], 0.5)
					if i >= from && i < to {
						part.Steps, part.Index = append(part.Steps, int64(done)), append(part.Index, int32(i-from))
						part.Values[0] = append(part.Values[0], vv[i])
						inPart++
					}
					vv[i], cc[i] = 0, 0
					counts[i]++
				}
				rate.Steps, rate.Index = append(rate.Steps, int64(done)), append(rate.Index, inPart)
				both.Steps, both.Index = append(both.Steps, int64(done)), append(both.Index, int32(len(spikes)))
			}
			count := exec.Spikes{Counts: counts[from:to]}
			both.Counts = counts
			for i, want := range []exec.Spikes{all, part, count, rate, both} {
				sameSpikes(t, b.SpikeMonitors[i].Name, drain(t, x, i), &want)
			}
		}
		if _, err := x.(exec.SpikeRecorder).DrainSpikes(5); err == nil {
			t.Error("draining a spike monitor that does not exist gave no error")
		}
	}
}

func sameSpikes(t *testing.T, name string, got, want *exec.Spikes) {
	t.Helper()
	if !slices.Equal(got.Steps, want.Steps) || !slices.Equal(got.Index, want.Index) || !slices.Equal(got.Counts, want.Counts) {
		t.Fatalf("%s: steps %v\nindex %v\ncounts %v\nwant %v\n%v\n%v", name, got.Steps, got.Index, got.Counts, want.Steps, want.Index, want.Counts)
	}
	if len(got.Values) != len(want.Values) {
		t.Fatalf("%s: values of %d variables, want %d", name, len(got.Values), len(want.Values))
	}
	for i := range want.Values {
		if !slices.Equal(got.Values[i], want.Values[i]) {
			t.Fatalf("%s: variable %d %v, want %v", name, i, got.Values[i], want.Values[i])
		}
	}
}

// edge is one synapse.
type edge struct{ pre, post int }

// twoWays makes random synapses, stored by presynaptic element, with rows by either end: conn 0 in the order of storage, conn 1 by post,
// and conn 2 by pre for a storage order that is shuffled, where synapse k of the others is synapse order[k].
func (b *builder) twoWays(r *rand.Rand, npre, npost int, p float64) (edges []edge, order []int) {
	for i := range npre {
		for j := range npost {
			if r.Float64() < p {
				edges = append(edges, edge{i, j})
			}
		}
	}
	n := len(edges)
	rows := func(name string, of int, end func(e edge) (row, other int), syn func(k int) int) (ptr, index, synapses plan.BufferID) {
		rowPtr, idx, at := make([]int32, of+1), []int32{}, []int32{}
		for row := range of {
			for k, e := range edges {
				if at2, other := end(e); at2 == row {
					idx, at = append(idx, int32(other)), append(at, int32(syn(k)))
				}
			}
			rowPtr[row+1] = int32(len(idx))
		}
		return b.ints(name+" rows", rowPtr...), b.ints(name+" index", idx...), b.ints(name+" synapse", at...)
	}
	byPre := func(e edge) (int, int) { return e.pre, e.post }
	byPost := func(e edge) (int, int) { return e.post, e.pre }
	order = r.Perm(n)
	c := &plan.Conn{Name: "by pre", NPre: npre, NPost: npost, N: n}
	c.RowPtr, c.Index, _ = rows("by pre", npre, byPre, func(k int) int { return k })
	d := &plan.Conn{Name: "by post", NPre: npre, NPost: npost, N: n, ByPost: true, Mapped: true}
	d.RowPtr, d.Index, d.Syn = rows("by post", npost, byPost, func(k int) int { return k })
	e := &plan.Conn{Name: "shuffled", NPre: npre, NPost: npost, N: n, Mapped: true}
	e.RowPtr, e.Index, e.Syn = rows("shuffled", npre, byPre, func(k int) int { return order[k] })
	b.Conns = append(b.Conns, c, d, e)
	return edges, order
}
