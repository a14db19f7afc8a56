//go:build cgo

package render

import (
	"fmt"
	"hash/maphash"
	"strconv"

	"github.com/galvani-sim/galvani/gpu/device"
)

// graphState is what the renderer keeps of a graph.
type graphState struct {
	frame int64 // last drawn

	nodes   *device.Buffer // placed for a camera; see shaders/render/graph.glsl
	placed  uint64         // what nodes were placed for
	sources *device.Buffer // of the edges, where they came as rows
	degrees *device.Buffer
	bent    *device.Buffer // a bit per edge that has a reverse
	edges   uint64         // what sources and degrees were made from
	bentOf  uint64         // and bent
	loops   *device.Buffer // as bent, of edges from a node to itself
	loopsOf uint64
	marks   *device.Buffer
	marked  map[int]Mark
	pulses  *device.Buffer
	degree  *Scale

	drawn int     // edges in the layer, counted in drawing order
	speed float64 // edges per millisecond, as measured
}

const nodeFloats = 8

func (g *graphState) close() {
	for _, b := range []*device.Buffer{g.nodes, g.sources, g.degrees, g.bent, g.loops, g.marks, g.pulses} {
		b.Close()
	}
}

// ensure gives a buffer of at least n elements, with whatever content.
func (r *Renderer) ensure(b **device.Buffer, label string, elem device.Element, n int) error {
	if *b != nil && (*b).Len() >= n {
		return nil
	}
	(*b).Close()
	var err error
	*b, err = r.d.NewBuffer(label, elem, n)
	return err
}

// bends reports that edges with a reverse are drawn bent.
func (g *Graph) bends() bool { return g.Edges.Directed && g.Edges.M <= bentEdges }

func (g *Graph) check() error {
	if g.N < 1 {
		return fmt.Errorf("render: %s: a graph of %d nodes", g.Name, g.N)
	}
	if g.Positions.Elem != device.F32 {
		return fmt.Errorf("render: %s: positions are %v, want float32", g.Name, g.Positions.Elem)
	}
	type need struct {
		what string
		v    device.View
		n    int
	}
	needs := []need{{"positions", g.Positions, 3 * g.N}}
	for _, x := range []need{{"color", g.Color, g.N}, {"next", g.Next, g.N}, {"size", g.Size, g.N}, {"weight", g.Edges.Weight, g.Edges.M}} {
		if x.v.Buffer != 0 {
			needs = append(needs, x)
		}
	}
	if g.Edges.M > 0 {
		needs = append(needs, need{"post", g.Edges.Post, g.Edges.M})
		if g.Edges.Rows.Buffer != 0 {
			needs = append(needs, need{"rows", g.Edges.Rows, g.N + 1})
		} else {
			needs = append(needs, need{"pre", g.Edges.Pre, g.Edges.M})
		}
	}
	for _, x := range needs {
		if err := checkView(g.Name, x.what, x.v, x.n); err != nil {
			return err
		}
	}
	for what, v := range map[string]device.View{"pre": g.Edges.Pre, "post": g.Edges.Post, "rows": g.Edges.Rows} {
		if v.Buffer != 0 && v.Elem != device.I32 && v.Elem != device.U32 {
			return fmt.Errorf("render: %s: %s holds %v, want int32 or uint32", g.Name, what, v.Elem)
		}
	}
	if g.Color.Valid() && g.Scale == nil || g.Size.Valid() && g.SizeScale == nil {
		return fmt.Errorf("render: %s: a variable for color or size needs a scale", g.Name)
	}
	return nil
}

// sizes is the variable that nodes are sized by, and its scale; without one the view is not valid.
func (g *Graph) sizes(st *graphState) (device.View, *Scale) {
	if !g.ByDegree {
		return g.Size, g.SizeScale
	}
	if st.degrees == nil {
		return device.View{}, nil
	}
	return st.degrees.View().Slice(0, g.N), st.degree
}

// reduceGraph prepares what depends on the edges alone, and looks for the extremes of the scales that follow the data.
func (r *Renderer) reduceGraph(g *Graph) (bool, error) {
	if err := g.check(); err != nil {
		return false, err
	}
	st := r.graphs[g]
	if st == nil {
		st = &graphState{speed: 300, degree: NewScale("degree", "", Viridis())}
		r.graphs[g] = st
	}
	st.frame = r.frame
	if err := r.prepareEdges(g, st); err != nil {
		return false, err
	}
	size, sizeScale := g.sizes(st)
	did := false
	for _, x := range []struct {
		v device.View
		n int
		s *Scale
	}{{g.Color, g.N, g.Scale}, {size, g.N, sizeScale}, {g.Edges.Weight, g.Edges.M, g.Edges.Scale}, {g.Edges.Weight, g.Edges.M, g.Edges.WidthScale}} {
		if !x.v.Valid() || x.s == nil || x.s.Fixed {
			continue
		}
		slot := r.ranges.slot(x.s)
		if slot < 0 {
			continue
		}
		if err := r.dispatchReduce(x.v, x.n, 1, r.inOneRow(x.n), nil, false, slot, x.s); err != nil {
			return did, err
		}
		did = true
	}
	return did, nil
}

// edgesKey identifies the edges of a graph.
func (g *Graph) edgesKey() uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	e := &g.Edges
	fmt.Fprint(&h, g.N, e.Version, e.M, e.Pre, e.Post, e.Rows, g.ByDegree, g.bends())
	return h.Sum64()
}

// prepareEdges finds sources, degrees and reverses, when the edges are new.
func (r *Renderer) prepareEdges(g *Graph, st *graphState) error {
	key := g.edgesKey()
	if key == st.edges || g.Edges.M == 0 && !g.ByDegree {
		return nil
	}
	st.edges = key
	e := &g.Edges
	step := func(k int, pre device.View, bind func(p *device.Program) error) error {
		return r.prepareStep(g, k, pre, bind)
	}
	if e.Rows.Valid() {
		if err := r.ensure(&st.sources, "edge sources", device.I32, e.M); err != nil {
			return err
		}
		if err := step(0, e.Rows, func(*device.Program) error { r.d.BindStorage(2, st.sources); return nil }); err != nil {
			return err
		}
	}
	pre := g.pre(st)
	if g.ByDegree {
		if err := r.ensure(&st.degrees, "degrees", device.U32, g.N); err != nil {
			return err
		}
		if err := st.degrees.Clear(0, g.N); err != nil {
			return err
		}
		st.degree.seen = false
		if e.M > 0 {
			if err := step(1, pre, func(*device.Program) error { r.d.BindStorage(2, st.degrees); return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepareStep runs one stage of shaders/render/graph_prepare.comp.glsl over the edges.
func (r *Renderer) prepareStep(g *Graph, k int, pre device.View, bind func(p *device.Program) error) error {
	p, err := r.compute("graph_prepare", map[string]string{"STEP": strconv.Itoa(k)})
	if err != nil {
		return err
	}
	if err := r.bindAt(p, 0, "preAt", pre); err != nil {
		return err
	}
	if err := r.bindAt(p, 1, "postAt", g.Edges.Post); err != nil {
		return err
	}
	p.SetInt("total", int32(g.Edges.M))
	p.SetInt("nodesCount", int32(g.N))
	if err := bind(p); err != nil {
		return err
	}
	n := g.Edges.M
	if k == 4 || k == 6 {
		n = 1
	}
	err = r.dispatchAll(p, n)
	r.d.Barrier(device.BarrierStorage | device.BarrierBufferUpdate | device.BarrierCommand)
	return err
}

// workGroups is how many work groups a dispatch may have.
func (r *Renderer) workGroups() int {
	if r.mostGroups > 0 {
		return r.mostGroups
	}
	return r.d.Info().Limits.WorkGroups[0]
}

// dispatchAll gives each of n elements an invocation, in work groups of 64 and as many dispatches as the driver's limit asks for. The program adds begin.
func (r *Renderer) dispatchAll(p *device.Program, n int) error {
	most := r.workGroups()
	for from := 0; from < n; {
		groups := min(most, (n-from+63)/64)
		p.SetInt("begin", int32(from))
		if err := r.d.Dispatch(p, groups, 1, 1); err != nil {
			return err
		}
		from += 64 * groups
	}
	return nil
}

// bentWords is the number of words with a bit per edge. Behind them come two commands of four words each, to draw the bent edges as
// lines and as quads, and then their numbers.
func bentWords(edges int) int { return (edges + 31) / 32 }

const bentCommands = 8

// prepareBent finds the edges that have a reverse, when they are new: only a picture with bends needs them.
func (r *Renderer) prepareBent(g *Graph, st *graphState) error {
	if st.bent != nil && st.bentOf == st.edges {
		return nil
	}
	e := &g.Edges
	words := bentWords(e.M)
	if err := r.ensure(&st.bent, "reversed edges", device.U32, words+bentCommands+e.M); err != nil {
		return err
	}
	if err := st.bent.Clear(0, words); err != nil {
		return err
	}
	slots := 4
	for slots < 2*e.M {
		slots *= 2
	}
	table, err := r.d.NewBuffer("table of edges", device.U32, slots)
	if err != nil {
		return err
	}
	defer table.Close()
	if err := table.Clear(0, slots); err != nil {
		return err
	}
	for k := 2; k <= 4; k++ {
		if err := r.prepareStep(g, k, g.pre(st), func(p *device.Program) error {
			r.d.BindStorage(2, table)
			r.d.BindStorage(3, st.bent)
			p.SetUints("mask", uint32(slots-1))
			return nil
		}); err != nil {
			return err
		}
	}
	st.bentOf = st.edges
	return nil
}

// prepareLoops finds the edges from a node to itself, when the edges are new.
func (r *Renderer) prepareLoops(g *Graph, st *graphState) error {
	if st.loops != nil && st.loopsOf == st.edges {
		return nil
	}
	words := bentWords(g.Edges.M)
	if err := r.ensure(&st.loops, "loops", device.U32, words+bentCommands+g.Edges.M); err != nil {
		return err
	}
	if err := st.loops.Clear(0, words); err != nil {
		return err
	}
	for k := 5; k <= 6; k++ {
		if err := r.prepareStep(g, k, g.pre(st), func(p *device.Program) error {
			r.d.BindStorage(3, st.loops)
			return nil
		}); err != nil {
			return err
		}
	}
	st.loopsOf = st.edges
	return nil
}

// pre is the source of each edge.
func (g *Graph) pre(st *graphState) device.View {
	if g.Edges.Rows.Valid() {
		return st.sources.View()
	}
	return g.Edges.Pre
}

// bindAt binds a view and tells the shader where it starts and how far its elements lie apart.
func (r *Renderer) bindAt(p *device.Program, binding int, uniform string, v device.View) error {
	first, err := r.d.BindView(binding, v)
	if err != nil {
		return err
	}
	p.SetInts(uniform, int32(first), int32(v.Stride))
	return nil
}

// placeNodes computes where nodes lie for a camera, unless it is known.
func (r *Renderer) placeNodes(v *panelView, g *Graph, f Frame) error {
	st := r.graphs[g]
	size, sizeScale := g.sizes(st)
	var h maphash.Hash
	h.SetSeed(seed)
	fmt.Fprint(&h, v.mvp, v.w, v.h, f.Scale, v.box, g.N, g.Geometry, g.Positions, g.Low, g.High, g.Radius, size)
	if size.Valid() {
		fmt.Fprint(&h, sizeScale.Min, sizeScale.Max)
		if !g.ByDegree {
			fmt.Fprint(&h, f.Version)
		}
	}
	key := h.Sum64()
	if key == st.placed {
		return nil
	}
	if err := r.ensure(&st.nodes, "nodes", device.F32, nodeFloats*g.N); err != nil {
		return err
	}
	define := map[string]string{}
	if size.Valid() {
		t, err := glslType(size)
		if err != nil {
			return err
		}
		define["SIZE"] = t
	}
	p, err := r.compute("graph_project", define)
	if err != nil {
		return err
	}
	if err := r.bindAt(p, 0, "positionsAt", g.Positions); err != nil {
		return err
	}
	if size.Valid() {
		if err := r.bindAt(p, 1, "sizeAt", size); err != nil {
			return err
		}
		p.SetFloats("sizes", float32(sizeScale.Min), inverse(sizeScale))
	}
	r.d.BindStorage(2, st.nodes)
	mvp := v.mvp.float32s()
	p.SetMat4("toClip", &mvp)
	p.SetInt("count", int32(g.N))
	low, high := g.corners()
	x, y, z := v.Panel.extent()
	var scale Vec3
	for a, s := range [3]span{x, y, z} {
		low[a], high[a] = s.lo, s.hi
		if s.hi > s.lo {
			scale[a] = (v.box.Max[a] - v.box.Min[a]) / (s.hi - s.lo)
		}
	}
	vec(p, "low", low)
	vec(p, "scale", scale)
	vec(p, "boxLow", v.box.Min)
	p.SetFloats("radius", float32(g.radius(v.box)))
	p.SetFloats("pixels", float32(0.5*v.proj[5]*float64(v.h)))
	p.SetFloats("bounds", float32(leastNode*f.Scale), float32(mostNode*f.Scale))
	if err := r.dispatchAll(p, g.N); err != nil {
		return err
	}
	st.placed = key
	r.d.Barrier(device.BarrierStorage)
	return nil
}
