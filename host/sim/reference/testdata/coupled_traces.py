"""Event-driven traces that depend on each other, in a rule like the triplet rule of STDP: makes the coupled_* files beside it.

Run with Brian2 2.5.1 and SciPy:  /usr/bin/python3 coupled_traces.py
"""
import gzip, io, os
import numpy as np
from scipy.linalg import expm
from brian2 import *

prefs.codegen.target = 'numpy'
here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)
defaultclock.dt = 0.1*ms
steps = 20000


def spikes(n, count):
    all = sorted({(int(s), int(k)) for s, k in zip(rng.integers(0, steps, count), rng.integers(0, n, count))})
    step, i = np.array(all, dtype='int32').T
    return i, step


pre_i, pre_step = spikes(6, 300)
post_i, post_step = spikes(4, 200)
pre = SpikeGeneratorGroup(6, pre_i, pre_step*0.1*ms)
post = SpikeGeneratorGroup(4, post_i, post_step*0.1*ms)
# A chain with a time constant per synapse, three in a chain, and a pair that depends on each other.
S = Synapses(pre, post, '''
    tau1 : second
    w : 1
    dx/dt = -x/tau1 : 1 (event-driven)
    dy/dt = (x - y)/(20*ms) : 1 (event-driven)
    da/dt = -a/(30*ms) : 1 (event-driven)
    db/dt = (a - b)/(50*ms) : 1 (event-driven)
    dc/dt = (b - c)/(9*ms) : 1 (event-driven)
    ''',
    on_pre='''
    x += 1
    a += 1
    w = clip(w - 0.01*y, 0, 2)
    ''',
    on_post='w = clip(w + 0.02*x*(0.2 + y) - 0.01*c, 0, 2)')
S.connect()
S.tau1 = '(5.5 + 7*i + 4*j)*ms'  # where both are equal, Brian2 divides by zero
S.w = 1
P = Synapses(pre, post, '''
    w : 1
    dg/dt = (0.3*h - g)/(15*ms) : 1 (event-driven)
    dh/dt = (0.8*g - h)/(60*ms) : 1 (event-driven)
    ''',
    on_pre='''
    g += 1
    w = clip(w - 0.02*h, 0, 2)
    ''',
    on_post='''
    h += 0.5
    w = clip(w + 0.01*g, 0, 2)
    ''')
P.connect()
P.w = 1
run(steps*0.1*ms)

# Brian2 refuses a damped oscillation (its closed form is complex), so that one is replayed with the matrix exponential.
M = np.array([[-1/40, -1/5], [1/5, -1/40]])
state, w, last = np.zeros((6, 4, 2)), np.ones((6, 4)), np.zeros((6, 4), dtype=int)
events = sorted([(s, 0, i) for i, s in zip(pre_i, pre_step)] + [(s, 1, j) for j, s in zip(post_i, post_step)])
for s, is_post, k in events:
    for i, j in ([(i, k) for i in range(6)] if is_post else [(k, j) for j in range(4)]):
        state[i, j] = expm(M*(s - last[i, j])*0.1) @ state[i, j]
        last[i, j] = s
        state[i, j, is_post] += 1
        w[i, j] = np.clip(w[i, j] + 0.05*state[i, j, 0]*state[i, j, 1], 0, 2)


def save(name, a):
    b = io.BytesIO()
    np.save(b, a)
    with open(os.path.join(here, name + '.npy.gz'), 'wb') as f:
        f.write(gzip.compress(b.getvalue(), mtime=0))


save('coupled_pre', np.array([pre_i, pre_step]))
save('coupled_post', np.array([post_i, post_step]))
# Traces stand at the last event of each synapse.
save('coupled_chains', np.array([getattr(S, v)[:] for v in 'xyabcw']))
save('coupled_pair', np.array([getattr(P, v)[:] for v in 'ghw']))
save('coupled_turning', np.array([state[..., 0].ravel(), state[..., 1].ravel(), w.ravel()]))
