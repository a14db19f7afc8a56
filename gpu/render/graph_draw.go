//go:build cgo

package render

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
)

// drawEdges draws the edges from the k-th to before the end-th, in the order that edgeOrder gives; bent ones and heads come with the last.
func (r *Renderer) drawEdges(v *panelView, g *Graph, th *Theme, f Frame, from, end int, item uint32) error {
	st, e := r.graphs[g], &g.Edges
	thin := item == 0 && r.plainLines(e, f)
	bends := !thin && g.bends()
	heads := !thin && item == 0 && e.Directed && e.M <= headEdges
	if bends {
		if err := r.prepareBent(g, st); err != nil {
			return err
		}
	}
	loops := !thin && e.M <= loopEdges
	if loops {
		if err := r.prepareLoops(g, st); err != nil {
			return err
		}
	}
	x := strokes{v: v, g: g, th: th, f: f, item: item, thin: thin, bends: bends, heads: heads}
	x.width = e.width() * f.Scale
	if item != 0 {
		x.width += 2 * f.Scale
	}
	x.wide = x.width
	if e.WidthScale != nil {
		x.wide *= 2.5
	}
	// A rasteriser in software walks along each triangle, and along a line once. Lines are cut along the axes: at 45 degrees they
	// are thinner than they are wide, and the shader finds the pixels' distances itself.
	x.wide = 1.42 * (math.Max(x.wide, 1) + 1.1)
	x.quads = !thin && (item != 0 || !r.software || x.wide > float64(r.d.Info().Limits.LineWidth[1]))
	if err := r.drawStrokes(&x, "", from, end); err != nil {
		return err
	}
	if shift, size := edgeOrder(e.M); end < size<<shift {
		return nil
	}
	if bends {
		if err := r.drawStrokes(&x, "BOW", 0, 0); err != nil {
			return err
		}
	}
	if loops {
		if err := r.drawStrokes(&x, "LOOP", 0, 0); err != nil {
			return err
		}
	}
	if heads {
		return r.drawStrokes(&x, "HEAD", 0, e.M)
	}
	return nil
}

// strokes is how the edges of one graph are drawn.
type strokes struct {
	v                         *panelView
	g                         *Graph
	th                        *Theme
	f                         Frame
	item                      uint32 // 0: the picture, otherwise what picking finds
	thin, quads, bends, heads bool
	width, wide               float64 // pixels: of a stroke, and of the line that holds the widest
}

// drawStrokes draws one part of the edges: bodies (""), bent bodies ("BOW"), loops ("LOOP") or heads ("HEAD").
func (r *Renderer) drawStrokes(x *strokes, part string, from, end int) error {
	g, st, e, v, f := x.g, r.graphs[x.g], &x.g.Edges, x.v, x.f
	define := map[string]string{}
	corners, mode := 2, device.Lines
	quads := x.quads || part == "LOOP" // lines leave gaps on the outer side of a narrow curve
	switch {
	case part == "HEAD":
		corners, mode = 3, device.Triangles
	case quads:
		define["QUAD"] = ""
		corners, mode = 6, device.Triangles
	}
	for macro, on := range map[string]bool{part: part != "", "THIN": x.thin, "BENT": x.bends || part == "LOOP", "PICK": x.item != 0} {
		if on {
			define[macro] = ""
		}
	}
	weight := e.Weight.Valid() && (e.Scale != nil || e.WidthScale != nil)
	if weight {
		t, err := glslType(e.Weight)
		if err != nil {
			return err
		}
		define["WEIGHT"] = t
	}
	p, err := r.graphics("graph_edge", define)
	if err != nil {
		return err
	}
	r.d.BindStorage(0, st.nodes)
	if err := r.bindAt(p, 1, "preAt", g.pre(st)); err != nil {
		return err
	}
	if err := r.bindAt(p, 2, "postAt", e.Post); err != nil {
		return err
	}
	if weight {
		if err := r.bindAt(p, 3, "weightAt", e.Weight); err != nil {
			return err
		}
		m := int32(-1)
		if e.Scale != nil {
			m = int32(mapIndex(e.Scale.Colormap))
			p.SetFloats("tones", float32(e.Scale.Min), inverse(e.Scale))
		}
		p.SetInt("map", m)
		if s := e.WidthScale; s != nil {
			p.SetFloats("widths", float32(math.Max(s.Min, 0)), inverse(s))
		} else {
			p.SetFloats("widths", 0, 0)
		}
		p.SetInt("maps", 1)
		r.d.BindTexture(1, r.maps)
	}
	list := st.bent
	if part == "LOOP" {
		list = st.loops
	}
	if x.bends || part == "LOOP" {
		r.d.BindStorage(4, list)
		p.SetInt("bentList", int32(bentWords(e.M)+bentCommands))
	}
	shift, size := edgeOrder(e.M)
	if part == "HEAD" {
		shift, size = 0, e.M
	}
	p.SetInt("nodesCount", int32(g.N))
	p.SetInt("total", int32(e.M))
	p.SetInts("order", int32(1<<shift-1), int32(shift))
	p.SetInt("blockSize", int32(size))
	p.SetInt("start", int32(from))
	p.SetFloats("viewport", float32(v.w), float32(v.h))
	y, up := float32(v.y)+0.5*float32(v.h), float32(1)
	if t := r.d.Target(); t != nil && t.Desc().TopDown {
		y, up = float32(t.Desc().Height)-y, -1
	}
	p.SetFloats("middle", float32(v.x)+0.5*float32(v.w), y)
	p.SetFloats("up", up)
	if x.item != 0 {
		p.SetUints("item", x.item)
	}
	p.SetFloats("width", float32(x.width))
	head := 0.0
	if x.heads {
		head = headLength(e.M) * f.Scale
	}
	p.SetFloats("head", float32(head))
	r.setLoops(p, v, g, f)
	c := x.th.Muted.Alpha(float32(e.opacity()))
	p.SetFloats("plain", c[0], c[1], c[2], c[3])
	if mode == device.Lines && !x.thin {
		defer r.d.SetLineWidth(r.d.SetLineWidth(float32(x.wide)))
	}
	if part == "BOW" || part == "LOOP" {
		command := 4 * bentWords(e.M)
		if quads {
			command += 16
		}
		return r.d.DrawIndirect(p, nil, mode, list, command)
	}
	r.d.Draw(p, nil, mode, 0, corners*(end-from))
	return nil
}

// setLoops tells a shader which edges are drawn, and how those from a node to itself lie.
func (r *Renderer) setLoops(p *device.Program, v *panelView, g *Graph, f Frame) {
	c := v.mvp.Apply(v.box.Min.Add(v.box.Max).Scale(0.5))
	w := math.Max(c[3], 1e-3)
	p.SetFloats("hub", float32(0.5*float64(v.w)*c[0]/w), float32(0.5*float64(v.h)*c[1]/w))
	p.SetFloats("loop", float32(g.Edges.loopRadius(0)*f.Scale))
	p.SetFloats("share", float32(g.Edges.share()))
}

// plainLines reports that edges are lines one pixel wide, without heads and bends: there are too many to see more, or a
// software rasteriser draws a scene that moves.
func (r *Renderer) plainLines(e *Edges, f Frame) bool {
	if e.Width != 0 || e.WidthScale != nil {
		return false
	}
	return e.M > lineEdges || r.software && !f.Fine && e.M > coarseEdges
}

// advanceEdges adds edges to the layer: all that are left, or what a software rasteriser manages within the frame's budget.
func (r *Renderer) advanceEdges(v *panelView, g *Graph, th *Theme, f Frame) error {
	st := r.graphs[g]
	shift, size := edgeOrder(g.Edges.M)
	all := size << shift
	end := all
	limited := r.software && f.Budget > 0
	if limited {
		// One edge of each block at least: fewer would come from one corner of the graph.
		n := max(int(st.speed*f.Budget.Seconds()*1e3), 1<<shift)
		end = min(all, st.drawn+n>>shift<<shift)
		r.d.WaitIdle()
	}
	if end == st.drawn {
		return nil
	}
	start := time.Now()
	if err := r.drawEdges(v, g, th, f, st.drawn, end, 0); err != nil {
		return err
	}
	if limited {
		r.d.WaitIdle()
		if ms := time.Since(start).Seconds() * 1e3; end-st.drawn > 500 && ms > 0 {
			st.speed = 0.5*st.speed + 0.5*float64(end-st.drawn)/ms
		}
	}
	st.drawn = end
	return nil
}

// complete reports that the layer has all edges of the graph.
func (r *Renderer) complete(g *Graph) bool {
	st := r.graphs[g]
	if st == nil || !g.edgesShown() {
		return true
	}
	shift, size := edgeOrder(g.Edges.M)
	return st.drawn == size<<shift
}

// drawNodes draws the nodes; item is 0 for the picture and the item's number for picking.
func (r *Renderer) drawNodes(v *panelView, g *Graph, th *Theme, f Frame, item uint32) error {
	st := r.graphs[g]
	define := map[string]string{}
	if !g.Spatial {
		define["PLANE"] = ""
	}
	if item != 0 {
		define["PICK"] = ""
	}
	dot := item == 0 && len(g.Marks) == 0 && !g.Shapes && !g.ByDegree && !g.Size.Valid() && r.nodePixels(v, g) < dotNode*f.Scale
	if dot {
		define["DOT"] = ""
	}
	if err := r.uploadMarks(g, st); err != nil {
		return err
	}
	for _, x := range []struct {
		macro string
		on    bool
	}{{"MARKS", len(g.Marks) > 0}, {"SHAPES", g.Shapes && g.Color.Valid()}, {"NEEDLE", g.Needle && g.Color.Valid() && item == 0}, {"SOLID", g.Spatial}} {
		if x.on {
			define[x.macro] = ""
		}
	}
	views := []struct {
		macro, uniform string
		v              device.View
	}{{"COLOR", "colorAt", g.Color}, {"NEXT", "nextAt", g.Next}}
	if !g.Color.Valid() || g.Mix == 0 {
		views[1].v = device.View{}
	}
	for _, x := range views {
		if x.v.Valid() {
			t, err := glslType(x.v)
			if err != nil {
				return err
			}
			define[x.macro] = t
		}
	}
	p, err := r.graphics("graph_node", define)
	if err != nil {
		return err
	}
	r.d.BindStorage(0, st.nodes)
	for k, x := range views {
		if x.v.Valid() {
			if err := r.bindAt(p, 1+k, x.uniform, x.v); err != nil {
				return err
			}
		}
	}
	if len(g.Marks) > 0 {
		if err := r.bindAt(p, 3, "marksAt", st.marks.View()); err != nil {
			return err
		}
	}
	if s := g.Scale; s != nil {
		p.SetFloats("period", float32(s.Period()))
		setTones(p, "tones", s)
		p.SetInt("map", int32(mapIndex(s.Colormap)))
	}
	p.SetFloats("mixed", float32(g.Mix))
	rgb := func(name string, c Color) { p.SetFloats(name, c[0], c[1], c[2]) }
	if item != 0 {
		p.SetUints("item", item)
	} else {
		rgb("bad", th.Bad)
		rgb("plain", th.Accent)
		rgb("edge", th.nodeRim())
		rgb("accent", th.Accent)
		rgb("ink", th.Text)
		rgb("ground", th.Background)
		// Balls of many colors: the rim keeps those of the background's tone visible.
		p.SetFloats("rim", float32(1.1*f.Scale))
		p.SetInt("maps", 1)
		r.d.BindTexture(1, r.maps)
	}
	state := device.State{DepthTest: g.Spatial}
	if item == 0 {
		if !dot {
			state.Blend = device.BlendPremultiplied
		}
	} else {
		state.DepthTest = true
		state.DepthFunc = device.DepthLessEqual // a later node lies above an earlier one
	}
	if item != 0 {
		state.Scissor, state.ScissorRect = true, r.picks.rect
		r.d.SetState(state)
	} else {
		r.d.SetState(v.state(state))
	}
	r.d.Draw(p, nil, device.Points, 0, g.N)
	return nil
}

// dotNode is the radius, in units of scale 1, below which nodes are drawn as squares of one color.
const dotNode = 1.5

// nodePixels is the radius in pixels of the node nearest to the eye.
func (r *Renderer) nodePixels(v *panelView, g *Graph) float64 {
	w := math.Inf(1)
	for _, c := range v.box.Corners() {
		w = math.Min(w, v.mvp.Apply(c)[3])
	}
	return 0.5 * v.proj[5] * float64(v.h) * g.radius(v.box) / math.Max(w, 1e-3)
}

// uploadMarks brings the marks on the GPU up to date.
func (r *Renderer) uploadMarks(g *Graph, st *graphState) error {
	if len(g.Marks) == 0 && len(st.marked) == 0 || st.marks != nil && st.marks.Len() >= g.N && maps.Equal(g.Marks, st.marked) {
		return nil
	}
	if st.marks == nil || st.marks.Len() < g.N {
		if err := r.ensure(&st.marks, "marks", device.U32, g.N); err != nil {
			return err
		}
		if err := st.marks.Clear(0, g.N); err != nil {
			return err
		}
		st.marked = nil
	}
	for i := range st.marked {
		if i >= 0 && i < g.N && g.Marks[i] == 0 {
			if err := st.marks.Clear(i, 1); err != nil {
				return err
			}
		}
	}
	for i, m := range g.Marks {
		if i < 0 || i >= g.N {
			return fmt.Errorf("render: %s: node %d is marked, there are %d", g.Name, i, g.N)
		}
		if st.marked[i] != m {
			if err := device.Upload(st.marks, i, []uint32{uint32(m)}); err != nil {
				return err
			}
		}
	}
	st.marked = maps.Clone(g.Marks)
	return nil
}

// drawPulses draws signals between edges and nodes.
func (r *Renderer) drawPulses(v *panelView, g *Graph, th *Theme, f Frame) error {
	if len(g.Pulses) == 0 || g.Edges.M == 0 {
		return nil
	}
	st := r.graphs[g]
	data := make([]float32, 0, 3*len(g.Pulses))
	for _, p := range g.Pulses {
		data = append(data, math.Float32frombits(uint32(p.Edge)), float32(p.Fraction), float32(p.Strength))
	}
	if err := r.ensure(&st.pulses, "pulses", device.F32, len(data)); err != nil {
		return err
	}
	if err := device.Upload(st.pulses, 0, data); err != nil {
		return err
	}
	define := map[string]string{}
	bends := g.bends() && !r.plainLines(&g.Edges, f)
	if bends {
		define["BENT"] = ""
		if err := r.prepareBent(g, st); err != nil {
			return err
		}
	}
	p, err := r.graphics("graph_pulse", define)
	if err != nil {
		return err
	}
	r.d.BindStorage(0, st.nodes)
	if err := r.bindAt(p, 1, "preAt", g.pre(st)); err != nil {
		return err
	}
	if err := r.bindAt(p, 2, "postAt", g.Edges.Post); err != nil {
		return err
	}
	if bends {
		r.d.BindStorage(3, st.bent)
	}
	r.d.BindStorage(4, st.pulses)
	p.SetInt("total", int32(g.Edges.M))
	p.SetInt("nodesCount", int32(g.N))
	p.SetFloats("viewport", float32(v.w), float32(v.h))
	p.SetFloats("size", float32(9*f.Scale))
	r.setLoops(p, v, g, f)
	glow := th.pulse()
	p.SetFloats("glow", glow[0], glow[1], glow[2])
	p.SetFloats("core", th.Text[0], th.Text[1], th.Text[2])
	r.d.SetState(v.state(device.State{Blend: device.BlendAlpha}))
	r.d.Draw(p, nil, device.Points, 0, len(g.Pulses))
	return nil
}

// drawGraph draws what changes from frame to frame: the edges lie in the layer.
func (r *Renderer) drawGraph(v *panelView, g *Graph, th *Theme, f Frame) error {
	if err := r.placeNodes(v, g, f); err != nil {
		return err
	}
	if g.edgesShown() {
		if err := r.drawPulses(v, g, th, f); err != nil {
			return err
		}
	}
	return r.drawNodes(v, g, th, f, 0)
}

// pickableEdges is how many edges a software rasteriser looks through for what is under the pointer.
const pickableEdges = 50000

// pickGraph draws nodes, and edges under them, into the index picture.
func (r *Renderer) pickGraph(v *panelView, g *Graph, th *Theme, f Frame, item uint32) error {
	if r.graphs[g] == nil {
		return nil
	}
	if err := r.placeNodes(v, g, f); err != nil {
		return err
	}
	if g.edgesShown() && (!r.software || g.Edges.M <= pickableEdges) {
		shift, size := edgeOrder(g.Edges.M)
		r.d.SetState(device.State{Scissor: true, ScissorRect: r.picks.rect})
		if err := r.drawEdges(v, g, th, f, 0, size<<shift, item); err != nil {
			return err
		}
	}
	return r.drawNodes(v, g, th, f, item)
}

// graphsOf lists the graphs of a panel.
func graphsOf(p *Panel) (out []*Graph) {
	for _, it := range p.Items {
		if g, ok := it.(*Graph); ok {
			out = append(out, g)
		}
	}
	return out
}

// hasEdges reports that some panel shows edges.
func (s *Scene) hasEdges() bool {
	return slices.ContainsFunc(s.Panels, func(p *Panel) bool { return slices.ContainsFunc(graphsOf(p), (*Graph).edgesShown) })
}
