//go:build cgo

package compute

import (
	"context"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// Shared is an Instance that any goroutine may use, one at a time: each call runs on the context's thread, and a long Advance
// leaves the thread to others between batches.
type Shared struct{ i *Instance }

// Here is the instance itself, for code on the context's thread.
func (s *Shared) Here() *Instance { return s.i }

// At is the current position.
func (s *Shared) At() (p exec.Position) {
	s.i.dev.Do(func() { p = s.i.At() })
	return p
}

// Advance implements exec.Instance.
func (s *Shared) Advance(ctx context.Context, step int64) (stop exec.Stop, err error) {
	for done := false; !done && err == nil; {
		s.i.dev.Do(func() { stop, done, err = s.i.AdvanceBatch(ctx, step) })
	}
	return stop, err
}

// Read implements exec.Instance.
func (s *Shared) Read(buf plan.BufferID, off int, dst []float64) (err error) {
	s.i.dev.Do(func() { err = s.i.Read(buf, off, dst) })
	return err
}

// Write implements exec.Instance.
func (s *Shared) Write(buf plan.BufferID, off int, src []float64) (err error) {
	s.i.dev.Do(func() { err = s.i.Write(buf, off, src) })
	return err
}

// Drain implements exec.Instance.
func (s *Shared) Drain(monitor int) (steps []int64, values [][]float64, err error) {
	s.i.dev.Do(func() { steps, values, err = s.i.Drain(monitor) })
	return steps, values, err
}

// DrainSpikes implements exec.SpikeRecorder.
func (s *Shared) DrainSpikes(monitor int) (spikes *exec.Spikes, err error) {
	s.i.dev.Do(func() { spikes, err = s.i.DrainSpikes(monitor) })
	return spikes, err
}

// Snapshot implements exec.Instance.
func (s *Shared) Snapshot() (snap *exec.Snapshot, err error) {
	s.i.dev.Do(func() { snap, err = s.i.Snapshot() })
	return snap, err
}

// Restore implements exec.Instance.
func (s *Shared) Restore(snap *exec.Snapshot) (err error) {
	s.i.dev.Do(func() { err = s.i.Restore(snap) })
	return err
}

// Keep implements exec.Keeper.
func (s *Shared) Keep() (k exec.Kept, err error) {
	s.i.dev.Do(func() { k, err = s.i.Keep() })
	return k, err
}

// Revert implements exec.Keeper.
func (s *Shared) Revert(k exec.Kept, at exec.Position) (err error) {
	s.i.dev.Do(func() { err = s.i.Revert(k, at) })
	return err
}

// Phases implements exec.Instance.
func (s *Shared) Phases() (p []exec.Phase) {
	s.i.dev.Do(func() { p = s.i.Phases() })
	return p
}

// View lends a buffer for drawing on the context's thread.
func (s *Shared) View(buf plan.BufferID) device.View { return s.i.View(buf) }

// Close frees everything on the device.
func (s *Shared) Close() (err error) {
	s.i.dev.Do(func() { err = s.i.Close() })
	return err
}

var (
	_ exec.Backend  = (*Backend)(nil)
	_ exec.Instance = (*Instance)(nil)
	_ exec.Instance = (*Shared)(nil)

	_ exec.Keeper = (*Instance)(nil)
	_ exec.Keeper = (*Shared)(nil)

	_ exec.SpikeRecorder = (*Instance)(nil)
	_ exec.SpikeRecorder = (*Shared)(nil)
)
