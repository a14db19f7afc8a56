package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// heap is what is allocated and in use, after what is not has been freed.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// monitored adds a monitor that keeps a value of each cell in every step.
func monitored(w Workload) Workload {
	build := w.Build
	w.Name += ", monitored"
	w.Build = func() (*net.Network, error) {
		n, err := build()
		if err == nil {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "states", Group: n.Groups[0], Vars: []string{w.Watch[0].Var}})
		}
		return n, err
	}
	return w
}

// alone is cells of CUBA that are not connected, with each kind of monitor of spikes.
func alone(n int) Workload {
	w := cuba(n)
	build := w.Build
	w.Name += ", alone"
	w.Build = func() (*net.Network, error) {
		network, err := build()
		if err == nil {
			network.Synapses = nil
			all := net.All(network.Groups[0])
			network.SpikeMonitors = []*net.SpikeMonitor{{Name: "spikes", Of: all}, {Name: "counts", Of: all, CountOnly: true}}
			network.RateMonitors = []*net.RateMonitor{{Name: "rate", Of: all}}
		}
		return network, err
	}
	return w
}

// What a plan is said to take is what a network then has, to 5 %: on the heap with the cpu backend, in OpenGL's buffers with gl.
func TestMemoryEstimate(t *testing.T) {
	list := map[string]exec.Backend{}
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	list["cpu"] = c
	gl, made, allocated, done, err := openCounted()
	switch {
	case err == nil:
		defer done()
		list["gl"], list["gl, made on the device"] = gl, made
	case gltest.Required():
		t.Fatal(err)
	default:
		t.Logf("SKIPPED gl: %v", err)
	}
	workloads, err := Select([]string{"cuba-40000", "coba", "stdp", "spreizer-5", "field-100", "sparse", "delays", "pymonnto-2000", "microcircuit-0.1", "procedural-30000", "brunel", "kuramoto-full", "nmda-1000"})
	if err != nil {
		t.Fatal(err)
	}
	const fixed = 1 << 20 // programs, descriptions, and what does not grow with the network
	for _, w := range append(workloads, monitored(workloads[0]), alone(300_000), kuramoto("kuramoto-full-10000", 10_000, 0)) {
		for name, b := range list {
			if b == made && w.Name != "cuba-40000" && w.Name != "brunel" && w.Name != "microcircuit-0.1" {
				continue // it leaves nothing to the device
			}
			for _, precision := range []plan.Precision{plan.Single, plan.Double} {
				if b == made && w.Name == "microcircuit-0.1" && precision == plan.Double {
					continue // on a processor it takes a while
				}
				t.Run(fmt.Sprintf("%s/%s/%s", w.Name, name, precisionName(precision)), func(t *testing.T) {
					n, err := w.Build()
					if err != nil {
						t.Fatal(err)
					}
					before, device := heap(), allocated()
					s, err := sim.Compile(n, sim.Options{Backend: b, Precision: precision, Seed: 1, Threads: 1})
					if err != nil {
						t.Fatal(err)
					}
					defer s.Close()
					if name == "cpu" { // what the first step makes, and samples up to what is drained together
						until := int64(1)
						if len(n.Monitors) > 0 {
							until = int64(s.Plan().Monitors[0].Capacity)
						}
						if _, err := s.Instance().Advance(context.Background(), until); err != nil {
							t.Fatal(err)
						}
					}
					want, err := exec.MemoryOf(b, s.Plan())
					if err != nil {
						t.Fatal(err)
					}
					check := func(what string, want, got int64, fixed float64) {
						t.Logf("%s: %s estimated, %s allocated", what, plan.FormatBytes(want), plan.FormatBytes(got))
						if d := math.Abs(float64(want - got)); d > 0.05*float64(got)+fixed {
							t.Errorf("%s: %d bytes were estimated, %d allocated (%.2f times)", what, want, got, float64(want)/float64(got))
						}
					}
					if name != "cpu" {
						check("device", want.Total, allocated()-device, 4096)
						check("host", want.Host, heap()-before, fixed)
					} else {
						check("all", want.All(), heap()-before, fixed)
					}
					runtime.KeepAlive(n)
				})
			}
		}
	}
}
