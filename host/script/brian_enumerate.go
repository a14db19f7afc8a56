package script

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"go.starlark.net/starlark"
)

// enumeration parses the expression of connect(j='EXPR for VAR in range(a, b, step) if COND'), of
// '... for VAR in sample(a, b, step, p=P)' or sample(..., size=N), and of one value, j='i+1' or j='i+1 if COND'. post: the values are those of i.
func (in *interp) enumeration(t *starlark.Thread, owner, text string, post bool) (*net.Enumeration, error) {
	arg, given := "j", "i"
	if post {
		arg, given = given, arg
	}
	p := &enumerator{in: in, what: arg + " of connect of " + owner, whole: in.source(t, owner, arg+" of connect", text)}
	e := &net.Enumeration{Post: post}
	at := p.word(0, len(text), "for")
	if at < 0 {
		// j='i+1' leaves out what is outside of the group only when asked.
		end := len(text)
		if cond := p.word(0, end, "if"); cond >= 0 && p.word(cond, end, "else") < 0 {
			e.If, end = p.expr(cond+2, len(text)), cond
		}
		e.Target = p.expr(0, end)
		return e, p.list.Err()
	}
	e.Target = p.expr(0, at)
	inAt := p.word(at+3, len(text), "in")
	if inAt < 0 {
		p.fail(at, at+3, `"for" without "in"`, "write "+arg+"='EXPR for k in range(a, b)'")
		return nil, p.list.Err()
	}
	e.Var = strings.TrimSpace(text[at+3 : inAt])
	switch {
	case !isName(e.Var) || syntax.IsKeyword(e.Var):
		p.fail(at+3, inAt, fmt.Sprintf("%q is not the name of a variable", e.Var), "")
	case e.Var == "i" || e.Var == "j":
		p.fail(at+3, inAt, fmt.Sprintf("the variable cannot be called %q, which is an index of the synapse", e.Var), "call it k")
	}
	p.iterator(e, inAt+2)
	return e, p.list.Err()
}

// enumerator cuts an enumeration into its expressions. Each keeps its place in the text, for messages.
type enumerator struct {
	in    *interp
	what  string
	whole *diag.Source
	list  diag.List
}

func (p *enumerator) fail(start, end int, msg, hint string) {
	p.list.Add(diag.Diagnostic{Source: p.whole, Span: diag.Span{Start: start, End: max(end, start+1)}, Message: msg, Hint: hint})
}

// expr makes a source of a part of the text. Blanks stand for what comes before, so that places agree with the whole.
func (p *enumerator) expr(start, end int) *diag.Source {
	text := p.whole.Text
	if strings.TrimSpace(text[start:end]) == "" {
		p.fail(start, end, "an expression is missing here", "")
		return nil
	}
	blank := []byte(text[:start])
	for i, c := range blank {
		if c != '\n' {
			blank[i] = ' '
		}
	}
	s := &diag.Source{Name: p.what, Text: string(blank) + text[start:end]}
	o := p.in.origins[p.whole]
	o.text = text
	p.in.origins[s] = o
	_, l := syntax.ParseExpr(s, syntax.Brian)
	p.list = append(p.list, l...)
	return s
}

// word finds a word outside of parentheses, -1 when there is none.
func (p *enumerator) word(start, end int, word string) int {
	text, depth := p.whole.Text, 0
	for k := start; k < end; k++ {
		switch c := text[k]; {
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.HasPrefix(text[k:end], word) && (k == 0 || !isNameByte(text[k-1])) && (k+len(word) == end || !isNameByte(text[k+len(word)])):
			return k
		}
	}
	return -1
}

// iterator reads range(...) or sample(...) and what follows.
func (p *enumerator) iterator(e *net.Enumeration, start int) {
	text := p.whole.Text
	for start < len(text) && (text[start] == ' ' || text[start] == '\n' || text[start] == '\t') {
		start++
	}
	open := start
	for open < len(text) && isNameByte(text[open]) {
		open++
	}
	kind := text[start:open]
	for open < len(text) && text[open] == ' ' {
		open++
	}
	if kind != "range" && kind != "sample" || open == len(text) || text[open] != '(' {
		p.fail(start, max(open, start+1), "expected range(...) or sample(...)", "for example for k in range(i-2, i+3)")
		return
	}
	closing, depth := -1, 0
	commas := []int{open}
	for k := open; k < len(text) && closing < 0; k++ {
		switch text[k] {
		case '(', '[':
			depth++
		case ')', ']':
			if depth--; depth == 0 {
				closing = k
			}
		case ',':
			if depth == 1 {
				commas = append(commas, k)
			}
		}
	}
	if closing < 0 {
		p.fail(open, open+1, `this "(" is never closed`, "")
		return
	}
	commas = append(commas, closing)
	var args []*diag.Source
	for k := 1; k < len(commas); k++ {
		from, to := commas[k-1]+1, commas[k]
		if len(commas) == 2 && strings.TrimSpace(text[from:to]) == "" {
			break
		}
		name, at := keyword(text[from:to])
		switch {
		case name == "":
			args = append(args, p.expr(from, to))
		case kind == "sample" && name == "p":
			e.P = p.expr(from+at, to)
		case kind == "sample" && name == "size":
			e.Size = p.expr(from+at, to)
		default:
			p.fail(from, from+at, fmt.Sprintf("%s has no argument %s=", kind, name), "sample has p= and size=")
		}
	}
	switch len(args) {
	case 0:
		p.fail(start, closing+1, kind+"() without an end", "for example "+kind+"(N_post)")
	case 1:
		e.High = args[0]
	case 2, 3:
		e.Low, e.High = args[0], args[1]
		if len(args) == 3 {
			e.Step = args[2]
		}
	default:
		p.fail(start, closing+1, fmt.Sprintf("%s takes at most a start, an end and a step", kind), "")
	}
	if kind == "sample" && (e.P == nil) == (e.Size == nil) {
		p.fail(start, closing+1, "sample needs p= or size=, and not both", "sample(N_post, p=0.1) takes each with probability 0.1, sample(N_post, size=10) takes ten")
	}
	rest := closing + 1
	if strings.TrimSpace(text[rest:]) == "" {
		return
	}
	at := p.word(rest, len(text), "if")
	if at < 0 || strings.TrimSpace(text[rest:at]) != "" {
		p.fail(rest, len(text), "only a condition can follow: if COND", "")
		return
	}
	e.If = p.expr(at+2, len(text))
}

// keyword splits NAME=VALUE; at is where VALUE starts.
func keyword(arg string) (name string, at int) {
	k := strings.IndexByte(arg, '=')
	if k < 0 || k+1 < len(arg) && arg[k+1] == '=' || k > 0 && strings.IndexByte("<>!=", arg[k-1]) >= 0 {
		return "", 0
	}
	if name = strings.TrimSpace(arg[:k]); !isName(name) {
		return "", 0
	}
	return name, k + 1
}
