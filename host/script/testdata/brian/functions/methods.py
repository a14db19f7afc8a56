"""What is chosen and frozen where equations call functions of Python."""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
tau = 10*ms


@implementation('cpp', '/* for another target */')
@check_units(x=1, result=1)
def leak(x):
    return -2*x


@check_units(x=1, result=1)
def same(x):
    return x


@check_units(result=1)
def three():
    return 3.0


@check_units(t=second, result=1)
def wave(t):
    return sin(2*pi*t*100*Hz)


def go(eqs, method=None):
    start_scope()
    if method is None:
        G = NeuronGroup(1, eqs)
    else:
        G = NeuronGroup(1, eqs, method=method)
    G.v = 1
    G.u = 2
    run(1*ms)
    print(method, '%.12g %.12g' % (G.v[0], G.u[0]))


constant = '\nu : 1'
go('dv/dt = leak(v)/tau : 1' + constant)
go('dv/dt = same(u)/tau - v/tau : 1' + constant)
go('dv/dt = (same(u) - v)/tau : 1' + constant, 'exponential_euler')
go('dv/dt = (leak(v) - v)/tau : 1' + constant, 'exponential_euler')
go('dv/dt = leak(v)*v/tau : 1' + constant, 'exponential_euler')
go('dv/dt = (leak(v) - v)/tau : 1' + constant, 'rk4')
go('dv/dt = (leak(v) - v)/tau : 1' + constant, 'rk2')
go('dv/dt = (three() - v)/tau : 1' + constant)
go('dv/dt = (wave(t) - v)/tau : 1' + constant)
go('dv/dt = (wave(t) - v)/tau : 1' + constant, 'rk4')
go('dv/dt = (wave(t) - v)/tau : 1' + constant, 'exponential_euler')
go('dv/dt = (w - v)/tau : 1\ndu/dt = -u/tau : 1\nw = leak(u) : 1')
go('dv/dt = (same(u) - v)/tau : 1\ndu/dt = -same(v)/tau : 1')
go('dv/dt = (leak(u) - v)/tau : 1\ndu/dt = (leak(v) - u)/tau : 1', 'exponential_euler')
