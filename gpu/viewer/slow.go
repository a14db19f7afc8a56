//go:build cgo && linux

package viewer

import (
	"errors"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
)

const (
	// slowRate is below how many steps per second graphs show what lies between two steps.
	slowRate = 15.0
	// pulseEdges is up to how many edges a graph shows signals on their way.
	pulseEdges = 600
)

// slow reports that steps are so rare that the eye sees each one.
func (v *Viewer) slow() bool {
	return v.playing && !v.byNumber() && v.target < 0 && v.fault == nil && v.pacer.Speed/v.pacer.BaseDT < slowRate && len(v.stage.graphs) > 0
}

// before is what a graph showed one step ago.
type before struct {
	values, all *device.Buffer
	known       bool
}

func (b *before) close() {
	b.values.Close()
	b.all.Close()
}

// remember keeps what graphs show before a step is made, on the device.
func (st *stage) remember(r *render.Renderer) error {
	if err := st.upload(); err != nil {
		return err
	}
	for _, p := range st.graphs {
		n := p.view.Group.N
		if n == 0 {
			continue
		}
		b := &p.before
		if b.values == nil {
			all := make([]int32, n)
			for k := range all {
				all[k] = int32(k)
			}
			var e1, e2 error
			b.values, e1 = st.dev.NewBuffer("step before", device.F32, n)
			b.all, e2 = device.NewBufferFrom(st.dev, "all nodes", device.I32, all)
			if err := errors.Join(e1, e2); err != nil {
				return err
			}
		}
		if err := r.Sample(p.color.view, b.all.View(), n, b.values, 0); err != nil {
			return err
		}
		b.known = true
	}
	return nil
}

// between shows graphs at a fraction of the way from the step before to the present one, or at the present one.
func (st *stage) between(slow bool, fraction float64) {
	for _, p := range st.graphs {
		if p.view.Group.N == 0 {
			continue
		}
		p.item.Color, p.item.Next, p.item.Mix, p.item.Pulses = p.color.view, device.View{}, 0, nil
		if !slow {
			p.before.known = false
		}
		if !p.before.known {
			continue
		}
		p.item.Color, p.item.Next, p.item.Mix = p.before.values.View(), p.color.view, fraction
		// Along edges between spiking neurons nothing moves unless there is a spike; other couplings act in each step.
		if p.view.Group.Spiking != nil || len(p.pre) > pulseEdges {
			continue
		}
		for k := range p.pre {
			if p.pre[k] >= 0 {
				p.item.Pulses = append(p.item.Pulses, render.Pulse{Edge: k, Fraction: fraction, Strength: 0.5})
			}
		}
	}
}

// Fraction is the part of the next step that has come due.
func (p *Pacer) Fraction(now time.Time) float64 {
	return max(0, min(1, p.owed+now.Sub(p.since).Seconds()*p.Speed/p.BaseDT))
}
