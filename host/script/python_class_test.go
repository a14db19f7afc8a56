package script

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/sim"
)

// TestPythonFiles: what scripts print with try, except, else, finally, raise and nonlocal, with classes, with stars in lists and calls, and where arrays change in place, is what Python printed.
func TestPythonFiles(t *testing.T) {
	for _, name := range []string{"try", "class", "stars", "views"} {
		text, err := os.ReadFile("testdata/python/" + name + ".py")
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("testdata/python/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		got, lines := strings.Split(printed(t, "testdata/python/"+name+".py", string(text)), "\n"), strings.Split(string(want), "\n")
		for k := range max(len(got), len(lines)) {
			if k >= len(got) || k >= len(lines) || got[k] != lines[k] {
				t.Fatalf("%s.py, line %d: got %q, want %q", name, k+1, got[min(k, len(got)-1)], lines[min(k, len(lines)-1)])
			}
		}
	}
}

// TestClassErrors: what classes cannot do here is said where it stands.
func TestClassErrors(t *testing.T) {
	const head = "class A:\n    a = 1\n    def f(self):\n        return self.b\nx = A()\n"
	for name, c := range map[string]struct{ text, want string }{
		"attribute": {head + "x.f()", ":4:20: error: A has no attribute \"b\""},
		"class":     {head + "A.c", "error: A has no attribute \"c\""},
		"arguments": {head + "A(3)", ":6:1: error: A takes no arguments"},
		"special":   {"class B:\n    def __add__(self, o):\n        return 1\n", ":1:1: error: class B: __add__ has no effect here"},
		"base":      {"class C(int):\n    x = 1\n", "is no class that another can be made of"},
		"call":      {head + "x(1)", ":6:1: error: a A cannot be called"},
		"property":  {"class D:\n    @property\n    def p(self):\n        return 1\nd = D()\nd.p = 2", ":6:2: error: D.p is a property"},
		"field":     {"from dataclasses import dataclass\n@dataclass\nclass E:\n    n: int\n    m: float = 1\nE()", ":6:1: error: E needs a value for the field \"n\""},
		"no field":  {"from dataclasses import dataclass\n@dataclass\nclass E:\n    n: int\nE(m=3)", ":5:1: error: E has no field \"m\""},
		"written":   {"class F x:\n    n = 1", ":1:1: error: got class, want primary expression"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := RunSource(context.Background(), "wrong.star", c.text, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant %s", err, c.want)
			}
		})
	}
}

// TestTryErrors: what no except catches is shown where it was raised, and what is no exception of Python goes on.
func TestTryErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"alone":       {"try:\n    x = 1\nprint(x)", ":1:1: error: a try without except or finally"},
		"except":      {"x = 1\nexcept KeyError:\n    x = 1", ":2:1: error: this belongs to a try"},
		"two else":    {"try: x = 1\nexcept KeyError:\n    x = 1\nfinally: x = 2\nfinally: x = 3", ":5:1: error: this belongs to a try"},
		"raise":       {"x = 1\nraise", ":2:1: error: nothing was raised"},
		"nonlocal":    {"def f():\n    nonlocal zz\n    zz = 1\nf()", ":1:1: error: nonlocal zz: no function around has this variable"},
		"other kind":  {"try:\n    x = 1/0\nexcept KeyError:\n    x = 2", ":2:10: error: division by zero"},
		"raised":      {"def g():\n    raise ValueError('a', 3)\ntry:\n    g()\nexcept KeyError: pass", ":2:11: error: a 3"},
		"again":       {"try:\n    x = [][3]\nexcept IndexError as e:\n    raise e", ":2:11: error: index 3 out of range"},
		"module":      {"try:\n    import json\nexcept ValueError: pass", `:2:5: error: there is no module "json" here`},
		"model":       {"try:\n    G = NeuronGroup(1, 'dv/dt = q/ms : 1', method='euler')\n    run(1*ms)\nexcept Exception:\n    G = 0", `:2:33: error: unknown name "q"`},
		"limit":       {"try:\n    while True: x = 1\nexcept Exception: pass", "error: the script took more than"},
		"in function": {"def f(x):\n    try:\n        return 1/x\n    except ZeroDivisionError:\n        return 0\nG = NeuronGroup(1, 'v = f(i) : 1')\nrun(1*ms)", "error: a function in equations cannot try something"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := RunSource(context.Background(), "wrong.star", c.text, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}, Steps: 100_000})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant %s", err, c.want)
			}
		})
	}
}

// TestTryNames: equations see the variables of a function from within a try, and a run under it takes the objects that the function has.
func TestTryNames(t *testing.T) {
	got := printed(t, "names.star", `
def build(tau):
    gain = 3
    def more():
        nonlocal gain
        gain += 1
    more()
    try:
        G = NeuronGroup(1, "dv/dt = gain/tau : 1", method="euler")
        run(1*ms)
        return G.v[0]
    finally:
        print("built")
print(round(build(1*ms), 6))
try:
    scale = 2.0
    H = NeuronGroup(1, "dw/dt = scale/ms : 1", method="euler")
except Exception:
    scale = 1.0
run(1*ms)
print(round(H.w[0], 6))
`)
	if want := "built\n4.0\n2.0\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestStarErrors: what cannot be taken apart is said where it stands.
func TestStarErrors(t *testing.T) {
	for text, want := range map[string]string{
		"x = [*5]":            ":1:5: error: what follows * is a whole number, not a list",
		"x = {**[1]}":         ":1:5: error: what follows ** is a list, not a dictionary",
		"a, *b = 5":           ":1:9: error: what is to be unpacked is a whole number, not a list",
		"a, *b, c = [1]":      ":1:12: error: too few values to unpack: got 1, want 2 or more",
		"x = [*range(10**9)]": ":1:5: error: a list of 1000000000 elements is too long",
	} {
		_, err := RunSource(context.Background(), "wrong.star", text, Options{Engine: &countingEngine{&countingBackend{}, sim.NewObjects()}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got\n%v\nwant %s", text, err, want)
		}
	}
}
