package graphio

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/galvani-sim/galvani/host/record"
)

// place is where something stands in a file: line and column, or an offset of a text, for which lines are counted only when an
// error needs them.
type place struct {
	line, col int
	text      *jsonText
	offset    int
}

func (p place) errorf(format string, args ...any) *record.FormatError {
	if p.text != nil {
		p = p.text.lineOf(p.offset)
	}
	return &record.FormatError{Line: p.line, Column: p.col, Message: fmt.Sprintf(format, args...)}
}

// builder collects nodes and edges whose order in the file is free: an edge may come before its nodes.
type builder struct {
	g        *Graph
	slots    map[string]int32 // by what tells names apart
	nodeOf   []int32          // of each slot; -1: not declared yet
	firstUse []place          // of each slot that is not declared
	names    []string
	kind     []IDType
	node     attrs
	edge     attrs
	graph    attrs
	odd      *record.FormatError // what to note of the first weight that is no number
}

func newBuilder() *builder {
	return &builder{g: &Graph{}, slots: map[string]int32{}}
}

func (b *builder) slot(key string, at place) int32 {
	s, ok := b.slots[key]
	if !ok {
		s = int32(len(b.nodeOf))
		b.slots[key] = s
		b.nodeOf = append(b.nodeOf, -1)
		b.firstUse = append(b.firstUse, at)
	}
	return s
}

// declare adds a node; key tells nodes apart (its first byte the type), name and kind are its name.
func (b *builder) declare(key, name string, kind IDType, at place) (int, error) {
	s := b.slot(key, at)
	if b.nodeOf[s] >= 0 {
		return 0, at.errorf("the node %q is declared twice", short(name))
	}
	k := len(b.names)
	b.nodeOf[s] = int32(k)
	b.names, b.kind = append(b.names, name), append(b.kind, kind)
	return k, nil
}

// connect adds an edge between two keys.
func (b *builder) connect(from, to string, at place) int {
	b.g.I = append(b.g.I, b.slot(from, at))
	b.g.J = append(b.g.J, b.slot(to, at))
	return len(b.g.I) - 1
}

// finish resolves the edges' ends, takes weights and positions out of the attributes, and simplifies names that are the nodes' numbers.
func (b *builder) finish() (*Graph, error) {
	g := b.g
	for _, ends := range [][]int32{g.I, g.J} {
		for k, s := range ends {
			if b.nodeOf[s] < 0 {
				for key, slot := range b.slots {
					if slot == s {
						return nil, b.firstUse[s].errorf("an edge names the node %q, which the file does not declare", short(key[1:]))
					}
				}
			}
			ends[k] = b.nodeOf[s]
		}
	}
	g.N = len(b.names)
	b.ids()
	g.W = b.weights()
	if g.Dim == 0 {
		b.positions()
	}
	g.Node, g.Edge, g.Attrs = append(g.Node, b.node.list...), append(g.Edge, b.edge.list...), append(g.Attrs, b.graph.list...)
	return g, nil
}

func (b *builder) ids() {
	g := b.g
	numbers, ints := true, true
	for k, name := range b.names {
		ints = ints && b.kind[k] == IntID
		numbers = numbers && b.kind[k] != RawID && name == strconv.Itoa(k)
	}
	switch {
	case numbers:
		return
	case ints:
		g.IDOf = IntID
	default:
		for k := range b.names {
			if b.kind[k] != TextID {
				g.IDOf = RawID
			}
		}
		if g.IDOf == RawID {
			for k, name := range b.names {
				if b.kind[k] == TextID {
					b.names[k] = string(appendText(nil, name))
				}
			}
		}
	}
	g.IDs = b.names
}

// weights takes the edge attribute weight for weights if all that are given are numbers; nil: it is none, and stays an attribute.
func (b *builder) weights() []float64 {
	a := b.edge.find("weight")
	if a == nil {
		return nil
	}
	for _, v := range a.Values {
		if _, ok := asWeight(v); !ok {
			if b.odd != nil {
				b.g.Notes = append(b.g.Notes, b.odd)
			}
			return nil
		}
	}
	w := make([]float64, len(b.g.I))
	for k := range w {
		w[k] = 1
	}
	for p, k := range a.At {
		w[k], _ = asWeight(a.Values[p])
	}
	b.edge.remove("weight")
	return w
}

// positions takes the node attributes x, y and z for positions if every node has x and y and all that are given are finite numbers.
func (b *builder) positions() {
	n := b.g.N
	x, y, z := b.node.find("x"), b.node.find("y"), b.node.find("z")
	if n == 0 || x == nil || y == nil || len(x.At) != n || len(y.At) != n || z != nil && len(z.At) != n {
		return
	}
	axes := []*Attr{x, y}
	if z != nil {
		axes = append(axes, z)
	}
	pos := make([]float64, n*len(axes))
	for c, a := range axes {
		for k, v := range a.Values {
			f, ok := v.(float64)
			if i, isInt := v.(int64); isInt {
				f, ok = float64(i), true
			}
			if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
				return
			}
			pos[k*len(axes)+c] = f
		}
	}
	b.g.Pos, b.g.Dim = pos, len(axes)
	for _, a := range axes {
		b.node.remove(a.Name)
	}
}

// setPosition gives node k a position before the number of nodes is known.
func (b *builder) setPosition(k int, p []float64) {
	g := b.g
	if g.Dim == 0 {
		g.Dim = 2
	}
	if len(p) == 3 && g.Dim == 2 {
		// Spread what is there from the end on.
		n := len(g.Pos) / 2
		g.Pos = append(g.Pos, make([]float64, n)...)
		for q := n - 1; q >= 0; q-- {
			x, y := g.Pos[2*q], g.Pos[2*q+1]
			g.Pos[3*q], g.Pos[3*q+1], g.Pos[3*q+2] = x, y, float64(0*x)
		}
		g.Dim = 3
	}
	b.padPositions(k)
	for c := range g.Dim {
		v := 0.0
		if c < len(p) {
			v = p[c]
		}
		g.Pos = append(g.Pos, v)
	}
}

// padPositions fills up with NaN for n nodes.
func (b *builder) padPositions(n int) {
	for len(b.g.Pos) < n*b.g.Dim {
		b.g.Pos = append(b.g.Pos, math.NaN())
	}
}

// attrs is a list of attributes with a way to find them.
type attrs struct {
	list []*Attr
	by   map[string]*Attr
}

func (t *attrs) find(name string) *Attr { return t.by[name] }

// set gives element k a value; elements come in ascending order.
func (t *attrs) set(name string, k int, v any) error {
	a := t.by[name]
	if a == nil {
		a = &Attr{Name: name}
		if t.by == nil {
			t.by = map[string]*Attr{}
		}
		t.by[name] = a
		t.list = append(t.list, a)
	}
	if n := len(a.At); n > 0 && a.At[n-1] == int32(k) {
		return fmt.Errorf("the attribute %q is given twice", short(name))
	}
	a.At, a.Values = append(a.At, int32(k)), append(a.Values, v)
	return nil
}

func (t *attrs) remove(name string) {
	for k, a := range t.list {
		if a.Name == name {
			t.list = append(t.list[:k:k], t.list[k+1:]...)
			delete(t.by, name)
			return
		}
	}
}

// asWeight is a number, or a text that is one: files declare weights as texts, too.
func asWeight(v any) (float64, bool) {
	switch v := v.(type) {
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	case float64, int64:
		return asFloat(v)
	}
	return 0, false
}

// weigh checks a weight where it is read, so that the error, or the note that it is no number, has a place.
func (b *builder) weigh(name string, v any, at place) error {
	if name != "weight" {
		return nil
	}
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return at.errorf("the weight is %v; weights are finite numbers", f)
	}
	if _, ok := asWeight(v); !ok && v != nil && b.odd == nil {
		b.odd = at.errorf("the weight of an edge is %s, not a number: weights stay an attribute of the edges, and each edge counts as 1", short(fmt.Sprintf("%#v", v)))
	}
	return nil
}

func short(s string) string {
	if len(s) <= 60 {
		return s
	}
	end := 60
	for end > 56 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// trimPlace is an error's message without the place that it names.
func trimPlace(err error) string {
	var f *record.FormatError
	if errors.As(err, &f) {
		return f.Message
	}
	return err.Error()
}
