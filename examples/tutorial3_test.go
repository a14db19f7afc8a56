package examples

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/sim"
)

// Sweep lets the engine take sweep() of a script.
func (e engine) Sweep(ctx context.Context, n *net.Network, seed uint64, from script.Simulation, o sim.SweepOptions, warn func(diag.List)) ([]*sim.SweepResult, error) {
	var err error
	if o.From, err = script.SweepFrom(from); err != nil {
		return nil, err
	}
	return sim.Sweep(ctx, n, sim.Options{Backend: e.backend, Precision: e.precision, Seed: seed, Warn: warn}, o)
}

// A loop over time constants, a sweep and one run with a neuron for each give the same rates.
func TestTutorial3(t *testing.T) {
	var out bytes.Buffer
	res, err := script.Run(context.Background(), "tutorial3/tutorial3.star", script.Options{Engine: inDouble, Set: []string{"duration=300*ms"}, Stdout: &out})
	for _, n := range res.Networks {
		defer n.Sim.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if want := "a sweep has the rates of a loop: True; one run with a neuron for each has them: True"; !strings.Contains(out.String(), want) {
		t.Errorf("%q does not say %q", out.String(), want)
	}
}
