//go:build cgo && linux

package viewer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// Player advances a simulation in place of Sim.Advance: a session that is played again.
type Player interface {
	// Enter is called at the start of each run.
	Enter(s *sim.Sim) error
	// Play advances to a step, with an error of its own where there is nothing more to play.
	Play(ctx context.Context, until int64) error
	// End is the step at which there is nothing more to play, if it lies in the present run.
	End() (step int64, ok bool)
	// Timeline is where nodes were moved to by hand.
	Timeline() *timeline.Timeline
}

// ErrFilmed is what Film.Drive returns when the last frame has been drawn before the end of the run.
var ErrFilmed = errors.New("the film has all its frames")

// FilmOptions of a film. Times are simulated seconds.
type FilmOptions struct {
	HeadlessOptions
	Every    float64 // from frame to frame
	From, To float64 // of the first and, at most, the last frame; To +Inf: until the end of the run
	Player   Player  // nil: the simulation is advanced
}

// Film draws frames at a fixed simulated time per frame, however long each takes. A frame that falls between two steps is interpolated
// linearly, and says so. Networks of a script that follow each other have frames from From on each.
type Film struct {
	*Headless
	opt   FilmOptions
	of    *sim.Sim
	k     int64 // number of the next frame of this network
	total int64
	done  bool
	// held are the values at step heldAt of what is shown.
	held   map[plan.BufferID][]float64
	heldAt int64
	// shown is told the values of what a panel draws, before they are drawn; for tests.
	shown func(part float64, values []float64)
}

// NewFilm checks the options and makes what drawing needs.
func NewFilm(o FilmOptions) (*Film, error) {
	if !(o.Every > 0) || math.IsInf(o.Every, 0) || !(o.From >= 0) || !(o.To >= o.From) || math.IsInf(o.From, 0) {
		return nil, fmt.Errorf("a film from %g s to %g s with a frame every %g s is not possible", o.From, o.To, o.Every)
	}
	h, err := NewHeadless(o.HeadlessOptions)
	if err != nil {
		return nil, err
	}
	return &Film{Headless: h, opt: o}, nil
}

// Frames is how many have been drawn.
func (f *Film) Frames() int64 { return f.total }

// Drive is the stepping of one Run.
func (f *Film) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	if f.of != s {
		f.of, f.k, f.done, f.held = s, 0, false, nil
		f.copies = !whole(f.opt.Every/s.Plan().BaseDT) || !whole(f.opt.From/s.Plan().BaseDT)
	}
	if p := f.opt.Player; p != nil {
		if err := p.Enter(s); err != nil {
			return err
		}
	}
	return f.Go(ctx, until)
}

// Go goes on within the present run, to a step.
func (f *Film) Go(ctx context.Context, until int64) error {
	if f.done {
		return ErrFilmed
	}
	var err error
	f.Headless.opt.Device.Do(func() { err = f.shoot(ctx, until) })
	return err
}

// fraction is the part of a step below which a frame is one of the step: times are products, rounded.
const fraction = 1e-6

func whole(x float64) bool { return math.Abs(x-math.Round(x)) < fraction }

// at is where a frame lies: a step, and the part of the way to the next.
func (f *Film) at(k int64) (step int64, part, t float64) {
	t = f.opt.From + float64(k)*f.opt.Every
	pos := t / f.of.Plan().BaseDT
	n := math.Floor(pos + fraction)
	part = pos - n
	if part < fraction {
		part = 0
	}
	return int64(n), part, t
}

func (f *Film) shoot(ctx context.Context, until int64) error {
	limit := until
	if p := f.opt.Player; p != nil {
		if end, ok := p.End(); ok {
			limit = min(limit, end)
		}
	}
	for {
		step, part, t := f.at(f.k)
		if t > f.opt.To*(1+1e-12) {
			f.done = true
			return ErrFilmed
		}
		need := step
		if part > 0 {
			need++
		}
		if need > limit {
			break
		}
		if now := f.now(); now > need || now == need && part > 0 && (f.held == nil || f.heldAt != step) {
			f.k++ // it lies before what there is to show
			continue
		}
		if part > 0 && f.now() <= step {
			if err := f.to(ctx, step); err != nil {
				return err
			}
			if err := f.hold(); err != nil {
				return err
			}
		}
		if err := f.to(ctx, need); err != nil {
			return err
		}
		if f.now() < need { // a condition to stop holds
			return nil
		}
		if err := f.take(t, part); err != nil {
			return err
		}
		f.k++
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if err := f.to(ctx, limit); err != nil || limit == until {
		return err
	}
	return f.opt.Player.Play(ctx, until)
}

func (f *Film) now() int64 { return f.of.Instance().At().Step }

// errReplaced says that an edit has replaced the plan: what is shown has to be made anew before the simulation goes on.
var errReplaced = errors.New("the network has changed")

// to advances to a step, sampling traces on the way.
func (f *Film) to(ctx context.Context, step int64) error {
	for {
		if err := f.attach(f.of); err != nil {
			return err
		}
		st := f.stage
		st.step = func(ctx context.Context, until int64) error {
			var err error
			if p := f.opt.Player; p != nil {
				err = p.Play(ctx, until)
			} else {
				err = f.of.Advance(ctx, until)
			}
			if err == nil && (f.of.Plan() != st.plan || f.of.Instance() != st.inst) {
				return errReplaced
			}
			return err
		}
		if f.now() >= step {
			return nil
		}
		if err := st.advance(ctx, f.renderer, step); err == nil {
			return f.attach(f.of)
		} else if err != errReplaced {
			return err
		}
	}
}

// hold keeps the present values of what is shown, to interpolate from.
func (f *Film) hold() error {
	f.held, f.heldAt = map[plan.BufferID][]float64{}, f.now()
	for id, s := range f.stage.shown {
		v := make([]float64, s.buf.Len)
		if err := f.stage.sim.Instance().Read(id, 0, v); err != nil {
			return err
		}
		f.held[id] = v
	}
	return nil
}

// take draws the frame at time t, a part of a step after what is held.
func (f *Film) take(t, part float64) error {
	f.total++
	if _, _, next := f.at(f.k + 1); f.movie == nil && next <= f.opt.To*(1+1e-12) {
		return nil // a picture is of the end: nobody sees this frame
	}
	f.clock = f.caption(t, part)
	st := f.stage
	if p := f.opt.Player; p != nil {
		st.follow(p.Timeline())
	}
	if part > 0 || f.shown != nil {
		st.mix = func(s *shown, values []float64) {
			// What has no values between, or is new, is shown as it is at the end of the step.
			if was := f.held[s.buf.ID]; part > 0 && s.buf.Type == ir.Real && len(was) == len(values) {
				for k, v := range values {
					values[k] = was[k] + part*(v-was[k])
				}
			}
			if f.shown != nil {
				f.shown(part, values)
			}
		}
		defer func() { st.mix = nil }()
	}
	return f.frame()
}

// caption says what time the picture is of, and what it is besides a moment of the simulation.
func (f *Film) caption(t, part float64) string {
	// As many digits as tell frames apart.
	digits := max(3, min(9, int(math.Ceil(-math.Log10(f.opt.Every)-1e-9))))
	text := fmt.Sprintf("t = %.*f s", digits, t)
	if t < 1 {
		text = fmt.Sprintf("t = %.*f ms", max(1, digits-3), t*1e3)
	}
	if rate := f.opt.Every * float64(f.Headless.opt.FPS); rate < 0.999 && f.movie != nil {
		text += "   slow motion, 1/" + units.FormatNumber(significant(1/rate, 3)) + " of real time"
	}
	if f.copies && (part > 0 || f.movie != nil) {
		text += fmt.Sprintf("   interpolated between steps of %s ms", units.FormatNumber(significant(f.of.Plan().BaseDT*1e3, 3)))
	}
	return text
}
