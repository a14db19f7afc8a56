"""Hodgkin and Huxley's neuron (Traub and Miles's rates), with the rates as functions of Python."""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.01*ms

area = 20000*umetre**2
Cm = 1*ufarad*cm**-2*area
gl = 5e-5*siemens*cm**-2*area
El, EK, ENa = -65*mV, -90*mV, 50*mV
g_na = 100*msiemens*cm**-2*area
g_kd = 30*msiemens*cm**-2*area
VT = -63*mV
steep = {'n': 5*mV}
steep_h = 5*mV


def linoid(x, y):
    """y*(x/y)/(1 - exp(-x/y)), which is y at x = 0."""
    u = -x/y
    small = abs(u) < 1e-6
    return np.where(small, 1 - u/2, u/(np.exp(u) - 1 + small))


@check_units(v=volt, result=Hz)
def alpha_m(v):
    return 0.32*4/ms*linoid(v - VT - 13*mV, 4*mV)


@check_units(v=volt, result=Hz)
def beta_m(v):
    return 0.28*5/ms*linoid(VT + 40*mV - v, 5*mV)


@implementation('cpp', 'double alpha_h(double v) { return 128*exp((17e-3 - v - 63e-3)/18e-3); }')
@check_units(v=volt, result=Hz)
def alpha_h(v):
    return 0.128*exp((17*mV - v + VT)/(18*mV))/ms


@implementation('numpy', discard_units=True)
@check_units(v=volt, result=Hz)
def beta_h(v):
    # plain numbers: volts and hertz
    return 4000.0/(1 + np.exp((0.04 - v - 0.063)/steep_h))


@check_units(v=volt, result=Hz)
def alpha_n(v):
    return 0.032*5/ms*linoid(v - VT - 15*mV, steep['n'])


beta_n = Function(lambda v: .5*exp((10*mV - v + VT)/(40*mV))/ms, arg_units=[volt], return_unit=Hz)


@implementation('cpp', '/* for another target */')
@check_units(gate=1, n=1, result=1)
def power(gate, n):
    p = 1.0
    for k in range(4):
        p *= np.where(k < n, gate, 1)
    return p


eqs = '''
dv/dt = (gl*(El - v) - g_na*power(m, 3)*h*(v - ENa) - g_kd*power(n, 4)*(v - EK) + I)/Cm : volt
dm/dt = alpha_m(v)*(1 - m) - beta_m(v)*m : 1
dn/dt = alpha_n(v)*(1 - n) - beta_n(v)*n : 1
dh/dt = alpha_h(v)*(1 - h) - beta_h(v)*h : 1
I : amp
'''
G = NeuronGroup(3, eqs, method='exponential_euler', threshold='v > -20*mV', refractory='v > -40*mV')
G.v = El
G.m = '1/(1 + beta_m(v)/alpha_m(v))'
G.h = 1
G.I = [0.1, 0.2, 0.5]*nA
M = StateMonitor(G, ['v', 'm', 'n', 'h'], record=True, dt=1*ms)
S = SpikeMonitor(G)
run(20*ms)
for i in range(3):
    print('v', ' '.join('%.12g' % x for x in M.v[i, ::3]/mV))
    print('gates', '%.12g %.12g %.12g' % (M.m[i, -1], M.n[i, -1], M.h[i, -1]))
print('spikes', ' '.join('%.6g' % x for x in S.t/ms))
