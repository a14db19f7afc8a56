package script_test

import (
	"bytes"
	"context"
	"path/filepath"
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
