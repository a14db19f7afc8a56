"""pymonnto.py WORKLOAD MODE: the network of PymoNNto's README, by PymoNNto itself (MODE module) or by the array operations that it amounts to
(MODE numpy): a dense matrix of which a tenth is not zero, multiplied by the activity in each iteration."""
import sys
import time

import protocol

workload, mode = sys.argv[1], sys.argv[2]
if not workload.startswith("pymonnto-"):
    protocol.missing("no script for it")
n = int(workload.split("-")[1])
try:
    import numpy as np
    if mode == "module":
        import PymoNNto as pm
except ImportError as e:
    protocol.missing(str(e))
count = max(3, int(1e9/n**2))
count = min(count, 20000)
if mode == "numpy":
    rng = np.random.RandomState(1)
    w = rng.uniform(size=(n, n))
    w *= rng.uniform(size=(n, n)) < .1
    activity = rng.uniform(size=n)

    def iterate(k):
        global activity
        for _ in range(k):
            activity *= .94
            activity += w.dot(activity)/n
            activity += rng.uniform(size=n)*(rng.uniform(size=n) < .01)
else:
    class Decay(pm.Behavior):
        def initialize(self, neurons):
            neurons.activity = neurons.vector("uniform")

        def iteration(self, neurons):
            neurons.activity *= .94

    class Input(pm.Behavior):
        def initialize(self, neurons):
            for s in neurons.synapses(pm.afferent, "GLUTAMATE"):
                s.W = s.matrix("uniform", density=.1)

        def iteration(self, neurons):
            for s in neurons.synapses(pm.afferent, "GLUTAMATE"):
                neurons.activity += s.W.dot(s.src.activity)/s.src.size
            neurons.activity += neurons.vector("uniform", density=.01)

    net = pm.Network()
    pm.NeuronGroup(net=net, tag="neurons", size=n, behavior={1: Decay(), 2: Input()})
    pm.SynapseGroup(net=net, src="neurons", dst="neurons", tag="GLUTAMATE")
    net.initialize(info=False)

    def iterate(k):
        net.simulate_iterations(k)


def run():
    start, used = time.perf_counter(), protocol.user()
    iterate(count)
    return count, time.perf_counter() - start, protocol.user() - used, None


iterate(1)
protocol.serve(1e-3, .1*n*n, run)
