//go:build cgo

package render

import (
	"fmt"
	"hash/maphash"
	"reflect"

	"github.com/galvani-sim/galvani/gpu/device"
)

// background is a picture of what stays the same while only the states of nodes change: walls, edges, and where no panel has
// axes inside its view, titles and colorbars too.
type background struct {
	frame *device.Framebuffer
	key   uint64
}

// backgroundKey identifies what the background shows.
func (r *Renderer) backgroundKey(views []panelView, f Frame) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	fmt.Fprint(&h, r.chromeState, r.coverFixed)
	for i := range views {
		for _, g := range graphsOf(views[i].Panel) {
			if !g.edgesShown() {
				continue
			}
			e := g.Edges
			fmt.Fprint(&h, g.N, g.Geometry, g.Positions, g.Low, g.High, e.M, e.Version, e.Pre, e.Post, e.Rows, e.Directed, e.Weight, e.Width, e.Opacity, e.Share, r.plainLines(&e, f))
			for _, sc := range []*Scale{e.Scale, e.WidthScale} {
				if sc != nil {
					fmt.Fprint(&h, sc.Min, sc.Max, sc.Colormap.Name)
				}
			}
			if e.M <= loopEdges { // heads and loops lie at the rims of nodes
				fmt.Fprint(&h, g.Radius, g.ByDegree, g.Size)
			}
		}
	}
	return h.Sum64()
}

// drawBackground brings the background up to date and copies it to dst, which stays bound.
func (r *Renderer) drawBackground(s *Scene, views []panelView, dst *device.Framebuffer, th *Theme, f Frame) error {
	b := &r.back
	want := device.FramebufferDesc{Label: "background", Width: f.Width, Height: f.Height, Color: []device.Format{device.RGBA8}}
	if r.software && dst.OnScreen() && r.d.Info().Features.ClipControl {
		// Like the window in memory, or copying it would cost more than drawing the nodes.
		want.Color[0], want.Sampled, want.TopDown = device.BGRA8, true, true
	}
	if b.frame == nil || !reflect.DeepEqual(b.frame.Desc(), want) {
		b.frame.Close()
		b.key = 0
		var err error
		if b.frame, err = r.d.NewFramebuffer(want); err != nil {
			return err
		}
	}
	key := r.backgroundKey(views, f)
	fresh := key != b.key
	if fresh || !r.edgesComplete(s) {
		b.frame.Bind()
		if fresh {
			r.d.SetState(device.State{})
			b.frame.ClearColor(0, th.Background)
			r.drawWalls(views, f)
			if r.coverFixed {
				r.drawRuns(r.chrome.buffer, r.above, f, device.State{Blend: device.BlendAlpha})
			}
		}
		for i := range views {
			v := &views[i]
			for _, g := range graphsOf(v.Panel) {
				if fresh {
					r.graphs[g].drawn = 0
				}
				if !g.edgesShown() || v.w < 1 || v.h < 1 {
					continue
				}
				if err := r.placeNodes(v, g, f); err != nil {
					return err
				}
				r.d.SetState(v.state(device.State{Blend: device.BlendPremultiplied}))
				r.d.Viewport(v.x, v.y, v.w, v.h)
				if err := r.advanceEdges(v, g, th, f); err != nil {
					return err
				}
			}
		}
		b.key = key
	}
	r.d.SetState(device.State{})
	return b.frame.Resolve(0, dst, 0)
}

// edgesComplete reports that the background has all edges.
func (r *Renderer) edgesComplete(s *Scene) bool {
	for _, p := range s.Panels {
		for _, g := range graphsOf(p) {
			if !r.complete(g) {
				return false
			}
		}
	}
	return true
}
