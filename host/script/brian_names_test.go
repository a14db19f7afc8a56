package script

import "testing"

// TestNamesOfEquations: what names of equations, of code and of variables mean. Brian2 2.5.1 prints the same for the same lines.
func TestNamesOfEquations(t *testing.T) {
	got := printed(t, "names.py", `from brian2 import *
tau = 10*ms
other = [tau/ms for tau in [1*ms, 2*ms]]
G = NeuronGroup(1, 'dv/dt = -v/tau : 1', method='exact')
G.v = 1
net = Network(G)
net.run(10*ms)
print('%.12f' % G.v[0])
def simulate():
    tau = 20*ms
    more = {tau: 1 for tau in [1, 2]}
    H = NeuronGroup(1, 'dv/dt = -v/tau : 1', method='exact')
    H.v = 1
    net = Network(H)
    net.run(10*ms)
    return H.v[0]
print('%.12f' % simulate())
P = NeuronGroup(4, 'v : 1')
P.v = 'i'
print([int(np.sum(P.v['i > k'])) for k in range(3)])

nu_pre, gain_post = 0.5, 2
A = SpikeGeneratorGroup(1, [0, 0], [0, 1]*ms)
B = NeuronGroup(2, 'g : volt')
S = Synapses(A, B, '''w : 1
dpre/dt = -pre/(20*ms) : 1 (event-driven)''', on_pre='''pre += nu_pre
w += gain_post*pre
g_post += w*mV''')
S.connect()
S.pre.delay = 0.1*ms
S.w_ = 1
B.g_ = [0.25, 0.5]
B.g_[1] = 1
net = Network(A, B, S)
net.run(2*ms)
print(B.g_[:].round(9), S.w_[:].round(9), S.N[:], S.pre.delay[:])
`)
	const want = `0.367879441171
0.606530659713
[6, 5, 3]
[0.255951229, 1.005951229] [3.951229425, 3.951229425] 2 [0.0001, 0.0001] * second
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
