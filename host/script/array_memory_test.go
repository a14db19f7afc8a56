package script

import "testing"

// TestInPlaceCopies: the copies that messages tell people to make can change.
func TestInPlaceCopies(t *testing.T) {
	got := printed(t, "copies.py", `import numpy as np
from brian2 import *
G = NeuronGroup(1, 'v : 1', threshold='True', reset='')
M = SpikeMonitor(G)
run(0.3*ms)
t = M.t.copy()
t -= 0.1*ms
u = M.t[1:]
u += 1*ms
w = M.t/ms
w += 1
print(np.round(np.asarray(t)*1e4, 6).tolist(), np.round(np.asarray(M.t)*1e4, 6).tolist(), np.round(w, 6).tolist())
`)
	const want = "[-1.0, 0.0, 1.0] [0.0, 1.0, 2.0] [1.0, 1.1, 1.2]\n"
	if got != want {
		t.Errorf("got %swant %s", got, want)
	}
}
