# Expected values of brian_surface_test.go: python3 onsyn.py > onsyn.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.15g" % v for v in np.ravel(x)))
G = NeuronGroup(3, '''dv/dt = (1.3 - v + g)/(5*ms) : 1 (unless refractory)
                      g : 1
                      up : 1''', threshold='v > 1', reset='v = 0', refractory=1*ms, method='euler')
G.v = [0, 0.4, 0.8]
S = Synapses(G, G, '''w : 1
                      ds/dt = (u - s)/(3*ms) : 1 (clock-driven)
                      dx/dt = -x/(4*ms) : 1 (event-driven)
                      u : 1
                      k : integer
                      both = w + s : 1''', on_pre='x += 0.25; v_post += 0.01*s', method='exact')
S.connect('i != j')
S.w = '0.1*(i + 1) + 0.01*j'
# spikes change variables of synapses, with delays
T = Synapses(G, S, 'n : 1', on_pre={'pre': 'w_post += 0.001*(i + 1); s_post += 0.1*v_pre; n += 1', 'late': 'k_post += 1; x_post += 0.5'}, delay={'late': 0.7*ms})
T.connect('(i + j) % 2 == 0')
T.pre.delay = '0.1*ms*(j % 4)'
# synapses are summed into neurons, neurons into synapses, and synapses into synapses
A = Synapses(S, G, 'up_post = both_pre/N_incoming : 1 (summed)')
A.connect('i % 3 == j')
B = Synapses(G, S, 'u_post = 0.5*v_pre : 1 (summed)')
B.connect(j='k for k in range(N_post) if k % 3 != i')
H = Synapses(G, G, '''y : 1
                      dz/dt = (y - z)/(2*ms) : 1 (clock-driven)''', method='euler')
H.connect()
H.z = 'i - j'
C = Synapses(S, H, '''dq/dt = (w_pre*x_pre + z_post - q)/(6*ms) : 1 (clock-driven)
                      y_post = q + s_pre : 1 (summed)''', method='euler')
C.connect('abs(i - j) < 2')
C.q = '0.1*i + w_pre'
D = Synapses(S, G, 'g_post = 0.1*w_pre*z_other : 1 (summed)\nz_other : 1')
D.connect(i=[0, 1, 5, 5], j=[2, 0, 1, 1])
D.z_other = [1, 2, 3, 4]
few = Synapses(G, S, on_pre='w_post += 1')
few.connect('w_post > 0.25 and i == 1')

MS = StateMonitor(S, ['w', 's', 'u', 'x', 'k', 'both'], record=True)
MH = StateMonitor(H, ['y', 'z'], record=[0, 4, 8])
MC = StateMonitor(C, ['q'], record=True)
MG = StateMonitor(G, ['v', 'g', 'up'], record=True)
spikes = SpikeMonitor(G)
net = Network(G, S, T, A, B, H, C, D, few, MS, MH, MC, MG, spikes)
show('sizes', [len(S), len(T), len(A), len(B), len(C), len(few)])
show('few', few.j[:])
show('before', C.q[:])
net.run(2*ms)
net.store()
net.run(3*ms)
first = array(S.w[:])
net.restore()
S.w['i == 2'] = 'w + 0.5'
T.s_post = 0.125
net.run(3*ms)
show('i', spikes.i)
show('t', spikes.t/ms)
for name in ['w', 's', 'u', 'x', 'k', 'both']:
    show(name, getattr(MS, name))
for name in ['y', 'z']:
    show(name, getattr(MH, name))
show('q', MC.q)
for name in ['v', 'g', 'up']:
    show(name, getattr(MG, name))
show('first', first)
show('n', T.n[:])
show('w_post', T.w_post[:])
show('w_pre', D.w_pre[:])
