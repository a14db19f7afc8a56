package conform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// networks runs random networks of rate-coded groups against explicit sums over their synapses.
func (s *suite) networks(t *testing.T) {
	rules, next := map[string]int{}, 0
	worst := 0.0
	for k := range uint64(s.opt.Networks) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			g := &networkMaker{suite: s, t: t, r: rand.New(rand.NewPCG(k, 11)), rules: rules, next: &next, slow: map[*net.Group]*eval.Group{}}
			n := g.network()
			defer func() {
				if t.Failed() {
					t.Log(describe(n))
				}
			}()
			worst = max(worst, s.network(t, n, g.slow, 25))
		})
	}
	for _, name := range []string{"one_to_one", "all_to_all", "fixed_probability", "fixed_number_pre", "fixed_number_post", "gaussian", "dog", "from_arrays", "from_matrix", "from_sparse"} {
		if rules[name] == 0 {
			t.Errorf("no network used %s", name)
		}
	}
	t.Logf("largest error: %.3g eps, %g allowed", worst, s.opt.Network)
}

// network compares a network with its explicit form, and returns the largest error in eps.
func (s *suite) network(t *testing.T, n *net.Network, slow map[*net.Group]*eval.Group, until int) (worst float64) {
	t.Helper()
	x, err := newExplicit(n, slow)
	if err != nil {
		t.Fatal(err)
	}
	r := compile(t, n, s.options())
	perStep := int64(math.Round(n.DT / r.Plan().BaseDT))
	for k := 1; k <= until; k++ {
		if err := x.step(); err != nil {
			t.Fatal(err)
		}
		steps(t, r, perStep)
		for _, g := range n.Groups {
			got := get(t, r, g, "r")
			d, i := distance(got, x.rates[g][k])
			worst = max(worst, d/s.eps())
			if !(d <= s.opt.Network*s.eps()) {
				t.Fatalf("%s.r[%d] = %v after step %d, explicitly %v: off by %.3g eps, %g allowed", g.Name, i, got[i], k, x.rates[g][k][i], d/s.eps(), s.opt.Network)
			}
		}
	}
	return worst
}

// describe writes a network out for a person who has to find what is wrong with it.
func describe(n *net.Network) string {
	var b strings.Builder
	for _, g := range n.Groups {
		fmt.Fprintf(&b, "group %s %v: %s\n", g.Name, g.Grid, g.Equations.Text)
	}
	for _, p := range n.Projections {
		if m, err := p.Rule.Build(connect.Key{Seed: seed, Stream: rng.Stream(p.Name + "/connect")}, shapeOf(p.Pre), shapeOf(p.Post)); err == nil && m.Offsets != nil {
			fmt.Fprintf(&b, "%v: ", m.Offsets.Lower().Method)
		}
		fmt.Fprintf(&b, "projection %s from %s to %s (%s): %T%+v, delay %g s (set: %v)\n", p.Name, p.Pre.Name, p.Post.Name, p.Target, p.Rule, p.Rule, p.Delay, p.DelaySet)
	}
	return b.String()
}

// networkMaker makes one random network.
type networkMaker struct {
	*suite
	t     *testing.T
	r     *rand.Rand
	rules map[string]int // how often each was used, by all networks
	next  *int           // the rules take turns, so that few networks use all
	slow  map[*net.Group]*eval.Group
}

// Inputs are divided by what they could sum up to, and squashed: errors do not grow from step to step.
var rateEquations = []string{
	"r = tanh(sum(a)/8.0 - sum(b)/6.0 + 0.3*sin(t/7.0 + i))",
	"12.0*dr/dt + r = tanh(sum(a)/4.0) + 0.2*tanh(sum(b)) : min=-0.6, max=0.7, init=0.25",
	"r = 0.5 + 0.5*cos(0.3*t + 0.7*i) : init=0.4",
	"dv/dt = (tanh(sum(a)) - v)/9.0\nr = pos(v + 0.1*tanh(sum(b)))",
	"r = clip(sum(a)/5.0 + Uniform(-0.5, 0.5) + sum(a)*sum(b)/99.0, -1.0, 1.0)",
}

var shapes = []connect.Grid{{Layers: 1, Rows: 4, Cols: 5}, {Layers: 1, Rows: 4, Cols: 5}, {Layers: 1, Rows: 1, Cols: 12}, {Layers: 2, Rows: 3, Cols: 4}, {Layers: 1, Rows: 1, Cols: 1}, {Layers: 1, Rows: 7, Cols: 7}}

func (g *networkMaker) network() *net.Network {
	n := &net.Network{DT: 1e-3}
	for k := range 2 + g.r.IntN(3) {
		grid := shapes[g.r.IntN(len(shapes))]
		m := model{dialect: check.ANNarchy, method: "euler", equations: rateEquations[g.r.IntN(len(rateEquations))], layers: grid.Layers, rows: grid.Rows, cols: grid.Cols}
		// Names decide the order within a step; they must not decide the result.
		group := m.group(fmt.Sprintf("%c%d", "zAmB"[g.r.IntN(4)], k))
		slow := g.reference(g.t, &m, group.Name, n.DT)
		g.disturb(group, slow, g.r.Uint64())
		g.slow[group] = slow
		n.Groups = append(n.Groups, group)
	}
	for k := range 1 + g.r.IntN(6) {
		p := &net.Projection{
			Name: fmt.Sprintf("%c%d", "yCnD"[g.r.IntN(4)], k),
			Pre:  n.Groups[g.r.IntN(len(n.Groups))], Post: n.Groups[g.r.IntN(len(n.Groups))], Target: "ab"[k%2 : k%2+1],
		}
		if targets := g.slow[p.Post].Model.Targets; len(targets) == 0 {
			continue
		}
		*g.next++
		if *g.next%rulesInTurn == 0 && p.Pre.N != p.Post.N {
			p.Pre = p.Post // one_to_one needs equal sizes
		}
		p.Rule = g.rule(p.Pre, p.Post)
		g.rules[p.Rule.Name()]++
		if g.r.IntN(3) == 0 {
			p.Delay, p.DelaySet = 1e-3*float64(g.r.IntN(9)), true
		}
		n.Projections = append(n.Projections, p)
	}
	g.r.Shuffle(len(n.Projections), func(i, j int) {
		n.Projections[i], n.Projections[j] = n.Projections[j], n.Projections[i]
	})
	if g.r.IntN(4) == 0 {
		// A finer clock in the network: one step of the groups takes several of its ticks.
		n.Monitors = append(n.Monitors, &net.StateMonitor{Name: "fine", Group: n.Groups[0], Vars: []string{"r"}, DT: 0.25e-3})
	}
	return n
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (g *networkMaker) weight() connect.Values {
	switch g.r.IntN(4) {
	case 0:
		return nil
	case 1:
		return connect.Constant(g.round(g.r.Float64() - 0.5))
	case 2:
		return g.single(must(must(connect.NewNormal(0.1, 0.4)).Bounded(-1, 1)))
	}
	return g.single(must(connect.NewUniform(-1, 1)))
}

// single rounds weights to the plan's precision, which then is no reason for a difference.
func (g *networkMaker) single(v connect.Values) connect.Values {
	return connect.Func(func(dst []float64, pre, post []int32, key connect.Key) error {
		err := v.Fill(dst, pre, post, key)
		for i := range dst {
			dst[i] = g.round(dst[i])
		}
		return err
	})
}

// delay is none, constant or of each synapse.
func (g *networkMaker) delay() connect.Values {
	switch g.r.IntN(4) {
	case 0:
		return connect.Constant(1e-3 * float64(g.r.IntN(8)))
	case 1:
		return must(connect.NewUniform(0, 7.3e-3))
	case 2:
		return must(connect.NewUniform(0, 1.4e-3))
	}
	return nil
}

const rulesInTurn = 10

func (g *networkMaker) rule(pre, post *net.Group) connect.Rule {
	w, d, self := g.weight(), g.delay(), g.r.IntN(2) == 0
	free := pre.N
	if pre == post && !self {
		free--
	}
	switch *g.next % rulesInTurn {
	case 0:
		return connect.OneToOne{Weight: w, Delay: d}
	case 1:
		return connect.AllToAll{Weight: w, Delay: d, AllowSelf: self}
	case 2:
		return connect.FixedProbability{P: []float64{0, 0.1, 0.5, 1}[g.r.IntN(4)], Weight: w, Delay: d, AllowSelf: self}
	case 3:
		return connect.FixedNumberPre{N: g.r.IntN(free + 1), Weight: w, Delay: d, AllowSelf: self}
	case 4:
		free = post.N - (pre.N - free)
		return connect.FixedNumberPost{N: g.r.IntN(free + 1), Weight: w, Delay: d, AllowSelf: self}
	case 5:
		return connect.Gaussian{Amp: g.r.Float64() - 0.3, Sigma: 0.1 + g.r.Float64(), Limit: []float64{0, 0.01, 0.3}[g.r.IntN(3)], AllowSelf: self, Delay: d}
	case 6:
		return connect.DoG{AmpPos: 0.3 + g.r.Float64(), SigmaPos: 0.05 + 0.3*g.r.Float64(), AmpNeg: 0.3 * g.r.Float64(), SigmaNeg: 0.3 + g.r.Float64(),
			Limit: []float64{0, 0.01, 0.2}[g.r.IntN(3)], AllowSelf: self, Delay: d}
	case 7:
		return g.arrays(pre, post, w, d)
	case 8:
		m := &connect.Dense{W: make([]float64, pre.N*post.N), Rows: post.N, Cols: pre.N, NaNNone: true, ZeroNone: self, Delay: d}
		for i := range m.W {
			m.W[i] = []float64{math.NaN(), 0, g.round(g.r.Float64() - 0.5), g.round(g.r.NormFloat64() / 3)}[g.r.IntN(4)]
		}
		return m
	}
	m := &connect.Sparse{Rows: post.N, Cols: pre.N, Delay: d}
	for range g.r.IntN(2 * pre.N) {
		m.I, m.J, m.V = append(m.I, int32(g.r.IntN(post.N))), append(m.J, int32(g.r.IntN(pre.N))), append(m.V, g.round(g.r.Float64()-0.5))
	}
	return m
}

// arrays are synapses in any order, some of them between the same two neurons.
func (g *networkMaker) arrays(pre, post *net.Group, w, d connect.Values) connect.Rule {
	a := &connect.Arrays{Weight: w, Delay: d}
	for range g.r.IntN(3 * post.N) {
		a.Pre, a.Post = append(a.Pre, int32(g.r.IntN(pre.N))), append(a.Post, int32(g.r.IntN(post.N)))
	}
	if g.r.IntN(2) == 0 {
		for range a.Pre {
			a.W = append(a.W, g.round(g.r.Float64()-0.5))
			a.D = append(a.D, 1e-3*float64(g.r.IntN(6)))
		}
	}
	return a
}
