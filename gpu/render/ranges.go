//go:build cgo

package render

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/device"
)

// ranges finds the extremes of the data for scales that follow it. Each item takes a slot of two ordered integers, which
// shaders/render/reduce.comp.glsl lowers and raises; the slots come back together.
type ranges struct {
	d      *device.Device
	buffer *device.Buffer
	back   *device.Readback
	now    []*Scale           // scale of each slot in this frame
	sent   map[int64][]*Scale // by tag
	next   int64
	frame  int64  // when the extremes were last looked for
	due    bool   // in this frame
	stale  bool   // there are newer data
	last   uint64 // version of the last frame
}

const (
	maxRanges = 64
	// rangeEvery is how many frames of moving data share one look at the extremes.
	rangeEvery = 8
	rangesBusy = 3 // copies under way, at most
)

func (g *ranges) init(d *device.Device) (err error) {
	g.d = d
	g.sent = map[int64][]*Scale{}
	if g.buffer, err = d.NewBuffer("extremes", device.U32, 2*maxRanges); err != nil {
		return err
	}
	g.back, err = d.NewReadback("extremes", 8*maxRanges, rangesBusy, device.ReadRange)
	return err
}

func (g *ranges) close() {
	g.buffer.Close()
	g.back.Close()
}

// begin starts a frame with data of the given version. While the data change, only some frames look for the extremes; the
// first frame that finds them at rest makes up for it. With each, all frames look.
func (g *ranges) begin(frame int64, version uint64, each bool) {
	g.now = g.now[:0]
	rest := version == g.last
	g.stale = g.stale || !rest
	g.last = version
	if g.due = g.stale && g.back.Free() > 0 && (rest || each || frame >= g.frame+rangeEvery); g.due {
		g.frame = frame
	}
}

// slot reserves the place of an item's extremes, or gives -1 when this frame does not look for them.
func (g *ranges) slot(s *Scale) int {
	if len(g.now) == maxRanges || s.seen && !g.due {
		return -1
	}
	k := 2 * len(g.now)
	if device.Fill(g.buffer, k, 1, ^uint32(0)) != nil || device.Fill(g.buffer, k+1, 1, uint32(0)) != nil {
		return -1
	}
	g.now = append(g.now, s)
	return k
}

// submit starts the copy, and waits for it if a scale has no limits yet.
func (g *ranges) submit() error {
	if g.due {
		g.stale = false
	}
	if len(g.now) == 0 {
		return nil
	}
	fresh := false
	for _, s := range g.now {
		fresh = fresh || !s.seen
	}
	if fresh {
		raw := make([]uint32, 2*len(g.now))
		if err := device.Read(g.buffer, 0, raw, device.ReadRange); err != nil {
			return fmt.Errorf("render: extremes: %w", err)
		}
		observe(g.now, raw)
		return nil
	}
	g.next++
	g.sent[g.next] = append([]*Scale(nil), g.now...)
	return g.back.Push(g.buffer, 0, 2*len(g.now), g.next)
}

func (g *ranges) waiting() bool { return g.back.Pending() > 0 }

func (g *ranges) poll() {
	g.back.Poll(func(tag int64, data []byte) {
		raw := make([]uint32, len(data)/4)
		for i := range raw {
			raw[i] = binary.LittleEndian.Uint32(data[4*i:])
		}
		observe(g.sent[tag], raw)
		delete(g.sent, tag)
	})
}

// observe joins the slots of each scale and tells it.
func observe(scales []*Scale, raw []uint32) {
	type extremes struct{ lo, hi float64 }
	joined := map[*Scale]extremes{}
	var order []*Scale
	for i, s := range scales {
		if raw[2*i] > raw[2*i+1] {
			continue // no finite value
		}
		lo, hi := fromOrdered(raw[2*i]), fromOrdered(raw[2*i+1])
		e, ok := joined[s]
		if !ok {
			order = append(order, s)
			e = extremes{lo, hi}
		}
		joined[s] = extremes{math.Min(e.lo, lo), math.Max(e.hi, hi)}
	}
	for _, s := range order {
		s.Observe(joined[s].lo, joined[s].hi)
	}
}

// fromOrdered undoes ordered() of the shader.
func fromOrdered(u uint32) float64 {
	if u&0x80000000 != 0 {
		return float64(math.Float32frombits(u &^ 0x80000000))
	}
	return float64(math.Float32frombits(^u))
}
