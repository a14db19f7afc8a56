package script

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Classes that derive from Behavior are the one kind of class that a script can have. Their text is cut out before the script is parsed, and
// NAME = classCall(k) stands in its place; line numbers stay.

// classCall makes the behaviour of the k-th class of a file.
const classCall = "_class_of_behavior_"

// pyClass is a class of behaviours.
type pyClass struct {
	name    string
	src     *diag.Source
	line    int
	methods map[string]*pyMethod
	attrs   map[string]*pyExpr
	// functions are those of the file that consist of a return: iterations may call them.
	functions map[string]*pyMethod
}

// pyMethod is a method; its statements carry the line numbers of the file.
type pyMethod struct {
	args []string
	body []*pyStmt
	line int
	err  error // why the body could not be read: an error where the method is needed only
}

var (
	classLine    = regexp.MustCompile(`(?m)^class[ \t]+([A-Za-z_]\w*)[ \t]*\([ \t]*([\w.]*)[ \t]*\)[ \t]*:[ \t]*(?:#.*)?$`)
	functionHead = regexp.MustCompile(`^def\s+(\w+)\s*\(([^()]*)\)\s*:\s*(.*)$`)
	methodLine   = regexp.MustCompile(`^(\s+)def\s+(\w+)\s*\(([^()]*)\)\s*:\s*(.*)$`)
)

// takeClasses cuts the classes of behaviours out of a script.
func (in *interp) takeClasses(src *diag.Source) (string, error) {
	if !classLine.MatchString(src.Text) {
		return src.Text, nil
	}
	_, at := withoutStrings(src.Text)
	code := map[int]bool{}
	for _, p := range at {
		code[p] = true
	}
	lines := strings.SplitAfter(src.Text, "\n")
	starts := make([]int, len(lines)+1)
	for k, l := range lines {
		starts[k+1] = starts[k] + len(l)
	}
	known := map[string]*pyClass{}
	functions := returning(lines)
	for k := 0; k < len(lines); k++ {
		m := classLine.FindStringSubmatch(strings.TrimRight(lines[k], "\r\n"))
		if m == nil || !code[starts[k]] {
			continue
		}
		base := known[m[2]]
		if m[2] != "Behavior" && base == nil {
			continue
		}
		end := k + 1
		for end < len(lines) && (strings.TrimSpace(lines[end]) == "" || lines[end][0] == ' ' || lines[end][0] == '\t' || lines[end][0] == '#' || !code[starts[end]]) {
			end++
		}
		for end > k+1 && (strings.TrimSpace(lines[end-1]) == "" || lines[end-1][0] == '#') {
			end--
		}
		c, err := readClass(src, m[1], lines[k+1:end], k+1)
		if err != nil {
			return "", in.inLine(src, err)
		}
		if base != nil {
			inherit(c, base)
		}
		c.functions = functions
		known[m[1]] = c
		lines[k] = fmt.Sprintf("%s = %s(%d)\n", m[1], classCall, len(in.classes))
		in.classes = append(in.classes, c)
		for j := k + 1; j < end; j++ {
			lines[j] = "\n"
		}
		k = end - 1
	}
	return strings.Join(lines, ""), nil
}

// returning are the functions of a file that consist of a return.
func returning(lines []string) map[string]*pyMethod {
	out := map[string]*pyMethod{}
	for k, l := range lines {
		m := functionHead.FindStringSubmatch(strings.TrimRight(l, "\r\n"))
		if m == nil {
			continue
		}
		end := k + 1
		for end < len(lines) && (strings.TrimSpace(lines[end]) == "" || indentOf(lines[end]) > 0) {
			end++
		}
		text := strings.Join(lines[k+1:end], "")
		if rest := strings.TrimSpace(stripComment(m[3])); rest != "" {
			text = rest
		}
		if body, err := parsePython(text); err == nil && len(body) == 1 && body[0].kind == "return" && body[0].value != nil {
			out[m[1]] = &pyMethod{args: argumentNames(m[2]), body: body, line: k + 1}
		}
	}
	return out
}

// argumentNames are the names between the parentheses of a def.
func argumentNames(text string) (out []string) {
	for _, a := range strings.Split(text, ",") {
		a, _, _ = strings.Cut(a, "=")
		if a = strings.TrimSpace(a); a != "" {
			out = append(out, a)
		}
	}
	return out
}

func inherit(c, base *pyClass) {
	for name, m := range base.methods {
		if c.methods[name] == nil {
			c.methods[name] = m
		}
	}
	for name, e := range base.attrs {
		if c.attrs[name] == nil {
			c.attrs[name] = e
		}
	}
}

// readClass reads the body of a class, whose first line is line+1.
func readClass(src *diag.Source, name string, lines []string, line int) (*pyClass, error) {
	c := &pyClass{name: name, src: src, line: line, methods: map[string]*pyMethod{}, attrs: map[string]*pyExpr{}}
	for k := 0; k < len(lines); k++ {
		text := strings.TrimRight(strings.ReplaceAll(lines[k], "\t", "    "), "\r\n ")
		bare := strings.TrimSpace(stripComment(text))
		if bare == "" || bare == "pass" {
			continue
		}
		m := methodLine.FindStringSubmatch(text)
		if m == nil {
			if s, err := pySimple(bare, line+1+k); err == nil && len(s) == 1 {
				if s[0].kind == "expr" && s[0].value.op == "string" {
					continue
				}
				if s[0].kind == "=" && s[0].target[0].op == "name" {
					c.attrs[s[0].target[0].text] = s[0].value
					continue
				}
			}
			if q := bare[:1]; q == `"` || q == "'" { // a docstring of several lines
				mark := strings.Repeat(q, 3)
				for k++; k < len(lines) && !strings.Contains(lines[k], mark); k++ {
				}
				continue
			}
			return nil, &pyError{line + 1 + k, withHint(fmt.Errorf("a class of behaviours has methods and plain attributes, not %q", bare), "def initialize(self, neurons): and def iteration(self, neurons):")}
		}
		end := k + 1
		for end < len(lines) && (strings.TrimSpace(lines[end]) == "" || indentOf(lines[end]) > len(m[1])) {
			end++
		}
		method := &pyMethod{line: line + 1 + k, args: argumentNames(m[3])}
		body := strings.Repeat("\n", line+1+k) + strings.Join(lines[k+1:end], "")
		if rest := strings.TrimSpace(stripComment(m[4])); rest != "" {
			body = strings.Repeat("\n", line+k) + rest
		}
		method.body, method.err = parsePython(body)
		c.methods[m[2]] = method
		k = end - 1
	}
	for _, name := range []string{"initialize", "iteration"} {
		m := c.methods[name]
		switch {
		case m == nil:
		case len(m.args) != 2:
			return nil, &pyError{m.line, withHint(fmt.Errorf("%s has two arguments, the behaviour and the neurons", name), "def "+name+"(self, neurons):")}
		case m.err != nil:
			return nil, m.err
		}
	}
	if c.methods["initialize"] == nil && c.methods["iteration"] == nil {
		return nil, &pyError{line, withHint(fmt.Errorf("the class %s has neither initialize nor iteration", name), "def iteration(self, neurons):")}
	}
	return c, nil
}

func indentOf(l string) int {
	l = strings.ReplaceAll(l, "\t", "    ")
	return len(l) - len(strings.TrimLeft(l, " "))
}

// inLine is an error with the line of the script that it is about.
func (in *interp) inLine(src *diag.Source, err error) error {
	var e *pyError
	if !errors.As(err, &e) {
		return err
	}
	start := offset(src, syntax.MakePosition(&src.Name, int32(e.line), 1))
	text := lineOf(src, start)
	lead := len(text) - len(strings.TrimLeft(text, " \t"))
	d := diag.Errorf(src, diag.Span{Start: start + lead, End: start + max(len(strings.TrimRight(text, " \r")), lead+1)}, "%s", err)
	d.Hint = hintOf(err)
	return &Error{List: diag.List{d}, Cause: err}
}

// makeClass is the behaviour that a class stands for.
func (in *interp) makeClass(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	k := 0
	if len(args) == 1 {
		if n, err := starlark.AsInt32(args[0]); err == nil {
			k = n
		}
	}
	if len(args) != 1 || k < 0 || k >= len(in.classes) {
		return nil, fmt.Errorf("%s is not for scripts", classCall)
	}
	c := in.classes[k]
	b := &behavior{in: in, name: c.name, tags: []string{c.name}, params: starlark.StringDict{}, given: starlark.StringDict{}, made: capture(t), class: true, of: c, methods: c.methods}
	for _, name := range slices.Sorted(maps.Keys(c.attrs)) {
		v, err := in.constant(c.attrs[name])
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", c.name, name, err)
		}
		b.params[name] = v
	}
	if m := c.methods["iteration"]; m != nil {
		b.body, b.neurons = m.body, m.args[1]
		if b.body == nil {
			b.body = []*pyStmt{}
		}
	} else {
		b.body = []*pyStmt{}
	}
	return b, nil
}

// constant is a plain value of the body of a class.
func (in *interp) constant(e *pyExpr) (starlark.Value, error) {
	switch {
	case e.op == "number":
		x, err := strconv.ParseFloat(e.text, 64)
		if err == nil && !strings.ContainsAny(e.text, ".eE") {
			return starlark.MakeInt64(int64(x)), nil
		}
		return starlark.Float(x), err
	case e.op == "u-" && e.args[0].op == "number":
		x, err := strconv.ParseFloat(e.args[0].text, 64)
		return starlark.Float(-x), err
	case e.op == "string":
		return starlark.String(e.text), nil
	case e.text == "True" || e.text == "False":
		return starlark.Bool(e.text == "True"), nil
	case e.text == "None":
		return starlark.None, nil
	case e.op == "list":
		var out []starlark.Value
		for _, a := range e.args {
			v, err := in.constant(a)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return starlark.NewList(out), nil
	}
	return nil, fmt.Errorf("%s: attributes of a class are plain values here", e)
}

// initializeClass runs the method initialize of a class, written as Starlark with the same line numbers.
func (b *behavior) initializeClass(t *starlark.Thread, g *pymNeurons) error {
	m := b.methods["initialize"]
	if m == nil {
		return nil
	}
	in := b.in
	w := &starlarkWriter{}
	w.to(m.line)
	w.out.WriteString("def initialize(" + strings.Join(m.args, ", ") + "):")
	if len(m.body) == 0 {
		w.out.WriteString(" pass")
	}
	if err := w.block(m.body, 1); err != nil {
		return in.inLine(b.of.src, err)
	}
	w.out.WriteString("\n")
	names := maps.Clone(in.vocabulary)
	for k := len(b.made.globals) - 1; k >= 0; k-- {
		for n, v := range b.made.globals[k].Globals() {
			if v != nil {
				names[n] = v
			}
		}
	}
	maps.Copy(names, b.made.locals)
	maps.Copy(names, starlark.StringDict{
		"_compare_": starlark.NewBuiltin("comparison", pyCompare), "_power_": in.vocabulary["pow"], "_not_": in.vocabulary["logical_not"], "_slice_": in.vocabulary["slice"],
		"_dot_": starlark.NewBuiltin("@", pyDot),
	})
	f, err := fileOptions.Parse(b.of.src.Name, w.out.String(), 0)
	if err != nil {
		return in.diagnose(err)
	}
	likePython(f)
	prog, err := starlark.FileProgram(f, names.Has)
	if err != nil {
		return in.diagnose(err)
	}
	globals, err := prog.Init(t, names)
	if err != nil {
		return in.diagnose(err)
	}
	_, err = starlark.Call(t, globals["initialize"], starlark.Tuple{b, g}, nil)
	return err
}

// pyCompare is a < b and the like, element by element for arrays.
func pyCompare(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	op := map[string]syntax.Token{"<": syntax.LT, ">": syntax.GT, "<=": syntax.LE, ">=": syntax.GE, "==": syntax.EQL, "!=": syntax.NEQ}[string(args[0].(starlark.String))]
	a, array1 := args[1].(*Array)
	b, array2 := args[2].(*Array)
	if !array1 && !array2 {
		ok, err := starlark.Compare(op, args[1], args[2])
		return starlark.Bool(ok), err
	}
	var err error
	if !array1 {
		if a, err = toArray(args[1]); err != nil {
			return nil, err
		}
	}
	if !array2 {
		if b, err = toArray(args[2]); err != nil {
			return nil, err
		}
	}
	return compareArrays(op, a, b)
}

// pyDot is a @ b.
func pyDot(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	a, ok := args[0].(*Array)
	if !ok {
		return nil, fmt.Errorf("@ multiplies arrays, not %s", article(args[0]))
	}
	dot, err := a.Attr("dot")
	if err != nil {
		return nil, err
	}
	return starlark.Call(t, dot, args[1:], nil)
}

// starlarkWriter writes statements of Python as Starlark, each in the line in which it stood.
type starlarkWriter struct {
	out  strings.Builder
	line int // of what is written next, from 1
}

// to goes to the start of a line, or of the next when something has been written there.
func (w *starlarkWriter) to(line int) {
	if w.line == 0 {
		w.line = 1
	} else {
		w.out.WriteString("\n")
		w.line++
	}
	for w.line < line {
		w.out.WriteString("\n")
		w.line++
	}
}

func (w *starlarkWriter) block(body []*pyStmt, depth int) error {
	for _, s := range body {
		if err := w.stmt(s, depth, ""); err != nil {
			return err
		}
	}
	return nil
}

func (w *starlarkWriter) stmt(s *pyStmt, depth int, el string) error {
	w.to(s.line)
	w.out.WriteString(strings.Repeat("    ", depth))
	fail := func(err error) error { return &pyError{s.line, err} }
	switch s.kind {
	case "pass":
		w.out.WriteString("pass")
		return nil
	case "return":
		w.out.WriteString("return")
		if s.value != nil {
			text, err := starlarkText(s.value, false)
			if err != nil {
				return fail(err)
			}
			w.out.WriteString(" " + text)
		}
		return nil
	case "expr":
		text, err := starlarkText(s.value, false)
		w.out.WriteString(text)
		if err != nil {
			return fail(err)
		}
		return nil
	case "for", "if":
		text, err := starlarkText(s.value, false)
		if err != nil {
			return fail(err)
		}
		if s.kind == "for" {
			name, err := starlarkText(s.target[0], false)
			if err != nil {
				return fail(err)
			}
			fmt.Fprintf(&w.out, "for %s in %s:", name, text)
		} else {
			fmt.Fprintf(&w.out, "%sif %s:", el, text)
		}
		if err := w.block(s.body, depth+1); err != nil {
			return err
		}
		if len(s.body) == 0 {
			w.out.WriteString(" pass")
		}
		if s.orelse != nil {
			if len(s.orelse) == 1 && s.orelse[0].kind == "if" && s.orelse[0].text == "elif" {
				return w.stmt(s.orelse[0], depth, "el")
			}
			w.to(w.line)
			w.out.WriteString(strings.Repeat("    ", depth) + "else:")
			return w.block(s.orelse, depth+1)
		}
		return nil
	}
	value, err := starlarkText(s.value, false)
	if err != nil {
		return fail(err)
	}
	for k := len(s.target) - 1; k >= 0; k-- {
		target, err := starlarkText(s.target[k], true)
		if err != nil {
			return fail(err)
		}
		if k < len(s.target)-1 {
			w.out.WriteString("; ")
		}
		if s.kind == "**=" {
			fmt.Fprintf(&w.out, "%s = _power_(%s, %s)", target, target, value)
			continue
		}
		fmt.Fprintf(&w.out, "%s %s %s", target, s.kind, value)
		value = target
	}
	return nil
}

// starlarkText is an expression in Starlark, whose operators on arrays are functions.
func starlarkText(e *pyExpr, target bool) (string, error) {
	var args []string
	for _, a := range e.args {
		if a == nil {
			args = append(args, "None")
			continue
		}
		text, err := starlarkText(a, target && (e.op == "tuple" || e.op == "list"))
		if err != nil {
			return "", err
		}
		args = append(args, text)
	}
	switch e.op {
	case "name", "number":
		return e.text, nil
	case "string":
		return strconv.Quote(e.text), nil
	case ".":
		return args[0] + "." + e.text, nil
	case "call":
		parts := args[1:]
		for _, k := range e.kws {
			text, err := starlarkText(k.value, false)
			if err != nil {
				return "", err
			}
			parts = append(parts, k.name+"="+text)
		}
		return args[0] + "(" + strings.Join(parts, ", ") + ")", nil
	case "[]":
		if len(e.args) == 2 && e.args[1].op == "slice" && !target {
			s := e.args[1]
			text := args[0] + "["
			for k, p := range s.args {
				if k == 1 || k == 2 && p != nil {
					text += ":"
				}
				if p != nil {
					part, err := starlarkText(p, false)
					if err != nil {
						return "", err
					}
					text += part
				}
			}
			return text + "]", nil
		}
		return args[0] + "[" + strings.Join(args[1:], ", ") + "]", nil
	case "slice":
		return "_slice_(" + strings.Join(args, ", ") + ")", nil
	case "tuple":
		if len(args) == 1 {
			return "(" + args[0] + ",)", nil
		}
		return "(" + strings.Join(args, ", ") + ")", nil
	case "list":
		return "[" + strings.Join(args, ", ") + "]", nil
	case "comp":
		text := fmt.Sprintf("[%s for %s in %s", args[0], args[1], args[2])
		if len(args) == 4 {
			text += " if " + args[3]
		}
		return text + "]", nil
	case "if":
		return fmt.Sprintf("(%s if %s else %s)", args[1], args[0], args[2]), nil
	case "u-", "u+":
		return "(" + e.op[1:] + args[0] + ")", nil
	case "not":
		return "(not " + args[0] + ")", nil
	case "~":
		return "_not_(" + args[0] + ")", nil
	case "**":
		return "_power_(" + args[0] + ", " + args[1] + ")", nil
	case "@":
		return "_dot_(" + args[0] + ", " + args[1] + ")", nil
	case "<", ">", "<=", ">=", "==", "!=":
		return fmt.Sprintf("_compare_(%q, %s, %s)", e.op, args[0], args[1]), nil
	}
	return "(" + args[0] + " " + e.op + " " + args[1] + ")", nil
}
