//go:build cgo && linux

package bench

import (
	"context"
	"testing"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/sim"
)

// plainOn is the gl backend that dispatches every step by itself.
func plainOn(t *testing.T, d *device.Device) *compute.Backend {
	b, err := compute.New(d)
	if err != nil {
		t.Fatal(err)
	}
	b.Mode = compute.Plain
	return b
}

// A step of a spiking network takes at most three dispatches. Most take two: what happens in neurons with the threshold, the list of spikes and
// its recording; and what spikes do with the reset. Input that is added between the two takes a third.
func TestDispatches(t *testing.T) {
	d, done, err := openDevice()
	if err != nil {
		if gltest.Required() {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: %v", err)
	}
	defer done()
	for _, c := range []struct {
		w                    Workload
		dispatches, barriers int64 // in a step
	}{
		{cuba(400), 2, 2}, {coba(400), 2, 2}, {cobahh(400), 2, 2}, {brunelOf(400, 100), 3, 3}, {microcircuit(0.02, false), 2, 2}, {stdp(100), 2, 2}, {spreizer(20), 2, 2},
	} {
		network, err := c.w.Build()
		if err != nil {
			t.Fatal(err)
		}
		res, err := sim.Check(network, sim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		x, err := plainOn(t, d).Load(res.Plan, exec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		const steps = 40
		advance := func(to int64) (dispatches, barriers int64) {
			before := d.Stats()
			if _, err := x.Advance(context.Background(), to); err != nil {
				t.Fatal(err)
			}
			after := d.Stats()
			return after.Dispatches - before.Dispatches, after.Barriers - before.Barriers
		}
		advance(20) // programs, and spikes on their way
		d1, b1 := advance(20 + steps)
		// Batches end with a barrier, and what the last step has sent is applied once.
		if got := d1 / steps; got != c.dispatches || d1 > c.dispatches*steps+1 {
			t.Errorf("%s: %d dispatches in %d steps, want %d in each", c.w.Name, d1, steps, c.dispatches)
		}
		if b1 < c.barriers*steps || b1 > (c.barriers+1)*steps+2 {
			t.Errorf("%s: %d barriers in %d steps, want %d in each", c.w.Name, b1, steps, c.barriers)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
