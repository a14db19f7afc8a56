package exectest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// counter adds an item that counts how often it ran in element 0 of a buffer, and keeps its last step in element 1.
func (b *builder) counter(name string, slot plan.Slot, order, clock int) plan.BufferID {
	buf := b.ints(name, 0, 0)
	k := newBody(name, ir.Elements)
	old := k.load(b, buf)
	first := k.Op(ir.OpEq, k.Leaf(ir.OpElem), k.ConstInt(0))
	k.store(b, buf, k.Select(first, k.Op(ir.OpAdd, old, k.ConstInt(1)), k.Leaf(ir.OpStep)), nil)
	b.item(plan.Item{Name: name, Slot: slot, Order: order, Clock: clock, Callback: -1, Ops: []plan.Op{k.run(2)}})
	return buf
}

func (s *suite) initOps(t *testing.T) {
	b := s.plan()
	v, w := b.realN("v", 300), b.buffer(plan.Buffer{Var: "w", Type: ir.Real, Len: 300, Fill: 1.5})
	k := newBody("init", ir.Elements)
	k.store(b, v, k.Op(ir.OpAdd, k.ToReal(k.Leaf(ir.OpElem)), k.load(b, w)), nil)
	b.Init = []plan.Op{k.run(300)}
	x := s.load(t, b, exec.Options{})
	want := seq(300, func(i int) float64 { return float64(i) + 1.5 })
	s.equal(t, "v", read(t, x, b, v), want)
	advance(t, x, 3)
	s.equal(t, "v later", read(t, x, b, v), want)
}

func (s *suite) clocks(t *testing.T) {
	b := s.plan()
	b.Clocks = append(b.Clocks, plan.Clock{Name: "slow", Period: 5, DT: 5 * baseDT}, plan.Clock{Name: "late", Period: 3, Phase: 4, DT: 3 * baseDT})
	bufs := []plan.BufferID{b.counter("a", plan.Groups, 0, 0), b.counter("b", plan.Groups, 0, 1), b.counter("c", plan.Groups, 0, 2)}
	x := s.load(t, b, exec.Options{})
	to := int64(0)
	// Uneven pieces: the clocks must be right wherever Advance starts.
	for _, piece := range []int64{1, 0, 2, 1, 1, 7, 3, 40} {
		to += piece
		advance(t, x, to)
		for i, c := range b.Clocks {
			ran := int64(0)
			for tick := c.Phase; tick < to; tick += c.Period {
				ran++
			}
			s.equal(t, fmt.Sprintf("%s after %d", c.Name, to), read(t, x, b, bufs[i]), []float64{float64(ran), float64(max(ran-1, 0))})
		}
	}
}

func (s *suite) callbacks(t *testing.T) {
	b := s.plan()
	b.Clocks = append(b.Clocks, plan.Clock{Name: "every 3", Period: 3, DT: 3 * baseDT})
	before := b.counter("before", plan.Start, 0, 0)
	b.item(plan.Item{Name: "call", Slot: plan.Groups, Clock: 1, Callback: 7})
	v := b.realN("v", 1)
	after := b.counter("after", plan.End, 0, 0)
	k := newBody("double", ir.Elements)
	k.store(b, v, k.Op(ir.OpMul, k.load(b, v), k.Const(2)), nil)
	b.item(plan.Item{Name: "double", Slot: plan.End, Order: 1, Callback: -1, Ops: []plan.Op{k.run(1)}})
	x := s.load(t, b, exec.Options{})
	stops := 0
	for {
		stop, err := x.Advance(context.Background(), 8)
		s.must(t, err)
		if stop.Reason == exec.Reached {
			break
		}
		want := exec.Stop{At: exec.Position{Step: int64(3 * stops), Item: 1}, Reason: exec.Callback, Callback: 7}
		if stop != want || x.At() != want.At {
			t.Fatalf("stop %+v, want %+v", stop, want)
		}
		if stops++; stops > 3 {
			t.Fatal("the callback of one step stops the run again and again")
		}
		var n [1]float64
		s.must(t, x.Read(before, 0, n[:]))
		if n[0] != float64(stop.At.Step+1) {
			t.Errorf("at the callback of step %d the item before it has run %v times", stop.At.Step, n[0])
		}
		s.must(t, x.Read(after, 0, n[:]))
		if n[0] != float64(stop.At.Step) {
			t.Errorf("at the callback of step %d the item behind it has run %v times", stop.At.Step, n[0])
		}
		s.must(t, x.Write(v, 0, []float64{1}))
	}
	if stops != 3 || x.At() != (exec.Position{Step: 8}) {
		t.Fatalf("%d callbacks, at %+v", stops, x.At())
	}
	// Last written at step 6, doubled in steps 6 and 7.
	s.equal(t, "v", read(t, x, b, v), []float64{4})
	s.equal(t, "before", read(t, x, b, before), []float64{8, 7})
}

func (s *suite) cancel(t *testing.T) {
	b := s.plan()
	n := b.counter("n", plan.Groups, 0, 0)
	x := s.load(t, b, exec.Options{})
	advance(t, x, 3)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	stop, err := x.Advance(ctx, 10)
	if err != nil || stop.Reason != exec.Canceled {
		t.Fatalf("Advance with an ended context: %+v, %v", stop, err)
	}
	// A run that would take very long ends when the context does, and can be continued.
	ctx, cancel = context.WithCancel(context.Background())
	go cancel()
	stop, err = x.Advance(ctx, 1<<40)
	if err != nil || stop.Reason != exec.Canceled || stop.At != x.At() {
		t.Fatalf("Advance while the context ends: %+v, %v", stop, err)
	}
	to := x.At().Step + 5
	advance(t, x, to)
	s.equal(t, "n", read(t, x, b, n), []float64{float64(to), float64(to - 1)})
}

func (s *suite) monitors(t *testing.T) {
	const n = 40
	b := s.plan()
	b.Clocks = append(b.Clocks, plan.Clock{Name: "sampling", Period: 2, DT: 2 * baseDT})
	v, c := b.realN("v", n), b.intN("c", n)
	b.Monitors = []*plan.Monitor{
		{Name: "all", Clock: 0, Capacity: 4, Vars: []plan.MonitorVar{{Name: "v", Buf: v, Len: n}, {Name: "c", Buf: c, Len: n}}},
		{Name: "some", Clock: 1, Capacity: 4, Vars: []plan.MonitorVar{{Name: "v", Buf: v, Elements: []int32{39, 0, 7}, Len: 3}}},
	}
	b.item(plan.Item{Name: "all", Slot: plan.Start, Callback: -1, Ops: []plan.Op{&plan.Sample{Monitor: 0}}})
	b.item(plan.Item{Name: "some", Slot: plan.Start, Clock: 1, Callback: -1, Ops: []plan.Op{&plan.Sample{Monitor: 1}}})
	k := newBody("update", ir.Elements)
	k.store(b, v, k.Op(ir.OpAdd, k.load(b, v), k.ToReal(k.Leaf(ir.OpElem))), nil)
	k.store(b, c, k.Leaf(ir.OpStep), nil)
	b.do("update", k.run(n))
	x := s.load(t, b, exec.Options{})
	done := int64(0)
	for _, to := range []int64{3, 4, 8} {
		advance(t, x, to)
		steps, values, err := x.Drain(0)
		s.must(t, err)
		if int64(len(steps)) != to-done || len(values) != 2 {
			t.Fatalf("monitor 0 gave %d samples of %d variables after step %d", len(steps), len(values), to)
		}
		for i, st := range steps {
			if st != done+int64(i) {
				t.Fatalf("sample %d was taken at step %d", i, st)
			}
			s.equal(t, "v", values[0][i*n:(i+1)*n], seq(n, func(e int) float64 { return float64(st) * float64(e) }))
			s.equal(t, "c", values[1][i*n:(i+1)*n], seq(n, func(int) float64 { return float64(max(st-1, 0)) }))
		}
		done = to
	}
	steps, values, err := x.Drain(1)
	s.must(t, err)
	if len(steps) != 4 {
		t.Fatalf("monitor 1 gave %d samples, want 4", len(steps))
	}
	for i, st := range steps {
		if st != int64(i) {
			t.Errorf("sample %d was taken at step %d of its clock", i, st)
		}
		s.equal(t, "some", values[0][3*i:3*i+3], []float64{float64(2 * i * 39), 0, float64(2 * i * 7)})
	}
	if steps, values, err := x.Drain(1); err != nil || len(steps) != 0 || len(values) != 1 || len(values[0]) != 0 {
		t.Errorf("second Drain gave %v, %v, %v", steps, values, err)
	}
	if _, _, err := x.Drain(2); err == nil {
		t.Error("Drain of a monitor that does not exist gave no error")
	}
}

func (s *suite) readWrite(t *testing.T) {
	b := s.plan()
	r, i, f := b.realN("r", 10), b.intN("i", 10), b.boolN("f", 10)
	b.counter("n", plan.Groups, 0, 0)
	x := s.load(t, b, exec.Options{})
	s.must(t, x.Write(r, 3, []float64{0.1, -2, inf}))
	s.must(t, x.Write(i, 8, []float64{2147483647, -2147483648}))
	s.must(t, x.Write(f, 0, []float64{1, 0, 1}))
	s.equal(t, "r", read(t, x, b, r), []float64{0, 0, 0, 0.1, -2, inf, 0, 0, 0, 0})
	s.equal(t, "i", read(t, x, b, i), []float64{0, 0, 0, 0, 0, 0, 0, 0, 2147483647, -2147483648})
	s.equal(t, "f", read(t, x, b, f), []float64{1, 0, 1, 0, 0, 0, 0, 0, 0, 0})
	part := make([]float64, 2)
	s.must(t, x.Read(r, 3, part))
	s.equal(t, "part", part, []float64{0.1, -2})
	for name, err := range map[string]error{
		"read beyond the end":   x.Read(r, 9, part),
		"read before the start": x.Read(r, -1, part),
		"read of no buffer":     x.Read(99, 0, part),
		"read of None":          x.Read(plan.None, 0, part),
		"write beyond the end":  x.Write(r, 9, part),
		"write of no buffer":    x.Write(99, 0, part),
		"fraction to an int":    x.Write(i, 0, []float64{0.5}),
	} {
		if err == nil {
			t.Errorf("%s gave no error", name)
		}
	}
	if c := s.backend.Caps(); c.Name == "" || c.Device == "" {
		t.Errorf("Caps has no name or device: %+v", c)
	}
	s.must(t, x.Close())
	if err := x.Read(r, 0, part); err == nil {
		t.Error("Read of a closed instance gave no error")
	}
}

// noisy is a plan with everything that a snapshot must hold: state, integers, flags, a ring of delays, draws and clocks.
func (s *suite) noisy() (*builder, []plan.BufferID) {
	const n, depth = 300, 4
	b := s.plan()
	b.Clocks = append(b.Clocks, plan.Clock{Name: "slow", Period: 3, Phase: 1, DT: 3 * baseDT})
	v, c, f := b.realN("v", n), b.intN("c", n), b.boolN("f", n)
	ring := b.buffer(plan.Buffer{Var: "ring", Type: ir.Real, Len: depth * n, Role: plan.History})
	k := newBody("noise", ir.Elements)
	e, step := k.Leaf(ir.OpElem), k.Leaf(ir.OpStep)
	row := func(of *ir.Expr) *ir.Expr {
		return k.Op(ir.OpAdd, k.Op(ir.OpMul, k.Op(ir.OpMod, of, k.ConstInt(depth)), k.ConstInt(n)), e)
	}
	x := k.Op(ir.OpAdd, k.Op(ir.OpMul, k.load(b, v), k.Const(0.9)), k.Random(ir.OpUniform, 0))
	x = k.Op(ir.OpSub, x, k.Op(ir.OpMul, k.Const(0.25), k.at(b, ring, row(k.Op(ir.OpAdd, step, k.ConstInt(2))))))
	k.store(b, v, x, nil)
	k.storeAt(b, ring, row(k.Op(ir.OpAdd, step, k.ConstInt(1))), x, nil)
	b.do("noise", k.run(n))
	k = newBody("count", ir.Elements)
	above := k.Op(ir.OpLt, k.Const(0.5), k.load(b, v))
	k.store(b, f, above, nil)
	k.store(b, c, k.Op(ir.OpAdd, k.load(b, c), k.ConstInt(1)), above)
	b.item(plan.Item{Name: "count", Slot: plan.End, Clock: 1, Callback: -1, Ops: []plan.Op{k.run(n)}})
	return b, []plan.BufferID{v, c, f, ring}
}

func (s *suite) snapshot(t *testing.T) {
	b, bufs := s.noisy()
	o := exec.Options{Seed: 11}
	state := func(x exec.Instance) (all []float64) {
		for _, id := range bufs {
			all = append(all, read(t, x, b, id)...)
		}
		return all
	}
	ref := s.load(t, b, o)
	advance(t, ref, 50)
	want := state(ref)

	x := s.load(t, b, o)
	advance(t, x, 20)
	snap, err := x.Snapshot()
	s.must(t, err)
	advance(t, x, 50)
	s.exactly(t, "one run and one in two pieces", state(x), want)
	s.must(t, x.Restore(snap))
	if x.At() != snap.At || snap.At.Step != 20 {
		t.Fatalf("restored to %+v, snapshot is of %+v", x.At(), snap.At)
	}
	advance(t, x, 50)
	s.exactly(t, "after restore", state(x), want)
	other := s.load(t, b, o)
	s.must(t, other.Restore(snap))
	advance(t, other, 50)
	s.exactly(t, "restored into another instance", state(other), want)

	s.kept(t, b, o, state, want)

	foreign := *snap
	foreign.Fingerprint = "another"
	if other.Restore(&foreign) == nil {
		t.Error("a snapshot of another plan was restored")
	}
	short := *snap
	short.Data = map[plan.BufferID][]byte{}
	maps.Copy(short.Data, snap.Data)
	short.Data[bufs[0]] = snap.Data[bufs[0]][:8]
	if other.Restore(&short) == nil {
		t.Error("a truncated snapshot was restored")
	}
	s.exactly(t, "after a refused restore", state(other), want)
}

// kept goes back to copies that stay with the backend.
func (s *suite) kept(t *testing.T, b *builder, o exec.Options, state func(exec.Instance) []float64, want []float64) {
	x := s.load(t, b, o)
	advance(t, x, 20)
	keeper, ok := x.(exec.Keeper)
	if !ok {
		t.Fatal("the backend keeps no states")
	}
	k, err := keeper.Keep()
	s.must(t, err)
	defer k.Close()
	advance(t, x, 33)
	s.must(t, keeper.Revert(k, k.At()))
	if x.At().Step != 20 || k.Bytes() <= 0 {
		t.Fatalf("back at %+v with %d bytes kept", x.At(), k.Bytes())
	}
	advance(t, x, 50)
	s.exactly(t, "after going back", state(x), want)

	other := s.load(t, b, o)
	if _, err := other.Advance(context.Background(), 7); err != nil {
		t.Fatal(err)
	}
	s.must(t, x.Close())
	s.must(t, other.(exec.Keeper).Revert(k, k.At()))
	advance(t, other, 50)
	s.exactly(t, "another instance, after the first one was closed", state(other), want)

	snap, err := k.Snapshot()
	s.must(t, err)
	third := s.load(t, b, o)
	s.must(t, third.Restore(snap))
	advance(t, third, 50)
	s.exactly(t, "from the kept state's snapshot", state(third), want)

	k.Close()
	if third.(exec.Keeper).Revert(k, exec.Position{Step: 20}) == nil {
		t.Error("went back to a kept state that was closed")
	}
	if _, err := k.Snapshot(); err == nil {
		t.Error("a kept state that was closed has a snapshot")
	}
}

// exactly compares values that must have the same bits on every backend.
func (s *suite) exactly(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: value %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// faults lets several elements of two variables become infinite; the first step, variable and element must be named.
func (s *suite) faults(t *testing.T) {
	const n = 3000
	b := s.plan()
	grow := b.reals("grow", seq(n, func(i int) float64 {
		switch i {
		case 2900, 1500:
			return 2
		case 700:
			return 1.001
		}
		return 1
	})...)
	v, w := b.buffer(plan.Buffer{Var: "v", Type: ir.Real, Len: n, Fill: 1}), b.realN("w", n)
	k := newBody("grow", ir.Elements)
	x := k.Op(ir.OpMul, k.load(b, v), k.load(b, grow))
	for range 3 {
		x = k.Op(ir.OpMul, x, x)
	}
	y := k.Op(ir.OpSub, x, x)
	k.store(b, v, x, nil)
	k.store(b, w, y, nil)
	even := k.Op(ir.OpEq, k.Op(ir.OpMod, k.Leaf(ir.OpElem), k.ConstInt(2)), k.ConstInt(0))
	k.effect(ir.Effect{Kind: ir.Check, Value: y, Name: "test.w", Mask: k.Op(ir.OpNot, even)})
	k.effect(ir.Effect{Kind: ir.Check, Value: x, Name: "test.v"})
	k.effect(ir.Effect{Kind: ir.Check, Value: y, Name: "test.w"})
	b.Checks = []string{"test.w", "test.v"}
	b.do("grow", k.run(n))
	val, step := 1.0, int64(0)
	for ; ; step++ {
		val = round(s.precision, val*2)
		for range 3 {
			val = round(s.precision, val*val)
		}
		if val > 1e308 {
			break
		}
	}
	inst := s.load(t, b, exec.Options{})
	snap, err := inst.Snapshot()
	s.must(t, err)
	for range 2 { // again after a restore
		_, err := inst.Advance(context.Background(), 1000)
		var f *exec.Fault
		if !errors.As(err, &f) {
			t.Fatalf("no fault: %v", err)
		}
		if f.Variable != "test.v" || f.Element != 1500 || f.Step != step || f.Value != inf || f.Time != float64(step)*baseDT {
			t.Errorf("fault %+v, want test.v[1500] = +Inf in step %d", f, step)
		}
		// The state is that of the faulting step, and the instance can be read but not advanced.
		var got [1]float64
		s.must(t, inst.Read(v, 1500, got[:]))
		if got[0] != inf {
			t.Errorf("v[1500] = %v after the fault", got[0])
		}
		if _, err := inst.Advance(context.Background(), 1001); err == nil {
			t.Error("an instance was advanced after a fault")
		}
		s.must(t, inst.Restore(snap))
		advance(t, inst, 1)
		s.must(t, inst.Restore(snap))
	}
}
