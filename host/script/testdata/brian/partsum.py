# Expected values of brian_surface_test.go: python3 partsum.py > partsum.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))
def net_of(name, order, n, target, source):
    G = NeuronGroup(3, '''dv/dt = (1.2 + 0.1*i + 0.2*s - v)/(5*ms) : 1
s : 1''', threshold='v > 1', reset='v = 0', method='euler', order=order, name=name)
    H = NeuronGroup(4, 'dx/dt = (1.4 - x)/(4*ms) : 1\ny : 1', threshold='x > 1', reset='x = 0', method='euler', name='h' + name, dt=0.2*ms)
    G.v = '0.2*i'
    H.x = '0.1*i'
    A = Synapses(H, target(G), '''dz/dt = -z/(3*ms) : 1 (clock-driven)
s_post = z + 0.01*x_pre : 1 (summed)''', on_pre='z += 0.5', method='exact', name='syn' + name)
    A.connect("i != j")
    B = Synapses(source(H), G, '''y_pre = 0.3*v_post : 1 (summed)''', name='back' + name)
    B.connect()
    M = StateMonitor(G, ['v', 's'], record=True)
    N = StateMonitor(H, 'y', record=True)
    P = SpikeMonitor(G)
    net = Network(G, H, A, B, M, N, P)
    net.run(n)
    show(name + "_v", M.v.T[30:])
    show(name + "_s", M.s.T[30:])
    show(name + "_y", N.y.T[10:])
    show(name + "_i", P.i)
    show(name + "_t", P.t/ms)
def whole(g): return g
def front(g): return g[:2]
def back(g): return g[1:]
net_of("alpha", 0, 6*ms, front, back)
net_of("beta", 1, 6*ms, back, whole)
net_of("zeta", 0, 6*ms, front, front)
net_of("omega", -2, 6*ms, whole, back)
