"""Synapses whose code and equations read the sums that they make, at both ends: weights that are scaled, rates that follow."""
from brian2 import *

prefs.codegen.target = 'numpy'


def show(name, x):
    print(name, ' '.join('%.15g' % v for v in np.ravel(x)))


G = NeuronGroup(3, '''dv/dt = (1.1 + 0.2*i - v)/(6*ms) : 1
                      total : 1''', threshold='v > 1', reset='v = 0', method='exact')
H = NeuronGroup(2, '''dv/dt = (g - v)/(8*ms) : 1
                      g : 1
                      weights : 1''', threshold='v > 0.3', reset='v = 0', method='euler')
S = Synapses(G, H, '''w : 1
                      g_post = w*v_pre : 1 (summed)
                      weights_post = w : 1 (summed)
                      total_pre = w + 0.1*v_post : 1 (summed)
                      part = w/(weights_post + 0.1) : 1
                      dq/dt = (g_post - q + total_pre)/(5*ms) : 1 (clock-driven)
                      k = weights_post*2 + q : 1 (constant over dt)''',
             on_pre='w += 0.05*part',
             on_post='''w *= 1 - 0.1*weights_post/(1 + weights_post)
                        q += total_pre*0.01''', method='euler')
S.connect()
S.w = '0.2 + 0.05*i - 0.03*j'
S.run_regularly('w = clip(w*(1 + 0.1*(1.5/(weights_post + 1e-9) - 1)), 0, 1)', dt=5*ms, when='end')
M = StateMonitor(S, ['w', 'q', 'weights_post', 'k'], record=True, dt=1*ms)
run(20*ms)
for name in ['w', 'q', 'weights_post', 'k']:
    show(name, getattr(M, name))
show('part', S.part[:])
show('post', S.weights_post)
show('pre', S.total_pre)
show('sum', H.weights)
show('some', S.w['weights_post > 0.3 and part < 0.5'])
