package pystar

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	name kind = iota
	number
	text    // a string without expressions
	ftext   // an f-string
	op      // operators and brackets
	newline // the end of a logical line
)

type token struct {
	kind       kind
	start, end int    // in the source
	s          string // the source between them
	match      int    // of a bracket: the index of its partner, -1 for none
	quote      string // of strings: what ends it
	raw        bool
	parts      []part // of f-strings
}

// part is an expression of an f-string, with what stands before it.
type part struct {
	literal            string // as it is written, but for doubled braces
	tokens             []token
	start, end         int    // of the expression
	conversion, format string // r, s or empty; what follows the colon
	next               int    // behind the closing brace
}

// is reports whether a token is one of these operators, brackets or names.
func (t *token) is(list ...string) bool {
	if t.kind != op && t.kind != name {
		return false
	}
	return slices.Contains(list, t.s)
}

// string reports whether a token is a literal string of either kind.
func (t *token) string() bool { return t.kind == text || t.kind == ftext }

var keywords = map[string]bool{}

func init() {
	for _, k := range strings.Fields("and or not if else elif for in is lambda return while def import from as pass break continue load del assert raise global nonlocal with try except finally class yield") {
		keywords[k] = true
	}
}

// operand reports whether a token can end an operand.
func (t *token) operand() bool {
	return t.kind == number || t.string() || t.kind == name && !keywords[t.s] || t.is(")", "]", "}")
}

// three, two: operators of so many bytes; the others have one.
var (
	three = []string{"**=", "//=", "<<=", ">>=", "..."}
	two   = []string{"**", "//", "<<", ">>", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "->", ":="}
)

// lex takes src[from:to] apart. It stops where a string does not end; ok tells.
func lex(src string, from, to int) (list []token, ok bool) {
	var open []int
	put := func(k kind, start, end int) {
		list = append(list, token{kind: k, start: start, end: end, s: src[start:end], match: -1})
	}
	for i := from; i < to; {
		c := src[i]
		switch {
		case c == '#':
			for i < to && src[i] != '\n' {
				i++
			}
		case c == '\n':
			if len(open) == 0 {
				put(newline, i, i+1)
			}
			i++
		case c == '\\' && i+1 < to && src[i+1] == '\n':
			i += 2
		case c == ' ' || c == '\t' || c == '\r' || c == '\\':
			i++
		case c >= '0' && c <= '9' || c == '.' && i+1 < to && src[i+1] >= '0' && src[i+1] <= '9':
			end := numberEnd(src, i, to)
			put(number, i, end)
			i = end
		case c == '"' || c == '\'':
			t, ok := lexString(src, i, i, to)
			if !ok {
				return list, false
			}
			list = append(list, t)
			i = t.end
		case letter(src, i, 0):
			end := i
			for end < to && letter(src, end, 1) {
				_, n := utf8.DecodeRuneInString(src[end:])
				end += n
			}
			if end < to && (src[end] == '"' || src[end] == '\'') && prefix(src[i:end]) {
				t, ok := lexString(src, i, end, to)
				if !ok {
					return list, false
				}
				list = append(list, t)
				i = t.end
				continue
			}
			put(name, i, end)
			i = end
		default:
			n := 1
			for _, s := range three {
				if strings.HasPrefix(src[i:to], s) {
					n = 3
				}
			}
			for _, s := range two {
				if n == 1 && strings.HasPrefix(src[i:to], s) {
					n = 2
				}
			}
			put(op, i, i+n)
			switch k := len(list) - 1; c {
			case '(', '[', '{':
				open = append(open, k)
			case ')', ']', '}':
				if len(open) > 0 {
					o := open[len(open)-1]
					open = open[:len(open)-1]
					list[o].match, list[k].match = k, o
				}
			}
			i += n
		}
	}
	return list, true
}

func letter(src string, i, digits int) bool {
	r, _ := utf8.DecodeRuneInString(src[i:])
	return r == '_' || unicode.IsLetter(r) || digits > 0 && unicode.IsDigit(r)
}

func prefix(s string) bool {
	switch strings.ToLower(s) {
	case "r", "u", "b", "f", "rb", "br", "fr", "rf":
		return true
	}
	return false
}

// numberEnd is where the number at i ends.
func numberEnd(src string, i, to int) int {
	hex := strings.HasPrefix(src[i:to], "0x") || strings.HasPrefix(src[i:to], "0X")
	for i < to {
		c := src[i]
		switch {
		case c >= '0' && c <= '9' || c == '_' || c == '.' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			i++
			if !hex && (c == 'e' || c == 'E') && i+1 < to && (src[i] == '+' || src[i] == '-') {
				i++
			}
		default:
			return i
		}
	}
	return i
}

// lexString reads the string whose prefix begins at start and whose quotes do at i.
func lexString(src string, start, i, to int) (t token, ok bool) {
	quote := src[i : i+1]
	if strings.HasPrefix(src[i:to], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	before := strings.ToLower(src[start:i])
	t = token{kind: text, start: start, match: -1, quote: quote, raw: strings.Contains(before, "r")}
	f := strings.Contains(before, "f")
	if f {
		t.kind = ftext
	}
	end := -1
	for k := i + len(quote); k < to; {
		switch {
		case strings.HasPrefix(src[k:to], quote):
			end = k + len(quote)
		case src[k] == '\\':
			k += 2
			continue
		case len(quote) == 1 && src[k] == '\n':
			return t, false
		}
		if end >= 0 {
			break
		}
		k++
	}
	if end < 0 {
		return t, false
	}
	t.end, t.s = end, src[start:end]
	if f {
		t.parts, ok = fields(src, i+len(quote), end-len(quote), t.raw)
		return t, ok
	}
	return t, true
}

// escape reports whether a backslash before a character is not meant as such; before others Python keeps it, where Starlark refuses it.
func escape(c byte) bool { return strings.IndexByte("\n\r\\'\"abfnrtvxuU01234567", c) >= 0 }

// fields takes the inside of an f-string apart; the last part has the text behind all expressions.
func fields(src string, i, to int, raw bool) (parts []part, ok bool) {
	var literal strings.Builder
	for i < to {
		switch c := src[i]; {
		case c == '\\' && i+1 < to:
			if !raw && !escape(src[i+1]) {
				literal.WriteByte('\\')
			}
			literal.WriteString(src[i : i+2])
			i += 2
		case (c == '{' || c == '}') && i+1 < to && src[i+1] == c:
			literal.WriteByte(c)
			i += 2
		case c == '}':
			return nil, false
		case c == '{':
			p := part{start: i + 1}
			if p.end = expressionEnd(src, i+1, to); p.end < 0 {
				return nil, false
			}
			rest := p.end
			if trimmed := strings.TrimRight(src[p.start:p.end], " "); strings.HasSuffix(trimmed, "=") && !strings.HasSuffix(trimmed, "==") {
				literal.WriteString(src[p.start:p.end])
				p.end, p.conversion = p.start+len(trimmed)-1, "r"
			}
			if src[rest] == '!' {
				p.conversion = src[rest+1 : rest+2]
				rest += 2
			}
			close := strings.IndexByte(src[rest:to], '}')
			if close < 0 || strings.Contains(src[rest:rest+close], "{") || close > 0 && src[rest] != ':' {
				return nil, false
			}
			if close > 0 {
				p.format = src[rest+1 : rest+close]
				if p.conversion == "r" && src[p.end] == '=' {
					p.conversion = ""
				}
			}
			p.next, p.literal = rest+close+1, literal.String()
			literal.Reset()
			if p.tokens, ok = lex(src, p.start, p.end); !ok || strings.TrimSpace(src[p.start:p.end]) == "" {
				return nil, false
			}
			parts = append(parts, p)
			i = p.next
		default:
			literal.WriteByte(c)
			i++
		}
	}
	return append(parts, part{literal: literal.String(), start: to, end: to, next: to}), true
}

// expressionEnd finds the }, : or ! behind an expression of an f-string; -1: there is none.
func expressionEnd(src string, i, to int) int {
	depth := 0
	for ; i < to; i++ {
		switch c := src[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']':
			depth--
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		case ':':
			if depth == 0 {
				return i
			}
		case '!':
			if depth == 0 && i+1 < to && src[i+1] != '=' {
				return i
			}
		case '"', '\'':
			t, ok := lexString(src, i, i, to)
			if !ok {
				return -1
			}
			i = t.end - 1
		}
	}
	return -1
}
