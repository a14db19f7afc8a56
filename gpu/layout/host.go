//go:build cgo

package layout

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/graphio/layout"
)

// host shows positions that are computed on the CPU, or by nobody.
type host struct {
	f     *layout.Force // nil: fixed
	fixed []float32
	moved uint64
	pos   *device.Buffer
	sent  uint64
}

// NewHost shows the layout f, whose positions are sent to the device after each call that changes them. The Layout owns f.
func NewHost(d *device.Device, f *layout.Force) (Layout, error) { return newHost(d, &host{f: f}) }

// NewFixed shows positions [N, 3] as they are; only Pin changes them, and SetEdges puts new nodes at the origin. It keeps pos.
func NewFixed(d *device.Device, pos []float32) (Layout, error) {
	if len(pos)%3 != 0 {
		return nil, fmt.Errorf("%d coordinates are no positions; each has three", len(pos))
	}
	return newHost(d, &host{fixed: pos, moved: 1})
}

func newHost(d *device.Device, h *host) (_ Layout, err error) {
	p, _ := h.now()
	if h.pos, err = d.NewBuffer("layout positions", device.F32, max(len(p), 3)); err != nil {
		return nil, err
	}
	if err := h.send(); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *host) now() ([]float32, uint64) {
	if h.f == nil {
		return h.fixed, h.moved
	}
	return h.f.Positions()
}

func (h *host) send() error {
	p, version := h.now()
	if version == h.sent || len(p) == 0 {
		return nil
	}
	if max(len(p), 3) != h.pos.Len() {
		if err := h.pos.Resize(len(p), false); err != nil {
			return err
		}
	}
	h.sent = version
	return device.Upload(h.pos, 0, p)
}

func (h *host) Step(n int) error {
	if h.f == nil {
		return nil
	}
	if err := h.f.Step(n); err != nil {
		return err
	}
	return h.send()
}

func (h *host) View() device.View {
	p, _ := h.now()
	return h.pos.View().Slice(0, len(p))
}

func (h *host) Version() uint64 {
	_, v := h.now()
	return v
}

func (h *host) Settled() bool { return h.f == nil || h.f.Settled() }

func (h *host) Heat(alpha float64, hold bool) {
	if h.f != nil {
		h.f.Heat(alpha, hold)
	}
}

func (h *host) Pin(node int, x, y, z float32) error {
	if h.f != nil {
		if err := h.f.Pin(node, x, y, z); err != nil {
			return err
		}
		return h.send()
	}
	if err := layout.CheckPin(node, len(h.fixed)/3, x, y, z); err != nil {
		return err
	}
	h.fixed[3*node], h.fixed[3*node+1], h.fixed[3*node+2] = x, y, z
	h.moved++
	h.sent = h.moved
	return device.Upload(h.pos, 3*node, []float32{x, y, z})
}

func (h *host) Unpin(node int) error {
	if p, _ := h.now(); node < 0 || node >= len(p)/3 {
		return fmt.Errorf("there is no node %d; the layout has nodes 0 to %d", node, len(p)/3-1)
	}
	if h.f != nil {
		h.f.Unpin(node)
	}
	return nil
}

func (h *host) SetEdges(n int, i, j []int32) error {
	if h.f != nil {
		if err := h.f.SetEdges(n, i, j); err != nil {
			return err
		}
		return h.send()
	}
	if n < 0 {
		return fmt.Errorf("a layout of %d nodes", n)
	}
	fixed := make([]float32, 3*n)
	copy(fixed, h.fixed)
	h.fixed = fixed
	h.moved++
	return h.send()
}

func (h *host) Positions() ([]float32, error) {
	p, _ := h.now()
	return append([]float32(nil), p...), nil
}

func (h *host) Close() { h.pos.Close() }
