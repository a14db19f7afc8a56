# Expected values of brian_surface_test.go: python3 orders.py > orders.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))
def net_of(name, order, start, slot, at):
    G = NeuronGroup(3, '''dv/dt = (1.3 + 0.1*i - v)/(4*ms) : 1
u : 1''', threshold='v > 1', reset='v = 0; u = 0.5*u + 1', method='euler', order=order, name=name, events={'high': 'v > 0.9'})
    G.v = '0.2*i'
    G.run_regularly('v = 0.98*v; u = u + 0.1', when=slot, order=at, dt=0.5*ms)
    G.run_on_event('high', 'u = u*1.1')
    G.run_regularly('u = 0.9*u', when='after_resets', dt=0.2*ms)
    S = Synapses(G, G, 'dz/dt = (v_post - z)/(3*ms) : 1 (clock-driven)', on_pre='z += 0.1; u_post += 0.1*z', order=start, method='euler', name='syn' + name)
    S.connect('i != j')
    M = StateMonitor(G, ['v', 'u'], record=True, when='thresholds', order=1)
    N = StateMonitor(S, 'z', record=True, when='groups', order=1)
    P = SpikeMonitor(G, variables=['v', 'u'])
    E = EventMonitor(G, 'high', variables='u')
    net = Network(G, S, M, N, P, E)
    net.run(9*ms)
    show(name + "_v", M.v)
    show(name + "_u", M.u)
    show(name + "_z", N.z)
    show(name + "_Pi", P.i)
    show(name + "_Pt", P.t/ms)
    show(name + "_Pv", P.v)
    show(name + "_Pu", P.u)
    show(name + "_Ei", E.i)
    show(name + "_Eu", E.u)
net_of("alpha", 0, 0, 'resets', 0)
net_of("beta", 2, 3, 'thresholds', 1)
net_of("zeta", -1, -2, 'resets', -1)
net_of("kappa", 1, 1, 'resets', 0)
net_of("omega", 3, 0, 'thresholds', 4)
