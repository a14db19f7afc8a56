package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/galvani-sim/galvani/host/diag"
)

// Dialect selects whose rules a text follows.
type Dialect uint8

const (
	Brian    Dialect = iota // every line has a unit; x = E is a subexpression
	ANNarchy                // no units, times in ms; x = E is stored every step, in textual order
)

// String returns "Brian" or "ANNarchy".
func (d Dialect) String() string {
	if d == ANNarchy {
		return "ANNarchy"
	}
	return "Brian"
}

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokNewline
	tokNumber
	tokName
	tokOp
	tokDeriv // dNAME/dt, found by the parser in the places where it can stand
)

func (k tokenKind) String() string {
	return [...]string{"end", "newline", "number", "name", "operator", "derivative"}[k]
}

type token struct {
	kind tokenKind
	sp   diag.Span
	text string // operators, names; the variable's name for tokDeriv
	val  float64
	// indent is the column of the token when it is the first of its line, -1 otherwise.
	indent int
}

// operators, longest first.
var operators = []string{
	"**", "//", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "&&", "||",
	"+", "-", "*", "/", "%", "^", "<", ">", "=", "!", "(", ")", ",", ":", ";", ".",
}

// lookalikes are characters that word processors and web pages put in place of the language's own. They are reported,
// and read as what they look like.
var lookalikes = map[rune]string{
	'−': "-", '–': "-", '—': "-", '×': "*", '·': "*", '⋅': "*", '∗': "*", '÷': "/", '∕': "/", '≤': "<=", '≥': ">=", '≠': "!=",
	'（': "(", '）': ")", '，': ",", '：': ":", '[': "(", ']': ")", '{': "(", '}': ")", '&': "&&", '|': "||", '~': "!",
}

// scan splits the text of source into tokens, ending with tokEOF. Characters that belong to no token are reported
// and skipped.
func scan(source *diag.Source) ([]token, diag.List) {
	var toks []token
	var list diag.List
	text := source.Text
	indent, column := 0, 0 // indent: column of the first token of this line; -1 once it has been seen
	emit := func(k tokenKind, start, end int, val float64) {
		toks = append(toks, token{kind: k, sp: diag.Span{Start: start, End: end}, text: text[start:end], val: val, indent: indent})
		indent = -1
	}
	for pos := 0; pos < len(text); {
		c := text[pos]
		switch {
		case c == '\n':
			indent = -1
			emit(tokNewline, pos, pos+1, 0)
			pos++
			indent, column = 0, 0
			continue
		case c == '\t' && indent >= 0:
			column += 8 - column%8 // Python's rule
			indent = column
			pos++
			continue
		case c == ' ' && indent >= 0:
			column++
			indent = column
			pos++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			pos++
			continue
		case c == '#':
			if k := strings.IndexByte(text[pos:], '\n'); k >= 0 {
				pos += k
			} else {
				pos = len(text)
			}
			continue
		case c == '\\' && continues(text[pos+1:]) > 0:
			pos += 1 + continues(text[pos+1:])
			continue
		case isDigit(c) || c == '.' && pos+1 < len(text) && isDigit(text[pos+1]):
			end := scanNumber(text, pos)
			v, err := strconv.ParseFloat(text[pos:end], 64)
			if err != nil || math.IsInf(v, 0) {
				list.Add(diag.Errorf(source, diag.Span{Start: pos, End: end}, "the number %s is too large", text[pos:end]).
					WithHint("the largest number is 1.8e308; write inf for infinity"))
			}
			emit(tokNumber, pos, end, v)
			pos = end
			continue
		}
		r, size := utf8.DecodeRuneInString(text[pos:])
		if isNameStart(r) {
			end := scanName(text, pos)
			// pre.r and post.r are names of ANNarchy's synapses.
			if w := text[pos:end]; (w == "pre" || w == "post") && end+1 < len(text) && text[end] == '.' {
				if r, _ := utf8.DecodeRuneInString(text[end+1:]); isNameStart(r) {
					end = scanName(text, end+1)
				}
			}
			emit(tokName, pos, end, 0)
			pos = end
			continue
		}
		found := ""
		for _, op := range operators {
			if strings.HasPrefix(text[pos:], op) {
				found = op
				break
			}
		}
		if found != "" {
			emit(tokOp, pos, pos+len(found), 0)
			pos += len(found)
			continue
		}
		list.Add(badCharacter(source, pos, r, size))
		if op, ok := lookalikes[r]; ok {
			emit(tokOp, pos, pos+size, 0)
			toks[len(toks)-1].text = op
		} else if c == '"' || c == '\'' {
			// A whole string is one mistake: it stands for some value.
			size = stringLength(text[pos:])
			emit(tokNumber, pos, pos+size, 0)
		}
		pos += size
	}
	indent = -1
	emit(tokEOF, len(text), len(text), 0)
	return toks, list
}

func badCharacter(source *diag.Source, pos int, r rune, size int) diag.Diagnostic {
	sp := diag.Span{Start: pos, End: pos + size}
	if r == utf8.RuneError && size <= 1 {
		return diag.Errorf(source, sp, "this byte (0x%02x) is not UTF-8 text", source.Text[pos])
	}
	d := diag.Errorf(source, sp, "unexpected character %q", r)
	switch op := lookalikes[r]; {
	case r == '"' || r == '\'':
		return d.WithHint("equations contain no strings")
	case r == '&' || r == '|' || r == '~':
		return d.WithHint("write %s", cOperators[op])
	case op != "":
		return d.WithHint("write %s", op)
	}
	return d
}

// stringLength is the length of the quoted string at the start of s, or of the rest of the line when it is not closed.
func stringLength(s string) int {
	line, _, _ := strings.Cut(s, "\n")
	if k := strings.IndexByte(line[1:], line[0]); k >= 0 {
		return k + 2
	}
	return len(line)
}

// continues returns the length of the rest of the line when it is blank, including its newline: a "\" before it joins lines.
func continues(s string) int {
	k := strings.IndexByte(s, '\n')
	if k < 0 || strings.TrimSpace(s[:k]) != "" {
		return 0
	}
	return k + 1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(r rune) bool {
	return r == '_' || r != utf8.RuneError && unicode.IsLetter(r)
}

func scanName(text string, pos int) int {
	for pos < len(text) {
		r, n := utf8.DecodeRuneInString(text[pos:])
		if !isNameStart(r) && !unicode.IsDigit(r) {
			break
		}
		pos += n
	}
	return pos
}

// scanNumber returns the end of the number at pos: 12  1.  .5  1e-3  1.5E3.
func scanNumber(text string, pos int) int {
	digits := func() {
		for pos < len(text) && isDigit(text[pos]) {
			pos++
		}
	}
	digits()
	if pos < len(text) && text[pos] == '.' {
		pos++
		digits()
	}
	if pos < len(text) && (text[pos] == 'e' || text[pos] == 'E') {
		k := pos + 1
		if k < len(text) && (text[k] == '+' || text[k] == '-') {
			k++
		}
		if k < len(text) && isDigit(text[k]) {
			pos = k
			digits()
		}
	}
	return pos
}
