package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
)

// Sums over synapses are rewritten where that saves work for each synapse:
//
//   - "hoist ends": an expression of the presynaptic end alone, or one of the postsynaptic end that takes a transcendental function,
//     is computed once per neuron;
//   - "split trigonometry": sin(a - b) and cos(a - b) of a presynaptic a and a postsynaptic b become products of functions of a and
//     of b, the first summed over synapses and the second applied to the sum;
//   - "sum over all": where all neurons of a range have synapses from all of another, sums of presynaptic values are made once, not per neuron,
//     and so are those of a + b.
//
// The first gives the same bits, the others the same up to rounding.

// side says which ends of a synapse an expression depends on.
type side uint8

const (
	preSide side = 1 << iota
	postSide
	ownSide // the synapse's own variables, or draws
)

// term is a product: of functions of the presynaptic end, of the postsynaptic one, and of the synapse. nil is 1. With plus, which is a function of the
// postsynaptic end, pre + plus stands for pre.
type term struct{ pre, post, own, plus *ir.Expr }

// maxTerms bounds what is written out, and maxRowSums what is summed over the synapses of each neuron instead of one value.
const maxTerms, maxRowSums = 16, 4

// splitter rewrites the reductions of one kernel.
type splitter struct {
	b     *builder
	run   *Run
	conn  *Conn
	ib    *ir.Builder // of the kernel's expressions, copied
	slots []ir.Slot
	sides map[*ir.Expr]side
	split bool // some function was split
	full  *full
}

// splitSums rewrites the sums of all items.
func (b *builder) splitSums() error {
	for i := range b.plan.Schedule {
		item := &b.plan.Schedule[i]
		var ops []Op
		for _, op := range item.Ops {
			if r, ok := op.(*Run); ok && r.Kernel.Domain == ir.Incoming && len(r.Kernel.Effects) == 0 {
				ops = append(ops, b.splitSum(r)...)
			} else {
				ops = append(ops, op)
			}
		}
		item.Ops = ops
	}
	return nil
}

// splitSum returns operations that do what r does.
func (b *builder) splitSum(r *Run) []Op {
	conn := b.plan.Conns[r.Conn]
	if !conn.ByPost || conn.N <= conn.NPre+conn.NPost || len(r.Kernel.Reductions) != 1 || r.Kernel.Reductions[0].Value.Type != ir.Real || r.Kernel.Reductions[0].Fold != ir.Sum {
		return []Op{r}
	}
	if counted := func(e *ir.Expr) bool { return e.Op == ir.OpCount }; conn.N > math.MaxInt32 && ir.Any(r.Kernel.Reductions[0].Value, counted) {
		return []Op{r}
	}
	s := &splitter{b: b, run: r, conn: conn, ib: ir.NewBuilder(), slots: r.Kernel.Slots, sides: map[*ir.Expr]side{}}
	for _, slot := range s.slots {
		s.ib.Slot(slot)
	}
	red := r.Kernel.Reductions[0]
	count := s.ib.ConstInt(int32(conn.N))
	value := s.ib.Copy(red.Value, func(e *ir.Expr) *ir.Expr {
		if e.Op == ir.OpCount {
			return count
		}
		return nil
	}, nil)
	if s.side(value)&preSide != 0 {
		s.full = b.fullOf(conn)
	}
	terms, ok := s.terms(value)
	whole := ok && s.full != nil && s.withoutOwn(terms)
	switch {
	case whole && s.anyPre(terms):
		b.rewritten(r, s.split, "sum over all")
		return s.sums(terms, red, true)
	case ok && s.split && !slices.ContainsFunc(terms, func(t term) bool { return t.plus != nil }) && len(distinctSums(terms)) <= maxRowSums:
		b.rewritten(r, true)
		return s.sums(terms, red, false)
	}
	return s.hoist(value, red)
}

// rewritten notes by name how a sum was rewritten.
func (b *builder) rewritten(r *Run, split bool, names ...string) {
	if split {
		names = append([]string{"split trigonometry"}, names...)
	}
	b.res.Rewrites = append(b.res.Rewrites, r.Kernel.Name+": "+strings.Join(names, ", "))
}

// factors are what is summed over the synapses of a neuron for a term.
type factors struct{ pre, own *ir.Expr }

// distinctSums lists the different sums over the synapses of a neuron that terms need.
func distinctSums(terms []term) (list []factors) {
	for _, t := range terms {
		if f := (factors{t.pre, t.own}); !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

func (s *splitter) withoutOwn(terms []term) bool {
	for _, t := range terms {
		if t.own != nil {
			return false
		}
	}
	return true
}

func (s *splitter) anyPre(terms []term) bool {
	for _, t := range terms {
		if t.pre != nil {
			return true
		}
	}
	return false
}

// side of an expression.
func (s *splitter) side(e *ir.Expr) side {
	if v, ok := s.sides[e]; ok {
		return v
	}
	var v side
	switch e.Op {
	case ir.OpPre:
		v = preSide
	case ir.OpPost:
		v = postSide
	case ir.OpElem, ir.OpUniform, ir.OpNormal, ir.OpPoisson, ir.OpExponential, ir.OpGamma:
		v = ownSide
	case ir.OpLoad:
		if s.slots[e.Slot].Kind == ir.PerElement {
			v = ownSide
		}
	}
	for _, a := range e.Args {
		v |= s.side(a)
	}
	s.sides[e] = v
	return v
}

// terms writes e as a sum of products; false when it is none, or one of too many terms.
func (s *splitter) terms(e *ir.Expr) ([]term, bool) {
	switch s.side(e) {
	case 0, postSide:
		return []term{{post: e}}, true
	case preSide:
		return []term{{pre: e}}, true
	case ownSide:
		return []term{{own: e}}, true
	}
	switch e.Op {
	case ir.OpNeg:
		return s.scaled(e.Args[0], s.ib.Const(-1))
	case ir.OpMul:
		return s.product(e.Args[0], e.Args[1])
	case ir.OpDiv:
		switch s.side(e.Args[1]) {
		case 0, preSide, postSide, ownSide:
			return s.product(e.Args[0], s.ib.Op(ir.OpDiv, s.ib.Const(1), e.Args[1]))
		}
		return nil, false
	case ir.OpAdd, ir.OpSub:
		if !s.hasTrigonometry(e) {
			if s.full == nil {
				return nil, false // v_pre - v_post: two large sums, for nothing
			}
			p, q, ok := s.parts(e, nil, false)
			return []term{{pre: p, plus: q}}, ok && p != nil && q != nil
		}
		x, ok := s.terms(e.Args[0])
		y, ok2 := s.terms(e.Args[1])
		if e.Op == ir.OpSub && ok2 {
			y, ok2 = s.scaled(e.Args[1], s.ib.Const(-1))
		}
		return append(x, y...), ok && ok2 && len(x)+len(y) <= maxTerms
	case ir.OpSin, ir.OpCos:
		return s.trigonometric(e)
	}
	return nil, false
}

func (s *splitter) hasTrigonometry(e *ir.Expr) bool {
	return ir.Any(e, func(n *ir.Expr) bool {
		return (n.Op == ir.OpSin || n.Op == ir.OpCos) && s.side(n) == preSide|postSide
	})
}

// scaled are the terms of e times a uniform factor.
func (s *splitter) scaled(e, factor *ir.Expr) ([]term, bool) {
	list, ok := s.terms(e)
	out := make([]term, len(list))
	for i, t := range list {
		t.post = s.times(t.post, factor)
		out[i] = t
	}
	return out, ok
}

func (s *splitter) product(x, y *ir.Expr) ([]term, bool) {
	a, ok := s.terms(x)
	b, ok2 := s.terms(y)
	if !ok || !ok2 || len(a)*len(b) > maxTerms {
		return nil, false
	}
	var out []term
	for _, t := range a {
		for _, u := range b {
			if t.plus != nil && (u.pre != nil || u.own != nil) || u.plus != nil && (t.pre != nil || t.own != nil) {
				return nil, false
			}
			out = append(out, term{s.times(t.pre, u.pre), s.times(t.post, u.post), s.times(t.own, u.own), cmp.Or(t.plus, u.plus)})
		}
	}
	return out, true
}

func (s *splitter) times(x, y *ir.Expr) *ir.Expr {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return s.ib.Op(ir.OpMul, x, y)
}

// trigonometric splits the sine or cosine of a sum of a presynaptic and a postsynaptic part.
func (s *splitter) trigonometric(e *ir.Expr) ([]term, bool) {
	p, q, ok := s.parts(e.Args[0], nil, false)
	if !ok || p == nil || q == nil {
		return nil, false
	}
	s.split = true
	sinP, cosP := s.ib.Op(ir.OpSin, p), s.ib.Op(ir.OpCos, p)
	sinQ, cosQ := s.ib.Op(ir.OpSin, q), s.ib.Op(ir.OpCos, q)
	if e.Op == ir.OpSin {
		return []term{{pre: sinP, post: cosQ}, {pre: cosP, post: sinQ}}, true
	}
	return []term{{pre: cosP, post: cosQ}, {pre: sinP, post: s.ib.Op(ir.OpNeg, sinQ)}}, true
}

// parts writes e, or -e, times a uniform factor (nil: 1), as a sum of a presynaptic part and a postsynaptic one.
func (s *splitter) parts(e, factor *ir.Expr, negative bool) (p, q *ir.Expr, ok bool) {
	part := func(e *ir.Expr) *ir.Expr {
		if e.Type == ir.Int {
			e = s.ib.ToReal(e)
		}
		e = s.times(factor, e)
		if negative {
			return s.ib.Op(ir.OpNeg, e)
		}
		return e
	}
	switch s.side(e) {
	case preSide:
		return part(e), nil, true
	case 0, postSide:
		return nil, part(e), true
	}
	add := func(x, y *ir.Expr) *ir.Expr {
		switch {
		case x == nil:
			return y
		case y == nil:
			return x
		}
		return s.ib.Op(ir.OpAdd, x, y)
	}
	switch e.Op {
	case ir.OpNeg:
		return s.parts(e.Args[0], factor, !negative)
	case ir.OpIntToReal:
		return s.parts(e.Args[0], factor, negative)
	case ir.OpMul, ir.OpDiv:
		x, y := e.Args[0], e.Args[1]
		if e.Op == ir.OpMul && s.side(x) == 0 {
			x, y = y, x
		}
		switch {
		case s.side(y) != 0 || e.Type != ir.Real:
			return nil, nil, false
		case e.Op == ir.OpDiv:
			y = s.ib.Op(ir.OpDiv, s.ib.Const(1), y)
		}
		return s.parts(x, s.times(factor, y), negative)
	case ir.OpAdd, ir.OpSub:
		p, q, ok = s.parts(e.Args[0], factor, negative)
		p2, q2, ok2 := s.parts(e.Args[1], factor, negative != (e.Op == ir.OpSub))
		return add(p, p2), add(q, q2), ok && ok2
	}
	return nil, nil, false
}

// scratch makes a buffer for values per neuron, or of a sum.
func (s *splitter) scratch(what string, n int) string {
	object, name := s.run.Kernel.Name, fmt.Sprintf("%s of %s", what, s.conn.Name)
	for k := 0; ; k++ {
		unique := name
		if k > 0 {
			unique = fmt.Sprintf("%s (%d)", name, k)
		}
		if _, taken := s.b.byName[object+"."+unique]; !taken {
			s.b.buffer(Buffer{Object: object, Var: unique, Type: ir.Real, Len: n, Role: Scratch})
			return object + "." + unique
		}
	}
}

// neurons makes a kernel over n elements from expressions of one end, with that end as the element. Results go to the named slots.
func (s *splitter) neurons(name string, n int, end ir.Op, values map[string]*ir.Expr, order []string) Op {
	ib := ir.NewBuilder()
	k := &ir.Kernel{Name: s.run.Kernel.Name + " " + name}
	for _, to := range order {
		value := s.copyTo(ib, values[to], end)
		slot := ib.Slot(ir.Slot{Name: to, Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
		k.Effects = append(k.Effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: value})
	}
	k.Slots = ib.Slots()
	return s.bound(k, n, -1)
}

// copyTo copies an expression into a builder, with the element in place of an end.
func (s *splitter) copyTo(ib *ir.Builder, e *ir.Expr, end ir.Op) *ir.Expr {
	return ib.Copy(e, func(n *ir.Expr) *ir.Expr {
		if n.Op == end {
			return ib.Leaf(ir.OpElem)
		}
		return nil
	}, func(slot int) int { return ib.Slot(s.readOnly(slot)) })
}

func (s *splitter) readOnly(slot int) ir.Slot {
	v := s.slots[slot]
	v.Access = ir.Read
	return v
}

// bound binds a kernel's slots: those of the original kernel to what it is bound to, new ones by name.
func (s *splitter) bound(k *ir.Kernel, n, conn int) *Run {
	r := s.b.kernel(k, n, conn)
	for i, slot := range k.Slots {
		for j, old := range s.run.Kernel.Slots {
			if old.Name == slot.Name {
				r.Bind[i] = s.run.Bind[j]
			}
		}
	}
	return r
}

// sums makes the kernels of a sum of products.
func (s *splitter) sums(terms []term, red ir.Reduction, whole bool) []Op {
	var ops []Op
	values, order, pres := map[string]*ir.Expr{}, []string(nil), map[*ir.Expr]string{}
	for _, t := range terms {
		if t.pre != nil && pres[t.pre] == "" {
			name := s.scratch(fmt.Sprint("presynaptic part ", len(order)), s.conn.NPre)
			pres[t.pre], values[name] = name, t.pre
			order = append(order, name)
		}
	}
	if len(order) > 0 {
		ops = append(ops, s.neurons("presynaptic", s.conn.NPre, ir.OpPre, values, order))
	}
	out := ir.NewBuilder()
	var parts []*ir.Expr
	if whole {
		ops, parts = s.overAll(ops, out, terms, pres)
	} else {
		rows, names := s.newReduction(s.conn.NPost, s.run.Conn), map[factors]string{}
		for i, f := range distinctSums(terms) {
			names[f] = s.scratch(fmt.Sprint("sum ", i), s.conn.NPost)
			rows.add(names[f], pres[f.pre], f.own)
		}
		for _, t := range terms {
			parts = append(parts, out.Load(out.Slot(ir.Slot{Name: names[factors{t.pre, t.own}], Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})))
		}
		ops = append(ops, rows.op())
	}
	var sum *ir.Expr
	for i, t := range terms {
		part := parts[i]
		if t.post != nil {
			part = out.Op(ir.OpMul, part, s.copyTo(out, t.post, ir.OpPost))
		}
		if sum == nil {
			sum = part
		} else {
			sum = out.Op(ir.OpAdd, sum, part)
		}
	}
	if whole {
		if in := s.within(out, s.full.post); in != nil {
			sum = out.Select(in, sum, out.Const(0))
		}
	}
	target := s.slots[red.Slot]
	to := out.Slot(target)
	if red.Add {
		sum = out.Op(ir.OpAdd, out.Load(to), sum)
	}
	k := &ir.Kernel{Name: s.run.Kernel.Name, Effects: []ir.Effect{{Kind: ir.Store, Slot: to, Value: sum}}}
	k.Slots = out.Slots()
	return append(ops, s.bound(k, s.conn.NPost, -1))
}

// rowSums is a kernel of sums over the rows of a connectivity.
type rowSums struct {
	s       *splitter
	ib      *ir.Builder
	list    []ir.Reduction
	n, conn int
}

func (s *splitter) newReduction(n, conn int) *rowSums {
	return &rowSums{s: s, ib: ir.NewBuilder(), n: n, conn: conn}
}

// add sums into a buffer a presynaptic value (""; none) times the synapse's own factor (nil: none).
func (r *rowSums) add(to, pre string, own *ir.Expr) {
	ib := r.ib
	value := ib.Const(1)
	if pre != "" {
		value = ib.LoadAt(ib.Slot(ir.Slot{Name: pre, Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), ib.Leaf(ir.OpPre))
	}
	if own != nil {
		value = ib.Op(ir.OpMul, ib.Copy(own, nil, func(slot int) int { return ib.Slot(r.s.readOnly(slot)) }), value)
	}
	r.list = append(r.list, ir.Reduction{Slot: ib.Slot(ir.Slot{Name: to, Type: ir.Real, Kind: ir.PerElement, Access: ir.Write}), Value: value})
}

func (r *rowSums) op() Op {
	k := &ir.Kernel{Name: r.s.run.Kernel.Name + " over synapses", Domain: ir.Incoming, Reductions: r.list, Slots: r.ib.Slots()}
	return r.s.bound(k, r.n, r.conn)
}

// hoist computes the parts of a sum that belong to one end once per neuron: what is left is a weight times what is read at the
// presynaptic end, the form that backends sum quickest, or costs less.
func (s *splitter) hoist(value *ir.Expr, red ir.Reduction) []Op {
	var ops []Op
	found := map[*ir.Expr]string{}
	for _, end := range []struct {
		of   side
		op   ir.Op
		name string
		n    int
	}{{preSide, ir.OpPre, "presynaptic", s.conn.NPre}, {postSide, ir.OpPost, "postsynaptic", s.conn.NPost}} {
		values, order := map[string]*ir.Expr{}, []string(nil)
		var visit func(*ir.Expr)
		visit = func(e *ir.Expr) {
			if found[e] != "" {
				return
			}
			if s.side(e) == end.of && e.Type == ir.Real && (costly(e) || end.of == preSide && e.Op != ir.OpLoad) {
				name := s.scratch(fmt.Sprint(end.name, " part ", len(order)), end.n)
				found[e], values[name] = name, e
				order = append(order, name)
				return
			}
			for _, a := range e.Args {
				visit(a)
			}
		}
		visit(value)
		if len(order) > 0 {
			ops = append(ops, s.neurons(end.name, end.n, end.op, values, order))
		}
	}
	if len(ops) == 0 {
		return []Op{s.run}
	}
	s.b.rewritten(s.run, false, "hoist ends")
	ib := ir.NewBuilder()
	copied := ib.Copy(value, func(e *ir.Expr) *ir.Expr {
		name := found[e]
		if name == "" {
			return nil
		}
		end := ir.OpPre
		if s.side(e) == postSide {
			end = ir.OpPost
		}
		return ib.LoadAt(ib.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), ib.Leaf(end))
	}, func(slot int) int { return ib.Slot(s.readOnly(slot)) })
	target := s.slots[red.Slot]
	k := &ir.Kernel{Name: s.run.Kernel.Name, Domain: ir.Incoming, Reductions: []ir.Reduction{{Slot: ib.Slot(target), Value: copied, Add: red.Add}}}
	k.Slots = ib.Slots()
	return append(ops, s.bound(k, s.run.N, s.run.Conn))
}

// costly reports whether an expression takes a function that costs more than reading a value.
func costly(e *ir.Expr) bool {
	return ir.Any(e, func(n *ir.Expr) bool { return n.Op >= ir.OpSqrt && n.Op < ir.OpFloor || n.Op == ir.OpPow })
}
