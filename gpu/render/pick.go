//go:build cgo

package render

import (
	"encoding/binary"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Hit is what lies under a point of the picture.
type Hit struct {
	Panel   *Panel
	Item    Item // nil: nothing
	Element int
	Edge    bool // Element is an edge of a graph, not a node
}

// edgeBit tells edges of a graph from its nodes in the index picture.
const edgeBit = 1 << 31

// pickReach is how far, in pixels of the half-size index picture, an item may lie from the pointer.
const pickReach = 3

// picker draws the index picture: for each pixel the item and the element.
type picker struct {
	d      *device.Device
	target *device.Framebuffer
	back   *device.Readback
	sent   map[int64]pickSent
	next   int64
	rect   device.Rect // of the pick that is being drawn
}

type pickSent struct {
	items []Hit // by item number - 1, without the element
	rect  device.Rect
	x, y  int
	tag   any
}

// PickNow returns what lies under a point, in units of scale 1 from the window's top left corner, and waits for it. Draw
// must have drawn the scene. Picking leaves another framebuffer bound than Draw did.
func (r *Renderer) PickNow(s *Scene, f Frame, x, y float64) (Hit, error) {
	sent, ok, err := r.drawPick(s, f, x, y)
	if err != nil || !ok {
		return Hit{}, err
	}
	data := make([]uint32, 2*sent.rect.W*sent.rect.H)
	if err := device.ReadColor(r.picks.target, 0, sent.rect, data, device.ReadPick); err != nil {
		return Hit{}, err
	}
	return sent.nearest(data), nil
}

// Pick starts to look up what lies under a point; PollPicks brings the answer with the same tag. It reports false when
// nothing was started: the point lies outside all panels, or earlier picks are still under way.
func (r *Renderer) Pick(s *Scene, f Frame, x, y float64, tag any) (bool, error) {
	if r.picks != nil && r.picks.back.Free() == 0 {
		return false, nil
	}
	sent, ok, err := r.drawPick(s, f, x, y)
	if err != nil || !ok {
		return false, err
	}
	sent.tag = tag
	p := r.picks
	p.next++
	if err := p.back.PushPixels(p.target, 0, sent.rect, p.next); err != nil {
		return false, err
	}
	p.sent[p.next] = sent
	return true, nil
}

// PollPicks hands out answers that have arrived, without waiting.
func (r *Renderer) PollPicks(answer func(tag any, h Hit)) {
	if r.picks == nil {
		return
	}
	r.picks.back.Poll(r.picks.deliver(answer))
}

// WaitPicks hands out the oldest answer, waiting for it at most for timeout.
func (r *Renderer) WaitPicks(timeout time.Duration, answer func(tag any, h Hit)) bool {
	return r.picks != nil && r.picks.back.Wait(timeout, r.picks.deliver(answer))
}

func (p *picker) deliver(answer func(tag any, h Hit)) func(int64, []byte) {
	return func(tag int64, data []byte) {
		sent := p.sent[tag]
		delete(p.sent, tag)
		u := make([]uint32, len(data)/4)
		for i := range u {
			u[i] = binary.LittleEndian.Uint32(data[4*i:])
		}
		answer(sent.tag, sent.nearest(u))
	}
}

// drawPick draws the few pixels of the index picture around a point.
func (r *Renderer) drawPick(s *Scene, f Frame, x, y float64) (pickSent, bool, error) {
	if r.draws == 0 {
		return pickSent{}, false, nil
	}
	lay := s.Layout(f.Width, f.Height, f.Scale)
	pl, _, _ := lay.At(x, y)
	if pl == nil || pl.Panel.Camera == nil {
		return pickSent{}, false, nil
	}
	w, h := max(1, f.Width/2), max(1, f.Height/2)
	if err := r.preparePicker(w, h); err != nil {
		return pickSent{}, false, err
	}
	half := f
	half.Width, half.Height, half.Scale = w, h, f.Scale/2
	v := newPanelView(*pl, half)
	px := min(w-1, max(0, int(x*half.Scale)))
	py := min(h-1, max(0, h-1-int(y*half.Scale)))
	rect := device.Rect{X: max(0, px-pickReach), Y: max(0, py-pickReach)}
	rect.W, rect.H = min(w, px+pickReach+1)-rect.X, min(h, py+pickReach+1)-rect.Y
	sent := pickSent{rect: rect, x: px - rect.X, y: py - rect.Y}

	t := r.picks.target
	r.picks.rect = rect
	t.Bind()
	r.d.SetState(device.State{DepthTest: true, Scissor: true, ScissorRect: rect})
	r.d.Viewport(v.x, v.y, v.w, v.h)
	t.ClearUint(0, [4]uint32{})
	t.ClearDepth(1)
	for _, it := range pl.Panel.Items {
		sent.items = append(sent.items, Hit{Panel: pl.Panel, Item: it})
		number := uint32(len(sent.items))
		var err error
		switch i := it.(type) {
		case *Surface:
			if r.surfaces[i] != nil {
				err = r.drawSurface(&v, i, s.theme(), half, number)
			}
		case *Scatter:
			err = r.drawScatter(&v, i, s.theme(), number)
		case *Graph:
			err = r.pickGraph(&v, i, s.theme(), half, number)
			r.d.SetState(device.State{DepthTest: true, Scissor: true, ScissorRect: rect})
		}
		if err != nil {
			return pickSent{}, false, err
		}
	}
	return sent, true, nil
}

func (r *Renderer) preparePicker(w, h int) (err error) {
	if r.picks == nil {
		p := &picker{d: r.d, sent: map[int64]pickSent{}}
		const side = 2*pickReach + 1
		if p.back, err = r.d.NewReadback("pick", 8*side*side, 4, device.ReadPick); err != nil {
			return err
		}
		r.picks = p
	}
	p := r.picks
	if p.target != nil && p.target.Desc().Width == w && p.target.Desc().Height == h {
		return nil
	}
	p.target.Close()
	p.target, err = r.d.NewFramebuffer(device.FramebufferDesc{Label: "pick", Width: w, Height: h,
		Color: []device.Format{device.RG32UI}, Depth: true})
	return err
}

// nearest is the hit closest to the pointer in the pixels read.
func (s pickSent) nearest(data []uint32) Hit {
	best, at := -1, 0
	for k := 0; 2*k+1 < len(data); k++ {
		n := data[2*k]
		if n == 0 || int(n) > len(s.items) {
			continue
		}
		dx, dy := k%s.rect.W-s.x, k/s.rect.W-s.y
		if d := dx*dx + dy*dy; best < 0 || d < best {
			best, at = d, k
		}
	}
	if best < 0 {
		return Hit{}
	}
	h := s.items[data[2*at]-1]
	h.Element, h.Edge = int(data[2*at+1]&^edgeBit), data[2*at+1]&edgeBit != 0
	if _, ok := h.Item.(*Graph); !ok {
		h.Element, h.Edge = int(data[2*at+1]), false
	}
	return h
}

func (p *picker) close() {
	if p == nil {
		return
	}
	p.target.Close()
	p.back.Close()
}
