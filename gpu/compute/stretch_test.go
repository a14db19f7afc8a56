//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/exec/exectest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// stretched are the ways to take many steps in a dispatch: as it comes; with spikes that are few in some steps only; with work groups that leave as soon as they
// would have to wait; with rounds for few steps; and with one work group, which waits for none.
func stretched() []*Backend {
	return []*Backend{{Mode: Plain, blocks: 1, texels: 1, stretch: 1}, {Mode: Plain, blocks: 1, texels: 1, stretch: 1, few: 100},
		{Mode: Plain, blocks: -1, stretch: 1, hasty: true}, {Mode: Plain, blocks: 1, texels: 1, stretch: 1, budget: 40_000},
		{Mode: Plain, blocks: 1, stretch: 1, groups: 1}}
}

// Many steps in a dispatch give what they give one by one, wherever it ends, and are fewer dispatches.
func TestStretch(t *testing.T) {
	d := gltest.Device(t)
	for _, n := range []int{401, 3000} {
		p := cubaPlan(t, n, plan.Single)
		one := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
		advance(t, one, 300)
		state, spikes := snapshot(t, one), drainSpikes(t, one)
		for k, b := range stretched() {
			b.dev = d
			x := loadWith(t, b, p)
			if x.i.stretch == nil {
				t.Fatalf("way %d: a dispatch a step", k)
			}
			var before, after int64
			d.Do(func() { before = d.Stats().Dispatches })
			advance(t, x, 300)
			d.Do(func() { after = d.Stats().Dispatches })
			if b.groups == 1 && after-before > 100 { // with more groups it depends on what else the processor does
				t.Errorf("%d dispatches for 300 steps", after-before)
			}
			sameSpikes(t, "many steps", spikes, drainSpikes(t, x), true)
			sameState(t, "many steps", p, state, snapshot(t, x))
		}
	}
}

// What the suites want of spikes, faults and recordings holds for many steps in a dispatch.
func TestStretchSuite(t *testing.T) {
	tol := exectest.GPUTolerance()
	tol.SumULP = 32
	for _, b := range stretched() {
		b.dev = gltest.Device(t)
		exectest.Spikes(t, func() exec.Backend { return b }, plan.Single, tol)
		exectest.Networks(t, func() exec.Backend { return b }, plan.Single, tol)
		conform.Spiking(t, b, plan.Single, 2)
		small := *b
		small.spikeEntries = 1 // rings that are full every few steps
		conform.Spiking(t, &small, plan.Single, 2)
	}
}
