package plan

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// What is done to a sum over synapses shows in the plan.
func TestSplitSums(t *testing.T) {
	for _, c := range []struct {
		name, sum string
		p         float64
		want, not string
	}{
		{"sine of a difference", "0.1*sin(x_pre - x_post)", 0.5, "over synapses", "level"},
		{"with a weight and a shift", "w*cos(x_post + 2*x_pre - 0.3)", 0.5, "over synapses", "level"},
		{"all to all", "0.1*sin(x_pre - x_post)", 1, "level 0", "post 0 index=0"},
		{"plain from all", "0.1*x_pre", 1, "level 0", ""},
		{"plain", "w*x_pre", 0.5, "summed s", "part"},
		{"difference", "w*(x_pre - x_post)", 0.5, "summed s", "part"},
		{"function of one end", "w*exp(-x_pre)*(x_post - 1)", 0.5, "presynaptic part 0", "over synapses"},
		{"shift of the synapse's own", "sin(x_pre - x_post - w)", 0.5, "summed s", "part"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := func(text string) *diag.Source { return &diag.Source{Name: "text", Text: text} }
			g := &net.Group{Name: "g", N: 30, Dialect: check.Brian, Equations: source("dx/dt = (1 - x + s)/second : 1\ns : 1"), Method: "euler"}
			span := net.Span{Group: g, Stop: 30}
			s := &net.Synapses{Name: "S", Pre: span, Post: span, Equations: source("w : 1\ns_post = " + c.sum + " : 1 (summed)"),
				Connect: []*net.Connection{{Rule: connect.FixedProbability{P: c.p}}}}
			res, err := Build(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, Options{Precision: Double, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			res.Plan.Dump(&b)
			step := b.String()[strings.Index(b.String(), "one step"):]
			if !strings.Contains(step, c.want) || c.not != "" && strings.Contains(step, c.not) {
				t.Errorf("%q in, %q not in\n%s", c.want, c.not, step)
			}
		})
	}
}
