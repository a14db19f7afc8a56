package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// TestEmptyCanvas starts with a group of no nodes and makes a chain by hand: the pluck of the first must arrive at the last.
func TestEmptyCanvas(t *testing.T) {
	g := &net.Group{Name: "g", N: 0, Equations: code("v : 1"), Spiking: &net.Spiking{Threshold: code("v > 1"), Reset: code("v = 0")}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: code("w : 1"),
		Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += w")}}, Connect: []*net.Connection{{I: []int32{}, J: []int32{}}},
		Initial: []net.Assignment{{Var: "w", Values: []float64{2}}}}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s},
		SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g)}}, Monitors: []*net.StateMonitor{{Name: "v", Group: g, Vars: []string{"v"}}}}
	r := start(t, n, Options{})
	empty := r.everything()
	r.seek(5)
	r.must(r.Do(AddNode{Group: "g", N: 3}))
	r.must(r.Do(AddEdge{Synapses: "s", Pre: []int32{0, 1}, Post: []int32{1, 2}, Delays: map[string]float64{"pre": 3e-3}}))
	r.must(r.Do(SetValues{Object: "g", Variable: "v", Elements: []int32{0}, Values: []float64{5}}))
	r.seek(20)
	spikes := func() (i []int32, steps []int64) {
		rec := r.sim.Spikes(n.SpikeMonitors[0]).Recording
		a, _ := rec.Array("i")
		b, _ := rec.Array("step")
		return a.Data.([]int32), b.Data.([]int64)
	}
	if i, steps := spikes(); !slices.Equal(i, []int32{0, 1, 2}) || !slices.Equal(steps, []int64{5, 9, 13}) {
		t.Errorf("spikes of %v at %v", i, steps)
	}
	r.seek(0)
	r.same("empty again", empty)
	// A removed node neither spikes nor passes anything on; it comes back as it was.
	r.seek(8)
	r.must(r.Do(RemoveNode{"g", []int32{1}}))
	r.must(r.Do(SetValues{Object: "g", Variable: "v", Elements: []int32{1}, Values: []float64{9}}))
	r.seek(20)
	if i, _ := spikes(); !slices.Equal(i, []int32{0}) {
		t.Errorf("with node 1 removed there are spikes of %v", i)
	}
	wantError(t, r.Do(AddEdge{Synapses: "s", Pre: []int32{1}, Post: []int32{0}}), "node 1", "removed")
	wantError(t, r.Do(AddEdge{Synapses: "s", Pre: []int32{0}, Post: []int32{7}}), "no postsynaptic element 7", "0 to 2")
	wantError(t, r.Do(RemoveNode{"g", []int32{1}}), "removed already")
	r.must(r.Do(RestoreNode{"g", []int32{1}, map[string][]int32{"s": {0, 1}}}))
	r.seek(30)
	if i, steps := spikes(); !slices.Equal(i, []int32{0, 1, 2}) || !slices.Equal(steps, []int64{5, 20, 24}) {
		t.Errorf("spikes of %v at %v", i, steps)
	}
}

// TestEndsStay: synapses that are an end of others keep their numbers, so that none are added or taken away.
func TestEndsStay(t *testing.T) {
	g := &net.Group{Name: "g", N: 2, Equations: code("v : 1"), Spiking: &net.Spiking{Threshold: code("v > 1"), Reset: code("v = 0")}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: code("w : 1"), Connect: []*net.Connection{{I: []int32{0, 1}, J: []int32{1, 0}}}}
	at := &net.Group{Name: "s", N: 2, Of: s}
	o := &net.Synapses{Name: "o", Pre: net.All(g), Post: net.All(at), Pathways: []*net.Pathway{{Name: "pre", Code: code("w_post += 1")}},
		Connect: []*net.Connection{{I: []int32{0}, J: []int32{1}}}}
	r := start(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s, o}}, Options{})
	for _, e := range []Edit{AddEdge{Synapses: "s", Pre: []int32{0}, Post: []int32{0}}, RemoveEdge{"s", []int32{1}}, RemoveNode{"g", []int32{0}}} {
		wantError(t, r.Do(e), `"o"`, `"s"`, "stay as they are")
	}
	r.must(r.Do(AddEdge{Synapses: "o", Pre: []int32{0}, Post: []int32{0}}))
	r.must(r.Do(SetValues{Object: "g", Variable: "v", Elements: []int32{0}, Values: []float64{5}}))
	r.seek(3)
	if got := r.values("s", "w"); !slices.Equal(got, []float64{1, 1}) {
		t.Errorf("w is %v", got)
	}
}

// TestRules edits equations while the network runs: the state goes on, and single nodes can have a rule of their own.
func TestRules(t *testing.T) {
	g := &net.Group{Name: "g", N: 4, Equations: code("dv/dt = 1/second : 1\nk : 1"), Spiking: &net.Spiking{Threshold: code("v > 100"), Reset: code("v = 0")}}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g)}}}
	r := start(t, n, Options{})
	r.must(r.Do(SetValues{Object: "g", Variable: "k", Values: []float64{1, 2, 3, 4}}))
	r.seek(1000)
	near := func(what string, want ...float64) {
		t.Helper()
		got := r.values("g", "v")
		for k := range want {
			if d := got[k] - want[k]; d > 1e-9 || d < -1e-9 {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
	}
	near("1 s", 1, 1, 1, 1)
	text := func(s string) *string { return &s }
	r.must(r.Do(SetRule{Group: "g", Equations: text("dv/dt = k*u/second : 1\nk : 1\nu : 1")}))
	r.must(r.Do(SetParameter{Object: "g", Name: "u", Value: -1}))
	r.seek(2000)
	near("another equation, the state kept", 0, -1, -2, -3)
	r.must(r.Do(SetRule{Group: "g", Nodes: []int32{1, 3}, Equations: text("dv/dt = 10/second : 1"), Threshold: text("v > 8.5"), Reset: text("v = -1")}))
	r.seek(2500)
	near("two nodes follow another rule", -0.5, 4, -3.5, 2)
	r.seek(3000)
	rec := r.sim.Spikes(n.SpikeMonitors[0]).Recording
	a, _ := rec.Array("i")
	if i := a.Data.([]int32); !slices.Equal(i, []int32{1}) {
		t.Errorf("spikes of %v", i)
	}

	// One of the two follows the group again; the other goes on, and so does the rule when that is undone.
	back := SetRule{Group: "g", Nodes: []int32{3}}
	if s := back.String(); s != "g: the rule of the group for node 3" {
		t.Error(s)
	}
	r.must(r.Do(back))
	r.seek(3100)
	near("node 3 follows the group", -1.1, 0.49, -5.3, 6.6)
	r.undo()
	if len(g.Variants) != 1 || !slices.Equal(g.Variants[0].Elements, []int32{1, 3}) {
		t.Errorf("undone, the rules of nodes are %v", g.Variants)
	}
	r.seek(3100)

	before := r.everything()
	err := r.Do(SetRule{Group: "g", Equations: text("dv/dt = k*w/second : 1\nk : 1")})
	var l diag.List
	if !errors.As(err, &l) || !strings.Contains(l.Error(), "^") {
		t.Errorf("no caret: %v", err)
	}
	r.same("a refused equation", before)
	err = r.Do(SetRule{Group: "g", Nodes: []int32{0}, Equations: text("dv/dt = k*volt/second : 1\nk : 1")})
	if !errors.As(err, &l) {
		t.Errorf("no diagnostics: %v", err)
	}
	r.same("a refused equation of a node", before)
	wantError(t, r.Do(SetRule{Group: "g"}), "no equations")

	// Undo reverts each rule at the present step, and brings back what the group's had dropped.
	r.must(r.Do(SetRule{Group: "g", Equations: text("dv/dt = 0/second : 1")}))
	r.seek(3200)
	r.undo()
	if k := r.values("g", "k"); !slices.Equal(k, []float64{1, 2, 3, 4}) {
		t.Errorf("k is %v", k)
	}
	if k := r.values("g", "u"); !slices.Equal(k, []float64{-1, -1, -1, -1}) {
		t.Errorf("u is %v", k)
	}
	if r.Step() != 3200 {
		t.Errorf("undo of a rule went to step %d", r.Step())
	}
	r.undo()
	if len(g.Variants) != 0 {
		t.Errorf("%d rules of nodes are left", len(g.Variants))
	}
}

// TestOperations has a function that remembers something outside of the network: that must be said, and a pure one must not be accused.
func TestOperations(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		var said []string
		g := &net.Group{Name: "g", N: 2, Equations: code("dv/dt = 1/second : 1")}
		calls := 0.0
		op := &net.Operation{Name: "kick", DT: 10e-3, Func: func(s net.State) error {
			v, err := s.Get(g, "v")
			if err != nil {
				return err
			}
			calls++
			if hidden {
				v[0] += calls
			}
			v[1] += 1
			return s.Set(g, "v", v)
		}}
		n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Operations: []*net.Operation{op}, Monitors: []*net.StateMonitor{{Name: "v", Group: g, Vars: []string{"v"}}}}
		r := start(t, n, Options{Spacing: 10, Warn: func(s string) { said = append(said, s) }})
		r.seek(100)
		want := r.everything()
		r.seek(35)
		r.seek(100)
		if !hidden {
			r.same("a function without memory", want)
		} else if want == r.everything() {
			t.Error("the function's memory makes no difference; the test is of no use")
		}
		text := strings.Join(said, "\n")
		if strings.Count(text, `function "kick"`) != 1 {
			t.Errorf("said: %q", said)
		}
		if strings.Contains(text, "is not what it was") != hidden {
			t.Errorf("hidden %v, said: %q", hidden, said)
		}
	}
}

func TestFault(t *testing.T) {
	g := &net.Group{Name: "g", N: 2, Equations: code("dv/dt = v**2/second : 1"), Method: "euler"}
	r := start(t, &net.Network{DT: 1e-1, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{{Name: "v", Group: g, Vars: []string{"v"}}}}, Options{})
	r.seek(5)
	at5 := r.everything()
	r.must(r.Do(SetValues{Object: "g", Variable: "v", Values: []float64{1e200}}))
	err := r.Advance(context.Background(), 50)
	wantError(t, err, "numeric fault", "g.v[0]")
	wantError(t, r.Do(SetParameter{Object: "g", Name: "v", Value: 1}), "before the fault")
	r.undo()
	r.same("before the edit that led to the fault", at5)
	r.seek(50)
}

// TestEdgeWhileSpikesAreUnderWay adds edges to synapses with spikes under way: those arrive where they were sent to, and not at the new edges, also after
// going back, undoing and doing again.
func TestEdgeWhileSpikesAreUnderWay(t *testing.T) {
	g := &net.Group{Name: "g", N: 4, Equations: code("v : 1"), Spiking: &net.Spiking{Threshold: code("v > 1"), Reset: code("v = 0")}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: code("n : 1"),
		Pathways: []*net.Pathway{{Name: "pre", Code: code("n += 1"), Delay: []float64{4e-3}}}, Connect: []*net.Connection{{I: []int32{0}, J: []int32{1}}}}
	r := start(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, Options{})
	pluck := func() {
		r.must(r.Do(SetValues{Object: "g", Variable: "v", Elements: []int32{0}, Values: []float64{5}}))
	}
	want := func(step int64, n ...float64) {
		t.Helper()
		r.seek(step)
		if got := r.values("s", "n"); !slices.Equal(got, n) {
			t.Errorf("step %d: %v have arrived, want %v", step, got, n)
		}
	}
	r.seek(5)
	pluck()
	r.seek(7)
	r.must(r.Do(AddEdge{Synapses: "s", Pre: []int32{0, 0}, Post: []int32{2, 3}, Delays: map[string]float64{"pre": 6e-3}}))
	if _, err := r.Undo(context.Background()); err != nil {
		t.Fatal(err)
	}
	want(7, 0)
	if _, err := r.Redo(); err != nil {
		t.Fatal(err)
	}
	r.seek(8)
	pluck()
	check := func() {
		t.Helper()
		want(9, 0, 0, 0)
		want(10, 1, 0, 0)
		want(12, 1, 0, 0)
		want(14, 2, 0, 0)
		want(15, 2, 1, 1)
	}
	check()
	all := r.everything()
	r.seek(6)
	check()
	r.same("again", all)
}
