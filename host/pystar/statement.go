package pystar

import (
	"fmt"
	"slices"
	"strings"
)

// statements rewrites forms that are statements of their own.
func (r *rewriter) statements() {
	var all [][2]int // from and up to which token each goes
	first := 0
	for k := 0; k <= len(r.list); k++ {
		if k < len(r.list) && r.list[k].kind != newline && !(r.list[k].is(";") && flat(r.list[first:k])) {
			continue
		}
		if k > first {
			all = append(all, [2]int{first, k})
		}
		first = k + 1
	}
	nested := blocks{}
	for len(all) > 0 {
		n := r.class(all)
		if n == 0 {
			from, to := all[0][0], all[0][1]
			first := &r.list[from]
			indent := r.indent(first)
			before, trying := nested.enter(indent, first.s)
			head := r.attempt(r.list[from:to], before)
			r.inClass = nested.inClass(indent)
			r.trying = trying || head > 0 && first.is("try")
			if from += head; from < to {
				r.statement(r.list[from:to], from)
			}
			n = 1
		}
		all = all[n:]
	}
}

// notebookOnly are commands of Jupyter that tell it how to show what it shows.
var notebookOnly = map[string]bool{"matplotlib": true, "pylab": true, "config": true, "load_ext": true, "autoreload": true}

// flat reports whether all brackets of a line are closed.
func flat(line []token) bool {
	depth := 0
	for k := range line {
		if line[k].is("(", "[", "{") {
			depth++
		} else if line[k].is(")", "]", "}") {
			depth--
		}
	}
	return depth == 0
}

// statement rewrites one; offset is the index of its first token among all.
func (r *rewriter) statement(line []token, offset int) {
	start, end := line[0].start, line[len(line)-1].end
	switch t := &line[0]; {
	case t.is("import", "from"):
		if s, ok := r.imports(line); ok {
			if r.builtinSum(line[0].start) {
				s += "; sum = " + Library + ".builtins.sum"
			}
			r.whole(start, end, s)
			return
		}
		if r.trying {
			r.whole(start, end, fmt.Sprintf("%s(%q)", Missing, line[1].s))
			return
		}
		k := max(0, slices.IndexFunc(line, func(t token) bool { return t.is("import") }))
		r.kept = append(r.kept, Statement{t.s, start, line[k].end})
	case t.is("%") && len(line) > 1 && notebookOnly[line[1].s]:
		r.whole(start, end, "pass")
	case t.is("@") && len(line) > 1:
		r.replaceToken(t, fmt.Sprintf("%s%d = ", Decorator, r.decorators))
		r.decorators++
		r.wrap(line[1].start, end, "(", ")")
	case t.is("assert") && len(line) > 1:
		condition, message := len(line), ""
		for k := 1; k < len(line); k++ {
			if line[k].is("(", "[", "{") {
				if line[k].match < 0 {
					return
				}
				k = line[k].match - offset
			} else if line[k].is(",") {
				condition = k
				break
			}
		}
		if condition < len(line) {
			r.replaceToken(&line[condition], "): "+Raise+".AssertionError(")
			r.wrap(line[1].start, end, "", ")")
		} else {
			message = strings.Join(strings.Fields(r.src[line[1].start:end]), " ")
			r.wrap(line[1].start, end, "", fmt.Sprintf("): %s.AssertionError(%q)", Raise, "the assertion does not hold: "+message))
		}
		r.replaceToken(t, "if not (")
	case t.is("class") && r.plainClass(line, offset):
	case t.is("raise"):
		r.raise(line, offset)
	case t.is("global", "nonlocal") && len(line) > 1:
		var names []string
		for k := 1; k < len(line); k++ {
			if k%2 == 1 && line[k].kind == name {
				names = append(names, fmt.Sprintf("%q", line[k].s))
			} else if k%2 == 1 || !line[k].is(",") {
				return
			}
		}
		r.whole(start, end, map[string]string{"global": Global, "nonlocal": Nonlocal}[t.s]+"("+strings.Join(names, ", ")+")")
	case t.is("with") && len(line) > 2:
		if !r.with(line, offset) {
			r.kept = append(r.kept, Statement{t.s, start, t.end})
		}
	case t.is("def"):
		r.annotations(line, offset)
	case len(line) > 2 && t.kind == name && !keywords[t.s] && line[1].is(":"):
		equals := slices.IndexFunc(line, func(t token) bool { return t.is("=") })
		if equals < 0 && r.inClass {
			r.whole(start, end, t.s+" = "+Field)
		} else if equals < 0 {
			r.whole(start, end, "pass")
		} else {
			r.replace(line[1].start, line[equals].end, "=")
			r.gone = append(r.gone, [2]int{line[1].start, line[equals].end})
		}
	case t.is("del") && len(line) > 1:
		var names []string
		for k := 1; k < len(line); k++ {
			if k%2 == 1 && line[k].kind == name {
				names = append(names, line[k].s+" = None")
			} else if !(k%2 == 0 && line[k].is(",")) {
				return
			}
		}
		r.whole(start, end, strings.Join(names, "; "))
	default:
		r.kept = append(r.kept, Statement{t.s, start, t.end})
		r.assignment(line, offset)
	}
}

// with turns "with x as y:" into a loop over With(x), which goes round once; host/script makes a block of it.
func (r *rewriter) with(line []token, offset int) bool {
	colon, as := -1, -1
	for k := 1; k < len(line) && colon < 0; k++ {
		switch t := &line[k]; {
		case t.is("(", "[", "{"):
			if t.match < 0 {
				return false
			}
			k = t.match - offset
		case t.is(","):
			return false
		case t.is("as"):
			as = k
		case t.is(":"):
			colon = k
		}
	}
	target, last := "_", colon
	if as > 0 {
		if as+2 != colon || line[as+1].kind != name {
			return false
		}
		target, last = line[as+1].s, as
	}
	if last < 2 {
		return false
	}
	r.replaceToken(&line[0], "for "+target+" in "+With+"(")
	r.replace(line[last-1].end, line[colon].start, ")")
	if as > 0 {
		r.gone = append(r.gone, [2]int{line[last-1].end, line[colon].start})
	}
	return true
}

// annotations leaves out the types in the head of a function.
func (r *rewriter) annotations(line []token, offset int) {
	if len(line) < 4 || !line[2].is("(") || line[2].match < 0 {
		return
	}
	drop := func(from, to int) {
		if to > from {
			r.whole(line[from].start, line[to-1].end, "")
		}
	}
	end := line[2].match - offset
	colon := -1
	for k := 3; k <= end; k++ {
		switch t := &line[k]; {
		case t.is("(", "[", "{") && t.match > 0:
			k = t.match - offset
		case t.is("lambda"):
			return
		case t.is(":") && colon < 0:
			colon = k
		case (t.is("=", ",") || k == end) && colon >= 0:
			drop(colon, k)
			colon = -1
		case t.is("="):
			for k+1 < end && !line[k+1].is(",") {
				if k++; line[k].is("(", "[", "{") && line[k].match > 0 {
					k = line[k].match - offset
				} else if line[k].is("lambda") {
					return
				}
			}
		}
	}
	if end+1 < len(line) && line[end+1].is("->") {
		to := end + 2
		for to < len(line) && !line[to].is(":") {
			if line[to].is("(", "[", "{") && line[to].match > 0 {
				to = line[to].match - offset
			}
			to++
		}
		drop(end+1, to)
	}
}

// assignment rewrites a = b = x, x **= y and x, = y.
func (r *rewriter) assignment(line []token, offset int) {
	var equals []int
	for k := 0; k < len(line); k++ {
		switch t := &line[k]; {
		case t.is("(", "[", "{"):
			if t.match < 0 {
				return
			}
			k = t.match - offset
		case t.is("lambda", ":", "def", "if", "for", "while", "return"):
			k = len(line)
		case t.is("="):
			equals = append(equals, k)
		case t.is("**=") && k > 0 && k+1 < len(line):
			target := Rewrite(r.src[line[0].start:line[k-1].end], nil).Code
			r.replaceToken(t, "= "+InPlace+"("+target+", (")
			r.wrap(line[k+1].start, line[len(line)-1].end, "", "))")
			return
		}
	}
	if len(equals) == 0 {
		return
	}
	last := equals[len(equals)-1]
	if last+1 >= len(line) || equals[0] == 0 {
		return
	}
	if len(equals) == 1 {
		if r.unpacked(line[:last], line[last+1:], offset) {
			return
		}
		if line[last-1].is(",") && last > 1 {
			r.wrap(line[0].start, line[last-1].end, "(", ")")
		}
		return
	}
	var targets []string
	from := 0
	for _, k := range equals {
		if k == from {
			return
		}
		targets = append(targets, Rewrite(r.src[line[from].start:line[k-1].end], nil).Code)
		from = k + 1
	}
	var after strings.Builder
	for _, s := range targets {
		fmt.Fprintf(&after, "; %s = %s", s, Assigned)
	}
	r.whole(line[0].start, line[last].end, Assigned+" =")
	r.wrap(line[last+1].start, line[len(line)-1].end, "", after.String())
}

// modules are those whose names scripts have, by the name they have there; "" for those that have none of their own.
var modules = map[string]string{"brian2": "b2", "brian2.only": "b2", "brian2.numpy_": "np", "brian2.units.constants": Constants, "brian2tools": "", "numpy": "np", "numpy.random": "np.random",
	"numpy.fft": "np.fft", "numpy.linalg": "np.linalg", "matplotlib": "plt", "matplotlib.pyplot": "plt", "matplotlib.pylab": "plt", "matplotlib.cm": "plt.cm", "matplotlib.ticker": "plt.ticker", "matplotlib.animation": "plt.animation", "matplotlib.gridspec": "plt.gridspec", "pylab": "plt", "ANNarchy": "ann", "PymoNNto": "",
	"ANNarchy.extensions": "ann", "ANNarchy.extensions.bold": "ann", "ANNarchy.extensions.convolution": "ann", "ANNarchy.extensions.image": "ann", "ANNarchy.extensions.hybrid": "ann", "ANNarchy.models": "ann", "ANNarchy.inputs": "ann", "ANNarchy.core": "ann",
	"__future__": "", "mpl_toolkits.mplot3d": "", "typing": ""}

func init() {
	for _, m := range strings.Fields("collections copy cycler dataclasses functools itertools joblib math multiprocessing multiprocessing.pool networkx operator os os.path pathlib random scipy scipy.optimize scipy.sparse scipy.special scipy.stats platform sys tqdm tqdm.auto tqdm.notebook time timeit warnings") {
		modules[m] = Library + "." + m
	}
}

// library reports whether a module is one of Python's, which scripts see under the names that they import only.
func library(own string) bool { return strings.HasPrefix(own, Library+".") }

// physics are the names of the module Constants.
var physics = strings.Fields("avogadro_constant boltzmann_constant electric_constant electron_mass elementary_charge faraday_constant gas_constant magnetic_constant molar_mass_constant zero_celsius")

// module finds a module; those inside of a known one are known, and have no name of their own.
func module(path string) (own string, ok bool) {
	if own, ok = modules[path]; ok {
		return own, true
	}
	root, _, _ := strings.Cut(path, ".")
	own, ok = modules[root]
	return "", ok && !library(own) && root != "numpy" && root != "matplotlib" && root != "mpl_toolkits"
}

// module is module, or one beside the script.
func (r *rewriter) module(path string) (own string, known bool) {
	if own, known = module(path); known || r.local == nil {
		return own, known
	}
	if _, known = r.local(path, false); known {
		own = fmt.Sprintf("%s(%q)", Module, path)
	}
	return own, known
}

// beside reports whether a module is a file beside the script.
func beside(own string) bool { return strings.HasPrefix(own, Module+"(") }

// imports is what an import means: names for what scripts have under others. One of what they do not have is nothing as long as its names are
// not used, and else stays as it is.
func (r *rewriter) imports(line []token) (string, bool) {
	k := 1
	path := func() string {
		var s strings.Builder
		for k < len(line) && (line[k].kind == name && !line[k].is("import", "as") || line[k].is(".")) {
			s.WriteString(line[k].s)
			k++
		}
		return s.String()
	}
	alias := func() (string, bool) {
		if k+1 < len(line) && line[k].is("as") && line[k+1].kind == name {
			k += 2
			return line[k-1].s, true
		}
		return "", false
	}
	var out []string
	bind := func(as, what string) {
		switch {
		case as != what:
			out = append(out, as+" = "+what)
		case r.trying: // what is to be done without it may give the name another value
			out = append(out, as+" = "+Own+"."+what)
		}
	}
	if line[0].is("from") {
		p := path()
		own, known := r.module(p)
		if k >= len(line) || !line[k].is("import") {
			return "", false
		}
		for k++; k < len(line); {
			switch {
			case line[k].is("*") && (!known || library(own) && own != Library+".math"):
				return "", false
			case line[k].is("*") && own == Constants:
				for _, n := range physics {
					bind(n, own+"."+n)
				}
				fallthrough
			case line[k].is("*") && beside(own):
				out = append(out, own)
				names, _ := r.local(p, true)
				for _, n := range names {
					bind(n, own+"."+n)
				}
				fallthrough
			case line[k].is("(", ")", ",", "*"):
				k++
				continue
			case line[k].kind != name:
				return "", false
			}
			what := line[k].s
			k++
			as, given := alias()
			if !given {
				as = what
			}
			switch {
			case !known:
				if r.trying || r.used(as) || line[1].is(".") {
					return "", false
				}
			case beside(own):
				bind(as, own+"."+what)
			case library(own):
				if r.used(as) {
					bind(as, own+"."+what)
				}
			case what == "pyplot" || what == "pylab":
				bind(as, "plt")
			case own == "plt":
				if r.used(as) {
					bind(as, own+"."+what)
				}
			case strings.HasPrefix(own, "np") || strings.HasPrefix(own, "plt.") || own == Constants:
				bind(as, own+"."+what)
			default:
				bind(as, what)
			}
		}
		return joined(out), true
	}
	for k < len(line) {
		p := path()
		own, known := r.module(p)
		as, given := alias()
		root, _, _ := strings.Cut(p, ".")
		switch {
		case !known && (r.trying || given && r.used(as) || !given && r.used(root)), given && known && own == "" && r.used(as):
			return "", false
		case !known || own == "":
		case beside(own) && !given:
			top, _ := r.module(root)
			bind(root, top)
			if root != p { // what is within comes with it
				out = append(out, own)
			}
		case library(own) && (given && !r.used(as) || !given && !r.used(root)):
		case given:
			bind(as, own)
		case library(own):
			bind(root, Library+"."+root)
		case p == "numpy" || p == "brian2": // have their full names, too
			bind(p, p)
		case root == p:
			bind(p, own)
		}
		if k < len(line) && !line[k].is(",") {
			return "", false
		}
		k++
	}
	return joined(out), true
}

// builtinSum reports whether the statement at a place is the first import of a script that takes no names at once: its sum is Python's own, which
// adds the rows of arrays, and not numpy's, which adds all numbers.
func (r *rewriter) builtinSum(at int) bool {
	if !r.used("sum") || at > 0 && r.src[at-1] != '\n' {
		return false
	}
	first, importing := -1, false
	for k := range r.list {
		t := &r.list[k]
		if k == 0 || r.list[k-1].kind == newline {
			importing = t.is("import", "from")
			if importing && first < 0 {
				first = t.start
			}
		}
		if importing && t.is("*", "sum") {
			return false
		}
	}
	return first == at
}

// used reports whether a name stands anywhere but in imports, and not as an attribute.
func (r *rewriter) used(n string) bool {
	imported := false
	for k := range r.list {
		t := &r.list[k]
		if k == 0 || t.kind == newline {
			imported = false
		}
		if t.is("import", "from") && (k == 0 || r.list[k-1].kind == newline) {
			imported = true
		}
		if !imported && t.is(n) && (k == 0 || !r.list[k-1].is(".")) {
			return true
		}
		for _, p := range t.parts {
			for j := range p.tokens {
				if p.tokens[j].is(n) {
					return true
				}
			}
		}
	}
	return false
}

func joined(list []string) string {
	if len(list) == 0 {
		return "pass"
	}
	return strings.Join(list, "; ")
}
