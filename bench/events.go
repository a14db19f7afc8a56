package bench

import (
	"github.com/galvani-sim/galvani/host/net"
)

// degrees are the numbers of synapses of each neuron, by the index of the synapses in the network and the side that spikes.
// All cases of a workload have the same.
type degrees struct{ pre, post map[int][]int32 }

// of returns the degrees of one side of synapses, relative to the span.
func (d *degrees) of(k *benchCase, index int, post bool) []int32 {
	if d.pre == nil {
		d.pre, d.post = map[int][]int32{}, map[int][]int32{}
	}
	known := d.pre
	if post {
		known = d.post
	}
	if known[index] == nil {
		s := k.sim.Network().Synapses[index]
		ends, other, _ := k.sim.Edges(s)
		span := s.Pre
		if post {
			ends, span = other, s.Post
		}
		count := make([]int32, span.Len())
		for _, e := range ends {
			count[e]++
		}
		if drawn := k.sim.Result().Procedural[s]; drawn != nil && !post { // nobody else has counted them
			if first := drawn.Count().First; first != nil {
				for e := range count {
					count[e] = first[span.Start+e+1] - first[span.Start+e]
				}
			}
		}
		known[index] = count
	}
	return known[index]
}

// spikeEvents is how many synapses spikes have reached since the beginning. Spikes count in the step in which they leave, not that of arrival.
func (k *benchCase) spikeEvents() float64 {
	n := k.sim.Network()
	fired := map[*net.Group][]int64{}
	for _, m := range n.SpikeMonitors {
		if m.Of.Len() == m.Of.Group.N {
			fired[m.Of.Group] = k.sim.Spikes(m).Counts
		}
	}
	total := 0.0
	for i, s := range n.Synapses {
		for _, p := range s.Pathways {
			span := s.Pre
			if p.Post {
				span = s.Post
			}
			counts := fired[span.Group]
			if counts == nil {
				continue
			}
			for e, degree := range k.degrees.of(k, i, p.Post) {
				total += float64(counts[span.Start+e]) * float64(degree)
			}
		}
	}
	return total
}

// everyStep is the number of synapses that contribute in every step: those of projections, and of sums.
func (k *benchCase) everyStep() float64 {
	n := k.sim.Network()
	total := k.res.Synapses
	for _, s := range n.Synapses {
		if len(s.Pathways) > 0 {
			total -= k.sim.Result().Synapses[s.Name]
		}
	}
	return float64(total)
}
