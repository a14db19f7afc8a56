package script

import (
	"strings"
	"testing"
)

// TestPythonForms: what Python writes, and what Python 3.11 with numpy printed for the same lines (with quantities: Brian2 2.5.1), in its own notation for
// arrays and quantities.
func TestPythonForms(t *testing.T) {
	got := printed(t, "forms.star", `
from brian2 import *
import numpy as np, matplotlib.pyplot as plt
import numpy
from numpy import linspace as between
defaultclock.dt = 10**-4*second
a = np.array([[1., 2.], [3., 4.]])
print(2**10, 2**-1, -2**2, 2**3**2, (a**2)[1, 0], (3*mV)**2, 10*cm**2/cm**2)
x = 3
x **= 2
print(x, a[:, 0], a[0, :], a[::-1, 1:], [k**2 for k in range(3)], sum(k for k in [1, 2]))
a[:, 0] = a[:, 1] = 7
print(a)
print(f"{x} is {x/2:.2f} or {x:>5}|{'a':^5}|{x!r}{{}} {1234567.8:,.1f} {0.25:.0%} {3*mV} {3*mV/mV:g} {x=}")
print("%5.2f|%-6s|%+d|%03d|%x|%e|%g|%s %r %%" % (3.14159, "ab", 4, 7, 255, 12345.678, 1e-7, [1, 2], "q"))
print("%(a)s and %(b).1f" % {"a": 1, "b": 2.25}, "%d%%" % 3.7, "%.3f" % (20*Hz))
print("{0:.2f} {1!s:>4}".format(1.5, "b"), "{1} {0:.3g} {k[0]}".format(1/3, "x", k=[5]), "{:{w}d}".format(3, w=4))
p = q = [1]
print(p is q, p is not None, 0 < x < 10, 1 < x <= 8, 1_000)
m = a[:, 0] > 3
print(m, a[m], (a == 7) & (a > 0), a[a[:, 1] != 7], 3*mV > 0, np.array([1, -1])*mV >= 0)
print("eins "
      "zwei", "\mu \d", 'x', sep="; ", end=".\n")
count = [0]
@network_operation(dt=0.5*ms)
def tick(t):
    count[0] += 1
def twice(f):
    return lambda y: f(f(y))
@twice
@twice
def plus(y):
    assert y >= 0, "too small"
    return y + 1
G = NeuronGroup(2, "v : 1")
G.v = between(1, 2, 2)
run(2*ms)
print(count, plus(1), G.v > 1.5, G.v[:][G.v[:] == 2], numpy.ones(1))
u, = [4]
del p
print(u, p)
if __name__ == '__main__':
    print("main")
    print(2*np.array([[1, 2], [3, 4]]) @ [1, 1] @ [1, 10], not 1 < 2 < 2 < x)
`[1:])
	want := `
1024 0.5 -4 512 9.0 9e-06 volt**2 10.0
9 [1, 3] [1, 2] [[4], [2]] [0, 1, 4] 3
[[7, 7], [7, 7]]
9 is 4.50 or     9|  a  |9{} 1,234,567.8 25% 3 mV 3 x=9
 3.14|ab    |+4|007|ff|1.234568e+04|1e-07|[1, 2] "q" %
1 and 2.2 3% 20.000
1.50    b x 0.333 5    3
True True True False 1000
[True, True] [[7, 7], [7, 7]] [[True, True], [True, True]] [] True [True, False]
eins zwei; \mu \d; x.
[4] 5 [False, True] [2] [1]
4 None
main
146 True
`[1:]
	if got != want {
		g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
		for k := range g {
			if k >= len(w) || g[k] != w[k] {
				t.Errorf("line %d is %q", k+1, g[k])
			}
		}
	}
}
