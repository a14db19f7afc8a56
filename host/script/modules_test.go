package script

import "testing"

// Scripts that are ported from Python keep their np., plt. and b2.
func TestModules(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"print(np.sqrt(np.array([4, 9])), np.pi == pi, np.arange(3).astype(np.int32), numpy.abs(-3*mV))", "[2, 3] True [0, 1, 2] 3 mV"},
		{"i, j = np.nonzero(np.eye(2))\nA = np.triu(np.ones((3, 3)), 1)\nprint(i, j, A.nonzero()[1])", "[0, 1] [0, 1] [1, 2, 2]"},
		{"print(np.array_equal([1, 2], [1, 2]), np.array_equal([1], [1, 2]), np.allclose(1*mV, 1.0000001*mV), np.allclose([1, 2], [1, 3]))", "True False True False"},
		{"print(np.vstack([[1, 2], [3, 4]]), np.hstack([[1, 2], [3]]), np.hstack([np.ones((2, 1)), np.zeros((2, 1))]))", "[[1, 2], [3, 4]] [1, 2, 3] [[1, 0], [1, 0]]"},
		{"print(np.bincount([0, 2, 2]), np.bincount([1], minlength=4), np.zeros_like([1, 2]), np.ones_like([1.5]*mV))", "[1, 0, 2] [0, 1, 0, 0] [0, 0] [1] * volt"},
		// numpy.convolve([1,2,3], [0,1,0.5]) is [0, 1, 2.5, 4, 1.5]
		{"for m in ['full', 'same', 'valid']: print(np.convolve([1, 2, 3], [0, 1, 0.5], m))", "[0, 1, 2.5, 4, 1.5]\n[1, 2.5, 4]\n[2.5]"},
		{"print(np.interp([-1, 0.5, 2, 9], [0, 1, 3], [0, 10, 30]), np.interp(1*ms, [0, 2]*ms, [0, 4]*mV))", "[0, 5, 20, 30] 2 mV"},
		// numpy.percentile([1,2,3,4], [0, 25, 50, 100]) is [1, 1.75, 2.5, 4]
		{"print(np.percentile([4, 2, 3, 1], [0, 25, 50, 100]), np.percentile([1, 2]*mV, 50), np.prod([2, 3]), np.nanmean([1, nan, 3]))", "[1, 1.75, 2.5, 4] 1.5 mV 6 2.0"},
		{"a, b, c = np.random.RandomState(3), np.random.RandomState(3), np.random.RandomState(4)\nx = a.rand(9)\nprint(np.array_equal(x, b.rand(9)), np.array_equal(x, c.rand(9)), np.array_equal(x, a.rand(9)), a.randint(5) < 5)", "True False False True"},
		{"np.random.seed(2)\nx = np.random.uniform(0, 1, 5)\nnp.random.seed(2)\nprint(np.array_equal(x, uniform(0, 1, 5)))", "True"},
		{"print(np.asarray([1, 2]*mV), float(3*mV), np.asarray(np.stack([np.asarray([1]*mV), [2]])).shape)", "[0.001, 0.002] 0.003 (2, 1)"},
		{"G = b2.NeuronGroup(2, 'v : 1')\nG.v = 3\nprint(G.v, brian2.second, b2.ms)", "[3, 3] 1 s 1 ms"},
	} {
		out, _, err := runText(t, c.text+"\n", Options{})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if out != c.want+"\n" {
			t.Errorf("%s: got %q, want %q", c.text, out, c.want+"\n")
		}
	}
}
