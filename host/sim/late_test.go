package sim

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// lateChain is a group whose v grows by 1 each step, and synapses through which it arrives late, on either side.
func lateChain() (*net.Network, *net.Group, *net.Synapses) {
	g := &net.Group{Name: "g", N: 3, Equations: code("dv/dt = 1000/second : 1\nfrom : 1\nback : 1"), Initial: []net.Assignment{{Var: "v", Values: []float64{100, 200, 300}}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: code("from_post = v_pre : 1 (summed)\nback_pre = v_post : 1 (summed)"),
		Sums: &net.Pathway{Name: net.SumsPathway, Delay: []float64{6e-3, 1e-3}}, Connect: []*net.Connection{{I: []int32{0, 0}, J: []int32{1, 2}}}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, g, s
}

// TestLateSums stores, restores and changes delays while what is late is under way.
func TestLateSums(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	n, g, syn := lateChain()
	s, err := Compile(n, Options{Backend: cpu.Backend{}, Precision: plan.Double})
	must(err)
	defer s.Close()
	run := func(steps int, from1, from2, back0 float64) {
		t.Helper()
		must(s.Run(context.Background(), float64(steps)*1e-3))
		from, _, err := s.Get(g, "from")
		must(err)
		back, _, err := s.Get(g, "back")
		must(err)
		if math.Abs(from[1]-from1)+math.Abs(from[2]-from2)+math.Abs(back[0]-back0) > 1e-9 {
			t.Fatalf("from %v, back %v; want %v, %v, %v", from, back, from1, from2, back0)
		}
	}
	run(10, 103, 108, 203+308) // in step 9
	file := filepath.Join(t.TempDir(), "state")
	must(s.Store(""))
	must(s.StoreFile(file, ""))
	run(3, 106, 111, 206+311)
	must(s.Restore("", RestoreOptions{}))
	run(3, 106, 111, 206+311)
	must(s.RestoreFile(file, "", RestoreOptions{}))
	run(3, 106, 111, 206+311)
	// A delay that grows: what was not kept counts as the oldest that was. One that shrinks has all it needs.
	syn.Sums.Delay = []float64{9e-3, 2e-3}
	run(1, 106, 111, 206+311) // step 13; kept are 6 to 12
	run(2, 106, 113, 206+313)
	run(1, 107, 114, 207+314)
	syn.Sums.Delay = []float64{1e-3}
	run(1, 116, 116, 216+316)
	syn.Sums.Delay = nil
	run(1, 118, 118, 218+318)
	syn.Sums.Delay = []float64{4e-3}
	run(2, 119, 119, 219+319) // steps 19 and 20: nothing was kept before step 19
	run(4, 120, 120, 220+320)
	if got, _, err := s.GetSynapses(syn, "summed.delay"); err != nil || !slices.Equal(got, []float64{4e-3, 4e-3}) {
		t.Errorf("delays %v, %v", got, err)
	}
	// A state with other delays than those of now.
	must(s.Restore("", RestoreOptions{}))
	run(1, 106, 106, 206+306)
}

// TestLateRefused has delays that mean nothing.
func TestLateRefused(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*net.Network, *net.Group, *net.Synapses)
	}{
		{"s.summed: the delay of synapse 1 (from 0 to 2) is -1 ms", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Sums.Delay[1] = -1e-3 }},
		{"not a time", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Sums.Delay[1] = math.NaN() }},
		{"not a time", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Sums.Delay[1] = math.Inf(1) }},
		{"longer than steps", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Sums.Delay[1] = 1e300 }},
		{"of the last 1000000002 steps", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Sums.Delay[1] = 1000000.001 }},
		{"2 synapses, but 3 delays", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Sums.Delay = []float64{1, 2, 3} }},
		{"no variable that is (summed)", func(_ *net.Network, _ *net.Group, s *net.Synapses) { s.Equations = code("w : 1") }},
		{`"h" has 2 ms, "g" 1 ms`, func(n *net.Network, g *net.Group, s *net.Synapses) {
			h := *g
			h.Name, h.DT = "h", 2e-3
			n.Groups, s.Pre = append(n.Groups, &h), net.All(&h)
		}},
		{"draws random numbers anew wherever it is read", func(n *net.Network, g *net.Group, s *net.Synapses) {
			h := &net.Group{Name: "h", N: g.N, Equations: code("r = rand() : 1")}
			n.Groups, s.Pre, s.Equations = append(n.Groups, h), net.All(h), code("from_post = r_pre : 1 (summed)")
		}},
		{"is taken elsewhere", func(_ *net.Network, _ *net.Group, s *net.Synapses) {
			s.SumAt = map[string]net.Moment{"from_post": {When: "end"}}
		}},
		{"g_code runs for one neuron after another", func(_ *net.Network, g *net.Group, _ *net.Synapses) {
			g.Code = []*net.CodeBlock{{Name: "g_code", Code: code("v = from"), Update: net.RandomOrder}}
		}},
	} {
		n, g, syn := lateChain()
		c.change(n, g, syn)
		s, err := Compile(n, Options{Backend: cpu.Backend{}, Precision: plan.Double})
		if err == nil {
			s.Close()
			t.Errorf("no error; want %q", c.want)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "internal error") {
			t.Errorf("error %q, want %q", err, c.want)
		}
	}
}
