package script

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/graphio"
	"github.com/galvani-sim/galvani/host/graphio/layout"
	"github.com/galvani-sim/galvani/host/record"
	"go.starlark.net/starlark"
)

// graphValue is a graph: nodes, edges, weights, attributes and positions.
type graphValue struct{ g *graphio.Graph }

func (v *graphValue) String() string {
	kind := "undirected"
	if v.g.Directed {
		kind = "directed"
	}
	return fmt.Sprintf("graph of %d nodes and %d %s edges", v.g.N, v.g.Edges(), kind)
}
func (v *graphValue) Type() string          { return "graph" }
func (v *graphValue) Freeze()               {}
func (v *graphValue) Truth() starlark.Bool  { return v.g.N > 0 }
func (v *graphValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: graph") }

// Len is the number of nodes, as in networkx.
func (v *graphValue) Len() int { return v.g.N }

var graphAttrs = []string{"attribute", "components", "degree", "directed", "edge_attribute", "i", "in_degree", "j", "n", "names",
	"number_of_edges", "number_of_nodes", "out_degree", "positions", "w"}

// AttrNames lists what a graph has.
func (v *graphValue) AttrNames() []string { return graphAttrs }

// Attr gives the parts. i, j and w are those of the edges as stored: an undirected one once.
func (v *graphValue) Attr(name string) (starlark.Value, error) {
	g := v.g
	whole := func(f func() []int) starlark.Value {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return intArray(f()), starlark.UnpackArgs(b.Name(), args, kwargs)
		})
	}
	count := func(n int) starlark.Value {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return starlark.MakeInt(n), starlark.UnpackArgs(b.Name(), args, kwargs)
		})
	}
	switch name {
	case "n":
		return starlark.MakeInt(g.N), nil
	case "number_of_nodes":
		return count(g.N), nil
	case "number_of_edges":
		return count(g.Edges()), nil
	case "directed":
		return starlark.Bool(g.Directed), nil
	case "i":
		return indexArray(g.I), nil
	case "j":
		return indexArray(g.J), nil
	case "w":
		w := make([]float64, g.Edges())
		for k := range w {
			w[k] = g.Weight(k)
		}
		return fromSlice(w, noDim), nil
	case "names":
		names := make([]string, g.N)
		for k := range names {
			names[k] = g.ID(k)
		}
		return stringList(names), nil
	case "positions":
		if g.Pos == nil {
			return starlark.None, nil
		}
		return fromSlice(slices.Clone(g.Pos), noDim, g.N, g.Dim), nil
	case "degree":
		return whole(g.Degrees), nil
	case "in_degree":
		return whole(g.InDegrees), nil
	case "out_degree":
		return whole(g.OutDegrees), nil
	case "components":
		return whole(func() []int {
			of, _ := g.Components()
			out := make([]int, len(of))
			for k, c := range of {
				out[k] = int(c)
			}
			return out
		}), nil
	case "attribute", "edge_attribute":
		list, n := g.Node, g.N
		if name == "edge_attribute" {
			list, n = g.Edge, g.Edges()
		}
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var key string
			if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &key); err != nil {
				return nil, err
			}
			return graphAttribute(b.Name(), list, n, key)
		}), nil
	}
	return nil, noAttr("graph", name, graphAttrs)
}

// graphAttribute is an array where the values are numbers (nan where there is none), else a list of texts.
func graphAttribute(what string, list []*graphio.Attr, n int, key string) (starlark.Value, error) {
	a := graphio.Find(list, key)
	if a == nil {
		known := make([]string, len(list))
		for k, a := range list {
			known[k] = a.Name
		}
		return nil, fmt.Errorf("%s: there is no attribute %q; the graph has %s", what, key, orNone(known))
	}
	if numbers, ok := a.Floats(n); ok {
		return fromSlice(numbers, noDim), nil
	}
	texts := make([]string, n)
	for p, k := range a.At {
		texts[k] = fmt.Sprint(a.Values[p])
	}
	return stringList(texts), nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func (in *interp) graphVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"read_graph": in.readGraph, "write_graph": in.writeGraph, "make_graph": in.makeGraph, "layout": in.layoutOf,
		"erdos_renyi": in.erdosRenyi, "gnp_random_graph": in.erdosRenyi, "erdos_renyi_graph": in.erdosRenyi, "gnm_random_graph": in.gnm,
		"watts_strogatz": in.wattsStrogatz, "watts_strogatz_graph": in.wattsStrogatz,
		"barabasi_albert": in.barabasiAlbert, "barabasi_albert_graph": in.barabasiAlbert,
		"lattice": in.lattice, "configuration_model": in.configurationModel, "directed_configuration_model": in.directedConfiguration,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	return d
}

// graphSeed is a given seed, or the next draw of the script's.
func (in *interp) graphSeed(what string, v starlark.Value) (uint64, error) {
	if !isGiven(v) {
		w := in.draws.next().Words(0, 0, 0)
		return uint64(w[0])<<32 | uint64(w[1]), nil
	}
	if i, ok := v.(starlark.Int); ok {
		if s, ok := i.Uint64(); ok {
			return s, nil
		}
	}
	return 0, fmt.Errorf("%s: seed is a whole number from 0 on, got %v", what, v)
}

func asGraph(what string, g *graphio.Graph, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	if g.Edges() > maxElements || g.N > maxElements {
		return nil, fmt.Errorf("%s: a graph of %d nodes and %d edges; a script holds at most %d", what, g.N, g.Edges(), maxElements)
	}
	return &graphValue{g}, nil
}

// erdosRenyi is erdos_renyi(n, p, m=None, directed=False, seed=None).
func (in *interp) erdosRenyi(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n int
	var p, m, seed starlark.Value
	directed := false
	if err := unpack(b.Name(), args, kwargs, "n", &n, "p?", &p, "m?", &m, "seed?", &seed, "directed?", &directed); err != nil {
		return nil, err
	}
	s, err := in.graphSeed(b.Name(), seed)
	if err != nil {
		return nil, err
	}
	if isGiven(p) == isGiven(m) {
		return nil, withHint(fmt.Errorf("%s: one of p= and m= says how many edges there are", b.Name()), "p is the probability of each edge, m their number")
	}
	if isGiven(m) {
		edges, err := starlark.AsInt32(m)
		if err != nil {
			return nil, fmt.Errorf("%s: m is a whole number, got %v", b.Name(), m)
		}
		g, err := graphio.ErdosRenyiEdges(s, n, edges, directed)
		return asGraph(b.Name(), g, err)
	}
	q, ok := asQuantity(p)
	if !ok || !q.Dim.Dimensionless() {
		return nil, fmt.Errorf("%s: p is a number between 0 and 1, got %s", b.Name(), article(p))
	}
	g, err := graphio.ErdosRenyi(s, n, q.Value, directed)
	return asGraph(b.Name(), g, err)
}

func (in *interp) gnm(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n, m int
	var seed starlark.Value
	directed := false
	if err := unpack(b.Name(), args, kwargs, "n", &n, "m", &m, "seed?", &seed, "directed?", &directed); err != nil {
		return nil, err
	}
	s, err := in.graphSeed(b.Name(), seed)
	if err != nil {
		return nil, err
	}
	g, err := graphio.ErdosRenyiEdges(s, n, m, directed)
	return asGraph(b.Name(), g, err)
}

// wattsStrogatz is watts_strogatz(n, k, p, seed=None).
func (in *interp) wattsStrogatz(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n, k int
	var p starlark.Float
	var seed starlark.Value
	if err := unpack(b.Name(), args, kwargs, "n", &n, "k", &k, "p", &p, "seed?", &seed); err != nil {
		return nil, err
	}
	s, err := in.graphSeed(b.Name(), seed)
	if err != nil {
		return nil, err
	}
	g, err := graphio.WattsStrogatz(s, n, k, float64(p))
	return asGraph(b.Name(), g, err)
}

// barabasiAlbert is barabasi_albert(n, m, seed=None).
func (in *interp) barabasiAlbert(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n, m int
	var seed starlark.Value
	if err := unpack(b.Name(), args, kwargs, "n", &n, "m", &m, "seed?", &seed); err != nil {
		return nil, err
	}
	s, err := in.graphSeed(b.Name(), seed)
	if err != nil {
		return nil, err
	}
	g, err := graphio.BarabasiAlbert(s, n, m)
	return asGraph(b.Name(), g, err)
}

// lattice is lattice(20, 20, periodic=False, neighbours="nearest", radius=1), or lattice((20, 20)).
func (in *interp) lattice(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o := graphio.LatticeOptions{Radius: 1}
	kind := "nearest"
	if err := unpack(b.Name(), nil, kwargs, "periodic?", &o.Periodic, "neighbours?", &kind, "neighbors?", &kind, "radius?", &o.Radius); err != nil {
		return nil, err
	}
	var shape starlark.Value = args
	if len(args) == 1 {
		shape = args[0]
	}
	dims, err := lengths(shape)
	if err != nil {
		return nil, fmt.Errorf("lattice: %w", err)
	}
	switch kind {
	case "nearest", "von_neumann":
	case "moore":
		o.Neighbours = graphio.Moore
	case "disc":
		o.Neighbours = graphio.Disc
	default:
		return nil, fmt.Errorf("lattice: neighbours=%q; nearest, moore and disc are known", kind)
	}
	if o.Radius < 1 {
		return nil, fmt.Errorf("lattice: radius is %d; it is at least 1", o.Radius)
	}
	g, err := graphio.Lattice(dims, o)
	return asGraph(b.Name(), g, err)
}

func degreesOf(what string, v starlark.Value) ([]int, error) {
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	out := make([]int, len(a.data))
	for k, x := range a.data {
		if !a.dim.Dimensionless() || x != math.Trunc(x) || !(x >= 0 && x < 1<<31) {
			return nil, fmt.Errorf("%s: degree %d is %v, not a whole number from 0 on", what, k, a.elem(x))
		}
		out[k] = int(x)
	}
	return out, nil
}

// configurationModel is configuration_model(degrees, simple=False, seed=None).
func (in *interp) configurationModel(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var degrees, seed starlark.Value
	simple := false
	if err := unpack(b.Name(), args, kwargs, "deg_sequence", &degrees, "simple?", &simple, "seed?", &seed); err != nil {
		return nil, err
	}
	s, err := in.graphSeed(b.Name(), seed)
	if err != nil {
		return nil, err
	}
	d, err := degreesOf(b.Name(), degrees)
	if err != nil {
		return nil, err
	}
	g, err := graphio.Configuration(s, d)
	if err == nil && simple {
		g, _ = g.Simple()
	}
	return asGraph(b.Name(), g, err)
}

func (in *interp) directedConfiguration(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var inward, outward, seed starlark.Value
	if err := unpack(b.Name(), args, kwargs, "in_degree_sequence", &inward, "out_degree_sequence", &outward, "seed?", &seed); err != nil {
		return nil, err
	}
	s, err := in.graphSeed(b.Name(), seed)
	if err != nil {
		return nil, err
	}
	di, err := degreesOf(b.Name(), inward)
	if err != nil {
		return nil, err
	}
	do, err := degreesOf(b.Name(), outward)
	if err != nil {
		return nil, err
	}
	g, err := graphio.ConfigurationDirected(s, di, do)
	return asGraph(b.Name(), g, err)
}

// makeGraph is make_graph(n, i, j, w=None, directed=False, positions=None).
func (in *interp) makeGraph(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g := &graphio.Graph{}
	var i, j, w, positions starlark.Value
	if err := unpack(b.Name(), args, kwargs, "n", &g.N, "i", &i, "j", &j, "w?", &w, "directed?", &g.Directed, "positions?", &positions); err != nil {
		return nil, err
	}
	for _, end := range []struct {
		v  starlark.Value
		to *[]int32
	}{{i, &g.I}, {j, &g.J}} {
		d, err := degreesOf("make_graph: i and j", end.v)
		if err != nil {
			return nil, err
		}
		for _, x := range d {
			*end.to = append(*end.to, int32(x))
		}
	}
	if isGiven(w) {
		a, err := toArray(w)
		if err != nil || !a.dim.Dimensionless() {
			return nil, fmt.Errorf("make_graph: w is an array of numbers, got %s", article(w))
		}
		g.W = slices.Clone(a.data)
	}
	if err := setPositions(b.Name(), g, positions); err != nil {
		return nil, err
	}
	return asGraph(b.Name(), g, g.Validate())
}

func setPositions(what string, g *graphio.Graph, v starlark.Value) error {
	if !isGiven(v) {
		return nil
	}
	a, err := toArray(v)
	if err != nil {
		return fmt.Errorf("%s: positions: %w", what, err)
	}
	if len(a.shape) != 2 || a.shape[0] != g.N || a.shape[1] != 2 && a.shape[1] != 3 {
		return fmt.Errorf("%s: positions have shape (%d, 2) or (%d, 3), not %s", what, g.N, g.N, shapeString(a.shape))
	}
	g.Pos, g.Dim = slices.Clone(a.data), a.shape[1]
	return nil
}

// readGraph is read_graph("net.graphml", format=None).
func (in *interp) readGraph(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, format string
	if err := unpack(b.Name(), args, kwargs, "file", &name, "format?", &format); err != nil {
		return nil, err
	}
	path, err := in.readable(name)
	if err != nil {
		return nil, err
	}
	f := graphio.Format(format)
	if format == "" {
		if f, err = graphio.FormatOf(name); err != nil {
			return nil, err
		}
	}
	g, err := graphio.ReadFileAs(path, f)
	var bad *record.FormatError
	var p *os.PathError
	switch {
	case errors.As(err, &bad):
		bad.Path = name
	case errors.As(err, &p):
		err = fmt.Errorf("%s: %w", name, p.Err)
	}
	if err == nil {
		for _, n := range g.Notes {
			n.Path = name
			in.warnAt(t, n.Error(), "write numbers for the weights, or give the attribute another name")
		}
	}
	return asGraph(b.Name(), g, err)
}

// writeGraph is write_graph(path, graph or Synapses, positions=None, format=None, weight=None, edges="links"). It writes under the
// output folder; without one it checks its arguments only.
func (in *interp) writeGraph(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, format, weight string
	var of, positions starlark.Value
	o := graphio.Options{}
	if err := unpack(b.Name(), args, kwargs, "file", &name, "graph", &of, "positions?", &positions, "format?", &format, "weight?", &weight,
		"edges?", &o.EdgesKey); err != nil {
		return nil, err
	}
	var g graphio.Graph
	switch of := of.(type) {
	case *graphValue:
		g = *of.g
		if weight != "" {
			return nil, fmt.Errorf("write_graph: weight= names a variable of Synapses; a graph has its own weights")
		}
	case *synapses:
		s, err := of.asGraph(weight)
		if err != nil {
			return nil, err
		}
		g = *s
	default:
		return nil, fmt.Errorf("write_graph: expected a graph or Synapses, got %s", article(of))
	}
	if err := setPositions(b.Name(), &g, positions); err != nil {
		return nil, err
	}
	err := inOutput("write_graph", name, "net.graphml")
	if err != nil {
		return nil, err
	}
	if o.Format = graphio.Format(format); format == "" {
		if o.Format, err = graphio.FormatOf(name); err != nil {
			return nil, err
		}
	}
	if in.opt.Figures.Dir == "" {
		return starlark.None, nil
	}
	path := filepath.Join(in.opt.Figures.Dir, name)
	if err := outputFolder(b.Name(), in.opt.Figures.Dir, filepath.Dir(path)); err != nil {
		return nil, err
	}
	left, err := graphio.WriteFile(path, &g, o)
	if err != nil {
		return nil, fmt.Errorf("write_graph: %w", err)
	}
	if len(left) > 0 && in.opt.Warn != nil {
		in.warnAt(t, fmt.Sprintf("%s holds no %s", name, strings.Join(left, ", no ")), "GraphML, GEXF and JSON keep everything")
	}
	return starlark.None, nil
}

// nodesOf reads the N of a group: of a graph the number of its nodes, and their positions.
func nodesOf(v starlark.Value) (starlark.Value, []float32, error) {
	g, ok := v.(*graphValue)
	if !ok {
		return v, nil, nil
	}
	n := starlark.MakeInt(g.g.N)
	if g.g.Pos == nil || slices.ContainsFunc(g.g.Pos, math.IsNaN) {
		return n, nil, nil // the view decides
	}
	pos, err := layout.From3(g.g.Pos, g.g.N, g.g.Dim)
	return n, pos, err
}

// layoutOf is layout(graph, "spring", dim=2, seed=None): positions [n, dim] as an array.
func (in *interp) layoutOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of, seed starlark.Value
	var kind starlark.Value = starlark.String("force")
	dim, steps := 2, 0
	if err := unpack(b.Name(), args, kwargs, "graph", &of, "kind?", &kind, "dim?", &dim, "seed?", &seed, "iterations?", &steps); err != nil {
		return nil, err
	}
	v, ok := of.(*graphValue)
	if !ok {
		return nil, fmt.Errorf("layout: expected a graph, got %s", article(of))
	}
	if dim != 2 && dim != 3 || steps < 0 {
		return nil, fmt.Errorf("layout: dim=%d, iterations=%d; there are 2 or 3 dimensions and 0 or more iterations", dim, steps)
	}
	g := v.g
	name, ok := kind.(starlark.String)
	if !ok {
		given := *g
		if err := setPositions("layout", &given, kind); err != nil {
			return nil, err
		}
		return fromSlice(given.Pos, noDim, given.N, given.Dim), nil
	}
	var pos []float32
	var err error
	switch name {
	case "circle", "circular":
		pos = layout.Circle(g.N, dim)
	case "grid":
		pos = layout.Grid(g.N, dim)
	case "random", "spring", "force":
		var s uint64
		if s, err = in.graphSeed(b.Name(), seed); err != nil {
			return nil, err
		}
		switch name {
		case "random":
			pos = layout.Random(s, g.N, dim)
		case "spring":
			pos, err = layout.Spring(g, layout.SpringOptions{Dim: dim, Seed: s, Iterations: steps})
		default:
			var f *layout.Force
			if f, err = layout.NewForce(g.N, g.I, g.J, layout.Options{Dim: dim, Seed: s}); err == nil {
				for k := 0; err == nil && !f.Settled() && (steps == 0 || k < steps); k++ {
					if err = in.ctx.Err(); err == nil {
						err = f.Step(1)
					}
				}
				pos, _ = f.Positions()
			}
		}
	default:
		return nil, withHint(fmt.Errorf("layout: there is no layout %q", string(name)), "force, spring, circle, grid and random are known, or give positions")
	}
	if err != nil {
		return nil, err
	}
	out := make([]float64, 0, g.N*dim)
	for k := range g.N {
		for c := range dim {
			out = append(out, float64(pos[3*k+c]))
		}
	}
	return fromSlice(out, noDim, g.N, dim), nil
}
