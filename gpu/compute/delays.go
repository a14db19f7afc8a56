//go:build cgo

package compute

import (
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
)

// putDelays writes what differs between the kernels of several delays.
func (i *Instance) putDelays() error {
	for _, r := range i.layout.DelayedRuns() {
		d, _ := i.layout.DelaysOf(r)
		at := i.layout.Buffers[d.Table]
		if err := device.Upload(i.slabs[at.Slab].buf, at.Base, i.layout.DelayTable(d)); err != nil {
			return err
		}
	}
	return nil
}

// packValues copies values of synapses that the host has changed into the order in which spikes go through them.
func (i *Instance) packValues() error {
	if !i.unpacked {
		return nil
	}
	if err := i.dispatchAll(i.pack); err != nil {
		return err
	}
	i.unpacked = false
	return nil
}

// dispatchAll runs programs that do not wait for each other, between whole barriers.
func (i *Instance) dispatchAll(programs []*glsl.Program) error {
	if len(programs) == 0 {
		return nil
	}
	i.fullBarrier()
	for _, t := range programs {
		p, err := i.programOf(t)
		if err != nil {
			return err
		}
		if err := i.bind(p); err != nil {
			return err
		}
		if err := i.dev.Dispatch(p.Program, t.Groups, 1, 1); err != nil {
			return err
		}
	}
	i.fullBarrier()
	return nil
}
