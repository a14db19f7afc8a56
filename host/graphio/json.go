package graphio

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of values and elements.
const maxDepth = 100

// jsonText is a reader of JSON that keeps places. With literals it reads Python's dictionaries of numbers and strings too, as
// networkx writes them into edge lists. NaN, Infinity and -Infinity are read as Python writes them.
type jsonText struct {
	data   []byte
	pos    int
	python bool
	base   int // lines before data
}

func (p *jsonText) at(pos int) place { return place{text: p, offset: pos} }

// lineOf turns an offset into line and column.
func (p *jsonText) lineOf(pos int) place {
	pos = min(pos, len(p.data))
	before := p.data[:pos]
	line := bytes.Count(before, []byte("\n"))
	return place{line: p.base + line + 1, col: pos - bytes.LastIndexByte(before, '\n')}
}

func (p *jsonText) wrong(format string, args ...any) error {
	return p.at(p.pos).errorf(format, args...)
}

func (p *jsonText) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// peek is the next byte that is not space, 0 at the end.
func (p *jsonText) peek() byte {
	p.space()
	if p.pos >= len(p.data) {
		return 0
	}
	return p.data[p.pos]
}

func (p *jsonText) expect(c byte, after string) error {
	if got := p.peek(); got != c {
		return p.unexpected(fmt.Sprintf("%q %s", string(c), after))
	}
	p.pos++
	return nil
}

func (p *jsonText) unexpected(want string) error {
	if p.pos >= len(p.data) {
		return p.wrong("the file ends where %s was expected", want)
	}
	r, _ := utf8.DecodeRune(p.data[p.pos:])
	return p.wrong("%q stands where %s was expected", string(r), want)
}

// object calls f with each key, with the reader before the value.
func (p *jsonText) object(f func(key string, at int) error) error {
	if err := p.expect('{', "opens an object"); err != nil {
		return err
	}
	if p.peek() == '}' {
		p.pos++
		return nil
	}
	for {
		if c := p.peek(); c != '"' && !(p.python && c == '\'') {
			return p.unexpected("a name in quotes")
		}
		at := p.pos
		key, err := p.text()
		if err != nil {
			return err
		}
		if err := p.expect(':', "after the name "+strconv.Quote(short(key))); err != nil {
			return err
		}
		p.space()
		if err := f(key, at); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return nil
		default:
			return p.unexpected(`"," or "}"`)
		}
	}
}

// array calls f with the reader before each element.
func (p *jsonText) array(what string, f func(k int) error) error {
	if p.peek() != '[' {
		return p.unexpected("the list of " + what)
	}
	p.pos++
	if p.peek() == ']' {
		p.pos++
		return nil
	}
	for k := 0; ; k++ {
		p.space()
		if err := f(k); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return nil
		default:
			return p.unexpected(`"," or "]"`)
		}
	}
}

// value reads any value: int64, float64, bool, string or Raw.
func (p *jsonText) value() (any, error) {
	switch c := p.peek(); {
	case c == '"', c == '\'' && p.python:
		return p.text()
	case c == '{', c == '[', c == '(' && p.python:
		start := p.pos
		if err := p.skip(0); err != nil {
			return nil, err
		}
		return Raw(p.data[start:p.pos]), nil
	case c == 0:
		return nil, p.unexpected("a value")
	}
	start := p.pos
	for p.pos < len(p.data) && !strings.ContainsRune(" \t\r\n,]}:)\"'[{(", rune(p.data[p.pos])) {
		p.pos++
	}
	word := string(p.data[start:p.pos])
	switch word {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return Raw("null"), nil
	case "NaN":
		return math.NaN(), nil
	case "Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	}
	if p.python {
		switch word {
		case "True":
			return true, nil
		case "False":
			return false, nil
		case "None":
			return Raw("null"), nil
		case "nan":
			return math.NaN(), nil
		case "inf":
			return math.Inf(1), nil
		case "-inf":
			return math.Inf(-1), nil
		}
	}
	if !jsonNumber(word) {
		p.pos = start
		if word == "" {
			return nil, p.unexpected("a value")
		}
		return nil, p.wrong("%q is not a value; texts stand in quotes", short(word))
	}
	if i, err := strconv.ParseInt(word, 10, 64); err == nil && word != "-0" {
		return i, nil
	}
	if !strings.ContainsAny(word, ".eE") && word != "-0" {
		return Raw(word), nil // an integer of more than 64 bits
	}
	f, _ := strconv.ParseFloat(word, 64) // out of range: infinite
	return f, nil
}

// jsonNumber reports whether s is a number as JSON writes it.
func jsonNumber(s string) bool {
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	s = strings.TrimPrefix(s, "-")
	if len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' || !digits() {
		return false
	}
	if strings.HasPrefix(s, ".") {
		s = s[1:]
		if !digits() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}

// skip passes over one value, checking it.
func (p *jsonText) skip(depth int) error {
	if depth > maxDepth {
		return p.wrong("values are nested more than %d deep", maxDepth)
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(func(string, int) error { return p.skip(depth + 1) })
	case c == '[':
		return p.array("values", func(int) error { return p.skip(depth + 1) })
	case c == '(' && p.python:
		return p.wrong("tuples are not read")
	}
	_, err := p.value()
	return err
}

func (p *jsonText) text() (string, error) {
	start := p.pos
	quote := p.data[p.pos]
	p.pos++
	// Most have no escapes.
	n := bytes.IndexAny(p.data[p.pos:min(len(p.data), p.pos+256)], "\"'\\")
	if n >= 0 && p.data[p.pos+n] == quote {
		s := p.data[p.pos : p.pos+n]
		if clean(s) {
			p.pos += n + 1
			return string(s), nil
		}
	}
	var out []byte
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == quote:
			p.pos++
			return string(out), nil
		case c < ' ':
			return "", p.wrong("a control character stands in a text; write it as an escape")
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(p.data[p.pos:])
			if r == utf8.RuneError && size == 1 {
				return "", p.wrong("the text is not UTF-8")
			}
			out = append(out, p.data[p.pos:p.pos+size]...)
			p.pos += size
		case c != '\\':
			out = append(out, c)
			p.pos++
		default:
			var err error
			if out, err = p.escape(out); err != nil {
				return "", err
			}
		}
	}
	p.pos = start
	return "", p.wrong("the text that begins here does not end")
}

func clean(s []byte) bool {
	for _, c := range s {
		if c < ' ' {
			return false
		}
	}
	return utf8.Valid(s)
}

func (p *jsonText) escape(out []byte) ([]byte, error) {
	rest := p.data[p.pos+1:]
	if len(rest) == 0 {
		return nil, p.wrong("the file ends within a text")
	}
	if k := strings.IndexByte(`"\/'bfnrt`, rest[0]); k >= 0 && (rest[0] != '\'' || p.python) {
		p.pos += 2
		return append(out, "\"\\/'\b\f\n\r\t"[k]), nil
	}
	if rest[0] != 'u' {
		return nil, p.wrong("%q is not an escape of JSON", `\`+string(rest[:1]))
	}
	r, ok := hex4(rest[1:])
	if !ok {
		return nil, p.wrong(`an escape \u has four hexadecimal digits`)
	}
	p.pos += 6
	if utf16.IsSurrogate(r) {
		low := p.data[p.pos:]
		if len(low) >= 6 && low[0] == '\\' && low[1] == 'u' {
			if l, ok := hex4(low[2:]); ok && utf16.DecodeRune(r, l) != utf8.RuneError {
				p.pos += 6
				return utf8.AppendRune(out, utf16.DecodeRune(r, l)), nil
			}
		}
		p.pos -= 6
		return nil, p.wrong("half of a surrogate pair stands alone")
	}
	return utf8.AppendRune(out, r), nil
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s[:4]), 16, 16)
	return rune(v), err == nil
}

func appendText(out []byte, s string) []byte {
	out = append(out, '"')
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, `\n`...)
		case r == '\t':
			out = append(out, `\t`...)
		case r < ' ':
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}

func appendValue(out []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(out, v, 10)
	case float64:
		return appendFloat(out, v)
	case bool:
		return strconv.AppendBool(out, v)
	case string:
		return appendText(out, v)
	case Raw:
		return append(out, v...)
	}
	return append(out, "null"...)
}

// appendFloat writes a number so that it is read as a floating-point one, and exactly: as Python's json does.
func appendFloat(out []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(out, "NaN"...)
	case math.IsInf(v, 1):
		return append(out, "Infinity"...)
	case math.IsInf(v, -1):
		return append(out, "-Infinity"...)
	}
	start := len(out)
	out = strconv.AppendFloat(out, v, 'g', -1, 64)
	if !bytes.ContainsAny(out[start:], ".e") {
		out = append(out, ".0"...)
	}
	return out
}
