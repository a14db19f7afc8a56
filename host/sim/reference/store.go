package reference

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// compile loads the network without running it.
func (b *bench) compile(o sim.Options) *sim.Sim {
	b.t.Helper()
	o.Backend, o.Precision = b.suite.Backend, b.suite.Precision
	s, err := sim.Compile(b.Network, o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { s.Close() })
	b.sim = s
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tutorial is the network of Brian2's third tutorial with tau as a constant of the namespace.
func (b *bench) tutorial() (g *net.Group, ns namespace, spikes *net.SpikeMonitor, states *net.StateMonitor) {
	t := b.t
	in := b.generator("sgg", 100, ints(reference(t, "t3_spikes_in_i")), reference(t, "t3_spikes_in_step"))
	ns = namespace{"tau": units.Quantity{Value: 1e-3, Dim: units.Second}}
	g = b.group("g", 1, "dv/dt = -v/tau : 1", "exact", ns, &net.Spiking{Threshold: text("v>1"), Reset: text("v=0")})
	s := b.synapses("synapses", in, g, "", namespace{}, onPre("v += 0.1"))
	s.Connect = []*net.Connection{{}}
	return g, ns, b.spikeMonitor(g), b.stateMonitor(g, []string{"v"})
}

func steps(t *testing.T, r *sim.SpikeRecord) []int64 {
	t.Helper()
	a, err := r.Recording.Array("step")
	must(t, err)
	return a.Data.([]int64)
}

// fresh is another network of the same suite.
func (b *bench) fresh() *bench {
	return &bench{t: b.t, suite: b.suite, Network: &net.Network{DT: 1e-4}}
}

// taus checks the results of 30 runs against Brian2's.
type taus struct {
	*bench
	steps []int64
	run   int
}

func (c *taus) check(count int64, spikes []int64, vend float64) {
	c.t.Helper()
	tol := 1e-12
	if !c.double() {
		tol = 1e-5
	}
	if want := reference(c.t, "t3_store_counts")[c.run]; float64(count) != want || len(spikes) != int(want) {
		c.t.Errorf("run %d: %d spikes, want %v", c.run, count, want)
	}
	if want := reference(c.t, "t3_store_vend")[c.run]; math.Abs(vend-want) > tol {
		c.t.Errorf("run %d: v ends at %v, want %v", c.run, vend, want)
	}
	c.steps = append(c.steps, spikes...)
	c.run++
}

func (c *taus) end() {
	c.t.Helper()
	want := reference(c.t, "t3_store_spike_step")
	if len(c.steps) != len(want) || c.run != 30 {
		c.t.Fatalf("%d spikes in %d runs, want %d in 30", len(c.steps), c.run, len(want))
	}
	for k, w := range want {
		if float64(c.steps[k]) != w {
			c.t.Fatalf("spike %d is at step %d, want %v", k, c.steps[k], w)
		}
	}
}

func testStoreLoop(b *bench) {
	t := b.t
	g, ns, spikes, states := b.tutorial()
	s := b.compile(sim.Options{})
	must(t, s.Store(""))
	c := taus{bench: b}
	for _, tau := range reference(t, "t3_taus_ms") {
		must(t, s.Restore("", sim.RestoreOptions{}))
		ns["tau"] = units.Quantity{Value: tau * 1e-3, Dim: units.Second}
		b.run(1)
		v, _, err := s.Get(g, "v")
		must(t, err)
		c.check(s.Spikes(spikes).Counts[0], steps(t, s.Spikes(spikes)), v[0])
		if n := s.Recording(states).Samples(); n != 10000 {
			t.Errorf("%d samples, want 10000", n)
		}
	}
	c.end()
}

func testSweepLoop(b *bench) {
	t := b.t
	for _, parallel := range []int{1, 3} {
		b = b.fresh()
		g, _, spikes, states := b.tutorial()
		vend := sim.Quantity{Group: g, Var: "v"}
		results, err := sim.Sweep(context.Background(), b.Network, sim.Options{Backend: b.suite.Backend, Precision: b.suite.Precision}, sim.SweepOptions{
			Parameters: []sim.Parameter{{Name: "tau", Values: scaled(reference(t, "t3_taus_ms"), 1e-3), Dim: units.Second}},
			Seconds:    1, Keep: []sim.Quantity{vend}, Parallel: parallel,
		})
		must(t, err)
		c := taus{bench: b}
		for _, r := range results {
			c.check(r.Spikes(spikes).Counts[0], steps(t, r.Spikes(spikes)), r.Kept(vend)[0])
			if n := r.Recording(states).Samples(); n != 10000 {
				t.Errorf("%d samples, want 10000", n)
			}
		}
		c.end()
	}
}

// noisy is a network with everything that a state must hold: noise, spikes under way with several delays, refractoriness, plastic synapses,
// generated spikes, and several monitors.
func (b *bench) noisy() {
	t := b.t
	in := b.generator("sgg", 20, []int32{0, 3, 7, 19}, []float64{5, 40, 90, 140})
	ns := namespace{"tau": "5*ms", "sigma": units.Number(0.5), "w0": units.Number(0.3)}
	g := b.group("g", 20, "dv/dt = (1.2-v)/tau + sigma*xi*tau**-0.5 : 1 (unless refractory)", "euler", ns,
		&net.Spiking{Threshold: text("v>1"), Reset: text("v=0"), Refractory: text("1*ms")})
	b.set(g, "v", scaled(reference(t, "cuba1000_v0_mV")[:20], -0.01), "1")
	first := b.synapses("input", in, g, "", ns, onPre("v += w0", 2.05e-3))
	first.Connect = []*net.Connection{{I: []int32{0, 3, 7, 19}, J: []int32{1, 2, 3, 4}}}
	syn := b.synapses("rec", g, g, "w : 1\ndapre/dt = -apre/tau : 1 (event-driven)", ns,
		onPre("v += w\napre += 0.1\nw = clip(w + apre*0.01, 0, 0.2)", scaled([]float64{0, 1, 13, 30, 7}, 1e-4)...))
	syn.Connect = []*net.Connection{{I: []int32{0, 1, 2, 3, 4}, J: []int32{5, 6, 7, 8, 9}}}
	syn.Initial = []net.Assignment{{Var: "w", Values: []float64{0.05}}}
	b.spikeMonitor(g, "v")
	b.SpikeMonitors = append(b.SpikeMonitors, &net.SpikeMonitor{Name: "counts", Of: net.All(g), CountOnly: true})
	b.stateMonitor(g, []string{"v"}, 0, 1)
	b.RateMonitors = append(b.RateMonitors, &net.RateMonitor{Name: "rate", Of: net.All(g)})
}

// outcome is all that can be observed of a noisy network.
func outcome(t *testing.T, b *bench) (all []float64) {
	t.Helper()
	for _, r := range b.sim.Recordings() {
		for _, c := range r.Columns() {
			a, err := r.Array(c.Name)
			must(t, err)
			switch d := a.Data.(type) {
			case []float64:
				all = append(all, d...)
			case []int64:
				all = append(all, convert(d)...)
			case []int32:
				all = append(all, convert(d)...)
			}
		}
	}
	for _, m := range b.SpikeMonitors {
		all = append(all, convert(b.sim.Spikes(m).Counts)...)
	}
	for _, v := range [][2]string{{"g", "v"}, {"rec", "w"}, {"rec", "apre"}} {
		buf, ok := b.sim.Plan().Find(v[0], v[1])
		if !ok {
			t.Fatalf("no %v", v)
		}
		x := make([]float64, buf.Len)
		must(t, b.sim.Instance().Read(buf.ID, 0, x))
		all = append(all, x...)
	}
	return all
}

func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

func testRestoreRandom(b *bench) {
	t := b.t
	b.noisy()
	b.compile(sim.Options{Seed: 3})
	b.run(11.3e-3)
	must(t, b.sim.Store("a"))
	b.run(10e-3)
	first := outcome(t, b)
	if b.sim.Spikes(b.SpikeMonitors[0]).Recording.Samples() < 10 {
		t.Fatal("too few spikes for the test to mean anything")
	}
	var different [][]float64
	for range 3 {
		must(t, b.sim.Restore("a", sim.RestoreOptions{}))
		if at := b.sim.Time(); math.Abs(at-11.3e-3) > 1e-12 {
			t.Fatalf("restored to t = %g s", at)
		}
		b.run(10e-3)
		different = append(different, outcome(t, b))
	}
	must(t, b.sim.Restore("a", sim.RestoreOptions{Random: true}))
	b.run(10e-3)
	if !same(outcome(t, b), first) {
		t.Error("restored with the random state, the run is another one")
	}
	must(t, b.sim.Restore("a", sim.RestoreOptions{}))
	b.run(10e-3)
	different = append(different, outcome(t, b), first)
	for i := range different {
		for j := range i {
			if same(different[i], different[j]) {
				t.Errorf("runs %d and %d drew the same numbers", i, j)
			}
		}
	}
	// A seed set between runs counts from the restored step on, whatever was restored before.
	var seeded [][]float64
	for range 2 {
		must(t, b.sim.Restore("a", sim.RestoreOptions{}))
		must(t, b.sim.Seed(99))
		b.run(10e-3)
		seeded = append(seeded, outcome(t, b))
	}
	if !same(seeded[0], seeded[1]) || same(seeded[0], first) {
		t.Error("a seed set after restore does not decide the numbers")
	}
}

// testStoreFile continues from a file in another simulation, as a program does that was killed.
func testStoreFile(b *bench) {
	t := b.t
	path := filepath.Join(t.TempDir(), "state")
	for _, at := range []float64{0, 4.9e-3, 11.3e-3} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			b := b.fresh()
			b.t = t
			b.noisy()
			b.compile(sim.Options{Seed: 3})
			b.run(at)
			must(t, b.sim.StoreFile(path, fmt.Sprint(at)))
			must(t, b.sim.StoreFile(path, "other"))
			b.run(10e-3)
			want := outcome(t, b)

			c := b.fresh()
			c.noisy()
			c.compile(sim.Options{Seed: 4, Threads: 1})
			must(t, c.sim.RestoreFile(path, fmt.Sprint(at), sim.RestoreOptions{Random: true}))
			c.run(10e-3)
			if !same(outcome(t, c), want) {
				t.Error("the run that was continued from the file is another one")
			}
		})
	}
}
