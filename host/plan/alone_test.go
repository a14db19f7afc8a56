package plan_test

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// TestAlone: code whose result could depend on the order of synapses is taken where no two of them change variables of one neuron, and
// refused where two do, or see them from the other end.
func TestAlone(t *testing.T) {
	line := [][]int32{{0, 1, 2}, {1, 2, 3}} // each begins where another ends
	apart := [][]int32{{0, 2, 4}, {1, 3, 5}}
	into := [][]int32{{0, 1, 2}, {5, 5, 6}}
	out := [][]int32{{0, 0, 1}, {5, 6, 7}}
	twice := [][]int32{{0, 0}, {5, 5}}
	for _, c := range []struct {
		name, code string
		ends       [][]int32
		ok         bool
	}{
		{"read and changed", "v_post += w; w = v_post", apart, true},
		{"in a line", "v_post += w; w = v_post", line, true},
		{"changed at one end, read at the other", "v_post += w; w = v_post + v_pre", line, false},
		{"set", "v_post = w", apart, true},
		{"set by two", "v_post = w", into, false},
		{"read and changed by two", "v_post += w; w = v_post", into, false},
		{"set at many ends of one neuron", "v_post = w", out, true},
		{"changed where many begin", "v_pre = w", out, false},
		{"changed where many end, at the beginning", "v_pre = w", into, true},
		{"two of one pair", "v_post = w", twice, false},
		{"shared by synapses", "q += 1", apart, false},
		{"set to one value by two", "v_post = 3", into, true},
		{"set to one value by many, under a condition", "if w > 1: v_post = 3", into, true},
		{"one of two values", "if w > 1: v_post = 3; else: v_post = 2", into, false},
		{"set and added to", "v_post = 3; v_post += w", into, false},
		{"set at one end, added to at the other", "v_post = 3; u_pre += w", into, true},
		{"set to what the neuron has", "v_post = 2*u_post + 1", into, true},
		{"set to what the neuron at the other end has", "v_post = u_pre", into, false},
		{"multiplied", "v_post *= 2", into, false},
		{"set and read", "w = v_post; v_post = 3", into, false},
		{"set and read at the other end", "v_post = 3; w = v_pre", line, false},
		{"set at both ends", "v_post = 3; v_pre = 4", line, false},
		{"set at one end, added to at the other, of one variable", "v_post = 3; v_pre += 1", line, false},
		{"set at random", "v_post = rand()", into, false},
		{"changed at both ends", "v_post += w; v_pre = v_post", apart, false},
	} {
		a := cells()
		a.Equations.Text += "\nu : 1"
		s := &net.Synapses{Name: "S", Pre: net.All(a), Post: net.All(a), Equations: text("w : 1\nq : 1 (shared)"), Pathways: []*net.Pathway{{Name: "pre", Code: text(strings.ReplaceAll(c.code, "; ", "\n"))}},
			Connect: []*net.Connection{{I: c.ends[0], J: c.ends[1]}}}
		_, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{a}, Synapses: []*net.Synapses{s}}, plan.Options{Precision: plan.Double})
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), `order_dependent="by index"`) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
