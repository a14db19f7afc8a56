package script

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
)

// What people who know Python write first, and what to write here.
const (
	importHint    = "import brings in what scripts have anyway: brian2, numpy, matplotlib, pylab, ANNarchy and PymoNNto, and what models use of math, random, itertools, functools, collections, copy, time, os, sys, warnings, operator, pathlib, multiprocessing and scipy; a module of your own is a file beside the script, name.py for import name, or lies in a folder of --data"
	classHint     = "a class begins with class Name: or class Name(Base):, its statements stand indented below"
	statementHint = "this statement of Python does not exist in Starlark; fail(\"...\") stops with a message"
)

// elsewhere says what to use for modules of Python that are not here.
var elsewhere = map[string]string{
	"json": savedHint, "pickle": savedHint, "cPickle": savedHint, "h5py": savedHint, "csv": savedHint, "pandas": savedHint,
	"argparse": "parameters are param(\"N\", 100) in the script and --set N=200 on the command line", "optparse": "parameters are param(\"N\", 100) in the script and --set N=200 on the command line",
	"tqdm": "the progress of runs is shown on a terminal; leave it out", "logging": "print(...) writes to the terminal, warnings.warn(...) warns",
	"seaborn": "plot with pyplot's functions", "numba": "equations are compiled anyway; leave it out", "cython": "equations are compiled anyway; leave it out",
	"scipy": "of scipy there are scipy.special, and what models use of scipy.stats and scipy.optimize; np.corrcoef, np.polyfit, np.convolve, np.interp and np.fft are there",
}

const savedHint = "np.savez(\"results.npz\", v=M.v, t=M.t), np.savetxt and open(\"name.txt\", \"w\") write to the folder of --out, where what monitors record goes anyway; read(\"data.csv\") reads csv, npy, npz, mtx and png"

var importedModule = regexp.MustCompile(`^\s*(?:from|import)\s+([\w.]+)`)

// missingModule says what is wrong with a line that imports what is not here.
func missingModule(line string) (msg, hint string, ok bool) {
	m := importedModule.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	root, _, _ := strings.Cut(m[1], ".")
	return fmt.Sprintf("there is no module %q here", m[1]), cmp.Or(elsewhere[root], importHint), true
}

// pythonOnly says what statements of Python are that no script can have, by the word with which they begin.
var pythonOnly = map[string]struct{ what, hint string }{
	"import": {"an import", importHint}, "from": {"an import", importHint}, "class": {"a class", classHint},
	"with":  {otherStatement, statementHint},
	"yield": {otherStatement, statementHint}, "async": {otherStatement, statementHint},
}

const otherStatement = "a statement that scripts do not have"

// morePython lists what else of Python stands in a file that could not be read, so that it need not be found one by one: each form at its
// first place after the given one, with the lines of the others.
func morePython(src *diag.Source, after int) (list diag.List) {
	line := func(off int) int { return 1 + strings.Count(src.Text[:off], "\n") }
	first, others, last := map[string]diag.Span{}, map[string][]string{}, map[string]int{}
	what := map[string]string{}
	for _, s := range pystar.Rewrite(src.Text, nil).Statements {
		p, n := pythonOnly[s.Word], line(s.Start)
		if p.hint == "" || s.Start <= after || n == line(after) || n == last[p.hint] {
			continue
		}
		if _, again := first[p.hint]; again {
			others[p.hint] = append(others[p.hint], fmt.Sprint(n))
		} else {
			first[p.hint], what[p.hint] = diag.Span{Start: s.Start, End: s.End}, p.what
		}
		last[p.hint] = n
	}
	for hint, span := range first {
		d := diag.Errorf(src, span, "this is Python: %s", what[hint]).WithHint("%s", hint)
		if lines := others[hint]; len(lines) > 0 {
			d.Message += fmt.Sprintf(", as in line%s %s", plural(len(lines)), shortened(lines))
		}
		list.Add(d)
	}
	list.Sort()
	return list
}

func shortened(lines []string) string {
	const most = 8
	if len(lines) > most {
		return strings.Join(lines[:most], ", ") + " and others"
	}
	return strings.Join(lines, ", ")
}
