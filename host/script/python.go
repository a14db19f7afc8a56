package script

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
)

// What people who know Python write first, and what to write here.
const (
	importHint    = "import brings in what scripts have anyway: brian2, numpy, matplotlib, pylab, ANNarchy and PymoNNto, and what models use of math, random, itertools, functools, collections, copy, time, os, sys, warnings and scipy.special; load(\"other.star\", \"name\") reads another script"
	classHint     = "there are no classes but those of behaviours, class X(Behavior): use functions, dictionaries or struct(...)"
	globalHint    = "functions cannot give a variable of the script another value: keep it in a list or a dictionary, as in count[0] += 1"
	statementHint = "this statement of Python does not exist in Starlark; fail(\"...\") stops with a message"
)

// elsewhere says what to use for modules of Python that are not here.
var elsewhere = map[string]string{
	"json": savedHint, "pickle": savedHint, "cPickle": savedHint, "h5py": savedHint, "csv": savedHint, "pandas": savedHint,
	"argparse": "parameters are param(\"N\", 100) in the script and --set N=200 on the command line", "optparse": "parameters are param(\"N\", 100) in the script and --set N=200 on the command line",
	"multiprocessing": "the network runs on all cores anyway; sweep(...) runs it for many values of a parameter at once", "joblib": "the network runs on all cores anyway; sweep(...) runs it for many values of a parameter at once",
	"tqdm": "the progress of runs is shown on a terminal; leave it out", "logging": "print(...) writes to the terminal, warnings.warn(...) warns",
	"seaborn": "plot with pyplot's functions", "numba": "equations are compiled anyway; leave it out", "cython": "equations are compiled anyway; leave it out",
	"scipy": "of scipy there is scipy.special; np.corrcoef, np.polyfit, np.convolve, np.interp and np.fft are there",
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
	return fmt.Sprintf("there is no module %q here", m[1]), suffixless(elsewhere[root], importHint), true
}

// pythonOnly are forms of Python that no script can have, as they look once strings and comments are taken out.
var pythonOnly = []struct {
	form       *regexp.Regexp // in code whose strings are "" and whose f-strings are ""f
	what, hint string
}{
	{regexp.MustCompile(`(?m)^[ \t]*(?:from[ \t]+\S+[ \t]+import|import[ \t])`), "an import", importHint},
	{regexp.MustCompile(`(?m)^[ \t]*class\b`), "a class", classHint},
	{regexp.MustCompile(`(?m)^[ \t]*(?:nonlocal)\b`), "a statement that scripts do not have", globalHint},
	{regexp.MustCompile(`(?m)^[ \t]*(?:try|except|with|yield|async)\b`), "a statement that scripts do not have", statementHint},
}

// morePython lists what else of Python stands in a file that could not be read, so that it need not be found one by one: each form at its
// first place after the given one, with the lines of the others.
// text is that of the file with what is allowed to be Python blanked out.
func morePython(src *diag.Source, text string, after int) (list diag.List) {
	read := pystar.Rewrite(text)
	code, at := withoutStrings(read.Code)
	for k := range at {
		at[k] = read.Origin(at[k])
	}
	line := func(off int) int { return 1 + strings.Count(src.Text[:off], "\n") }
	seen := line(after)
	for _, p := range pythonOnly {
		var first diag.Span
		var others []string
		last := seen
		for _, m := range p.form.FindAllStringIndex(code, -1) {
			start := m[0] + len(code[m[0]:m[1]]) - len(strings.TrimLeft(code[m[0]:m[1]], " \t"))
			n := line(at[start])
			if at[start] <= after || n == last || strings.Contains(code[m[0]:m[1]], "lambda") {
				continue
			}
			if first.End == 0 {
				first = diag.Span{Start: at[start], End: at[start] + 1}
				if end := at[m[1]-1] + 1; end > at[start] && line(end-1) == n {
					first.End = end
				}
			} else {
				others = append(others, fmt.Sprint(n))
			}
			last = n
		}
		if first.End == 0 {
			continue
		}
		d := diag.Errorf(src, first, "this is Python: %s", p.what).WithHint("%s", p.hint)
		if len(others) > 0 {
			d.Message += fmt.Sprintf(", as in line%s %s", plural(len(others)), shortened(others))
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

// withoutStrings empties string literals, drops comments and joins the lines that brackets hold together; at tells where each byte of the code
// stood.
func withoutStrings(text string) (code string, at []int) {
	var out strings.Builder
	depth := 0
	put := func(s string, from int) {
		for k := range len(s) {
			out.WriteByte(s[k])
			at = append(at, from)
		}
	}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			start := i
			mark := text[i : i+1]
			if strings.HasPrefix(text[i:], strings.Repeat(mark, 3)) {
				mark = strings.Repeat(mark, 3)
			}
			for i += len(mark); i < len(text) && !strings.HasPrefix(text[i:], mark); i++ {
				if text[i] == '\\' {
					i++
				} else if len(mark) == 1 && text[i] == '\n' {
					break
				}
			}
			i = min(i+len(mark), len(text))
			prefix := literalPrefix.FindString(text[max(0, start-3):start])
			if strings.ContainsAny(prefix, "fF") {
				put(`""f`, start-len(prefix))
			} else {
				put(`""`, start)
			}
		case c == '\n' && depth > 0:
			put(" ", i)
			i++
		default:
			if strings.IndexByte("([{", c) >= 0 {
				depth++
			} else if strings.IndexByte(")]}", c) >= 0 {
				depth = max(0, depth-1)
			}
			put(text[i:i+1], i)
			i++
		}
	}
	put(" ", len(text))
	return out.String(), at
}

var literalPrefix = regexp.MustCompile(`\b[rbufRBUF]{1,2}$`)
