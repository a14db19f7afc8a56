//go:build cgo

package compute

import (
	"fmt"
	"sort"

	"github.com/galvani-sim/galvani/gpu/device"
)

// ring is the host's side of a monitor's device ring.
type ring struct {
	fill  int     // rows in use on the device
	ticks []int64 // base tick of every sample since the last Drain, those moved to the host first
	moved [][]float64
}

// roomFor bounds n ticks so that no ring overflows; a ring that is full is moved to the host first.
func (i *Instance) roomFor(n int64) (int64, error) {
	for m := range i.rings {
		r, mon := &i.rings[m], i.plan.Monitors[m]
		c := &i.plan.Clocks[mon.Clock]
		if room := int64(mon.Capacity - r.fill); i.samplesIn(m, n) > room {
			if room > 0 {
				// Up to, and not including, the tick of the first sample that has no room.
				n = min(n, nextDue(c, i.at.Step)+room*c.Period-i.at.Step)
			} else if nextDue(c, i.at.Step) == i.at.Step {
				if err := i.move(m); err != nil {
					return 0, err
				}
				n = min(n, max(1, int64(mon.Capacity)*c.Period))
			} else {
				n = min(n, nextDue(c, i.at.Step)-i.at.Step)
			}
		}
	}
	return n, nil
}

// samplesIn is the number of samples that monitor m takes in the next n ticks.
func (i *Instance) samplesIn(m int, n int64) int64 {
	c := &i.plan.Clocks[i.plan.Monitors[m].Clock]
	first := nextDue(c, i.at.Step)
	if first >= i.at.Step+n {
		return 0
	}
	return (i.at.Step+n-1-first)/c.Period + 1
}

// noteSample takes the next row of monitor m's ring.
func (i *Instance) noteSample(m int, tick int64) {
	r := &i.rings[m]
	r.fill++
	r.ticks = append(r.ticks, tick)
}

// move copies monitor m's ring to the host and empties it.
func (i *Instance) move(m int) error {
	r := &i.rings[m]
	if r.moved == nil {
		r.moved = make([][]float64, len(i.layout.Rings[m].Vars))
	}
	if r.fill > 0 {
		i.fullBarrier()
		for v, rv := range i.layout.Rings[m].Vars {
			rows := make([]float64, r.fill*rv.Len)
			if err := i.get(rv.Rows, 0, rows, device.ReadRecord); err != nil {
				return err
			}
			r.moved[v] = append(r.moved[v], rows...)
		}
	}
	r.fill = 0
	return nil
}

// trimSamples drops the samples noted for ticks behind a fault, which were not taken.
func (i *Instance) trimSamples(fault int64) {
	for m := range i.rings {
		r := &i.rings[m]
		n := sort.Search(len(r.ticks), func(k int) bool { return r.ticks[k] > fault })
		r.fill = max(0, r.fill-(len(r.ticks)-n))
		r.ticks = r.ticks[:n]
	}
}

// Drain returns the samples of a monitor since the last Drain.
func (i *Instance) Drain(monitor int) (steps []int64, values [][]float64, err error) {
	if i.closed {
		return nil, nil, errClosed
	}
	if monitor < 0 || monitor >= len(i.rings) {
		return nil, nil, fmt.Errorf("monitor %d does not exist: the plan has %d", monitor, len(i.rings))
	}
	if err := i.move(monitor); err != nil {
		return nil, nil, err
	}
	r := &i.rings[monitor]
	c := &i.plan.Clocks[i.plan.Monitors[monitor].Clock]
	steps = make([]int64, len(r.ticks))
	for k, t := range r.ticks {
		steps[k] = (t - c.Phase) / c.Period
	}
	values = r.moved
	r.ticks, r.moved = nil, nil
	return steps, values, nil
}
