#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""
Morris-Lecar neuron: f-I curve and bifurcation sweep (Ermentrout & Rinzel 1998 parameters, Hopf regime)
"""
import numpy as np
import matplotlib.pyplot as plt
from brian2 import *

start_scope()
defaultclock.dt = 0.05*ms

# Parameters
C = 20*uF/cm**2
area = 20000*umetre**2
Cm = C*area
gL = 2*msiemens/cm**2*area
gCa = 4.4*msiemens/cm**2*area
gK = 8*msiemens/cm**2*area
VL, VCa, VK = -60*mV, 120*mV, -84*mV
V1, V2, V3, V4 = -1.2*mV, 18*mV, 2*mV, 30*mV
phi = 0.04/ms

eqs = Equations('''
dv/dt = (I - gL*(v - VL) - gCa*m_inf*(v - VCa) - gK*n*(v - VK))/Cm : volt
dn/dt = phi*(n_inf - n)/tau_n : 1
m_inf = 0.5*(1 + tanh((v - V1)/V2)) : 1
n_inf = 0.5*(1 + tanh((v - V3)/V4)) : 1
tau_n = 1/cosh((v - V3)/(2*V4)) : 1
I : amp (constant)
''')

N = 31
G = NeuronGroup(N, eqs, threshold='v > 0*mV', refractory='v > 0*mV', method='rk4')
G.I = np.linspace(0, 300, N)*uA/cm**2*area
G.v = -60*mV
G.n = 0.0149

M = StateMonitor(G, ['v', 'n'], record=[0, 10, 20, 30])
S = SpikeMonitor(G)
run(500*ms)
# throw away transients, then record extrema
ext = StateMonitor(G, 'v', record=True)
run(500*ms)

vmax = np.max(ext.v, axis=1)
vmin = ext.v.min(axis=1)
rates = S.count/second
print(S.num_spikes)
print([int(c) for c in S.count])
for k in range(0, N, 5):
    print('I=%.1f: vmin=%.9f vmax=%.9f' % (G.I[k]/(uA/cm**2*area), vmin[k]/mV, vmax[k]/mV))
print('%.12g %.12g' % (M.v[2][-1], M.n[2][-1]))

fig, axes = plt.subplots(2, 2, figsize=(10, 8))
ax = axes[0, 0]
for k, idx in enumerate([0, 10, 20, 30]):
    ax.plot(M.t/ms, M.v[k]/mV, label=r'$I$ = {:.0f} $\mu$A/cm$^2$'.format(G.I[idx]/(uA/cm**2*area)))
ax.set_xlabel('Time (ms)')
ax.set_ylabel('$V$ (mV)')
ax.legend(loc='upper right', fontsize=8)
ax = axes[0, 1]
ax.plot(G.I/(uA/cm**2*area), vmin/mV, 'b.', G.I/(uA/cm**2*area), vmax/mV, 'r.')
ax.set_xlabel(r'$I$ ($\mu$A/cm$^2$)')
ax.set_ylabel('extrema of V (mV)')
ax.set_title('Bifurcation diagram')
ax = axes[1, 0]
ax.plot(M.v[2]/mV, M.n[2], 'k-', lw=0.8)
v = np.linspace(-80, 60, 200)
ax.plot(v, 0.5*(1 + np.tanh((v - 2)/30)), 'g--', label='n-nullcline')
ax.axhline(0, color='gray', linestyle=':')
ax.set(xlabel='V (mV)', ylabel='n', title='Phase plane')
ax.legend()
ax = axes[1, 1]
ax.step(G.I/nA, rates/Hz, where='mid', color='C1')
ax.fill_between(G.I/nA, 0, rates/Hz, alpha=0.3, color='C1')
ax.set_xlabel('I (nA)')
ax.set_ylabel('f (Hz)')
plt.tight_layout()
plt.savefig('morris_lecar.png', dpi=150)
plt.show()
