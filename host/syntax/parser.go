package syntax

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
)

const (
	// maxNesting bounds how deep expressions and statements nest.
	maxNesting = 200
	// maxSize bounds the nodes of one expression; later stages walk it recursively. A node that a comparison
	// chain repeats counts each time.
	maxSize = 20000
)

// parser holds the state of one parse. Errors inside a line are raised by panicking with bailout, which never leaves
// this package; the line loop recovers, records and goes on.
type parser struct {
	src     *diag.Source
	dialect Dialect
	toks    []token
	pos     int
	list    diag.List

	parens []token // open parentheses
	depth  int
	size   int
	// code: the text is a block of statements, in which a line that starts with "if" is a new statement.
	code bool
	// derivs: read dNAME/dt as a derivative.
	derivs bool
	// derivOf restricts derivs to one variable when not empty.
	derivOf string
	// single: only one line is expected, so line breaks go on like spaces.
	single bool
}

type bailout struct{ d diag.Diagnostic }

func newParser(src *diag.Source, d Dialect) *parser {
	toks, list := scan(src)
	return &parser{src: src, dialect: d, toks: toks, list: list}
}

func (p *parser) fail(sp diag.Span, format string, args ...any) {
	panic(bailout{diag.Errorf(p.src, sp, format, args...)})
}

func (p *parser) failHint(sp diag.Span, hint, format string, args ...any) {
	d := diag.Errorf(p.src, sp, format, args...)
	d.Hint = hint
	panic(bailout{d})
}

// try runs f and records the error that it raises; it reports whether there was none.
func (p *parser) try(f func()) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			b, mine := r.(bailout)
			if !mine {
				panic(r)
			}
			p.list.Add(b.d)
			ok = false
		}
	}()
	f()
	return true
}

// tok is the current token. Inside parentheses line breaks are passed over.
func (p *parser) tok() token {
	if len(p.parens) > 0 || p.single {
		for p.toks[p.pos].kind == tokNewline {
			p.pos++
		}
	}
	return p.toks[p.pos]
}

// peek is the n-th token after the current one, not passing over line breaks.
func (p *parser) peek(n int) token {
	return p.toks[min(p.pos+n, len(p.toks)-1)]
}

func (p *parser) next() token {
	t := p.tok()
	if t.kind != tokEOF {
		p.pos++
	}
	return t
}

func (p *parser) atOp(op string) bool {
	t := p.tok()
	return t.kind == tokOp && t.text == op
}

func (p *parser) atWord(w string) bool {
	t := p.tok()
	return t.kind == tokName && t.text == w
}

func (p *parser) accept(op string) bool {
	if p.atOp(op) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) skipNewlines() {
	for p.toks[p.pos].kind == tokNewline {
		p.pos++
	}
}

// found names a token for messages.
func found(t token) string {
	switch t.kind {
	case tokEOF:
		return "the end of the text"
	case tokNewline:
		return "the end of the line"
	}
	return fmt.Sprintf("%q", t.text)
}

// expect consumes op or fails, saying what it would close.
func (p *parser) expect(op, after string) token {
	t := p.tok()
	if t.kind == tokOp && t.text == op {
		p.pos++
		return t
	}
	d := diag.Errorf(p.src, p.place(t), "expected %q %s, found %s", op, after, found(t))
	if t.kind == tokOp && t.text == "=" {
		d = d.WithHint("comparison is written ==")
	}
	if op == ")" && len(p.parens) > 0 {
		open := p.parens[len(p.parens)-1]
		d = d.WithNote(p.src, open.sp, "the parenthesis was opened here")
	}
	panic(bailout{d})
}

// place is where to point for a token: the end of the line rather than the line break.
func (p *parser) place(t token) diag.Span {
	if t.kind == tokNewline {
		return diag.Span{Start: t.sp.Start, End: t.sp.Start}
	}
	return t.sp
}

// startsEquation reports whether the tokens at pos look like the start of an equation or assignment.
func (p *parser) startsEquation(pos int) bool {
	t := p.toks[pos]
	if t.kind != tokName || t.indent < 0 {
		return false
	}
	if _, n := p.derivAt(pos); n > 0 {
		return true
	}
	u := p.toks[min(pos+1, len(p.toks)-1)]
	switch u.text {
	case "=", "+=", "-=", "*=", "/=", ":":
		return u.kind == tokOp
	}
	return false
}

// recover skips to the start of the next line that can be read: the current token's own line when the error was found
// at its first token (the line before was cut short), the next line otherwise.
func (p *parser) recover(start int) {
	p.parens, p.depth, p.derivs, p.derivOf = nil, 0, false, ""
	if p.pos > start && p.startsEquation(p.pos) {
		return
	}
	for p.toks[p.pos].kind != tokEOF && p.toks[p.pos].kind != tokNewline && !(p.toks[p.pos].kind == tokOp && p.toks[p.pos].text == ";") {
		p.pos++
	}
}

// derivAt reads dNAME/dt at token index pos: the variable's name and the number of tokens, or 0.
func (p *parser) derivAt(pos int) (string, int) {
	if pos+2 >= len(p.toks) {
		return "", 0
	}
	a, b, c := p.toks[pos], p.toks[pos+1], p.toks[pos+2]
	if a.kind == tokName && len(a.text) > 1 && a.text[0] == 'd' && b.kind == tokOp && b.text == "/" && c.kind == tokName && c.text == "dt" {
		return a.text[1:], 3
	}
	return "", 0
}
