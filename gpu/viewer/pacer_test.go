package viewer

import (
	"math"
	"testing"
	"time"
)

// machine is a simulated clock on which steps and frames cost fixed times.
type machine struct {
	now            time.Time
	stepCost, draw time.Duration
	input          time.Duration // looking at input before each turn
	steps, frames  int64
	drawn          int64         // steps that were drawn
	longest        time.Duration // between two frames
	last           time.Time
}

// run lets the pacer share d of wall time, as Viewer.loop does.
func (m *machine) run(p *Pacer, d time.Duration) {
	for end := m.now.Add(d); m.now.Before(end); {
		m.now = m.now.Add(m.input)
		n := p.Batch(m.now, math.MaxInt64)
		if n > 0 {
			took := time.Duration(n) * m.stepCost
			m.now = m.now.Add(took)
			m.steps += n
			p.Stepped(n, took)
		}
		if p.DrawDue(m.now) {
			if m.drawn < m.steps {
				start := m.now
				m.now = m.now.Add(m.draw)
				m.frames++
				if !m.last.IsZero() {
					m.longest = max(m.longest, m.now.Sub(m.last))
				}
				m.last, m.drawn = m.now, m.steps
				p.Drew(start, m.draw)
				continue
			}
			p.Skip(m.now)
		}
		if n == 0 {
			m.now = m.now.Add(max(p.Wait(m.now, true), time.Millisecond))
		}
	}
}

func newMachine(step, draw time.Duration) (*machine, *Pacer) {
	m := &machine{now: time.Unix(1000, 0), stepCost: step, draw: draw}
	return m, NewPacer(1e-3, m.now)
}

func TestSmoothHoldsFrameRate(t *testing.T) {
	for _, c := range []struct{ step, draw time.Duration }{
		{20 * time.Microsecond, 2 * time.Millisecond},
		{3 * time.Millisecond, 5 * time.Millisecond},
		{100 * time.Nanosecond, 12 * time.Millisecond},
	} {
		m, p := newMachine(c.step, c.draw)
		m.run(p, 10*time.Second)
		if m.frames < 570 || m.frames > 615 {
			t.Errorf("step %v, draw %v: %d frames in 10 s, want about 600", c.step, c.draw, m.frames)
		}
		// What drawing leaves goes to the simulation: at least half of it, for batches are cautious.
		left := 10*time.Second - time.Duration(m.frames)*c.draw
		if used := time.Duration(m.steps) * c.step; used < left/2 {
			t.Errorf("step %v, draw %v: %v of %v used for steps", c.step, c.draw, used, left)
		}
	}
}

// The speed that was chosen is held where drawing leaves time for it, however rare frames are.
func TestSlowPictureHoldsSpeed(t *testing.T) {
	for _, draw := range []time.Duration{30 * time.Millisecond, 100 * time.Millisecond} {
		m, p := newMachine(20*time.Microsecond, draw)
		p.Speed, p.BaseDT = 1, 1e-4
		m.run(p, 10*time.Second)
		if m.steps < 95_000 || m.steps > 100_100 {
			t.Errorf("draw %v: %d steps in 10 s, want 100000", draw, m.steps)
		}
		m, p = newMachine(20*time.Microsecond, draw)
		m.run(p, 10*time.Second)
		if share := float64(m.steps) * 20e-6 / 10; share < leastShare/2 {
			t.Errorf("draw %v: at full speed the simulation got %.0f %% of the time", draw, 100*share)
		}
	}
}

// Where input takes the time that a frame leaves for steps, the simulation goes on nevertheless.
func TestSlowInput(t *testing.T) {
	for _, priority := range []Priority{Smooth, Fast} {
		m, p := newMachine(100*time.Microsecond, 12*time.Millisecond)
		m.input, p.Priority = 6*time.Millisecond, priority
		m.run(p, 10*time.Second)
		if m.steps < 1000 {
			t.Errorf("priority %d: %d steps of 0.1 ms in 10 s", priority, m.steps)
		}
	}
}

// A picture that takes longer than a frame must not stop the simulation.
func TestSlowPicture(t *testing.T) {
	m, p := newMachine(20*time.Microsecond, 50*time.Millisecond)
	m.run(p, 5*time.Second)
	if m.frames < 50 || m.steps < 5000 {
		t.Errorf("%d frames and %d steps in 5 s", m.frames, m.steps)
	}
}

func TestFastKeepsDrawingRare(t *testing.T) {
	m, p := newMachine(20*time.Microsecond, 40*time.Millisecond)
	p.Priority = Fast
	m.run(p, 20*time.Second)
	if share := float64(m.frames) * m.draw.Seconds() / 20; share > 0.06 {
		t.Errorf("drawing took %.3f of the time", share)
	}
	if m.frames < 10 {
		t.Errorf("%d frames in 20 s: the picture seems frozen", m.frames)
	}
}

func TestSpeed(t *testing.T) {
	for _, speed := range []float64{0.001, 0.25, 1, 10} {
		m, p := newMachine(10*time.Microsecond, time.Millisecond)
		p.Speed = speed
		m.run(p, 10*time.Second)
		want := 10 * speed / 1e-3
		if math.Abs(float64(m.steps)-want) > 0.02*want+1 {
			t.Errorf("speed %g: %d steps in 10 s, want %g", speed, m.steps, want)
		}
	}
}

// A machine too slow for the chosen speed must not save work up: after the load is gone it goes on at the chosen speed.
func TestTooSlowDoesNotCatchUp(t *testing.T) {
	m, p := newMachine(5*time.Millisecond, time.Millisecond)
	p.Speed = 1
	m.run(p, 5*time.Second)
	m.stepCost, m.steps = 10*time.Microsecond, 0
	m.run(p, time.Second)
	if m.steps > 1100 {
		t.Errorf("%d steps in the second after the load, want about 1000", m.steps)
	}
}

func TestSpeedScale(t *testing.T) {
	p := NewPacer(1e-3, time.Unix(0, 0))
	p.Slower()
	if p.Speed != fastestSpeed {
		t.Errorf("below max comes %g", p.Speed)
	}
	for range 100 {
		p.Slower()
	}
	if p.Speed != slowestSpeed {
		t.Errorf("slowest %g", p.Speed)
	}
	for range 100 {
		p.Faster()
	}
	if !math.IsInf(p.Speed, 1) {
		t.Errorf("fastest %g", p.Speed)
	}
}
