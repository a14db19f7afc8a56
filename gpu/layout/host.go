//go:build cgo

package layout

import (
	"errors"
	"fmt"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/graphio/layout"
)

// host shows positions that are computed on the CPU, or by nobody. A step that would take long is made beside the thread that draws: until
// it is done, nobody reads or changes the layout, and what is asked of it waits.
type host struct {
	f       *layout.Force // nil: fixed, or not made yet
	fixed   []float32
	pos     *device.Buffer
	shown   []float32  // what pos holds
	sent    uint64     // version of f's positions in pos
	version uint64     // of pos
	busy    chan error // a step is made, or f; its end is sent. nil: neither
	waiting []func() error
	cost    time.Duration // of the last step; 0: unknown
}

// beside is from how long on a step is made beside the thread that draws.
const beside = 6 * time.Millisecond

// NewHost shows the layout f, whose positions are sent to the device after each call that changes them. The Layout owns f.
func NewHost(d *device.Device, f *layout.Force) (Layout, error) { return newHost(d, &host{f: f}) }

// NewHostLater shows positions [N, 3] until a layout has been made, beside the caller.
func NewHostLater(d *device.Device, pos []float32, f func() (*layout.Force, error)) (Layout, error) {
	h := &host{fixed: pos}
	l, err := newHost(d, h)
	if err != nil {
		return nil, err
	}
	h.run(func() (err error) {
		h.f, err = f()
		return err
	})
	return l, nil
}

// NewFixed shows positions [N, 3] as they are; only Pin changes them, and SetEdges puts new nodes at the origin. It keeps pos.
func NewFixed(d *device.Device, pos []float32) (Layout, error) {
	if len(pos)%3 != 0 {
		return nil, fmt.Errorf("%d coordinates are no positions; each has three", len(pos))
	}
	return newHost(d, &host{fixed: pos})
}

func newHost(d *device.Device, h *host) (_ Layout, err error) {
	p := h.fixed
	if h.f != nil {
		p, _ = h.f.Positions()
	}
	if h.pos, err = d.NewBuffer("layout positions", device.F32, max(len(p), 3)); err != nil {
		return nil, err
	}
	if err := h.send(); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// run does work beside the caller.
func (h *host) run(work func() error) {
	done := make(chan error, 1)
	h.busy = done
	go func() { done <- work() }()
}

// join waits for what is done beside, does what waited for it, and shows the result.
func (h *host) join() error {
	if h.busy == nil {
		return nil
	}
	err := <-h.busy
	h.busy = nil
	for _, f := range h.waiting {
		err = errors.Join(err, f())
	}
	h.waiting = nil
	if err != nil {
		return err
	}
	return h.send()
}

// send shows the positions, when they are new.
func (h *host) send() error {
	p := h.fixed
	if h.f != nil {
		var version uint64
		if p, version = h.f.Positions(); version == h.sent {
			return nil
		}
		h.sent = version
	}
	if max(len(p), 3) != h.pos.Len() {
		if err := h.pos.Resize(max(len(p), 3), false); err != nil {
			return err
		}
	}
	h.version++
	h.shown = append(h.shown[:0], p...)
	if len(p) == 0 {
		return nil
	}
	return device.Upload(h.pos, 0, p)
}

func (h *host) Step(n int) error {
	if err := h.join(); err != nil || h.f == nil {
		return err
	}
	if err := h.f.Step(n); err != nil {
		return err
	}
	return h.send()
}

// stepFor moves the nodes as StepFor says, and never waits for a long step: it starts one, or takes over one that is done.
func (h *host) stepFor(budget time.Duration) (steps int, err error) {
	if h.busy != nil {
		if len(h.busy) == 0 {
			return 0, nil
		}
		was := h.sent
		if err := h.join(); err != nil {
			return 0, err
		}
		if was != 0 && h.sent != was { // otherwise it was made
			steps = 1
		}
	}
	for start := time.Now(); !h.Settled(); steps++ {
		if h.cost == 0 && len(h.shown) > 3*1000 || h.cost > min(beside, budget) {
			f := h.f
			h.run(func() error {
				start := time.Now()
				err := f.Step(1)
				h.cost = time.Since(start)
				return err
			})
			return steps, nil
		}
		if steps > 0 && time.Since(start)+h.cost > budget {
			break
		}
		one := time.Now()
		if err := h.f.Step(1); err != nil {
			return steps, err
		}
		h.cost = max(time.Since(one), 1)
	}
	return steps, h.send()
}

func (h *host) View() device.View { return h.pos.View().Slice(0, len(h.shown)) }

func (h *host) Version() uint64 { return h.version }

func (h *host) Settled() bool { return h.busy == nil && (h.f == nil || h.f.Settled()) }

func (h *host) Ready() bool { return !h.Settled() && (h.busy == nil || len(h.busy) > 0) }

// later does f now, or when what is done beside has ended.
func (h *host) later(f func() error) error {
	if h.busy == nil {
		return f()
	}
	h.waiting = append(h.waiting, f)
	return nil
}

func (h *host) Heat(alpha float64, hold bool) {
	_ = h.later(func() error {
		if h.f != nil {
			h.f.Heat(alpha, hold)
		}
		return nil
	})
}

func (h *host) Pin(node int, x, y, z float32) error {
	if err := layout.CheckPin(node, len(h.shown)/3, x, y, z); err != nil {
		return err
	}
	if err := h.later(func() error {
		if h.f != nil {
			return h.f.Pin(node, x, y, z)
		}
		return nil
	}); err != nil {
		return err
	}
	if h.busy == nil && h.f != nil {
		return h.send()
	}
	// The picture does not wait.
	at := []float32{x, y, z}
	if h.fixed != nil && 3*node+2 < len(h.fixed) {
		copy(h.fixed[3*node:], at)
	}
	copy(h.shown[3*node:], at)
	h.version++
	return device.Upload(h.pos, 3*node, at)
}

func (h *host) Unpin(node int) error {
	if node < 0 || 3*node >= len(h.shown) {
		return fmt.Errorf("there is no node %d; the layout has nodes 0 to %d", node, len(h.shown)/3-1)
	}
	return h.later(func() error {
		if h.f != nil {
			h.f.Unpin(node)
		}
		return nil
	})
}

func (h *host) SetEdges(n int, i, j []int32) error {
	if err := h.join(); err != nil {
		return err
	}
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
	return h.send()
}

func (h *host) Positions() ([]float32, error) { return append([]float32(nil), h.shown...), nil }

// Close leaves a step that is being made to its end.
func (h *host) Close() { h.pos.Close() }
