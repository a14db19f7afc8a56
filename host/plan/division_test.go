package plan_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

// No synapse is in two connectivities of one division, and those of two pathways are different divisions: they have the same synapses.
func TestDivision(t *testing.T) {
	text := nettest.Text
	g := &net.Group{Name: "g", N: 50, Namespace: nettest.Constants{}, Equations: text("v : 1"), Spiking: &net.Spiking{Threshold: text("v > 1")}}
	var i, j []int32
	var delays []float64
	for k := range int32(400) {
		i, j, delays = append(i, k%50), append(j, (7*k+k/50)%50), append(delays, 1e-3*float64(k%5))
	}
	path := func(name string, post bool) *net.Pathway {
		return &net.Pathway{Name: name, Post: post, Code: text("w = 0.5*w"), Delay: delays}
	}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: text("w : 1"),
		Connect: []*net.Connection{{I: i, J: j}}, Pathways: []*net.Pathway{path("pre", false), path("late", false), path("post", true)}}
	p := build(t, &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Options{})
	members := map[int]map[int32]bool{}
	for _, c := range p.Conns {
		if c.Division == 0 {
			continue
		}
		if members[c.Division] == nil {
			members[c.Division] = map[int32]bool{}
		}
		for _, syn := range p.Buffers[c.Syn].Ints {
			if members[c.Division][syn] {
				t.Fatalf("synapse %d is twice in division %d", syn, c.Division)
			}
			members[c.Division][syn] = true
		}
	}
	if len(members) != 3 {
		t.Errorf("%d divisions, want one for each pathway", len(members))
	}
	for d, m := range members {
		if len(m) != len(i) {
			t.Errorf("division %d has %d synapses of %d", d, len(m), len(i))
		}
	}
}
