package script_test

import (
	"strings"
	"testing"
)

// printed runs scripts and compares what they print. The numbers are worked out by hand beside each.
func printed(t *testing.T, cases map[string][2]string) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, _, err := runText(t, t.TempDir(), c[0])
			if err != nil {
				t.Fatal(err)
			}
			if got != c[1] {
				t.Errorf("got\n%s\nwant\n%s", got, c[1])
			}
		})
	}
}

// refused runs scripts that end with an error that says these words.
func refused(t *testing.T, cases map[string][2]string) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, err := runText(t, t.TempDir(), c[0])
			if err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("got %v, want %s", err, c[1])
			}
		})
	}
}

// A Network of ANNarchy 5 makes its objects itself; several have times, steps and seeds of their own.
func TestANNarchyNetworks(t *testing.T) {
	printed(t, map[string][2]string{
		"two": {`
import ANNarchy as ann
N = ann.Neuron(parameters=dict(a=1.0), equations="r += a")
one, two = ann.Network(), ann.Network(dt=0.5)
p = one.create(2, N, name="p")
q = two.create(geometry=3, neuron=N, name="p")
q.a = 10.0
m = two.monitor(q, "r")
one.compile(); two.compile()
one.simulate(4.0)
two.simulate(1.0)
print(p.r, q.r, one.dt, two.dt, one.time, two.time, two.current_step)
one.step()
print(p.r, q.r, one.get_time(), two.get_time())
print(m.get("r"))
print(one.get_population("p").r, [x.name for x in two.get_populations()], one.get_monitors())
two.simulate(0.5)
print(m.get("r"), p.r)
`, `[4, 4] [20, 20, 20] 1.0 0.5 4.0 1.0 2
[5, 5] [20, 20, 20] 5.0 1.0
[[10, 10, 10], [20, 20, 20]]
[5, 5] ["p"] []
[[30, 30, 30]] [5, 5]
`},
		// What was made outside is made anew inside, with the values that it had been given.
		"outside": {`
from ANNarchy import *
I = InputArray(2)
I.r = [1.0, 2.0]
net = Network()
i = net.create(I)
o = net.create(1, Neuron(equations="r = sum(exc)"))
c = net.connect(i, o, "exc")
c.all_to_all(2.0)
net.simulate(1.0)
print(o.r, i.r, net.get_projections()[0].target)
`, "[6] [1, 2] exc\n"},
		// A class of Network has dt= and seed= besides its own arguments.
		"class": {`
from ANNarchy import *
class Rising(Network):
    def __init__(self, size, by=1.0):
        self.pop = self.create(size, Neuron(parameters=dict(a=1.0), equations="r += a*dt"))
        self.pop.a = by
        self.m = self.monitor(self.pop, "r")
net = Rising(2, by=3.0, dt=0.5)
net.compile()
net.simulate(2.0)
print(net.pop.r, net.dt, len(net.m.get("r")))
def trial(net, duration=1.0):
    net.simulate(duration)
    return [net.pop.r[0], net.pop.size, net.dt, net.time]
print(net.parallel_run(method=trial, number=2, by=[1.0, 2.0], duration=4.0))
other = net.copy(1, by=5.0)
other.simulate(1.0)
print(other.pop.r, net.pop.r)
`, "[6, 6] 0.5 4\n[[4.0, 2, 0.5, 4.0], [8.0, 2, 0.5, 4.0]]\n[5] [6, 6]\n"},
		// Synapses keep what they learned, neurons begin anew with what they had when the network was compiled.
		"reset": {`
from ANNarchy import *
net = Network()
p = net.create(1, Neuron(parameters=dict(a=1.0), equations="r += a : init=2.0"))
q = net.create(1, Neuron(equations="r = sum(exc)"))
c = net.connect(p, q, "exc", Synapse(equations="w += 0.5"))
c.all_to_all(1.0)
m = net.monitor(p, "r")
p.a = 3.0
net.compile()
p.a = 7.0
net.simulate(2.0)
print(p.r, c.w[0][0], net.time)
net.reset()
print(p.r, p.a, c.w[0][0], net.time)
net.simulate(2.0)
print(p.r, c.w[0][0], m.get("r"))
net.reset(projections=True)
print(c.w[0][0])
`, "[16] 2.0 2.0\n[2] [3] 2.0 0.0\n[8] 3.0 [[5], [8]]\n1.0\n"},
		// One random number for each network, from its own seed.
		"seeds": {`
from ANNarchy import *
def make(seed):
    net = Network(seed=seed)
    p = net.create(3, Neuron(equations="r = Uniform(0.0, 1.0)"))
    return net, p
a, p = make(5); b, q = make(5); c, s = make(6)
for net in [a, b, c]:
    net.simulate(2.0)
print(all(p.r == q.r), any(p.r == s.r), a.seed, c.seed)
`, "True False 5 6\n"},
		"until": {`
from ANNarchy import *
net = Network()
N = Neuron(parameters="by = 1.0", equations="r += by")
a = net.create(2, N, stop_condition="r > 5.0 : any")
b = net.create(2, N, stop_condition="r > 5.0 : all")
b.by = [1.0, 0.75]
a.by = [0.25, 0.5]
net.compile()
print(net.simulate_until(100.0, [a, b], operator="or"), a.r, b.r)
net.reset()
print(net.simulate_until(max_duration=100.0, population=[a, b], operator="and"), net.simulate_until(3.0, [a, b], operator="and"))
net.reset()
print(net.simulate_until(5.0, population=b))
`, "7.0 [1.75, 3.5] [7, 5.25]\n11.0 1.0\n5.0\n"},
	})
	refused(t, map[string][2]string{
		"two networks":  {"from ANNarchy import *\na, b = Network(), Network()\nN = Neuron(equations='r = sum(exc)')\nProjection(a.create(2, N), b.create(2, N), 'exc')", "belong to different networks"},
		"empty":         {"from ANNarchy import *\nNetwork().simulate(1.0)", "net.create(geometry, neuron)"},
		"no neuron":     {"from ANNarchy import *\nNetwork().create(5)", "the neuron is missing"},
		"no such":       {"from ANNarchy import *\nn = Network()\nn.create(2, LeakyIntegrator, name='input')\nn.get_population('inpt')", `did you mean "input"`},
		"parallel":      {"from ANNarchy import *\nn = Network()\nn.create(2, LeakyIntegrator)\nn.parallel_run(method=print, number=2)", "class MyNetwork(Network)"},
		"half a reset":  {"from ANNarchy import *\nn = Network()\nn.create(2, LeakyIntegrator)\nn.reset(populations=False)", "all neurons, monitors and random numbers begin anew"},
		"other's field": {"from ANNarchy import *\nn = Network()\nn.create(2, LeakyIntegrator)\nn.pop = 1", "class MyNetwork(Network)"},
	})
}

// Parameters in a dictionary are one value for all unless a Parameter says otherwise; a Variable has its flags as arguments.
func TestANNarchyAttributes(t *testing.T) {
	printed(t, map[string][2]string{
		"localities": {`
from ANNarchy import *
N = Neuron(
    parameters=dict(tau=10.0, g=Parameter(2.0), b=Parameter(3.0, locality='local'), on=Parameter(True, type=bool), d=Parameter(Uniform(1.0, 2.0), 'local')),
    equations=["x = b*tau", Variable("dv/dt = -1.0", init=5.0, min=2.5), Variable("c += 1", init=4, locality='global', type=int), Variable("r = if on: v + g else: 0")])
P = Population(2, N)
print(P.tau, P.g, P.b, P.c, min(P.d) >= 1, max(P.d) <= 2, P.d[0] != P.d[1], P.parameters, P.variables)
P.tau = [1.0, 2.0]
simulate(3.0)
print(P.tau, P.x, P.v, P.c, P.r)
`, "10.0 2.0 [3, 3] 4 True True True [\"tau\", \"g\", \"b\", \"on\", \"d\"] [\"x\", \"v\", \"c\", \"r\"]\n[1, 2] [3, 6] [2.5, 2.5] 7 [4.5, 4.5]\n"},
		"synapses": {`
from ANNarchy import *
S = Synapse(parameters=dict(eta=0.5, k=Parameter(1.0, 'semiglobal'), own=Parameter(2.0, 'local')),
    equations=[Variable("th = post.r", locality='semiglobal'), Variable("w += eta*k*own", max=4.0)])
a, b = Population(2, Neuron(equations="r = 1.0")), Population(2, Neuron(equations="r = sum(exc)"))
c = Projection(a, b, "exc", S)
c.all_to_all(1.0)
c.k = [1.0, 2.0]
simulate(2.0)
print(c.eta, c.k, c.own, c.th, c.w)
`, "0.5 [1, 2] [[2, 2], [2, 2]] [4, 6] [[3, 3], [4, 4]]\n"},
		// A constant that is set counts from the next run on.
		"constants": {`
from ANNarchy import *
net = Network()
c = net.constant("gain", 2.0)
P = net.create(1, Neuron(equations="r += gain"))
net.simulate(2.0)
c.set(10.0)
net.simulate(1.0)
print(P.r, c*2 + 1, c.value)
`, "[14] 21.0 10.0\n"},
		"is":        {"from ANNarchy import *\nP = Population(3, Neuron(parameters='k = 1.0', equations='r = if k is 1: 5.0 else: 7.0\\ns = ite(k is not 1, 5.0, 7.0)'))\nP.k = [0.0, 1.0, 2.0]\nsimulate(1.0)\nprint(P.r, P.s)", "[7, 5, 7] [5, 7, 5]\n"},
		"functions": {"from ANNarchy import *\nP = Population(2, Neuron(equations='r = f(1.0, 2.0)', functions='f(x, y) = x + 2*y\\ng(v, t) = if v > t: (v - t)^2 else: 0'))\nprint(P.f(1.0, 3.0), P.f([1.0, 2.0], 1.0), P.g([1.0, 5.0], 2.0))", "7.0 [3, 4] [0, 9]\n"},
	})
	refused(t, map[string][2]string{
		"locality": {"Parameter(1.0, locality='some')", "'local', 'semiglobal' or 'global'"},
		"type":     {"Variable('r = 1', type=str)", "float, int or bool"},
		"value":    {"Neuron(parameters=dict(a=[1.0]), equations='r = a')", "the parameter a: expected a plain number"},
		"bound":    {"Neuron(equations=Variable('r = 1', min=Uniform(0.0, 1.0)))", "a bound is not drawn"},
		"constant": {"Constant('k', 'x')", "want a number"},
	})
}
