//go:build cgo && linux

package viewer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/gpu/window"
	"github.com/galvani-sim/galvani/host/exec"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// Options of a viewer.
type Options struct {
	Context *glcontext.Context
	Device  *device.Device
	// Window shows the frames; nil is the context's own.
	Window window.Window
	Light  bool // the light theme
	Title  string
	// Speed is simulated seconds per wall second at the start; 0 is 1, +Inf as fast as possible.
	Speed float64
	// FrameRate is the most frames per second; 0 is 60.
	FrameRate float64
	// Save names a picture or a movie taken with P or V, given its extension; nil writes galvani-NNN.png into the current folder.
	Save func(ext string) (string, error)
	// History bounds the memory of what can be gone back to.
	History timeline.Options
	// SaveSession writes a session and returns its path, on Ctrl+S; nil: there is nothing to save it to.
	SaveSession func(*timeline.Timeline) (string, error)
	// Log receives one line for a person: where a picture went, why a movie could not be made.
	Log func(string)
}

// Viewer shows one simulation in a window.
type Viewer struct {
	opt      Options
	win      window.Window
	renderer *render.Renderer
	overlay  *render.Overlay
	scene    *render.Scene
	stage    *stage
	sim      *sim.Sim
	pacer    *Pacer

	playing bool
	single  int64 // steps to make although paused
	until   int64 // end of the script's run; -1: none
	help    bool
	bare    bool // panels of the viewer are hidden
	quit    bool
	changed bool          // something other than data changed
	fault   error         // what stopped the simulation, until time goes back
	broken  error         // what stopped the viewer
	undrawn bool          // the panels were made anew since the last frame
	target  int64         // step that is being gone to; -1: none
	slice   time.Duration // how long the viewer works on going there before it looks at input and draws again

	line    *timeline.Timeline
	adopted bool
	kept    *kept
	hands   hands

	panels    panels
	sidebar   sidebar
	pace      pace
	divider   divider
	inspector inspector
	message   string
	shownAt   time.Time

	mouse     mouse
	rates     rates
	version   uint64
	movie     *recording
	hover     hover
	lastFrame render.Frame
	layout    render.Layout
}

// ErrClosed is what a run returns when its window was closed.
var ErrClosed = fmt.Errorf("the window was closed")

// New makes a viewer. Nothing is drawn before Drive.
func New(o Options) (*Viewer, error) {
	v := &Viewer{opt: o, playing: true, changed: true, target: -1, slice: seekSlice}
	v.hands.selected.node = -1
	if v.opt.Speed == 0 {
		v.opt.Speed = 1
	}
	var err error
	v.win = o.Window
	o.Context.Do(func() {
		if v.win == nil {
			if v.win, err = window.NewDesktop(o.Context, o.Device); err != nil {
				return
			}
		}
		if v.renderer, err = render.New(o.Device); err == nil {
			v.overlay = v.renderer.NewOverlay()
		}
	})
	return v, err
}

// Close frees what the viewer made on the GPU.
func (v *Viewer) Close() {
	v.opt.Context.Do(func() {
		v.detach()
		v.renderer.Close()
	})
}

// Drive is the stepping of one Run: it returns when step until is reached, when the window is closed (ErrClosed), or
// when ctx ends. A numeric fault pauses for good and is returned when the window is closed.
func (v *Viewer) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	return v.show(ctx, s, until)
}

// Stay keeps the window open after the script has ended; the simulation goes on as long as it is played.
func (v *Viewer) Stay(ctx context.Context, s *sim.Sim) error { return v.show(ctx, s, -1) }

func (v *Viewer) show(ctx context.Context, s *sim.Sim, until int64) error {
	var err error
	v.opt.Context.Do(func() {
		if err = v.attach(s, until); err == nil {
			err = v.loop(ctx)
		}
	})
	return err
}

// attach makes the panels of a simulation; the camera stays where it is when the same panels are shown again.
func (v *Viewer) attach(s *sim.Sim, until int64) error {
	v.until = until
	if !v.adopted {
		if err := v.follow(s, until); err != nil {
			return err
		}
	}
	v.adopted, v.target = false, -1
	if v.stage != nil && v.sim == s {
		v.pacer.Resume(time.Now())
		return v.refresh()
	}
	v.detach()
	theme := render.Dark()
	if v.opt.Light {
		theme = render.Light()
	}
	v.kept = newKept()
	v.scene = &render.Scene{Theme: theme, Overlay: v.overlay}
	v.panels, v.sidebar.drag = panels{}, nil
	v.fit()
	if err := v.rebuild(); err != nil {
		return err
	}
	v.pacer = NewPacer(s.Plan().BaseDT, time.Now())
	v.pacer.Speed = v.opt.Speed
	if v.opt.FrameRate > 0 {
		v.pacer.FrameRate = v.opt.FrameRate
	}
	v.win.Show()
	return nil
}

func (v *Viewer) detach() {
	v.endMovie()
	if v.stage != nil {
		v.stage.close()
		v.kept.close()
		v.stage, v.kept = nil, nil
	}
}

// size is the framebuffer in pixels and its pixels per unit of length.
func (v *Viewer) size() (w, h int, scale float64) { return v.win.Size() }

// loop takes turns between input, steps and frames until the run is over.
func (v *Viewer) loop(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		v.opt.Context.RunPending()
		v.win.Events(0, v.event)
		if v.quit {
			if v.fault != nil {
				return v.fault
			}
			return ErrClosed
		}
		if v.target < 0 && v.until >= 0 && (v.stage.position().Step >= v.until || v.sim.Stopped()) {
			return nil
		}
		v.applySlider()
		if v.broken != nil {
			return v.broken
		}
		now := time.Now()
		var stepped int64
		var err error
		if v.target >= 0 {
			err = v.seek(ctx)
			stepped = 1
		} else {
			stepped, err = v.step(ctx, now)
		}
		if errors.As(err, new(*exec.Fault)) {
			// The state that it happened in stays to be looked at.
			v.fault, v.playing, v.changed = err, false, true
			if v.opt.Log != nil {
				v.opt.Log(v.faultText())
			}
			continue
		}
		if err != nil {
			return err
		}
		if now = time.Now(); v.drawDue(now) {
			if v.dirty() {
				if err := v.frame(); err != nil {
					return err
				}
				continue
			}
			if v.playing {
				v.pacer.Skip(now)
			}
		}
		if stepped == 0 {
			v.idle(now)
		}
	}
}

// limit is how many steps may be made now.
func (v *Viewer) limit() int64 {
	if v.fault != nil {
		return 0
	}
	left := int64(math.MaxInt64)
	if v.until >= 0 {
		left = v.until - v.stage.position().Step
	}
	if v.pace.count && v.playing {
		left = min(left, v.pace.end-v.stage.position().Step)
	}
	if !v.playing {
		left = min(left, v.single)
	}
	return left
}

// step makes one batch of steps.
func (v *Viewer) step(ctx context.Context, now time.Time) (int64, error) {
	if v.byNumber() {
		return v.stepEvery(ctx)
	}
	n := min(v.limit(), v.single)
	if n <= 0 && v.playing {
		n = v.pacer.Batch(now, v.limit())
	}
	return v.make(ctx, n)
}

// make makes some steps.
func (v *Viewer) make(ctx context.Context, n int64) (int64, error) {
	if n <= 0 {
		return 0, nil
	}
	if v.slow() {
		n = 1
		if err := v.stage.remember(v.renderer); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	if err := v.stage.advance(ctx, v.renderer, v.stage.position().Step+n); err != nil {
		return 0, err
	}
	if err := v.refresh(); err != nil { // an edit that was logged ahead may have changed the network
		return 0, err
	}
	if v.sim.Stopped() && v.until < 0 {
		v.playing = false
		v.say("a condition to stop holds")
	}
	// Without this the cost of the steps would show up as the cost of the next frame.
	v.opt.Device.WaitIdle()
	v.pacer.Stepped(n, time.Since(start))
	v.single = max(v.single-n, 0)
	v.version++
	v.rates.steps += n
	v.counted()
	return n, nil
}

// dirty reports whether a new frame would differ from the last.
func (v *Viewer) dirty() bool {
	return v.changed || v.version != v.rates.drawnVersion || v.hover.pending() || v.messageEnds() || v.stage.moving() || v.slow() ||
		v.renderer.Dirty(v.scene, v.surroundings())
}

// edgeBudget is how long edges may take in one frame of the window.
const edgeBudget = 40 * time.Millisecond

// followBelow is the number of frames a second below which limits follow the data in each frame: waiting for some frames would be to see bars cut off
// for seconds.
const followBelow = 15

// surroundings is what a frame drawn now would be drawn with.
func (v *Viewer) surroundings() render.Frame {
	w, h, scale := v.size()
	return render.Frame{Width: w, Height: h, Scale: scale, Version: v.version, Fine: !v.playing && !v.mouse.dragging(), Budget: edgeBudget, Follow: v.rates.fps < followBelow}
}

// frame draws one frame and shows it.
func (v *Viewer) frame() error {
	start := time.Now()
	w, h, scale := v.size()
	if !v.win.Visible() {
		v.pacer.Drew(start, 0)
		v.rates.drawnVersion, v.changed = v.version, false
		return nil
	}
	if err := v.stage.upload(); err != nil {
		return err
	}
	if err := v.stage.settle(); err != nil {
		return err
	}
	if err := v.stage.feedCharts(v.renderer); err != nil {
		return err
	}
	v.stage.between(v.slow(), v.pacer.Fraction(start))
	v.markNodes()
	v.rates.update(start)
	v.capture()
	v.fit()
	v.fitCameras()
	v.drawOverlay(w, h, scale)
	v.lastFrame = v.surroundings()
	if err := v.win.Bind(); err != nil {
		return err
	}
	if err := v.renderer.Draw(v.scene, v.lastFrame); err != nil {
		return err
	}
	v.changed, v.undrawn = false, false
	if err := v.lookUp(v.lastFrame); err != nil {
		return err
	}
	if err := v.win.Present(); err != nil {
		return err
	}
	v.opt.Device.WaitIdle()
	v.rates.frames++
	v.rates.drawnVersion = v.version
	v.pacer.Drew(start, time.Since(start))
	return nil
}

// idle waits for input until something is due.
func (v *Viewer) idle(now time.Time) {
	w := v.pacer.Wait(now, v.playing)
	if !v.dirty() && !v.playing {
		w = 100 * time.Millisecond // so that Ctrl-C and the end of a message are seen
		if v.stage.settling() {
			w = 10 * time.Millisecond
		}
	}
	v.win.Events(max(w, time.Millisecond), v.event)
}

// faultText is the first line of what stopped the simulation.
func (v *Viewer) faultText() string {
	text, _, _ := strings.Cut(v.fault.Error(), "\n")
	return text
}

// say shows a message for a few seconds, and logs it.
func (v *Viewer) say(format string, args ...any) {
	v.message, v.shownAt, v.changed = fmt.Sprintf(format, args...), time.Now(), true
	if v.opt.Log != nil {
		v.opt.Log(v.message)
	}
}

// messageTime is how long a message stays.
const messageTime = 4 * time.Second

func (v *Viewer) messageEnds() bool {
	return v.message != "" && time.Since(v.shownAt) > messageTime
}

// rates counts steps and frames, and turns them into rates twice a second.
type rates struct {
	steps, frames int64
	since         time.Time
	stepRate, fps float64
	drawnVersion  uint64
}

func (r *rates) update(now time.Time) {
	if r.since.IsZero() {
		r.since = now
		return
	}
	if d := now.Sub(r.since).Seconds(); d >= 0.5 {
		r.stepRate, r.fps = float64(r.steps)/d, float64(r.frames)/d
		r.steps, r.frames, r.since = 0, 0, now
	}
}
