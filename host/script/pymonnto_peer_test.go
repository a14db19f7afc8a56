package script_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// PymoNNto's own examples have here the values that they have in PymoNNto, iteration by iteration.
func TestPymonntoPeer(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "pymonnto", "networks.star"))
	if err != nil {
		t.Fatal(err)
	}
	names, res, err := runText(t, t.TempDir(), string(text)+`
for net in [net1, net2, net3, net4, net5, net6, net7]:
    for r in net["recorder"]:
        for k in range(len(r.variables)):
            print(r.tags[0] + "." + r.variables[k], r.name + ("_%d" % k if len(r.variables) > 1 else ""))
`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]float64{}
	for _, n := range res.Networks {
		for _, m := range n.Network.Monitors {
			s, err := n.Sim.Samples(m)
			if err != nil {
				t.Fatal(err)
			}
			got[m.Name] = s.Values[0]
		}
	}
	want := npz(t, filepath.Join("testdata", "pymonnto", "networks.npz"))
	lines := strings.Split(strings.TrimSpace(names), "\n")
	if len(want) != len(lines) || len(want) < 30 {
		t.Fatalf("%d recordings, want %d", len(lines), len(want))
	}
	for _, l := range lines {
		key, monitor, _ := strings.Cut(l, " ")
		all, a := got[monitor], want[key].Float64s()
		if len(all)/7 >= len(a) { // gapwidth=7
			width := want[key].Shape[1]
			var every []float64
			for at := 6 * width; at < len(all); at += 7 * width {
				every = append(every, all[at:at+width]...)
			}
			all = every
		}
		compare(t, key, all, a)
	}
}

// What PymoNNto's users write in classes, and what it gives there.
func TestPymonntoClasses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"instances and inheritance", `
class Grow(Behavior):
    rate = 2
    def initialize(self, n):
        """Two arguments."""
        self.by = self.parameter('by', 1.0, n)
        n.x = n.vector(3)
    def iteration(self, n):
        n.x += self.by*self.rate  # a comment

class Shrink(Grow):
    def iteration(self, n):
        n.x -= self.by
net = Network()
NeuronGroup(net, 2, {1: Grow(by=0.5), 3: Recorder('x')}, tag='A')
NeuronGroup(net=net, tag='B', size=1, behavior=[Shrink(by=10, tag='down')])
net.initialize()
net.simulate_iterations(2)
net.simulate_iteration()
print(net.A.x, net.B.x, net.A.Grow.by, net['Shrink', 0].by, net.down.by, net['x', 0, 'np'].column(1))
`, "[6, 6] [-27] 0.5 10 10 [4, 5, 6]\n"},
		{"a name without copy is the same array", `
class C(Behavior):
    def initialize(self, n):
        n.x = n.vector(1)
        n.y = n.vector()
        n.z = n.vector()
    def iteration(self, n):
        same, kept = n.x, n.x.copy()
        n.x += 1
        n.y = same*1
        n.z = kept*1
net = Network()
G = NeuronGroup(net=net, size=1, behavior={1: C()})
net.initialize()
net.simulate_iterations(1)
print(G.x, G.y, G.z)
`, "[2] [2] [1]\n"},
		{"if with sums", `
class C(Behavior):
    def initialize(self, n):
        n.x = np.arange(4)*1.0
        n.total = n.vector()
        n.count = n.vector()
        for s in n.synapses(afferent):
            s.W = s.matrix(1)
    def iteration(self, n):
        if np.sum(n.x) > 10:
            for s in n.synapses(afferent, 'S'):
                n.total += s.W.dot(s.src.x)
                s.W *= 2
        elif np.any(n.x > 3) and n.iteration < 3:
            n.count -= 1
        else:
            n.count += 1
        n.x[n.x >= 2] += 1
        n.x[0:1] = 7.0*(n.iteration == 3)
net = Network()
G = NeuronGroup(net=net, size=4, tag='G', behavior={1: C()})
S = SynapseGroup(net=net, src='G', dst='G', tag='S')
net.initialize()
net.simulate_iterations(4)
# sums: 6, 8, 10 and 19
print(G.x, G.total, G.count, S.W[0])
`, "[0, 1, 6, 7] [19, 19, 19, 19] [1, 1, 1, 1] [2, 2, 2, 2]\n"},
		{"events", `
class C(Behavior):
    def initialize(self, n):
        n.spike = n.vector(bool)
        n.spike_old = n.vector()
    def iteration(self, n):
        n.spike_old = n.spike.copy()
        n.spike = (n.id + n.iteration) % 3 == 0
net = Network()
G = NeuronGroup(net=net, size=4, tag='G', behavior={1: C(), 9: EventRecorder('spike', tag='events')})
net.initialize()
net.simulate_iterations(3)
print(net['spike.t', 0], net['spike.i', 0], net.events['spike'].shape, G.spike_old)
`, "[1, 2, 3, 3] [2, 1, 0, 3] (4, 2) [0, 1, 0, 0]\n"},
		{"functions of numpy", `
class C(Behavior):
    def initialize(self, n):
        n.v = np.array([-1.7, 0.4, 2.5])
        n.a = n.vector(); n.b = n.vector(); n.c = n.vector(); n.d = n.vector()
    def iteration(self, n):
        n.a = n.v.astype(int) + 0.5*(n.v > 0).astype(int)
        n.b = np.where(n.v < 0, -n.v, 2*n.v) % 2
        n.c = np.maximum(np.minimum(n.v, 1), -1) // 0.5
        kept = np.array(n.v)
        n.v += 1
        n.d = np.clip(kept, None, 1.0)**2 + np.mean(n.v) - np.all(n.v > -1)*10
net = Network()
G = NeuronGroup(net=net, size=3, behavior={1: C()})
net.initialize()
net.simulate_iterations(1)
print(G.a, [round(x, 6) for x in G.b], G.c, [round(x, 6) for x in G.d])
`, "[-1, 0.5, 2.5] [1.7, 0.8, 1.0] [-2, 0, 2] [-5.71, -8.44, -7.6]\n"},
		{"learning by outer products and columns", `
class Learn(Behavior):
    def initialize(self, n):
        n.v = np.array([1.0, -2.0, 3.0])
        n.energy = n.vector()
        n.out = n.vector()
        for s in n.synapses(afferent, 'S'):
            s.W = s.matrix()
    def iteration(self, n):
        for s in n.synapses(afferent, 'S'):
            s.W += np.outer(s.dst.v, s.src.v)/10
            np.fill_diagonal(s.W, 0.0)
            s.W /= np.sum(np.abs(s.W))
            s.W[s.W < -0.2] = 0
            n.out = np.sign(s.W @ s.src.v - 0.1)
            n.energy = -0.5*n.v.dot(s.W.dot(n.v))
net = Network()
G = NeuronGroup(net=net, size=3, tag='G', behavior={1: Learn()})
S = SynapseGroup(net=net, src='G', dst='G', tag='S')
net.initialize()
net.simulate_iterations(1)
# v v^T/10 without its diagonal, divided by 2.2; below -0.2 are the two -0.6/2.2
print([[round(x, 6) for x in row] for row in S.W], [round(x, 6) for x in G.energy], G.out)
`, "[[0.0, -0.090909, 0.136364], [-0.090909, 0.0, 0.0], [0.136364, 0.0, 0.0]] [-0.590909, -0.590909, -0.590909] [1, -1, 1]\n"},
		{"what else stands in a class", `
k = 2
class Odd(Behavior):
    """Two lines,
class Not(Behavior):"""
    pair, more = [k**2, -1], {'a': k}
    def plot(self):
        with open('x') as f:
            pass
    def half(self, x):
        'a text first'
        return x/2 if 0 < np.sum(x) < 1e3 else x*0  # of all
    def initialize(self, n):
        w = {}
        w['i'] = 0
        while w['i'] < 3:
            w['i'] += 1
        n.x = np.array([[1.0, 2.0], [3.0, 4.0]]) @ np.array([1, w['i']])*self.more['a']
        n.y = n.vector()
        n.z = n.vector()
        n.x[1:] **= 2
    def iteration(self, n):
        same = n.x
        n.x **= 2
        n.y = same + self.pair[0]
        n.z = n.y = -self.half(n.y) - n.y - 1
k = 3
net = Network()
G = NeuronGroup(net=net, size=2, behavior={1: Odd(), 2: Behavior(initialize='w = vector(2)**2', iteration='w = (w + 1)**2 if not 9 < w < 11 else 0')})
net.initialize()
print(G.x)
net.simulate_iterations(1)
# (1 + 6)*2 and ((3 + 12)*2)**2; their squares, y with 4 more: the sum is large, so that y is -y - 1
print(G.x, G.y, G.z, G.w)
`, "[14, 900]\n[196, 810000] [-201, -810005] [-201, -810005] [25, 25]\n"},
		{"an if around sums of other names", `
class C(Behavior):
    def many(self, x):
        return np.count_nonzero(x > 1)
    def initialize(self, n):
        n.x = np.arange(4)*1.0
        n.y = n.vector(); n.z = n.vector()
    def iteration(self, n):
        if n.iteration > 1:
            n.y = np.count_nonzero(n.x)
        if n.iteration > 1:
            n.z = self.many(n.x) + 10
net = Network()
G = NeuronGroup(net=net, size=4, behavior={1: C()})
net.initialize()
net.simulate_iterations(1)
print(G.y, G.z)
net.simulate_iterations(1)
print(G.y, G.z)
`, "[0, 0, 0, 0] [0, 0, 0, 0]\n[3, 3, 3, 3] [12, 12, 12, 12]\n"},
	} {
		t.Run(c.name, func(t *testing.T) { prints(t, c.text, c.want) })
	}
}

// What a class's text names is what its own file has, also where the file that uses it has another of that name.
func TestPymonntoNamesOfFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "other.star"), []byte(`
k = 2
class C(Behavior):
    def initialize(self, n):
        n.x = n.vector(k)
    def iteration(self, n):
        n.x += k*100
def text():
    return Behavior(initialize='y = vector(k)', iteration='y += k*100')
`), 0o644); err != nil {
		t.Fatal(err)
	}
	got, _, err := runText(t, dir, `
load("other.star", "C", "text")
k = 5
def make():
    k = 7
    return {1: C(), 2: text()}
net = Network()
G = NeuronGroup(net=net, size=1, behavior=make())
net.initialize()
print(G.x, G.y)
net.simulate_iterations(1)
print(G.x, G.y)
`)
	if want := "[2] [2]\n[202] [202]\n"; err != nil || got != want {
		t.Errorf("%v\ngot\n%swant\n%s", err, got, want)
	}
}

// Mistakes in a class are shown at their line.
func TestPymonntoClassErrors(t *testing.T) {
	const head = "class C(Behavior):\n    def initialize(self, n):\n        n.x = n.vector()\n        for s in n.synapses(afferent):\n            s.W = s.matrix(1)\n    def iteration(self, n):\n"
	const tail = "\nnet = Network()\nG = NeuronGroup(net=net, size=2, tag='G', behavior={1: C(k=1)})\nSynapseGroup(net=net, src='G', dst='G', tag='S')\nnet.initialize()\nnet.simulate_iterations(1)\n"
	for name, c := range map[string][3]string{
		"attribute":  {"        n.x += 1\n        n.x += self.rate", ":8:", "self.rate: the behaviour has no such parameter"},
		"local":      {"        n.x += y", ":7:", `unknown name "y"`},
		"matrix":     {"        for s in n.synapses(afferent, 'S'):\n            n.x = s.W", ":8:", "np.sum(..., axis=1)"},
		"alias":      {"        n.old = n.x\n        n.x += 1", ":7:", "write .copy()"},
		"max":        {"        n.x /= np.max(n.x)", ":7:", "sum, mean, any and all"},
		"source":     {"        for s in n.synapses(afferent, 'S'):\n            n.x += s.W.dot(s.src.q)", "", "q"},
		"while":      {"        while True:\n            n.x += 1", ":7:", "if and loops"},
		"keyword":    {"        n.x = np.sum(a=n.x)", ":7:", "sum has no argument a="},
		"print":      {"        print(n.x)", ":7:", "does nothing"},
		"transposed": {"        for s in n.synapses(afferent, 'S'):\n            n.x += s.W.T.dot(s.src.x)", ":8:", "axis=0"},
		"bracket":    {"        n.x = (1 + 2", ":7:15:", "never closed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runText(t, t.TempDir(), head+c[0]+tail)
			if err == nil || !strings.Contains(err.Error(), c[2]) || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("got %v, want %s %s", err, c[1], c[2])
			}
		})
	}
	_, _, err := runText(t, t.TempDir(), head+"        n.x += 1"+strings.Replace(tail, "C(k=1)", "C", 1))
	if err == nil || !strings.Contains(err.Error(), "behavior 1 is the class C") || !strings.Contains(err.Error(), "C()") {
		t.Errorf("got %v for a class in place of a behaviour", err)
	}
	_, _, err = runText(t, t.TempDir(), head+"        n.x = n.x**2\nx = = 1\nasync y\n")
	if err == nil || !strings.Contains(err.Error(), ":8:5") || !strings.Contains(err.Error(), ":9:1") || strings.Contains(err.Error(), "a class") || strings.Contains(err.Error(), ":7:") {
		t.Errorf("got %v, want lines 8 and 9 only", err)
	}
	_, _, err = runText(t, t.TempDir(), "class C(Behavior):\n    def initialize(self, n):\n        n.x = 1\n        n.y = n.nothing\nnet = Network()\nNeuronGroup(net=net, size=2, behavior={1: C()})\nnet.initialize()\n")
	if err == nil || !strings.Contains(err.Error(), ":4:") || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v, want the line of initialize", err)
	}
}

// Between runs, what behaviours have can be read and changed, and they can be switched off.
func TestPymonntoLive(t *testing.T) {
	const class = `
class Count(Behavior):
    def initialize(self, n):
        self.by = self.parameter('by', 1.0, n)
        self.total = 0
        self.rows = np.array([[1.0, 2.0], [30.0, 40.0]])
        n.x = n.vector()
    def iteration(self, n):
        self.total += self.by
        n.x += self.by
        n.y = self.rows[n.iteration % 2]
net = Network()
G = NeuronGroup(net=net, tag='G', size=2, behavior={1: Count(by=2), 2: Count(by=10, tag='ten')})
net.initialize()
net.simulate_iterations(2)
`
	got, _, err := runText(t, t.TempDir(), class+`
print(G.x, net['Count', 0].total, G.ten.total, G.y)
G.ten.by = 100
net['Count', 0].total = 5
G.Count.rows = np.array([[1.0, 2.0], [3.0, 4.0]])
G.ten.rows = np.array([[1.0, 2.0], [3.0, 4.0]])
net.simulate_iteration()
print(G.x, net['Count', 0].total, G.ten.total, G.y)
net.deactivate_behaviors('ten')
net.simulate_iteration()
print(G.x, G.ten.total)
G.set_behaviors('ten', True)
net.simulate_iteration()
print(G.x, G.ten.total)
`)
	want := "[24, 24] [4, 4] [20, 20] [1, 2]\n[126, 126] [7, 7] [120, 120] [3, 4]\n[128, 128] [120, 120]\n[230, 230] [220, 220]\n"
	if err != nil || got != want {
		t.Errorf("%v\ngot\n%swant\n%s", err, got, want)
	}
	for name, c := range map[string][2]string{
		"no tag":  {class + "net.deactivate_behaviors('eleven')", `no behaviour has the tag "eleven"`},
		"value":   {class + "G.ten.by = 'x'", "is a number in the iteration"},
		"differs": {strings.Replace(class, "self.total += self.by", "self.total = n.x*1", 1), "is one number"},
		"index":   {strings.Replace(class, "n.iteration % 2", "n.x", 1), "differs from neuron to neuron"},
		"rows":    {strings.Replace(class, "[1.0, 2.0], [30.0, 40.0]", "[1.0, 2.0, 3.0], [30.0, 40.0, 5.0]", 1), "(2, 3)"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runText(t, t.TempDir(), c[0])
			if err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("got %v, want %s", err, c[1])
			}
		})
	}
}
