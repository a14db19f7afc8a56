//go:build cgo && linux

package viewer

import (
	"context"
	"math"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
)

const (
	// traceRows is how many moments a panel of traces keeps: samplesShown for each width that the window had while it grew.
	traceRows = 4096
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

// advance steps the simulation, and stops on the way for traces to be sampled.
func (st *stage) advance(ctx context.Context, r *render.Renderer, until int64) error {
	for st.traced {
		st.updateClock()
		next := st.position().Step + max(1, int64((st.time.Hi-st.time.Lo)/st.plan.BaseDT/samplesShown))
		if next >= until {
			break
		}
		if err := st.step(ctx, next); err != nil {
			return err
		}
		if st.position().Step < next {
			return nil // it stopped by itself
		}
		for _, f := range st.feeds {
			if t, ok := f.(*traceFeed); ok {
				if err := t.feed(st, r); err != nil {
					return err
				}
			}
		}
	}
	return st.step(ctx, until)
}

// samplesShown is about how many samples a trace has from one end of the window to the other.
const samplesShown = 500

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
