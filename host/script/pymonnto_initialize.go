package script

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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
		for n, v := range globalsOf(b.made.globals[k]) {
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
	globals, err := in.runFile(t, f, names)
	if err != nil {
		return err
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
