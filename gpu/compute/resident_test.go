//go:build cgo

package compute

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// burstPlan is a network of n elements that all spike in every period-th step, each with so many synapses, and are silent in the others. The kernel over
// synapses may take them in order.
func burstPlan(n, synapses, period int, inOrder bool) *plan.Plan {
	b := newPlanner(plan.Single)
	count := b.buffer("G", "count", ir.Int, n, plan.State, nil)
	list := b.buffer("G", "spikes", ir.Int, n+1, plan.History, nil)
	ptr, index := make([]int32, n+1), make([]int32, 0, n*synapses)
	for k := range n {
		for s := range synapses {
			index = append(index, int32((k+7*s)%n))
		}
		slices.Sort(index[k*synapses:])
		ptr[k+1] = int32(len(index))
	}
	rows, idx := b.buffer("syn", "rows", ir.Int, n+1, plan.Connectivity, nil), b.buffer("syn", "index", ir.Int, len(index), plan.Connectivity, nil)
	b.p.Buffers[rows].Ints, b.p.Buffers[idx].Ints = ptr, index
	b.p.Conns = []*plan.Conn{{Name: "syn", NPre: n, NPost: n, N: len(index), RowPtr: rows, Index: idx}}
	kb := ir.NewBuilder()
	fire := &ir.Kernel{Name: "fire", Effects: []ir.Effect{{Kind: ir.Emit, Slot: kb.Slot(ir.Slot{Name: "spikes", Type: ir.Int, Kind: ir.Indexed, Access: ir.Write}),
		Mask: kb.Op(ir.OpEq, kb.Op(ir.OpMod, kb.Leaf(ir.OpStep), kb.ConstInt(int32(period))), kb.ConstInt(0))}}}
	fire.Slots = kb.Slots()
	kb = ir.NewBuilder()
	target := kb.Slot(ir.Slot{Name: "G.count", Type: ir.Int, Kind: ir.Indexed, Access: ir.Write})
	deliver := &ir.Kernel{Name: "deliver", Domain: ir.Spiking, InOrder: inOrder, Effects: []ir.Effect{{Kind: ir.Accumulate, Slot: target, Index: kb.Leaf(ir.OpPost), Value: kb.ConstInt(1)}}}
	deliver.Slots = kb.Slots()
	b.p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "spikes", List: list, To: n}}
	b.item("fire", 0, &plan.Run{Kernel: fire, Bind: []plan.BufferID{list}, N: n, Conn: -1}, &plan.RecordSpikes{})
	b.item("deliver", 0, &plan.Run{Kernel: deliver, Bind: []plan.BufferID{count}, N: n, Conn: 0, List: list})
	return b.p
}

// llvmpipe stops loops after 65535 rounds: a resident program leaves before, between two steps, and it does not matter where. Bursts in which all
// elements spike are taken whole.
func TestResidentLeavesInTime(t *testing.T) {
	d := gltest.Device(t)
	software := d.Info().Software
	for _, c := range []struct {
		n, synapses, period int
		inOrder             bool
	}{{1000, 100, 3, false}, {4000, 40, 1, false}, {2000, 700, 2, false}, {200, 100, 2, true}} {
		p := burstPlan(c.n, c.synapses, c.period, c.inOrder)
		const steps = 61
		plain := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
		if plain.i.resident != nil {
			t.Fatal("the plain way is not plain")
		}
		advance(t, plain, steps)
		spikes, state := drainSpikes(t, plain), snapshot(t, plain)
		for _, budget := range []int{0, 1} { // as much as is allowed, and one step at a time
			x := loadWith(t, &Backend{dev: d, Mode: Resident, budget: budget}, p)
			if software && x.i.resident.budget.worst > maxRounds {
				t.Fatalf("a step may take %d rounds", x.i.resident.budget.worst)
			}
			advance(t, x, steps)
			what := fmt.Sprint(c, ", budget ", budget)
			sameSpikes(t, what, spikes, drainSpikes(t, x), true)
			sameState(t, what, p, snapshot(t, x), state)
		}
	}
}

// Steps that may take more rounds than the driver allows are refused.
func TestResidentRefusesLoops(t *testing.T) {
	d := gltest.Device(t)
	if !d.Info().Software {
		t.Skip("this OpenGL driver leaves no loops")
	}
	b := &Backend{dev: d, Mode: Resident}
	x, err := b.Load(burstPlan(1000, 100, 1, true), exec.Options{}) // 100,000 synapses one after another
	if err == nil {
		x.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "rounds of loops") || !strings.Contains(err.Error(), "--gl-mode plain") {
		t.Errorf("%v", err)
	}
}

// A program that does not leave in time is found out: its loops are cut, and the run ends with an error instead of wrong results.
func TestCutLoopsAreFound(t *testing.T) {
	d := gltest.Device(t)
	if !d.Info().Software {
		t.Skip("this OpenGL driver leaves no loops")
	}
	p := burstPlan(1000, 100, 1, false)
	for _, budget := range []int{0, 1 << 30} {
		x := loadWith(t, &Backend{dev: d, Mode: Resident, budget: budget}, p)
		var err error
		d.Do(func() { err = x.i.runTicks(50) })
		if cut := err != nil && strings.Contains(err.Error(), "left a loop early"); cut != (budget > 0) {
			t.Errorf("budget %d: %v", budget, err)
		}
		if budget == 0 {
			continue
		}
		if _, err := x.Snapshot(); err == nil {
			t.Error("a wrong state was given out")
		}
	}
}
