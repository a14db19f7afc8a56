//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
)

// graphSize is up to how many nodes and edges a network is shown as a graph when the script asks for no view.
const (
	graphNodes = 5000
	graphEdges = 50000
)

// ints keeps whole numbers on the GPU as long as the stage lives.
func (st *stage) ints(label string, v []int32) (device.View, error) {
	b, err := device.NewBufferFrom(st.dev, label, device.I32, v)
	if err != nil {
		return device.View{}, err
	}
	st.own = append(st.own, b)
	return b.View(), nil
}

// floats is ints for real numbers.
func (st *stage) floats(label string, v []float32) (device.View, error) {
	b, err := device.NewBufferFrom(st.dev, label, device.F32, v)
	if err != nil {
		return device.View{}, err
	}
	st.own = append(st.own, b)
	return b.View(), nil
}

// within finds the synapses of the network that connect a group to itself.
func (st *stage) within(g *net.Group) *net.Synapses {
	for _, s := range st.sim.Network().Synapses {
		if s.Pre.Group == g && s.Post.Group == g {
			return s
		}
	}
	return nil
}

// ends are the groups' own indices of the ends of synapses, -1 for those that were removed.
func (st *stage) ends(s *net.Synapses) (pre, post []int32, err error) {
	i, j, ok := st.sim.Edges(s)
	if _, _, err := st.sim.Synapses(s); err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, fmt.Errorf("a view shows the synapses %q, which are not part of the network", s.Name)
	}
	gone := st.sim.Removed(s)
	shift := func(v []int32, by int) []int32 {
		out := make([]int32, len(v))
		for k, x := range v {
			if out[k] = x + int32(by); k < len(gone) && gone[k] {
				out[k] = -1
			}
		}
		return out
	}
	return shift(i, s.Pre.Start), shift(j, s.Post.Start), nil
}

// graph makes the panel of a net.Graph.
func (st *stage) graph(v net.View) (render.Item, *shown, error) {
	g := v.Group
	item := &render.Graph{Name: g.Name, N: max(g.N, 1), Geometry: 1}
	var pre, post []int32
	syn := v.Synapses
	if syn == nil {
		syn = st.within(g)
	}
	var err error
	if syn != nil {
		if pre, post, err = st.ends(syn); err != nil {
			return nil, nil, err
		}
	}
	p := &graphPanel{view: v, item: item, syn: syn, pre: pre, post: post}
	if p.nodes, err = st.nodesOf(v, pre, post); err != nil {
		return nil, nil, err
	}
	if err := p.place(); err != nil {
		return nil, nil, err
	}
	st.graphs = append(st.graphs, p)
	if v.Layout == "grid" || v.Layout == "" && g.Grid != nil && g.Positions == nil {
		if long := math.Max(item.High[0]-item.Low[0], item.High[1]-item.Low[1]); len(pre) == 0 && long >= 1 {
			item.Radius = 0.84 / long // neighbours nearly touch: without edges between them a grid is a picture
		}
	}
	looped := map[int32]bool{}
	for k, i := range pre {
		if i >= 0 && i == post[k] {
			looped[i] = true
		}
	}
	if len(pre) > 0 {
		e := &item.Edges
		e.Loops = len(looped) > 0
		e.M, e.Directed, e.Share = len(pre), v.Weight != "" || !mutual(pre, post), v.EdgeShare
		e.Hide = st.kept.edges < 0 || st.kept.edges == 0 && v.NoEdges
		if e.Pre, err = st.ints(syn.Name+" pre", pre); err != nil {
			return nil, nil, err
		}
		if e.Post, err = st.ints(syn.Name+" post", post); err != nil {
			return nil, nil, err
		}
		if v.Weight != "" {
			w, err := st.synaptic(syn, v.Weight)
			if err != nil {
				return nil, nil, err
			}
			e.Weight, e.Scale = w.view, render.NewScale(v.Weight, "", render.Vik())
		}
	}
	color, err := st.variable(g, v.Var)
	if err != nil {
		return nil, nil, err
	}
	p.color = color
	if g.N > 0 {
		item.Color = color.view
	}
	if item.Scale, err = st.scale(v); err != nil {
		return nil, nil, err
	}
	item.Needle = item.Scale.Period() > 0
	item.Shapes = st.boolean(g.Name, v.Var)
	switch v.Size {
	case "":
	case "degree":
		item.ByDegree = g.N > 0
	default:
		size, err := st.variable(g, v.Size)
		if err != nil {
			return nil, nil, err
		}
		item.Size, item.SizeScale = size.view, render.NewScale(v.Size, "", render.Viridis())
	}
	if g.N <= labelledNodes {
		for k := range g.N {
			if !slices.Contains(g.Removed, int32(k)) {
				item.Labels = append(item.Labels, render.Label{Node: k, Text: fmt.Sprint(k), Loop: looped[int32(k)]})
			}
		}
	}
	if err := p.label(); err != nil {
		return nil, nil, err
	}
	return item, color, nil
}

// mutual reports whether every edge has its reverse, as many times: then the graph is not a directed one, and its edges need no arrows.
func mutual(pre, post []int32) bool {
	there, back := make([]int64, len(pre)), make([]int64, len(pre))
	for k := range pre {
		there[k], back[k] = int64(pre[k])<<32|int64(post[k]), int64(post[k])<<32|int64(pre[k])
	}
	slices.Sort(there)
	slices.Sort(back)
	return slices.Equal(there, back)
}

// labelledNodes is up to how many nodes a graph shows their numbers.
const labelledNodes = 60

// synaptic registers a variable of synapses to be drawn.
func (st *stage) synaptic(s *net.Synapses, name string) (*shown, error) {
	b, ok := st.plan.Find(s.Name, name)
	if !ok {
		return nil, fmt.Errorf("a view shows %s.%s, which is not a stored variable", s.Name, name)
	}
	return st.show(s.Name, name, b)
}

// matrixSide is up to how many columns and rows an adjacency matrix has; larger ones join several neurons in one.
const matrixSide = 400

// adjacency makes the panel of a net.Adjacency: how many synapses there are from each column to each row.
func (st *stage) adjacency(v net.View) (render.Item, error) {
	s := v.Synapses
	pre, post, err := st.ends(s)
	if err != nil {
		return nil, err
	}
	n, m := s.Pre.Group.N, s.Post.Group.N
	per := max(1, (max(n, m)+matrixSide-1)/matrixSide)
	cols, rows := (n+per-1)/per, (m+per-1)/per
	counts := make([]float32, rows*cols)
	most := float32(1)
	for k := range pre {
		if pre[k] < 0 {
			continue // removed
		}
		at := int(post[k])/per*cols + int(pre[k])/per
		counts[at]++
		most = max(most, counts[at])
	}
	values, err := st.floats(s.Name+" adjacency", counts)
	if err != nil {
		return nil, err
	}
	label := "synapses"
	if per > 1 {
		label = fmt.Sprintf("synapses per %d × %d", per, per)
	}
	return &render.Matrix{Name: s.Name, Values: values, Rows: rows, Cols: cols, Step: float64(per), X: "pre", Y: "post",
		Scale: render.NewFixedScale(label, "", render.Viridis(), 0, float64(most))}, nil
}

// graphPanel is a graph that is shown.
type graphPanel struct {
	view      net.View
	item      *render.Graph
	syn       *net.Synapses // nil: no edges
	pre, post []int32
	nodes     *nodes
	color     *shown
	before    before
}

// place brings the picture's positions up to date.
func (p *graphPanel) place() error {
	view, err := p.nodes.view()
	if err != nil {
		return err
	}
	p.item.Positions, p.item.Low, p.item.High = view, p.nodes.low, p.nodes.high
	return nil
}

// label puts the labels where their nodes are.
func (p *graphPanel) label() error {
	if len(p.item.Labels) == 0 {
		return nil
	}
	at, err := p.nodes.lay.Positions()
	if err != nil {
		return err
	}
	for k := range p.item.Labels {
		l := &p.item.Labels[k]
		l.At = render.Vec3{float64(at[3*l.Node]), float64(at[3*l.Node+1]), float64(at[3*l.Node+2])}
	}
	return nil
}

// settle moves the nodes on.
func (p *graphPanel) settle() error {
	was := p.item.Positions
	moved, err := p.nodes.settle()
	if err == nil {
		err = p.place()
	}
	if err != nil || !moved && !p.nodes.touched && was == p.item.Positions {
		return err
	}
	p.nodes.touched = false
	p.item.Geometry++
	return p.label()
}

// mark shows which nodes are selected, under the pointer, or held.
func (p *graphPanel) mark(selected, hovered int) {
	m := map[int]render.Mark{}
	for k := range p.nodes.pinned {
		m[int(k)] |= render.Pinned
	}
	if selected >= 0 && selected < p.view.Group.N {
		m[selected] |= render.Selected
	}
	if hovered >= 0 && hovered < p.view.Group.N {
		m[hovered] |= render.Hovered
	}
	p.item.Marks = m
}
