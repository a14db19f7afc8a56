//go:build cgo

package compute

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// together says how many work groups of a persistent program run at once here, where fewer than two do with the error that says so.
func together(t *testing.T, d *device.Device) (int, *Refused) {
	t.Helper()
	x, err := (&Backend{dev: d, Mode: Persistent}).Load(cubaPlan(t, 100, plan.Single), exec.Options{})
	var no *Refused
	switch {
	case errors.As(err, &no) && no.Kind == "alone":
		t.Logf("REFUSED: %v; only the refusal and the way back are tested", no)
		return 1, no
	case err != nil:
		t.Fatal(err)
	}
	defer x.Close()
	return x.(*Shared).i.persistent.groups, nil
}

// persistentTwins are plans in the persistent way beside the plain one. count is asked how many steps work groups took that wait for each other.
func persistentTwins(t *testing.T) (b *twins, count func() int64) {
	b = newTwins(t, Persistent)
	var ticks int64
	b.close = func(i *Instance) {
		if i.persistent != nil {
			ticks += i.persistent.ticks
		}
	}
	return b, func() int64 { return ticks }
}

// Work groups that wait for each other give the bits of the plain schedule: several clocks, callbacks, monitors, sums, plasticity, synapses in order.
func TestPersistentEqualsPlain(t *testing.T) {
	b, ticks := persistentTwins(t)
	n, _ := together(t, b.dev)
	for name, p := range map[string]*plan.Plan{
		"field": fieldPlan(13, plan.Single), "clocks": clocksPlan(plan.Single, false), "callbacks": clocksPlan(plan.Double, true),
		"cuba": cubaPlan(t, 1000, plan.Single), "cuba double": cubaPlan(t, 400, plan.Double), "learners": planOf(t, learners(80), plan.Single),
		"bursts": burstPlan(500, 100, 3, false), "in order": burstPlan(100, 100, 3, true),
	} {
		x, err := b.Load(p, exec.Options{Seed: 3})
		if err != nil {
			t.Fatal(name, err)
		}
		for _, until := range []int64{1, 2, 30, 100} {
			for {
				stop, err := x.Advance(context.Background(), until)
				if err != nil {
					t.Fatal(name, err)
				}
				if stop.Reason == exec.Reached {
					break
				}
			}
			for m := range p.Monitors {
				if _, _, err := x.Drain(m); err != nil {
					t.Fatal(name, err)
				}
			}
			for m := range p.SpikeMonitors {
				if s, err := x.(exec.SpikeRecorder).DrainSpikes(m); err != nil || until == 100 && len(s.Steps) == 0 {
					t.Fatal(name, err, "or no spikes")
				}
			}
		}
		if err := x.Close(); err != nil {
			t.Fatal(name, err)
		}
	}
	t.Logf("%d work groups, %d steps", n, ticks())
	if n > 1 && (len(b.refused) > 0 || ticks() == 0) {
		t.Errorf("refused: %v; %d steps were taken by groups that wait for each other", b.refused, ticks())
	}
}

// The conformance suite with work groups that wait for each other: the parts that have every form of operation, or with GALVANI_WHOLE_SUITE=1 all of it,
// which takes many minutes.
func TestNetworksPersistent(t *testing.T) {
	b, ticks := persistentTwins(t)
	n, _ := together(t, b.dev)
	o, want := suiteOptions(false), map[string]int{}
	if o.Only == nil {
		want = map[string]int{"sequence": 14}
	}
	conform.Run(t, b, plan.Single, o)
	t.Run("Refused", func(t *testing.T) {
		t.Logf("%d plans in both ways, %d steps", b.loaded, ticks())
		if n > 1 && (!maps.Equal(b.refused, want) || ticks() == 0) {
			t.Errorf("refused plans by reason: %v, want %v; %d steps were taken by groups that wait for each other", b.refused, want, ticks())
		}
	})
}

// Work groups that wait in vain leave everything as it was before their dispatch: the run goes on plainly, with the same results, and says so once.
func TestPersistentGivesUp(t *testing.T) {
	d := gltest.Device(t)
	if n, _ := together(t, d); n < 2 {
		return
	}
	for _, p := range []*plan.Plan{cubaPlan(t, 1000, plan.Single), clocksPlan(plan.Single, false), planOf(t, learners(80), plan.Single)} {
		const steps = 200
		plain := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
		var notes []string
		before := allocated(d)
		b := &Backend{dev: d, Mode: Persistent, failAt: 2, Note: func(s string) { notes = append(notes, s) }}
		x := loadWith(t, b, p)
		if x.i.persistent == nil {
			t.Fatal("not persistent")
		}
		for _, y := range []*Shared{plain, x} {
			advance(t, y, steps)
		}
		if x.i.persistent != nil || len(notes) != 1 || !strings.Contains(notes[0], "in vain") {
			t.Errorf("after giving up: persistent %v, notes %q", x.i.persistent != nil, notes)
		}
		sameState(t, "given up", p, snapshot(t, x), snapshot(t, plain))
		for m := range p.Monitors {
			s1, v1, err1 := plain.Drain(m)
			s2, v2, err2 := x.Drain(m)
			if err1 != nil || err2 != nil || len(s1) == 0 || !slices.Equal(s1, s2) || !slices.EqualFunc(v1, v2, sameBits) {
				t.Errorf("the samples of monitor %d differ", m)
			}
		}
		if len(p.SpikeMonitors) > 0 {
			sameSpikes(t, "given up", drainSpikes(t, plain), drainSpikes(t, x), true)
		}
		if m, err := b.Memory(p); err != nil || allocated(d)-before-int64(x.i.control.Size()) != m.Total {
			t.Errorf("%d bytes are allocated, %d are needed (%v)", allocated(d)-before, m.Total, err)
		}
	}
}

// Two work groups meet where they run at once. A number that no device runs does not, and leaves no trace; without two the way is refused, and
// AutoPersistent goes the plain one.
func TestPersistentProbe(t *testing.T) {
	d := gltest.Device(t)
	n, no := together(t, d)
	p := cubaPlan(t, 4000, plan.Single) // too large for Auto to take one work group
	var notes []string
	x := loadWith(t, &Backend{dev: d, Mode: AutoPersistent, Note: func(s string) { notes = append(notes, s) }}, p)
	if x.i.resident != nil || (x.i.persistent != nil) != (n > 1) || (len(notes) > 0) != (n < 2) {
		t.Fatalf("%d work groups meet, but persistent: %v, notes %q", n, x.i.persistent != nil, notes)
	}
	if n < 2 {
		if !strings.Contains(no.Error(), "at the same time") || !strings.Contains(no.Error(), "--gl-mode plain") {
			t.Error(no)
		}
		return
	}
	before := snapshot(t, x)
	impossible := 1 << 15
	if d.Info().Software {
		impossible = 20 * runtime.NumCPU()
	}
	d.Do(func() {
		for groups, want := range map[int]bool{1: true, 2: true, impossible: false} {
			if met, err := x.i.meet(groups); err != nil || met != want {
				t.Errorf("%d work groups meet: %v, %v", groups, met, err)
			}
		}
		if n, err := x.i.probe(impossible); err != nil || n < 2 || n >= impossible {
			t.Errorf("of %d work groups %d run at once: %v", impossible, n, err)
		}
	})
	sameState(t, "after probes", p, before, snapshot(t, x))
}

// What needs a work group of its own is refused by name; AutoPersistent runs it plainly, and says so.
func TestPersistentRefuses(t *testing.T) {
	d := gltest.Device(t)
	n, _ := allToAll(20, net.IndexOrder)
	p := planOf(t, n, plan.Single)
	var notes []string
	x, err := (&Backend{dev: d, Mode: Persistent}).Load(p, exec.Options{})
	if err == nil {
		x.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "one after another") || !strings.Contains(err.Error(), "persistent way") {
		t.Errorf("%v", err)
	}
	y := loadWith(t, &Backend{dev: d, Mode: AutoPersistent, Note: func(s string) { notes = append(notes, s) }}, p)
	advance(t, y, 3)
	if len(notes) != 1 || !strings.Contains(notes[0], "one after another") {
		t.Errorf("notes %q", notes)
	}
}
