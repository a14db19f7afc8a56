"""Rates and coefficients of variation of three of the examples, by Brian2.

    python3 networks_brian2.py MODEL FIRST_SEED LAST_SEED

MODEL is COBA, COBAHH, SPREIZER_symmetric or SPREIZER_homog: examples/coba, cobahh and spreizer2019 with their default parameters. A seed makes everything
that is random: connectivity, initial values, noise. Prints one JSON object with a value per seed, and the seeds whose network is silent in the second half
of the window; these have no coefficient of variation. Spikes are counted in the window that follows the warm-up. The coefficient of variation is the mean over
cells with at least three intervals, with the population standard deviation.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy
from brian2 import *

BrianLogger.suppress_hierarchy("brian2")
MODEL, FIRST, LAST = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
WARMUP, WINDOW = (0.5, 3.0) if MODEL.startswith("SPREIZER") else (0.1, 1.0)


def coba():
    N, taum, taue, taui = 4000, 20*ms, 5*ms, 10*ms
    Vt, Vr, El, Ee, Ei = -50*mV, -60*mV, -60*mV, 0*mV, -80*mV
    we, wi = 0.6, 6.7
    P = NeuronGroup(N, """dv/dt = (ge*(Ee - v) + gi*(Ei - v) - (v - El))/taum : volt (unless refractory)
dge/dt = -ge/taue : 1
dgi/dt = -gi/taui : 1""", threshold="v > Vt", reset="v = Vr", refractory=5*ms, method="exponential_euler",
        namespace=dict(taum=taum, taue=taue, taui=taui, Vt=Vt, Vr=Vr, El=El, Ee=Ee, Ei=Ei))
    P.v = (-60 + randn(N)*5 - 5)*mV
    P.ge = randn(N)*1.5 + 4
    P.gi = randn(N)*12 + 20
    Ce = Synapses(P, P, on_pre="ge += we", namespace=dict(we=we))
    Ce.connect("i < 3200", p=80.0/N)
    Ci = Synapses(P, P, on_pre="gi += wi", namespace=dict(wi=wi))
    Ci.connect("i >= 3200", p=80.0/N)
    return P, [P, Ce, Ci], None


def cobahh():
    N, area = 4000, 20000*umetre**2
    constants = dict(Cm=1*ufarad*cm**-2*area, gl=5e-5*siemens*cm**-2*area, El=-60*mV, EK=-90*mV, ENa=50*mV, g_na=100*msiemens*cm**-2*area,
                     g_kd=30*msiemens*cm**-2*area, VT=-63*mV, taue=5*ms, taui=10*ms, Ee=0*mV, Ei=-80*mV)
    P = NeuronGroup(N, """dv/dt = (gl*(El-v) + ge*(Ee-v) + gi*(Ei-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK))/Cm : volt
dm/dt = alpha_m*(1-m) - beta_m*m : 1
dn/dt = alpha_n*(1-n) - beta_n*n : 1
dh/dt = alpha_h*(1-h) - beta_h*h : 1
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz""", threshold="v > -20*mV", refractory=3*ms, method="exponential_euler", namespace=constants)
    P.v = (-60 + randn(N)*5 - 5)*mV
    P.ge = (randn(N)*1.5 + 4)*10*nS
    P.gi = (randn(N)*12 + 20)*10*nS
    Ce = Synapses(P[:3200], P, on_pre="ge += we", namespace=dict(we=6*nS))
    Ce.connect(p=80.0/N)
    Ci = Synapses(P[3200:], P, on_pre="gi += wi", namespace=dict(wi=67*nS))
    Ci.connect(p=80.0/N)
    return P, [P, Ce, Ci], None


def spreizer():
    scale, size, connections = 5, 20, 40
    N = size*size
    phis = numpy.full(N, numpy.pi/6) if MODEL == "SPREIZER_homog" else numpy.random.uniform(0, 2*numpy.pi, N)
    pre, post = [], []
    for s in range(N):
        alpha = numpy.random.uniform(-numpy.pi, numpy.pi, connections)
        half = connections//2
        radius = numpy.r_[-numpy.random.gamma(4, 3/scale, half), numpy.random.gamma(4, 3/scale, connections - half)]
        radius += numpy.where(radius < 0, -3, 3)
        x, y = radius*numpy.cos(alpha) + numpy.cos(phis[s]), radius*numpy.sin(alpha) + numpy.sin(phis[s])
        keep = x*x + y*y >= 1e-6
        column, row = (numpy.round(x[keep]).astype(int) + s % size) % size, (numpy.round(y[keep]).astype(int) + s//size) % size
        pre += [s]*keep.sum()
        post += list(row*size + column)
    P = NeuronGroup(N, """dv/dt = (E-v)/tau_m + (noise + I_syn)/C : volt (unless refractory)
I_syn : amp
noise = mu + sigma*sqrt(noise_dt)*xi_pop : amp
mu : amp (shared)
sigma : amp (shared)
noise_dt = 1*ms : second (shared)
C = 250*pF : farad (shared)
tau_m = 10*ms : second (shared)
E = -70*mV : volt (shared)""", refractory=5*ms, threshold="v > -55*mV", reset="v = -70*mV", method="euler")
    S = Synapses(P, P, """dg/dt = (-g+h)/tau_s : 1 (clock-driven)
dh/dt = -h/tau_s : 1 (clock-driven)
I_syn_post = J*g : amp (summed)
J = -50*pA : amp (shared)
tau_s = 5*ms : second (shared)""", on_pre="h += exp(1)", method="exact")
    S.connect(i=pre, j=post)

    def warm(net):
        P.mu, P.sigma = 0*pA, 500*pA
        net.run(WARMUP/2*second)
        P.mu, P.sigma = 700*pA, 100*pA
        net.run(WARMUP/2*second)
    return P, [P, S], warm


def one(number):
    start_scope()
    seed(number)
    P, objects, warm = {"COBA": coba, "COBAHH": cobahh}.get(MODEL, spreizer)()
    spikes = SpikeMonitor(P)
    net = Network(*objects, spikes)
    if warm:
        warm(net)
    else:
        net.run(WARMUP*second)
    net.run(WINDOW*second)
    t, i = numpy.asarray(spikes.t/second), numpy.asarray(spikes.i)
    keep = t >= WARMUP - 1e-9
    t, i = t[keep], i[keep]
    rates = numpy.bincount(i, minlength=len(P))/WINDOW
    cv = []
    for k in range(len(P)):
        isi = numpy.diff(t[i == k])
        if len(isi) >= 3:
            cv.append(isi.std()/isi.mean())
    silent = not (t >= WARMUP + WINDOW/2).any()
    return rates.mean(), numpy.mean(cv) if cv and not silent else None, rates.std(), silent


rate, cv, spread, silent = zip(*[one(n) for n in range(FIRST, LAST + 1)])
print(json.dumps({"seeds": [FIRST, LAST], "window_s": WINDOW, "warmup_s": WARMUP, "silent": [FIRST + k for k, s in enumerate(silent) if s],
                  "rate": {"values": rate}, "cv": {"values": cv}, "rate_std": {"values": spread}}, indent=1))
