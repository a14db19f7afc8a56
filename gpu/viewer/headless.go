//go:build cgo && linux

package viewer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/sim"
)

// HeadlessOptions of pictures and movies drawn without a window.
type HeadlessOptions struct {
	Device        *device.Device
	Width, Height int
	Scale         float64 // pixels per unit of length: 2 for a dense display
	Light         bool
	// Frames is the number of frames over each run; 0 follows FPS at the speed of real time.
	Frames int
	FPS    int
	PNG    string // the last frame
	Movie  string // every frame
}

// Headless draws the same scene as a window, at a fixed simulated time per frame: no frame is ever dropped.
type Headless struct {
	opt      HeadlessOptions
	renderer *render.Renderer
	target   *render.Target
	scene    *render.Scene
	stage    *stage
	kept     *kept
	sim      *sim.Sim
	movie    Movie
	frames   int
	copies   bool   // what is shown may be changed before it is drawn
	clock    string // instead of the simulation's time
}

// NewHeadless checks the options and makes what drawing needs.
func NewHeadless(o HeadlessOptions) (_ *Headless, err error) {
	if o.Width < 64 || o.Height < 64 || o.Width > 16384 || o.Height > 16384 {
		return nil, fmt.Errorf("a picture of %dx%d pixels cannot be drawn; use 64 to 16384 each way", o.Width, o.Height)
	}
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.FPS == 0 {
		o.FPS = 30
	}
	h := &Headless{opt: o}
	o.Device.Do(func() {
		if h.renderer, err = render.New(o.Device); err == nil {
			if h.target, err = render.NewTarget(o.Device, o.Width, o.Height, 4); err != nil {
				h.renderer.Close()
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if o.Movie != "" {
		if h.movie, err = NewMovie(o.Movie, o.FPS); err != nil {
			h.Close()
			return nil, err
		}
	}
	return h, nil
}

// Drive steps to until, drawing a frame after each equal share of the steps.
func (h *Headless) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	var err error
	h.opt.Device.Do(func() { err = h.drive(ctx, s, until) })
	return err
}

func (h *Headless) drive(ctx context.Context, s *sim.Sim, until int64) error {
	if err := h.attach(s); err != nil {
		return err
	}
	first := s.Instance().At().Step
	n := int64(h.opt.Frames)
	if n == 0 {
		n = int64(math.Ceil(float64(until-first) * s.Plan().BaseDT * float64(h.opt.FPS)))
	}
	if h.movie == nil {
		n = 1
	}
	n = max(min(n, until-first), 1)
	for k := int64(1); k <= n; k++ {
		if err := h.stage.advance(ctx, h.renderer, first+(until-first)*k/n); err != nil {
			return err
		}
		if err := h.frame(); err != nil || s.Stopped() {
			return err
		}
	}
	return nil
}

func (h *Headless) attach(s *sim.Sim) error {
	if h.sim == s && h.stage != nil && h.stage.plan == s.Plan() && h.stage.inst == s.Instance() {
		return nil
	}
	if h.stage != nil {
		h.stage.close()
	}
	if h.kept == nil {
		h.kept = newKept()
	}
	st := newStage(h.opt.Device, s, h.kept)
	st.copies = h.copies
	views, err := st.views()
	var panels []*render.Panel
	if err == nil {
		panels, err = st.panels(views)
	}
	if err != nil {
		st.close()
		return err
	}
	theme := render.Dark()
	if h.opt.Light {
		theme = render.Light()
	}
	h.sim, h.stage = s, st
	h.scene = &render.Scene{Theme: theme, Panels: panels, Overlay: h.renderer.NewOverlay(), Insets: render.Insets{Bottom: 26}}
	h.scene.FitCameras(h.opt.Width, h.opt.Height, h.opt.Scale)
	return nil
}

// frame draws the scene and hands it to the movie.
func (h *Headless) frame() error {
	if err := h.draw(); err != nil {
		return err
	}
	h.frames++
	if h.movie == nil {
		return nil
	}
	img, err := h.target.Image()
	if err != nil {
		return err
	}
	return h.movie.Add(img)
}

func (h *Headless) draw() error {
	if err := h.stage.upload(); err != nil {
		return err
	}
	for { // to the end, so that the same network gives the same picture however fast the machine is
		if err := h.stage.settle(); err != nil {
			return err
		}
		if !h.stage.moving() {
			break
		}
	}
	if err := h.stage.feedCharts(h.renderer); err != nil {
		return err
	}
	f := render.Frame{Width: h.opt.Width, Height: h.opt.Height, Scale: h.opt.Scale, Version: uint64(h.sim.Instance().At().Step) + 1, Fine: true}
	for {
		h.drawTime(f)
		h.target.Bind()
		if err := h.renderer.Draw(h.scene, f); err != nil {
			return err
		}
		if !h.renderer.Waiting() {
			return nil
		}
		// Limits taken from the data arrive after the picture that asked for them; a movie must not lag behind them.
		h.opt.Device.WaitIdle()
		if !h.renderer.Dirty(h.scene, f) {
			return nil
		}
	}
}

// drawTime writes the simulated time into the lower left corner.
func (h *Headless) drawTime(f render.Frame) {
	o := h.scene.Overlay
	o.Reset(f.Width, f.Height, f.Scale)
	_, height := o.Size()
	clock := h.clock
	if clock == "" {
		clock = "t = " + FormatTime(h.sim.Time())
	}
	o.Text(14, height-16, clock, render.TextStyle{Size: textSize, Color: h.scene.Theme.Muted, Middle: true})
}

// Finish writes the picture and ends the movie.
func (h *Headless) Finish() error {
	var err error
	if h.opt.PNG != "" && h.stage != nil {
		h.opt.Device.Do(func() {
			if h.frames == 0 {
				err = h.draw()
			}
			if err == nil {
				img, e := h.target.Image()
				if err = e; err == nil {
					err = WritePNG(h.opt.PNG, img)
				}
			}
		})
	}
	if h.movie != nil {
		err = errors.Join(err, h.movie.Finish())
		h.movie = nil
	}
	return err
}

// Close frees everything; a movie that was not finished leaves no file.
func (h *Headless) Close() {
	if h.movie != nil {
		h.movie.Abort()
		h.movie = nil
	}
	h.opt.Device.Do(func() {
		if h.stage != nil {
			h.stage.close()
			h.kept.close()
		}
		h.target.Close()
		h.renderer.Close()
	})
}
