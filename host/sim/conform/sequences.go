package conform

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/syntax"
)

// visited is a group on a graph whose code visits neurons in some order. All numbers are small and whole, so that sums and remainders are
// exact in both precisions and any deviation is a wrong order.
type visited struct {
	name      string
	equations string
	synapses  string // of which each is `VAR_post = ...`
	code      string
	n         int
	i, j      []int32
	initial   map[string]func(i int) float64
}

// visitedNetworks are rules whose result depends on the order of the neurons, on graphs of several kinds.
func visitedNetworks() []visited {
	r := rand.New(rand.NewPCG(7, 11))
	sparse := func(n int, degree float64, symmetric bool) (i, j []int32) {
		for range int(degree * float64(n)) {
			a, b := r.Int32N(int32(n)), r.Int32N(int32(n))
			i, j = append(i, a), append(j, b) // also of a neuron to itself, and twice
			if symmetric {
				i, j = append(i, b), append(j, a)
			}
		}
		return i, j
	}
	ring := func(n int) (i, j []int32) {
		for a := range n {
			i, j = append(i, int32(a)), append(j, int32((a+1)%n))
		}
		return i, j
	}
	full := func(n int) (i, j []int32) {
		for a := range n {
			for b := range n {
				if a != b {
					i, j = append(i, int32(a)), append(j, int32(b))
				}
			}
		}
		return i, j
	}
	mod := map[string]func(int) float64{"x": func(i int) float64 { return float64(i * 7 % 17) }, "w": func(i int) float64 { return float64(1 + i%3) }}
	var out []visited
	mixing := func(name string, n int, i, j []int32) {
		out = append(out, visited{name, "x : 1\nk : 1\nm : 1", "w : 1\nk_post = w*x_pre : 1 (summed)", "m = k\nx = (3*x + k + 1) % 17", n, i, j, mod})
	}
	i, j := sparse(300, 2, false)
	mixing("directed", 300, i, j)
	i, j = sparse(120, 1.5, true)
	mixing("symmetric", 120, i, j)
	i, j = ring(64)
	mixing("ring", 64, i, j)
	i, j = full(40)
	mixing("full", 40, i, j)
	mixing("alone", 5, nil, nil)
	i, j = sparse(200, 3, true)
	out = append(out, visited{"threshold", "on : boolean\nk : 1\nchanged : boolean\ntheta : 1",
		"w : 1\nk_post = w*int(on_pre) : 1 (summed)",
		"new = k > theta\nchanged = new != on\non = new", 200, i, j,
		map[string]func(int) float64{"on": func(i int) float64 { return float64(i % 2) }, "theta": func(i int) float64 { return float64(i%4 - 1) },
			"w": func(i int) float64 { return float64(1 - 2*(i%2)) }}})
	i, j = sparse(150, 2, true)
	out = append(out, visited{"two sums", "x : 1\na : 1\nb : 1\ncount : integer",
		"w : 1\na_post = x_pre : 1 (summed)\nb_post = (x_pre - x_post)*w/N_incoming*N_incoming : 1 (summed)",
		"d = 2\nif a > b + 20:\n    x = (x + a) % 13\n    count += 1\nelse:\n    x = (x*d + 1) % 11", 150, i, j, mod})
	return out
}

func (s *suite) sequences(t *testing.T) {
	for _, v := range visitedNetworks() {
		for _, how := range []struct {
			name   string
			update net.Update
		}{{"synchronous", net.Synchronous}, {"index", net.IndexOrder}, {"random", net.RandomOrder}} {
			t.Run(v.name+" "+how.name, func(t *testing.T) { s.visit(t, &v, how.update) })
		}
	}
	t.Run("order matters", func(t *testing.T) { s.ordersDiffer(t) })
}

// build is the network as a user describes it.
func (v *visited) build(update net.Update) (*net.Network, *net.Group) {
	g := brian("g", v.n, v.equations, "", nil)
	g.Code = []*net.CodeBlock{{Name: "visit", Code: &diag.Source{Name: "code", Text: v.code}, Update: update, When: "after_groups"}}
	syn := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: &diag.Source{Name: "synapses", Text: v.synapses}}
	syn.Connect = []*net.Connection{{I: v.i, J: v.j}}
	if len(v.i) == 0 {
		syn.Connect = nil
	}
	for name, f := range v.initial {
		n, of := v.n, &g.Initial
		if name == "w" {
			n, of = len(v.i), &syn.Initial
		}
		values := make([]float64, n)
		for k := range values {
			values[k] = f(k)
		}
		if n > 0 {
			*of = append(*of, net.Assignment{Var: name, Values: values})
		}
	}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}}, g
}

// slow is the same in the slow evaluator; visit runs the code once.
func (v *visited) slow(t *testing.T, update net.Update) (g *eval.Group, visit func(step int)) {
	t.Helper()
	parse := func(text string) *syntax.Equations {
		eqs, list := syntax.ParseEquations(&diag.Source{Name: "equations", Text: text}, check.Brian.Syntax())
		if err := list.Err(); err != nil {
			t.Fatal(err)
		}
		return eqs
	}
	model, list := check.Check(parse(v.equations), nil, check.Context{Dialect: check.Brian})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	synapses, list := check.Check(parse(v.synapses), nil, check.Context{Dialect: check.Brian, Synapse: true, Pre: model, Post: model})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	parsed, list := syntax.ParseCode(&diag.Source{Name: "code", Text: v.code}, check.Brian.Syntax())
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	code, list := check.CheckCode(parsed, model, check.Context{Dialect: check.Brian})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	g = eval.NewGroup(model, v.n, 1e-3)
	syn := &eval.Synapses{Model: synapses, Pre: g, Post: g, Values: map[*check.Variable][]float64{}}
	for k := range v.i {
		syn.I, syn.J = append(syn.I, int(v.i[k])), append(syn.J, int(v.j[k]))
	}
	for name, f := range v.initial {
		if w := synapses.ByName[name]; w != nil {
			for k := range v.i {
				syn.Values[w] = append(syn.Values[w], f(k))
			}
			continue
		}
		for i := range v.n {
			g.Values[model.ByName[name]][i] = f(i)
		}
	}
	sum := func(i int) {
		for _, s := range synapses.Vars {
			if !s.Summed {
				continue
			}
			x, err := syn.Sum(s, i)
			if err != nil {
				t.Fatal(err)
			}
			g.Values[model.ByName[s.Name[:len(s.Name)-len("_post")]]][i] = x
		}
	}
	order := make([]int, v.n)
	return g, func(step int) {
		for i := range order {
			order[i] = i
			sum(i) // what every step does in any case
		}
		if update == net.RandomOrder {
			at := rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream("g/visit/order"), Step: uint32(step)}
			slices.SortStableFunc(order, func(a, b int) int {
				return cmp.Compare(at.Words(uint32(a), 0, 0)[0], at.Words(uint32(b), 0, 0)[0])
			})
		}
		for _, i := range order {
			if update != net.Synchronous {
				sum(i)
			}
			if err := g.Run(code, i); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (s *suite) visit(t *testing.T, v *visited, update net.Update) {
	n, g := v.build(update)
	r := compile(t, n, s.options())
	slow, visit := v.slow(t, update)
	for step := range 12 {
		visit(step)
		if step > 2 && step < 11 {
			continue
		}
		steps(t, r, int64(step+1)-r.Instance().At().Step)
		for _, x := range slow.Model.Vars {
			got := get(t, r, g, x.Name)
			if d, at := distance(got, slow.Values[x]); d != 0 {
				t.Fatalf("after %d steps %s[%d] is %v, one neuron after another %v", step+1, x.Name, at, got[at], slow.Values[x][at])
			}
		}
	}
}

// ordersDiffer makes sure that the tests above could fail: the three orders give three results.
func (s *suite) ordersDiffer(t *testing.T) {
	v := visitedNetworks()[0]
	results := map[string]bool{}
	for _, u := range []net.Update{net.Synchronous, net.IndexOrder, net.RandomOrder} {
		n, g := v.build(u)
		r := compile(t, n, s.options())
		steps(t, r, 3)
		results[fmt.Sprint(get(t, r, g, "x"))] = true
	}
	if len(results) != 3 {
		t.Errorf("three orders give %d results", len(results))
	}
}

// stops checks the step at which a run ends, whatever the batches that it is made in.
func (s *suite) stops(t *testing.T) {
	for _, c := range []struct {
		condition string
		when      string
		want      int64 // steps done
		once      bool  // it does not hold any more a step later
	}{
		// After step k (from 1) c[i] = k + i.
		{"any(c >= 40)", "", 31, false},
		{"all(c >= 40)", "", 40, false},
		{"sum(c >= 40) >= N//2", "", 35, false},
		{"sum(c >= 40) == 3 and not any(c > 100)", "", 33, true},
		{"any(c >= 40)", "start", 32, false}, // seen one step later, before the update
		{"any(c > 700)", "", 692, false},
	} {
		for _, chunk := range []int64{1, 7, 40, 1 << 40} {
			t.Run(fmt.Sprintf("%s %s by %d", c.condition, c.when, chunk), func(t *testing.T) {
				g := brian("g", 10, "c : integer\nlate : integer", "", nil)
				set(g, "c", "", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
				g.Code = []*net.CodeBlock{{Name: "count", Code: &diag.Source{Name: "code", Text: "c += 1"}, When: "groups"},
					{Name: "late", Code: &diag.Source{Name: "code", Text: "late += 1"}, When: "after_end"}}
				g.Stops = []*net.StopCondition{{Name: "stop", Condition: &diag.Source{Name: "condition", Text: c.condition}, When: c.when}}
				m := &net.StateMonitor{Name: "m", Group: g, Vars: []string{"c"}}
				n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}}
				if chunk == 40 { // a step that is cut in two
					n.Operations = []*net.Operation{{Name: "look", DT: 3e-3, Order: 1, Func: func(st net.State) error {
						_, err := st.Get(g, "c")
						return err
					}}}
				}
				r := compile(t, n, s.options())
				for done := int64(0); !r.Stopped(); done = r.Instance().At().Step {
					if done >= 10_000 {
						t.Fatal("it never stopped")
					}
					if err := r.Advance(context.Background(), min(done+chunk, 10_000)); err != nil {
						t.Fatal(err)
					}
				}
				stopped(t, r, g, m, c.want)
				if c.once {
					return
				}
				if err := r.RunSteps(context.Background(), 100); err != nil { // takes at least one
					t.Fatal(err)
				}
				if !r.Stopped() {
					t.Error("the condition still holds and the next run did not stop")
				}
				stopped(t, r, g, m, c.want+1)
			})
		}
	}
}

func stopped(t *testing.T, r *sim.Sim, g *net.Group, m *net.StateMonitor, want int64) {
	t.Helper()
	if at := r.Instance().At(); at.Step != want || at.Item != 0 {
		t.Fatalf("stopped at step %d, item %d, want step %d", at.Step, at.Item, want)
	}
	if c := get(t, r, g, "c")[0]; c != float64(want) {
		t.Errorf("c[0] is %v after %d steps", c, want)
	}
	if l := get(t, r, g, "late")[0]; l != float64(want) {
		t.Errorf("what comes after the condition ran %v times in %d steps", l, want)
	}
	if n := len(recorded(t, r, m, "c")); n != 10*int(want) {
		t.Errorf("%d values recorded in %d steps", n, want)
	}
}
