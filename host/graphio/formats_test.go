package graphio

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/written, which testdata/check.py reads with networkx")

// TestNetworkx reads what networkx wrote and compares with networkx's own account of the graph.
func TestNetworkx(t *testing.T) {
	for _, name := range []string{"full.graphml", "full.gexf", "full_links.json", "full_edges.json", "multi.json", "pos.json"} {
		expect(t, name, describe(open(t, name)), fileText(t, name+".want"))
	}
	if g := open(t, "full_links.json"); g.Name != "demo" {
		t.Errorf("the name is %q", g.Name)
	}
	// Keys of parallel edges become texts in GraphML, and stay numbers in GEXF.
	multi := fileText(t, "multi.json.want")
	expect(t, "multi.gexf", describe(open(t, "multi.gexf")), multi)
	expect(t, "multi.graphml", describe(open(t, "multi.graphml")), strings.NewReplacer("key=0.0", "key=0", "key=1.0", "key=1").Replace(multi))
	// x and y are positions.
	expect(t, "pos.graphml", describe(open(t, "pos.graphml")), fileText(t, "pos.json.want"))
	for _, name := range []string{"pos.gexf", "viz.json"} {
		g := open(t, name)
		if want := []float64{0.5, 0, 2, 1.5, -1, 2, 2.5, -2, 2, 3.5, -3, 2}; g.Dim != 3 || !slices.Equal(g.Pos, want) {
			t.Errorf("%s: positions %v in %d dimensions", name, g.Pos, g.Dim)
		}
	}
	tuples := open(t, "tuples.json")
	expect(t, "tuples.json", describe(tuples), fileText(t, "tuples.json.want"))
	odd := open(t, "odd.json")
	if odd.N != 2 || odd.IDs[0] != "1" || odd.IDs[1] != `"1"` || odd.IDOf != RawID {
		t.Errorf("1 and \"1\" are two nodes: %v", odd.IDs)
	}
	if v := Find(odd.Node, "v").Get(0); !math.IsNaN(v.(float64)) {
		t.Errorf("NaN is read as %v", v)
	}
	if v := Find(odd.Node, "big").Get(0); v != Raw("1180591620717411303424") {
		t.Errorf("2**70 is read as %v", v)
	}
}

func TestEdgeLists(t *testing.T) {
	want := "undirected simple\nnode 2\nnode 7\nnode 10\nnode 30\nedge 10 2 weight=0.5\nedge 2 7 weight=1.0\nedge 7 30 weight=-2.0\n"
	for _, name := range []string{"data.edgelist", "weighted.edgelist"} {
		expect(t, name, describe(open(t, name)), want)
	}
	expect(t, "plain.edgelist", describe(open(t, "plain.edgelist")), "undirected simple\nnode 2\nnode 7\nnode 10\nnode 30\nedge 10 2\nedge 2 7\nedge 7 30\n")
	for _, c := range []struct{ name, text, want string }{
		{"texts, comments", "% konect\n# c\nb a # tail\n\na c 2\n", "undirected simple\nnode b\nnode a\nnode c\nedge b a weight=1.0\nedge a c weight=2.0\n"},
		{"directed", "# directed\n0\t1\n3\n", "directed simple\nnode 0\nnode 1\nnode 3\nedge 0 1\n"},
		{"commas", "a,b,1.5\nb,\"c, d\",2\n", "undirected simple\nnode a\nnode b\nnode c, d\nedge a b weight=1.5\nedge b c, d weight=2.0\n"},
		{"header", "id;Target;Weight;Source\n7;b;2;a\n", "undirected simple\nnode a\nnode b\nedge a b id=7.0 weight=2.0\n"},
		{"columns", "0 1 2 1199\n", "undirected simple\nnode 0\nnode 1\nedge 0 1 column 4=1199.0 weight=2.0\n"},
		{"empty", "", "undirected simple\n"},
	} {
		g, err := parse(c.text, EdgeList)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		expect(t, c.name, describe(g), c.want)
	}
	g, err := parse("source,target\nx,y\n", CSV)
	if err != nil || g.N != 2 {
		t.Errorf("a csv with a header: %v, %v", g, err)
	}
	g, err = parse("0,1,2.5\n1,2,1\n", CSV)
	if err != nil || g.N != 3 || g.W[0] != 2.5 {
		t.Errorf("a csv of three columns: %v, %v", g, err)
	}
}

func TestMatrices(t *testing.T) {
	directed := "directed simple\nnode 0\nnode 1\nnode 2\nnode 3\nnode 4\nedge 0 1 weight=0.5\nedge 1 2 weight=2.0\nedge 4 0 weight=-1.0\n"
	for _, name := range []string{"directed.npy", "directed.csv", "general.mtx"} {
		expect(t, name, describe(open(t, name)), directed)
	}
	// In columns.
	last := "edge 4 0 weight=-1.0\n"
	expect(t, "array.mtx", describe(open(t, "array.mtx")), strings.Replace(strings.TrimSuffix(directed, last), "edge 0 1", last+"edge 0 1", 1))
	path := "undirected simple\nnode 0\nnode 1\nnode 2\nnode 3\nedge 0 1\nedge 1 2\nedge 2 3\n"
	for _, name := range []string{"path.npy", "path_f.npy", "sym_pattern.mtx", "array_sym.mtx"} {
		expect(t, name, describe(open(t, name)), path)
	}
	twice := strings.NewReplacer("edge 0 1", "edge 0 1 weight=2.0", "edge 1 2", "edge 1 2 weight=2.0", "edge 2 3", "edge 2 3 weight=2.0").Replace(path)
	for _, name := range []string{"sym_real.mtx", "sym_integer.mtx"} {
		expect(t, name, describe(open(t, name)), twice)
	}
	skew := open(t, "skew.mtx")
	if !skew.Directed || skew.Edges() != 6 {
		t.Errorf("skew-symmetric: %s", describe(skew))
	}
	g, err := parse("a,b\n0,1\n0,0\n", CSV)
	if err != nil || g.IDs[1] != "b" || g.Edges() != 1 {
		t.Errorf("a matrix with names: %v %v", g, err)
	}
}

// rich is a graph that uses everything that GraphML, GEXF and JSON keep.
func rich(directed, multi bool) *Graph {
	g := &Graph{N: 4, Directed: directed, Multi: multi, I: []int32{0, 1, 3}, J: []int32{1, 2, 3}, W: []float64{0.1, -2, 1e-30},
		IDs: []string{"a & b", "<b>", "ünï\n\"q\"", "d"}, Pos: []float64{0.5, 1, -1, 2, 1e9, 3, -0.25, 0}, Dim: 2, Name: "n1",
		Node: []*Attr{FloatAttr("rate", []float64{1.5, math.NaN(), 3, 4}), TextAttr("kind", []string{"x", " y ", "", "z"}),
			{Name: "n", At: []int32{2}, Values: []any{int64(1) << 60}}, {Name: "on", At: []int32{0, 3}, Values: []any{true, false}}},
		Edge: []*Attr{{Name: "tag", At: []int32{1}, Values: []any{"t"}}}}
	if multi {
		g.I, g.J, g.W = append(g.I, 0), append(g.J, 1), append(g.W, 7)
		g.Edge = append(g.Edge, TextAttr("key", []string{"0", "0", "0", "k2"}))
	}
	return g
}

// TestRoundTrips writes and reads back.
func TestRoundTrips(t *testing.T) {
	for _, f := range []Format{GraphML, GEXF, JSON} {
		for _, directed := range []bool{false, true} {
			for _, multi := range []bool{false, true} {
				g := rich(directed, multi)
				var b bytes.Buffer
				left, err := Write(&b, g, Options{Format: f})
				if err != nil || len(left) > 0 {
					t.Fatalf("%s: %v, left out %v", f, err, left)
				}
				back, err := Read(&b, f)
				if err != nil {
					t.Fatalf("%s: %v", f, err)
				}
				expect(t, string(f), describe(back), describe(g))
				if back.Name != g.Name {
					t.Errorf("%s: the name is %q", f, back.Name)
				}
			}
		}
	}
	three := &Graph{N: 2, I: []int32{0}, J: []int32{1}, Pos: []float64{1, 2, 3, 4, 5, 6}, Dim: 3}
	sparse := &Graph{N: 5, I: []int32{3, 1}, J: []int32{1, 1}, W: []float64{2, 0}, Directed: true}
	names := &Graph{N: 3, I: []int32{2, 0}, J: []int32{1, 2}, IDs: []string{"p", "q", "r"}}
	none := &Graph{N: 3}
	for _, f := range Formats() {
		for k, g := range []*Graph{three, sparse, names, none, {}} {
			var b bytes.Buffer
			left, err := Write(&b, g, Options{Format: f, EdgesKey: "edges"})
			if err != nil {
				if k == 1 && (f == NPY || f == CSV) && strings.Contains(err.Error(), "weight 0") {
					continue
				}
				t.Fatalf("%s %d: %v", f, k, err)
			}
			if f == CSV && k == 4 {
				continue // an empty file is no matrix
			}
			back, err := Read(&b, f)
			if err != nil {
				t.Fatalf("%s %d: %v", f, k, err)
			}
			want := *g
			if slices.Contains(left, "positions") {
				want.Pos = nil
			}
			if slices.Contains(left, "names of nodes") {
				want.IDs = nil
			}
			if f == NPY || f == CSV {
				for e := range back.I {
					if !slices.ContainsFunc([]int{0, 1}, func(q int) bool {
						return q < g.Edges() && (g.I[q] == back.I[e] && g.J[q] == back.J[e] || !g.Directed && g.I[q] == back.J[e] && g.J[q] == back.I[e])
					}) {
						t.Errorf("%s %d: edge %d to %d was not written", f, k, back.I[e], back.J[e])
					}
				}
				continue
			}
			if f == MTX && !g.Directed {
				want.I, want.J = slices.Clone(g.I), slices.Clone(g.J)
				for e := range want.I {
					want.I[e], want.J[e] = min(g.I[e], g.J[e]), max(g.I[e], g.J[e])
				}
			}
			expect(t, string(f), describe(back), describe(&want))
		}
	}
}

// TestWritten holds the files that networkx has read (testdata/check.py) against what is written now.
func TestWritten(t *testing.T) {
	big := &Graph{N: 3, I: []int32{0, 1}, J: []int32{1, 2}, W: []float64{0.5, 2}, Directed: true}
	for name, g := range map[string]*Graph{"rich.graphml": rich(false, false), "rich.gexf": rich(true, false), "rich.json": rich(true, false),
		"multi.graphml": rich(false, true), "multi.gexf": rich(false, true), "multi.json": rich(false, true),
		"list.edgelist": {N: 3, I: []int32{0, 2}, J: []int32{1, 0}, W: []float64{1, 2}, Edge: []*Attr{{Name: "on", At: []int32{1}, Values: []any{true}}}},
		"matrix.mtx":    big, "matrix.npy": big} {
		var b bytes.Buffer
		f, err := FormatOf(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Write(&b, g, Options{Format: f}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "written", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		expect(t, name, b.String(), fileText(t, filepath.Join("written", name)))
	}
}

func TestLeftOut(t *testing.T) {
	g := rich(true, false)
	g.IDs = nil
	var b bytes.Buffer
	left, err := Write(&b, g, Options{Format: MTX})
	if want := []string{"positions", "attributes of nodes", "attributes of edges", "the graph's name and attributes"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left out: %v, %v", left, err)
	}
	for _, c := range []struct {
		g    *Graph
		f    Format
		want string
	}{
		{&Graph{N: 1, IDs: []string{"a b"}}, EdgeList, `"a b"`},
		{&Graph{N: 1, IDs: []string{"\x01"}}, GraphML, "XML cannot"},
		{&Graph{N: 1 << 20}, NPY, "sparse one"},
		{&Graph{N: 2, I: []int32{0, 1}, J: []int32{1, 0}}, NPY, "two edges join"},
		{&Graph{N: 2, I: []int32{0}, J: []int32{2}}, JSON, "nodes 0 to 1"},
		{&Graph{N: 2, I: []int32{0}, J: []int32{1}, W: []float64{math.Inf(1)}}, JSON, "not a finite number"},
		{&Graph{N: 1}, "dot", "not known"},
	} {
		if _, err := Write(&b, c.g, Options{Format: c.f}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.f, err, c.want)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "g.graphml")
	if _, err := WriteFile(path, rich(false, false), Options{}); err != nil {
		t.Fatal(err)
	}
	g, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, path, describe(g), describe(rich(false, false)))
	if _, err := WriteFile(filepath.Join(dir, "bad.npy"), &Graph{N: 1 << 20}, Options{}); err == nil {
		t.Error("a matrix of 2^40 entries was written")
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.npy")); !os.IsNotExist(err) {
		t.Errorf("a failed write leaves a file: %v", err)
	}
	if _, err := ReadFile(filepath.Join(dir, "g.dot")); err == nil || !strings.Contains(err.Error(), ".graphml") {
		t.Errorf("unknown extension: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.json"), []byte("{\"nodes\": [{\"id\": 1},\n {\"id\": 1}]}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(filepath.Join(dir, "bad.json")); err == nil || !strings.HasSuffix(err.Error(), `bad.json:2:3: the node "1" is declared twice`) {
		t.Errorf("place: %v", err)
	}
}
