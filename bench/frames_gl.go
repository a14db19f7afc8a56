//go:build cgo && linux

package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/sim"
)

// MeasureFrames draws lit surfaces with axes, and graphs, with title and colorbar, that change with every frame, and waits for the
// GPU, or for the window's buffers to be swapped, in each: what a viewer shows, not what it can queue. Pictures take turns.
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

// picture is a scene and what changes in it from frame to frame.
type picture struct {
	scene *render.Scene
	data  []*device.Buffer
	frame render.Frame
	next  func(*picture)
	sim   *sim.Sim // that makes the data; may be nil
	err   error    // of next
}

func (p *picture) close() {
	if p.sim != nil {
		_ = p.sim.Close()
	}
	for _, b := range p.data {
		b.Close()
	}
}

// phases is the number of data sets that take turns.
const phases = 8

// surface is a lit surface whose data change with every frame.
func (s *stage) surface(cells int) (*picture, error) {
	p := &picture{frame: render.Frame{Width: s.c.Width, Height: s.c.Height, Scale: 1}}
	for k := range phases {
		b, err := device.NewBufferFrom(s.dev, "values", device.F32, bump(cells, 2*math.Pi*float64(k)/phases))
		if err != nil {
			p.close()
			return nil, err
		}
		p.data = append(p.data, b)
	}
	item := &render.Surface{Name: "r", Rows: cells, Cols: cells, Values: p.data[0].View(), Scale: render.NewScale("r", "", render.Viridis())}
	p.next = func(p *picture) { item.Values = p.data[p.frame.Version%phases].View() }
	p.scene = &render.Scene{Theme: render.Dark(), Panels: []*render.Panel{{Title: "Focus", Items: []render.Item{item}}}}
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
	var results []FrameResult
	defer func() {
		for _, p := range pictures {
			p.close()
		}
	}()
	add := func(p *picture, err error, r FrameResult) error {
		if err != nil {
			return err
		}
		pictures = append(pictures, p)
		r.Width, r.Height, r.Window, r.Renderer = c.Width, c.Height, c.Window, s.dev.Info().Renderer
		results = append(results, r)
		return s.settle(p)
	}
	for _, n := range c.Cells {
		p, err := s.surface(n)
		if err := add(p, err, FrameResult{Picture: "surface of " + square(n), Drawn: "all"}); err != nil {
			return nil, err
		}
	}
	for _, n := range c.Live {
		p, err := s.live(ctx, n)
		if err := add(p, err, FrameResult{Picture: "neural field of " + square(n.Cells), Drawn: fmt.Sprintf("all, behind %d steps", n.Steps)}); err != nil {
			return nil, err
		}
	}
	for _, n := range c.Graphs {
		for _, what := range graphCases {
			if what.few && n.Edges > 40000 {
				continue
			}
			p, err := s.graph(n, what)
			if err := add(p, err, what.result(n)); err != nil {
				return nil, err
			}
		}
	}
	for range c.Rounds {
		for i, p := range pictures {
			if err := s.draw(p); err != nil { // the renderer keeps the edges of one picture: these are not the last one's
				return nil, err
			}
			start, user, n := time.Now(), userTime(), 0
			for n == 0 || time.Since(start) < c.RoundTime {
				if err := s.draw(p); err != nil {
					return nil, err
				}
				n++
			}
			results[i].Rounds = append(results[i].Rounds, float64(n)/time.Since(start).Seconds())
			results[i].User = append(results[i].User, (userTime()-user)/float64(n))
			if ctx.Err() != nil {
				return slices.DeleteFunc(results, func(r FrameResult) bool { return len(r.Rounds) == 0 }), context.Cause(ctx)
			}
		}
		if c.Turn != nil {
			c.Turn()
		}
	}
	return results, s.dev.Err()
}

// settle draws frames that are not measured: they compile, and let limits and level of detail settle.
func (s *stage) settle(p *picture) error {
	start := time.Now()
	for k := 0; k < 2*phases && (k < 2 || time.Since(start) < 3*s.c.RoundTime); k++ {
		if err := s.draw(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) draw(p *picture) error {
	p.frame.Version++
	if p.next(p); p.err != nil {
		return p.err
	}
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
