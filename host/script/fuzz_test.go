package script

import (
	"context"
	"testing"
	"time"
)

// FuzzScript: no text of a script ends the program.
func FuzzScript(f *testing.F) {
	for _, s := range []string{
		field + "simulate(10.0)\nprint(inp.r, M)",
		"a = arange(6).reshape(2, 3)\na[0, slice(None, None, -1)] = [1, 2, 3]\nprint(a.T[a.gt(2).T], a.sum(axis=1), a[5:1:-2])",
		"print(zeros((0, 3)).T, zeros(0).tolist(), concatenate([[], [1]]), linspace(0, 1, 0), diff([]))",
		"print(3*ms + [1, 2]*second, pow(2*mV, 0.5), sqrt(-1*volt), round(1e300, 3), format(1.5, '08.3f'))",
		"x = normal(0*mV, array([1, 2])*mV)\nprint(histogram2d(x, x, bins=(2, [0*mV, 1*mV])), permutation(4), unique([1, 1], return_counts=True))",
		"def f(n):\n    return f(n + 1)\nf(0)",
		"p = param('N', 3*ms, min=1*ms)\nG = NeuronGroup(3, 'dv/dt = -v/p : 1')\nG.v = 'i'\nM = StateMonitor(G, True, record=[0])\nrun(1*ms)\nprint(M.v, M.t)",
		"class C(Behavior):\n  k = [2**3]\n  def initialize(self, n):\n    n.x = n.vector(1)\n  def iteration(self, n):\n    n.x = n.y = n.x**2 if 0 < n.x[1:] < 3 else self.k @ n.x\nnet = Network()\nNeuronGroup(net=net, size=2, behavior={1: C()})\nnet.initialize()",
		"print(meshgrid([1], []), dot(array([[1, 2]]), [1, 2]), outer([1], [2]), where([1, 0], 2, 3), nonzero(zeros((2, 2))), repeat([1, 2], 0))",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := RunSource(ctx, "fuzz.star", text, Options{Engine: &fakeEngine{}, Steps: 50_000})
		if err != nil && err.Error() == "" {
			t.Error("an error without a message")
		}
	})
}
