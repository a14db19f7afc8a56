package script

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScience: operator, pathlib, multiprocessing, scipy and arrays with and without units. What follows each line is what Python 3.11 with
// Brian2 2.5.1 and scipy 1.10 prints for it, in the notation for arrays here.
func TestScience(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"import operator as op\nprint([op.add(1, 2), op.truediv(1, 2), op.itemgetter(1)([3, 4]), op.itemgetter('a', 'b')({'a': 1, 'b': 2}), op.neg(3), op.lt(1, 2)])", "[3, 0.5, 4, (1, 2), -3, True]"},
		{"from functools import reduce\nimport operator\nprint(reduce(operator.mul, [2*mV, 3]), reduce(operator.add, [[1], [2]]))", "6 mV [1, 2]"},
		{"from scipy.stats import linregress\nr = linregress([1, 2, 3, 5], [1, 3, 2, 6])\ns, _, _, _, _ = r\nprint(' '.join(['%.10g' % x for x in r]), '%.10g' % r.slope, s == r.slope)",
			"1.142857143 -0.1428571429 0.9035079029 0.09649209709 0.383325939 1.142857143 True"},
		{"import scipy.stats\nprint(' '.join(['%.10g' % x for x in scipy.stats.linregress([1, 2], [3, 7])]))", "4 -1 1 0 0"},
		{"from scipy import stats\nprint(' '.join(['%.10g' % x for x in stats.norm.pdf([0, 1, 2], loc=1, scale=2)]), '%.10g %.10g %.10g' % (stats.norm.cdf(-3), stats.norm.ppf(0.975), stats.norm.sf(9)))",
			"0.1760326634 0.1994711402 0.1760326634 0.001349898032 1.959963985 1.128588406e-19"},
		{"from scipy import optimize\nprint('%.9f' % optimize.fsolve(lambda x: np.cos(x) - x, 0.5), optimize.fsolve(lambda v: [v[0]**2 + v[1] - 3, v[0] - v[1] + 1], [1., 1.]).round(9), optimize.fsolve(lambda x, a: np.exp(x) - a, 0, args=(5,)).round(9))",
			"0.739085133 [1, 2] [1.609437912]"},
		{"from pathlib import Path\np = Path('data')/'run'/'w.tar.gz'\nprint(p, p.name, p.suffix, p.stem, p.parent, Path('a/b').with_suffix('.npy'), (Path('.')/'x').exists(), Path('/a')/'/b', Path('a', 'b') == Path('a/b'), p.parent.parent.joinpath('q'))",
			"data/run/w.tar.gz w.tar.gz .gz w.tar data/run a/b.npy False /b True data/q"},
		{"print(int_(array([1.7, -2.3])), int_(2.7), (array([1.5, 2.5])*Hz).astype(int), array([1500.7, 2.5]*mV, dtype=int), np.zeros(3)[int_([0.5])])", "[1, -2] 2 [1, 2] * hertz [1, 0] [0]"},
		{"print(arange(0, 3*ms, 1*ms), vstack(([1, 2]*mV, zeros(2))), hstack((zeros(1), [1]*mV)), linspace(0, 1*mV, 3))", "[0, 0.001, 0.002] * second [[0.001, 0.002], [0, 0]] * volt [0, 0.001] * volt [0, 0.0005, 0.001] * volt"},
		{"x = np.zeros(3)\nx[0] = 2*mV\nx[1:] = [1, 2]*mV\nv = [1, 2]*mV\nv[0] = 0\nprint(x, v)", "[0.002, 0.001, 0.002] [0, 0.002] * volt"},
		{"import multiprocessing\nfrom multiprocessing import Pool\ndef f(x, y=1): return 10*x + y\nwith multiprocessing.Pool(4) as p:\n    print(p.map(f, range(3)), p.starmap(f, [(1, 2), (3, 4)]), p.apply_async(f, (5,), {'y': 7}).get(), list(p.imap(f, [1])))", "[1, 11, 21] [12, 34] 57 [11]"},
		{"from joblib import Parallel, delayed\ndef f(x, y=1): return 10*x + y\nprint(Parallel(n_jobs=4)(delayed(f)(x, y=2) for x in range(3)), Parallel(n_jobs=2)(map(delayed(f), [1, 2])))", "[2, 12, 22] [11, 21]"},
		{"import numpy as np\nfrom brian2 import mV\na = np.array([[1, 2], [3, 4]])\nprint(sum(a), sum([a, a])[1], sum([1*mV, 2*mV]), sum(x > 1 for x in [1, 2, 3]), sum([[1], [2]], []), sum([0.1]*3), sum([True, True]), sum([]), sum(a[0] > 1), np.sum(a))",
			"[4, 6] [6, 8] 3 mV 2 [1, 2] 0.30000000000000004 2 0 1 10"},
		{"from brian2 import *\nprint(sum(array([[1, 2], [3, 4]])))", "10"},
		{"def f(): pass\nfor d in [float32, np.int64]: print(d.__name__)\nclass A:\n    pass\nprint(f.__name__, A.__name__, (lambda x: x).__name__ == '<lambda>', len.__name__)", "float32\nint64\nf A True len"},
		{"a = np.nan\nprint(a > 1, a < 1, a == a, a != a, 1 <= a, a*mV > 1*mV, 1 if a > 0 else 2, [x for x in [1, a] if x > 0], 0 < a < 1)", "False False False True False False 2 [1] False"},
		{"print(get_device().__class__.__name__, magic_network.t, magic_network.objects)", "RuntimeDevice 0 s []"},
	} {
		out, _, err := runText(t, c.text+"\n", Options{})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if strings.TrimSuffix(out, "\n") != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.text, out, c.want)
		}
	}
	for text, want := range map[string]string{
		"int_(3*mV)":                                          "divide by a unit first",
		"v = [1, 2]*mV\nv[0] = 1":                             "cannot store a number without unit in an array of volt",
		"vstack(([1, 2]*mV, [1, 2]))":                         "arrays of different units: volt and a number without unit",
		"arange(1, 3*ms, 1*ms)":                               "the units differ: a number without unit and second",
		"device.run(run_args={})":                             "there is no device.run()",
		"get_device().run()":                                  "there is no device.run()",
		"magic_network.wrong":                                 `magic_network has no attribute "wrong"`,
		"from scipy.stats import norm\nnorm.pdf(1*mV, loc=1)": "loc a number without unit",
		"from scipy.stats import linregress\nlinregress([1, 1], [1, 2])":   "all values of x are 1",
		"from scipy.stats import truncnorm\ntruncnorm.rvs(1, 1)":           "nothing lies between 1 and 1",
		"from scipy.optimize import fsolve\nfsolve(lambda x: x**2 + 1, 3)": "fsolve: ",
		"from scipy.optimize import fsolve\nfsolve(lambda x: [1, 2], 3)":   "gives 2 values for 1 unknowns",
		"from multiprocessing import Pool\nPool().starmap(len, [1])":       "expected lists of arguments",
		"from joblib import Parallel\nParallel()([1])":                     "expected calls that are delayed",
		"import operator\noperator.itemgetter(3)([1])":                     "index 3 is outside of 0 to 0",
		"from pathlib import Path\nPath(3)":                                "expected texts",
		"from pathlib import Path\nnp.save(Path('/tmp')/'x.npy', [1])":     "outside the output folder",
	} {
		if _, _, err := runText(t, text+"\n", Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestPaths: a Path names files that scripts read and write.
func TestPaths(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out, _, err := runText(t, "from pathlib import Path\nd = Path('results')\nd.mkdir(parents=True, exist_ok=True)\nnp.save(d/'w.npy', [1, 2])\nprint(np.loadtxt(Path('a.csv')), Path('a.csv').is_file(), Path('a.csv').is_dir())\n",
		Options{Data: []string{dir}, Out: dir})
	if err != nil || out != "[[1, 2]] True False\n" {
		t.Errorf("printed %q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "results", "w.npy")); err != nil {
		t.Error(err)
	}
}

// TestTruncatedNormal: numbers stay within the bounds, also far from the middle, and have the mean that the density gives.
func TestTruncatedNormal(t *testing.T) {
	out, _, err := runText(t, `from scipy.stats import truncnorm
seed(3)
lo, hi = np.full(20000, -1.0), np.full(20000, 0.5)
x = truncnorm.rvs(lo, hi, loc=2*mV, scale=4*mV)
far = truncnorm.rvs(8, np.inf, size=1000)
# the mean of truncnorm(-1, 0.5) is -0.20663, of truncnorm(8, inf) 8.12137: scipy's truncnorm.mean
print(x.shape, x.min() >= -2*mV, x.max() <= 4*mV, abs(x.mean() - (2 - 4*0.20663)*mV) < 0.04*mV, far.min() >= 8, abs(far.mean() - 8.12137) < 0.02, truncnorm.rvs(0, 1) < 1)
`, Options{})
	if err != nil || out != "(20000,) True True True True True True\n" {
		t.Errorf("printed %q, %v", out, err)
	}
}
