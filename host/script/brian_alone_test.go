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

// TestSetAlike: synapses that all set a variable to one value. Brian2 2.5.1 prints the same for the same lines.
func TestSetAlike(t *testing.T) {
	got := printed(t, "alike.py", `from brian2 import *
G = NeuronGroup(5, '''dv/dt = (I - v)/(10*ms) : 1
I : 1
c : 1
last : second''', threshold='v > 1', reset='v = 0', method='exact')
G.I = '1.2 + 0.1*i'
G.v = 'i*0.05'
S = Synapses(G, G, 'w : 1', on_pre='''v_post = -0.2
c_post += w
last_post = t''')
S.connect(condition='i != j')
S.w = 'i + 0.5*j'
M = SpikeMonitor(G)
run(60*ms)
print(list(M.i), [round(x, 9) for x in M.t/ms], [round(x, 9) for x in G.v], G.c[:], [round(x, 9) for x in G.last/ms])
`)
	if want := "[4, 4, 4, 4, 4, 4] [8.4, 18.3, 28.2, 38.1, 48.0, 57.9] [0.053776946, 0.07190387, 0.090030795, 0.10815772, 0.290030795] [24, 27, 30, 33, 0] [57.9, 57.9, 57.9, 57.9, 0.0]\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
