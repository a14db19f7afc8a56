package script

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/host/record"
)

var update = flag.Bool("update", false, "write the expected messages of testdata/errors")

// runText runs a script against the fake engine and returns what it printed.
func runText(t *testing.T, text string, o Options) (string, *Result, error) {
	t.Helper()
	var out bytes.Buffer
	o.Stdout = &out
	if o.Engine == nil {
		o.Engine = &fakeEngine{}
	}
	res, err := RunSource(context.Background(), filepath.Join(t.TempDir(), "model.star"), text, o)
	return out.String(), res, err
}

func TestValues(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"10*ms", "10 ms"},
		{"-70*mV + 5*mV", "-65 mV"},
		{"2*second/ms", "2000.0"},
		{"pow(2*mV, 2)/volt/volt*1e6", "4.0"},
		{"sqrt(4*volt*volt)", "2 V"},
		{"quantity('5e-5*siemens*cm**-2') == 5e-5*siemens/cm2", "True"},
		{"5*ms > 2*ms", "True"},
		{"int(200*ms/(0.1*ms))", "2000"},
		{"[1, 2, 3]*mV", "[0.001, 0.002, 0.003] * volt"},
		{"7*ms // (2*ms)", "3.0"},
		{"-7 % 3", "2"},
		{"array([-7]) % 3", "[2]"},
		{"pow(2, 10)", "1024"},
		{"round(2.5), round(-1.5), round(2.344, 2)", "(2, -2, 2.34)"},
		{"linspace(0, 1, 5)", "[0, 0.25, 0.5, 0.75, 1]"},
		{"linspace(0, 1, 3)*ms", "[0, 0.0005, 0.001] * second"},
		{"arange(5)", "[0, 1, 2, 3, 4]"},
		{"arange(5)/2", "[0, 0.5, 1, 1.5, 2]"},
		{"arange(2, 8, 2)*10", "[20, 40, 60]"},
		{"zeros((2, 3))", "[[0, 0, 0], [0, 0, 0]]"},
		{"arange(6).reshape(2, 3).T", "[[0, 3], [1, 4], [2, 5]]"},
		{"arange(6).reshape(2, -1)[1, 2]", "5"},
		{"arange(24).reshape(2, 3, 4)[slice(None, None, -1), slice(None), 0].T", "[[12, 0], [16, 4], [20, 8]]"},
		{"arange(6).reshape(2, 3).column(1)", "[1, 4]"},
		{"arange(10)[2:8:3]", "[2, 5]"},
		{"arange(10)[::-1][0]", "9"},
		{"arange(5).gt(2)", "[False, False, False, True, True]"},
		{"arange(5)[greater(arange(5), 2)]", "[3, 4]"},
		{"arange(5)[arange(5).gt(0) & arange(5).lt(3)]", "[1, 2]"},
		{"~arange(3).eq(1)", "[True, False, True]"},
		{"nonzero([0, 3, 0, 4])[0]", "[1, 3]"},
		{"unique([3, 1, 3, 2])", "[1, 2, 3]"},
		{"argsort([3, 1, 2])", "[1, 2, 0]"},
		{"concatenate([[1, 2], [3]])", "[1, 2, 3]"},
		{"diff([1*ms, 3*ms])", "[0.002] * second"},
		{"mean([1, 2, 6])", "3.0"},
		{"std([1, 3])", "1.0"},
		{"sum([1*mV, 2*mV])", "3 mV"},
		{"sum(ones((2, 3)), axis=0)", "[2, 2, 2]"},
		{"max(array([1, 5, 2])), max(1, 7), min([4, 3])", "(5, 7, 3)"},
		{"arange(3).tolist() + [7]", "[0, 1, 2, 7]"},
		{"[1, 2] + arange(2)", "[1, 3]"},
		{"arange(3).reshape(3, 1) + arange(2)", "[[0, 1], [1, 2], [2, 3]]"},
		{"meshgrid([0, 1], [5, 6, 7])[1]", "[[5, 5], [6, 6], [7, 7]]"},
		{"histogram2d([0, 1, 1], [0, 0, 1], bins=2)[0]", "[[1, 0], [1, 1]]"},
		{"dot(array([[1, 2], [3, 4]]), [1, 1])", "[3, 7]"},
		{"where(arange(3).gt(0), 5, -1)", "[-1, 5, 5]"},
		{"abs(array([-1, 2])), floor(-1.5), sign(-3)", "([1, 2], -2.0, -1)"},
		{"array([1.5, 2.5]).astype(int)", "[1, 2]"},
		{"exp(0), cos(0*second/ms)", "(1.0, 1.0)"},
		{"clip(array([-1.0, 0.5, 3.0]), 0, 1)", "[0, 0.5, 1]"}, {"np.clip(arange(3)*mV, a_min=None, a_max=1*mV)", "[0, 0.001, 0.001] * volt"},
		{"arange(4).clip(1, None)", "[1, 1, 2, 3]"}, {"arange(2).repeat(2)", "[0, 0, 1, 1]"}, {"array([3, 1, 2]).argsort()", "[1, 2, 0]"},
		{"format(3.14159, '.2f') + format(7, '4d') + format('x', '>3') + format(0.5, '.0%') + format(1e-9, '.3g')", "3.14   7  x50%1e-09"},
		{"len(arange(7)), arange(6).reshape(2, 3).shape", "(7, (2, 3))"},
		{"(arange(5)*0.5).dtype, arange(3).dtype", `("float", "int")`},
	} {
		out, _, err := runText(t, "print(("+c.expr+"))", Options{})
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		want := c.want
		if strings.TrimSpace(out) != want {
			t.Errorf("%s = %s, want %s", c.expr, strings.TrimSpace(out), want)
		}
	}
}

func TestAssignment(t *testing.T) {
	out, _, err := runText(t, `
a = zeros(6)
a[slice(1, 3)] = 5
a.set_slice(4, 6, [7, 8])
a[0] = 1
b = a.reshape(2, 3)
b[0][2] = 9        # rows share storage
b[1, 0] = -1
a[a.gt(8)] = 0
print(a)
x = 1
x += 2             # globals may be reassigned
i = 0
while i < 3:
    i += 1
print(x, i)
def fact(n):
    return 1 if n < 2 else n*fact(n - 1)
print(fact(5), sorted(set([3, 1, 3])))
`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "[1, 5, 0, -1, 7, 8]\n3 3\n120 [1, 3]\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// TestLikePython: slices can be assigned to, arguments come in Python's order, and index arrays go together as in numpy.
func TestLikePython(t *testing.T) {
	got := printed(t, "python.star", `
a = zeros(5)
a[0:2] = 1
a[3:] += 2
a[:] *= 2
a[::2] = [7, 8, 9]
print(a)
a[-2:], b = [1, 2], 3
print(a, b)
all = slice(None)
slice = 3            # a name of the script's own hides nothing that slices need
a[:1] = slice
print(a[0])
def f(*list, **names):
    print(list, names)
f(1, *[2], x=3, **{"y": 4})
w = zeros((3, 4))
w[[0, 1, 2], array([3, 2, 1])] = [1, 2, 3]
print(w)
print(w[[0, 1, 2], [3, 2, 1]], w[[0, 2], 1], w[[0, 1, 2], [3]])
c = arange(24).reshape((2, 3, 4))
print(c[[0, 1], array([0, 2]), [1, 2]], c[[1], [0, 1, 2], [2, 2, 2]], c[1, [True, False, True], [1, 2]])
print(c[[0, 1], all, [1, 2]], c[all, [0, 1], [1, 2]])
`)
	// what numpy has
	want := `[7, 2, 8, 4, 9]
[7, 2, 8, 1, 2] 3
3.0
(1, 2) {"x": 3, "y": 4}
[[0, 0, 0, 1], [0, 0, 2, 0], [0, 3, 0, 0]]
[1, 2, 3] [0, 3] [1, 0, 0]
[1, 22] [14, 18, 22] [13, 22]
[[1, 5, 9], [14, 18, 22]] [[1, 6], [13, 18]]
`
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	if _, _, err := runText(t, "a = zeros((3, 3))\nprint(a[[0, 1, 2], [0, 1]])", Options{}); err == nil || !strings.Contains(err.Error(), "3 and 2 elements") {
		t.Errorf("got %v", err)
	}
}

// Draws depend on the seed alone, and the bulk of 1e6 numbers is one step of the script.
func TestRandom(t *testing.T) {
	text := `
a = normal(2.0, 3.0, 1000000)
print(abs(a.mean() - 2) < 0.02, abs(a.std() - 3) < 0.02)
u = rand(100000)
print(u.min() >= 0, u.max() < 1, abs(u.mean() - 0.5) < 0.01)
k = randint(3, 7, size=10000)
print(unique(k), k.dtype)
g = gamma(2.0, 0.5, size=100000)
print(abs(g.mean() - 1) < 0.02)
print(sorted(permutation(5).tolist()))
print(uniform(1*mV, 2*mV, size=3).max() <= 2*mV)
print(rand(), randn(2))
`
	out1, _, err := runText(t, text, Options{Steps: 2000})
	if err != nil {
		t.Fatal(err)
	}
	want := "True True\nTrue True True\n[3, 4, 5, 6] int\nTrue\n[0, 1, 2, 3, 4]\nTrue\n"
	if !strings.HasPrefix(out1, want) {
		t.Errorf("got %q, want %q", out1, want)
	}
	out2, _, _ := runText(t, text, Options{})
	if out1 != out2 {
		t.Error("two runs with the same seed differ")
	}
	seed := uint64(99)
	if out3, _, _ := runText(t, text, Options{Seed: &seed}); out3 == out1 {
		t.Error("another seed gives the same numbers")
	}
	// --seed has the last word
	a, res, err := runText(t, "seed(5)\nprint(rand())", Options{Seed: &seed})
	if err != nil || res.Seed != 99 {
		t.Fatalf("seed %d, %v", res.Seed, err)
	}
	if b, _, _ := runText(t, "print(rand())", Options{Seed: &seed}); a != b {
		t.Error("seed(5) won over --seed")
	}
}

func TestParams(t *testing.T) {
	text := `
N = param("N", 20, min=1)
tau = param("tau", 10*ms)
period = param("period", 5000.0, allow=ms)
mode = param("mode", "dog")
on = param("on", True)
print(N, tau, period, mode, on)
`
	for _, c := range []struct {
		set  []string
		want string
	}{
		{nil, "20 10 ms 5000.0 dog True"},
		{[]string{"N=100", "tau=5*ms", "period=2*second", "mode=w.npy", "on=false"}, "100 5 ms 2000.0 w.npy False"},
		{[]string{"N = 7", "period=10"}, "7 10 ms 10.0 dog True"},
	} {
		out, res, err := runText(t, text, Options{Set: c.set})
		if err != nil {
			t.Errorf("%v: %v", c.set, err)
			continue
		}
		if strings.TrimSpace(out) != c.want {
			t.Errorf("%v: got %s, want %s", c.set, out, c.want)
		}
		if len(res.Params) != 5 || res.Params[1].Unit != "second" {
			t.Errorf("params: %+v", res.Params)
		}
	}
	for _, c := range []struct{ set, want string }{
		{"n=5", `no parameter of that name; it has N, mode, on, period, tau`},
		{"taau=5*ms", `did you mean "tau"?`},
		{"tau=5", "in second, the value given is without unit"},
		{"tau=5*mV", "in volt"},
		{"N=2.5", "a whole number"},
		{"N=0", "must be at least 1"},
		{"N", "expected NAME=VALUE"},
		{"on=maybe", "True or False"},
		{"tau=5*msec", "msec"},
		{"period=3*mV", "without unit, the value given is in volt"},
	} {
		_, _, err := runText(t, text, Options{Set: []string{c.set}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("--set %s: got %v, want %q", c.set, err, c.want)
		}
	}
	// A name that the script builds at run time counts once it has been declared.
	if _, _, err := runText(t, "for k in range(2):\n    param('p%d' % k, 1)", Options{Set: []string{"p1=4"}}); err != nil {
		t.Error(err)
	}
	if _, _, err := runText(t, "for k in range(2):\n    param('p%d' % k, 1)", Options{Set: []string{"p2=4"}}); err == nil {
		t.Error("an undeclared parameter passed")
	}
	if _, _, err := runText(t, "print(1)", Options{Set: []string{"x=4"}}); err == nil || !strings.Contains(err.Error(), "has no parameters") {
		t.Errorf("got %v", err)
	}
}

const field = `
Plain = Neuron(parameters="baseline = 0.0", equations="r = pos(baseline + gain)")
inp = Population(geometry=(4, 5), neuron=Plain, name="Input")
foc = Population(geometry=(4, 5), neuron=Neuron(
    parameters="tau = 10.0 : population",
    equations="tau * dr/dt + r = sum(exc) + sum(inh) : min=0.0, max=1.0"), name="Focus")
ff = Projection(pre=inp, post=foc, target="exc")
ff.connect_one_to_one(weights=1.0, delays=20.0)
lat = Projection(pre="Focus", post=foc, target="inh")
lat.connect(dog(amp_pos=0.2, sigma_pos=0.1, amp_neg=0.1, sigma_neg=0.7, delays=5*ms))
gain = 0.5
`

func TestNetwork(t *testing.T) {
	e := &fakeEngine{}
	out, res, err := runText(t, field+`
M = Monitor(inp, ["r"], period=10.0, name="Input")
S = StateMonitor(foc, "r", record=[0, 3], dt=2*ms)
foc.r = 0.25
inp.baseline = ones((4, 5))
print(foc.r.shape, foc.r[1, 2], foc.size, foc.geometry, inp.baseline.mean())
calls = []
def change(t):
    inp.baseline = foc.r + t/ms
    calls.append(t/ms)
network_operation(change, dt=10*ms)
view(surface(inp, "r", min=0, max=1, colormap="viridis"), scatter(foc, color="r", size="r"))
simulate(30.0)
print(len(calls), get_time())
run(1*second)
print(defaultclock.t, inp.baseline[0, 0])
`, Options{Engine: e})
	if err != nil {
		t.Fatal(err)
	}
	if want := "(4, 5) 0.25 20 (4, 5) 1.0\n3 30.0\n1.03 s "; !strings.HasPrefix(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
	n := res.Network
	if n.DT != 1e-3 || len(n.Groups) != 2 || len(n.Projections) != 2 || len(n.Views) != 2 || len(e.opened) != 1 {
		t.Errorf("network: %+v", n)
	}
	if p := n.Projections[0]; p.Delay != 0.02 || !p.DelaySet || p.Rule.Name() != "one_to_one" {
		t.Errorf("projection: %+v", p)
	}
	if p := n.Projections[1]; p.Delay != 0.005 || p.Rule.Name() != "dog" || p.Pre.Name != "Focus" {
		t.Errorf("projection: %+v", p)
	}
	if m := n.Monitors[1]; m.Name != "statemonitor" || m.DT != 0.002 || len(m.Elements) != 2 {
		t.Errorf("monitor: %+v", m)
	}
	// names in equations are the script's, as they are when the network runs
	v, ok := n.Groups[0].Namespace.Lookup("gain")
	if !ok || v.Q.Value != 0.5 {
		t.Errorf("gain = %+v, %v", v, ok)
	}
}

// Brian2's monitors give [elements, samples], ANNarchy's [samples, elements].
func TestMonitors(t *testing.T) {
	out, _, err := runText(t, field+`
S = StateMonitor(foc, "r", record=[3, 7])
M = Monitor(inp, ["r", "baseline"], period=2*ms, name="M")
print(S.r.shape)
simulate(3.0)
print(S.r, S.r[1][2], S.t[1])
print(M.get("r", keep=True).shape, M.get("r", keep=True, reshape=True)[2, 1, 3], len(M.get()), M.baseline[1, 4])
`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "(2, 0)\n[[0, 10, 20], [1, 11, 21]] 21.0 1 ms\n(3, 20) 28.0 2 14.0\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	model := filepath.Join(dir, "model")
	for _, d := range []string{data, model} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := record.SaveNPY(filepath.Join(data, "w.npy"), record.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)); err != nil {
		t.Fatal(err)
	}
	if err := record.SaveNPZ(filepath.Join(model, "z.npz"), []record.Named{{Name: "i", Array: record.New([]int32{4, 5})}}); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(model, "plain.csv"), "1,2\n3,4\n")
	write(filepath.Join(model, "named.csv"), "t,v\n0,5\n1,6\n")
	write(filepath.Join(model, "w.mtx"), "%%MatrixMarket matrix coordinate real general\n2 3 2\n1 2 0.5\n2 3 1.5\n")
	write(filepath.Join(model, "lib.star"), "def twice(x):\n    return 2*x\n")
	write(filepath.Join(dir, "secret.csv"), "1\n")
	if err := os.Symlink(filepath.Join(dir, "secret.csv"), filepath.Join(model, "link.csv")); err != nil {
		t.Fatal(err)
	}
	run := func(text string) (string, error) {
		var out bytes.Buffer
		_, err := RunSource(context.Background(), filepath.Join(model, "m.star"), text, Options{Engine: &fakeEngine{}, Stdout: &out, Data: []string{data}})
		return strings.TrimSpace(out.String()), err
	}
	for _, c := range []struct{ expr, want string }{
		{`(read("w.npy")*mV)[1, 2]`, "6 mV"},
		{`read("z.npz")["i"].dtype, read("z.npz")["i"].tolist()`, `("int", [4, 5])`},
		{`read("plain.csv").T`, "[[1, 3], [2, 4]]"},
		{`read("named.csv")["v"]`, "[5, 6]"},
		{`read("w.mtx").shape, read("w.mtx").cols`, "((2, 3), [1, 2])"},
		{`read("` + filepath.Join(data, "w.npy") + `").shape`, "(2, 3)"},
	} {
		got, err := run("print((" + c.expr + "))")
		if err != nil || got != c.want {
			t.Errorf("%s = %s, %v; want %s", c.expr, got, err, c.want)
		}
	}
	if got, err := run("load('lib.star', 'twice')\nprint(twice(4))"); got != "8" {
		t.Errorf("load: %s, %v", got, err)
	}
	for _, name := range []string{"../secret.csv", "link.csv", filepath.Join(dir, "secret.csv"), "../nothing.csv", "/etc/hostname"} {
		if _, err := run("read('" + name + "')"); err == nil || !strings.Contains(err.Error(), "outside the folders") || !strings.Contains(err.Error(), "--data") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := run("load('../secret.csv', 'x')"); err == nil || !strings.Contains(err.Error(), "outside the folders") {
		t.Errorf("load: %v", err)
	}
}

// A function that makes groups lends them its locals; what was local to run comes first.
func TestScope(t *testing.T) {
	_, res, err := runText(t, `
tau = 1.0
def make(tau, k):
    extra = k
    helper = lambda: tau
    return NeuronGroup(3, "dx/dt = -x/(tau*ms) : 1", namespace={"special": k*mV})
A = make(5.0, 2)
B = NeuronGroup(3, "dx/dt = -x/(tau*ms) : 1")
def go():
    extra = 77
    run(1*ms)
go()
`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	look := func(g int, name string) float64 {
		v, ok := res.Network.Groups[g].Namespace.Lookup(name)
		if !ok {
			t.Errorf("group %d: %s not found", g, name)
		}
		return v.Q.Value
	}
	for _, c := range []struct {
		g    int
		name string
		want float64
	}{{0, "tau", 5}, {1, "tau", 1}, {0, "extra", 77}, {0, "special", 0.002}, {1, "mV", 0.001}} {
		if got := look(c.g, c.name); got != c.want {
			t.Errorf("group %d: %s = %v, want %v", c.g, c.name, got, c.want)
		}
	}
}

func TestStepLimit(t *testing.T) {
	_, _, err := runText(t, "while True:\n    pass", Options{Steps: 10000})
	if err == nil || !strings.Contains(err.Error(), "more than 10000 steps") || !strings.Contains(err.Error(), "--script-steps") {
		t.Errorf("got %v", err)
	}
	// runs start the count anew
	if _, _, err := runText(t, "G = NeuronGroup(1, 'dx/dt = -x/ms : 1')\nfor k in range(5000):\n    run(1*ms)", Options{Steps: 10000}); err != nil {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("interrupted")
	time.AfterFunc(20*time.Millisecond, func() { cancel(stop) })
	_, err := RunSource(ctx, "model.star", "while True:\n    pass", Options{Engine: &fakeEngine{}, Steps: 1 << 60})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// TestErrors compares the whole message of each script in testdata/errors.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.star")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".star"), func(t *testing.T) {
			t.Chdir("testdata/errors") // messages name the script as it was given
			_, err := Run(context.Background(), filepath.Base(f), Options{Engine: &fakeEngine{}, Steps: 1_000_000})
			if err == nil {
				t.Fatal("no error")
			}
			golden := strings.TrimSuffix(filepath.Base(f), ".star") + ".txt"
			root, _ := filepath.Abs(".")
			got := strings.ReplaceAll(err.Error(), root, "DIR") + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestText: a script may begin with a mark of its byte order and have the ends of lines of any system; what is not UTF-8 is refused.
func TestText(t *testing.T) {
	if out, _, err := runText(t, "\ufeffx = 3\r\nif x:\r\n    print(x)\r\n", Options{}); err != nil || out != "3\n" {
		t.Errorf("%q, %v", out, err)
	}
	for _, text := range []string{"x = 1\nprint('\xe4')\n", "x = 1\n\x00\x01", "x = 1\n# \xff\xfe"} {
		if out, _, err := runText(t, text, Options{}); err == nil || out != "" || !strings.Contains(err.Error(), "model.star:2: the script is not a text in UTF-8") {
			t.Errorf("%q: %q, %v", text, out, err)
		}
	}
}
