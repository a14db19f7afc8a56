package pystar

import (
	"strings"
	"testing"
)

// TestRewrite: each form and what it becomes.
func TestRewrite(t *testing.T) {
	files := func(path string, _ bool) ([]string, bool) {
		return map[string][]string{"own": {"a", "b"}}[path], strings.HasPrefix(path, "own") || strings.HasPrefix(path, ".")
	}
	for _, c := range [][2]string{
		{"x = a**2", "x = __pow__(a, 2)"},
		{"x = -a.b[i]**-2.5*c", "x = -__pow__(a.b[i], -2.5)*c"},
		{"x = a**b**c + (d + e)**f(g)", "x = __pow__(a, __pow__(b, c)) + __pow__((d + e), f(g))"},
		{"x = f(*a, **b)", "x = f(*a, **b)"},
		{"x = f(a, *b, **{'k': c**2})", "x = f(a, *b, **{'k': __pow__(c, 2)})"},
		{"x = f(*a, b, *g(c), d**2, k=1, **e)", "x = f(*__join__(a, [b], g(c), [__pow__(d, 2)]), k=1, **e)"},
		{"x = f(a, *[b, *c])", "x = f(a, *__join__([b], c))"},
		{"def f(a, *b, c=1, **k): pass", "def f(a, *b, c=1, **k): pass"},
		{"x = [*a, b*c, *d], (*a,), a*(b*c)", "x = __join__(a, [b*c], d), tuple(__join__(a,)), a*(b*c)"},
		{"x = {*a, b}, {**a, 'k': b, **c}, {'k': 1, **a}", "x = set(__join__(a, [b])), __merge__(a, {'k': b}, c), __merge__({'k': 1}, a)"},
		{"a, *b = f(c)\n*a, b[i*j], c = d\na, b = *c, d\n(a, b), *c, [d] = e", "a, b = __unpack__(f(c), 1, 0)\na, b[i*j], c = __unpack__(d, 0, 2)\na, b = *c, d\n(a, b), c, [d] = __unpack__(e, 1, 1)"},
		{"def f(a, **k):\n\treturn a**k['n']", "def f(a, **k):\n\treturn __pow__(a, k['n'])"},
		{"x **= a + 1", "x = __ipow__(x, (a + 1))"},
		{"x = a[:, 0]", "x = a[__slice__(None, None), 0]"},
		{"x = a[::2, 1:b**2, -1]", "x = a[__slice__(None, None, 2), __slice__(1, __pow__(b, 2)), -1]"},
		{"a[i:, :j] = b[1:2]", "a[__slice__(i, None), __slice__(None, j)] = b[1:2]"},
		{"x = {'a': [1, 2], 'b': 3}", "x = {'a': [1, 2], 'b': 3}"},
		{"x = [k for k in y], {k: 2 for k in y}", "x = [k for k in y], {k: 2 for k in y}"},
		{"x = sum(k**2 for k in y**2)", "x = sum([__pow__(k, 2) for k in __pow__(y, 2)])"},
		{"x = ' '.join(f(k, 1) for k in y if k)", "x = ' '.join([f(k, 1) for k in y if k])"},
		{"x = 'a' \"b\"\n'c'", "x = ('a' + \"b\")\n'c'"},
		{"x = f('a'  # first\n\t'b' 'c' % 3)", "x = f(__percent__(('a'  # first\n\t+ 'b' + 'c'), 3))"},
		{"x = '%.2f' % a**2*b", "x = __percent__('%.2f', __pow__(a, 2))*b"},
		{"x = ('%d'\n '%d') % (a, b)", "x = __percent__((('%d'\n + '%d')), (a, b))"},
		{"x = a % b", "x = a % b"},
		{"%matplotlib inline\n%config InlineBackend.figure_format = 'svg'\nx = a\\\n% matplotlib", "pass\npass\nx = a\\\n% matplotlib"},
		{"%timeit run(1)", "%timeit run(1)"},
		{"x = '{:.2f}'.format(a) + s.format(b)", "x = __format__('{:.2f}', a) + s.format(b)"},
		{"x = f'v = {v/mV:.2f} mV'", "x = __fstring__('v = ', (v/mV), \":.2f\", ' mV')"},
		{"x = rf\"\\d{a['k']}{b!r}{{}}\"", "x = __fstring__(r\"\\d\", (a['k']), \":\", r\"\", (b), \"r:\", r\"{}\")"},
		{"x = f'{a**2=}' 'b'", "x = (__fstring__('a**2=', (__pow__(a, 2)), \"r:\", '')+ 'b')"},
		{"x = a if b is None else c is not None", "x = a if b == None else c != None"},
		{"x = 1_000 + 0x_ff", "x = 1000 + 0xff"},
		{"x = 0 < a.b <= 2*c and d < e", `x = __chain__(0, "<", a.b, "<=", 2*c) and d < e`},
		{"if not 0 < a < 2 or 0 < f(x) < 3: pass", `if not __chain__(0, "<", a, "<", 2) or __chain__(0, "<", f(x), "<", 3): pass`},
		{"x = (a**2 < b[i < j]**2 == c[1:2]**2,)", `x = (__chain__(__pow__(a, 2), "<", __pow__(b[i < j], 2), "==", __pow__(c[1:2], 2)),)`},
		{"x = a*b @ -c**2", "x = a*b *__matmul__* -__pow__(c, 2)"},
		{"class A(Behavior):\n\n  k = 2\n  def f(self):\n    return '''\nclass'''**2  # c\n\n# d\nclass B(A): # e\n\tpass; pass\nx = 2**3",
			"A = __class__(0)  # c\n\n# d\nB = __class__(1)\nx = __pow__(2, 3)"},
		{"class A(Other):\n  def f(self):\n    return 2**3", "if __classdef__(\"A\", Other):\n  def f(self):\n    return __pow__(2, 3)"},
		{"x = [a < b, b < c]; y = a == b if c == d else e == f", "x = [a < b, b < c]; y = a == b if c == d else e == f"},
		{"x = np.load('a')", "x = np.__load__('a')"},
		{"x = '\\mu \\t\\\\m' f'\\Omega{a}'", "x = ('\\\\mu \\t\\\\m' + __fstring__('\\\\Omega', (a), \":\", ''))"},
		{"a = b = c.d = f(x)**2", "__assigned__ = __pow__(f(x), 2); a = __assigned__; b = __assigned__; c.d = __assigned__"},
		{"x, = f(y)", "(x,) = f(y)"},
		{"x = y,", "x = y,"},
		{"f(a=1, b=2)\nx = lambda a=1, b=2: a == b", "f(a=1, b=2)\nx = lambda a=1, b=2: a == b"},
		{"@network_operation(dt=2**3*ms)\ndef f(): pass", "__decorator_0 = (network_operation(dt=__pow__(2, 3)*ms))\ndef f(): pass"},
		{"assert a**2", "if not (__pow__(a, 2)): __raise__.AssertionError(\"the assertion does not hold: a**2\")"},
		{"assert f(a, b), 'no %s' % c", "if not (f(a, b)): __raise__.AssertionError( __percent__('no %s', c))"},
		{"raise ValueError('a', b)", "__raise__.ValueError('a', b)"},
		{"raise Stop\nraise\nraise E(x) from e", "__raise__.Stop()\n__raise__.again()\n__raise__.E(x)"},
		{"try:\n\tx = a**2\nexcept (A, B.C) as e:\n\tpass\nexcept:\n\tif x:\n\t\ty = 1\n\telse: y = 2\nelse:\n\tz = 3\nfinally: w = 4",
			"for _ in __try__():\n\tx = __pow__(a, 2)\nfor e in __except__(\"A, B.C\"):\n\tpass\nfor _ in __except__(\"\"):\n\tif x:\n\t\ty = 1\n\telse: y = 2\nfor _ in __otherwise__():\n\tz = 3\nfor _ in __finally__(): w = 4"},
		{"try: import nowhere.x as n, numpy as np\nexcept ImportError: n = 0\nimport json", "for _ in __try__(): __missing__(\"nowhere\")\nfor _ in __except__(\"ImportError\"): n = 0\npass"},
		{"try:\n\timport numpy as np, numpy\n\tfrom scipy import special, stats\nfinally: pass", "for _ in __try__():\n\tnp = __own__.np; numpy = __own__.numpy\n\tpass\nfor _ in __finally__(): pass"},
		{"def f():\n\tnonlocal a, b", "def f():\n\t__nonlocal__(\"a\", \"b\")"},
		{"del a, b", "a = None; b = None"},
		{"del a[0]", "del a[0]"},
		{"from brian2 import *", "pass"},
		{"import brian2 as br, numpy as np", "br = b2"},
		{"import numpy, matplotlib.pyplot as plt\nfrom numpy import (linspace,\n\tsqrt as root)", "pass\nlinspace = np.linspace; root = np.sqrt"},
		{"from brian2.units import mV as millivolt", "millivolt = mV"},
		{"import os\nx = a.os", "pass\nx = a.os"},
		{"import os.path\nx = os.path", "os = __library__.os\nx = os.path"},
		{"import json\nx = json.dumps", "import json\nx = json.dumps"},
		{"import time as tm, itertools\nfrom random import sample, choice as pick\nx = tm.time, pick", "tm = __library__.time\npick = __library__.random.choice\nx = tm.time, pick"},
		{"from random import *", "from random import *"},
		{"import matplotlib.cm as cm\nfrom matplotlib import pyplot as plt, rcParams\nx = rcParams", "cm = plt.cm\nrcParams = plt.rcParams\nx = rcParams"},
		{"x = -a @ b.c[0] @ f(d)", "x = -a *__matmul__* b.c[0] *__matmul__* f(d)"},
		{"x = {1, 2} | {f(k) for k in y} | {} | {**a}", "x = set([1, 2]) | set([f(k) for k in y]) | {} | __merge__(a)"},
		{"x = 2j*1_0.5J", "x = (2*__1j__)*(10.5*__1j__)"},
		{"with f(a, b=2) as g:\n\tpass\nwith h: x", "for g in __with__(f(a, b=2)):\n\tpass\nfor _ in __with__(h): x"},
		{"with a, b:\n\tpass", "with a, b:\n\tpass"},
		{"def f():\n\tglobal a, b\n\ta = 1", "def f():\n\t__global__(\"a\", \"b\")\n\ta = 1"},
		{"x: int = f({'a': 1})\ny: str", "x = f({'a': 1})\npass"},
		{"def f(a: int, b: dict[str, int] = {'k': [1]}, *c, **d: float) -> list[int]:\n\treturn a", "def f(a, b = {'k': [1]}, *c, **d):\n\treturn a"},
		{"import scipy.signal as st, time\nx = f'{st.norm}'", "import scipy.signal as st, time\nx = __fstring__('', (st.norm), \":\", '')"},
		{"from scipy.signal import norm, t\nx = norm", "from scipy.signal import norm, t\nx = norm"},
		{"from scipy.stats import norm", "pass"},
		{"import numpy as np\nimport math\nx = sum(y)", "pass; sum = __library__.builtins.sum\npass\nx = sum(y)"},
		{"import numpy as np\nfrom brian2 import *\nx = sum(y)", "pass\npass\nx = sum(y)"},
		{"from numpy import sum\nx = sum(y)", "sum = np.sum\nx = sum(y)"},
		{"import numpy as np\nx = np.sum(y) + y.sum()", "pass\nx = np.sum(y) + y.sum()"},
		{"from params import *", "from params import *"},
		{"from own import *", `__module__("own"); a = __module__("own").a; b = __module__("own").b`},
		{"from own.part import x, y as z\nimport own as o, own.part, numpy as np", `x = __module__("own.part").x; z = __module__("own.part").y` + "\n" + `o = __module__("own"); own = __module__("own"); __module__("own.part")`},
		{"from . import x\nfrom ..up import y", `x = __module__(".").x` + "\n" + `y = __module__("..up").y`},
		{"from numpy import random as rnd\nimport math", "rnd = np.random\npass"},
		{"from brian2.units.constants import faraday_constant as F, gas_constant", "F = __constants__.faraday_constant; gas_constant = __constants__.gas_constant"},
		{"x = 'a**b' # c**d\n\"\"\"e**f\n'\"\"\"", "x = 'a**b' # c**d\n\"\"\"e**f\n'\"\"\""},
		{"x = 'no end**2\ny = a**2", "x = 'no end**2\ny = a**2"},
		{"x = u'a' + R'b'", "x = 'a' + r'b'"},
		{"x = ]**2 + (a", "x = ]**2 + (a"},
	} {
		if got := Rewrite(c[0], files).Code; spaceless(got) != spaceless(c[1]) {
			t.Errorf("%q\nbecomes %q,\nwant    %q", c[0], got, c[1])
		}
	}
}

func spaceless(s string) string { return strings.ReplaceAll(s, " ", "") }

// TestOrigin: what stays of the source is where it was.
func TestOrigin(t *testing.T) {
	src := "α = b**2 + undefined\nx = f'{bad} text' % (\n\tworse)\n"
	r := Rewrite(src, nil)
	for _, word := range []string{"undefined", "bad", "worse"} {
		at := strings.Index(r.Code, word)
		if got := r.Origin(at); got != strings.Index(src, word) {
			t.Errorf("%s stood at %d, is said to have stood at %d", word, strings.Index(src, word), got)
		}
	}
	if line, col := r.Position(1, int32(len([]rune(r.Code[:strings.Index(r.Code, "undefined")])))+1); line != 1 || col != 12 {
		t.Errorf("line %d, column %d", line, col)
	}
}

// FuzzRewrite: no text is too strange, and the origins of what is rewritten lie within it.
func FuzzRewrite(f *testing.F) {
	for _, s := range []string{"f'{a[\"b\"]!r:>{w}}'", "a[:,::,b**", "(((]]", "@\n@x", "import a as", "x = = y", "'%' % '%", "f\"{a}{\"", "a.b.**c", "assert (a,", "raise X(", "\\\n", "f'{\\'", "lambda: a = b", "class A(Behavior):\n x = a**b; y = (\n\nclass B(A):\nz", "a < (b < c < d @ e)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := Rewrite(s, nil)
		for k := range len(r.Code) + 1 {
			if o := r.Origin(k); o < 0 || o > len(s) {
				t.Fatalf("byte %d of %q comes from %d", k, r.Code, o)
			}
		}
		r.Position(3, 7)
	})
}
