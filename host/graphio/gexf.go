package graphio

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// readGEXF reads static graphs in GEXF 1.1 to 1.3 (gexf.net), as Gephi and networkx write them. Positions are viz:position; a
// viz:size and a viz:color become the attributes "size" and "color" (#rrggbb), a node within another gets the attribute "pid".
func readGEXF(data []byte) (*Graph, error) {
	r := &gexfReader{x: newXML(data), b: newBuilder(), node: map[string]gexfAttr{}, edge: map[string]gexfAttr{}}
	graphs := 0
	err := r.x.root("gexf", func(xml.StartElement) error {
		return r.x.children("gexf", func(e xml.StartElement, at place) error {
			switch e.Name.Local {
			case "graph":
				if graphs++; graphs > 1 {
					return at.errorf("there is a second <graph>; one file holds one")
				}
				return r.graph(e, at)
			case "meta":
				return r.x.skip()
			}
			return at.errorf("<%s> is not known in <gexf>", short(e.Name.Local))
		})
	})
	if err != nil {
		return nil, err
	}
	if graphs == 0 {
		return nil, r.x.here().errorf("there is no <graph>")
	}
	for _, part := range []struct {
		n        int
		attrs    *attrs
		declared []gexfAttr
	}{{len(r.b.names), &r.b.node, r.nodeOrder}, {len(r.b.g.I), &r.b.edge, r.edgeOrder}} {
		budget := 16*part.n + 1024
		for _, a := range part.declared {
			if a.standard == nil {
				continue
			}
			if budget -= part.n; budget < 0 {
				return nil, r.x.here().errorf("the file gives so many attributes default values that they would be more than 16 for each element")
			}
			part.attrs.fill(a.name, part.n, a.standard)
		}
	}
	if r.b.g.Dim > 0 {
		r.b.padPositions(len(r.b.names))
	}
	if a := r.b.edge.find("networkx_key"); a != nil && r.b.edge.find("key") == nil {
		a.Name = "key"
		r.b.edge.remove("id")
		r.b.g.Multi = true
	}
	return r.b.finish()
}

type gexfAttr struct {
	name, kind string
	standard   any
}

type gexfReader struct {
	x                    *xmlText
	b                    *builder
	node, edge           map[string]gexfAttr
	nodeOrder, edgeOrder []gexfAttr
	parallel             map[[2]int32]bool
	kinds                string // type of the edges so far
}

func (r *gexfReader) graph(e xml.StartElement, at place) error {
	if v, ok := attrOf(e, "mode"); ok && v != "static" {
		return at.errorf("the graph is %s; only static graphs are read", short(v))
	}
	r.parallel = map[[2]int32]bool{}
	standard := "undirected"
	if v, ok := attrOf(e, "defaultedgetype"); ok {
		standard = v
	}
	if v, ok := attrOf(e, "name"); ok {
		r.b.g.Name = v
	}
	err := r.x.children("graph", func(e xml.StartElement, at place) error {
		switch e.Name.Local {
		case "attributes":
			return r.attributes(e, at)
		case "nodes":
			return r.nodes("")
		case "edges":
			return r.x.children("edges", func(e xml.StartElement, at place) error {
				if e.Name.Local != "edge" {
					return at.errorf("<%s> is not known in <edges>", short(e.Name.Local))
				}
				return r.oneEdge(e, at, standard)
			})
		}
		return at.errorf("<%s> is not known in <graph>", short(e.Name.Local))
	})
	kind := r.kinds
	if kind == "" {
		kind = standard
	}
	r.b.g.Directed = kind == "directed"
	return err
}

func (r *gexfReader) attributes(e xml.StartElement, at place) error {
	class, err := required(e, "class", at)
	if err != nil {
		return err
	}
	if v, ok := attrOf(e, "mode"); ok && v != "static" {
		return at.errorf("the attributes are %s; only static ones are read", short(v))
	}
	into, order := r.node, &r.nodeOrder
	switch class {
	case "node":
	case "edge":
		into, order = r.edge, &r.edgeOrder
	default:
		return at.errorf("attributes of the class %q are not known", short(class))
	}
	return r.x.children("attributes", func(e xml.StartElement, at place) error {
		if e.Name.Local != "attribute" {
			return at.errorf("<%s> is not known in <attributes>", short(e.Name.Local))
		}
		id, err := required(e, "id", at)
		if err != nil {
			return err
		}
		if _, dup := into[id]; dup {
			return at.errorf("the attribute %q is declared twice", short(id))
		}
		a := gexfAttr{name: id, kind: "string"}
		if v, ok := attrOf(e, "title"); ok {
			a.name = v
		}
		if v, ok := attrOf(e, "type"); ok {
			a.kind = strings.ToLower(v)
		}
		err = r.x.children("attribute", func(e xml.StartElement, at place) error {
			if e.Name.Local != "default" {
				return r.x.skip()
			}
			text, err := r.x.content("default")
			if err == nil {
				a.standard, err = typed(a.kind, text, at)
			}
			if err == nil && class == "edge" {
				err = r.b.weigh(a.name, a.standard, at)
			}
			return err
		})
		into[id] = a
		*order = append(*order, a)
		return err
	})
}

func (r *gexfReader) nodes(parent string) error {
	return r.x.children("nodes", func(e xml.StartElement, at place) error {
		if e.Name.Local != "node" {
			return at.errorf("<%s> is not known in <nodes>", short(e.Name.Local))
		}
		id, err := required(e, "id", at)
		if err != nil {
			return err
		}
		k, err := r.b.declare("t"+id, id, TextID, at)
		if err != nil {
			return err
		}
		pid := parent
		if v, ok := attrOf(e, "pid"); ok {
			pid = v
		}
		set := func(name string, v any) {
			// What networkx and Gephi write once stays; a second value would be that of an attribute of the same name.
			if err == nil {
				if e := r.b.node.set(name, k, v); e != nil {
					err = at.errorf("%v", e)
				}
			}
		}
		if pid != "" {
			set("pid", pid)
		}
		// networkx writes the name as the label; that is no further information.
		if v, ok := attrOf(e, "label"); ok && v != id {
			set("label", v)
		}
		if err != nil {
			return err
		}
		return r.x.children("node", func(e xml.StartElement, at place) error {
			switch e.Name.Local {
			case "nodes":
				return r.nodes(id)
			case "attvalues":
				return r.values(r.node, &r.b.node, k, false)
			case "position":
				var xyz [3]float64
				for c, name := range []string{"x", "y", "z"} {
					text, ok := attrOf(e, name)
					if !ok && c == 2 {
						continue
					}
					if _, err = required(e, name, at); err != nil {
						return err
					}
					if xyz[c], err = coordinate(text, at); err != nil {
						return err
					}
				}
				if r.b.g.Dim > 0 && len(r.b.g.Pos) > k*r.b.g.Dim {
					return at.errorf("the node has two positions")
				}
				if xyz[2] == 0 {
					r.b.setPosition(k, xyz[:2])
				} else {
					r.b.setPosition(k, xyz[:])
				}
			case "color":
				var c [3]int64
				for p, name := range []string{"r", "g", "b"} {
					text, err := required(e, name, at)
					if err != nil {
						if _, hex := attrOf(e, "hex"); hex {
							return r.x.skip()
						}
						return err
					}
					if c[p], err = strconv.ParseInt(text, 10, 32); err != nil || c[p] < 0 || c[p] > 255 {
						return at.errorf("the color's %s is %q; it is a number from 0 to 255", name, short(text))
					}
				}
				set("color", fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]))
			case "size":
				text, err := required(e, "value", at)
				if err != nil {
					return err
				}
				v, err := coordinate(text, at)
				if err != nil {
					return err
				}
				set("size", v)
			case "spells", "spell":
				return at.errorf("the node has a time; only static graphs are read")
			}
			if err != nil {
				return err
			}
			return r.x.skip()
		})
	})
}

func (r *gexfReader) oneEdge(e xml.StartElement, at place, standard string) error {
	from, err := required(e, "source", at)
	if err != nil {
		return err
	}
	to, err := required(e, "target", at)
	if err != nil {
		return err
	}
	kind := standard
	if v, ok := attrOf(e, "type"); ok {
		kind = v
	}
	switch kind {
	case "directed", "undirected":
	case "mutual":
		kind = "undirected"
	default:
		return at.errorf("edges of the type %q are not known; directed, undirected and mutual are", short(kind))
	}
	if r.kinds == "" {
		r.kinds = kind
	} else if kind != r.kinds {
		return at.errorf("the edge is %s, but those before it are %s; make all edges alike, undirected ones as two directed ones", kind, r.kinds)
	}
	g := r.b.g
	k := r.b.connect("t"+from, "t"+to, at)
	ends := [2]int32{g.I[k], g.J[k]}
	if kind == "undirected" && ends[0] > ends[1] {
		ends[0], ends[1] = ends[1], ends[0]
	}
	g.Multi = g.Multi || r.parallel[ends]
	r.parallel[ends] = true
	for _, name := range []string{"id", "label", "weight"} {
		text, ok := attrOf(e, name)
		if !ok {
			continue
		}
		if name == "id" && text == strconv.Itoa(k) {
			continue // no information
		}
		var v any = text
		if name == "weight" {
			if v, err = typed("double", text, at); err != nil {
				return err
			}
			if err := r.b.weigh(name, v, at); err != nil {
				return err
			}
		}
		if err := r.b.edge.set(name, k, v); err != nil {
			return at.errorf("%v", err)
		}
	}
	return r.x.children("edge", func(e xml.StartElement, at place) error {
		switch e.Name.Local {
		case "attvalues":
			return r.values(r.edge, &r.b.edge, k, true)
		case "spells", "spell":
			return at.errorf("the edge has a time; only static graphs are read")
		}
		return r.x.skip()
	})
}

func (r *gexfReader) values(declared map[string]gexfAttr, into *attrs, k int, edge bool) error {
	return r.x.children("attvalues", func(e xml.StartElement, at place) error {
		if e.Name.Local != "attvalue" {
			return at.errorf("<%s> is not known in <attvalues>", short(e.Name.Local))
		}
		id, ok := attrOf(e, "for")
		if !ok {
			var err error
			if id, err = required(e, "id", at); err != nil { // GEXF 1.1
				return at.errorf(`<attvalue> has no attribute "for"`)
			}
		}
		a, ok := declared[id]
		if !ok {
			return at.errorf("the attribute %q is not declared", short(id))
		}
		for _, name := range []string{"start", "end", "timestamp"} {
			if _, ok := attrOf(e, name); ok {
				return at.errorf("the value has a time; only static graphs are read")
			}
		}
		text, err := required(e, "value", at)
		if err != nil {
			return err
		}
		v, err := typed(a.kind, text, at)
		if err != nil {
			return err
		}
		if edge {
			if err := r.b.weigh(a.name, v, at); err != nil {
				return err
			}
		}
		if err := into.set(a.name, k, v); err != nil {
			return at.errorf("%v", err)
		}
		return r.x.skip()
	})
}

// gexfWriter writes GEXF 1.2.
type gexfWriter struct {
	*xmlWriter
	g *Graph
}

// writeGEXF writes GEXF 1.2, which Gephi and networkx read.
func writeGEXF(w io.Writer, g *Graph) error {
	b := bufio.NewWriterSize(w, 1<<16)
	x := gexfWriter{&xmlWriter{w: b}, g}
	x.add("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<gexf xmlns=\"http://www.gexf.net/1.2draft\" ",
		"xmlns:viz=\"http://www.gexf.net/1.2draft/viz\" version=\"1.2\">\n")
	kind := map[bool]string{true: "directed", false: "undirected"}[g.Directed]
	x.add(`  <graph mode="static" defaultedgetype="`, kind, `"`)
	if g.Name != "" {
		x.add(` name="`, x.escaped(g.Name), `"`)
	}
	x.add(">\n")
	if err := twice("node", g.Node); err != nil {
		return err
	}
	if err := twice("edge", g.Edge); err != nil {
		return err
	}
	x.declare("node", g.Node, gexfOwnNode)
	x.declare("edge", g.Edge, gexfOwnEdge)
	x.add("    <nodes>\n")
	nodes := newRows(g.Node, g.N)
	for k := range g.N {
		x.node(k, nodes.of(k))
	}
	x.add("    </nodes>\n    <edges>\n")
	edges := newRows(g.Edge, len(g.I))
	for k := range g.I {
		x.edge(k, edges.of(k))
	}
	x.add("    </edges>\n  </graph>\n</gexf>\n")
	if x.err != nil {
		return x.err
	}
	return b.Flush()
}

// gexfOwnNode and gexfOwnEdge report whether GEXF has a place of its own for an attribute.
func gexfOwnNode(a *Attr) bool {
	return a.Name == "label" || a.Name == "pid" || a.Name == "color" && isColors(a) || a.Name == "size" && kindOf(a) == "double"
}

func gexfOwnEdge(a *Attr) bool { return a.Name == "id" || a.Name == "label" }

// declare lists the attributes of nodes or edges that have no place of their own.
func (x gexfWriter) declare(class string, list []*Attr, own func(a *Attr) bool) {
	started := false
	for c, a := range list {
		if own(a) {
			continue
		}
		if !started {
			x.add(`    <attributes class="`, class, "\" mode=\"static\">\n")
			started = true
		}
		title := a.Name
		if class == "edge" && title == "key" {
			title = "networkx_key"
		}
		x.add(`      <attribute id="`, strconv.Itoa(c), `" title="`, x.escaped(title), `" type="`, kindOf(a), "\"/>\n")
	}
	if started {
		x.add("    </attributes>\n")
	}
}

// values writes those of a node's or an edge's attributes that declare lists.
func (x gexfWriter) values(fields []field, list []*Attr, own func(*Attr) bool) {
	started := false
	for _, f := range fields {
		if own(list[f.attr]) {
			continue
		}
		if !started {
			x.add("<attvalues>")
			started = true
		}
		x.add(`<attvalue for="`, strconv.Itoa(f.attr), `" value="`, x.escaped(valueText(f.value)), `"/>`)
	}
	if started {
		x.add("</attvalues>")
	}
}

func (x gexfWriter) node(k int, fields []field) {
	g := x.g
	label, rest := g.ID(k), ""
	for _, f := range fields {
		switch {
		case f.name == "label":
			label = valueText(f.value)
		case f.name == "pid":
			rest += ` pid="` + x.escaped(valueText(f.value)) + `"`
		}
	}
	x.add(`      <node id="`, x.escaped(g.ID(k)), `" label="`, x.escaped(label), `"`, rest, ">")
	x.values(fields, g.Node, gexfOwnNode)
	for _, f := range fields {
		if !gexfOwnNode(g.Node[f.attr]) {
			continue
		}
		switch f.name {
		case "color":
			var c [3]int
			fmt.Sscanf(f.value.(string), "#%02x%02x%02x", &c[0], &c[1], &c[2])
			x.add(fmt.Sprintf(`<viz:color r="%d" g="%d" b="%d"/>`, c[0], c[1], c[2]))
		case "size":
			x.add(`<viz:size value="`, valueText(f.value), `"/>`)
		}
	}
	if g.Pos != nil && !math.IsNaN(g.Pos[k*g.Dim]) {
		z := 0.0
		if g.Dim == 3 {
			z = g.Pos[k*g.Dim+2]
		}
		x.add(`<viz:position x="`, floatText(g.Pos[k*g.Dim]), `" y="`, floatText(g.Pos[k*g.Dim+1]), `" z="`, floatText(z), `"/>`)
	}
	x.add("</node>\n")
}

func (x gexfWriter) edge(k int, fields []field) {
	g := x.g
	id, label := strconv.Itoa(k), ""
	for _, f := range fields {
		switch f.name {
		case "id":
			id = valueText(f.value)
		case "label":
			label = ` label="` + x.escaped(valueText(f.value)) + `"`
		}
	}
	x.add(`      <edge id="`, x.escaped(id), `" source="`, x.escaped(g.ID(int(g.I[k]))), `" target="`, x.escaped(g.ID(int(g.J[k]))), `"`, label)
	if g.W != nil {
		x.add(` weight="`, floatText(g.W[k]), `"`)
	}
	x.add(">")
	x.values(fields, g.Edge, gexfOwnEdge)
	x.add("</edge>\n")
}

func isColors(a *Attr) bool {
	for _, v := range a.Values {
		s, ok := v.(string)
		if !ok || len(s) != 7 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdef") != "" {
			return false
		}
	}
	return true
}

// twice finds two attributes of one name, of which a file could keep one.
func twice(of string, list []*Attr) error {
	seen := make(map[string]bool, len(list))
	for _, a := range list {
		if seen[a.Name] {
			return fmt.Errorf("two %s attributes are named %q; rename one", of, a.Name)
		}
		seen[a.Name] = true
	}
	return nil
}
