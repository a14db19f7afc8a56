//go:build cgo

package compute

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// twins is a backend whose instances run in one mode and plainly side by side, and must agree bit for bit in all that can be seen of them.
// Plans that the mode refuses run plainly alone.
type twins struct {
	*Backend
	t       *testing.T
	plain   *Backend
	loaded  int            // in both ways
	refused map[string]int // plans by Refused.Kind
	plans   map[string]bool
	close   func(*Instance) // sees each instance of the mode before it is closed; may be nil
}

func newTwins(t *testing.T, mode Mode) *twins {
	d := gltest.Device(t)
	return &twins{Backend: &Backend{dev: d, Mode: mode}, t: t, plain: &Backend{dev: d, Mode: Plain}, refused: map[string]int{}, plans: map[string]bool{}}
}

func (b *twins) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	y, err := b.plain.Load(p, o)
	if err != nil {
		return nil, err
	}
	x, err := b.Backend.Load(p, o)
	var no *Refused
	if errors.As(err, &no) {
		if !b.plans[p.Fingerprint] {
			b.plans[p.Fingerprint] = true
			b.refused[no.Kind]++
			b.t.Logf("%s: %s", no.Kind, no.Why)
		}
		return y, nil
	}
	if err != nil {
		return nil, errors.Join(err, y.Close())
	}
	b.loaded++
	return &twin{Shared: x.(*Shared), plain: y.(*Shared), of: b}, nil
}

// twin is an instance and its plain counterpart.
type twin struct {
	*Shared
	plain *Shared
	of    *twins
}

// differ fails the test.
func (x *twin) differ(what string, a, b any) {
	x.of.t.Errorf("%s: %v in the mode %v, %v plainly", what, a, x.of.Mode, b)
}

func (x *twin) errs(what string, a, b error) {
	if fmt.Sprint(a) != fmt.Sprint(b) {
		x.differ(what, a, b)
	}
}

func (x *twin) Advance(ctx context.Context, step int64) (exec.Stop, error) {
	stop, err := x.Shared.Advance(ctx, step)
	if errors.Is(ctx.Err(), context.Canceled) || stop.Reason == exec.Canceled {
		ctx, step = context.Background(), stop.At.Step
	}
	other, err2 := x.plain.Advance(ctx, step)
	if stop.Reason != exec.Canceled && stop != other {
		x.differ("stop", stop, other)
	}
	x.errs("advance", err, err2)
	if err == nil {
		_, err = x.Snapshot()
	}
	return stop, err
}

func (x *twin) Read(buf plan.BufferID, off int, dst []float64) error {
	err := x.Shared.Read(buf, off, dst)
	other := make([]float64, len(dst))
	x.errs("read", err, x.plain.Read(buf, off, other))
	for k := range dst {
		if dst[k] != other[k] && (dst[k] == dst[k] || other[k] == other[k]) {
			x.differ(fmt.Sprintf("element %d of buffer %d", off+k, buf), dst[k], other[k])
			break
		}
	}
	return err
}

func (x *twin) Write(buf plan.BufferID, off int, src []float64) error {
	err := x.Shared.Write(buf, off, src)
	x.errs("write", err, x.plain.Write(buf, off, src))
	return err
}

func (x *twin) Drain(monitor int) ([]int64, [][]float64, error) {
	steps, values, err := x.Shared.Drain(monitor)
	s, v, err2 := x.plain.Drain(monitor)
	x.errs("drain", err, err2)
	if !slices.Equal(steps, s) || !slices.EqualFunc(values, v, sameBits) {
		x.differ(fmt.Sprint("samples of monitor ", monitor), len(steps), len(s))
	}
	return steps, values, err
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
}

func (x *twin) DrainSpikes(monitor int) (*exec.Spikes, error) {
	a, err := x.Shared.DrainSpikes(monitor)
	b, err2 := x.plain.DrainSpikes(monitor)
	x.errs("drain spikes", err, err2)
	if err == nil && (!slices.Equal(a.Steps, b.Steps) || !slices.Equal(a.Index, b.Index) || !slices.Equal(a.Counts, b.Counts) || !slices.EqualFunc(a.Values, b.Values, sameBits)) {
		x.differ(fmt.Sprint("spikes of monitor ", monitor), len(a.Steps), len(b.Steps))
	}
	return a, err
}

func (x *twin) Snapshot() (*exec.Snapshot, error) {
	a, err := x.Shared.Snapshot()
	b, err2 := x.plain.Snapshot()
	x.errs("snapshot", err, err2)
	if err == nil {
		sameState(x.of.t, fmt.Sprintf("%v and plain at step %d", x.of.Mode, a.At.Step), x.i.plan, a, b)
	}
	return a, err
}

func (x *twin) Restore(s *exec.Snapshot) error {
	err := x.Shared.Restore(s)
	x.errs("restore", err, x.plain.Restore(s))
	return err
}

// twinKept are the copies that both have kept.
type twinKept struct {
	exec.Kept
	plain exec.Kept
}

func (k *twinKept) Close() { k.Kept.Close(); k.plain.Close() }

func (x *twin) Keep() (exec.Kept, error) {
	a, err := x.Shared.Keep()
	b, err2 := x.plain.Keep()
	x.errs("keep", err, err2)
	if err != nil {
		return nil, err
	}
	return &twinKept{a, b}, nil
}

func (x *twin) Revert(k exec.Kept, at exec.Position) error {
	both, ok := k.(*twinKept)
	if !ok {
		return errors.New("not a kept state of twins")
	}
	err := x.Shared.Revert(both.Kept, at)
	x.errs("revert", err, x.plain.Revert(both.plain, at))
	return err
}

func (x *twin) Reseed(r exec.Random) error {
	return errors.Join(x.Shared.Reseed(r), x.plain.Reseed(r))
}

func (x *twin) Close() error {
	if x.of.close != nil && !x.i.closed {
		x.of.close(x.i)
	}
	return errors.Join(x.Shared.Close(), x.plain.Close())
}

var (
	_ exec.SpikeRecorder = (*twin)(nil)
	_ exec.Keeper        = (*twin)(nil)
	_ exec.Reseeder      = (*twin)(nil)
)

// suiteOptions are those of the conformance suite, all of it or, where drivers compile programs of whole steps for too long, the parts that have every
// form of operation.
func suiteOptions(whole bool) conform.Options {
	o := conform.Options{Spiking: 5, Redelayed: 1, RedelayedEvery: 20, Delayed: 4, Model: 256, Network: 256, Closed: 256, Models: 8, Networks: 8}
	if !whole && os.Getenv("GALVANI_WHOLE_SUITE") != "1" {
		o.Spiking, o.Redelayed, o.Delayed = 2, 1, 2
		o.Only = []string{"Spiking", "Redelayed", "Sums", "Delayed", "Learning", "Recording", "Callbacks", "Faults", "Columns", "Batches"}
	}
	return o
}

// The conformance suite in one work group: whatever is not refused gives the bits of the plain schedule. The plans that are refused are
// counted by reason, so that one more is noticed.
func TestNetworksResident(t *testing.T) {
	b := newTwins(t, Resident)
	o := suiteOptions(b.dev.Info().Software)
	conform.Run(t, b, plan.Single, o)
	t.Run("Refused", func(t *testing.T) {
		want := map[string]int{}
		if o.Only == nil {
			want = map[string]int{"sequence": 14, "size": 1}
		}
		if !maps.Equal(b.refused, want) {
			t.Errorf("refused plans by reason: %v, want %v", b.refused, want)
		}
		t.Logf("%d plans in both ways", b.loaded)
	})
}
