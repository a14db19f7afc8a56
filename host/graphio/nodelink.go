package graphio

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
)

// readNodeLink reads what networkx's node_link_data gives: {"directed", "multigraph", "graph", "nodes", "links" or "edges"}.
// A node without "id" is named by its number. "pos" (two or three numbers), "x", "y", "z", or GEXF's "viz" give the positions.
func readNodeLink(data []byte) (*Graph, error) {
	p := &jsonText{data: bytes.TrimPrefix(data, []byte("\ufeff"))}
	b := newBuilder()
	var seen struct{ nodes, links string }
	if p.peek() != '{' {
		return nil, p.unexpected("the object of a node-link graph")
	}
	err := p.object(func(key string, at int) error {
		switch key {
		case "directed", "multigraph":
			v, err := p.value()
			if err != nil {
				return err
			}
			f, ok := v.(bool)
			if !ok {
				return p.at(at).errorf("%q is true or false", key)
			}
			if key == "directed" {
				b.g.Directed = f
			} else {
				b.g.Multi = f
			}
			return nil
		case "graph":
			if p.peek() != '{' {
				// Old versions of networkx write a list of pairs.
				start := p.pos
				if err := p.skip(0); err != nil {
					return err
				}
				return b.graph.set("graph", 0, Raw(p.data[start:p.pos]))
			}
			return p.object(func(key string, at int) error {
				v, err := p.value()
				if err != nil {
					return err
				}
				if s, ok := v.(string); ok && key == "name" && b.g.Name == "" {
					b.g.Name = s
					return nil
				}
				return p.given(b.graph.set(key, 0, v), at)
			})
		case "nodes":
			if seen.nodes != "" {
				return p.at(at).errorf("%q is given twice", key)
			}
			seen.nodes = key
			return p.array("nodes", func(int) error { return p.node(b) })
		case "links", "edges":
			if seen.links != "" {
				return p.at(at).errorf("the edges are given twice, as %q and as %q", seen.links, key)
			}
			seen.links = key
			return p.array("edges", func(int) error { return p.link(b) })
		case "adjacency":
			return p.at(at).errorf("this is networkx's adjacency format; write node_link_data(G)")
		}
		v, err := p.value()
		if err != nil {
			return err
		}
		return p.given(b.graph.set(key, 0, v), at)
	})
	if err != nil {
		return nil, err
	}
	if p.peek() != 0 {
		return nil, p.unexpected("the end of the file")
	}
	if seen.nodes == "" {
		return nil, p.wrong(`there is no list "nodes"`)
	}
	if b.g.Dim > 0 {
		b.padPositions(len(b.names))
	}
	return b.finish()
}

func (p *jsonText) given(err error, at int) error {
	if err != nil {
		return p.at(at).errorf("%v", err)
	}
	return nil
}

// id reads a node's name: what tells it apart, its text and its type. Python's 1 and 1.0 are the same.
func (p *jsonText) id() (key, name string, kind IDType, err error) {
	start := p.pos
	v, err := p.value()
	if err != nil {
		return "", "", 0, err
	}
	switch v := v.(type) {
	case string:
		return "t" + v, v, TextID, nil
	case int64:
		s := strconv.FormatInt(v, 10)
		return "i" + s, s, IntID, nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			s := strconv.FormatInt(int64(v), 10)
			return "i" + s, s, IntID, nil
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", "", 0, p.at(start).errorf("%v is not a node's name", v)
		}
	}
	s := compact(p.data[start:p.pos])
	return "r" + s, s, RawID, nil
}

// compact leaves out the space between the parts of a value.
func compact(s []byte) string {
	out := make([]byte, 0, len(s))
	quoted := false
	for k := 0; k < len(s); k++ {
		c := s[k]
		if quoted && c == '\\' && k+1 < len(s) {
			out = append(out, c, s[k+1])
			k++
			continue
		}
		if c == '"' {
			quoted = !quoted
		}
		if quoted || !bytes.ContainsRune([]byte(" \t\r\n"), rune(c)) {
			out = append(out, c)
		}
	}
	return string(out)
}

func (p *jsonText) node(b *builder) error {
	k := len(b.names)
	start := p.pos
	key, name, kind := "i"+strconv.Itoa(k), strconv.Itoa(k), IntID
	named := false
	var at = start
	if p.peek() != '{' {
		return p.unexpected("the object of a node")
	}
	err := p.object(func(field string, pos int) error {
		switch field {
		case "id":
			if named {
				return p.at(pos).errorf(`"id" is given twice`)
			}
			named, at = true, pos
			var err error
			key, name, kind, err = p.id()
			return err
		case "pos":
			value := p.pos
			if xyz, ok := p.coordinates(); ok {
				if b.g.Dim > 0 && len(b.g.Pos) > k*b.g.Dim {
					return p.at(pos).errorf("the node has two positions")
				}
				b.setPosition(k, xyz)
				return nil
			}
			p.pos = value
		case "viz":
			value := p.pos
			if xyz, ok := p.vizPosition(); ok && !(b.g.Dim > 0 && len(b.g.Pos) > k*b.g.Dim) {
				b.setPosition(k, xyz)
				return nil
			}
			p.pos = value
		}
		v, err := p.value()
		if err != nil {
			return err
		}
		return p.given(b.node.set(field, k, v), pos)
	})
	if err != nil {
		return err
	}
	_, err = b.declare(key, name, kind, p.at(at))
	return err
}

// coordinates reads a list of two or three finite numbers.
func (p *jsonText) coordinates() ([]float64, bool) {
	var xyz []float64
	if p.peek() != '[' {
		return nil, false
	}
	ok := true
	err := p.array("coordinates", func(int) error {
		v, err := p.value()
		f, isNumber := asFloat(v)
		if _, isBool := v.(bool); err != nil || !isNumber || isBool || math.IsNaN(f) || math.IsInf(f, 0) || len(xyz) == 3 {
			ok = false
			return err
		}
		xyz = append(xyz, f)
		return nil
	})
	return xyz, err == nil && ok && len(xyz) >= 2
}

// vizPosition reads {"position": {"x": 1, "y": 2, "z": 0}} and nothing else.
func (p *jsonText) vizPosition() ([]float64, bool) {
	var xyz [3]float64
	var have [3]bool
	ok := true
	if p.peek() != '{' {
		return nil, false
	}
	err := p.object(func(key string, _ int) error {
		if key != "position" || p.peek() != '{' {
			ok = false
			return p.skip(0)
		}
		return p.object(func(axis string, _ int) error {
			v, err := p.value()
			f, isNumber := asFloat(v)
			c := bytes.IndexByte([]byte("xyz"), (axis + " ")[0])
			if err != nil || c < 0 || len(axis) != 1 || !isNumber || math.IsNaN(f) || math.IsInf(f, 0) {
				ok = false
				return err
			}
			xyz[c], have[c] = f, true
			return nil
		})
	})
	if err != nil || !ok || !have[0] || !have[1] {
		return nil, false
	}
	if xyz[2] == 0 {
		return xyz[:2], true
	}
	return xyz[:], true
}

func (p *jsonText) link(b *builder) error {
	start := p.pos
	var from, to string
	k := len(b.g.I)
	if p.peek() != '{' {
		return p.unexpected("the object of an edge")
	}
	err := p.object(func(field string, pos int) error {
		switch field {
		case "source", "target":
			end := &from
			if field == "target" {
				end = &to
			}
			if *end != "" {
				return p.at(pos).errorf("%q is given twice", field)
			}
			var err error
			*end, _, _, err = p.id()
			return err
		}
		at := p.pos
		v, err := p.value()
		if err != nil {
			return err
		}
		if err := b.weigh(field, v, p.at(at)); err != nil {
			return err
		}
		return p.given(b.edge.set(field, k, v), pos)
	})
	if err != nil {
		return err
	}
	if from == "" || to == "" {
		return p.at(start).errorf(`an edge has a "source" and a "target"`)
	}
	b.connect(from, to, p.at(start))
	return nil
}

// writeNodeLink writes node-link JSON; edges is the name of the list of edges. Positions are "pos".
func writeNodeLink(w io.Writer, g *Graph, edges string) error {
	b := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(b, `{"directed": %t, "multigraph": %t, "graph": {`, g.Directed, g.Multi)
	var line []byte
	if g.Name != "" {
		line = appendText(append(line, `"name": `...), g.Name)
	}
	for _, a := range g.Attrs {
		if len(a.Values) == 0 {
			continue
		}
		if len(line) > 0 {
			line = append(line, ", "...)
		}
		line = appendText(line, a.Name)
		line = appendValue(append(line, ": "...), a.Values[0])
	}
	b.Write(line)
	b.WriteString("}, \"nodes\": [")
	nodes := newRows(g.Node, g.N)
	for k := range g.N {
		line = append(line[:0], separatorOf(k)...)
		for _, f := range nodes.of(k) {
			if f.name == "id" || g.Pos != nil && f.name == "pos" {
				return fmt.Errorf("a node attribute is named %q, as JSON names the node's own; rename it", f.name)
			}
			line = appendText(line, f.name)
			line = appendValue(append(line, ": "...), f.value)
			line = append(line, ", "...)
		}
		if g.Pos != nil && !math.IsNaN(g.Pos[k*g.Dim]) {
			line = append(line, `"pos": [`...)
			for c := range g.Dim {
				if c > 0 {
					line = append(line, ", "...)
				}
				line = appendFloat(line, g.Pos[k*g.Dim+c])
			}
			line = append(line, "], "...)
		}
		line = g.appendID(append(line, `"id": `...), k)
		if _, err := b.Write(append(line, '}')); err != nil {
			return err
		}
	}
	fmt.Fprintf(b, "], %q: [", edges)
	links := newRows(g.Edge, len(g.I))
	for k := range g.I {
		line = append(line[:0], separatorOf(k)...)
		for _, f := range links.of(k) {
			if f.name == "source" || f.name == "target" || g.W != nil && f.name == "weight" {
				return fmt.Errorf("an edge attribute is named %q, as JSON names the edge's own; rename it", f.name)
			}
			line = appendText(line, f.name)
			line = appendValue(append(line, ": "...), f.value)
			line = append(line, ", "...)
		}
		if g.W != nil {
			line = appendFloat(append(line, `"weight": `...), g.W[k])
			line = append(line, ", "...)
		}
		line = g.appendID(append(line, `"source": `...), int(g.I[k]))
		line = g.appendID(append(line, `, "target": `...), int(g.J[k]))
		if _, err := b.Write(append(line, '}')); err != nil {
			return err
		}
	}
	b.WriteString("]}\n")
	return b.Flush()
}

func separatorOf(k int) string {
	if k == 0 {
		return "{"
	}
	return ",\n{"
}

func (g *Graph) appendID(out []byte, k int) []byte {
	switch {
	case g.IDs == nil:
		return strconv.AppendInt(out, int64(k), 10)
	case g.IDOf == TextID:
		return appendText(out, g.IDs[k])
	}
	return append(out, g.IDs[k]...)
}

// rows gives the attributes of one element after the other.
type rows struct {
	attrs []*Attr
	start []int   // of each element in col
	col   []int32 // attributes, by element
	next  []int   // of each attribute, the value to come
	buf   []field
}

type field struct {
	name  string
	value any
	attr  int
}

func newRows(attrs []*Attr, n int) *rows {
	r := &rows{attrs: attrs, start: make([]int, n+2), next: make([]int, len(attrs))}
	for _, a := range attrs {
		for _, k := range a.At {
			r.start[k+2]++
		}
	}
	for k := 2; k <= n+1; k++ {
		r.start[k] += r.start[k-1]
	}
	r.col = make([]int32, r.start[n+1])
	for c, a := range attrs {
		for _, k := range a.At {
			r.col[r.start[k+1]] = int32(c)
			r.start[k+1]++
		}
	}
	return r
}

// of is called with ascending elements.
func (r *rows) of(k int) []field {
	r.buf = r.buf[:0]
	for _, c := range r.col[r.start[k]:r.start[k+1]] {
		a := r.attrs[c]
		r.buf = append(r.buf, field{a.Name, a.Values[r.next[c]], int(c)})
		r.next[c]++
	}
	return r.buf
}
