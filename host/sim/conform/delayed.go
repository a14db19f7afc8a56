package conform

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// delayed runs random networks with continuous coupling that takes time against the slow evaluator, which keeps all past states of all
// groups: one delay, one for each synapse, none; sums into either side; variables of every type, subexpressions that depend on time, parts
// of groups; and enough synapses for the plan to rewrite sums.
func (s *suite) delayed(t *testing.T) {
	total, worst := 0, 0.0
	for k := range uint64(s.opt.Delayed) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			n, w := s.delayedNetwork(t, k)
			total, worst = total+n, max(worst, w)
		})
	}
	if total < 20*s.opt.Delayed {
		t.Errorf("%d steps of %d networks compared: too few to show anything", total, s.opt.Delayed)
	}
	t.Logf("%d of %d steps compared; largest error %.3g", total, delayedSteps*s.opt.Delayed, worst)
}

const delayedSteps = 40

func (s *suite) delayedNetwork(t *testing.T, k uint64) (compared int, worst float64) {
	bound, margin := 1e-11, 1e-8
	if s.precision == plan.Single {
		bound, margin = 1e-4, 2e-5
	}
	m := &delayedMaker{spikingMaker{suite: s, r: rand.New(rand.NewPCG(k, 29))}}
	n := m.network()
	defer func() {
		if t.Failed() {
			t.Log(m.text.String())
		}
	}()
	slow, err := newSlowNet(n)
	if err != nil {
		t.Fatal(err)
	}
	r := compile(t, n, s.options())
	for step := range delayedSteps {
		nearest, err := slow.step()
		if err != nil {
			t.Fatal(err)
		}
		if nearest < margin {
			return compared, worst
		}
		steps(t, r, 1)
		compared++
		for _, g := range slow.groups {
			for _, name := range g.compared {
				worst = max(worst, near(t, g.object.Name+"."+name, step, get(t, r, g.object, name), g.Values[g.Model.ByName[name]], bound))
			}
		}
		if t.Failed() {
			break
		}
	}
	return compared, worst
}

// delayedMaker makes one random network.
type delayedMaker struct{ spikingMaker }

func (m *delayedMaker) network() *net.Network {
	n := &net.Network{DT: dt}
	names := []string{"ape", "bee", "cat", "dog", "elk", "fox"}
	m.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for k := range 1 + m.r.IntN(2) {
		n.Groups = append(n.Groups, m.group(names[k]))
	}
	for k := range 1 + m.r.IntN(3) {
		n.Synapses = append(n.Synapses, m.synapses(names[3+k], pick(m.r, n.Groups...), pick(m.r, n.Groups...)))
	}
	return n
}

func (m *delayedMaker) group(name string) *net.Group {
	r := m.r
	g := &net.Group{Name: name, N: 1 + r.IntN(12), Namespace: names{}, Method: pick(r, "euler", "rk4")}
	fmt.Fprintf(&m.text, "group %s of %d by %s\n", name, g.N, g.Method)
	g.Equations = m.source("equations", "dx/dt = omega + 40*Hz*s - 8*Hz*x : 1\ndc/dt = (cos(300*Hz*t) - c)/(2*ms) : 1 (shared)\nu = tanh(x)*cos(500*Hz*t) + 0.1*c : 1\n"+
		"u2 = u + 0.01*i : 1\ns : 1\ncount : integer\nflag : boolean\ngain : 1 (constant)\nomega : Hz (constant)")
	if r.IntN(2) == 0 {
		g.Spiking = &net.Spiking{Threshold: m.source("threshold", "x > 0.8"), Reset: m.source("reset", "x -= 0.7\ncount += 1\nflag = count % 2 == 1")}
	}
	set(g, "x", "", m.values(g.N, -1, 1)...)
	set(g, "gain", "", m.values(g.N, 0.5, 1)...)
	set(g, "c", "", m.round(0.3))
	counts := make([]float64, g.N)
	for i := range counts {
		counts[i] = float64(r.IntN(5))
	}
	set(g, "count", "", counts...)
	g.Initial = append(g.Initial, net.Assignment{Var: "omega", Values: m.values(g.N, 5, 60), Dim: units.Second.Inv()})
	return g
}

var delayedSums = []string{
	"s_post = 0.3*w*sin(x_pre - x_post) : 1 (summed)",
	"s_post = cos(3*x_pre - x_post - 0.4)/N_pre : 1 (summed)",
	"s_post = sin(x_pre - x_post)/N_incoming : 1 (summed)",
	"s_post = 0.1*(x_pre - x_post)*w : 1 (summed)",
	"s_post = w*u_pre*(1 + 0.1*u_post)*0.1 : 1 (summed)",
	"s_post = 0.1*exp(-x_pre**2)*cos(200*Hz*t) : 1 (summed)",
	"s_post = 0.1*c_pre*x_pre*gain_pre + 0.01*c_post : 1 (summed)",
	"s_post = 0.05*w*count_pre + int(flag_pre)*0.1 : 1 (summed)",
	"gap = x_pre - 0.5*x_post : 1\ns_post = 0.2*sin(gap) : 1 (summed)",
	"s_pre = 0.2*w*sin(x_post - x_pre + 0.3) : 1 (summed)",
	"s_pre = 0.1*u2_post*x_pre/N_outgoing : 1 (summed)",
}

func (m *delayedMaker) synapses(name string, pre, post *net.Group) *net.Synapses {
	r := m.r
	s := &net.Synapses{Name: name, Pre: m.span(pre), Post: m.span(post), Namespace: names{}}
	fmt.Fprintf(&m.text, "synapses %s from %s[%d:%d] to %s[%d:%d]\n", name, pre.Name, s.Pre.Start, s.Pre.Stop, post.Name, s.Post.Start, s.Post.Stop)
	s.Equations = m.source("equations", "w : 1\n"+pick(r, delayedSums...))
	c := &net.Connection{}
	some := r.IntN(3) // all pairs, some, or few of them in any order and more than once
	for i := range s.Pre.Len() {
		for j := range s.Post.Len() {
			if some == 0 || some == 1 && r.IntN(3) > 0 {
				c.I, c.J = append(c.I, int32(i)), append(c.J, int32(j))
			}
		}
	}
	for len(c.I) == 0 || some == 2 && r.IntN(6) > 0 {
		c.I, c.J = append(c.I, int32(r.IntN(s.Pre.Len()))), append(c.J, int32(r.IntN(s.Post.Len())))
	}
	s.Connect = []*net.Connection{c}
	s.Initial = []net.Assignment{{Var: "w", Values: m.values(len(c.I), 0, 1)}}
	s.Sums = &net.Pathway{Name: net.SumsPathway}
	switch r.IntN(4) {
	case 0:
		s.Sums.Delay = []float64{dt * float64(r.IntN(12))}
	case 1, 2:
		for range c.I {
			s.Sums.Delay = append(s.Sums.Delay, dt*(float64(r.IntN(9))+0.4*r.Float64()))
		}
	}
	fmt.Fprintf(&m.text, "from %v to %v, delays %v\n", c.I, c.J, s.Sums.Delay)
	return s
}
