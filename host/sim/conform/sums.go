package conform

import (
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// sums compares sums over synapses, which the plan may make in another way than synapse by synapse, with the sums written out.
func (s *suite) sums(t *testing.T) {
	for _, c := range []struct {
		text  string
		value func(pre, post, w float64) float64
	}{
		{"0.1*sin(x_pre - x_post)", func(x, y, _ float64) float64 { return 0.1 * math.Sin(x-y) }},
		{"w*cos(x_post + 2*x_pre - 0.3)/7", func(x, y, w float64) float64 { return w * math.Cos(y+2*x-0.3) / 7 }},
		{"-sin(-(x_post - x_pre))*y_post + w", func(x, y, w float64) float64 { return -math.Sin(x-y)*(y*y) + w }},
		{"(sin(x_pre - x_post) + 2)*x_pre", func(x, y, _ float64) float64 { return (math.Sin(x-y) + 2) * x }},
		{"w*exp(-x_pre)*(x_post - 1)", func(x, y, w float64) float64 { return w * math.Exp(-x) * (y - 1) }},
		{"0.5*y_pre", func(x, _, _ float64) float64 { return 0.5 * x * x }},
		{"sin(x_pre - x_post - w)", func(x, y, w float64) float64 { return math.Sin(x - y - w) }},
		{"tanh(x_post)*sin(x_pre*x_post)", func(x, y, _ float64) float64 { return math.Tanh(y) * math.Sin(x*y) }},
		{"1", func(_, _, _ float64) float64 { return 1 }},
	} {
		for _, way := range []struct {
			name      string
			p         float64
			condition string
		}{{"some", 0.4, ""}, {"all", 1, ""}, {"all others", 1, "i != j"}, {"to a part", 0.4, ""}} {
			t.Run(fmt.Sprintf("%s, %s", c.text, way.name), func(t *testing.T) {
				const n = 300
				source := func(text string) *diag.Source { return &diag.Source{Name: "text", Text: text} }
				g := &net.Group{Name: "g", N: n, Dialect: check.Brian, Equations: source("x : 1\ny = x**2 : 1\nsum : 1\nother : 1")}
				x, w := make([]float64, n), 0.0
				for i := range x {
					x[i] = s.round(3*math.Sin(float64(7*i)) + 0.01*float64(i))
				}
				g.Initial = []net.Assignment{{Var: "x", Values: x}}
				pre, post := net.Span{Group: g, Stop: n}, net.Span{Group: g, Stop: n}
				if way.name == "to a part" {
					pre.Start, post.Start, post.Stop = 20, 40, 240
				}
				connection := &net.Connection{Rule: connect.FixedProbability{P: way.p}}
				if way.condition != "" {
					connection = &net.Connection{Condition: source(way.condition)}
				}
				syn := &net.Synapses{Name: "S", Pre: pre, Post: post, Equations: source("w : 1\nsum_post = " + c.text + " : 1 (summed)"),
					Connect: []*net.Connection{connection}, Initial: []net.Assignment{{Var: "w", Expr: source("0.001*((i + 3*j) % 10)")}}}
				r := compile(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}}, s.options())
				steps(t, r, 1)
				is, js, ok := r.Edges(syn)
				if !ok || len(is) < 1000 {
					t.Fatalf("%d synapses", len(is))
				}
				want, size := make([]float64, n), make([]float64, n)
				for k := range is {
					w = s.round(0.001 * float64((int(is[k])+3*int(js[k]))%10))
					v := c.value(x[int(is[k])+pre.Start], x[int(js[k])+post.Start], w)
					want[int(js[k])+post.Start] += v
					size[int(js[k])+post.Start] += math.Abs(v) + 0.1
				}
				for i, v := range get(t, r, g, "sum") {
					if d := math.Abs(v - want[i]); !(d <= s.opt.Network*s.eps()*size[i]) {
						t.Fatalf("the sum of element %d is %v, synapse by synapse %v: off by %.3g eps of what was added", i, v, want[i], d/s.eps()/size[i])
					}
				}
			})
		}
	}
}
