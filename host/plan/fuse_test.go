package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// cells is a group with a refractory period, which its own update and its threshold both change.
func cells() *net.Group {
	return &net.Group{Name: "P", N: 10, Method: "euler", Equations: text("dv/dt = (2-v)/(10*ms) : 1 (unless refractory)"),
		Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0"), Refractory: text("2*ms")}}
}

func emitting(k *ir.Kernel) bool {
	return slices.ContainsFunc(k.Effects, func(e ir.Effect) bool { return e.Kind == ir.Emit })
}

// testsIn are the kernels that emit spikes, by item.
func testsIn(t *testing.T, n *net.Network, o plan.Options) map[string]string {
	t.Helper()
	res, err := plan.Build(n, o)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, it := range res.Plan.Schedule {
		for _, op := range it.Ops {
			if r, ok := op.(*plan.Run); ok && emitting(r.Kernel) {
				found[it.Name] = r.Kernel.Name
			}
		}
	}
	return found
}

// The threshold is part of the update, unless something between them could tell the difference.
func TestFuse(t *testing.T) {
	for _, c := range []struct {
		name  string
		with  func(n *net.Network, g *net.Group)
		apart bool // by Options
		fused bool
	}{
		{"alone", func(*net.Network, *net.Group) {}, false, true},
		{"asked for", func(*net.Network, *net.Group) {}, true, false},
		{"monitor of what the threshold writes", func(n *net.Network, g *net.Group) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "m", Group: g, Vars: []string{"not_refractory"}, When: "before_thresholds"})
		}, false, false},
		{"monitor of what it only reads", func(n *net.Network, g *net.Group) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "m", Group: g, Vars: []string{"v"}, When: "before_thresholds"})
		}, false, true},
		{"monitor behind it", func(n *net.Network, g *net.Group) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "m", Group: g, Vars: []string{"not_refractory"}, When: "after_thresholds"})
		}, false, true},
		{"function of the program", func(n *net.Network, _ *net.Group) {
			n.Operations = append(n.Operations, &net.Operation{Name: "f", When: "after_groups"})
		}, false, false},
		{"function of the program at the end", func(n *net.Network, _ *net.Group) {
			n.Operations = append(n.Operations, &net.Operation{Name: "f", When: "end"})
		}, false, true},
		{"another group", func(n *net.Network, _ *net.Group) {
			o := cells()
			o.Name = "Q"
			n.Groups = append(n.Groups, o)
		}, false, true},
	} {
		g := cells()
		n := &net.Network{DT: 1e-4, Groups: []*net.Group{g}}
		c.with(n, g)
		at := testsIn(t, n, plan.Options{Apart: c.apart})
		_, fused := at["P_stateupdater"]
		_, apart := at["P_spike_thresholder"]
		if fused != c.fused || apart == c.fused {
			t.Errorf("%s: the threshold runs in %v", c.name, at)
		}
	}
}

// What is written twice is written once, with the value of the second.
func TestFusedKernel(t *testing.T) {
	res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{cells()}}, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var printed string
	for _, it := range res.Plan.Schedule {
		for _, op := range it.Ops {
			if r, ok := op.(*plan.Run); ok && emitting(r.Kernel) {
				printed = r.Kernel.String()
				if err := ir.Verify(r.Kernel); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, v := range []string{"store P.v ", "store P.not_refractory ", "store \"P.lastspike@step\" ", "emit "} {
		if n := strings.Count(printed, v); n != 1 {
			t.Errorf("%q stands %d times in\n%s", v, n, printed)
		}
	}
	var dump strings.Builder
	res.Plan.Dump(&dump)
	if !strings.Contains(dump.String(), "P_spike_thresholder (clock 0): in an earlier kernel") || !strings.Contains(dump.String(), "run \"P update, P threshold") {
		t.Errorf("the dump does not tell:\n%s", dump.String())
	}
}

// One kernel or two, the state has the same bits after each step.
func TestFusedBits(t *testing.T) {
	for _, p := range []plan.Precision{plan.Single, plan.Double} {
		for _, equations := range []string{
			"dv/dt = (2-v)/(10*ms) : 1 (unless refractory)", "dv/dt = (2-v)/(10*ms) + 0.5*xi/(10*ms)**0.5 : 1", "dv/dt = (2-v)/(10*ms) : 1 (unless refractory)\ndu/dt = (v-u)/(5*ms) : 1",
		} {
			states := map[bool][]map[string][]float64{}
			for _, apart := range []bool{false, true} {
				g := cells()
				g.N, g.Equations = 403, text(equations)
				g.Initial = []net.Assignment{{Var: "v", Expr: text("i/403.0")}}
				s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Pathways: []*net.Pathway{{Name: "pre", Code: text("v += 0.01")}},
					Connect: []*net.Connection{{P: text("0.1")}}}
				res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Options{Precision: p, Apart: apart, Seed: 3})
				if err != nil {
					t.Fatal(err)
				}
				x, err := cpu.Backend{}.Load(res.Plan, exec.Options{Seed: 3})
				if err != nil {
					t.Fatal(err)
				}
				for step := range int64(150) {
					if _, err := x.Advance(context.Background(), step+1); err != nil {
						t.Fatal(err)
					}
					now := map[string][]float64{}
					for id, b := range res.Plan.Buffers {
						if b.Role == plan.State || b.Role == plan.History {
							v := make([]float64, b.Len)
							if err := x.Read(plan.BufferID(id), 0, v); err != nil {
								t.Fatal(err)
							}
							if b.Rows > 0 {
								v = v[:1+int(v[0])] // beyond the spikes of this step the list is not defined
							}
							now[b.Object+"."+b.Var] = v
						}
					}
					states[apart] = append(states[apart], now)
				}
				x.Close()
			}
			spikes := 0.0
			for step, a := range states[false] {
				for name, v := range a {
					if !slices.Equal(v, states[true][step][name]) {
						t.Fatalf("%v, %s: step %d: %s is %v in one kernel, %v in two", p, equations, step, name, v[:5], states[true][step][name][:5])
					}
				}
				spikes += a["P.spike@events"][0]
			}
			if spikes < 100 {
				t.Errorf("%s: only %g spikes", equations, spikes)
			}
		}
	}
}
