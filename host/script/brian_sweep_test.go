package script_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/script"
)

// TestSweepThreeWays: a loop over tau, a group with a tau for each neuron and a sweep give the same numbers, which are Brian2's.
func TestSweepThreeWays(t *testing.T) {
	var out bytes.Buffer
	res, err := script.Run(context.Background(), "testdata/sweep/three_ways.star", script.Options{Engine: cpuEngine{}, Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range res.Networks {
		n.Sim.Close()
	}
	if want := "True True True\nTrue True True\n30 together\n"; out.String() != want {
		t.Errorf("%s instead of %s", out.String(), want)
	}
}

// TestSweepForms: variables, several parameters, monitors of each run, a sweep that goes on from a run, and other noise in each run.
func TestSweepForms(t *testing.T) {
	const model = `
tau, grow = 10*ms, 0*Hz
G = NeuronGroup(2, "dv/dt = (2 - v)/tau : 1\ndu/dt = -grow*u : 1\nw : 1\nrate : Hz", threshold="v > 1", reset="v = 0", method="exact")
S = Synapses(G, G, "k : 1", on_pre="w_post += k")
S.connect()
S.k = 1
G.u = 1
M = SpikeMonitor(G)
V = StateMonitor(G, "v", record=[1])
R = PopulationRateMonitor(G)
`
	for _, c := range []struct{ name, text, want string }{
		{"constant", `
for x, r in sweep("tau", [10, 20]*ms, 50*ms, keep=G.v):
    print(x, r[M].count, r[V].v.shape, r[V][1].v[2] == r[V].v[0][2], len(r[R].t), r[G.v].shape, r.together, r.apart)
`, "10 ms [7, 7] (1, 500) True 500 (2,) 2 \n20 ms [3, 3] (1, 500) True 500 (2,) 2 \n"},
		{"several", `
for x, r in sweep(["tau", S.k], [[10, 20]*ms, [2, 3]], 20*ms, keep=[G.w]):
    print(x, r[G.w])
`, "(10 ms, 2.0) [8, 8]\n(20 ms, 3.0) [6, 6]\n"},
		{"network", `
net = Network(G, S, M)
net.run(10*ms)
for x, r in net.sweep("tau", [5, 20]*ms, 20*ms):
    print(x, r[M].num_spikes)
print(net.t, M.num_spikes)
`, "5 ms 12\n20 ms 2\n10 ms 2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := sweepText(t, model+c.text)
			if err != nil {
				t.Fatal(err)
			}
			if out != c.want {
				t.Errorf("got\n%swant\n%s", out, c.want)
			}
		})
	}
	for _, c := range []struct{ name, call, want string }{
		{"no such constant", `sweep("tua", [1, 2]*ms, 1*ms)`, `"tua"`},
		{"no such variable", `sweep(G.q, [1, 2], 1*ms)`, `"q"`},
		{"unit", `sweep(G.rate, [1, 2]*ms, 1*ms)`, "hertz"},
		{"unit of a constant", `sweep("tau", [1, 2], 1*ms)`, "derivative of v"},
		{"value of a wrong unit", `sweep("tau", [1, 2], 1*ms)`, "tau = 1"},
		{"fault", `sweep("grow", [1, -1e6, 2]*Hz, 1*ms)`, "grow = -1 MHz"},
		{"none", `sweep("tau", [], 1*ms)`, "at least one"},
		{"part", `sweep(G[:1].w, [1], 1*ms)`, "whole groups"},
		{"noise", `sweep("tau", [1]*ms, 1*ms, noise="some")`, "own"},
		{"not kept", `sweep("tau", [1]*ms, 1*ms)[0][1][G.v]`, "keep="},
		{"other key", `sweep("tau", [1]*ms, 1*ms)[0][1]["v"]`, "monitors"},
		{"lists", `sweep(["tau", "b"], [1, 2, 3], 1*ms)`, "2 lists"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sweepText(t, model+"\nx = "+c.call+"\n")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func sweepText(t *testing.T, text string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	path := t.TempDir() + "/model.star"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	res, err := script.Run(context.Background(), path, script.Options{Engine: cpuEngine{}, Stdout: &out})
	if res != nil {
		for _, n := range res.Networks {
			n.Sim.Close()
		}
	}
	return out.String(), err
}

// TestFunctionSweep: a number that functions read is another one in each run of a sweep, also where it decides how long a loop is.
func TestFunctionSweep(t *testing.T) {
	for _, body := range []string{"a*x", "a*x + 0*sum([k*x for k in range(int(a))])", "sum([x for k in range(int(a))])", "(2*a)*x/2"} {
		out, err := sweepText(t, fmt.Sprintf(`
a = 2
def f(x):
    return %s
G = NeuronGroup(1, "dv/dt = f(1)/second : 1", method="euler")
for values, run in sweep("a", [1, 2, 5], 10*ms, keep=[G.v]):
    print(values, round(100*run[G.v][0], 6))
`, body))
		if err != nil {
			t.Fatal(err)
		}
		if want := "1.0 1.0\n2.0 2.0\n5.0 5.0\n"; out != want {
			t.Errorf("%s: printed %q, want %q", body, out, want)
		}
	}
}
