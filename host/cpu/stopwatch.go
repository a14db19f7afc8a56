package cpu

import "time"

// stopwatch measures how the time of a run divides among schedule items. Reading the time costs as much as a small item,
// so beyond the first steps only one in sixteen is measured item by item; the shares are applied to the whole time.
type stopwatch struct {
	steps    int64
	started  time.Time
	total    time.Duration
	last     time.Time
	sum      time.Duration
	perItem  []time.Duration
	calls    []int64
	measured int64
}

func (s *stopwatch) begin(items int) {
	if s.perItem == nil {
		s.perItem, s.calls = make([]time.Duration, items), make([]int64, items)
	}
	s.started = time.Now()
	s.last = s.started
}

func (s *stopwatch) end() { s.total += time.Since(s.started) }

// step begins a step and reports whether its items are to be measured.
func (s *stopwatch) step() bool {
	s.steps++
	if s.steps > 64 && s.steps&15 != 0 {
		return false
	}
	s.measured++
	s.last = time.Now()
	return true
}

func (s *stopwatch) lap(item int) {
	now := time.Now()
	d := now.Sub(s.last)
	s.last = now
	s.perItem[item] += d
	s.calls[item]++
	s.sum += d
}

// item returns an item's share of the whole time and how often it ran, both scaled up from the measured steps.
func (s *stopwatch) item(i int) (seconds float64, calls int64) {
	if s.sum == 0 {
		return 0, 0
	}
	return s.total.Seconds() * float64(s.perItem[i]) / float64(s.sum), s.calls[i] * s.steps / s.measured
}
