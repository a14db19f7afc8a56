package script_test

import (
	"os"
	"strings"
	"testing"
)

// TestActive: a network in which one object after the other is not active for a while. testdata/active/brian2.txt is what Brian2 2.5.1 prints of
// model.py with its target numpy. Spikes of a generator that is not active are lost here; Brian2 sends them when it is active again.
func TestActive(t *testing.T) {
	text, err := os.ReadFile("testdata/active/model.py")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/active/brian2.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := runText(t, t.TempDir(), string(text))
	if whole := string(want) + "[0.0001, 0.0006000000000000001, 0.0021000000000000003] * second\n"; err != nil || got != whole {
		t.Errorf("%v\ngot\n%swant\n%s", err, got, whole)
	}
}

// TestActiveOthers: what is under way to synapses that are not active is lost, events do not happen, a network operation is not called, and the run
// that is in progress does not change.
func TestActiveOthers(t *testing.T) {
	got, _, err := runText(t, t.TempDir(), `
G = NeuronGroup(1, 'v : 1', events={'big': 'v > 1'}, threshold='v > 2')
H = NeuronGroup(1, 'x : 1')
S = Synapses(G, H, on_pre={'fast': 'x += 1', 'slow': 'x += 100'}, delay={'slow': 1*ms})
S.connect()
E = EventMonitor(G, 'big')
calls = [0]
@network_operation(dt=0.5*ms)
def count():
    calls[0] += 1
net = Network(G, H, S, E, count)
def step(ms_, *off):
    for o in off: o.active = False
    net.run(ms_*ms)
    for o in off: o.active = True
    print(H.x[0], E.num_events, calls[0], S.slow.active, count.active)
G.v = 3
step(0.1)
G.v = 0
step(2, S.slow)
G.v = 1.5
step(1, G, count)
step(0.2)
G.v = 0
step(1, S)
`)
	if want := "1.0 1 1 True True\n1.0 1 5 True True\n1.0 1 5 True True\n1.0 3 5 True True\n1.0 3 7 True True\n"; err != nil || got != want {
		t.Errorf("%v\ngot\n%swant\n%s", err, got, want)
	}
	for text, want := range map[string]string{
		"G = NeuronGroup(3, 'v : 1')\nG[1:].active = False": "only the whole group can be switched off",
		"G = NeuronGroup(3, 'v : 1')\nG.active = 0":         "active is True or False",
		"G = NeuronGroup(3, 'v : 1')\nM = StateMonitor(G, 'v', record=True)\n@network_operation\ndef off():\n    M.active = False\nrun(1*ms)": "set between runs",
	} {
		if _, _, err := runText(t, t.TempDir(), text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngives %v\nwithout %s", text, err, want)
		}
	}
}

// TestActiveSums: of two sums into one variable, each sets it alone while the other is not active.
func TestActiveSums(t *testing.T) {
	got, _, err := runText(t, t.TempDir(), `
A = NeuronGroup(2, 'v : 1')
B = NeuronGroup(2, 'v : 1')
A.v, B.v = 1, 10
H = NeuronGroup(2, 's : 1')
S1 = Synapses(A, H, 's_post = v_pre : 1 (summed)')
S2 = Synapses(B, H, 's_post = v_pre : 1 (summed)')
S1.connect(j='i')
S2.connect(j='i')
net = Network(A, B, H, S1, S2)
for on in [(True, True), (False, True), (True, False), (False, False)]:
    S1.active, S2.active = on
    net.run(1*ms)
    print(H.s[:])
`)
	if want := "[11, 11]\n[10, 10]\n[1, 1]\n[1, 1]\n"; err != nil || got != want {
		t.Errorf("%v\ngot\n%swant\n%s", err, got, want)
	}
}
