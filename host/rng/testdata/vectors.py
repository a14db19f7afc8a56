"""Writes vectors.txt: the formulas of doc.go evaluated with 50 digits, independent of the Go and GLSL code.

Needs mpmath. Run: python3 vectors.py > vectors.txt
"""
from mpmath import mp, mpf, log, sqrt, cos, pi, exp, floor, nstr

mp.dps = 50
MASK = 0xFFFFFFFF


def philox(c, k):
    c, k = list(c), list(k)
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & MASK, (p >> 32) ^ c[3] ^ k[1], p & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def fnv(name):
    h = 2166136261
    for b in name.encode():
        h = ((h ^ b) * 16777619) & MASK
    return h


def key(seed, run, replica):
    return philox((run, replica, 0x67616C76, 0), (seed & MASK, seed >> 32))[:2]


def unit(bits, a, b):
    return mpf(a >> 8) / 2**24 if bits == 32 else mpf(((a >> 5) << 26) + (b >> 6)) / 2**53


def normal(bits, w):
    return sqrt(-2 * log(1 - unit(bits, w[0], w[1]))) * cos(2 * pi * unit(bits, w[2], w[3]))


def log_poisson(k, m):
    return k * log(m) - m - mp.loggamma(k + 1)


def poisson(bits, words, m):
    if m < 10:
        w = words(0)
        u, k, p = unit(bits, w[0], w[1]), 0, exp(-m)
        s = p
        while u >= s:
            k += 1
            p = p * m / k
            s += p
        return k
    b = mpf("0.931") + mpf("2.53") * sqrt(m)
    a = mpf("-0.059") + mpf("0.02483") * b
    inv, vr = mpf("1.1239") + mpf("1.1328") / (b - mpf("3.4")), mpf("0.9277") - mpf("3.6224") / (b - 2)
    for n in range(64):
        w = words(n)
        u, v = unit(bits, w[0], w[1]) - mpf("0.5"), unit(bits, w[2], w[3])
        us = mpf("0.5") - abs(u)
        if us == 0:
            continue
        k = floor((2 * a / us + b) * u + m + mpf("0.43"))
        if us >= mpf("0.07") and v <= vr:
            return int(k)
        if k < 0 or us < mpf("0.013") and v > us:
            continue
        if log(v * inv / (a / (us * us) + b)) <= log_poisson(k, m):
            return int(k)


def gamma(bits, words, a):
    if a < 1:
        w = words(0xFFFF)
        return gamma(bits, words, a + 1) * (1 - unit(bits, w[0], w[1])) ** (1 / a)
    d = a - mpf(1) / 3
    c = 1 / sqrt(9 * d)
    for n in range(64):
        x, w = normal(bits, words(2 * n)), words(2 * n + 1)
        v = (1 + c * x) ** 3
        if v > 0 and log(1 - unit(bits, w[0], w[1])) < x * x / 2 + d - d * v + d * log(v):
            return d * v


print("# DIST BITS SEED RUN REPLICA STREAM-NAME ELEMENT STEP DRAW PARAMETER VALUE")
print("# Values: the formulas of doc.go with 50 digits, given with 25. Written by vectors.py.")
for bits in (32, 64):
    for seed, run, replica, name, elem0, step, draw in (
        (0, 0, 0, "neurongroup", 0, 0, 0),
        (42, 1, 3, "synapses_pre", 1000000, 4000000000, 7),
        (0xDEADBEEF12345678, 2, 0, "Input", 4294967290, 123456, 65535),
    ):
        k, stream = key(seed, run, replica), fnv(name)
        for elem in range(elem0, elem0 + 6):
            words = lambda attempt: philox((elem, step, stream, draw | attempt << 16), k)
            w = words(0)
            rows = [("uniform", "-", nstr(unit(bits, w[0], w[1]), 25)),
                    ("exponential", "-", nstr(-log(1 - unit(bits, w[0], w[1])), 25)),
                    ("normal", "-", nstr(normal(bits, w), 25))]
            rows += [("poisson", m, poisson(bits, words, mpf(m))) for m in ("0.125", "3.5", "10", "47.25", "2000", "1000000")]
            rows += [("gamma", a, nstr(gamma(bits, words, mpf(a)), 25)) for a in ("0.25", "1", "2.5", "100")]
            for dist, par, v in rows:
                print(dist, bits, seed, run, replica, name, elem, step, draw, par, v)
