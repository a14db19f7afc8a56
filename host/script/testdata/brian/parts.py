# Expected values of brian_surface_test.go: python3 parts.py > parts.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))
G = NeuronGroup(7, '''dv/dt = (0.9 + 0.1*i - v)/(5*ms) : 1 (unless refractory)
u : 1
k : integer
half = i/2.0 + 0*N : 1''', threshold='v > 0.8', reset='v = 0', refractory=1*ms, method='exact', events={'low': 'v < 0.1'}, name='grp')
A, B, C = G[:3], G[2:6], G[6:]
A.v = '0.1*i'
B.v[1:3] = [0.3, 0.31]
B.u = 'half + 10*i + 100*N'
C.u = 'half'
A.run_regularly('u += 1', dt=0.5*ms)
B.run_regularly('u = u*1.01 + i + 0.1*N + half; k = k + i', dt=1*ms)
B.run_regularly('v = v + 0.001*i', when='before_groups')
C.run_regularly('v *= 0.99', dt=2*ms)
H = Synapses(B, A, 'w : 1', on_pre='u_post += w', on_post='w += 0.5', delay=0.3*ms)
H.connect('i != j')
H.w = 'i + 10*j'
M = StateMonitor(G, ['v', 'u'], record=True, dt=1*ms)
P = SpikeMonitor(B, variables='u')
E = EventMonitor(G, 'low')
H.u_post = 3
run(6*ms)
H.u_post[2] = 5
A.v = 0.2
run(6*ms)
show("v", M.v)
show("u", M.u)
show("k", G.k[:])
show("w", H.w[:])
show("P_i", P.i)
show("P_t", P.t/ms)
show("P_u", P.u)
show("E_i", E.i)
show("E_t", E.t/ms)
