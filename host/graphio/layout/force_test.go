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
	"github.com/galvani-sim/galvani/host/record"
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

// TestForces holds the tree against the sum over all pairs.
func TestForces(t *testing.T) {
	for _, name := range []string{"lattice", "scalefree", "several"} {
		g := graphs()[name]
		for _, dim := range []int{2, 3} {
			fast := force(t, g, Options{Dim: dim, Seed: 3})
			exact := force(t, g, Options{Dim: dim, Seed: 3, Theta: 1e-9})
			// Of the exact one a few nodes are checked against the formula.
			p, _ := exact.Positions()
			want := exact.Forces()
			for _, k := range []int{0, g.N / 3, g.N - 1} {
				var f [3]float64
				for j := range g.N {
					var r [3]float64
					q := Softening
					for c := range 3 {
						r[c] = float64(p[3*k+c]) - float64(p[3*j+c])
						q += r[c] * r[c]
					}
					for c := range 3 {
						f[c] += exact.params.Repulsion * r[c] / math.Pow(q, float64(dim+1)/2)
					}
				}
				for _, j := range exact.links.Neighbours(k) {
					a, b := float64(exact.links.Degree(k)), float64(exact.links.Degree(int(j)))
					d := 0.0
					for c := range 3 {
						d += math.Pow(float64(p[3*k+c])-float64(p[3*int(j)+c]), 2)
					}
					d = math.Sqrt(d)
					for c := range 3 {
						f[c] -= 1 / math.Min(a, b) * b / (a + b) * (float64(p[3*k+c]) - float64(p[3*int(j)+c])) * (1 - 1/d)
					}
				}
				for c := range 3 {
					f[c] -= exact.params.Gravity * float64(p[3*k+c])
					if math.Abs(f[c]-float64(want[3*k+c])) > 2e-4*(1+math.Abs(f[c])) {
						t.Errorf("%s %dD: the force on node %d along axis %d is %v, the formula gives %v", name, dim, k, c, want[3*k+c], f[c])
					}
				}
			}
			got := fast.Forces()
			d, s := 0.0, 0.0
			for k := range got {
				d += math.Pow(float64(got[k]-want[k]), 2)
				s += math.Pow(float64(want[k]), 2)
			}
			if e := math.Sqrt(d / s); e > 0.06 {
				t.Errorf("%s %dD: the tree's forces differ by %.4f", name, dim, e)
			}
		}
	}
}

// TestQuality settles graphs whose shape is known, and others against random positions.
func TestQuality(t *testing.T) {
	for name, c := range map[string]struct {
		dim                        int
		spread, stress, neighbours float64
	}{
		"lattice": {2, 0.1, 0.02, 0.98},
		"ring":    {2, 0.05, 0.03, 0.99},
		"cube":    {3, 0.1, 0.03, 0.98},
		"several": {2, 0.35, 0.12, 0.8},
	} {
		g := graphs()[name]
		f := force(t, g, Options{Dim: c.dim, Seed: 1})
		if err := f.Step(1000); err != nil || !f.Settled() {
			t.Fatal(err)
		}
		p, _ := f.Positions()
		if q := Measure(f.links, p); q.Spread > c.spread || q.Stress > c.stress || q.Neighbours < c.neighbours {
			t.Errorf("%s: %+v, want at most %v and %v, at least %v", name, q, c.spread, c.stress, c.neighbours)
		}
	}
	for _, name := range []string{"smallworld", "tree"} {
		g := graphs()[name]
		f := force(t, g, Options{Seed: 1})
		_ = f.Step(1000)
		p, _ := f.Positions()
		q, random := Measure(f.links, p), Measure(f.links, Random(1, g.N, 2))
		if q.Stress > 0.8*random.Stress || q.Neighbours < 2*random.Neighbours {
			t.Errorf("%s: %+v is hardly better than random %+v", name, q, random)
		}
	}
}

// TestTogether: components neither fly apart nor lie on each other.
func TestTogether(t *testing.T) {
	g := graphs()["several"]
	for _, dim := range []int{2, 3} {
		f := force(t, g, Options{Dim: dim, Seed: 1})
		_ = f.Step(1000)
		f.Heat(1, false)
		_ = f.Step(1000)
		p, _ := f.Positions()
		far := 0.0
		for _, x := range p {
			far = math.Max(far, math.Abs(float64(x)))
		}
		if far > 3*math.Sqrt(float64(g.N)) {
			t.Errorf("%dD: a node of %d is %.0f away", dim, g.N, far)
		}
		for i := range g.N {
			for j := range i {
				d := 0.0
				for c := range 3 {
					d += math.Pow(float64(p[3*i+c]-p[3*j+c]), 2)
				}
				if math.Sqrt(d) < 0.1 {
					t.Fatalf("%dD: nodes %d and %d are %.3f apart", dim, i, j, math.Sqrt(d))
				}
			}
		}
	}
}

func TestSameSeed(t *testing.T) {
	g := graphs()["smallworld"]
	run := func(seed uint64, cores int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		f := force(t, g, Options{Seed: seed})
		_ = f.Step(50)
		p, _ := f.Positions()
		return p
	}
	p := run(1, 1)
	if !slices.Equal(p, run(1, 7)) {
		t.Error("the positions depend on the number of cores")
	}
	if slices.Equal(p, run(2, 1)) {
		t.Error("another seed gives the same positions")
	}
}

func TestHands(t *testing.T) {
	g := graphs()["lattice"]
	f := force(t, g, Options{Seed: 1})
	_ = f.Step(1000)
	if err := f.Pin(5, 30, 30, 7); err != nil {
		t.Fatal(err)
	}
	f.Heat(0.3, true)
	_ = f.Step(500)
	p, _ := f.Positions()
	if p[15] != 30 || p[16] != 30 || p[17] != 0 || f.Settled() {
		t.Errorf("the pinned node is at %v, settled %v", p[15:18], f.Settled())
	}
	if d := math.Hypot(float64(p[12]-p[15]), float64(p[13]-p[16])); d > 30 {
		t.Errorf("its neighbour stays %v away", d)
	}
	f.Unpin(5)
	f.Heat(1, false)
	_ = f.Step(1000)
	if q := Measure(f.links, p); !f.Settled() || q.Spread > 0.25 || q.Neighbours < 0.8 {
		t.Errorf("after it is freed: %+v", q)
	}
	if err := f.SetEdges(g.N+1, append(slices.Clone(g.I), 3), append(slices.Clone(g.J), int32(g.N))); err != nil {
		t.Fatal(err)
	}
	_ = f.Step(1000)
	p, _ = f.Positions()
	if d := math.Hypot(float64(p[3*g.N]-p[9]), float64(p[3*g.N+1]-p[10])); len(p) != 3*g.N+3 || d > 2 {
		t.Errorf("the new node is %v away from its neighbour", d)
	}
	for _, err := range []error{f.Pin(-1, 0, 0, 0), f.Pin(0, float32(math.Inf(1)), 0, 0), f.SetEdges(1, []int32{0}, []int32{1})} {
		if err == nil {
			t.Error("nonsense is taken")
		}
	}
	for _, o := range []Options{{Dim: 4}, {Start: make([]float32, 2)}, {Repulsion: -1}, {Gravity: math.NaN()}} {
		if _, err := NewForce(1, nil, nil, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	empty := force(t, &graphio.Graph{}, Options{})
	_ = empty.Step(3)
}

// TestSpring compares with networkx from the same start; see ../testdata/make.py.
func TestSpring(t *testing.T) {
	g, err := graphio.ReadFile("../testdata/karate.npy")
	if err != nil {
		t.Fatal(err)
	}
	for _, dim := range []int{2, 3} {
		start := make([]float32, 3*g.N)
		for n := range g.N {
			r, a := float64(n+1)/34, 2.4*float64(n)
			start[3*n], start[3*n+1] = float32(math.Cos(a)*r), float32(math.Sin(a)*r)
			if dim == 3 {
				start[3*n+2] = float32(float64(n*7%34) / 34)
			}
		}
		iterations, name := 50, "../testdata/karate_spring.npy"
		if dim == 3 {
			iterations, name = 20, "../testdata/karate_spring3.npy"
		}
		got, err := Spring(g, SpringOptions{Dim: dim, Start: start, Iterations: iterations})
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := record.ReadNPY(file, -1)
		_ = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		for n := range g.N {
			for c := range dim {
				if w := want.Float64s()[dim*n+c]; math.Abs(float64(got[3*n+c])-w) > 2e-5 {
					t.Errorf("%dD node %d axis %d: %v, networkx %v", dim, n, c, got[3*n+c], w)
				}
			}
		}
	}
	if _, err := Spring(&graphio.Graph{N: MaxSpring + 1}, SpringOptions{}); err == nil {
		t.Error("a large graph is taken")
	}
}

func TestSimple(t *testing.T) {
	circle := Circle(4, 2)
	for k, want := range []float32{1, 0, 0, 0, 1, 0, -1, 0, 0, 0, -1, 0} {
		if math.Abs(float64(circle[k]-want)) > 1e-6 {
			t.Errorf("circle: %v", circle)
			break
		}
	}
	sphere := Circle(100, 3)
	for k := range 100 {
		if r := math.Hypot(math.Hypot(float64(sphere[3*k]), float64(sphere[3*k+1])), float64(sphere[3*k+2])); math.Abs(r-1) > 1e-6 {
			t.Errorf("node %d of the sphere has radius %v", k, r)
		}
	}
	if grid := Grid(4, 2); !slices.Equal(grid, []float32{-0.5, 0.5, 0, 0.5, 0.5, 0, -0.5, -0.5, 0, 0.5, -0.5, 0}) {
		t.Errorf("grid: %v", grid)
	}
	if cube := Grid(8, 3); !slices.Equal(cube[21:], []float32{0.5, -0.5, 0.5}) {
		t.Errorf("cube: %v", cube)
	}
	for _, x := range Random(1, 100, 3) {
		if x < 0 || x >= 1 {
			t.Errorf("random: %v", x)
		}
	}
	if p, err := From3([]float64{1, 2, 3, 4}, 2, 2); err != nil || !slices.Equal(p, []float32{1, 2, 0, 3, 4, 0}) {
		t.Errorf("given: %v, %v", p, err)
	}
	if _, err := From3([]float64{1, math.NaN()}, 1, 2); err == nil {
		t.Error("NaN is a position")
	}
}

// TestPictures draws the graphs for LAYOUT_PICTURES=FOLDER, to be looked at, with figures of their quality.
func TestPictures(t *testing.T) {
	folder := os.Getenv("LAYOUT_PICTURES")
	if folder == "" {
		t.Skip("draws pictures with LAYOUT_PICTURES=FOLDER")
	}
	for name, g := range graphs() {
		for _, dim := range []int{2, 3} {
			f := force(t, g, Options{Dim: dim, Seed: 1})
			_ = f.Step(300)
			p, _ := f.Positions()
			t.Logf("%-10s %dD %+.3v, random %+.3v", name, dim, Measure(f.links, p), Measure(f.links, Random(1, g.N, dim)))
			draw(t, fmt.Sprintf("%s/%s%d.png", folder, name, dim), g, p)
		}
	}
}

// BenchmarkStep is the time of a step with ten edges for each node.
func BenchmarkStep(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		for _, dim := range []int{2, 3} {
			g := must(graphio.WattsStrogatz(1, n, 20, 0.05))
			start := time.Now()
			f := force(b, g, Options{Dim: dim})
			made := time.Since(start)
			b.Run(fmt.Sprintf("%d/%dD", n, dim), func(b *testing.B) {
				for b.Loop() {
					f.Heat(0.1, false)
					_ = f.Step(1)
				}
				b.ReportMetric(made.Seconds()*1e3, "ms-start")
			})
		}
	}
}
