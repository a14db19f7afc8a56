# Expected values of brian_surface_test.go: python3 found.py > found.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join(["%.15g" % v for v in np.ravel(x)]))
# code of an event that runs before the event is looked for, beside a pathway that waits for it with delays
G = NeuronGroup(2, '''dv/dt = (1.4 - v)/(3*ms) : 1
                      k : integer
                      r : 1''', threshold='v > 1', reset='''v = 0
                      k += 1''', events={'evt': 'v > 0.5 and k % 2 == 0'}, method='euler', name='agroup')
H = NeuronGroup(2, 'q : 1')
S = Synapses(G, H, on_pre='q_post += 1', on_event='evt')
S.connect(j='i')
S.delay = '0.3*ms*(1 + i)'
E = EventMonitor(G, 'evt')
G.run_on_event('evt', '''r += 0.05
k += 1''', when='after_thresholds')
M = StateMonitor(H, 'q', record=True)
run(8*ms)
show('event_t', E.t/ms)
show('event_q', M.q)
show('event_k', G.k[:])
# a sum into a part of a group leaves the others alone
start_scope()
G = NeuronGroup(5, 's : 1\nu : 1')
G.s = '10 + i'
G.u = 'i'
A = Synapses(G, G[1:3], 's_post = u_pre : 1 (summed)')
A.connect()
G.run_regularly('u += 0.5', dt=0.1*ms)
M = StateMonitor(G, 's', record=True, when='end')
run(0.3*ms)
show('part_s', M.s)
# what all neurons share is recorded for each
start_scope()
G = NeuronGroup(4, '''dv/dt = 1/ms : 1
                      b : 1 (shared)
                      c = 2*b + 1 : 1 (shared)''', method='euler')
G.b = 0.25
M = StateMonitor(G, ['v', 'b', 'c'], record=[1, 3])
P = StateMonitor(G[1:4], 'b', record=True)
run(0.2*ms)
show('shared_shapes', list(M.b.shape) + list(M.c.shape) + list(P.b.shape))
show('shared_b', M.b[1])
show('shared_c', M.c)
# time steps that change between runs, of all and of one clock
start_scope()
G = NeuronGroup(2, 'dv/dt = -v/(10*ms) + 0.2/ms*int(t > 1*ms) : 1', threshold='v > 1', reset='v = 0', refractory=0.7*ms, method='euler')
H = NeuronGroup(2, 'dv/dt = -v/(10*ms) : 1', dt=0.2*ms, method='euler')
S = Synapses(G, G, on_pre='v_post += 0.01', delay=0.5*ms)
S.connect()
G.v = [1.5, 0.2]
H.v = 1
M = StateMonitor(G, 'v', record=True)
N = StateMonitor(H, 'v', record=True)
P = SpikeMonitor(G)
R = PopulationRateMonitor(G)
G.run_regularly('v += 0.001', dt=0.4*ms)
run(2*ms)
defaultclock.dt = 0.05*ms
run(2*ms)
show('dt_t', M.t/ms)
defaultclock.dt = 0.25*ms
run(2*ms)
H.clock.dt = 0.1*ms
run(2*ms)
show('dt_v', M.v[0])
show('dt_h', N.v[0])
show('dt_ht', N.t/ms)
show('dt_spikes', P.t/ms)
show('dt_rate', R.rate/Hz)
defaultclock.dt = 0.1*ms
