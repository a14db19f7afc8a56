package sim_test

import (
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// The synapses and their delays are those of the seed, whatever the precision and the number of threads.
func TestSameSynapses(t *testing.T) {
	ends := func(seed uint64, p plan.Precision, threads int) (out [][]int32) {
		text := func(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }
		g := &net.Group{Name: "G", N: 800, Equations: text("x : 1"), Spiking: &net.Spiking{Threshold: text("x > 1")}}
		g.Initial = []net.Assignment{{Var: "x", Expr: text("rand()")}}
		s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1")}
		s.Pathways = []*net.Pathway{{Name: "pre", Code: text("x_post += w")}}
		s.Connect = []*net.Connection{
			{Condition: text("i != j and abs(x_pre - x_post) < 0.3"), P: text("0.2 + 0.1*x_post")},
			{Each: &net.Enumeration{Target: text("(i + k + int(5*rand())) % N_post"), Var: "k", Low: text("1"), High: text("100"), P: text("0.3*x_pre"), If: text("x_post < 0.8")}},
		}
		s.Pathways[0].Delays = []net.Assignment{{Var: "delay", Expr: text("0.1*ms*int(3*rand())")}}
		x, err := sim.Compile(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, sim.Options{Backend: cpu.Backend{}, Precision: p, Seed: seed, Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		for _, buf := range x.Plan().Buffers {
			if buf.Object == "S" && buf.Role == plan.Connectivity {
				out = append(out, buf.Ints)
			}
		}
		if len(out) < 3 || x.Result().Synapses["S"] < 50000 {
			t.Fatalf("%d arrays, %d synapses", len(out), x.Result().Synapses["S"])
		}
		return out
	}
	same := func(x, y [][]int32) bool {
		return slices.EqualFunc(x, y, func(a, b []int32) bool { return slices.Equal(a, b) })
	}
	want := ends(3, plan.Double, 1)
	if !same(want, ends(3, plan.Double, 2)) {
		t.Error("two threads make other synapses than one")
	}
	if !same(want, ends(3, plan.Single, 2)) {
		t.Error("single precision makes other synapses than double")
	}
	if same(want, ends(4, plan.Double, 2)) {
		t.Error("another seed makes the same synapses")
	}
}
