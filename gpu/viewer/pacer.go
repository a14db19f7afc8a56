package viewer

import (
	"math"
	"time"
)

// Priority says who gives way when drawing and simulating together take longer than a frame.
type Priority uint8

const (
	// Smooth holds the frame rate: the steps per frame adapt.
	Smooth Priority = iota
	// Fast lets the simulation run at full speed: frames become rare.
	Fast
)

const (
	slowestSpeed = 1e-3
	fastestSpeed = 1e3
	// fastFrames is how often a picture is drawn when the simulation has priority.
	fastFrames = 2.0
	// drawShare bounds the part of wall time that drawing may take when the simulation has priority.
	drawShare = 0.05
	// leastShare is the part of the time between frames that the simulation gets, however long drawing and input take.
	leastShare = 0.25
)

// Pacer divides wall time between stepping and drawing. It knows no clock: callers pass the time.
type Pacer struct {
	Priority  Priority
	FrameRate float64 // frames per second to hold
	// Speed is simulated seconds per wall second; +Inf is as fast as possible.
	Speed  float64
	BaseDT float64 // simulated seconds per step

	shown    bool      // the last frame shows the last step
	owed     float64   // steps that are due but not made
	since    time.Time // when owed was brought up to date
	nextDraw time.Time
	drawCost time.Duration // smoothed
	stepCost float64       // smoothed wall seconds per step
}

// NewPacer starts at full speed with 60 frames a second.
func NewPacer(baseDT float64, now time.Time) *Pacer {
	return &Pacer{FrameRate: 60, Speed: math.Inf(1), BaseDT: baseDT, since: now, nextDraw: now}
}

// Faster and Slower move the speed by a factor of 10^(1/4); above the highest speed comes "as fast as possible".
func (p *Pacer) Faster() { p.scale(math.Pow(10, 0.25)) }

// Slower is the reverse of Faster.
func (p *Pacer) Slower() { p.scale(math.Pow(10, -0.25)) }

func (p *Pacer) scale(f float64) {
	switch {
	case math.IsInf(p.Speed, 1) && f > 1:
	case math.IsInf(p.Speed, 1):
		p.Speed = fastestSpeed
	default:
		p.Speed *= f
	}
	p.Speed = math.Max(p.Speed, slowestSpeed)
	if p.Speed > fastestSpeed*1.0001 {
		p.Speed = math.Inf(1)
	}
	p.owed = 0
}

// Resume forgets what came due while the simulation was paused.
func (p *Pacer) Resume(now time.Time) { p.since, p.owed = now, 0 }

// Batch returns how many steps to make now: at most limit, at most what the speed has made due, and no more than fit before the
// next frame. Zero means that it is time to draw, or that no step is due.
func (p *Pacer) Batch(now time.Time, limit int64) int64 {
	if !math.IsInf(p.Speed, 1) {
		p.owed += now.Sub(p.since).Seconds() * p.Speed / p.BaseDT
		// A machine that cannot keep up falls behind rather than saving up work for a freeze later.
		p.owed = math.Min(p.owed, math.Max(1, p.Speed/p.BaseDT*p.interval()))
		limit = min(limit, int64(p.owed))
	}
	p.since = now
	left := p.nextDraw.Sub(now).Seconds()
	if p.Priority == Smooth {
		left -= p.reserve().Seconds()
	}
	if p.shown { // without a step another frame would show nothing new, however late it is
		left = math.Max(left, leastShare*p.interval())
	}
	if left <= 0 || limit <= 0 {
		return 0
	}
	if p.stepCost == 0 {
		return 1
	}
	// Half of what is left: the estimate of a step's cost is rough, and a frame too late is worse than one more batch.
	return max(min(limit, int64(left/2/p.stepCost)), 1)
}

// Stepped reports that n steps took d.
func (p *Pacer) Stepped(n int64, d time.Duration) {
	if n <= 0 {
		return
	}
	p.shown = false
	p.owed = math.Max(p.owed-float64(n), 0)
	p.stepCost = smooth(p.stepCost, d.Seconds()/float64(n))
}

// DrawDue reports whether a frame should be drawn now.
func (p *Pacer) DrawDue(now time.Time) bool {
	if p.Priority == Smooth {
		return !now.Add(p.reserve()).Before(p.nextDraw)
	}
	return !now.Before(p.nextDraw)
}

// reserve is the end of a frame's time that is kept for drawing it.
func (p *Pacer) reserve() time.Duration {
	return time.Duration(math.Min(float64(p.drawCost), (1-leastShare)*p.interval()*float64(time.Second)))
}

// interval is the time in seconds from one frame to the next. A picture that takes nearly that long, or longer, does not get all of it: the
// simulation keeps its share, at a lower frame rate.
func (p *Pacer) interval() float64 {
	return math.Max(1/p.frameRate(), p.drawCost.Seconds()/(1-leastShare))
}

// Drew reports that a frame drawn from start took d.
func (p *Pacer) Drew(start time.Time, d time.Duration) {
	p.shown = true
	p.drawCost = time.Duration(smooth(float64(p.drawCost), float64(d)))
	interval := time.Duration(p.interval() * float64(time.Second))
	p.nextDraw = p.nextDraw.Add(interval)
	// Late by more than half a frame, or early: count from here, or the simulation would get no time until the delay is made up.
	if full := start.Add(d + interval); p.nextDraw.Before(full.Add(-interval/2)) || p.nextDraw.After(full.Add(interval)) {
		p.nextDraw = full
	}
}

// Skip reports that a frame was due but would have shown nothing new: the time until the next one belongs to the simulation.
func (p *Pacer) Skip(now time.Time) {
	p.nextDraw = now.Add(time.Duration(p.interval() * float64(time.Second)))
}

// Wait returns how long nothing will be due: until the next frame, or the next step, which at full speed is due at once. To wait for the frame
// then would leave no time for a step before it, and without a step the frame shows nothing new.
func (p *Pacer) Wait(now time.Time, playing bool) time.Duration {
	w := p.nextDraw.Sub(now)
	if playing && math.IsInf(p.Speed, 1) {
		return 0
	}
	if playing {
		if next := time.Duration((1 - p.owed) * p.BaseDT / p.Speed * float64(time.Second)); next < w {
			w = next
		}
	}
	return max(w, 0)
}

func (p *Pacer) frameRate() float64 {
	if p.Priority == Smooth || p.drawCost == 0 {
		if p.Priority == Fast {
			return fastFrames
		}
		return p.FrameRate
	}
	return math.Min(fastFrames, drawShare/p.drawCost.Seconds())
}

// smooth is an exponential mean that starts at the first value.
func smooth(old, v float64) float64 {
	if old == 0 {
		return v
	}
	return 0.8*old + 0.2*v
}
