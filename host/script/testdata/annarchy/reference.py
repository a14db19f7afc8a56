"""Runs NAME.star, which is Python too, in ANNarchy, and writes what its monitors recorded to NAME.npz: python3 reference.py NAME.star"""
import sys
import types

import ANNarchy
import numpy as np

monitors = {}
ANNarchy.setup(precision="double")
names = {k: getattr(ANNarchy, k) for k in dir(ANNarchy) if not k.startswith("_")}


def monitor(obj, variables, name, **kwargs):
    monitors[name] = ANNarchy.Monitor(obj, variables, **kwargs)


names.update(array=np.array, Monitor=monitor, compile=lambda: ANNarchy.compile(directory="build", silent=True))
names.update(np=np, ann=types.SimpleNamespace(**names))
text = open(sys.argv[1]).read()
exec(text, names)
out = {}
for name, m in monitors.items():
    for variable, values in m.get().items():
        if variable == "spike":  # step and neuron of each, by both
            rows = sorted((step, i) for i, steps in values.items() for step in steps)
            out[name + "." + variable] = np.array(rows, dtype=float).reshape(-1, 2)
        else:
            out[name + "." + variable] = np.array([np.hstack(v) if hasattr(v, "__len__") else [v] for v in values], dtype=float)
np.savez_compressed(sys.argv[1].replace(".star", ".npz"), **out)
