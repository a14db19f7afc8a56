//go:build cgo

package compute

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

func load(t testing.TB, d *device.Device, mode Mode, p *plan.Plan, o exec.Options) exec.Instance {
	t.Helper()
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	b.Mode = mode
	x, err := b.Load(p, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func advance(t testing.TB, x exec.Instance, step int64) {
	t.Helper()
	stop, err := x.Advance(context.Background(), step)
	if err != nil || stop.Reason != exec.Reached || stop.At.Step != step {
		t.Fatalf("Advance(%d): %+v, %v", step, stop, err)
	}
}

func snapshot(t testing.TB, x exec.Instance) *exec.Snapshot {
	t.Helper()
	s, err := x.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sameState(t *testing.T, what string, p *plan.Plan, a, b *exec.Snapshot) {
	t.Helper()
	if a.At != b.At {
		t.Errorf("%s: at %+v and %+v", what, a.At, b.At)
	}
	for id, data := range a.Data {
		if !slices.Equal(data, b.Data[id]) {
			t.Errorf("%s: %s.%s differs", what, p.Buffers[id].Object, p.Buffers[id].Var)
		}
	}
}

// clocksPlan has noise, two clocks, a monitor on each and a callback on the slower one.
func clocksPlan(prec plan.Precision, callback bool) *plan.Plan {
	b := newPlanner(prec)
	b.p.Clocks = append(b.p.Clocks, plan.Clock{Name: "slow", Period: 3, Phase: 2, DT: 3e-3})
	const n = 150
	v := b.buffer("G", "v", ir.Real, n, plan.State, nil)
	w := b.buffer("H", "w", ir.Real, n, plan.State, nil)
	total := b.buffer("G", "total", ir.Real, 1, plan.State, nil)
	noise := func(name string, target plan.BufferID, other plan.BufferID, stream uint32) *plan.Run {
		kb := ir.NewBuilder()
		s := kb.Slot(ir.Slot{Name: "target", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
		o := kb.Slot(ir.Slot{Name: "other", Type: ir.Real, Kind: ir.Indexed, Access: ir.Read})
		mirror := kb.Op(ir.OpSub, kb.Op(ir.OpSub, kb.Leaf(ir.OpCount), kb.ConstInt(1)), kb.Leaf(ir.OpElem))
		x := kb.Op(ir.OpAdd, kb.Op(ir.OpMul, kb.Load(s), kb.Const(0.9)), kb.Op(ir.OpMul, kb.Random(ir.OpUniform, 0), kb.LoadAt(o, mirror)))
		x = kb.Op(ir.OpAdd, x, kb.Op(ir.OpMul, kb.Time(1e-3), kb.Const(0.1)))
		x = kb.Op(ir.OpAdd, x, kb.Random(ir.OpNormal, 1))
		k := &ir.Kernel{Name: name, Stream: stream, Effects: []ir.Effect{{Kind: ir.Store, Slot: s, Value: x}, {Kind: ir.Check, Value: x, Name: name}}}
		k.Slots = kb.Slots()
		return &plan.Run{Kernel: k, Bind: []plan.BufferID{target, other}, N: n, Conn: -1}
	}
	sum := func() *plan.Run {
		kb := ir.NewBuilder()
		s := kb.Slot(ir.Slot{Name: "total", Type: ir.Real, Kind: ir.Scalar, Access: ir.ReadWrite})
		k := &ir.Kernel{Name: "count", Effects: []ir.Effect{{Kind: ir.Store, Slot: s, Value: kb.Op(ir.OpAdd, kb.Load(s), kb.Const(1))}}}
		k.Slots = kb.Slots()
		return &plan.Run{Kernel: k, Bind: []plan.BufferID{total}, N: 1, Conn: -1}
	}
	b.p.Monitors = []*plan.Monitor{
		{Name: "fast", Clock: 0, Capacity: 7, Vars: []plan.MonitorVar{{Name: "v", Buf: v, Elements: []int32{0, 149, 3}, Len: 3}, {Name: "total", Buf: total, Len: 1}}},
		{Name: "slow", Clock: 1, Capacity: 2, Vars: []plan.MonitorVar{{Name: "w", Buf: w, Len: n}}},
	}
	b.item("sample", 0, &plan.Sample{Monitor: 0})
	b.item("sample slow", 1, &plan.Sample{Monitor: 1})
	if callback {
		b.callback("act", 1, 4)
	}
	b.item("G", 0, noise("G.v", v, w, 1), sum())
	b.item("H", 1, noise("H.w", w, v, 2))
	b.p.Checks = []string{"G.v", "H.w"}
	return b.p
}

// Both ways to run a schedule give the same bits: state, history, random numbers, recordings.
func TestResidentEqualsPlain(t *testing.T) {
	d := gltest.Device(t)
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		for name, p := range map[string]*plan.Plan{
			"field": fieldPlan(20, prec), "odd field": fieldPlan(13, prec), "clocks": clocksPlan(prec, false), "callbacks": clocksPlan(prec, true),
		} {
			a := load(t, d, Plain, p, exec.Options{Seed: 3})
			b := load(t, d, Resident, p, exec.Options{Seed: 3})
			for _, until := range []int64{1, 2, 30, 100} {
				run := func(x exec.Instance) (calls int) {
					for {
						stop, err := x.Advance(context.Background(), until)
						if err != nil {
							t.Fatal(err)
						}
						if stop.Reason == exec.Reached {
							return calls
						}
						calls++
					}
				}
				if m, n := run(a), run(b); m != n {
					t.Errorf("%s: %d and %d callbacks", name, m, n)
				}
				sameState(t, name, p, snapshot(t, a), snapshot(t, b))
				for m := range p.Monitors {
					sa, va, err := a.Drain(m)
					if err != nil {
						t.Fatal(err)
					}
					sb, vb, err := b.Drain(m)
					if err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(sa, sb) || !slices.EqualFunc(va, vb, slices.Equal[[]float64]) {
						t.Errorf("%s: monitor %d differs", name, m)
					}
				}
			}
		}
	}
}

// The size of tiles, and loading floats in pairs, must not change a bit.
func TestTilesDoNotMatter(t *testing.T) {
	d := gltest.Device(t)
	var want *exec.Snapshot
	for _, n := range []int{14, 20} {
		want = nil
		for _, tile := range [][2]int{{1, 1}, {2, 4}, {4, 4}, {5, 10}, {3, 7}} {
			for _, pairs := range []bool{false, true} {
				p := fieldPlan(n, plan.Single)
				b, _ := New(d)
				b.Mode = Plain
				b.tile, b.noPairs = func(*plan.MatMul) (int, int) { return tile[0], tile[1] }, !pairs
				x, err := b.Load(p, exec.Options{})
				if err != nil {
					t.Fatal(err)
				}
				advance(t, x, 40)
				got := snapshot(t, x)
				if want == nil {
					want = got
				}
				sameState(t, "tile", p, got, want)
				x.Close()
			}
		}
	}
}

// The field on the CPU and on the GPU, from the same plan.
func TestFieldEqualsCPU(t *testing.T) {
	d := gltest.Device(t)
	for _, c := range []struct {
		prec plan.Precision
		tol  float64
	}{{plan.Single, 2e-6}, {plan.Double, 1e-13}} {
		p := fieldPlan(20, c.prec)
		x := load(t, d, Auto, p, exec.Options{})
		y, err := cpu.Backend{}.Load(p, exec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer y.Close()
		advance(t, x, 700)
		advance(t, y, 700)
		top := 0.0
		for id := range p.Buffers {
			a, b := make([]float64, p.Buffers[id].Len), make([]float64, p.Buffers[id].Len)
			if err := errors.Join(x.Read(plan.BufferID(id), 0, a), y.Read(plan.BufferID(id), 0, b)); err != nil {
				t.Fatal(err)
			}
			for k := range a {
				top = math.Max(top, a[k])
				if diff := math.Abs(a[k] - b[k]); !(diff <= c.tol*math.Max(1, math.Abs(b[k]))) {
					t.Fatalf("%s.%s[%d]: gl %v, cpu %v", p.Buffers[id].Object, p.Buffers[id].Var, k, a[k], b[k])
				}
			}
		}
		if top < 0.5 {
			t.Errorf("the field stayed silent: %v", top)
		}
	}
}

// While it runs, nothing but fault words comes back; a view is a loan, not a copy.
func TestNoReadback(t *testing.T) {
	d := gltest.Device(t)
	for _, mode := range []Mode{Plain, Resident} {
		p := fieldPlan(20, plan.Single)
		x := load(t, d, mode, p, exec.Options{}).(*Shared)
		before := d.Stats()
		for step := int64(50); step <= 500; step += 50 {
			advance(t, x, step)
			if v := x.View(2); !v.Valid() || v.Count != 400 || v.Elem != device.F32 {
				t.Fatalf("view %+v", v)
			}
		}
		after := d.Stats()
		if n := after.Read() - before.Read(); n != after.ReadBack[device.ReadFault]-before.ReadBack[device.ReadFault] {
			t.Errorf("%d bytes came back, of which %d fault words", n, after.ReadBack[device.ReadFault]-before.ReadBack[device.ReadFault])
		}
		if after.TotalBytes != before.TotalBytes {
			t.Error("memory was allocated while running")
		}
		v, fromView, fromRead := x.View(2), make([]float32, 400), make([]float64, 400)
		gltest.Do(t, d, func(t testing.TB) {
			if err := device.ReadView(d, v, 0, fromView, device.ReadTest); err != nil {
				t.Fatal(err)
			}
		})
		if err := x.Read(2, 0, fromRead); err != nil {
			t.Fatal(err)
		}
		for k := range fromRead {
			if fromRead[k] != float64(fromView[k]) {
				t.Fatalf("element %d: %v through the view, %v read", k, fromView[k], fromRead[k])
			}
		}
	}
}

// A ring that is full moves to the host: no sample is lost, whatever the capacity.
func TestRingOverflow(t *testing.T) {
	d := gltest.Device(t)
	for _, mode := range []Mode{Plain, Resident} {
		x := load(t, d, mode, clocksPlan(plan.Single, false), exec.Options{})
		advance(t, x, 200)
		steps, values, err := x.Drain(0)
		if err != nil || len(steps) != 200 || len(values) != 2 || len(values[0]) != 600 || len(values[1]) != 200 {
			t.Fatalf("%d steps, %d variables, %v", len(steps), len(values), err)
		}
		for k, total := range values[1] {
			if total != float64(k) || steps[k] != int64(k) {
				t.Fatalf("sample %d: step %d, total %v", k, steps[k], total)
			}
		}
		if steps, _, _ := x.Drain(1); len(steps) != 66 || steps[65] != 65 {
			t.Errorf("slow monitor: steps %v", steps)
		}
	}
}

func TestRefusals(t *testing.T) {
	d := gltest.Device(t)
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	before := d.Stats()
	refuse := func(what string, p *plan.Plan, want ...string) {
		t.Helper()
		x, err := b.Load(p, exec.Options{})
		if err == nil {
			x.Close()
			t.Errorf("%s was loaded", what)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", what, err, w)
			}
		}
	}
	huge := newPlanner(plan.Single)
	huge.buffer("G", "v", ir.Real, 1<<40, plan.State, nil)
	refuse("a buffer larger than memory", huge.p, "4 TiB")

	wide := newPlanner(plan.Single)
	block := int(d.Info().Limits.StorageBlockSize)
	wide.p.Buffers[wide.buffer("G", "spikes", ir.Int, block/4+1, plan.Scratch, nil)].Rows = 1
	refuse("a spike list larger than a storage block", wide.p, "G.spikes", "cpu backend")
	if got := d.Stats().TotalBytes; got != before.TotalBytes {
		t.Errorf("%d bytes were allocated for plans that do not fit", got-before.TotalBytes)
	}

	b.Mode = Resident
	refuse("a large plan for one work group", fieldPlan(100, plan.Single), "too large")
}

// A store outside its buffer stops the run and says which kernel it was.
func TestStoreOutside(t *testing.T) {
	d := gltest.Device(t)
	for _, mode := range []Mode{Plain, Resident} {
		b := newPlanner(plan.Single)
		v := b.buffer("G", "v", ir.Real, 10, plan.State, nil)
		after := b.buffer("G", "w", ir.Real, 10, plan.State, nil)
		kb := ir.NewBuilder()
		s := kb.Slot(ir.Slot{Name: "G.v", Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
		k := &ir.Kernel{Name: "spread", Effects: []ir.Effect{{Kind: ir.Store, Slot: s, Index: kb.Op(ir.OpAdd, kb.Leaf(ir.OpElem), kb.Leaf(ir.OpStep)), Value: kb.Const(1)}}}
		k.Slots = kb.Slots()
		b.item("G", 0, &plan.Run{Kernel: k, Bind: []plan.BufferID{v}, N: 5, Conn: -1})
		x := load(t, d, mode, b.p, exec.Options{})
		_, err := x.Advance(context.Background(), 100)
		if err == nil || !strings.Contains(err.Error(), "spread into G_v") || !strings.Contains(err.Error(), "element 4") || !strings.Contains(err.Error(), "step 6") {
			t.Errorf("%v", err)
		}
		w := make([]float64, 10)
		if err := x.Read(after, 0, w); err != nil || slices.Max(w) != 0 {
			t.Errorf("the neighbour was written: %v %v", w, err)
		}
	}
}

// More elements than one dispatch has invocations: each invocation does several, the last ones fewer.
func TestStride(t *testing.T) {
	d := gltest.Device(t)
	const n = 8*64*64*3 + 17
	b := newPlanner(plan.Single)
	v := b.buffer("G", "v", ir.Int, n, plan.State, nil)
	kb := ir.NewBuilder()
	s := kb.Slot(ir.Slot{Name: "G.v", Type: ir.Int, Kind: ir.PerElement, Access: ir.ReadWrite})
	next := kb.Op(ir.OpAdd, kb.Load(s), kb.Op(ir.OpAdd, kb.Leaf(ir.OpElem), kb.Op(ir.OpMul, kb.Leaf(ir.OpStep), kb.ConstInt(7))))
	k := &ir.Kernel{Name: "count", Effects: []ir.Effect{{Kind: ir.Store, Slot: s, Value: next}}}
	k.Slots = kb.Slots()
	b.item("G", 0, &plan.Run{Kernel: k, Bind: []plan.BufferID{v}, N: n, Conn: -1})
	x := load(t, d, Plain, b.p, exec.Options{})
	advance(t, x, 3)
	got := make([]float64, n)
	if err := x.Read(v, 0, got); err != nil {
		t.Fatal(err)
	}
	for e := range got {
		if want := float64(3*e + 21); got[e] != want {
			t.Fatalf("element %d is %v, want %v", e, got[e], want)
		}
	}
}

// A second start takes its programs from the cache, and they do the same.
func TestProgramsFromDisk(t *testing.T) {
	dir := t.TempDir()
	p := fieldPlan(20, plan.Single)
	var first *exec.Snapshot
	for range 2 {
		cache := &countingCache{DiskCache: NewDiskCacheIn(dir)}
		d := gltest.DeviceWith(t, device.Options{Debug: true, Cache: cache})
		if !d.Info().Features.ProgramBinary {
			t.Skip("this OpenGL driver gives out no programs")
		}
		x := load(t, d, Plain, p, exec.Options{})
		advance(t, x, 30)
		s := snapshot(t, x)
		if first == nil {
			if first = s; cache.stored == 0 {
				t.Error("no program was stored")
			}
			continue
		}
		if cache.found == 0 || cache.stored != 0 {
			t.Errorf("%d programs found, %d stored again", cache.found, cache.stored)
		}
		sameState(t, "from the cache", p, s, first)
	}
}

type countingCache struct {
	*DiskCache
	found, stored int
}

func (c *countingCache) Load(key string) (uint32, []byte, bool) {
	format, data, ok := c.DiskCache.Load(key)
	if ok {
		c.found++
	}
	return format, data, ok
}

func (c *countingCache) Store(key string, format uint32, data []byte) {
	c.stored++
	c.DiskCache.Store(key, format, data)
}

// How many cells of a sum over taps an invocation computes must not change a bit.
func TestTapCellsDoNotMatter(t *testing.T) {
	d := gltest.Device(t)
	r := rand.New(rand.NewPCG(5, 6))
	const layers, rows, cols, taps = 2, 9, 13, 60
	b := newPlanner(plan.Single)
	random := func(n int) []float64 {
		v := make([]float64, n)
		for k := range v {
			v[k] = float64(float32(r.NormFloat64()))
		}
		return v
	}
	src := b.buffer("G", "r", ir.Real, layers*rows*cols, plan.State, random(layers*rows*cols))
	dst := b.buffer("G", "sum", ir.Real, layers*rows*cols, plan.State, nil)
	weights := b.buffer("taps", "weights", ir.Real, taps, plan.Connectivity, random(taps))
	offsets := b.buffer("taps", "offsets", ir.Int, 3*taps, plan.Connectivity, nil)
	for range taps {
		b.p.Buffers[offsets].Ints = append(b.p.Buffers[offsets].Ints, int32(r.IntN(3)-1), int32(r.IntN(17)-8), int32(r.IntN(31)-15))
	}
	for _, add := range []bool{false, true} {
		b.item("taps", 0, &plan.TapSum{Name: "taps", Src: plan.Source{Buf: src, Len: layers * rows * cols}, Dst: dst, Layers: layers, Rows: rows, Cols: cols,
			Taps: taps, Offsets: offsets, Weights: weights, Add: add})
	}
	var want *exec.Snapshot
	for _, cells := range []int{1, 2, 5, 8, 13, 100} {
		for _, hardware := range []bool{false, true} {
			x := loadWith(t, &Backend{dev: d, Mode: Plain, cells: cells, hardware: hardware}, b.p)
			advance(t, x, 2)
			got := snapshot(t, x)
			if want == nil {
				want = got
			}
			sameState(t, "cells", b.p, got, want)
		}
	}
}
