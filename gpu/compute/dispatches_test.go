//go:build cgo

package compute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

// threeGroups is a network of Poisson sources, excitatory and inhibitory cells, all of which are connected and have spikes of their own.
func threeGroups() *net.Network {
	text := nettest.Text
	in := &net.Group{Name: "in", N: 300, Namespace: nettest.Constants{}, Equations: text("x : 1"), Spiking: &net.Spiking{Threshold: text("rand() < 0.05")}}
	n := &net.Network{DT: 1e-4, Groups: []*net.Group{in}, SpikeMonitors: []*net.SpikeMonitor{{Name: "of in", Of: net.All(in)}}}
	for _, c := range []struct {
		name string
		n    int
	}{{"e", 200}, {"i", 70}} {
		g := &net.Group{Name: c.name, N: c.n, Namespace: nettest.Constants{}, Method: "euler",
			Equations: text("dv/dt = (g - h - v)/(20*ms) : 1 (unless refractory)\ndg/dt = -g/(5*ms) : 1\ndh/dt = -h/(10*ms) : 1"),
			Spiking:   &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0"), Refractory: text("1*ms")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}}}
		n.Groups = append(n.Groups, g)
		n.SpikeMonitors = append(n.SpikeMonitors, &net.SpikeMonitor{Name: "of " + c.name, Of: net.All(g), Vars: []string{"v"}})
	}
	connect := func(from, to int, code string, delay float64) {
		a, b := n.Groups[from], n.Groups[to]
		n.Synapses = append(n.Synapses, &net.Synapses{Name: a.Name + " to " + b.Name, Pre: net.All(a), Post: net.All(b), Namespace: nettest.Constants{},
			Pathways: []*net.Pathway{{Name: "pre", Code: text(code), Delay: []float64{delay}}}, Connect: []*net.Connection{{P: text("0.2")}}})
	}
	connect(0, 1, "g += 0.2", 0)
	connect(0, 2, "g += 0.2", 3e-4)
	connect(1, 1, "g += 0.1", 1e-3)
	connect(1, 2, "g += 0.1", 0)
	connect(2, 1, "h += 0.2", 5e-4)
	return n
}

// kicked are cells whose synapses add to the potential, beside Poisson input, with a delay.
func kicked() *net.Network {
	text := nettest.Text
	g := &net.Group{Name: "g", N: 300, Namespace: nettest.Constants{}, Method: "exact", Equations: text("dv/dt = -v/(20*ms) : 1 (unless refractory)\nn : 1"),
		Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0.3*rand()\nn += 1"), Refractory: text("0.5*ms")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Connect: []*net.Connection{{P: text("0.1")}},
		Pathways: []*net.Pathway{{Name: "pre", Code: text("v += 0.02"), Delay: []float64{3e-4}}}}
	return &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), Vars: []string{"v"}}},
		Inputs: []*net.PoissonInput{{Name: "input", Target: net.All(g), Var: "v", Namespace: nettest.Constants{}, N: 1000, Rate: 20, Weight: text("0.05")}}}
}

// spread are cells whose synapses change with spikes that each takes its own time for.
func spread() *net.Network {
	n := kicked()
	s := n.Synapses[0]
	n.Inputs[0].Weight = nettest.Text("0.06")
	n.Groups[0].Equations = nettest.Text("dv/dt = (g - v)/(20*ms) : 1 (unless refractory)\ndg/dt = -g/(5*ms) : 1\nn : 1")
	s.Equations = nettest.Text("w : 1")
	s.Initial = []net.Assignment{{Var: "w", Expr: nettest.Text("rand()")}}
	s.Pathways[0].Code, s.Pathways[0].Delay = nettest.Text("g += 0.1*w\nw = clip(0.9*w + 0.05, 0, 1)"), nil
	s.Pathways[0].Delays = []net.Assignment{{Var: "delay", Expr: nettest.Text("1.5*ms*rand()")}}
	return n
}

// learning are cells whose synapses change with the spikes of both ends, often of both in one step, and with spikes on their way.
func learning() *net.Network {
	n := kicked()
	text := nettest.Text
	n.Inputs[0].Weight = text("0.2")
	s := n.Synapses[0]
	s.Equations = text("w : 1\ndx/dt = -x/(2*ms) : 1 (event-driven)")
	s.Initial = []net.Assignment{{Var: "w", Expr: text("rand()")}}
	s.Pathways = []*net.Pathway{
		{Name: "pre", Code: text("v_post += 0.02*w\nx += 0.1\nw = clip(0.9*w + 0.02, 0, 1)"), Delay: []float64{3e-4}},
		{Name: "post", Post: true, Code: text("w = clip(w + 0.3*x*(1 - w), 0, 1)\nx = 0.5*x + 0.01")},
		{Name: "late", Code: text("w = w*w"), Delay: []float64{1e-3}},
	}
	return n
}

// uncoupled are two groups of cells without synapses; the spikes of one are counted.
func uncoupled(n int) *net.Network {
	text := nettest.Text
	group := func(name, reset string) *net.Group {
		return &net.Group{Name: name, N: n, Namespace: nettest.Constants{}, Method: "euler", Equations: text("dv/dt = (1.1 + 0.3*sin(i) + in - v)/(5*ms) + 0.1*xi/(5*ms)**0.5 : 1 (unless refractory)\nin : 1\nn : 1"),
			Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text(reset), Refractory: text("0.3*ms")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}}}
	}
	a, b := group("a", "v = 0.3*rand()\nn += 1"), group("b", "v -= 1")
	return &net.Network{DT: 1e-4, Groups: []*net.Group{a, b}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(a)}}}
}

// recorded records v as it is before the reset.
func recorded(n *net.Network) *net.Network {
	n.SpikeMonitors[0].Vars = []string{"v"}
	return n
}

// coupled couples cells of the first group by electrical synapses.
func coupled(n *net.Network) *net.Network {
	for _, g := range n.Groups[:1] {
		n.Synapses = append(n.Synapses, &net.Synapses{Name: "of " + g.Name, Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{},
			Equations: nettest.Text("in_post = 0.01*(v_pre - v_post) : 1 (summed)"), Connect: []*net.Connection{{P: nettest.Text("0.1")}}})
	}
	return n
}

// An operation of the program that is not due takes no dispatch, wherever it stands; when it is due it sees what synapses have sent, and changes no bit.
func TestOperationsTakeNoDispatch(t *testing.T) {
	d := gltest.Device(t)
	const every, calls, steps = 37, 9, 301
	look := func(x *Shared, p *plan.Plan) (v []float64) {
		for _, name := range []string{"v", "g", "h"} {
			values := make([]float64, 200)
			if err := x.Read(bufferOf(t, p, "e", name), 0, values); err != nil {
				t.Fatal(err)
			}
			v = append(v, values...)
		}
		return v
	}
	for when, behind := range map[string]int64{"start": 0, "end": 1, "before_groups": 0} {
		n := threeGroups()
		n.Operations = []*net.Operation{{Name: "look", DT: every * n.DT, When: when, Func: func(net.State) error { return nil }}}
		p, without := planOf(t, n, plan.Single), planOf(t, threeGroups(), plan.Single)
		var want [][]float64
		x := loadWith(t, &Backend{dev: d, Mode: Plain}, without)
		for k := range int64(calls) {
			advance(t, x, every*k+behind)
			want = append(want, look(x, without))
		}
		advance(t, x, steps)
		want = append(want, look(x, without))
		for _, mode := range []Mode{Plain, Resident} {
			x := loadWith(t, &Backend{dev: d, Mode: mode}, p)
			if got := x.Dispatches(); mode == Plain && got != 2 {
				t.Errorf("%s: %d dispatches in a step", when, got)
			}
			var got [][]float64
			for x.At().Step < steps {
				stop, err := x.Advance(context.Background(), steps)
				if err != nil {
					t.Fatal(err)
				}
				if stop.Reason == exec.Callback {
					got = append(got, look(x, p))
				}
			}
			if got = append(got, look(x, p)); len(got) != len(want) {
				t.Fatalf("%s: %d calls", when, len(got)-1)
			}
			for k := range got {
				if !slices.Equal(got[k], want[k]) {
					t.Errorf("%s: call %d sees other values, mode %v", when, k, mode)
				}
			}
		}
	}
}

// Programs have no more operations than compile in good time: a network of many groups and pathways has some dispatches more, and the results of the CPU.
func TestManyPathways(t *testing.T) {
	text := nettest.Text
	n := &net.Network{DT: 1e-3}
	for k := range 9 {
		g := &net.Group{Name: fmt.Sprint("g", k), N: 20 + k, Namespace: nettest.Constants{}, Equations: text("n : 1\nm : 1"),
			Spiking: &net.Spiking{Threshold: text("int(t/ms + 0.5) % 5 == i % 5"), Reset: text("m += 1")}}
		n.Groups = append(n.Groups, g)
		n.SpikeMonitors = append(n.SpikeMonitors, &net.SpikeMonitor{Name: "of " + g.Name, Of: net.All(g)})
	}
	for _, a := range n.Groups {
		for _, b := range n.Groups {
			n.Synapses = append(n.Synapses, &net.Synapses{Name: a.Name + " to " + b.Name, Pre: net.All(a), Post: net.All(b), Namespace: nettest.Constants{},
				Pathways: []*net.Pathway{{Name: "pre", Code: text("n_post += 1")}}, Connect: []*net.Connection{{P: text("0.3")}}})
		}
	}
	p := planOf(t, n, plan.Single)
	c, err := cpu.Backend{}.Load(p, exec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	x := loadWith(t, &Backend{dev: gltest.Device(t), Mode: Plain}, p)
	ops, listed := 0, 0
	for _, u := range x.i.units {
		if len(u.ops) > mostOperations+lastLists*2 || len(u.chains) > lastLists {
			t.Errorf("a program of %d operations and %d lists", len(u.ops), len(u.chains))
		}
		ops += len(u.ops)
		listed += len(u.chains)
	}
	if ops < 81 || listed != 9 {
		t.Errorf("%d operations and %d lists in all", ops, listed)
	}
	for _, i := range []exec.Instance{x, c} {
		advance(t, i, 12)
	}
	for _, g := range n.Groups {
		for _, v := range []string{"n", "m"} {
			a, b := make([]float64, g.N), make([]float64, g.N)
			if err := errors.Join(x.Read(bufferOf(t, p, g.Name, v), 0, a), c.Read(bufferOf(t, p, g.Name, v), 0, b)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(a, b) || slices.Max(a) == 0 {
				t.Errorf("%s.%s: %v, want %v", g.Name, v, a, b)
			}
		}
	}
	for m := range n.SpikeMonitors {
		a, err := x.DrainSpikes(m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.(exec.SpikeRecorder).DrainSpikes(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Steps) == 0 || !slices.Equal(a.Steps, b.Steps) || !slices.Equal(a.Index, b.Index) {
			t.Errorf("monitor %d: other spikes", m)
		}
	}
}

// bufferOf is the buffer of a variable.
func bufferOf(t *testing.T, p *plan.Plan, object, variable string) plan.BufferID {
	t.Helper()
	for id, b := range p.Buffers {
		if b.Object == object && b.Var == variable {
			return plan.BufferID(id)
		}
	}
	t.Fatalf("no %s.%s", object, variable)
	return plan.None
}

// watched records all cells and some of them in every step.
func watched() *net.Network {
	n := threeGroups()
	n.Monitors = []*net.StateMonitor{{Name: "all", Group: n.Groups[1], Vars: []string{"v", "g"}}, {Name: "some", Group: n.Groups[2], Vars: []string{"v", "h"}, Elements: []int32{2, 69, 11}}}
	return n
}

// A step of a spiking network takes at most three dispatches: an update, with the lists of its spikes; what the spikes of all groups do at once; and
// what comes behind input that is added then. However steps are dispatched, the bits are the same.
func TestFewDispatches(t *testing.T) {
	d := gltest.Device(t)
	for _, c := range []struct {
		name       string
		p          *plan.Plan
		dispatches int
	}{
		{"cuba", cubaPlan(t, 400, plan.Single), 2},
		{"three groups", planOf(t, threeGroups(), plan.Single), 2},
		{"three groups, double", planOf(t, threeGroups(), plan.Double), 2},
		{"kicked", planOf(t, kicked(), plan.Single), 3},
		{"spread", planOf(t, spread(), plan.Single), 3},
		{"learning", planOf(t, learning(), plan.Single), 3},
		{"learning, double", planOf(t, learning(), plan.Double), 3},
		{"watched", planOf(t, watched(), plan.Single), 2},
		{"uncoupled", planOf(t, uncoupled(300), plan.Single), 1},
		{"uncoupled blocks", planOf(t, uncoupled(3000), plan.Single), 1},
		{"uncoupled, double", planOf(t, uncoupled(300), plan.Double), 1},
		{"uncoupled, v recorded with spikes", planOf(t, recorded(uncoupled(300)), plan.Single), 2},
		{"junctions", planOf(t, coupled(uncoupled(300)), plan.Single), 2},
	} {
		x := loadWith(t, &Backend{dev: d, Mode: Plain}, c.p)
		if n := x.Dispatches(); n != c.dispatches {
			var names []string
			for _, u := range x.i.units {
				names = append(names, u.text.Name)
			}
			t.Errorf("%s: %d dispatches in a step, want %d:\n%s", c.name, n, c.dispatches, strings.Join(names, "\n"))
		}
		y := loadWith(t, &Backend{dev: d, Mode: Resident}, c.p)
		const steps = 301
		for _, i := range []*Shared{x, y} {
			advance(t, i, steps)
		}
		sameState(t, c.name, c.p, snapshot(t, x), snapshot(t, y))
		for m := range c.p.SpikeMonitors {
			a, err := x.DrainSpikes(m)
			if err != nil {
				t.Fatal(err)
			}
			b, err := y.DrainSpikes(m)
			if err != nil {
				t.Fatal(err)
			}
			sameSpikes(t, fmt.Sprint(c.name, ", monitor ", m), a, b, true)
		}
		for m := range c.p.Monitors {
			sa, va, err := x.Drain(m)
			if err != nil {
				t.Fatal(err)
			}
			sb, vb, err := y.Drain(m)
			if err != nil {
				t.Fatal(err)
			}
			if len(sa) != steps || fmt.Sprint(sa, va) != fmt.Sprint(sb, vb) {
				t.Errorf("%s: the samples of monitor %d differ", c.name, m)
			}
		}
	}
}

// Which of two rows the bits of a step's spikes are in follows from the step: going back to another step leaves nothing in them.
func TestBackToAnotherStep(t *testing.T) {
	d := gltest.Device(t)
	p := planOf(t, kicked(), plan.Single)
	x := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	advance(t, x, 101)
	at := snapshot(t, x)
	kept, err := x.Keep()
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	advance(t, x, 200)
	want := snapshot(t, x)
	back := map[string]func() error{"restore": func() error { return x.Restore(at) }, "revert": func() error { return x.Revert(kept, kept.At()) }}
	for name, again := range back {
		for _, from := range []int64{200, 201} { // one of them leaves its last spikes where step 101 has its own
			advance(t, x, from)
			if err := again(); err != nil {
				t.Fatal(err)
			}
			advance(t, x, 200)
			sameState(t, fmt.Sprint(name, " from step ", from), p, snapshot(t, x), want)
		}
	}
}
