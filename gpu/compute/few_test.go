//go:build cgo

package compute

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// What few spikes do is the same in the dispatch that finds them as in one of its own, and each has some steps.
func TestFewSpikes(t *testing.T) {
	d := gltest.Device(t)
	p := cubaPlan(t, 1402, plan.Single)
	var states []*exec.Snapshot
	var spikes []*exec.Spikes
	for _, few := range []int{-1, 100, 1 << 20} {
		x := loadWith(t, &Backend{dev: d, Mode: Plain, blocks: 1, few: few}, p)
		if has := strings.Contains(x.i.units[0].text.Text, "run_few_spikes"); has != (few > 0) {
			t.Fatalf("few spikes of %d synapses: %v", few, has)
		}
		apart, within := 0, 0
		for step := range 200 {
			advance(t, x, int64(step+1))
			if few < 0 {
				continue
			}
			at := x.i.layout.Buffers[x.i.layout.Together]
			groups := make([]int32, 1)
			var err error
			d.Do(func() { err = device.Read(x.i.slabs[at.Slab].buf, at.Base, groups, device.ReadTest) })
			if err != nil {
				t.Fatal(err)
			}
			if groups[0] > 0 {
				apart++
			} else {
				within++
			}
		}
		if few == 100 && (apart == 0 || within == 0) || few > 100 && apart > 0 {
			t.Errorf("few spikes of %d synapses: %d steps with a dispatch more, %d without", few, apart, within)
		}
		states, spikes = append(states, snapshot(t, x)), append(spikes, drainSpikes(t, x))
	}
	for k := 1; k < len(states); k++ {
		sameSpikes(t, "few spikes", spikes[0], spikes[k], true)
		sameState(t, "few spikes", p, states[0], states[k])
	}
}
