package layout

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/host/graphio"
)

func force(t testing.TB, g *graphio.Graph, o Options) *Force {
	t.Helper()
	f, err := NewForce(g.N, g.I, g.J, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func must(g *graphio.Graph, err error) *graphio.Graph {
	if err != nil {
		panic(err)
	}
	return g
}

func graphs() map[string]*graphio.Graph {
	several := must(graphio.ErdosRenyi(1, 1000, 0.0012, false))
	return map[string]*graphio.Graph{
		"lattice":    must(graphio.Lattice([]int{32, 32}, graphio.LatticeOptions{})),
		"ring":       must(graphio.Lattice([]int{300}, graphio.LatticeOptions{Periodic: true})),
		"cube":       must(graphio.Lattice([]int{10, 10, 10}, graphio.LatticeOptions{})),
		"smallworld": must(graphio.WattsStrogatz(1, 1000, 6, 0.02)),
		"scalefree":  must(graphio.BarabasiAlbert(1, 1000, 2)),
		"tree":       must(graphio.BarabasiAlbert(1, 1000, 1)),
		"random":     must(graphio.ErdosRenyi(1, 1000, 0.006, false)),
		"several":    several,
	}
}

func TestPrint(t *testing.T) {
	if os.Getenv("LAYOUT_PRINT") == "" {
		t.Skip("prints figures for LAYOUT_PRINT=1")
	}
	for name, g := range graphs() {
		for _, dim := range []int{2, 3} {
			f := force(t, g, Options{Dim: dim, Seed: 1})
			p, _ := f.Positions()
			before := Measure(f.links, p)
			start := time.Now()
			_ = f.Step(300)
			took := time.Since(start)
			after := Measure(f.links, p)
			random := Measure(f.links, Random(1, g.N, dim))
			fmt.Printf("%-10s %dD start %.3f -> settled %.3f random %.3f, %v, moved %.4f\n", name, dim, before, after, random, took/300, f.Movement())
			draw(t, fmt.Sprintf("/tmp/gvw/graphs-pics/%s%d.png", name, dim), g, p)
		}
	}
}

var _ = []any{math.Pi, runtime.NumCPU, slices.Sort[[]int]}
