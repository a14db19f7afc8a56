# Expected values of brian_surface_test.go: python3 subset.py > subset.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))
G = NeuronGroup(4, '''dv/dt = (0.3*i - v)/(10*ms) : 1
g : 1
n : integer
b : boolean
z = 2*v + n : 1
top : 1 (shared)''', threshold='v > 0.6', reset='v = 0.1', method='exact', name='grp')
H = NeuronGroup(3, 'u : 1\nm : integer', threshold='u > 0.5', reset='u = 0', name='hrp')
G.v = '0.2*i'
G.n = 2.7; show("n", G.n[:])
G.n = [1.5, 2.5, -1.5, 3]; show("n", G.n[:])
G.n[1] = 3.9; show("n", G.n[:])
G.n = '1.7*i - 2.2'; show("n", G.n[:])
G.b = [0, 1, 0.5, 2]; show("b", G.b[:])
G.top = 4
S = Synapses(G, H, 'w : 1\nm2 : integer\nq = 2*w : 1', on_pre='u_post += 0.1*w', name='syn')
S.connect('i != j')
S.w = 'i + 10*j'
S.m2 = 'w*0.3'
show("m2", S.m2[:])
S.w[0:3] = 0.5
S.w[:2] = [0.25, 0.125]
show("w", S.w[:])
show("pairs", S.w[[0, 1], [2, 0]])
show("cross", S.w[[0, 1, 3], [2, 1]])
show("cond", S.w['i == j + 1'])
show("row", S.w[1, :])
show("col", S.w[:, 1])
show("last", S.w[-2:])
show("sub", S.w[S['i > j']])
show("len", [len(S[0:3]), len(S[0, 1]), len(S['i > j']), len(S[1, :]), len(S[::2])])
show("post", S.m_post[:])
show("pre", S.v_pre['i == 2'])
show("bare", S.u[:])
matrix = np.zeros((4, 3)); matrix[S.i[:], S.j[:]] = S.w[:]
show("matrix", matrix)
M = StateMonitor(S, ['w', 'q'], record=S['i > j'])
E = StateMonitor(S, ['v_pre', 'u_post'], record=True)
N = StateMonitor(S, 'n_pre', record=True)
Z = StateMonitor(S, 'z_pre', record=True)
F = StateMonitor(S, 'u', record=S[1, :])
C = StateMonitor(S, ['i', 'j', 'N_incoming', 'N_outgoing', 'top_pre'], record=[0, 5])
run(8*ms)
show("record", F.record)
show("q", M.q)
show("q1", M[S[1, 0]].q)
show("u", F.u)
show("v_pre", E[3].v_pre)
show("several", E[[0, 4]].u_post)
show("z", Z.z_pre[2])
show("n", N.n_pre[5])
for n in ["i", "j", "N_incoming", "N_outgoing", "top_pre"]: show(n, getattr(C, n)[:, 3])
