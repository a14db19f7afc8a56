package plan_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// names is a scope of numbers without unit.
type names map[string]float64

func (n names) Lookup(name string) (check.Value, bool) {
	v, ok := n[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

func (n names) Names() []string { return nil }

func text(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }

type stepper struct{ exec.Instance }

func (s stepper) Step() error {
	_, err := s.Advance(context.Background(), s.At().Step+1)
	return err
}

// options evaluates expressions on the CPU with some threads.
func options(threads int) plan.Options {
	return plan.Options{Precision: plan.Double, Seed: 5, Evaluate: func(p *plan.Plan) (plan.Evaluator, error) {
		x, err := cpu.Backend{}.Load(p, exec.Options{Seed: 5, Threads: threads})
		return stepper{x}, err
	}}
}

// wires is two groups with variables, and synapses between parts of them.
type wires struct {
	*net.Network
	pre, post *net.Group
	syn       *net.Synapses
}

const (
	preFrom, preTo   = 2, 9
	postFrom, postTo = 3, 14
	preN, postN      = preTo - preFrom, postTo - postFrom
)

func newWires(c ...*net.Connection) *wires {
	w := &wires{
		Network: &net.Network{DT: 1e-4},
		pre:     &net.Group{Name: "P", N: 11, Equations: text("x : 1\nwide = 2*x + i : 1\nu : volt"), Namespace: names{}},
		post:    &net.Group{Name: "Q", N: 16, Equations: text("y : 1\nn : integer"), Namespace: names{}},
	}
	w.pre.Initial = []net.Assignment{{Var: "x", Expr: text("3*i - 0.5")}}
	w.post.Initial = []net.Assignment{{Var: "y", Expr: text("i*i/10")}, {Var: "n", Expr: text("i % 4")}}
	w.syn = &net.Synapses{Name: "S", Pre: net.Span{Group: w.pre, Start: preFrom, Stop: preTo}, Post: net.Span{Group: w.post, Start: postFrom, Stop: postTo},
		Equations: text("w : 1\nv : volt\nk : integer\nsh : 1 (shared)"), Namespace: names{}, Connect: c}
	w.Groups, w.Synapses = []*net.Group{w.pre, w.post}, []*net.Synapses{w.syn}
	return w
}

// ends runs the initialisation of a network whose synapses copy their ends to w, and returns those relative to the spans.
func ends(t *testing.T, w *wires, threads int) [][2]int {
	t.Helper()
	w.syn.Initial = []net.Assignment{{Var: "w", Expr: text("1000*i + j")}}
	var out [][2]int
	for _, v := range variable(t, w, "S", "w", threads) {
		out = append(out, [2]int{int(v) / 1000, int(v) % 1000})
	}
	return out
}

// variable is the contents of a buffer after the initialisation.
func variable(t *testing.T, w *wires, object, name string, threads int) []float64 {
	t.Helper()
	res, err := plan.Build(w.Network, options(threads))
	if err != nil {
		t.Fatal(err)
	}
	x, err := cpu.Backend{}.Load(res.Plan, exec.Options{Seed: 5, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	buf, ok := res.Plan.Find(object, name)
	if !ok {
		t.Fatalf("no %s.%s", object, name)
	}
	v := make([]float64, buf.Len)
	if err := x.Read(buf.ID, 0, v); err != nil {
		t.Fatal(err)
	}
	return v
}

func xPre(i int) float64  { return 3*float64(i+preFrom) - 0.5 }
func yPost(j int) float64 { return float64((j+postFrom)*(j+postFrom)) / 10 }

// Every kind of connect call gives the pairs that a plain loop gives, in its order.
func TestConnectOrder(t *testing.T) {
	each := func(e *net.Enumeration) *net.Connection {
		return &net.Connection{Each: e, Namespace: names{"width": 2}}
	}
	type add func(i, j int)
	inside := func(i, j int) bool { return i >= 0 && i < preN && j >= 0 && j < postN }
	tests := []struct {
		name string
		c    *net.Connection
		want func(add)
	}{
		{"all", &net.Connection{}, func(add add) {
			for i := range preN {
				for j := range postN {
					add(i, j)
				}
			}
		}},
		{"all three times", &net.Connection{N: 3}, func(add add) {
			for i := range preN {
				for j := range postN {
					add(i, j)
					add(i, j)
					add(i, j)
				}
			}
		}},
		{"i == j", &net.Connection{Condition: text("i == j")}, func(add add) {
			for i := range min(preN, postN) {
				add(i, i)
			}
		}},
		{"i != j between groups", &net.Connection{Condition: text("i != j")}, func(add add) {
			for i := range preN {
				for j := range postN {
					if i != j {
						add(i, j)
					}
				}
			}
		}},
		{"a condition on everything", &net.Connection{Condition: text("(i + j) % 3 == 0 and x_pre < y_post + N_post and wide_pre > limit"), Namespace: names{"limit": 20}}, func(add add) {
			for i := range preN {
				for j := range postN {
					if (i+j)%3 == 0 && xPre(i) < yPost(j)+postN && 2*xPre(i)+float64(i+preFrom) > 20 {
						add(i, j)
					}
				}
			}
		}},
		{"n as an expression", &net.Connection{Condition: text("j > 2"), Count: text("i - j + 1")}, func(add add) {
			for i := range preN {
				for j := 3; j < postN; j++ {
					for range max(0, i-j+1) {
						add(i, j)
					}
				}
			}
		}},
		{"n of 0", &net.Connection{Count: text("0")}, func(add) {}},
		{"arrays", &net.Connection{I: []int32{6, 0, 6}, J: []int32{1, 10, 1}}, func(add add) { add(6, 1); add(0, 10); add(6, 1) }},
		{"arrays with a condition", &net.Connection{I: []int32{6, 0, 3}, J: []int32{1, 10, 4}, Condition: text("y_post > x_pre"), N: 2}, func(add add) {
			for _, e := range [][2]int{{6, 1}, {0, 10}, {3, 4}} {
				if yPost(e[1]) > xPre(e[0]) {
					add(e[0], e[1])
					add(e[0], e[1])
				}
			}
		}},
		{"neighbours", each(&net.Enumeration{Target: text("k"), Var: "k", Low: text("i - width"), High: text("i + width + 1"), If: text("i != j"), SkipInvalid: true}), func(add add) {
			for i := range preN {
				for k := i - 2; k < i+3; k++ {
					if i != k && inside(i, k) {
						add(i, k)
					}
				}
			}
		}},
		{"a condition that keeps indices inside", each(&net.Enumeration{Target: text("k - 2"), Var: "k", High: text("i + 4"), If: text("j >= 0 and j < N_post")}), func(add add) {
			for i := range preN {
				for k := range i + 4 {
					if inside(i, k-2) {
						add(i, k-2)
					}
				}
			}
		}},
		{"a range that is the same for all", each(&net.Enumeration{Target: text("k + int(x_pre > 10)"), Var: "k", Low: text("9"), High: text("0"), Step: text("-3"), If: text("y_post < 8")}), func(add add) {
			for i := range preN {
				for k := 9; k > 0; k -= 3 {
					j := k
					if xPre(i) > 10 {
						j++
					}
					if yPost(j) < 8 {
						add(i, j)
					}
				}
			}
		}},
		{"one value for each i", each(&net.Enumeration{Target: text("(3*i + 1) % N_post")}), func(add add) {
			for i := range preN {
				add(i, (3*i+1)%postN)
			}
		}},
		{"i for each j", each(&net.Enumeration{Post: true, Target: text("k"), Var: "k", Low: text("j // 2"), High: text("N_pre"), Step: text("1 + j % 2"), If: text("x_pre > y_post")}), func(add add) {
			for j := range postN {
				for k := j / 2; k < preN; k += 1 + j%2 {
					if xPre(k) > yPost(j) {
						add(k, j)
					}
				}
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var want [][2]int
			test.want(func(i, j int) { want = append(want, [2]int{i, j}) })
			if got := ends(t, newWires(test.c), 2); !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// Several calls follow each other; each has draws of its own.
func TestConnectSeveralCalls(t *testing.T) {
	p := func() *net.Connection { return &net.Connection{P: text("0.5")} }
	w := newWires(&net.Connection{I: []int32{3}, J: []int32{3}}, p(), &net.Connection{I: []int32{4, 5}, J: []int32{5, 4}, N: 2}, p())
	got := ends(t, w, 2)
	if got[0] != [2]int{3, 3} {
		t.Errorf("the first pair is %v", got[0])
	}
	at := slices.Index(got, [2]int{4, 5})
	for at >= 0 && (at+1 >= len(got) || got[at+1] != [2]int{4, 5}) {
		at++
		at += max(0, slices.Index(got[at:], [2]int{4, 5}))
	}
	if !slices.Equal(got[at:at+4], [][2]int{{4, 5}, {4, 5}, {5, 4}, {5, 4}}) {
		t.Errorf("the arrays are not where they should be: %v", got)
	}
	if first, last := got[1:at], got[at+4:]; slices.Equal(first, last) || len(first) < 20 || len(last) < 20 {
		t.Errorf("%d and %d of 77 pairs with probability 0.5, equal: %v", len(first), len(last), slices.Equal(first, last))
	}
}

// square is one group connected with itself.
func square(n int, c *net.Connection) *wires {
	g := &net.Group{Name: "G", N: n, Equations: text("x : 1"), Namespace: names{}, Initial: []net.Assignment{{Var: "x", Expr: text("rand()")}}}
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Namespace: names{}, Connect: []*net.Connection{c}}
	return &wires{Network: &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, pre: g, post: g, syn: s}
}

func degrees(pairs [][2]int, n int) (out, in []int) {
	out, in = make([]int, n), make([]int, n)
	for _, e := range pairs {
		out[e[0]]++
		in[e[1]]++
	}
	return out, in
}

// binomial fails unless numbers look like n draws with probability p each: their mean and variance within five standard errors.
func binomial(t *testing.T, what string, numbers []int, n int, p float64) {
	t.Helper()
	mean, sq := 0.0, 0.0
	for _, x := range numbers {
		mean += float64(x) / float64(len(numbers))
	}
	for _, x := range numbers {
		sq += (float64(x) - mean) * (float64(x) - mean) / float64(len(numbers)-1)
	}
	variance := float64(n) * p * (1 - p)
	if k := float64(len(numbers)); math.Abs(mean-float64(n)*p) > 5*math.Sqrt(variance/k) || math.Abs(sq-variance) > 5*variance*math.Sqrt(2/k) {
		t.Errorf("%s: mean %.3f and variance %.3f, want %.3f and %.3f", what, mean, sq, float64(n)*p, variance)
	}
}

// Random connections have the right statistics, in every chunk of candidates, and do not depend on the number of threads.
func TestConnectRandom(t *testing.T) {
	const n = 900 // 810,000 candidates: four chunks
	e := func(e net.Enumeration) *net.Connection { return &net.Connection{Each: &e} }
	for _, test := range []struct {
		name string
		c    *net.Connection
		p    float64
		self bool
	}{
		{"p", &net.Connection{P: text("0.1")}, 0.1, true},
		{"p without self", &net.Connection{P: text("0.1"), Condition: text("i != j")}, 0.1, false},
		{"p with a condition", &net.Connection{P: text("0.1"), Condition: text("i - j != 0")}, 0.1, false},
		{"p as an expression", &net.Connection{P: text("0.1 + 0*x_pre")}, 0.1, true},
		{"a random condition", &net.Connection{Condition: text("rand() < 0.1")}, 0.1, true},
		{"if", e(net.Enumeration{Target: text("k"), Var: "k", High: text("N_post"), If: text("rand() < 0.1")}), 0.1, true},
		{"if, listed", e(net.Enumeration{Target: text("k"), Var: "k", High: text("N_post - 0*i"), Low: text("0*int(x_pre)"), If: text("rand() < 0.1")}), 0.1, true},
		{"sample", e(net.Enumeration{Target: text("k"), Var: "k", High: text("N_post"), P: text("0.1")}), 0.1, true},
		{"sample for j", e(net.Enumeration{Post: true, Target: text("k"), Var: "k", High: text("N_pre"), P: text("0.1")}), 0.1, true},
		{"sample with a p of each", e(net.Enumeration{Target: text("k"), Var: "k", High: text("N_post"), P: text("0.1 + 1e-9*x_pre")}), 0.1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ends(t, square(n, test.c), 2)
			if !slices.Equal(got, ends(t, square(n, test.c), 1)) {
				t.Error("one thread makes other synapses than two")
			}
			candidates := n
			if !test.self {
				candidates--
				if slices.ContainsFunc(got, func(e [2]int) bool { return e[0] == e[1] }) {
					t.Error("an element is connected to itself")
				}
			}
			out, in := degrees(got, n)
			binomial(t, "out-degrees", out, candidates, test.p)
			binomial(t, "in-degrees", in, candidates, test.p)
			// Rows must not repeat each other, whatever the chunks.
			row := make([][]int, n)
			for _, e := range got {
				row[e[0]] = append(row[e[0]], e[1])
			}
			seen := map[string]int{}
			for i, r := range row {
				if k, dup := seen[fmt.Sprint(r)]; dup {
					t.Fatalf("rows %d and %d are equal", i, k)
				}
				seen[fmt.Sprint(r)] = i
			}
		})
	}
}

func TestConnectSampleSize(t *testing.T) {
	got := ends(t, newWires(&net.Connection{Each: &net.Enumeration{Target: text("2*k"), Var: "k", High: text("6"), Size: text("i % 4")}}), 2)
	number := map[int]int{}
	for k, e := range got {
		number[e[0]]++
		if e[1]%2 != 0 || e[1] > 10 || k > 0 && e[0] == got[k-1][0] && e[1] <= got[k-1][1] {
			t.Errorf("pair %d is %v after %v", k, e, got[max(0, k-1)])
		}
	}
	for i := range preN {
		if number[i] != i%4 {
			t.Errorf("%d targets of %d, want %d", number[i], i, i%4)
		}
	}
	c := &net.Connection{Each: &net.Enumeration{Target: text("k"), Var: "k", High: text("3"), Size: text("i"), SkipInvalid: true}}
	if got := ends(t, newWires(c), 2); len(got) != 0+1+2+3*4 {
		t.Errorf("%d pairs, want at most 3 for each of 7", len(got))
	}
}

// mistakes are what a network's description is refused for.
// A total number of synapses has that many, between the ends that the condition picks, in order of the first.
func TestConnectTotal(t *testing.T) {
	got := ends(t, newWires(&net.Connection{Total: 300, Condition: text("i >= 2 and j < 5 and x_pre < 20")}), 2)
	if len(got) != 300 || !slices.IsSortedFunc(got, func(x, y [2]int) int { return x[0] - y[0] }) {
		t.Errorf("%d synapses, in order: %v", len(got), got)
	}
	seen := map[[2]int]bool{}
	for _, k := range got {
		seen[k] = true
		if k[0] < 2 || k[1] >= 5 || xPre(k[0]) >= 20 {
			t.Errorf("%v is outside of the condition", k)
		}
	}
	if len(seen) != 3*5 { // i is 2 to 4
		t.Errorf("%d different pairs", len(seen))
	}
}

func TestConnectMistakes(t *testing.T) {
	e := func(e net.Enumeration) *net.Connection {
		return &net.Connection{Each: &e, Place: net.Place{File: "model.star", Line: 7}}
	}
	for _, test := range []struct {
		c    *net.Connection
		want []string
	}{
		{&net.Connection{I: []int32{0, 7}, J: []int32{0, 1}}, []string{"S: connect: i[1] is 7", `"P[2:9]" has elements 0 to 6`, "i = 7, j = 1"}},
		{&net.Connection{I: []int32{0}, J: []int32{-1}}, []string{"j[0] is -1", "elements 0 to 10"}},
		{&net.Connection{I: []int32{0}, J: []int32{1, 2}}, []string{"1 presynaptic and 2 postsynaptic"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", Low: text("i"), High: text("i + 6")}), []string{"model.star:7: S: connect", "i = 6, j = 11", "elements 0 to 10", "skip_if_invalid"}},
		{e(net.Enumeration{Post: true, Target: text("j - 1")}), []string{"i = -1, j = 0", "i is outside", "elements 0 to 6"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", Low: text("i"), High: text("i + 6"), If: text("y_post > -1")}), []string{"i = 6, j = 11"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("4"), Step: text("i - 3")}), []string{"step", "i = 3"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", Low: text("0.5"), High: text("4")}), []string{"the start of the range is 0.5", "whole number"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("i/2")}), []string{"the end of the range is 0.5 for i = 1"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("4"), Size: text("i/2")}), []string{"the size of the sample is 0.5"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("4"), Size: text("i")}), []string{"sample of 5", "has 4 for i = 5"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("4"), P: text("i/4")}), []string{"p is 1.25 for i = 5"}},
		{e(net.Enumeration{Target: text("k"), Var: "k"}), []string{"no end"}},
		{e(net.Enumeration{Target: text("j + 1")}), []string{"is to find"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("u_pre")}), []string{"without unit", "volt"}},
		{e(net.Enumeration{Target: text("k"), Var: "k", High: text("4"), If: text("w > 0")}), []string{"do not exist"}},
		{&net.Connection{Condition: text("i < limmit"), Namespace: names{"limit": 1}}, []string{`unknown name "limmit"`}},
		{&net.Connection{Condition: text("u_pre > 1")}, []string{"volt"}},
		{&net.Connection{Condition: text("x_pre > z_post")}, []string{`no variable "z"`}},
		{&net.Connection{Condition: text("N_incoming > 1")}, []string{"do not exist"}},
		{&net.Connection{P: text("1.5")}, []string{"p is 1.5"}},
		{&net.Connection{P: text("u_pre")}, []string{"without unit"}},
		{&net.Connection{Count: text("-2")}, []string{"n is -2"}},
		{&net.Connection{Rule: connect.OneToOne{}, P: text("rand()")}, []string{"a rule"}},
		{&net.Connection{Total: -1}, []string{"total is -1"}},
		{&net.Connection{Total: 5, P: text("0.5")}, []string{"beside p"}},
		{&net.Connection{Total: 5, Condition: text("i != j")}, []string{"cannot compare the two"}},
		{&net.Connection{Total: 5, Condition: text("i < 0")}, []string{"5 synapses", "no pair"}},
	} {
		o := options(2)
		_, err := plan.Build(newWires(test.c).Network, o)
		if err == nil {
			t.Errorf("%v: no error", test.want)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
	}
	w := newWires(&net.Connection{Condition: text("x_pre > 1")})
	o := options(2)
	o.Evaluate = nil
	if _, err := plan.Build(w.Network, o); err == nil || !strings.Contains(err.Error(), "cannot be evaluated") {
		t.Errorf("without an evaluator: %v", err)
	}
	o = options(2)
	o.Memory = 4000
	var large *plan.TooLarge
	if _, err := plan.Build(square(100, &net.Connection{Condition: text("i + j > 20")}).Network, o); !errors.As(err, &large) {
		t.Errorf("more synapses than memory: %v", err)
	}
}
