"""Which method is taken without method=: equations that call a TimedArray are advanced exactly only when its value holds over each step."""
from brian2 import *

prefs.codegen.target = 'numpy'

ta = TimedArray(np.arange(1, 30)*0.5, dt=0.1*ms)
longer = TimedArray(np.arange(1, 30)*0.5, dt=0.3*ms)  # 0.3/0.1 is less than 3, as it is rounded
odd = TimedArray(np.arange(1, 30)*0.5, dt=0.25*ms)
double = TimedArray(np.arange(1, 30)*0.5, dt=0.2*ms)
table = TimedArray(np.arange(1, 30).reshape(29, 1)*0.5, dt=0.1*ms)

for name, rate in [('held', 'ta(t)'), ('double', 'double(t)'), ('odd', 'odd(t)'), ('longer', 'longer(t)'), ('half', 'ta(t/2)'), ('later', 'ta(t + dt)'),
                   ('fixed', 'ta(0.5*ms)'), ('columns', 'table(t, i)'), ('through', 'x'), ('through_odd', 'y'), ('factor', '1 - 0.2*v*odd(t)'),
                   ('random', 'clip(rand(), 2, 2)'), ('set', 'z')]:
    G = NeuronGroup(1, '''dv/dt = (-v + %s)/(1*ms) : 1
                          x = ta(t) : 1
                          y = odd(t) : 1
                          z = odd(t) : 1 (constant over dt)''' % rate)
    G.v = 1
    M = StateMonitor(G, 'v', record=True)
    net = Network(G, M)
    net.run(1*ms)
    print(name, ' '.join('%.15g' % v for v in M.v[0]))
