package syntax

import (
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
)

// Binding powers, weakest first. A unary minus stands between products and powers.
const (
	precOr = 1 + iota
	precAnd
	precNot
	precCompare
	precSum
	precProduct
	precUnary
	precPower
)

var binaryPrec = map[string]int{
	"or": precOr, "and": precAnd,
	"<": precCompare, "<=": precCompare, ">": precCompare, ">=": precCompare, "==": precCompare, "!=": precCompare,
	"+": precSum, "-": precSum, "*": precProduct, "/": precProduct, "//": precProduct, "%": precProduct, "**": precPower,
}

// cOperators are spellings that ANNarchy takes from C.
var cOperators = map[string]string{"&&": "and", "||": "or", "!": "not", "^": "**"}

var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "if": true, "elif": true, "else": true, "True": true, "False": true, "true": true, "false": true,
}

// IsKeyword reports whether a word has a fixed meaning in expressions and cannot name a variable.
func IsKeyword(word string) bool { return keywords[word] }

func (p *parser) enter(sp diag.Span) {
	if p.depth++; p.depth > maxNesting {
		p.fail(sp, "nested more than %d deep", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

// count adds n nodes to the size of the current expression.
func (p *parser) count(n int, sp diag.Span) {
	if p.size += n; p.size > maxSize {
		p.failHint(sp, "compute parts of it as equations of their own", "the expression has more than %d terms", maxSize)
	}
}

// operator returns the binary operator at the current position in its normal spelling. A line that starts with an
// operator goes on with the line before.
func (p *parser) operator() (op string, t token, ok bool) {
	at := p.pos
	if p.tok().kind == tokNewline {
		for p.toks[at].kind == tokNewline {
			at++
		}
	} else {
		at = p.pos
	}
	t = p.toks[at]
	op = t.text
	switch t.kind {
	case tokName:
		switch {
		case op == "is" && p.dialect == ANNarchy && at == p.pos: // ANNarchy reads Python's words for == and != so
			op = "=="
			if next := p.toks[at+1]; next.kind == tokName && next.text == "not" {
				op, at = "!=", at+1
			}
		case op != "and" && op != "or":
			return "", t, false
		}
	case tokOp:
		if norm, isC := cOperators[op]; isC && op != "!" {
			op = norm
		}
		if binaryPrec[op] == 0 {
			return "", t, false
		}
	default:
		return "", t, false
	}
	p.pos = at
	return op, t, true
}

// cSpelling reports C's spelling of an operator in Brian's dialect; reading goes on as if it had been the right one.
func (p *parser) cSpelling(t token) {
	norm, ok := cOperators[t.text]
	if !ok || t.kind != tokOp || p.dialect == ANNarchy || p.src.Text[t.sp.Start:t.sp.End] != t.text {
		return // a character that stands for it was reported
	}
	p.list.Add(diag.Errorf(p.src, t.sp, "%q is not an operator here", t.text).WithHint("write %q", norm))
}

// expr parses a whole expression, including conditionals.
func (p *parser) expr() Expr {
	t := p.tok()
	p.enter(t.sp)
	defer p.leave()
	if p.atWord("if") {
		return p.ifExpr()
	}
	x := p.binary(precOr)
	if !p.atTernary() {
		return x
	}
	p.next()
	p.count(1, t.sp)
	test := p.binary(precOr)
	p.skipToWord("else")
	if !p.atWord("else") {
		u := p.tok()
		p.failHint(p.place(u), "a conditional is written A if C else B", `expected "else", found %s`, found(u))
	}
	p.next()
	p.skipNewlines()
	els := p.expr()
	return &Cond{Sp: join(x, els), Test: test, Then: x, Else_: els}
}

// atTernary reports whether "if" follows, on this line or (outside of code, where it would be a statement) on the next.
func (p *parser) atTernary() bool {
	if !p.code {
		p.skipToWord("if")
	}
	return p.atWord("if")
}

// skipToWord passes over line breaks when the word w follows them.
func (p *parser) skipToWord(w string) {
	at := p.pos
	for p.toks[at].kind == tokNewline {
		at++
	}
	if p.toks[at].kind == tokName && p.toks[at].text == w {
		p.pos = at
	}
}

// ifExpr parses "if C: A else: B", with any number of elif.
func (p *parser) ifExpr() Expr {
	start := p.next()
	p.enter(start.sp)
	defer p.leave()
	p.count(1, start.sp)
	test := p.binary(precOr)
	p.expect(":", `after the condition of "if"`)
	p.skipNewlines()
	then := p.expr()
	p.skipToWord("else")
	p.skipToWord("elif")
	var els Expr
	switch {
	case p.atWord("elif"):
		els = p.ifExpr()
	case p.atWord("else"):
		p.next()
		p.expect(":", `after "else"`)
		p.skipNewlines()
		els = p.expr()
	default:
		t := p.tok()
		p.failHint(p.place(t), `every "if" needs an "else": a value must come out in both cases`, `expected "else:", found %s`, found(t))
	}
	return &Cond{Sp: diag.Span{Start: start.sp.Start, End: els.Span().End}, Test: test, Then: then, Else_: els}
}

// widen extends the span of an expression just made to the parentheses around it.
func widen(e Expr, open, end diag.Span) Expr {
	sp := diag.Span{Start: open.Start, End: end.End}
	switch e := e.(type) {
	case *Number:
		e.Sp = sp
	case *Bool:
		e.Sp = sp
	case *Ident:
		e.Sp = sp
	case *Unary:
		e.Sp = sp
	case *Binary:
		e.Sp = sp
	case *Call:
		e.Sp = sp
	case *Cond:
		e.Sp = sp
	}
	return e
}

func join(a, b Expr) diag.Span { return diag.Span{Start: a.Span().Start, End: b.Span().End} }

// binary parses operators that bind at least as tightly as prec.
func (p *parser) binary(prec int) Expr {
	x := p.prefix(prec)
	var last Expr // the right operand of the comparison just read, for chains
	for {
		op, t, ok := p.operator()
		if !ok {
			return x
		}
		bp := binaryPrec[op]
		if bp < prec {
			return x
		}
		p.cSpelling(t)
		p.next()
		p.skipNewlines()
		p.count(1, t.sp)
		switch bp {
		case precPower:
			// Right operand: a sign binds tighter there (2**-1), and powers group to the right.
			p.enter(t.sp)
			y := p.binary(precUnary)
			p.leave()
			x = &Binary{Sp: join(x, y), OpSp: t.sp, Op: op, X: x, Y: y}
		case precCompare:
			y := p.binary(bp + 1)
			if last != nil {
				p.count(1+nodes(last), t.sp)
				link := &Binary{Sp: join(last, y), OpSp: t.sp, Op: op, X: last, Y: y}
				x = &Binary{Sp: join(x, y), OpSp: t.sp, Op: "and", X: x, Y: link}
			} else {
				x = &Binary{Sp: join(x, y), OpSp: t.sp, Op: op, X: x, Y: y}
			}
			last = y
			continue
		default:
			y := p.binary(bp + 1)
			x = &Binary{Sp: join(x, y), OpSp: t.sp, Op: op, X: x, Y: y}
		}
		last = nil
	}
}

// nodes counts the nodes of e, repeated ones each time.
func nodes(e Expr) int {
	n := 1
	for _, c := range Children(e) {
		n += nodes(c)
	}
	return n
}

func (p *parser) prefix(prec int) Expr {
	t := p.tok()
	op := ""
	switch {
	case t.kind == tokOp && (t.text == "-" || t.text == "+"):
		op = t.text
	case t.kind == tokOp && t.text == "!", t.kind == tokName && t.text == "not":
		p.cSpelling(t)
		op = "not"
	default:
		return p.atom()
	}
	p.enter(t.sp)
	defer p.leave()
	p.next()
	p.skipNewlines()
	p.count(1, t.sp)
	bp := precUnary
	if op == "not" {
		if bp = precNot; prec > precNot && t.text != "!" {
			p.failHint(t.sp, "put parentheses around it", `"not" cannot stand directly after an operator that binds more tightly`)
		}
		if t.text == "!" {
			bp = precUnary // C's ! binds as tightly as a sign
		}
	}
	x := p.binary(bp)
	return &Unary{Sp: diag.Span{Start: t.sp.Start, End: x.Span().End}, Op: op, X: x}
}

func (p *parser) atom() Expr {
	t := p.tok()
	p.count(1, t.sp)
	switch t.kind {
	case tokNumber:
		p.next()
		if u := p.toks[p.pos]; u.kind == tokName && u.sp.Start == t.sp.End && !keywords[u.text] {
			p.failHint(diag.Span{Start: t.sp.Start, End: u.sp.End}, "write "+t.text+"*"+u.text, "a multiplication sign is missing between %s and %s", t.text, u.text)
		}
		return &Number{Sp: t.sp, Text: t.text, Value: t.val, IsInt: !strings.ContainsAny(t.text, ".eE")}
	case tokName:
		return p.name(t)
	case tokOp:
		if t.text == "(" {
			p.enter(t.sp)
			defer p.leave()
			p.next()
			p.parens = append(p.parens, t)
			x := p.expr()
			return widen(x, t.sp, p.closeParen("after the expression").sp)
		}
	}
	if t.kind == tokEOF || t.kind == tokNewline {
		p.fail(p.place(t), "an expression is missing at %s", found(t))
	}
	p.fail(p.place(t), "expected an expression, found %s", found(t))
	return nil
}

// closeParen consumes the parenthesis that closes the innermost open one.
func (p *parser) closeParen(after string) token {
	t := p.expect(")", after)
	p.parens = p.parens[:len(p.parens)-1]
	return t
}

func (p *parser) name(t token) Expr {
	switch t.text {
	case "True", "true", "False", "false":
		p.next()
		return &Bool{Sp: t.sp, Value: t.text == "True" || t.text == "true"}
	case "else", "elif", "and", "or", "if":
		p.fail(t.sp, "expected an expression, found %q", t.text)
	}
	if p.derivs {
		if name, n := p.derivAt(p.pos); n > 0 && (p.derivOf == "" || p.derivOf == name) {
			end := p.toks[p.pos+n-1].sp.End
			p.pos += n
			return &Ident{Sp: diag.Span{Start: t.sp.Start, End: end}, Name: DerivName(name)}
		}
	}
	p.next()
	id := &Ident{Sp: t.sp, Name: t.text}
	open := p.toks[p.pos]
	if open.kind != tokOp || open.text != "(" {
		return id
	}
	p.enter(t.sp)
	defer p.leave()
	p.next()
	p.parens = append(p.parens, open)
	var args []Expr
	if !p.atOp(")") {
		for {
			args = append(args, p.expr())
			if !p.accept(",") {
				break
			}
			if p.atOp(")") {
				break
			}
		}
	}
	end := p.closeParen("after the arguments of " + t.text)
	sp := diag.Span{Start: t.sp.Start, End: end.sp.End}
	if t.text == "ite" {
		if len(args) != 3 {
			p.failHint(sp, "ite(condition, value if true, value if false)", "ite takes 3 arguments, not %d", len(args))
		}
		return &Cond{Sp: sp, Test: args[0], Then: args[1], Else_: args[2]}
	}
	return &Call{Sp: sp, Fun: id, Args: args}
}

// DerivName is the name under which the derivative of a variable stands in an equation's LHS.
func DerivName(variable string) string { return "d" + variable + "/dt" }

// ParseExpr parses the whole text of src as one expression; it may go over several lines. The expression is nil when
// the list has errors that left nothing to return.
func ParseExpr(src *diag.Source, dialect Dialect) (Expr, diag.List) {
	p := newParser(src, dialect)
	p.single = true
	var e Expr
	p.try(func() {
		x := p.expr()
		if t := p.tok(); t.kind != tokEOF {
			p.unexpected(t)
		}
		e = x
	})
	return e, p.list
}

// unexpected fails at a token that cannot follow a complete expression.
func (p *parser) unexpected(t token) {
	switch {
	case t.kind == tokOp && t.text == ")":
		p.failHint(t.sp, "remove it, or open one before", `")" without an opening parenthesis`)
	case t.kind == tokOp && t.text == "=":
		p.failHint(t.sp, "comparison is written ==", `"=" cannot stand inside an expression`)
	case t.kind == tokNumber, t.kind == tokName && !keywords[t.text], t.kind == tokOp && t.text == "(":
		p.fail(t.sp, "expected an operator before %s", found(t))
	}
	p.fail(p.place(t), "unexpected %s", found(t))
}
