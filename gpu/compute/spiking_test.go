//go:build cgo

package compute

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

type constants map[string]string

func (c constants) Lookup(name string) (check.Value, bool) {
	q, err := units.Parse(c[name])
	return check.Value{Kind: check.ValQuantity, Q: q}, err == nil && c[name] != ""
}

func (c constants) Names() []string { return nil }

func source(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }

// cubaPlan is the network of Vogels and Abbott 2005 with currents, as in Brian2's example: n neurons, about 80 synapses each, with weights
// drawn anew for each synapse so that sums depend on their order in floating point.
func cubaPlan(t testing.TB, n int, prec plan.Precision) *plan.Plan {
	t.Helper()
	names := constants{"taum": "20*ms", "taue": "5*ms", "taui": "10*ms", "Vt": "-50*mV", "Vr": "-60*mV", "El": "-49*mV"}
	g := &net.Group{Name: "cuba", N: n, Method: "exact", Namespace: names, Equations: source(`dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)
dge/dt = -ge/taue : volt
dgi/dt = -gi/taui : volt`), Spiking: &net.Spiking{Threshold: source("v>Vt"), Reset: source("v = Vr"), Refractory: source("5*ms")}}
	r := rand.New(rand.NewPCG(1, 2))
	start := make([]float64, n)
	for k := range start {
		start[k] = -0.06 + 0.01*r.Float64()
	}
	volt := units.Dim{}
	if q, err := units.Parse("1*volt"); err == nil {
		volt = q.Dim
	}
	g.Initial = []net.Assignment{{Var: "v", Values: start, Dim: volt}}
	network := &net.Network{DT: 1e-4, Groups: []*net.Group{g}}
	exc := n * 4 / 5
	for _, k := range []struct {
		name, code string
		from, to   int
		mean       float64
		perNeuron  int
		delay      float64
	}{{"exc", "ge += w", 0, exc, 1.62e-3, 80, 0}, {"inh", "gi += w", exc, n, -9e-3, 80, 0}} {
		var i, j []int32
		var w []float64
		for pre := k.from; pre < k.to; pre++ {
			seen := map[int32]bool{}
			for len(seen) < min(k.perNeuron, n/10) {
				if post := int32(r.IntN(n)); !seen[post] {
					seen[post] = true
				}
			}
			posts := make([]int32, 0, len(seen))
			for p := range seen {
				posts = append(posts, p)
			}
			slices.Sort(posts)
			for _, post := range posts {
				i, j, w = append(i, int32(pre)), append(j, post), append(w, k.mean*(0.5+r.Float64()))
			}
		}
		s := &net.Synapses{Name: k.name, Pre: net.All(g), Post: net.All(g), Namespace: names, Equations: source("w : volt"),
			Pathways: []*net.Pathway{{Name: "pre", Code: source(k.code), Delay: []float64{k.delay}}},
			Connect:  []*net.Connection{{I: i, J: j}}, Initial: []net.Assignment{{Var: "w", Values: w, Dim: volt}}}
		network.Synapses = append(network.Synapses, s)
	}
	network.SpikeMonitors = []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), Vars: []string{"v"}}}
	res, err := plan.Build(network, plan.Options{Precision: prec})
	if err != nil {
		t.Fatal(err)
	}
	return res.Plan
}

func loadWith(t testing.TB, b *Backend, p *plan.Plan) *Shared {
	t.Helper()
	x, err := b.Load(p, exec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x.(*Shared)
}

func drainSpikes(t testing.TB, x exec.Instance) *exec.Spikes {
	t.Helper()
	s, err := x.(exec.SpikeRecorder).DrainSpikes(0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sameSpikes(t testing.TB, what string, a, b *exec.Spikes, values bool) {
	t.Helper()
	if len(a.Steps) == 0 || !slices.Equal(a.Steps, b.Steps) || !slices.Equal(a.Index, b.Index) {
		t.Errorf("%s: the spikes differ: %d and %d", what, len(a.Steps), len(b.Steps))
	}
	if values && !slices.EqualFunc(a.Values, b.Values, slices.Equal[[]float64]) {
		t.Errorf("%s: the values at spikes differ", what)
	}
}

// In double precision the spikes are those of the CPU. In both precisions they are the same however the schedule runs, and every time.
func TestSpikesOfCUBA(t *testing.T) {
	d := gltest.Device(t)
	const n, steps = 1000, 2000
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		p := cubaPlan(t, n, prec)
		var want *exec.Spikes
		var state *exec.Snapshot
		for _, mode := range []Mode{Plain, Plain, Resident} {
			b := &Backend{dev: d, Mode: mode}
			x := loadWith(t, b, p)
			advance(t, x, steps)
			got := drainSpikes(t, x)
			if want == nil {
				want, state = got, snapshot(t, x)
			}
			what := fmt.Sprint("precision ", prec, ", mode ", mode)
			sameSpikes(t, what, want, got, true)
			sameState(t, what, p, snapshot(t, x), state)
		}
		if prec == plan.Single {
			continue
		}
		y, err := cpu.Backend{}.Load(p, exec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer y.Close()
		advance(t, y, steps)
		sameSpikes(t, "cpu", want, drainSpikes(t, y), false)
	}
}

// While a spiking network runs nothing but fault words comes back, and no memory is allocated.
func TestNoReadbackOfSpikes(t *testing.T) {
	d := gltest.Device(t)
	for _, mode := range []Mode{Plain, Resident} {
		x := loadWith(t, &Backend{dev: d, Mode: mode}, cubaPlan(t, 400, plan.Single))
		advance(t, x, 10)
		before := d.Stats()
		advance(t, x, 500)
		after := d.Stats()
		if n := after.Read() - before.Read(); n != after.ReadBack[device.ReadFault]-before.ReadBack[device.ReadFault] {
			t.Errorf("%d bytes came back, of which %d fault words", n, after.ReadBack[device.ReadFault]-before.ReadBack[device.ReadFault])
		}
		if after.TotalBytes != before.TotalBytes {
			t.Error("memory was allocated while running")
		}
		if s := drainSpikes(t, x); len(s.Steps) == 0 {
			t.Error("nothing spiked")
		}
	}
}

// A ring of spikes that is full pauses the run until the host has emptied it; nothing is lost, and samples stay complete.
func TestSpikeRingPauses(t *testing.T) {
	d := gltest.Device(t)
	const n, steps = 400, 1500
	sampled := *cubaPlan(t, n, plan.Single)
	p := &sampled
	p.Monitors = []*plan.Monitor{{Name: "g", Vars: []plan.MonitorVar{{Name: "ge", Buf: 1, Elements: []int32{0, 7}, Len: 2}}, Capacity: 90}}
	p.Schedule = append([]plan.Item{{Name: "g", Slot: plan.Start, Ops: []plan.Op{&plan.Sample{}}, Callback: -1}}, p.Schedule...)
	var want *exec.Spikes
	var samples [][]float64
	for _, mode := range []Mode{Plain, Resident} {
		for _, entries := range []int{0, 1} { // one full step at least
			x := loadWith(t, &Backend{dev: d, Mode: mode, spikeEntries: entries}, p)
			advance(t, x, steps)
			got := drainSpikes(t, x)
			at, values, err := x.Drain(0)
			if err != nil || len(at) != steps || at[steps-1] != steps-1 {
				t.Fatalf("%d samples, %v", len(at), err)
			}
			if want == nil {
				want, samples = got, values
			}
			if !slices.Equal(values[0], samples[0]) || slices.Max(values[0]) == 0 {
				t.Error("the samples differ, or nothing was sampled")
			}
			if len(got.Steps) < n {
				t.Fatalf("%d spikes do not fill the ring", len(got.Steps))
			}
			sameSpikes(t, fmt.Sprint("mode ", mode, ", entries ", entries), want, got, true)
		}
	}
}

// addPlan lets every element spike in each step and add value to its only target; scale multiplies w on the device before each.
func addPlan(scale float64, w []float64) (p *plan.Plan, weights, target plan.BufferID) {
	b := newPlanner(plan.Single)
	n := len(w)
	weights = b.buffer("syn", "w", ir.Real, n, plan.State, nil)
	b.p.Buffers[weights].Reals = w
	target = b.buffer("G", "g", ir.Real, n, plan.State, nil)
	ptr, index := make([]int32, n+1), make([]int32, n)
	for k := range n {
		ptr[k+1], index[k] = int32(k+1), int32(k)
	}
	list := b.buffer("G", "spikes", ir.Int, n+1, plan.History, nil)
	b.p.Buffers[list].Ints = append([]int32{int32(n)}, index...)
	rows, idx := b.buffer("syn", "rows", ir.Int, n+1, plan.Connectivity, nil), b.buffer("syn", "index", ir.Int, n, plan.Connectivity, nil)
	b.p.Buffers[rows].Ints, b.p.Buffers[idx].Ints = ptr, index
	b.p.Conns = []*plan.Conn{{Name: "syn", NPre: n, NPost: n, N: n, RowPtr: rows, Index: idx}}
	if scale != 1 {
		kb := ir.NewBuilder()
		s := kb.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
		k := &ir.Kernel{Name: "grow", Effects: []ir.Effect{{Kind: ir.Store, Slot: s, Value: kb.Op(ir.OpMul, kb.Load(s), kb.Const(scale))}}}
		k.Slots = kb.Slots()
		b.item("grow", 0, &plan.Run{Kernel: k, Bind: []plan.BufferID{weights}, N: n, Conn: -1})
	}
	kb := ir.NewBuilder()
	k := &ir.Kernel{Name: "fire", Effects: []ir.Effect{{Kind: ir.Emit, Slot: kb.Slot(ir.Slot{Name: "spikes", Type: ir.Int, Kind: ir.Indexed, Access: ir.Write}), Mask: kb.ConstBool(true)}}}
	k.Slots = kb.Slots()
	b.item("fire", 0, &plan.Run{Kernel: k, Bind: []plan.BufferID{list}, N: n, Conn: -1})
	kb = ir.NewBuilder()
	sw := kb.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	sg := kb.Slot(ir.Slot{Name: "G.g", Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
	k = &ir.Kernel{Name: "deliver", Domain: ir.Spiking, Effects: []ir.Effect{{Kind: ir.Accumulate, Slot: sg, Index: kb.Leaf(ir.OpPost), Value: kb.Load(sw)}}}
	k.Slots = kb.Slots()
	b.item("deliver", 0, &plan.Run{Kernel: k, Bind: []plan.BufferID{weights, target}, N: n, Conn: 0, List: list})
	return b.p, weights, target
}

// Weights that the host changes move the scale of sums; weights that grow on the device have a wide sum, and beyond it the run stops.
func TestSumScales(t *testing.T) {
	d := gltest.Device(t)
	for _, mode := range []Mode{Plain, Resident} {
		p, w, g := addPlan(1, []float64{1, -2, 3e-3})
		x := loadWith(t, &Backend{dev: d, Mode: mode}, p)
		if s := x.i.layout.Sums[0]; s.Words != 1 {
			t.Errorf("a bounded sum of one synapse takes %d words", s.Words)
		}
		advance(t, x, 1)
		if err := x.Write(w, 0, []float64{5e6, -1e7}); err != nil {
			t.Fatal(err)
		}
		advance(t, x, 2)
		got := make([]float64, 3)
		if err := x.Read(g, 0, got); err != nil {
			t.Fatal(err)
		}
		for k, want := range []float64{5e6 + 1, -1e7 - 2, 6e-3} {
			if tol := 0x1p-20 * 1e7; math.Abs(got[k]-want) > tol {
				t.Errorf("g[%d] = %v, want %v", k, got[k], want)
			}
		}
		snap := snapshot(t, x)
		y := loadWith(t, &Backend{dev: d, Mode: mode}, p)
		if err := y.Restore(snap); err != nil {
			t.Fatal(err)
		}
		advance(t, x, 5)
		advance(t, y, 5)
		sameState(t, "restored with other weights", p, snapshot(t, y), snapshot(t, x))

		p, _, g = addPlan(16, []float64{0x1p-40, -0x1p-40, 0x1p-30})
		x = loadWith(t, &Backend{dev: d, Mode: mode}, p)
		if s := x.i.layout.Sums[0]; s.Words != 4 {
			t.Errorf("a sum without a bound takes %d words", s.Words)
		}
		advance(t, x, 2)
		if err := x.Read(g, 0, got); err != nil || got[0] != 0x11p-36 || got[1] != -0x11p-36 || got[2] != 0x11p-26 {
			t.Errorf("small sums: %v %v", got, err)
		}
		_, err := x.Advance(context.Background(), 100)
		if err == nil || !strings.Contains(err.Error(), "G.g[2]") || !strings.Contains(err.Error(), "step 15") {
			t.Errorf("a sum that is too large: %v", err)
		}
	}
}

func BenchmarkCUBA(b *testing.B) {
	for _, n := range []int{1000, 4000, 40000} {
		for _, prec := range []plan.Precision{plan.Single, plan.Double} {
			p := cubaPlan(b, n, prec)
			for _, mode := range []Mode{Plain, Resident} {
				if mode == Resident && n > 1000 { // too many rounds of loops for one work group of llvmpipe
					continue
				}
				b.Run(fmt.Sprintf("N=%d/%s/%s", n, map[plan.Precision]string{plan.Single: "single", plan.Double: "double"}[prec], [...]string{"auto", "plain", "resident"}[mode]), func(b *testing.B) {
					benchPlan(b, p, mode)
				})
			}
		}
	}
}

// llvmpipe leaves loops after some rounds without a word: lists of many spikes are made, and recorded, by larger work groups.
func TestManySpikesAtOnce(t *testing.T) {
	d := gltest.Device(t)
	const n = 2_500_000
	b := newPlanner(plan.Single)
	list := b.buffer("G", "spikes", ir.Int, n+1, plan.History, nil)
	b.p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "count", List: list, To: n, CountOnly: true}}
	kb := ir.NewBuilder()
	s := kb.Slot(ir.Slot{Name: "spikes", Type: ir.Int, Kind: ir.Indexed, Access: ir.Write})
	k := &ir.Kernel{Name: "fire", Effects: []ir.Effect{{Kind: ir.Emit, Slot: s, Mask: kb.Op(ir.OpLt, kb.ConstInt(2), kb.Leaf(ir.OpElem))}}}
	k.Slots = kb.Slots()
	b.item("fire", 0, &plan.Run{Kernel: k, Bind: []plan.BufferID{list}, N: n, Conn: -1}, &plan.RecordSpikes{})
	x := loadWith(t, &Backend{dev: d}, b.p)
	advance(t, x, 2)
	got := make([]float64, n+1)
	if err := x.Read(list, 0, got); err != nil {
		t.Fatal(err)
	}
	if got[0] != n-3 {
		t.Fatalf("%v spikes, want %d", got[0], n-3)
	}
	for e := 3; e < n; e++ {
		if got[e-2] != float64(e) {
			t.Fatalf("spike %d is %v, want %d", e-3, got[e-2], e)
		}
	}
	for e, c := range drainSpikes(t, x).Counts {
		if want := int64(2); e >= 3 && c != want {
			t.Fatalf("element %d spiked %d times, want %d", e, c, want)
		}
	}
}
