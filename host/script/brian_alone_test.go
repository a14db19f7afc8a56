package script

import "testing"

// TestAlone: synapses that each have neurons of their own may read what they change. Brian2 2.5.1 prints the same for the same lines.
func TestAlone(t *testing.T) {
	got := printed(t, "alone.py", `from brian2 import *
G = NeuronGroup(3, 'v : 1', threshold='True', reset='')
H = NeuronGroup(3, '''x : 1
y : 1''')
S = Synapses(G, H, 'w : 1', on_pre='''x_post += i + 1
w = 2*x_post
y_post = w + v_pre''')
S.connect(j='2 - i')
G.v = '0.5*i'
run(2*defaultclock.dt)
print(S.w[:], H.x[:], H.y[:])
`)
	if want := "[4, 8, 12] [6, 4, 2] [13, 8.5, 4]\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
