//go:build cgo && linux

package serve

import (
	"errors"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
)

// Window draws into a server: a window.Window of a headless context. Its methods must be called on the context's thread.
type Window struct {
	*Server
	dev    *device.Device
	target *render.Target
	back   *device.Readback
}

// NewWindow makes the window of a server.
func NewWindow(s *Server, d *device.Device) *Window { return &Window{Server: s, dev: d} }

// Bind makes the target of the next frame, of the size that the last Events left.
func (w *Window) Bind() error {
	width, height, _ := w.Size()
	if w.target != nil {
		if tw, th := w.target.Size(); tw == width && th == height {
			w.target.Bind()
			return nil
		}
	}
	w.Release()
	var err error
	if w.target, err = render.NewTarget(w.dev, width, height, samples); err != nil {
		return err
	}
	if w.back, err = w.dev.NewReadback("frame for browsers", 4*width*height, 1, device.ReadPixels); err != nil {
		return err
	}
	w.target.Bind()
	return nil
}

// samples per pixel of what is drawn.
const samples = 4

// Present brings the frame back, counted as picture, and publishes it.
func (w *Window) Present() error {
	f, err := w.target.Resolve()
	if err != nil {
		return err
	}
	width, height := w.target.Size()
	if err := w.back.PushPixels(f, 0, device.Rect{W: width, H: height}, 0); err != nil {
		return err
	}
	_, _, scale := w.Size()
	if !w.back.Wait(10*time.Second, func(_ int64, pix []byte) { w.Publish(pix, width, height, scale) }) {
		return errors.New("serve: a frame did not come back from the device within 10 s")
	}
	return nil
}

// Release frees what is held on the device.
func (w *Window) Release() {
	w.target.Close()
	w.back.Close()
	w.target, w.back = nil, nil
}
