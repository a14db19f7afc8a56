package bench

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/net"
)

// Networks whose synapses do more than add: they have work in every step, or learn when spikes come.

// gaps are n cells of different drive with gap junctions between all of them.
func gaps(n int) Workload {
	build := func() *net.Network {
		g := &net.Group{
			Name: "P", N: n, Method: "euler", Namespace: quantities{"tau": "10*ms"},
			Equations: equations("dv/dt = (drive - v + junctions)/tau : 1\ndrive : 1\njunctions : 1"),
			Spiking:   &net.Spiking{Threshold: equations("v > 1"), Reset: equations("v = 0")},
			Initial:   []net.Assignment{initially("v", "rand()"), initially("drive", "1.05 + 0.1*rand()")},
		}
		s := &net.Synapses{
			Name: "gap", Pre: net.All(g), Post: net.All(g), Namespace: quantities{"mean": fmt.Sprint(3 / float64(n))},
			Equations: equations("w : 1\njunctions_post = w*(v_pre - v_post) : 1 (summed)"),
			Connect:   []*net.Connection{{Condition: equations("i != j")}}, Initial: []net.Assignment{initially("w", "2*mean*rand()")},
		}
		return counted(g, s)
	}
	return spikes(fmt.Sprintf("gaps-%d", n), "gap junctions between all cells", float64(n), float64(n*(n-1)), build,
		Watched{Group: "P", Var: "v", Peak: 0.5, Most: 20}, drawn, 5, 60)
}

// nmda are n cells with a hundred inputs each through NMDA receptors: what a synapse opens saturates, so each has equations of its own. After
// X.-J. Wang, "Synaptic basis of cortical persistent activity", Journal of Neuroscience 19 (1999).
func nmda(n int) Workload {
	const inputs = 100
	build := func() *net.Network {
		g := &net.Group{
			Name: "P", N: n, Method: "euler", Namespace: quantities{"tau": "20*ms"},
			Equations: equations("dv/dt = (drive - v + open)/tau : 1 (unless refractory)\ndrive : 1\nopen : 1"),
			Spiking:   &net.Spiking{Threshold: equations("v > 1"), Reset: equations("v = 0"), Refractory: equations("2*ms")},
			Initial:   []net.Assignment{initially("v", "rand()"), initially("drive", "0.9 + 0.2*rand()")},
		}
		s := &net.Synapses{
			Name: "S", Pre: net.All(g), Post: net.All(g), Method: "rk2",
			Namespace: quantities{"rise": "2*ms", "decay": "100*ms", "alpha": "0.5/ms", "mean": fmt.Sprint(1.0 / inputs)},
			Equations: equations("w : 1\ndx/dt = -x/rise : 1 (clock-driven)\nds/dt = -s/decay + alpha*x*(1 - s) : 1 (clock-driven)\nopen_post = w*s : 1 (summed)"),
			Pathways:  []*net.Pathway{{Name: "pre", Code: equations("x += 1")}},
			Connect:   []*net.Connection{{P: equations(fmt.Sprint(inputs / float64(n)))}}, Initial: []net.Assignment{initially("w", "2*mean*rand()")},
		}
		return counted(g, s)
	}
	return spikes(fmt.Sprintf("nmda-%d", n), "NMDA synapses with equations of their own, 100 inputs per cell", float64(n), inputs*float64(n), build,
		Watched{Group: "P", Var: "v", Peak: 0.5, Most: 20}, drawn, 10, 120)
}

// plastic are n cells with a hundred inputs each that learn by spike timing, as those of stdp do, with a delay of its own each.
func plastic(n int) Workload {
	const inputs = 100
	build := func() *net.Network {
		g := &net.Group{
			Name: "P", N: n, Method: "exact", Namespace: quantities{"tau": "20*ms"},
			Equations: equations("dv/dt = (drive - v)/tau : 1\ndrive : 1"),
			Spiking:   &net.Spiking{Threshold: equations("v > 1"), Reset: equations("v = 0")},
			Initial:   []net.Assignment{initially("v", "rand()"), initially("drive", "1.05 + 0.1*rand()")},
		}
		s := &net.Synapses{
			Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: quantities{"taupre": "20*ms", "taupost": "20*ms", "scale": "5e-4"},
			Equations: equations("w : 1\ndApre_/dt = -Apre_/taupre : 1 (event-driven)\ndApost_/dt = -Apost_/taupost : 1 (event-driven)"),
			Pathways: []*net.Pathway{
				{Name: "pre", Code: equations("v_post += scale*w\nApre_ += 0.01\nw = clip(w + Apost_, 0, 1)"), Delays: []net.Assignment{initially("delay", "1*ms + 4*ms*rand()")}},
				{Name: "post", Post: true, Code: equations("Apost_ -= 0.0105\nw = clip(w + Apre_, 0, 1)")},
			},
			Connect: []*net.Connection{{P: equations(fmt.Sprint(inputs / float64(n)))}}, Initial: []net.Assignment{initially("w", "rand()")},
		}
		return counted(g, s)
	}
	return spikes(fmt.Sprintf("plastic-%d", n), "STDP between all cells, 100 inputs per cell, a delay for each", float64(n), inputs*float64(n), build,
		Watched{Group: "P", Var: "v", Peak: 0.5, Most: 20}, drawn, 10, 60)
}
