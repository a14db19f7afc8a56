package cpu

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The faster way is found, kept, and left when it is no longer the faster; trying the other costs little.
func TestPace(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := &pace{left: leastWait, most: 1}
	// run advances for so long, at so many seconds a step, and returns the share of the time that was spent alone.
	// Helpers do nothing in the first late chunks after they were asleep.
	run := func(total time.Duration, shared, alone float64, late int) float64 {
		spent, awake := map[bool]time.Duration{}, 0
		for spent[false]+spent[true] < total {
			each := shared
			if awake++; c.alone {
				awake = 0
			}
			if awake <= late {
				each = alone
			}
			steps := max(c.most, 1)
			took := time.Duration(float64(steps) * each * (1 + 0.05*r.Float64()) * 1e9)
			spent[c.alone] += took
			c.chunk(steps, took)
		}
		return spent[true].Seconds() / total.Seconds()
	}
	for _, x := range []struct {
		name          string
		shared, alone float64
		least, most   float64 // share of the time alone
		late          int
	}{
		{"an idle processor", 10e-6, 19e-6, 0, 0.03, 0},
		{"a busy one", 40e-6, 19e-6, 0.9, 1, 0},
		{"idle again", 10e-6, 19e-6, 0, 0.25, 0}, // found after at most mostWait chunks
		{"no difference", 10e-6, 10e-6, 0, 0.03, 0},
		{"large steps", 30e-3, 50e-3, 0, 0.05, 0},
		{"large steps, busy", 90e-3, 50e-3, 0.8, 1, 0},
		{"idle again, helpers late", 10e-6, 19e-6, 0, 0.25, 3},
	} {
		if got := run(4*time.Second+time.Duration(1000*max(x.shared, x.alone)*1e9), x.shared, x.alone, x.late); got < x.least || got > x.most {
			t.Errorf("%s: alone for %.3f of the time, want %g to %g", x.name, got, x.least, x.most)
		}
	}
}
