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
	blank := []byte(src.Text)
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
		for at := starts[k]; at < starts[end]; at++ {
			if blank[at] != '\n' {
				blank[at] = ' '
			}
		}
		k = end - 1
	}
	if in.withoutClasses == nil {
		in.withoutClasses = map[*diag.Source]string{}
	}
	in.withoutClasses[src] = string(blank)
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
