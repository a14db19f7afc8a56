# Expected values of brian_surface_test.go: python3 lastspike.py > lastspike.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))

G = NeuronGroup(3, "dv/dt = (1+i)/(1*ms) : 1\nq = t - lastspike : second", threshold="v > 1", reset="v = 0", refractory=0.1*ms, method="euler")
H = NeuronGroup(3, "y : second", dt=0.2*ms)
A = StateMonitor(G, ["lastspike", "q"], record=True)
B = StateMonitor(G, ["lastspike", "not_refractory"], record=[2, 0], dt=0.5*ms, when="end")
P = SpikeMonitor(G, ["lastspike", "q", "not_refractory", "v"])
S = Synapses(G, H, "w : second", on_pre="w = lastspike_pre; y_post += t - lastspike_pre", delay=0.2*ms)
S.connect(j="i")
W = StateMonitor(S, "w", record=True)
Y = StateMonitor(H, "y", record=True)
run(2*ms)
show("A_lastspike", A.lastspike)
show("A_q", A.q)
show("B_lastspike", B.lastspike)
show("B_not_refractory", B.not_refractory)
for n in ["t", "lastspike", "q", "not_refractory", "v"]: show("P_" + n, getattr(P, n))
show("w", W.w)
show("y", Y.y)
