package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

func source(text string) *diag.Source { return &diag.Source{Name: "text", Text: text} }

// summed is a network of two groups of n neurons, with synapses over which a sum is taken. They are among parts of a group, or from one to the other where
// the spans overlap in none.
func summed(n int, sum string, pre, post stretch, apart bool, c *net.Connection) (*net.Network, *net.Synapses) {
	group := func(name string) *net.Group {
		return &net.Group{Name: name, N: n, Dialect: check.Brian, Equations: source("dx/dt = (1 - x + s)/second : 1\ns : 1"), Method: "euler"}
	}
	g, h := group("g"), group("h")
	s := &net.Synapses{Name: "S", Pre: net.Span{Group: g, Start: pre.from, Stop: pre.to}, Post: net.Span{Group: g, Start: post.from, Stop: post.to},
		Equations: source("s_post = " + sum + " : 1 (summed)"), Connect: []*net.Connection{c}}
	if apart {
		s.Post.Group = h
	}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g, h}, Synapses: []*net.Synapses{s}}, s
}

// listed is all pairs one by one.
func listed(pre, post stretch, self bool) *net.Connection {
	c := &net.Connection{}
	for i := range int32(pre.len()) {
		for j := range int32(post.len()) {
			if self || i != j {
				c.I, c.J = append(c.I, i), append(c.J, j)
			}
		}
	}
	return c
}

// Synapses that are not listed are those that a list would have: their ends, whoever asks for them and how; their numbers; and the rows of them, where an
// operation runs over these.
func TestWhole(t *testing.T) {
	const n = 70
	all := stretch{0, n}
	for _, x := range []struct {
		what      string
		pre, post stretch
		apart     bool
		condition string
	}{
		{"all", all, all, false, ""},
		{"all by a condition", all, all, false, "True"},
		{"all others", all, all, false, "i != j"},
		{"all others of a range", stretch{1, n}, stretch{1, n}, false, "j != i"},
		{"ranges that overlap", stretch{2, 60}, stretch{30, n}, false, ""},
		{"another group", all, stretch{5, 65}, true, ""},
	} {
		t.Run(x.what, func(t *testing.T) {
			by := &net.Connection{}
			if x.condition != "" {
				by.Condition = source(x.condition)
			}
			var built [2]*Result
			var pairs [2]Pairs
			var syn [2]*net.Synapses
			for k, c := range []*net.Connection{by, listed(x.pre, x.post, !strings.Contains(x.condition, "="))} {
				var network *net.Network
				network, syn[k] = summed(n, "exp(x_pre*x_post)", x.pre, x.post, x.apart, c)
				pairs[k] = Pairs{}
				res, err := Build(network, Options{Precision: Double, Seed: 1, Pairs: pairs[k]})
				if err != nil {
					t.Fatal(err)
				}
				built[k] = res
			}
			a, b := pairs[0][syn[0]], pairs[1][syn[1]]
			if a.whole == nil || b.whole != nil {
				t.Fatalf("%v and %v are taken for whole", a.whole, b.whole)
			}
			for _, end := range [][2]*Ends{{a.pre, b.pre}, {a.post, b.post}} {
				want := end[1].List()
				var got []int32
				for at, part := range end[0].Parts {
					if at != len(got) {
						t.Fatalf("a part begins at %d, and not at %d", at, len(got))
					}
					got = append(got, part...)
				}
				if !slices.Equal(got, want) {
					t.Fatal("other ends in parts")
				}
				var buf [500]int32
				for lo := range len(want) - len(buf) {
					if lo%37 == 0 && !slices.Equal(end[0].Part(lo, lo+len(buf), buf[:]), want[lo:lo+len(buf)]) || end[0].At(lo) != want[lo] {
						t.Fatalf("other ends from %d on", lo)
					}
				}
				for w := range 3 {
					end[0].share(w, 3, func(at int, part []int32) {
						if !slices.Equal(part, want[at:at+len(part)]) {
							t.Fatalf("another share of %d of 3 from %d on", w, at)
						}
					})
				}
				if r := end[0].list.later; r != nil && r.kept().Len() > 0 {
					t.Error("a list was made of what is asked for in parts")
				}
				if !slices.Equal(end[0].List(), want) || !slices.Equal(end[0].Head(99).List(), want[:99]) {
					t.Error("another list")
				}
			}
			for _, incoming := range []bool{false, true} {
				if got, want := a.made.counted(countable{p: a, incoming: incoming}, n+3), b.made.counted(countable{p: b, incoming: incoming}, n+3); !slices.Equal(got, want) {
					t.Errorf("numbers of synapses (incoming %t) %v, want %v", incoming, got, want)
				}
			}
			sum, _ := pairs[0].Sum(syn[0])
			if want, _ := pairs[1].Sum(syn[1]); sum != want {
				t.Errorf("checksum %x, want %x", sum, want)
			}
			p, q := built[0].Plan, built[1].Plan
			if p.Fingerprint != q.Fingerprint {
				t.Error("another plan")
			}
			for id, buf := range p.Buffers {
				if x, y := buf.Entries().List(), q.Buffers[id].Entries().List(); !slices.Equal(x, y) {
					t.Errorf("%s.%s is another", buf.Object, buf.Var)
				}
			}
		})
	}
}

// What no operation of a plan runs over is not in it, and not kept for the next one.
func TestUnusedConnectivity(t *testing.T) {
	const n = 1000
	all := stretch{0, n}
	for what, c := range map[string]*net.Connection{"all": {}, "all others": {Condition: source("i != j")}, "arrays": listed(all, all, false)} {
		network, s := summed(n, "sin(x_pre - x_post)", all, all, false, c)
		pairs := Pairs{}
		for k := range 2 {
			res, err := Build(network, Options{Precision: Double, Seed: 1, Pairs: pairs})
			if err != nil {
				t.Fatal(err)
			}
			p := pairs[s]
			if c.I == nil && p.post.list.later.kept().Len() > 0 || len(p.made.rows) > 0 || len(p.made.wide) > 0 {
				t.Errorf("%s: something was listed", what)
			}
			ends := int64(0) // of arrays, which are given
			if c.I != nil {
				ends = 2 * int64(len(c.I))
			}
			if all := res.Plan.Memory().All() - ends; all > 200*n {
				t.Errorf("%s, plan %d: %d bytes", what, k, all)
			}
			for _, b := range res.Plan.Buffers {
				if b.Object == "S" && b.Len > 0 {
					t.Errorf("%s, plan %d: %s has %d entries", what, k, b.Var, b.Len)
				}
			}
			var text strings.Builder
			res.Plan.Dump(&text)
			if !res.Plan.Conns[0].Unused || !strings.Contains(text.String(), "synapses, postsynaptic rows, not kept") {
				t.Errorf("%s: the plan does not say so:\n%s", what, text.String())
			}
			if k == 0 {
				continue
			}
			before := len(res.Plan.Conns)
			q, err := res.Where(s, source("i < 2"), nil, 0)
			if err != nil {
				t.Fatal(what, err)
			}
			if n := len(q.Part.Conns); n != 1 || q.Part.Buffers[q.Part.Conns[0].Index].Entries().Len() != int(res.Synapses["S"]) {
				t.Errorf("%s: a question has no list to look at", what)
			}
			if !res.Plan.Conns[0].Unused || len(res.Plan.Conns) != before {
				t.Errorf("%s: a question changed the plan", what)
			}
		}
	}
}

// More synapses than can be numbered are summed over as long as nothing needs their numbers, and refused as before where something does.
func TestTooManySynapses(t *testing.T) {
	const n = 47_000
	all := stretch{0, n}
	for _, x := range []struct {
		what string
		sum  string
		with func(*net.Network, *net.Synapses)
		fits bool
	}{
		{"a sum", "0.1*(x_pre - x_post)", nil, true},
		{"a sum with numbers of neurons", "sin(x_pre - x_post)*i/N_incoming", nil, true},
		{"shared parameters", "k*x_pre", func(_ *net.Network, s *net.Synapses) {
			s.Equations = source("k : 1 (shared)\n" + s.Equations.Text)
			s.Initial = []net.Assignment{{Var: "k", Values: []float64{2}}}
		}, true},
		{"no sum over all", "exp(x_pre*x_post)", nil, false},
		{"their number", "x_pre/N", nil, false},
		{"random numbers", "x_pre*rand()", nil, false},
		{"parameters", "w*x_pre", func(_ *net.Network, s *net.Synapses) { s.Equations = source("w : 1\n" + s.Equations.Text) }, false},
		{"states", "w*x_pre", func(_ *net.Network, s *net.Synapses) {
			s.Equations = source("dw/dt = -w/second : 1 (clock-driven)\n" + s.Equations.Text)
		}, false},
		{"a monitor", "x_pre", func(n *net.Network, s *net.Synapses) {
			n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "m", Synapses: s, Vars: []string{"x_pre"}, Elements: []int32{0}})
		}, false},
		{"a view", "x_pre", func(n *net.Network, s *net.Synapses) {
			n.Views = append(n.Views, &net.View{Kind: net.Adjacency, Synapses: s})
		}, false},
		{"delays", "x_pre", func(_ *net.Network, s *net.Synapses) {
			s.Sums = &net.Pathway{Name: net.SumsPathway, Delays: []net.Assignment{{Var: "delay", Expr: source("rand()*ms")}}}
		}, false},
		{"code", "x_pre", func(_ *net.Network, s *net.Synapses) {
			s.Code = []*net.CodeBlock{{Name: "code", Code: source("x_post += 1")}}
		}, false},
		{"a share of them", "x_pre", func(_ *net.Network, s *net.Synapses) { s.Connect[0].P = source("0.99") }, false},
		{"two calls", "x_pre", func(_ *net.Network, s *net.Synapses) { s.Connect = append(s.Connect, &net.Connection{}) }, false},
	} {
		network, s := summed(n, x.sum, all, all, false, &net.Connection{})
		if x.with != nil {
			x.with(network, s)
		}
		pairs := Pairs{}
		res, err := Build(network, Options{Precision: Double, Seed: 1, Pairs: pairs, Memory: 8 << 30})
		switch {
		case x.fits && err != nil:
			t.Errorf("%s: %v", x.what, err)
		case x.fits && (res.Synapses["S"] != n*n || pairs.Listed(s) == nil || res.Plan.Memory().All() > 200*n):
			t.Errorf("%s: %d synapses in %d bytes", x.what, res.Synapses["S"], res.Plan.Memory().All())
		case !x.fits && x.what != "a share of them" && (err == nil || !strings.Contains(err.Error(), "2209000000 synapses are more than one Synapses object can hold (2147483647)")),
			!x.fits && err == nil:
			t.Errorf("%s: %v", x.what, err)
		}
		if !x.fits || err != nil {
			continue
		}
		if _, err := res.Where(s, source("i < 2"), nil, 0); err == nil || !strings.Contains(err.Error(), "too many to be listed") {
			t.Errorf("%s: asked for synapses: %v", x.what, err)
		}
		if pre, post := pairs.Ends(s); pre != nil || post != nil {
			t.Errorf("%s: they are listed", x.what)
		}
		if err := pairs.Remove(s, []int32{1}, true); err == nil {
			t.Errorf("%s: one of them was removed", x.what)
		}
	}
}
