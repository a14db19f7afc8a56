package conform

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

// atSynapses runs random networks in which synapses begin or end at synapses against the slow evaluator: spikes and sums that change variables of
// synapses, sums of them into neurons and into other synapses, and equations of synapses that read them.
func (s *suite) atSynapses(t *testing.T) {
	var total spikingCoverage
	for k := range uint64(s.opt.Spiking) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			m := &spikingMaker{suite: s, r: rand.New(rand.NewPCG(k, 29)), summedInto: true}
			n := m.network()
			m.more(n)
			total.add(s.slowly(t, m, n, nil))
		})
	}
	if s.opt.Spiking >= 8 && (total.spikes < 20*s.opt.Spiking || total.events < 20*s.opt.Spiking || total.steps < 30*s.opt.Spiking) {
		t.Errorf("%d networks had %d spikes and %d events at synapses in %d steps: too few to show anything", s.opt.Spiking, total.spikes, total.events, total.steps)
	}
	t.Logf("%d spikes, %d events at synapses, %d of %d steps compared; largest error %.3g", total.spikes, total.events, total.steps, spikingSteps*s.opt.Spiking, total.worst)
}

// more adds synapses that have the synapses of the network, and each other, as ends.
func (m *spikingMaker) more(n *net.Network) {
	ends := map[*net.Synapses]*net.Group{}
	end := func() *net.Group {
		s := pick(m.r, n.Synapses...)
		if ends[s] == nil {
			ends[s] = &net.Group{Name: s.Name, N: len(s.Connect[0].I), DT: s.DT, Order: s.Order, Of: s}
		}
		return ends[s]
	}
	for k := range 1 + m.r.IntN(3) {
		name := fmt.Sprintf("%s%d", pick(m.r, "ant", "cow", "gnu"), k)
		var s *net.Synapses
		switch m.r.IntN(4) {
		case 0: // spikes change synapses
			s = m.joining(name, pick(m.r, n.Groups...), end(), "")
			for _, p := range []string{"pre", "later"} {
				way := &net.Pathway{Name: p, Code: m.source(p, pick(m.r, "w_post += 0.02*w", "r_post += 0.1*v_pre", "w += 0.01*w_post\nr_post += w", "w_post -= 0.01*w*(j + 1)/N_post\nr_post += 0.05"))}
				m.delay(way, len(s.Connect[0].I), 9, m.r.IntN(4))
				if s.Pathways = append(s.Pathways, way); m.r.IntN(2) == 0 {
					break
				}
			}
		case 1:
			s = m.joining(name, end(), pick(m.r, n.Groups...), pick(m.r, "s_post = 0.1*w*w_pre : 1 (summed)", "s_post = 0.05*(r_pre + w_pre)/N_incoming : 1 (summed)",
				"dy/dt = (0.3*w_pre - y)/(5*ms) : 1 (clock-driven)\ns_post = y*w : 1 (summed)"))
		case 2:
			s = m.joining(name, pick(m.r, n.Groups...), end(), pick(m.r, "r_post = 0.2*v_pre*w_post : 1 (summed)", "r_post = 0.1*(w + g_pre)/N_incoming : 1 (summed)"))
			if m.r.IntN(2) == 0 {
				s.Sums = &net.Pathway{Name: net.SumsPathway, Delay: []float64{dt * float64(m.r.IntN(12))}}
			}
		case 3:
			s = m.joining(name, end(), end(), pick(m.r, "r_post = 0.2*w*w_pre : 1 (summed)", "dz/dt = (w_pre*w_post - z + r)/(4*ms) : 1\nr_pre = 0.3*z + 0.1*w : 1 (summed)"))
		}
		n.Synapses = append(n.Synapses, s)
	}
}

// joining makes synapses with weights between groups, of which either may stand for synapses.
func (m *spikingMaker) joining(name string, pre, post *net.Group, eqs string) *net.Synapses {
	s := &net.Synapses{Name: name, Pre: net.All(pre), Post: net.All(post), Namespace: names{}, Method: "euler"}
	fmt.Fprintf(&m.text, "synapses %s from %s to %s\n", name, pre.Name, post.Name)
	s.Equations = m.source("equations", "w : 1\nr : 1\n"+eqs)
	c := &net.Connection{}
	for range 1 + m.r.IntN(2*max(pre.N, post.N)) {
		c.I, c.J = append(c.I, int32(m.r.IntN(pre.N))), append(c.J, int32(m.r.IntN(post.N)))
	}
	fmt.Fprintf(&m.text, "from %v to %v\n", c.I, c.J)
	s.Connect = []*net.Connection{c}
	s.Initial = []net.Assignment{{Var: "w", Values: m.values(len(c.I), 0, 1)}}
	return s
}
