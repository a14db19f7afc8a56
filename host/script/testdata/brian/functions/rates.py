"""A network of rate units with transfer functions of Python, and plastic synapses with functions in their code."""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'

tau = 10*ms
gain, theta = 1.5, 0.4
knots = [(0.2, 0.5), (0.6, 1.5), (1.0, 0.25)]
stim = TimedArray([0, 0.5, 1.0, 0.2], dt=5*ms)


@implementation('cpp', '/* for another target */')
@check_units(x=1, result=1)
def sigmoid(x):
    return 1.0/(1.0 + np.exp(-gain*(x - theta)))


@check_units(x=1, result=1)
def normalized(x):
    return (sigmoid(x) - sigmoid(0.0))/(1 - sigmoid(0.0))


@implementation('cpp', '/* for another target */')
@check_units(x=1, low=1, high=1, result=1)
def threshold_linear(x, low, high):
    return clip(x - low, 0, high - low)


@check_units(x=1, result=1)
def pieces(x):
    y = np.zeros_like(x)
    left = 0.0
    for right, slope in knots:
        inside = (x >= left) & (x < right)
        y = np.where(inside, slope*(x - left), y)
        left = right
    y = np.where(~(x < left) | (x == left), 1, y)
    return y


@check_units(x=1, result=1)
def rectified(x):
    y = np.array(x)
    y[x < 0.3] = 0
    y[x >= 0.3] = x[x >= 0.3] - 0.3
    return y


@implementation('cpp', '/* for another target */')
@check_units(t=second, result=1)
def drive(t):
    return np.sin(2*np.pi*50*Hz*t)*0.5 + stim(t)


@declare_types(i='integer', result='integer')
@check_units(i=1, result=1)
def ring(i):
    return (i + 1) % 6


@check_units(w=1, x=1, result=1)
def soft(w, x):
    limits = [0.0, 1.0]
    up = [limits[1] - w, w - limits[0]]
    return w + 0.1*x*up[0] - 0.05*(1 - x)*up[1]


G = NeuronGroup(6, '''
dr/dt = (-r + normalized(input) + 0.1*pieces(r)*rectified(abs(r)))/tau : 1
input = drive(t + phase) + threshold_linear(s, 0.1, 0.8) : 1
s : 1
phase : second
''', threshold='sigmoid(r) > 0.5', reset='r = soft(r, 0.25)')
G.phase = 'sqrt(i*1.0)*ms'
G.r = 'pieces(i/5.0)/2'
S = Synapses(G, G, '''
w : 1
s_post = w*sigmoid(r_pre)*0.3 : 1 (summed)
''', on_pre='w = soft(w, sigmoid(r_post))')
S.connect(condition='ring(i) == j')
S.w = 'normalized(0.2*i) + 0.1'
G.run_regularly('r = r*(1 - 0.1*rectified(r))', dt=4*ms)
M = StateMonitor(G, ['r', 'input', 's'], record=True, dt=2*ms)
W = StateMonitor(S, 'w', record=[0, 3], dt=2*ms)
run(20*ms)
for i in [0, 2, 5]:
    print('r', ' '.join('%.12g' % x for x in M.r[i]))
    print('input', ' '.join('%.12g' % x for x in M.input[i]))
    print('s', ' '.join('%.12g' % x for x in M.s[i]))
for k in range(2):
    print('w', ' '.join('%.12g' % x for x in W.w[k]))
print('pairs', ' '.join('%d-%d' % (i, j) for i, j in zip(S.i, S.j)))
print('called', '%.12g %.12g' % (sigmoid(0.3), threshold_linear(0.5, 0.1, 0.8)))
