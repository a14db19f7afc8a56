package script_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeFiles writes files by their names into a folder of its own.
func writeFiles(t *testing.T, files map[string]string) (dir string) {
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var ownModules = map[string]string{
	"params.py": `from brian2 import *
import numpy as xp
tau, EL = 10*ms, -70*mV
count = 0
_hidden = 1
def bump():
    global count
    count += 1
    return count
if __name__ == '__main__':
    never = 5
print('params is', __name__)
`,
	"tools/__init__.py": "from .plots import draw\nversion = 3\n",
	"tools/plots.py": `from ..params import EL
from . import deep
from .deep.inner import square as sq
def draw(x):
    return [x, sq(2), EL]
class Helper:
    def __init__(self, n):
        self.n = n
`,
	"tools/deep/inner.py": "def square(x):\n    return x**2\n",
	"broken.py":           "x = 1\ndef f():\n    return x.y\n",
	"unclosed.py":         "x = (1 +\n",
	"first.py":            "from second import y\nx = 1\n",
	"second.py":           "from first import x\ny = 2\n",
	"again.py":            "import again\nx = again.__class__ if False else 4\n",
}

// TestOwnModules: files beside the script are modules, as Python 3.11 has them.
func TestOwnModules(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"from params import *\nprint(tau, bump(), xp.pi > 3)", "params is params\n10 ms 1 True"},
		{"import params as p, params\nprint(p.count, params.bump(), p.count, p.ms)", "params is params\n0 1 1 1 ms"},
		{"import params\nprint(1)\nfrom params import count as c\nprint(c)", "params is params\n1\n0"},
		{"import tools, tools.deep.inner\nimport tools.plots as tp\nprint(tools.draw(3), tools.version, tools.deep.inner.square(4), tp.Helper(5).n)", "params is params\n[3, 4, -70 mV] 3 16 5"},
		{"from tools import plots\nfrom tools.deep import inner\nprint(plots.sq(3), inner.square(2))", "params is params\n9 4"},
		{"try:\n    import params\nexcept ImportError:\n    print('no')\ntry:\n    import nowhere\nexcept ImportError:\n    print('none')", "params is params\nnone"},
		{"def f():\n    from params import EL\n    return EL\nprint(f())", "params is params\n-70 mV"},
		{"import again\nprint(again.x)", "4"},
		{"from params import *\nG = NeuronGroup(1, 'dv/dt = (EL - v)/tau : volt', method='exact')\nG.v = 0*mV\nrun(tau)\nprint(round(G.v[0]/EL, 6))", "params is params\n0.632121"},
	} {
		dir := writeFiles(t, ownModules)
		if got, _, err := runText(t, dir, c.text); err != nil || strings.TrimSpace(got) != c.want {
			t.Errorf("%s\nprints %q, want %q: %v", c.text, got, c.want, err)
		}
	}
}

// TestOwnModuleErrors: what is wrong with an import, and what is wrong within what is imported, where it stands.
func TestOwnModuleErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"from params import taum", []string{":1:1:", `the module "params" has no attribute "taum"`, `did you mean "tau"?`}},
		{"from paramss import tau\nprint(tau)", []string{":1:1:", `there is no module "paramss" here`, "name.py for import name"}},
		{"import params\nparams.tau = 3", []string{":2:7:", "params.tau cannot be given another value", "global tau"}},
		{"from params import *\nprint(never + 1)", []string{":2:13:", "never of the module params"}},
		{"import broken\nbroken.f()", []string{"broken.py:3:13:", "no .y"}},
		{"from unclosed import *", []string{"unclosed.py:1:5:", `this "(" is never closed`}},
		{"import first", []string{"second.py:1:1:", `the module "first" has no "x" yet`, "import each other"}},
		{"from .params import tau\nfrom ..secret import x", []string{"outside the folders"}},
	} {
		dir := writeFiles(t, ownModules)
		if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret.py"), []byte("x = 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := runText(t, dir, c.text)
		for _, w := range c.want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s\ngives %v\nwithout %s", c.text, err, w)
			}
		}
	}
}
