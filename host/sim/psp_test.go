package sim_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// pspNetwork has a source whose rate of neuron i is (i+1)*(step), and a target that stores what it receives.
func pspNetwork(rule connect.Rule, psp string, delay float64) (*net.Network, *net.Group) {
	grid := &connect.Grid{Layers: 1, Rows: 1, Cols: 4}
	src := &net.Group{Name: "src", N: 4, Grid: grid, Dialect: check.ANNarchy, Namespace: nettest.Constants{},
		Params: nettest.Text("gain = 2.0"), Equations: nettest.Text("r = (i + 1)*(t + 1)")}
	dst := &net.Group{Name: "dst", N: 4, Grid: grid, Dialect: check.ANNarchy, Namespace: nettest.Constants{},
		Params: nettest.Text("bias = 0.5"), Equations: nettest.Text("r = sum(in)")}
	dst.Initial = []net.Assignment{{Var: "bias", Values: []float64{1, 2, 3, 4}}}
	p := &net.Projection{Name: "p", Pre: src, Post: dst, Target: "in", Rule: rule, Psp: nettest.Text(psp), Delay: delay, DelaySet: delay > 0}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{src, dst}, Projections: []*net.Projection{p}}, dst
}

func TestPsp(t *testing.T) {
	rules := map[string]connect.Rule{
		"one to one": connect.OneToOne{Weight: connect.Constant(3)},
		"all to all": connect.AllToAll{Weight: connect.Constant(3), AllowSelf: true},
		"gaussian":   connect.Gaussian{Amp: 1, Sigma: 0.4, Limit: 0.01, AllowSelf: true},
		"arrays":     &connect.Arrays{Pre: []int32{0, 3, 2}, Post: []int32{1, 1, 2}, W: []float64{1, 2, 3}},
	}
	weight := func(rule string, i, j int) float64 {
		switch rule {
		case "one to one":
			if i == j {
				return 3
			}
			return 0
		case "all to all":
			return 3
		case "gaussian":
			d := float64(i-j) / 3
			return math.Exp(-d * d / (2 * 0.4 * 0.4))
		}
		return map[[2]int]float64{{0, 1}: 1, {3, 1}: 2, {2, 2}: 3}[[2]int{i, j}]
	}
	for name, rule := range rules {
		for _, delay := range []float64{0, 3e-3} {
			n, dst := pspNetwork(rule, "w * pre.r * pre.r + w * post.bias", delay)
			if name == "one to one" && delay == 0 {
				n.Projections[0].Psp.Text = "w * pre.r * pre.r + w * post.bias + 0*pre.gain"
			}
			s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := s.RunSteps(context.Background(), 6); err != nil {
				t.Fatal(err)
			}
			got, _, err := s.Get(dst, "r")
			if err != nil {
				t.Fatal(err)
			}
			for j := range 4 {
				want := 0.0
				for i := range 4 {
					// Step 6 reads the rate of step 5, or of 3 with the delay.
					r := float64(i+1) * 5
					if delay > 0 {
						r = float64(i+1) * 3
					}
					w := weight(name, i, j)
					want += w*r*r + w*float64(j+1)
				}
				if math.Abs(got[j]-want) > 1e-12*math.Abs(want) {
					t.Errorf("%s, delay %g: r[%d] = %v, want %v", name, delay, j, got[j], want)
				}
			}
			s.Close()
		}
	}
}

func TestPspMistakes(t *testing.T) {
	for psp, want := range map[string]string{
		"w * pre.x":            `no variable "x"`,
		"w * pre.r +":          "",
		"w * pre.r * pre.gain": "only pre.r",
	} {
		n, _ := pspNetwork(connect.OneToOne{Weight: connect.Constant(1)}, psp, 5e-3)
		_, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", psp, err, want)
		}
	}
}
