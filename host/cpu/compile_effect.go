package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
)

// effect compiles one effect. Values are computed in the body; the effects of a block run after it.
func (c *compiler[T]) effect(e *ir.Effect) {
	out := effect{value: none, mask: none, index: none, dst: none}
	if e.Kind != ir.Check {
		s := c.k.Slots[e.Slot]
		out.isReal, out.buf, out.each = s.Type == ir.Real, int(c.bind[e.Slot]), c.each(e.Slot)
		if s.Kind == ir.Scalar && e.Kind == ir.Store && c.replicas == 1 {
			c.scalarStore(e, &out)
			return
		}
	} else {
		out.isReal = isReal(e.Value)
	}
	if e.Mask != nil && !e.Mask.IsConst(1) {
		out.mask = int32(c.settled(e.Mask))
	}
	switch e.Kind {
	case ir.Store:
		own := c.space == synapseSpace || out.each == c.period
		if c.replicas > 1 && (c.k.Slots[e.Slot].Kind != ir.PerElement || !own || c.scattered()) {
			c.storeReplicas(e, &out)
			break
		}
		out.value = int32(c.settled(e.Value))
		if dst, ok := c.storePlace(e); ok {
			out.kind, out.dst = eStore, int32(dst)
			break
		}
		out.kind, out.index = eScatter, int32(c.indexOf(e))
		out.own = e.Index == nil || e.Index.Op == ir.OpElem
		c.p.ordered = c.p.ordered || c.space == synapseSpace && !out.own
	case ir.Accumulate:
		out.kind, out.value, out.index = eAccum, int32(c.settled(e.Value)), int32(c.indexOf(e))
		if out.each > 0 {
			out.index = int32(c.shift(operand(out.index), out.each))
		}
		c.p.ordered = true
		out.target, out.plain, out.base = c.farEnd(e.Index)
	case ir.Emit:
		if c.p.emits {
			c.fail("more than one list to emit to")
		}
		out.kind = eEmit
		c.p.emits = true
	case ir.Check:
		out.kind, out.value = eCheck, int32(c.settled(e.Value))
		if !isReal(e.Value) {
			return // an Int is always finite
		}
		out.check = len(c.p.checks)
		c.p.checks = append(c.p.checks, e.Name)
	}
	c.p.eff = append(c.p.eff, out)
}

// farEnd reports whether different far ends (those that a synapse's row does not determine) have different values of index, whatever
// the synapses; and whether index is just the far end plus a uniform term.
func (c *compiler[T]) farEnd(index *ir.Expr) (ok, plain bool, base int32) {
	if c.conn == nil {
		return false, false, 0
	}
	far, n := ir.OpPost, c.conn.NPost
	if c.conn.ByPost {
		far, n = ir.OpPre, c.conn.NPre
	}
	if index.Op == far {
		return true, true, -1
	}
	if index.Op == ir.OpAdd {
		for i, a := range index.Args {
			if a.Op != far {
				continue
			}
			other := index.Args[1-i]
			if c.uniform(other) {
				return true, true, c.scalar(other)
			}
			// A row of a ring, which may differ between synapses, and the place in it.
			if other.Op == ir.OpMul && (rowLength(other.Args[0], n) || rowLength(other.Args[1], n)) {
				return true, false, 0
			}
		}
	}
	return false, false, 0
}

// rowLength reports whether e is a constant that n places fit in.
func rowLength(e *ir.Expr, n int) bool { return e.Op == ir.OpConst && e.Value >= float64(n) }

// settled returns e's operand, copied to a register when it is a view of memory that an effect changes.
func (c *compiler[T]) settled(e *ir.Expr) operand {
	op := c.vector(e)
	if op >= 0 {
		return op
	}
	views := c.p.iviews
	if isReal(e) {
		views = c.p.rviews
	}
	if !c.written[views[^op].buf] {
		return op
	}
	in := instr{kind: kIntUnary, f: uint8(ir.OpLoad), a: int32(op)}
	if isReal(e) {
		in.kind = kUnary
	}
	op = c.emit(in, isReal(e))
	c.done[e] = op
	return op
}

func (c *compiler[T]) storePlace(e *ir.Effect) (operand, bool) {
	if c.scattered() {
		return 0, false
	}
	op, ok := c.place(e.Slot, e.Index)
	if ok {
		if c.k.Slots[e.Slot].Type == ir.Real {
			c.p.rviews[^op].written = true
		} else {
			c.p.iviews[^op].written = true
		}
	}
	return op, ok
}

func (c *compiler[T]) indexOf(e *ir.Effect) operand {
	if e.Index == nil {
		return c.element()
	}
	return c.settled(e.Index)
}

func (c *compiler[T]) scalarStore(e *ir.Effect, out *effect) {
	if !c.uniform(e.Value) || e.Mask != nil && !c.uniform(e.Mask) {
		c.fail("value stored to scalar slot %q differs between elements", c.k.Slots[e.Slot].Name)
		return
	}
	s := scalarStore{buf: out.buf, isReal: out.isReal, value: int(c.scalar(e.Value)), mask: -1}
	if e.Mask != nil {
		s.mask = int(c.scalar(e.Mask))
	}
	c.p.scalar = append(c.p.scalar, s)
}

// finish assigns registers and returns the program.
func (c *compiler[T]) finish() (*program[T], error) {
	if c.err != nil {
		return nil, c.err
	}
	c.storeDirectly()
	if err := c.allocate(); err != nil {
		return nil, err
	}
	c.p.listed, c.p.loop = c.scattered(), c.k.Domain == ir.Elements || c.k.Domain == ir.Synapses
	return c.p, nil
}

// storeDirectly lets the instruction that computes a stored value write into the buffer, when nothing reads
// the buffer's old contents after it.
func (c *compiler[T]) storeDirectly() {
	for i := range c.p.eff {
		e := &c.p.eff[i]
		if e.kind != eStore || e.mask != none || e.value < 0 {
			continue
		}
		def := c.definition(e.value, e.isReal)
		if def < 0 || c.readAfter(def, e.buf) {
			continue
		}
		reg, dst := e.value, e.dst
		c.rename(reg, dst, e.isReal)
		e.kind = eStore
		e.value = e.dst // marks the effect as done
	}
	kept := c.p.eff[:0]
	for _, e := range c.p.eff {
		if e.kind == eStore && e.value == e.dst {
			continue
		}
		kept = append(kept, e)
	}
	c.p.eff = kept
}

func (c *compiler[T]) definition(reg int32, isReal bool) int {
	for i, in := range c.p.body {
		if in.d == reg && in.kind.writesReal() == isReal {
			return i
		}
	}
	return -1
}

// readAfter reports whether buf is read by a gather, by an instruction after def, or by an effect.
func (c *compiler[T]) readAfter(def, buf int) bool {
	isBuf := func(op int32, isReal bool) bool {
		if op >= 0 || op == none {
			return false
		}
		if isReal {
			return c.p.rviews[^op].buf == buf
		}
		return c.p.iviews[^op].buf == buf
	}
	for i := range c.p.body {
		in := &c.p.body[i]
		if (in.kind == kGather || in.kind == kGatherInt) && int(in.b) == buf {
			return true
		}
		if i <= def {
			continue
		}
		found := false
		in.sources(func(op *int32, isReal bool) { found = found || isBuf(*op, isReal) })
		if found {
			return true
		}
	}
	for _, e := range c.p.eff {
		if e.value == e.dst && e.kind == eStore {
			continue
		}
		if isBuf(e.value, e.isReal) || isBuf(e.mask, false) || isBuf(e.index, false) {
			return true
		}
	}
	return false
}

// rename replaces the virtual register reg by a view everywhere.
func (c *compiler[T]) rename(reg, by int32, isReal bool) {
	for i := range c.p.body {
		in := &c.p.body[i]
		if in.d == reg && in.kind.writesReal() == isReal {
			in.d = by
		}
		in.sources(func(op *int32, r bool) {
			if *op == reg && r == isReal {
				*op = by
			}
		})
	}
	for i := range c.p.eff {
		e := &c.p.eff[i]
		if e.isReal == isReal && e.value == reg {
			e.value = by
		}
		if !isReal {
			if e.mask == reg {
				e.mask = by
			}
			if e.index == reg {
				e.index = by
			}
		}
	}
}

// allocate maps virtual registers to as few real ones as their lifetimes allow, and views behind them.
func (c *compiler[T]) allocate() error {
	const forever = 1 << 30
	last := [2]map[int32]int{{}, {}}
	file := func(isReal bool) int {
		if isReal {
			return 1
		}
		return 0
	}
	for i := range c.p.body {
		c.p.body[i].sources(func(op *int32, r bool) { last[file(r)][*op] = i })
	}
	for _, e := range c.p.eff {
		last[file(e.isReal)][e.value] = forever
		last[0][e.mask] = forever
		last[0][e.index] = forever
	}
	if c.p.result != none {
		last[file(c.p.resultReal)][c.p.result] = forever
	}
	var assigned [2]map[int32]int32
	var free [2][]int32
	var count [2]int32
	for f := range assigned {
		assigned[f] = make(map[int32]int32)
	}
	take := func(f int) int32 {
		if n := len(free[f]); n > 0 {
			r := free[f][n-1]
			free[f] = free[f][:n-1]
			return r
		}
		count[f]++
		return count[f] - 1
	}
	for f, list := range [2][]pinned{c.ifill, c.rfill} {
		for _, p := range list {
			r := take(f)
			assigned[f][int32(p.reg)] = r
			k := kFillInt
			if f == 1 {
				k = kFill
			}
			c.p.once = append(c.p.once, instr{kind: k, d: r, a: p.scalar})
			last[f][int32(p.reg)] = forever
		}
	}
	for i := range c.p.body {
		in := &c.p.body[i]
		in.sources(func(op *int32, r bool) {
			f := file(r)
			if *op < 0 {
				return
			}
			phys, ok := assigned[f][*op]
			if !ok {
				c.err = fmt.Errorf("kernel %q: internal error: register read before it is written", c.k.Name)
				return
			}
			if last[f][*op] == i {
				free[f] = append(free[f], phys)
				last[f][*op] = -1 // a register named twice is freed once
			}
			*op = phys
		})
		f := file(in.kind.writesReal())
		if in.d >= 0 {
			v := in.d
			r := take(f)
			assigned[f][v] = r
			in.d = r
			if _, used := last[f][v]; !used {
				free[f] = append(free[f], r)
			}
		}
	}
	c.p.nr, c.p.ni = int(count[1]), int(count[0])
	final := func(op *int32, f int) {
		switch {
		case *op == none:
		case *op >= 0:
			*op = assigned[f][*op]
		default:
			*op = ^*op + count[f]
		}
	}
	for i := range c.p.body {
		in := &c.p.body[i]
		in.sources(func(op *int32, r bool) {
			if *op < 0 {
				*op = ^*op + count[file(r)]
			}
		})
		if in.d < 0 {
			in.d = ^in.d + count[file(in.kind.writesReal())]
		}
	}
	for i := range c.p.eff {
		e := &c.p.eff[i]
		final(&e.value, file(e.isReal))
		final(&e.dst, file(e.isReal))
		final(&e.mask, 0)
		final(&e.index, 0)
	}
	final(&c.p.result, file(c.p.resultReal))
	return c.err
}
