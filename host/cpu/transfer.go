package cpu

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// part checks a range of a buffer.
func (x *instance[T]) part(buf plan.BufferID, off, n int) (*plan.Buffer, error) {
	if x.closed {
		return nil, fmt.Errorf("the instance is closed")
	}
	if buf < 0 || int(buf) >= len(x.plan.Buffers) {
		return nil, fmt.Errorf("buffer %d does not exist: the plan has %d", buf, len(x.plan.Buffers))
	}
	b := x.plan.Buffers[buf]
	if off < 0 || off+n > b.Len {
		return nil, fmt.Errorf("elements %d to %d of %s.%s, which has %d", off, off+n-1, b.Object, b.Var, b.Len)
	}
	return b, nil
}

// Read copies elements of a buffer.
func (x *instance[T]) Read(buf plan.BufferID, off int, dst []float64) error {
	b, err := x.part(buf, off, len(dst))
	if err != nil {
		return err
	}
	if s := x.streamOf(buf); s != nil {
		return x.readStream(s, off, dst)
	}
	if b.Type == ir.Real {
		for i, v := range x.m.real[buf][off : off+len(dst)] {
			dst[i] = float64(v)
		}
		return nil
	}
	if b.Narrow() {
		for i, v := range x.m.short[buf][off : off+len(dst)] {
			dst[i] = float64(v)
		}
		return nil
	}
	for i, v := range x.m.int[buf][off : off+len(dst)] {
		dst[i] = float64(v)
	}
	return nil
}

// Write replaces elements of a buffer.
func (x *instance[T]) Write(buf plan.BufferID, off int, src []float64) error {
	if err := x.usable(); err != nil {
		return err
	}
	b, err := x.part(buf, off, len(src))
	if err != nil {
		return err
	}
	if b.Streamed {
		return fmt.Errorf("%s.%s is computed when it is read", b.Object, b.Var)
	}
	if x.plan.Connects(buf) {
		return fmt.Errorf("%s.%s says which elements are connected, which cannot be changed in a loaded network", b.Object, b.Var)
	}
	switch b.Type {
	case ir.Real:
		dst := x.m.real[buf][off:]
		for i, v := range src {
			dst[i] = T(v)
		}
	case ir.Int:
		for i, v := range src {
			if v != math.Trunc(v) || v < math.MinInt32 || v > math.MaxInt32 {
				return fmt.Errorf("%s.%s[%d] holds integers of 32 bits; %v is not one", b.Object, b.Var, off+i, v)
			}
		}
		dst := x.m.int[buf][off:]
		for i, v := range src {
			dst[i] = int32(v)
		}
	default:
		dst := x.m.int[buf][off:]
		for i, v := range src {
			dst[i] = b2i(v != 0)
		}
	}
	x.changed(buf)
	return nil
}

func (x *instance[T]) changed(buf plan.BufferID) {
	for i := range x.items {
		for _, op := range x.items[i].ops {
			op.changed(buf)
		}
	}
}

// Drain hands over the samples taken since the last call.
func (x *instance[T]) Drain(monitor int) (steps []int64, values [][]float64, err error) {
	if monitor < 0 || monitor >= len(x.monitors) {
		return nil, nil, fmt.Errorf("monitor %d does not exist: the plan has %d", monitor, len(x.monitors))
	}
	steps, values = x.monitors[monitor].drain()
	return steps, values, nil
}

// snapshotted reports whether a buffer's contents are part of a snapshot.
func snapshotted(r plan.Role) bool {
	switch r {
	case plan.State, plan.Param, plan.Scratch, plan.History:
		return true
	}
	return false
}

// Snapshot copies the state.
func (x *instance[T]) Snapshot() (*exec.Snapshot, error) {
	if err := x.usable(); err != nil {
		return nil, err
	}
	s := &exec.Snapshot{Fingerprint: x.plan.Fingerprint, At: x.at, Data: make(map[plan.BufferID][]byte)}
	for i, b := range x.plan.Buffers {
		if !snapshotted(b.Role) {
			continue
		}
		s.Data[b.ID] = bytesOf(b, x.m.int[i], x.m.real[i])
	}
	return s, nil
}

func (x *instance[T]) width(b *plan.Buffer) int {
	if b.Type == ir.Real && wide[T]() {
		return 8
	}
	return 4
}

// Restore puts a snapshot's state back. Nothing is changed when the snapshot does not fit the plan.
func (x *instance[T]) Restore(s *exec.Snapshot) error {
	if x.closed {
		return fmt.Errorf("the instance is closed")
	}
	if s.Fingerprint != x.plan.Fingerprint {
		return fmt.Errorf("the snapshot belongs to another network (fingerprint %.12q, this one has %.12q)", s.Fingerprint, x.plan.Fingerprint)
	}
	if s.At.Step < 0 || s.At.Item < 0 || s.At.Item > len(x.items) {
		return fmt.Errorf("the snapshot is damaged: position %d.%d does not exist", s.At.Step, s.At.Item)
	}
	for _, b := range x.plan.Buffers {
		if data, ok := s.Data[b.ID]; snapshotted(b.Role) && (!ok || len(data) != b.Len*x.width(b)) {
			return fmt.Errorf("the snapshot is damaged: %d bytes for %s.%s instead of %d", len(data), b.Object, b.Var, b.Len*x.width(b))
		}
	}
	x.halt = false
	for i, b := range x.plan.Buffers {
		if !snapshotted(b.Role) {
			continue
		}
		data := s.Data[b.ID]
		for k := range x.m.int[i] {
			x.m.int[i][k] = int32(binary.LittleEndian.Uint32(data[4*k:]))
		}
		if b.Type == ir.Bool {
			normalise(x.m.int[i])
		}
		for k := range x.m.real[i] {
			if wide[T]() {
				x.m.real[i][k] = T(math.Float64frombits(binary.LittleEndian.Uint64(data[8*k:])))
			} else {
				x.m.real[i][k] = T(math.Float32frombits(binary.LittleEndian.Uint32(data[4*k:])))
			}
		}
		x.changed(b.ID)
	}
	x.at, x.behind, x.broken = s.At, false, nil
	return nil
}
