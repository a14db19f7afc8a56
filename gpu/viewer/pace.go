//go:build cgo && linux

package viewer

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// pace is how many steps to make, and which of them to draw.
type pace struct {
	steps int64 // that r runs; 0: runSteps
	end   int64 // step at which a run of some steps pauses, if counting
	count bool  // such a run is under way
	every int64 // only steps that are multiples of it are drawn; 0: as time allows
	asked time.Time
}

// runSteps is how many steps r runs before anybody has chosen another number.
const runSteps = 100

// everySteps are what . and , go through.
var everySteps = []int64{0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000, 1000000}

const (
	// patience is how long something that a person did waits for a step that is drawn.
	patience = 250 * time.Millisecond
	// everySlice is how long the viewer steps before it looks at input, on the way to a step that is drawn.
	everySlice = 30 * time.Millisecond
)

// runFor runs n steps and pauses.
func (v *Viewer) runFor(n int64) {
	if v.fault != nil {
		v.toggle() // says why not
		return
	}
	if v.target >= 0 && !v.arrive() {
		return
	}
	v.pace.steps = n
	v.pace.end, v.pace.count = v.stage.position().Step+n, true
	v.single = 0
	v.playing = true
	v.pacer.Resume(time.Now())
	v.changed = true
}

// halt ends a run of some steps, and reports whether there was one.
func (v *Viewer) halt() bool {
	was := v.pace.count && v.playing
	v.pace.count = false
	if was {
		v.playing, v.changed = false, true
	}
	return was
}

// counted pauses when a run of some steps is complete, or has been left.
func (v *Viewer) counted() {
	p := &v.pace
	if !p.count {
		return
	}
	switch left := p.end - v.stage.position().Step; {
	case !v.playing:
		p.count = false
	case left <= 0:
		p.count, v.playing, v.changed = false, false, true
		v.say("%s made", plural(p.steps, "step"))
	}
}

// setEvery draws every n-th step only; 0: as time allows.
func (v *Viewer) setEvery(n int64) {
	v.pace.every, v.changed = n, true
	switch n {
	case 0:
		v.pacer.Resume(time.Now())
		v.say("pictures as time allows")
	case 1:
		v.say("every step is drawn, as fast as that goes")
	default:
		v.say("every %s step is drawn, as fast as that goes", ordinal(n))
	}
}

// rarer goes to the next of everySteps, or back.
func (v *Viewer) rarer(by int) {
	at := 0
	for k, n := range everySteps {
		if n <= v.pace.every {
			at = k
		}
	}
	if by < 0 && everySteps[at] < v.pace.every {
		at++ // a number between two of the list
	}
	v.setEvery(everySteps[max(0, min(at+by, len(everySteps)-1))])
}

// byNumber reports that steps are drawn by their number.
func (v *Viewer) byNumber() bool {
	return v.pace.every > 0 && v.playing && v.target < 0 && v.fault == nil
}

// stepEvery steps towards the next step that is drawn; the rest of the way follows in the next round.
func (v *Viewer) stepEvery(ctx context.Context) (int64, error) {
	at, n := v.stage.position().Step, v.pace.every
	if at%n == 0 && v.version != v.rates.drawnVersion {
		return 0, nil // it is to be drawn first
	}
	return v.make(ctx, min(v.limit(), n-at%n, v.pacer.Within(everySlice)))
}

// drawDue reports whether a frame should be drawn now.
func (v *Viewer) drawDue(now time.Time) bool {
	if !v.byNumber() {
		v.pace.asked = time.Time{}
		return v.pacer.DrawDue(now)
	}
	if v.stage.position().Step%v.pace.every == 0 && v.version != v.rates.drawnVersion {
		v.pace.asked = time.Time{}
		return true
	}
	// What a person does is seen, even where the next step to be drawn is far.
	if !v.changed {
		return false
	}
	if v.pace.asked.IsZero() {
		v.pace.asked = now
	}
	if now.Sub(v.pace.asked) < patience {
		return false
	}
	v.pace.asked = time.Time{}
	return true
}

// Within is how many steps fit into a time, at least one.
func (p *Pacer) Within(d time.Duration) int64 {
	if p.stepCost <= 0 {
		return 1
	}
	return int64(math.Max(1, math.Min(1e9, d.Seconds()/p.stepCost)))
}

// readCount reads a number of steps that was typed.
func readCount(text string, least int64) (int64, error) {
	text = strings.TrimSpace(text)
	x, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a number of steps", text)
	case x != math.Trunc(x) || x < float64(least) || x > 1e15:
		return 0, fmt.Errorf("the number of steps is a whole number from %d, not %s", least, text)
	}
	return int64(x), nil
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// ordinal is 2nd, 3rd, 4th, ...
func ordinal(n int64) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return grouped(n) + end
}

// grouped writes a whole number with a comma after each thousand.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for k := len(s) - 3; k > 0 && s[k-1] != '-'; k -= 3 {
		s = s[:k] + "," + s[k:]
	}
	return s
}
