package script

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Classes that derive from Behavior are the one kind of class that a script can have: pystar takes them out of a script and leaves calls of
// pystar.Class in their places.

// pyClass is a class of behaviours.
type pyClass struct {
	name    string
	src     *diag.Source
	line    int
	methods map[string]*pyMethod
	attrs   []syntax.Stmt // assignments of the body
	// functions are those of the file that consist of a return: iterations may call them.
	functions map[string]*pyMethod
}

// pyMethod is a method; its statements carry the line numbers of the file.
type pyMethod struct {
	args []string
	def  *syntax.DefStmt
	body []*pyStmt
	line int
	err  error // why the body cannot be part of an iteration: an error where the method is needed only
}

var methodHead = regexp.MustCompile(`^\s+def\s+(\w+)`)

// readClasses reads the classes of behaviours of a script; f is what is left of it.
func (in *interp) readClasses(src *diag.Source, list []pystar.Behaviors, f *syntax.File) error {
	known, functions := map[string]*pyClass{}, map[string]*pyMethod{}
	if len(list) > 0 {
		for _, st := range f.Stmts {
			if def, ok := st.(*syntax.DefStmt); ok {
				if m := readMethod(src, def); m.returns() != nil {
					functions[def.Name.Name] = m
				}
			}
		}
	}
	for _, text := range list {
		c := &pyClass{name: text.Name, src: src, line: 1 + strings.Count(src.Text[:text.Start], "\n"), methods: map[string]*pyMethod{}, functions: functions}
		if base := known[text.Base]; base != nil {
			c.methods, c.attrs = maps.Clone(base.methods), base.attrs[:len(base.attrs):len(base.attrs)]
		}
		for _, part := range text.Body {
			if err := c.read(text.Start, part); err != nil {
				return in.inLine(src, err)
			}
		}
		if err := c.check(); err != nil {
			return in.inLine(src, err)
		}
		known[text.Name] = c
		if in.classes == nil {
			in.classes = map[*diag.Source][]*pyClass{}
		}
		in.classes[src] = append(in.classes[src], c)
	}
	return nil
}

// read reads a part of the body of a class that begins at start: as the body of a function, with all else blanked out.
func (c *pyClass) read(start int, part [2]int) error {
	const def = "def _():"
	blank := func(from, to int) string {
		return strings.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return ' '
		}, c.src.Text[from:to])
	}
	_, f, err := readPython(c.src.Name, blank(0, start)+def+blank(start+len(def), part[0])+c.src.Text[part[0]:part[1]], nil)
	if err != nil {
		if m := methodHead.FindStringSubmatch(c.src.Text[part[0]:part[1]]); m != nil && m[1] != "initialize" && m[1] != "iteration" {
			c.methods[m[1]] = &pyMethod{err: err}
			return nil
		}
		return err
	}
	var run []syntax.Stmt
	for _, st := range f.Stmts[0].(*syntax.DefStmt).Body {
		switch st := st.(type) {
		case *syntax.DefStmt:
			c.methods[st.Name.Name] = readMethod(c.src, st)
			if st.Name.Name == "initialize" {
				run = append(run, st)
			}
			continue
		case *syntax.AssignStmt:
			if id, ok := st.LHS.(*syntax.Ident); st.Op == syntax.EQ && !(ok && strings.HasPrefix(id.Name, pystar.Decorator)) {
				c.attrs, run = append(c.attrs, st), append(run, st)
				continue
			}
		case *syntax.BranchStmt:
			if st.Token == syntax.PASS {
				continue
			}
		case *syntax.ExprStmt:
			if lit, ok := st.X.(*syntax.Literal); ok && lit.Token == syntax.STRING {
				continue
			}
		}
		first, end := st.Span()
		return &pyError{int(first.Line), withHint(fmt.Errorf("a class of behaviours has methods and plain attributes, not %q", pyReader{c.src}.text(first, end)), "def initialize(self, neurons): and def iteration(self, neurons):")}
	}
	likePython(&syntax.File{Stmts: run})
	return nil
}

// check finds what is wrong with the methods that behaviours need.
func (c *pyClass) check() error {
	for _, name := range []string{"initialize", "iteration"} {
		m := c.methods[name]
		switch {
		case m == nil:
		case len(m.args) != 2:
			return &pyError{m.line, withHint(fmt.Errorf("%s has two arguments, the behaviour and the neurons", name), "def "+name+"(self, neurons):")}
		case m.err != nil && name == "iteration":
			return m.err
		}
	}
	if c.methods["initialize"] == nil && c.methods["iteration"] == nil {
		return &pyError{c.line, withHint(fmt.Errorf("the class %s has neither initialize nor iteration", c.name), "def iteration(self, neurons):")}
	}
	return nil
}

// readMethod reads a function, before likePython changes its tree.
func readMethod(src *diag.Source, def *syntax.DefStmt) *pyMethod {
	m := &pyMethod{def: def, line: int(def.Def.Line)}
	for _, p := range def.Params {
		if b, ok := p.(*syntax.BinaryExpr); ok {
			p = b.X
		}
		start, end := p.Span()
		m.args = append(m.args, pyReader{src}.text(start, end))
	}
	m.body, m.err = pyReader{src}.block(def.Body)
	return m
}

// returns is the expression of a function that consists of a return; nil: it does not.
func (m *pyMethod) returns() *pyExpr {
	if len(m.body) != 1 || m.body[0].kind != "return" {
		return nil
	}
	return m.body[0].value
}

// inLine is an error with the line of the script that it is about.
func (in *interp) inLine(src *diag.Source, err error) error {
	var e *pyError
	if !errors.As(err, &e) {
		return in.diagnose(err)
	}
	start := offset(src, syntax.MakePosition(&src.Name, int32(e.line), 1))
	text := lineOf(src, start)
	lead := len(text) - len(strings.TrimLeft(text, " \t"))
	d := diag.Errorf(src, diag.Span{Start: start + lead, End: start + max(len(strings.TrimRight(text, " \r")), lead+1)}, "%s", err)
	d.Hint = hintOf(err)
	return &Error{List: diag.List{d}, Cause: err}
}

// makeClass is the behaviour that a class stands for, the k-th of the file in which this is called.
func (in *interp) makeClass(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	src, _, _ := in.callSite(t)
	k := -1
	if len(args) == 1 {
		if n, err := starlark.AsInt32(args[0]); err == nil {
			k = n
		}
	}
	if k < 0 || k >= len(in.classes[src]) {
		return nil, fmt.Errorf("%s is not for scripts", pystar.Class)
	}
	c := in.classes[src][k]
	b := &behavior{in: in, name: c.name, tags: []string{c.name}, params: starlark.StringDict{}, made: capture(t), of: c}
	if len(c.attrs) > 0 {
		attrs, err := in.runFile(t, &syntax.File{Path: src.Name, Stmts: c.attrs, Options: fileOptions}, b.names())
		if err != nil {
			return nil, err
		}
		maps.Copy(b.params, attrs)
	}
	b.body = []*pyStmt{}
	if m := c.methods["iteration"]; m != nil {
		b.body, b.neurons = append(b.body, m.body...), m.args[1]
	}
	return b, nil
}

// initializeClass runs the method initialize of a class.
func (b *behavior) initializeClass(t *starlark.Thread, g *pymNeurons) error {
	m := b.of.methods["initialize"]
	if m == nil {
		return nil
	}
	globals, err := b.in.runFile(t, &syntax.File{Path: b.of.src.Name, Stmts: []syntax.Stmt{m.def}, Options: fileOptions}, b.names())
	if err != nil {
		return err
	}
	_, err = starlark.Call(t, globals["initialize"], starlark.Tuple{b, g}, nil)
	return err
}
