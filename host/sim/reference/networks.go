package reference

import (
	"math"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

func testCUBA(b *bench) {
	b.chaotic = true
	ns := namespace{"taum": "20*ms", "taue": "5*ms", "taui": "10*ms", "Vt": "-50*mV", "Vr": "-60*mV", "El": "-49*mV", "we": "1.62*mV", "wi": "-9*mV"}
	p := b.group("cuba", 1000, `dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)
dge/dt = -ge/taue : volt
dgi/dt = -gi/taui : volt`, "exact", ns, &net.Spiking{Threshold: text("v>Vt"), Reset: text("v = Vr"), Refractory: text("5*ms")})
	b.set(p, "v", scaled(reference(b.t, "cuba1000_v0_mV"), 1e-3), "volt")
	for _, k := range [][2]string{{"exc", "ge += we"}, {"inh", "gi += wi"}} {
		s := b.synapses(k[0], p, p, "", ns, onPre(k[1], 0))
		s.Connect = []*net.Connection{{I: ints(reference(b.t, "cuba1000_"+k[0]+"_i")), J: ints(reference(b.t, "cuba1000_"+k[0]+"_j"))}}
	}
	spikes, states := b.spikeMonitor(p), b.stateMonitor(p, []string{"v", "ge", "gi"}, 0, 500, 999)
	b.run(0.5)
	i, step := half(reference(b.t, "cuba1000_spikes"))
	b.wantSpikes(spikes, i, step)
	want := reference(b.t, "cuba1000_v")
	for k, v := range []string{"v", "ge", "gi"} {
		b.wantTrace(states, v, want[k*15000:(k+1)*15000], 1e-12)
	}
}

func testCOBA(b *bench) {
	b.chaotic = true
	ns := namespace{"taum": "20*ms", "taue": "5*ms", "taui": "10*ms", "Vt": "-50*mV", "Vr": "-60*mV", "El": "-60*mV", "Ee": "0*mV", "Ei": "-80*mV",
		"we": units.Number(0.6), "wi": units.Number(6.7)}
	p := b.group("coba_ee", 1000, `dv/dt = (ge*(Ee-v)+gi*(Ei-v)-(v-El))/taum : volt (unless refractory)
dge/dt = -ge/taue : 1
dgi/dt = -gi/taui : 1`, "exponential_euler", ns, &net.Spiking{Threshold: text("v>Vt"), Reset: text("v = Vr"), Refractory: text("5*ms")})
	b.set(p, "v", scaled(reference(b.t, "coba1000_v0_mV"), 1e-3), "volt")
	b.set(p, "ge", reference(b.t, "coba1000_ge0"), "1")
	b.set(p, "gi", reference(b.t, "coba1000_gi0"), "1")
	for _, k := range [][2]string{{"exc", "ge += we"}, {"inh", "gi += wi"}} {
		s := b.synapses(k[0], p, p, "", ns, onPre(k[1]))
		s.Connect = []*net.Connection{{I: ints(reference(b.t, "coba1000_"+k[0]+"_i")), J: ints(reference(b.t, "coba1000_"+k[0]+"_j"))}}
	}
	spikes, states := b.spikeMonitor(p), b.stateMonitor(p, []string{"v"}, 0, 500, 999)
	b.run(0.5)
	i, step := half(reference(b.t, "coba1000_ee_spikes"))
	b.wantSpikes(spikes, i, step)
	b.wantTrace(states, "v", reference(b.t, "coba1000_ee_v"), 1e-12)
}

func testCOBAHH(b *bench) {
	b.chaotic = true
	ns := namespace{"Cm": "1*ufarad*cm**-2*20000*umetre**2", "gl": "5e-5*siemens*cm**-2*20000*umetre**2", "El": "-60*mV", "EK": "-90*mV", "ENa": "50*mV",
		"g_na": "100*msiemens*cm**-2*20000*umetre**2", "g_kd": "30*msiemens*cm**-2*20000*umetre**2", "VT": "-63*mV", "taue": "5*ms", "taui": "10*ms",
		"Ee": "0*mV", "Ei": "-80*mV", "we": "6*nS", "wi": "67*nS"}
	p := b.group("cobahh", 400, `
dv/dt = (gl*(El-v)+ge*(Ee-v)+gi*(Ei-v)-g_na*(m*m*m)*h*(v-ENa)-g_kd*(n*n*n*n)*(v-EK))/Cm : volt
dm/dt = alpha_m*(1-m)-beta_m*m : 1
dn/dt = alpha_n*(1-n)-beta_n*n : 1
dh/dt = alpha_h*(1-h)-beta_h*h : 1
dge/dt = -ge*(1./taue) : siemens
dgi/dt = -gi*(1./taui) : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz
`, "exponential_euler", ns, &net.Spiking{Threshold: text("v>-20*mV"), Refractory: text("3*ms")})
	b.set(p, "v", scaled(reference(b.t, "cobahh400_v0_mV"), 1e-3), "volt")
	b.set(p, "ge", scaled(reference(b.t, "cobahh400_ge0_nS"), 1e-9), "siemens")
	b.set(p, "gi", scaled(reference(b.t, "cobahh400_gi0_nS"), 1e-9), "siemens")
	for _, k := range [][2]string{{"exc", "ge += we"}, {"inh", "gi += wi"}} {
		s := b.synapses(k[0], p, p, "", ns, onPre(k[1]))
		s.Connect = []*net.Connection{{I: ints(reference(b.t, "cobahh400_"+k[0]+"_i")), J: ints(reference(b.t, "cobahh400_"+k[0]+"_j"))}}
	}
	spikes, states := b.spikeMonitor(p), b.stateMonitor(p, []string{"v"}, 0, 100, 399)
	b.run(0.3)
	i, step := half(reference(b.t, "cobahh400_spikes"))
	b.wantSpikes(spikes, i, step)
	b.wantTrace(states, "v", reference(b.t, "cobahh400_v"), 1e-11)
}

func testSTDP(b *bench) {
	b.chaotic = true
	ns := namespace{"taum": "10*ms", "taupre": "20*ms", "taupost": "20*ms", "Ee": "0*mV", "vt": "-54*mV", "vr": "-60*mV", "El": "-74*mV", "taue": "5*ms",
		"gmax": units.Number(.1), "dApre": units.Number(.01 * .1), "dApost": units.Number(-.01 * 1.05 * .1)}
	i, step := half(reference(b.t, "stdp50_in"))
	in := b.generator("spikegeneratorgroup", 50, ints(i), step)
	g := b.group("stdpn", 1, `dv/dt = (ge * (Ee-v) + El - v) / taum : volt
dge/dt = -ge / taue : 1`, "euler", ns, &net.Spiking{Threshold: text("v>vt"), Reset: text("v = vr")})
	b.set(g, "v", []float64{-60e-3}, "volt")
	s := b.synapses("synapses", in, g, `w : 1
dApre/dt = -Apre / taupre : 1 (event-driven)
dApost/dt = -Apost / taupost : 1 (event-driven)`, ns,
		onPre("ge += w\nApre += dApre\nw = clip(w + Apost, 0, gmax)"),
		&net.Pathway{Name: "post", Post: true, Code: text("Apost += dApost\nw = clip(w + Apre, 0, gmax)")})
	s.Connect = []*net.Connection{{}}
	s.Initial = []net.Assignment{{Var: "w", Values: reference(b.t, "stdp50_w0")}}
	spikes, states := b.spikeMonitor(g), b.stateMonitor(g, []string{"v", "ge"})
	b.run(2)
	want := reference(b.t, "stdp50_out_step")
	b.wantSpikes(spikes, make([]float64, len(want)), want)
	v, ge := half(reference(b.t, "stdp50_v"))
	b.wantTrace(states, "v", v, 1e-12)
	b.wantTrace(states, "ge", ge, 1e-12)
	buf, _ := b.sim.Plan().Find("synapses", "w")
	w := make([]float64, 50)
	if err := b.sim.Instance().Read(buf.ID, 0, w); err != nil {
		b.t.Fatal(err)
	}
	tol := 1e-12 * 0.1
	if !b.double() {
		tol = 1e-5 * 0.1
	}
	for k, want := range reference(b.t, "stdp50_wend") {
		if math.Abs(w[k]-want) > tol {
			b.t.Errorf("w[%d] = %v, want %v", k, w[k], want)
		}
	}
}

func testDelays(b *bench) {
	in := b.generator("sg", 2, []int32{0, 1, 0, 1}, []float64{10, 10, 30, 40})
	g := b.group("ordr", 3, "v : 1", "", namespace{}, nil)
	s := b.synapses("synapses", in, g, "w : 1", namespace{}, onPre("v += w", 0, 0.25e-3, 0.1e-3, 1.04e-3))
	s.Connect = []*net.Connection{{I: []int32{0, 0, 1, 1}, J: []int32{0, 1, 1, 2}}}
	s.Initial = []net.Assignment{{Var: "w", Values: []float64{1, 2, 4, 8}}}
	m := b.stateMonitor(g, []string{"v"})
	b.run(8e-3)
	b.wantTrace(m, "v", reference(b.t, "delay_v"), 0)
}

const hhCore = `
dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/C : volt
dm/dt = 0.32*(mV**-1)*(13.*mV-v+VT)/(exp((13.*mV-v+VT)/(4.*mV))-1.)/ms*(1-m)-0.28*(mV**-1)*(v-VT-40.*mV)/(exp((v-VT-40.*mV)/(5.*mV))-1.)/ms*m : 1
dn/dt = 0.032*(mV**-1)*(15.*mV-v+VT)/(exp((15.*mV-v+VT)/(5.*mV))-1.)/ms*(1.-n)-.5*exp((10.*mV-v+VT)/(40.*mV))/ms*n : 1
dh/dt = 0.128*exp((17.*mV-v+VT)/(18.*mV))/ms*(1.-h)-4./(1+exp((40.*mV-v+VT)/(5.*mV)))/ms*h : 1
`

func hhNames() namespace {
	return namespace{"C": "1*ufarad*cm**-2*20000*umetre**2", "gl": "5e-5*siemens*cm**-2*20000*umetre**2", "El": "-65*mV", "EK": "-90*mV", "ENa": "50*mV",
		"g_na": "100*msiemens*cm**-2*20000*umetre**2", "g_kd": "30*msiemens*cm**-2*20000*umetre**2", "VT": "-63*mV"}
}

func testHHLoop(b *bench) {
	g := b.group("hh_a", 1, hhCore+"I : amp", "exponential_euler", hhNames(), &net.Spiking{Threshold: text("v > -40*mV"), Refractory: text("v > -40*mV")})
	b.set(g, "v", []float64{-65e-3}, "volt")
	states, spikes := b.stateMonitor(g, []string{"v", "m", "n", "h"}), b.spikeMonitor(g, "v")
	for k, i := range reference(b.t, "hh_I_nA") {
		if k == 0 {
			b.set(g, "I", []float64{i * 1e-9}, "amp")
		} else if err := b.sim.Set(g, "I", []float64{i * 1e-9}); err != nil {
			b.t.Fatal(err)
		}
		b.run(10e-3)
	}
	want := reference(b.t, "hh_loop_vmnh")
	for k, v := range []string{"v", "m", "n", "h"} {
		b.wantTrace(states, v, want[k*500:(k+1)*500], 1e-11)
	}
	steps, atSpike := half(reference(b.t, "hh_loop_spikes"))
	b.wantSpikes(spikes, make([]float64, len(steps)), steps)
	a, err := b.sim.Spikes(spikes).Recording.Array("v")
	if err != nil {
		b.t.Fatal(err)
	}
	tol := 1e-12
	if !b.double() {
		tol = 1e-6
	}
	for k, v := range a.Data.([]float64) {
		if math.Abs(v-atSpike[k]) > tol {
			b.t.Errorf("v at spike %d is %v, want %v", k, v, atSpike[k])
		}
	}
}

func testHHShared(b *bench) {
	ns := hhNames()
	delete(ns, "C")
	it, err := net.NewTimedArray("It", scaled(reference(b.t, "hh_I_nA"), 1e-9), 0, 10e-3, dim(b.t, "amp"))
	if err != nil {
		b.t.Fatal(err)
	}
	ns["It"] = it
	g := b.group("hh_e", 3, hhCore+"I : amp (shared)\nC : farad", "exponential_euler", ns, &net.Spiking{Threshold: text("v > -40*mV"), Refractory: text("v > -40*mV")})
	b.set(g, "v", []float64{-65e-3}, "volt")
	c, _ := units.Parse("1*ufarad*cm**-2*20000*umetre**2")
	b.set(g, "C", []float64{0.8 * c.Value, c.Value, 1.2 * c.Value}, "farad")
	g.Code = []*net.CodeBlock{{Name: "hh_e_run_regularly", Code: text("I = It(t)"), DT: 10e-3}}
	states, spikes := b.stateMonitor(g, []string{"v"}), b.spikeMonitor(g)
	b.run(50e-3)
	b.wantTrace(states, "v", reference(b.t, "hh3_shared_v"), 1e-11)
	i, step := half(reference(b.t, "hh3_shared_spikes"))
	b.wantSpikes(spikes, i, step)
}

func testTutorialTaus(b *bench) {
	in := b.generator("sgg", 100, ints(reference(b.t, "t3_spikes_in_i")), reference(b.t, "t3_spikes_in_step"))
	g := b.group("g2", 30, "dv/dt = -v/tau : 1\ntau : second", "exact", namespace{}, &net.Spiking{Threshold: text("v>1"), Reset: text("v=0")})
	b.set(g, "tau", scaled(reference(b.t, "t3_taus_ms"), 1e-3), "second")
	s := b.synapses("synapses", in, g, "", namespace{}, onPre("v += 0.1"))
	s.Connect = []*net.Connection{{}}
	spikes, states := b.spikeMonitor(g), b.stateMonitor(g, []string{"v"}, 0, 14, 29)
	b.run(1)
	for k, want := range reference(b.t, "t3_store_counts") {
		if got := b.sim.Spikes(spikes).Counts[k]; float64(got) != want {
			b.t.Errorf("neuron %d: %d spikes, want %v", k, got, want)
		}
	}
	b.wantTrace(states, "v", reference(b.t, "t3_param_v"), 1e-12)
}

func testSineEuler(b *bench) { sine(b, "sin_euler", "A*sin(2*pi*f*t)", "euler") }
func testSineTable(b *bench) { sine(b, "sin_ta_exact", "ta(t)", "exact") }

func sine(b *bench, name, current, method string) {
	ta, err := net.NewTimedArray("ta", reference(b.t, "sin_ta_values"), 0, 1e-4, units.Dim{})
	if err != nil {
		b.t.Fatal(err)
	}
	ns := namespace{"A": units.Number(2.5), "f": "10*Hz", "tau": "5*ms", "ta": ta}
	g := b.group("g", 1, "dv/dt = (I-v)/tau : 1\nI = "+current+" : 1", method, ns, &net.Spiking{Threshold: text("v>1"), Reset: text("v=0")})
	states, spikes := b.stateMonitor(g, []string{"v", "I"}), b.spikeMonitor(g)
	b.run(0.2)
	v, i := half(reference(b.t, name+"_vI"))
	steps := reference(b.t, name+"_spikes")
	b.wantSpikes(spikes, make([]float64, len(steps)), steps)
	if b.double() { // a spike one step early makes a large difference for one step
		b.wantTrace(states, "v", v, 1e-12)
	}
	b.wantTrace(states, "I", i, 1e-12)
}

func testImageInput(b *bench) {
	ta, err := net.NewTimedArray("ta", reference(b.t, "ta2d_img"), 85, 1e-3, units.Dim{})
	if err != nil {
		b.t.Fatal(err)
	}
	g := b.group("ta2d", 85, "dv/dt = (A*ta(t, i)-v)/tau : 1", "euler", namespace{"A": units.Number(1.5), "tau": "2*ms", "ta": ta},
		&net.Spiking{Threshold: text("v>1"), Reset: text("v=0")})
	states, spikes := b.stateMonitor(g, []string{"v"}, 0, 20, 84), b.spikeMonitor(g)
	b.run(0.228)
	i, step := half(reference(b.t, "ta2d_spikes"))
	b.wantSpikes(spikes, i, step)
	b.wantTrace(states, "v", reference(b.t, "ta2d_v"), 1e-12)
}
