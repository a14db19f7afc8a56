//go:build cgo

package compute

import (
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// manySteps is a program that takes many whole steps in a dispatch.
type manySteps struct {
	text    *glsl.Program
	program *program // nil: not compiled yet
	access  []access
	clocks  []int
	samples []int // monitors, once per Sample operation
	budget  budget
}

// note notes what an operation of a step needs.
func (r *manySteps) note(op glsl.Op, clock int, a []access) {
	r.access = append(r.access, a...)
	if s, ok := op.(*plan.Sample); ok {
		r.samples = append(r.samples, s.Monitor)
	}
	if !slices.Contains(r.clocks, clock) {
		r.clocks = append(r.clocks, clock)
	}
}

// Limits of what one work group is worth. Above, a dispatch costs less than what the other cores of the device would have done.
const (
	residentWork = 100_000
	residentOps  = 64
)

// buildResident makes the program of a single work group, where the plan is one for it. Resident asks for it whatever it is worth.
func (i *Instance) buildResident(mode Mode, tasks []task, most int) error {
	if mode == Plain || mode == Persistent {
		return nil
	}
	r, err := i.residentOf(mode != Resident, tasks, most)
	var no *Refused
	if errors.As(err, &no) && mode != Resident {
		return nil
	}
	if err != nil {
		return err
	}
	i.resident = r
	return nil
}

// residentOf is the program of a single work group, or a *Refused. worth: only where it is faster than dispatches.
func (i *Instance) residentOf(worth bool, tasks []task, most int) (*manySteps, error) {
	l := i.layout
	r := &manySteps{}
	refuse := func(kind, why string, args ...any) (*manySteps, error) {
		return nil, &Refused{Resident, kind, fmt.Sprintf(why, args...)}
	}
	var entries []glsl.Entry
	var since []access // since the last barrier
	total, widest := 0, 0
	for _, t := range tasks {
		if t.op == nil {
			continue // ticks with a callback that is due do not run here
		}
		if s, ok := t.op.(*plan.Sequence); ok {
			return refuse("sequence", "%q visits elements one after another, in a work group of its own", s.Name)
		}
		total += work(l, t.op)
		widest = max(widest, widthOf(l, t.op))
		a := accesses(l, t.op)
		sync := conflict(since, a)
		if sync {
			since = since[:0]
		}
		since = append(since, a...)
		entries = append(entries, glsl.Entry{Op: t.op, Clock: t.clock, Sync: sync, Inner: rounds(l, t.op)})
		if s, ok := t.op.(*plan.Sample); ok && worth && slices.Contains(r.samples, s.Monitor) {
			return refuse("samples", "monitor %q samples more than once in a step", l.Plan.Monitors[s.Monitor].Name)
		}
		r.note(t.op, t.clock, a)
	}
	limit := residentWork
	if !worth {
		limit *= 40 // on request also where it is slower
	}
	switch {
	case len(entries) == 0:
		return refuse("nothing", "a step does nothing")
	case total > limit || len(entries) > residentOps:
		return refuse("size", "it is too large for one work group: %d operations, about %d multiplications a step", len(entries), total)
	}
	size := i.residentGroup(widest)
	if i.layout.Software {
		if size, r.budget = i.roundsWithin(maxRounds, entries, size); r.budget.worst > maxRounds {
			return refuse("loops", "a step may take up to %d rounds of loops, and the software renderer llvmpipe stops after 65535", r.budget.worst)
		}
		if i.budget > 0 {
			r.budget.most = i.budget
		}
	}
	var err error
	r.text, err = fitting(most, changedBy(l, r.access), func(written map[int]bool) (*glsl.Program, error) {
		return glsl.Resident(l, entries, written, size, r.budget.most > 0)
	})
	return r, err
}

// roundsWithin is the smallest work group, from size on, in which a step takes no more than most rounds, or the largest that is tried.
func (i *Instance) roundsWithin(most int, entries []glsl.Entry, size int) (int, budget) {
	for {
		drawnRounds(i.layout, entries, size)
		b := stepRounds(i.layout, entries, size)
		if b.worst <= most || 2*size > min(residentLanes, i.dev.Info().Limits.WorkGroupInvocations) {
			return size, b
		}
		size *= 2
	}
}

// drawnRounds sets the rounds of rows that are drawn, which depend on the size of the work group.
func drawnRounds(l *glsl.Layout, entries []glsl.Entry, size int) {
	for k := range entries {
		if r, ok := entries[k].Op.(*plan.Run); ok && r.Kernel.Domain == ir.Spiking && l.Plan.Conns[r.Conn].Drawn != nil {
			entries[k].Inner = 3 + rowRounds(l, r, size)
		}
	}
}

// fitting generates a program that reads what it does not change through blocks of its own, if it then binds no more than most.
func fitting(most int, written map[int]bool, generate func(map[int]bool) (*glsl.Program, error)) (*glsl.Program, error) {
	text, err := generate(written)
	if err != nil || blocks(text) <= most {
		return text, err
	}
	return generate(nil)
}

// changedBy are the buffers of the layout that operations with these accesses change. Rings are changed without being in conflict with anything.
func changedBy(l *glsl.Layout, a []access) map[int]bool {
	set := map[int]bool{}
	for _, x := range a {
		if x.mode != read {
			set[x.buf] = true
		}
	}
	for _, r := range l.Rings {
		for _, v := range r.Vars {
			set[v.Rows] = true
		}
	}
	for _, r := range l.SpikeRings {
		for _, b := range append([]int{r.Steps, r.Index}, r.Values...) {
			set[b] = true
		}
	}
	return set
}

// runResident takes n whole ticks.
func (i *Instance) runResident(n int64) error {
	r := i.resident
	if r.program == nil {
		p, err := i.compile(r.text)
		if err != nil {
			return err
		}
		r.program = p
	}
	r.tellBudget(0)
	for end := i.at.Step + n; i.at.Step < end; {
		part := end - i.at.Step
		if err := i.dispatchSteps(r, part, 1); err != nil {
			return err
		}
		if r.budget.most > 0 {
			var err error
			if part, err = i.stepsDone(part); err != nil {
				return err
			}
		}
		i.noteSteps(r.samples, part)
	}
	return nil
}

// tellBudget gives the program its budget, of which some is kept for other loops.
func (r *manySteps) tellBudget(kept int) {
	if b := r.budget; b.most > 0 {
		r.program.SetUints(glsl.UniformWhole, 4)
		r.program.SetUints(glsl.UniformBudget, uint32(max(0, b.most-kept-b.worst)), uint32(b.fixed), uint32(b.perSpike))
	}
}

// dispatchSteps lets so many work groups of a program take n whole ticks.
func (i *Instance) dispatchSteps(r *manySteps, n int64, groups int) error {
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
	}
	if i.hazards.need(r.access) {
		i.barrier()
		i.hazards.barrier()
	}
	i.hazards.note(r.access)
	if err := i.bind(p); err != nil {
		return err
	}
	return i.dev.Dispatch(p.Program, groups, 1, 1)
}

// noteSteps moves on by n ticks, with their samples.
func (i *Instance) noteSteps(samples []int, n int64) {
	for _, m := range samples {
		c := &i.plan.Clocks[i.plan.Monitors[m].Clock]
		for t := nextDue(c, i.at.Step); t < i.at.Step+n; t += c.Period {
			i.noteSample(m, t)
		}
	}
	i.at.Step += n
}

// stepsDone reads how many of n ticks the last dispatch took. Behind a fault the rest does nothing, and counts as taken.
func (i *Instance) stepsDone(n int64) (int64, error) {
	i.fullBarrier()
	var words [glsl.ControlCut + 1]uint32
	if err := device.Read(i.control, 0, words[:], device.ReadFault); err != nil {
		return 0, err
	}
	return i.taken(words[:], n)
}

// taken is the number of steps that control words tell of, of n.
func (i *Instance) taken(words []uint32, n int64) (int64, error) {
	done := int64(words[glsl.ControlDone])
	switch {
	case words[glsl.ControlCut] != 0:
		i.fault = fmt.Errorf("internal error: this OpenGL driver left a loop early in the steps from %d to %d; --gl-mode plain keeps loops short", i.at.Step, i.at.Step+done-1)
		return 0, i.fault
	case words[glsl.ControlFault] != 0:
		return n, nil
	case done < 1 || done > n:
		i.fault = fmt.Errorf("internal error: %d of %d steps were taken", done, n)
		return 0, i.fault
	}
	return done, nil
}
