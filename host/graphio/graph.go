package graphio

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/galvani-sim/galvani/host/record"
)

// Graph is a graph of N nodes, numbered from 0. Parallel edges and loops may occur. It is plain data: nothing is checked until
// Validate.
type Graph struct {
	Name     string
	N        int
	Directed bool
	// Multi says that parallel edges are meant to stay apart, as in networkx's MultiGraph.
	Multi bool
	// I and J are the ends of each edge. An undirected edge is stored once, in either order.
	I, J []int32
	// W are the weights; nil: the graph has none, which counts as 1.
	W []float64
	// IDs are the nodes' names in files; nil: their numbers.
	IDs  []string
	IDOf IDType
	// Pos are positions [N, Dim], Dim 2 or 3; nil: none. NaN where a node has none.
	Pos []float64
	Dim int
	// Node, Edge and Attrs are further attributes of nodes, of edges, and of the graph (element 0).
	Node, Edge, Attrs []*Attr
	// Notes are what a reader has to say about a file that it could read, with the line.
	Notes []*record.FormatError
}

// IDType is how the nodes' names are written in JSON.
type IDType uint8

// The names are texts, integers, or any JSON values, of which IDs holds the text.
const (
	TextID IDType = iota
	IntID
	RawID
)

// Attr is one attribute. Values are float64, int64, bool, string, or Raw.
type Attr struct {
	Name string
	// At are the elements that have the attribute, ascending; Values belong to them one by one. Memory is that of the values
	// there are, so that a thousand attributes of one node each cost little.
	At     []int32
	Values []any
}

// Raw is a JSON value that is neither a number, a truth value nor a string.
type Raw string

// Edges is the number of edges.
func (g *Graph) Edges() int { return len(g.I) }

// ID is the name of a node.
func (g *Graph) ID(k int) string {
	if g.IDs == nil {
		return strconv.Itoa(k)
	}
	return g.IDs[k]
}

// Weight is the weight of edge k.
func (g *Graph) Weight(k int) float64 {
	if g.W == nil {
		return 1
	}
	return g.W[k]
}

// Find returns the attribute of a name in a list, or nil.
func Find(list []*Attr, name string) *Attr {
	for _, a := range list {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Get is the value of element k, or nil.
func (a *Attr) Get(k int) any {
	if p, ok := slices.BinarySearch(a.At, int32(k)); ok {
		return a.Values[p]
	}
	return nil
}

// Floats gives n numbers, NaN where an element has none; ok is false if a value is no number.
func (a *Attr) Floats(n int) (out []float64, ok bool) {
	out = make([]float64, n)
	for k := range out {
		out[k] = math.NaN()
	}
	for p, k := range a.At {
		v, ok := asFloat(a.Values[p])
		if !ok {
			return nil, false
		}
		out[k] = v
	}
	return out, true
}

// FloatAttr makes an attribute of a number for each element; NaN gives none.
func FloatAttr(name string, values []float64) *Attr {
	a := &Attr{Name: name}
	for k, v := range values {
		if !math.IsNaN(v) {
			a.At, a.Values = append(a.At, int32(k)), append(a.Values, v)
		}
	}
	return a
}

// TextAttr makes an attribute of a text for each element.
func TextAttr(name string, values []string) *Attr {
	a := &Attr{Name: name}
	for k, v := range values {
		a.At, a.Values = append(a.At, int32(k)), append(a.Values, v)
	}
	return a
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Validate says what is wrong with a graph: lengths, indices, weights that are not finite, names given twice.
func (g *Graph) Validate() error {
	if g.N < 0 || g.N > math.MaxInt32 {
		return fmt.Errorf("a graph has 0 to %d nodes, not %d", math.MaxInt32, g.N)
	}
	if len(g.I) != len(g.J) {
		return fmt.Errorf("%d sources, but %d targets", len(g.I), len(g.J))
	}
	if g.W != nil && len(g.W) != len(g.I) {
		return fmt.Errorf("%d weights for %d edges", len(g.W), len(g.I))
	}
	for k := range g.I {
		for _, v := range [2]int32{g.I[k], g.J[k]} {
			if v < 0 || int(v) >= g.N {
				return fmt.Errorf("edge %d goes from node %d to node %d; there are nodes 0 to %d", k, g.I[k], g.J[k], g.N-1)
			}
		}
		if w := g.Weight(k); math.IsNaN(w) || math.IsInf(w, 0) {
			return fmt.Errorf("the weight of edge %d (from node %d to node %d) is %v, not a finite number", k, g.I[k], g.J[k], w)
		}
	}
	if g.IDs != nil {
		if len(g.IDs) != g.N {
			return fmt.Errorf("%d names for %d nodes", len(g.IDs), g.N)
		}
		seen := make(map[string]int, g.N)
		for k, id := range g.IDs {
			if first, dup := seen[id]; dup {
				return fmt.Errorf("nodes %d and %d are both named %q", first, k, id)
			}
			seen[id] = k
		}
	}
	if g.Pos != nil && (g.Dim < 2 || g.Dim > 3 || len(g.Pos) != g.N*g.Dim) {
		return fmt.Errorf("%d coordinates for %d nodes in %d dimensions; positions have 2 or 3", len(g.Pos), g.N, g.Dim)
	}
	for k, x := range g.Pos {
		if math.IsInf(x, 0) {
			return fmt.Errorf("a coordinate of node %d is %v", k/g.Dim, x)
		}
	}
	for _, list := range []struct {
		of    string
		n     int
		attrs []*Attr
	}{{"node", g.N, g.Node}, {"edge", len(g.I), g.Edge}, {"graph", 1, g.Attrs}} {
		for _, a := range list.attrs {
			if len(a.At) != len(a.Values) {
				return fmt.Errorf("the %s attribute %q has %d values for %d elements", list.of, a.Name, len(a.Values), len(a.At))
			}
			for p, k := range a.At {
				if k < 0 || int(k) >= list.n || p > 0 && k <= a.At[p-1] {
					return fmt.Errorf("the %s attribute %q names element %d out of order or beyond the %d there are", list.of, a.Name, k, list.n)
				}
			}
		}
	}
	return nil
}

// Degrees counts the edges at each node, a loop twice; of a directed graph those in and those out together.
func (g *Graph) Degrees() []int {
	d := make([]int, g.N)
	for k := range g.I {
		d[g.I[k]]++
		d[g.J[k]]++
	}
	return d
}

// InDegrees counts the edges that end at each node; of an undirected graph it is Degrees.
func (g *Graph) InDegrees() []int {
	if !g.Directed {
		return g.Degrees()
	}
	return counts(g.N, g.J)
}

// OutDegrees counts the edges that start at each node; of an undirected graph it is Degrees.
func (g *Graph) OutDegrees() []int {
	if !g.Directed {
		return g.Degrees()
	}
	return counts(g.N, g.I)
}

func counts(n int, ends []int32) []int {
	d := make([]int, n)
	for _, k := range ends {
		d[k]++
	}
	return d
}

// Components numbers the connected components (of a directed graph the weak ones) in the order of their first nodes: each node's
// component, and their number.
func (g *Graph) Components() (of []int32, n int) {
	root := make([]int32, g.N)
	for k := range root {
		root[k] = int32(k)
	}
	find := func(k int32) int32 {
		for root[k] != k {
			root[k] = root[root[k]]
			k = root[k]
		}
		return k
	}
	for k := range g.I {
		a, b := find(g.I[k]), find(g.J[k])
		// The smaller number is the root, so that roots come first.
		if a < b {
			root[b] = a
		} else {
			root[a] = b
		}
	}
	of = make([]int32, g.N)
	for k := range of {
		r := find(int32(k))
		if int(r) == k {
			of[k] = int32(n)
			n++
		} else {
			of[k] = of[r]
		}
	}
	return of, n
}

// Arcs gives the edges as a simulation needs them: of an undirected graph both directions (a loop once), first all as stored, then
// all reversed. The third result is each arc's edge.
func (g *Graph) Arcs() (i, j, edge []int32) {
	n := len(g.I)
	if !g.Directed {
		n *= 2
	}
	i, j, edge = make([]int32, 0, n), make([]int32, 0, n), make([]int32, 0, n)
	i, j = append(i, g.I...), append(j, g.J...)
	for k := range g.I {
		edge = append(edge, int32(k))
	}
	if !g.Directed {
		for k := range g.I {
			if g.I[k] != g.J[k] {
				i, j, edge = append(i, g.J[k]), append(j, g.I[k]), append(edge, int32(k))
			}
		}
	}
	return i, j, edge
}
