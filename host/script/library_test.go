package script

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/record"
)

// TestLibrary: lines of Python's own modules, operators and methods, and what Python 3.11 with numpy 1.24 printed for them, in the notation for arrays here.
func TestLibrary(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"import math\nprint(math.floor(2.7), math.ceil(-0.5), math.factorial(20), math.log(8, 2), math.hypot(3, 4), math.gcd(12, 18), math.comb(5, 2), math.isclose(1, 1 + 1e-12), math.isclose(1, 1.001))", "2 0 2432902008176640000 3.0 5.0 6 10 True False"},
		{"from math import erf, exp\nfrom scipy.special import expit\nprint('%.15f %.15f' % (erf(0.5), expit(-1)), exp(0))", "0.520499877813047 0.268941421369995 1.0"},
		{"import itertools as it\nprint(list(it.product([0, 1], repeat=2)), list(it.combinations(range(3), 2)), list(it.permutations([1, 2])), list(it.chain([1], (2,))), list(it.accumulate([1, 2, 3])), list(it.islice(range(9), 1, 6, 2)), list(it.zip_longest([1], [2, 3])))",
			"[(0, 0), (0, 1), (1, 0), (1, 1)] [(0, 1), (0, 2), (1, 2)] [(1, 2), (2, 1)] [1, 2] [1, 3, 6] [1, 3, 5] [(1, 2), (None, 3)]"},
		{"from collections import defaultdict, Counter, namedtuple, OrderedDict\nd = defaultdict(list)\nd['a'].append(1)\nd['b'] += [2]\nP = namedtuple('P', ['x', 'y'])\nprint(dict(d.items()), len(d), d.get('z'), Counter('hello').most_common(1), Counter([1, 1])[7], P(1, y=2).y, list(OrderedDict(a=1)))",
			`{"a": [1], "b": [2]} 2 None [("l", 2)] 0 2 ["a"]`},
		{"from functools import partial, reduce\nprint(reduce(lambda a, b: a*b, [1, 2, 3, 4]), partial(lambda a, b=1: a - b, 5, b=3)(), partial(pow, 2)(5))", "24 2 32"},
		{"import copy\na = [1, [2]]\nb, c = copy.copy(a), copy.deepcopy(a)\na[1].append(3)\nprint(b, c)", "[1, [2, 3]] [1, [2]]"},
		{"import os.path, sys\nprint(os.path.join('a', 'b.txt'), os.path.exists('nothing'), os.path.splitext('a/b.tar.gz'), os.path.basename('a/b'), len(sys.argv))\nsys.stdout.write('x')\nsys.stdout.flush()", "a/b.txt False (\"a/b.tar\", \".gz\") b 1\nx"},
		{"import time\nt = time.time()\nprint(0 <= time.time() - t, time.perf_counter() > 0)", "True True"},
		{"x = [3, 1, 2]\nx.sort(reverse=True)\ny = x.copy()\ny.reverse()\nprint(x, y, [1, 1, 2].count(1), 'ab'.ljust(4) + '|' + 'ab'.rjust(4) + '|' + 'ab'.center(6, '-'), '-7'.zfill(4), {'a': 1}.copy(), 'banana'.count('an'))", `[3, 2, 1] [1, 2, 3] 2 ab  |  ab|--ab-- -007 {"a": 1} 2`},
		{"A = np.array([[1, 2], [3, 4]])\nprint(A @ [1, 1] + 1, 2*A @ A, A @ A.T / 5)", "[4, 8] [[14, 20], [30, 44]] [[1, 2.2], [2.2, 5]]"},
		{"s = {2, 1, 2}\nprint(len(s), 1 in s, isinstance(1, int), isinstance(1.0, (int, str)), isinstance('a', str), divmod(7, 2), callable(len))", "2 True True False True (3, 1) True"},
		{"for k in range(4):\n    with np.errstate(divide='ignore'):\n        if k == 1: continue\n        if k == 3: break\n    print(k)", "0\n2"},
		{"def f():\n    with np.errstate(all='ignore') as old:\n        return 5\nprint(f())", "5"},
		{"z = np.exp(1j*np.array([0, pi/2, pi]))\nprint(np.round(np.abs(z.mean()), 12), np.round(np.angle(z), 6), (1 + 2j)*(1 - 2j), (2j)**2, np.angle(1j, deg=True), abs(3 + 4j), z[1:].imag[0], (1j*mV).imag)", "0.333333333333 [0, 1.570796, 3.141593] (5+0j) (-4+0j) 90.0 5.0 1.0 1 mV"},
		{"x = np.fft.rfft([1., 2., 3., 4.])\nprint(np.round(np.abs(x)**2, 9), np.fft.rfftfreq(4, 0.5), np.round(np.fft.ifft(np.fft.fft([1, 2, 3])).real, 12), np.round(np.fft.irfft(x), 12), np.fft.fftfreq(5, 1*ms), np.fft.fftshift(np.fft.fftfreq(4)))",
			"[100, 8, 4] [0, 0.5, 1] [1, 2, 3] [1, 2, 3, 4] [0, 200, 400, -400, -200] * hertz [-0.5, -0.25, 0, 0.25]"},
		{"print(np.corrcoef([1, 2, 3], [1, 2, 4]).round(12), np.cov([1, 2, 3]), np.polyfit([0, 1, 2], [1, 3, 5], 1).round(9), np.polyval([2, 1], [0, 3]), np.trapz([1, 2, 4]), np.trapz([1, 3]*mV, [0, 2]*ms), np.gradient([1, 2, 4, 7]), np.gradient([1, 4, 9], [1, 2, 3]))",
			"[[1, 0.981980506062], [0.981980506062, 1]] 1.0 [2, 1] [1, 7] 4.5 4 uWb [1, 1.5, 2.5, 3] [3, 4, 5]"},
		{"print(np.nanmax([1, nan, 3]), np.nanstd([1, nan, 3]), np.nanmin([nan]), np.nansum([nan]), np.ptp([1, 5]), np.digitize([0.5, 1, 2.5], [1, 2]), np.isclose([1, 2], [1 + 1e-9, 3]))", "3.0 1.0 nan 0.0 4 [0, 1, 2] [True, False]"},
		{"a = np.arange(6).reshape(2, 3)\nprint(a[:, None].shape, a[None].shape, (a[:, :, np.newaxis] * a[0]).shape, np.squeeze(a[:, None]).shape, np.expand_dims(a, -1).shape, np.atleast_2d([1]).shape, np.column_stack([[1, 2], [3, 4]]), np.tile([1, 2], (2, 2)), np.tile(a, 2).shape)",
			"(2, 1, 3) (1, 2, 3) (2, 3, 3) (2, 3) (2, 3, 1) (1, 1) [[1, 3], [2, 4]] [[1, 2, 1, 2], [1, 2, 1, 2]] (2, 6)"},
		{"print(np.flip([1, 2, 3]), np.fliplr([[1, 2], [3, 4]]), np.roll([1, 2, 3, 4], 1), np.roll([[1, 2], [3, 4]], 1, axis=1), np.diag([1, 2], 1), np.diag([[1, 2], [3, 4]]), np.trace([[1, 2], [3, 4]]), np.delete([1, 2, 3], 1), np.split(np.arange(4), 2), np.array_split(np.arange(3), 2), np.triu_indices(2, 1))",
			"[3, 2, 1] [[2, 1], [4, 3]] [4, 1, 2, 3] [[2, 1], [4, 3]] [[0, 1, 0], [0, 0, 2], [0, 0, 0]] [1, 4] 5 [1, 3] [[0, 1], [2, 3]] [[0, 1], [2]] ([0], [1])"},
		{"print(np.isin([1, 2, 3], [2]), np.setdiff1d([3, 1, 2, 1], [2]), np.union1d([2], [1, 2]), np.intersect1d([1, 2], [2, 3]), np.flatnonzero([0, 1, 1]), np.count_nonzero([0, 1]), np.searchsorted([1, 2, 2, 3], [2, 4]), np.searchsorted([1, 2, 2], 2, side='right'), np.average([1, 3], weights=[3, 1]), np.logspace(0, 2, 3), np.geomspace(1, 100, 3))",
			"[False, True, False] [1, 3] [1, 2] [2] [1, 2] 1 [1, 4] 3 1.5 [1, 10, 100] [1, 10, 100]"},
		{"print(np.multiply([1, 2], 3*mV), np.add([1], [2]), np.square(2*mV), np.heaviside([-1, 0, 1], 0.5), np.copy([1, 2]), np.cumprod([1, 2, 3]), np.vectorize(lambda x: x + 1)([1, 2]), np.fix(-1.5), np.exp2(3))", "[0.003, 0.006] * volt [3] 4e-06 volt**2 [0, 0.5, 1] [1, 2] [1, 2, 6] [2, 3] -1.0 8.0"},
		{"e = np.arange(0.1, 0.3 + 0.00125, 0.0025)\nprint('%.17g %.17g' % (e[41], e[63]), np.histogram([2575*0.0001], e)[0].nonzero()[0], '%.17g' % np.histogram([0.1, 0.9], 5)[1][3])", "0.2025000000000001 0.25750000000000017 [62] 0.57999999999999996"},
		{"def f(a: float, b: int = 2, *c, d: dict = {'k': [1]}) -> float:\n    return a + b\nx: int = 3\nprint(f(x))", "5"},
		{"a = np.zeros((2, 2))\nnp.fill_diagonal(a, 3)\nprint(a, len(globals()['a']), 'zzz' in globals())", "[[3, 0], [0, 3]] 2 False"},
		{"import networkx as nx\ng = nx.erdos_renyi_graph(20, 1.0)\nprint(g.number_of_edges())", "190"},
		{"import sys\nprint('before')\nif True:\n    sys.exit()\nprint('after')", "before"},
	} {
		out, _, err := runText(t, c.text+"\n", Options{})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if strings.TrimSuffix(out, "\n") != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.text, out, c.want+"\n")
		}
	}
}

// TestLibraryErrors: what is wrong with calls of Python's modules.
func TestLibraryErrors(t *testing.T) {
	for text, want := range map[string]string{
		"import random\nrandom.sample([1], 2)":                "2 different ones out of 1",
		"import sys\nsys.exit('no file')":                     "exit(no file)",
		"np.random.choice([1, 2], p=[0.1, 0.1])":              "expected 2 with the sum 1",
		"np.random.choice(3, 4, replace=False)":               "4 different ones out of 3",
		"[1].ljust(3)":                                        "list has no .ljust",
		"from scipy import signal\nsignal.welch":              "scipy has no attribute \"signal\"",
		"open('x.txt')":                                       "not of text",
		"open('../x.txt', 'w')":                               "outside the output folder",
		"np.savez('/x.npz', a=[1])":                           "outside the output folder",
		"x = np.arange(6).reshape(2, 3)[None, [True, False]]": "a new axis, None, stands among",
		"1j > 2":               "complex",
		"np.fft.fft([[1, 2]])": "takes a list",
	} {
		_, _, err := runText(t, text+"\n", Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant %q", text, err, want)
		}
	}
}

// TestLibraryRandom: numbers of Python's random and of numpy have their distributions, and a seed repeats them.
func TestLibraryRandom(t *testing.T) {
	out, _, err := runText(t, `import random
random.seed(3)
a = [random.random() for _ in range(3)] + [random.randint(1, 6) for _ in range(3)]
random.seed(3)
print(a == [random.random() for _ in range(3)] + [random.randint(1, 6) for _ in range(3)], sorted(random.sample(range(5), 5)))
k = [random.randint(1, 3) for _ in range(200)]
print(min(k), max(k), random.choice([7]), len(random.choices([1, 2], k=5)))
x = [1, 2, 3, 4, 5, 6, 7, 8]
random.shuffle(x)
y = np.arange(8)
np.random.shuffle(y)
print(sorted(x), x == sorted(x), np.sort(y), np.array_equal(y, np.arange(8)))
p, b = np.random.poisson(4.0, 20000), np.random.binomial(10, 0.3, 20000)
print(abs(p.mean() - 4) < 0.1, abs(p.var() - 4) < 0.2, abs(b.mean() - 3) < 0.1, b.max() <= 10, b.shape)
c = np.random.choice([10, 20, 30], size=20000, p=[0.5, 0, 0.5])
print(np.unique(c), abs((c == 10).mean() - 0.5) < 0.02, len(np.unique(np.random.choice(100, 50, replace=False))))
`, Options{})
	want := `True [0, 1, 2, 3, 4]
1 3 7 5
[1, 2, 3, 4, 5, 6, 7, 8] False [0, 1, 2, 3, 4, 5, 6, 7] False
True True True True (20000,)
[10, 30] True 50
`
	if err != nil || out != want {
		t.Errorf("got %s, %v\nwant %s", out, err, want)
	}
}

// TestSaving: what scripts write themselves lies under the output folder, whole; without one a warning says that nothing is written.
func TestSaving(t *testing.T) {
	text := `
np.savez('sub/a', [1, 2], v=np.array([1, 2])*mV, n=np.arange(3) > 1)
np.save('b.npy', np.eye(2))
np.savetxt('c.txt', np.arange(6).reshape(2, 3), fmt='%d', delimiter=',', header='x,y,z')
np.savetxt('d.txt', [0.1, 2])
with open('e.txt', 'w') as f:
    f.write('a = %g\n' % 3)
g = open('g.txt', 'w')
g.writelines(['1\n', '2\n'])
`
	out := t.TempDir()
	if _, _, err := runText(t, text, Options{Out: out}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"c.txt": "# x,y,z\n0,1,2\n3,4,5\n", "d.txt": "1.000000000000000056e-01\n2.000000000000000000e+00\n", "e.txt": "a = 3\n", "g.txt": "1\n2\n"} {
		got, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	v, err := record.ReadFile(filepath.Join(out, "sub", "a.npz"))
	if err != nil {
		t.Fatal(err)
	}
	arrays := v.(map[string]*record.Array)
	if a := arrays["arr_0"]; a == nil || a.Type() != record.Int64 {
		t.Errorf("arr_0: %v", a)
	}
	if a := arrays["v"]; a == nil || a.Float64s()[1] != 0.002 {
		t.Errorf("v: %v", a)
	}
	if a := arrays["n"]; a == nil || a.Type() != record.Bool {
		t.Errorf("n: %v", a)
	}
	if v, err = record.ReadFile(filepath.Join(out, "b.npy")); err != nil || v.(*record.Array).Len() != 4 {
		t.Errorf("b.npy: %v, %v", v, err)
	}

	var warned []string
	if _, _, err := runText(t, text, Options{Warn: func(l diag.List) {
		for _, d := range l {
			warned = append(warned, d.Message)
		}
	}}); err != nil || len(warned) != 6 || warned[0] != `"sub/a.npz" is not written` {
		t.Errorf("without a folder: %q, %v", warned, err)
	}
}
