//go:build cgo

package compute

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// keptState is a copy on the device of what a later step depends on. Its methods may be called from any goroutine, one at a time.
type keptState struct {
	dev     *device.Device
	plan    *plan.Plan
	at      exec.Position
	ranges  []keptRange
	slabs   []*device.Buffer // packed; nil where nothing of a slab is kept
	written map[plan.Part][2]float64
	starts  map[int]keptPlace // where each buffer of the layout begins
}

// keptRange is a part of a slab, and where it lies in the packed copy.
type keptRange struct{ slab, base, to, n int }

type keptPlace struct{ slab, base int }

// keepRanges finds what is kept: the buffers of snapshots, and the arguments of dispatches over lists, which follow from them. In each
// slab, buffers that lie side by side are one range. It returns the length of each packed slab.
func (i *Instance) keepRanges() (ranges []keptRange, length []int, starts map[int]keptPlace) {
	type part struct {
		buffer, slab, base, n int
		kept                  bool
	}
	parts := make([]part, len(i.layout.Buffers))
	for k, at := range i.layout.Buffers {
		parts[k] = part{k, at.Slab, at.Base, at.Len, k < len(i.plan.Buffers) && kept(i.plan.Buffers[k].Role)}
	}
	for _, l := range i.layout.Lists {
		parts[l.Args].kept = true
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Or(a.slab-b.slab, a.base-b.base, a.n-b.n) })
	length, starts = make([]int, len(i.slabs)), map[int]keptPlace{}
	open := false // the last range may grow
	for _, p := range parts {
		if p.n == 0 {
			continue
		}
		if !p.kept {
			open = false
			continue
		}
		if last := len(ranges) - 1; open && ranges[last].slab == p.slab {
			r := &ranges[last]
			length[p.slab] += p.base + p.n - (r.base + r.n)
			r.n = p.base + p.n - r.base
		} else {
			ranges = append(ranges, keptRange{p.slab, p.base, length[p.slab], p.n})
			length[p.slab] += p.n
		}
		r := ranges[len(ranges)-1]
		starts[p.buffer], open = keptPlace{p.slab, r.to + p.base - r.base}, true
	}
	return ranges, length, starts
}

// Keep copies the state on the device; nothing is read back.
func (i *Instance) Keep() (_ exec.Kept, err error) {
	if i.closed {
		return nil, errClosed
	}
	if i.fault != nil {
		return nil, i.stopped()
	}
	if err := i.settle(); err != nil {
		return nil, err
	}
	ranges, length, starts := i.keepRanges()
	k := &keptState{dev: i.dev, plan: i.plan, at: i.at, ranges: ranges, slabs: make([]*device.Buffer, len(i.slabs)), written: i.layout.Written(), starts: starts}
	for s, n := range length {
		if n == 0 {
			continue
		}
		if k.slabs[s], err = i.dev.NewBuffer("kept state", i.slabs[s].elem, n); err != nil {
			k.Close()
			return nil, err
		}
	}
	i.fullBarrier()
	for _, r := range ranges {
		if err := device.Copy(k.slabs[r.slab], r.to, i.slabs[r.slab].buf, r.base, r.n); err != nil {
			k.Close()
			return nil, err
		}
	}
	return k, nil
}

// Revert goes back to a kept state, also from a fault. Samples that were taken since stay until they are drained.
func (i *Instance) Revert(from exec.Kept, at exec.Position) error {
	if i.closed {
		return errClosed
	}
	k, ok := from.(*keptState)
	if !ok || k.plan == nil || k.plan.Fingerprint != i.plan.Fingerprint {
		return errors.New("the kept state belongs to another network, or was closed")
	}
	if ranges, _, _ := i.keepRanges(); !slices.Equal(ranges, k.ranges) {
		s, err := k.Snapshot() // the same plan, laid out in memory in another way
		if err != nil {
			return err
		}
		s.At = at
		return i.Restore(s)
	}
	if err := i.vacate(k.written); err != nil {
		return err
	}
	for _, r := range k.ranges {
		if err := device.Copy(i.slabs[r.slab].buf, r.base, k.slabs[r.slab], r.to, r.n); err != nil {
			return err
		}
	}
	if err := i.forgetSpikes(); err != nil {
		return err
	}
	i.unpacked = len(i.pack) > 0
	i.at, i.passed, i.halt = at, false, false
	i.tickBase = at.Step
	return i.clearFault()
}

func (k *keptState) At() exec.Position { return k.at }

func (k *keptState) Bytes() (n int64) {
	for _, b := range k.slabs {
		if b != nil {
			n += int64(b.Size())
		}
	}
	return n
}

func (k *keptState) Snapshot() (*exec.Snapshot, error) {
	if k.plan == nil {
		return nil, errors.New("the kept state was closed")
	}
	s := &exec.Snapshot{Fingerprint: k.plan.Fingerprint, At: k.at, Data: make(map[plan.BufferID][]byte), Written: k.written}
	for n, b := range k.plan.Buffers {
		if !kept(b.Role) {
			continue
		}
		s.Data[b.ID] = []byte{}
		if b.Len == 0 {
			continue
		}
		at, ok := k.starts[n]
		if !ok {
			return nil, fmt.Errorf("internal error: %s.%s was not kept", b.Object, b.Var)
		}
		var err error
		k.dev.Do(func() { s.Data[b.ID], err = readBytes(k.slabs[at.slab], at.base, b.Len) })
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close frees the memory on the device.
func (k *keptState) Close() {
	if k.dev != nil {
		k.dev.Do(func() {
			for _, b := range k.slabs {
				b.Close()
			}
		})
	}
	*k = keptState{}
}
