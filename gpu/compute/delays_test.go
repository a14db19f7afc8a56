//go:build cgo

package compute

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

// scattered are cells whose synapses have delays of their own up to longest: weights that no step changes and one that does, at both ends. Input goes to
// parts of the cells.
func scattered(longest string) *net.Network {
	text := nettest.Text
	g := &net.Group{Name: "g", N: 60, Namespace: nettest.Constants{}, Method: "euler", Equations: text("dv/dt = (g - h - v)/(20*ms) : 1 (unless refractory)\ndg/dt = -g/(5*ms) : 1\ndh/dt = -h/(10*ms) : 1"),
		Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0"), Refractory: text("1*ms")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}}}
	drawn := []net.Assignment{{Var: "delay", Expr: text(longest + "*rand()")}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: text("w : 1\nu : 1\nx : 1"),
		Connect: []*net.Connection{{P: text("0.5")}}, Initial: []net.Assignment{{Var: "w", Expr: text("0.3*rand()")}, {Var: "u", Expr: text("0.1*rand()")}},
		Pathways: []*net.Pathway{
			{Name: "pre", Code: text("g += w*(1 + u)"), Delays: drawn},
			{Name: "late", Code: text("x = 0.9*x + 0.1\nh += 0.1*w*x"), Delays: drawn},
			{Name: "post", Post: true, Code: text("h_pre += 0.02*w"), Delays: drawn},
		}}
	n := &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), Vars: []string{"v"}}}}
	for k, weight := range []string{"0.6", "0.5", "0.4"} {
		n.Inputs = append(n.Inputs, &net.PoissonInput{Name: fmt.Sprint("input ", k), Target: net.Span{Group: g, Start: 20 * k, Stop: 20 * (k + 1)}, Var: "g",
			Namespace: nettest.Constants{}, N: 100, Rate: 20, Weight: text(weight)})
	}
	return n
}

// course advances an instance, with weights written and a state gone back to on the way, and returns its last state and its spikes.
func course(t *testing.T, x *Shared, p *plan.Plan) (*exec.Snapshot, *exec.Spikes) {
	t.Helper()
	advance(t, x, 150)
	w, _ := p.Find("s", "w")
	v, r := make([]float64, w.Len/2), rand.New(rand.NewPCG(1, 2))
	for k := range v {
		v[k] = 0.3 * r.Float64()
	}
	if err := x.Write(w.ID, w.Len/4, v); err != nil {
		t.Fatal(err)
	}
	advance(t, x, 250)
	kept, err := x.Keep()
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	at := snapshot(t, x)
	advance(t, x, 280)
	for _, back := range []func() error{func() error { return x.Revert(kept, kept.At()) }, func() error { return x.Restore(at) }} {
		if err := x.Write(w.ID, 0, make([]float64, w.Len)); err != nil {
			t.Fatal(err)
		}
		if err := back(); err != nil {
			t.Fatal(err)
		}
		advance(t, x, 330)
	}
	return snapshot(t, x), drainSpikes(t, x)
}

// Kernels of many delays give as one operation the bits that they give one by one, in all ways, and in double precision the spikes of the cpu.
func TestDelays(t *testing.T) {
	d := gltest.Device(t)
	several, _ := together(t, d)
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		p := planOf(t, scattered("0.8*ms"), prec)
		one := loadWith(t, &Backend{dev: d, Mode: Plain, apart: true}, p)
		if n := len(one.i.layout.DelayedRuns()); n > 0 {
			t.Fatalf("%d operations of several delays", n)
		}
		state, spikes := course(t, one, p)
		for k, c := range []struct {
			name string
			b    Backend
		}{
			{"plain", Backend{Mode: Plain}},
			{"resident", Backend{Mode: Resident}},
			{"one at a time", Backend{Mode: Plain, teams: 1, unpacked: true}},
			{"fetched", Backend{Mode: Plain, teams: 4, fetched: true}},
			{"an invocation each", Backend{Mode: Plain, teams: 8, texels: -1, part: 1, shared: true}},
			{"several slabs", Backend{Mode: Plain, block: 1 << 13, part: 3, spikeEntries: 500}},
			{"resident teams", Backend{Mode: Resident, lanes: 4, part: 2, shared: true}},
			{"plain as on hardware", Backend{Mode: Plain, hardware: true, Batch: 1}},
			{"resident as on hardware", Backend{Mode: Resident, hardware: true, Batch: 1}},
			{"persistent", Backend{Mode: Persistent}},
			{"persistent teams", Backend{Mode: Persistent, lanes: 2, part: 2, shared: true}},
		} {
			if c.b.Mode == Persistent && several < 2 || prec == plan.Double && k > 1 {
				continue
			}
			what := fmt.Sprint(c.name, ", precision ", prec)
			b := &c.b
			b.dev = d
			x := loadWith(t, b, p)
			runs := x.i.layout.DelayedRuns()
			if len(runs) != 3 {
				t.Fatalf("%s: %d operations of several delays", what, len(runs))
			}
			pre, _ := x.i.layout.DelaysOf(runs[1])
			if packed := map[bool]int{false: 2}[b.unpacked]; len(pre.Runs) != 9 || len(x.i.layout.Packed(runs[1])) != packed || len(x.i.pack) != 3*min(1, packed) {
				t.Errorf("%s: %d delays, %d packed variables, %d programs that pack", what, len(pre.Runs), len(x.i.layout.Packed(runs[1])), len(x.i.pack))
			}
			slabs := 0
			for _, r := range runs {
				d, _ := x.i.layout.DelaysOf(r)
				slabs = max(slabs, d.Slabs())
			}
			if (slabs > 1) != (b.block > 0) {
				t.Errorf("%s: arrays of delays are in %d slabs", what, slabs)
			}
			s, got := course(t, x, p)
			sameState(t, what, p, s, state)
			sameSpikes(t, what, got, spikes, true)
		}
		if prec == plan.Single {
			continue
		}
		y, err := cpu.Backend{}.Load(p, exec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer y.Close()
		x := loadWith(t, &Backend{dev: d}, p)
		advance(t, x, 600)
		advance(t, y, 600)
		sameSpikes(t, "cpu", drainSpikes(t, x), drainSpikes(t, y), false)
	}
}

// Networks side by side have the same.
func TestDelaysOfReplicas(t *testing.T) {
	d := gltest.Device(t)
	var parts []*plan.Plan
	for k := range 3 {
		n := scattered("0.5*ms")
		n.Groups[0].Initial = []net.Assignment{{Var: "v", Expr: nettest.Text(fmt.Sprintf("%d.5*rand()", k))}}
		parts = append(parts, planOf(t, n, plan.Single))
		parts[k].Share(parts[0])
	}
	p, err := plan.Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	var want *exec.Snapshot
	var spikes *exec.Spikes
	for _, b := range []*Backend{{Mode: Plain, apart: true}, {Mode: Plain}, {Mode: Plain, teams: 4}} {
		b.dev = d
		x := loadWith(t, b, p)
		if n := len(x.i.layout.DelayedRuns()); (n == 0) != b.apart {
			t.Fatalf("%d operations of several delays", n)
		}
		advance(t, x, 300)
		s, got := snapshot(t, x), drainSpikes(t, x)
		if want == nil {
			want, spikes = s, got
		}
		sameState(t, fmt.Sprintf("%+v", *b), p, s, want)
		sameSpikes(t, fmt.Sprintf("%+v", *b), got, spikes, true)
	}
}

// Texts do not depend on how many delays there are, but for that number.
func TestTextsOfDelays(t *testing.T) {
	texts := func(longest string) (lines []string, delays int) {
		p := planOf(t, scattered(longest), plan.Single)
		l, err := glsl.NewLayout(p, 1<<30, glsl.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := Dump(p)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := l.DelaysOf(l.DelayedRuns()[0])
		return strings.Split(all, "\n"), len(d.Runs)
	}
	few, n := texts("0.5*ms")
	many, m := texts("12*ms")
	if n > 6 || m < 100 {
		t.Fatalf("%d and %d delays", n, m)
	}
	if len(few) != len(many) {
		t.Errorf("%d lines with %d delays, and %d with %d", len(few), n, len(many), m)
	}
	for _, line := range many {
		if len(line) > 400 {
			t.Errorf("a line of %d characters with %d delays: %.400s", len(line), m, line)
		}
	}
}

// A kernel over a part of a group is called for the elements of that part only.
func TestSpans(t *testing.T) {
	text, err := Dump(planOf(t, scattered("1*ms"), plan.Single))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"if (e < 20u) run_input_0(e);", "if (e - 20u < 20u) run_input_1(e);", "if (e - 40u < 20u) run_input_2(e);"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
	d := gltest.Device(t)
	p := planOf(t, scattered("1*ms"), plan.Double)
	x := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	y, err := cpu.Backend{}.Load(p, exec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer y.Close()
	advance(t, x, 20)
	advance(t, y, 20)
	g, _ := p.Find("g", "g")
	a, b := make([]float64, g.Len), make([]float64, g.Len)
	if err := x.Read(g.ID, 0, a); err != nil {
		t.Fatal(err)
	}
	if err := y.Read(g.ID, 0, b); err != nil {
		t.Fatal(err)
	}
	if slices.Min(a) < 0 || slices.Max(a) == 0 {
		t.Error("there is no input")
	}
	for k := range a {
		if diff := a[k] - b[k]; diff > 1e-12 || diff < -1e-12 {
			t.Fatalf("element %d has %v, and %v on the cpu", k, a[k], b[k])
		}
	}
}
