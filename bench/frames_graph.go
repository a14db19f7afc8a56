//go:build cgo && linux

package bench

import (
	"fmt"
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
)

// graphCase is what is drawn anew of a graph.
type graphCase struct {
	name string
	// plain graphs have no arrows, as those of peers.
	plain, fine bool
	peers       bool
	few         bool // only where edges are few enough to show more than lines
	change      func(p *picture, g *render.Graph)
}

var graphCases = []graphCase{
	{name: "all in full detail, with arrows", fine: true, few: true, change: moved},
	{name: "all in full detail", plain: true, fine: true, peers: true, change: moved},
	{name: "all, as while nodes move", few: true, change: moved},
	{name: "camera moves", change: panned},
	{name: "states of nodes", plain: true, fine: true, peers: true, change: func(*picture, *render.Graph) {}},
}

func moved(_ *picture, g *render.Graph) { g.Geometry++ }

func panned(p *picture, _ *render.Graph) {
	p.frame.Budget = 40 * time.Millisecond // as in the window of the viewer
	p.scene.Panels[0].Camera.Pan(float64(2*(p.frame.Version&1))-1, 0, 700, 560)
}

func (c *graphCase) result(n GraphSize) FrameResult {
	r := FrameResult{Picture: fmt.Sprintf("graph of %d nodes, %d edges", n.Nodes, n.Edges), Drawn: c.name}
	if c.peers {
		r.Workload = graphWorkload(n)
	}
	return r
}

// graph is a graph of which parts are drawn anew, and the states of the nodes always.
func (s *stage) graph(n GraphSize, c graphCase) (_ *picture, err error) {
	p := &picture{frame: render.Frame{Width: s.c.Width, Height: s.c.Height, Scale: 1, Fine: c.fine}}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	at, pre, post := Disc(n)
	buffer := func(elem device.Element, data any) (view device.View) {
		if err != nil {
			return
		}
		var b *device.Buffer
		switch v := data.(type) {
		case []float32:
			b, err = device.NewBufferFrom(s.dev, "graph", elem, v)
		case []int32:
			b, err = device.NewBufferFrom(s.dev, "graph", elem, v)
		}
		if err != nil {
			return
		}
		p.data = append(p.data, b)
		return b.View()
	}
	var states [phases]device.View
	for k := range states {
		v := make([]float32, n.Nodes)
		for i := range v {
			v[i] = float32(math.Remainder(4*math.Hypot(float64(at[3*i]), float64(at[3*i+1]))+2*math.Pi*float64(k)/phases, 2*math.Pi))
		}
		states[k] = buffer(device.F32, v)
	}
	g := &render.Graph{Name: "G", N: n.Nodes, Positions: buffer(device.F32, at), Color: states[0],
		Scale: render.NewFixedScale("theta", "rad", render.Twilight(), -math.Pi, math.Pi),
		Edges: render.Edges{M: len(pre), Pre: buffer(device.I32, pre), Post: buffer(device.I32, post), Directed: !c.plain}}
	if err != nil {
		return nil, err
	}
	p.next = func(p *picture) {
		g.Color = states[p.frame.Version%phases]
		c.change(p, g)
	}
	p.scene = &render.Scene{Theme: render.Dark(), Panels: []*render.Panel{{Title: "G", Items: []render.Item{g}}}}
	p.scene.FitCameras(s.c.Width, s.c.Height, 1)
	return p, nil
}
