package sim_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
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

// After its end a recording takes in nothing, spikes are still there to be looked at, and going back and forward over the end leaves in files
// what was in them.
func TestWatchingAfterRecording(t *testing.T) {
	g := &net.Group{Name: "G", N: 3, Namespace: nettest.Constants{}, Equations: nettest.Text("dx/dt = 1000/second : 1"), Method: "euler",
		Spiking: &net.Spiking{Threshold: nettest.Text("x >= i + 1.5"), Reset: nettest.Text("x = 0")}}
	m := &net.StateMonitor{Name: "x", Group: g, Vars: []string{"x"}}
	spikes := &net.SpikeMonitor{Name: "spikes", Of: net.All(g)}
	rate := &net.RateMonitor{Name: "rate", Of: net.All(g)}
	s, err := sim.Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}, SpikeMonitors: []*net.SpikeMonitor{spikes},
		RateMonitors: []*net.RateMonitor{rate}}, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	run := func(seconds float64) {
		t.Helper()
		if err := s.Run(context.Background(), seconds); err != nil {
			t.Fatal(err)
		}
	}
	saved := func() string {
		t.Helper()
		out := ""
		for _, r := range s.Recordings() {
			path := filepath.Join(t.TempDir(), r.Name+".csv")
			if err := r.SaveAs(path); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out += string(text)
		}
		return out
	}
	run(30e-3)
	before, err := s.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	run(30e-3)
	want, n := saved(), s.Spikes(spikes).Recording.Samples()
	s.StopRecording()
	run(60e-3)
	if got := s.Spikes(spikes).Recording.Samples(); got < 2*n-3 {
		t.Errorf("%d spikes to be seen in 120 ms, %d in 60 ms", got, n)
	}
	if saved() != want {
		t.Error("files have what came after the end")
	}
	if err := s.Rewind(before); err != nil {
		t.Fatal(err)
	}
	run(15e-3)
	run(60e-3)
	if saved() != want {
		t.Errorf("files changed by going back and forward:\n%s\nwant\n%s", saved(), want)
	}
}
