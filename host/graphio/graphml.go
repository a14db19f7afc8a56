package graphio

import (
	"bufio"
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"
)

// graphmlKey is a declared attribute.
type graphmlKey struct {
	name, kind, of string
	standard       any // nil: none
	geometry       bool
}

// readGraphML reads GraphML (Brandes et al., "GraphML progress report", 2002) as networkx and yEd write it: one graph, typed
// attributes with defaults, and yEd's coordinates and labels. Hyperedges, ports and graphs within nodes are refused.
func readGraphML(data []byte) (*Graph, error) {
	r := &graphmlReader{x: newXML(data), b: newBuilder(), keys: map[string]graphmlKey{}}
	graphs := 0
	err := r.x.root("graphml", func(xml.StartElement) error {
		return r.x.children("graphml", func(e xml.StartElement, at place) error {
			switch e.Name.Local {
			case "key":
				return r.key(e, at)
			case "graph":
				if graphs++; graphs > 1 {
					return at.errorf("there is a second <graph>; one file holds one")
				}
				return r.graph(e, at)
			case "data":
				return r.data(e, at, "graph", &r.b.graph, 0)
			case "desc":
				return r.x.skip()
			}
			return at.errorf("<%s> is not known in <graphml>", short(e.Name.Local))
		})
	})
	if err != nil {
		return nil, err
	}
	if graphs == 0 {
		return nil, r.x.here().errorf("there is no <graph>")
	}
	if err := r.defaults(); err != nil {
		return nil, err
	}
	if r.b.g.Dim > 0 {
		r.b.padPositions(len(r.b.names))
	}
	// networkx writes the key of a parallel edge as its id.
	if a := r.b.edge.find("id"); a != nil && r.b.g.Multi && r.b.edge.find("key") == nil {
		a.Name = "key"
	}
	return r.b.finish()
}

type graphmlReader struct {
	x        *xmlText
	b        *builder
	keys     map[string]graphmlKey
	order    []string
	parallel map[[2]int32]bool
}

func (r *graphmlReader) key(e xml.StartElement, at place) error {
	id, err := required(e, "id", at)
	if err != nil {
		return err
	}
	if _, dup := r.keys[id]; dup {
		return at.errorf("the key %q is declared twice", short(id))
	}
	k := graphmlKey{name: id, kind: "string", of: "all"}
	if v, ok := attrOf(e, "attr.name"); ok {
		k.name = v
	}
	if v, ok := attrOf(e, "for"); ok {
		k.of = v
	}
	if v, ok := attrOf(e, "attr.type"); ok {
		k.kind = v
		switch v {
		case "int", "integer", "long", "float", "double", "boolean", "string":
		default:
			return at.errorf("the type %q of the key %q is not known; int, long, float, double, boolean and string are", short(v), short(id))
		}
	}
	if v, ok := attrOf(e, "yfiles.type"); ok {
		k.geometry = v == "nodegraphics"
		k.kind = "yfiles"
	}
	r.order = append(r.order, id)
	return r.done(&k, id)
}

// done reads the key's children and keeps it.
func (r *graphmlReader) done(k *graphmlKey, id string) error {
	err := r.x.children("key", func(e xml.StartElement, at place) error {
		if e.Name.Local != "default" {
			return r.x.skip()
		}
		text, err := r.x.content("default")
		if err != nil {
			return err
		}
		k.standard, err = typed(k.kind, text, at)
		if err == nil && k.of != "node" {
			err = r.b.weigh(k.name, k.standard, at)
		}
		return err
	})
	r.keys[id] = *k
	return err
}

func (r *graphmlReader) graph(e xml.StartElement, at place) error {
	g := r.b.g
	switch v, ok := attrOf(e, "edgedefault"); {
	case v == "directed":
		g.Directed = true
	case ok && v != "undirected":
		return at.errorf("edgedefault is %q; directed and undirected are known", short(v))
	}
	if id, ok := attrOf(e, "id"); ok {
		g.Name = id
	}
	r.parallel = map[[2]int32]bool{}
	return r.x.children("graph", func(e xml.StartElement, at place) error {
		switch e.Name.Local {
		case "node":
			id, err := required(e, "id", at)
			if err != nil {
				return err
			}
			k, err := r.b.declare("t"+id, id, TextID, at)
			if err != nil {
				return err
			}
			return r.element("node", &r.b.node, k)
		case "edge":
			return r.edge(e, at)
		case "data":
			return r.data(e, at, "graph", &r.b.graph, 0)
		case "hyperedge":
			return at.errorf("hyperedges are not supported; an edge has two ends")
		case "desc":
			return r.x.skip()
		}
		return at.errorf("<%s> is not known in <graph>", short(e.Name.Local))
	})
}

func (r *graphmlReader) edge(e xml.StartElement, at place) error {
	g := r.b.g
	from, err := required(e, "source", at)
	if err != nil {
		return err
	}
	to, err := required(e, "target", at)
	if err != nil {
		return err
	}
	if v, ok := attrOf(e, "directed"); ok && (v == "true" || v == "1") != g.Directed {
		return at.errorf("the edge has directed=%q in a graph whose edges are otherwise; make all edges alike, undirected ones as two directed ones", short(v))
	}
	k := r.b.connect("t"+from, "t"+to, at)
	ends := [2]int32{g.I[k], g.J[k]}
	if !g.Directed && ends[0] > ends[1] {
		ends[0], ends[1] = ends[1], ends[0]
	}
	g.Multi = g.Multi || r.parallel[ends]
	r.parallel[ends] = true
	if id, ok := attrOf(e, "id"); ok {
		if err := r.b.edge.set("id", k, id); err != nil {
			return err
		}
	}
	return r.element("edge", &r.b.edge, k)
}

// element reads the content of a node or an edge.
func (r *graphmlReader) element(what string, into *attrs, k int) error {
	return r.x.children(what, func(e xml.StartElement, at place) error {
		switch e.Name.Local {
		case "data":
			return r.data(e, at, what, into, k)
		case "graph":
			return at.errorf("a graph within a node is not supported")
		case "desc", "port":
			return r.x.skip()
		}
		return at.errorf("<%s> is not known in <%s>", short(e.Name.Local), what)
	})
}

func (r *graphmlReader) data(e xml.StartElement, at place, what string, into *attrs, k int) error {
	id, err := required(e, "key", at)
	if err != nil {
		return err
	}
	key, ok := r.keys[id]
	if !ok {
		return at.errorf("the key %q is not declared; <key id=%q …> must stand before the graph", short(id), short(id))
	}
	if key.kind == "yfiles" {
		if key.geometry && what == "node" {
			return r.graphics(k)
		}
		return r.x.skip()
	}
	if key.of != "all" && key.of != what && !(what == "graph" && key.of == "graphml") {
		return at.errorf("the key %q belongs to a %s, not to a %s", short(id), short(key.of), what)
	}
	text, err := r.x.content("data")
	if err != nil {
		return err
	}
	v, err := typed(key.kind, text, at)
	if err != nil {
		return err
	}
	if what == "edge" {
		if err := r.b.weigh(key.name, v, at); err != nil {
			return err
		}
	}
	if err := into.set(key.name, k, v); err != nil {
		return at.errorf("%v", err)
	}
	return nil
}

// graphics reads yEd's Geometry and NodeLabel, wherever they stand in the element.
func (r *graphmlReader) graphics(k int) error {
	for depth := r.x.depth; r.x.depth >= depth; {
		t, err := r.x.next()
		if err != nil {
			return err
		}
		if t == nil {
			return r.x.here().errorf("the file ends within <data>")
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		at := r.x.start
		switch e.Name.Local {
		case "Geometry":
			var xy [2]float64
			for c, name := range []string{"x", "y"} {
				text, err := required(e, name, at)
				if err != nil {
					return err
				}
				if xy[c], err = coordinate(text, at); err != nil {
					return err
				}
			}
			if r.b.g.Dim > 0 && len(r.b.g.Pos) > k*r.b.g.Dim {
				return at.errorf("the node has two positions")
			}
			r.b.setPosition(k, xy[:])
		case "NodeLabel":
			text := ""
			for inner := r.x.depth; r.x.depth >= inner; {
				t, err := r.x.next()
				if err != nil || t == nil {
					return err
				}
				if c, ok := t.(xml.CharData); ok {
					text += string(c)
				}
			}
			if text = strings.TrimSpace(text); text != "" {
				_ = r.b.node.set("label", k, text) // of several labels the first
			}
		}
	}
	return nil
}

func coordinate(text string, at place) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, at.errorf("the coordinate %q is not a finite number", short(text))
	}
	return v, nil
}

// defaults gives the elements without a value that of the key. Of a hostile file with many defaults nothing multiplies: the
// values are bounded by a few times the elements there are.
func (r *graphmlReader) defaults() error {
	budget := 16*(len(r.b.names)+len(r.b.g.I)) + 1024
	for _, id := range r.order {
		key := r.keys[id]
		if key.standard == nil {
			continue
		}
		for _, part := range []struct {
			of    string
			n     int
			attrs *attrs
		}{{"node", len(r.b.names), &r.b.node}, {"edge", len(r.b.g.I), &r.b.edge}, {"graph", 1, &r.b.graph}} {
			if key.of != part.of && key.of != "all" {
				continue
			}
			if budget -= part.n; budget < 0 {
				return r.x.here().errorf("the file gives so many attributes default values that they would be more than 16 for each element")
			}
			part.attrs.fill(key.name, part.n, key.standard)
		}
	}
	return nil
}

// fill gives every element without a value this one.
func (t *attrs) fill(name string, n int, v any) {
	a := t.by[name]
	if a == nil {
		if n == 0 {
			return
		}
		_ = t.set(name, 0, v)
		a = t.by[name]
	}
	if len(a.At) == n {
		return
	}
	at, values := make([]int32, n), make([]any, n)
	p := 0
	for k := range n {
		at[k], values[k] = int32(k), v
		if p < len(a.At) && int(a.At[p]) == k {
			values[k] = a.Values[p]
			p++
		}
	}
	a.At, a.Values = at, values
}

// writeGraphML writes GraphML that networkx reads. Positions are the attributes x, y and z.
func writeGraphML(w io.Writer, g *Graph) error {
	b := bufio.NewWriterSize(w, 1<<16)
	x := &xmlWriter{w: b}
	x.add("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" ",
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns ",
		"http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n")
	node, edge := g.Node, g.Edge
	if g.Pos != nil {
		for c, name := range []string{"x", "y", "z"}[:g.Dim] {
			column := make([]float64, g.N)
			for k := range column {
				column[k] = g.Pos[k*g.Dim+c]
			}
			node = append(node[:len(node):len(node)], FloatAttr(name, column))
		}
	}
	if g.W != nil {
		edge = append(edge[:len(edge):len(edge)], FloatAttr("weight", g.W))
	}
	ids := ""
	if g.Multi && Find(edge, "key") != nil {
		ids = "key"
	} else if Find(edge, "id") != nil {
		ids = "id"
	}
	next := 0
	keys := func(of string, list []*Attr) []string {
		out := make([]string, len(list))
		for c, a := range list {
			if of == "edge" && a.Name == ids {
				continue
			}
			out[c] = "d" + strconv.Itoa(next)
			next++
			x.add(`  <key id="`, out[c], `" for="`, of, `" attr.name="`, x.escaped(a.Name), `" attr.type="`, kindOf(a), "\"/>\n")
		}
		return out
	}
	if err := twice("node", node); err != nil {
		return err
	}
	if err := twice("edge", edge); err != nil {
		return err
	}
	nodeKeys, edgeKeys, graphKeys := keys("node", node), keys("edge", edge), keys("graph", g.Attrs)
	x.add(`  <graph edgedefault="`, map[bool]string{true: "directed", false: "undirected"}[g.Directed], `"`)
	if g.Name != "" {
		x.add(` id="`, x.escaped(g.Name), `"`)
	}
	x.add(">\n")
	data := func(fields []field, keys []string) {
		for _, f := range fields {
			if keys[f.attr] != "" {
				x.add(`<data key="`, keys[f.attr], `">`, x.escaped(valueText(f.value)), "</data>")
			}
		}
	}
	graph := newRows(g.Attrs, 1)
	data(graph.of(0), graphKeys)
	nodes := newRows(node, g.N)
	for k := range g.N {
		x.add(`    <node id="`, x.escaped(g.ID(k)), `">`)
		data(nodes.of(k), nodeKeys)
		x.add("</node>\n")
	}
	edges := newRows(edge, len(g.I))
	for k := range g.I {
		x.add(`    <edge source="`, x.escaped(g.ID(int(g.I[k]))), `" target="`, x.escaped(g.ID(int(g.J[k]))), `"`)
		fields := edges.of(k)
		for _, f := range fields {
			if f.name == ids {
				x.add(` id="`, x.escaped(valueText(f.value)), `"`)
			}
		}
		x.add(">")
		data(fields, edgeKeys)
		x.add("</edge>\n")
	}
	x.add("  </graph>\n</graphml>\n")
	if x.err != nil {
		return x.err
	}
	return b.Flush()
}
