"""Tsodyks-Pawelzik-Markram 1998: short-term plasticity; facilitating, depressing, combined"""
from brian2 import *
import numpy as np

defaultclock.dt = 0.1*ms
params = {'depressing': dict(U=0.5, tau_rec=800*ms, tau_facil=1*ms),
          'facilitating': dict(U=0.1, tau_rec=100*ms, tau_facil=1000*ms),
          'combined': {'U': 0.2, 'tau_rec': 500*ms, 'tau_facil': 200*ms}}
A_SE = 250*pA
tau_in = 3*ms
tau_m = 40*ms
R_in = 100*Mohm

rate = 20*Hz
spike_times = np.concatenate([np.arange(1, 9)*50.0, [950.0]])*ms
stim = SpikeGeneratorGroup(1, np.zeros(len(spike_times), dtype=int), spike_times)
target = NeuronGroup(len(params), '''dv/dt = (-v + R_in*I)/tau_m : volt
                         dI/dt = -I/tau_in : amp''', method='exact')
syn = Synapses(stim, target, model='''
        U : 1
        tau_rec : second
        tau_facil : second
        du/dt = -u/tau_facil : 1 (event-driven)
        dx/dt = (1 - x)/tau_rec : 1 (event-driven)
        ''', on_pre='''
        u += U*(1 - u)
        r = u*x
        x -= r
        I_post += A_SE*r
        '''.replace('r = u*x', 'r_ = u*x').replace('x -= r\n', 'x -= r_\n').replace('A_SE*r', 'A_SE*r_'))
syn.connect()
for idx, (name, p) in enumerate(params.items()):
    syn.U[0, idx] = p['U']
    syn.tau_rec[0, idx] = p['tau_rec']
    syn.tau_facil[0, idx] = p['tau_facil']
syn.x = 1
mon = StateMonitor(target, ['v', 'I'], record=True)
smon = StateMonitor(syn, ['u', 'x'], record=[0, 1, 2])
run(1.1*second)
for k, name in enumerate(params):
    peaks = [mon.I[k][int(round(float(t/defaultclock.dt))) + 1] for t in spike_times]
    print(name.ljust(14), ' '.join(f'{p/pA:8.4f}' for p in peaks), f"PPR={peaks[1]/peaks[0]:.6f}")
    print(f'{mon.v[k].max()/mV!r:>25}')
plt.figure(figsize=(8, 6))
for k, name in enumerate(params):
    plt.subplot(len(params), 1, k+1)
    plt.plot(mon.t/ms, mon.v[k]/mV, color='C%d' % k, label=name)
    plt.ylabel('v [mV]')
    plt.legend()
plt.xlabel('t [ms]')
plt.savefig('tm.png')
