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
		name   string
		mode   Mode
		p      plan.Precision
		gather int
		only   []string
	}{
		{"plain", Plain, plan.Single, 0, []string{"Spiking", "Redelayed", "Sums", "Delayed", "Learning", "Recording", "Callbacks", "Faults"}},
		{"resident", Auto, plan.Single, 0, []string{"Sums", "Delayed", "Recording"}},
		{"double", Plain, plan.Double, 0, []string{"Sums", "Delayed"}},
		{"gathered", Plain, plan.Single, 1, []string{"Spiking", "Sums", "Delayed", "Learning"}},
		{"gathered double", Plain, plan.Double, 1, []string{"Sums", "Delayed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := asHardware(t, c.mode)
			if b == nil || c.p == plan.Double && !b.Caps().Double {
				return
			}
			b.gather = c.gather
			conform.Run(t, b, c.p, conform.Options{Spiking: 2, Redelayed: 1, RedelayedEvery: 20, Delayed: 1, Model: 64, Network: 64, Closed: 64, Only: c.only})
		})
	}
}

// junctions are n neurons with electrical synapses, and with others whose conductances change.
func junctions(n int) *net.Network {
	text := nettest.Text
	g := &net.Group{Name: "g", N: n, Namespace: nettest.Constants{}, Equations: text("dv/dt = (1.2 + 0.3*sin(i) + gap + slow - v)/(20*ms) : 1\ngap : 1\nslow : 1"),
		Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0.2*rand()")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}}}
	between := func(name, equations, p string) *net.Synapses {
		return &net.Synapses{Name: name, Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: text(equations),
			Connect: []*net.Connection{{Condition: text("i != j"), P: text(p)}}, Initial: []net.Assignment{{Var: "w", Expr: text("0.1*rand()")}}}
	}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g)}}, Synapses: []*net.Synapses{
		between("junctions", "w : 1\ngap_post = 0.02*w*(v_pre - v_post) : 1 (summed)", "0.3"),
		between("plastic", "dw/dt = (0.1*v_pre - w)/(50*ms) : 1 (clock-driven)\nslow_post = 0.02*w : 1 (summed)", "0.2")}}
}

// Lists of many elements keep marks, the rows of synapses of a spike are shared by work groups, and so are sums over rows: the same bits as with neither.
func TestAsHardwareLarge(t *testing.T) {
	b := asHardware(t, Plain)
	if b == nil {
		return
	}
	usual := &Backend{dev: b.dev, Mode: Plain}
	for name, p := range map[string]*plan.Plan{"bursts": burstPlan(33_000, 1100, 3, false), "many words": burstPlan(20_000, 1100, 3, false), "cuba": cubaPlan(t, 4000, plan.Single), "learners": planOf(t, learners(80), plan.Single),
		"junctions": planOf(t, junctions(300), plan.Single), "junctions in double": planOf(t, junctions(300), plan.Double)} {
		if p.Precision == plan.Double && !b.Caps().Double {
			continue
		}
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
		if gathers := strings.Count(allTexts(x.i), "block += gl_NumWorkGroups.x"); strings.HasPrefix(name, "junctions") && gathers != 2 {
			t.Errorf("work groups take %d sums of %s", gathers, name)
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

// allTexts are the texts of an instance's programs.
func allTexts(i *Instance) (all string) {
	for _, p := range i.Programs() {
		all += p.Text
	}
	return all
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
