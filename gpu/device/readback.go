//go:build cgo

package device

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Readback brings data back without waiting: a ring of slots, each with a fence. Copies come back in order.
type Readback struct {
	d      *Device
	name   uint32
	label  string
	slot   int // bytes
	why    Purpose
	mapped []byte // persistent mapping, nil where the driver has none
	ring   []pending
	head   int
	n      int
}

type pending struct {
	fence *Fence
	size  int
	tag   int64
}

// ErrRingFull: all slots of a Readback are under way. Poll, or wait for the oldest.
var ErrRingFull = errors.New("readback ring is full")

// NewReadback makes a ring of slots of slotBytes each; what passes is counted as why.
func (d *Device) NewReadback(label string, slotBytes, slots int, why Purpose) (*Readback, error) {
	if slotBytes < 1 || slots < 1 {
		return nil, fmt.Errorf("device: readback %s: %d slots of %d bytes", label, slots, slotBytes)
	}
	slotBytes = (slotBytes + 15) &^ 15
	r := &Readback{d: d, label: label, slot: slotBytes, why: why, ring: make([]pending, slots)}
	total := slotBytes * slots
	gl.GenBuffers(1, &r.name)
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, r.name)
	if d.info.Features.PersistentMap {
		const flags = gl.MAP_READ_BIT | gl.MAP_PERSISTENT_BIT | gl.MAP_COHERENT_BIT
		gl.BufferStorage(gl.COPY_WRITE_BUFFER, total, nil, flags|gl.CLIENT_STORAGE_BIT)
		if p := gl.MapBufferRange(gl.COPY_WRITE_BUFFER, 0, total, flags); p != nil {
			r.mapped = unsafe.Slice((*byte)(p), total)
		}
	} else {
		gl.BufferData(gl.COPY_WRITE_BUFFER, total, nil, gl.STREAM_READ)
	}
	err := d.takeErr("glBufferStorage")
	if err == nil && d.info.Features.PersistentMap && r.mapped == nil {
		err = errors.New("the buffer cannot be mapped")
	}
	if err != nil {
		gl.DeleteBuffers(1, &r.name)
		return nil, fmt.Errorf("device: readback %s of %d bytes: %w", label, total, err)
	}
	d.track(kindBuffer, uint64(r.name), label)
	d.stats.BufferBytes += int64(total)
	d.stats.TotalBytes += int64(total)
	return r, nil
}

// Pending is the number of copies under way.
func (r *Readback) Pending() int { return r.n }

// Free is the number of slots that Push can still fill.
func (r *Readback) Free() int { return len(r.ring) - r.n }

// SlotBytes is the most that one Push brings back.
func (r *Readback) SlotBytes() int { return r.slot }

func (r *Readback) reserve(size int) (off int, err error) {
	if r.name == 0 {
		return 0, fmt.Errorf("device: readback %s is closed", r.label)
	}
	if size > r.slot {
		return 0, fmt.Errorf("device: readback %s: %d bytes, a slot has %d", r.label, size, r.slot)
	}
	if r.n == len(r.ring) {
		return 0, ErrRingFull
	}
	return (r.head + r.n) % len(r.ring) * r.slot, nil
}

func (r *Readback) commit(size int, tag int64) {
	r.ring[(r.head+r.n)%len(r.ring)] = pending{r.d.NewFence(), size, tag}
	r.n++
	r.d.verify("readback " + r.label)
}

// Push starts a copy of n elements of b from off on; tag comes back with them. Shader writes to b must be behind a
// BarrierBufferUpdate.
func (r *Readback) Push(b *Buffer, off, n int, tag int64) error {
	o, size, err := b.span("read back", off, n)
	if err != nil {
		return err
	}
	at, err := r.reserve(size)
	if err != nil {
		return err
	}
	if size > 0 {
		gl.BindBuffer(gl.COPY_READ_BUFFER, b.name)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, r.name)
		gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, o, at, size)
	}
	r.commit(size, tag)
	return nil
}

// Span is one part of a gathered copy.
type Span struct {
	Buffer *Buffer
	Off, N int // elements
}

// PushAll starts one copy of several spans, put one behind the other.
func (r *Readback) PushAll(spans []Span, tag int64) error {
	total := 0
	for _, s := range spans {
		_, size, err := s.Buffer.span("read back", s.Off, s.N)
		if err != nil {
			return err
		}
		total += size
	}
	at, err := r.reserve(total)
	if err != nil {
		return err
	}
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, r.name)
	for _, s := range spans {
		o, size, _ := s.Buffer.span("read back", s.Off, s.N)
		if size == 0 {
			continue
		}
		gl.BindBuffer(gl.COPY_READ_BUFFER, s.Buffer.name)
		gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, o, at, size)
		at += size
	}
	r.commit(total, tag)
	return nil
}

// PushPixels starts a copy of a rectangle of color attachment i, laid out as by ReadColor.
func (r *Readback) PushPixels(f *Framebuffer, i int, rect Rect, tag int64) error {
	fi, err := f.checkRead(i, rect)
	if err != nil {
		return err
	}
	size := rect.W * rect.H * fi.bytes
	at, err := r.reserve(size)
	if err != nil {
		return err
	}
	gl.BindFramebuffer(gl.READ_FRAMEBUFFER, f.name)
	f.readBuffer(i)
	gl.BindBuffer(gl.PIXEL_PACK_BUFFER, r.name)
	gl.ReadPixels(int32(rect.X), int32(rect.Y), int32(rect.W), int32(rect.H), fi.fmt, fi.typ, offset(at))
	gl.BindBuffer(gl.PIXEL_PACK_BUFFER, 0)
	r.commit(size, tag)
	return nil
}

// Poll hands every finished copy to f, oldest first, and returns how many there were. It does not wait. data is valid
// during the call of f only.
func (r *Readback) Poll(f func(tag int64, data []byte)) int {
	k := 0
	for r.n > 0 && r.ring[r.head].fence.Done() {
		r.deliver(f)
		k++
	}
	return k
}

// Wait waits for the oldest copy, at most for timeout, and hands it to f; it reports whether it did.
func (r *Readback) Wait(timeout time.Duration, f func(tag int64, data []byte)) bool {
	if r.n == 0 || !r.ring[r.head].fence.Wait(timeout) {
		return false
	}
	r.deliver(f)
	return true
}

func (r *Readback) deliver(f func(tag int64, data []byte)) {
	p := r.ring[r.head]
	at := r.head * r.slot
	p.fence.Close()
	r.d.stats.ReadBack[r.why] += int64(p.size)
	var data []byte
	switch {
	case p.size == 0:
	case r.mapped != nil:
		data = r.mapped[at : at+p.size]
	default:
		data = make([]byte, p.size)
		gl.BindBuffer(gl.COPY_READ_BUFFER, r.name)
		gl.GetBufferSubData(gl.COPY_READ_BUFFER, at, p.size, unsafe.Pointer(&data[0]))
		r.d.verify("glGetBufferSubData")
	}
	f(p.tag, data)
	// Only now may a Push reuse the slot: f may push.
	r.head = (r.head + 1) % len(r.ring)
	r.n--
}

// Close ends the ring; copies under way are lost.
func (r *Readback) Close() {
	if r == nil || r.name == 0 {
		return
	}
	for ; r.n > 0; r.n-- {
		r.ring[r.head].fence.Close()
		r.head = (r.head + 1) % len(r.ring)
	}
	if r.mapped != nil {
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, r.name)
		gl.UnmapBuffer(gl.COPY_WRITE_BUFFER)
		r.mapped = nil
	}
	gl.DeleteBuffers(1, &r.name)
	r.d.untrack(kindBuffer, uint64(r.name))
	r.d.stats.BufferBytes -= int64(r.slot * len(r.ring))
	r.name = 0
	r.d.verify("glDeleteBuffers")
}
