//go:build cgo

package compute

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// Elements in blocks of four give the bits that they give one by one, also where the last block is not full.
func TestBlocksOfElements(t *testing.T) {
	d := gltest.Device(t)
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		for _, n := range []int{401, 403, 404} {
			p := cubaPlan(t, n, prec)
			var states []*exec.Snapshot
			var spikes []*exec.Spikes
			for _, blocks := range []int{-1, 1} {
				x := loadWith(t, &Backend{dev: d, Mode: Plain, blocks: blocks}, p)
				if got := strings.Contains(x.i.units[0].text.Text, "blocks0["); got != (blocks > 0) {
					t.Fatalf("blocks %d: %v", blocks, got)
				}
				advance(t, x, 200)
				states, spikes = append(states, snapshot(t, x)), append(spikes, drainSpikes(t, x))
			}
			sameSpikes(t, "blocks", spikes[0], spikes[1], true)
			sameState(t, "blocks", p, states[0], states[1])
		}
	}
}

// What synapses sent in the last step is there for whoever looks, between batches too.
func TestSettled(t *testing.T) {
	d := gltest.Device(t)
	p := cubaPlan(t, 400, plan.Single)
	whole := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	if whole.i.flush == nil {
		t.Fatal("no sum is deferred")
	}
	cut := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	const steps = 200
	advance(t, whole, steps)
	ge, again := make([]float64, 400), make([]float64, 400)
	for k := int64(1); k <= steps; k++ {
		advance(t, cut, k)
		if err := cut.Read(1, 0, again); err != nil {
			t.Fatal(err)
		}
	}
	if err := whole.Read(1, 0, ge); err != nil {
		t.Fatal(err)
	}
	some := false
	for k := range ge {
		if ge[k] != again[k] {
			t.Fatalf("ge[%d] is %v in one go and %v step by step", k, ge[k], again[k])
		}
		some = some || ge[k] != 0
	}
	if !some || whole.i.unsettled {
		t.Error("nothing was sent, or it was not applied")
	}
}
