package conform

import (
	"context"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// lumpedCase is a network whose synapses have states that can be kept per target.
type lumpedCase struct {
	name      string
	equations string
	onPre     string
	delay     []float64
	method    string
	span      bool
}

func (c lumpedCase) network() (n *net.Network, g *net.Group, s *net.Synapses) {
	source := func(text string) *diag.Source { return &diag.Source{Name: "text", Text: text} }
	const cells = 120
	in := &net.Group{Name: "in", N: cells, Dialect: check.Brian, Equations: source("a : 1"), Spiking: &net.Spiking{Threshold: source("rand() < 0.02")}}
	a := make([]float64, cells)
	for i := range a {
		a[i] = 0.5 + float64(i%7)/8
	}
	in.Initial = []net.Assignment{{Var: "a", Values: a}}
	g = &net.Group{Name: "g", N: cells, Dialect: check.Brian, Equations: source("sum : 1\nother : 1\nn : 1\nc : 1"),
		Initial: []net.Assignment{{Var: "c", Values: a}}}
	s = &net.Synapses{Name: "S", Pre: net.All(in), Post: net.All(g), Equations: source(c.equations), Method: c.method,
		Connect:  []*net.Connection{{Rule: connect.FixedProbability{P: 0.3}}, {I: []int32{3, 3, 5}, J: []int32{4, 4, 4}}},
		Pathways: []*net.Pathway{{Name: "pre", Code: source(c.onPre), Delay: c.delay}}}
	if c.span {
		s.Pre, s.Post = net.Span{Group: in, Start: 10, Stop: 100}, net.Span{Group: g, Start: 30, Stop: 110}
	}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{in, g}, Synapses: []*net.Synapses{s}}, g, s
}

// lumped compares synapses whose states are kept per target with the same synapses with a state of each, and goes from one form to the other.
func (s *suite) lumped(t *testing.T) {
	const alpha = "dg/dt = (-g + h)/(5*ms) : 1 (clock-driven)\ndh/dt = -h/(5*ms) : 1 (clock-driven)\n"
	for _, c := range []lumpedCase{
		{name: "alpha", equations: alpha + "sum_post = J*g : 1 (summed)\nJ = -0.1 : 1 (shared)", onPre: "h += exp(1)", method: "exact"},
		{name: "delayed, of a part", equations: alpha + "sum_post = 0.5*g : 1 (summed)", onPre: "h += 1", delay: []float64{3e-3}, method: "exact", span: true},
		{name: "from the source, with the target", equations: alpha + "sum_post = c_post*(g - h/3) : 1 (summed)\nother_post = -h : 1 (summed)",
			onPre: "h += a_pre\nn_post += 1\nh -= 0.25", method: "euler"},
	} {
		t.Run(c.name, func(t *testing.T) { s.lumpedAgree(t, c) })
	}
	for name, c := range map[string]lumpedCase{
		"a weight of each":     {equations: "w : 1\n" + alpha + "sum_post = w*g : 1 (summed)", onPre: "h += 1"},
		"a weight of each, up": {equations: "w : 1\n" + alpha + "sum_post = g : 1 (summed)", onPre: "h += w"},
		"reset":                {equations: alpha + "sum_post = g : 1 (summed)", onPre: "h = 1"},
		"its own state":        {equations: alpha + "sum_post = g : 1 (summed)", onPre: "h += 1 - h"},
		"not linear":           {equations: "dg/dt = -g*g/(5*ms) : 1 (clock-driven)\nsum_post = g : 1 (summed)", onPre: "g += 1"},
		"a constant":           {equations: "dg/dt = (1 - g)/(5*ms) : 1 (clock-driven)\nsum_post = g : 1 (summed)", onPre: "g += 1"},
		"a sum not linear":     {equations: alpha + "sum_post = g + 1 : 1 (summed)", onPre: "h += 1"},
		"a sum of squares":     {equations: alpha + "sum_post = g*g : 1 (summed)", onPre: "h += 1"},
		"by the source":        {equations: alpha + "sum_post = a_pre*g : 1 (summed)", onPre: "h += 1"},
		"the target adds":      {equations: alpha + "sum_post = g : 1 (summed)", onPre: "h += c_post"},
	} {
		t.Run("not for "+name, func(t *testing.T) {
			c.method = "euler"
			n, _, syn := c.network()
			r, err := sim.Check(n, s.options())
			if err != nil {
				t.Fatal(err)
			}
			if l := r.Lumped[syn]; l != nil {
				t.Errorf("%v are lumped", l)
			}
		})
	}
}

func (s *suite) lumpedAgree(t *testing.T, c lumpedCase) {
	start := func(each bool) (*sim.Sim, *net.Group, *net.Synapses) {
		n, g, syn := c.network()
		o := s.options()
		o.EachSynapse = each
		r := compile(t, n, o)
		if lumped := r.Result().Lumped[syn] != nil; lumped == each {
			t.Fatalf("lumped %v", lumped)
		}
		return r, g, syn
	}
	each := func(r *sim.Sim, syn *net.Synapses, name string) []float64 {
		v, _, err := r.GetSynapses(syn, name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a, ga, sa := start(false)
	b, gb, sb := start(true)
	// agree compares sums up to rounding, of values of a size below 20, and states of synapses exactly.
	agree := func(when string) {
		t.Helper()
		for _, name := range []string{"sum", "other", "n"} {
			x, y := get(t, a, ga, name), get(t, b, gb, name)
			if d, at := distance(x, y); !(d <= s.opt.Network*20*s.eps()) {
				t.Fatalf("%s: %s of element %d is %v, synapse by synapse %v", when, name, at, x[at], y[at])
			}
		}
		for _, name := range []string{"g", "h"} {
			if x, y := each(a, sa, name), each(b, sb, name); !slices.Equal(x, y) {
				d, at := distance(x, y)
				t.Fatalf("%s: %s of synapse %d is off by %v", when, name, at, d)
			}
		}
	}
	run(t, a, 40e-3)
	run(t, b, 40e-3)
	agree("after a run")
	if got := get(t, a, ga, "sum"); slices.Max(got) == slices.Min(got) || a.Result().Lumped[sa] == nil {
		t.Fatal("nothing is shown")
	}

	// A state that was stored lumped is restored where each synapse has its own, and the other way round.
	if err := a.Store(""); err != nil {
		t.Fatal(err)
	}
	if err := b.Store("plain"); err != nil {
		t.Fatal(err)
	}
	run(t, a, 20e-3)
	if err := a.Restore("", sim.RestoreOptions{Random: true}); err != nil {
		t.Fatal(err)
	}
	agree("restored")

	// Whoever writes to one of the synapses has one state each from then on.
	h := each(b, sb, "h")
	h[7] += 2
	for _, r := range []struct {
		r *sim.Sim
		s *net.Synapses
	}{{a, sa}, {b, sb}} {
		if err := r.r.SetSynapses(r.s, "h", h); err != nil {
			t.Fatal(err)
		}
	}
	if a.Result().Lumped[sa] != nil {
		t.Error("synapses stay lumped when one of them is set")
	}
	agree("set")
	for _, r := range []*sim.Sim{a, b} {
		if err := r.Run(context.Background(), 20e-3); err != nil {
			t.Fatal(err)
		}
	}
	agree("after a run in the plain form")
	if err := a.Restore("", sim.RestoreOptions{Random: true}); err != nil {
		t.Fatal(err)
	}
	if err := b.Restore("plain", sim.RestoreOptions{Random: true}); err != nil {
		t.Fatal(err)
	}
	agree("restored in the plain form")
}
