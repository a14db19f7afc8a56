package compute

import (
	"context"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// TestTextsBetween changes delays in different steps: the shaders of the plans that follow have the same text, so that they are compiled once.
func TestTextsBetween(t *testing.T) {
	text := func(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }
	after := func(steps float64) string {
		g := &net.Group{Name: "g", N: 3, Equations: text("v : 1"), Spiking: &net.Spiking{Threshold: text("v >= 0"), Reset: text("v = 0")}}
		path := &net.Pathway{Name: "pre", Code: text("w += 1"), Delay: []float64{1e-3, 4e-3, 0}}
		s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Pathways: []*net.Pathway{path},
			Connect: []*net.Connection{{I: []int32{0, 1, 2}, J: []int32{1, 2, 0}}}}
		r, err := sim.Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, d := range [][]float64{path.Delay, {2e-3}, {0, 2e-3, 3e-3}} {
			path.Delay = d
			if err := r.Run(context.Background(), steps*1e-3); err != nil {
				t.Fatal(err)
			}
			steps = 1
		}
		out, err := Dump(r.Plan())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	x, y := after(10), after(23)
	if !strings.Contains(x, "run_between") {
		t.Errorf("the shaders do not look at the steps of spikes:\n%s", x)
	}
	if x != y {
		t.Error("the text depends on the step in which delays changed")
	}
}
