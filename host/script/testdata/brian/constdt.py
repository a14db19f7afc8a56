# Expected values of brian_surface_test.go: python3 constdt.py > constdt.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join(["%.15g" % v for v in np.ravel(x)]))
# values of synapses that are constant over dt, in code, in sums and recorded: in the step of the synapses, from what neurons were at its start
G = NeuronGroup(3, '''dv/dt = (1.5 + 0.1*i - v)/(5*ms) : 1
                      s : 1''', threshold='v > 1', reset='v = 0', method='euler')
S = Synapses(G, G, '''w : 1
                      f = w*(v_pre + floor(t/(2*ms))) : 1 (constant over dt)
                      k = int(f > 4) : integer (constant over dt)
                      s_post = f : 1 (summed)''', on_pre='''v_post += 0.01*f
                      w += 0.01*k''')
S.connect('i != j')
S.w = '1 + 0.1*i + 0.2*j'
M = StateMonitor(S, ['f', 'k'], record=[1], dt=2*ms)
run(12*ms)
show('v', G.v)
show('s', G.s)
show('f', S.f)
show('w', S.w)
show('mf', M.f[0])
show('mk', M.k[0])
# with an interval of its own, beside a state
start_scope()
H = NeuronGroup(2, 'u : 1')
H.u = [1, 2]
T = Synapses(H, H, '''dx/dt = (c - x)/(3*ms) : 1 (clock-driven)
                      c = u_pre + t/ms : 1 (constant over dt)''', method='euler', dt=0.5*ms)
T.connect()
run(3*ms)
show('x', T.x)
show('c', T.c)
