package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNesting bounds parentheses, signs and powers in a quantity, so that hostile input cannot exhaust the stack.
const maxNesting = 100

// Parse reads a quantity: numbers and unit names joined by + - * / ** (or ^) and parentheses, e.g. "5*ms",
// "-70 mV" (a number directly followed by a unit is a product), "5e-5*siemens*cm**-2", "1/(3*second)".
func Parse(text string) (Quantity, error) {
	p := &parser{text: text}
	q, err := p.sum()
	if err == nil {
		if p.skip(); p.pos < len(p.text) {
			err = p.errorf("unexpected %s", p.rest())
		}
	}
	if err != nil {
		return Quantity{}, fmt.Errorf("%q is not a quantity: %w", text, err)
	}
	return q, nil
}

type parser struct {
	text  string
	pos   int
	depth int
}

func (p *parser) errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

func (p *parser) skip() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// rest names what stands at the current position, for messages.
func (p *parser) rest() string {
	if p.pos >= len(p.text) {
		return "end"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return strconv.QuoteRune(r)
}

func (p *parser) accept(op string) bool {
	p.skip()
	if !strings.HasPrefix(p.text[p.pos:], op) || op == "*" && strings.HasPrefix(p.text[p.pos:], "**") {
		return false
	}
	p.pos += len(op)
	return true
}

func (p *parser) sum() (Quantity, error) {
	x, err := p.product()
	for err == nil {
		var y Quantity
		switch {
		case p.accept("+"):
			if y, err = p.product(); err == nil {
				x, err = x.Add(y)
			}
		case p.accept("-"):
			if y, err = p.product(); err == nil {
				x, err = x.Sub(y)
			}
		default:
			return x, nil
		}
	}
	return x, err
}

func (p *parser) product() (Quantity, error) {
	x, err := p.signed()
	for err == nil {
		var y Quantity
		switch {
		case p.accept("*"):
			if y, err = p.signed(); err == nil {
				x = x.Mul(y)
			}
		case p.accept("/"):
			if y, err = p.signed(); err == nil {
				x = x.Div(y)
			}
		case p.atName():
			if y, err = p.power(); err == nil {
				x = x.Mul(y)
			}
		default:
			return x, nil
		}
		if err == nil && !plausible(x.Dim) {
			err = p.errorf("its unit has an exponent beyond %d", maxExponent/ExpDen)
		}
	}
	return x, err
}

func plausible(d Dim) bool {
	for _, e := range d {
		if e > maxExponent || e < -maxExponent {
			return false
		}
	}
	return true
}

func (p *parser) signed() (Quantity, error) {
	if p.depth++; p.depth > maxNesting {
		return Quantity{}, p.errorf("nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	if p.accept("-") {
		x, err := p.signed()
		return x.Neg(), err
	}
	if p.accept("+") {
		return p.signed()
	}
	return p.power()
}

func (p *parser) power() (Quantity, error) {
	x, err := p.atom()
	if err != nil {
		return x, err
	}
	if p.accept("**") || p.accept("^") {
		y, err := p.signed()
		if err != nil {
			return x, err
		}
		return x.Pow(y)
	}
	return x, nil
}

func (p *parser) atName() bool {
	p.skip()
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return p.pos < len(p.text) && (unicode.IsLetter(r) || r == '_')
}

func (p *parser) atom() (Quantity, error) {
	p.skip()
	start := p.pos
	switch {
	case p.pos >= len(p.text):
		return Quantity{}, p.errorf("a number or a unit is missing at the end")
	case p.accept("("):
		x, err := p.sum()
		if err == nil && !p.accept(")") {
			err = p.errorf(`expected ")", found %s`, p.rest())
		}
		return x, err
	case p.atName():
		for p.pos < len(p.text) {
			r, n := utf8.DecodeRuneInString(p.text[p.pos:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
				break
			}
			p.pos += n
		}
		name := p.text[start:p.pos]
		if q, ok := Lookup(name); ok {
			return q, nil
		}
		switch name {
		case "inf":
			return Number(math.Inf(1)), nil
		case "pi":
			return Number(math.Pi), nil
		}
		return Quantity{}, &UnknownUnitError{Name: name}
	}
	p.pos += numberLength(p.text[p.pos:])
	if p.pos == start {
		return Quantity{}, p.errorf("expected a number or a unit, found %s", p.rest())
	}
	v, err := strconv.ParseFloat(p.text[start:p.pos], 64)
	if err != nil {
		return Quantity{}, p.errorf("the number %s is too large", p.text[start:p.pos])
	}
	return Number(v), nil
}

// numberLength is the length of the decimal number at the start of s, 0 when there is none.
func numberLength(s string) int {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	n := digits(0)
	whole := n
	if n < len(s) && s[n] == '.' {
		n = digits(n + 1)
		if n == whole+1 && whole == 0 {
			return 0
		}
	}
	if n > 0 && n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		k := n + 1
		if k < len(s) && (s[k] == '+' || s[k] == '-') {
			k++
		}
		if end := digits(k); end > k {
			n = end
		}
	}
	return n
}

// UnknownUnitError says that a name in a quantity is not a unit.
type UnknownUnitError struct{ Name string }

func (e *UnknownUnitError) Error() string {
	for _, n := range CommonNames() {
		if strings.EqualFold(n, e.Name) {
			return fmt.Sprintf("unknown unit %q, did you mean %q?", e.Name, n)
		}
	}
	return fmt.Sprintf("unknown unit %q", e.Name)
}
