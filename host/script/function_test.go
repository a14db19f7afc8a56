package script

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/sim"
)

// TestFunctionForms: what a function gives in equations is what it gives when the script calls it with each value.
func TestFunctionForms(t *testing.T) {
	for name, def := range map[string]string{
		"arithmetic": "def f(x, k):\n    return -x*2 + k**2/3 - (x % 2)//1 + (+k)",
		"if": `def f(x, k):
    if x > 1:
        return 2*x
    elif x < -1 and not k == 2:
        y = x - 1
    else:
        y = k
    y += 0.5
    return y`,
		"nested ifs": `def f(x, k):
    a, b = 0, 1.0
    if x > 0:
        a = x
        if k > 1:
            b = 2
        else:
            (a, b) = (b, a)
    if a > b: return a
    return b - a`,
		"chains":        "def f(x, k):\n    return 1.5 if -0.5 < x <= 1 or (x > 2 and k != 1) else x*k",
		"loops":         "def f(x, k):\n    y = 0\n    for n in range(1, 5):\n        if n == 3: continue\n        y = y*x + n\n    n = 0\n    while n < 3:\n        n += 1\n        y -= k\n    return y",
		"break":         "def f(x, k):\n    y = x\n    for n in range(6):\n        if y > 3:\n            break\n        y = y + abs(x) + 0.3\n    else_ = y\n    return else_ + k",
		"return inside": "def f(x, k):\n    for n in range(5):\n        if n*0.7 - 1 > x:\n            return n + k\n    return -1.0",
		"lists":         "coefficients = [1, -0.5, 0.25]\ndef f(x, k):\n    powers = [x**n for n, c in enumerate(coefficients) if c != 1]\n    p = [x, k, 3]\n    return sum([c*x**n for n, c in enumerate(coefficients)]) + powers[1] + max(p) - min(x, k, 1) + p[-1]",
		"elements":      "def f(x, k):\n    p = [x, 2*mV, 3]\n    y = x if p[1] > 0 and p[1] != 0*mV and p[-1] >= 3 else k\n    return y + p[2]**2 - p[1]**2/mV**2",
		"own names":     "def f(x, k):\n    h = lambda u, v=k: u*v\n    return sum([x*0.5 for x in (1, 2)]) + x + sum([x for x in [k, 1]]) + (lambda x: 2*x)(3) + x + h(2)",
		"functions":     "def g(x, y=3, *rest, scale=1):\n    return (x + y + sum(list(rest)))*scale\ndef f(x, k):\n    h = lambda u: u*x + k\n    def inner(u, v=2):\n        return u*v + k\n    return g(x) + g(x, k) + g(x, k, 1, 2, scale=2) + g(*[x, 1]) + h(2) + inner(x) + inner(v=x, u=1)",
		"recursion":     "def power(x, n):\n    return 1 if n == 0 else x*power(x, n - 1)\ndef f(x, k):\n    return power(x, 4) - k",
		"two results":   "def both(x):\n    if x > 0:\n        return x, 1\n    return -x, 2\ndef f(x, k):\n    a, b = both(x)\n    return a*10 + b + k",
		"dictionaries":  "p = {'a': 2, 'b': [1, 2]}\nnames = ['a']\ndef f(x, k):\n    q = {'x': x}\n    return q['x']*p[names[0]] + p['b'][1]*k",
		"numpy":         "def f(x, k):\n    return np.where(x > 0, np.exp(-x), np.cos(k)) + np.clip(x, -1, 1) + np.maximum(x, k) - np.minimum(x, 0.5) + np.abs(x) + np.sign(x) + np.floor(x) + np.sqrt(x**2) + exprel(x) + np.square(x) + np.hypot(x, k)",
		"more of numpy": "def f(x, k):\n    return np.heaviside(x, 0.5) + np.logical_and(x > 0, k > 1) + np.power(2, x) + np.log1p(abs(x)) + np.arctan(x) + np.add(x, k) + np.expm1(x) + np.log2(abs(x) + 1) + x.clip(-1, 0.5) + np.exp2(x) + np.clip(x, None, 1)",
		"masks":         "def f(x, k):\n    y = np.zeros_like(x)\n    y[(x > 0) & (k > 1)] = 2\n    y[~(x > 0) | (k == 0)] += x[~(x > 0) | (k == 0)]*k\n    return y*1.0",
		"truth values":  "def f(x, k):\n    return (x > 0)*x + int(k == 1) + np.logical_not(x > 1)*1 + (x > 0)*(k > 0)",
		"documented":    "def f(x, k):\n    '''What it is.'''\n    pass\n    y: float = x*k\n    return y",
		"global":        "total = 2.0\ndef change():\n    global total\n    total = 3.0\nchange()\ndef f(x, k):\n    return x*total + k",
		"made":          "def make(a):\n    def made(x, k):\n        return a*x + k\n    return made\nf = make(2.5)",
		"lambda":        "f = lambda x, k: x/(abs(k) + 1)",
		"units":         "def f(x, k):\n    v = x*mV\n    w = max(v, 0*mV)\n    if v > 0:\n        w += v\n    return w/mV + k",
		"many uses":     "def f(x, k):\n    x = abs(x)/10\n    for n in range(40):\n        x = 0.9*x*(1 - x) + x/10\n    return x + k",
		"assertion":     "n = 3\ndef f(x, k):\n    assert n > 2\n    if n < 0:\n        raise ValueError('negative')\n    return x + k if n else k",
	} {
		kind := "number"
		if slices.Contains([]string{"numpy", "more of numpy", "masks", "truth values"}, name) {
			kind = "array" // of one element
		}
		t.Run(name, func(t *testing.T) {
			got := printed(t, "forms.star", "import numpy as np\n"+def+`
values = [-2.5, -1.0, -0.25, 0.0, 0.75, 1.0, 2.0, 3.5]
G = NeuronGroup(24, "x : 1\nk : integer\ny : 1\nz = f(x, k) : 1")
G.x = values*3
G.k = [n // 8 for n in range(24)]
G.y = "f(x, k)"
M = StateMonitor(G, "z", record=True)
run(0.1*ms)
for at in range(24):
    want = float(f(np.array([G.x[at]])[0] if "`+kind+`" == "number" else np.array([G.x[at]]), int(G.k[at])))
    for have in [G.y[at], M.z[at, 0]]:
        if not abs(have - want) <= 1e-12*max(1, abs(want)):
            print("f(%g, %g) is %.15g, and %.15g in equations" % (G.x[at], G.k[at], want, have))
`)
			if got != "" {
				t.Error(got)
			}
		})
	}
}

// TestFunctionErrors: what a function cannot do in equations is said where it stands, with what to write instead.
func TestFunctionErrors(t *testing.T) {
	for name, c := range map[string]struct{ def, call, want, hint string }{
		"print":        {"def f(x):\n    print(x)\n    return x", "f(w)", "2:5: error: a function in equations cannot print", "StateMonitor"},
		"while":        {"def f(x):\n    while x > 0:\n        x = x - 1\n    return x", "f(w)", "2:11: error: how long this loop runs depends on the arguments", "where("},
		"range":        {"def f(x):\n    for k in range(int(x)):\n        x += 1\n    return x", "f(w)", "2:14: error: how long range(int(x)) is depends", "a number of times that is known"},
		"index":        {"table = [1, 2, 3]\ndef f(x):\n    return table[int(x)]", "f(w)", "3:12: error: which element table[int(x)] is depends", "TimedArray"},
		"rand":         {"def f(x):\n    return x*rand()", "f(w)", "2:14: error: rand() draws a random number", "an argument more"},
		"numpy.random": {"import numpy as np\ndef f(x):\n    return x + np.random.normal(0, 1)", "f(w)", "3:16: error: np.random.normal(0, 1) draws", "an argument more"},
		"RandomState":  {"import numpy as np\nr = np.random.RandomState(3)\ndef f(x):\n    return x + r.rand()", "f(w)", "4:16: error: r.rand() draws", "an argument more"},
		"recursion":    {"def f(x):\n    return f(x - 1) if x > 0 else 0", "f(w)", "2:12: error: f calls itself again and again", "known number of steps"},
		"arguments":    {"def f(x):\n    return x", "f(w, 2)", "5:5: error: f takes 1 argument, not 2", "write f(x)"},
		"defaults":     {"def f(x, y=1):\n    return x", "f()", "5:5: error: f takes 1 to 2 arguments, not 0", "write f(x, y)"},
		"unit": {"@check_units(x=volt, result=1)\ndef f(x):\n    return x/mV", "f(w)", `6:7: error: the argument "x" of f must be in volt, but "w" is a number`,
			"1:2: declared here"},
		"result":      {"@check_units(x=1, result=volt)\ndef f(x):\n    return x + 1", "f(w)/mV", `3:12: error: the result of f must be in volt, but "x + 1" is a number`, "6:5: called here"},
		"boolean":     {"@check_units(x=1, result=bool)\ndef f(x):\n    return x + 1", "int(f(w))", "3:12: error: the result of f must be true or false", "declared here"},
		"same unit":   {"@check_units(x=1, y='x', result=1)\ndef f(x, y):\n    return x", "f(w, v)", `6:10: error: the argument "y" of f must be without unit like w, but "v" is in volt`, "declared here"},
		"unit within": {"def f(x):\n    y = 2*x\n    return exp(y)", "f(v)", `3:16: error: exp needs a number without unit, but "y" is in volt`, "called here"},
		"unit deeper": {"@check_units(y=volt, result=1)\ndef g(y):\n    return y/mV\ndef f(x):\n    return g(x*2)", "f(w)", `5:14: error: the argument "y" of g must be in volt, but "x*2" is a number`, "called here"},
		"no unit":     {"@implementation('numpy', discard_units=True)\ndef f(x):\n    return x", "f(w)", `6:5: error: the unit of the argument "x" is not known`, "@check_units"},
		"sum":         {"def f(x):\n    return np.sum(x)", "f(w)", "2:12: error: np.sum(x) looks at all elements", "(summed)"},
		"mean":        {"def f(x):\n    return x - x.mean()", "f(w)", "2:16: error: x.mean() looks at all elements", "(summed)"},
		"len":         {"def f(x):\n    return len(x)", "f(w)", "2:12: error: len(x) has no meaning in equations", "number of elements"},
		"shape":       {"def f(x):\n    return x.shape[0]", "f(w)", "2:12: error: in equations x has no .shape", "the value itself"},
		"np.max":      {"def f(x):\n    return np.max(x, 0)", "f(w)", "2:12: error: np.max(x, 0) looks at all elements", "maximum(a, b)"},
		"append":      {"log = []\ndef f(x):\n    log.append(x)\n    return x", "f(w)", "3:5: error: a function in equations can only compute", "where(condition"},
		"global":      {"n = 0\ndef f(x):\n    global n\n    n = 1\n    return x", "f(w)", "3:5: error: a function in equations cannot change variables of the script", "from the arguments"},
		"element":     {"a = [1, 2]\ndef f(x):\n    a[0] = x\n    return x", "f(w)", "3:5: error: a function in equations cannot change a[0]", "return it"},
		"raise":       {"def f(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x", "f(w)", "3:9: error: whether this error occurs depends on the arguments", "NaN"},
		"stub":        {"@implementation('cpp', 'double f(double x) { return x; }')\n@check_units(x=1, result=1)\ndef f(x):\n    raise NotImplementedError", "f(w)", "3:5: error: the function f computes nothing", "implementation in cpp"},
		"no return":   {"def f(x):\n    y = x", "f(w)", "1:5: error: the function f returns nothing", "return"},
		"half":        {"def f(x):\n    if x > 0:\n        return x", "f(w)", "2:5: error: the function f returns a value in one case and none in the other", "in every case"},
		"half set":    {"def f(x):\n    if x > 0:\n        y = x\n    return y", "f(w)", `4:12: error: "y" has a value only where x > 0 holds`, "in the other case"},
		"array":       {"a = np.array([1., 2., 3.])\ndef f(x):\n    return a*x", "f(w)", "3:12: error: an array of 3 numbers in an equation", "parameter of the group"},
		"tuple":       {"def f(x):\n    return x, x", "f(w)", "2:12: error: a tuple of values, where one number can stand", "return one number"},
		"text":        {"def f(x):\n    return 'a'", "f(w)", "2:12: error: a string, where a number can stand", "numbers and quantities"},
		"truth":       {"def f(x):\n    if x:\n        return 1\n    return 0", "f(w)", `2:8: error: the condition must be true or false, but "x" is a number`, "x > 0"},
		"call":        {"import math\ndef f(x):\n    return math.erf(x)", "f(w)", "3:12: error: equations do not have math.erf(...)", "tanh"},
		"other units": {"def f(x):\n    a = 1*mV + 1*ms\n    return x", "f(w)", "2:9: error: sum of values with different units", "called here"},
		"no call":     {"def f(x):\n    return x", "f*w", `5:5: error: "f" is a function and needs arguments`, "write f(...)"},
		"no name":     {"@check_units(y=volt, result=1)\ndef f(x):\n    return x", "f(w)", `1:1: error: check_units: f has no argument "y"`, "its arguments are x"},
		"so long":     {"def f(x):\n    for k in range(1000000000):\n        x = x*(1-x)\n    return x", "f(w)", "3:18: error: a call becomes an expression of more than", "variables of the group"},
		"too long":    {"def f(x):\n    for k in range(30000):\n        x = x*(1-x)\n    return x", "f(w)", "3:18: error: a call becomes an expression of more than", "variables of the group"},
		"comparisons": {"def f(x):\n    return x > 1*mV", "int(f(w))", `2:14: error: cannot compare "x" (no unit) with "1*mV" (volt)`, "called here"},
	} {
		t.Run(name, func(t *testing.T) {
			text := c.def + "\n\neqs = '''\ny = " + c.call + " : 1\nw : 1\nv : volt'''\nG = NeuronGroup(2, eqs)\nrun(1*ms)\n"
			_, err := RunSource(context.Background(), "wrong.star", text, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("no error, but %v", err)
			}
			if got := err.Error(); !strings.Contains(got, "wrong.star:"+c.want) || !strings.Contains(got, c.hint) {
				t.Errorf("got\n%s\nwant %s\nand %s", got, c.want, c.hint)
			}
			if len(e.List) != 1 {
				t.Errorf("%d errors, want 1:\n%v", len(e.List), err)
			}
		})
	}
}

// TestFunctionNames: names of a function are those of the script, whatever the group has under them, and a name of the language stays one.
func TestFunctionNames(t *testing.T) {
	var warnings diag.List
	var out strings.Builder
	_, err := RunSource(context.Background(), "names.star", `
w, gain = 100, 2.0
def f(x):
    return x + w
def clip(x, a, b):
    return -1
def made(gain):
    return lambda x: x*gain
tables = {"stim": TimedArray([1, 5], dt=1*ms)}
stim = tables["stim"]
def late(t):
    return stim(t)
G = NeuronGroup(2, "w : 1\ny = f(w) + clip(w, 0, 3) : 1\nz = g(w) + i*0 : 1\ns = late(t) : 1", namespace={"g": made(7)})
G.w = "f(i)*0 + 5"
G.w["i == f(1) - 100"] = 6
w = 1000
M = StateMonitor(G, ["y", "z", "s"], record=True)
run(1.1*ms)
print(list(M.y[:, 0]), list(M.z[:, 0]), M.s[0, 0], M.s[0, -1])
H = NeuronGroup(1, "dv/dt = k*f(v)/second : 1\nk : 1", method="euler")
H.k = 1
Network(H).run(0.1*ms)
print(round(1e4*H.v[0], 6))
`, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}, Stdout: &out, Warn: func(l diag.List) { warnings = append(warnings, l...) }})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "[1008.0, 1009.0] [35.0, 42.0] 1.0 5.0\n1000.0\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	if !slices.ContainsFunc(warnings, func(d diag.Diagnostic) bool {
		return strings.Contains(d.Message, `"clip" is here the function of the equations, not that of the script`)
	}) {
		t.Errorf("no warning about clip: %v", warnings)
	}
}

// TestFunctionMethods: methods of an object are functions for equations, too.
func TestFunctionMethods(t *testing.T) {
	got := printed(t, "methods.star", `
class Gate:
    steep = 2.0
    def __init__(self, middle):
        self.middle = middle
    def below(self, x):
        return x < self.middle
    @check_units(x=1, result=1)
    def open(self, x):
        return 0 if self.below(x) else (x - self.middle)*self.steep
a, b = Gate(1.0), Gate(2.0)
G = NeuronGroup(4, "x : 1\ny = f(x) + 10*g(x) : 1", namespace={"f": a.open, "g": b.open})
G.x = "i"
print(list(G.y[:]), a.open(3), b.below(1))
`)
	if want := "[0.0, 0.0, 2.0, 24.0] 4.0 True\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestFunctionZero: 0 and infinity of a function may stand with any unit, as in Python with Brian2's units.
func TestFunctionZero(t *testing.T) {
	got := printed(t, "zero.star", `
import numpy as np
def f(v):
    v = np.where(v > 0, v, 0)
    w = np.maximum(0, v) + np.clip(v, 0, inf)
    if not v == 0:
        return w
    return 0
G = NeuronGroup(3, "v : volt\nw = f(v) : volt")
G.v = [-1, 0, 2]*mV
print([round(x/mV, 6) for x in G.w[:]])
`)
	if want := "[0.0, 0.0, 4.0]\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestFunctionInfinity: whether a value may stand with any unit is asked once of each of its parts, of which later ones contain earlier ones twice.
func TestFunctionInfinity(t *testing.T) {
	got := printed(t, "infinity.star", `
def f(v):
    y = inf
    for k in range(60):
        y = y if v > k*mV else -y
    return v + y
G = NeuronGroup(2, "v : volt\nw = f(v) : volt")
G.v = [0.5, 1.5]*mV
print(G.w[:])
`)
	if want := "[-Inf, +Inf] * volt\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestFunctionDraws: an argument is drawn once, also where the function reads it several times, and each call draws anew.
func TestFunctionDraws(t *testing.T) {
	got := printed(t, "draws.star", `
def twice(x):
    return x - x
G = NeuronGroup(20, "a : 1\nb : 1")
G.a = "twice(rand())"
G.b = "twice(rand()) + abs(rand() - rand())"
print(all([x == 0 for x in G.a]), all([x > 0 for x in G.b]))
`)
	if want := "True True\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestFunctionCalled: called by the script, a function with declared units takes and gives these only.
func TestFunctionCalled(t *testing.T) {
	got := printed(t, "called.star", `
@implementation("cpp", "double f(double x) { return x; }", namespace={})
@declare_types(x="float", result="float")
@check_units(x=volt, y="x", result=volt)
def f(x, y=0*mV):
    return x + y
g = Function(lambda x: x**2, arg_units=[volt], return_unit=volt**2)
g.implementations.add_implementation("cpp", "...")
print(f(3*mV), f(3*mV, y=2*mV), f(array([1, 2])*mV), g(2*volt), f.pyfunc(1*mV))
`)
	if want := "3 mV 5 mV [0.001, 0.002] * volt 4 volt**2 1 mV\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	for call, want := range map[string]string{"f(3)": `f: the argument "x" must have the unit volt, got a number without unit`, "f(1*mV, 1*ms)": `f: the argument "y" must have the unit volt, got second`,
		"h(1*volt)": "h: the result must have the unit volt, got volt**2", "Function(lambda x: x, arg_units=[1, 2])": "lambda has 1 argument, but arg_units= has 2"} {
		_, err := RunSource(context.Background(), "called.star", "@check_units(x=volt, y='x', result=volt)\ndef f(x, y=0*mV):\n    return x + y\n@check_units(x=volt, result=volt)\ndef h(x):\n    return x**2\n"+call+"\n",
			Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "called.star:7:") {
			t.Errorf("%s: %v", call, err)
		}
	}
}
