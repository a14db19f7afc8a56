package bench

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// quantities is a namespace of values written as in a script.
type quantities map[string]string

// Lookup implements check.Scope.
func (q quantities) Lookup(name string) (check.Value, bool) {
	text, ok := q[name]
	if !ok {
		return check.Value{}, false
	}
	v, err := units.Parse(text)
	return check.Value{Kind: check.ValQuantity, Q: v}, ok && err == nil
}

// Names implements check.Scope.
func (q quantities) Names() []string {
	names := make([]string, 0, len(q))
	for n := range q {
		names = append(names, n)
	}
	return names
}

// spiking are the workloads of networks with spikes. They amplify rounding, so cases are compared while few cells have fired.
func spiking() []Workload {
	return []Workload{cuba(4000), cuba(40_000), cuba(400_000), coba(4000), cobahh(4000), brunel(), microcircuit(0.1, true)}
}

func spikes(name, title string, n, synapses float64, build func() *net.Network, watch Watched, tolerance [2]float64, low, high float64) Workload {
	return Workload{
		Name: name, Title: title, Params: []Param{{"N", n}, {"synapses", synapses}},
		Build: func() (*net.Network, error) { return build(), nil }, Watch: []Watched{watch},
		CompareAt: 10, Tolerance: tolerance, Rate: [2]float64{low, high}, Large: synapses > 1e6,
	}
}

func initially(variable, expr string) net.Assignment {
	return net.Assignment{Var: variable, Expr: equations(expr)}
}

// counted is a network of one group whose spikes are counted.
func counted(g *net.Group, s ...*net.Synapses) *net.Network {
	return &net.Network{
		DT: 1e-4, Groups: []*net.Group{g}, Synapses: s,
		SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), CountOnly: true}},
	}
}

// balancedCells is a group whose first four fifths excite and whose others inhibit all cells at random, 80 inputs each.
func balancedCells(g *net.Group, ns quantities) *net.Network {
	excitatory := g.N * 4 / 5
	project := func(name string, from, to int, code string) *net.Synapses {
		return &net.Synapses{
			Name: name, Pre: net.Span{Group: g, Start: from, Stop: to}, Post: net.All(g), Namespace: ns,
			Pathways: []*net.Pathway{{Name: "pre", Code: equations(code)}},
			Connect:  []*net.Connection{{P: equations(fmt.Sprint(80 / float64(g.N)))}},
		}
	}
	return counted(g, project("exc", 0, excitatory, "ge += we"), project("inh", excitatory, g.N, "gi += wi"))
}

func cuba(n int) Workload {
	build := func() *net.Network {
		ns := quantities{"taum": "20*ms", "taue": "5*ms", "taui": "10*ms", "Vt": "-50*mV", "Vr": "-60*mV", "El": "-49*mV", "we": "1.62*mV", "wi": "-9*mV"}
		return balancedCells(&net.Group{
			Name: "P", N: n, Method: "exact", Namespace: ns,
			Equations: equations("dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)\ndge/dt = -ge/taue : volt\ndgi/dt = -gi/taui : volt"),
			Spiking:   &net.Spiking{Threshold: equations("v>Vt"), Reset: equations("v = Vr"), Refractory: equations("5*ms")},
			Initial:   []net.Assignment{initially("v", "Vr + rand()*(Vt-Vr)")},
		}, ns)
	}
	return spikes(fmt.Sprintf("cuba-%d", n), "CUBA, current synapses, 80 inputs per cell", float64(n), 80*float64(n), build,
		Watched{Group: "P", Var: "v", Peak: 0.04, Most: 0.2}, potentials, 3, 40)
}

// procedural is CUBA with a thousand inputs per cell instead of 80, whose weights are drawn for each synapse, and nothing of its synapses is stored.
func procedural(n int) Workload {
	const inputs = 1000
	build := func() (*net.Network, error) {
		w := cuba(n)
		network, err := w.Build()
		if err != nil {
			return nil, err
		}
		for _, s := range network.Synapses {
			s.Equations = equations("w : volt")
			s.Connect = []*net.Connection{{P: equations(fmt.Sprint(inputs / float64(n))), Procedural: true}}
		}
		exc, inh := network.Synapses[0], network.Synapses[1]
		exc.Pathways[0].Code, exc.Initial = equations("ge += w"), []net.Assignment{initially("w", fmt.Sprintf("rand()*2*we*80/%d", inputs))}
		inh.Pathways[0].Code, inh.Initial = equations("gi += w"), []net.Assignment{initially("w", fmt.Sprintf("clip(1 + 0.3*randn(), 0, 3)*wi*80/%d", inputs))}
		return network, nil
	}
	w := spikes(fmt.Sprintf("procedural-%d", n), "CUBA with 1000 inputs per cell and weights of each, drawn for every spike", float64(n), inputs*float64(n), nil,
		Watched{Group: "P", Var: "v", Peak: 0.04, Most: 0.2}, potentials, 1, 40)
	w.Build = build
	return w
}

func coba(n int) Workload {
	build := func() *net.Network {
		ns := quantities{"taum": "20*ms", "taue": "5*ms", "taui": "10*ms", "Vt": "-50*mV", "Vr": "-60*mV", "El": "-60*mV", "Ee": "0*mV", "Ei": "-80*mV",
			"we": "0.6", "wi": "6.7"}
		return balancedCells(&net.Group{
			Name: "P", N: n, Method: "exponential_euler", Namespace: ns,
			Equations: equations("dv/dt = (ge*(Ee-v)+gi*(Ei-v)-(v-El))/taum : volt (unless refractory)\ndge/dt = -ge/taue : 1\ndgi/dt = -gi/taui : 1"),
			Spiking:   &net.Spiking{Threshold: equations("v>Vt"), Reset: equations("v = Vr"), Refractory: equations("5*ms")},
			Initial:   []net.Assignment{initially("v", "El + (randn()*5 - 5)*mV"), initially("ge", "randn()*1.5 + 4"), initially("gi", "randn()*12 + 20")},
		}, ns)
	}
	return spikes("coba", "COBA, conductance synapses, 80 inputs per cell", float64(n), 80*float64(n), build, Watched{Group: "P", Var: "v", Peak: 0.05, Most: 0.1}, drawn, 5, 150)
}

func cobahh(n int) Workload {
	build := func() *net.Network {
		const area = "20000*umetre2"
		ns := quantities{"Cm": "1*ufarad/cm2*" + area, "gl": "5e-5*siemens/cm2*" + area, "El": "-60*mV", "EK": "-90*mV", "ENa": "50*mV",
			"g_na": "100*msiemens/cm2*" + area, "g_kd": "30*msiemens/cm2*" + area, "VT": "-63*mV", "taue": "5*ms", "taui": "10*ms",
			"Ee": "0*mV", "Ei": "-80*mV", "we": "6*nS", "wi": "67*nS"}
		return balancedCells(&net.Group{
			Name: "P", N: n, Method: "exponential_euler", Namespace: ns,
			Equations: equations(`dv/dt = (gl*(El-v)+ge*(Ee-v)+gi*(Ei-v)-g_na*(m*m*m)*h*(v-ENa)-g_kd*(n*n*n*n)*(v-EK))/Cm : volt
dm/dt = alpha_m*(1-m)-beta_m*m : 1
dn/dt = alpha_n*(1-n)-beta_n*n : 1
dh/dt = alpha_h*(1-h)-beta_h*h : 1
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz`),
			Spiking: &net.Spiking{Threshold: equations("v>-20*mV"), Refractory: equations("3*ms")},
			Initial: []net.Assignment{initially("v", "El + (randn()*5 - 5)*mV"), initially("ge", "(randn()*1.5 + 4)*10*nS"), initially("gi", "(randn()*12 + 20)*10*nS")},
		}, ns)
	}
	return spikes("cobahh", "COBAHH, Hodgkin-Huxley cells, 80 inputs per cell", float64(n), 80*float64(n), build, Watched{Group: "P", Var: "v", Peak: 0.05, Most: 0.12}, drawn, 5, 150)
}

// cobahhDrawn is COBAHH with a thousand inputs per cell instead of 80, weaker by as much, and nothing of its synapses is stored.
func cobahhDrawn(n int) Workload {
	const inputs = 1000
	w := spikes(fmt.Sprintf("cobahh1000-%d", n), "COBAHH with 1000 inputs per cell, drawn for every spike", float64(n), inputs*float64(n), nil,
		Watched{Group: "P", Var: "v", Peak: 0.05, Most: 0.12}, drawn, 1, 150)
	w.Build = func() (*net.Network, error) {
		base := cobahh(n)
		network, err := base.Build()
		if err != nil {
			return nil, err
		}
		for k, s := range network.Synapses {
			s.Connect = []*net.Connection{{P: equations(fmt.Sprint(inputs / float64(n))), Procedural: true}}
			s.Pathways[0].Code = equations([]string{"ge += we", "gi += wi"}[k] + fmt.Sprintf("*80/%d", inputs))
		}
		return network, nil
	}
	return w
}

// brunel is Brunel's network with the parameters of NEST's brunel_delta_nest: delta synapses, Poisson input.
func brunel() Workload { return brunelOf(10_000, 2500) }

func brunelOf(excitatory, inhibitory int) Workload {
	n := float64(excitatory + inhibitory)
	build := func() *net.Network {
		ns := quantities{"tau": "20*ms", "theta": "20*mV", "J": "0.1*mV", "g": "5"}
		p := &net.Group{
			Name: "P", N: excitatory + inhibitory, Method: "exact", Namespace: ns, Equations: equations("dv/dt = -v/tau : volt (unless refractory)"),
			Spiking: &net.Spiking{Threshold: equations("v > theta"), Reset: equations("v = 0*mV"), Refractory: equations("2*ms")},
		}
		project := func(name string, from, to int, code string) *net.Synapses {
			return &net.Synapses{
				Name: name, Pre: net.Span{Group: p, Start: from, Stop: to}, Post: net.All(p), Namespace: ns,
				Pathways: []*net.Pathway{{Name: "pre", Code: equations(code), Delay: []float64{1.5e-3}}},
				Connect:  []*net.Connection{{P: equations("0.1")}},
			}
		}
		network := counted(p, project("exc", 0, excitatory, "v += J"), project("inh", excitatory, p.N, "v += -g*J"))
		network.Inputs = []*net.PoissonInput{{Name: "input", Target: net.All(p), Var: "v", Namespace: ns, N: 1000, Rate: 20, Weight: equations("J")}}
		return network
	}
	return spikes("brunel", "Brunel's network, delta synapses with a delay, Poisson input", n, 0.1*n*n, build,
		Watched{Group: "P", Var: "v", Peak: 0.001, Most: 0.5}, potentials, 5, 100)
}

// potentials are tolerances in volts; drawn those of networks that begin with normal numbers, which single precision gives less exactly
// where the uniform number under the logarithm is next to one.
var (
	potentials = [2]float64{plan.Single: 1e-7, plan.Double: 1e-14}
	drawn      = [2]float64{plan.Single: 5e-6, plan.Double: 1e-14}
)
