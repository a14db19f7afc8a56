//go:build cgo && linux

package viewer

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/gpu/window"
	"github.com/galvani-sim/galvani/host/net"
	timeline "github.com/galvani-sim/galvani/host/session"
)

// mode is what clicks and drags on a graph or a surface do.
type mode uint8

const (
	looking mode = iota
	moving
	linking
	plucking
)

// modeText says what the mouse does in a mode, for the line at the bottom.
var modeText = [...]string{
	looking:  "drag: turn or pan · wheel: zoom · click: select · g groups · m move · n nodes and edges · o pluck",
	moving:   "move: drag a node · click a node to let it go · m ends",
	linking:  "edges: click beside the nodes for a new node · drag from node to node for an edge, again removes it · Shift both ways · Delete removes the node · n ends",
	plucking: "pluck: click a node, or drag over a surface · Shift: the lower end of the scale · o ends",
}

// modeShort is modeText for a narrow window.
var modeShort = [...]string{
	looking:  "g groups · m move · n nodes and edges · o pluck",
	moving:   "drag a node · click lets it go · m ends",
	linking:  "click: new node · drag node to node: edge, again removes it · n ends",
	plucking: "click or drag: pluck · n ends",
}

// hands is what a person has under their hands.
type hands struct {
	mode     mode
	selected struct {
		group string
		node  int // -1: none
	}
	grabbed *graphPanel // panel of the node that is dragged or that an edge starts at
	node    int
	offset  render.Vec3 // from the pointer to the node's middle
	moved   bool
	brush   *panelItem // the surface that is painted
	panel   *render.Panel
	low     bool // the lower end of the scale
	both    bool // edges in both directions
	last    int  // element painted last
}

// setMode turns a mode on, or off when it is on.
func (v *Viewer) setMode(m mode) {
	if v.hands.mode == m {
		m = looking
	}
	v.hands.mode = m
	v.hands.grabbed, v.hands.brush = nil, nil
}

// graphOf finds the panel of a picked item.
func (v *Viewer) graphOf(it render.Item) *graphPanel {
	for _, p := range v.stage.graphs {
		if render.Item(p.item) == it {
			return p
		}
	}
	return nil
}

// pickNow is what lies under the pointer, looked up at once.
func (v *Viewer) pickNow() render.Hit {
	if v.undrawn { // an index picture is drawn from what the last frame has prepared
		if err := v.frame(); err != nil {
			v.broken = err
			return render.Hit{}
		}
	}
	hit, err := v.renderer.PickNow(v.scene, v.lastFrame, v.mouse.x, v.mouse.y)
	if err != nil {
		v.say("%v", err)
	}
	return hit
}

// grab begins what a press of the left button does in the present mode, and reports whether it is taken.
func (v *Viewer) grab(mods window.Mods) bool {
	h := &v.hands
	if h.mode == looking {
		return false
	}
	hit := v.pickNow()
	g := v.graphOf(hit.Item)
	if hit.Edge {
		g = nil
	}
	h.low, h.both = mods&window.Shift != 0, mods&window.Shift != 0
	switch {
	case h.mode == moving && g != nil:
		at, err := g.at(hit.Element)
		if err != nil {
			return false
		}
		p, ok := v.pointerIn(g, at)
		if !ok {
			return false
		}
		h.grabbed, h.node, h.moved = g, hit.Element, false
		h.offset = at.Sub(p)
		return true
	case h.mode == linking && g != nil:
		h.grabbed, h.node, h.moved = g, hit.Element, false
		return true
	case h.mode == linking:
		if g = v.graphUnder(); g == nil {
			return false
		}
		v.addNode(g)
		return true
	case h.mode == plucking && hit.Item != nil && !hit.Edge:
		it := v.stage.items[hit.Item]
		if it == nil || it.view.Kind > net.Graph && it.view.Kind != net.Graph {
			return false
		}
		h.brush, h.panel, h.last = it, hit.Panel, -1
		v.paint(hit.Element)
		return true
	}
	return false
}

// haul moves what was grabbed to the pointer.
func (v *Viewer) haul() bool {
	h := &v.hands
	switch {
	case h.brush != nil:
		hit := v.pickNow()
		if it := v.stage.items[hit.Item]; it != nil && it.view.Group == h.brush.view.Group && hit.Panel == h.panel && !hit.Edge {
			v.paint(hit.Element)
		}
		return true
	case h.grabbed == nil:
		return false
	case math.Hypot(v.mouse.x-v.mouse.downX, v.mouse.y-v.mouse.downY) < clickSlop && !h.moved:
		return true
	}
	h.moved = true
	if h.mode != moving {
		return true
	}
	n := h.grabbed.nodes
	at, err := h.grabbed.at(h.node)
	if err != nil {
		return true
	}
	if p, ok := v.pointerIn(h.grabbed, at); ok {
		p = p.Add(h.offset)
		n.held = int32(h.node)
		if err := n.wake(); err != nil {
			v.say("%v", err)
			return true
		}
		n.lay.Heat(dragHeat, true)
		if err := n.lay.Pin(h.node, float32(p[0]), float32(p[1]), float32(p[2])); err != nil {
			v.say("%v", err)
		}
		n.touched = true
	}
	return true
}

// drop ends what was begun.
func (v *Viewer) drop() bool {
	h := &v.hands
	g, node := h.grabbed, h.node
	if h.brush != nil {
		h.brush, h.panel = nil, nil
		return true
	}
	if g == nil {
		return false
	}
	h.grabbed = nil
	switch h.mode {
	case moving:
		v.dropNode(g, node)
	case linking:
		hit := v.pickNow()
		if o := v.graphOf(hit.Item); o != nil && !hit.Edge && o.view.Group == g.view.Group && hit.Element != node {
			v.link(g, node, hit.Element)
		} else if !h.moved {
			v.selectNode(g.view.Group, node)
		}
	}
	return true
}

// dropNode logs where a node was dragged to; a click lets a node go that was held.
func (v *Viewer) dropNode(g *graphPanel, node int) {
	n := g.nodes
	at, err := g.at(node)
	n.held = -1
	n.lay.Heat(dragHeat, false)
	if err != nil {
		v.say("%v", err)
		return
	}
	e := timeline.MoveNode{Group: g.view.Group.Name, Node: int32(node), X: at[0], Y: at[1], Z: at[2]}
	if !v.hands.moved {
		v.selectNode(g.view.Group, node)
		if _, held := n.pinned[int32(node)]; !held {
			return
		}
		e = timeline.MoveNode{Group: e.Group, Node: e.Node, Free: true}
	}
	if !v.do(e) {
		_ = n.free(node)
	}
}

// at is where a node is, in the coordinates of its layout.
func (p *graphPanel) at(node int) (render.Vec3, error) {
	at, err := p.nodes.lay.Positions()
	if err != nil || 3*node+2 >= len(at) {
		return render.Vec3{}, err
	}
	return render.Vec3{float64(at[3*node]), float64(at[3*node+1]), float64(at[3*node+2])}, nil
}

// pointerIn is the pointer in the coordinates of a graph's layout: in the plane through a point that faces the eye.
func (v *Viewer) pointerIn(g *graphPanel, through render.Vec3) (render.Vec3, bool) {
	var pl *render.PanelLayout
	w, h, scale := v.size()
	lay := v.scene.Layout(w, h, scale)
	for k := range lay.Panels {
		if slices.Contains(lay.Panels[k].Panel.Items, render.Item(g.item)) {
			pl = &lay.Panels[k]
		}
	}
	if pl == nil {
		return render.Vec3{}, false
	}
	nx, ny := 2*(v.mouse.x-pl.View.X)/pl.View.W-1, 1-2*(v.mouse.y-pl.View.Y)/pl.View.H
	eye, dir := pl.Panel.Camera.Ray(nx, ny, pl.Aspect())
	box, low, high := pl.Panel.Bounds(), g.item.Low, g.item.High
	toScene := func(p render.Vec3) (s render.Vec3) {
		for a := range 3 {
			s[a] = box.Min[a]
			if high[a] > low[a] {
				s[a] += (p[a] - low[a]) / (high[a] - low[a]) * (box.Max[a] - box.Min[a])
			}
		}
		return s
	}
	normal := render.Vec3{0, 0, 1}
	if g.item.Spatial {
		normal = dir
	}
	d := dir.Dot(normal)
	if math.Abs(d) < 1e-9 {
		return render.Vec3{}, false
	}
	q := eye.Add(dir.Scale(toScene(through).Sub(eye).Dot(normal) / d))
	var p render.Vec3
	for a := range 3 {
		p[a] = low[a]
		if box.Max[a] > box.Min[a] {
			p[a] += (q[a] - box.Min[a]) / (box.Max[a] - box.Min[a]) * (high[a] - low[a])
		}
	}
	if !g.item.Spatial {
		p[2] = through[2]
	}
	return p, true
}

// graphUnder is the graph in the panel under the pointer.
func (v *Viewer) graphUnder() *graphPanel {
	p, _, _ := v.over(v.mouse.x, v.mouse.y)
	if p == nil {
		return nil
	}
	for _, it := range p.Panel.Items {
		if g := v.graphOf(it); g != nil {
			return g
		}
	}
	return nil
}

// addNode adds a node under the pointer.
func (v *Viewer) addNode(g *graphPanel) {
	at, ok := v.pointerIn(g, render.Vec3{0, 0, (g.item.Low[2] + g.item.High[2]) / 2})
	if !ok {
		return
	}
	group := g.view.Group
	node := group.N
	if v.do(timeline.Together{timeline.AddNode{Group: group.Name, N: 1},
		timeline.MoveNode{Group: group.Name, Node: int32(node), X: at[0], Y: at[1], Z: at[2]}}) {
		v.selectNode(group, node)
	}
}

// link makes an edge, or takes it out when there is one.
func (v *Viewer) link(g *graphPanel, from, to int) {
	if g.syn == nil {
		v.say("%s has no synapses within it that an edge could be made of", g.view.Group.Name)
		return
	}
	var there []int32
	for k := range g.pre {
		if int(g.pre[k]) == from && int(g.post[k]) == to || v.hands.both && int(g.pre[k]) == to && int(g.post[k]) == from {
			there = append(there, int32(k))
		}
	}
	if len(there) > 0 {
		v.do(timeline.RemoveEdge{Synapses: g.syn.Name, Edges: there})
		return
	}
	e := timeline.AddEdge{Synapses: g.syn.Name, Pre: []int32{int32(from - g.syn.Pre.Start)}, Post: []int32{int32(to - g.syn.Post.Start)}}
	if v.hands.both {
		e.Pre, e.Post = append(e.Pre, int32(to-g.syn.Pre.Start)), append(e.Post, int32(from-g.syn.Post.Start))
	}
	v.do(e)
}

// remove takes the selected node out.
func (v *Viewer) remove() {
	s := &v.hands.selected
	if s.node < 0 || s.group == "" {
		v.say("select a node to remove with a click")
		return
	}
	if v.do(timeline.RemoveNode{Group: s.group, Nodes: []int32{int32(s.node)}}) {
		s.node = -1
	}
}

// paint sets the variable that is shown to the upper end of its scale, at an element and, on a surface, around it.
func (v *Viewer) paint(element int) {
	h := &v.hands
	if element == h.last {
		return
	}
	h.last = element
	it := h.brush
	value := it.scale.Max
	if h.low {
		value = it.scale.Min
	}
	g := it.view.Group
	elements := []int32{int32(element)}
	if it.view.Kind == net.Surface {
		elements = disc(element, g.Grid.Rows, g.Grid.Cols)
	}
	v.do(timeline.SetValues{Object: g.Name, Variable: it.view.Var, Elements: elements, Values: []float64{value}})
	if fresh := v.itemOf(it.view); fresh != nil {
		h.brush = fresh
	}
}

// itemOf finds an item again after the panels were made anew.
func (v *Viewer) itemOf(w net.View) *panelItem {
	for _, it := range v.stage.items {
		if it.view.Group == w.Group && it.view.Var == w.Var && it.view.Kind == w.Kind {
			return it
		}
	}
	return nil
}

// disc are the cells of a grid around one: a twentieth of the longer side wide, at least one cell each way.
func disc(at, rows, cols int) (out []int32) {
	radius := max(1, max(rows, cols)/20)
	y0, x0 := at/cols, at%cols
	for y := max(0, y0-radius); y <= min(rows-1, y0+radius); y++ {
		for x := max(0, x0-radius); x <= min(cols-1, x0+radius); x++ {
			if (x-x0)*(x-x0)+(y-y0)*(y-y0) <= radius*radius {
				out = append(out, int32(y*cols+x))
			}
		}
	}
	return out
}

// selectNode selects a node, or none with -1.
func (v *Viewer) selectNode(g *net.Group, node int) {
	v.hands.selected.group, v.hands.selected.node = g.Name, node
	v.changed = true
}

// markNodes shows in the graphs what is selected and under the pointer.
func (v *Viewer) markNodes() {
	for _, p := range v.stage.graphs {
		sel, over := -1, -1
		if v.hands.selected.group == p.view.Group.Name {
			sel = v.hands.selected.node
		}
		if v.hover.hit.Item == render.Item(p.item) && !v.hover.hit.Edge && v.mouse.inside && v.hands.mode != looking {
			over = v.hover.hit.Element
		}
		p.mark(sel, over)
	}
}

// toggleEdges hides the edges of all graphs, or shows them where none has any to see.
func (v *Viewer) toggleEdges() {
	hide := slices.ContainsFunc(v.stage.graphs, func(p *graphPanel) bool { return p.item.Edges.M > 0 && !p.item.Edges.Hide })
	if v.kept.edges = 1; hide {
		v.kept.edges = -1
	}
	for _, p := range v.stage.graphs {
		p.item.Edges.Hide = hide
	}
}

// drawHands draws the edge that is being made.
func (v *Viewer) drawHands(o *render.Overlay, th *render.Theme) {
	h := &v.hands
	if h.grabbed == nil || h.mode != linking || !h.moved {
		return
	}
	o.Line(v.mouse.downX, v.mouse.downY, v.mouse.x, v.mouse.y, 2, th.Accent)
}
