package sim_test

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// Sums of differences between all neurons are made of sums over all, and yet keep their digits where neurons hardly differ, though one may be far off.
func TestDifferencesOfNearEquals(t *testing.T) {
	const n = 1000
	for name, one := range map[string]string{"near": "0", "one far off": "100*int(i == 3)"} {
		g := &net.Group{Name: "G", N: n, Namespace: nettest.Constants{}, Equations: nettest.Text("dx/dt = 0*s/second : 1\ns : 1"), Method: "euler",
			Initial: []net.Assignment{{Var: "x", Expr: nettest.Text("-70 + 1e-4*sin(i) + " + one)}}}
		s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: nettest.Text("s_post = x_pre - x_post : 1 (summed)"),
			Connect: []*net.Connection{{Condition: nettest.Text("i != j")}}}
		r, err := sim.Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, sim.Options{Backend: cpu.Backend{}, Precision: plan.Single, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if rewrites := r.Result().Rewrites; len(rewrites) != 1 || rewrites[0] != "S summed s_post: sum over all" {
			t.Errorf("rewrites: %v", rewrites)
		}
		if err := r.RunSteps(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
		x, _, err := r.Get(g, "x")
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := r.Get(g, "s")
		if err != nil {
			t.Fatal(err)
		}
		for j := range got {
			want, size := 0.0, 0.0
			for i := range x {
				want, size = want+(x[i]-x[j]), size+math.Abs(x[i]-x[j])
			}
			if math.Abs(got[j]-want) > 1e-6*size {
				t.Errorf("%s: s[%d] is %g, want %g of differences that sum up to %g", name, j, got[j], want, size)
				break
			}
		}
	}
}
