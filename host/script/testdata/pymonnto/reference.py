"""Runs NAME.star, which is Python too, in PymoNNto, and writes what its recorders recorded to NAME.npz: python3 reference.py NAME.star"""
import sys

import numpy as np
import PymoNNto

names = {k: getattr(PymoNNto, k) for k in dir(PymoNNto) if not k.startswith("_")}
names["np"] = np
exec(open(sys.argv[1]).read(), names)
out = {}
for net in [v for v in names.values() if isinstance(v, PymoNNto.Network)]:
    for r in net["recorder"]:
        for variable, rows in r.variables.items():
            key = r.tags[0] + "." + variable.replace("np.", "").replace("n.", "")
            out[key] = np.array(rows, dtype=float)
np.savez_compressed(sys.argv[1].replace(".star", ".npz"), **out)
