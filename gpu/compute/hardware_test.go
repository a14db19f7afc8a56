//go:build cgo

package compute

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// asHardware is a backend that decides as on hardware. A dispatch takes one step, since the software renderer leaves long loops. On hardware all other
// tests are this one, and nil comes back.
func asHardware(t *testing.T, mode Mode) *Backend {
	d := gltest.Device(t)
	if !d.Info().Software {
		t.Log("this is hardware: nothing to pretend")
		return nil
	}
	return &Backend{dev: d, Mode: mode, hardware: true, Batch: 1}
}

// What is chosen for hardware (sizes of work groups, how spikes are shared, no texels and no vectors) gives what the suite wants, also where no hardware
// is. The parts are those that have every form of operation, and no loop that the software renderer leaves.
func TestAsHardware(t *testing.T) {
	for _, c := range []struct {
		name string
		mode Mode
		p    plan.Precision
		only []string
	}{
		{"plain", Plain, plan.Single, []string{"Spiking", "Redelayed", "Sums", "Delayed", "Learning", "Recording", "Callbacks", "Faults"}},
		{"resident", Auto, plan.Single, []string{"Sums", "Delayed", "Recording"}},
		{"double", Plain, plan.Double, []string{"Sums", "Delayed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := asHardware(t, c.mode)
			if b == nil || c.p == plan.Double && !b.Caps().Double {
				return
			}
			conform.Run(t, b, c.p, conform.Options{Spiking: 2, Redelayed: 1, RedelayedEvery: 20, Delayed: 1, Model: 64, Network: 64, Closed: 64, Only: c.only})
		})
	}
}

// Lists of many elements keep marks, the rows of synapses of a spike are shared by work groups: the same bits as with neither.
func TestAsHardwareLarge(t *testing.T) {
	b := asHardware(t, Plain)
	if b == nil {
		return
	}
	usual := &Backend{dev: b.dev, Mode: Plain}
	for name, p := range map[string]*plan.Plan{"bursts": burstPlan(33_000, 1100, 3, false), "many words": burstPlan(20_000, 1100, 3, false), "cuba": cubaPlan(t, 4000, plan.Single), "learners": planOf(t, learners(80), plan.Single)} {
		x, y := loadWith(t, b, p), loadWith(t, usual, p)
		if name == "bursts" {
			marks := false
			for _, s := range x.i.layout.Lists {
				marks = marks || s.Marks > 0
			}
			if !marks || x.i.layout.Software {
				t.Errorf("no list of %s keeps marks", name)
			}
		}
		if name == "many words" && !strings.Contains(x.i.Programs()[0].Text, "found_parts") {
			t.Errorf("the work group that makes lists of %s adds up one by one", name)
		}
		for _, i := range []*Shared{x, y} {
			advance(t, i, map[bool]int64{true: 4, false: 40}[name == "bursts" || name == "many words"])
		}
		sameState(t, name, p, snapshot(t, x), snapshot(t, y))
		if len(p.SpikeMonitors) > 0 {
			sameSpikes(t, name, drainSpikes(t, x), drainSpikes(t, y), true)
		}
	}
}

// Work groups that wait for each other, with the texts of hardware, give the bits of the plain way. The last to come to a barrier makes the lists.
func TestAsHardwarePersistent(t *testing.T) {
	b := asHardware(t, Persistent)
	if b == nil {
		return
	}
	if n, _ := together(t, b.dev); n < 2 {
		return
	}
	ticks, few := int64(0), spread() // loops of a step must be short here
	few.Synapses[0].Pathways[0].Delays = []net.Assignment{{Var: "delay", Expr: nettest.Text("0.1*ms + 0.3*ms*rand()")}}
	for name, n := range map[string]*net.Network{"groups": threeGroups(), "kicked": kicked(), "spread": few, "learning": learning()} {
		t.Run(name, func(t *testing.T) {
			p := planOf(t, n, plan.Single)
			x, y := loadWith(t, b, p), loadWith(t, &Backend{dev: b.dev, Mode: Plain}, p)
			if !strings.Contains(x.i.persistent.text.Text, "sync_last") {
				t.Error("there is a barrier for its lists alone")
			}
			for _, i := range []*Shared{x, y} {
				advance(t, i, 60)
			}
			if x.i.persistent != nil { // else it gave up, and went on plainly
				ticks += x.i.persistent.ticks
			}
			sameState(t, name, p, snapshot(t, x), snapshot(t, y))
			sameSpikes(t, name, drainSpikes(t, x), drainSpikes(t, y), true)
		})
	}
	if ticks == 0 {
		t.Error("no step was taken by work groups that wait for each other")
	}
}

// Programs that are compiled at once are those that steps then use: no more of them are made.
func TestCompiledTogether(t *testing.T) {
	b := asHardware(t, Plain)
	if b == nil || !b.dev.Info().Features.ParallelCompile {
		return
	}
	p := cubaPlan(t, 400, plan.Single)
	x := loadWith(t, b, p)
	n := len(x.i.programs)
	if least := len(x.i.Programs()); n < least {
		t.Errorf("%d programs are there before the first step, which takes %d", n, least)
	}
	advance(t, x, 20)
	if len(x.i.programs) != n {
		t.Errorf("%d programs were compiled at once, then there were %d", n, len(x.i.programs))
	}
	y := loadWith(t, &Backend{dev: b.dev, Mode: Plain}, p)
	advance(t, y, 20)
	sameState(t, "together", p, snapshot(t, x), snapshot(t, y))
}
