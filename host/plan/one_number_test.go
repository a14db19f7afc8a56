package plan_test

import (
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// A parameter of synapses is kept as one number where all have the same and nothing changes it or shows it.
func TestOneNumber(t *testing.T) {
	const known = "numbers that were one before need no look"
	for name, c := range map[string]struct {
		change func(n *net.Network, s *net.Synapses, count int)
		one    bool
	}{
		"a number": {func(_ *net.Network, s *net.Synapses, _ int) { s.Initial[0].Values = []float64{2} }, true},
		"no value": {func(_ *net.Network, s *net.Synapses, _ int) { s.Initial = nil }, true},
		"an expression": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Initial = []net.Assignment{{Var: "w", Expr: text("2*3")}}
		}, true},
		"equal numbers": {func(_ *net.Network, s *net.Synapses, n int) { s.Initial[0].Values = slices.Repeat([]float64{2}, n) }, true},
		"one of them differs": {func(_ *net.Network, s *net.Synapses, n int) {
			s.Initial[0].Values = slices.Repeat([]float64{2}, n)
			s.Initial[0].Values[n-1] = 3
		}, false},
		known: {func(_ *net.Network, s *net.Synapses, n int) {
			s.Initial[0].Values = slices.Repeat([]float64{2}, n)
			s.Initial[0].Values[n-1] = 3
		}, true},
		"an expression of the synapse": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Initial = []net.Assignment{{Var: "w", Expr: text("0.1*i")}}
		}, false},
		"some of them": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Initial = append(s.Initial, net.Assignment{Var: "w", Values: []float64{3}, Elements: []int32{1}})
		}, false},
		"those of a condition": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Initial = append(s.Initial, net.Assignment{Var: "w", Values: []float64{3}, Condition: text("i > 3")})
		}, false},
		"spikes change it": {func(_ *net.Network, s *net.Synapses, _ int) { s.Pathways[0].Code = text("x_post += w\nw *= 0.9") }, false},
		"target's spikes":  {func(_ *net.Network, s *net.Synapses, _ int) { s.Pathways[1].Code = text("w += 0.1") }, false},
		"code changes it": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Code = []*net.CodeBlock{{Name: "decay", Code: text("w *= 0.9"), DT: 5e-3}}
		}, false},
		"code reads it": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Code = []*net.CodeBlock{{Name: "use", Code: text("u += w"), DT: 5e-3}}
		}, true},
		"recorded": {func(n *net.Network, s *net.Synapses, _ int) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "m", Synapses: s, Vars: []string{"w"}})
		}, false},
		"delays read it": {func(_ *net.Network, s *net.Synapses, _ int) {
			s.Pathways[0].Delays = []net.Assignment{{Var: "delay", Expr: text("w*1e-3*second")}}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := &net.Group{Name: "g", N: 12, Dialect: check.Brian, Equations: text("x : 1"), Spiking: &net.Spiking{Threshold: text("x > 1")}}
			s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Dialect: check.Brian, Namespace: names{}, Equations: text("w : 1\nu : 1"),
				Connect:  []*net.Connection{{Rule: connect.AllToAll{AllowSelf: true}}},
				Pathways: []*net.Pathway{{Name: "pre", Code: text("x_post += w + u")}, {Name: "post", Post: true, Code: text("u += w")}},
				Initial:  []net.Assignment{{Var: "w", Values: []float64{1}, Dim: units.Dim{}}}}
			n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}
			c.change(n, s, 144)
			o := options(1)
			o.One = func(*net.Synapses, string) (may, is bool) { return true, name == known }
			res, err := plan.Build(n, o)
			if err != nil {
				t.Fatal(err)
			}
			b, ok := res.Plan.Find("S", "w")
			want := 144
			if c.one {
				want = 1
			}
			if !ok || b.Len != want || slices.Contains(res.Ones[s], "w") != c.one || slices.Contains(res.Rewrites, "S.w: one number") != c.one {
				t.Errorf("%d values, one number: %v, rewrites %v", b.Len, res.Ones[s], res.Rewrites)
			}
			if len(res.Warnings) > 0 {
				t.Error(res.Warnings)
			}
		})
	}
}
