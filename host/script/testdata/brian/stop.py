# Expected values of brian_surface_test.go: python3 stop.py > stop.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))

G = NeuronGroup(3, "dv/dt = (1.5 - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
G.v = "i/4."
P = SpikeMonitor(G)
M = StateMonitor(G, "v", record=True, dt=0.3*ms)
limit = [4]
def check():
    if P.num_spikes >= limit[0]:
        stop()
operation = NetworkOperation(check, dt=1*ms)
run(40*ms)
show("t", [G.t/ms])
show("v", G.v)
run(2*ms)
limit[0] = 100
run(5.04*ms)
show("t", [G.t/ms])
show("spikes_ms", P.t/ms)
show("v", M.v)
H = NeuronGroup(2, "dv/dt = (1.2 - v)/(7*ms) : 1", threshold="v > 1", reset="v = 0", method="euler", dt=0.2*ms)
Q = SpikeMonitor(H)
net = Network(H, Q)
def check_net(t):
    if t > 30*ms: net.stop()
net.add(NetworkOperation(check_net, when="end", dt=0.5*ms))
net.run(40*ms)
show("t", [H.t/ms])
show("v", H.v)
show("spikes_ms", Q.t/ms)
