package cpu

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// instance is a loaded plan.
type instance[T real] struct {
	plan     *plan.Plan
	vec      *vec[T]
	set      native.Set // of machine code
	portable bool       // no assembly
	key      rng.Key
	keys     []rng.Key // of each replica, when they draw numbers of their own
	of       []uint32  // the replicas that those are
	replica  uint32    // else
	m        memory[T]
	pool     *pool
	workers  []*worker[T]
	items    []item
	monitors []*ring[T]
	spikes   []*spikeRing[T]
	conns    []*connection // as far as they were checked
	entries  int           // of the stored ones among them
	streams  []*streamed[T]

	at exec.Position
	// behind is set after a stop for the callback of item at: the next Advance goes on behind it.
	behind bool
	halt   bool  // the step being run is to be the last
	broken error // why the instance can only be read, restored or closed
	closed bool
	clock  stopwatch
	// initial is set while operations are made ready that run only once.
	initial bool
}

// item is a schedule item made ready to run.
type item struct {
	name     string
	clock    int
	callback int
	ops      []operation
}

// tick is a clock's state while Advance runs: whether it is due in this step, and its own step.
type tick struct {
	next, own int64
	due       bool
}

func (x *instance[T]) At() exec.Position { return x.at }

// start returns the clocks as they are at base tick s.
func (x *instance[T]) start(ticks []tick, s int64) []tick {
	for _, c := range x.plan.Clocks {
		t := tick{next: c.Phase}
		if s > c.Phase {
			t.own = (s - c.Phase + c.Period - 1) / c.Period
			t.next = c.Phase + t.own*c.Period
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// Advance runs steps until one of exec's reasons to stop.
func (x *instance[T]) Advance(ctx context.Context, step int64) (stop exec.Stop, err error) {
	if err := x.usable(); err != nil {
		return exec.Stop{At: x.at}, err
	}
	// Looking at a flag costs nothing next to asking the context, so it can be done before every item.
	var canceled atomic.Bool
	if ctx.Done() != nil {
		if ctx.Err() != nil {
			return exec.Stop{At: x.at, Reason: exec.Canceled}, nil
		}
		defer context.AfterFunc(ctx, func() { canceled.Store(true) })()
	}
	err = x.guard(func() error {
		var e error
		stop, e = x.advance(&canceled, step)
		return e
	})
	if err != nil {
		x.broken = x.located(err)
		return exec.Stop{At: x.at}, x.broken
	}
	return stop, nil
}

func (x *instance[T]) advance(canceled *atomic.Bool, until int64) (exec.Stop, error) {
	var store [8]tick
	ticks := x.start(store[:0], x.at.Step)
	x.clock.begin(len(x.items))
	defer x.clock.end()
	x.pool.pace.begin()
	defer x.pool.pace.end()
	for x.at.Step < until {
		s := x.at.Step
		for i := range ticks {
			ticks[i].due = ticks[i].next == s
		}
		timed := x.clock.step()
		for x.at.Item < len(x.items) {
			it := &x.items[x.at.Item]
			if !ticks[it.clock].due {
				x.at.Item++
				continue
			}
			if it.callback >= 0 && !x.behind {
				x.behind = true
				return exec.Stop{At: x.at, Reason: exec.Callback, Callback: it.callback}, nil
			}
			if !x.behind && canceled.Load() {
				return exec.Stop{At: x.at, Reason: exec.Canceled}, nil
			}
			if it.callback < 0 {
				own := ticks[it.clock].own
				for _, op := range it.ops {
					if err := op.run(own); err != nil {
						return exec.Stop{}, err
					}
				}
			}
			x.behind = false
			if timed {
				x.clock.lap(x.at.Item)
			}
			x.at.Item++
		}
		for i := range ticks {
			if t := &ticks[i]; t.due {
				t.own++
				t.next += x.plan.Clocks[i].Period
			}
		}
		x.at = exec.Position{Step: s + 1}
		x.pool.stepped()
		if x.halt {
			x.halt = false
			return exec.Stop{At: x.at, Reason: exec.Stopped}, nil
		}
	}
	return exec.Stop{At: x.at, Reason: exec.Reached}, nil
}

// guard turns a panic of the executor into an error: a mistake in this package must not end the user's program.
func (x *instance[T]) guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cpu backend: internal error: %v", r)
		}
	}()
	return f()
}

// located adds step and time to a fault.
func (x *instance[T]) located(err error) error {
	var f *numericFault
	if errors.As(err, &f) {
		return &exec.Fault{
			Variable: f.variable, Element: f.element, Value: f.value,
			Step: x.at.Step, Time: float64(x.at.Step) * x.plan.BaseDT,
		}
	}
	return err
}

func (x *instance[T]) usable() error {
	if x.closed {
		return errors.New("the instance is closed")
	}
	if x.broken != nil {
		return fmt.Errorf("the instance stopped and was not restored: %w", x.broken)
	}
	return nil
}

// Phases reports the time of each schedule item.
func (x *instance[T]) Phases() []exec.Phase {
	out := make([]exec.Phase, 0, len(x.items))
	for i, it := range x.items {
		if it.callback < 0 {
			seconds, calls := x.clock.item(i)
			out = append(out, exec.Phase{Name: it.name, Seconds: seconds, Calls: calls})
		}
	}
	return out
}

// Close ends the instance's threads. Buffers must not be used afterwards.
func (x *instance[T]) Close() error {
	if !x.closed {
		x.closed = true
		x.pool.close()
	}
	return nil
}
