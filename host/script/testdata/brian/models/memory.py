"""Which arrays are the memory of a variable, which are copies, and what changes it in place."""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
def p(n, *xs):
    print(n, *[np.asarray(x).tolist() for x in xs])
G = NeuronGroup(4, '''dv/dt = -v/(10*ms) : volt
w : 1
k : integer''', method='exact', threshold='v>1*volt', reset='v=0*volt')
M = StateMonitor(G, 'w', record=True, dt=1*ms)
S = Synapses(G, G, 'u : 1')
S.connect()
G.v = 1*mV; G.w = 'i'; S.u = 'i+j'
a = G.w[:]; a += 1; p(1, G.w[:])
a = G.w; a += 1; p(2, G.w[:])
a = G.w_[:]; a += 1; p(3, G.w[:])
a = G.w[1:3]; a += 100; p(4, G.w[:])
a = G.w[::2]; a += 100; p(5, G.w[:])
a = np.asarray(G.w); a += 10; p(6, G.w[:])
a = np.array(G.w); a += 10; p(7, G.w[:])
a = G.v[:]; a += 1*mV; p(8, G.v[:])
a = G.v_[:]; a += 1; p(9, G.v[:])
a = G.v_; a += 1; p('9b', G.v[:])
a = np.asarray(G.v); a += 1; p(10, G.v[:])
a = G.v[:]; a[0] = 7*mV; p(11, G.v[:])
a = G.v_[:]; a[1] = 7; p(12, G.v[:])
a = G.v; a[2] = 9*mV; p(13, G.v[:])
sub = G[1:3]; a = sub.w[:]; a += 1000; p(14, G.w[:])
a = G.w; b = a + 1; a -= b; p(15, G.w[:])
def f(x): x += 1
f(G.w); p(16, G.w[:]); f(G.w[:]); p(17, G.w[:])
G.w[1:3] += 5; p(18, G.w[:])
G.w += 5; p(19, G.w[:])
G.w[:] *= 2; p(20, G.w[:])
G.w[0] += 2; p(21, G.w[:])
x = G.w[:]; y = x[1:3]; y[:] = -1; p(22, G.w[:])
y = x[::2]; y += 0.5; p(23, G.w[:])
x[x < 0] = 0; p(24, G.w[:])
G.w = 3; p(25, x, y)
G.w[0] = 5; p(26, x, y)
G.w = 'i*2'; p(27, x, y)
a = G.k[:]; a += 1; p(28, G.k[:])
a = S.u[:]; a += 1; p(29, S.u[:])
a = S.u[0:3]; a += 100; p(30, S.u[:])
a = S.u; a *= 2; p(31, S.u[:], a[:])
a = S.u[:]; a[a > 4] = 0; p(32, S.u[:])
a = np.asarray(S.u); np.clip(a, 1, 2, out=a); p(33, S.u[:])
x = G.v[:]; run(1*ms); p(34, np.round(np.asarray(x), 9), np.round(np.asarray(G.v[:]), 9))
x += 1*mV; p(35, np.round(np.asarray(G.v[:]), 9))
store(); x[:] = 0*mV; p(36, G.v[:]); restore(); p(37, np.round(np.asarray(x), 9))
u = S.u[:]; u *= 0
a = M.w; a += 1000; p(40, M.w)
a = M.w[0]; a += 1000; p(41, M.w[0])
a = [1,2]*mV; b = a; b += 1*mV; p(42, a)
b *= 2; p(43, a)
b *= mV; p(44, a); print(get_dimensions(a) == (volt**2).dim)
x = np.array([1.,2.]); y = x; y *= mV; p(45, x)
x = np.array([1.,2.]); x += 1*mV; p(46, x)
x = [1,2,3]*mV; y = x[1:]; y += 1*mV; p(47, x)
y[:] = 0*mV; p(48, x)
x = [[1,2],[3,4]]*mV; y = x.T; y += 1*mV; p(49, x); x.T[0] = 0*mV; p(50, x)
x = [1,2]*mV; y = x/mV; y += 1; p(51, x, y)
y *= mV; print(get_dimensions(y) == volt.dim); p(52, y)
x = 3*mV; y = x; y += 1*mV; print(float(x), float(y))
q = [1,2]*mV; x = np.asarray(q); x += 1; p(53, q)
x = q.copy(); x += 1*mV; p(54, q)
a = np.array([1.,2.]); q = a*mV; q += 1*mV; p(55, a)
tot = np.zeros(4); tot += G.w; p(56, tot, G.w[:])
tot = np.zeros(4); tot += G.v_[:]; p(57, np.round(tot,9))
tot = np.zeros(4); tot[:] = G.v; p(58, np.round(tot,9))
G.w = np.arange(4)
wv = G.w[:]; wv[:] = wv[::-1]; p(59, G.w[:])
wv.sort(); p(60, G.w[:])
wv.fill(7); p(61, G.w[:])
np.copyto(wv, [1,2,3,4]); p(62, G.w[:])
wv **= 2; p(63, G.w[:])
g = G.w; g **= 2; p(64, G.w[:])
class Homeo:
    def __init__(self, w): self.w = w
    def step(self): self.w -= 1
Homeo(G.w[:]).step(); p(65, G.w[:])
ws = {'a': S.u[:]}; ws['a'] += 2; p(66, S.u[:])
st = G.get_states(['w']); st['w'] += 1; p(67, G.w[:])
z = G.w[:] * 1; z += 1; p(68, G.w[:])
H = NeuronGroup(3, 'x : 1')
H.x = 'i'
held = H.x[:]
def op(t):
    a = H.x[:]
    a += 1
    held[0] += 10
    b = H.x
    b *= 2
net = Network(H, NetworkOperation(op, dt=1*ms))
net.run(2*ms)
p(70, H.x, held)
T = Synapses(H, H, 'y : 1')
T.connect(j='i')
old = T.y[:]
T.connect(i=0, j=1)
T.y = 4
p(71, T.y)
K = NeuronGroup(2, 'dx/dt = 1/ms : 1', method='euler')
seen = K.x[:]
def look(t):
    p(72, np.round(seen, 9))
net = Network(K, NetworkOperation(look, dt=1*ms))
net.run(3*ms)
