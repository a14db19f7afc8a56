from brian2 import *
G = NeuronGroup(3, '''dv/dt = w : 1
dw/dt = -w/second**2 : Hz (shared)''', method='euler')
run(0.3*ms)
S = Synapses(G, G, '''x : 1
dw/dt = v_pre/second : 1 (shared)''', method='euler')
S.connect()
run(0.3*ms)
