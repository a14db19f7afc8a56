//go:build cgo

package compute

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/plan"
)

// resident is a whole schedule as one program of a single work group.
type resident struct {
	text    *glsl.Program
	program *program
	access  []access
	clocks  []int
	samples []int // monitors, once per Sample operation
	most    int64 // ticks that one dispatch may take
}

// Limits of what one work group is worth. Above, a dispatch costs less than what the other cores of the device would have done.
const (
	residentWork = 100_000
	residentOps  = 64
)

func (i *Instance) buildResident(mode Mode, tasks []task) error {
	if mode == Plain {
		return nil
	}
	l := i.layout
	r := &resident{}
	var entries []glsl.Entry
	var since []access // since the last barrier
	total, widest, clocks := 0, 0, map[int]bool{}
	seen := map[int]bool{}
	for _, t := range tasks {
		if t.op == nil {
			continue // ticks with a callback that is due do not run here
		}
		if s, ok := t.op.(*plan.Sequence); ok {
			if mode == Resident {
				return fmt.Errorf("compute: %q visits elements one after another, in a work group of its own", s.Name)
			}
			return nil
		}
		total += work(l, t.op)
		widest = max(widest, widthOf(l, t.op))
		a := accesses(l, t.op)
		sync := conflict(since, a)
		if sync {
			since = since[:0]
		}
		since = append(since, a...)
		r.access = append(r.access, a...)
		entries = append(entries, glsl.Entry{Op: t.op, Clock: t.clock, Sync: sync})
		if s, ok := t.op.(*plan.Sample); ok {
			if seen[s.Monitor] && mode == Auto {
				return nil
			}
			seen[s.Monitor] = true
			r.samples = append(r.samples, s.Monitor)
		}
		if !clocks[t.clock] {
			clocks[t.clock] = true
			r.clocks = append(r.clocks, t.clock)
		}
	}
	limit := residentWork
	if mode == Resident {
		limit *= 8 // on request also where it is slower
	}
	if len(entries) == 0 || total > limit || len(entries) > residentOps {
		if mode == Resident {
			return fmt.Errorf("compute: the plan is too large for one work group: %d operations, about %d multiplications a step", len(entries), total)
		}
		return nil
	}
	r.most = maxPerBatch
	if i.dev.Info().Software {
		n := roundsPerTick(l, entries, i.residentGroup(widest))
		if n > maxRounds {
			if mode == Resident {
				return fmt.Errorf("compute: a step takes up to %d rounds of loops, one work group of this software renderer stops after %d", n, maxRounds)
			}
			return nil
		}
		r.most = int64(maxRounds / n)
	}
	text, err := glsl.Resident(i.layout, entries, i.residentGroup(widest))
	if err != nil {
		return err
	}
	r.text = text
	i.resident = r
	return nil
}

// runResident sends n whole ticks as one dispatch.
func (i *Instance) runResident(n int64) error {
	r := i.resident
	if r.program == nil {
		p, err := i.compile(r.text)
		if err != nil {
			return err
		}
		r.program = p
	}
	p := r.program
	p.SetUints(glsl.UniformFirst, i.stamp(i.at.Step))
	p.SetUints(glsl.UniformTicks, uint32(n))
	for _, k := range r.clocks {
		c := &i.plan.Clocks[k]
		s := clockStep(c, i.at.Step)
		p.SetUints(glsl.UniformClock(k), uint32(s), uint32(s>>32), uint32(nextDue(c, i.at.Step)-i.at.Step))
	}
	for _, m := range r.samples {
		p.SetUints(glsl.UniformFirstRow(m), uint32(i.rings[m].fill))
		c := &i.plan.Clocks[i.plan.Monitors[m].Clock]
		for t := nextDue(c, i.at.Step); t < i.at.Step+n; t += c.Period {
			i.noteSample(m, t)
		}
	}
	if i.hazards.need(r.access) {
		i.dev.Barrier(device.BarrierStorage)
		i.hazards.barrier()
	}
	i.hazards.note(r.access)
	if err := i.bind(p); err != nil {
		return err
	}
	return i.dev.Dispatch(p.Program, 1, 1, 1)
}
