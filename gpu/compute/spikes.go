//go:build cgo

package compute

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// spikeRing is the host's side of a spike monitor: what was moved from the device and not drained yet.
type spikeRing struct{ moved exec.Spikes }

// DrainSpikes returns the spikes of a monitor since the last call.
func (i *Instance) DrainSpikes(monitor int) (*exec.Spikes, error) {
	if i.closed {
		return nil, errClosed
	}
	if monitor < 0 || monitor >= len(i.spikeRings) {
		return nil, fmt.Errorf("spike monitor %d does not exist: the plan has %d", monitor, len(i.spikeRings))
	}
	i.fullBarrier()
	if err := i.moveSpikes(monitor); err != nil {
		return nil, err
	}
	out := i.spikeRings[monitor].moved
	i.spikeRings[monitor].moved = exec.Spikes{}
	r, m := i.layout.SpikeRings[monitor], i.plan.SpikeMonitors[monitor]
	if out.Values == nil {
		out.Values = make([][]float64, len(m.Vars))
	}
	if r.Counts >= 0 {
		counts := make([]float64, m.To-m.From)
		if err := i.get(r.Counts, 0, counts, device.ReadRecord); err != nil {
			return nil, err
		}
		out.Counts = make([]int64, len(counts))
		for k, c := range counts {
			out.Counts[k] = int64(c)
		}
	}
	return &out, nil
}

// moveAllSpikes empties the rings of all spike monitors.
func (i *Instance) moveAllSpikes() error {
	for m := range i.spikeRings {
		if err := i.moveSpikes(m); err != nil {
			return err
		}
	}
	return nil
}

// moveSpikes copies the ring of a spike monitor to the host and empties it. The caller has issued the barrier.
func (i *Instance) moveSpikes(monitor int) error {
	r := i.layout.SpikeRings[monitor]
	if r.Fill < 0 {
		return nil
	}
	var fill [2]float64
	if err := i.get(r.Fill, 0, fill[:], device.ReadRecord); err != nil {
		return err
	}
	n := int(max(fill[0], fill[1])) // it only grows
	if n == 0 {
		return nil
	}
	at := i.layout.Buffers[r.Fill]
	if err := device.Fill(i.slabs[at.Slab].buf, at.Base, 2, int32(0)); err != nil {
		return err
	}
	got := &i.spikeRings[monitor].moved
	steps, index := make([]int32, n), make([]int32, n)
	for b, dst := range map[int][]int32{r.Steps: steps, r.Index: index} {
		at := i.layout.Buffers[b]
		if err := device.Read(i.slabs[at.Slab].buf, at.Base, dst, device.ReadRecord); err != nil {
			return err
		}
	}
	// The device keeps the low word of a step; it is not behind the current one.
	now := int64(clockStep(&i.plan.Clocks[i.plan.SpikeMonitors[monitor].Clock], i.at.Step))
	for _, s := range steps {
		step := now&^0xffffffff | int64(uint32(s))
		if step > now {
			step -= 1 << 32
		}
		got.Steps = append(got.Steps, step)
	}
	got.Index = append(got.Index, index...)
	if got.Values == nil {
		got.Values = make([][]float64, len(i.plan.SpikeMonitors[monitor].Vars))
	}
	for v, b := range r.Values {
		values := make([]float64, n)
		if err := i.get(b, 0, values, device.ReadRecord); err != nil {
			return err
		}
		got.Values[v] = append(got.Values[v], values...)
	}
	return nil
}

// refreshList computes the dispatch arguments of a spike list anew, after the host wrote it.
func (i *Instance) refreshList(b plan.BufferID) error {
	s, ok := i.layout.Lists[b]
	if !ok || i.plan.Buffers[b].Type != ir.Int {
		return nil
	}
	args := make([]int32, glsl.ArgsPerRow*s.Rows+3)
	longest := 0
	for r := range s.Rows {
		var count [1]float64
		if err := i.get(int(b), r*s.Width, count[:], device.ReadState); err != nil {
			return err
		}
		n := max(0, min(int(count[0]), s.Width-1))
		longest = max(longest, n)
		copy(args[glsl.ArgsPerRow*r:], glsl.Args(s, n))
	}
	copy(args[glsl.ArgsPerRow*s.Rows:], glsl.Args(s, longest)[:3])
	at := i.layout.Buffers[s.Args]
	return device.Upload(i.slabs[at.Slab].buf, at.Base, args)
}

// forgetSpikes clears the bits of the last spikes, before a state of another step: which of two rows is in use follows from the step.
func (i *Instance) forgetSpikes() error {
	for _, s := range i.layout.Lists {
		if !s.Keep {
			continue
		}
		at := i.layout.Buffers[s.Bits]
		if err := device.Fill(i.slabs[at.Slab].buf, at.Base, at.Len, int32(0)); err != nil {
			return err
		}
	}
	return nil
}
