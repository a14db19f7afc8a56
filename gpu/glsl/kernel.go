package glsl

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// kernel writes the function of one Run. Over synapses its argument is the entry of the connectivity, and over those of spikes the row
// comes with it; where rows are drawn, its arguments are the number of the synapse and both ends.
func (g *generator) kernel(r *plan.Run) (function, error) {
	k := r.Kernel
	f := g.function(k.Name, r.N*g.l.replicas())
	g.withinSpan(&f, r)
	s := &scope{
		l: g.l, bind: r.Bind, slots: k.Slots, stream: g.stream(k), count: r.N, elems: r.N, used: g.use, indent: "\t",
		elem: "e", pre: "e", post: "e",
	}
	for _, x := range exprs(k) {
		s.drawing = s.drawing || draws(x.Op)
	}
	param := "uint e"
	var head []string
	if k.Domain != ir.Elements && k.Domain != ir.Active {
		if r.Conn < 0 || r.Conn >= len(g.l.Plan.Conns) {
			return f, fmt.Errorf("kernel %s: runs over synapses, and no connectivity is bound", k.Name)
		}
		s.conn = g.l.Plan.Conns[r.Conn]
		s.elems = s.conn.N
		if s.conn.Mapped || s.conn.Drawn != nil {
			s.elems = math.MaxInt32
		}
	}
	switch {
	case s.conn != nil && s.conn.Drawn != nil:
		s.pre, s.post, param = "row", "other", "uint e, uint row, uint other"
		s.kept, s.past = g.drawnValues(r), k.Domain == ir.Synapses
		g.past = g.past || s.past && s.drawing
	case k.Domain == ir.Synapses:
		head, param = g.ends(s, r, false), "uint k"
		f.n = s.conn.N * g.l.replicas()
	case k.Domain == ir.Spiking && g.joint[r]:
		s.pre, s.post, param = "pre", "post", "uint e, int pre, int post"
	case k.Domain == ir.Spiking:
		s.packed, s.entry = g.packedOf(r), "k"
		if g.l.joined[r] != nil {
			s.entry = "segment_values + k"
		}
		head, param = g.ends(s, r, true), "uint k, uint row"
		if g.fetched[r] {
			param += ", int other"
		}
	case k.Domain == ir.Incoming:
		s.elems = r.N
		head = g.splitElement(s, r.N)
	default:
		head = g.splitElement(s, r.N)
		s.kept = g.own
	}
	if err := g.prepare(r); err != nil {
		return f, err
	}

	reads, writes := 0, 0
	for i := range k.Slots {
		if k.Slots[i].Access&ir.Read != 0 {
			reads++
		}
		if k.Slots[i].Access&ir.Write != 0 {
			writes++
		}
	}
	g.linef("// %s: %d elements, reads %d buffers, writes %d.", k.Name, r.N, reads, writes)
	before := g.body
	g.body = strings.Builder{}
	var globals []string
	if g.l.replicas() == 1 && !s.past {
		s.inLoop = g.width > 1
		s.hoist = func(t ir.Type) string {
			g.hoisted++
			name := fmt.Sprintf("u%d", g.hoisted)
			// Not precise, which some compilers take for local to a function: what is stored in it is.
			globals = append(globals, fmt.Sprintf("%s %s;", g.l.typeName(t), name))
			return name
		}
	}
	g.linef("void %s(%s) {", f.name, param)
	g.lines(head)
	if k.Domain == ir.Incoming {
		g.incoming(s, r)
	}
	if s.past && s.drawing {
		key := s.conn.ValueKey(g.l.Replica)
		g.linef("\tdraws_past = true;")
		g.linef("\tdraws_key = uvec2(%s, %s);", g.word(key[0]), g.word(key[1]))
	}
	g.effects(s, r)
	if s.past && s.drawing {
		g.linef("\tdraws_past = false;")
	}
	g.linef("}")
	g.linef("")
	body := g.body.String()
	g.body = before
	if len(s.shared) > 0 {
		f.shared = "once_" + strings.TrimPrefix(f.name, "run_") + "()"
		g.lines(globals)
		g.linef("void %s {", f.shared)
		g.lines(s.shared)
		g.linef("}")
	}
	g.body.WriteString(body)
	return f, nil
}

// withinSpan calls the function of a kernel over a part of its elements for those only.
func (g *generator) withinSpan(f *function, r *plan.Run) {
	from, to, ok := SpanOf(r)
	if !ok {
		return
	}
	e := "e"
	if g.l.replicas() > 1 {
		e = fmt.Sprintf("e %% %du", r.N)
	}
	within := fmt.Sprintf("%s < %du", e, to)
	if from > 0 {
		within = fmt.Sprintf("%s - %du < %du", e, from, to-from)
	}
	f.call = fmt.Sprintf("if (%s) %s", within, f.call)
}

// SpanOf is the range of elements from to to-1 outside which a kernel over elements changes nothing; ok: it is not all of them.
func SpanOf(r *plan.Run) (from, to int32, ok bool) {
	from, to = r.Kernel.Span(int32(r.N))
	return from, to, r.Kernel.Domain == ir.Elements && (from > 0 || int(to) < r.N)
}

// prepare writes the functions that a kernel's effects call.
func (g *generator) prepare(r *plan.Run) error {
	for _, e := range r.Kernel.Effects {
		switch {
		case e.Kind == ir.Accumulate && e.Value.Type == ir.Real:
			k := g.l.SumOf(r.Bind[e.Slot])
			if k < 0 {
				return fmt.Errorf("kernel %s: adds to a buffer without an accumulator", r.Kernel.Name)
			}
			if e.Value.Op != ir.OpConst || !g.oneWord(k) {
				g.adder(k)
			}
		case e.Kind == ir.Emit && (r.Kernel.Domain != ir.Elements && r.Kernel.Domain != ir.Active):
			return fmt.Errorf("kernel %s: emits spikes from the domain %v; lists hold elements", r.Kernel.Name, r.Kernel.Domain)
		}
	}
	return nil
}

// ends makes the synapse of entry k, and the ends that the kernel asks for, known to s. With spiking the row is known.
func (g *generator) ends(s *scope, r *plan.Run, spiking bool) []string {
	c, d := g.l.Plan.Conns[r.Conn], g.l.joined[r]
	near, far := sidesOf(c)
	number := func() string {
		if d == nil || !c.Mapped {
			return g.synapse(c, "k")
		}
		return g.delayArray(r, delaySynapses) + "(k)"
	}
	s.pre, s.post = "row", "other"
	if c.ByPost {
		s.pre, s.post = s.post, s.pre
	}
	head := g.splitEntry(s, r, spiking)
	switch {
	case head != nil:
		head = append(head, "\tuint own = "+number()+";", fmt.Sprintf("\tuint e = rep * %du + own;", s.stride))
	case d == nil && g.l.packed[r] == nil || g.numbered(s, r):
		head = []string{"\tuint e = " + number() + ";"}
	}
	switch {
	case !asks(r.Kernel, far) || g.fetched[r]:
	case d != nil:
		head = append(head, fmt.Sprintf("\tint other = int(%s(k));", g.delayArray(r, delayEnds)))
	default:
		g.use(int(c.Index))
		head = append(head, fmt.Sprintf("\tint other = %s(k);", g.l.Buffers[c.Index].Name))
	}
	if spiking || !asks(r.Kernel, near) {
		return head
	}
	if c.Listed {
		g.use(int(c.Near))
		return append(head, fmt.Sprintf("\tuint row = uint(%s(k));", g.l.Buffers[c.Near].Name))
	}
	return append(head, g.rowOf(r, c)...)
}

// asksNumber reports whether a node of an expression asks for the number of a synapse. Values that are kept in the order of entries need none.
func (s *scope) asksNumber(e *ir.Expr) bool {
	if e.Op == ir.OpLoad && len(e.Args) == 0 && s.slots[e.Slot].Kind == ir.PerElement {
		_, packed := s.packed[int(s.bind[e.Slot])]
		return !packed
	}
	return e.Op == ir.OpElem || draws(e.Op)
}

// packedOf are the buffers with the values of others in the order of a kernel's entries.
func (g *generator) packedOf(r *plan.Run) map[int]int {
	packed := map[int]int{}
	for _, p := range g.l.packed[r] {
		packed[int(p.Values)] = p.Buffer
	}
	return packed
}

// numbered reports whether a kernel with Delays, or packed values, depends on the numbers of synapses.
func (g *generator) numbered(s *scope, r *plan.Run) bool {
	k := r.Kernel
	for i, slot := range k.Slots {
		if _, ok := s.packed[int(r.Bind[i])]; slot.Kind == ir.PerElement && !ok {
			return true
		}
	}
	return slices.ContainsFunc(exprs(k), s.asksNumber) || slices.ContainsFunc(k.Effects, func(e ir.Effect) bool {
		return e.Kind == ir.Check || e.Index != nil && !s.within(e.Index, g.l.part(int(r.Bind[e.Slot])))
	})
}

// sidesOf names the end that the rows of a connectivity belong to, and the other.
func sidesOf(c *plan.Conn) (near, far ir.Op) {
	if c.ByPost {
		return ir.OpPost, ir.OpPre
	}
	return ir.OpPre, ir.OpPost
}

// asks reports whether a kernel depends on one end of the synapses.
func asks(k *ir.Kernel, end ir.Op) bool {
	return slices.ContainsFunc(exprs(k), func(e *ir.Expr) bool { return e.Op == end })
}

// synapse spells the number of the synapse in an entry of connectivity.
func (g *generator) synapse(c *plan.Conn, entry string) string {
	if !c.Mapped {
		return entry
	}
	g.use(int(c.Syn))
	return fmt.Sprintf("uint(%s(%s))", g.l.Buffers[c.Syn].Name, entry)
}

// exprs lists every expression of k once.
func exprs(k *ir.Kernel) (out []*ir.Expr) {
	ir.WalkKernel(k, func(e *ir.Expr) { out = append(out, e) })
	return out
}

// effects writes the values first and then, since all loads see memory as it was, the changes.
func (g *generator) effects(s *scope, r *plan.Run) {
	k := r.Kernel
	if len(k.Effects) == 0 {
		return
	}
	var roots []*ir.Expr
	for _, e := range k.Effects {
		roots = append(roots, e.Mask, e.Index, e.Value)
	}
	s.define(roots)
	type text struct{ mask, index, value string }
	texts := make([]text, len(k.Effects))
	for i, e := range k.Effects {
		if e.Mask != nil {
			texts[i].mask = s.root(e.Mask)
		}
		if e.Index != nil {
			texts[i].index = s.root(e.Index)
		}
		if e.Value != nil {
			texts[i].value = s.root(e.Value)
		}
	}
	g.lines(s.lines)
	var checks []finite
	blocks := g.blockChecked(r)
	notes := noting{}
	for i, e := range k.Effects {
		t := texts[i]
		var stmt string
		switch e.Kind {
		case ir.Store:
			value := t.value
			if e.Value.Type == ir.Bool {
				value = "int(" + value + ")"
			}
			b := int(s.bind[e.Slot])
			if s.kept[b] == nil {
				g.use(b)
			}
			at := s.ownPlace(b)
			if t.index != "" {
				t.mask = g.guard(s, r, i, t.mask, t.index)
				at = s.inReplica(b, t.index)
			} else if k.Slots[e.Slot].Kind == ir.Scalar {
				at = s.inReplica(b, "0")
				t.mask = and(s.own()+" == 0u", t.mask)
			}
			stmt = g.store(b, at, value)
			if o := s.kept[b]; o != nil && t.index == "" && k.Slots[e.Slot].Kind == ir.PerElement {
				stmt = fmt.Sprintf("%s = %s;", o.name(0), value)
				if g.seldom && o.notable(&k.Effects[i], t.value) {
					n := notes.take(g, t.mask)
					n.stores = append(n.stores, notedStore{b, value})
					o.noted = true
					g.use(b)
				}
			}
		case ir.Accumulate:
			b := int(s.bind[e.Slot])
			mask := g.guard(s, r, i, t.mask, t.index)
			t.mask = mask
			if sum := g.l.SumOf(s.bind[e.Slot]); e.Value.Type == ir.Real && e.Value.Op == ir.OpConst && g.oneWord(sum) {
				stmt = g.addConstant(sum, s.inReplica(b, t.index), t.value)
			} else if e.Value.Type == ir.Real {
				stmt = fmt.Sprintf("%s(uint(%s), %s);", g.adder(g.l.SumOf(s.bind[e.Slot])), s.inReplica(b, t.index), t.value)
			} else {
				g.use(b)
				stmt = fmt.Sprintf("atomicAdd(%s(%s), %s);", g.l.Buffers[b].Name, s.inReplica(b, t.index), t.value)
			}
		case ir.Emit:
			list := g.l.Lists[s.bind[e.Slot]]
			g.use(list.Bits)
			here := g.here[list.Bits]
			if n := notes.take(g, t.mask); n != nil && !here {
				n.emits = append(n.emits, list)
				continue
			}
			if g.width > 1 || here {
				g.emits[list.Bits] = list
				stmt = fmt.Sprintf("emit_%d |= 1u << (e & 31u);", list.Bits)
				break
			}
			stmt = g.emit(list, "e >> 5", "1u << (e & 31u)")
		case ir.Check:
			if e.Value.Type != ir.Real {
				continue // always finite
			}
			site := g.l.site(r, i, Site{Check: e.Name})
			if b, ok := blocks[i]; ok {
				g.blockChecks = append(g.blockChecks, blockCheck{b, site})
			} else {
				checks = append(checks, finite{t.value, t.mask, site})
			}
			continue
		}
		g.linef("\t%s", onlyIf(t.mask, stmt))
	}
	g.checks(checks)
}

// finite is a value that must be finite where a mask holds.
type finite struct {
	value, mask string
	site        int
}

// checks reports the first of several values that is not finite. A driver that runs both sides of a branch does it once, not
// for every value.
func (g *generator) checks(list []finite) {
	if g.faults != nil && len(list) > 0 {
		g.linef("\tuint fault = 0xffffffffu, kind = 0u;")
		for _, c := range slices.Backward(list) {
			g.linef("\tif (%s) { fault = %du; kind = op_kind(%s); }", and(c.mask, "!op_finite("+c.value+")"), c.site, c.value)
		}
		for _, c := range list {
			g.faults[c.site] = true
			g.linef("\tif (fault == %du && e < fault_%d) { fault_%d = e; fault_kind_%d = kind; }", c.site, c.site, c.site, c.site)
		}
		return
	}
	if len(list) == 1 {
		c := list[0]
		g.linef("\t%s", onlyIf(and(c.mask, "!op_finite("+c.value+")"), fmt.Sprintf("report_fault(%du, e, op_kind(%s));", c.site, c.value)))
		return
	}
	if len(list) == 0 {
		return
	}
	g.linef("\tuint fault = 0xffffffffu, kind = 0u;")
	for _, c := range slices.Backward(list) {
		g.linef("\tif (%s) { fault = %du; kind = op_kind(%s); }", and(c.mask, "!op_finite("+c.value+")"), c.site, c.value)
	}
	g.linef("\tif (fault != 0xffffffffu) report_fault(fault, e, kind);")
}

// guard reports stores of effect i beyond the buffer, and returns a mask that leaves them out.
func (g *generator) guard(s *scope, r *plan.Run, i int, mask, at string) string {
	e := r.Kernel.Effects[i]
	b := int(s.bind[e.Slot])
	n := g.l.part(b)
	if s.within(e.Index, n) {
		return mask
	}
	guard := fmt.Sprintf("uint(%s) < %du", at, n)
	site := g.l.site(r, i, Site{Store: r.Kernel.Name + " into " + g.l.Buffers[b].Name})
	miss := fmt.Sprintf("report_fault(%du, e, 0u);", site)
	g.linef("\t%s", onlyIf(and(mask, "!("+guard+")"), miss))
	return and(mask, guard)
}

func onlyIf(cond, stmt string) string {
	if cond == "" {
		return stmt
	}
	return "if (" + cond + ") " + stmt
}

func and(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + " && " + b
}

// root returns text that can be evaluated after stores have begun: a constant or a local.
func (s *scope) root(e *ir.Expr) string {
	t := s.term(e)
	if e.Op == ir.OpLoad || t.prec != precAtom && e.Op != ir.OpConst || t.prec == precAtom && !leaf(e) && !isLocal(t.text) {
		t = s.local(e.Type, t.text)
		s.text[e] = t
	}
	return t.text
}

// isLocal reports whether text names a local (t1, t2, ...) or a hoisted global (u1, u2, ...).
func isLocal(text string) bool {
	if len(text) < 2 || text[0] != 't' && text[0] != 'u' {
		return false
	}
	for _, c := range text[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// incomingText are the parts of a loop over a row of synapses.
type incomingText struct {
	outer, inner *scope // statements before the loop, and in it
	ptr          string // row pointers
	entry        string // name of the entry that the loop is at
	head         []string
	values       []string // of the sums, in order
}

// incomingTerms finds the text of what the sums of a kernel add for a synapse of element e. Statements of the loop have an indent.
func (g *generator) incomingTerms(s *scope, r *plan.Run, indent string) *incomingText {
	k, c := r.Kernel, g.l.Plan.Conns[r.Conn]
	g.use(int(c.RowPtr))
	g.use(int(c.Index))
	t := &incomingText{ptr: g.l.Buffers[c.RowPtr].Name, entry: "s"}

	// What does not depend on the synapse is computed before the loop.
	outer := &scope{l: s.l, bind: s.bind, slots: s.slots, stream: s.stream, count: s.count, elems: s.elems, used: s.used, indent: "\t", elem: "e", pre: "e", post: "e", single: s.single, stride: s.stride}
	var fixed, roots []*ir.Expr
	seen := make(map[*ir.Expr]bool)
	var visit func(e *ir.Expr)
	visit = func(e *ir.Expr) {
		if seen[e] {
			return
		}
		seen[e] = true
		if e.Uniform() && !leaf(e) {
			fixed = append(fixed, e)
			return
		}
		for _, a := range e.Args {
			visit(a)
		}
	}
	for _, red := range k.Reductions {
		roots = append(roots, red.Value)
		visit(red.Value)
	}
	outer.define(fixed)
	for _, e := range fixed {
		outer.root(e)
	}

	near, far := s.own(), "other"
	inner := &scope{l: s.l, conn: c, bind: s.bind, slots: s.slots, stream: s.stream, count: c.N, elems: c.N, used: s.used, indent: indent, elem: "s", pre: far, post: near, parent: outer}
	if s.single != "" {
		inner.single, inner.stride = "s", -1
	}
	if !c.ByPost {
		inner.pre, inner.post = near, far
	}
	if c.Mapped {
		t.entry, inner.elems = "k", math.MaxInt32
		inner.packed, inner.entry = g.packedOf(r), t.entry
		if slices.ContainsFunc(roots, func(e *ir.Expr) bool { return ir.Any(e, inner.asksNumber) }) {
			t.head = append(t.head, fmt.Sprintf("%suint s = %s;", indent, g.synapse(c, t.entry)))
		}
	}
	t.head = append(t.head, fmt.Sprintf("%sint other = %s(%s);", indent, g.l.Buffers[c.Index].Name, t.entry))
	inner.define(roots)
	for _, root := range roots {
		t.values = append(t.values, inner.value(root))
	}
	t.outer, t.inner = outer, inner
	return t
}

// incoming writes the loop over the row of element e. The sum runs in storage order, one rounding per synapse.
func (g *generator) incoming(s *scope, r *plan.Run) {
	k := r.Kernel
	if len(k.Reductions) == 0 {
		return
	}
	t := g.incomingTerms(s, r, "\t\t")
	g.lines(t.outer.lines)
	for i, red := range k.Reductions {
		g.linef("\tprecise %s sum%d = %s;", g.l.typeName(red.Value.Type), i, g.zero(red.Value.Type))
		if red.Fold != ir.Sum {
			g.linef("\tbool some%d = false;", i)
		}
	}
	g.linef("\tuint row_end = uint(%s(%s + 1u));", t.ptr, s.own())
	g.linef("\tfor (uint %s = uint(%s(%s)); %s < row_end; ++%s) {", t.entry, t.ptr, s.own(), t.entry, t.entry)
	g.lines(t.head)
	g.lines(t.inner.lines)
	for i, red := range k.Reductions {
		// The product is rounded before the sum: `precise` on both.
		g.linef("\t\tprecise %s term%d = %s;", g.l.typeName(red.Value.Type), i, t.values[i])
		switch red.Fold {
		case ir.Sum:
			g.linef("\t\tsum%d = sum%d + term%d;", i, i, i)
		default:
			op := ">"
			if red.Fold == ir.Smallest {
				op = "<"
			}
			g.linef("\t\tif (!some%d || term%d %s sum%d) { sum%d = term%d; some%d = true; }", i, i, op, i, i, i, i)
		}
	}
	g.linef("\t}")
	g.totals(r, "\t", "e")
	s.locals = t.outer.locals
}

// totals stores the sums of an element, or adds them to what is there.
func (g *generator) totals(r *plan.Run, indent, e string) {
	for i, red := range r.Kernel.Reductions {
		b := int(r.Bind[red.Slot])
		g.use(b)
		name := g.l.Buffers[b].Name
		if red.Add {
			g.linef("%sprecise %s total%d = %s(%s) + sum%d;", indent, g.l.typeName(red.Value.Type), i, name, e, i)
			g.linef("%s%s", indent, g.store(b, e, fmt.Sprintf("total%d", i)))
		} else {
			g.linef("%s%s", indent, g.store(b, e, fmt.Sprintf("sum%d", i)))
		}
	}
}

func (g *generator) zero(t ir.Type) string {
	if t == ir.Int {
		return "0"
	}
	return g.l.zero()
}
