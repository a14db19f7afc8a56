package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

type numbers map[string]float64

func (c numbers) Lookup(name string) (check.Value, bool) {
	v, ok := c[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

func (c numbers) Names() []string { return nil }

func code(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }

// rig is a network in which spikes are under way most of the time, with coupling that takes time, noise, plasticity, and monitors of each kind.
type rig struct {
	t testing.TB
	*Timeline
	net *net.Network
}

func network(n int) *net.Network {
	ns := numbers{"gain": 0.4, "tau": 0.02}
	in := &net.Group{Name: "in", N: 3, Generator: &net.Generator{Index: []int32{0, 1, 2}, Times: []float64{2e-3, 3e-3, 7e-3}, Period: 10e-3}}
	g := &net.Group{Name: "g", N: n, Equations: code("dv/dt = (drive + pull - v)/(tau*second) : 1 (unless refractory)\ndrive : 1\nage : integer\npull : 1"), Namespace: ns,
		Spiking: &net.Spiking{Threshold: code("v > 0.9"), Reset: code("v = 0.1*rand()\nage += 1"), Refractory: code("2*ms")}}
	g.Initial = []net.Assignment{{Var: "v", Expr: code("rand()")}, {Var: "drive", Values: []float64{0.8}}}
	feed := &net.Synapses{Name: "feed", Pre: net.All(in), Post: net.All(g), Namespace: ns,
		Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += gain*rand()"), Delay: []float64{4e-3}}}, Connect: []*net.Connection{{}}}
	delays := make([]float64, n)
	i, j := make([]int32, n), make([]int32, n)
	for k := range n {
		i[k], j[k], delays[k] = int32(k), int32((k+1)%n), float64(k%6)*1e-3
	}
	rec := &net.Synapses{Name: "rec", Pre: net.All(g), Post: net.All(g), Equations: code("w : 1"), Namespace: ns,
		Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += w\nw = w*0.99 + 0.002"), Delay: delays}},
		Connect:  []*net.Connection{{I: i, J: j}}, Initial: []net.Assignment{{Var: "w", Values: []float64{0.3}}}}
	// What pulls is late, by another time for each pair.
	late := &net.Synapses{Name: "late", Pre: net.All(g), Post: net.All(g), Equations: code("w : 1\npull_post = w*(v_pre - v_post) : 1 (summed)"), Namespace: ns,
		Sums: &net.Pathway{Name: net.SumsPathway, Delay: delays}, Connect: []*net.Connection{{I: j, J: i}}, Initial: []net.Assignment{{Var: "w", Values: []float64{0.2}}}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{in, g}, Synapses: []*net.Synapses{feed, rec, late},
		SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), Vars: []string{"v"}}, {Name: "counts", Of: net.All(g), CountOnly: true}},
		RateMonitors:  []*net.RateMonitor{{Name: "rate", Of: net.All(g)}},
		Monitors: []*net.StateMonitor{{Name: "states", Group: g, Vars: []string{"v", "age"}},
			{Name: "weights", Synapses: rec, Vars: []string{"w"}, DT: 3e-3}}}
}

func start(t testing.TB, n *net.Network, o Options) *rig {
	t.Helper()
	s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	line, err := New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t, line, n}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) seek(step int64) {
	r.t.Helper()
	r.must(r.Seek(context.Background(), step))
}

func (r *rig) undo() Edit {
	r.t.Helper()
	e, err := r.Undo(context.Background())
	r.must(err)
	return e
}

// everything is the state's hash and all that was recorded, as text.
func (r *rig) everything() string {
	r.t.Helper()
	c, err := r.sim.Checkpoint()
	r.must(err)
	var b strings.Builder
	hash, err := c.Hash()
	if err != nil {
		r.t.Fatal(err)
	}
	c.Close()
	fmt.Fprintf(&b, "step %d hash %x\n", r.Step(), hash)
	for _, rec := range r.sim.Recordings() {
		for _, col := range rec.Columns() {
			a, err := rec.Array(col.Name)
			r.must(err)
			fmt.Fprintln(&b, rec.Name, col.Name, a.Data)
		}
	}
	for _, m := range r.net.SpikeMonitors {
		fmt.Fprintln(&b, m.Name, r.sim.Spikes(m).Counts)
	}
	return b.String()
}

func (r *rig) same(what, want string) {
	r.t.Helper()
	if got := r.everything(); got != want {
		g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
		for k := range min(len(g), len(w)) {
			if g[k] != w[k] {
				r.t.Fatalf("%s: line %d differs:\n%.2000s\nwant\n%.2000s", what, k, g[k], w[k])
			}
		}
		r.t.Fatalf("%s: %d lines, want %d", what, len(g), len(w))
	}
}

func (r *rig) values(object, name string) []float64 {
	r.t.Helper()
	b, ok := r.sim.Plan().Find(object, name)
	if !ok {
		r.t.Fatalf("no %s.%s", object, name)
	}
	v := make([]float64, b.Len)
	r.must(r.sim.Instance().Read(b.ID, 0, v))
	return v
}

func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not mention %q", err, p)
		}
	}
}

// history runs a network once, without going back, and returns what there was at each step.
func history(t testing.TB, n *net.Network, steps int, edit func(*rig, int64)) []string {
	r := start(t, n, Options{})
	var out []string
	for k := range int64(steps) {
		r.seek(k)
		if edit != nil {
			edit(r, k)
		}
		out = append(out, r.everything())
	}
	return slices.Clip(out)
}
