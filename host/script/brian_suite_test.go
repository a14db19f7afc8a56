package script_test

import (
	"strings"
	"testing"
)

// TestAsBrian2: what people write in Brian2, and what Brian2 2.5.1 gives, in the notation for arrays here.
func TestAsBrian2(t *testing.T) {
	const group = "G = NeuronGroup(10, 'dv/dt = freq : 1\\nfreq : Hz (shared)\\nnumber : 1 (shared)\\nn : integer', threshold='v > 1', method='euler')\nG.n = 'i'\n"
	for name, c := range map[string]struct{ text, want string }{
		"shared":  {group + "G.freq[:] = 200*Hz\nG.freq[:] += 10*Hz\nG.freq[:] = 'freq - 50*Hz + number*Hz'\nprint(G.freq, G.freq[:])", "160 Hz 160 Hz"},
		"parts":   {group + "print(G[[3, 4, 5]].n, G[-2].n, G[2:5][1].n)", "[3, 4, 5] [8] [3]"},
		"chains":  {"def f(x):\n    print(x)\n    return x\nprint(1 < f(2) < 3, 1 < f(5) < 3, 9 < f(8) < f(7), 1 < f(2) < f(3) < 4, len([1]) == len([2]) == 1)\nassert 0 <= f(1) <= 4\ndef g():\n    G = NeuronGroup(3, 'v : 1')\n    M = StateMonitor(G, 'v', record=True)\n    assert len(G) == len(M.v) == 3\n    run(0.1*ms)\n    print(len(M.t))\ng()", "2\n5\n8\n2\n3\nTrue False False True True\n1\n1"},
		"zero":    {"t = 0\nfor x in [1, 2]:\n    t += x*mV\nx = [1, -2]*mV\nprint(t, x + 0, 0 - x, maximum(0, x), clip(x, 0, 1.5*mV), where([True, False], x, 0), np.zeros(2) + x)", "3 mV [0.001, -0.002] * volt [-0.001, 0.002] * volt [0.001, 0] * volt [0.001, 0] * volt [0.001, 0] * volt [0.001, -0.002] * volt"},
		"tolist":  {"print((3*mV).tolist(), array([[1, 2]]).tolist(), ([4]*mV).item(), array([3, 1, 2]).ptp(), np.mod(7, 3), np.isscalar(3*mV), np.isscalar([1]))", "3 mV [[1, 2]] 4 mV 2 1 True False"},
		"units":   {"x = [1, 2.346]*mV\nprint(x.dim == volt.dim, get_dimensions(x) == get_dimensions(second), have_same_dimensions(x, 3*volt), is_dimensionless(3), get_unit(x), in_unit(3*volt, mV), in_best_unit(x, precision=2), x.in_unit(volt), x.get_best_unit(), x.has_same_dimensions(1))", "True False True True 1 V 3000 mV [1, 2.35] mV [0.001, 0.002346] V 1 mV False"},
		"methods": {"G = NeuronGroup(1, 'dv/dt = 1/second : 1', method=euler)\nrun(1*ms)\nprint(round(G.v[0], 9))", "0.001"},
		"links":   {group + "H = NeuronGroup(10, 'y : 1 (linked)')\nH.y = linked_var(G.v)\nK = NeuronGroup(10, 'z : 1 (linked)')\nK.z = linked_var(H.y, index=arange(10)[::-1])\nL = NeuronGroup(3, 'z : 1 (linked)')\nL.z = linked_var(K[2:5], 'z')\nG.v = 'i/8.0'\nprint(K.z[:4], L.z[:])", "[1.125, 1, 0.875, 0.75] [0.875, 0.75, 0.625]"},
		"namespace": {"G = NeuronGroup(1, 'dv/dt = -v/tau : 1', namespace={'tau': 10*ms}, method='exact')\nG.v = 1\nG.namespace['tau'] = 5*ms\nrun(5*ms)\nprint(round(G.v[0], 6), G.namespace['tau'])\nG.namespace.update({'tau': 1*ms})\nrun(1*ms)\nprint(round(G.v[0], 6), 'tau' in G.namespace)",
			"0.367879 5 ms\n0.135335 True"},
		"states": {group + "M = StateMonitor(G, ['v', 'n'], record=[1, 2])\nK = SpikeMonitor(G)\nR = PopulationRateMonitor(G)\nG.v = [2] + [0]*9\nrun(0.2*ms)\nd = M.get_states()\nprint(d['n'], d['N'], M.n_indices, K.get_states(['i', 'N'])['i'], K.event, sorted(R.get_states().keys()), M.get_states(['t'], units=False)['t'])",
			`[[1, 2], [1, 2]] 2 2 [0, 0] spike ["N", "rate", "t"] [0, 0.0001]`},
		"equations": {"e = Equations('dv/dt = -v/tau + xi*tau**-0.5 : 1\\nw = 2*v : 1\\np : volt')\nprint(sorted(e.names), list(e.diff_eq_names), list(e.subexpr_names), list(e.parameter_names), e.is_stochastic, e.dimensions['p'] == volt.dim, 'tau' in e.identifiers)",
			`["p", "v", "w"] ["v"] ["w"] ["p"] True True True`},
		"pathways": {group + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w', on_post={'late': 'w += 1'}, multisynaptic_index='k')\nprint(S.pre.code, S.pre.prepost, S.late.prepost, S.late.source.name == G.name, S.pre.event, S.multisynaptic_index, S.pre.synapses.name)",
			"v_post += w pre post True spike k synapses"},
		"clocks":             {"defaultclock.dt = 0.5*ms\nG = NeuronGroup(1, 'v : 1')\nrun(2*ms)\nprint(defaultclock.name, defaultclock.dt_, defaultclock.t_, defaultclock.timestep, timestep(1*ms, 0.1*ms), timestep([0.3, 0.7]*ms, 0.1*ms), timestep(0.0005, 0.0001), G.clock.dt_)", "defaultclock 0.0005 0.002 4 10 [3, 7] 5 0.0005"},
		"restored":           {"defaultclock.dt = 0.5*ms\nG = NeuronGroup(1, 'dv/dt = -v/(10*ms) : 1', method='exact')\nM = StateMonitor(G, 'v', record=True)\nnet = Network(G, M)\nnet.store()\nnet.run(1*ms)\nnet.store('later')\ndefaultclock.dt = 1*ms\nnet.run(2*ms)\nprint(len(M.t), defaultclock.t)\nnet.restore()\nprint(defaultclock.t, net.t)\nnet.run(1*ms)\nprint(len(M.t), defaultclock.dt)\nnet.restore('later')\nprint(defaultclock.t)", "4 3 ms\n0 s 0 s\n2 500 us\n1 ms"},
		"shared of synapses": {group + "S = Synapses(G, G, 's : Hz (shared)\\nw : 1')\nS.connect(i=0, j=1)\nS.s[:] = 200*Hz\nS.s = 's*2 + 1*Hz'\nprint(S.s)\nrun(0.1*ms)\nS.s = 's - 1*Hz'\nprint(S.s)", "401 Hz\n400 Hz"},
		"indexed by parts":   {group + "G.v = 'i'\nA = G[2:4]\nprint(G.v[A], A.v[A[1:]])\nG.v[A] = -1\nS = Synapses(G[1:], G, 'w : 1')\nS.connect(j='i + 1', skip_if_invalid=True)\nS.w = 'i'\nprint(G.v[:5], S.w[A, :], S.w[A, G[4:5]], S.w[A, G[3:4]])", "[2, 3] [3]\n[0, 1, -1, -1, 4] [1, 2] [] [2]"},
		"values with a condition": {"G = NeuronGroup(10, 'v : 1')\nH = NeuronGroup(4, 'v : 1')\nn = 4\ndef go(**k):\n    S = Synapses(G, H)\n    S.connect(**k)\n    print(list(S.i[:]), list(S.j[:]))\ngo(j='i if i < n')\ngo(j='int(i/4) if i % 2 == 0')\ngo(j='i - 4 if i >= n and i < 2*n')\ngo(i='j if j > 1')",
			"[0, 1, 2, 3] [0, 1, 2, 3]\n[0, 2, 4, 6, 8] [0, 0, 1, 1, 2]\n[4, 5, 6, 7] [0, 1, 2, 3]\n[2, 3] [2, 3]"},
		"attributes":          {group + "M = StateMonitor(G, 'v', record=True)\nfor o in [G, M]:\n    o.add_attribute('extra')\n    o.extra = 5\n    o.extra += 1\nprint(G.extra, M.extra, arange(3, dtype=float).dtype, linspace(0, 2, 3, dtype=int))", "6 6 float [0, 1, 2]"},
		"chains in equations": {"def act(x):\n    if 0 < exp(x) < 2:\n        return 1\n    return 3 if -1 < sin(x) < 0.5 else 4\nG = NeuronGroup(4, 'y = act(v) : 1\\nv : 1')\nG.v = [0, 1, 0.5, 3]\nprint(G.y[:], [act(x) for x in [0, 1, 0.5, 3]])", "[1, 4, 1, 3] [1, 4, 1, 3]"},
		"active pathways":     {group + "S = Synapses(G, G, on_pre={'p': 'v += 1', 'q': 'v += 1'})\nS.active = False\nprint(S.p.active, S.q.active)\nS.p.active = True\nprint(S.active, S.p.active, S.q.active)\nS.active = True\nprint(S.p.active, S.q.active)", "False False\nFalse True False\nTrue True"},
		"values before more synapses": {group + "S = Synapses(G, G, 'w : 1\\nk : 1 (shared)', on_pre='n_post += 1', on_post='w += 1')\nS.pre.delay = 2*ms\nS.connect(i=0, j=[0, 1])\nS.w, S.k = [3, 4], 5\nS.post.delay = 3*ms\nS.connect('i == 1 and j < 2')\nprint(S.w, S.pre.delay, S.post.delay, S.k)\nS.w['i == 1'] = 'j + 7'\nS.post.delay = 'j*ms'\nS.connect(i=2, j=0)\nprint(S.w, S.post.delay)\nrun(0.1*ms)\nprint(S.w, S.post.delay)",
			"[3, 4, 0, 0] [0.002, 0.002, 0.002, 0.002] * second [0.003, 0.003, 0, 0] * second 5.0\n[3, 4, 7, 8, 0] [0, 0.001, 0, 0.001, 0] * second\n[3, 4, 7, 8, 0] [0, 0.001, 0, 0.001, 0] * second"},
		"values of the neurons as they were": {"G = NeuronGroup(3, 'v : 1\\ntwice = 2*v : 1', threshold='v > 9')\nH = NeuronGroup(3, 'u : 1')\nG.v = 'i'\nS = Synapses(G[1:], H, 'w : 1', on_pre='u += w')\nS.connect('v_pre > 1 and j < 2')\nS.w = 'twice_pre + u'\nS.delay = 'v_pre*ms'\nG.v = 5\nH.u = 1\nprint(S.i, S.j, S.w, S.delay)\nS.w = 'w + u'\nrun(0.1*ms)\nprint(S.i, S.w, S.delay)",
			"[1, 1] [0, 1] [4, 4] [0.002, 0.002] * second\n[1, 1] [5, 5] [0.002, 0.002] * second"},
		"inputs": {group + "P = PoissonInput(G, 'v', 5, 3*Hz, weight=0.5)\nT = TimedArray([1, 2]*mV, dt=1*ms)\nprint(P.N, P.rate, P.target_var, P.weight, T.dim == volt.dim, G.events, G.v.name, G.v.dim == get_dimensions(1), G.freq.dim == Hz.dim)", `5 3 Hz v 0.5 True {"spike": "v > 1"} v True True`},
		// As the documentation of Brian2 writes event-driven equations out.
		"lastupdate": {`pre = NeuronGroup(2, '''dv/dt = rate : 1
rate : Hz''', threshold='v>1', reset='v=0', method='euler')
post = NeuronGroup(2, '''dv/dt = rate : 1
rate : Hz''', threshold='v>1', reset='v=0', method='euler')
pre.rate, post.rate = [1000, 1500]*Hz, [1100, 1400]*Hz
taupre, taupost, gmax, dApre, dApost = 20*ms, 20*ms, 0.01, 0.0001, -0.000105
S1 = Synapses(pre, post, '''w : 1
dApre/dt = -Apre/taupre : 1 (event-driven)
dApost/dt = -Apost/taupost : 1 (event-driven)''', on_pre='Apre += dApre; w = clip(w+Apost, 0, gmax)', on_post='Apost += dApost; w = clip(w+Apre, 0, gmax)')
S2 = Synapses(pre, post, '''w : 1
Apre : 1
Apost : 1
lastupdate : second''', on_pre='''Apre = Apre*exp((lastupdate-t)/taupre) + dApre
Apost = Apost*exp((lastupdate-t)/taupost)
w = clip(w+Apost, 0, gmax)
lastupdate = t''', on_post='''Apre = Apre*exp((lastupdate-t)/taupre)
Apost = Apost*exp((lastupdate-t)/taupost) + dApost
w = clip(w+Apre, 0, gmax)
lastupdate = t''')
for S in [S1, S2]:
    S.connect(j='i')
    S.w = 0.5*gmax
net = Network(pre, post, S1, S2)
net.run(25*ms)
print(max(abs(S1.w[:] - S2.w[:])) < 1e-12, all(S1.w[:] != 0.5*gmax), S2.lastupdate[0] > 20*ms)`, "True True True"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _, err := runText(t, t.TempDir(), c.text); err != nil || strings.TrimSpace(got) != c.want {
				t.Errorf("%s\nprints %q\nwant   %q\n%v", c.text, got, c.want, err)
			}
		})
	}
}

// TestAsBrian2Errors: what is refused, with what to write instead.
func TestAsBrian2Errors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unit":                {"print([1, 2]*mV + 3)", "sum of values with different units: volt and a number without unit"},
		"unit zero":           {"print(0*mV + 3)", "sum of values with different units"},
		"gaps":                {"G = NeuronGroup(5, 'v : 1')\nG[[1, 3]]", "a part of a group is a range of neighbours"},
		"integer sum":         {"A = NeuronGroup(2, 'w : integer')\nS = Synapses(A, A, 'w_post = 1*x : integer (summed)\\nx : integer')\nS.connect()\nrun(1*ms)", "sums are real numbers"},
		"lastupdate":          {"A = NeuronGroup(2, 'v : 1', threshold='v > 1')\nS = Synapses(A, A, 'dx/dt = -x/ms : 1 (event-driven)\\nlastupdate : second', on_pre='x += 1')\nrun(1*ms)", "fixed meaning"},
		"not linked":          {"A = NeuronGroup(2, 'v : 1 (linked)')\nB = NeuronGroup(2, 'v : 1 (linked)')\nB.v = linked_var(A.v)", "not linked yet"},
		"early delay":         {"G = NeuronGroup(2, 'v : 1', threshold='v > 1')\nS = Synapses(G, G, on_pre='v += 1')\nS.delay = 'i*ms'", "there are no synapses yet"},
		"masks":               {"G = NeuronGroup(3, 'v : 1')\nif 0 < 1 and not (G.v > 1):\n    print(1)", "this compares 3 elements"},
		"held over a step":    {"ta = TimedArray([1, 2], dt=0.05*ms)\nG = NeuronGroup(1, 'dv/dt = (ta(t) - v)/ms : 1', method='exact')\nrun(1*ms)", "a TimedArray whose dt is not a multiple of the time step"},
		"drawn in a step":     {"G = NeuronGroup(1, 'dv/dt = (rand() - v)/ms : 1', method='linear')\nrun(1*ms)", "or random numbers"},
		"empty part":          {"G = NeuronGroup(10, 'v : 1')\nH = G[12:]\nH.v = 3", ":2:5: error: this part of neurongroup holds no neuron; it has neurons 0 to 9"},
		"masks as indices":    {"G = NeuronGroup(3, 'v : 1')\nStateMonitor(G, 'v', record=[True, False, True])", "nonzero(mask)[0] gives the indices"},
		"masks as ends":       {"G = NeuronGroup(3, 'v : 1')\nS = Synapses(G, G)\nS.connect(i=[True, False], j=[0, 1])", "connect: i: expected indices of neurons, got True and False"},
		"report":              {"G = NeuronGroup(3, 'v : 1')\nrun(1*ms, 2*ms)", "or a function, not a quantity (2 ms)"},
		"event-driven noise":  {"G = NeuronGroup(3, 'v : 1', threshold='v > 1', reset='')\nS = Synapses(G, G, 'dw/dt = -w/second + xi*second**-0.5 : 1 (event-driven)', on_pre='w += 1')\nS.connect()\nrun(1*ms)", "the event-driven \"w\" has white noise"},
		"delay":               {"G = NeuronGroup(3, 'v : 1')\nS = Synapses(G, G, 'delay : second')\nS.connect()\nrun(1*ms)", "\"delay\" cannot be a variable of a synapse"},
		"sum of noise":        {"G = NeuronGroup(3, 'v : 1')\nS = Synapses(G, G, 'v_post = xi*second**0.5 : 1 (summed)')\nS.connect()\nrun(1*ms)", "the sum \"v_post\" contains white noise"},
		"event-driven table":  {"ta = TimedArray([1, 2], dt=1*ms)\nG = NeuronGroup(3, 'v : 1', threshold='v > 1', reset='')\nS = Synapses(G, G, 'dw/dt = -x*w/second : 1 (event-driven)\\nx = ta(t) : 1', on_pre='w += 1')\nS.connect()\nrun(1*ms)", "the event-driven \"w\" reads ta, whose values change between events"},
		"drawn per read":      {"G = NeuronGroup(3, 'v : 1', threshold='v > 1', reset='')\nS = Synapses(G, G, 'x = rand() : 1', on_pre='v += x')\nS.connect()\nrun(1*ms)", "\"x\" draws random numbers"},
		"input into a truth":  {"G = NeuronGroup(3, 'b : boolean')\nPoissonInput(G, 'b', 3, 3*Hz, 1)", "neurongroup.b is declared as boolean"},
		"of the group itself": {"G = NeuronGroup(3, 'v : 1', threshold='v > 1', reset='lastspike = t', refractory=1*ms)\nrun(1*ms)", "\"lastspike\" is kept by the group itself"},
		"a new attribute":     {"G = NeuronGroup(3, '\\n'.join(['v%d : 1' % k for k in range(20)]))\nG.foo = 3", "add_attribute(\"foo\") makes an attribute"},
		"step":                {"print(timestep(1, 0.1*ms))", "expected a time and a step"},
		"in unit":             {"print(in_unit(3*mV, second))", "volt is not measured in second"},
		"mismatch":            {"fail_for_dimension_mismatch(3*mV, second, 'wrong')", "wrong: volt and second"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := runText(t, t.TempDir(), c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s\ngives %v\nwithout %s", c.text, err, c.want)
			}
		})
	}
}
