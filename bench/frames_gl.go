//go:build cgo && linux

package bench

import (
	"context"
	"math"
	"time"

	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
)

// MeasureFrames draws a lit surface with axes, title and colorbar whose data change with every frame, and waits for the
// GPU, or for the window's buffers to be swapped, in each: what a viewer shows, not what it can queue. Sizes take turns.
func MeasureFrames(ctx context.Context, c FrameConfig) ([]FrameResult, error) {
	c.defaults()
	gl, err := openStage(&c)
	if err != nil {
		return nil, err
	}
	defer gl.close()
	var results []FrameResult
	gl.dev.Do(func() { results, err = gl.measure(ctx, &c) })
	return results, err
}

// stage is a context with what drawing needs.
type stage struct {
	context  *glcontext.Context
	dev      *device.Device
	renderer *render.Renderer
	target   *render.Target // nil in a window
	c        *FrameConfig
}

func openStage(c *FrameConfig) (s *stage, err error) {
	s = &stage{c: c}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if c.Window {
		s.context, err = glcontext.NewWindow(glcontext.WindowOptions{Title: "Galvani", Width: c.Width, Height: c.Height, Visible: true, Fixed: true})
	} else {
		s.context, err = glcontext.NewHeadless(glcontext.HeadlessOptions{})
	}
	if err != nil {
		return s, err
	}
	if s.dev, err = device.New(s.context, device.Options{}); err != nil {
		return s, err
	}
	s.dev.Do(func() {
		if s.renderer, err = render.New(s.dev); err == nil && !c.Window {
			s.target, err = render.NewTarget(s.dev, c.Width, c.Height, c.Samples)
		}
	})
	return s, err
}

func (s *stage) close() {
	if s.dev != nil {
		s.dev.Do(func() {
			if s.target != nil {
				s.target.Close()
			}
			if s.renderer != nil {
				s.renderer.Close()
			}
			_ = s.dev.Close()
		})
	}
	if s.context != nil {
		_ = s.context.Close()
	}
}

// picture is a scene with one surface and the data it shows in turn.
type picture struct {
	scene   *render.Scene
	surface *render.Surface
	data    []*device.Buffer
	frame   render.Frame
}

func (p *picture) close() {
	for _, b := range p.data {
		b.Close()
	}
}

// phases is the number of data sets that take turns.
const phases = 8

func (s *stage) picture(cells int) (*picture, error) {
	p := &picture{frame: render.Frame{Width: s.c.Width, Height: s.c.Height, Scale: 1}}
	for k := range phases {
		b, err := device.NewBufferFrom(s.dev, "values", device.F32, bump(cells, 2*math.Pi*float64(k)/phases))
		if err != nil {
			p.close()
			return nil, err
		}
		p.data = append(p.data, b)
	}
	p.surface = &render.Surface{Name: "r", Rows: cells, Cols: cells, Values: p.data[0].View(), Scale: render.NewScale("r", "", render.Viridis())}
	p.scene = &render.Scene{Theme: render.Dark(), Panels: []*render.Panel{{Title: "Focus", Items: []render.Item{p.surface}}}}
	p.scene.FitCameras(s.c.Width, s.c.Height, 1)
	return p, nil
}

// bump is a bubble at an angle on a ripple.
func bump(cells int, phase float64) []float32 {
	v := make([]float32, cells*cells)
	step := 2 / math.Max(1, float64(cells-1))
	cx, cy := 0.35*math.Cos(phase), 0.35*math.Sin(phase)
	for i := range cells {
		y := step*float64(i) - 1
		for j := range cells {
			x := step*float64(j) - 1
			v[i*cells+j] = float32(math.Exp(-8*((x-cx)*(x-cx)+(y-cy)*(y-cy))) + 0.04*math.Sin(9*x+phase)*math.Cos(7*y))
		}
	}
	return v
}

func (s *stage) measure(ctx context.Context, c *FrameConfig) ([]FrameResult, error) {
	var pictures []*picture
	results := make([]FrameResult, len(c.Cells))
	defer func() {
		for _, p := range pictures {
			p.close()
		}
	}()
	for i, n := range c.Cells {
		p, err := s.picture(n)
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, p)
		results[i] = FrameResult{Cells: n, Width: c.Width, Height: c.Height, Window: c.Window, Renderer: s.dev.Info().Renderer}
		for range 2 * phases { // compiles, and lets limits and level of detail settle
			if err := s.draw(p); err != nil {
				return nil, err
			}
		}
	}
	for range c.Rounds {
		for i, p := range pictures {
			start, n := time.Now(), 0
			for time.Since(start) < c.RoundTime {
				if err := s.draw(p); err != nil {
					return nil, err
				}
				n++
			}
			results[i].Rounds = append(results[i].Rounds, float64(n)/time.Since(start).Seconds())
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
		}
	}
	return results, s.dev.Err()
}

func (s *stage) draw(p *picture) error {
	p.frame.Version++
	p.surface.Values = p.data[p.frame.Version%phases].View()
	if s.target != nil {
		s.target.Bind()
	} else {
		s.dev.Screen(s.c.Width, s.c.Height).Bind()
	}
	if err := s.renderer.Draw(p.scene, p.frame); err != nil {
		return err
	}
	if w := s.context.Window(); w != nil {
		w.SwapBuffers()
	}
	s.dev.WaitIdle()
	return nil
}
