# Expected values of brian_surface_test.go: python3 linkedsub.py > linkedsub.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))
H = NeuronGroup(3, '''dx/dt = (1.3 + 0.2*i - x)/(4*ms) : 1
p : volt
sh : 1 (shared)
y = 0.3*x*(1 + i) + sh*sin(t/(3*ms)) : 1
z = y + p/mV : 1
both = (x > 0.5) : boolean
top = sh*2 : 1 (shared)''', method='euler', threshold='x > 1', reset='x = 0', name='zsrc')
one = NeuronGroup(1, '''dm/dt = (1 - m)/(20*ms) : 1
half = m/2 : 1''', method='exact', name='asrc')
H.x = '0.3*i'
H.p = '0.1*i*mV'
H.sh = 0.2
G = NeuronGroup(3, '''dv/dt = (y + 0.5*z + half + top - v)/(5*ms) : 1
y : 1 (linked)
z : 1 (linked)
half : 1 (linked)
sh : 1 (linked)
top : 1 (linked)
sum = y + z*sh : 1
on : boolean (linked)''', threshold='v > 0.9 and on', reset='v = 0.1*y', method='euler', name='grp')
G.y = linked_var(H, 'y')
G.z = linked_var(H, 'z', index=[2, 0, 0])
G.half = linked_var(one, 'half')
G.sh = linked_var(H, 'sh')
G.top = linked_var(H, 'top')
G.on = linked_var(H, 'both', index=array([1, 1, 2]))
G.v = '0.1*y + 0.2*i'
K = NeuronGroup(2, 'q : 1 (linked)\nw : 1', name='small')
part = H[1:]
K.q = linked_var(part, 'z')
K.w = 'q*2'
S = Synapses(H, G, 'c : 1', on_pre='v_post += 0.05*y_post + 0.01*y_pre; c += y_post')
S.connect('i != j')
H.sh = 0.3
M = StateMonitor(G, ['v', 'y', 'z', 'sum', 'on'], record=True)
P = SpikeMonitor(G, ['y', 'z'])
N = StateMonitor(K, 'q', record=True)
G.run_regularly('v = v + 0.01*z', dt=1*ms)
run(9*ms)
show("now", G.z[:])
for n in ["v", "y", "z", "sum", "on"]: show(n, getattr(M, n))
show("q", N.q)
show("w", K.w[:])
show("c", S.c[:])
show("P_i", P.i)
show("P_t", P.t/ms)
show("P_z", P.z)
