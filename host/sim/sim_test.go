package sim_test

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

func TestFieldRuns(t *testing.T) {
	f := nettest.Field(20, 0)
	m := &net.StateMonitor{Name: "Focus", Group: f.Focus, Vars: []string{"r"}, DT: 10e-3}
	f.Monitors = append(f.Monitors, m)
	s, err := sim.Compile(f.Network, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(context.Background(), 0.5); err != nil {
		t.Fatal(err)
	}
	for _, g := range []*net.Group{f.Input, f.Focus} {
		r, _, err := s.Get(g, "r")
		if err != nil {
			t.Fatal(err)
		}
		peak := 0.0
		for _, v := range r {
			peak = math.Max(peak, v)
		}
		if peak < 0.5 || peak > 1.01 {
			t.Errorf("%s: peak %g", g.Name, peak)
		}
	}
	if got := s.Recording(m).Samples(); got != 50 {
		t.Errorf("%d samples, want 50", got)
	}
	s.StopRecording()
	if err := s.Run(context.Background(), 0.1); err != nil {
		t.Fatal(err)
	}
	if got := s.Recording(m).Samples(); got != 50 || s.Time() < 0.599 {
		t.Errorf("%d samples at %g s after recording was stopped, want 50", got, s.Time())
	}
}
