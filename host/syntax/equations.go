package syntax

import (
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
)

// ParseEquations parses a block of equations. Lines with errors are reported and left out of the result, which is never nil.
func ParseEquations(src *diag.Source, dialect Dialect) (*Equations, diag.List) {
	p := newParser(src, dialect)
	return p.block((*parser).equation), p.list
}

// ParseParameters parses ANNarchy's block of parameters: lines such as "tau = 10.0 : population", and "w : postsynaptic"
// for one without a default. Every result has kind EqParam.
func ParseParameters(src *diag.Source) (*Equations, diag.List) {
	p := newParser(src, ANNarchy)
	return p.block((*parser).parameter), p.list
}

func (p *parser) block(line func(*parser) *Equation) *Equations {
	eqs := &Equations{Source: p.src}
	for {
		for p.toks[p.pos].kind == tokNewline || p.toks[p.pos].kind == tokOp && p.toks[p.pos].text == ";" {
			p.pos++
		}
		if p.toks[p.pos].kind == tokEOF {
			return eqs
		}
		start := p.pos
		p.size = 0
		var eq *Equation
		if p.try(func() { eq = line(p) }) {
			eq.Source = p.src
			eqs.Eqs = append(eqs.Eqs, eq)
		} else {
			p.recover(start)
		}
	}
}

// equation parses one equation up to the end of its line.
func (p *parser) equation() *Equation {
	start := p.tok()
	eq := &Equation{Kind: EqAssign}
	if name, n := p.derivAt(p.pos); n > 0 && p.peek(n).kind == tokOp && p.peek(n).text == "=" {
		p.derivative(eq, name, n)
	} else if start.kind == tokName && p.plainLeft() {
		if keywords[start.text] {
			p.failHint(start.sp, "choose another name", "%q cannot be a variable: it is a word of the language", start.text)
		}
		p.assignment(eq)
	} else {
		p.general(eq)
	}
	p.tail(eq)
	eq.Sp = diag.Span{Start: start.sp.Start, End: p.toks[p.pos-1].sp.End}
	return eq
}

// plainLeft reports whether the line is NAME followed by an assignment, a colon, or its end.
func (p *parser) plainLeft() bool {
	t := p.peek(1)
	switch t.kind {
	case tokNewline, tokEOF:
		return true
	case tokOp:
		switch t.text {
		case "=", "+=", "-=", "*=", "/=", ":", ";":
			return true
		}
	}
	return false
}

// derivative parses dx/dt = E. When dx/dt occurs in E as well, the equation takes the general form.
func (p *parser) derivative(eq *Equation, name string, n int) {
	t := p.tok()
	eq.Kind, eq.Name, eq.Op = EqODE, name, "="
	eq.NameSp = diag.Span{Start: t.sp.Start + 1, End: t.sp.End}
	lhs := &Ident{Sp: diag.Span{Start: t.sp.Start, End: p.peek(n - 1).sp.End}, Name: DerivName(name)}
	p.pos += n + 1
	p.derivs, p.derivOf = true, name
	eq.RHS = p.value()
	p.derivs, p.derivOf = false, ""
	if mentions(eq.RHS, lhs.Name) {
		eq.LHS = lhs
	}
}

func mentions(e Expr, name string) bool {
	found := false
	Walk(e, func(e Expr) {
		if id, ok := e.(*Ident); ok && id.Name == name {
			found = true
		}
	})
	return found
}

// assignment parses NAME op E, and NAME alone for a parameter.
func (p *parser) assignment(eq *Equation) {
	t := p.next()
	eq.Name, eq.NameSp = t.text, t.sp
	op := p.tok()
	if op.kind != tokOp || op.text == ":" || op.text == ";" {
		eq.Kind = EqParam
		return
	}
	p.next()
	eq.Op = op.text
	eq.RHS = p.value()
}

// value parses what stands after "=".
func (p *parser) value() Expr {
	p.skipNewlinesBeforeValue()
	return p.expr()
}

// skipNewlinesBeforeValue lets an expression start on the line after "=", unless that line assigns something itself.
func (p *parser) skipNewlinesBeforeValue() {
	at := p.pos
	for p.toks[at].kind == tokNewline {
		at++
	}
	isValue := !p.startsEquation(at) || p.toks[at+1].text == ":"
	if at > p.pos && isValue && p.toks[at].kind != tokEOF {
		p.pos = at
	}
}

// general parses an equation with an expression on the left, which must contain a derivative on one of its sides.
func (p *parser) general(eq *Equation) {
	start := p.tok()
	p.derivs = true
	eq.LHS = p.expr()
	t := p.tok()
	switch {
	case t.kind == tokOp && t.text == "=":
	case t.kind == tokOp && (t.text == ")" || t.text == "("), t.kind == tokName, t.kind == tokNumber:
		p.unexpected(t)
	case t.kind == tokOp && strings.HasSuffix(t.text, "=") && len(t.text) == 2:
		p.failHint(t.sp, `write "="`, "only a single variable can stand left of %q", t.text)
	default:
		p.failHint(p.place(t), "dx/dt = EXPRESSION, x = EXPRESSION, or x : UNIT", `expected "=", found %s`, found(t))
	}
	p.next()
	names := derivatives(eq.LHS, nil)
	if len(names) == 1 {
		p.derivOf = names[0].name
	}
	eq.Kind, eq.Op = EqODE, "="
	eq.RHS = p.value()
	p.derivs, p.derivOf = false, ""
	if len(names) == 0 {
		names = derivatives(eq.RHS, nil)
	}
	switch len(names) {
	case 0:
		p.failHint(diag.Span{Start: start.sp.Start, End: eq.LHS.Span().End}, "a single variable, dx/dt, or an expression that contains dx/dt",
			"nothing here says which variable the equation is for")
	case 1:
		eq.Name = names[0].name
		eq.NameSp = diag.Span{Start: names[0].sp.Start + 1, End: names[0].sp.Start + 1 + len(eq.Name)}
	default:
		p.failHint(names[1].sp, "write one equation for each variable", "an equation with two derivatives, d%s/dt and d%s/dt", names[0].name, names[1].name)
	}
}

type derivative struct {
	name string
	sp   diag.Span
}

// derivatives lists the different derivatives in e in order of appearance.
func derivatives(e Expr, list []derivative) []derivative {
	Walk(e, func(e Expr) {
		id, ok := e.(*Ident)
		if !ok || !strings.HasSuffix(id.Name, "/dt") {
			return
		}
		name := id.Name[1 : len(id.Name)-3]
		for _, d := range list {
			if d.name == name {
				return
			}
		}
		list = append(list, derivative{name, id.Sp})
	})
	return list
}

// parameter parses one line of ANNarchy's parameters.
func (p *parser) parameter() *Equation {
	start := p.tok()
	if start.kind != tokName || keywords[start.text] {
		p.failHint(p.place(start), "tau = 10.0 : population", "expected the name of a parameter, found %s", found(start))
	}
	if name, n := p.derivAt(p.pos); n > 0 {
		p.failHint(diag.Span{Start: start.sp.Start, End: p.peek(n - 1).sp.End}, "move it to the equations", "the derivative of %s stands among the parameters", name)
	}
	p.next()
	eq := &Equation{Kind: EqParam, Name: start.text, NameSp: start.sp}
	if t := p.tok(); t.kind == tokOp && t.text != ":" && t.text != ";" {
		if t.text != "=" {
			p.failHint(t.sp, "tau = 10.0 : population", `expected "=" after the name of the parameter, found %s`, found(t))
		}
		p.next()
		eq.RHS, eq.Op = p.value(), "="
	}
	p.tail(eq)
	eq.Sp = diag.Span{Start: start.sp.Start, End: p.toks[p.pos-1].sp.End}
	return eq
}

// tail parses what stands after the colon, and checks that the line ends there.
func (p *parser) tail(eq *Equation) {
	if p.dialect == Brian {
		p.brianTail(eq)
	} else if p.colon() {
		eq.Flags = p.flags(func() bool { return p.atEnd() })
	}
	if !p.atEnd() {
		t := p.tok()
		if t.kind == tokOp && t.text == ":" {
			p.fail(t.sp, "a second colon on the line")
		}
		p.unexpectedAfter(t)
	}
}

func (p *parser) unexpectedAfter(t token) {
	if t.kind == tokNumber || t.kind == tokName {
		if prev := p.toks[p.pos-1]; prev.kind == tokNumber {
			p.failHint(t.sp, "write "+prev.text+"*"+t.text, "expected an operator before %q", t.text)
		}
	}
	p.unexpected(t)
}

// colon consumes the colon before flags or a unit; it may stand on a line of its own.
func (p *parser) colon() bool {
	at := p.pos
	for p.toks[at].kind == tokNewline {
		at++
	}
	if t := p.toks[at]; t.kind == tokOp && t.text == ":" {
		p.pos = at + 1
		return true
	}
	return false
}

func (p *parser) atEnd() bool {
	t := p.tok()
	return t.kind == tokEOF || t.kind == tokNewline || t.kind == tokOp && t.text == ";"
}

// brianTail parses ": UNIT (flags)".
func (p *parser) brianTail(eq *Equation) {
	if !p.colon() {
		t := p.toks[p.pos]
		if !p.atEnd() {
			p.unexpectedAfter(t)
		}
		return // the checker reports the missing unit, with the unit that fits
	}
	if p.atEnd() {
		p.failHint(p.place(p.tok()), "write the unit, such as volt or 1", "the unit is missing after the colon")
	}
	if p.atOp("(") {
		// A parenthesis right after the colon may open the flags of a line without unit, or a unit.
		if f := p.peek(1); f.kind == tokName && isBrianFlag(f.text) {
			p.failHint(p.tok().sp, "write the unit before the flags, for example : 1 (constant)", "the unit is missing before the flags")
		}
	}
	eq.Unit = p.unitProduct()
	if p.atOp("(") {
		open := p.next()
		p.parens = append(p.parens, open)
		eq.Flags = p.flags(func() bool { return p.atOp(")") })
		p.closeParen("after the flags")
		if p.atOp("(") {
			p.failHint(p.tok().sp, "put all flags into one pair of parentheses, separated by commas", "a second pair of parentheses after the unit")
		}
	}
}

func isBrianFlag(w string) bool {
	switch w {
	case "unless", "constant", "shared", "event", "clock", "summed":
		return true
	}
	return false
}

// unitProduct parses a unit: names, numbers and parentheses joined by * / and powers. No calls, so that "volt (constant)"
// ends before the parenthesis.
func (p *parser) unitProduct() Expr {
	x := p.unitSigned() // a sign can stand only in an exponent, which the checker sees to
	for {
		t := p.tok()
		if t.kind != tokOp || t.text != "*" && t.text != "/" {
			return x
		}
		p.next()
		p.count(1, t.sp)
		y := p.unitPower()
		x = &Binary{Sp: join(x, y), OpSp: t.sp, Op: t.text, X: x, Y: y}
	}
}

func (p *parser) unitPower() Expr {
	x := p.unitAtom()
	t := p.tok()
	if t.kind == tokOp && (t.text == "**" || t.text == "^") {
		p.cSpelling(t)
		p.next()
		p.enter(t.sp)
		defer p.leave()
		y := p.unitSigned()
		return &Binary{Sp: join(x, y), OpSp: t.sp, Op: "**", X: x, Y: y}
	}
	return x
}

func (p *parser) unitSigned() Expr {
	t := p.tok()
	if t.kind == tokOp && t.text == "-" {
		p.enter(t.sp)
		defer p.leave()
		p.next()
		x := p.unitSigned()
		return &Unary{Sp: diag.Span{Start: t.sp.Start, End: x.Span().End}, Op: "-", X: x}
	}
	return p.unitPower()
}

func (p *parser) unitAtom() Expr {
	t := p.tok()
	p.count(1, t.sp)
	switch {
	case t.kind == tokNumber:
		p.next()
		return &Number{Sp: t.sp, Text: t.text, Value: t.val, IsInt: !strings.ContainsAny(t.text, ".eE")}
	case t.kind == tokName:
		p.next()
		return &Ident{Sp: t.sp, Name: t.text}
	case t.kind == tokOp && t.text == "(":
		p.enter(t.sp)
		defer p.leave()
		p.next()
		p.parens = append(p.parens, t)
		x := p.unitProduct()
		return widen(x, t.sp, p.closeParen("after the unit").sp)
	}
	p.failHint(p.place(t), "a unit is written like volt, siemens/metre**2 or 1", "expected a unit, found %s", found(t))
	return nil
}

// flags parses a list of flags separated by commas, up to where done says.
func (p *parser) flags(done func() bool) []Flag {
	var flags []Flag
	for {
		t := p.tok()
		if t.kind != tokName {
			p.fail(p.place(t), "expected a flag, found %s", found(t))
		}
		words, end := []string{}, t.sp.End
		for {
			w := p.tok()
			if w.kind == tokOp && w.text == "-" && len(words) > 0 {
				p.next()
				continue
			}
			if w.kind != tokName {
				break
			}
			if p.count(1, w.sp); len(words) > 8 {
				p.fail(w.sp, "expected \",\" or the end of the flags")
			}
			words, end = append(words, w.text), w.sp.End
			p.next()
		}
		f := Flag{Sp: diag.Span{Start: t.sp.Start, End: end}, Name: flagName(words)}
		if p.accept("=") {
			f.Value = p.binary(precOr)
			f.Sp.End = f.Value.Span().End
		}
		flags = append(flags, f)
		if !p.accept(",") {
			break
		}
		if done() {
			break
		}
	}
	if !done() {
		t := p.tok()
		if t.kind == tokOp && t.text == "(" && p.dialect == ANNarchy {
			p.failHint(t.sp, "in ANNarchy's dialect flags follow the colon, separated by commas, and there are no units", "unexpected parenthesis among the flags")
		}
		p.failHint(p.place(t), "flags are separated by commas", "expected \",\" or the end of the flags, found %s", found(t))
	}
	return flags
}

// flagName normalises the spelling of a flag: words may be joined by spaces, hyphens or underscores.
func flagName(words []string) string {
	joined := strings.Join(words, " ")
	name := strings.ReplaceAll(joined, "_", " ")
	if strings.Join(strings.Fields(name), " ") != name {
		return joined // underscores that join no words
	}
	switch name {
	case "event driven", "clock driven":
		return strings.Replace(name, " ", "-", 1)
	case "boolean":
		return "bool"
	}
	return name
}
