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
		{"multiple of a difference", "0.1*cos(2*(x_pre - x_post)/3)", 0.5, "over synapses", "level"},
		{"numbers of the ends", "sin(x_pre - x_post - 0.1*(i - j))", 0.5, "over synapses", "level"},
		{"divided by one end", "sin(x_pre - x_post)/(1 + x_post**2)", 0.5, "over synapses", "level"},
		{"divided by both ends", "sin(x_pre - x_post)/(1 + x_pre*x_post)", 0.5, "summed s", "over synapses"},
		{"harmonics", "sin(x_pre - x_post) + sin(2*(x_pre - x_post)) + cos(3*(x_pre - x_post))", 0.5, "summed s", "over synapses"},
		{"harmonics, all to all", "sin(x_pre - x_post) + sin(2*(x_pre - x_post)) + cos(3*(x_pre - x_post))", 1, "level 0", "post 0 index=0"},
		{"one sum for two terms", "x_post*sin(x_pre) + 0.5*sin(x_pre - x_post)", 0.5, "sum 1", "sum 2"},
		{"difference, all to all", "0.1*(x_pre - x_post)/(1 + x_post**2)", 1, "less the mean", "post 0 index=0"},
		{"square of a difference, all to all", "(x_pre - x_post)**2", 1, "summed s", "level"},
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

// Ranges of elements that are connected in full are found, and nothing else is taken for one.
func TestFullRanges(t *testing.T) {
	for _, c := range []struct {
		what      string
		connected func(i, j int) bool
		pre, post stretch // empty: not full
		self      bool
	}{
		{"all", func(i, j int) bool { return true }, stretch{0, 9}, stretch{0, 9}, true},
		{"all others", func(i, j int) bool { return i != j }, stretch{0, 9}, stretch{0, 9}, false},
		{"ranges apart", func(i, j int) bool { return i >= 5 && j < 5 }, stretch{5, 9}, stretch{0, 5}, true},
		{"all others of a range", func(i, j int) bool { return i >= 2 && i < 7 && j >= 2 && j < 7 && i != j }, stretch{2, 7}, stretch{2, 7}, false},
		{"all others of ranges that overlap", func(i, j int) bool { return i < 7 && j > 2 && i != j }, stretch{0, 7}, stretch{3, 9}, false},
		{"one lacks all", func(i, j int) bool { return j != 4 }, stretch{}, stretch{}, false},
		{"one is lacked by all", func(i, j int) bool { return i != 4 }, stretch{}, stretch{}, false},
		{"one has itself", func(i, j int) bool { return i != j || i == 3 }, stretch{}, stretch{}, false},
		{"each lacks another", func(i, j int) bool { return i != (j+1)%9 }, stretch{}, stretch{}, false},
		{"one pair is lacked", func(i, j int) bool { return i != 3 || j != 6 }, stretch{}, stretch{}, false},
		{"triangle", func(i, j int) bool { return i <= j }, stretch{}, stretch{}, false},
		{"nothing", func(i, j int) bool { return false }, stretch{}, stretch{}, false},
	} {
		source := func(text string) *diag.Source { return &diag.Source{Name: "text", Text: text} }
		g := &net.Group{Name: "g", N: 9, Dialect: check.Brian, Equations: source("dx/dt = -x/second : 1\ns : 1"), Method: "euler"}
		pairs := &net.Connection{I: []int32{}, J: []int32{}}
		for j := range 9 {
			for i := range 9 {
				if c.connected(i, j) {
					pairs.I, pairs.J = append(pairs.I, int32(i)), append(pairs.J, int32(j))
				}
			}
		}
		s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Equations: source("s_post = x_pre : 1 (summed)"), Connect: []*net.Connection{pairs}}
		var found [2]*full
		kept := Pairs{}
		for k := range found {
			res, err := Build(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, Options{Precision: Double, Seed: 1, Pairs: kept})
			if err != nil {
				t.Fatal(c.what, err)
			}
			if conn := res.Plan.Conns[0]; conn.Unused {
				for _, known := range kept[s].made.known {
					found[k] = known.full
				}
				if len(kept[s].made.rows) > 0 {
					t.Errorf("%s: rows are kept that nothing runs over", c.what)
				}
			} else {
				found[k] = res.builder.fullOf(conn)
			}
		}
		f := found[0]
		if f != found[1] {
			t.Errorf("%s: looked for anew for another plan", c.what)
		}
		switch {
		case f == nil && c.pre.len() > 0, f != nil && (f.pre != c.pre || f.post != c.post || f.self != c.self):
			t.Errorf("%s: %+v", c.what, f)
		}
	}
}
