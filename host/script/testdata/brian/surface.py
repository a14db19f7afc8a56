# Expected values of brian_surface_test.go: python3 surface.py > surface.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))

start_scope()
c = Clock(dt=0.5*ms)
G = NeuronGroup(4, "dv/dt = (2 + 0.1*i - v)/(3*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", dt=0.2*ms)
S = Synapses(G, G, "w : 1", on_pre="v_post += w")
S.connect(condition="i != j")
S.w = "0.01*i + 0.001*j"
S.w["i == 3"] = 0.05
S.w[0, :] = 0.02
S.w[:, 1] = "0.03*i"
M = StateMonitor(G, "v", record=[1, 3], clock=c)
P = SpikeMonitor(G, variables="v")
R = PopulationRateMonitor(G)
net = Network(collect())
net.run(12*ms)
show("w", S.w[:])
show("w_i0", S.w["i == 0"])
show("M_t_ms", M.t/ms)
show("M_v", M.v)
show("M3_v", M[3].v)
show("spikes_i", P.i)
show("spikes_t_ms", P.t/ms)
show("spikes_v", P.v)
show("train1_ms", P.spike_trains()[1]/ms)
show("count", P.count)
show("num", [P.num_spikes])
show("rate", R.rate/Hz)
show("flat", R.smooth_rate(window="flat", width=1*ms)/Hz)
show("gaussian", R.smooth_rate(window="gaussian", width=0.5*ms)/Hz)
show("values_v", P.values("v")[1])
show("all_values_t", sorted(P.all_values()["t"][2]/ms))
