//go:build cgo && linux

package viewer

import (
	"context"
	"math"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
)

const (
	// traceRows is how many moments a panel of traces keeps: samplesShown for each width that the window had while it grew, and as many peaks.
	traceRows = 8192
	// The stretch of time shown, in time steps: the least, and the most that it grows to.
	leastWindow = 200
	mostWindow  = 20000
)

// feed brings a chart up to date before a frame.
type feed interface {
	feed(st *stage, r *render.Renderer) error
}

// updateClock sets the stretch of time that all charts show: it grows with the run, and scrolls when it is full.
func (st *stage) updateClock() {
	dt, now := st.plan.BaseDT, st.sim.Time()
	window := math.Max(leastWindow*dt, math.Min(mostWindow*dt, niceWindow(math.Max(now, st.reach))))
	window = math.Max(window*st.kept.zoom, 4*dt)
	st.time.Hi = math.Max(now, window)
	if st.reach > now { // after going back, the future that is known is in sight
		st.time.Hi = math.Max(window, math.Min(st.reach, now+window/2))
	}
	st.time.Lo = st.time.Hi - window
}

// niceWindow is the next of 1, 2 or 5 times a power of ten.
func niceWindow(x float64) float64 {
	if x <= 0 {
		return 0
	}
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= x*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// feedCharts brings all charts up to date with the simulation.
func (st *stage) feedCharts(r *render.Renderer) error {
	if len(st.feeds) == 0 {
		return nil
	}
	st.updateClock()
	for _, f := range st.feeds {
		if err := f.feed(st, r); err != nil {
			return err
		}
	}
	return nil
}

// sampler is a feed that looks at the simulation while it runs.
type sampler interface {
	feed
	// due is the step at which it is to look next.
	due(st *stage) int64
	take(st *stage, r *render.Renderer) error
}

// advance steps the simulation, and stops on the way for charts to sample it.
func (st *stage) advance(ctx context.Context, r *render.Renderer, until int64) error {
	for {
		st.updateClock()
		next, due := until, make([]int64, len(st.samplers))
		for k, s := range st.samplers {
			due[k] = max(s.due(st), st.position().Step+1)
			next = min(next, due[k])
		}
		if err := st.step(ctx, next); err != nil {
			return err
		}
		at := st.position().Step
		for k, s := range st.samplers {
			if due[k] <= at {
				if err := s.take(st, r); err != nil {
					return err
				}
			}
		}
		if at < next || at >= until { // it stopped by itself, or is there
			return nil
		}
	}
}

// sample copies elements of a variable into a row of a ring, on the device.
func (st *stage) sample(r *render.Renderer, of *shown, elements device.View, k int, ring *device.Buffer, row int) error {
	if of.copy != nil {
		if err := st.send(of); err != nil {
			return err
		}
	}
	return r.Sample(of.view, elements, k, ring, row)
}

// samplesShown is about how many samples a trace has from one end of the window to the other.
const samplesShown = 500

// looksPerSample is how often a variable is looked at from one sample to the next where it lies in the processor's memory.
const looksPerSample = 20

// histogram makes the panel of a net.Histogram.
func (st *stage) histogram(v net.View) (render.Item, error) {
	name := v.Group.Name
	of, err := st.variable(v.Group, v.Var)
	if v.Synapses != nil {
		name = v.Synapses.Name
		of, err = st.synaptic(v.Synapses, v.Var)
	}
	if err != nil {
		return nil, err
	}
	scale, err := st.scale(v)
	if err != nil {
		return nil, err
	}
	n := of.buf.Len
	bins := max(8, min(60, int(2*math.Cbrt(float64(n)))+4))
	return &render.Histogram{Name: name, Values: of.view, N: n, Bins: bins, Scale: scale, Counts: render.NewScale("", "", render.Viridis())}, nil
}

// phases makes the panel of a net.PhaseCircle.
func (st *stage) phases(v net.View) (render.Item, error) {
	of, err := st.variable(v.Group, v.Var)
	if err != nil {
		return nil, err
	}
	return &render.PhaseCircle{Name: v.Group.Name, Values: of.view, N: v.Group.N}, nil
}
