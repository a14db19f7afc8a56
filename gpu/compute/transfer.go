//go:build cgo

package compute

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// get reads elements of a buffer of the layout. The caller has issued the barrier.
func (i *Instance) get(buffer, off int, dst []float64, why device.Purpose) error {
	if len(dst) == 0 {
		return nil
	}
	at := i.layout.Buffers[buffer]
	b := i.slabs[at.Slab].buf
	if at.Narrow {
		first := off / 2
		words := make([]int32, (off+len(dst)+1)/2-first)
		if err := device.Read(b, at.Base+first, words, why); err != nil {
			return err
		}
		for k := range dst {
			at := off + k
			dst[k] = float64(uint32(words[at/2-first]) >> (16 * (at % 2)) & 0xffff)
		}
		return nil
	}
	switch b.Elem() {
	case device.F64:
		return device.Read(b, at.Base+off, dst, why)
	case device.F32:
		return convert[float32](b, at.Base+off, dst, why)
	}
	return convert[int32](b, at.Base+off, dst, why)
}

func convert[T int32 | float32](b *device.Buffer, off int, dst []float64, why device.Purpose) error {
	v := make([]T, len(dst))
	if err := device.Read(b, off, v, why); err != nil {
		return err
	}
	for k, x := range v {
		dst[k] = float64(x)
	}
	return nil
}

// put writes elements of a plan's buffer.
func (i *Instance) put(id plan.BufferID, off int, src []float64) error {
	at := i.layout.Buffers[id]
	b := i.slabs[at.Slab].buf
	switch b.Elem() {
	case device.F64:
		return device.Upload(b, at.Base+off, src)
	case device.F32:
		v := make([]float32, len(src))
		for k, x := range src {
			v[k] = float32(x)
		}
		return device.Upload(b, at.Base+off, v)
	}
	v := make([]int32, len(src))
	boolean := i.plan.Buffers[id].Type == ir.Bool
	for k, x := range src {
		if boolean {
			if x != 0 {
				v[k] = 1
			}
			continue
		}
		if x != math.Trunc(x) || x < math.MinInt32 || x > math.MaxInt32 {
			bp := i.plan.Buffers[id]
			return fmt.Errorf("%s.%s[%d]: %v is not a 32-bit integer", bp.Object, bp.Var, off+k, x)
		}
		v[k] = int32(x)
	}
	return device.Upload(b, at.Base+off, v)
}

func (i *Instance) span(what string, id plan.BufferID, off, n int) error {
	if i.closed {
		return errClosed
	}
	if id < 0 || int(id) >= len(i.plan.Buffers) {
		return fmt.Errorf("%s: there is no buffer %d", what, id)
	}
	if b := i.plan.Buffers[id]; off < 0 || off > b.Len-n {
		return fmt.Errorf("%s: elements [%d, %d) of %s.%s, which has %d", what, off, off+n, b.Object, b.Var, b.Len)
	}
	return nil
}

// Read copies elements of a buffer.
func (i *Instance) Read(id plan.BufferID, off int, dst []float64) error {
	return i.ReadFor(id, off, dst, device.ReadState)
}

// ReadFor is Read, counted under another purpose.
func (i *Instance) ReadFor(id plan.BufferID, off int, dst []float64, why device.Purpose) error {
	if err := i.span("read", id, off, len(dst)); err != nil {
		return err
	}
	start := time.Now()
	defer func() { i.readTime += time.Since(start); i.reads++ }()
	if err := i.settle(); err != nil {
		return err
	}
	i.fullBarrier()
	return i.get(int(id), off, dst, why)
}

// Write replaces elements of a buffer.
func (i *Instance) Write(id plan.BufferID, off int, src []float64) error {
	if err := i.span("write", id, off, len(src)); err != nil || len(src) == 0 {
		return err
	}
	if i.fault != nil {
		return i.stopped()
	}
	if b := i.plan.Buffers[id]; b.Narrow() {
		return fmt.Errorf("%s.%s says which elements are connected, which cannot be changed in a loaded network", b.Object, b.Var)
	}
	if err := i.settle(); err != nil {
		return err
	}
	i.fullBarrier()
	if err := i.widen(id, off, src); err != nil {
		return err
	}
	if err := i.put(id, off, src); err != nil {
		return err
	}
	i.unpacked = i.unpacked || i.layout.PackedValues(id)
	return i.refreshList(id)
}

// kept reports whether a snapshot holds buffers of a role.
func kept(r plan.Role) bool {
	return r == plan.State || r == plan.Param || r == plan.Scratch || r == plan.History
}

// Snapshot copies everything that a later step depends on.
func (i *Instance) Snapshot() (*exec.Snapshot, error) {
	if i.closed {
		return nil, errClosed
	}
	if i.fault != nil {
		return nil, i.stopped()
	}
	if err := i.settle(); err != nil {
		return nil, err
	}
	i.fullBarrier()
	s := &exec.Snapshot{Fingerprint: i.plan.Fingerprint, At: i.at, Data: make(map[plan.BufferID][]byte), Written: i.layout.Written()}
	for k, b := range i.plan.Buffers {
		if !kept(b.Role) {
			continue
		}
		at := i.layout.Buffers[k]
		data, err := readBytes(i.slabs[at.Slab].buf, at.Base, b.Len)
		if err != nil {
			return nil, err
		}
		s.Data[plan.BufferID(k)] = data
	}
	return s, nil
}

// vacate readies the buffers to be overwritten by a state in which the host had written values of the given ranges: spikes that wait to be recorded
// are moved out, and sums have the scales of that state.
func (i *Instance) vacate(written map[plan.Part][2]float64) error {
	if err := i.settle(); err != nil {
		return err
	}
	i.fullBarrier()
	if err := i.moveAllSpikes(); err != nil {
		return err
	}
	if i.layout.SetWritten(written) {
		i.rescale()
		return i.putScales()
	}
	return nil
}

// Restore goes back to a snapshot, also from a fault. Samples that were taken since stay until they are drained.
func (i *Instance) Restore(s *exec.Snapshot) error {
	if i.closed {
		return errClosed
	}
	if s.Fingerprint != i.plan.Fingerprint {
		return fmt.Errorf("the snapshot belongs to another network: its fingerprint is %.12q, this network's %.12q", s.Fingerprint, i.plan.Fingerprint)
	}
	for k, b := range i.plan.Buffers {
		if !kept(b.Role) {
			continue
		}
		data, ok := s.Data[plan.BufferID(k)]
		if size := b.Len * i.slabs[i.layout.Buffers[k].Slab].elem.Size(); !ok || len(data) != size {
			return fmt.Errorf("the snapshot has %d bytes for %s.%s, which takes %d", len(data), b.Object, b.Var, size)
		}
	}
	if err := i.vacate(s.Written); err != nil {
		return err
	}
	for k, b := range i.plan.Buffers {
		if !kept(b.Role) {
			continue
		}
		if i.layout.Bounds(plan.BufferID(k)) {
			if err := i.widen(plan.BufferID(k), 0, realsOf(s.Data[plan.BufferID(k)], i.plan.Precision)); err != nil {
				return err
			}
		}
		at := i.layout.Buffers[k]
		if err := writeBytes(i.slabs[at.Slab].buf, at.Base, s.Data[plan.BufferID(k)]); err != nil {
			return err
		}
	}
	for b := range i.layout.Lists {
		if err := i.refreshList(b); err != nil {
			return err
		}
	}
	if err := i.forgetSpikes(); err != nil {
		return err
	}
	i.unpacked = len(i.pack) > 0
	i.at, i.passed, i.halt = s.At, false, false
	i.tickBase = s.At.Step
	return i.clearFault()
}

// realsOf are the values of a buffer of reals in a snapshot.
func realsOf(data []byte, p plan.Precision) []float64 {
	if p == plan.Double {
		v := make([]float64, len(data)/8)
		for k := range v {
			v[k] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*k:]))
		}
		return v
	}
	v := make([]float64, len(data)/4)
	for k := range v {
		v[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*k:])))
	}
	return v
}

func readBytes(b *device.Buffer, off, n int) ([]byte, error) {
	if b.Elem().Size() == 8 {
		v := make([]uint64, n)
		if err := device.Read(b, off, v, device.ReadSnapshot); err != nil {
			return nil, err
		}
		data := make([]byte, 0, 8*n)
		for _, x := range v {
			data = binary.LittleEndian.AppendUint64(data, x)
		}
		return data, nil
	}
	v := make([]uint32, n)
	if err := device.Read(b, off, v, device.ReadSnapshot); err != nil {
		return nil, err
	}
	data := make([]byte, 0, 4*n)
	for _, x := range v {
		data = binary.LittleEndian.AppendUint32(data, x)
	}
	return data, nil
}

func writeBytes(b *device.Buffer, off int, data []byte) error {
	if b.Elem().Size() == 8 {
		v := make([]uint64, len(data)/8)
		for k := range v {
			v[k] = binary.LittleEndian.Uint64(data[8*k:])
		}
		return device.Upload(b, off, v)
	}
	v := make([]uint32, len(data)/4)
	for k := range v {
		v[k] = binary.LittleEndian.Uint32(data[4*k:])
	}
	return device.Upload(b, off, v)
}
