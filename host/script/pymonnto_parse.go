package script

import (
	"fmt"
	"slices"
	"strings"
)

// The part of Python in which iterations of behaviours are written, as a tree. Starlark's parser reads neither ** and @ nor W[:, mask].

// pyExpr is an expression.
type pyExpr struct {
	op   string // "name", "number", "string", ".", "call", "[]", "slice", "tuple", "list", "if", a unary ("u-", "u+", "not", "~") or a binary operator
	text string // of names, numbers, strings and attributes
	args []*pyExpr
	kws  []pyKeyword // of calls
}

type pyKeyword struct {
	name  string
	value *pyExpr
}

// pyStmt is a statement; line counts from 1 in the text that was parsed.
type pyStmt struct {
	kind   string // "=", an augmented assignment such as "+=", "expr", "for", "if", "pass", "return"
	target []*pyExpr
	value  *pyExpr
	body   []*pyStmt
	orelse []*pyStmt
	line   int
	text   string
}

// pyError is a mistake in a line of the text.
type pyError struct {
	line int
	err  error
}

func (e *pyError) Error() string { return e.err.Error() }
func (e *pyError) Unwrap() error { return e.err }

// pyLine is a logical line: brackets hold several lines together.
type pyLine struct {
	indent, line int
	text         string
}

// pyLines takes comments and blank lines out of a text.
func pyLines(text string) (out []pyLine) {
	depth, start := 0, 0
	var cur strings.Builder
	for n, raw := range strings.Split(text, "\n") {
		raw = strings.ReplaceAll(raw, "\t", "    ")
		code, joined := stripComment(raw), false
		if s, ok := strings.CutSuffix(strings.TrimRight(code, " \r"), "\\"); ok {
			code, joined = s, true
		}
		if cur.Len() == 0 {
			if strings.TrimSpace(code) == "" {
				continue
			}
			start = n + 1
			cur.WriteString(strings.TrimRight(code, " \r"))
		} else {
			cur.WriteString(" " + strings.TrimSpace(code))
		}
		depth += bracketDepth(code)
		if depth > 0 || joined {
			continue
		}
		depth = 0
		s := cur.String()
		cur.Reset()
		body := strings.TrimLeft(s, " ")
		out = append(out, pyLine{len(s) - len(body), start, body})
	}
	if cur.Len() > 0 {
		s := cur.String()
		body := strings.TrimLeft(s, " ")
		out = append(out, pyLine{len(s) - len(body), start, body})
	}
	return out
}

// stripComment cuts a comment off, and overlooks a # in a string.
func stripComment(s string) string {
	end := len(s)
	outsideStrings(s, func(i, _ int) bool {
		if s[i] == '#' {
			end = i
		}
		return end == len(s)
	})
	return s[:end]
}

// bracketDepth is how many brackets are open at the end of a text.
func bracketDepth(s string) int { return outsideStrings(s, func(int, int) bool { return true }) }

// outsideStrings calls f with the place of each byte that is neither in a string nor a bracket, and with the number of brackets that are open there,
// until f returns false. It returns how many are open at the end.
func outsideStrings(s string, f func(i, depth int) bool) (depth int) {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		default:
			if !f(i, depth) {
				return depth
			}
		}
	}
	return depth
}

// parsePython reads the statements of a body.
func parsePython(text string) ([]*pyStmt, error) {
	lines := pyLines(text)
	if len(lines) == 0 {
		return nil, nil
	}
	body, rest, err := pyBlock(lines, lines[0].indent)
	if err == nil && len(rest) > 0 {
		err = &pyError{rest[0].line, fmt.Errorf("%q is indented differently", rest[0].text)}
	}
	return body, err
}

// pyBlock reads the lines of one indentation and what is below them.
func pyBlock(lines []pyLine, indent int) (out []*pyStmt, rest []pyLine, err error) {
	for len(lines) > 0 && lines[0].indent == indent {
		l := lines[0]
		lines = lines[1:]
		if doc := l.text; len(out) == 0 && (doc[0] == '"' || doc[0] == '\'') {
			mark := doc[:1]
			if strings.HasPrefix(doc, strings.Repeat(mark, 3)) {
				mark = strings.Repeat(mark, 3)
				for !strings.HasSuffix(doc, mark) || len(doc) < 6 {
					if len(lines) == 0 {
						return nil, nil, &pyError{l.line, fmt.Errorf("a string has no end")}
					}
					doc, lines = doc+lines[0].text, lines[1:]
				}
			}
			continue
		}
		head := &pyStmt{line: l.line, text: l.text}
		word, _, _ := strings.Cut(strings.NewReplacer("(", " ", ":", " ").Replace(l.text), " ")
		switch word {
		case "for", "if", "elif", "else", "while", "def", "with", "try":
			cond, after, ok := cutColon(l.text)
			if !ok {
				return nil, nil, &pyError{l.line, fmt.Errorf("%q lacks a colon at its end", l.text)}
			}
			var body []*pyStmt
			if after != "" {
				if body, err = pySimple(after, l.line); err != nil {
					return nil, nil, err
				}
			} else {
				if len(lines) == 0 || lines[0].indent <= indent {
					return nil, nil, &pyError{l.line, fmt.Errorf("nothing is indented below %q", l.text)}
				}
				if body, lines, err = pyBlock(lines, lines[0].indent); err != nil {
					return nil, nil, err
				}
			}
			head.kind, head.body = word, body
			cond = strings.TrimSpace(cond[len(word):])
			switch word {
			case "for":
				name, iter, ok := strings.Cut(cond, " in ")
				if !ok {
					return nil, nil, &pyError{l.line, fmt.Errorf("%q: a loop is for NAME in SEQUENCE", l.text)}
				}
				t, err := pyParseExpr(name)
				if err != nil {
					return nil, nil, &pyError{l.line, err}
				}
				head.target, cond = []*pyExpr{t}, iter
			case "elif", "else":
				last := (*pyStmt)(nil)
				if len(out) > 0 {
					last = out[len(out)-1]
				}
				for last != nil && last.kind == "if" && len(last.orelse) == 1 && last.orelse[0].kind == "if" && last.orelse[0].text == "elif" {
					last = last.orelse[0]
				}
				if last == nil || last.kind != "if" || last.orelse != nil {
					return nil, nil, &pyError{l.line, fmt.Errorf("%q follows no if", l.text)}
				}
				if word == "else" {
					last.orelse = body
					continue
				}
				head.kind, head.text = "if", "elif"
				last.orelse = []*pyStmt{head}
			case "while", "def", "with", "try":
				return nil, nil, &pyError{l.line, fmt.Errorf("%q: behaviours have assignments, if and loops", l.text)}
			}
			if cond != "" {
				if head.value, err = pyParseExpr(cond); err != nil {
					return nil, nil, &pyError{l.line, err}
				}
			}
			if word != "elif" {
				out = append(out, head)
			}
			continue
		}
		s, err := pySimple(l.text, l.line)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, s...)
	}
	if len(lines) > 0 && lines[0].indent > indent {
		return nil, nil, &pyError{lines[0].line, fmt.Errorf("%q is indented, but nothing above it opens a block", lines[0].text)}
	}
	return out, lines, nil
}

// cutColon splits a line at the colon that opens a block.
func cutColon(s string) (before, after string, ok bool) {
	at := -1
	outsideStrings(s, func(i, depth int) bool {
		if s[i] == ':' && depth == 0 {
			at = i
		}
		return at < 0
	})
	if at >= 0 {
		return s[:at], strings.TrimSpace(s[at+1:]), true
	}
	return s, "", false
}

var pyAssigns = []string{"**=", "//=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "="}

// pySimple reads the simple statements of one line.
func pySimple(text string, line int) (out []*pyStmt, err error) {
	p := &pyParser{toks: nil}
	if p.toks, err = pyTokens(text); err != nil {
		return nil, &pyError{line, err}
	}
	for {
		for p.peek() == ";" {
			p.at++
		}
		if p.done() {
			return out, nil
		}
		s := &pyStmt{line: line, text: text}
		switch p.peek() {
		case "pass", "return":
			s.kind = p.next()
			if s.kind == "return" && !p.done() && p.peek() != ";" {
				s.value, err = p.tuple()
			}
		default:
			var e *pyExpr
			if e, err = p.tuple(); err != nil {
				break
			}
			s.kind, s.value = "expr", e
			if op := p.peek(); slices.Contains(pyAssigns, op) {
				s.kind, s.target = op, []*pyExpr{e}
				for p.peek() == op && err == nil {
					p.at++
					s.value, err = p.tuple()
					if op == "=" && p.peek() == "=" {
						s.target = append(s.target, s.value)
					}
				}
			}
		}
		if err == nil && !p.done() && p.peek() != ";" {
			err = fmt.Errorf("%q: %q is not expected here", text, p.peek())
		}
		if err != nil {
			return nil, &pyError{line, err}
		}
		out = append(out, s)
	}
}
