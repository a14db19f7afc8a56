import numpy as np


def f(a, *b, c=2, **k):
    return [a, *b, c, k.get('d', 0)]


a, b = [1, 2], range(3, 5)
print(*a, *b, 'end', sep='-')
print([*a, *b, 5], (*a, 6), [[*a], 7**2, len([*'xy'])])
print(f(*a, 3, *b), f(1, *[2, 3], 4, c=5, d=6), f(*a, **{'c': 3}))
print(len({*a, *b, 2}), sorted({**{1: 1}, 2: a[0] * 2, **{1: 3, 5: 4}}.items()))
first, *rest = np.array([1.5, 2.5, 3.5])
print(first, len(rest), rest[-1])
*rest, last = 'abc'
print(''.join(rest), last)
x, *middle, y = (1, 2)
print(x, middle, y)
print(2 * (3 * 4), [2 * 3, *a], max(*a, *b))
print([*[k * 2 for k in a], *(k for k in b)])
