package script_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/script"
)

// prints runs a script, which is right, and compares what it prints.
func prints(t *testing.T, text, want string) {
	t.Helper()
	got, _, err := runText(t, t.TempDir(), text)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// runText runs a script in a folder on the CPU.
func runText(t *testing.T, dir, text string) (string, *script.Result, error) {
	t.Helper()
	var out bytes.Buffer
	res, err := script.RunSource(context.Background(), filepath.Join(dir, "m.star"), text, script.Options{Engine: cpuEngine{}, Stdout: &out})
	t.Cleanup(func() {
		for _, n := range res.Networks {
			n.Sim.Close()
		}
	})
	return out.String(), res, err
}

// reference unpacks a reference array, also to a folder.
func reference(t *testing.T, name, dir string) []float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "pymonnto", name+".npy.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".npy"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := record.ReadNPY(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return a.Float64s()
}

func TestPymonntoReference(t *testing.T) {
	dir := t.TempDir()
	reference(t, "W", dir)
	reference(t, "activity0", dir)
	_, res, err := runText(t, dir, `
net = Network()

def weights(neurons):
    for synapse in neurons.synapses(afferent, "GLUTAMATE"):
        synapse.W = read("W.npy")

def start(self, neurons):
    neurons.activity = read("activity0.npy")
    self.decay_factor = 0.99

NeuronGroup(net=net, tag="my_neurons", size=100, behavior={
    9: Recorder(["activity", "np.mean(activity)"], tag="my_recorder"),
    2: Behavior(initialize=weights, iteration="""
        for synapse in neurons.synapses(afferent, 'GLUTAMATE'):
            neurons.activity += synapse.W.dot(synapse.src.activity) / synapse.src.size
        neurons.activity += 0.5*int(i == (iteration*7) % N)
    """),
    1: Behavior(initialize=start, iteration="neurons.activity *= self.decay_factor"),
})
SynapseGroup(net=net, src="my_neurons", dst="my_neurons", tag="GLUTAMATE")
net.initialize()
net.simulate_iterations(100)
net.simulate_iterations(200)
`)
	if err != nil {
		t.Fatal(err)
	}
	samples := func(m *net.StateMonitor) []float64 {
		s, err := res.Sim.Samples(m)
		if err != nil {
			t.Fatal(err)
		}
		return s.Values[0]
	}
	all, mean := samples(res.Network.Monitors[0]), samples(res.Network.Monitors[1])
	var every []float64
	for k := 0; k < 300 && len(all) == 300*100; k += 3 {
		every = append(every, all[k*100:(k+1)*100]...)
	}
	end, _, err := res.Sim.Get(res.Network.Groups[0], "activity")
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]float64{"activity": every, "mean": mean, "end": end} {
		want := reference(t, name, dir)
		if len(got) != len(want) {
			t.Errorf("%s has %d values, want %d", name, len(got), len(want))
			continue
		}
		largest, worst := 0.0, 0.0
		for k := range want {
			largest, worst = max(largest, math.Abs(want[k])), max(worst, math.Abs(got[k]-want[k]))
		}
		if !(worst <= 1e-12*largest) {
			t.Errorf("%s differs by %g of its largest magnitude", name, worst/largest)
		}
	}
}

func TestPymonnto(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		// order across groups: the number counts, then the order in which the groups were made; recorders see the state at their place
		{"order", `
net = Network()
A = NeuronGroup(net=net, tag="a,first", size=1, behavior={
    3: Behavior(iteration="x = 10*x + 3"), 2: Recorder("x", tag="early"), 7: Recorder("x", tag="late"),
    1: Behavior(initialize="x = 1", iteration="x = 2*x"),
})
B = NeuronGroup(net=net, tag="b,second", size=2, behavior={
    1: Behavior(initialize="y = vector(0)"),
    3: Behavior(iteration="for s in synapses(afferent, 'S'):\n    y = s.W.dot(s.src.x + 1)\n    z = y*y"),
    4: Behavior(iteration="for s in synapses(afferent, 'S'): # a comment\n    y += s.W.dot(2*s.src.x)/s.src.size"),
    5: Recorder(["y", "z", "sum(y)"]),
})
def w(neurons):
    for s in neurons.synapses(efferent, "S"):
        s.W = [[1], [10]]
C = NeuronGroup(net=net, tag="c", size=1, behavior={})
SynapseGroup(net=net, src=A, dst="b", tag="S")
net["S", 0].W = [[1], [10]]
net.initialize()
net.simulate_iterations(2)
# x: 1 -> 2 -> 23 -> 46 -> 463; y = W(x + 1), and 2 W x more
print(net["early", 0]["x"].flatten(), net["late", 0]["x"].flatten(), net["y", 0], net["z", 0], net["sum(y)", 0], net.iteration)
print("first" in net, "third" in net, net["a"], net["second"], A["late", 0], len(net["x"]), A.x, net["b", 0].y)
`, "[2, 46] [23, 463] [[70, 700], [1390, 13900]] [[576, 57600], [215296, 2.15296e+07]] [770, 15290] 2\n" +
			`True False [NeuronGroup("a")] [NeuronGroup("b")] Recorder("late") 2 [463] [1390, 13900]` + "\n"},
		// a behaviour stands for a class: each call makes one, with parameters of its own
		{"instances", `
Decay = Behavior(initialize="x = 8", iteration="x *= factor", factor=0.5)
net = Network()
A = NeuronGroup(net=net, tag="a", size=1, behavior={1: Decay()})
B = NeuronGroup(net=net, tag="b", size=1, behavior={1: Decay(factor=0.25)})
net.initialize()
net.simulate_iterations(1)
print(A.x, B.x)
`, "[4] [2]\n"},
		// behaviours with a parameter of the same name, intervals of a recorder, writing between runs, two groups into one
		{"parameters", `
net = Network()
def grow(by):
    return Behavior(initialize="x = 0", iteration="x += by", by=by)
def one(neurons):
    for s in neurons.synapses(afferent, "E"):
        s.W = s.matrix(1)
A = NeuronGroup(net=net, tag="A", size=2, behavior={1: grow(1), 2: grow(10), 4: Recorder(["x"], gapwidth=2)})
B = NeuronGroup(net=net, tag="B", size=3, behavior={1: grow(100)})
D = NeuronGroup(net=net, tag="D", size=1, behavior={1: Behavior(initialize="y = 0"), 3: Behavior(initialize=one, iteration="""
    y = 0
    for s in synapses(afferent, "E"):
        y += s.W.dot(s.src.x)
""")})
SynapseGroup(net=net, src=A, dst=D, tag="E")
SynapseGroup(net=net, src=B, dst=D, tag="E")
net.initialize()
net.simulate_iterations(3)
print(D.y, net["x", 0])
A.x = [5, 6]
net.simulate_iterations(1)
print(A.x, D.y)
`, "[966] [[22, 22]]\n[16, 17] [1233]\n"},
		{"if", `
net = Network()
NeuronGroup(net=net, tag="G", size=4, behavior={1: Behavior(initialize="v = array([1, 2, 3, 4])", iteration="""
    # a comment with s.W.dot(x)
    if v > 2:
        w = v   # large

    else:
        w = -v
    v += neurons.iteration
"""), 2: Recorder(["v", "w"])})
net.initialize()
net.run(2*second)
print(net["v", 0], net["w", 0])
`, "[[2, 3, 4, 5], [4, 5, 6, 7]] [[-1, -2, 3, 4], [-2, 3, 4, 5]]\n"},
		{"grid", `
d = get_squared_dim(12)
net = Network()
G = NeuronGroup(net=net, size=d, tag="G", behavior={})
print(d.width, d.height, G.x, G.y, G.width, G.vector("ones", density=0), G.vector("uniform(2, 3)").min() >= 2)
`, "3 4 [-1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1] [-1.5, -1.5, -1.5, -0.5, -0.5, -0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5] 3 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] True\n"},
	} {
		t.Run(c.name, func(t *testing.T) { prints(t, c.text, c.want) })
	}
}

// The example runs as it is written.
func TestPymonntoExample(t *testing.T) {
	var out bytes.Buffer
	res, err := script.Run(context.Background(), "../../examples/pymonnto/pymonnto.star", script.Options{Engine: cpuEngine{}, Stdout: &out, Set: []string{"iterations=200"}})
	for _, n := range res.Networks {
		defer n.Sim.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	all, err := res.Sim.Samples(res.Network.Monitors[0])
	if err != nil {
		t.Fatal(err)
	}
	mean, err := res.Sim.Samples(res.Network.Monitors[1])
	if err != nil {
		t.Fatal(err)
	}
	if len(mean.Values[0]) != 200 || len(all.Values[0]) != 200*100 {
		t.Fatalf("%d means of %d values", len(mean.Values[0]), len(all.Values[0]))
	}
	for k, m := range mean.Values[0] {
		sum := 0.0
		for _, x := range all.Values[0][k*100 : (k+1)*100] {
			sum += x
		}
		if !(math.Abs(sum/100-m) <= 1e-14*m) {
			t.Errorf("iteration %d: the recorded mean is %v, that of the recorded values %v", k+1, m, sum/100)
		}
	}
	// 36 to 62 times as much after 100 iterations, as with numpy
	if growth := mean.Values[0][199] / mean.Values[0][99]; growth < 36 || growth > 62 {
		t.Errorf("the activity grows by %v in 100 iterations", growth)
	}
}

// The same seed gives the same numbers, in initialize parts and in iterations; a sparse vector has the density asked for.
func TestPymonntoRandom(t *testing.T) {
	text := `
seed(3)
net = Network()
NeuronGroup(net=net, tag="G", size=1000, behavior={1: Behavior(initialize="x = vector('uniform')", iteration="x = vector('uniform', density=0.1)"), 2: Recorder("x")})
net.initialize()
print(net["G", 0].x.mean())
net.simulate_iterations(50)
x = net["x", 0]
filled = greater(x, 0).mean()
print(filled > 0.09, filled < 0.11, 10*x.mean() > 0.48, 10*x.mean() < 0.52)
print(x.mean())
`
	a, _, err := runText(t, t.TempDir(), text)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := runText(t, t.TempDir(), text)
	if err != nil || a != b {
		t.Errorf("%v\n%s\n%s", err, a, b)
	}
	if !strings.Contains(a, "True True True True\n") {
		t.Error(a)
	}
}

func TestPymonntoErrors(t *testing.T) {
	const group = "net = Network()\nG = NeuronGroup(net=net, tag='neurons', size=4, behavior={1: Behavior(initialize='x = 1', iteration='%s', k=2), 2: Recorder('%r')})\nSynapseGroup(net=net, src=G, dst=G, tag='GLU')\nnet.initialize()\nnet.simulate_iterations(400)\n"
	with := func(code, rec string) string {
		return strings.NewReplacer("%s", code, "%r", rec).Replace(group)
	}
	for name, c := range map[string][2]string{
		"overflow":       {with("x *= 10", "x"), "x"},
		"recorder":       {with("x = k", "activty"), `no variable "activty"`},
		"reduction":      {with("x = k", "median(x)"), "mean(VARIABLE)"},
		"variable":       {with("x = k*activity", "x"), "activity"},
		"tag":            {with("for s in synapses(afferent, \"GLUT\"):\\n  x += 1", "x"), `did you mean "GLU"`},
		"matrix":         {with("for s in synapses(afferent, \"GLU\"):\\n  x += s.W.dot(s.src.x)", "x"), `has no matrix "W"`},
		"loop":           {with("for s in range(3):\\n  x += 1", "x"), "loops go over synapse groups"},
		"parameter":      {with("x = 1", "x") + "net['nurons']", `did you mean "neurons"`},
		"place":          {with("x = 1", "x") + "net['neurons', 1]", "1 object has the tag"},
		"late":           {with("x = 1", "x") + "NeuronGroup(net=net, size=1)", "before net.initialize()"},
		"shape":          {"net = Network()\nG = NeuronGroup(net=net, tag='g', size=3)\nS = SynapseGroup(net=net, src='g', dst='g')\nS.W = [1, 2]", "(3, 3)"},
		"source":         {"net = Network()\nG = NeuronGroup(net=net, tag='g', size=3)\nSynapseGroup(net=net, src='h', dst='g')", `no group of the network has the tag src="h"`},
		"key":            {"net = Network()\nNeuronGroup(net=net, size=3, behavior={-1: Behavior(iteration='x = 1')})", "positive"},
		"behaviour":      {"net = Network()\nNeuronGroup(net=net, size=3, behavior={1: 'x = 1'})", "give a Behavior(...)"},
		"function":       {"def f(neurons):\n    pass\nBehavior(iteration=f)", "triple quotes"},
		"not ready":      {"net = Network()\nNeuronGroup(net=net, size=3)\nnet.simulate_iterations(1)", "net.initialize()"},
		"initialize":     {"net = Network()\nNeuronGroup(net=net, size=3, behavior={1: Behavior(initialize='x = vector(\"uniforn\")')})\nnet.initialize()", `no mode "uniforn"`},
		"density":        {"net = Network()\nG = NeuronGroup(net=net, size=3)\nG.vector('uniform', density=2)", "between 0 and 1"},
		"length":         {"net = Network()\nG = NeuronGroup(net=net, size=3)\nG.x = [1, 2]", "3 elements, but 2 values"},
		"units":          {"net = Network()\nG = NeuronGroup(net=net, size=3)\nG.x = 3*mV", "plain numbers"},
		"squared":        {"get_squared_dim(0)", "positive"},
		"other's vector": {with("x = vector(\"gamma\")", "x"), `no mode "gamma"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runText(t, t.TempDir(), c[0])
			if err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("got %v, want %s", err, c[1])
			}
		})
	}
}
