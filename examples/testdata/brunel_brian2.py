"""Rates and coefficients of variation of examples/brunel at a reduced size, by Brian2.

    python3 brunel_brian2.py SCALE FIRST_SEED LAST_SEED

prints one JSON object with a value per seed. The model is that of brunel.star with the same parameters; spikes are counted in the second that
follows a warm-up of 0.1 s. The coefficient of variation is the mean over cells with at least three intervals, with the population standard deviation.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy
from brian2 import *

BrianLogger.suppress_hierarchy("brian2")
scale, first, last = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
WARMUP, WINDOW = 0.1, 1.0


def one(number):
    start_scope()
    seed(number)
    NE, NI = int(10000*scale), int(2500*scale)
    tau, theta, J, g, eta = 20*ms, 20*mV, 0.1*mV/scale, 5.0, 2.0
    CE = int(0.1*NE)
    P = NeuronGroup(NE + NI, "dv/dt = -v/tau : volt (unless refractory)", threshold="v > theta", reset="v = 0*mV", refractory=2*ms, method="exact")
    Ce = Synapses(P[:NE], P, on_pre="v += J", delay=1.5*ms)
    Ce.connect(p=0.1)
    Ci = Synapses(P[NE:], P, on_pre="v += -g*J", delay=1.5*ms)
    Ci.connect(p=0.1)
    external = PoissonInput(P, "v", N=CE, rate=eta*theta/(J*CE*tau), weight=J)
    spikes = SpikeMonitor(P)
    Network(P, Ce, Ci, external, spikes).run((WARMUP + WINDOW)*second)
    t, i = numpy.asarray(spikes.t/second), numpy.asarray(spikes.i)
    keep = t >= WARMUP - 1e-9
    t, i = t[keep], i[keep]
    rates = numpy.bincount(i, minlength=len(P))/WINDOW
    cv = []
    for k in range(len(P)):
        isi = numpy.diff(t[i == k])
        if len(isi) >= 3:
            cv.append(isi.std()/isi.mean())
    return rates.mean(), numpy.mean(cv), rates.std()


rate, cv, spread = zip(*[one(n) for n in range(first, last + 1)])
print(json.dumps({"scale": scale, "seeds": [first, last], "window_s": WINDOW, "warmup_s": WARMUP,
                  "rate": {"values": rate}, "cv": {"values": cv}, "rate_std": {"values": spread}}, indent=1))
