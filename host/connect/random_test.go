package connect

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/big"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestGapTableIsTheGeometricDistribution(t *testing.T) {
	for _, p := range []float64{0.1, 0.5, 0.999, 1e-3, 1e-6, math.Ldexp(1, -60), math.Nextafter(1, 0)} {
		g := newGaps(p)
		// The table takes p cut to 64 fractional bits.
		q := new(big.Float).SetPrec(4096).SetFloat64(math.Ldexp(math.Floor(math.Ldexp(p, 64)), -64))
		q.Sub(big.NewFloat(1).SetPrec(4096), q)
		power := big.NewFloat(1).SetPrec(4096)
		two64 := new(big.Float).SetPrec(4096).SetMantExp(big.NewFloat(1), 64)
		for k := range g.table {
			want := new(big.Float).SetPrec(4096).Sub(big.NewFloat(1).SetPrec(4096), power)
			want.Mul(want, two64)
			n, _ := want.Int(nil)
			if n.Cmp(new(big.Int).SetUint64(g.table[k])) != 0 {
				t.Fatalf("p = %v: table[%d] = %d, want %d", p, k, g.table[k], n)
			}
			power.Mul(power, q)
		}
		// The guide never points behind the entry that a search from zero would find.
		for i, k := range g.guide {
			if u := uint64(i) << g.shift; g.table[k] > u || int(k)+1 < len(g.table) && g.table[k+1] <= u {
				t.Fatalf("p = %v: guide[%d] = %d", p, i, k)
			}
		}
	}
}

func TestFixedProbabilityDegrees(t *testing.T) {
	const n, m, p = 3000, 2000, 0.05
	c := build(t, FixedProbability{P: p}, Key{Seed: 7, Stream: 3}, group("a", n), group("b", m)).CSR
	for _, side := range []struct {
		name   string
		post   bool
		trials int
	}{{"out", false, m}, {"in", true, n}} {
		d := degrees(c, side.post)
		h := histogram(d, 300)
		want := make([]float64, 300)
		for k := range want {
			want[k] = float64(len(d)) * distuv.Binomial{N: float64(side.trials), P: p}.Prob(float64(k))
		}
		chi2(t, side.name+"-degree", h, want)
	}
	// Every column is as likely as any other, also the first and the last.
	chi2(t, "columns", degrees(c, true), constant(m, float64(len(c.Index))/m))
}

func constant(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func TestFixedProbabilityOfSmallP(t *testing.T) {
	// p far below one over the table's length: most gaps take several draws.
	const n, p = 20000, 2e-5
	c := build(t, FixedProbability{P: p}, Key{Seed: 1}, group("a", n), group("b", n)).CSR
	mean := p * n * n
	if got := float64(len(c.Index)); math.Abs(got-mean) > 5*math.Sqrt(mean) {
		t.Errorf("%v synapses, expected %v", got, mean)
	}
	half := 0
	for _, x := range c.Index {
		if x < n/2 {
			half++
		}
	}
	if got := float64(half); math.Abs(got-mean/2) > 5*math.Sqrt(mean/4) {
		t.Errorf("%v of %v synapses in the first half", got, mean)
	}
}

func TestFixedProbabilityEdges(t *testing.T) {
	a, b := group("a", 13), group("b", 9)
	for _, c := range []struct {
		p         float64
		pre, post Shape
		allow     bool
		want      int
	}{
		{0, a, b, false, 0}, {1, a, b, false, 117}, {1, a, a, false, 156}, {1, a, a, true, 169},
		{1e-300, a, a, true, 0}, {1, group("one", 1), group("one", 1), false, 0}, {1, group("one", 1), group("two", 1), false, 1},
		{0.5, group("none", 0), a, false, 0}, {0.5, a, group("none", 0), false, 0}, {0.5, group("none", 0), group("none", 0), false, 0},
	} {
		m := build(t, FixedProbability{P: c.p, AllowSelf: c.allow}, Key{}, c.pre, c.post)
		if len(m.CSR.Index) != c.want {
			t.Errorf("p = %v from %s to %s: %d synapses, want %d", c.p, c.pre.Name, c.post.Name, len(m.CSR.Index), c.want)
		}
	}
	m := build(t, FixedProbability{P: 0.9}, Key{Seed: 5}, a, a).CSR
	for r := range m.Rows() {
		for _, x := range m.Index[m.RowPtr[r]:m.RowPtr[r+1]] {
			if int(x) == r {
				t.Errorf("element %d is connected with itself", r)
			}
		}
	}
}

func TestFixedNumber(t *testing.T) {
	const n, m, k = 400, 300, 40
	for _, c := range []struct {
		rule  Rule
		fixed bool // side with a fixed degree
	}{{FixedNumberPre{N: k}, true}, {FixedNumberPost{N: k}, false}} {
		x := build(t, c.rule, Key{Seed: 3}, group("a", n), group("b", m)).CSR
		for i, d := range degrees(x, c.fixed) {
			if d != k {
				t.Fatalf("%s: element %d has %d synapses, want %d", c.rule.Name(), i, d, k)
			}
		}
		rows, cols := float64(x.Rows()), float64(x.Cols())
		d := degrees(x, !c.fixed)
		want := make([]float64, 120)
		for v := range want {
			want[v] = cols * distuv.Binomial{N: rows, P: k / cols}.Prob(float64(v))
		}
		chi2(t, c.rule.Name()+": free degree", histogram(d, 120), want)
		for r := range x.Rows() {
			row := x.Index[x.RowPtr[r]:x.RowPtr[r+1]]
			for i := 1; i < len(row); i++ {
				if row[i] <= row[i-1] {
					t.Fatalf("%s: row %d is not strictly ascending", c.rule.Name(), r)
				}
			}
		}
	}
}

func TestFixedNumberChoosesEverySetEquallyOften(t *testing.T) {
	// 5 choose 2 = 10 sets, 20000 rows.
	const rows = 20000
	c := build(t, FixedNumberPost{N: 2}, Key{Seed: 11}, group("a", rows), group("b", 5)).CSR
	count := make([]int, 25)
	for r := range rows {
		count[c.Index[2*r]*5+c.Index[2*r+1]]++
	}
	var seen []int
	for _, n := range count {
		if n > 0 {
			seen = append(seen, n)
		}
	}
	if len(seen) != 10 {
		t.Fatalf("%d different sets, want 10", len(seen))
	}
	chi2(t, "sets", seen, constant(10, rows/10))
}

func TestFixedNumberEdges(t *testing.T) {
	a := group("a", 70)
	for _, n := range []int{0, 1, 35, 69} {
		if c := build(t, FixedNumberPre{N: n}, Key{}, a, a).CSR; len(c.Index) != 70*n {
			t.Errorf("n = %d: %d synapses", n, len(c.Index))
		}
	}
	c := build(t, FixedNumberPost{N: 70, AllowSelf: true}, Key{}, a, a).CSR
	for k, x := range c.Index {
		if int(x) != k%70 {
			t.Fatalf("all of 70: place %d holds %d", k, x)
		}
	}
	// A sparse row of a wide group takes the sorting path.
	c = build(t, FixedNumberPost{N: 3}, Key{}, group("a", 50), group("wide", 100000)).CSR
	if err := c.Verify(); err != nil {
		t.Error(err)
	}
}

// randomRules are built by the tests of determinism.
func randomRules(t testing.TB) []Rule {
	u, err := NewUniform(0.5, 1.5)
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNormal(2e-3, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	d, err := n.Bounded(0, 5e-3)
	if err != nil {
		t.Fatal(err)
	}
	return []Rule{
		FixedProbability{P: 0.1, Weight: u, Delay: d},
		FixedProbability{P: 0.003, Weight: u},
		FixedNumberPre{N: 17, Weight: u, Delay: d},
		FixedNumberPost{N: 90, Weight: u},
		AllToAll{Weight: u, Delay: d},
		OneToOne{Weight: u},
		Gaussian{Amp: 1, Sigma: 0.2, Limit: 0.01, Delay: d},
	}
}

func TestSameMatrixForAnyNumberOfThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	g := gridGroup("a", 1, 20, 27)
	for _, r := range randomRules(t) {
		var first, firstT *CSR
		for threads := 1; threads <= 8; threads++ {
			runtime.GOMAXPROCS(threads)
			c := build(t, r, Key{Seed: 42, Stream: 9}, g, g).CSR
			x := c.Transposed()
			if first == nil {
				first, firstT = c, x
				continue
			}
			if !sameCSR(c, first) || !sameCSR(x, firstT) {
				t.Errorf("%s: %d threads give another matrix than one", r.Name(), threads)
			}
		}
	}
}

// TestPinnedMatrices holds the integer algorithms: a changed fingerprint means that the same seed gives another network, on every
// user's machine and on every backend that draws by the same rule.
func TestPinnedMatrices(t *testing.T) {
	a, b := group("a", 200), group("b", 150)
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{FixedProbability{P: 0.1}, "3015 d4c3dba4f424eb9"},
		{FixedProbability{P: 1e-3}, "31 e10324ca19897c22"},
		{FixedNumberPre{N: 10}, "1500 c878c0cba9ebffcf"},
		{FixedNumberPost{N: 10}, "2000 1cf06aa786bd7e3a"},
	} {
		m := build(t, c.rule, Key{Seed: 0x1234567890abcdef, Stream: 77}, a, b).CSR
		h := fnv.New64a()
		for r := range m.Rows() {
			for _, x := range m.Index[m.RowPtr[r]:m.RowPtr[r+1]] {
				fmt.Fprintf(h, "%d %d\n", r, x)
			}
		}
		if got := fmt.Sprintf("%d %x", len(m.Index), h.Sum64()); got != c.want {
			t.Errorf("%s: synapses and hash %s, want %s", c.rule.Name(), got, c.want)
		}
	}
}

func TestSeedsAndStreamsDiffer(t *testing.T) {
	a := group("a", 100)
	var all []*CSR
	for _, k := range []Key{{1, 1}, {2, 1}, {1, 2}} {
		all = append(all, build(t, FixedProbability{P: 0.2}, k, a, a).CSR)
	}
	for i := range all {
		for j := range i {
			if sameCSR(all[i], all[j]) {
				t.Errorf("keys %d and %d give the same matrix", i, j)
			}
		}
	}
}

func BenchmarkBrunel(b *testing.B) {
	// 12500 x 12500 with p = 0.1: the connectivity of Brunel's network, 15.6 million synapses.
	a := group("a", 12500)
	u, err := NewUniform(0, 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		rule Rule
	}{
		{"probability", FixedProbability{P: 0.1, Weight: Constant(1)}},
		{"probability+weights", FixedProbability{P: 0.1, Weight: u}},
		{"number_pre", FixedNumberPre{N: 1250, Weight: Constant(1)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				build(b, c.rule, Key{Seed: 1}, a, a)
			}
		})
	}
	b.Run("transpose", func(b *testing.B) {
		m := build(b, FixedProbability{P: 0.1, Weight: Constant(1)}, Key{Seed: 1}, a, a).CSR
		b.ResetTimer()
		for range b.N {
			m.Transposed()
		}
	})
}

// Rows that are drawn straight into the result are those that are counted first.
func TestFixedProbabilityOnce(t *testing.T) {
	for _, c := range []struct {
		pre, post int
		p         float64
		self      bool
	}{{1, 1, 0.5, true}, {0, 5, 0.5, true}, {500, 300, 0, true}, {500, 300, 1e-5, true}, {500, 300, 0.1, true}, {77, 77, 0.9, false}, {1000, 1000, 0.01, false}} {
		a, b := group("a", c.pre), group("b", c.post)
		if !c.self {
			b = a
		}
		key := Key{Seed: 3, Stream: 9}
		got := build(t, FixedProbability{P: c.p, AllowSelf: c.self}, key, a, b).CSR
		candidates := b.N
		if !c.self {
			candidates--
		}
		want := &CSR{NPre: a.N, NPost: b.N, RowPtr: make([]int64, a.N+1)}
		d := &rowDraws{gaps: newGaps(c.p), at: key.Sub("rows").at(0), candidates: candidates, noSelf: !c.self}
		d.countAndFill(want, 7)
		if !slices.Equal(got.RowPtr, want.RowPtr) || !slices.Equal(got.Index, want.Index) {
			t.Errorf("%+v: %d synapses, and %d when they are counted first", c, len(got.Index), len(want.Index))
		}
		// Without room the first way gives up.
		if c.p == 0.1 && d.fillOnce(&CSR{NPre: a.N, NPost: b.N, RowPtr: make([]int64, a.N+1)}, 0.05) {
			t.Error("more synapses than there is room for")
		}
	}
}
