package script_test

import "testing"

const senders = `
from ANNarchy import *
A = Population(4, Neuron(parameters="r = 0.0"))
A.r = [1.0, 2.0, 4.0, 8.0]
B = Population(3, Neuron(equations="r = sum(exc)"))
`

// Synapses are shown by postsynaptic neuron and there by presynaptic one, and can be set one by one, also between runs.
func TestANNarchyDendrites(t *testing.T) {
	printed(t, map[string][2]string{
		"plain": {senders + `
P = Projection(A, B, "exc")
P.from_matrix([[1.0, None, 3.0, None], [None, None, None, None], [0.5, 0.5, 0.5, 0.5]])
print(P.size, P.nb_synapses, P.post_ranks, P.pre_ranks, P.nb_synapses_per_dendrite, P.w, P.delay)
d = P.dendrite(2)
print(d.pre_ranks, d.size, d.w, P[0].receptive_field(fill=-1.0), [x.post_rank for x in P.dendrites], P.connectivity_matrix())
d.w = [1.0, 0.0, 0.0, 2.0]
P[0][2].w = 10.0
P.synapse(0, 0).w = 5.0
simulate(1.0)
print(B.r)
P.w = 1.0
simulate(1.0)
print(B.r, P.w)
P[2].prune_synapse(3)
P[0].create_synapse(1, w=100.0)
simulate(1.0)
print(B.r, P[0].pre_ranks, P.nb_synapses, get_time())
`, `2 6 [0, 2] [[0, 2], [0, 1, 2, 3]] [2, 4] [[1, 3], [0.5, 0.5, 0.5, 0.5]] 1.0
[0, 1, 2, 3] 4 [0.5, 0.5, 0.5, 0.5] [1, -1, 3, -1] [0, 2] [[1, 0, 3, 0], [0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5]]
[45, 0, 17]
[5, 0, 15] [[1, 1], [1, 1, 1, 1]]
[205, 0, 7] [0, 1, 2] 6 3.0
`},
		"with equations": {senders + `
P = Projection(A, B, "exc", Synapse(parameters="e = 0.5", equations="w += e"))
P.all_to_all(1.0)
P[1].w = [0.0, 0.0, 0.0, 1.0]
P[1][3].e = 0.0
P.dendrite(0).set({"w": 0.0})
simulate(1.0)
print(P.w, B.r)
P[2].w = 0.0
P[0][0].w = 7.0
simulate(1.0)
print(P.w, B.r)
`, "[[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 1], [1.5, 1.5, 1.5, 1.5]] [0, 8, 15]\n[[7.5, 1, 1, 1], [1, 1, 1, 1], [0.5, 0.5, 0.5, 0.5]] [14, 11.5, 0]\n"},
		// r(k) = k: a delay of d ms reads r of d steps ago.
		"delays that are set": {`
from ANNarchy import *
A = Population(3, Neuron(equations="r = t"))
B = Population(3, Neuron(equations="r = sum(exc)"))
P = Projection(A, B, "exc")
P.connect_one_to_one(1.0, delays=DiscreteUniform(1, 5))
P.delay = [[3], [5], [2]]
simulate(10.0)
print(B.r, P.delay)
P.delay = 4.0
simulate(1.0)
print(B.r, P.delay)
`, "[6, 4, 7] [[3], [5], [2]]\n[6, 6, 6] 4.0\n"},
		"scattered": {`
from ANNarchy import *
A = Population(6, Neuron(equations="r = 0.0"))
A.r = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
A6 = Population(6, Neuron(parameters="r = 0.0")); A6.r = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
B = Population(4, Neuron(equations="r = sum(exc)\ns = sum(inh)\nq = sum(own)"))
P = Projection(A6[[5, 0, 3]], B[[3, 1]], "exc")
P.from_matrix([[1.0, 10.0, 100.0], [0.0, 1.0, 0.0]])
Q = Projection(A6[1:3], B[2:4], "inh"); Q.all_to_all(1.0, delays=3.0)
simulate(3.0)
print(B.r, B.s, P.post_ranks, P[3].pre_ranks, P[3].w, P.connectivity_matrix())
C = Population(4, Neuron(equations="r = 1.0\nq = sum(exc)"))
R = Projection(C[:3], C[1:], "exc"); R.all_to_all(1.0)
S = Projection(C[[0, 2]], C[[0, 3]], "exc"); S.fixed_probability(1.0, weights=10.0)
print(R.pre_ranks, S.pre_ranks)
`, "[0, 1, 0, 842] [0, 0, 6, 6] [1, 3] [0, 3, 5] [10, 100, 1] [[1, 10, 100], [0, 1, 0]]\n[[0, 2], [0, 1], [0, 1, 2]] [[2], [0, 2]]\n"},
		// A variable of postsynaptic neurons has a value for each that has synapses.
		"postsynaptic": {`
from ANNarchy import *
A = Population(2, Neuron(equations="r = 1.0"))
B = Population(4, Neuron(parameters="b = 0.0", equations="r = b + 0*sum(exc)")); B.b = [1.0, 2.0, 3.0, 4.0]
P = Projection(A, B[1:], "exc", Synapse(parameters="k = 0.0 : postsynaptic", equations="th = post.r + k : postsynaptic")); P.all_to_all(1.0)
P.k = [10.0, 20.0, 30.0]
P[3].k = 5.0
simulate(2.0)
print(P.th, P[1].th, P[3].th, P[3][0].th)
P[2].th = 9.0
print(P.th)
`, "[12, 23, 9] 12.0 9.0 9.0\n[12, 9, 9]\n"},
		"function": {senders + `
def pattern(pre, post, weight, dt):
    l = LILConnectivity(dt=dt)
    for j in post.ranks:
        l.add(j, [i for i in pre.ranks if i in [j, j + 1]], [weight*(j + 1)], [2.0])
    return l
P = Projection(A, B, "exc")
P.from_function(method=pattern, weight=0.5)
print(P.w, P.pre_ranks, P.delay)
`, "[[0.5, 0.5], [1, 1], [1.5, 1.5]] [[0, 1], [1, 2], [2, 3]] 2.0\n"},
		"sparse": {senders + `
from scipy import sparse
m = sparse.lil_matrix((3, 4))
m[0, 1] = 2.0; m[2, 3] = 5.0; m[2, 3] = 3.0
P = Projection(A, B, "exc"); P.from_sparse(m.T)
simulate(1.0)
print(B.r, m.shape, m.T.shape, m.nnz, m[2, 3], m[1, 1], sparse.csr_matrix([[0.0, 1.0]]).toarray())
`, "[4, 0, 24] (3, 4) (4, 3) 2 3.0 0.0 [[0, 1]]\n"},
		"rank in an array": {"from ANNarchy import *\nA = Population(3, Neuron(equations='r = 1'))\nprint([i in A.ranks for i in [-1, 0, 2, 3]], 1 in A[[1, 2]], 0 in A[[1, 2]], 2*mV in np.array([1, 2])*mV, 2.5 in np.arange(4))", "[False, True, True, False] True False True False\n"},
	})
	refused(t, map[string][2]string{
		"no dendrite":     {senders + "P = Projection(A, B[0:1], 'exc').all_to_all(1.0)\nP.dendrite(2)", "neuron 2 of \"pop1\" has no synapses"},
		"no synapse":      {senders + "P = Projection(A[0:2], B, 'exc').all_to_all(1.0)\nP[1][3]", "no synapse of neuron 3"},
		"count":           {senders + "P = Projection(A, B, 'exc').all_to_all(1.0)\nP[1].w = [1.0, 2.0]", "2 values for 4 synapses"},
		"negative delay":  {senders + "P = Projection(A, B, 'exc').all_to_all(1.0)\nP.delay = -1.0", "zero or positive"},
		"not listed":      {senders + "def f(pre, post):\n    l = LILConnectivity()\n    l.add(9, [0], [1.0], [0.0])\n    return l\nProjection(A, B, 'exc').from_function(f)", "neuron 0 to 9, which the projection does not join"},
		"not a list":      {senders + "Projection(A, B, 'exc').from_function(lambda pre, post: 1)", "returns a LILConnectivity"},
		"made by rule":    {senders + "P = Projection(A, B, 'exc', Synapse(equations='w += 1')).all_to_all(1.0)\nP[0].prune_synapse(1)", "let w be 0"},
		"shape of sparse": {senders + "from scipy import sparse\nProjection(A, B, 'exc').from_sparse(sparse.lil_matrix((3, 4)))", "4"},
		"outside":         {"from scipy import sparse\nm = sparse.lil_matrix((3, 4))\nm[3, 0] = 1.0", "outside of a matrix of shape (3, 4)"},
	})
}

// A synapse with equations sees the rate of a delay ago, in what it transmits and in what it learns. r(k) = k + 1, d = 4: after step k the weight has
// grown by r(k-3), and step k brings w(k-1)*r(k-4).
func TestANNarchyLearningWithDelay(t *testing.T) {
	printed(t, map[string][2]string{
		"delay": {`
from ANNarchy import *
A = Population(1, Neuron(equations="r = t + 1"))
B = Population(1, Neuron(equations="r = sum(exc)"))
P = Projection(A, B, "exc", Synapse(equations="w += pre.r"))
P.all_to_all(0.0, delays=4.0)
m, n = Monitor(P, "w"), Monitor(B, "r")
simulate(8.0)
print(m.get("w")[:, 0, 0], n.get("r")[:, 0], P.delay)
`, "[0, 0, 0, 1, 3, 6, 10, 15] [0, 0, 0, 0, 1, 6, 18, 40] 4.0\n"},
	})
	refused(t, map[string][2]string{
		"other variable": {senders + "A = Population(1, Neuron(equations='v = 1; r = v'))\nProjection(A, B, 'exc', Synapse(equations='w += pre.v')).all_to_all(0.0, delays=4.0)", "know pre.r of so long ago"},
		"delays":         {senders + "Projection(A, B, 'exc', Synapse(equations='w += pre.r')).all_to_all(0.0, delays=Uniform(1.0, 5.0))\nsimulate(1.0)", "delays of up to"},
	})
}

// operation= takes the largest or smallest of what synapses bring; without any it is 0, and other projections add to it.
func TestANNarchyOperations(t *testing.T) {
	printed(t, map[string][2]string{
		"max and min": {`
from ANNarchy import *
A = Population(4, Neuron(parameters="r = 0.0"))
A.r = [-3.0, -1.0, -7.0, 2.0]
B = Population(3, Neuron(equations="r = sum(a)\ns = sum(b)\nq = sum(c)"))
W = [[1.0, 2.0, 1.0, -1.0], [None, 1.0, 1.0, None], [None, None, None, None]]
Projection(A, B, "a", Synapse(psp="w*pre.r", operation="max")).from_matrix(W)
Projection(A, B, "b", Synapse(operation="min")).from_matrix(W)
Projection(A, B, "c", Synapse(operation="min")).all_to_all(1.0)
Projection(A, B, "c").all_to_all(1.0)
simulate(1.0)
print(B.r, B.s, B.q)
`, "[-2, -1, 0] [-7, -7, 0] [-16, -16, -16]\n"},
	})
}

// Learning is switched off and on again between runs; a target that nothing reads loses what it gets, or is kept where the script asks for it.
func TestANNarchySwitches(t *testing.T) {
	printed(t, map[string][2]string{
		"rates": {senders + `
P = Projection(A, B, "exc", Synapse(equations="w += 1.0"))
P.all_to_all(0.0)
simulate(1.0)
P.disable_learning()
simulate(2.0)
print(P.w[0], B.r)
P.update = True
simulate(1.0)
disable_learning()
simulate(1.0)
print(P.w[0], B.r, P.update)
P.transmission = False
simulate(1.0)
print(B.r)
`, "[1, 1, 1, 1] [15, 15, 15]\n[2, 2, 2, 2] [30, 30, 30] False\n[0, 0, 0]\n"},
		// w grows by 1 at each of the spikes at 1 and 3 ms; the trace counts those at 5 ms, too.
		"spikes": {`
from ANNarchy import *
S = SpikeSourceArray([1.0, 3.0, 5.0, 7.0])
N = Population(1, Neuron(equations="v = v + g_exc", spike="v > 1e9", reset="v = 0"))
P = Projection(S, N, "exc", Synapse(parameters="n = 0.0", pre_spike="g_target += w\nw += 1.0\nn += 1"))
P.all_to_all(0.0)
simulate(5.0)
P.disable_learning()
simulate(2.0)
print(P.w, P.n, N.v)
P.enable_learning()
simulate(2.0)
print(P.w, P.n, N.v)
`, "[[2]] [[3]] [3]\n[[3]] [[4]] [5]\n"},
		"targets": {senders + `
C = Population(3, Neuron(parameters="r = 0.0"))
P = Projection(A, C, "exc"); P.all_to_all(1.0)
Q = Projection(A, B, "other", Synapse(equations="w += 1")); Q.all_to_all(0.5)
m = Monitor(B, ["r", "sum(exc)"])
Projection(A[0:2], B, "exc").all_to_all(2.0)
simulate(2.0)
print(C.sum("exc"), B.sum("other"), B[1:].sum("other"), m.get("sum(exc)"), Q.w[0])
`, "[15, 15, 15] [22.5, 22.5, 22.5] [22.5, 22.5] [[6, 6, 6], [6, 6, 6]] [2.5, 2.5, 2.5, 2.5]\n"},
		// A current is added in each step; a decoded rate is the mean over synapses and window: both neurons spike at 2 ms, once in 4 ms, which the
		// next four steps see.
		"hybrid": {`
from ANNarchy import *
A = Population(2, Neuron(parameters="r = 0.0")); A.r = [0.5, 2.0]
N = Population(2, Neuron(equations="v = v + g_exc", spike="v > 1e9", reset="v = 0"))
CurrentInjection(A, N, "exc").connect_current()
S = PoissonPopulation(2, rates="if t == 2: 1e9 else: 0.0")
D = Population(1, Neuron(equations="r = sum(exc)"))
DecodingProjection(S, D, "exc", window=4.0).all_to_all(0.5)
R = Population(2, Neuron(parameters="r = 0.0")); R.r = [0.0, 1e9]
Z = PoissonPopulation(2, target="exc")
Projection(R, Z, "exc").one_to_one(1.0)
m, s = Monitor(D, "r"), Monitor(Z, "spike")
simulate(8.0)
print(N.v, m.get("r")[:, 0], s.get("spike"))
`, "[4, 16] [0, 0, 0, 125, 125, 125, 125, 0] {0: [], 1: [0, 1, 2, 3, 4, 5, 6, 7]}\n"},
	})
	refused(t, map[string][2]string{
		"current":  {senders + "CurrentInjection(A, B, 'exc')", "neurons that spike"},
		"decoding": {senders + "DecodingProjection(A, B, 'exc')", "rate-coded neurons read neurons that spike"},
		"weights":  {"from ANNarchy import *\nN = Population(1, Neuron(equations='v = v + g_exc', spike='v > 1', reset='v = 0'))\nP = Projection(N, N, 'exc', Synapse(equations='dw/dt = -w', pre_spike='g_target += w')).all_to_all(1.0, allow_self_connections=True)\nP.disable_learning()", "cannot be switched off"},
		"period":   {senders + "P = Projection(A, B, 'exc', Synapse(equations='w += 1')).all_to_all(1.0)\nP.enable_learning(period=10.0)", "between runs"},
		"late":     {senders + "Projection(A, B, 'exc').all_to_all(1.0)\ntarget = 'exc'\nsimulate(1.0)\nB.sum(target)", "was not kept when it ran"},
	})
}

// Rates that the script sets, of neurons without equations or with, between runs or while they run, count at once where there is no delay; a delay of d ms
// reads them d steps after the first that they were there. A population that is disabled keeps its rate.
func TestANNarchyRatesThatAreSet(t *testing.T) {
	printed(t, map[string][2]string{
		"between runs": {`from ANNarchy import *
A = Population(2, Neuron(parameters="r = 0.0"))
A.r = [1.0, 2.0]
B = Population(2, Neuron(equations="r = sum(exc)\nq=sum(d)"))
Projection(A, B, "exc").connect_one_to_one(1.0)
Projection(A, B, "d").connect_all_to_all(1.0, delays=3.0)
m=Monitor(B,["r","q"])
simulate(5.0)
A.r = [5.0,6.0]
simulate(5.0)
print(m.r[:,0], m.q[:,0])
`, "[1, 1, 1, 1, 1, 5, 5, 5, 5, 5] [3, 3, 3, 3, 3, 3, 3, 3, 11, 11]\n"},
		"by a function": {`from ANNarchy import *
A = Population(2, Neuron(parameters="r = 0.0"))
C = Population(2, Neuron(equations="r = t"))
B = Population(2, Neuron(equations="r = sum(exc)\nq = sum(d)"))
Projection(A, B, "exc").connect_one_to_one(1.0)
Projection(C, B, "d").connect_one_to_one(1.0, delays=2.0)
m = Monitor(B, ["r", "q"])
def f(n):
    A.r = float(n + 1)
every(f, period=2.0)
simulate(5.0)
C.disable()
simulate(4.0)
C.enable()
simulate(3.0)
print(m.r[:, 0], m.q[:, 0])
`, "[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6] [0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 9]\n"},
	})
}

// Inputs are changed between runs: times count from the beginning or from the last clear(), rows from the beginning or from a reset.
func TestANNarchyInputs(t *testing.T) {
	printed(t, map[string][2]string{
		"spike times": {`
from ANNarchy import *
net = Network()
S = net.create(SpikeSourceArray([[1.0, 3.0], [2.0]]))
m = net.monitor(S, "spike")
net.simulate(5.0)
S.clear()
net.simulate(2.0)
S.spike_times = [[3.0], [0.0, 2.0]]
net.simulate(3.0)
print(m.get("spike"), S.spike_times)
`, "{0: [1, 3, 6, 8], 1: [2, 7]} [[3.0], [0.0, 2.0]]\n"},
		"rows": {`
from ANNarchy import *
net = Network()
T = net.create(TimedArray(rates=[[1.0], [2.0], [3.0]], schedule=2.0))
m = net.monitor(T, "r")
net.simulate(3.0)
T.update([[10.0], [20.0], [30.0]])
print(T.r)
net.simulate(2.0)
T.update([[7.0], [8.0]], schedule=1.0)
net.simulate(3.0)
T.rates = [[0.0], [-1.0]]
net.simulate(1.0)
print(m.get("r")[:, 0])
late = Network()
L = late.create(TimedArray(geometry=2))
late.simulate(1.0)
print(L.r)
L.update(rates=[[1.0, 2.0]])
late.simulate(1.0)
S = Network(); G = S.create(TimedArray(rates=[[5.0], [6.0]], schedule=[2.0, 4.0])); k = S.monitor(G, "r")
S.simulate(6.0)
print(L.r, k.get("r")[:, 0])
`, "[20]\n[1, 1, 2, 20, 30, 7, 8, 8, -1]\n[0, 0]\n[1, 2] [0, 0, 5, 5, 6, 6]\n"},
	})
}

// Monitors record from start() or resume() to pause(), every period from an offset on, and know what spike trains are like.
func TestANNarchyRecordings(t *testing.T) {
	printed(t, map[string][2]string{
		"windows": {`
from ANNarchy import *
A = Population(2, Neuron(equations="r = t"))
m, n, p = Monitor(A, "r", start=False), Monitor(A, "r"), Monitor(A, "r", period=3.0, period_offset=1.0)
simulate(2.0)
m.start(); n.pause()
simulate(2.0)
m.pause(); n.resume(); n.pause()
simulate(2.0)
n.resume()
simulate(2.0)
print(m.get("r")[:, 0], m.times()["r"], n.get("r")[:, 0], n.get("r")[:, 0], p.get("r")[:, 0], n.variables)
`, "[2, 3] {\"start\": [2], \"stop\": [4]} [0, 1, 6, 7] [] [1, 4, 7] [\"r\"]\n"},
		// Spikes at 1, 3, 7 and at 4 ms: intervals 2 and 4, whose deviation is a third of their mean; one of 2 neurons spikes in a step of 1 ms: 500 Hz.
		"trains": {`
from ANNarchy import *
S = SpikeSourceArray([[1.0, 3.0, 7.0], [4.0], []])
N = Population(3, Neuron(equations="v = g_exc", spike="v > 0.5", reset="v = 0"))
P = Projection(S, N, "exc").one_to_one(1.0)
m, v = Monitor(S, "spike"), Monitor(N[1:], "spike")
simulate(10.0)
d = m.get()
print(d, m.inter_spike_interval(d), m.inter_spike_interval(d["spike"], per_neuron=True), m.coefficient_of_variation(d)[0]*3, m.mean_fr(d))
print(m.population_rate(d)[:5]*3, m.smoothed_rate(d)[0])
print(v.get("spike"))
`, "{\"spike\": {0: [1, 3, 7], 1: [4], 2: []}} [2.0, 4.0] {0: [2.0, 4.0]} 1.0 133.33333333333334\n[0, 1000, 0, 1000, 1000] [0, 500, 500, 250, 250, 250, 250, 0, 0, 0]\n{1: [5], 2: []}\n"},
		// [samples, dendrites, synapses], as lists where dendrites have different numbers of synapses.
		"dendrites": {senders + `
S = Synapse(equations="w += 1.0")
P = Projection(A[0:2], B[0:2], "exc", S); P.from_matrix([[1.0, 2.0], [3.0, 4.0]])
Q = Projection(A, B, "exc", S); Q.from_matrix([[None, 1.0, None, None], [1.0, 2.0, None, None], [None, None, None, None]])
m, d, u = Monitor(P, "w"), Monitor(P[1], ["w"]), Monitor(Q, "w")
simulate(2.0)
print(m.get("w"), m.get("w").shape, d.get("w"), u.get("w"))
`, "[[[2, 3], [4, 5]], [[3, 4], [5, 6]]] (0, 2, 2) [[4, 5], [5, 6]] [[[2], [2, 3]], [[3], [3, 4]]]\n"},
	})
	printed(t, map[string][2]string{"postsynaptic": {`from ANNarchy import *
A = Population(2, Neuron(equations="r = 1.0"))
B = Population(4, Neuron(parameters="b = 0.0", equations="r = b + 0*sum(exc)")); B.b = [1.0, 2.0, 3.0, 4.0]
P = Projection(A, B[1:], "exc", Synapse(equations="th = post.r : postsynaptic\nw += th")); P.all_to_all(1.0)
m, d = Monitor(P, "th"), Monitor(P[2], ["w", "th"])
simulate(2.0)
print(m.get("th"), d.get("th"), d.get("w"))
`, "[[2, 3, 4], [2, 3, 4]] [[3], [3]] [[4, 4], [7, 7]]\n"}})
	refused(t, map[string][2]string{
		"variables": {senders + "m = Monitor(A, 'r', start=False)\nm.start(variables=['r'])", "make a second one"},
		"intervals": {"from ANNarchy import *\nS = SpikeSourceArray([1.0])\nm = Monitor(S, 'spike')\nsimulate(2.0)\nm.inter_spike_interval([1.0])", "what get(\"spike\") gives"},
	})
}

// What populations have besides their variables.
func TestANNarchyPopulations(t *testing.T) {
	printed(t, map[string][2]string{
		"coordinates": {`
from ANNarchy import *
P = Population((2, 3, 4), Neuron(parameters="a = 1.0\nb = 2.0 : population", equations="r += a"))
print(P.rank_from_coordinates((1, 2, 3)), P.coordinates_from_rank(17), P.normalized_coordinates_from_rank(23), P.dimension, P.neuron(1, 0, 2).rank, P.neuron(5).ranks, len(P.neurons))
P.set({"a": 3.0, "b": 1.0})
P.neuron(0).a = 10.0
P[1:3].set({"a": 5.0})
P.disable()
simulate(1.0)
print(P.r[0, 0, :], P.get("b"), P[0:2].get("a"))
P.enable()
simulate(1.0)
print(P.r[0, 0, :])
`, "23 (1, 1, 1) (1.0, 1.0, 1.0) 3 14 [5] 24\n[0, 0, 0, 0] 1.0 [10, 5]\n[10, 5, 5, 3]\n"},
	})
	refused(t, map[string][2]string{
		"no neuron": {"from ANNarchy import *\nPopulation(3, LeakyIntegrator).neuron(3)", "has no neuron 3"},
		"clear":     {"from ANNarchy import *\nPopulation(3, LeakyIntegrator).clear()", "net.reset()"},
		"rates":     {"from ANNarchy import *\nPopulation(3, LeakyIntegrator).sum('no')\nsimulate(1.0)\nPopulation(2, Neuron(equations='v = 1', spike='v > 2', reset='v = 0')).sum('exc')", "g_TARGET"},
	})
}

// Axes move as numpy's do: numpy.moveaxis(a, 0, -1)[i, j, k] is a[k, i, j], and rollaxis(a, 2) is moveaxis(a, 2, 0).
func TestMoveAxis(t *testing.T) {
	printed(t, map[string][2]string{"axes": {`
a = np.arange(24).reshape((2, 3, 4))
b, c, d = np.moveaxis(a, 0, -1), np.rollaxis(a, 2), np.rollaxis(a, 0, 2)
print(b.shape, b[2, 1, 1] == a[1, 2, 1], b[0, 3, 1] == a[1, 0, 3], c.shape, c[3, 1, 2] == a[1, 2, 3], d.shape, d[2, 1, 3] == a[1, 2, 3], np.moveaxis(a, 1, 0).shape)
`, "(3, 4, 2) True True (4, 2, 3) True (3, 2, 4) True (3, 2, 4)\n"}})
	refused(t, map[string][2]string{"axis": {"np.moveaxis(np.arange(3), 1, 0)", "no such axes"}})
}

// A filter is laid on the place of each neuron; what lies outside counts 0, or with padding='border' what lies nearest. Numbers by hand.
func TestANNarchyFilters(t *testing.T) {
	const pops = `
from ANNarchy import *
from ANNarchy.extensions.convolution import Convolution, Pooling
A = Population((2, 4), Neuron(parameters="r = 0.0"))
A.r = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]
V = Population((2, 2, 2), Neuron(parameters="r = 0.0"))
V.r = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
def to(shape):
    return Population(shape, Neuron(equations="r = sum(exc)"))
`
	printed(t, map[string][2]string{
		// [[1, 0], [0, 10]]: the upper left element lies on the neuron, so that r(i, j) + 10 r(i+1, j+1).
		"even": {pops + `
B = to((2, 4))
P = Convolution(A, B, "exc"); P.connect_filter([[1.0, 0.0], [0.0, 10.0]])
simulate(1.0)
print(B.r, P.size, P.weights)
`, "[[61, 72, 83, 4], [5, 6, 7, 8]] 8 [[1, 0], [0, 10]]\n"},
		"odd": {pops + `
B, C, D, E = to((2, 4)), to((2, 4)), to((2, 2)), to((2, 4))
K = [[1.0, 10.0, 100.0]]
Convolution(A, B, "exc").connect_filter(K)
Convolution(A, C, "exc").connect_filter(K, padding='border')
Convolution(A, D, "exc", operation="mean").connect_filter(K, delays=2.0)
Convolution(A, E, "exc", operation="max", psp="w*pre.r*pre.r").connect_filter([[1.0, -10.0, 0.5]])
simulate(2.0)
print(B.r, C.r, np.round(3*D.r), E.r)
`, "[[210, 321, 432, 43], [650, 765, 876, 87]] [[211, 321, 432, 443], [655, 765, 876, 887]] [[210, 432], [650, 876]] [[2, 4.5, 8, 9], [18, 25, 36, 49]]\n"},
		// Each part of the last dimension for itself; over the whole of it; several filters at once, also at places that are listed.
		"dimensions": {pops + `
B, C, D, E = to((2, 2, 2)), to((2, 2)), to((2, 4, 2)), to((1, 2, 2))
Convolution(V, B, "exc").connect_filter([[1.0, 10.0]], keep_last_dimension=True)
Convolution(V, C, "exc").connect_filter([[[1.0, 100.0]]])
Convolution(A, D, "exc").connect_filters([[[2.0]], [[3.0]]])
Convolution(A, E, "exc").connect_filters([[[2.0]], [[3.0]]], subsampling=[[0, 3], [1, 0]])
simulate(1.0)
print(B.r, C.r, D.r[1, :, :], E.r)
`, "[[[31, 42], [3, 4]], [[75, 86], [7, 8]]] [[201, 403], [605, 807]] [[10, 15], [12, 18], [14, 21], [16, 24]] [[[8, 12], [10, 15]]]\n"},
		"pooling": {pops + `
B, C, D, E = to((1, 2)), to((2, 2)), to((1, 1, 2)), to((2, 2))
Pooling(A, B, "exc").pooling()
Pooling(V, C, "exc", operation="mean").pooling(extent=(1, 1, 2))
Pooling(V, D, "exc", operation="min").pooling(extent=(2, 2, 1))
P = Pooling(A, E, "exc", psp="-pre.r"); P.pooling(extent=(1, 2), delays=2.0)
simulate(2.0)
print(B.r, C.r, D.r, E.r, P.pre_ranks)
`, "[[6, 8]] [[1.5, 3.5], [5.5, 7.5]] [[[1, 2]]] [[-1, -3], [-5, -7]] [[0, 1], [2, 3], [4, 5], [6, 7]]\n"},
	})
	refused(t, map[string][2]string{
		"bank":      {pops + "Convolution(A, to((2, 4)), 'exc').connect_filter([[[1.0]]])", "connect_filters takes several"},
		"keep":      {pops + "Convolution(V, to((2, 2, 2)), 'exc').connect_filter([[1.0]])", "keep_last_dimension=True"},
		"multiple":  {pops + "Convolution(A, to((2, 3)), 'exc').connect_filter([[1.0]])", "no multiple of"},
		"filters":   {pops + "Convolution(A, to((2, 4, 3)), 'exc').connect_filters([[[1.0]], [[2.0]]])", "the bank has 2 filters"},
		"padding":   {pops + "Convolution(A, to((2, 4)), 'exc').connect_filter([[1.0]], padding=2.0)", "0.0 and 'border' are"},
		"extent":    {pops + "Pooling(A, to((2, 2)), 'exc').pooling(extent=(2, 2))", "do not make"},
		"operation": {pops + "Pooling(A, to((2, 2)), 'exc', operation='sum')", "no operation"},
		"part":      {pops + "Pooling(A[0:2, 1], to((2, 2)), 'exc')", "joins whole populations"},
		"never":     {pops + "Pooling(A, to((2, 2)), 'exc')\nsimulate(1.0)", "has no synapses"},
	})
}
