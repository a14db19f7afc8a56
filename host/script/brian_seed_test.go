package script_test

import (
	"strings"
	"testing"
)

// TestSeedBefore: what is described after seed(1) is drawn under that seed, whatever seed(...) says before the run, and noise is not.
func TestSeedBefore(t *testing.T) {
	const text = `
def go(first, then, looked):
    start_scope()
    seed(first)
    G = NeuronGroup(20, 'dv/dt = xi/sqrt(second) : 1', method='euler', threshold='v > 10')
    G.v = 'rand()'
    S = Synapses(G, G, 'w : 1', on_pre='v += w')
    S.connect(p=0.3)
    S.connect(condition='i != j and rand() < 0.1')
    S.connect(j='k for k in sample(N_post, p=0.2)')
    S.w = 'rand()'
    S.delay = 'rand()*ms'
    seed(then)
    before = list(G.v) if looked else None
    net = Network(G, S)
    net.store()
    v = list(G.v)
    net.run(0.1*ms)
    assert not looked or before == v
    moved = [round(x - y, 9) for x, y in zip(G.v, v)]
    delays = list(S.delay[:])
    seed(9)
    net.add(StateMonitor(G, 'v', record=True))
    net.run(0.1*ms)
    assert delays == list(S.delay[:])
    return list(S.i[:]) + list(S.j[:]) + list(S.w[:]) + list(S.delay[:]) + v, moved
a, b, c, d, e = go(1, 2, False), go(1, 3, True), go(1, 2, False), go(4, 2, False), go(1, 1, True)
print(a[0] == b[0], a[0] == c[0], a[0] == e[0], a[0] == d[0], a[1] == b[1], a[1] == c[1], a[1] == d[1])
`
	got, _, err := runText(t, t.TempDir(), text)
	if want := "True True True False False True True"; err != nil || strings.TrimSpace(got) != want {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
}

// TestSeedBetween: values that were described under one seed stay when others are described under the next.
func TestSeedBetween(t *testing.T) {
	const text = `
def go(trial):
    start_scope()
    seed(1)
    G = NeuronGroup(4, 'v : 1\nu : 1', threshold='v > 2')
    S = Synapses(G, G, 'w : 1', on_pre='v += w')
    S.connect(p=0.5)
    S.w = 'rand()'
    S.delay = 'rand()*ms'
    G.u = 'rand()'
    G.v = '2*u'
    u = list(G.u)
    seed(trial)
    G.v = 'rand()'
    seed(trial + 100)
    S.w[0] = 'rand()'
    run(0*ms)
    assert u == list(G.u)
    return list(S.w[1:]) + list(S.delay) + u, S.w[0], G.v[0]
a, b, c = go(10), go(11), go(10)
print(a[0] == b[0], a[1] == b[1], a[2] == b[2], a == c)
`
	got, _, err := runText(t, t.TempDir(), text)
	if want := "True False False True"; err != nil || strings.TrimSpace(got) != want {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
}
