package graphio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// describe gives a graph as make.py's want does.
func describe(g *Graph) string {
	var b strings.Builder
	word := map[bool]string{true: "directed", false: "undirected"}[g.Directed]
	kind := map[bool]string{true: "multi", false: "simple"}[g.Multi]
	fmt.Fprintf(&b, "%s %s\n", word, kind)
	attrs := func(list []*Attr, k int, more map[string]string) {
		all := map[string]string{}
		maps.Copy(all, more)
		for _, a := range list {
			if v := a.Get(k); v != nil {
				all[a.Name] = python(v)
			}
		}
		names := make([]string, 0, len(all))
		for name := range all {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(&b, " %s=%s", name, all[name])
		}
		b.WriteString("\n")
	}
	for k := range g.N {
		fmt.Fprintf(&b, "node %s", g.ID(k))
		more := map[string]string{}
		if g.Pos != nil && !math.IsNaN(g.Pos[k*g.Dim]) {
			p := make([]string, g.Dim)
			for c := range p {
				p[c] = python(g.Pos[k*g.Dim+c])
			}
			more["pos"] = "[" + strings.Join(p, ",") + "]"
		}
		attrs(g.Node, k, more)
	}
	for k := range g.I {
		fmt.Fprintf(&b, "edge %s %s", g.ID(int(g.I[k])), g.ID(int(g.J[k])))
		more := map[string]string{}
		if g.W != nil {
			more["weight"] = python(g.W[k])
		}
		attrs(g.Edge, k, more)
	}
	return b.String()
}

func python(v any) string {
	if f, ok := asFloat(v); ok {
		if t, ok := v.(bool); ok {
			return strconv.FormatBool(t)
		}
		// repr switches to exponents elsewhere; the reference values need none.
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		if f != 0 && math.Abs(f) < 1e-4 {
			s = strings.Replace(strconv.FormatFloat(f, 'e', -1, 64), "e-0", "e-0", 1)
		}
		return s
	}
	if r, ok := v.(Raw); ok {
		var out bytes.Buffer
		if json.Compact(&out, []byte(r)) == nil {
			return out.String()
		}
	}
	return valueText(v)
}

func open(t testing.TB, name string) *Graph {
	t.Helper()
	g, err := ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return g
}

func expect(t *testing.T, name, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

func fileText(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func parse(text string, f Format) (*Graph, error) { return Read(strings.NewReader(text), f) }
