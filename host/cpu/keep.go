package cpu

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// keptState is a copy of the buffers that a later step depends on, by buffer; nil for the others.
type keptState[T real] struct {
	plan *plan.Plan
	at   exec.Position
	int  [][]int32
	real [][]T
}

// Keep copies the state.
func (x *instance[T]) Keep() (exec.Kept, error) {
	if err := x.usable(); err != nil {
		return nil, err
	}
	k := &keptState[T]{plan: x.plan, at: x.at, int: make([][]int32, len(x.plan.Buffers)), real: make([][]T, len(x.plan.Buffers))}
	for i, b := range x.plan.Buffers {
		if snapshotted(b.Role) {
			k.int[i], k.real[i] = slices.Clone(x.m.int[i]), slices.Clone(x.m.real[i])
		}
	}
	return k, nil
}

// Revert puts a kept state back.
func (x *instance[T]) Revert(from exec.Kept, at exec.Position) error {
	if x.closed {
		return fmt.Errorf("the instance is closed")
	}
	k, ok := from.(*keptState[T])
	if !ok || k.plan == nil || k.plan.Fingerprint != x.plan.Fingerprint {
		return fmt.Errorf("the kept state belongs to another network, or was closed")
	}
	for i, b := range x.plan.Buffers {
		if snapshotted(b.Role) {
			copy(x.m.int[i], k.int[i])
			copy(x.m.real[i], k.real[i])
			x.changed(b.ID)
		}
	}
	x.at, x.behind, x.broken, x.halt = at, false, nil, false
	return nil
}

func (k *keptState[T]) At() exec.Position { return k.at }

func (k *keptState[T]) Bytes() (n int64) {
	width := int64(4)
	if wide[T]() {
		width = 8
	}
	for i := range k.int {
		n += 4*int64(len(k.int[i])) + width*int64(len(k.real[i]))
	}
	return n
}

func (k *keptState[T]) Snapshot() (*exec.Snapshot, error) {
	if k.plan == nil {
		return nil, fmt.Errorf("the kept state was closed")
	}
	s := &exec.Snapshot{Fingerprint: k.plan.Fingerprint, At: k.at, Data: make(map[plan.BufferID][]byte)}
	for i, b := range k.plan.Buffers {
		if snapshotted(b.Role) {
			s.Data[b.ID] = bytesOf(b, k.int[i], k.real[i])
		}
	}
	return s, nil
}

// Close lets the memory go.
func (k *keptState[T]) Close() { *k = keptState[T]{} }

// bytesOf are the values of a buffer as snapshots have them.
func bytesOf[T real](b *plan.Buffer, ints []int32, reals []T) []byte {
	size := 4
	if b.Type == ir.Real && wide[T]() {
		size = 8
	}
	data := pages.Make[uint8](b.Len * size)[:0]
	for _, v := range ints {
		data = binary.LittleEndian.AppendUint32(data, uint32(v))
	}
	for _, v := range reals {
		if wide[T]() {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(float64(v)))
		} else {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
		}
	}
	return data
}
