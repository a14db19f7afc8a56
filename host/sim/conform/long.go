package conform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// long runs what goes round a loop very often: many steps at once, and sums of many numbers. Mesa's llvmpipe leaves every loop of an
// invocation after 65535 rounds without a word; a backend has to stay below, or to refuse the network.
func (s *suite) long(t *testing.T) {
	for _, size := range []int{10, 300, 5000} {
		g := &net.Group{Name: "g", N: size, Dialect: check.ANNarchy, Equations: &diag.Source{Name: "g", Text: "count += 1 : int\nr = count % 7 + Uniform(0.0, 0.0)"}}
		r := compile(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}}, s.options())
		const until = 20_000
		steps(t, r, until)
		for i, x := range get(t, r, g, "count") {
			if x != until {
				t.Fatalf("element %d of %d counts %v steps, want %d", i, size, x, until)
			}
		}
	}
	for _, size := range []int{50_000, 70_000} {
		for _, rule := range []connect.Rule{connect.AllToAll{}, connect.FixedProbability{P: 1}, connect.FixedNumberPre{N: 1000}} {
			t.Run(fmt.Sprintf("%s %d", rule.Name(), size), func(t *testing.T) {
				a := &net.Group{Name: "a", N: size, Dialect: check.ANNarchy, Equations: &diag.Source{Name: "a", Text: "r = 1.0 : init=1.0"}}
				b := &net.Group{Name: "b", N: 3, Dialect: check.ANNarchy, Equations: &diag.Source{Name: "b", Text: "r = sum(exc)"}}
				n := &net.Network{DT: 1e-3, Groups: []*net.Group{a, b}, Projections: []*net.Projection{{Name: "p", Pre: a, Post: b, Target: "exc", Rule: rule}}}
				r, err := sim.Compile(n, s.options())
				if err != nil && strings.Contains(err.Error(), "65535") {
					t.Logf("refused: %v", err)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				steps(t, r, 2)
				want := float64(size)
				if f, ok := rule.(connect.FixedNumberPre); ok {
					want = float64(f.N)
				}
				for i, x := range get(t, r, b, "r") {
					if x != want {
						t.Errorf("element %d receives %v, want %v", i, x, want)
					}
				}
			})
		}
	}
}
