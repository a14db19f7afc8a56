package sim

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Retire lets go of the device between two runs. Everything stays as it is: whatever is asked next that needs the device loads the network
// again, with its state, to the same bits. A program that makes many networks retires those that it has not used for a while.
func (s *Sim) Retire() error {
	if s.inst == nil || s.faulted != nil || s.calling {
		return nil
	}
	if _, already := s.inst.(*dormant); already {
		return nil
	}
	if err := s.drainCounts(); err != nil {
		return err
	}
	snap, err := s.inst.Snapshot()
	if err != nil {
		return err
	}
	if s.called != nil && snap.At == *s.called {
		snap.At.Item++ // the operation at this place has been called
	}
	s.counted = nil
	d := &dormant{sim: s, snap: snap, phases: s.inst.Phases()}
	err = s.inst.Close()
	s.inst = d
	return err
}

// dormant stands for the instance of a retired simulation until the device is needed.
type dormant struct {
	sim    *Sim
	snap   *exec.Snapshot
	phases []exec.Phase
	inst   exec.Instance // once awake, for those who still hold this
}

var (
	_ exec.Instance      = (*dormant)(nil)
	_ exec.SpikeRecorder = (*dormant)(nil)
	_ exec.Reseeder      = (*dormant)(nil)
)

// wake loads the network again and puts the real instance in place.
func (d *dormant) wake() (exec.Instance, error) {
	if d.inst != nil {
		return d.inst, nil
	}
	s := d.sim
	inst, err := s.opt.Backend.Load(s.res.Plan, exec.Options{Seed: s.opt.Seed, Threads: s.opt.Threads, Replica: s.opt.Replica})
	if err != nil {
		return nil, err
	}
	err = inst.Restore(d.snap)
	if loaded := (exec.Random{Seed: s.opt.Seed, Replica: s.opt.Replica}); err == nil && s.random != loaded {
		err = s.reseed(inst, s.random)
	}
	if err == nil {
		err = s.countFrom(inst)
	}
	if err != nil {
		inst.Close()
		return nil, err
	}
	d.inst, d.snap = inst, nil
	if s.inst == d {
		s.inst = inst
	}
	return inst, nil
}

// countFrom notes what a new instance's monitors that only count begin with.
func (s *Sim) countFrom(inst exec.Instance) error {
	recorder, ok := inst.(exec.SpikeRecorder)
	if !ok {
		return nil
	}
	s.counted = make([][]int64, len(s.res.Plan.SpikeMonitors))
	for i, p := range s.res.Plan.SpikeMonitors {
		if !p.CountOnly {
			continue
		}
		got, err := recorder.DrainSpikes(i)
		if err != nil {
			return err
		}
		s.counted[i] = got.Counts
	}
	return nil
}

// At implements exec.Instance.
func (d *dormant) At() exec.Position {
	if d.inst != nil {
		return d.inst.At()
	}
	return d.snap.At
}

// Snapshot implements exec.Instance.
func (d *dormant) Snapshot() (*exec.Snapshot, error) {
	if d.inst != nil {
		return d.inst.Snapshot()
	}
	return d.snap, nil
}

// Phases implements exec.Instance.
func (d *dormant) Phases() []exec.Phase { return d.phases }

// Close implements exec.Instance.
func (d *dormant) Close() error {
	if d.inst != nil {
		return d.inst.Close()
	}
	return nil
}

// Advance implements exec.Instance.
func (d *dormant) Advance(ctx context.Context, step int64) (exec.Stop, error) {
	inst, err := d.wake()
	if err != nil {
		return exec.Stop{}, err
	}
	return inst.Advance(ctx, step)
}

// Read implements exec.Instance. Real numbers, which scripts collect from many networks, are read without the device.
func (d *dormant) Read(buf plan.BufferID, off int, dst []float64) error {
	if d.inst == nil && d.sim.res.Plan.Buffers[buf].Type == ir.Real {
		width := int(d.sim.res.Plan.RealBytes())
		if data, ok := d.snap.Data[buf]; ok && off >= 0 && (off+len(dst))*width <= len(data) {
			for k := range dst {
				at := data[(off+k)*width:]
				if width == 4 {
					dst[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(at)))
				} else {
					dst[k] = math.Float64frombits(binary.LittleEndian.Uint64(at))
				}
			}
			return nil
		}
	}
	inst, err := d.wake()
	if err != nil {
		return err
	}
	return inst.Read(buf, off, dst)
}

// Write implements exec.Instance.
func (d *dormant) Write(buf plan.BufferID, off int, src []float64) error {
	inst, err := d.wake()
	if err != nil {
		return err
	}
	return inst.Write(buf, off, src)
}

// Drain implements exec.Instance.
func (d *dormant) Drain(monitor int) ([]int64, [][]float64, error) {
	inst, err := d.wake()
	if err != nil {
		return nil, nil, err
	}
	return inst.Drain(monitor)
}

// DrainSpikes implements exec.SpikeRecorder.
func (d *dormant) DrainSpikes(monitor int) (*exec.Spikes, error) {
	inst, err := d.wake()
	if err != nil {
		return nil, err
	}
	return inst.(exec.SpikeRecorder).DrainSpikes(monitor)
}

// Restore implements exec.Instance.
func (d *dormant) Restore(snap *exec.Snapshot) error {
	inst, err := d.wake()
	if err != nil {
		return err
	}
	return inst.Restore(snap)
}

// Reseed implements exec.Reseeder.
func (d *dormant) Reseed(r exec.Random) error {
	inst, err := d.wake()
	if err != nil {
		return err
	}
	return d.sim.reseed(inst, r)
}
