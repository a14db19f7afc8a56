"""annarchy.py WORKLOAD MODE: ANNarchy on a workload of the same name; MODE is omp1 or omp2 (C++ with that many threads)."""
import os
import shutil
import sys
import tempfile
import time

import protocol

workload, mode = sys.argv[1], sys.argv[2]
threads = int(mode[3:])
kind, _, size = workload.partition("-")
if not (kind == "field" and size.isdigit() or kind == "cuba" and size.isdigit() or workload in ("coba", "cobahh", "stdp", "kuramoto-1000", "kuramoto-full")):
    protocol.missing("no script for it")
argv, sys.argv = sys.argv, sys.argv[:1]  # ANNarchy reads options of its own
try:
    import numpy as np
    import ANNarchy as ann
except ImportError as e:
    protocol.missing("ANNarchy: %s" % e)
rng = np.random.RandomState(1)


def balanced(cell, n):
    """80 inputs for each cell, four fifths of them from the first four fifths of the cells."""
    p = ann.Population(geometry=n, neuron=cell)
    for source, target, weight in ((p[:n*4//5], "exc", weights[0]), (p[n*4//5:], "inh", weights[1])):
        c = ann.Projection(pre=source, post=p, target=target)
        c.connect_fixed_probability(probability=80/n, weights=weight, allow_self_connections=True)
        projections.append(c)
    return p


def cuba(n):
    global weights
    weights = 1.62, 9.
    p = balanced(ann.Neuron(
        parameters="tau_m = 20.0 : population\ntau_e = 5.0 : population\ntau_i = 10.0 : population\nEl = -49.0 : population",
        equations="""tau_m*dv/dt = g_exc - g_inh - (v - El) : exponential
            tau_e*dg_exc/dt = -g_exc : exponential
            tau_i*dg_inh/dt = -g_inh : exponential""",
        spike="v > -50.0", reset="v = -60.0", refractory=5.0), n)
    p.v = -60 + 10*rng.rand(n)
    return p


def coba():
    global weights
    weights = .6, 6.7
    p = balanced(ann.Neuron(
        parameters="tau_m = 20.0 : population\ntau_e = 5.0 : population\ntau_i = 10.0 : population\nEl = -60.0 : population",
        equations="""tau_m*dv/dt = g_exc*(0.0 - v) + g_inh*(-80.0 - v) - (v - El) : exponential
            tau_e*dg_exc/dt = -g_exc : exponential
            tau_i*dg_inh/dt = -g_inh : exponential""",
        spike="v > -50.0", reset="v = -60.0", refractory=5.0), 4000)
    p.v, p.g_exc, p.g_inh = -60 + 5*rng.randn(4000) - 5, 1.5*rng.randn(4000) + 4, 12*rng.randn(4000) + 20
    return p


def cobahh():
    """Conductances in uS, capacity in nF, as 20,000 square micrometres of membrane have. ANNarchy has no exprel."""
    global weights
    weights = .006, .067
    p = balanced(ann.Neuron(
        parameters="Cm = 0.2 : population\ngl = 0.01 : population\ngna = 20.0 : population\ngk = 6.0 : population\ntau_e = 5.0 : population\ntau_i = 10.0 : population",
        equations="""before = v
            an = 0.032*(-48.0 - v)/(exp((-48.0 - v)/5.0) - 1.0)
            am = 0.32*(-50.0 - v)/(exp((-50.0 - v)/4.0) - 1.0)
            ah = 0.128*exp((-46.0 - v)/18.0)
            bn = 0.5*exp((-53.0 - v)/40.0)
            bm = 0.28*(v + 23.0)/(exp((v + 23.0)/5.0) - 1.0)
            bh = 4.0/(1.0 + exp((-23.0 - v)/5.0))
            Cm*dv/dt = gl*(-60.0 - v) - gna*m*m*m*h*(v - 50.0) - gk*n*n*n*n*(v + 90.0) + g_exc*(0.0 - v) + g_inh*(-80.0 - v) : exponential
            dn/dt = an*(1.0 - n) - bn*n : exponential
            dm/dt = am*(1.0 - m) - bm*m : exponential
            dh/dt = ah*(1.0 - h) - bh*h : exponential
            tau_e*dg_exc/dt = -g_exc : exponential
            tau_i*dg_inh/dt = -g_inh : exponential""",
        spike="(v > -20.0) and (before <= -20.0)", reset=""), 4000)  # its refractory period would hold v
    p.v, p.g_exc, p.g_inh = -65 + 5*rng.randn(4000), .01*(1.5*rng.randn(4000) + 4), .01*(12*rng.randn(4000) + 20)
    return p


def stdp():
    inputs = ann.PoissonPopulation(geometry=1000, rates=15.0)
    p = ann.Population(geometry=1, neuron=ann.Neuron(
        parameters="tau_m = 10.0 : population\ntau_e = 5.0 : population",
        equations="tau_m*dv/dt = g_exc*(0.0 - v) + (-74.0 - v)\ntau_e*dg_exc/dt = -g_exc",
        spike="v > -54.0", reset="v = -60.0"))
    p.v = -60.0
    synapse = ann.Synapse(
        parameters="tau_pre = 20.0 : projection\ntau_post = 20.0 : projection\ndpre = 1e-4 : projection\ndpost = 1.05e-4 : projection\nw_max = 0.01 : projection",
        equations="tau_pre*dx/dt = -x : event-driven\ntau_post*dy/dt = -y : event-driven",
        pre_spike="g_target += w\nx += dpre\nw = clip(w - y, 0.0, w_max)", post_spike="y += dpost\nw = clip(w + x, 0.0, w_max)")
    c = ann.Projection(pre=inputs, post=p, target="exc", synapse=synapse)
    c.connect_all_to_all(weights=ann.Uniform(0.0, .01))
    projections.append(c)
    return p


def kuramoto(synapses):
    n = 1000
    p = ann.Population(geometry=n, neuron=ann.Neuron(
        parameters="K = 0.015 : population\nomega = 0.0", equations="dtheta/dt = omega + K/1000.0*sum(exc) : init=0.0\nr = theta"))
    p.theta, p.omega = rng.rand(n)*2*np.pi, np.maximum(0, 3 + rng.randn(n))*1e-3
    c = ann.Projection(pre=p, post=p, target="exc", synapse=ann.Synapse(psp="sin(pre.theta - post.theta)"))
    if synapses:
        # About as many: each pair both ways.
        half = np.triu(rng.rand(n, n) < synapses/n/(n - 1), 1)
        c.connect_from_matrix(np.where(half | half.T, 1.0, None))
    else:
        c.connect_all_to_all(weights=1.0)
    projections.append(c)
    return p


def field(n):
    source = ann.Population(geometry=(n, n), neuron=ann.Neuron(
        parameters="period = 5000.0 : population\nmiddle = %.1f : population\nx = 0.0\ny = 0.0" % (n/2),
        equations="""angle = 2*pi*(t + 1.0)/period : population
            baseline = exp(-((x - middle*(1.0 + 0.5*cos(angle)))^2 + (y - middle*(1.0 + 0.5*sin(angle)))^2)/8.0)
            r = pos(baseline + Uniform(-0.5, 0.5))"""))
    focus = ann.Population(geometry=(n, n), neuron=ann.Neuron(
        parameters="tau = 10.0 : population",
        equations="noise = Uniform(-0.5, 0.5)\ntau*dr/dt + r = sum(exc) + sum(inh) + noise : min=0.0, max=1.0"))
    ff = ann.Projection(pre=source, post=focus, target="exc")
    ff.connect_one_to_one(weights=1.0, delays=20.0)
    lateral = ann.Projection(pre=focus, post=focus, target="inh")
    lateral.connect_dog(amp_pos=.2, sigma_pos=.1, amp_neg=.1, sigma_neg=.7)
    projections.extend([ff, lateral])
    places.append((source, n))
    return focus


projections, places, weights = [], [], None
# How to build each workload, dt in ms, and the simulated seconds of a stretch.
dt, stretch = (1., 5.) if kind in ("field", "kuramoto") else (.1, 1.)
build = {
    "field": lambda: field(int(size)), "cuba": lambda: cuba(int(size)), "coba": coba, "cobahh": cobahh, "stdp": stdp,
    "kuramoto": lambda: kuramoto(0 if size == "full" else 9924),
}[kind]
if kind == "field":
    stretch = max(.05, min(5., 5.*20**4/int(size)**4))
elif kind == "cuba":
    stretch = max(.02, min(1., 4000./int(size)))
elif workload == "kuramoto-full":
    stretch = .5
ann.setup(dt=dt, num_threads=threads, precision="double", seed=1)
folder = tempfile.mkdtemp(prefix="annarchy-")
os.chdir(folder)  # the folder of its programs is relative
try:
    population = build()
    ann.compile(directory="build", silent=True)
    for source, n in places:
        source.x, source.y = np.tile(np.arange(n), (n, 1)), np.tile(np.arange(n), (n, 1)).T
    spikes = ann.Monitor(population, "spike") if kind in ("cuba", "coba", "cobahh", "stdp") else None

    def run():
        start, used = time.perf_counter(), protocol.user()
        ann.simulate(stretch*1e3)
        seconds, used = time.perf_counter() - start, protocol.user() - used
        rate = sum(len(x) for x in spikes.get("spike").values())/population.size/stretch if spikes else None
        return round(stretch*1e3/dt), seconds, used, rate
    ann.simulate(dt)
    protocol.serve(dt*1e-3, sum(c.nb_synapses for c in projections), run)
finally:
    os.chdir("/")
    shutil.rmtree(folder, ignore_errors=True)
