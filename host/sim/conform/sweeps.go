package conform

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// sweeps requires of runs that are advanced together the bits of runs on their own, whatever the size of a batch. Odd ones have noise of their own.
func (s *suite) sweeps(t *testing.T) {
	spiking, models, try := uint64(6), 4, tries{4, []int{1, 0, 3}}
	coupled := couplings
	if s.backend.Caps().Name != "cpu" {
		spiking, models, try = 2, 2, tries{3, []int{1, 0}} // every run of its own compiles shaders
		if s.precision == plan.Double {
			spiking, coupled = 1, couplings[:3]
		}
	}
	together, most := 0, 0
	add := func(n int) { together, most = together+n, most+try.runs }
	for k := range spiking {
		t.Run(fmt.Sprint("spiking", k), func(t *testing.T) { add(s.sweepSpiking(t, k, try)) })
	}
	for k := uint64(0); models > 0; k++ {
		if w := s.sweepableModel(t, k); w != nil {
			models--
			t.Run(fmt.Sprint("model", k), func(t *testing.T) { add(s.sweepModel(t, k, w, try)) })
		}
	}
	for k := range coupled {
		t.Run(coupled[k].name, func(t *testing.T) { add(s.sweepCoupled(t, k, try)) })
	}
	if 3*together < 2*most {
		t.Errorf("%d of %d runs were advanced together: most should be", together, most)
	}
}

// tries are how many values a sweep has here, and the sizes of batches to compare, the first of which is 1.
type tries struct {
	runs  int
	sizes []int
}

// couplings are sums over synapses that the plan rewrites, in each of its ways: split into functions of the ends, once over all neurons, and hoisted.
var couplings = []struct {
	name, sum string
	n         int
	p         string // of a pair; "" connects all
	rewritten string // what the plan then has a kernel for
	delay     string // "": none
}{
	{"trigonometry on a graph", "sin(theta_pre - theta_post - lag)", 70, "0.3", "over synapses", ""},
	{"trigonometry over all", "K*sin(theta_pre - theta_post + lag)", 45, "", "presynaptic", ""},
	{"a delay for each synapse", "K*sin(theta_pre - theta_post - lag)", 30, "0.4", "past of theta", "5*ms*rand()"},
	{"weighted trigonometry", "w*cos(2*theta_pre - theta_post) + lag*w", 33, "0.4", "over synapses", ""},
	{"over all", "K*theta_pre*exp(-lag*theta_post)", 19, "", "presynaptic", ""},
	{"hoisted", "w*exp(-lag*theta_pre)/(1 + exp(theta_post))*(theta_pre - theta_post)", 40, "0.5", "presynaptic", ""},
	{"one neuron", "sin(theta_pre - theta_post - lag) + K", 1, "", "", ""},
	{"one delay", "K*sin(theta_pre - theta_post - lag)", 30, "0.4", "presynaptic", "4*ms"},
	{"another delay in each run", "sin(theta_pre - theta_post)", 20, "0.4", "", "5*ms*abs(lag)"},
}

// sweepCoupled sweeps over constants within a sum, and over variables of both ends.
func (s *suite) sweepCoupled(t *testing.T, k int, try tries) int {
	c, text := couplings[k], nettest.Text
	ns := nettest.Constants{"K": 1.5, "lag": 0.1, "n": float64(c.n)}
	g := &net.Group{Name: "osc", N: c.n, Namespace: ns, Method: "euler",
		Equations: text("dtheta/dt = (omega + input/n + 0.1*sin(theta))*hertz + 0.3*xi*hertz**0.5 : 1\nomega : 1\ninput : 1\nlevel : 1 (shared)")}
	g.Initial = []net.Assignment{{Var: "theta", Expr: text("6*rand()")}, {Var: "omega", Expr: text("40 + 3*randn()")}}
	syn := &net.Synapses{Name: "syn", Pre: net.All(g), Post: net.All(g), Namespace: ns, Equations: text("w : 1\ninput_post = " + c.sum + " : 1 (summed)")}
	syn.Initial = []net.Assignment{{Var: "w", Expr: text("0.5 + rand()")}}
	syn.Connect = []*net.Connection{{}}
	if c.p != "" {
		syn.Connect[0].P = text(c.p)
	}
	if c.delay != "" {
		syn.Sums = &net.Pathway{Name: net.SumsPathway, Delays: []net.Assignment{{Var: "delay", Expr: text(c.delay)}}}
	}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}, Monitors: []*net.StateMonitor{{Name: "theta", Group: g, Vars: []string{"theta", "input"}}}}
	w := sim.SweepOptions{Seconds: 20e-3, OwnNoise: k%2 == 1, Keep: []sim.Quantity{{Group: g, Var: "theta"}}}
	w.Parameters = []sim.Parameter{{Name: "lag", Values: []float64{0.1, -0.4, 0.7, 1.3}}, {Name: "K", Values: []float64{1, 2.5, -3, 0.25}}}
	if k%3 == 2 {
		w.Parameters = append(w.Parameters, sim.Parameter{Name: "w", Synapses: syn, Values: []float64{0.2, 1, -0.5, 3}})
	}
	s.hasKernel(t, n, c.rewritten)
	used := w.Parameters[:0]
	for _, p := range w.Parameters {
		if p.Synapses != nil || strings.Contains(c.sum+c.delay, p.Name) {
			used = append(used, p)
		}
	}
	w.Parameters = used
	return s.sweep(t, n, w, try)
}

// hasKernel makes sure that a network has what it is a test of.
func (s *suite) hasKernel(t *testing.T, n *net.Network, name string) {
	t.Helper()
	r := compile(t, n, s.options())
	for _, it := range r.Plan().Schedule {
		for _, op := range it.Ops {
			if r, ok := op.(*plan.Run); ok && strings.Contains(r.Kernel.Name, name) {
				return
			}
		}
	}
	t.Errorf("the plan has no kernel %q: the sum was not rewritten as this test wants it", name)
}

// sweepable is a random model with a variable to sweep over.
type sweepable struct {
	model
	slow *eval.Group
	over *check.Variable
}

// sweepableModel is random model k, nil when it has nothing to sweep over.
func (s *suite) sweepableModel(t *testing.T, k uint64) *sweepable {
	m := randomModel(k, s.precision)
	slow := s.reference(t, &m, "g", 1e-4)
	for _, v := range slow.Model.Vars {
		if v.Kind != check.Subexpression && v.Type.Kind == check.Real && v.Init == nil {
			return &sweepable{m, slow, v}
		}
	}
	return nil
}

// sweepModel sweeps over a variable of a random model.
func (s *suite) sweepModel(t *testing.T, k uint64, m *sweepable, try tries) int {
	g := m.group("g")
	s.disturb(g, m.slow, k)
	n := &net.Network{DT: 1e-4, Groups: []*net.Group{g}}
	w := sim.SweepOptions{Seconds: 20e-4, OwnNoise: k%2 == 1}
	for _, v := range m.slow.Model.Vars {
		if v.Kind != check.Subexpression {
			w.Keep = append(w.Keep, sim.Quantity{Group: g, Var: v.Name})
		}
	}
	x := size(m.over)
	w.Parameters = []sim.Parameter{{Name: m.over.Name, Group: g, Dim: m.over.Type.Dim, Values: []float64{0.1 * x, -0.3 * x, 0.1 * x, 0.7 * x}}}
	defer func() {
		if t.Failed() {
			t.Logf("%s\n%s", m.parameters, m.equations)
		}
	}()
	return s.sweep(t, n, w, try)
}

// sweep compares the results of a sweep for several sizes of batches and returns how many runs were advanced together at most.
func (s *suite) sweep(t *testing.T, n *net.Network, w sim.SweepOptions, try tries) (together int) {
	t.Helper()
	for k, p := range w.Parameters {
		w.Parameters[k].Values = p.Values[:try.runs]
	}
	var want [][]column
	for _, size := range try.sizes {
		w.Batch = size
		o := s.options()
		results, err := sim.Sweep(context.Background(), n, o, w)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			got := outcome(t, n, w, r)
			if size == 1 {
				want = append(want, got)
				continue
			}
			if d := firstDifference(got, want[i]); d != "" {
				t.Errorf("batch of %d, run %d of %d: %s", r.Together, i, len(results), d)
			}
			if size == 0 && r.Together > 1 {
				together++
			}
			if r.Apart != "" {
				t.Logf("apart: %s", r.Apart)
			}
		}
	}
	if slices.IndexFunc(want, func(c []column) bool { return firstDifference(c, want[0]) != "" }) < 0 {
		t.Error("all runs are the same: the sweep shows nothing")
	}
	return together
}

// column is one thing that a run has recorded or kept.
type column struct {
	name   string
	values []float64
}

// outcome is everything that a run has recorded and kept.
func outcome(t *testing.T, n *net.Network, w sim.SweepOptions, r *sim.SweepResult) (out []column) {
	t.Helper()
	add := func(what string, rec *record.Recording, columns ...string) {
		for _, c := range columns {
			a, err := rec.Array(c)
			if err != nil {
				t.Fatal(err)
			}
			x := column{name: what + "." + c}
			switch v := a.Data.(type) {
			case []float64:
				x.values = v
			case []int32:
				x.values = reals(v)
			case []int64:
				x.values = reals(v)
			default:
				t.Fatalf("%s has values of type %T", x.name, v)
			}
			out = append(out, x)
		}
	}
	for _, m := range n.Monitors {
		add(m.Name, r.Recording(m), append([]string{"t"}, m.Vars...)...)
	}
	for _, m := range n.SpikeMonitors {
		if !m.CountOnly {
			add(m.Name, r.Spikes(m).Recording, append([]string{"i", "step", "t"}, m.Vars...)...)
		}
		out = append(out, column{m.Name + ".count", reals(r.Spikes(m).Counts)})
	}
	for _, m := range n.RateMonitors {
		add(m.Name, r.Spikes(m).Recording, "t", "rate")
	}
	for _, q := range w.Keep {
		out = append(out, column{"kept " + q.Var, r.Kept(q)})
	}
	return out
}

func reals[T int32 | int64](v []T) []float64 {
	out := make([]float64, len(v))
	for k, x := range v {
		out[k] = float64(x)
	}
	return out
}

// firstDifference tells where the bits of two outcomes of one network differ, "" when they do not.
func firstDifference(got, want []column) string {
	for k, c := range got {
		w := want[k].values
		if len(c.values) != len(w) {
			return fmt.Sprintf("%s has %d values instead of %d", c.name, len(c.values), len(w))
		}
		for i, x := range c.values {
			if math.Float64bits(x) != math.Float64bits(w[i]) {
				return fmt.Sprintf("%s[%d] is %v instead of %v", c.name, i, x, w[i])
			}
		}
	}
	return ""
}

// sweepSpiking sweeps over constants of a random network with spikes: everything that a plan has takes part in some of them.
func (s *suite) sweepSpiking(t *testing.T, k uint64, try tries) int {
	r := rand.New(rand.NewPCG(k, 23))
	chance := func(p float64) bool { return r.Float64() < p }
	text := nettest.Text
	ns := nettest.Constants{"sigma": 0.2, "gain": 0.11, "dim": 0.5}
	scope := scopeOf{ns, map[string]units.Quantity{"tau": {Value: 5e-3, Dim: units.Second}, "hold": {Value: 0.7e-3, Dim: units.Second}}}
	n := &net.Network{DT: 1e-4}
	group := func(name string, size int) *net.Group {
		eqs := "dv/dt = (base - v + f*0.1)/tau"
		if chance(0.7) {
			eqs += " + sigma*xi*tau**-0.5"
		}
		flags := ""
		sp := &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0\ncount += 1")}
		if chance(0.6) {
			sp.Refractory, flags = text([]string{"hold", "2*hold", "v < dim"}[r.IntN(3)]), " (unless refractory)"
		}
		eqs += " : 1" + flags + "\ndf/dt = -f/(2*tau) : 1\nbase : 1\ncount : 1\ndrive : 1 (shared)\nlook = v + 0.1*f + drive : 1\nsummed : 1\nlong = hold : second"
		g := &net.Group{Name: name, N: size, Equations: text(eqs), Namespace: scope, Spiking: sp, Method: "euler"}
		g.Initial = []net.Assignment{{Var: "base", Expr: text("0.8 + 0.05*i/N + 0.6*rand()")}, {Var: "v", Expr: text("rand()")}, {Var: "drive", Expr: text("gain + tau*hertz")}}
		if chance(0.5) {
			g.Code = append(g.Code, &net.CodeBlock{Name: name + "_regular", Code: text("drive = drive + gain*rand()\nf = f + 0.01*randn() + 0.001*i"), DT: 3e-4})
		}
		n.Groups = append(n.Groups, g)
		return g
	}
	a, b := group("a", []int{1, 3, 17, 300}[r.IntN(4)]), group("zb", []int{1, 2, 40}[r.IntN(3)])
	in := &net.Group{Name: "gen", N: 6, Generator: &net.Generator{Index: []int32{0, 2, 5, 0, 3}, Times: []float64{0.1e-3, 0.1e-3, 0.7e-3, 1.3e-3, 1.3e-3}}}
	if chance(0.5) {
		in.Generator.Period = 2e-3
	}
	n.Groups = append(n.Groups, in)
	poisson := &net.Group{Name: "poi", N: 9, Equations: text("rates : hertz"), Namespace: scope, Spiking: &net.Spiking{Threshold: text("rand() < rates*dt")}}
	poisson.Initial = []net.Assignment{{Var: "rates", Expr: text("200*hertz + 40*hertz*i")}}
	n.Groups = append(n.Groups, poisson)
	connection := func(pre, post net.Span) *net.Connection {
		switch r.IntN(3) {
		case 0:
			return &net.Connection{P: text("0.4")}
		case 1:
			return &net.Connection{Condition: text("(i + 2*j) % 3 != 0"), N: 1 + r.IntN(2)}
		}
		c := &net.Connection{}
		for range 1 + r.IntN(40) {
			c.I, c.J = append(c.I, int32(r.IntN(pre.Len()))), append(c.J, int32(r.IntN(post.Len())))
		}
		return c
	}
	span := func(g *net.Group) net.Span {
		if g.N > 4 && chance(0.3) {
			return net.Span{Group: g, Start: 1, Stop: g.N - 2}
		}
		return net.All(g)
	}
	for i := range 2 + r.IntN(4) {
		pre, post := span([]*net.Group{a, b, in, poisson}[r.IntN(4)]), span([]*net.Group{a, b}[r.IntN(2)])
		syn := &net.Synapses{Name: fmt.Sprintf("%csyn%d", "qA"[r.IntN(2)], i), Pre: pre, Post: post, Namespace: scope}
		eqs, onPre := "w : 1", []string{"v_post += w", "f_post += w*gain", "v_post += gain*0.3", "f_post += w + 0.01*N_incoming\nv_post += 0.01"}[r.IntN(4)]
		if chance(0.4) {
			eqs += "\ndapre/dt = -apre/tau : 1 (event-driven)\ndapost/dt = -apost/(2*tau) : 1 (event-driven)"
			onPre += "\napre += 0.1\nw = clip(w + apost*gain, 0, 0.4)"
			syn.Pathways = append(syn.Pathways, &net.Pathway{Name: "post", Post: true, Code: text("apost += 0.1\nw = clip(w - apre*0.02, 0, 0.4)")})
			if post.Group == in || post.Group == poisson {
				syn.Pathways = nil
			}
		}
		if chance(0.3) {
			eqs += "\nds/dt = (0.1 - s)/tau : 1 (clock-driven)"
			if pre.Group != in && pre.Group != poisson {
				eqs += "\nsummed_post = s*(v_pre - v_post) + gain*f_pre + 0.001*j : 1 (summed)"
			}
		}
		if chance(0.3) {
			onPre += "\nw = clip(w + 0.01*rand(), 0, 0.4)"
		}
		path := &net.Pathway{Name: "pre", Code: text(onPre)}
		syn.Connect = []*net.Connection{connection(pre, post)}
		if chance(0.5) {
			path.Delay = []float64{1e-4 * float64(r.IntN(12))}
			if x := syn.Connect[0]; x.I != nil && chance(0.6) {
				path.Delay = nil
				for range x.I {
					path.Delay = append(path.Delay, 1e-4*float64(r.IntN(9)))
				}
			}
		}
		syn.Equations, syn.Pathways = text(eqs), append(syn.Pathways, path)
		syn.Initial = []net.Assignment{{Var: "w", Expr: text("0.05 + 0.1*rand()*gain + 0.001*i")}}
		n.Synapses = append(n.Synapses, syn)
		n.Monitors = append(n.Monitors, &net.StateMonitor{Name: syn.Name + "_states", Synapses: syn, Vars: []string{"w"}, DT: 5e-4})
	}
	if chance(0.5) {
		n.Inputs = append(n.Inputs, &net.PoissonInput{Name: "input", Target: span(a), Var: "f", Namespace: scope, N: 20, Rate: 30, Weight: text("0.2*gain")})
	}
	n.Monitors = append(n.Monitors,
		&net.StateMonitor{Name: "all", Group: a, Vars: []string{"v", "look", "drive", "summed"}},
		&net.StateMonitor{Name: "some", Group: b, Vars: []string{"v", "count"}, Elements: []int32{int32(b.N - 1), 0}, DT: 2e-4, When: "end"})
	n.SpikeMonitors = append(n.SpikeMonitors, &net.SpikeMonitor{Name: "spikes", Of: span(a), Vars: []string{"v", "look", "drive"}}, &net.SpikeMonitor{Name: "counts", Of: span(b), CountOnly: true},
		&net.SpikeMonitor{Name: "inputs", Of: net.All(poisson)})
	n.RateMonitors = append(n.RateMonitors, &net.RateMonitor{Name: "rate", Of: span(a)})
	w := sim.SweepOptions{Seconds: 12e-3, Keep: []sim.Quantity{{Group: a, Var: "v"}, {Group: b, Var: "f"}, {Group: a, Var: "drive"}, {Synapses: n.Synapses[0], Var: "w"}}}
	switch k % 3 {
	case 0:
		w.Parameters = []sim.Parameter{{Name: "tau", Dim: units.Second, Values: []float64{3e-3, 8e-3, 1e-3, 5e-3}}}
	case 1:
		w.Parameters = []sim.Parameter{{Name: "gain", Values: []float64{0.1, 0.3, 0.05, 0.2}}, {Name: "hold", Dim: units.Second, Values: []float64{3e-4, 8e-4, 1e-4, 2e-3}}}
	case 2:
		w.Parameters = []sim.Parameter{{Name: "w", Synapses: n.Synapses[0], Values: []float64{0.1, 0.3, 0.05, 1}}, {Name: "base", Group: a, Values: []float64{1.2, 0.9, 1, 1.5}}, {Name: "gain", Values: []float64{0.1, 0.3, 0.05, 0.2}}}
	}
	w.OwnNoise = k%2 == 1
	return s.sweep(t, n, w, try)
}

// scopeOf are constants without and with units.
type scopeOf struct {
	nettest.Constants
	units map[string]units.Quantity
}

// Lookup implements check.Scope.
func (c scopeOf) Lookup(name string) (check.Value, bool) {
	if q, ok := c.units[name]; ok {
		return check.Value{Kind: check.ValQuantity, Q: q}, true
	}
	return c.Constants.Lookup(name)
}
