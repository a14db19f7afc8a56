package script

import "testing"

// TestOperationMethods: methods are given the time when they take it. Brian2 2.5.1 prints the same.
func TestOperationMethods(t *testing.T) {
	got := printed(t, "methods.py", `from brian2 import *
class Watch:
    def __init__(self):
        self.seen = []
    def look(self, t):
        self.seen.append(t/ms)
    def count(self):
        self.seen.append(-1)
w, v = Watch(), Watch()
@network_operation(dt=1*ms)
def plain(t):
    w.seen.append(10 + t/ms)
G = NeuronGroup(1, 'v : 1')
look, count = NetworkOperation(v.look, dt=1*ms), NetworkOperation(v.count, dt=2*ms)
net = Network(G, look, count, plain)
net.run(2*ms)
print(sorted(v.seen), w.seen)
`)
	if want := "[-1, 0.0, 1.0] [10.0, 11.0]\n"; got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}
