package sim_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// draining counts how often counts are asked for.
type draining struct {
	exec.Backend
	asked *int
}

func (d draining) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	inst, err := d.Backend.Load(p, o)
	return drained{inst, d.asked}, err
}

type drained struct {
	exec.Instance
	asked *int
}

func (d drained) DrainSpikes(i int) (*exec.Spikes, error) {
	*d.asked++
	return d.Instance.(exec.SpikeRecorder).DrainSpikes(i)
}

// stepwise drives a simulation in many parts.
type stepwise struct{}

func (stepwise) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	for s.Instance().At().Step < until {
		if err := s.Advance(ctx, s.Instance().At().Step+1); err != nil {
			return err
		}
	}
	return nil
}

// Counts have the size of the network, so they are taken over at the end of a run and when asked for, not in each part of a run.
func TestCountsAreTakenOnce(t *testing.T) {
	g := &net.Group{Name: "G", N: 3, Namespace: nettest.Constants{}, Equations: nettest.Text("dx/dt = 1000/second : 1"), Method: "euler",
		Spiking: &net.Spiking{Threshold: nettest.Text("x >= i + 1.5"), Reset: nettest.Text("x = 0")}}
	counts := &net.SpikeMonitor{Name: "counts", Of: net.All(g), CountOnly: true}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, SpikeMonitors: []*net.SpikeMonitor{counts}}
	seen := ""
	var s *sim.Sim
	n.Operations = []*net.Operation{{Name: "look", DT: 30e-3, Func: func(net.State) error {
		if err := s.Flush(); err != nil {
			return err
		}
		seen += fmt.Sprint(s.Spikes(counts).Counts)
		return nil
	}}}
	asked := 0
	var err error
	s, err = sim.Compile(n, sim.Options{Backend: draining{cpu.Backend{}, &asked}, Precision: plan.Double, Driver: stepwise{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := func(when, counted string, calls int) {
		t.Helper()
		if got := fmt.Sprint(s.Spikes(counts).Counts); got != counted || asked != calls {
			t.Errorf("%s: %s asked for %d times, want %s and %d", when, got, asked, counted, calls)
		}
	}
	if err := s.Run(context.Background(), 60e-3); err != nil {
		t.Fatal(err)
	}
	want("after a run", "[30 20 15]", 3) // two operations, and the end
	if seen != "[0 0 0][15 10 7]" {
		t.Errorf("operations saw %s", seen)
	}
	if err := s.Advance(context.Background(), 66); err != nil {
		t.Fatal(err)
	}
	want("after a part of one", "[30 20 15]", 4)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	want("when asked for", "[33 22 16]", 5)
	c, err := s.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(context.Background(), 80); err != nil {
		t.Fatal(err)
	}
	if err := s.Rewind(c); err != nil {
		t.Fatal(err)
	}
	if err := s.RunSteps(context.Background(), 12); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Spikes(counts).Counts); got != "[39 26 19]" {
		t.Errorf("after going back %s", got)
	}
}
