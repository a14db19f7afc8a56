package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/galvani-sim/galvani/host/sim"
)

// progress keeps one line on a terminal up to date: simulated time, real-time factor, steps per second, time left.
type progress struct {
	w    io.Writer
	mu   sync.Mutex
	last time.Time
	wide int // characters on the line
}

const progressEvery = 100 * time.Millisecond

// show is sim.Options.Progress.
func (p *progress) show(s sim.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.last) < progressEvery {
		return
	} else {
		p.last = now
	}
	line := progressLine(s)
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(p.wide-len(line), 0)))
	p.wide = len(line)
}

// clear removes the line, so that what follows starts on a clean one.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wide > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.wide))
		p.wide = 0
	}
}

// progressLine is plain ASCII, so that its length is its width.
func progressLine(s sim.Progress) string {
	wall := s.Elapsed.Seconds()
	if s.Steps <= 0 || wall <= 0 {
		return fmt.Sprintf("%.3f of %.3f s", s.Time, s.Until)
	}
	rate := float64(s.Steps) / wall
	// The simulated time of this run per step, so that earlier runs of the script do not count.
	simulated := (s.Until - s.Time) / math.Max(float64(s.Total-s.Steps), 1) * float64(s.Steps)
	if s.Total == s.Steps {
		simulated = s.Time
	}
	left := float64(s.Total-s.Steps) / rate
	factor := "-"
	if simulated > 0 {
		factor = fmt.Sprintf("%.3gx real time", simulated/wall)
	}
	return fmt.Sprintf("%.3f of %.3f s  %s  %s steps/s  %s left", s.Time, s.Until, factor, short(rate), clockTime(left))
}

// short writes a number with three digits and a prefix.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3gk", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}

// clockTime writes seconds as people read them.
func clockTime(s float64) string {
	switch {
	case !(s < 100*3600):
		return "long"
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", int(s)/3600, int(s)/60%60, int(s)%60)
	case s >= 60:
		return fmt.Sprintf("%d:%02d", int(s)/60, int(s)%60)
	}
	return fmt.Sprintf("%.0f s", s)
}
