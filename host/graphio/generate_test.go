package graphio

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// simple fails if a graph has loops or parallel edges.
func simple(t *testing.T, name string, g *Graph) {
	t.Helper()
	if err := g.Validate(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if _, dropped := g.Simple(); dropped > 0 {
		t.Errorf("%s has %d loops or parallel edges", name, dropped)
	}
}

// binomial compares counts of degrees with a binomial distribution by Pearson's chi square; z is its distance from the mean in
// standard deviations.
func binomial(counts map[int]int, total, trials int, p float64) (z float64) {
	chi, bins := 0.0, 0
	rest, restExpected := total, float64(total)
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	for k := 0; k <= trials; k++ {
		e := float64(total) * math.Exp(lg(trials)-lg(k)-lg(trials-k)+float64(k)*math.Log(p)+float64(trials-k)*math.Log1p(-p))
		if e < 10 {
			continue
		}
		d := float64(counts[k]) - e
		chi += d * d / e
		bins++
		rest -= counts[k]
		restExpected -= e
	}
	if restExpected > 1 {
		d := float64(rest) - restExpected
		chi += d * d / restExpected
		bins++
	}
	return (chi - float64(bins-1)) / math.Sqrt(2*float64(bins-1))
}

func TestErdosRenyi(t *testing.T) {
	const n, p = 20000, 0.0006
	for _, directed := range []bool{false, true} {
		g, err := ErdosRenyi(7, n, p, directed)
		if err != nil {
			t.Fatal(err)
		}
		simple(t, "G(n, p)", g)
		for name, degrees := range map[string][]int{"in": g.InDegrees(), "out": g.OutDegrees()} {
			counts := map[int]int{}
			for _, d := range degrees {
				counts[d]++
			}
			if z := binomial(counts, n, n-1, p); math.Abs(z) > 4 {
				t.Errorf("directed %v: %s-degrees are %.1f standard deviations from binomial", directed, name, z)
			}
		}
	}
	full, _ := ErdosRenyi(7, 10, 1, false)
	none, _ := ErdosRenyi(7, 10, 0, true)
	if full.Edges() != 45 || none.Edges() != 0 {
		t.Errorf("p = 1 has %d edges of 45, p = 0 has %d", full.Edges(), none.Edges())
	}
}

// TestErdosRenyiEdges counts how often each pair is chosen, for few and for most of the pairs.
func TestErdosRenyiEdges(t *testing.T) {
	for _, c := range []struct {
		m        int
		directed bool
	}{{4, false}, {12, false}, {5, true}, {27, true}, {15, false}, {0, false}} {
		const n, trials = 6, 4000
		counts := map[[2]int32]int{}
		for seed := range uint64(trials) {
			g, err := ErdosRenyiEdges(seed, n, c.m, c.directed)
			if err != nil || g.Edges() != c.m {
				t.Fatalf("%v: %v", c, err)
			}
			simple(t, "G(n, m)", g)
			for e := range g.I {
				counts[[2]int32{g.I[e], g.J[e]}]++
			}
		}
		pairs := n * (n - 1)
		if !c.directed {
			pairs /= 2
		}
		p := float64(c.m) / float64(pairs)
		for pair, k := range counts {
			if sd := math.Sqrt(trials * p * (1 - p)); math.Abs(float64(k)-trials*p) > 5*sd {
				t.Errorf("%v: the pair %v is chosen %d times of %d, expected %.0f", c, pair, k, trials, trials*p)
			}
		}
		if c.m > 0 && len(counts) != pairs {
			t.Errorf("%v: only %d of %d pairs are ever chosen", c, len(counts), pairs)
		}
	}
	g, err := ErdosRenyiEdges(1, 100000, 300000, false)
	if err != nil {
		t.Fatal(err)
	}
	simple(t, "a large G(n, m)", g)
}

// clustering is the mean of the local clustering coefficients.
func clustering(g *Graph) float64 {
	set := newPairSet(g.Edges())
	near := make([][]int32, g.N)
	for e := range g.I {
		set.add(unordered(g.I[e], g.J[e]))
		near[g.I[e]] = append(near[g.I[e]], g.J[e])
		near[g.J[e]] = append(near[g.J[e]], g.I[e])
	}
	sum := 0.0
	for _, v := range near {
		if len(v) < 2 {
			continue
		}
		closed := 0
		for a := range v {
			for b := range a {
				if set.has(unordered(v[a], v[b])) {
					closed++
				}
			}
		}
		sum += 2 * float64(closed) / float64(len(v)*(len(v)-1))
	}
	return sum / float64(g.N)
}

// TestWattsStrogatz holds the clustering against C(p) = C(0) (1-p)^3 with C(0) = 3(k-2)/(4(k-1)) (Barrat and Weigt 2000; it is
// exact for the ratio of means and within O(1/n) plus a few per cent for the mean of ratios), and distances against its ends.
func TestWattsStrogatz(t *testing.T) {
	const n, k = 10000, 10
	c0 := 3.0 * (k - 2) / (4 * (k - 1))
	for _, p := range []float64{0, 0.01, 0.1, 0.3, 1} {
		g, err := WattsStrogatz(3, n, k, p)
		if err != nil {
			t.Fatal(err)
		}
		simple(t, "Watts-Strogatz", g)
		if g.Edges() != n*k/2 {
			t.Errorf("%d edges", g.Edges())
		}
		want := c0 * math.Pow(1-p, 3)
		if got := clustering(g); math.Abs(got-want) > 0.02*c0 {
			t.Errorf("p = %g: clustering %.4f, formula %.4f", p, got, want)
		}
		moved := 0
		for e := range g.I {
			if d := (int(g.J[e]) - int(g.I[e]) + n) % n; d > k/2 {
				moved++
			}
		}
		if mean := p * float64(n*k/2); math.Abs(float64(moved)-mean) > 5*math.Sqrt(mean*(1-p))+0.002*mean {
			t.Errorf("p = %g: %d edges moved of %d", p, moved, g.Edges())
		}
	}
	if g, err := WattsStrogatz(3, 5, 4, 1); err != nil || g.Edges() != 10 {
		t.Errorf("a full graph: %v", err)
	}
}

// TestBarabasiAlbert fits the exponent of the degrees by maximum likelihood (Clauset, Shalizi, Newman 2009, eq. 3.7); the law is 3.
func TestBarabasiAlbert(t *testing.T) {
	const n, m = 100000, 3
	g, err := BarabasiAlbert(5, n, m)
	if err != nil {
		t.Fatal(err)
	}
	simple(t, "Barabási-Albert", g)
	degrees := g.Degrees()
	if g.Edges() != (n-m)*m || slices.Min(degrees) < 1 {
		t.Errorf("%d edges, smallest degree %d", g.Edges(), slices.Min(degrees))
	}
	const from = 20
	sum, count := 0.0, 0
	for _, d := range degrees {
		if d >= from {
			sum += math.Log(float64(d) / (from - 0.5))
			count++
		}
	}
	if alpha := 1 + float64(count)/sum; math.Abs(alpha-3) > 0.15 {
		t.Errorf("the exponent is %.3f of %d nodes, not 3", alpha, count)
	}
	// The exact law for large n is P(k) = 2m(m+1)/(k(k+1)(k+2)) (Dorogovtsev, Mendes, Samukhin 2000).
	for _, k := range []int{3, 4, 6, 10} {
		want := 2.0 * m * (m + 1) / float64(k*(k+1)*(k+2))
		got := 0
		for _, d := range degrees {
			if d == k {
				got++
			}
		}
		if f := float64(got) / n; math.Abs(f-want) > 5*math.Sqrt(want/n)+0.002 {
			t.Errorf("P(%d) is %.4f, the law %.4f", k, f, want)
		}
	}
	if _, n := g.Components(); n != 1 {
		t.Errorf("%d components", n)
	}
}

func TestConfiguration(t *testing.T) {
	degrees := make([]int, 5000)
	for k := range degrees {
		degrees[k] = k % 7
	}
	degrees[0]++
	if sum := 0; true {
		for _, d := range degrees {
			sum += d
		}
		if sum%2 != 0 {
			degrees[1]++
		}
	}
	g, err := Configuration(9, degrees)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(g.Degrees(), degrees) {
		t.Error("the degrees are not those asked for")
	}
	s, dropped := g.Simple()
	simple(t, "simple", s)
	// Of m edges <k²>-<k> over <k>, squared, a quarter are parallel, half of the ratio are loops: a few.
	if dropped == 0 || dropped > 40 {
		t.Errorf("%d loops and parallel edges", dropped)
	}
	in, out := make([]int, 100), make([]int, 100)
	for k := range in {
		in[k], out[k] = k%3, (k+1)%3
	}
	in[99] += 1
	out[0] += 1
	for sumOf(in) > sumOf(out) {
		out[1]++
	}
	for sumOf(out) > sumOf(in) {
		in[1]++
	}
	d, err := ConfigurationDirected(9, in, out)
	if err != nil || !slices.Equal(d.InDegrees(), in) || !slices.Equal(d.OutDegrees(), out) {
		t.Errorf("directed: %v", err)
	}
	// Every way to join four stubs is equally likely.
	ways := map[string]int{}
	for seed := range uint64(3000) {
		g, _ := Configuration(seed, []int{1, 1, 1, 1})
		for e := range g.I {
			if g.I[e] == 0 || g.J[e] == 0 {
				ways[fmt.Sprint(g.I[e]+g.J[e])]++
			}
		}
	}
	for w, k := range ways {
		if math.Abs(float64(k)-1000) > 5*math.Sqrt(3000*2./9) {
			t.Errorf("node 0 is joined with node %s %d times of 3000", w, k)
		}
	}
}

func sumOf(v []int) (s int) {
	for _, x := range v {
		s += x
	}
	return s
}

func TestLattice(t *testing.T) {
	for _, c := range []struct {
		dims  []int
		o     LatticeOptions
		edges int
	}{
		{[]int{5}, LatticeOptions{}, 4},
		{[]int{5}, LatticeOptions{Periodic: true}, 5},
		{[]int{5}, LatticeOptions{Periodic: true, Radius: 2}, 10},
		{[]int{3, 4}, LatticeOptions{}, 2*4 + 3*3},
		{[]int{3, 4}, LatticeOptions{Periodic: true}, 24},
		{[]int{3, 4}, LatticeOptions{Neighbours: Moore}, 2*4 + 3*3 + 2*2*3},
		{[]int{2, 2}, LatticeOptions{Periodic: true}, 4},
		{[]int{2, 2}, LatticeOptions{Periodic: true, Neighbours: Moore, Radius: 3}, 6},
		{[]int{2, 3, 4}, LatticeOptions{}, 3*4 + 2*2*4 + 2*3*3},
		{[]int{5, 5, 5}, LatticeOptions{Periodic: true, Neighbours: Moore}, 125 * 13},
		{[]int{9, 9}, LatticeOptions{Periodic: true, Neighbours: Disc, Radius: 2}, 81 * 6},
		{[]int{9, 9}, LatticeOptions{Periodic: true, Radius: 2}, 81 * 6},
		{[]int{1, 1}, LatticeOptions{Periodic: true, Neighbours: Moore}, 0},
	} {
		g, err := Lattice(c.dims, c.o)
		if err != nil {
			t.Fatal(err)
		}
		simple(t, "lattice", g)
		if g.Edges() != c.edges {
			t.Errorf("%v %v: %d edges, want %d", c.dims, c.o, g.Edges(), c.edges)
		}
		if !c.o.Periodic && c.o.Neighbours == VonNeumann && c.o.Radius == 0 {
			for e := range g.I {
				d := 0.0
				for a := range g.Dim {
					d += math.Abs(g.Pos[int(g.I[e])*g.Dim+a] - g.Pos[int(g.J[e])*g.Dim+a])
				}
				if d != 1 {
					t.Errorf("%v: neighbours at distance %v", c.dims, d)
				}
			}
		}
	}
}

// TestSameSeed holds every generator to the graph it has always given: a change would silently change published networks.
func TestSameSeed(t *testing.T) {
	degrees := []int{3, 1, 4, 1, 5, 9, 2, 6, 5, 4}
	for name, c := range map[string]struct {
		make func(seed uint64) (*Graph, error)
		want uint64
	}{
		"G(n, p)":       {func(s uint64) (*Graph, error) { return ErdosRenyi(s, 1000, 0.01, false) }, wantGNP},
		"G(n, m)":       {func(s uint64) (*Graph, error) { return ErdosRenyiEdges(s, 1000, 5000, true) }, wantGNM},
		"small world":   {func(s uint64) (*Graph, error) { return WattsStrogatz(s, 1000, 6, 0.2) }, wantWS},
		"preferential":  {func(s uint64) (*Graph, error) { return BarabasiAlbert(s, 1000, 4) }, wantBA},
		"configuration": {func(s uint64) (*Graph, error) { return Configuration(s, degrees) }, wantCM},
	} {
		g, err := c.make(42)
		if err != nil {
			t.Fatal(err)
		}
		if h := hash(g); h != c.want {
			t.Errorf("%s: hash %#x, want %#x", name, h, c.want)
		}
		other, _ := c.make(43)
		if hash(other) == c.want {
			t.Errorf("%s: another seed gives the same graph", name)
		}
	}
}

func hash(g *Graph) uint64 {
	h := fnv.New64a()
	for e := range g.I {
		fmt.Fprintf(h, "%d %d\n", g.I[e], g.J[e])
	}
	return h.Sum64()
}

func TestGeneratorErrors(t *testing.T) {
	for _, c := range []struct {
		err  func() error
		want string
	}{
		{func() error { _, err := ErdosRenyi(1, 10, 1.5, false); return err }, "between 0 and 1"},
		{func() error { _, err := ErdosRenyi(1, 10, math.NaN(), false); return err }, "between 0 and 1"},
		{func() error { _, err := ErdosRenyi(1, -1, 0, false); return err }, "-1 nodes"},
		{func() error { _, err := ErdosRenyi(1, 1<<30, 0.5, false); return err }, "at most"},
		{func() error { _, err := ErdosRenyiEdges(1, 4, 7, false); return err }, "room for 6"},
		{func() error { _, err := WattsStrogatz(1, 10, 3, 0); return err }, "even number"},
		{func() error { _, err := WattsStrogatz(1, 4, 4, 0); return err }, "below 4"},
		{func() error { _, err := BarabasiAlbert(1, 3, 3); return err }, "1 to 2"},
		{func() error { _, err := Configuration(1, []int{1, 2}); return err }, "even"},
		{func() error { _, err := Configuration(1, []int{-1}); return err }, "node 0 is -1"},
		{func() error { _, err := ConfigurationDirected(1, []int{1}, []int{2}); return err }, "equal"},
		{func() error { _, err := Lattice(nil, LatticeOptions{}); return err }, "1 to 3"},
		{func() error { _, err := Lattice([]int{1 << 20, 1 << 20}, LatticeOptions{}); return err }, "at most"},
	} {
		if err := c.err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// BenchmarkMillion makes graphs of 1e6 edges.
func BenchmarkMillion(b *testing.B) {
	for name, f := range map[string]func() (*Graph, error){
		"gnp":           func() (*Graph, error) { return ErdosRenyi(1, 100000, 2e-4, false) },
		"gnm":           func() (*Graph, error) { return ErdosRenyiEdges(1, 100000, 1000000, false) },
		"wattsstrogatz": func() (*Graph, error) { return WattsStrogatz(1, 100000, 20, 0.1) },
		"barabasi":      func() (*Graph, error) { return BarabasiAlbert(1, 100000, 10) },
		"lattice":       func() (*Graph, error) { return Lattice([]int{708, 708}, LatticeOptions{}) },
		"configuration": func() (*Graph, error) {
			d := make([]int, 100000)
			for k := range d {
				d[k] = 20
			}
			return Configuration(1, d)
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				start := time.Now()
				g, err := f()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(g.Edges())/time.Since(start).Seconds()/1e6, "Medges/s")
			}
		})
	}
}

const (
	wantGNP = 0x727928d737a9122a
	wantGNM = 0xd9abcfdd8440c12a
	wantWS  = 0x14218e63f68fee75
	wantBA  = 0x6d4c9894a6ec8676
	wantCM  = 0xc85cf30cbc4c74d6
)
