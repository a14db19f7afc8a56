"""Writes double.txt: elementary functions of doubles with 60 digits, as the nearest double and what is left of it.

Needs mpmath. Run: python3 double.py > double.txt
"""
import random
import sys

from mpmath import mp, mpf, exp, expm1, log, log10, log1p, sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, power

mp.prec = 2400  # 1e300 radians reduce exactly
POINTS = 40


def exprel(x):
    return expm1(x) / x if x else mpf(1)


FUNCTIONS = {
    "exp": (exp, [(-700, 700), (-1, 1)], 2.8),
    "expm1": (expm1, [(-40, 700), (-1, 1), (-0.01, 0.01)], 2.8),
    "exprel": (exprel, [(-700, 700), (-1, 1)], 2.8),
    "log": (log, [(0, 2), (0.9, 1.1), (0, 1e4)], 300),
    "log10": (log10, [(0, 2), (0.9, 1.1), (0, 1e4)], 300),
    "log1p": (log1p, [(-1, 2), (-0.1, 0.1), (0, 1e4)], 300),
    "sin": (sin, [(-4, 4), (-1e4, 1e4), (-1.6e7, 1.6e7)], 300),
    "cos": (cos, [(-4, 4), (-1e4, 1e4), (-1.6e7, 1.6e7)], 300),
    "tan": (tan, [(-1.6, 1.6), (-1e4, 1e4), (-1.6e7, 1.6e7)], 300),
    "sinh": (sinh, [(-1, 1), (-30, 30), (-700, 700)], 2.8),
    "cosh": (cosh, [(-1, 1), (-30, 30), (-700, 700)], 2.8),
    "tanh": (tanh, [(-1, 1), (-30, 30), (-0.01, 0.01)], 2),
    "asin": (asin, [(-1, 1), (0.49, 0.51), (0.97, 1)], 0),
    "acos": (acos, [(-1, 1), (0.49, 0.51), (0.97, 1)], 0),
    "atan": (atan, [(-1, 1), (-10, 10), (-1e3, 1e3)], 300),
}
POSITIVE = ("log", "log10")


def emit(name, x, y, v):
    hi = float(v)
    if hi == 0 or hi in (float("inf"), float("-inf")) or abs(hi) < 2.3e-308:
        return
    lo = float(v - mpf(hi))
    args = x.hex() if y is None else x.hex() + " " + y.hex()
    print(name, args, hi.hex(), lo.hex())


random.seed(1)
print("# FUNCTION ARGUMENTS VALUE REST: hexadecimal; the function's value is VALUE + REST. Written by double.py.")
for name, (f, ranges, wide) in FUNCTIONS.items():
    xs = [random.uniform(a, b) for a, b in ranges for _ in range(POINTS)]
    for _ in range(POINTS):
        x = 10 ** random.uniform(-300 if wide > 100 else -20, wide)
        xs.append(x if name in POSITIVE or random.random() < 0.5 else -x)
    if name in ("sin", "cos", "tan"):
        # doubles next to multiples of pi/2, where reduction cancels most
        xs += [float(k * mp.pi / 2) for k in (1, 2, 3, 1000, 65537, 10**7, 10**9, 10**15)]
    for x in xs:
        if name == "log1p" and x <= -1 or name in ("asin", "acos") and abs(x) > 1:
            continue
        emit(name, x, None, f(mpf(x)))
for _ in range(4 * POINTS):
    x = 10 ** random.uniform(-5, 5)
    emit("pow", x, y := random.uniform(-30, 30), power(mpf(x), mpf(y)))
for _ in range(2 * POINTS):
    x, n = random.uniform(-3, 3), random.randint(-60, 60)
    emit("pow", x, float(n), mpf(x) ** n)
for _ in range(POINTS):
    x, y = 1 + random.uniform(-1e-6, 1e-6), random.uniform(-1e8, 1e8)
    emit("pow", x, y, power(mpf(x), mpf(y)))
