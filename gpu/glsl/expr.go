package glsl

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Precedences of GLSL operators, the larger binds tighter.
const (
	precSelect = iota + 1
	precOr
	precAnd
	precEqual
	precLess
	precAdd
	precMul
	precUnary
	precAtom
)

// longest inlined expression; a longer one gets a local of its own, so that lines stay readable.
const longest = 96

// scope writes the expressions of one function body. Shared expressions become locals.
type scope struct {
	l      *Layout
	bind   []plan.BufferID
	slots  []ir.Slot
	stream string
	count  int
	elems  int        // element indices are smaller
	conn   *plan.Conn // nil outside synaptic domains
	used   func(buffer int)
	kept   map[int]*ownValue // buffers whose own element is in a variable
	packed map[int]int       // buffers whose values are read from another one, at entry
	entry  string
	indent string

	// How the element, its ends and per-element loads are spelled here.
	elem, pre, post string
	// With replicas: the element within its own, "" without; how many elements of a replica elem counts; whether the kernel draws.
	single  string
	stride  int
	drawing bool
	// past: the kernel runs as before the first step.
	past bool

	// hoist, when not nil, declares a global of a type: expressions that are the same for every element are computed once per
	// call of the operation, into globals, by the statements in shared.
	hoist  func(t ir.Type) string
	shared []string
	// inLoop: the text is in a loop, where a driver may load a uniform anew for each element.
	inLoop bool

	parent *scope // locals of an enclosing body may be used, for uniform expressions only
	uses   map[*ir.Expr]int
	text   map[*ir.Expr]term
	lines  []string
	locals int
}

type term struct {
	text string
	prec int
}

// define emits the locals that roots need: first those that are the same for every element, then the rest.
func (s *scope) define(roots []*ir.Expr) {
	s.uses = make(map[*ir.Expr]int)
	s.text = make(map[*ir.Expr]term)
	var nodes []*ir.Expr
	var visit func(e *ir.Expr)
	visit = func(e *ir.Expr) {
		s.uses[e]++
		if s.uses[e] > 1 || s.inParent(e) {
			return
		}
		for _, a := range e.Args {
			visit(a)
		}
		nodes = append(nodes, e)
	}
	for _, r := range roots {
		if r != nil {
			visit(r)
		}
	}
	sort.SliceStable(nodes, func(i, j int) bool {
		if nodes[i].Uniform() != nodes[j].Uniform() {
			return nodes[i].Uniform()
		}
		return nodes[i].ID() < nodes[j].ID()
	})
	anchors := s.anchors(nodes, roots)
	for k, e := range nodes {
		t := s.spell(e)
		switch {
		case anchors[e]:
			name := s.hoist(e.Type)
			if t.prec != precAtom {
				t = s.local(e.Type, t.text)
			}
			s.lines = append(s.lines, fmt.Sprintf("\t%s = %s;", name, t.text))
			t = term{name, precAtom}
		case !leaf(e) && (s.uses[e] > 1 || len(t.text) > longest || draws(e.Op)):
			t = s.local(e.Type, t.text)
		}
		s.text[e] = t
		if s.hoist != nil && e.Uniform() && (k+1 == len(nodes) || !nodes[k+1].Uniform()) {
			s.shared, s.lines = s.lines, nil
		}
	}
}

// anchors are the uniform expressions that per-element text needs, and that cost something.
func (s *scope) anchors(nodes, roots []*ir.Expr) map[*ir.Expr]bool {
	found := make(map[*ir.Expr]bool)
	if s.hoist == nil {
		return found
	}
	mark := func(e *ir.Expr) {
		if e != nil && e.Uniform() && (!leaf(e) || s.inLoop && e.Op == ir.OpStep) {
			found[e] = true
		}
	}
	for _, e := range nodes {
		if !e.Uniform() {
			for _, a := range e.Args {
				mark(a)
			}
		}
	}
	for _, r := range roots {
		mark(r)
	}
	return found
}

func (s *scope) inParent(e *ir.Expr) bool {
	if s.parent == nil {
		return false
	}
	_, ok := s.parent.text[e]
	return ok && e.Uniform()
}

func leaf(e *ir.Expr) bool {
	switch e.Op {
	case ir.OpConst, ir.OpElem, ir.OpCount, ir.OpStep, ir.OpPre, ir.OpPost:
		return true
	}
	return false
}

func draws(op ir.Op) bool {
	switch op {
	case ir.OpUniform, ir.OpNormal, ir.OpPoisson, ir.OpExponential, ir.OpGamma:
		return true
	}
	return false
}

// local declares a precise local and returns its name.
func (s *scope) local(t ir.Type, text string) term {
	root := s
	for root.parent != nil {
		root = root.parent
	}
	root.locals++
	name := fmt.Sprintf("t%d", root.locals)
	s.lines = append(s.lines, fmt.Sprintf("%sprecise %s %s = %s;", s.indent, s.l.typeName(t), name, text))
	return term{name, precAtom}
}

// own is the element within its replica.
func (s *scope) own() string {
	if s.single != "" {
		return s.single
	}
	return s.elem
}

// value returns the text of an expression that define has seen.
func (s *scope) value(e *ir.Expr) string { return s.term(e).text }

func (s *scope) term(e *ir.Expr) term {
	if t, ok := s.text[e]; ok {
		return t
	}
	return s.parent.term(e)
}

// atom returns text for use as a function's argument. `precise` does not reach through a call, so arithmetic there gets a local.
func (s *scope) atom(e *ir.Expr) string {
	t := s.term(e)
	if t.prec == precAtom || e.Op == ir.OpConst {
		return t.text
	}
	t = s.local(e.Type, t.text)
	s.text[e] = t
	return t.text
}

func (s *scope) call(f string, args ...*ir.Expr) term {
	t := make([]string, len(args))
	for i, a := range args {
		t[i] = s.atom(a)
	}
	return term{f + "(" + strings.Join(t, ", ") + ")", precAtom}
}

func (s *scope) binary(op string, prec int, a, b *ir.Expr) term {
	return term{s.paren(a, prec) + " " + op + " " + s.paren(b, prec+1), prec}
}

// paren returns e's text, in parentheses when it binds looser than prec.
func (s *scope) paren(e *ir.Expr, prec int) string {
	t := s.term(e)
	if t.prec < prec {
		return "(" + t.text + ")"
	}
	return t.text
}

var infix = map[ir.Op]struct {
	op   string
	prec int
}{
	ir.OpAdd: {"+", precAdd}, ir.OpSub: {"-", precAdd}, ir.OpMul: {"*", precMul}, ir.OpDiv: {"/", precMul},
	ir.OpLt: {"<", precLess}, ir.OpLe: {"<=", precLess}, ir.OpEq: {"==", precEqual}, ir.OpNe: {"!=", precEqual},
	ir.OpAnd: {"&&", precAnd}, ir.OpOr: {"||", precOr},
}

// functions are spelled as calls of the same-named helper of shaders/, overloaded for float, double and int.
var functions = map[ir.Op]string{
	ir.OpMin: "op_min", ir.OpMax: "op_max", ir.OpAbs: "abs", ir.OpSign: "op_sign",
	ir.OpFloorDiv: "op_floordiv", ir.OpMod: "op_mod", ir.OpPow: "m_pow",
	ir.OpRealToInt: "op_to_int",
	ir.OpSqrt:      "sqrt", ir.OpExp: "m_exp", ir.OpExpm1: "m_expm1", ir.OpExprel: "m_exprel",
	ir.OpLog: "m_log", ir.OpLog10: "m_log10", ir.OpLog1p: "m_log1p",
	ir.OpSin: "m_sin", ir.OpCos: "m_cos", ir.OpTan: "m_tan",
	ir.OpSinh: "m_sinh", ir.OpCosh: "m_cosh", ir.OpTanh: "m_tanh",
	ir.OpArcsin: "m_asin", ir.OpArccos: "m_acos", ir.OpArctan: "m_atan",
	ir.OpFloor: "floor", ir.OpCeil: "op_ceil",
}

// spell writes one node; its arguments have been spelled before.
func (s *scope) spell(e *ir.Expr) term {
	switch e.Op {
	case ir.OpConst:
		return s.constant(e)
	case ir.OpLoad:
		return s.load(e)
	case ir.OpElem:
		return term{"int(" + s.own() + ")", precAtom}
	case ir.OpCount:
		return term{strconv.Itoa(s.count), precAtom}
	case ir.OpStep:
		if s.past {
			return term{"0", precAtom}
		}
		return term{"int(clock_step.x)", precAtom}
	case ir.OpTime:
		if s.past {
			return term{s.l.zero(), precAtom}
		}
		return term{fmt.Sprintf("%s(clock_time(%s))", s.l.real(), literal64(e.Value)), precAtom}
	case ir.OpPre:
		return term{"int(" + s.pre + ")", precAtom}
	case ir.OpPost:
		return term{"int(" + s.post + ")", precAtom}
	case ir.OpNeg:
		return term{"-" + s.paren(e.Args[0], precUnary+1), precUnary}
	case ir.OpNot:
		return term{"!" + s.paren(e.Args[0], precUnary), precUnary}
	case ir.OpSelect:
		return term{s.paren(e.Args[0], precOr) + " ? " + s.paren(e.Args[1], precOr) + " : " + s.paren(e.Args[2], precOr), precSelect}
	case ir.OpIntToReal:
		return term{s.l.real() + "(" + s.value(e.Args[0]) + ")", precAtom}
	case ir.OpBoolToInt:
		return term{"int(" + s.value(e.Args[0]) + ")", precAtom}
	case ir.OpUniform, ir.OpNormal, ir.OpExponential, ir.OpPoisson, ir.OpGamma:
		return s.draw(e)
	}
	if f, ok := infix[e.Op]; ok {
		if e.Args[0].Type == ir.Bool && (e.Op == ir.OpLt || e.Op == ir.OpLe) {
			return term{fmt.Sprintf("int(%s) %s int(%s)", s.value(e.Args[0]), f.op, s.value(e.Args[1])), f.prec}
		}
		return s.binary(f.op, f.prec, e.Args[0], e.Args[1])
	}
	if op, ok := map[ir.Op]string{ir.OpFloorDiv: "/", ir.OpMod: "%"}[e.Op]; ok && e.Type == ir.Int {
		// For a dividend that is not negative, and a positive divisor, GLSL's operators are the same thing.
		if s.bounds(e.Args[0]).lo >= 0 && s.bounds(e.Args[1]).lo > 0 {
			return s.binary(op, precMul, e.Args[0], e.Args[1])
		}
	}
	if f, ok := functions[e.Op]; ok {
		if e.Type == ir.Int && (e.Op == ir.OpMin || e.Op == ir.OpMax) {
			f = strings.TrimPrefix(f, "op_")
		}
		return s.call(f, e.Args...)
	}
	panic("glsl: no spelling for " + e.Op.String())
}

func (s *scope) draw(e *ir.Expr) term {
	at := fmt.Sprintf("uint(%s), %s, %du", s.own(), s.stream, e.Draw)
	suffix := ""
	if s.l.Plan.Precision == plan.Double {
		suffix = "64"
	}
	if len(e.Args) > 0 {
		at += ", " + s.atom(e.Args[0])
	}
	return term{"draw_" + e.Op.String() + suffix + "(" + at + ")", precAtom}
}

func (s *scope) load(e *ir.Expr) term {
	t := s.place(e.Slot, e.Args)
	if len(e.Args) > 0 {
		if n := s.l.part(int(s.bind[e.Slot])); !s.within(e.Args[0], n) {
			// Both sides of a select are evaluated, so an index may be outside; such a load gives 0.
			zero := "0"
			if s.slots[e.Slot].Type == ir.Real {
				zero = s.l.zero()
			}
			index := s.root(e.Args[0]) // named twice
			t = fmt.Sprintf("uint(%s) < %du ? %s : %s", index, n, s.place(e.Slot, e.Args), zero)
			if s.slots[e.Slot].Type == ir.Bool {
				return term{"bool(" + t + ")", precAtom}
			}
			return term{t, precSelect}
		}
	}
	if s.slots[e.Slot].Type == ir.Bool {
		return term{"bool(" + t + ")", precAtom}
	}
	return term{t, precAtom}
}

// place spells a slot's element as an l-value.
func (s *scope) place(slot int, index []*ir.Expr) string {
	b := int(s.bind[slot])
	if o := s.kept[b]; o != nil && len(index) == 0 && s.slots[slot].Kind == ir.PerElement {
		return o.name(0)
	}
	if p, ok := s.packed[b]; ok && len(index) == 0 && s.slots[slot].Kind == ir.PerElement {
		s.used(p)
		return s.l.Buffers[p].Name + "(" + s.entry + ")"
	}
	s.used(b)
	at := ""
	switch {
	case len(index) > 0:
		at = s.inReplica(b, s.value(index[0]))
	case s.slots[slot].Kind == ir.Scalar:
		at = s.inReplica(b, "0")
	default:
		at = s.ownPlace(b)
	}
	return s.l.Buffers[b].Name + "(" + at + ")"
}

func (s *scope) constant(e *ir.Expr) term {
	switch e.Type {
	case ir.Bool:
		return term{strconv.FormatBool(e.Value != 0), precAtom}
	case ir.Int:
		if e.Value == math.MinInt32 {
			return term{"int(0x80000000u)", precAtom}
		}
		return signed(strconv.FormatInt(int64(e.Value), 10))
	}
	text := literal32(e.Value)
	if s.l.Plan.Precision == plan.Double {
		text = literal64(e.Value)
	}
	t := signed(text)
	t.text = s.l.marked(e.Value, t.text)
	return t
}

func signed(text string) term {
	if text[0] == '-' {
		return term{text, precUnary}
	}
	return term{text, precAtom}
}

// literal32 writes the float nearest to v so that it reads back as the same bits.
func literal32(v float64) string {
	f := float32(v)
	if f64 := float64(f); math.IsNaN(f64) || math.IsInf(f64, 0) {
		return fmt.Sprintf("uintBitsToFloat(0x%08xu)", math.Float32bits(f))
	}
	return point(strconv.FormatFloat(float64(f), 'g', -1, 32))
}

// literal64 writes v as a double.
func literal64(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		b := math.Float64bits(v)
		return fmt.Sprintf("packDouble2x32(uvec2(0x%08xu, 0x%08xu))", uint32(b), uint32(b>>32))
	}
	return point(strconv.FormatFloat(v, 'g', -1, 64)) + "lf"
}

// point makes a number look like a floating-point literal.
func point(s string) string {
	if strings.ContainsAny(s, ".e") {
		return s
	}
	return s + ".0"
}
