# Expected values of brian_surface_test.go: python3 linked.py > linked.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))

src = NeuronGroup(3, '''dx/dt = (sin(t/(5*ms) + i) - x)/(3*ms) : 1
k : integer
held = x*2 : 1 (constant over dt)
p : volt
sh : 1 (shared)''', method='rk4', name='zsrc')
one = NeuronGroup(1, 'dm/dt = (1 - m)/(20*ms) : 1', method='exact', name='asrc', threshold='m > 0.9', reset='m = 0')
src.k = 'i*2'
src.p = '5*mV*i'
src.sh = 3
G = NeuronGroup(3, '''dv/dt = (x + m + 1.2 - v)/(4*ms) + 0*held/ms : 1
x : 1 (linked)
m : 1 (linked)
kk : integer (linked)
sh : 1 (linked)
B = 2./(1 + exp(-2*m)) - 1 : 1 (shared)
C = x*m + sh : 1
held : 1 (linked)''', threshold='v > 1 + 0.1*kk', reset='v = 0.1*x', method='euler', name='grp')
G.x = linked_var(src, 'x')
G.m = linked_var(one, "m")
G.kk = linked_var(src, 'k', index=array([2, 0, 0]))
G.held = linked_var(src, 'held', index=[1, 1, 2])
G.sh = linked_var(src, 'sh')
F = NeuronGroup(5, '''dw/dt = (y - w)/(2*ms) : volt
y : volt (linked)
z : 1 (linked)
n : 1''', method='exact', name='bgrp')
F.y = linked_var(src, 'p', index=array([0, 1, 2, 2, 1]))
F.z = linked_var(G, 'v', index=array([2, 2, 1, 0, 0]))
F.n = '0.5*z + i'
S = Synapses(F, G, 'q : 1', on_post='q = q + x_post')
S.connect('i > j')
src.p = 7*mV
G.v = '0.1*x + 0.01*i*m'
G.run_regularly('v = v + 0.01*m', dt=2*ms)
M = StateMonitor(G, ['v', 'x', 'B', 'C', 'kk', 'held'], record=True)
N = StateMonitor(F, ['w', 'z', 'y', 'n'], record=[0, 2, 4])
Q = StateMonitor(S, 'q', record=True)
P = SpikeMonitor(G, ['x', 'v'])
src.run_regularly('p = p + 1*mV', dt=3*ms)
run(30*ms)

show("now", G.x[:])
show("z", F.z[:])
for n in ["v", "x", "C", "kk", "held"]: show(n, getattr(M, n))
show("B", M.B[0])
for n in ["w", "z", "n"]: show("F_" + n, getattr(N, n))
show("y_mV", N.y/mV)
show("q", Q.q)
show("spikes_i", P.i)
show("spikes_x", P.x)
