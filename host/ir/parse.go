package ir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Parse reads the text form of one kernel. The result is built in a Builder of its own, exactly as written: nothing is folded.
// Parse checks what it needs to build expressions (names, types of operands); Verify checks the rest. Blank lines and
// lines that start with # are skipped.
func Parse(r io.Reader) (*Kernel, error) {
	p := parser{b: NewBuilder(), k: &Kernel{}, slots: make(map[string]int), values: make(map[string]*Expr)}
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<20)
	line := 0
	for scan.Scan() {
		line++
		tokens, err := tokenize(scan.Text())
		if err == nil && len(tokens) > 0 {
			p.tokens = tokens
			err = p.line()
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	}
	if !p.header {
		return nil, errors.New("line 1: expected \"kernel NAME over DOMAIN stream NUMBER\"")
	}
	p.k.Slots = p.b.slots
	return p.k, nil
}

// token is a word, a quoted name or one of = : [ ].
type token struct {
	text   string
	quoted bool
}

func tokenize(s string) ([]token, error) {
	var tokens []token
	for {
		s = strings.TrimLeft(s, " \t\r")
		switch {
		case s == "" || s[0] == '#' && len(tokens) == 0:
			return tokens, nil
		case strings.ContainsRune("=:[]", rune(s[0])):
			tokens = append(tokens, token{text: s[:1]})
			s = s[1:]
		case s[0] == '"':
			q, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, errors.New("a quoted name does not end")
			}
			name, err := strconv.Unquote(q)
			if err != nil {
				return nil, fmt.Errorf("name %s: %w", q, err)
			}
			tokens = append(tokens, token{name, true})
			s = s[len(q):]
		default:
			n := strings.IndexAny(s, " \t\r=:[]\"")
			if n < 0 {
				n = len(s)
			}
			tokens = append(tokens, token{text: s[:n]})
			s = s[n:]
		}
	}
}

type parser struct {
	b      *Builder
	k      *Kernel
	slots  map[string]int
	values map[string]*Expr
	header bool
	tokens []token
}

// next takes one token; the zero token is the end of the line.
func (p *parser) next() token {
	if len(p.tokens) == 0 {
		return token{}
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

// accept takes the next token if it is the word.
func (p *parser) accept(word string) bool {
	if len(p.tokens) > 0 && p.tokens[0] == (token{text: word}) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *parser) expect(word string) error {
	if !p.accept(word) {
		return fmt.Errorf("expected %q, found %q", word, p.next().text)
	}
	return nil
}

func (p *parser) name() (string, error) {
	t := p.next()
	if !t.quoted && !plainName.MatchString(t.text) {
		return "", fmt.Errorf("expected a name, found %q", t.text)
	}
	return t.text, nil
}

func (p *parser) end() error {
	if len(p.tokens) > 0 {
		return fmt.Errorf("unexpected %q at the end of the line", p.tokens[0].text)
	}
	return nil
}

// oneOf takes a word of the list and returns its index.
func oneOf[T ~uint8](p *parser, what string, names []string) (T, error) {
	t := p.next()
	if i := slices.Index(names, t.text); i >= 0 && !t.quoted && t.text != "" {
		return T(i), nil
	}
	return 0, fmt.Errorf("expected %s (%s), found %q", what, strings.Join(slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" }), ", "), t.text)
}

func (p *parser) line() error {
	if !p.header {
		p.header = true
		return p.kernel()
	}
	switch first := p.tokens[0]; {
	case first.quoted:
	case first.text == "slot":
		return p.slot()
	case strings.HasPrefix(first.text, "%"):
		return p.value()
	case slices.Contains(foldNames, strings.TrimSuffix(first.text, "add")):
		return p.reduction()
	case slices.Contains(effectNames, first.text):
		return p.effect()
	}
	return fmt.Errorf("expected slot, a value (%%0 = ...), store, accumulate, emit, check, reduce, largest or smallest, or one of these with add, found %q", p.tokens[0].text)
}

func (p *parser) kernel() (err error) {
	if err = p.expect("kernel"); err != nil {
		return err
	}
	if p.k.Name, err = p.name(); err != nil {
		return err
	}
	if err = p.expect("over"); err != nil {
		return err
	}
	if p.k.Domain, err = oneOf[DomainKind](p, "a domain", domainNames); err != nil {
		return err
	}
	if p.accept("in") {
		if err = p.expect("order"); err != nil {
			return err
		}
		p.k.InOrder = true
	}
	if err = p.expect("stream"); err != nil {
		return err
	}
	t := p.next()
	n, err := strconv.ParseUint(t.text, 0, 32)
	if err != nil {
		return fmt.Errorf("stream %q is not a 32-bit number", t.text)
	}
	p.k.Stream = uint32(n)
	return p.end()
}

func (p *parser) slot() (err error) {
	p.next()
	var s Slot
	if s.Name, err = p.name(); err != nil {
		return err
	}
	if _, ok := p.slots[s.Name]; ok {
		return fmt.Errorf("slot %q is declared twice", s.Name)
	}
	if err = p.expect(":"); err != nil {
		return err
	}
	if s.Type, err = oneOf[Type](p, "a type", typeNames); err != nil {
		return err
	}
	if s.Kind, err = oneOf[SlotKind](p, "a kind", kindNames); err != nil {
		return err
	}
	if s.Access, err = oneOf[Access](p, "an access", accessNames); err != nil {
		return err
	}
	p.slots[s.Name] = p.b.Slot(s)
	return p.end()
}

func (p *parser) slotRef() (int, error) {
	name, err := p.name()
	if err != nil {
		return 0, err
	}
	i, ok := p.slots[name]
	if !ok {
		return 0, fmt.Errorf("slot %q is not declared", name)
	}
	return i, nil
}

// value reads %N = OP ...
func (p *parser) value() error {
	name := p.next().text
	if _, err := strconv.ParseUint(name[1:], 10, 31); err != nil {
		return fmt.Errorf("value %q is not %% and a number", name)
	}
	if p.values[name] != nil {
		return fmt.Errorf("value %s is defined twice", name)
	}
	if err := p.expect("="); err != nil {
		return err
	}
	word := p.next()
	op := OpInvalid
	for o := OpInvalid + 1; o < OpMax_; o++ {
		if opTable[o].name == word.text && !word.quoted && o != OpConst && leafNames[o] == "" {
			op = o
		}
	}
	if op == OpInvalid {
		return fmt.Errorf("unknown operation %q", word.text)
	}
	e := Expr{Op: op, Type: Real}
	switch {
	case op == OpLoad:
		slot, err := p.slotRef()
		if err != nil {
			return err
		}
		e.Slot, e.Type = slot, p.b.slots[slot].Type
	case op == OpTime:
		t := p.next()
		v, ok := parseReal(t.text)
		if !ok || t.quoted {
			return fmt.Errorf("time step %q is not a real number", t.text)
		}
		e.Value = v
	case op.random():
		t := p.next()
		n, err := strconv.ParseUint(strings.TrimPrefix(t.text, "#"), 10, 32)
		if err != nil || !strings.HasPrefix(t.text, "#") {
			return fmt.Errorf("draw %q is not # and a 32-bit number", t.text)
		}
		e.Draw = uint32(n)
	}
	for len(p.tokens) > 0 {
		a, err := p.operand()
		if err != nil {
			return err
		}
		e.Args = append(e.Args, a)
	}
	if err := e.checkArgs(); err != nil {
		return err
	}
	p.values[name] = p.b.intern(e)
	return nil
}

// checkArgs checks the number and types of e's arguments, and sets e.Type except for loads.
func (e *Expr) checkArgs() error {
	for _, a := range e.Args {
		if a == nil {
			return fmt.Errorf("%v lacks an operand", e.Op)
		}
	}
	if e.Op == OpLoad {
		if len(e.Args) > 1 || len(e.Args) == 1 && e.Args[0].Type != Int {
			return errors.New("load takes at most one index, an int")
		}
		return nil
	}
	info := opTable[e.Op]
	if len(e.Args) != info.arity {
		return fmt.Errorf("%v takes %d operands, not %d", e.Op, info.arity, len(e.Args))
	}
	t, err := info.result(e.Args)
	if err != nil {
		return fmt.Errorf("%v: %w: %s", e.Op, err, typeList(e.Args))
	}
	e.Type = t
	return nil
}

func typeList(args []*Expr) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Type.String()
	}
	return strings.Join(names, ", ")
}

// operand reads a value, a literal, a leaf, or _ for none.
func (p *parser) operand() (*Expr, error) {
	t := p.next()
	if t.quoted || t.text == "" {
		return nil, fmt.Errorf("expected an operand, found %q", t.text)
	}
	if t.text == "_" {
		return nil, nil
	}
	if t.text[0] == '%' {
		if e := p.values[t.text]; e != nil {
			return e, nil
		}
		return nil, fmt.Errorf("value %s is used before it is defined", t.text)
	}
	for op, name := range leafNames {
		if name == t.text {
			return p.b.Leaf(op), nil
		}
	}
	switch t.text {
	case "true", "false":
		return p.b.ConstBool(t.text == "true"), nil
	}
	if n, err := strconv.ParseInt(t.text, 10, 32); err == nil {
		return p.b.ConstInt(int32(n)), nil
	}
	if v, ok := parseReal(t.text); ok {
		return p.b.Const(v), nil
	}
	return nil, fmt.Errorf("%q is not an operand", t.text)
}

// parseReal reads what formatReal writes.
func parseReal(s string) (float64, bool) {
	switch s {
	case "inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	case "nan":
		return math.NaN(), true
	}
	if hex, ok := strings.CutPrefix(s, "nan0x"); ok {
		bits, err := strconv.ParseUint(hex, 16, 64)
		v := math.Float64frombits(bits)
		return v, err == nil && math.IsNaN(v)
	}
	if !strings.ContainsAny(s, ".e") || strings.ContainsAny(s, "xX_") {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

func (p *parser) effect() (err error) {
	var e Effect
	if e.Kind, err = oneOf[EffectKind](p, "an effect", effectNames); err != nil {
		return err
	}
	if e.Kind != Check {
		if e.Slot, err = p.slotRef(); err != nil {
			return err
		}
		if p.accept("[") {
			if e.Index, err = p.operand(); err != nil {
				return err
			}
			if err = p.expect("]"); err != nil {
				return err
			}
		}
	}
	if e.Kind != Emit {
		if e.Value, err = p.operand(); err != nil {
			return err
		}
	}
	if p.accept("as") {
		if e.Name, err = p.name(); err != nil {
			return err
		}
	}
	if p.accept("if") {
		if e.Mask, err = p.operand(); err != nil {
			return err
		}
	}
	p.k.Effects = append(p.k.Effects, e)
	return p.end()
}

func (p *parser) reduction() (err error) {
	verb, add := strings.CutSuffix(p.next().text, "add")
	r := Reduction{Add: add, Fold: Fold(slices.Index(foldNames, verb))}
	if r.Slot, err = p.slotRef(); err != nil {
		return err
	}
	if r.Value, err = p.operand(); err != nil {
		return err
	}
	p.k.Reductions = append(p.k.Reductions, r)
	return p.end()
}
