"""Synapses with values that are constant over a step, of each and of all, beside code that reads and sets what they come from."""
from brian2 import *

prefs.codegen.target = 'numpy'


def show(name, x):
    print(name, ' '.join('%.15g' % v for v in np.ravel(x)))


drive = TimedArray([0.1, 0.5, 0.2, 0.9], dt=2.5*ms)
G = NeuronGroup(4, '''dv/dt = (1.2 + 0.1*i - v)/(4*ms) : 1
                      x : 1
                      y = 2*x + drive(t) : 1 (constant over dt)''',
                threshold='v > 1', reset='v = 0', refractory=0.5*ms, method='exact')
G.x = 'i*0.5'
S = Synapses(G, G, '''w : 1
                      s : 1 (shared)
                      k = w*x_pre + a*x_post : 1 (constant over dt)
                      a = s*drive(t) : 1 (shared)
                      h = k + y_post - 0.1*j : 1 (constant over dt)
                      b = k > 1 : boolean (constant over dt)
                      dq/dt = (h - q)/(3*ms) : 1 (clock-driven)
                      cnt : integer''',
             on_pre='''cnt += 1 + int(b)
                       w = w + 0.01*k*int(lastspike_post > 0*ms)*exp(-abs(lastspike_post - lastspike_pre)/(10*ms))''',
             method='euler')
S.connect(condition='i < j or i == 3')
S.w = 'i + 0.1*j'
S.s = 0.3
S.run_regularly('w = w*0.99 + 0.001*v_post - 0.002*x_pre', dt=1*ms)
M = StateMonitor(S, ['w', 'k', 'a', 'h', 'q', 'cnt'], record=True, dt=3*ms)
run(9*ms)
S.s = 0.7
G.x[1] = 2
run(6*ms)
for name in ['w', 'k', 'a', 'h', 'q', 'cnt']:
    show(name, getattr(M, name))
show('now', S.k)
show('b', S.b)
show('large', S.w['b and i > 1'])
# states that sums and nothing else read, with what is held in them
start_scope()
P = SpikeGeneratorGroup(3, [0, 1, 2, 0, 2], [0.5, 1, 1.5, 2, 2.2]*ms)
H = NeuronGroup(30, '''dv/dt = (I - v)/(5*ms) : 1
                       I : 1''', method='euler')
S = Synapses(P, H, '''dg/dt = -g/tau : 1 (clock-driven)
                      tau = (1 + drive(t))*ms : second (constant over dt)
                      I_post = g : 1 (summed)''', on_pre='g += 0.3', method='euler')
S.connect()
run(4*ms)
show('sum', H.v)
