package script

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/sim"
)

// printed runs a script on the CPU and returns what it prints.
func printed(t *testing.T, name, text string) string {
	t.Helper()
	var out strings.Builder
	_, err := RunSource(context.Background(), name, text, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}, Stdout: &out,
		Warn: func(l diag.List) { t.Log(l.Error()) }})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestSurface compares what scripts print with what Brian2 printed for the Python scripts that they are ports of, line by line.
func TestSurface(t *testing.T) {
	for _, name := range []string{"surface", "held", "equations", "lastspike", "stop", "linked", "subset", "parts", "partsum", "unless", "orders", "linkedsub", "onsyn", "found", "constdt"} {
		t.Run(name, func(t *testing.T) { asBrian(t, name) })
	}
}

func asBrian(t *testing.T, name string) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("testdata", "brian", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	lines := func(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }
	got, want := lines(printed(t, name+".star", read(name+".star"))), lines(read(name+".txt"))
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for k := range want {
		g, w := strings.Fields(got[k]), strings.Fields(want[k])
		if len(g) != len(w) || g[0] != w[0] {
			t.Errorf("%s with %d values, want %s with %d", g[0], len(g)-1, w[0], len(w)-1)
			continue
		}
		for i := 1; i < len(w); i++ {
			x, err := strconv.ParseFloat(g[i], 64)
			y, err2 := strconv.ParseFloat(w[i], 64)
			if err != nil || err2 != nil || !(math.Abs(x-y) <= 1e-11*math.Max(1, math.Abs(y))) {
				t.Errorf("%s[%d] = %s, Brian2 has %s", w[0], i-1, g[i], w[i])
				break
			}
		}
	}
}

// TestSeedAgain: networks that are built alike after the same seed are alike, also within one script, as in Brian2.
func TestSeedAgain(t *testing.T) {
	got := printed(t, "seed.star", `
def build():
    G = NeuronGroup(5, "dv/dt = (0.5 - v)/(10*ms) + 0.2*xi*(10*ms)**-0.5 : 1", method="euler")
    P = PoissonGroup(3, 100*Hz)
    G.v = "rand()"
    S = Synapses(P, G, "w : 1", on_pre="v += w")
    S.connect(p=0.5)
    S.w = "0.1*rand()"
    N = Network(G, P, S)
    N.run(3*ms)
    return list(G.v), list(S.i), list(S.w)
seed(42)
a = build()
b = build()
seed(42)
c = build()
seed(43)
d = build()
print(a == c, a != b, a != d)
# A seed in the middle of one network: its names stay apart.
start_scope()
seed(1)
G = NeuronGroup(2, "v : 1")
seed(1)
H = NeuronGroup(2, "v : 1")
G.v = "rand()"
H.v = "rand()"
run(1*ms)
print(G.name, H.name, list(G.v) != list(H.v))
`)
	if want := "True True True\nneurongroup neurongroup_1 True\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestLinkedElsewhere: what another group's subexpression cannot be evaluated from is named.
func TestLinkedElsewhere(t *testing.T) {
	for of, want := range map[string]string{`H, "z"`: "contains the linked variable k", `R, "y"`: "contains random numbers"} {
		_, err := RunSource(context.Background(), "linked.star", `
O = NeuronGroup(3, "q : 1")
H = NeuronGroup(3, "x : 1\nk : 1 (linked)\nz = k*2 : 1")
H.k = linked_var(O, "q")
G = NeuronGroup(3, "w : 1 (linked)")
R = NeuronGroup(3, "y = rand() : 1")
G.w = linked_var(`+of+`)
run(1*ms)
`, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "linked.star:5:1") {
			t.Errorf("%s: %v", of, err)
		}
	}
}

// TestPlaces: synapses by their places, and what is found and joined as numpy does it.
func TestPlaces(t *testing.T) {
	got := printed(t, "places.star", `
G = NeuronGroup(4, "v : volt")
S = Synapses(G, G, "w : 1")
S.connect("i != j")
print(S.indices[0, slice(None)], S.indices["i > 2"], S.indices[[0, 1]], S[0, 1], len(S[5:]))
S.w[S.indices[slice(None), slice(2, 4)]] = 3
print(S.w[:])
S.v_post[3:6] = [1, 2, 3]*mV   # the targets 0, 2 and 3
S.v_pre[S["i == 1"]] = 5*mV
print(G.v/mV, S.v_pre["i == 1"]/mV)
print(append([1, 2], 3), append([1]*mV, [2]*mV)/mV, map(lambda x, y: x + y, [1, 2], [3, 4]), Quantity([1*mV, 2*mV])/mV, amax([1, 3]), array([1.5], dtype=int32))
print(hstack([0, [1, 2]]), vstack([1, 2]))
`)
	want := `[0, 1, 2] [9, 10, 11] [0, 1] 1 synapse of synapses 7
[0, 3, 3, 0, 3, 3, 0, 0, 3, 0, 0, 3]
[1, 5, 2, 3] [5, 5, 5]
[1, 2, 3] [1, 2] [4, 6] [1, 2] 3 [1]
[0, 1, 2] [[1], [2]]
`
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	for text, want := range map[string]string{
		"print(hstack([zeros((2, 2, 2))]))":        "at most two dimensions",
		"print(vstack([zeros((2, 2)), zeros(3)]))": "do not fit",
	} {
		if _, _, err := runText(t, text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestClocks: objects of one Clock share its step; clock= is never ignored.
func TestClocks(t *testing.T) {
	got := printed(t, "clock.star", `
c = Clock(dt=0.5*ms)
G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler", clock=c)
M = StateMonitor(G, "v", record=True, clock=c)
calls = []
network_operation(lambda: calls.append(1), clock=c)
G.run_regularly("v = v + 10", clock=Clock(2*ms))
run(4*ms)
print(len(M.t), c.dt, len(calls), G.v[0])
`)
	if want := "8 500 us 8 24.0\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestNamesComeLater: synapses can be counted and read before all names of code have values, and are the same afterwards.
func TestNamesComeLater(t *testing.T) {
	got := printed(t, "later.star", `
seed(3)
G = NeuronGroup(40, "v : 1\nx = i*1.0 : 1", threshold="v > later", reset="v = 0", name="G")
S = Synapses(G, G, "w : 1", on_pre="v += w*eta", on_post="w += eta", name="S")
S.connect("abs(x_pre - x_post) < 12", p=0.3)
S.w = "rand()"
M = StateMonitor(S, "w", record=arange(3, 20))
n, ij, w, some = len(S), list(S.i) + list(S.j), list(S.w), list(S.w["i > j"])
eta, later = 0.1, 1
run(0.1*ms)
print(n == len(S) and n > 100, ij == list(S.i) + list(S.j), w == list(S.w), some == list(S.w["i > j"]), M.w.shape)
`)
	if got != "True True True True (17, 1)\n" {
		t.Error(got)
	}
}

// TestEndsAreStored: variables that could be kept as sums per neuron are stored per synapse where other synapses read them.
func TestEndsAreStored(t *testing.T) {
	got := printed(t, "ends.star", `
G = NeuronGroup(6, "dv/dt = (0.4 + 0.1*i)/ms : 1\ng : 1\ny : 1", threshold="v > 1", reset="v = 0", method="euler")
S = Synapses(G, G, "dx/dt = -x/(5*ms) : 1 (clock-driven)\ng_post = x : 1 (summed)", on_pre="x += 1", method="exact")
S.connect()
U = Synapses(S, G, "y_post = x_pre : 1 (summed)")
U.connect(i=range(36), j=S.j)
run(10*ms)
print(max(abs(G.g[:] - G.y[:])) < 1e-12, min(G.g[:]) > 1)
`)
	if got != "True True\n" {
		t.Errorf("printed %q", got)
	}
}
