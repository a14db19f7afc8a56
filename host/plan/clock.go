package plan

import (
	"fmt"
	"math"
)

// clocks collects the intervals of a network and places them on one common base tick.
type clocks struct {
	dts []float64
}

// add returns the index of the clock with interval dt, in seconds.
func (c *clocks) add(dt float64) int {
	for i, d := range c.dts {
		if d == dt {
			return i
		}
	}
	c.dts = append(c.dts, dt)
	return len(c.dts) - 1
}

// femto is the resolution in which intervals that are not multiples of each other are compared: 1 fs.
const femto = 1e15

// layout returns the base tick in seconds and the clocks' periods in base ticks.
func (c *clocks) layout() (base float64, list []Clock, err error) {
	base = c.dts[0]
	for _, d := range c.dts {
		if !(d > 0) || math.IsInf(d, 0) {
			return 0, nil, fmt.Errorf("the time step must be positive, not %g s", d)
		}
		base = math.Min(base, d)
	}
	if !c.multiples(base) {
		g := int64(math.Round(c.dts[0] * femto))
		for _, d := range c.dts[1:] {
			g = gcd(g, int64(math.Round(d*femto)))
		}
		base = float64(g) / femto
	}
	for _, d := range c.dts {
		p := math.Round(d / base)
		if p > 1e6 {
			return 0, nil, fmt.Errorf("time steps %v s have no common step of reasonable size; choose multiples of one step", c.dts)
		}
		list = append(list, Clock{Name: fmt.Sprintf("dt=%gs", d), Period: int64(p), DT: d})
	}
	return base, list, nil
}

func (c *clocks) multiples(base float64) bool {
	for _, d := range c.dts {
		if q := d / base; math.Abs(q-math.Round(q)) > 1e-6 {
			return false
		}
	}
	return true
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
