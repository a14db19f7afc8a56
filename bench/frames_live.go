//go:build cgo && linux

package bench

import (
	"context"
	"fmt"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// live is a lit surface of a neural field, drawn from the buffer that the simulation changes by some steps before each frame.
func (s *stage) live(ctx context.Context, n LiveSize) (_ *picture, err error) {
	p := &picture{frame: render.Frame{Width: s.c.Width, Height: s.c.Height, Scale: 1}}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	b, err := compute.New(s.dev)
	if err != nil {
		return nil, err
	}
	if p.sim, err = sim.Compile(neuralField(n.Cells, true), sim.Options{Backend: b, Precision: plan.Single, Seed: 1}); err != nil {
		return nil, err
	}
	instance, ok := p.sim.Instance().(*compute.Shared)
	rates, found := p.sim.Plan().Find("Focus", "r")
	if !ok || !found {
		return nil, fmt.Errorf("the neural field has no Focus.r on the device")
	}
	item := &render.Surface{Name: "r", Rows: n.Cells, Cols: n.Cells, Scale: render.NewScale("r", "", render.Viridis())}
	p.next = func(p *picture) {
		if p.err = p.sim.Advance(ctx, p.sim.Instance().At().Step+int64(n.Steps)); p.err == nil {
			item.Values = instance.Here().View(rates.ID)
		}
	}
	p.scene = &render.Scene{Theme: render.Dark(), Panels: []*render.Panel{{Title: "Focus", Items: []render.Item{item}}}}
	p.scene.FitCameras(s.c.Width, s.c.Height, 1)
	return p, nil
}
