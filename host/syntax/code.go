package syntax

import (
	"github.com/galvani-sim/galvani/host/diag"
)

// ParseCode parses a block of statements: resets, on_pre code, initial values. Statements with errors are reported and left
// out of the result, which is never nil.
func ParseCode(src *diag.Source, dialect Dialect) (*Code, diag.List) {
	p := newParser(src, dialect)
	p.code = true
	stmts := p.stmts(-1)
	return &Code{Source: src, Stmts: stmts}, p.list
}

// stmts parses statements whose first token stands deeper than outer columns, and all at the same depth. Where no "if" has given
// columns a meaning, they have none, as in Brian2: code often starts right after the quotes, and goes on below, indented.
func (p *parser) stmts(outer int) []*Stmt {
	var out []*Stmt
	level, free := -1, outer < 0
	for {
		t := p.toks[p.pos]
		if t.kind == tokNewline || t.kind == tokOp && t.text == ";" {
			p.pos++
			continue
		}
		if t.kind == tokEOF || t.indent >= 0 && t.indent <= outer {
			return out
		}
		start := p.pos
		p.size = 0
		if t.indent >= 0 {
			if level < 0 || free {
				level = t.indent
			}
			if t.indent != level {
				p.list.Add(diag.Errorf(p.src, t.sp, "this line is indented differently from the lines before it").
					WithHint("statements of one block start in the same column"))
				level = t.indent
			}
		}
		free = free && !(t.kind == tokName && t.text == "if")
		depth := p.depth
		var s *Stmt
		if p.try(func() { s = p.stmt(max(t.indent, outer)) }) {
			if s != nil {
				out = append(out, s)
			}
			continue
		}
		p.recover(start)
		p.depth = depth
		if p.pos == start {
			p.pos++
		}
	}
}

// stmt parses one statement; indent is the column in which its line starts.
func (p *parser) stmt(indent int) *Stmt {
	t := p.tok()
	if t.kind == tokName && t.text == "if" {
		return p.ifStmt(indent)
	}
	if t.kind == tokName && (t.text == "else" || t.text == "elif") {
		p.fail(t.sp, "%q without an \"if\" before it", t.text)
	}
	if t.kind != tokName || keywords[t.text] {
		p.failHint(p.place(t), "x = EXPRESSION or x += EXPRESSION", "expected an assignment, found %s", found(t))
	}
	p.next()
	op := p.tok()
	if op.kind != tokOp || op.text != "=" && op.text != "+=" && op.text != "-=" && op.text != "*=" && op.text != "/=" {
		p.failHint(p.place(op), "x = EXPRESSION or x += EXPRESSION", "expected \"=\" after %q, found %s", t.text, found(op))
	}
	p.next()
	x := p.value()
	if !p.atEnd() {
		u := p.tok()
		if u.kind == tokOp && u.text == ":" {
			p.failHint(u.sp, "remove what follows the expression", "code has neither units nor flags")
		}
		p.unexpectedAfter(u)
	}
	return &Stmt{Sp: diag.Span{Start: t.sp.Start, End: x.Span().End}, Kind: StmtAssign, NameSp: t.sp, Name: t.text, Op: op.text, X: x}
}

// ifStmt parses "if" or "elif" with all that belongs to it.
func (p *parser) ifStmt(indent int) *Stmt {
	start := p.next()
	p.enter(start.sp)
	defer p.leave()
	s := &Stmt{Kind: StmtIf, NameSp: start.sp}
	s.X = p.binary(precOr)
	p.expect(":", "after the condition")
	s.Body = p.suite(indent, start)
	if t, ok := p.clause(indent); ok {
		if t.text == "elif" {
			s.Else = []*Stmt{p.ifStmt(indent)}
		} else {
			p.next()
			p.expect(":", `after "else"`)
			s.Else = p.suite(indent, t)
		}
	}
	s.Sp = diag.Span{Start: start.sp.Start, End: p.toks[p.pos-1].sp.End}
	return s
}

// clause moves to an "else" or "elif" that stands in the column of its "if".
func (p *parser) clause(indent int) (token, bool) {
	at := p.pos
	for p.toks[at].kind == tokNewline {
		at++
	}
	t := p.toks[at]
	if t.kind == tokName && (t.text == "else" || t.text == "elif") && (t.indent == indent || at == p.pos) {
		p.pos = at
		return t, true
	}
	return t, false
}

// suite parses the statements under a condition: on the same line, or indented on the lines below.
func (p *parser) suite(indent int, head token) []*Stmt {
	if !p.atEnd() {
		p.enter(head.sp)
		defer p.leave()
		out := []*Stmt{p.stmt(indent)}
		for p.accept(";") {
			if p.atEnd() {
				break
			}
			out = append(out, p.stmt(indent))
		}
		return out
	}
	at := p.pos
	for p.toks[at].kind == tokNewline {
		at++
	}
	if t := p.toks[at]; t.kind == tokEOF || t.indent <= indent {
		p.failHint(head.sp, "indent the statements that belong to it", "no statements under %q", head.text)
	}
	return p.stmts(indent)
}
