from brian2 import *
G = NeuronGroup(2, '''dv/dt = 1/ms : 1
du/dt = 1/ms : 1''', threshold='v>0.35', reset='v=0', method='euler', refractory=0.2*ms)
G.run_regularly('u += 10', dt=0.5*ms)
H = NeuronGroup(2, '''dx/dt = -x/(1*ms) : 1
s : 1''', method='euler')
S = Synapses(G, H, '''w : 1
da/dt = -a/(2*ms) : 1 (event-driven)
dc/dt = 1/ms : 1 (clock-driven)
s_post = w : 1 (summed)''', on_pre='x_post += w; a += 1', method='euler')
S.connect()
S.w = '1 + i + j'
Q = SpikeGeneratorGroup(2, [0, 1, 0, 1], [0.1, 0.6, 2.1, 3.6]*ms)
S2 = Synapses(Q, H, on_pre='x_post += 10')
S2.connect(j='i')
M = StateMonitor(H, 'x', record=True)
K = SpikeMonitor(G)
R = PopulationRateMonitor(G)
KQ = SpikeMonitor(Q)
P = PoissonInput(H, 'x', 1, 1/defaultclock.dt, 1)
net = Network(G, H, S, Q, S2, M, K, R, KQ, P)
def step(*off):
    for o in off:
        o.active = False
    net.run(1*ms)
    print('%.6f %.6f %.6f %.6f %.6f %.6f' % (G.v[0], G.u[1], H.x[0], H.s[1], S.a[0], S.c[0]), len(M.t), len(K.t), len(R.t), G.active)
    for o in off:
        o.active = True
step()
step(G)
step(S)
step(S.pre, Q)
step(S2, M, P)
step(K, R, KQ)
step(H)
step()
print(KQ.t)
