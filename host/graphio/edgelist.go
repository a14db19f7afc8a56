package graphio

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readEdgeList reads one edge a line: source, target, and optionally a weight, further numbers or texts, or a dictionary as
// networkx's write_edgelist gives ({'weight': 2.0}). Fields are separated by spaces or tabs, or by commas or semicolons. # and % begin
// comments. A line with a single name is a node. A first line of names (source, target, …) names the columns, as Gephi's
// tables do. If all names are whole numbers the nodes are sorted by them, otherwise they stand in the order of the file.
//
// A comment "# directed" or "# undirected", as this package writes it, says what the edges are; without one they are undirected.
func readEdgeList(data []byte, comma byte) (*Graph, error) {
	data = lines(data)
	r := &edgeListReader{b: newBuilder(), comma: comma}
	for number := 1; len(data) > 0; number++ {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte("\n"))
		if err := r.line(line, number); err != nil {
			return nil, err
		}
	}
	r.sortNumbers()
	return r.b.finish()
}

// lines ends lines by \n where nothing but \r does, as old Macs wrote them.
func lines(data []byte) []byte {
	if bytes.IndexByte(data, '\n') >= 0 {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
}

// maxColumns bounds the fields of a line: each column is an attribute of its own.
const maxColumns = 1000

type edgeListReader struct {
	b       *builder
	comma   byte // 0: white space
	columns []string
	source  int
	target  int
	started bool
	fields  []string
	cols    []int // column of each field, from 1
}

func (r *edgeListReader) line(line []byte, number int) error {
	if !utf8.Valid(line) {
		return place{line: number, col: 1}.errorf("the line is not UTF-8")
	}
	text := strings.TrimRight(string(line), " \t\r")
	if c := strings.TrimLeft(text, " \t"); c == "" || c[0] == '#' || c[0] == '%' {
		switch strings.TrimSpace(strings.TrimLeft(c, "#%")) {
		case "directed":
			r.b.g.Directed = true
		case "undirected":
			r.b.g.Directed = false
		}
		return nil
	}
	dict := ""
	dictAt := 0
	if k := strings.IndexByte(text, '{'); k >= 0 && r.comma == 0 {
		text, dict, dictAt = text[:k], text[k:], k
	} else if k := strings.IndexByte(text, '#'); k > 0 && strings.IndexByte(" \t,;", text[k-1]) >= 0 {
		text = strings.TrimRight(text[:k], " \t")
	}
	if err := r.split(text, number); err != nil {
		return err
	}
	if n := len(r.fields); n > maxColumns {
		return place{line: number, col: 1}.errorf("the line has %d fields; a list of edges has a source, a target and at most %d more", n, maxColumns-2)
	}
	if !r.started {
		r.started = true
		if header, err := r.header(); header || err != nil {
			if err != nil {
				return place{line: number, col: 1}.errorf("%v", err)
			}
			return nil
		}
	}
	f := r.fields
	at := place{line: number, col: r.cols[0]}
	if r.columns != nil && len(f) != len(r.columns) && len(f) != 1 {
		return at.errorf("there are %d fields, but the first line names %d columns", len(f), len(r.columns))
	}
	if len(f) == 1 {
		if f[0] == "" {
			return at.errorf("a name is empty")
		}
		err := r.node(f[0], at)
		return err
	}
	ends := [2]string{f[r.source], f[r.target]}
	for p, name := range ends {
		if name == "" {
			return place{line: number, col: r.cols[[2]int{r.source, r.target}[p]]}.errorf("a name is empty")
		}
		if err := r.node(name, at); err != nil {
			return err
		}
	}
	k := r.b.connect("t"+ends[0], "t"+ends[1], at)
	for c, v := range f {
		if c == r.source || c == r.target || v == "" {
			continue
		}
		if err := r.field(c, v, k, place{line: number, col: r.cols[c]}); err != nil {
			return err
		}
	}
	if dict == "" {
		return nil
	}
	p := &jsonText{data: []byte(dict), python: true}
	wrong := func(err error) error {
		if err == nil {
			return nil
		}
		return place{line: number, col: dictAt + 1}.errorf("%v", trimPlace(err))
	}
	return wrong(p.object(func(key string, pos int) error {
		v, err := p.value()
		if err == nil {
			err = r.b.weigh(key, v, p.at(pos))
		}
		if err != nil {
			return err
		}
		return r.b.edge.set(key, k, v)
	}))
}

// node declares a name at its first use.
func (r *edgeListReader) node(name string, at place) error {
	if r.b.nodeOf[r.b.slot("t"+name, at)] >= 0 {
		return nil
	}
	_, err := r.b.declare("t"+name, name, TextID, at)
	return err
}

func (r *edgeListReader) field(c int, text string, k int, at place) error {
	name := "column " + strconv.Itoa(c+1)
	switch {
	case r.columns != nil:
		if name = r.columns[c]; name == "" {
			return nil // an index of the rows
		}
		if strings.EqualFold(name, "weight") {
			name = "weight"
		}
	case c == 2:
		name = "weight"
	}
	var v any = text
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		v = i
	} else if f, err := typed("double", text, at); err == nil {
		v = f
	} else if name == "weight" {
		return at.errorf("the weight is %q, not a number", short(text))
	}
	if err := r.b.weigh(name, v, at); err != nil {
		return err
	}
	if err := r.b.edge.set(name, k, v); err != nil {
		return at.errorf("%v", err)
	}
	return nil
}

// header takes the first line for names of columns if it has a source and a target, each once.
func (r *edgeListReader) header() (bool, error) {
	r.source, r.target = 0, 1
	source, target, twice := -1, -1, error(nil)
	for c, f := range r.fields {
		end := &source
		switch strings.ToLower(f) {
		case "source", "from", "pre", "i":
		case "target", "to", "post", "j":
			end = &target
		default:
			continue
		}
		if *end >= 0 {
			twice = fmt.Errorf("the columns %d and %d, %q and %q, are both the same end of an edge", *end+1, c+1, short(r.fields[*end]), short(f))
		}
		*end = c
	}
	if source < 0 || target < 0 {
		return false, nil
	}
	if twice != nil {
		return false, twice
	}
	r.columns = slices.Clone(r.fields)
	r.source, r.target = source, target
	return true, nil
}

func (r *edgeListReader) split(text string, number int) error {
	r.fields, r.cols = r.fields[:0], r.cols[:0]
	at := 0
	for at <= len(text) {
		if r.comma == 0 {
			for at < len(text) && (text[at] == ' ' || text[at] == '\t') {
				at++
			}
			if at == len(text) {
				break
			}
		} else {
			for at < len(text) && text[at] == ' ' {
				at++
			}
		}
		start := at
		if at < len(text) && text[at] == '"' {
			// Quotes within are doubled.
			var name []byte
			for at++; ; at++ {
				if at >= len(text) {
					return place{line: number, col: start + 1}.errorf("the name that begins here does not end")
				}
				if text[at] == '"' {
					if at+1 < len(text) && text[at+1] == '"' {
						at++
					} else {
						break
					}
				}
				name = append(name, text[at])
			}
			at++
			r.fields = append(r.fields, string(name))
		} else {
			for at < len(text) && (r.comma != 0 && text[at] != r.comma || r.comma == 0 && text[at] != ' ' && text[at] != '\t') {
				at++
			}
			r.fields = append(r.fields, strings.TrimRight(text[start:at], " "))
		}
		r.cols = append(r.cols, start+1)
		if r.comma == 0 {
			continue
		}
		for at < len(text) && text[at] == ' ' {
			at++
		}
		if at == len(text) {
			break
		}
		if text[at] != r.comma {
			return place{line: number, col: at + 1}.errorf("%q was expected after a name in quotes", string(r.comma))
		}
		at++
	}
	if len(r.fields) == 0 {
		r.fields, r.cols = append(r.fields, ""), append(r.cols, 1)
	}
	return nil
}

// sortNumbers numbers the nodes by their names if those are whole numbers without leading zeros.
func (r *edgeListReader) sortNumbers() {
	b := r.b
	value := make([]int64, len(b.names))
	for k, name := range b.names {
		v, err := strconv.ParseInt(name, 10, 64)
		if err != nil || strconv.FormatInt(v, 10) != name {
			return
		}
		value[k] = v
	}
	order := make([]int32, len(value))
	for k := range order {
		order[k] = int32(k)
	}
	slices.SortFunc(order, func(x, y int32) int {
		if value[x] < value[y] {
			return -1
		}
		if value[x] > value[y] {
			return 1
		}
		return 0
	})
	rank := make([]int32, len(order))
	names := make([]string, len(order))
	for at, k := range order {
		rank[k] = int32(at)
		names[at] = b.names[k]
		b.kind[k] = IntID
	}
	b.names = names
	for s, k := range b.nodeOf {
		if k >= 0 {
			b.nodeOf[s] = rank[k]
		}
	}
}

// separatorIn guesses what separates the fields of a list: comma or semicolon, whichever its first line has more of, or white space.
func separatorIn(data []byte) byte {
	for len(data) > 0 {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' || line[0] == '%' {
			continue
		}
		if k := bytes.IndexByte(line, '{'); k >= 0 {
			line = line[:k]
		}
		commas, semicolons := bytes.Count(line, []byte(",")), bytes.Count(line, []byte(";"))
		switch {
		case semicolons > commas:
			return ';'
		case commas > 0:
			return ','
		}
		break
	}
	return 0
}

// writeEdgeList writes one edge a line with its weight, as networkx's read_weighted_edgelist expects it, or where edges have further
// attributes with a dictionary, as read_edgelist does. Names that the format cannot hold are refused with the advice to use another.
func writeEdgeList(w io.Writer, g *Graph, comma bool) error {
	b := bufio.NewWriterSize(w, 1<<16)
	sep := byte(' ')
	if comma {
		sep = ','
	}
	fmt.Fprintf(b, "# %s\n", map[bool]string{true: "directed", false: "undirected"}[g.Directed])
	for k := range g.IDs {
		name := g.IDs[k]
		if name == "" || strings.ContainsAny(name, " \t\r\n,;{}\"#%") || !utf8.ValidString(name) {
			return fmt.Errorf("the name %q of node %d cannot stand in a list of edges; write GraphML or JSON", short(name), k)
		}
	}
	var line []byte
	if comma {
		line = append(line, "source,target"...)
		if g.W != nil {
			line = append(line, ",weight"...)
		}
		b.Write(append(line, '\n'))
	}
	if g.needsNodes() {
		for k := range g.N {
			b.WriteString(g.ID(k))
			b.WriteByte('\n')
		}
	}
	edges := newRows(g.Edge, len(g.I))
	for k := range g.I {
		line = append(line[:0], g.ID(int(g.I[k]))...)
		line = append(append(line, sep), g.ID(int(g.J[k]))...)
		fields := edges.of(k)
		switch {
		case comma || len(g.Edge) == 0:
			if g.W != nil {
				line = strconv.AppendFloat(append(line, sep), g.W[k], 'g', -1, 64)
			}
		default:
			line = append(line, " {"...)
			if g.W != nil {
				line = appendFloat(append(line, `"weight": `...), g.W[k])
			}
			for p, f := range fields {
				if p > 0 || g.W != nil {
					line = append(line, ", "...)
				}
				line = appendPython(append(appendText(line, f.name), ": "...), f.value)
			}
			line = append(line, '}')
		}
		if _, err := b.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

// appendPython writes a value as Python's literal. NaN and infinity have none; networkx refuses them as it would refuse these names.
func appendPython(out []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		if v {
			return append(out, "True"...)
		}
		return append(out, "False"...)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(out, strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+"))...)
		}
	case Raw:
		if v == "null" {
			return append(out, "None"...)
		}
	}
	return appendValue(out, v)
}

// needsNodes reports whether the edges alone would give another set or order of nodes.
func (g *Graph) needsNodes() bool {
	seen := make([]bool, g.N)
	next := 0
	numbers := g.IDs == nil || g.IDOf == IntID
	for k := range g.I {
		for _, v := range [2]int32{g.I[k], g.J[k]} {
			if seen[v] {
				continue
			}
			seen[v] = true
			if !numbers && int(v) != next {
				return true
			}
			next++
		}
	}
	return next < g.N
}
