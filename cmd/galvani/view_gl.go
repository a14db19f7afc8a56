//go:build cgo && linux

package main

import (
	"context"
	"errors"
	"math"

	"github.com/galvani-sim/galvani/gpu/serve"
	"github.com/galvani-sim/galvani/gpu/viewer"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// newShow makes what draws: a window's viewer, that of a server's window, or a headless one.
func newShow(d *glDevice, srv *serve.Server, v *viewFlags, note func(string), save func(*timeline.Timeline) (string, error)) (show, error) {
	if v.headless {
		h, err := viewer.NewHeadless(viewer.HeadlessOptions{Device: d.device, Width: v.width, Height: v.height, Scale: v.scale, Light: v.light,
			Frames: v.frames, FPS: v.fps, PNG: v.png, Movie: v.movie})
		if err != nil {
			return nil, err
		}
		return &offscreen{h}, nil
	}
	speed := v.speed
	if speed == 0 {
		speed = math.Inf(1)
	}
	o := viewer.Options{Context: d.context, Device: d.device, Light: v.light, Speed: speed, Log: note, SaveSession: save}
	var remote *serve.Window
	if srv != nil {
		remote = serve.NewWindow(srv, d.device)
		o.Window, o.FrameRate = remote, float64(v.fps)
	}
	w, err := viewer.New(o)
	if err != nil {
		return nil, err
	}
	return &window{w, func() {
		if remote != nil {
			d.device.Do(remote.Release)
		}
	}}, nil
}

// window shows a run in a window and stays open after it.
type window struct {
	v       *viewer.Viewer
	release func()
}

func (w *window) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	return closed(w.v.Drive(ctx, s, until))
}

// Stay shows the network for as long as the user likes. What the script asked to record ends with its last run.
func (w *window) Stay(ctx context.Context, s *sim.Sim) error {
	if s.Instance().At().Step > 0 {
		s.StopRecording()
	}
	return closed(w.v.Stay(ctx, s))
}

func (w *window) Timeline() *timeline.Timeline { return w.v.Timeline() }
func (w *window) Adopt(t *timeline.Timeline)   { w.v.Adopt(t) }
func (w *window) Finish() error                { return nil }
func (w *window) Close() {
	w.v.Close()
	w.release()
}

func closed(err error) error {
	if errors.Is(err, viewer.ErrClosed) {
		return errClosed
	}
	return err
}

// offscreen draws pictures; it ends with the script.
type offscreen struct{ h *viewer.Headless }

func (o *offscreen) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	return o.h.Drive(ctx, s, until)
}
func (o *offscreen) Stay(ctx context.Context, s *sim.Sim) error {
	if s.Instance().At().Step > 0 {
		return nil
	}
	return o.h.Drive(ctx, s, 1)
}
func (o *offscreen) Timeline() *timeline.Timeline { return nil }
func (o *offscreen) Adopt(*timeline.Timeline)     {}
func (o *offscreen) Finish() error                { return o.h.Finish() }
func (o *offscreen) Close()                       { o.h.Close() }
