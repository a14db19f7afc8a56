package script_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/sim"
)

// cpuEngine runs networks in double precision on the CPU.
type cpuEngine struct{}

func (cpuEngine) Open(n *net.Network, seed uint64, warn func(diag.List)) (script.Simulation, error) {
	s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: seed, Threads: 1, Warn: warn})
	if err != nil {
		return nil, err
	}
	return script.Adapter{Sim: s}, nil
}

func (cpuEngine) Sweep(ctx context.Context, n *net.Network, seed uint64, from script.Simulation, o sim.SweepOptions, warn func(diag.List)) ([]*sim.SweepResult, error) {
	var err error
	if o.From, err = script.SweepFrom(from); err != nil {
		return nil, err
	}
	return sim.Sweep(ctx, n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: seed, Threads: 1, Warn: warn}, o)
}

// Scripts on the real engine, where the answer is known in closed form.
func TestOnCPU(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		// dv/dt = (2 - v)/tau from 0 reaches 1 after tau ln 2: 13.86 ms for tau = 20 ms and 6.93 ms for 10 ms
		{"period", `
G = NeuronGroup(2, "dv/dt = (2 - v)/tau : 1\ntau : second", threshold="v > 1", reset="v = 0", method="exact")
G.tau = [10, 20]*ms
M = SpikeMonitor(G, variables="v")
C = SpikeMonitor(G[1:], record=False)
R = PopulationRateMonitor(G)
V = StateMonitor(G, "v", record=[1])
run(50*ms)
print(M.count, C.count, M.num_spikes, round(M.spike_trains()[1]/ms, 6), M.v.min() > 1, len(R.t), (R.rate*0.1*ms).sum(), V.v.shape, G.t)
`, "[7, 3] [3] 10 [13.8, 27.7, 41.6] True 500 5.0 (1, 500) 50 ms\n"},
		// spikes at 1 and 2 ms arrive 0.5 ms later and add up
		{"generator", `
X = SpikeGeneratorGroup(2, [0, 1], [1, 2]*ms)
G = NeuronGroup(3, "v : 1")
S = Synapses(X, G, "w : 1", on_pre="v_post += w", delay=0.5*ms)
S.connect(i=0, j=[0, 1])
S.connect(i=1, j=1)
S.w = [1, 2, 4]
M = StateMonitor(G, "v", record=True)
net = Network(X, G, S, M)
net.run(3*ms)
print(M.v[1][array([15, 16, 25, 26])], G.v, S.w, net.t)
`, "[0, 2, 2, 6] [1, 6, 0] [1, 2, 4] 3 ms\n"},
		// events at 1 and 4 ms, and at 2.5 ms, arrive 0.3 ms later; a monitor with a clock of its own has the same times
		{"lastupdate", `
X = SpikeGeneratorGroup(2, [0, 1, 0], [1, 2.5, 4]*ms)
G = NeuronGroup(1, "v : 1")
S = Synapses(X, G, "dx/dt = -x/(10*ms) : 1 (event-driven)", on_pre="x += 1", delay=0.3*ms)
S.connect()
M = StateMonitor(S, ["lastupdate", "x"], record=True, dt=1.5*ms)
run(6*ms)
print(S.lastupdate/ms, M.lastupdate[0]/ms, M[1].lastupdate/ms)
`, "[4.3, 2.8] [0, 1.3, 1.3, 4.3] [0, 0, 2.8, 2.8]\n"},
		{"NetworkOperation", `
G = NeuronGroup(1, "v : 1")
times = []
def note(t):
    times.append(t/ms)
def up():
    G.v = G.v + 1
A = NetworkOperation(note, dt=2*ms)
B = NetworkOperation(function=up, dt=1*ms, when="end", name="up")
net = Network(G, A, B)
net.run(5*ms)
print(times, G.v)
`, "[0.0, 2.0, 4.0] [5]\n"},
		// two networks side by side, and names resolved at each run
		{"networks", `
k = 1
G = NeuronGroup(1, "dx/dt = k/ms : 1", method="euler")
a = Network(G)
a.run(1*ms)
k = 2
a.run(1*ms)
H = NeuronGroup(1, "y : 1")
start_scope()
K = NeuronGroup(1, "dx/dt = k/ms : 1", method="euler")
run(2*ms)
print(round(G.x, 9), round(K.x, 9), a.t, defaultclock.t)
`, "[3] [4] 2 ms 2 ms\n"},
		// what was recorded before the state was stored is there again after it was restored
		{"store", `
G = NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler", threshold="v > 0.25", reset="v = 0")
M = StateMonitor(G, "v", record=True)
S = SpikeMonitor(G)
run(0.4*ms)
store()
run(0.6*ms)
print(M.v.shape, S.count)
restore()
print(M.v.shape, S.count, S.i)
run(0.1*ms)
print(M.v.shape)
`, "(2, 10) [3, 3]\n(2, 4) [1, 1] [0, 1]\n(2, 5)\n"},
		{"table", `
stim = TimedArray([0, 1, 2]*Hz, dt=1*ms)
G = NeuronGroup(1, "x : 1\nr = stim(t) : Hz")
M = StateMonitor(G, "r", record=True)
run(4*ms)
print([M.r[0][k]/Hz for k in [0, 9, 10, 19, 20, 39]], [stim(k*0.1*ms)/Hz for k in [0, 9, 10, 19, 20, 39]])
`, "[0.0, 0.0, 1.0, 1.0, 2.0, 2.0] [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]\n"},
		// expressions, conditions, slices and index arrays after the first run, and reading with a condition
		{"assign", `
Vr = -70*mV
Vt = -50*mV
G = NeuronGroup(10, "v : volt\nu = v + 1*mV : volt\ng : siemens (shared)")
run(1*ms)
G.v = "Vr + i*(Vt - Vr)/10"
print(round(G.v/mV, 6))
G.v["i > 7"] = "v + 100*mV"
G.v["v > 0*volt"] = 0*mV
G.v[slice(0, 2)] = "-i*mV"
G.v[[3, 5]] = "2*i*mV"
print(round(G.v/mV, 6), G.v["i > 7"]/mV, G.u["v == 0*volt"]/mV, G.u[9]/mV)
G[4:6].v = 1*mV
print(G.v["v > 0*volt and i < 6"]/mV, G[4:].v["i >= 4"]/mV)
G.g = "3*nS"
print(G.g)
`, "[-70, -68, -66, -64, -62, -60, -58, -56, -54, -52]\n" +
			"[0, -1, -66, 6, -62, 10, -58, -56, 0, 0] [0, 0] [1, 1, 1] 1.0\n[6, 1, 1] [0, 0]\n3 nS\n"},
		// the same of synapses made by a rule, before the first run, after it, and in an operation
		{"assign synapses", `
A = NeuronGroup(4, "x : 1", threshold="False")
B = NeuronGroup(3, "y : 1")
A.x = "10*i"
S = Synapses(A, B, "w : 1\nd = w + x_pre : 1", on_pre="y_post += w")
S.connect("i != j")
S.w = "i + 0.1*j"
print(len(S), S.i["j == 0"], S.w["i < j"], S.d["w > 3"], S.N_outgoing_pre, S.w[0, 1])
S.w["i < j"] = "-w"
run(1*ms)
S.w["i > j"] = "w + y_post + x_pre"
print(S.w, S.d["i == 3"], S.j["i == 3"])
def change():
    S.w["i == 3"] = "j"
    S.w[0] = S.w[1] + A.x[2]
    B.y = "i + t/ms"
    B.y["i > 1"] = "sqrt(y)"
op = network_operation(change, dt=1*ms)
run(1*ms)
print(S.w, B.y)
`, "9 [1, 2, 3] [0.1, 0.2, 1.2] [33.1, 33.2] [2, 2, 2, 3] [0.1]\n" +
			"[-0.1, -0.2, 11, -1.2, 22, 22.1, 33, 33.1, 33.2] [63, 63.1, 63.2] [0, 1, 2]\n" +
			"[19.8, -0.2, 11, -1.2, 22, 22.1, 0, 1, 2] [1, 2, 1.7320508075688772]\n"},
		// in an expression of a part, i and N count its neurons, as in Brian2
		{"assign a part", `
G = NeuronGroup(10, "v : 1")
H = G[4:]
H.v = "i"
print(G.v)
H.v["i > 2"] = "N"
print(G.v, H.v["i < 4"])
run(1*ms)
H.v = "10*i + N"
print(G.v, H.v["i > 3"])
H.v["i == 0"] = -1
H.v[[1, 2]] = "i"
print(G.v)
`, "[0, 0, 0, 0, 0, 1, 2, 3, 4, 5]\n[0, 0, 0, 0, 0, 1, 2, 6, 6, 6] [0, 1, 2, 6]\n" +
			"[0, 0, 0, 0, 6, 16, 26, 36, 46, 56] [46, 56]\n[0, 0, 0, 0, -1, 1, 2, 36, 46, 56]\n"},
		// rand() is different each time, and repeats when the random state is restored
		{"assign random", `
G = NeuronGroup(1000, "v : 1")
run(1*ms)
G.v = "rand()"
a = G.v + 0
G.v = "rand()"
b = G.v + 0
store()
G.v = "rand()"
c = G.v + 0
restore(restore_random_state=True)
G.v = "rand()"
d = G.v + 0
restore()
G.v = "rand()"
e = G.v + 0
print(equal(a, b).sum(), equal(c, d).sum(), equal(c, e).sum(), abs(a.mean() - 0.5) < 0.05, a.min() >= 0, a.max() < 1)
`, "0 1000 0 True True True\n"},
		// monitors show in an operation what they have recorded up to then
		{"monitors in an operation", `
G = NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler", threshold="v > 0.95", reset="v = 0")
M = SpikeMonitor(G)
R = PopulationRateMonitor(G)
V = StateMonitor(G, "v", record=0)
seen = []
def look(t):
    seen.append((M.num_spikes, len(M.t), len(R.t), V.v.shape))
op = network_operation(look, dt=2*ms)
run(5*ms)
print(seen, M.num_spikes)
`, "[(0, 0, 0, (1, 0)), (4, 4, 20, (1, 20)), (8, 8, 40, (1, 40))] 10\n"},
		// a delay that is set later counts from then on
		{"delays", `
X = SpikeGeneratorGroup(1, [0, 0], [0, 5]*ms)
G = NeuronGroup(2, "v : 1")
S = Synapses(X, G, on_pre="v_post += 1")
S.connect()
S.delay = "(1 + j)*ms"
print(S.delay/ms, S.pre.delay["j == 1"]/ms)
M = StateMonitor(G, "v", record=True)
run(4*ms)
print(S.delay/ms, M.v[0].sum(), M.v[1].sum())
S.delay["j == 0"] = 3*ms
print(S.delay/ms)
run(6*ms)
print(M.v[0].sum(), M.v[1].sum())
`, "[1, 2] [2]\n[1, 2] 29.0 19.0\n[3, 2]\n108.0 108.0\n"},
		// what Brian2's networks, variables and monitors offer besides; the group reaches 2(1 - exp(-2/10)) = 0.3625 after 2 ms
		{"states and summaries", `
G = NeuronGroup(4, 'dv/dt = (2-v)/(10*ms) : 1\nu : volt', threshold='v>1', reset='v=0', method='exact', refractory=2*ms, name='G')
S = Synapses(G, G, 'w : volt', on_pre='v_post += w/volt*0')
S.connect(i=[0, 1], j=[1, 2])
S.w = [1, 2]*mV
M = SpikeMonitor(G, variables='v')
V = StateMonitor(G, ['v', 'u'], record=[1, 3])
R = PopulationRateMonitor(G)
G.run_regularly('u = 1*mV', dt=1*ms)
log = []
f = network_operation(dt=1*ms, when='end')(lambda t: log.append((t/ms, G.v[0])))
net = Network(collect(), f)
print(net.scheduling_summary())
net.run(2*ms)
print(G.u_, S.w_, V.u_.shape, M.t_, M.v_, R.rate_[0], G.u.get_item(1), G.u.get_item("i > 1"), S.w.get_item(1))
G.u.set_item(0, 5*mV)
G.u.set_item("i == 1", "7*mV")
print(G.u, log)
st = net.get_states()
print(st)
net.set_states({'G': {'u': [1, 2, 3, 4]*mV}, 'synapses': {'w': 9*mV}})
print(G.u, S.w)
print(profiling_summary(net, show=2).count("%"), type(net.profiling_info))
net.remove(V)
net.run(1*ms)
print(V.v.shape, net.t)
`, `when        order  name                 dt
start       0      G_run_regularly      1 ms
start       0      statemonitor         100 us
groups      0      G_stateupdater       100 us
thresholds  0      G_spike_thresholder  100 us
thresholds  1      spikemonitor         100 us
synapses    -1     synapses_pre         100 us
resets      0      G_spike_resetter     100 us
end         0      networkoperation     1 ms
end         0      ratemonitor          100 us
[0.001, 0.001, 0.001, 0.001] [0.001, 0.002] (2, 20) [] [] 0.0 1 mV [0.001, 0.001] * volt 2 mV
[0.005, 0.007, 0.001, 0.001] * volt [(0.0, 0.019900332501663894), (1.0, 0.20833172940694353)]
{"G": {"v": [0.36253849384403636, 0.36253849384403636, 0.36253849384403636, 0.36253849384403636], "u": [0.005, 0.007, 0.001, 0.001] * volt}, "synapses": {"w": [0.001, 0.002] * volt}}
[0.001, 0.002, 0.003, 0.004] * volt [0.009000000000000001, 0.009000000000000001] * volt
2 list
(2, 20) 3 ms
`},
		// with units=False in SI units, as numbers; the names are a list, or one
		{"states of groups and synapses", `
G = NeuronGroup(2, 'u : volt\nn : integer')
G.u = [1, 2]*mV
S = Synapses(G, G, 'w : siemens\nx : 1')
S.connect('i != j')
S.w = [3, 4]*nS
run(0.1*ms)
print(S.get_states(['w', 'x'], units=False), S.get_states('w'), G.get_states(units=False))
S.set_states({'w': array([5e-9, 6e-9]), 'x': 2}, units=False)
S.set_states({'x': [7, 8]})
G.set_states({'u': G.get_states(['u'])['u']*2})
print(S.w, S.x, G.u)
`, `{"w": [3.0000000000000004e-09, 4e-09], "x": [0, 0]} {"w": [3.0000000000000004e-09, 4e-09] * siemens} {"u": [0.001, 0.002], "n": [0, 0]}
[5e-09, 6e-09] * siemens [7, 8] [0.002, 0.004] * volt
`},
		// without a period the new spikes come once
		{"set_spikes", `
S = SpikeGeneratorGroup(3, [0, 1], [1, 2]*ms, period=5*ms)
M = SpikeMonitor(S)
run(10*ms)
S.set_spikes([2], [12]*ms)
run(10*ms)
print(M.i, M.t/ms)
`, "[0, 1, 0, 1, 2] [1, 2, 6, 7, 12]\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			res, err := script.RunSource(context.Background(), filepath.Join(t.TempDir(), "m.star"), c.text, script.Options{Engine: cpuEngine{}, Stdout: &out})
			for _, n := range res.Networks {
				defer n.Sim.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != c.want {
				t.Errorf("got %q, want %q", out.String(), c.want)
			}
		})
	}
}

// Synapses that are only summed over have a number, whatever that is, and are listed for who asks, as long as they can be.
func TestUnlistedSynapses(t *testing.T) {
	network := func(n, condition string) string {
		return "G = NeuronGroup(" + n + ", \"x : 1\\ns : 1\")\nG.x = \"i\"\nS = Synapses(G, G, \"s_post = x_pre : 1 (summed)\")\nS.connect(" + condition + ")\n"
	}
	for _, c := range []struct{ text, out, err string }{
		{network("50_000", "") + "print(len(S), S.N)\nrun(0.1*ms)\nprint(len(S), S.N, G.s[7], G.s.min() == G.s.max())\n", "2500000000 2500000000\n2500000000 2500000000 1.249975e+09 True\n", ""},
		{network("50_000", "\"i != j\"") + "run(0.1*ms)\nprint(len(S), G.s[7])\n", "2499950000 1.249974993e+09\n", ""},
		{network("50_000", "") + "S.i[0]\n", "", ":5:4: error: the 2500000000 synapses of \"synapses\" are summed over all neurons and kept as one; they are too many to be listed"},
		{network("50_000", "") + "run(0.1*ms)\nS.j[3]\n", "", ":6:4: error: the 2500000000 synapses of \"synapses\""},
		{network("50_000", "") + "run(0.1*ms)\nS.N_incoming\n", "", ":6:2: error: the 2500000000 synapses of \"synapses\""},
		{network("50_000", "") + "S[3]\n", "", ":5:2: error: the 2500000000 synapses of \"synapses\""},
		{network("50_000", "p=1.0, n=2"), "", "2500000000 synapses are more than one Synapses object can hold (2147483647)"},
		{network("1100", "\"i != j\"") + "print(S.N)\nrun(0.1*ms)\nprint(len(S), S.i[1098:1101], S.j[1098:1101], S.N_incoming[0], S.i[3, 4], S.i[\"i + j < 2\"])\n",
			"1208900\n1208900 [0, 1, 1] [1099, 0, 2] 1099 [3] [0, 1]\n", ""},
	} {
		var out bytes.Buffer
		text := c.text
		if !strings.Contains(text, "run(") && strings.Contains(c.err, "more than") {
			text += "run(0.1*ms)\n"
		}
		res, err := script.RunSource(context.Background(), filepath.Join(t.TempDir(), "m.star"), text, script.Options{Engine: cpuEngine{}, Stdout: &out})
		for _, n := range res.Networks {
			defer n.Sim.Close()
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || out.String() != c.out {
			t.Errorf("%s\n%q and %v, want %q and %s", c.text, out.String(), err, c.out, c.err)
		}
	}
}

func TestNoLastUpdate(t *testing.T) {
	const network = "G = NeuronGroup(1, \"v : 1\")\nS = Synapses(G, G, \"dx/dt = -x/(10*ms) : 1 (clock-driven)\")\nS.connect()\n"
	for _, text := range []string{"M = StateMonitor(S, \"lastupdate\", record=True)\nrun(1*ms)\n", "run(1*ms)\nx = S.lastupdate[0]\n"} {
		_, err := script.RunSource(context.Background(), "m.star", network+text, script.Options{Engine: cpuEngine{}})
		if err == nil || !strings.Contains(err.Error(), "only synapses that have (event-driven) equations know it") {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{"NetworkOperation(f=len)\n": "did you mean function?", "NetworkOperation(dt=1*ms)\n": "missing argument for function"} {
		if _, err := script.RunSource(context.Background(), "m.star", text, script.Options{Engine: cpuEngine{}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
