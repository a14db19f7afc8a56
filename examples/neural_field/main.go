// Command neural_field is the model of neural_field.star as a Go program: a network described with host/net, run by host/sim.
//
//	go run ./examples/neural_field -n 20 -duration 2 -out Focus.npz
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

func main() {
	n := flag.Int("n", 20, "each population has n x n neurons")
	noise := flag.Float64("noise", 1, "width of the uniform noise on both populations")
	duration := flag.Float64("duration", 2, "simulated seconds")
	out := flag.String("out", "Focus.npz", "where Focus goes: .npz or .csv")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *n, *noise, *duration, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run simulates a field for a duration in seconds and writes Focus, sampled every 100 ms, into a file.
func run(ctx context.Context, n int, noise, duration float64, out string) error {
	if n < 1 {
		return fmt.Errorf("-n %d: a field has at least one neuron", n)
	}
	f := describe(n, noise)
	monitor := &net.StateMonitor{Name: "Focus", Group: f.focus, Vars: []string{"r"}, DT: 100e-3}
	f.Monitors = append(f.Monitors, monitor)
	s, err := sim.Compile(f.Network, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 1})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Run(ctx, duration); err != nil {
		return err
	}
	if err := s.Recording(monitor).SaveAs(out); err != nil {
		return err
	}
	steps, spent := s.Instance().At().Step, s.Timing().Simulate
	fmt.Printf("%d steps in %.3g s; %d samples of Focus in %s\n", steps, spent, s.Recording(monitor).Samples(), out)
	return nil
}

// field is the described network, with its populations at hand.
type field struct {
	*net.Network
	input, focus *net.Group
}

// describe describes the network. Nothing is parsed or allocated before sim.Compile, which reports all that is wrong with it.
func describe(n int, noise float64) *field {
	grid := &connect.Grid{Layers: 1, Rows: n, Cols: n}
	names := constants{"middle": float64(n) / 2, "noise": noise}
	input := &net.Group{
		Name: "Input", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: names,
		Equations: text("Input", `
			angle = 2*pi*(t + dt)/5000.0 : population
			baseline = exp(-((x - middle*(1 + 0.5*cos(angle)))**2 + (y - middle*(1 + 0.5*sin(angle)))**2) / 8.0)
			r = pos(baseline + noise*Uniform(-0.5, 0.5))`),
	}
	focus := &net.Group{
		Name: "Focus", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: names,
		Params:    text("parameters of Focus", "tau = 10.0 : population"),
		Equations: text("Focus", "tau * dr/dt + r = sum(exc) + sum(inh) + noise*Uniform(-0.5, 0.5) : min=0.0, max=1.0"),
	}
	return &field{input: input, focus: focus, Network: &net.Network{
		DT:     1e-3,
		Groups: []*net.Group{input, focus},
		Projections: []*net.Projection{
			{Name: "ff", Pre: input, Post: focus, Target: "exc", Rule: connect.OneToOne{Weight: connect.Constant(1)}, Delay: 20e-3, DelaySet: true},
			{Name: "lat", Pre: focus, Post: focus, Target: "inh",
				Rule: connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}},
		},
	}}
}

// text is a block of equations; errors point into it by name, line and column.
func text(name, equations string) *diag.Source { return &diag.Source{Name: name, Text: equations} }

// constants are the names that the equations take from the program: numbers without units.
type constants map[string]float64

// Lookup implements check.Scope.
func (c constants) Lookup(name string) (check.Value, bool) {
	v, ok := c[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

// Names implements check.Scope; misspelt names are compared with them.
func (c constants) Names() []string {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	return names
}
