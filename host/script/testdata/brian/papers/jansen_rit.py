# Jansen & Rit 1995 neural mass, plus Wilson-Cowan
from brian2 import *
import matplotlib.pyplot as plt
defaultclock.dt = .1*ms
A = 3.25; B = 22; a = 100/second; b = 50/second
e0 = 2.5/second; v0 = 6; r = 0.56
C = 135.
C1, C2, C3, C4 = C, 0.8*C, 0.25*C, 0.25*C
def sigm(v):
    return 2*e0/(1 + exp(r*(v0 - v)))
eqs = """
dy0/dt = y3 : 1
dy3/dt = A*a*Sp - 2*a*y3 - a**2*y0 : Hz
dy1/dt = y4 : 1
dy4/dt = A*a*(p + C2*2*e0/(1 + exp(r*(v0 - C1*y0)))) - 2*a*y4 - a**2*y1 : Hz
dy2/dt = y5 : 1
dy5/dt = B*b*(C4*2*e0/(1 + exp(r*(v0 - C3*y0)))) - 2*b*y5 - b**2*y2 : Hz
Sp = 2*e0/(1 + exp(r*(v0 - (y1 - y2)))) : Hz
eeg = y1 - y2 : 1
p : Hz
"""
ps = [60, 120, 155, 220, 320]
col = NeuronGroup(len(ps), eqs, method='rk4')
col.p = ps*Hz
m = StateMonitor(col, 'eeg', record=True)
run(3*second)
for k in range(len(ps)):
    x = m.eeg[k][10000:]
    print(ps[k], '%.10f %.10f' % (x.min(), x.max()))
# Wilson-Cowan with stimulus from a TimedArray
stim = TimedArray(np.hstack([np.zeros(10), np.ones(30)*1.25, np.zeros(20)]), dt=10*ms)
wc = '''
dE/dt = (-E + (1 - 1*E)*S_e)/tau_e : 1
dI/dt = (-I + (1 - 1*I)*S_i)/tau_i : 1
S_e = 1/(1 + exp(-1.3*(16*E - 12*I + P - 4))) - 1/(1 + exp(1.3*4)) : 1
S_i = 1/(1 + exp(-2*(15*E - 3*I - 3.7))) - 1/(1 + exp(2*3.7)) : 1
P = stim(t) : 1
tau_e : second (shared)
tau_i : second (shared)
'''
net = Network()
wcg = NeuronGroup(1, wc, method='rk2', name='wilson_cowan')
wcg.tau_e = 8*ms
wcg.tau_i = 8*ms
wcm = StateMonitor(wcg, ('E', 'I', 'P'), record=0)
net.add(wcg, wcm)
net.run(600*ms)
print('%.12f %.12f' % (wcm.E[0].max(), wcm.I[0, -1]))
fig, ax = plt.subplots(len(ps) + 1, 1, figsize=(7, 10))
for k, axis in enumerate(ax[:-1]):
    axis.plot(m.t[5000:]/ms, m.eeg[k, 5000:], 'b')
    axis.set_title('p = %d Hz' % ps[k], fontsize=9)
    axis.spines['top'].set_visible(False)
    axis.spines['right'].set_visible(False)
ax[-1].plot(wcm.t/ms, wcm.E[0], 'r', wcm.t/ms, wcm.I[0], 'b--')
ax[-1].twinx().plot(wcm.t/ms, wcm.P[0], 'k:')
fig.tight_layout()
fig.savefig('jr.pdf')
fig.savefig('jr.png', bbox_inches='tight')
