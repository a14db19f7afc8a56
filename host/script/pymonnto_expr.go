package script

import (
	"fmt"
	"slices"
	"strings"
)

func pyParseExpr(text string) (*pyExpr, error) {
	toks, err := pyTokens(text)
	if err != nil {
		return nil, err
	}
	p := &pyParser{toks: toks}
	e, err := p.tuple()
	if err == nil && !p.done() {
		err = fmt.Errorf("%q: %q is not expected here", text, p.peek())
	}
	return e, err
}

var pyOperators = []string{"**=", "//=", "**", "//", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "<", ">", "=", "+", "-", "*", "/", "%", "@", "&", "|",
	"~", "^", "(", ")", "[", "]", "{", "}", ",", ".", ":", ";"}

func pyTokens(s string) (out []string, err error) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\r':
			i++
		case c == '"' || c == '\'':
			k := i + 1
			for k < len(s) && s[k] != c {
				if s[k] == '\\' {
					k++
				}
				k++
			}
			if k >= len(s) {
				return nil, fmt.Errorf("%q: a string has no end", s)
			}
			out = append(out, s[i:k+1])
			i = k + 1
		case c >= '0' && c <= '9' || c == '.' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			k := i
			for k < len(s) && (isNameByte(s[k]) || (s[k] == '+' || s[k] == '-') && (s[k-1] == 'e' || s[k-1] == 'E')) {
				k++
			}
			out = append(out, s[i:k])
			i = k
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			k := i
			for k < len(s) && isNameByte(s[k]) && s[k] != '.' {
				k++
			}
			out = append(out, s[i:k])
			i = k
		default:
			k := slices.IndexFunc(pyOperators, func(op string) bool { return strings.HasPrefix(s[i:], op) })
			if k < 0 {
				return nil, fmt.Errorf("%q: %q has no meaning here", s, s[i:i+1])
			}
			out = append(out, pyOperators[k])
			i += len(pyOperators[k])
		}
	}
	return out, nil
}

type pyParser struct {
	toks []string
	at   int
}

func (p *pyParser) done() bool { return p.at >= len(p.toks) }

func (p *pyParser) peek() string {
	if p.done() {
		return ""
	}
	return p.toks[p.at]
}

func (p *pyParser) next() string {
	t := p.peek()
	p.at++
	return t
}

func (p *pyParser) expect(t string) error {
	if p.peek() != t {
		return fmt.Errorf("%q: a %q is missing", strings.Join(p.toks, " "), t)
	}
	p.at++
	return nil
}

// tuple reads expressions between commas.
func (p *pyParser) tuple() (*pyExpr, error) {
	e, err := p.expr()
	if err != nil || p.peek() != "," {
		return e, err
	}
	t := &pyExpr{op: "tuple", args: []*pyExpr{e}}
	for p.peek() == "," {
		p.at++
		if n := p.peek(); n == "" || n == ")" || n == "]" || n == "=" || n == ";" {
			break
		}
		if e, err = p.expr(); err != nil {
			return nil, err
		}
		t.args = append(t.args, e)
	}
	return t, nil
}

func (p *pyParser) expr() (*pyExpr, error) {
	e, err := p.binary(0)
	if err != nil || p.peek() != "if" {
		return e, err
	}
	p.at++
	cond, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect("else"); err != nil {
		return nil, err
	}
	other, err := p.expr()
	return &pyExpr{op: "if", args: []*pyExpr{cond, e, other}}, err
}

// pyLevels are binary operators by rising precedence; not stands between and and comparisons.
var pyLevels = [][]string{{"or"}, {"and"}, {"<", ">", "<=", ">=", "==", "!=", "is"}, {"|"}, {"^"}, {"&"}, {"+", "-"}, {"*", "/", "//", "%", "@"}}

func (p *pyParser) binary(level int) (*pyExpr, error) {
	if level == 2 && p.peek() == "not" {
		p.at++
		x, err := p.binary(2)
		return &pyExpr{op: "not", args: []*pyExpr{x}}, err
	}
	if level == len(pyLevels) {
		return p.unary()
	}
	x, err := p.binary(level + 1)
	var chain, last *pyExpr
	for err == nil && slices.Contains(pyLevels[level], p.peek()) {
		op := p.next()
		if op == "is" {
			op = "=="
			if p.peek() == "not" {
				p.at++
				op = "!="
			}
		}
		var y *pyExpr
		if y, err = p.binary(level + 1); err != nil {
			break
		}
		if level != 2 {
			x = &pyExpr{op: op, args: []*pyExpr{x, y}}
			continue
		}
		left := x
		if last != nil {
			left = last
		}
		c := &pyExpr{op: op, args: []*pyExpr{left, y}}
		if chain == nil {
			chain = c
		} else {
			chain = &pyExpr{op: "and", args: []*pyExpr{chain, c}}
		}
		last = y
	}
	if chain != nil {
		return chain, err
	}
	return x, err
}

func (p *pyParser) unary() (*pyExpr, error) {
	switch op := p.peek(); op {
	case "-", "+", "~":
		p.at++
		x, err := p.unary()
		if op != "~" {
			op = "u" + op
		}
		return &pyExpr{op: op, args: []*pyExpr{x}}, err
	}
	x, err := p.postfix()
	if err != nil || p.peek() != "**" {
		return x, err
	}
	p.at++
	y, err := p.unary()
	return &pyExpr{op: "**", args: []*pyExpr{x, y}}, err
}

func (p *pyParser) postfix() (*pyExpr, error) {
	x, err := p.atom()
	for err == nil {
		switch p.peek() {
		case ".":
			p.at++
			x = &pyExpr{op: ".", text: p.next(), args: []*pyExpr{x}}
		case "(":
			p.at++
			call := &pyExpr{op: "call", args: []*pyExpr{x}}
			for p.peek() != ")" && err == nil {
				if p.done() {
					return nil, fmt.Errorf("a parenthesis is not closed")
				}
				if p.at+1 < len(p.toks) && p.toks[p.at+1] == "=" {
					name := p.next()
					p.at++
					var v *pyExpr
					v, err = p.expr()
					call.kws = append(call.kws, pyKeyword{name, v})
				} else {
					var v *pyExpr
					v, err = p.expr()
					call.args = append(call.args, v)
				}
				if err == nil && p.peek() != ")" {
					err = p.expect(",")
				}
			}
			p.at++
			x = call
		case "[":
			p.at++
			sub := &pyExpr{op: "[]", args: []*pyExpr{x}}
			for p.peek() != "]" && err == nil {
				if p.done() {
					return nil, fmt.Errorf("a bracket is not closed")
				}
				var v *pyExpr
				v, err = p.subscript()
				sub.args = append(sub.args, v)
				if err == nil && p.peek() != "]" {
					err = p.expect(",")
				}
			}
			p.at++
			x = sub
		default:
			return x, nil
		}
	}
	return x, err
}

// subscript is an index or a slice.
func (p *pyParser) subscript() (*pyExpr, error) {
	part := func() (*pyExpr, error) {
		if t := p.peek(); t == ":" || t == "]" || t == "," {
			return nil, nil
		}
		return p.expr()
	}
	a, err := part()
	if err != nil || p.peek() != ":" {
		return a, err
	}
	s := &pyExpr{op: "slice", args: []*pyExpr{a, nil, nil}}
	for k := 1; k < 3 && p.peek() == ":"; k++ {
		p.at++
		if s.args[k], err = part(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (p *pyParser) atom() (*pyExpr, error) {
	switch t := p.next(); {
	case t == "":
		return nil, fmt.Errorf("%q breaks off", strings.Join(p.toks, " "))
	case t == "(":
		if p.peek() == ")" {
			p.at++
			return &pyExpr{op: "tuple"}, nil
		}
		e, err := p.tuple()
		if err == nil {
			err = p.expect(")")
		}
		return e, err
	case t == "[":
		l := &pyExpr{op: "list"}
		if p.peek() != "]" {
			e, err := p.tuple()
			if err != nil {
				return nil, err
			}
			if l.args = []*pyExpr{e}; e.op == "tuple" {
				l.args = e.args
			}
			if p.peek() == "for" { // a comprehension: value, name, what it goes over, condition
				p.at++
				name, err := p.atom()
				if err != nil {
					return nil, err
				}
				if err := p.expect("in"); err != nil {
					return nil, err
				}
				over, err := p.binary(0)
				if err != nil {
					return nil, err
				}
				l = &pyExpr{op: "comp", args: []*pyExpr{e, name, over}}
				if p.peek() == "if" {
					p.at++
					cond, err := p.binary(0)
					if err != nil {
						return nil, err
					}
					l.args = append(l.args, cond)
				}
			}
		}
		return l, p.expect("]")
	case t[0] == '"' || t[0] == '\'':
		return &pyExpr{op: "string", text: t[1 : len(t)-1]}, nil
	case t[0] >= '0' && t[0] <= '9' || t[0] == '.' && len(t) > 1:
		return &pyExpr{op: "number", text: t}, nil
	case t[0] == '_' || t[0] >= 'a' && t[0] <= 'z' || t[0] >= 'A' && t[0] <= 'Z':
		return &pyExpr{op: "name", text: t}, nil
	default:
		return nil, fmt.Errorf("%q: %q is not expected here", strings.Join(p.toks, " "), t)
	}
}
