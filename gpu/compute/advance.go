//go:build cgo

package compute

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// maxPerBatch bounds a submission however fast steps are: drivers queue only so much.
const maxPerBatch = 1 << 14

// due reports whether clock c ticks at a base tick.
func due(c *plan.Clock, tick int64) bool { return tick >= c.Phase && (tick-c.Phase)%c.Period == 0 }

// nextDue is the first tick at or behind tick at which c ticks.
func nextDue(c *plan.Clock, tick int64) int64 {
	if tick <= c.Phase {
		return c.Phase
	}
	return tick + (c.Period-(tick-c.Phase)%c.Period)%c.Period
}

// clockStep is the step of clock c at a tick at which it is due, or the next one otherwise.
func clockStep(c *plan.Clock, tick int64) uint64 {
	return uint64((nextDue(c, tick) - c.Phase) / c.Period)
}

// Advance runs until step is reached, a callback is due, or ctx ends.
func (i *Instance) Advance(ctx context.Context, step int64) (exec.Stop, error) {
	for {
		stop, done, err := i.AdvanceBatch(ctx, step)
		if done || err != nil {
			return stop, err
		}
	}
}

// AdvanceBatch is a part of Advance that takes about as long as one batch; done says that Advance would return here.
// Until then buffers may lack what synapses have sent in the last step; methods of the instance bring them up to date.
func (i *Instance) AdvanceBatch(ctx context.Context, step int64) (stop exec.Stop, done bool, err error) {
	defer func() {
		if done || err != nil {
			err = errors.Join(err, i.settle())
		}
	}()
	switch {
	case i.closed:
		return exec.Stop{At: i.at}, true, errClosed
	case i.fault != nil:
		return exec.Stop{At: i.at}, true, i.stopped()
	case i.at.Step >= step:
		return exec.Stop{At: i.at, Reason: exec.Reached}, true, nil
	case ctx.Err() != nil:
		return exec.Stop{At: i.at, Reason: exec.Canceled}, true, nil
	}
	start := time.Now()
	defer func() { i.advanceTime += time.Since(start) }()

	if i.tickBase > i.at.Step || i.at.Step-i.tickBase > 1<<31 {
		i.tickBase = i.at.Step
	}
	// Whole ticks up to the next callback go out together; the tick with the callback is cut at it.
	until, item := step, -1
	for k := range i.plan.Schedule {
		it := &i.plan.Schedule[k]
		if it.Callback < 0 {
			continue
		}
		from := i.at.Step
		if k < i.at.Item || k == i.at.Item && i.passed {
			from++
		}
		if t := nextDue(&i.plan.Clocks[it.Clock], from); t < until {
			until, item = t, k
		}
	}
	n := min(until-i.at.Step, i.perBatch)
	n, err = i.roomFor(n)
	if err != nil {
		return exec.Stop{At: i.at}, true, err
	}
	if err = i.packValues(); err != nil {
		return exec.Stop{At: i.at}, true, err
	}
	first := i.at.Step
	switch {
	case i.at.Item > 0 || i.passed: // finish a tick that was cut
		last := len(i.plan.Schedule)
		if until == i.at.Step {
			last = item
		}
		err = i.partialTick(i.at.Item, last)
	case n > 0:
		err = i.runTicks(n)
	default: // until == at.Step: the callback is in this tick
		err = i.partialTick(0, item)
	}
	if err != nil {
		return exec.Stop{At: i.at}, true, err
	}
	paused := false
	if i.at.Step > first {
		i.unsettled = i.flush != nil
		i.fullBarrier()
		if paused, err = i.checkFault(); err != nil {
			return exec.Stop{At: i.at}, true, err
		}
		done := i.at.Step - first
		i.ticks += done
		i.adapt(done, time.Since(start))
	}
	if item >= 0 && i.at.Step == until && i.at.Item == item && !i.passed && !paused {
		i.fullBarrier()
		if _, err := i.checkFault(); err != nil {
			return exec.Stop{At: i.at}, true, err
		}
		i.passed = true // the next Advance runs on behind it
		i.unsettled = i.flush != nil
		return exec.Stop{At: i.at, Reason: exec.Callback, Callback: i.plan.Schedule[item].Callback}, true, nil
	}
	if i.halt && i.at.Step > first {
		i.halt = false
		return exec.Stop{At: i.at, Reason: exec.Stopped}, true, nil
	}
	return exec.Stop{At: i.at, Reason: exec.Reached}, i.at.Step >= step, nil
}

// adapt chooses the size of the next batch from the time that n ticks took.
func (i *Instance) adapt(n int64, took time.Duration) {
	if n <= 0 {
		return
	}
	want := i.perBatch
	switch {
	case took < i.target/2 && n == i.perBatch:
		want *= 2
	case took > i.target:
		want = max(1, n*int64(i.target)/int64(took))
	}
	i.perBatch = min(want, maxPerBatch)
}

// runTicks sends n whole ticks.
func (i *Instance) runTicks(n int64) error {
	if i.resident != nil {
		return i.runResident(n)
	}
	if i.persistent != nil {
		var err error
		if n, err = i.runPersistent(n); err != nil {
			return err
		}
	}
	if i.stretch != nil {
		return i.runStretch(n)
	}
	return i.oneByOne(n)
}

// oneByOne takes n whole ticks, each by its dispatches.
func (i *Instance) oneByOne(n int64) error {
	for tick := i.at.Step; tick < i.at.Step+n; tick++ {
		if err := i.items(tick, 0, len(i.plan.Schedule)); err != nil {
			return err
		}
	}
	i.at.Step += n
	return nil
}

// partialTick runs the items [from, to) of the current tick and moves behind them.
func (i *Instance) partialTick(from, to int) error {
	if err := i.items(i.at.Step, from, to); err != nil {
		return err
	}
	i.passed = false
	if i.at.Item = to; to == len(i.plan.Schedule) {
		i.at = exec.Position{Step: i.at.Step + 1}
	}
	return nil
}

// items dispatches the units of a tick that lie in [from, to). A unit never spans a callback, so it is not cut.
func (i *Instance) items(tick int64, from, to int) error {
	for k := range i.units {
		u := &i.units[k]
		if u.item < from || u.last >= to {
			continue
		}
		c := &i.plan.Clocks[u.clock]
		if !due(c, tick) {
			continue
		}
		for _, m := range u.samples {
			i.noteSample(m, tick)
		}
		start := time.Now()
		if err := i.dispatch(u, i.stamp(tick), clockStep(c, tick)); err != nil {
			return err
		}
		if i.layout.Software {
			u.time += time.Since(start)
			u.calls++
		}
	}
	return nil
}

// dispatch runs one unit, behind a barrier where it must see what others wrote.
func (i *Instance) dispatch(u *unit, stamp uint32, step uint64) error {
	p, err := i.programOf(u.text)
	if err != nil {
		return err
	}
	if i.hazards.need(u.access) {
		i.barrier()
		i.hazards.barrier()
	}
	i.hazards.note(u.access)
	p.SetUints(glsl.UniformTick, stamp)
	p.SetUints(glsl.UniformStep, uint32(step), uint32(step>>32))
	if u.text.At != nil {
		p.SetUints(glsl.UniformAt, u.text.At...)
	}
	for _, m := range u.samples {
		p.SetUints(glsl.UniformRow(m), uint32(i.rings[m].fill-1))
	}
	if err := i.bind(p); err != nil {
		return err
	}
	switch u.kind {
	case spikes:
		return i.dispatchSpikes(u, p, step)
	case sequence, inOrder:
		for pass := range u.passes {
			if pass > 0 {
				i.barrier()
			}
			p.SetUints(glsl.UniformPass, uint32(pass))
			if err := i.dev.Dispatch(p.Program, u.text.Groups, 1, 1); err != nil {
				return err
			}
		}
		return nil
	}
	return i.dev.Dispatch(p.Program, u.text.Groups, 1, 1)
}

// dispatchSpikes dispatches a unit over a spike list by the arguments that the device wrote with the list.
func (i *Instance) dispatchSpikes(u *unit, p *program, step uint64) error {
	if !slices.ContainsFunc(u.ops, func(op glsl.Op) bool { // before the first step nothing spiked
		r := op.(*plan.Run)
		runs := []*plan.Run{r}
		if d, _ := i.layout.DelaysOf(r); d != nil {
			runs = d.Runs
		}
		return slices.ContainsFunc(runs, func(r *plan.Run) bool { return step >= uint64(r.Lag) && r.Takes(int64(step)-int64(r.Lag)) })
	}) {
		return nil
	}
	if u.together != nil {
		args := i.layout.Buffers[i.layout.Together]
		return i.dev.DispatchIndirect(p.Program, i.slabs[args.Slab].buf, 4*(args.Base+3*u.together[0].Index))
	}
	r := u.ops[0].(*plan.Run)
	if d, _ := i.layout.DelaysOf(r); d != nil {
		args := i.layout.Buffers[d.Starts]
		return i.dev.DispatchIndirect(p.Program, i.slabs[args.Slab].buf, 4*(args.Base+d.Args()))
	}
	list := i.layout.Lists[r.List]
	at := glsl.ArgsPerRow * list.Rows // several lags: the longest row
	if !slices.ContainsFunc(u.ops, func(op glsl.Op) bool { return op.(*plan.Run).Lag != r.Lag }) {
		at = glsl.ArgsPerRow * int((step-uint64(r.Lag))%uint64(list.Rows))
		if !u.overSynapses() {
			at += 3
		}
	}
	args := i.layout.Buffers[list.Args]
	return i.dev.DispatchIndirect(p.Program, i.slabs[args.Slab].buf, 4*(args.Base+at))
}

// settle applies what deferred sums hold, after steps that nobody looked behind.
func (i *Instance) settle() error {
	if !i.unsettled || i.closed {
		return nil
	}
	i.unsettled = false
	p, err := i.programOf(i.flush)
	if err != nil {
		return err
	}
	i.barrier()
	if err := i.bind(p); err != nil {
		return err
	}
	if err := i.dev.Dispatch(p.Program, i.flush.Groups, 1, 1); err != nil {
		return err
	}
	i.fullBarrier()
	return nil
}

// programOf is the compiled program of a text.
func (i *Instance) programOf(t *glsl.Program) (*program, error) {
	p, ok := i.compiled[t]
	if !ok {
		var err error
		if p, err = i.compile(t); err != nil {
			return nil, err
		}
		i.compiled[t] = p
	}
	return p, nil
}
