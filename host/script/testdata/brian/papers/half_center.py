"""Half-center CPG (Morris-Lecar with mutual inhibition, graded synapses) + escape noise LIF + olfactory-like
lateral inhibition"""
from brian2 import *
from collections import defaultdict
import itertools
defaultclock.dt = 0.1*ms
@check_units(v=volt, result=1)
def graded(v):
    return 1/(1 + exp(-(v + 10*mV)/(5*mV)))
eqs = '''
dv/dt = (I_app - 2*msiemens*(v + 50*mV) - 4*msiemens*m*(v - 100*mV) - 8*msiemens*n*(v + 70*mV) - gs*s_in*(v + 80*mV))/(20*uF) : volt
m = (1 + tanh((v + 1*mV)/(15*mV)))/2 : 1
dn/dt = 0.02/ms*cosh((v - 10*mV)/(29*mV))*((1 + tanh((v - 10*mV)/(14.5*mV)))/2 - n) : 1
ds/dt = (sinf - s)/(80*ms) : 1
sinf = 1/(1 + exp(-(v + 10*mV)/(5*mV))) : 1
s_in : 1
I_app : amp
gs : siemens (shared)
'''
cpg = NeuronGroup(2, eqs, method='rk4', namespace=dict())
cpg.v = [-50, -20]*mV
cpg.I_app = 60*uA
cpg.gs = 2*msiemens
inhib = Synapses(cpg, cpg, 's_in_post = s_pre : 1 (summed)')
inhib.connect(j='1 - i')
mon = StateMonitor(cpg, True, record=True, dt=1*ms)

run(1.5*second)
print(["%.10f" % (mon.v[k, -1]/mV) for k in range(2)])
for (a, b) in itertools.product(range(2), repeat=2):
    print(a, b, '%.9f' % np.corrcoef(mon.v[a], mon.v[b])[0, 1])
fig = plt.figure(constrained_layout=True)
gs = fig.add_gridspec(2, 2)
ax1 = fig.add_subplot(gs[0, :])
ax1.plot(mon.t/ms, mon.v.T/mV)
ax1.legend(['left', 'right'])
plt.savefig('cpg.svg')
