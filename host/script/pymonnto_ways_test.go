package script_test

import "testing"

// TestPymonntoWays goes through the ways of building that PymoNNto's users know, one case each. What a script prints is worked out by hand.
func TestPymonntoWays(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"vector('uniform')", `
net = Network()
G = NeuronGroup(net=net, tag="G", size=400, behavior={1: Behavior(initialize="x = vector('uniform')\nz = vector(2)", iteration="y = vector('uniform')"), 2: Recorder(["x", "y"])})
net.initialize()
net.simulate_iterations(2)
x, y = net["x", 0], net["y", 0]
def spread(v):
    return v.min() >= 0 and v.max() < 1 and v.min() < 0.05 and v.max() > 0.95 and abs(v.mean() - 0.5) < 0.06
# drawn once in the initialize part, and anew in each iteration
print(spread(x), spread(y), (x[0] - x[1]).max(), abs(y[0] - y[1]).max() > 0.5, len(set(list(G.x))), G.z.min(), G.z.max())
v = G.vector("uniform", density=0.25)
print(v.shape, greater(v, 0).mean() > 0.17, greater(v, 0).mean() < 0.33)
`, "True True 0.0 True 400 2.0 2.0\n(400,) True True\n"},
		{"matrix('uniform', density=0.1)", `
net = Network()
A = NeuronGroup(net=net, tag="A", size=60, behavior={1: Behavior(initialize="x = vector('uniform')")})
def weights(neurons):
    for s in neurons.synapses(afferent, "S"):
        s.W = s.matrix("uniform", density=0.1)
B = NeuronGroup(net=net, tag="B", size=80, behavior={
    1: Behavior(initialize=weights),
    2: Behavior(initialize="y = 0", iteration="for s in synapses(afferent, 'S'):\n    y = s.W.dot(s.src.x)"),
})
S = SynapseGroup(net=net, src="A", dst="B", tag="S")
net.initialize()
net.simulate_iterations(1)
W = S.W
filled = greater(W, 0).mean()
# [dst, src]; filled to a tenth with numbers from 0 to 1; and what reaches a neuron is its row times the source
print(W.shape, filled > 0.085, filled < 0.115, W.min(), W.max() < 1, abs(W.mean()/filled - 0.5) < 0.05)
print(max([abs(B.y[j] - sum([W[j, k]*A.x[k] for k in range(60)])) for j in range(80)]) < 1e-13, B.y.max() > 0)
`, "(80, 60) True True 0.0 True True\nTrue True\n"},
		{"loop over afferent synapses by tag", `
net = Network()
def one(neurons):
    for tag in ["E", "I"]:
        for s in neurons.synapses(afferent, tag):
            s.W = s.matrix(1)
def source(n, x):
    return NeuronGroup(net=net, tag="n%d" % n, size=n, behavior={1: Behavior(initialize="x = %d" % x)})
a, b, c = source(2, 1), source(3, 10), source(1, 1000)
D = NeuronGroup(net=net, tag="D", size=1, behavior={1: Behavior(initialize=one), 2: Behavior(initialize="y = 0; z = 0", iteration='''
    for s in synapses(afferent, "E"):
        y += s.W.dot(s.src.x)
    for s in synapses(afferent, "I"):
        z -= s.W.dot(s.src.x)/s.src.size
''')})
SynapseGroup(net=net, src=a, dst=D, tag="E")
SynapseGroup(net=net, src=b, dst=D, tag="E,second")
SynapseGroup(net=net, src=c, dst=D, tag="I")
net.initialize()
net.simulate_iterations(2)
# E from two groups, 2*1 + 3*10 a step; I from one; and what leads away from a group is efferent
print(D.y, D.z, len(D.synapses(afferent, "E")), len(D.synapses(afferent, "I")), len(D.synapses(efferent, "E")), len(b.synapses(efferent, "second")))
`, "[64] [-2000] 2 1 0 1\n"},
		{"behaviours with parameters and an initialise part", `
def start(self, neurons):
    neurons.x = neurons.vector(self.first)
    self.half = self.factor/2
Grow = Behavior(initialize=start, iteration="x = x*self.factor + self.half", factor=2, first=1)
net = Network()
A = NeuronGroup(net=net, tag="A", size=2, behavior={1: Grow(first=3)})
B = NeuronGroup(net=net, tag="B", size=1, behavior={1: Grow(factor=10)})
net.initialize()
print(A.x, B.x)
net.simulate_iterations(2)
# 3 -> 7 -> 15; 1 -> 15 -> 155
print(A.x, B.x)
`, "[3, 3] [1]\n[15, 15] [155]\n"},
		{"several groups under one key", `
net = Network()
shared = {1: Behavior(initialize="x = 1", iteration="x *= 2"), 3: Behavior(iteration="x += 1")}
for k in range(3):
    NeuronGroup(net=net, tag="cells,cell%d" % k, size=k + 1, behavior=shared)
NeuronGroup(net=net, tag="other", size=1, behavior={2: Behavior(initialize="x = 0", iteration="x -= 1")})
net.initialize()
net.simulate_iterations(2)
print([(g.tags[1], g.size, g.x) for g in net["cells"]], net["cells", 2].size, net["other", 0].x, len(net["cells"]))
`, `[("cell0", 1, [7]), ("cell1", 2, [7, 7]), ("cell2", 3, [7, 7, 7])] 3 [-2] 3` + "\n"},
		{"get_squared_dim", `
def shape(d):
    return (d.width, d.height, d.depth)
print([shape(get_squared_dim(n)) for n in [100, 12, 7, 1]], shape(get_squared_dim(8, depth=2)))
net = Network()
G = NeuronGroup(net=net, size=get_squared_dim(6), tag="G", behavior={1: Behavior(initialize="v = vector(0)", iteration="v = 10*y + x")})
net.initialize()
net.simulate_iterations(1)
print(G.size, G.v)
`, "[(10, 10, 1), (3, 4, 1), (1, 7, 1), (1, 1, 1)] (2, 4, 2)\n6 [-10.5, -9.5, -0.5, 0.5, 9.5, 10.5]\n"},
		{"recorders of variables and of reductions", `
net = Network()
G = NeuronGroup(net=net, tag="G", size=4, behavior={
    1: Behavior(initialize="v = array([1, 2, 3, 6]); w = 0; square = 0", iteration="v *= 2; w = -v; square = v*v"),
    2: Recorder(["v", "w", "np.mean(v)", "sum(w)"], tag="all"),
    3: Recorder("mean(square)", tag="power", gapwidth=2),
})
net.initialize()
net.simulate_iterations(2)
print(net["v", 0], net["w", 0])
print(net["np.mean(v)", 0], net["sum(w)", 0], net["power", 0]["mean(square)"], net["all", 0].variables)
`, "[[2, 4, 6, 12], [4, 8, 12, 24]] [[-2, -4, -6, -12], [-4, -8, -12, -24]]\n[6, 12] [-24, -48] [200] [\"v\", \"w\", \"mean(v)\", \"sum(w)\"]\n"},
		{"net['tag'] look-up", `
net = Network()
G = NeuronGroup(net=net, tag="G,both", size=2, behavior={1: Behavior(initialize="v = 1", iteration="v += 1", tag="step"), 5: Recorder("v", tag="rec")})
H = NeuronGroup(net=net, tag="H,both", size=1, behavior={1: Behavior(initialize="v = 5"), 5: Recorder("v", tag="rec")})
S = SynapseGroup(net=net, src="G", dst="H", tag="S,syn")
net.initialize()
net.simulate_iterations(2)
print(net["both"], net["G", 0] == G, net["S"], net["syn", 0] == S, net["rec"], G["rec"], H["rec", 0]["v", 0])
print(net["v"], net["v", 1], "S" in net, "v" in net, "nothing" in net, net["step"])
`, `[NeuronGroup("G"), NeuronGroup("H")] True [SynapseGroup("S")] True [Recorder("rec"), Recorder("rec_1")] [Recorder("rec")] [[5], [5]]
[[[2, 2], [3, 3]], [[5], [5]]] [[5], [5]] True True False [Behavior("step")]
`},
	} {
		t.Run(c.name, func(t *testing.T) { prints(t, c.text, c.want) })
	}
}
