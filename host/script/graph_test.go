package script

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/graphio"
)

func TestGraphs(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "net.edgelist"), []byte("0 1 0.5\n1 2 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(text string) error {
		_, err := RunSource(context.Background(), filepath.Join(dir, "g.star"), text, Options{Engine: &spikeEngine{}, Figures: FigureOptions{Dir: out}})
		return err
	}
	if err := run(`
def same(a, b):
    if str(a) != str(b):
        fail("%s, not %s" % (a, b))

g = read_graph("net.edgelist")
same([g.n, g.number_of_edges(), list(g.i), list(g.j), list(g.w), list(g.degree())], [3, 2, [0, 1], [1, 2], [0.5, 2.0], [1, 2, 1]])
G = NeuronGroup(g, "v : 1")
S = Synapses(G, G, "w : siemens")
S.connect(g, weight="w", unit=nS)
same([list(S.i), list(S.j)], [[0, 1, 1, 2], [1, 2, 0, 1]])
same(list(S.w/nS), [0.5, 2.0, 0.5, 2.0])
write_graph("out.json", S, positions=layout(g, "circle"))
write_graph("sub/g.graphml", g)

L = lattice(3, 4)
H = NeuronGroup(L, "v : 1")
same([len(H), L.number_of_edges(), list(L.components())], [12, 17, [0] * 12])
same(L.positions.shape, (12, 2))
same(layout(L, "spring", seed=1, dim=3).shape, (12, 3))
same(list(layout(L, seed=1)[3]), list(layout(L, "force", seed=1)[3]))
same(list(erdos_renyi(50, p=0.1, seed=3).i), list(erdos_renyi(50, 0.1, seed=3).i))
same(erdos_renyi(50, m=17).number_of_edges(), 17)
same(watts_strogatz(20, 4, 0.1).number_of_edges(), 40)
same(barabasi_albert(20, 2).number_of_edges(), 36)
same(list(configuration_model([3, 1, 1, 1]).degree()), [3, 1, 1, 1])
same(list(make_graph(3, [0], [2], directed=True).in_degree()), [0, 0, 1])
A = NeuronGroup(2, "v : 1")
B = Synapses(A, G)
B.connect(i=[1], j=[2])
write_graph("two.gexf", B)
`); err != nil {
		t.Fatal(err)
	}
	g, err := graphio.ReadFile(filepath.Join(out, "out.json"))
	if err != nil || g.N != 3 || g.Edges() != 4 || g.W[1] != 2e-9 || g.Pos[0] != 1 || !g.Directed {
		t.Errorf("out.json: %+v, %v", g, err)
	}
	if g, err = graphio.ReadFile(filepath.Join(out, "two.gexf")); err != nil || g.N != 5 || g.I[0] != 1 || g.J[0] != 4 {
		t.Errorf("two.gexf: %+v, %v", g, err)
	}
	if _, err = graphio.ReadFile(filepath.Join(out, "sub", "g.graphml")); err != nil {
		t.Error(err)
	}
	for _, c := range [][2]string{
		{`write_graph("../x.json", lattice(2))`, "outside the output folder"},
		{`write_graph("/tmp/x.json", lattice(2))`, "outside the output folder"},
		{`read_graph("/etc/passwd", format="edgelist")`, "outside the folders"},
		{`read_graph("none.json")`, "no file"},
		{`write_graph("x.dot", lattice(2))`, ".graphml"},
		{`erdos_renyi(10)`, "one of p= and m="},
		{`erdos_renyi(10, 2)`, "between 0 and 1"},
		{`layout(lattice(2), "banana")`, `no layout "banana"`},
		{`lattice(2, neighbours="x")`, "moore"},
		{`NeuronGroup(lattice(2), "v : 1").nothing`, "nothing"},
		{`G = NeuronGroup(3, "v : 1")
S = Synapses(G, G, "w : 1")
S.connect(lattice(2))`, "has 2 nodes"},
		{`G = NeuronGroup(2, "v : 1")
S = Synapses(G, G, "w : volt")
S.connect(lattice(2), weight="w")`, "what a weight of 1 means"},
		{`G = NeuronGroup(2, "v : 1")
S = Synapses(G, G, "w : 1")
S.connect(lattice(2), weight="u")`, `"u"`},
		{`lattice(2).colour`, "colour"},
		{`lattice(2).attribute("x")`, "the graph has none"},
	} {
		if err := run(c[0]); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: got %v, want %q", c[0], err, c[1])
		}
	}
}

// A file whose weights are no numbers is read with a warning, once, that names the line.
func TestReadGraphSaysWeightsAreTexts(t *testing.T) {
	dir := t.TempDir()
	text := "{\"nodes\": [{\"id\": 0}, {\"id\": 1}],\n\"links\": [{\"source\": 0, \"target\": 1, \"weight\": \"strong\"}]}"
	if err := os.WriteFile(filepath.Join(dir, "net.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var warned []string
	_, err := RunSource(context.Background(), filepath.Join(dir, "g.star"), "for k in range(2):\n    g = read_graph(\"net.json\")\n", Options{Engine: &spikeEngine{},
		Warn: func(l diag.List) { warned = append(warned, l.Error()) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(warned) != 1 || !strings.Contains(warned[0], "net.json:2") || !strings.Contains(warned[0], `"strong", not a number`) || !strings.Contains(warned[0], "g.star:2") {
		t.Errorf("warnings: %q", warned)
	}
}
