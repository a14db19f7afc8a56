package cpu

import (
	"testing"

	"github.com/galvani-sim/galvani/host/plan"
)

// A host that drains after every sample must not pay for the whole ring each time; one that drains late pays once.
func TestRingGrowsWithItsUse(t *testing.T) {
	r := newRing[float64](nil, &plan.Monitor{Capacity: 1 << 16})
	for k := range int64(5) {
		if err := r.run(k); err != nil {
			t.Fatal(err)
		}
		if cap(r.steps) > 64 {
			t.Fatalf("room for %d samples after one", cap(r.steps))
		}
		r.reset()
	}
	for k := range int64(1000) {
		if err := r.run(k); err != nil {
			t.Fatal(err)
		}
	}
	r.reset()
	if err := r.run(0); err != nil {
		t.Fatal(err)
	}
	if cap(r.steps) < 1000 {
		t.Errorf("room for %d samples after 1000", cap(r.steps))
	}
}
