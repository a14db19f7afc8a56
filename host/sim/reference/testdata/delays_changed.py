"""Delays that change between runs while spikes are under way: makes the redelayed_* files beside it.

Run with Brian2 2.5.1:  /usr/bin/python3 delays_changed.py
"""
import gzip, io, os
import numpy as np
from brian2 import *

prefs.codegen.target = 'cython'  # numpy's target takes two spikes that come to a synapse in one step for one
here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(11)
defaultclock.dt = 0.1*ms
steps = 450


def spikes(n, count):
    all = sorted({(int(s), int(k)) for s, k in zip(rng.integers(0, steps, count), rng.integers(0, n, count))})
    step, i = np.array(all, dtype='int32').T
    return i, step


pre_i, pre_step = spikes(6, 500)
post_i, post_step = spikes(4, 300)
pre = SpikeGeneratorGroup(6, pre_i, pre_step*0.1*ms)
post = SpikeGeneratorGroup(4, post_i, post_step*0.1*ms)
G = NeuronGroup(4, 'v : 1')
S = Synapses(pre, post, '''
    w : 1
    dx/dt = -x/(20*ms) : 1 (event-driven)
    dy/dt = (x - y)/(35*ms) : 1 (event-driven)
    n : 1
    ''',
    on_pre='x += 1; w = clip(w - 0.01*y, 0, 2)',
    on_post='w = clip(w + 0.02*x*(0.2 + y), 0, 2); n = 0.9*n + 1')
T = Synapses(pre, G, 'u : 1', on_pre={'pre': 'v_post += u', 'late': 'u = 0.9*u + 0.01*i'}, delay={'pre': 1.5*ms})
S.connect('(i + j) % 3 != 1')
T.connect(i=[3, 0, 5, 1, 0, 2, 4], j=[1, 0, 3, 1, 2, 0, 2])
S.w = 1
T.u = '0.1 + 0.02*i'
rows = []


def go(k):
    run(k*0.1*ms)
    rows.append(np.concatenate([S.w[:], S.x[:], S.y[:], S.n[:], T.u[:], G.v[:]]))


S.pre.delay = '(0.13 + 0.31*i + 0.2*j)*ms'
S.post.delay = '(2.1 - 0.4*i + 0.1*j)*ms'
go(100)
S.pre.delay = '0.1*(i + j)*ms'  # shorter
go(12)
S.pre.delay = '(3.2 - 0.3*i)*ms'  # longer, while spikes with the first delays are still under way
T.late.delay = '0.9*i*ms'
T.pre.delay = 2.4*ms
go(7)
S.pre.delay = 0*ms
S.post.delay = 1.3*ms
go(5)
T.late.delay = 1*ms
go(3)
T.late.delay = 3*ms
T.pre.delay = 0.2*ms
S.pre.delay = '(3.2 - 0.3*i)*ms'
S.pre.delay = '(1.9 - 0.3*i)*ms'  # set twice: the last one counts
go(1)
S.pre.delay = '(0.4 + 0.3*i)*ms'
S.pre.delay[2, :] = 4*ms
go(52)
T.pre.delay = 0.7*ms
store()
S.pre.delay = '(0.4 + 0.3*j)*ms'
T.late.delay = '(0.5 + 0.3*i)*ms'
go(40)
restore()  # the delays stay those of now, but for spikes that were under way
go(30)
S.connect(i=[0, 1, 4], j=[1, 0, 3])  # spikes under way are not for these
S.w['w == 0'] = 0.5
S.pre.delay = '(0.9 + 0.2*i)*ms'
S.post.delay = '2.2*ms'
go(60)
assert len({a.tobytes() for a in rows}) == len(rows)


def save(name, a):
    b = io.BytesIO()
    np.save(b, a)
    with open(os.path.join(here, name + '.npy.gz'), 'wb') as f:
        f.write(gzip.compress(b.getvalue(), mtime=0))


save('redelayed_pre', np.array([pre_i, pre_step]))
save('redelayed_post', np.array([post_i, post_step]))
save('redelayed_values', np.concatenate(rows))
