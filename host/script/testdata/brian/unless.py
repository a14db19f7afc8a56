# Expected values of brian_surface_test.go: python3 unless.py > unless.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))
G = NeuronGroup(5, '''dv/dt = (1.2 - v)/(5*ms) : 1 (unless refractory)
du/dt = -u/(50*ms) : 1 (unless refractory)
w : 1''', threshold='v > 1', reset='v = 0', refractory=3*ms, method='exact', name='grp')
G.v = '0.98 - 0.2*i'
G.u = '1.0*i'
part = G[1:4]
run(2*ms)
show("free", G.not_refractory[:])
show("v", G.v[:])
G.v = '0.5 + 0.01*i'; show("expression", G.v[:])
G.v[1:] = '0.6 + 0.01*i'; show("slice", G.v[:])
G.v['i < 3'] = '0.4 + 0.01*i'; show("condition", G.v[:])
G.v['i < 3'] = 0.3; show("number_where", G.v[:])
G.v['v > 0.4'] = '0.45'; show("where_v", G.v[:])
part.v = '0.2 + 0.01*i'; show("part", G.v[:])
G.u = '2'; show("constant", G.u[:])
G.v[1:] = 0.1; show("numbers", G.v[:])
G.v = 0.05; show("number", G.v[:])
G.w = 'v'; show("other", G.w[:])
run(2*ms)
show("end", G.v[:])
