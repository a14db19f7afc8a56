package script

import (
	"strings"
	"testing"
)

// TestLinkedSynapses: variables of synapses stand for one value of neurons. The weights and potentials are what Brian2 2.5.1 prints where H has the
// equations of F, and its synapses read them there: it links variables of synapses only in later versions.
func TestLinkedSynapses(t *testing.T) {
	const lines = `from brian2 import *
F = NeuronGroup(1, '''a = b - 1*Hz : Hz
db/dt = -b/(10*ms) : Hz
c : 1 (shared)''', method='exact')
F.b = 3*Hz
G = NeuronGroup(3, 'v : 1', threshold='i < 2', reset='')
H = NeuronGroup(2, 'x : 1')
S = Synapses(G, H, '''a : Hz (linked)
q : 1 (linked)
w : 1
dz/dt = a : 1 (clock-driven)''', on_pre='''x_post += a*second*q + w
w += a/Hz''', method='euler')
S.connect()
`
	got := printed(t, "linked.py", lines+`S.a = linked_var(F, 'a')
S.q = linked_var(F, 'c')
F.c = 2
S.w = '0.1*i'
M = StateMonitor(S, ['a', 'w'], record=[0, 3], dt=1*ms)
run(3*ms)
print(S.w[:].round(9), H.x[:].round(9), S.z[:].round(9))
print((M.a[:]/Hz).round(9), M.w[:].round(9))
print((S.a[:]/Hz).round(9), S.q[:])
`)
	const want = `[47.36640908, 47.36640908, 47.46640908, 47.46640908, 0.2, 0.2] [1681.838467214, 1681.838467214] [0.004736641, 0.004736641, 0.004736641, 0.004736641, 0.004736641, 0.004736641]
[[2, 1.714512254, 1.456192259], [2, 1.714512254, 1.456192259]] [[0, 18.406268622, 34.109323379], [0.1, 18.506268622, 34.209323379]]
[1.222454662, 1.222454662, 1.222454662, 1.222454662, 1.222454662, 1.222454662] [2, 2, 2, 2, 2, 2]
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for text, want := range map[string]string{
		"S.w = linked_var(F, 'c')":                                      "synapses.w is not a linked variable",
		"S.a = linked_var(F, 'a')\nrun(1*ms)":                           "q is (linked), but to nothing",
		"S.a = linked_var(F, 'c')\nS.q = linked_var(F, 'c')\nrun(1*ms)": "must be of its type and unit",
		"S.q = linked_var(G, 'v')":                                      "variables of synapses are linked only to what has one value",
	} {
		if _, _, err := runText(t, strings.ReplaceAll(lines, "synapses", "S")+text, Options{Engine: &countingEngine{&countingBackend{}, nil}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	_, _, err := runText(t, `from brian2 import *
G = NeuronGroup(2, 'v : 1', threshold='True', reset='')
H = NeuronGroup(1, 'x : 1')
S = Synapses(G, H, '''q : 1 (linked)
w : 1''', on_pre='''x_post += 1
w = q''')
S.connect()
S.q = linked_var(H, 'x')
run(1*ms)
`, Options{Engine: &countingEngine{&countingBackend{}, nil}})
	if err == nil || !strings.Contains(err.Error(), "is read and changed by the code of synapses") {
		t.Errorf("what is linked to what the code changes: %v", err)
	}
}
