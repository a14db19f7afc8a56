package bench

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// models are the networks of other simulators' examples that are not populations of one kind of spiking cell.
func models() []Workload {
	return []Workload{
		kuramoto("kuramoto-1000", 1000, 9924), kuramoto("kuramoto-100000", 100_000, 1_000_000), kuramoto("kuramoto-full", 1000, 0),
		spreizer(5), spreizer(2), stdp(1000), gaps(300), nmda(1000), plastic(4000), cascade(20_000),
		pymonnto(100), pymonnto(2000), pymonnto(10_000),
	}
}

// draws is a stream of random numbers for what a workload makes before it is compiled.
func draws(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// kuramoto couples n phases along edges, both ways, drawn at random without loops; with 0 edges all with all others.
func kuramoto(name string, n, synapses int) Workload {
	w := Workload{
		Name: name, Title: "Kuramoto's oscillators on a random graph", Params: []Param{{"N", float64(n)}, {"synapses", float64(synapses)}},
		CompareAt: 20, Tolerance: [2]float64{plan.Single: 2e-5, plan.Double: 1e-11}, Large: n > 1000,
	}
	if synapses == 0 {
		w.Title, w.Params[1].Value = "Kuramoto's oscillators, all with all others", float64(n*(n-1))
	}
	r := draws(uint64(n))
	omega, theta := make([]float64, n), make([]float64, n)
	drift := 0.0
	for i := range omega {
		omega[i], theta[i] = math.Max(0, 3+r.NormFloat64()), 2*math.Pi*r.Float64()
		drift += omega[i] / float64(n)
	}
	w.Build = func() (*net.Network, error) {
		ns := quantities{"K": "15/second"}
		g := &net.Group{
			Name: "osc", N: n, Method: "euler", Namespace: ns,
			Equations: equations("dTheta/dt = omega + K/N*coupling : radian\nomega : radian/second (constant)\ncoupling : 1"),
			Initial:   []net.Assignment{{Var: "Theta", Values: theta}, {Var: "omega", Values: omega, Dim: perSecond}},
		}
		s := &net.Synapses{
			Name: "edges", Pre: net.All(g), Post: net.All(g), Namespace: ns,
			Equations: equations("coupling_post = sin(Theta_pre - Theta_post) : 1 (summed)"),
			Connect:   []*net.Connection{{Condition: equations("i != j")}},
		}
		if synapses > 0 {
			pre, post := graph(draws(uint64(n)+1), n, synapses/2)
			s.Connect[0] = &net.Connection{I: pre, J: post}
		}
		return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, nil
	}
	// Coupling is antisymmetric, so the mean phase advances by the mean frequency, whatever the oscillators do to each other.
	w.Watch = []Watched{{Group: "osc", Var: "Theta", Check: func(early, now []float64, seconds float64) error {
		mean := 0.0
		for i := range now {
			mean += (now[i] - early[i]) / float64(n)
		}
		if want := drift * seconds; !(math.Abs(mean-want) <= 0.01*want) {
			return fmt.Errorf("the mean of osc.Theta advanced by %g in %g s, but by %g at the mean frequency", mean, seconds, want)
		}
		return nil
	}}}
	return w
}

// graph draws undirected edges without loops and doubles, and lists them in both directions.
func graph(r *rand.Rand, n, edges int) (pre, post []int32) {
	seen := make(map[[2]int32]bool, edges)
	for len(seen) < edges {
		a, b := r.Int32N(int32(n)), r.Int32N(int32(n))
		if a == b || seen[[2]int32{min(a, b), max(a, b)}] {
			continue
		}
		seen[[2]int32{min(a, b), max(a, b)}] = true
		pre, post = append(pre, a, b), append(post, b, a)
	}
	return pre, post
}

// spreizer is the network of Spreizer, Aertsen and Kumar (2019) with directions drawn independently, made smaller by a divisor in each
// direction as in examples/spreizer2019, where its equations and numbers come from.
func spreizer(divisor int) Workload {
	even := func(v float64) int { return int(math.Round(v)) + int(math.Round(v))%2 }
	side, out := even(100/float64(divisor)), even(1000/float64(divisor*divisor))
	n := side * side
	build := func() *net.Network {
		ns := quantities{"J": fmt.Sprintf("-%d*pA", 10*divisor)}
		g := &net.Group{
			Name: "I", N: n, Method: "euler", Namespace: ns,
			Equations: equations(`dv/dt = (E-v)/tau_m + (noise + I_syn)/C : volt (unless refractory)
I_syn : amp
noise = mu + sigma*sqrt(noise_dt)*xi_pop : amp
mu = 700*pA : amp
sigma = 100*pA : amp
noise_dt = 1*ms : second
C = 250*pF : farad
tau_m = 10*ms : second
E = -70*mV : volt`),
			Spiking: &net.Spiking{Threshold: equations("v>-55*mV"), Reset: equations("v=-70*mV"), Refractory: equations("5*ms")},
			Initial: []net.Assignment{initially("v", "-70*mV + 15*mV*rand()")},
		}
		pre, post := cones(side, out, float64(divisor))
		s := &net.Synapses{
			Name: "II", Pre: net.All(g), Post: net.All(g), Namespace: ns, Method: "exact",
			Equations: equations(`dg/dt = (-g+h) / tau_s : 1 (clock-driven)
dh/dt = -h / tau_s : 1 (clock-driven)
I_syn_post = J*g : amp (summed)
tau_s = 5*ms : second (shared)`),
			Pathways: []*net.Pathway{{Name: "pre", Code: equations("h += exp(1)")}},
			Connect:  []*net.Connection{{I: pre, J: post}},
		}
		return counted(g, s)
	}
	w := spikes(fmt.Sprintf("spreizer-%d", divisor), fmt.Sprintf("Spreizer's network with directed connections, %d x %d cells", side, side),
		float64(n), float64(n*out), build, Watched{Group: "I", Var: "v", Peak: 0.05, Most: 0.12}, drawn, 2, 40)
	w.Large = divisor < 5
	return w
}

// cones draws the targets of cells on a torus: out each, at gamma distributed distances, around a point shifted in the cell's direction.
func cones(side, out int, divisor float64) (pre, post []int32) {
	r := draws(8)
	wrap := func(v float64) int32 { return int32(((int(math.Round(v)) % side) + side) % side) }
	for s := range side * side {
		phi := 2 * math.Pi * r.Float64()
		for k := range out {
			alpha := 2 * math.Pi * r.Float64()
			// A gamma variable of shape 4 is the sum of four exponential ones.
			radius := (r.ExpFloat64()+r.ExpFloat64()+r.ExpFloat64()+r.ExpFloat64())*3/divisor + 3
			if k < out/2 {
				radius = -radius
			}
			x, y := radius*math.Cos(alpha)+math.Cos(phi), radius*math.Sin(alpha)+math.Sin(phi)
			i, j := wrap(x+float64(s%side)), wrap(y+float64(s/side))
			pre, post = append(pre, int32(s)), append(post, j*int32(side)+i)
		}
	}
	return pre, post
}

// stdp is examples/stdp: Poisson inputs compete for one cell.
func stdp(n int) Workload {
	build := func() *net.Network {
		ns := quantities{"taum": "10*ms", "taupre": "20*ms", "taupost": "20*ms", "Ee": "0*mV", "vt": "-54*mV", "vr": "-60*mV", "El": "-74*mV",
			"taue": "5*ms", "gmax": "0.01", "dApre": "1e-4", "dApost": "-1.05e-4", "rates": "15*Hz"}
		in := &net.Group{Name: "inputs", N: n, Namespace: ns, Equations: equations("x : 1"), Spiking: &net.Spiking{Threshold: equations("rand() < rates*dt")}}
		out := &net.Group{
			Name: "neuron", N: 1, Method: "euler", Namespace: ns, Equations: equations("dv/dt = (ge*(Ee - v) + El - v)/taum : volt\ndge/dt = -ge/taue : 1"),
			Spiking: &net.Spiking{Threshold: equations("v > vt"), Reset: equations("v = vr")}, Initial: []net.Assignment{initially("v", "vr")},
		}
		s := &net.Synapses{
			Name: "S", Pre: net.All(in), Post: net.All(out), Namespace: ns,
			Equations: equations("w : 1\ndApre_/dt = -Apre_/taupre : 1 (event-driven)\ndApost_/dt = -Apost_/taupost : 1 (event-driven)"),
			Pathways: []*net.Pathway{
				{Name: "pre", Code: equations("ge += w\nApre_ += dApre\nw = clip(w + Apost_, 0, gmax)")},
				{Name: "post", Post: true, Code: equations("Apost_ += dApost\nw = clip(w + Apre_, 0, gmax)")},
			},
			Connect: []*net.Connection{{}}, Initial: []net.Assignment{initially("w", "rand()*gmax")},
		}
		return &net.Network{
			DT: 1e-4, Groups: []*net.Group{in, out}, Synapses: []*net.Synapses{s},
			SpikeMonitors: []*net.SpikeMonitor{{Name: "in", Of: net.All(in), CountOnly: true}, {Name: "out", Of: net.All(out), CountOnly: true}},
		}
	}
	return spikes("stdp", "spike-timing dependent plasticity, Poisson inputs of one cell", float64(n), float64(n), build,
		Watched{Group: "neuron", Var: "v", Peak: 0.05, Most: 0.08}, drawn, 5, 60)
}

// cascade is Watts's model (examples/threshold_cascade) on one graph of mean degree 4 with a hundredth of the nodes on in the beginning: nodes
// are visited in random order in every step and turn on when 0.18 of their neighbours are.
func cascade(n int) Workload {
	w := Workload{
		Name: "cascade", Title: "threshold cascade, nodes visited in random order", Params: []Param{{"N", float64(n)}, {"synapses", float64(4 * n)}},
		CompareAt: 3, Large: true,
	}
	w.Build = func() (*net.Network, error) {
		pre, post := graph(draws(2002), n, 2*n)
		degree, first := make([]float64, n), make([]float64, n)
		for _, j := range post {
			degree[j]++
		}
		r := draws(2003)
		for range n / 100 {
			first[r.IntN(n)] = 1
		}
		g := &net.Group{
			Name: "nodes", N: n, Namespace: quantities{}, Equations: equations("on : boolean\nactive : 1\ndegree : 1\nchanged : boolean"),
			Initial: []net.Assignment{{Var: "degree", Values: degree}, {Var: "on", Values: first}},
			Code: []*net.CodeBlock{{Name: "visit", When: "after_groups", Update: net.RandomOrder,
				Code: equations("changed = not on and active >= 0.18*degree and degree > 0\non = on or changed")}},
		}
		s := &net.Synapses{
			Name: "edges", Pre: net.All(g), Post: net.All(g), Namespace: quantities{}, Equations: equations("active_post = int(on_pre) : 1 (summed)"),
			Connect: []*net.Connection{{I: pre, J: post}},
		}
		return &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, nil
	}
	// Of a random graph of mean degree 4, 0.98 is in the giant component, and the cascade takes it nearly whole.
	w.Watch = []Watched{{Group: "nodes", Var: "on", Check: func(_, now []float64, _ float64) error {
		on := 0.0
		for _, v := range now {
			on += v / float64(n)
		}
		if on < 0.9 || on > 1 {
			return fmt.Errorf("%g of the nodes are on in the end, but 0.9 to 1 are right", on)
		}
		return nil
	}}}
	return w
}

// pymonnto is the network of PymoNNto's README (examples/pymonnto) as its vocabulary describes it here, without the recorder. Activity decays
// to 0.94 instead of 0.99 of itself: with 0.99 it grows by 4% in each iteration and soon leaves every range of numbers.
func pymonnto(n int) Workload {
	w := rates(fmt.Sprintf("pymonnto-%d", n), "PymoNNto's first network, a tenth of all pairs connected", float64(n), 0.1*float64(n)*float64(n),
		func() (*net.Network, error) {
			g := &net.Group{
				Name: "neurons", N: n, Namespace: quantities{}, Equations: equations("activity : 1\ninflow : 1"),
				Initial: []net.Assignment{initially("activity", "rand()")},
				Code: []*net.CodeBlock{{Name: "iterate", When: "after_groups",
					Code: equations("activity = 0.94*(activity + inflow/N) + rand()*int(rand() < 0.01)")}},
			}
			s := &net.Synapses{
				Name: "GLUTAMATE", Pre: net.All(g), Post: net.All(g), Namespace: quantities{}, Equations: equations("w : 1\ninflow_post = w*activity_pre : 1 (summed)"),
				Connect: []*net.Connection{{P: equations("0.1")}}, Initial: []net.Assignment{initially("w", "rand()")},
			}
			return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, nil
		})
	w.Watch = []Watched{{Group: "neurons", Var: "activity", Peak: 0.3, Most: 6, Check: func(_, now []float64, _ float64) error {
		// In the mean, what is lost in an iteration, 0.06 + 0.94*0.05 in the balance, is what noise brings, 0.005.
		mean := 0.0
		for _, v := range now {
			mean += v / float64(n)
		}
		if want := 0.005 / (1 - 0.94*1.05); !(mean > 0.5*want && mean < 1.6*want) {
			return fmt.Errorf("the mean activity is %g, but about %g is right", mean, want)
		}
		return nil
	}}}
	w.CompareAt, w.Large = 50, n > 2000
	return w
}
