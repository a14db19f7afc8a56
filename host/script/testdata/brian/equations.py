# Expected values of brian_surface_test.go: python3 equations.py > equations.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))

membrane = Equations('''dv/dt = (I + I_leak)/C : volt (unless refractory)
                        I = I_syn + I_ext : amp
                        I_ext : amp''', C=0.2*nF)
leak = Equations("I_x = g*(E - v) : amp # v is not a name here", I_x="I_leak", g=10*nS, E=-65*mV)
synaptic = "dI_syn/dt = -I_syn/tau : amp"
eqs = membrane + leak
eqs += synaptic
G = NeuronGroup(3, eqs.substitute(tau=4*ms, v="vm") + "count : 1", threshold="vm > -50*mV",
                reset='''vm = -70*mV
                         count += 1''', refractory=2*ms, method="euler")
G.vm = -65*mV
G.I_ext = "(0.1 + 0.1*i)*nA"
S = Synapses(G, G, model=Equations("dx/dt = -x/t_x : 1 (event-driven)\nw : 1", t_x=20*ms),
             on_pre='''I_syn += w*x*nA
                       x += 1
                         w = clip(w - 0.1*x, 0, 1)''',
             on_post='w = clip(w + 0.05, 0, 1)')
S.connect(condition="i != j")
S.w = 0.5
M = StateMonitor(G, ["vm", "I", "I_leak", "count"], record=True, dt=1*ms)
W = StateMonitor(S, "w", record=True, dt=2*ms)
P = SpikeMonitor(G)
run(60*ms)
for n in ["vm", "I", "I_leak", "count"]: show(n, getattr(M, n)/max(abs(getattr(M, n)).ravel()))
show("w", W.w)
show("spikes_i", P.i)
show("spikes_ms", P.t/ms)
