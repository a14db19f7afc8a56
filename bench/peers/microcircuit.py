"""Potjans and Diesmann's microcircuit (Cereb. Cortex 24:785, 2014) in Brian2, with the rules of its reference implementation for NEST.

    microcircuit.py SCALE [--dc] [--pairs] [--seeds 1-5] [--seconds 10] [--transient 0.5]

prints one line of JSON: rates in spikes per second and cell of the eight populations (L23e, L23i, ... L6i) and the mean coefficient of variation of their cells'
intervals, for each seed, after the transient.

Connections between two populations have a fixed total number, with both ends drawn at random, so that pairs may have several synapses. Weights
are normal with 10 % spread, and delays with 50 %, drawn again below one step. Below scale 1 cells and inputs per cell shrink alike, weights grow by
1/sqrt(scale), and a constant current makes up for the mean (van Albada, Helias and Diesmann, PLoS Comput. Biol. 11:e1004490, 2015).
With --pairs, each pair of cells has at most one synapse.
"""
import argparse
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np

NAMES = ["L23e", "L23i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i"]
CELLS = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
V_MEAN = np.array([-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43])
V_SPREAD = np.array([5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48])
PROBABILITY = np.array([  # [target][source]
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443]])
C, TAU_M, TAU_S, EPSP, BACKGROUND, DT = 250., 10., .5, .15, 8., .1  # pF, ms, ms, mV, Hz, ms


def current_of(epsp):
    """The synaptic current in pA whose potential has a peak of epsp mV."""
    a, b = TAU_M/(TAU_M - TAU_S), TAU_S/(TAU_M - TAU_S)
    r = TAU_M/TAU_S
    return epsp*C*(TAU_M - TAU_S)/(TAU_M*TAU_S)/(r**-b - r**-a)


def parameters(scale, poisson):
    """Numbers of cells, of synapses [target][source], of external inputs; mean weights [target][source] and external one in pA; constant current in pA."""
    pairs = np.outer(CELLS, CELLS).astype(float)
    total = np.log(1 - PROBABILITY)/np.log1p(-1/pairs)
    indegree = total/CELLS[:, None]
    w = np.full((8, 8), current_of(EPSP))
    w[:, 1::2] *= -4
    w[0, 2] *= 2
    w_ext = current_of(EPSP)
    missing = 1 - np.sqrt(scale)
    dc = missing*(w*indegree*RATES).sum(axis=1)
    dc = dc + (missing if poisson else 1)*w_ext*EXTERNAL*BACKGROUND
    return (np.round(CELLS*scale).astype(int), np.round(total*scale*scale).astype(int), np.round(EXTERNAL*scale).astype(int),
            w/np.sqrt(scale), w_ext/np.sqrt(scale), dc*TAU_S*1e-3)


def redrawn(rng, mean, spread, low, n):
    x = rng.normal(mean, spread, n)
    while True:
        bad = np.flatnonzero(x < low)
        if len(bad) == 0:
            return x
        x[bad] = rng.normal(mean, spread, len(bad))


def build(scale, poisson, seed, pairs=False):
    """The objects of the network: cells, synapses, inputs."""
    from brian2 import NeuronGroup, PoissonInput, Synapses, mV, ms, pA, pF, Hz
    rng = np.random.RandomState(seed)
    cells, total, external, w, w_ext, dc = parameters(scale, poisson)
    start = np.r_[0, np.cumsum(cells)]
    g = NeuronGroup(start[-1], """dv/dt = (-65*mV - v)/(10*ms) + (isyn + drive)/(250*pF) : volt (unless refractory)
        disyn/dt = -isyn/(0.5*ms) : amp
        drive : amp (constant)""", threshold="v >= -50*mV", reset="v = -65*mV", refractory=2*ms, method="exact")
    g.v = (np.repeat(V_MEAN, cells) + np.repeat(V_SPREAD, cells)*rng.randn(start[-1]))*mV
    g.drive = np.repeat(dc, cells)*pA
    i, j, weight, delay = [], [], [], []
    for t in range(8):
        for s in range(8):
            if pairs:
                n = rng.binomial(cells[s]*cells[t], total[t, s]/(cells[s]*cells[t])) if total[t, s] else 0
                flat = rng.choice(cells[s]*cells[t], n, replace=False)
                i.append(start[s] + flat//cells[t])
                j.append(start[t] + flat % cells[t])
            else:
                n = total[t, s]
                i.append(rng.randint(start[s], start[s+1], n))
                j.append(rng.randint(start[t], start[t+1], n))
            weight.append(w[t, s]*redrawn(rng, 1, .1, 0, n))
            delay.append(redrawn(rng, .75 if s % 2 else 1.5, .375 if s % 2 else .75, DT/2, n))
    syn = Synapses(g, g, "w : amp", on_pre="isyn += w")
    syn.connect(i=np.concatenate(i), j=np.concatenate(j))
    syn.w, syn.delay = np.concatenate(weight)*pA, np.concatenate(delay)*ms
    inputs = []
    if poisson:
        inputs = [PoissonInput(g[start[t]:start[t+1]], "isyn", N=external[t], rate=BACKGROUND*Hz, weight=w_ext*pA) for t in range(8)]
    return g, syn, inputs, start


def measure(scale, poisson, seed, seconds, transient, pairs):
    import brian2 as b2
    b2.seed(seed)
    b2.defaultclock.dt = DT*b2.ms
    g, syn, inputs, start = build(scale, poisson, seed, pairs)
    net = b2.Network(g, syn, *inputs)
    net.run(transient*b2.second)
    spikes = b2.SpikeMonitor(g)
    net.add(spikes)
    net.run(seconds*b2.second)
    count = np.asarray(spikes.count)
    i, t = np.asarray(spikes.i), np.asarray(spikes.t)
    order = np.lexsort((t, i))
    i, t = i[order], t[order]
    same = np.diff(i) == 0
    gap, owner = np.diff(t)[same], i[1:][same]
    n = np.bincount(owner, minlength=len(count))
    mean = np.bincount(owner, gap, len(count))/np.maximum(n, 1)
    var = np.bincount(owner, gap**2, len(count))/np.maximum(n, 1) - mean**2
    cv = np.sqrt(np.maximum(var, 0))/np.where(mean > 0, mean, 1)
    rates, cvs = [], []
    for k in range(8):
        part = slice(start[k], start[k+1])
        rates.append(float(count[part].sum()/seconds/(start[k+1] - start[k])))
        enough = n[part] >= 4
        cvs.append(float(cv[part][enough].mean()) if enough.any() else None)
    return {"seed": seed, "synapses": len(syn), "rates": rates, "cv": cvs}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("scale", type=float)
    a.add_argument("--dc", action="store_true")
    a.add_argument("--pairs", action="store_true")
    a.add_argument("--seeds", default="1-5")
    a.add_argument("--seconds", type=float, default=10)
    a.add_argument("--transient", type=float, default=.5)
    o = a.parse_args()
    import brian2 as b2
    b2.prefs.codegen.target = "cython"
    first, _, last = o.seeds.partition("-")
    runs = []
    for seed in range(int(first), int(last or first) + 1):
        runs.append(measure(o.scale, not o.dc, seed, o.seconds, o.transient, o.pairs))
        print(runs[-1], file=sys.stderr, flush=True)
    print(json.dumps({"simulator": "Brian2 " + b2.__version__, "scale": o.scale, "drive": "constant" if o.dc else "Poisson", "pairs": o.pairs,
                      "seconds": o.seconds, "transient": o.transient, "runs": runs}))


if __name__ == "__main__":
    main()
