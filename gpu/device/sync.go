//go:build cgo

package device

import (
	"fmt"
	"time"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Barriers says which later uses must see what shaders wrote before.
type Barriers uint32

const (
	BarrierStorage      Barriers = gl.SHADER_STORAGE_BARRIER_BIT
	BarrierUniform      Barriers = gl.UNIFORM_BARRIER_BIT
	BarrierCommand      Barriers = gl.COMMAND_BARRIER_BIT // indirect dispatch and draw
	BarrierBufferUpdate Barriers = gl.BUFFER_UPDATE_BARRIER_BIT
	BarrierMapped       Barriers = gl.CLIENT_MAPPED_BUFFER_BARRIER_BIT
	BarrierVertex       Barriers = gl.VERTEX_ATTRIB_ARRAY_BARRIER_BIT
	BarrierElement      Barriers = gl.ELEMENT_ARRAY_BARRIER_BIT
	BarrierTexture      Barriers = gl.TEXTURE_FETCH_BARRIER_BIT
	BarrierImage        Barriers = gl.SHADER_IMAGE_ACCESS_BARRIER_BIT
	BarrierPixel        Barriers = gl.PIXEL_BUFFER_BARRIER_BIT
	BarrierFramebuffer  Barriers = gl.FRAMEBUFFER_BARRIER_BIT
	BarrierAll          Barriers = gl.ALL_BARRIER_BITS
)

// Barrier orders shader writes before it and the named uses behind it.
func (d *Device) Barrier(b Barriers) {
	gl.MemoryBarrier(uint32(b))
	d.stats.Barriers++
	d.verify("glMemoryBarrier")
}

// Flush sends queued commands to the GPU.
func (d *Device) Flush() { gl.Flush() }

// WaitIdle waits until the GPU has finished everything.
func (d *Device) WaitIdle() { gl.Finish(); d.verify("glFinish") }

// Fence marks a place in the command stream.
type Fence struct {
	d    *Device
	sync uintptr
	done bool
}

// NewFence places a fence behind all commands so far, and flushes so that it is reached without further calls.
func (d *Device) NewFence() *Fence {
	f := &Fence{d: d, sync: gl.FenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)}
	gl.Flush()
	d.track(kindFence, uint64(f.sync), "")
	d.verify("glFenceSync")
	return f
}

// Done polls: it reports whether the GPU has passed the fence, at once.
func (f *Fence) Done() bool {
	if f.done || f.sync == 0 {
		return true
	}
	// Waiting for no time: some drivers (Mesa's zink) answer GetSynciv from what they saw last, also behind a glFinish.
	return f.Wait(0)
}

// Wait waits until the GPU has passed the fence, at most for timeout; it reports whether it has.
func (f *Fence) Wait(timeout time.Duration) bool {
	if f.done || f.sync == 0 {
		return true
	}
	s := gl.ClientWaitSync(f.sync, gl.SYNC_FLUSH_COMMANDS_BIT, uint64(max(timeout, 0)))
	f.done = s == gl.ALREADY_SIGNALED || s == gl.CONDITION_SATISFIED
	f.d.verify("glClientWaitSync")
	return f.done
}

// Close deletes the fence.
func (f *Fence) Close() {
	if f == nil || f.sync == 0 {
		return
	}
	gl.DeleteSync(f.sync)
	f.d.untrack(kindFence, uint64(f.sync))
	f.sync = 0
}

// Timer measures time on the GPU between Begin and End. Several measurements may be under way; Poll returns each in
// order once its result is there. Timers may nest and overlap.
type Timer struct {
	d       *Device
	queries [][2]uint32
	head    int // oldest under way
	n       int // under way
	open    bool
}

// NewTimer makes a timer for up to depth measurements under way.
func (d *Device) NewTimer(label string, depth int) (*Timer, error) {
	if depth < 1 {
		return nil, fmt.Errorf("device: timer %s: depth %d", label, depth)
	}
	t := &Timer{d: d, queries: make([][2]uint32, depth)}
	for i := range t.queries {
		gl.GenQueries(2, &t.queries[i][0])
		for _, q := range t.queries[i] {
			d.track(kindQuery, uint64(q), label)
		}
	}
	if err := d.takeErr("glGenQueries"); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Begin starts a measurement; it does nothing, and reports false, while all are under way.
func (t *Timer) Begin() bool {
	if t.open || t.n == len(t.queries) {
		return false
	}
	t.open = true
	gl.QueryCounter(t.queries[(t.head+t.n)%len(t.queries)][0], gl.TIMESTAMP)
	t.d.verify("glQueryCounter")
	return true
}

// End ends the measurement that Begin started.
func (t *Timer) End() {
	if !t.open {
		return
	}
	t.open = false
	gl.QueryCounter(t.queries[(t.head+t.n)%len(t.queries)][1], gl.TIMESTAMP)
	t.n++
	t.d.verify("glQueryCounter")
}

// Poll returns the oldest finished measurement, at once.
func (t *Timer) Poll() (elapsed time.Duration, ok bool) {
	if t.n == 0 {
		return 0, false
	}
	q := t.queries[t.head]
	var ready int32
	gl.GetQueryObjectiv(q[1], gl.QUERY_RESULT_AVAILABLE, &ready)
	if ready == 0 {
		return 0, false
	}
	var from, to uint64
	gl.GetQueryObjectui64v(q[0], gl.QUERY_RESULT, &from)
	gl.GetQueryObjectui64v(q[1], gl.QUERY_RESULT, &to)
	t.head = (t.head + 1) % len(t.queries)
	t.n--
	t.d.verify("glGetQueryObject")
	return time.Duration(to - from), true
}

// Close deletes the queries.
func (t *Timer) Close() {
	if t == nil {
		return
	}
	for i := range t.queries {
		gl.DeleteQueries(2, &t.queries[i][0])
		for _, q := range t.queries[i] {
			t.d.untrack(kindQuery, uint64(q))
		}
	}
	t.queries, t.n, t.open = nil, 0, false
}
