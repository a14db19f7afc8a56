package sim

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// changed runs a chain for 9 ms, changes its description, and runs on; the same change made before the first run has no effect until then.
func changed(t *testing.T, change func(*chain)) *chain {
	c := newChain(t, 3)
	c.run(9e-3)
	change(c)
	c.run(11e-3)
	return c
}

// TestReload changes what forces a new plan without changing what the network does: runs in two pieces must equal a run in one, with spikes under
// way, recordings that go on, and initial values that are not applied again.
func TestReload(t *testing.T) {
	whole := newChain(t, 3)
	whole.run(20e-3)
	want := whole.everything()
	for name, change := range map[string]func(*chain){
		"nothing": func(c *chain) {},
		"another group": func(c *chain) {
			c.Groups = append(c.Groups, &net.Group{Name: "another", N: 2, Equations: code("dx/dt = -x/second : 1"), Namespace: c.ns})
		},
		"a longer delay of nothing": func(c *chain) { // makes the ring of g longer
			c.Synapses = append(c.Synapses, &net.Synapses{Name: "idle", Pre: net.All(c.g), Post: net.All(c.g), Namespace: c.ns,
				Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += 0"), Delay: []float64{17e-3}}}, Connect: []*net.Connection{{}}})
		},
		"a finer clock": func(c *chain) { // halves the base step
			c.Groups = append(c.Groups, &net.Group{Name: "fine", N: 1, Equations: code("dx/dt = -x/second : 1"), Namespace: c.ns, DT: 0.5e-3})
		},
		"a constant that nothing reads": func(c *chain) { c.ns["unused"] = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			changed(t, change).wantSame("run in two pieces", changed(t, change).everything(), want)
		})
	}
}

// TestShorterRing makes a ring shorter: what is still under way arrives.
func TestShorterRing(t *testing.T) {
	idle := func(c *chain) *net.Synapses {
		return &net.Synapses{Name: "idle", Pre: net.All(c.g), Post: net.All(c.g), Namespace: c.ns,
			Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += 0"), Delay: []float64{17e-3}}}, Connect: []*net.Connection{{}}}
	}
	whole := newChain(t, 3)
	whole.run(20e-3)
	c := newChain(t, 3)
	c.Synapses = append(c.Synapses, idle(c))
	c.run(9e-3)
	c.Synapses = c.Synapses[:2]
	c.run(11e-3)
	c.wantSame("after a shorter ring", c.everything(), whole.everything())
}

// TestChangesTakeEffect changes constants and data between runs.
func TestChangesTakeEffect(t *testing.T) {
	same := changed(t, func(*chain) {}).everything()
	for name, change := range map[string]func(*chain){
		"constant":  func(c *chain) { c.ns["gain"] = 0.8 },
		"generator": func(c *chain) { c.in.Generator.Times = []float64{1e-3, 3e-3, 7e-3} },
		"period":    func(c *chain) { c.in.Generator.Period = 9e-3 },
		"delay":     func(c *chain) { c.Synapses[0].Pathways[0].Delay = []float64{3e-3} },
		"elements":  func(c *chain) { c.spikes.Of.Stop, c.counts.Of.Stop = 3, 3; c.Synapses[1].Pathways[0].Delay[0] = 1e-3 },
	} {
		if changed(t, change).everything() == same {
			t.Errorf("%s: a change between two runs has no effect", name)
		}
	}
	c := newChain(t, 3)
	ta, err := net.NewTimedArray("ta", []float64{0, 0.25}, 0, 5e-3, units.Dim{})
	c.must(err)
	c.g.Namespace = tables{c.ns, ta}
	c.g.Code[0].Code = code("age += ta(t)")
	c.run(10e-3)
	before := c.get("g", "age")[0]
	other, err := net.NewTimedArray("ta", []float64{0, 8}, 0, 5e-3, units.Dim{})
	c.must(err)
	c.g.Namespace = tables{c.ns, other}
	c.run(2e-3)
	if got := c.get("g", "age")[0] - before; got != 16 {
		t.Errorf("another table of the same size adds %v, want 16", got)
	}
}

// TestMoreSynapses connects between runs: the synapses that were there keep their state.
func TestMoreSynapses(t *testing.T) {
	c := newChain(t, 3)
	c.syn.Pathways[0].Delay = nil
	c.run(20e-3)
	before := c.get("rec", "w")
	c.syn.Connect = append(c.syn.Connect, &net.Connection{I: []int32{0}, J: []int32{2}})
	c.run(0)
	after := c.get("rec", "w")
	if len(before) != 3 || len(after) != 4 || before[0] == 0.3 {
		t.Fatalf("weights %v, then %v", before, after)
	}
	for k, w := range before {
		if after[k] != w {
			t.Errorf("synapse %d had %v, now %v", k, w, after[k])
		}
	}
	if after[3] != 0.3 {
		t.Errorf("the new synapse has %v, want its initial value", after[3])
	}
}

// TestSeveralNetworks moves objects from one network to another and back. Each network has its own time; state, spikes under way and
// recordings go with the objects. Together the networks do what one does that runs without interruption.
func TestSeveralNetworks(t *testing.T) {
	build := func() *chain {
		c := newChain(t, 3)
		c.in.Generator = &net.Generator{Index: []int32{0, 1, 2}, Times: []float64{0, 1e-3, 5e-3}, Period: 20e-3}
		// Draws depend on the network's time, so there are none.
		c.g.Spiking.Reset, c.Synapses[0].Pathways[0].Code = code("v = 0"), code("v_post += gain")
		return c
	}
	whole := build()
	whole.run(80e-3)

	c := build()
	objects := NewObjects()
	defer objects.Close()
	c.opt.Objects, c.opt.Warn = objects, func(l diag.List) { t.Errorf("warning: %v", l) }
	other := *c.Network
	extra := &net.Group{Name: "extra", N: 1, Equations: code("n : 1"), Namespace: c.ns, Code: []*net.CodeBlock{{Name: "extra_code", Code: code("n += 1")}}}
	other.Groups = append(other.Groups[:2:2], extra)
	first := c.compile()
	second, err := Compile(&other, c.opt)
	c.must(err)
	if objects.Owner(c.g) != second || objects.Owner(extra) != second || objects.Owner(&net.Group{}) != nil {
		t.Fatal("wrong owner")
	}
	ctx := context.Background()
	c.must(first.Run(ctx, 20e-3))
	if objects.Owner(c.g) != first {
		t.Fatal("the network that ran last does not own the group")
	}
	c.must(second.Run(ctx, 20e-3))
	// The second network goes on by 2 ms without the common objects, then takes them over when spikes are under way.
	with := other
	other = net.Network{DT: other.DT, Groups: []*net.Group{extra}}
	c.must(second.Run(ctx, 2e-3))
	other = with
	c.must(first.Run(ctx, 2e-3))
	c.must(first.Close())
	c.must(second.Run(ctx, 18e-3))
	if at := second.Time(); math.Abs(at-40e-3) > 1e-12 {
		t.Errorf("the second network is at %g s", at)
	}
	if n, _, err := second.Get(extra, "n"); err != nil || n[0] != 40 {
		t.Errorf("the group of its own made %v steps: %v", n, err)
	}
	c.must(second.Close()) // the objects keep their state for the next network
	third, err := Compile(c.Network, c.opt)
	c.must(err)
	defer third.Close()
	c.must(third.Run(ctx, 20e-3))

	c.sim = third
	for _, v := range [][2]string{{"g", "v"}, {"g", "age"}, {"rec", "w"}} {
		c.wantSame(v[0]+"."+v[1], fmt.Sprint(c.get(v[0], v[1])), fmt.Sprint(whole.get(v[0], v[1])))
	}
	for _, m := range []string{"i", "v"} {
		got, err := objects.Spikes(c.spikes).Recording.Array(m)
		c.must(err)
		want, err := whole.sim.Spikes(whole.spikes).Recording.Array(m)
		c.must(err)
		c.wantSame("recorded "+m, fmt.Sprint(got.Data), fmt.Sprint(want.Data))
	}
	c.wantSame("counts", fmt.Sprint(objects.Spikes(c.counts).Counts), fmt.Sprint(whole.sim.Spikes(whole.counts).Counts))
	if got, want := objects.Recording(c.states).Samples(), whole.sim.Recording(whole.states).Samples(); got != want || got != 80 {
		t.Errorf("%d samples, want %d", got, want)
	}
}

// TestSpikesLost warns when spikes are under way that a network cannot deliver, because it has not run for as long as their delay.
func TestSpikesLost(t *testing.T) {
	c := newChain(t, 3)
	objects := NewObjects()
	defer objects.Close()
	var warnings diag.List
	c.opt.Objects, c.opt.Warn = objects, func(l diag.List) { warnings = append(warnings, l...) }
	c.run(4e-3) // the generator's spikes at 2 and 3 ms arrive at 6 and 7 ms
	other, err := Compile(&net.Network{DT: c.DT, Groups: c.Groups, Synapses: c.Synapses}, c.opt)
	c.must(err)
	defer other.Close()
	if len(warnings) != 1 {
		t.Fatalf("warnings: %v", warnings)
	}
	wantError(t, fmt.Errorf("%s", warnings[0].Message), "2 spikes", "lost")
}

// tables is a namespace with a table.
type tables struct {
	constants
	ta *net.TimedArray
}

// Lookup finds the table and the constants.
func (n tables) Lookup(name string) (check.Value, bool) {
	if name == "ta" {
		return check.Value{Kind: check.ValTable, Table: n.ta}, true
	}
	return n.constants.Lookup(name)
}
