"""brian.py WORKLOAD MODE: Brian2 on a workload of the same name; MODE is cython, cpp1 or cpp2 (C++ with that many threads)."""
import os
import shutil
import sys
import tempfile
import warnings

import protocol

warnings.filterwarnings("ignore")
workload, mode = sys.argv[1], sys.argv[2]
try:
    import numpy as np
    import brian2 as b2
    from brian2 import *
except ImportError as e:
    protocol.missing("Brian2: %s" % e)
b2.BrianLogger.suppress_hierarchy("brian2")
sys.excepthook = sys.__excepthook__  # Brian2's own writes to the log that is suppressed
folder = None
if mode.startswith("cpp"):
    folder = tempfile.mkdtemp(prefix="brian-")
    set_device("cpp_standalone", directory=folder, build_on_run=False)
    if mode != "cpp1":
        prefs.devices.cpp_standalone.openmp_threads = int(mode[3:])
else:
    prefs.codegen.target = "cython"
    # A cold cache, as for someone who has just written the model.
    folder = tempfile.mkdtemp(prefix="brian-")
    prefs.codegen.runtime.cython.cache_dir = folder
seed(1)
rng = np.random.RandomState(1)


def balanced(group, ge, gi):
    """80 inputs for each cell, four fifths of them from the first four fifths of the cells."""
    n, edge = len(group), len(group) * 4 // 5
    exc, inh = Synapses(group[:edge], group, on_pre=ge, namespace=ns), Synapses(group[edge:], group, on_pre=gi, namespace=ns)
    exc.connect(p=80 / n)
    inh.connect(p=80 / n)
    return [group, exc, inh, SpikeMonitor(group, record=False)]


def cuba(n):
    ns.update(taum=20*ms, taue=5*ms, taui=10*ms, Vt=-50*mV, Vr=-60*mV, El=-49*mV, we=1.62*mV, wi=-9*mV)
    g = NeuronGroup(n, """dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
        dge/dt = -ge/taue : volt
        dgi/dt = -gi/taui : volt""", threshold="v > Vt", reset="v = Vr", refractory=5*ms, method="exact", namespace=ns)
    g.v = "Vr + rand()*(Vt - Vr)"
    return balanced(g, "ge += we", "gi += wi")


def coba():
    ns.update(taum=20*ms, taue=5*ms, taui=10*ms, Vt=-50*mV, Vr=-60*mV, El=-60*mV, Ee=0*mV, Ei=-80*mV, we=0.6, wi=6.7)
    g = NeuronGroup(4000, """dv/dt = (ge*(Ee - v) + gi*(Ei - v) - (v - El))/taum : volt (unless refractory)
        dge/dt = -ge/taue : 1
        dgi/dt = -gi/taui : 1""", threshold="v > Vt", reset="v = Vr", refractory=5*ms, method="exponential_euler", namespace=ns)
    g.v, g.ge, g.gi = "El + (randn()*5 - 5)*mV", "randn()*1.5 + 4", "randn()*12 + 20"
    return balanced(g, "ge += we", "gi += wi")


def cobahh():
    area = 20000*umetre**2
    ns.update(Cm=1*ufarad/cm**2*area, gl=5e-5*siemens/cm**2*area, El=-60*mV, EK=-90*mV, ENa=50*mV, g_na=100*msiemens/cm**2*area,
              g_kd=30*msiemens/cm**2*area, VT=-63*mV, taue=5*ms, taui=10*ms, Ee=0*mV, Ei=-80*mV, we=6*nS, wi=67*nS)
    g = NeuronGroup(4000, """
        dv/dt = (gl*(El-v) + ge*(Ee-v) + gi*(Ei-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK))/Cm : volt
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
        beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz""", threshold="v > -20*mV", refractory=3*ms, method="exponential_euler", namespace=ns)
    g.v, g.ge, g.gi = "El + (randn()*5 - 5)*mV", "(randn()*1.5 + 4)*10*nS", "(randn()*12 + 20)*10*nS"
    return balanced(g, "ge += we", "gi += wi")


def brunel():
    ns.update(tau=20*ms, theta=20*mV, J=0.1*mV, g=5)
    p = NeuronGroup(12500, "dv/dt = -v/tau : volt (unless refractory)", threshold="v > theta", reset="v = 0*mV", refractory=2*ms, method="exact", namespace=ns)
    exc = Synapses(p[:10000], p, on_pre="v += J", delay=1.5*ms, namespace=ns)
    inh = Synapses(p[10000:], p, on_pre="v += -g*J", delay=1.5*ms, namespace=ns)
    exc.connect(p=0.1)
    inh.connect(p=0.1)
    return [p, exc, inh, PoissonInput(p, "v", N=1000, rate=20*Hz, weight=0.1*mV), SpikeMonitor(p, record=False)]


def kuramoto(n, synapses):
    ns.update(K=15/second, N=n)
    g = NeuronGroup(n, """dTheta/dt = omega + K/N*coupling : 1
        omega : Hz (constant)
        coupling : 1""", method="euler", namespace=ns)
    g.Theta, g.omega = rng.rand(n)*2*np.pi, np.maximum(0, 3 + rng.randn(n))*Hz
    s = Synapses(g, g, "coupling_post = sin(Theta_pre - Theta_post) : 1 (summed)", namespace=ns)
    if synapses:
        pairs = set()
        while len(pairs) < synapses // 2:
            i, j = rng.randint(0, n, 2)
            if i != j:
                pairs.add((min(i, j), max(i, j)))
        i, j = np.array(sorted(pairs)).T
        s.connect(i=np.r_[i, j], j=np.r_[j, i])
    else:
        i, j = np.nonzero(~np.eye(n, dtype=bool))
        s.connect(i=i, j=j)
    return [g, s]


def field(n):
    """ANNarchy's neural field as Brian2 can say it: the bubble is a table, the difference of Gaussians a weight for each pair."""
    x, y = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n)))
    angle = 2*np.pi*np.arange(1, 5001)[:, None]/5000
    bubble = np.exp(-((x - n/2*(1 + .5*np.cos(angle)))**2 + (y - n/2*(1 + .5*np.sin(angle)))**2)/8)
    ns.update(tau=10*ms, table=TimedArray(np.maximum(0, bubble), dt=1*ms))
    g = NeuronGroup(n*n, """dr/dt = (-r + drive + inhibition + rand() - 0.5)/tau : 1
        drive : 1
        inhibition : 1""", method="euler", namespace=ns)
    g.run_regularly("drive = clip(table(t, i) + rand() - 0.5, 0, inf)")  # an equation may draw once only
    g.run_regularly("r = clip(r, 0, 1)", when="after_groups")
    s = Synapses(g, g, "w : 1\ninhibition_post = w*r_pre : 1 (summed)", namespace=ns)
    d2 = ((x[:, None] - x)**2 + (y[:, None] - y)**2)/(n - 1)**2
    w = .2*np.exp(-d2/2/.1**2) - .1*np.exp(-d2/2/.7**2)
    keep = (np.abs(w) > .01*abs(.2 - .1)) & ~np.eye(n*n, dtype=bool)  # as ANNarchy's limit=0.01
    i, j = np.nonzero(keep)
    s.connect(i=i, j=j)
    s.w = w[i, j]
    return [g, s]


def spreizer(divisor):
    even = lambda v: int(round(v)) + int(round(v)) % 2
    side, out = even(100/divisor), even(1000/divisor**2)
    n = side*side
    ns.update(J=-10*divisor*pA)
    g = NeuronGroup(n, """dv/dt = (E-v)/tau_m + (noise + I_syn)/C : volt (unless refractory)
        I_syn : amp
        noise = mu + sigma*sqrt(noise_dt)*xi_pop : amp
        mu = 700*pA : amp (shared)
        sigma = 100*pA : amp (shared)
        noise_dt = 1*ms : second (shared)
        C = 250*pF : farad (shared)
        tau_m = 10*ms : second (shared)
        E = -70*mV : volt (shared)""", threshold="v > -55*mV", reset="v = -70*mV", refractory=5*ms, method="euler", namespace=ns)
    g.v = "-70*mV + 15*mV*rand()"
    phi = np.repeat(rng.uniform(0, 2*np.pi, n), out)
    alpha = rng.uniform(0, 2*np.pi, n*out)
    radius = rng.gamma(4, 3/divisor, n*out) + 3
    radius[np.arange(n*out) % out < out//2] *= -1
    pre = np.repeat(np.arange(n), out)
    x = np.round(radius*np.cos(alpha) + np.cos(phi) + pre % side).astype(int) % side
    y = np.round(radius*np.sin(alpha) + np.sin(phi) + pre // side).astype(int) % side
    s = Synapses(g, g, """dg/dt = (-g + h)/tau_s : 1 (clock-driven)
        dh/dt = -h/tau_s : 1 (clock-driven)
        I_syn_post = J*g : amp (summed)
        tau_s = 5*ms : second (shared)""", on_pre="h += exp(1)", method="exact", namespace=ns)
    s.connect(i=pre, j=y*side + x)
    return [g, s, SpikeMonitor(g, record=False)]


def stdp():
    ns.update(taum=10*ms, taupre=20*ms, taupost=20*ms, Ee=0*mV, vt=-54*mV, vr=-60*mV, El=-74*mV, taue=5*ms, gmax=.01, dApre=1e-4, dApost=-1.05e-4)
    inputs = PoissonGroup(1000, rates=15*Hz)
    g = NeuronGroup(1, "dv/dt = (ge*(Ee - v) + El - v)/taum : volt\ndge/dt = -ge/taue : 1", threshold="v > vt", reset="v = vr", method="euler", namespace=ns)
    g.v = -60*mV
    s = Synapses(inputs, g, """w : 1
        dApre_/dt = -Apre_/taupre : 1 (event-driven)
        dApost_/dt = -Apost_/taupost : 1 (event-driven)""", on_pre="ge += w\nApre_ += dApre\nw = clip(w + Apost_, 0, gmax)",
                 on_post="Apost_ += dApost\nw = clip(w + Apre_, 0, gmax)", namespace=ns)
    s.connect()
    s.w = "rand()*gmax"
    return [inputs, g, s, SpikeMonitor(inputs, record=False), SpikeMonitor(g, record=False)]


def gaps(n):
    ns.update(tau=10*ms, mean=3/n)
    g = NeuronGroup(n, """dv/dt = (drive - v + junctions)/tau : 1
        drive : 1
        junctions : 1""", threshold="v > 1", reset="v = 0", method="euler", namespace=ns)
    g.v, g.drive = "rand()", "1.05 + 0.1*rand()"
    s = Synapses(g, g, """w : 1
        junctions_post = w*(v_pre - v_post) : 1 (summed)""", namespace=ns)
    s.connect(condition="i != j")
    s.w = "2*mean*rand()"
    return [g, s, SpikeMonitor(g, record=False)]


def nmda(n):
    ns.update(tau=20*ms, rise=2*ms, decay=100*ms, alpha=.5/ms, mean=1/100)
    g = NeuronGroup(n, """dv/dt = (drive - v + open)/tau : 1 (unless refractory)
        drive : 1
        open : 1""", threshold="v > 1", reset="v = 0", refractory=2*ms, method="euler", namespace=ns)
    g.v, g.drive = "rand()", "0.9 + 0.2*rand()"
    s = Synapses(g, g, """w : 1
        dx/dt = -x/rise : 1 (clock-driven)
        ds/dt = -s/decay + alpha*x*(1 - s) : 1 (clock-driven)
        open_post = w*s : 1 (summed)""", on_pre="x += 1", method="rk2", namespace=ns)
    s.connect(p=100/n)
    s.w = "2*mean*rand()"
    return [g, s, SpikeMonitor(g, record=False)]


def plastic(n):
    ns.update(tau=20*ms, taupre=20*ms, taupost=20*ms, scale=5e-4)
    g = NeuronGroup(n, """dv/dt = (drive - v)/tau : 1
        drive : 1""", threshold="v > 1", reset="v = 0", method="exact", namespace=ns)
    g.v, g.drive = "rand()", "1.05 + 0.1*rand()"
    s = Synapses(g, g, """w : 1
        dApre_/dt = -Apre_/taupre : 1 (event-driven)
        dApost_/dt = -Apost_/taupost : 1 (event-driven)""", on_pre="v_post += scale*w\nApre_ += 0.01\nw = clip(w + Apost_, 0, 1)",
                 on_post="Apost_ -= 0.0105\nw = clip(w + Apre_, 0, 1)", namespace=ns)
    s.connect(p=100/n)
    s.w = "rand()"
    s.pre.delay = "1*ms + 4*ms*rand()"
    return [g, s, SpikeMonitor(g, record=False)]


def micro(scale):
    import microcircuit
    g, syn, inputs, _ = microcircuit.build(scale, True, 1)
    return [g, syn, *inputs, SpikeMonitor(g, record=False)]


ns = {}
# How to build each workload, dt, and the simulated seconds of a stretch.
known = {
    "cuba-4000": (lambda: cuba(4000), .1, 1), "cuba-40000": (lambda: cuba(40000), .1, .5), "cuba-400000": (lambda: cuba(400000), .1, .1),
    "coba": (coba, .1, 1), "cobahh": (cobahh, .1, .3), "brunel": (brunel, .1, .3),
    "kuramoto-1000": (lambda: kuramoto(1000, 9924), 1, 5), "kuramoto-full": (lambda: kuramoto(1000, 0), 1, .1),
    "field-20": (lambda: field(20), 1, 1), "spreizer-5": (lambda: spreizer(5), .1, 1), "spreizer-2": (lambda: spreizer(2), .1, .1),
    "gaps-300": (lambda: gaps(300), .1, .3), "nmda-1000": (lambda: nmda(1000), .1, .2),
    "plastic-4000": (lambda: plastic(4000), .1, .5), "plastic-40000": (lambda: plastic(40000), .1, .1),
    "stdp": (stdp, .1, 5), "microcircuit-0.1": (lambda: micro(.1), .1, .1),
}
if workload not in known:
    protocol.missing("no script for it")
build, dt_ms, stretch = known[workload]
defaultclock.dt = dt_ms*ms
objects = build()
net = Network(*objects)
monitors = [o for o in objects if isinstance(o, SpikeMonitor)]
steps = round(stretch*1000/dt_ms)
try:
    if mode.startswith("cpp"):
        net.run(stretch*second)
        device.build(directory=folder, compile=True, run=False, debug=False)

        def run():
            device.run(directory=folder, with_output=False, run_args=[])
            rate = None
            if monitors:
                # The counts of a standalone program are files of the last run.
                m = monitors[-1]
                rate = float(np.sum(m.count[:]))/len(m.source)/stretch
            return steps, device._last_run_time, None, rate
        run()  # connecting is part of every run of the program, so the first one belongs to what comes before the steps
    else:
        def run():
            before = [int(np.sum(m.count[:])) for m in monitors[-1:]]
            seen = {}

            def report(elapsed, completed, start, duration):
                seen.setdefault("user", protocol.user())
                seen["elapsed"], seen["end"] = float(elapsed), protocol.user()
            net.run(stretch*second, report=report, report_period=1e6*second)
            rate = (int(np.sum(monitors[-1].count[:])) - before[0])/len(monitors[-1].source)/stretch if monitors else None
            return steps, seen["elapsed"], seen["end"] - seen["user"], rate
        net.run(defaultclock.dt)  # compiles
    protocol.serve(dt_ms*1e-3, sum(len(s) for s in objects if isinstance(s, Synapses)) if not mode.startswith("cpp") else 0, run)
finally:
    shutil.rmtree(folder, ignore_errors=True)
