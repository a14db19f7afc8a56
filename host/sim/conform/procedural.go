package conform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// Procedural runs n random networks alone whose synapses are drawn anew for every spike.
func Procedural(t *testing.T, b exec.Backend, p plan.Precision, n int) {
	s := &suite{backend: b, precision: p, opt: Options{Procedural: n}}
	s.procedural(t)
}

// procedural holds random networks with synapses that are drawn anew for every spike against the same networks with stored synapses: all bits are the
// same, also when another seed is set on the way and the plan is built anew.
func (s *suite) procedural(t *testing.T) {
	spikes := 0
	for k := range s.opt.Procedural {
		t.Run(fmt.Sprint(k), func(t *testing.T) { spikes += s.proceduralNetwork(t, uint64(k)) })
	}
	if spikes < 200*s.opt.Procedural {
		t.Errorf("%d networks had %d spikes: too few to show anything", s.opt.Procedural, spikes)
	}
}

func (s *suite) proceduralNetwork(t *testing.T, k uint64) (spikes int) {
	var text strings.Builder
	defer func() {
		if t.Failed() {
			t.Log(text.String())
		}
	}()
	end := func(procedural bool) (state []float64) {
		text.Reset()
		n := randomProcedural(rand.New(rand.NewPCG(k, 31)), procedural, &text)
		o := s.options()
		o.Replica = uint32(k % 3)
		r := compile(t, n, o)
		if got := len(r.Result().Procedural); procedural && got != len(n.Synapses) || !procedural && got != 0 {
			t.Fatalf("%d of %d are procedural", got, len(n.Synapses))
		}
		run(t, r, 12e-3)
		if err := r.Seed(k); err != nil {
			t.Fatal(err)
		}
		more := &net.Group{Name: "more", N: 3, Equations: &diag.Source{Name: "more", Text: "y : 1"}}
		n.Groups = append(n.Groups, more)
		run(t, r, 12e-3)
		for _, g := range n.Groups[:2] {
			for _, name := range []string{"v", "g", "h"} {
				state = append(state, get(t, r, g, name)...)
			}
			state = append(state, count(r, n, g)...)
		}
		return state
	}
	want := end(false)
	for _, n := range want[len(want)-1:] {
		spikes += int(n)
	}
	got := end(true)
	for i := range want {
		if math.Float64bits(want[i]) != math.Float64bits(got[i]) {
			t.Errorf("value %d of %d is %v with procedural synapses, %v with stored ones", i, len(want), got[i], want[i])
			break
		}
	}
	return spikes
}

// count is the number of spikes of each element of a group, and of all.
func count(r *sim.Sim, n *net.Network, g *net.Group) (counts []float64) {
	total := 0.0
	for _, m := range n.SpikeMonitors {
		if m.Of.Group == g {
			for _, c := range r.Spikes(m).Counts {
				counts, total = append(counts, float64(c)), total+float64(c)
			}
		}
	}
	return append(counts, total)
}

// randomProcedural is a network of two groups and a few kinds of synapses between their parts.
func randomProcedural(r *rand.Rand, procedural bool, text *strings.Builder) *net.Network {
	src := func(what, code string) *diag.Source {
		if code == "" {
			return nil
		}
		fmt.Fprintf(text, "%s:\n\t%s\n", what, strings.ReplaceAll(code, "\n", "\n\t"))
		return &diag.Source{Name: what, Text: code}
	}
	none := names{}
	group := func(name string) *net.Group {
		g := &net.Group{Name: name, N: 1 + r.IntN(pick(r, 8, 90, 500)), Method: "euler", Namespace: none,
			Equations: src(name, "dv/dt = (1.2 - v)/(5*ms) + 0.1*xi*ms**-0.5 + 0.01*g/ms : 1 (unless refractory)\ndg/dt = -g/(5*ms) : 1\nh : 1\nx : 1\nlevel : 1 (shared)"),
			Spiking:   &net.Spiking{Threshold: src("threshold", "v > 1"), Reset: src("reset", "v = 0"), Refractory: src("refractory", "1*ms")},
			Initial:   []net.Assignment{{Var: "v", Expr: src("v", "rand()")}, {Var: "x", Expr: src("x", "i*0.01 + randn()")}, {Var: "level", Values: []float64{0.3}}}}
		fmt.Fprintf(text, "%s has %d elements\n", name, g.N)
		return g
	}
	groups := []*net.Group{group("A"), group("B")}
	groups[0].N += 200 // enough spikes
	n := &net.Network{DT: 1e-4, Groups: groups}
	for _, g := range groups {
		n.SpikeMonitors = append(n.SpikeMonitors, &net.SpikeMonitor{Name: "spikes of " + g.Name, Of: net.All(g)})
	}
	for k := range 1 + r.IntN(3) {
		part := func() net.Span {
			sp := net.All(pick(r, groups...))
			if r.IntN(3) == 0 {
				sp.Start = r.IntN(sp.Stop)
				sp.Stop = sp.Start + 1 + r.IntN(sp.Stop-sp.Start)
			}
			return sp
		}
		x := &net.Synapses{Name: fmt.Sprintf("S%d", k), Pre: part(), Post: part(), Namespace: none}
		c := &net.Connection{Procedural: procedural, P: src("p", pick(r, "0.1", "0.3", "0.004", "0.9", "0.999", "1e-9", "0.0"))}
		if r.IntN(3) == 0 {
			x.Post = x.Pre
			c.Condition = src("condition", "i != j")
		}
		x.Connect = []*net.Connection{c}
		fmt.Fprintf(text, "%s: %s[%d:%d] to %s[%d:%d]\n", x.Name, x.Pre.Group.Name, x.Pre.Start, x.Pre.Stop, x.Post.Group.Name, x.Post.Start, x.Post.Stop)
		equations, on := "strength : 1 (shared)", []string{}
		set := func(name, code string) {
			x.Initial = append(x.Initial, net.Assignment{Var: name, Expr: src(x.Name+"."+name, code)})
		}
		if r.IntN(2) == 0 {
			x.Initial = append(x.Initial, net.Assignment{Var: "strength", Values: []float64{0.25}})
		}
		if r.IntN(4) > 0 {
			equations += "\nw : 1"
			on = append(on, pick(r, "g_post += w", "g_post += w*(1 + x_pre)", "h_post += clip(w - 3, -1, 1)"))
			switch r.IntN(6) {
			case 0:
				x.Initial = append(x.Initial, net.Assignment{Var: "w", Values: []float64{0.1}})
			case 1: // 0
			default:
				set("w", pick(r, "rand()*0.05", "clip(0.02 + 0.05*randn(), 0, 1)", "exp(-abs(x_pre - x_post))*0.05", "0.01*(i + j)/(N_pre + N_post)", "0.1/N_incoming + 0.001*N_outgoing",
					"1.0/N", "v_pre*0.03*rand()", "0.02*strength + level_pre*0.01", "0.02*(i < j)", "t/ms + 0.03", "2 + rand()", "-0.02"))
			}
			if r.IntN(3) == 0 {
				set("w", pick(r, "w*0.5 + 0.001*rand()", "0.03"))
				if r.IntN(2) == 0 {
					x.Initial[len(x.Initial)-1].Condition = src("where", pick(r, "i > 3", "w < 0.02", "rand() < 0.5", "(i + j) % 2 == 0"))
				}
			}
		}
		if r.IntN(3) == 0 {
			equations += "\nk : integer\nb : boolean\nhalf = k/2 : 1"
			set("k", pick(r, "int(rand()*5)", "i % 4", "poisson(2.0)", "-3"))
			set("b", pick(r, "rand() < 0.3", "j > 5", "True"))
			on = append(on, pick(r, "h_post += k*b", "h_post += half*int(b)*0.1"))
		}
		if len(on) == 0 || r.IntN(3) == 0 {
			on = append(on, pick(r, "v_post += 0.002", "h_pre += 0.01", "h_post += rand()*0.01", "h_post += 0.001*(rand() < 0.3)", "h_post += 1.0/N_incoming", "h_post += N*1e-3", "h_post += x_pre*strength + j*0.001"))
		}
		// Each variable is added to once.
		seen := map[string]bool{}
		on = slices.DeleteFunc(on, func(line string) bool {
			name, _, _ := strings.Cut(line, " ")
			again := seen[name]
			seen[name] = true
			return again
		})
		x.Equations = src(x.Name, equations)
		x.Pathways = []*net.Pathway{{Name: "pre", Code: src("on_pre", strings.Join(on, "\n")), Delay: []float64{pick(r, 0, 3e-4, 1.5e-3)}}}
		if r.IntN(4) == 0 {
			x.Pathways = append(x.Pathways, &net.Pathway{Name: "late", Code: src("late", "h_post += 0.01"), Delay: []float64{2e-3}})
		}
		n.Synapses = append(n.Synapses, x)
	}
	return n
}
