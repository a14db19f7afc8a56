package script

import (
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/starlark"
)

// function is one of ANNarchy's custom functions: name(a, b) = expression. Its calls are written out where they stand.
type function struct {
	name string
	args []string
	body string
	call *regexp.Regexp
}

var functionLine = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*\(([^()]*)\)\s*=\s*(.+?)\s*$`)

// functionsOf reads a block of functions, one in a line. A function may call those above it.
func functionsOf(text string, known []function) ([]function, error) {
	out := append([]function(nil), known...)
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		m := functionLine.FindStringSubmatch(line)
		if m == nil {
			return nil, withHint(fmt.Errorf("functions: %q is not a function", strings.TrimSpace(line)), "write name(x, y) = EXPRESSION, one in a line")
		}
		f := function{name: m[1], body: m[3], call: regexp.MustCompile(`\b` + m[1] + `\s*\(`)}
		for _, a := range strings.Split(m[2], ",") {
			f.args = append(f.args, strings.TrimSpace(a))
		}
		if f.call.MatchString(f.body) {
			return nil, fmt.Errorf("functions: %s calls itself", f.name)
		}
		var err error
		if f.body, err = expand(f.body, out); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// expand writes out the calls of functions in a text.
func expand(text string, fs []function) (string, error) {
	for _, f := range fs {
		for from := 0; ; {
			at := f.call.FindStringIndex(text[from:])
			if at == nil {
				break
			}
			start, open := from+at[0], from+at[1]
			args, end := arguments(text, open)
			if end < 0 {
				return "", fmt.Errorf("functions: a call of %s has no end: %q", f.name, text[start:])
			}
			if len(args) != len(f.args) {
				return "", fmt.Errorf("functions: %s takes %d argument%s, got %d: %q", f.name, len(f.args), plural(len(f.args)), len(args), text[start:end])
			}
			to := map[string]string{}
			for k, a := range f.args {
				to[a] = "(" + strings.TrimSpace(args[k]) + ")"
			}
			body := word.ReplaceAllStringFunc(f.body, func(w string) string {
				if a, ok := to[w]; ok {
					return a
				}
				return w
			})
			text = text[:start] + "(" + body + ")" + text[end:]
			from = start
			if len(text) > maxExpanded {
				return "", fmt.Errorf("functions: the equations become too long when calls of %s are written out", f.name)
			}
		}
	}
	return text, nil
}

const maxExpanded = 1 << 20

var word = regexp.MustCompile(`[A-Za-z_][\w.]*`)

// arguments splits what stands between parentheses, from behind the first; end is behind the last, or -1.
func arguments(text string, from int) (args []string, end int) {
	depth, start := 0, from
	for k := from; k < len(text); k++ {
		switch c := text[k]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ')':
			return append(args, text[start:k]), k + 1
		case c == ',' && depth == 0:
			args, start = append(args, text[start:k]), k+1
		}
	}
	return nil, -1
}

// withFunctions writes out the calls of functions= and of add_function in texts.
func (in *interp) withFunctions(v starlark.Value, texts ...*string) ([]function, error) {
	own, err := blockText("functions", v)
	if err != nil {
		return nil, err
	}
	fs, err := functionsOf(own, in.functions)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if *t, err = expand(*t, fs); err != nil {
			return nil, err
		}
	}
	return fs, nil
}

// addFunction is ANNarchy's add_function("f(x) = 1.0/(1.0 + exp(-x))"): a function for all equations that are written after it.
func (in *interp) addFunction(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "function", &text); err != nil {
		return nil, err
	}
	fs, err := functionsOf(text, in.functions)
	if err != nil {
		return nil, err
	}
	in.functions = fs
	return starlark.None, nil
}
