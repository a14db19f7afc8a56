package plan_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// An update of synapses follows the sum that reads what it changes, unless something between them could tell the difference.
func TestBringUpdates(t *testing.T) {
	const opening = "w : 1\nds/dt = -s/(5*ms) : 1 (clock-driven)\n"
	for _, c := range []struct {
		name, equations string
		with            func(n *net.Network, g *net.Group, s *net.Synapses)
		apart           bool // by Options
		brought         bool
	}{
		{"alone", opening + "open_post = w*s : 1 (summed)", func(*net.Network, *net.Group, *net.Synapses) {}, false, true},
		{"asked for", opening + "open_post = w*s : 1 (summed)", func(*net.Network, *net.Group, *net.Synapses) {}, true, false},
		{"sum of something else", opening + "open_post = w : 1 (summed)", func(*net.Network, *net.Group, *net.Synapses) {}, false, false},
		{"reads what the cells' update changes", "w : 1\nds/dt = (v_post-s)/(5*ms) : 1 (clock-driven)\nopen_post = w*s : 1 (summed)", func(*net.Network, *net.Group, *net.Synapses) {}, false, false},
		{"monitor of what the update changes", opening + "open_post = w*s : 1 (summed)", func(n *net.Network, _ *net.Group, s *net.Synapses) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "A", Synapses: s, Vars: []string{"s"}, When: "groups"})
		}, false, false},
		{"monitor of what it leaves", opening + "open_post = w*s : 1 (summed)", func(n *net.Network, _ *net.Group, s *net.Synapses) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "A", Synapses: s, Vars: []string{"w"}, When: "groups"})
		}, false, true},
		{"function of the program between", opening + "open_post = w*s : 1 (summed)", func(n *net.Network, _ *net.Group, _ *net.Synapses) {
			n.Operations = append(n.Operations, &net.Operation{Name: "A", When: "groups"})
		}, false, false},
	} {
		g := &net.Group{Name: "P", N: 10, Method: "euler", Equations: text("dv/dt = (open-v)/(10*ms) : 1\nopen : 1")}
		s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Method: "euler", Equations: text(c.equations),
			Connect: []*net.Connection{{P: text("1")}}}
		n := &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}
		c.with(n, g, s)
		res, err := plan.Build(n, plan.Options{Apart: c.apart})
		if err != nil {
			t.Fatal(err)
		}
		brought := false
		for _, it := range res.Plan.Schedule {
			for i, op := range it.Ops {
				if r, ok := op.(*plan.Run); ok && r.Kernel.Domain == ir.Synapses {
					sum, ok := it.Ops[max(i-1, 0)].(*plan.Run)
					brought = brought || ok && len(sum.Kernel.Reductions) > 0
				}
			}
		}
		if brought != c.brought {
			t.Errorf("%s: the update follows the sum: %v", c.name, brought)
		}
	}
}
