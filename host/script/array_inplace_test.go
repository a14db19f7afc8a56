package script_test

import (
	"strings"
	"testing"
)

// TestInPlaceErrors: what numpy refuses to do in place is refused, and what would change here a copy only.
func TestInPlaceErrors(t *testing.T) {
	const head = "import numpy as np\nfrom brian2 import *\n"
	const spikes = head + "G = NeuronGroup(2, 'v : 1', threshold='True', reset='')\nS = Synapses(G, G)\nS.connect()\nM = SpikeMonitor(G)\nR = PopulationRateMonitor(G)\nV = StateMonitor(G, 'v', record=True)\nrun(0.2*ms)\n"
	for name, c := range map[string]struct{ text, want string }{
		"whole numbers":         {head + "a = np.arange(3)\na += 1.5", ":4:3: error: +=: the result has float elements, the array holds int"},
		"whole numbers divided": {head + "a = np.arange(3)\na /= 2", "a = a / ... makes a new array; a = a.astype(float) before"},
		"a power":               {head + "a = np.arange(3)\na **= 0.5", "the result has float elements"},
		"into a smaller array":  {head + "a = np.zeros(3)\na += np.zeros((2, 3))", "the result has shape (2, 3) and does not fit into the array, of shape (3,)"},
		"out into a smaller":    {head + "a = np.zeros(3)\nnp.add(a, np.zeros((2, 3)), out=a)", "a result of shape (2, 3) does not fit into an array of shape (3,)"},
		"out of another kind":   {head + "a = np.arange(3)\nnp.add(a, 0.5, out=a)", "the result has float elements, the array holds int"},
		"shapes":                {head + "a = np.zeros(3)\na += np.zeros(2)", "do not fit together"},
		"masks":                 {head + "a = np.array([True, False])\na += 1", "the result has int elements, the array holds bool"},
		"difference of masks":   {head + "np.array([True]) - np.array([False])", "a ^ b tells where they differ"},
		"not a number":          {head + "a = np.arange(3)\na[1] = np.nan", "an array of whole numbers cannot hold nan"},
		"complex":               {head + "a = np.zeros(3)\na += 1j", "cannot store complex numbers in an array of float elements"},
		"complex shapes":        {head + "a = np.zeros(3) + 0j\na += np.zeros((2, 3))", "the result has shape (2, 3)"},
		"tuples":                {head + "t = (np.zeros(2), 1)\nt[0] += 1", "error"},
		"units":                 {head + "a = [1, 2]*mV\na += 1*ms", "sum of values with different units: volt and second"},
		"copyto":                {head + "a = np.arange(3)\nnp.copyto(a, [0.5, 1, 2])", "float elements do not go into an array of int elements"},
		"times of spikes":       {spikes + "t = M.t\nt -= 1*ms", ":11:3: error: this would change spikemonitor.t in Brian2, and is a copy here"},
		"all times of spikes":   {spikes + "t = M.t[:]\nt -= 1*ms", "x = spikemonitor.t.copy() one that can change"},
		"plain times of spikes": {spikes + "t = np.asarray(M.t)\nt[0] = 1", "this would change spikemonitor.t"},
		"indices of spikes":     {spikes + "i = M.i\ni.sort()", "this would change spikemonitor.i"},
		"rates":                 {spikes + "r = R.rate\nr *= 2", "this would change ratemonitor.rate"},
		"times of samples":      {spikes + "t = V.t\nt.fill(0*ms)", "this would change statemonitor.t"},
		"ends of synapses":      {spikes + "i = S.i[:]\ni += 1", "this would change synapses.i[:]"},
		"real parts":            {head + "z = np.fft.fft([1.0, 2.0])\nr = z.real\nr *= 2", "this would change z.real in numpy"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := runText(t, t.TempDir(), c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s\ngives %v\nwithout %s", c.text, err, c.want)
			}
		})
	}
}

// TestPymonntoOneArray: variables that initialize left as one array are refused where an iteration changes it in place.
func TestPymonntoOneArray(t *testing.T) {
	const head = "class C(Behavior):\n    def initialize(self, n):\n        n.v = n.vector('ones')\n        v = n.v\n        v += 1\n        n.u = "
	const tail = "\n    def iteration(self, n):\n        n.v += 1\nnet = Network()\nG = NeuronGroup(net=net, size=2, behavior={1: C()})\nnet.initialize()\nnet.simulate_iterations(2)\nprint(G.v, G.u)\n"
	if got, _, err := runText(t, t.TempDir(), head+"v.copy()"+tail); err != nil || got != "[4, 4] [2, 2]\n" {
		t.Errorf("a copy: prints %q, %v", got, err)
	}
	const want = `"v" and "u" are one array`
	for _, same := range []string{"v", "v[:]"} {
		if _, _, err := runText(t, t.TempDir(), head+same+tail); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("n.u = %s: %v, without %s", same, err, want)
		}
	}
}
