package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// piece is a part of a behaviour's iteration that runs at one place of the order: code of neurons or of synapses, or a sum.
type piece struct {
	syn  *pymSynapses // code of these synapses; nil: of the neurons
	code []string
	sum  *dotSum
	uses map[string]bool // locals that the code mentions
}

// dotSum is a sum over the synapses of one group for each neuron, or over all neurons of a group: a summed variable of its own.
type dotSum struct {
	syn    *pymSynapses // nil: over the neurons of of
	of     *pymNeurons
	pre    bool   // the sum is that of the source, over its outgoing synapses
	target string // the variable that takes it
	expr   string // in terms of the synapses, of *_pre and of *_post
	order  int
}

// dedent takes away the indentation that all lines share.
func dedent(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\t", "    "), "\n")
	least := -1
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if n := len(l) - len(strings.TrimLeft(l, " ")); least < 0 || n < least {
			least = n
		}
	}
	for k, l := range lines {
		if least > 0 && len(l) >= least {
			lines[k] = l[least:]
		}
		if strings.TrimSpace(l) == "" {
			lines[k] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// innerName is the name of a variable in the equations. Names that mean something there, as dt, m (metre) or e do, get an underscore.
func innerName(name string) string {
	switch name {
	case "t", "dt", "i", "j", "N", "pi", "inf", "xi", "e", "x", "y", "z", "lastupdate", "lastspike", "N_pre", "N_post", "N_incoming", "N_outgoing", "not_refractory", "ite", "sum":
		return name + "_"
	}
	_, unit := units.Lookup(name)
	if unit || syntax.IsKeyword(name) || equationFunctions[name] || strings.HasPrefix(name, "xi_") || strings.HasSuffix(name, "_pre") || strings.HasSuffix(name, "_post") {
		return name + "_"
	}
	return name
}

var equationFunctions = func() map[string]bool {
	out := map[string]bool{}
	for _, f := range check.Functions() {
		out[f.Name] = true
	}
	return out
}()

// binding is what a loop's variable stands for.
type binding struct {
	name string
	syn  *pymSynapses
}

// expansion turns the iteration part of a behaviour into pieces, in order. Loops over synapse groups are written out.
type expansion struct {
	g      *pymNeurons
	b      *behavior
	key    float64
	bound  []binding
	out    []*piece
	indent int
	preds  []pred
	locals map[string]*pyLocal // by the name in the equations
	bare   map[string]bool     // names of the text that are locals, not variables of the neurons
	states map[string]bool     // attributes of self that the iteration assigns
	calls  int                 // depth of methods that are written out
	args   map[string]pyVal    // arguments of the method that is written out
}

// pred is a condition under which statements run: a variable of the neurons, and whether it is to be 0.
type pred struct {
	name string
	zero bool
}

// pyLocal is a name of the text that is no variable of the neurons, or of the synapses.
type pyLocal struct {
	inner  string
	shape  pyShape
	syn    *pymSynapses // of a matrix
	nested bool         // first assigned within an if
	alias  string       // the variable that it is another name of
}

// expand is the iteration part of a behaviour as pieces.
func (g *pymNeurons) expand(b *behavior, key float64) ([]*piece, error) {
	x := &expansion{g: g, b: b, key: key, locals: map[string]*pyLocal{}, bare: map[string]bool{}, states: map[string]bool{}}
	body := b.body
	if body == nil {
		src := &diag.Source{Name: fmt.Sprintf("iteration of %s of %s", b.name, g.name), Text: dedent(b.iteration)}
		g.in.sources[src.Name] = src
		_, f, err := readPython(src.Name, src.Text, nil)
		if err == nil {
			body, err = pyReader{src}.block(f.Stmts)
		}
		if err != nil {
			return nil, g.in.inLine(src, err)
		}
	}
	x.names(body)
	if len(body) > 0 && (g.in.switched() || b.off) {
		b.params[switchName] = starlark.Float(boolFloat(!b.off))
		x.preds = []pred{{x.state(switchName), false}}
	}
	if err := x.block(body); err != nil {
		return nil, fmt.Errorf("iteration of %s of %q: %w", b.name, g.name, err)
	}
	x.keepLocals()
	return x.out, nil
}

// names finds out which bare names are locals: all that are assigned in a class, elsewhere those that the neurons have by their full name.
func (x *expansion) names(body []*pyStmt) {
	assigned, full := map[string]bool{}, map[string]bool{}
	var expr func(e *pyExpr)
	expr = func(e *pyExpr) {
		if e == nil {
			return
		}
		if e.op == "." && x.isNeurons(e.args[0]) {
			full[e.text] = true
		}
		for _, a := range e.args {
			expr(a)
		}
		for _, kw := range e.kws {
			expr(kw.value)
		}
	}
	var stmts func(list []*pyStmt)
	stmts = func(list []*pyStmt) {
		for _, s := range list {
			for _, t := range s.target {
				for _, u := range pyParts(t) {
					switch {
					case s.kind == "for":
					case u.op == "name":
						assigned[u.text] = true
					case u.op == "." && u.args[0].op == "name" && u.args[0].text == "self":
						x.states[u.text] = true
					}
				}
				expr(t)
			}
			expr(s.value)
			stmts(s.body)
			stmts(s.orelse)
		}
	}
	stmts(body)
	for name := range assigned {
		x.bare[name] = x.b.of != nil || full[name]
	}
}

func pyParts(e *pyExpr) []*pyExpr {
	if e.op == "tuple" || e.op == "list" {
		return e.args
	}
	return []*pyExpr{e}
}

// isNeurons reports whether the expression is the group itself.
func (x *expansion) isNeurons(e *pyExpr) bool {
	if e.op != "name" {
		return false
	}
	for _, v := range x.bound {
		if v.name == e.text {
			return false
		}
	}
	if x.b.of != nil {
		return e.text == x.b.neurons
	}
	return e.text == "neurons" || e.text == "n"
}

// emit adds lines of code of the neurons (syn nil) or of synapses.
func (x *expansion) emit(syn *pymSynapses, uses map[string]bool, lines ...string) {
	if len(x.out) == 0 || x.out[len(x.out)-1].sum != nil || x.out[len(x.out)-1].syn != syn {
		x.out = append(x.out, &piece{syn: syn, uses: map[string]bool{}})
	}
	p := x.out[len(x.out)-1]
	depth := x.indent
	for _, c := range x.preds {
		name, op := c.name, "!="
		if syn != nil {
			name += "_post"
		}
		if c.zero {
			op = "=="
		}
		p.code = append(p.code, strings.Repeat("    ", depth)+fmt.Sprintf("if %s %s 0:", name, op))
		depth++
	}
	for _, l := range lines {
		p.code = append(p.code, strings.Repeat("    ", depth)+l)
	}
	for u := range uses {
		p.uses[u] = true
	}
}

// keepLocals makes locals that several pieces share, or that are made within an if, variables.
func (x *expansion) keepLocals() {
	for key, l := range x.locals {
		count := 0
		for _, p := range x.out {
			if p.uses[key] {
				count++
			}
		}
		if l.alias != "" || count < 2 && !l.nested {
			continue
		}
		if l.syn != nil {
			l.syn.kept = append(l.syn.kept, l.inner)
			slices.Sort(l.syn.kept)
			l.syn.kept = slices.Compact(l.syn.kept)
		} else {
			x.g.declare(l.inner, starlark.None)
		}
	}
}

func (x *expansion) block(body []*pyStmt) error {
	for _, s := range body {
		if err := x.statement(s); err != nil {
			var placed *pyError
			if errors.As(err, &placed) {
				return err
			}
			return &pyError{s.line, err}
		}
	}
	return nil
}

func (x *expansion) statement(s *pyStmt) error {
	switch s.kind {
	case "pass":
		return nil
	case "return":
		if s.value == nil {
			return withHint(fmt.Errorf("%q: an iteration cannot end early", s.text), "put what follows into an else")
		}
		return fmt.Errorf("%q: an iteration returns nothing", s.text)
	case "for":
		return x.loop(s)
	case "if":
		return x.branch(s)
	case "expr":
		return x.call(s)
	}
	return x.assign(s)
}

// loop writes out a loop over synapse groups.
func (x *expansion) loop(s *pyStmt) error {
	no := withHint(fmt.Errorf("%q is no loop that can run on the device", s.text), "loops go over synapse groups: for s in synapses(afferent, 'TAG'):")
	if s.target[0].op != "name" || s.value == nil || s.value.op != "call" {
		return no
	}
	fn := s.value.args[0]
	if !(fn.op == "name" && fn.text == "synapses" || fn.op == "." && fn.text == "synapses" && x.isNeurons(fn.args[0])) {
		return no
	}
	args := s.value.args[1:]
	tag := allTag
	if len(args) == 2 {
		switch a := args[1]; {
		case a.op == "string":
			tag = a.text
		case a.op == "." && a.args[0].op == "name" && a.args[0].text == "self":
			text, ok := x.b.params[a.text].(starlark.String)
			if !ok {
				return fmt.Errorf("%q: self.%s is no tag", s.text, a.text)
			}
			tag = string(text)
		default:
			return no
		}
	}
	if len(args) < 1 || len(args) > 2 || args[0].op != "name" {
		return no
	}
	if args[0].text != "afferent" {
		return withHint(fmt.Errorf("a loop in an iteration goes over afferent synapses, not over %q", args[0].text), "what is sent is added by the neurons that receive it")
	}
	found, err := x.g.connected(args[0].text, tag)
	if err != nil {
		return err
	}
	for _, syn := range found {
		x.bound = append(x.bound, binding{s.target[0].text, syn})
		err := x.block(s.body)
		x.bound = x.bound[:len(x.bound)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

// inPieces reports whether statements need more than code of the neurons.
func (x *expansion) inPieces(list []*pyStmt) bool {
	return slices.ContainsFunc(list, func(s *pyStmt) bool {
		return s.kind == "for" || x.summed(s.value) || slices.ContainsFunc(s.target, x.summed) || x.inPieces(s.body) || x.inPieces(s.orelse)
	})
}

// summed reports whether an expression needs sums, itself or in what it calls.
func (x *expansion) summed(e *pyExpr) bool {
	if e == nil {
		return false
	}
	if e.op == "call" {
		fn := e.args[0]
		if fn.op == "." && (slices.Contains(reductions, fn.text) || fn.text == "dot" || fn.text == "matmul") || fn.op == "name" && fn.text == "sum" {
			return true
		}
		if m := x.inlined(fn); m != nil && x.calls < maxCalls {
			x.calls++
			defer func() { x.calls-- }()
			if x.summed(m.returns()) {
				return true
			}
		}
	}
	return e.op == "@" || slices.ContainsFunc(e.args, x.summed) || slices.ContainsFunc(e.kws, func(k pyKeyword) bool { return x.summed(k.value) })
}

// inlined is the method of the class or the function of its file that a call of fn writes out; nil: it is neither.
func (x *expansion) inlined(fn *pyExpr) *pyMethod {
	switch {
	case x.b.of == nil:
	case fn.op == "." && fn.args[0].op == "name" && fn.args[0].text == "self":
		return x.b.of.methods[fn.text]
	case fn.op == "name":
		return x.b.of.functions[fn.text]
	}
	return nil
}

// branch is an if. Where its parts need sums or code of synapses, those are computed in any case, and what they are assigned to depends on a
// variable that keeps the condition.
func (x *expansion) branch(s *pyStmt) error {
	c, err := x.value(s.value)
	if err != nil {
		return err
	}
	if c.shape > pyVec {
		return fmt.Errorf("%q: the condition is a matrix", s.text)
	}
	if len(x.preds) == 0 && !x.inPieces(s.body) && !x.inPieces(s.orelse) {
		text, err := x.print(c.truth(), nil)
		if err != nil {
			return err
		}
		x.emit(nil, c.uses, "if "+text+":")
		x.indent++
		err = x.block(s.body)
		x.indent--
		if err != nil || s.orelse == nil {
			return err
		}
		x.emit(nil, nil, "else:")
		x.indent++
		defer func() { x.indent-- }()
		return x.block(s.orelse)
	}
	text, err := x.print(c.number(), nil)
	if err != nil {
		return err
	}
	name := x.fresh("condition")
	x.emit(nil, c.uses, name+" = "+text)
	for k, body := range [][]*pyStmt{s.body, s.orelse} {
		x.preds = append(x.preds, pred{name, k == 1})
		err := x.block(body)
		x.preds = x.preds[:len(x.preds)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

// fresh declares a variable of the neurons for the translation's own use.
func (x *expansion) fresh(base string) string {
	for k := 1; ; k++ {
		name := fmt.Sprintf("%s_%d", base, k)
		if !x.g.has(name) {
			x.g.declare(name, starlark.None)
			return name
		}
	}
}

// call is a statement that is an expression: x.fill(0), np.fill_diagonal(s.W, 0).
func (x *expansion) call(s *pyStmt) error {
	e := s.value
	if e.op == "call" && e.args[0].op == "." {
		switch fn, args := e.args[0], e.args[1:]; {
		case fn.text == "fill" && len(args) == 1:
			return x.assign(&pyStmt{kind: "=", target: []*pyExpr{{op: "[]", args: []*pyExpr{fn.args[0], {op: "slice", args: make([]*pyExpr, 3)}}}}, value: args[0], line: s.line, text: s.text})
		case fn.text == "fill_diagonal" && len(args) == 2:
			m, err := x.value(args[0])
			if err != nil {
				return err
			}
			v, err := x.value(args[1])
			if err != nil {
				return err
			}
			text, err := x.print(v.number(), m.syn)
			if err != nil || m.shape != pyMat || m.leaf == "" {
				return errors.Join(err, fmt.Errorf("%q: fill_diagonal takes a matrix of synapses", s.text))
			}
			m.syn.changed = true
			x.emit(m.syn, m.uses, "if i == j:", "    "+m.leaf+" = "+text)
			return nil
		}
	}
	return withHint(fmt.Errorf("%q does nothing", s.text), "an iteration assigns to variables of the neurons, or to matrices of synapses")
}

// localName is what a name of the text that is no variable is called in code.
func localName(name string) string {
	if strings.HasSuffix(name, "_pre") || strings.HasSuffix(name, "_post") {
		name += "_"
	}
	return "local_" + name
}
