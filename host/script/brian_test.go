package script

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// brianText runs a script against the fake engine with synapses and fails on an error.
func brianText(t *testing.T, text string) (string, *Result, *spikeEngine) {
	t.Helper()
	e := &spikeEngine{}
	out, res, err := runText(t, text, Options{Engine: e})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSuffix(out, "\n"), res, e
}

func wantOutput(t *testing.T, text, want string) (*Result, *spikeEngine) {
	t.Helper()
	out, res, e := brianText(t, text)
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	return res, e
}

func TestGroupValues(t *testing.T) {
	res, _ := wantOutput(t, `
G = NeuronGroup(6, """dv/dt = -v/(10*ms) : volt (unless refractory)
                      x : 1
                      w = 2*v : volt
                      s : amp (shared)
                      k : integer""", threshold="v > 1*mV", reset="v = 0*mV", refractory=2*ms)
G.v = -70*mV
G.v[2] = -60*mV
G.v[slice(4, None)] = [-50, -40]*mV
A, B = G[:2], G[4:6]
B.x = [1, 2]
A.x = 7
G.x[array([2, 3])] += 0.5
B.x[1] *= 3
G.k[G.x.gt(5)] = 1
G.s = 3*nA
print(G.v/mV, G.x, G.s, G.k)
print(len(G), G.N, len(B), B.N, A.v, B.x[1], B.x.mean(), sum(G.x), max(G.x), -B.x, [2*q for q in B.x])
print(G.lastspike[0], G.not_refractory[0], G.name, B.source.N, G.i, B.i, G.t, G.dt)
print(B[0:1].x, G.get_states(["x"])["x"].shape)
G.set_states({"x": 4})
print(G.x)
`, `[-70, -70, -60, -70, -50, -40] [7, 7, 0.5, 0.5, 1, 6] 3 nA [1, 1, 0, 0, 0, 1]
6 6 2 2 [-0.07, -0.07] * volt 6.0 3.5 22.0 7.0 [-1, -6] [2.0, 12.0]
-10 ks True neurongroup 6 [0, 1, 2, 3, 4, 5] [0, 1] 0 s 100 us
[1] (6,)
[4, 4, 4, 4, 4, 4]`)
	g := res.Network.Groups[0]
	if r := g.Spiking.Refractory.Text; r != "0.002*second" {
		t.Errorf("refractory %q", r)
	}
	if a := g.Initial[3]; a.Var != "x" || len(a.Elements) != 2 || a.Elements[0] != 4 {
		t.Errorf("B.x: %+v", a)
	}
}

// An expression is kept with the meaning that its names had where it was assigned; elements and conditions go with it.
func TestAssignedExpressions(t *testing.T) {
	_, res, e := brianText(t, `
a = 1*mV
G = NeuronGroup(4, "v : volt", namespace={"b": 5*mV})
G.v = 'a*rand() + b'
G.v['i > 1'] = 'a'
G[2:].v = 'a'
G.v['i == 0'] = 3*mV
a = 2*mV
def f():
    a = 4*mV
    G.v = 'a'
f()
run(1*ms)
G.v = 'a + b'
G[1:3].v = 7*mV
print(G.v)
`)
	g := res.Network.Groups[0]
	look := func(a net.Assignment, name string) float64 {
		v, _ := a.Namespace.Lookup(name)
		return v.Q.Value
	}
	if len(g.Initial) != 5 {
		t.Fatalf("%d assignments", len(g.Initial))
	}
	for k, want := range []float64{1e-3, 1e-3, 1e-3, 0, 4e-3} {
		if g.Initial[k].Expr != nil && look(g.Initial[k], "a") != want {
			t.Errorf("assignment %d: a = %g, want %g", k, look(g.Initial[k], "a"), want)
		}
	}
	if look(g.Initial[0], "b") != 5e-3 || g.Initial[1].Condition.Text != "i > 1" || len(g.Initial[2].Elements) != 2 || g.Initial[3].Values[0] != 3e-3 {
		t.Errorf("%+v", g.Initial)
	}
	if s := e.sims[0]; len(s.assigned) != 1 || look(s.assigned[0], "a") != 2e-3 || s.values["neurongroup.v"][2] != 7e-3 || s.values["neurongroup.v"][0] != 0 {
		t.Errorf("after the run: %+v %v", s.assigned, s.values)
	}
}

func TestSynapses(t *testing.T) {
	res, e := wantOutput(t, `
P = SpikeGeneratorGroup(3, [0, 1, 2], [1, 2, 3]*ms)
G = NeuronGroup(4, "dv/dt = -v/ms : 1\nI : 1", threshold="v > 1", reset="v = 0")
S = Synapses(P, G, """w : 1
                      dx/dt = -x/ms : 1 (event-driven)
                      I_post = x : 1 (summed)
                      c : volt (shared)""",
             on_pre={"up": "v_post += w", "trace": "x += 1"}, on_post="w -= 0.1", delay={"trace": 2*ms}, method="exact")
S.connect(i=0, j=[1, 2])
S.connect(i=[2, 2], j=3)
print(len(S), S.i, S.j, S.N_incoming_post, S.N_outgoing_pre, S.N_incoming, S.N_outgoing)
S.w = 0.5
S.w[0] = 1
S.w[2, 3] = [7, 8]
S.up.delay = [1, 2, 3, 4]*ms
S.up.delay[0] = 0.5*ms
G.v = [1, 2, 3, 4]
print(S.w, S.up.delay, S.trace.delay, S.v_post, S.w[2, slice(None)], S.c)
print(S.up.name, S.post.order, S.variables, S.source.name, S.target.N, S.N_pre, S.N_post)
S.w = 'rand()*w_max'
w_max = 3
M = StateMonitor(S, "w", record=[0, 3], dt=1*ms)
run(5*ms)
S.w[1] = 5
print(S.w, M.w.shape, M[3].w)
`, `4 [0, 0, 2, 2] [1, 2, 3, 3] [0, 1, 1, 2] [2, 0, 2] [1, 1, 2, 2] [2, 2, 2, 2]
[1, 0.5, 7, 8] [0.0005, 0.002, 0.003, 0.004] * second 2 ms [2, 3, 4, 4] [7, 8] 0 V
synapses_up 1 ["w", "x", "c"] spikegeneratorgroup 4 3 4
[0, 5, 0, 0] (2, 3) [1, 11, 21]`)
	s := res.Network.Synapses[0]
	if len(s.Connect) != 1 || len(s.Pathways) != 3 || s.Pathways[2].Name != "post" || !s.Pathways[2].Post || s.Pathways[1].Delay[0] != 2e-3 {
		t.Errorf("%+v", s)
	}
	if m := res.Network.Monitors[0]; m.Synapses != s || m.Group != nil || len(m.Elements) != 2 {
		t.Errorf("%+v", m)
	}
	if len(e.opened) != 1 {
		t.Errorf("%d networks opened", len(e.opened))
	}
}

func TestConnections(t *testing.T) {
	res, _ := wantOutput(t, `
G = NeuronGroup(20, "v : 1", threshold="v > 1")
H = G[5:10]
S = Synapses(G, H, "w : 1", on_pre="v += w")
S.connect()
S.connect('i != j', p=0.1, n=2)
width = 3
S.connect(j='k for k in range(i-width, i+width+1, 2) if i!=k and rand() < 0.5', skip_if_invalid=True)
S.connect(i='k for k in sample(N_pre, p=0.25)')
S.connect(j='k + 1 for k in sample(1, N_post, size=3)')
S.connect(j='i')
S.connect(p='exp(-abs(i-j)/5.)')
S.connect(i=[0, 1], j=[2, 3], n=2)
S.connect(False)
width = 4
print(len(S) > 0)
`, "True")
	c := res.Network.Synapses[0].Connect
	if len(c) != 8 {
		t.Fatalf("%d connections", len(c))
	}
	if c[0].Condition != nil || c[0].P != nil || c[0].I != nil || c[1].Condition.Text != "i != j" || c[1].P.Text != "0.1" || c[1].N != 2 {
		t.Errorf("%+v %+v", c[0], c[1])
	}
	text := func(s *diag.Source) string {
		if s == nil {
			return "-"
		}
		return strings.TrimSpace(s.Text)
	}
	for k, want := range map[int][]string{
		2: {"k", "k", "i-width", "i+width+1", "2", "-", "-", "i!=k and rand() < 0.5"},
		3: {"k", "k", "-", "N_pre", "-", "0.25", "-", "-"},
		4: {"k + 1", "k", "1", "N_post", "-", "-", "3", "-"},
		5: {"i", "", "-", "-", "-", "-", "-", "-"},
	} {
		e := c[k].Each
		got := []string{text(e.Target), e.Var, text(e.Low), text(e.High), text(e.Step), text(e.P), text(e.Size), text(e.If)}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("connection %d: %q, want %q", k, got, want)
		}
	}
	if v, _ := c[2].Namespace.Lookup("width"); v.Q.Value != 3 {
		t.Errorf("width = %v", v.Q.Value)
	}
	if !c[2].Each.SkipInvalid || !c[3].Each.Post || len(c[7].I) != 4 {
		t.Errorf("%+v", c)
	}
}

func TestInputs(t *testing.T) {
	res, _ := wantOutput(t, `
stim = TimedArray([10, 20]*Hz, dt=5*ms)
img = TimedArray(arange(6).reshape(3, 2)*mV, dt=1*ms, name="img")
P = PoissonGroup(5, rates=[1, 2, 3, 4, 5]*Hz)
Q = PoissonGroup(5, rates='stim(t)*(1 + sin(2*pi*f*t))', dt=0.2*ms)
f = 5*Hz
G = NeuronGroup(2, "dv/dt = -v/ms + img(t, i)/ms : volt")
I = PoissonInput(G, 'v', 100, 10*Hz, weight=0.1*mV)
J = PoissonInput(G[:1], 'v', 10, 1*Hz, '0.1*mV*rand()', when="start", order=3)
X = SpikeGeneratorGroup(2, [0, 1, 0], [1, 1, 2]*ms, period=10*ms)
P.rates[1] = 7*Hz
print(P.rates, img(1*ms, 1), img([0, 9]*ms, [1, 0]), stim(4.9*ms), stim([0, 5, 50]*ms), img.values.shape, stim.dt)
run(1*ms)
`, "[1, 7, 3, 4, 5] * hertz 3 mV [0.001, 0.004] * volt 10 Hz [10, 20, 20] * hertz (3, 2) 5 ms")
	n := res.Network
	if g := n.Groups[0]; g.Spiking.Threshold.Text != "rand() < rates*dt" || g.Spiking.Reset != nil || g.Name != "poissongroup" || len(g.Initial) != 2 {
		t.Errorf("%+v", g)
	}
	if g := n.Groups[1]; !strings.Contains(g.Equations.Text, "rates = stim(t)*(1 + sin(2*pi*f*t)) : Hz") || g.DT != 2e-4 {
		t.Errorf("%+v", g)
	}
	if i := n.Inputs[0]; i.Weight.Text != "0.0001*volt" && i.Weight.Text != "0.00010000000000000001*volt" || i.Rate != 10 || i.N != 100 || i.When != "synapses" {
		t.Errorf("%+v %q", i, i.Weight.Text)
	}
	if j := n.Inputs[1]; j.Target.Stop != 1 || j.Order != 3 || j.When != "start" || j.Name != "poissoninput_1" {
		t.Errorf("%+v", j)
	}
	if v, ok := n.Groups[2].Namespace.Lookup("img"); !ok || v.Table.Arity() != 2 {
		t.Errorf("img: %+v", v)
	}
	if x := n.Groups[3].Generator; x.Period != 0.01 || len(x.Times) != 3 {
		t.Errorf("%+v", x)
	}
}

func TestBrianMonitors(t *testing.T) {
	res, _ := wantOutput(t, `
G = NeuronGroup(6, "dv/dt = -v/ms : volt\nu : 1", threshold="v > 1*mV", reset="v = 0*mV", events={"low": "v < 0*mV"})
H = G[2:4]
M = SpikeMonitor(H, variables=["v", "u"])
C = SpikeMonitor(G, record=False)
E = EventMonitor(G, "low")
V = StateMonitor(H, True, record=True, when="end", order=2)
W = StateMonitor(G, "v", record=[1, 4])
R = PopulationRateMonitor(G)
print(M.num_spikes, len(M.t), C.count, V.v.shape, W.v.shape, len(R.t))
run(25*ms)
i, t = M.it
print(i, t, M.v, M.u, M.count, M.num_spikes)
print(M.spike_trains()[0], len(M.spike_trains()), len(M.spike_trains()[1]), M.values("u")[0], sorted(M.all_values().keys()))
print(C.num_spikes, W[4].v, W.record, V.v.shape, V[1].u, W.t, E.num_events)
print(R.rate, round(R.smooth_rate(window="flat", width=0.3*ms)/Hz, 5), round(R.smooth_rate("gaussian", 0.1*ms)/Hz, 6))
`, `0 0 [0, 0, 0, 0, 0, 0] (2, 0) (2, 0) 0
[0, 0, 0] [0, 0.01, 0.02] * second [0, 1, 2] * volt [0, 1, 2] [3, 0] 3
[0, 0.01, 0.02] * second 2 0 [0, 1, 2] ["t", "u", "v"]
3 [1, 11, 21] * volt [1, 4] (2, 3) [1, 11, 21] [0, 0.0001, 0.0002] * second 3
[0, 0, 10, 0, 0] * hertz [0, 3.33333, 3.33333, 3.33333, 0] [0.544887, 2.442013, 4.026199, 2.442013, 0.544887]`)
	n := res.Network
	if len(n.SpikeMonitors) != 3 || n.SpikeMonitors[0].Of != (net.Span{Group: n.Groups[0], Start: 2, Stop: 4}) || !n.SpikeMonitors[1].CountOnly || n.SpikeMonitors[2].Event != "low" {
		t.Errorf("%+v", n.SpikeMonitors)
	}
	if v := n.Monitors[0]; v.When != "end" || v.Order != 2 || len(v.Elements) != 2 || v.Elements[0] != 2 || strings.Join(v.Vars, " ") != "v u" {
		t.Errorf("%+v", v)
	}
	if r := n.RateMonitors[0]; r.Name != "ratemonitor" {
		t.Errorf("%+v", r)
	}
}

// numpy.convolve([1, 2, 3], w, mode="same") for windows shorter and longer than the data.
func TestConvolve(t *testing.T) {
	for _, c := range []struct{ x, w, want []float64 }{
		{[]float64{1, 2, 3}, []float64{0, 1, 0.5}, []float64{1, 2.5, 4}},
		{[]float64{1, 2, 3}, []float64{1, 10, 100, 1000, 10000}, []float64{12, 123, 1230, 12300, 23000}},
		{nil, []float64{1}, nil},
	} {
		got := convolveSame(c.x, c.w)
		for k := range c.want {
			if len(got) != len(c.want) || math.Abs(got[k]-c.want[k]) > 1e-12 {
				t.Errorf("%v * %v = %v, want %v", c.x, c.w, got, c.want)
				break
			}
		}
	}
}

// What a bare run() takes: objects that a variable names, of the current scope.
func TestMagic(t *testing.T) {
	_, e := wantOutput(t, `
G = NeuronGroup(1, "v : 1", threshold="v > 1")
hidden = [NeuronGroup(1, "v : 1")]
SpikeMonitor(G, name="unnamed")
def op(t):
    G.v = t/ms
network_operation(op, dt=1*ms)
run(2*ms)
M = SpikeMonitor(G)
run(1*ms)
print(G.t, M.num_spikes, G.v[0], [o.name for o in collect()])
start_scope()
H = NeuronGroup(1, "v : 1", threshold="v > 1")
def experiment(n):
    K = NeuronGroup(n, "v : 1", threshold="v > 1")
    S = Synapses(K, H, on_pre="v += 1")
    S.connect()
    net = Network(collect())
    net.run(1*ms)
    return net
a = experiment(1)
print(a.t, defaultclock.t, "neurongroup_3" in a, a["neurongroup_3"].N, len(a.objects), G.v[0])
start_scope()
L = NeuronGroup(1, "v : 1")
run(1*ms)
L = NeuronGroup(2, "v : 1")
run(3*ms)
print(L.t, G.t)
`, `3 ms 1 2.0 ["neurongroup", "unnamed", "networkoperation", "spikemonitor"]
1 ms 1 ms True 1 3 2.0
3 ms 3 ms`)
	n := e.opened[0]
	if len(n.Groups) != 1 || len(n.SpikeMonitors) != 2 || len(n.Operations) != 1 || n.Operations[0].Name != "networkoperation" {
		t.Errorf("%+v", n)
	}
	if len(e.opened) != 4 || len(e.opened[1].Groups) != 2 || e.opened[3].Groups[0].N != 2 {
		t.Errorf("%d networks", len(e.opened))
	}
}

// A script that ends without a run describes what its current scope holds.
func TestDescribedOnly(t *testing.T) {
	res, e := wantOutput(t, `
A = NeuronGroup(1, "v : 1")
start_scope()
G = NeuronGroup(1, "v : 1", threshold="v > 1")
def f():
    H = NeuronGroup(2, "v : 1")
f()
M = SpikeMonitor(G)
`, "")
	if n := res.Network; len(n.Groups) != 2 || n.Groups[0].Name != "neurongroup_1" || len(n.SpikeMonitors) != 1 || len(e.opened) != 0 || n.DT != 1e-4 {
		t.Errorf("%+v", n)
	}
}

func TestStoreRestore(t *testing.T) {
	wantOutput(t, `
G = NeuronGroup(2, "v : 1", threshold="v > 1")
M = SpikeMonitor(G)
G.v = 1
net = Network(G, M)
net.store()
net.run(30*ms)
net.store("later")
G.v = 5
net.run(30*ms)
print(net.t, M.num_spikes, G.v)
net.restore("later")
print(net.t, M.num_spikes, G.v)
net.restore(restore_random_state=True)
print(net.t, M.num_spikes, G.v)
`, "60 ms 6 [5, 5]\n30 ms 3 [1, 1]\n0 s 0 [1, 1]")
}

func TestBrianWarnings(t *testing.T) {
	var got []string
	_, _, err := runText(t, `
G = NeuronGroup(1, "v : 1")
lost = [NeuronGroup(1, "v : 1")]
run(1*ms)
`, Options{Engine: &spikeEngine{}, Warn: func(l diag.List) { got = append(got, l.Error()) }})
	if err != nil || len(got) != 1 || !strings.Contains(got[0], "never run: neurongroup_1") {
		t.Errorf("%v %q", err, got)
	}
	got = nil
	_, _, err = runText(t, `
G = NeuronGroup(2, "v : 1", threshold="v > 1", reset="")
S = Synapses(G, G, on_pre="v += 1")
C = Synapses(G, G, on_pre="v += 1")
C.connect("i > j + 5")
D = Synapses(G, G, on_pre="v += 1", name="other")
run(1*ms)
run(1*ms)
`, Options{Engine: &spikeEngine{}, Warn: func(l diag.List) { got = append(got, l.Error()) }})
	if err != nil || len(got) != 2 || !strings.Contains(got[0], "3:5: warning: synapses runs without a synapse") || !strings.Contains(got[1], "6:5: warning: other runs without a synapse") {
		t.Errorf("%v %q", err, got)
	}
}

// Brian2 warns of these too, since what they give is rarely what was meant. It is silent about the last of each.
func TestBrianWarningsOfModels(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"G = NeuronGroup(1, 'v : 1', threshold='v > 1')\nG = NeuronGroup(1, 'v : 1', threshold='v > 1', reset='')\nG = NeuronGroup(1, 'v : 1', threshold='rand() > 0.5')", "1:5: warning: neurongroup has a threshold, but no reset= and no refractory="},
		{"G = NeuronGroup(1, 'dv/dt = -v/ms : 1 (unless refractory)')\nG = NeuronGroup(1, 'dv/dt = v/ms : 1 (unless refractory)', threshold='v > 1', refractory=1*ms)", `1:40: warning: "v" has the flag (unless refractory), but neurongroup is never refractory`},
		{"P = SpikeGeneratorGroup(1, [0], [0.5]*ms)\nnet = Network(P)\nnet.run(1*ms)\nP.set_spikes([0, 0, 0], [0.2, 0.4, 1.5]*ms)\nnet.run(1*ms)\nnet.run(1*ms)\nP.set_spikes([0], [3]*ms)\nnet.run(1*ms)", "1:5: warning: spikegeneratorgroup: 2 spikes are before t = 1 ms"},
		{"A = NeuronGroup(1, 'v : 1', threshold='v > 1', reset='', dt=0.5*ms)\nB = NeuronGroup(1, 'v : 1')\nS = Synapses(A, B, on_pre='v += 1', delay=0.3*ms)\nC = Synapses(A, B, on_pre='v += 1')\nS.connect()\nC.connect()\nrun(1*ms)", `3:5: warning: the delays of "pre" of synapses are rounded to time steps of neurongroup, 500 us, while neurongroup_1 has steps of 100 us`},
		{"ta = TimedArray([1, 2], dt=0.25*ms)\ntb = TimedArray([1, 2], dt=0.3*ms)\nG = NeuronGroup(1, 'v = ta(t) : 1\\nw = tb(t) : 1')\nrun(1*ms)", "warning: values of ta last 250 us, which is not a multiple of the time step of 100 us"},
	} {
		var got []string
		_, _, err := runText(t, c.text, Options{Engine: &spikeEngine{}, Warn: func(l diag.List) { got = append(got, l.Error()) }})
		if err != nil || len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s\n%v %q\nwant %s", c.text, err, got, c.want)
		}
	}
}

// An engine without spikes runs what it can and says what it cannot.
func TestPlainEngine(t *testing.T) {
	_, _, err := runText(t, "G = NeuronGroup(1, 'v : 1', threshold='v > 1')\nM = SpikeMonitor(G)\nrun(1*ms)\nprint(M.num_spikes)", Options{})
	if err == nil || !strings.Contains(err.Error(), "recording spikes is not available yet") {
		t.Error(err)
	}
	_, _, err = runText(t, "G = NeuronGroup(1, 'v : 1')\nnet = Network(G)\nnet.store()", Options{})
	if err == nil || !strings.Contains(err.Error(), "store is not available yet") {
		t.Error(err)
	}
}

// FuzzEnumeration: no expression of connect(j=...) ends the program, and pieces keep their places.
func FuzzEnumeration(f *testing.F) {
	for _, s := range []string{"k for k in range(i-2, i+3) if i!=k", "i", "k for k in sample(N_post, p=0.1)", "k for k in sample(0, (3), 2, size=f(1, 2)) if x == 1",
		"k for k in range(", "for in", "k for k in range() if", "\n k\n for k in range(3)\n if k", "k for k in sample(3, p==1)"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, post bool) {
		in := &interp{origins: map[*diag.Source]origin{}}
		in.thread = in.newThread("fuzz")
		e, err := in.enumeration(in.thread, "Synapses 's'", text, post)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a message")
			}
			return
		}
		for _, s := range []*diag.Source{e.Target, e.Low, e.High, e.Step, e.P, e.Size, e.If} {
			if s == nil {
				continue
			}
			piece := strings.TrimSpace(s.Text)
			if at := len(s.Text) - len(strings.TrimLeft(s.Text, " \t\n")); piece != "" && !strings.HasPrefix(text[min(at, len(text)):], piece[:1]) {
				t.Errorf("%q is not at %d of %q", piece, at, text)
			}
		}
	})
}

// Mistakes found where Starlark has no way to return an error stop the script all the same.
func TestStopped(t *testing.T) {
	_, _, err := runText(t, "G = NeuronGroup(3, 'v : 1', threshold='v > 1')\nS = Synapses(G, G, 'w : 1', on_pre='v += w')\nS.connect(p=0.5)\nprint(len(S))\nprint('later')", Options{})
	if err == nil || !strings.Contains(err.Error(), "a rule makes is not available yet") {
		t.Error(err)
	}
	out, res, err := runText(t, "G = NeuronGroup(3, 'v : 1')\nG.v = 'rand()'\nprint(len(G), 'x')\nprint([x for x in G.v])\nprint('later')", Options{Engine: stopEngine{}})
	if err != nil || out != "3 x\n" || res.Complete {
		t.Errorf("%q %v", out, err)
	}
	_, res, _ = brianText(t, "def f():\n    a = 2\n    run(1*ms, namespace={'a': 3})\na = 1\nG = NeuronGroup(3, 'dv/dt = -a*v/ms : 1')\nf()")
	if v, _ := res.Network.Groups[0].Namespace.Lookup("a"); v.Q.Value != 3 {
		t.Errorf("a = %v", v.Q.Value)
	}
}

type stopEngine struct{}

func (stopEngine) Open(*net.Network, uint64, func(diag.List)) (Simulation, error) {
	return nil, ErrStop
}

// FuzzBrian: no text of a script in Brian2's vocabulary ends the program.
func FuzzBrian(f *testing.F) {
	for _, s := range []string{
		"G = NeuronGroup(4, 'dv/dt = -v/ms : volt', threshold='v > 1*mV', reset='v = 0*mV', refractory=2*ms)\nG[1:3].v = [1, 2]*mV\nG.v[0] = 'rand()*mV'\nprint(G.v[1:], G[3].v)",
		"G = NeuronGroup(4, 'v : 1', threshold='v > 1')\nS = Synapses(G, G, 'w : 1', on_pre='v += w', delay=1*ms)\nS.connect(i=[0, 1], j=2)\nS.w[0, slice(None)] = 3\nprint(S.i, S.w, S.N_incoming, S.v_pre)",
		"G = PoissonGroup(2, 5*Hz)\nM = SpikeMonitor(G, variables=True)\nR = PopulationRateMonitor(G)\nrun(20*ms)\nprint(M.it, M.spike_trains(), R.smooth_rate(width=1*ms))",
		"X = SpikeGeneratorGroup(2, [0, 1], [1, 2]*ms, period=3*ms)\nS = StateMonitor(X, [], record=[0])",
		"t = TimedArray([[1, 2]]*mV, dt=1*ms)\nprint(t([1, 2]*ms, 1), t(0*ms, [0, 1]))",
		"G = NeuronGroup(1, 'v : 1')\nn = Network(G)\nn.store('a')\nn.restore('b')\nstart_scope()\nrestore()",
		"G = NeuronGroup(3, 'v : 1')\nrun(1*ms)\nG.v['i>1'] = 2\nG.v += 'x'\nprint(max(G.v), G.v.reshape(3, 1), -G.v, [1]*G.N, G[2:1].v, G[0:0].i)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := RunSource(ctx, "fuzz.star", text, Options{Engine: &spikeEngine{}, Steps: 50_000})
		if err != nil && err.Error() == "" {
			t.Error("an error without a message")
		}
	})
}
