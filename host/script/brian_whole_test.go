package script

import "testing"

// TestWholeVariable: what is stored in G.v[:] is stored in the variable, what is stored in some of its values, or in those of a part of the group, is not.
// Brian2 2.5.1 prints the same for the same lines.
func TestWholeVariable(t *testing.T) {
	got := printed(t, "whole.py", `from brian2 import *
G = NeuronGroup(4, '''dv/dt = 1/ms : 1
u : volt
z = 2*v : 1''', threshold='v > 100', method='euler')
S = Synapses(G, G, 'w : 1')
S.connect()
S.w = '-i'
b, c, d, q = G.v[:], S.w[:], G.v[0:2], G.u[:]
b[0], c[0], d[1], q[2] = 5, 7, 9, 3*mV
print(G.v[:].round(9), S.w[0], G.u[2])
run(1*ms)
print(G.v[:].round(9), d.round(9))
G.v[:][G.v > 5] = 0
G[1:3].v[:][:] = 3
G.v[1:3][0] = 8
print(G.v[:].round(9))
x = G.v_[:]
x[:] = 2
S.w[:][S.w < -2] = 9
y = G.z[:]
y[0] = 3
print(G.v[:].round(9), S.w[:], G.z[:].round(9))
`)
	const want = `[5, 0, 0, 0] 7.0 3 mV
[6, 1, 1, 1] [0, 9]
[0, 1, 1, 1]
[2, 2, 2, 2] [7, 0, 0, 0, -1, -1, -1, -1, -2, -2, -2, -2, 9, 9, 9, 9] [4, 4, 4, 4]
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
