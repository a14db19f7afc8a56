package plan_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Conditions of the kinds that people write, with the parts that they are taken apart into.
var separations = []struct{ condition, how string }{
	{"i < limit", "i alone"},
	{"j >= limit and True", "j alone"},
	{"i != j", "i - j alone"},
	{"j == i + 1", "i - j alone"},
	{"i == j - 2 or i == j + 2", "i - j alone"},
	{"abs(i - j) < 3", "i - j alone"},
	{"abs(i - j) < 2.5 and i != j", "i - j alone"},
	{"(i - j) % 3 == 1", "i - j alone"},
	{"exp(-abs(i - j)/2.0) > 0.3", "i - j alone"},
	{"min(abs(i - j), N_post - abs(i - j)) <= 2", "i - j alone"},
	{"i // 3 == j // 3", "a value of i against one of j"},
	{"i % 3 == j % 3", "a value of i against one of j"},
	{"i < j", "i - j alone"},
	{"not (i >= 2*j)", "a value of i against one of j"},
	{"2*i + j < 12", "a value of i against one of j"},
	{"x_pre < y_post", "a value of i against one of j"},
	{"x_pre*0.1 != n_post", "a value of i against one of j"},
	{"n_post == i % 4", "a value of i against one of j"},
	{"n_post > i % 4 and j > 2 and i != 4", "i alone; j alone; a value of i against one of j"},
	{"not (i == 3 or i == j or x_pre > y_post)", "i alone; i - j alone; what is left, pair by pair"},
	{"i < 5 and x_pre + y_post > 9", "i alone; what is left, pair by pair"},
	{"x_pre + y_post > 9", "every pair is looked at"},
	{"log(x_pre - 10) > y_post", "a value of i against one of j"},
	{"0/(x_pre - x_pre) != n_post", "a value of i against one of j"},
	{"i > 100", "i alone"},
}

var probabilities = []struct{ p, how string }{
	{"", ""}, {"0.4", "; one probability"}, {"0.1 + 0.08*i", "; a probability of i"}, {"y_post/10 - 1", "; a probability of j"}, {"1", "; one probability"},
}

func connection(condition, p string, n int) *net.Connection {
	c := &net.Connection{Condition: text(condition), N: n, Namespace: names{"limit": 3}}
	if p != "" {
		c.P = text(p)
	}
	return c
}

// wholeCheck is a condition that is always true but draws a number, so that every pair is looked at.
const wholeCheck = "(%s) and rand() >= 0"

// A condition that is taken apart gives the synapses that looking at every pair gives, with every kind of probability.
func TestSeparateEqualsPairs(t *testing.T) {
	for _, c := range separations {
		for _, p := range probabilities {
			w := newWires(connection(c.condition, p.p, 2))
			res, err := plan.Build(w.Network, options(1))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Join(res.Connecting["S"], ""), "connect0: "+c.how+p.how; got != want && !(c.condition == "i != j" && p.p == "") {
				t.Errorf("%s, p %s: %s, want %s", c.condition, p.p, got, want)
			}
			got := ends(t, newWires(connection(c.condition, p.p, 2)), 1)
			want := ends(t, newWires(connection(fmt.Sprintf(wholeCheck, c.condition), p.p, 2)), 1)
			if !slices.Equal(got, want) {
				t.Errorf("%s, p %s: %.99s, looking at every pair %.99s", c.condition, p.p, fmt.Sprint(got), fmt.Sprint(want))
			}
			if many := ends(t, newWires(connection(c.condition, p.p, 2)), 3); !slices.Equal(got, many) {
				t.Errorf("%s, p %s: differs with 3 threads", c.condition, p.p)
			}
		}
	}
}

// randomCondition makes a condition of the given depth from what can stand in one.
func randomCondition(r *rand.Rand, depth int) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	if depth > 0 && r.IntN(3) > 0 {
		switch r.IntN(5) {
		case 0:
			return "not (" + randomCondition(r, depth-1) + ")"
		case 1:
			return "(" + randomCondition(r, depth-1) + " or " + randomCondition(r, depth-1) + ")"
		}
		return "(" + randomCondition(r, depth-1) + " and " + randomCondition(r, depth-1) + ")"
	}
	index := func() string {
		return pick("i", "j", "i - j", "j - i", "2*i", "3*j", "i + j", "(i - 4)", "-j", "limit")
	}
	value := func() string {
		return pick(index(), index(), index(), "abs("+index()+")", "("+index()+")//3", "("+index()+") % 4", "x_pre", "y_post", "n_post", "0.5*("+index()+")",
			"min("+index()+", "+index()+")", fmt.Sprint(r.IntN(9)), fmt.Sprintf("%.1f", 8*r.Float64()-2))
	}
	return value() + pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + value()
}

func TestSeparateRandomConditions(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	apart := 0
	for range 150 {
		checkSeparation(t, randomCondition(r, 3), probabilities[r.IntN(len(probabilities))].p, &apart)
	}
	if apart < 50 {
		t.Errorf("only %d conditions were taken apart", apart)
	}
}

func checkSeparation(t *testing.T, condition, p string, apart *int) {
	w := newWires(connection(condition, p, 1))
	res, err := plan.Build(w.Network, options(1))
	if err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	if !strings.Contains(strings.Join(res.Connecting["S"], ""), "every pair") {
		*apart++
	}
	got := ends(t, newWires(connection(condition, p, 1)), 1)
	want := ends(t, newWires(connection(fmt.Sprintf(wholeCheck, condition), p, 1)), 1)
	if !slices.Equal(got, want) {
		t.Errorf("%s, p %q: %.99s, looking at every pair %.99s", condition, p, fmt.Sprint(got), fmt.Sprint(want))
	}
}

// FuzzSeparate: whatever the condition, the synapses are those of looking at every pair.
func FuzzSeparate(f *testing.F) {
	for k := range uint64(8) {
		f.Add(k, uint8(k))
	}
	f.Fuzz(func(t *testing.T, seed uint64, p uint8) {
		apart := 0
		checkSeparation(t, randomCondition(rand.New(rand.NewPCG(seed, 1)), 4), probabilities[int(p)%len(probabilities)].p, &apart)
	})
}

// Each pair is drawn with its probability, independently: the number of synapses and of neighbouring ones, over many rows.
func TestSeparateStatistics(t *testing.T) {
	for _, c := range []struct {
		condition, p  string
		pairs, expect func(i, j int) float64
	}{
		{"i < 100", "0.2", func(i, j int) float64 { return float64(btoi(i < 100)) }, func(int, int) float64 { return 0.2 }},
		{"abs(i - j) < 50", "0.3*(1 + i)/400", func(i, j int) float64 { return float64(btoi(i-j < 50 && j-i < 50)) }, func(i, _ int) float64 { return 0.3 * float64(1+i) / 400 }},
		{"i != j", "0.3*(1 + j)/400", func(i, j int) float64 { return float64(btoi(i != j)) }, func(_, j int) float64 { return 0.3 * float64(1+j) / 400 }},
	} {
		g := &net.Group{Name: "G", N: 400, Equations: text("x : 1"), Namespace: names{}}
		s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: names{}, Connect: []*net.Connection{connection(c.condition, c.p, 1)}}
		opt := options(1)
		opt.Pairs = plan.Pairs{}
		if _, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, opt); err != nil {
			t.Fatal(err)
		}
		pre, post := opt.Pairs.Ends(s)
		mean, variance, sum := 0.0, 0.0, 0.0
		low, half := 0.0, 0.0
		for i := range 400 {
			for j := range 400 {
				p := c.pairs(i, j) * c.expect(i, j)
				mean, variance = mean+p, variance+p*(1-p)
				if j < 200 {
					half += p
				}
			}
		}
		for k := range pre {
			if c.pairs(int(pre[k]), int(post[k])) == 0 {
				t.Fatalf("%s: the pair %d, %d", c.condition, pre[k], post[k])
			}
			sum++
			low += float64(btoi(post[k] < 200))
		}
		if d := math.Abs(sum-mean) / math.Sqrt(variance); d > 4 {
			t.Errorf("%s, p %s: %g synapses, want %g (%.1f sd)", c.condition, c.p, sum, mean, d)
		}
		if d := math.Abs(low-half) / math.Sqrt(half); d > 4 {
			t.Errorf("%s, p %s: %g synapses in the left half, want %g", c.condition, c.p, low, half)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// BenchmarkConnectCondition connects half of 40,000 cells with 80 each, and a band.
func BenchmarkConnectCondition(b *testing.B) {
	for _, c := range [][2]string{{"i < 20000", "0.002"}, {"abs(i - j) < 40 and i != j", ""}, {"i//100 == j//100", "0.5"}} {
		b.Run(c[0], func(b *testing.B) {
			for b.Loop() {
				g := &net.Group{Name: "G", N: 40000, Equations: text("x : 1"), Namespace: names{}}
				s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: names{}, Connect: []*net.Connection{connection(c[0], c[1], 1)}}
				if _, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, options(2)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
