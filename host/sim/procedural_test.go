package sim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// drawnNetwork is a noisy network with two kinds of synapses between its parts: with a delay, a condition on the target and variables of both ends.
func drawnNetwork(procedural bool) *net.Network {
	g := &net.Group{
		Name: "G", N: 700, Method: "euler", Namespace: constants{},
		Equations: code("dv/dt = (1.05 - v)/(10*ms) + 0.1*xi*ms**-0.5 : 1 (unless refractory)\nweight : 1 (constant)\nr : 1"),
		Spiking:   &net.Spiking{Threshold: code("v > 1"), Reset: code("v = 0"), Refractory: code("3*ms")},
		Initial:   []net.Assignment{{Var: "weight", Expr: code("0.02*rand()")}, {Var: "v", Expr: code("rand()")}},
	}
	project := func(name, on string, pre, post net.Span, condition, p string, delay float64) *net.Synapses {
		c := &net.Connection{P: code(p), Procedural: procedural}
		if condition != "" {
			c.Condition = code(condition)
		}
		return &net.Synapses{Name: name, Pre: pre, Post: post, Namespace: constants{}, Connect: []*net.Connection{c},
			Equations: code("strength : 1 (shared)"), Pathways: []*net.Pathway{{Name: "pre", Code: code(on), Delay: []float64{delay}}}}
	}
	values := project("c", "v_post += w + k*flag*rand()*0.001\nr_post += w*x_pre + h", net.All(g), net.Span{Group: g, Start: 10, Stop: 500}, "", "0.05", 0.5e-3)
	values.Equations = code("w : 1\nk : integer\nflag : boolean\nh : 1\nstrength : 1 (shared)\nhalf = w/2 : 1\nconst : 1")
	g.Equations = code(g.Equations.Text + "\nx : 1")
	g.Initial = append(g.Initial, net.Assignment{Var: "x", Expr: code("i*0.001 + 0.1*rand()")})
	values.Initial = []net.Assignment{
		{Var: "strength", Values: []float64{0.7}},
		{Var: "w", Expr: code("clip(0.01 + 0.005*randn(), 0, 0.1)")},
		{Var: "k", Expr: code("i % 3 + int(rand()*2)")},
		{Var: "flag", Expr: code("j > 30 and rand() < 0.9")},
		{Var: "h", Values: []float64{0.3}},
		{Var: "h", Expr: code("v_pre*0.1 + exp(-abs(x_pre - x_post)) + half + strength + 1.0/N_incoming + N_outgoing*0.01 + N*1e-7 + t/ms")},
		{Var: "w", Expr: code("w*0.5"), Condition: code("i < j")},
	}
	return &net.Network{
		DT: 1e-4, Groups: []*net.Group{g},
		Synapses: []*net.Synapses{

			project("a", "v_post += 0.01", net.All(g), net.All(g), "i != j", "0.1", 0),
			project("b", "r_post += weight_pre*(1 + weight_post) + i/1000.0 + j\nv_post += weight_pre", net.Span{Group: g, Start: 100, Stop: 400}, net.Span{Group: g, Start: 50, Stop: 650}, "", "0.03", 1.2e-3),
			values,
		},
		SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g)}},
	}
}

func runDrawn(t *testing.T, procedural bool, b exec.Backend, p plan.Precision, threads int) (state []float64, s *Sim) {
	t.Helper()
	s, err := Compile(drawnNetwork(procedural), Options{Backend: b, Precision: p, Seed: 4, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for range 2 { // a second run plans anew
		if err := s.Run(context.Background(), 0.05); err != nil {
			t.Fatal(err)
		}
	}
	g := s.Network().Groups[0]
	for _, name := range []string{"v", "r"} {
		v, _, err := s.Get(g, name)
		if err != nil {
			t.Fatal(err)
		}
		state = append(state, v...)
	}
	counts := s.Spikes(s.Network().SpikeMonitors[0]).Counts
	total := int64(0)
	for _, n := range counts {
		state, total = append(state, float64(n)), total+n
	}
	if total < 1000 {
		t.Errorf("%d spikes are too few to tell", total)
	}
	return state, s
}

// Synapses that are drawn anew for every spike do what stored ones do, to the bit.
func TestProceduralEqualsStored(t *testing.T) {
	for _, p := range []plan.Precision{plan.Double, plan.Single} {
		want, stored := runDrawn(t, false, cpu.Backend{}, p, 1)
		if len(stored.Result().Procedural) != 0 {
			t.Fatal("synapses that fit are not stored")
		}
		for _, threads := range []int{1, 2} {
			for _, instructions := range []cpu.Instructions{cpu.Best, cpu.Portable} {
				t.Run(fmt.Sprint(p, threads, instructions), func(t *testing.T) {
					got, s := runDrawn(t, true, cpu.Backend{Instructions: instructions}, p, threads)
					if len(s.Result().Procedural) != 3 || !strings.Contains(s.Result().Connecting["b"][0], "procedural") {
						t.Errorf("%v", s.Result().Connecting)
					}
					if !slices.EqualFunc(got, want, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
						t.Error("another state than with stored synapses")
					}
				})
			}
		}
	}
}

// Where stored synapses do not fit, they are drawn; where that is impossible, the reason is said.
func TestProceduralChosen(t *testing.T) {
	build := func(memory int64, change func(*net.Network)) (*plan.Result, error) {
		n := drawnNetwork(false)
		if change != nil {
			change(n)
		}
		o := planOptions(Options{Seed: 4})
		o.Memory = memory
		return plan.Build(n, o)
	}
	// 700*700*0.1*8 bytes are too many, 300*600*0.03*8 are not.
	if r, err := build(300_000, nil); err != nil || len(r.Procedural) != 2 || r.Synapses["a"] != 48930 {
		t.Errorf("%+v, %v", r, err)
	}
	for want, change := range map[string]func(s *net.Synapses){
		"no variables of their own that change": func(s *net.Synapses) { s.Equations = code("dw/dt = -w/second : 1 (event-driven)") },
		"change nothing of their own":           func(s *net.Synapses) { s.Equations, s.Pathways[0].Code = code("w : 1"), code("w += 1") },
		"was given as an array": func(s *net.Synapses) {
			s.Equations = code("w : 1")
			s.Initial = []net.Assignment{{Var: "w", Values: make([]float64, 48930)}}
		},
		"compute their values": func(s *net.Synapses) {
			s.Equations = code("w : 1")
			s.Initial = []net.Assignment{{Var: "w", Values: []float64{1}, Elements: []int32{3}}}
		},
		"no on_post code": func(s *net.Synapses) { s.Pathways[0].Post = true },
		"have one delay": func(s *net.Synapses) {
			s.Pathways[0].Delays = []net.Assignment{{Var: "delay", Expr: code("rand()*ms")}}
		},
		"one call of connect":      func(s *net.Synapses) { s.Connect = append(s.Connect, &net.Connection{}) },
		"of all pairs or of those": func(s *net.Synapses) { s.Connect[0].Condition = code("i < j") },
		"at most 2147483647": func(s *net.Synapses) { // 2.5e14 of them, which are not counted first
			s.Pre.Group.N = 50_000_000
			s.Pre, s.Post = net.All(s.Pre.Group), net.All(s.Pre.Group)
			s.Pathways[0].Code = code("v_post += rand()")
		},
		"a probability p below 1": func(s *net.Synapses) { s.Connect[0].P = code("0.1*i/N_pre") },
	} {
		_, err := build(0, func(n *net.Network) {
			s := n.Synapses[0]
			s.Connect[0].Procedural = true
			change(s)
		})
		if err == nil || !strings.Contains(err.Error(), "a: procedural synapses") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	s, err := Compile(drawnNetwork(true), Options{Backend: cpu.Backend{}, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := s.Network().Synapses[2]
	if v, _, err := s.GetSynapses(c, "strength"); err != nil || len(v) != 1 || v[0] != float64(float32(0.7)) {
		t.Errorf("what all synapses share is %v, %v", v, err)
	}
	if err := s.SetSynapses(c, "strength", []float64{2}); err != nil {
		t.Error(err)
	}
	if err := s.SetSynapses(c, "w", []float64{2}); err == nil || !strings.Contains(err.Error(), "cannot be set") {
		t.Errorf("a value that is not stored was set: %v", err)
	}
	if _, _, err := s.GetSynapses(s.Network().Synapses[0], "i"); err == nil || !strings.Contains(err.Error(), "procedural") {
		t.Errorf("the ends of synapses that are not stored: %v", err)
	}
}
