package conform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// spiking runs random networks of spiking neurons against the slow evaluator: equations, methods, thresholds, resets, refractoriness,
// subgroups, pathways with one delay or many, traces, clock-driven equations, several sums into one variable, and code that runs in order.
func (s *suite) spiking(t *testing.T) {
	var total spikingCoverage
	for k := range uint64(s.opt.Spiking) {
		t.Run(fmt.Sprint(k), func(t *testing.T) { total.add(s.spikingNetwork(t, k, nil)) })
	}
	if s.opt.Spiking >= 8 && (total.spikes < 20*s.opt.Spiking || total.events < 20*s.opt.Spiking || total.steps < 40*s.opt.Spiking) {
		t.Errorf("%d networks had %d spikes and %d events at synapses in %d steps: too few to show anything", s.opt.Spiking, total.spikes, total.events, total.steps)
	}
	t.Logf("%d spikes, %d events at synapses, %d of %d steps compared; largest error %.3g", total.spikes, total.events, total.steps, spikingSteps*s.opt.Spiking, total.worst)
}

type spikingCoverage struct {
	spikes, events, steps int
	worst                 float64
}

func (c *spikingCoverage) add(d spikingCoverage) {
	c.spikes, c.events, c.steps, c.worst = c.spikes+d.spikes, c.events+d.events, c.steps+d.steps, max(c.worst, d.worst)
}

const spikingSteps = 150

// spikingNetwork compares one network step by step, until a neuron comes so close to its threshold that rounding may decide. between, when not nil, is
// called between steps.
func (s *suite) spikingNetwork(t *testing.T, k uint64, between func(t *testing.T, m *spikingMaker, r *sim.Sim, slow *slowNet, step int)) (c spikingCoverage) {
	m := &spikingMaker{suite: s, r: rand.New(rand.NewPCG(k, 23))}
	return s.slowly(t, m, m.network(), between)
}

// slowly compares a network.
func (s *suite) slowly(t *testing.T, m *spikingMaker, n *net.Network, between func(t *testing.T, m *spikingMaker, r *sim.Sim, slow *slowNet, step int)) (c spikingCoverage) {
	// Variables are of order 1; errors of a step are forgotten or, in weights, add up over the steps.
	bound, margin := 1e-11, 1e-8
	if s.precision == plan.Single {
		bound, margin = 1e-4, 2e-5
	}
	defer func() {
		if t.Failed() {
			t.Log(m.text.String())
		}
	}()
	slow, err := newSlowNet(n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Build(n, plan.Options{Precision: s.precision, Seed: seed}); err != nil && strings.Contains(err.Error(), `order_dependent="by index"`) {
		for _, x := range n.Synapses {
			x.ByIndex = true
		}
	}
	r := compile(t, n, s.options())
	for step := range spikingSteps {
		if between != nil {
			between(t, m, r, slow, step)
		}
		nearest, err := slow.step()
		if err != nil {
			t.Fatal(err)
		}
		if nearest < margin {
			return c
		}
		steps(t, r, 1)
		c.steps++
		if step%7 != 0 && step < spikingSteps-8 {
			continue
		}
		for _, g := range slow.groups {
			for _, name := range g.compared {
				c.worst = max(c.worst, near(t, g.object.Name+"."+name, step, get(t, r, g.object, name), g.Values[g.Model.ByName[name]], bound))
			}
		}
		for _, x := range slow.synapses {
			for _, name := range x.compared {
				got, _, err := r.GetSynapses(x.object, name)
				if err != nil {
					t.Fatal(err)
				}
				c.worst = max(c.worst, near(t, x.object.Name+"."+name, step, got, x.Values[x.Model.ByName[name]], bound))
			}
		}
		if t.Failed() {
			break
		}
	}
	c.spikes, c.events = slow.spikes, slow.events
	for i, mon := range n.SpikeMonitors {
		rec := r.Spikes(mon).Recording
		if err := r.Flush(); err != nil {
			t.Fatal(err)
		}
		steps, index := must(rec.Array("step")).Data.([]int64), must(rec.Array("i")).Data.([]int32)
		var got [][2]int
		for j := range steps {
			got = append(got, [2]int{int(steps[j]), int(index[j])})
		}
		if want := slow.groups[i].fired; !slices.Equal(got, want) {
			t.Errorf("%s spikes as %v, slowly as %v", slow.groups[i].object.Name, got, want)
		}
	}
	return c
}

// near holds values against the slow ones, relative to the larger of 1 and their size, and returns the largest distance.
func near(t *testing.T, name string, step int, got, want []float64, bound float64) (worst float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d values, want %d", name, len(got), len(want))
	}
	for i := range got {
		d := math.Abs(got[i]-want[i]) / max(1, math.Abs(want[i]))
		worst = max(worst, d)
		if !(d <= bound) {
			t.Errorf("%s[%d] = %v after step %d, slowly %v", name, i, got[i], step, want[i])
			return worst
		}
	}
	return worst
}

// spikingMaker makes one random network. Every group has the variables v, g, s, q and th, so that code of synapses may use them.
type spikingMaker struct {
	*suite
	r    *rand.Rand
	text strings.Builder // for a person who looks at a failure
	// summedInto gives synapses a variable r that others may sum or add into.
	summedInto bool
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (m *spikingMaker) source(what, code string) *diag.Source {
	if code == "" {
		return nil
	}
	fmt.Fprintf(&m.text, "%s:\n\t%s\n", what, strings.ReplaceAll(code, "\n", "\n\t"))
	return &diag.Source{Name: what, Text: code}
}

func (m *spikingMaker) values(n int, lo, hi float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = m.round(lo + (hi-lo)*m.r.Float64())
	}
	return v
}

func (m *spikingMaker) network() *net.Network {
	n := &net.Network{DT: dt}
	// Names decide the order within a slot, so they come in any order.
	names := []string{"ape", "bee", "cat", "dog", "elk", "fox"}
	m.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for k := range 1 + m.r.IntN(3) {
		g := m.group(names[k])
		n.Groups = append(n.Groups, g)
		n.SpikeMonitors = append(n.SpikeMonitors, &net.SpikeMonitor{Name: "of " + g.Name, Of: net.All(g)})
	}
	for k := range 1 + m.r.IntN(3) {
		n.Synapses = append(n.Synapses, m.synapses(names[3+k], pick(m.r, n.Groups...), pick(m.r, n.Groups...)))
	}
	return n
}

func (m *spikingMaker) group(name string) *net.Group {
	r := m.r
	flag := pick(r, "", " (unless refractory)")
	drive := pick(r, "bias", "bias + 0.2*sin(90*Hz*t + i)", "bias + 0.3*c", "I")
	eqs := fmt.Sprintf("dv/dt = (%s + %g*s + %g*g - v)/tau : 1%s\ndg/dt = -g/(%d*ms) : 1%s\ns : 1\nq : 1\nth : 1\nbias : 1 (constant)\ntau : second (constant)",
		drive, pick(r, 0.0, 0.4), pick(r, 0.3, 1.0), flag, 2+r.IntN(6), pick(r, "", " (unless refractory)"))
	switch drive {
	case "bias + 0.3*c":
		eqs += "\ndc/dt = (0.5*cos(50*Hz*t) - c)/(7*ms) : 1 (shared)"
	case "I":
		eqs += "\nI = bias + 0.2*tanh(g - s) : 1"
	}
	g := &net.Group{Name: name, N: 1 + r.IntN(9), Namespace: names{}, Method: pick(r, "euler", "rk2", "rk4")}
	fmt.Fprintf(&m.text, "group %s of %d by %s\n", name, g.N, g.Method)
	g.Equations = m.source("equations", eqs)
	g.Spiking = &net.Spiking{Threshold: m.source("threshold", pick(r, "v > th", "v - 0.1*g > th", "v >= 0.9")),
		Reset:      m.source("reset", pick(r, "v = 0", "v -= 0.8\nq += 0.1", "v = 0.1*g\nth = clip(th + 0.05, 0.5, 1.2)", "if q > 0.51:\n    v = 0.1\nelse:\n    v = -0.1")),
		Refractory: m.source("refractory", pick(r, "", "2*ms", "0.5*ms + i*0.3*ms", "v > 0.45", "q*10*ms > 4.05*ms")), Rule: pick(r, net.RefractoryBrian, net.RefractoryNEST)}
	set(g, "v", "", m.values(g.N, 0, 0.8)...)
	set(g, "th", "", m.values(g.N, 0.7, 0.9)...)
	set(g, "q", "", m.values(g.N, 0, 1)...)
	set(g, "bias", "", m.values(g.N, 0.9, 2)...)
	g.Initial = append(g.Initial, net.Assignment{Var: "tau", Values: m.values(g.N, 3e-3, 9e-3), Dim: units.Second})
	return g
}

// span is all of a group or a part of it.
func (m *spikingMaker) span(g *net.Group) net.Span {
	if m.r.IntN(3) > 0 || g.N < 2 {
		return net.All(g)
	}
	start := m.r.IntN(g.N - 1)
	return net.Span{Group: g, Start: start, Stop: start + 1 + m.r.IntN(g.N-start)}
}

var (
	addingCode = []string{
		"g_post += w", "g_post += 0.5*w/N_incoming\nq_pre += 0.01*N_outgoing", "v_post += 0.05*w*(1 - q_post)", "x = w*g_pre\ng_post += x",
		"if w > 0.4:\n    g_post += 0.2\nelse:\n    g_post -= 0.1*w", "w = clip(w - 0.02*v_post, 0, 1)\ng_post += w*tanh(q_pre)", "g_post += 0.1*(i + 1)/N_pre\nq_post -= 0.05*j/N_post",
	}
	tracingCode = []string{
		"A += 0.1\nw = clip(w - 0.2*B, 0, 1)\ng_post += w", "B += 0.05\nw = clip(w + 0.3*A, 0, 1)", "g_pre += 0.2*A*w\nA = 0.3", "w = clip(w + B - A, 0, 1)\nB = 0.5*B + 0.1",
		"g_post += w*exp(-(t - lastupdate)/(20*ms))\nA += 0.02",
	}
	drivingCode = []string{"x += 0.3*w", "g_post += x", "x = clip(x + g_pre, -1, 1)\nv_post += 0.02*x"}
	orderedCode = []string{
		"g_post = 0.8*g_post + w", "v_post = clip(v_post + 0.2*w*(0.5 - v_post), -1, 2)", "total += 0.1\ng_post += 0.01*total*w", "q_post = 0.5*q_post + 0.3*g_pre\nq_pre = 0.5*q_post + 0.1*w",
		"if q_post > 0.5:\n    q_post *= 0.7\nelse:\n    q_post += 0.11*w\ng_post += 0.1*q_post", "old = q_post\nq_post = q_pre\nq_pre = 0.9*old", "total = 0.9*total + 0.01\nw = clip(w*total + 0.1*v_pre, 0, 1)",
	}
)

func (m *spikingMaker) synapses(name string, pre, post *net.Group) *net.Synapses {
	r := m.r
	s := &net.Synapses{Name: name, Pre: m.span(pre), Post: m.span(post), Namespace: names{}, Method: pick(r, "", "euler")}
	eqs, code := "w : 1\ntotal : 1 (shared)", slices.Clone(addingCode)
	sums := []string{"s_post = 0.3*w*tanh(v_pre - 0.3*v_post) : 1 (summed)", "s_pre = 0.2*w*v_post/N_outgoing : 1 (summed)", "s_post = g_pre*(j + 1)*0.02 : 1 (summed)"}
	switch r.IntN(4) {
	case 0:
		eqs += "\ndA/dt = -A/(6*ms) : 1 (event-driven)\ndB/dt = (0.1 - B)/(11*ms) : 1 (event-driven)"
		code = append(code, tracingCode...)
		s.Method = ""
	case 1:
		eqs += "\ndx/dt = (" + pick(r, "0.2*v_post", "0.2*w", "0.1*cos(j)") + " - x)/(8*ms) : 1" + pick(r, "", " (clock-driven)")
		sums = append(sums, "s_post = 0.5*x : 1 (summed)", "s_post = 0.8*w*x : 1 (summed)", "s_post = 0.4*x*(1 - v_post) : 1 (summed)", "s_pre = x*w : 1 (summed)")
		code = append(slices.DeleteFunc(code, func(c string) bool { return strings.HasPrefix(c, "x =") }), drivingCode...)
		s.Method = "euler"
	}
	if m.summedInto {
		eqs += "\nr : 1"
		code = append(code, "w = clip(w + 0.01*r, 0, 1)\ng_post += w", "r += 0.02*v_pre")
	}
	if s.ByIndex = r.IntN(3) == 0; s.ByIndex {
		code = append(code, orderedCode...)
		code = append(code, orderedCode...)
	}
	if r.IntN(2) == 0 {
		eqs += "\n" + pick(r, sums...)
		if r.IntN(3) == 0 {
			s.Sums = &net.Pathway{Name: net.SumsPathway, Delay: []float64{dt * float64(r.IntN(12))}}
		}
	}
	fmt.Fprintf(&m.text, "synapses %s from %s[%d:%d] to %s[%d:%d], by index: %v\n", name, pre.Name, s.Pre.Start, s.Pre.Stop, post.Name, s.Post.Start, s.Post.Stop, s.ByIndex)
	s.Equations = m.source("equations", eqs)
	// Pairs in any order, some of them twice.
	c := &net.Connection{}
	for range 1 + r.IntN(3*s.Pre.Len()*s.Post.Len()/2+1) {
		c.I, c.J = append(c.I, int32(r.IntN(s.Pre.Len()))), append(c.J, int32(r.IntN(s.Post.Len())))
	}
	if r.IntN(2) == 0 { // in the order of connect(p=...)
		slices.Sort(c.I)
		for at := 0; at < len(c.I); {
			behind := at + sort.Search(len(c.I)-at, func(k int) bool { return c.I[at+k] > c.I[at] })
			slices.Sort(c.J[at:behind])
			at = behind
		}
	}
	fmt.Fprintf(&m.text, "from %v to %v\n", c.I, c.J)
	s.Connect = []*net.Connection{c}
	s.Initial = []net.Assignment{{Var: "w", Values: m.values(len(c.I), 0, 1)}}
	for _, p := range []*net.Pathway{{Name: "pre"}, {Name: "post", Post: true}, {Name: "later"}} {
		if p.Name != "pre" && r.IntN(2) == 0 {
			continue
		}
		m.delay(p, len(c.I), 9, r.IntN(4))
		p.Code = m.source(p.Name, pick(r, code...))
		s.Pathways = append(s.Pathways, p)
	}
	return s
}

// delay gives n synapses one delay, one each, of so many different ones, or none.
func (m *spikingMaker) delay(p *net.Pathway, n, different, kind int) {
	switch p.Delay = nil; kind {
	case 0:
		p.Delay = []float64{dt * float64(m.r.IntN(12))}
	case 1:
		for range n {
			p.Delay = append(p.Delay, dt*float64(m.r.IntN(different)*9/different))
		}
	}
	fmt.Fprintf(&m.text, "delays %v\n", p.Delay)
}
