package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// adder is the effect to[far end + base] += value in the forms that need no program: value is a weight of the synapse, or one
// value for all, and the mask is absent or a flag of the far end. These loops are bound by memory.
type adder[E int32 | float32 | float64] struct {
	to      []E
	weights []E // by synapse; nil: value
	mask    []int32
	effect  *effect
	value   int32 // scalar
	// Entries of one replica in to, weights and mask; 0: one copy for all.
	toEach, weightsEach, maskEach int
	weightsBuf                    plan.BufferID
	packed                        bool // weights lie in the order of rows
}

// adders recognises kernels whose effects are all of that kind, each on a buffer of its own. Others give none.
func (l *listOp[T]) adders(o *plan.Run) (reals []adder[T], ints []adder[int32]) {
	k, p := o.Kernel, l.p
	if len(p.eff) != len(k.Effects) {
		return nil, nil
	}
	seen := make(map[int]bool)
	for i := range p.eff {
		e := &p.eff[i]
		if e.kind != eAccum || !e.plain || seen[e.buf] {
			return nil, nil
		}
		seen[e.buf] = true
		mask, maskEach, ok := l.flag(o, k.Effects[i].Mask)
		if !ok {
			return nil, nil
		}
		weights, value := plan.None, int32(none)
		switch v := k.Effects[i].Value; {
		case v.Uniform() && !replicated(l.x.plan, k, o, v):
			for _, in := range p.once {
				if in.d == e.value && in.kind.writesReal() == e.isReal {
					value = in.a
				}
			}
			if value == none {
				return nil, nil
			}
		case v.Op == ir.OpLoad && k.Slots[v.Slot].Kind == ir.PerElement:
			weights = o.Bind[v.Slot]
		default:
			return nil, nil
		}
		if e.isReal {
			a := adder[T]{to: l.x.m.real[e.buf], mask: mask, effect: e, value: value, toEach: e.each, maskEach: maskEach, weightsBuf: weights}
			if weights != plan.None {
				a.weights, a.weightsEach = l.x.m.real[weights], l.x.plan.Buffers[weights].Each
			}
			reals = append(reals, a)
			continue
		}
		a := adder[int32]{to: l.x.m.int[e.buf], mask: mask, effect: e, value: value, toEach: e.each, maskEach: maskEach, weightsBuf: weights}
		if weights != plan.None {
			a.weights, a.weightsEach = l.x.m.int[weights], l.x.plan.Buffers[weights].Each
		}
		ints = append(ints, a)
	}
	return reals, ints
}

// replicated reports whether a uniform value may differ between replicas.
func replicated(p *plan.Plan, k *ir.Kernel, o *plan.Run, e *ir.Expr) bool {
	if e.Op == ir.OpLoad && p.Buffers[o.Bind[e.Slot]].Each > 0 {
		return true
	}
	return slices.ContainsFunc(e.Args, func(a *ir.Expr) bool { return replicated(p, k, o, a) })
}

// flag returns the buffer of a mask that is a flag of the far end, nil for no mask.
func (l *listOp[T]) flag(o *plan.Run, mask *ir.Expr) (flags []int32, each int, ok bool) {
	if mask == nil || mask.IsConst(1) {
		return nil, 0, true
	}
	far := ir.OpPost
	if l.conn.byPost {
		far = ir.OpPre
	}
	if mask.Op != ir.OpLoad || o.Kernel.Slots[mask.Slot].Kind != ir.Indexed || mask.Args[0].Op != far {
		return nil, 0, false
	}
	flags, each = l.x.m.int[o.Bind[mask.Slot]], l.x.plan.Buffers[o.Bind[mask.Slot]].Each
	if len(flags) < l.conn.far {
		return nil, 0, false
	}
	if each == 0 {
		flags = flags[:l.conn.far]
	}
	return flags, each, true
}

// targets is the part of the buffer that far ends fall in, nil when it reaches beyond the buffer.
func (a *adder[E]) targets(si []int32, far, replica int) []E {
	base := 0
	if a.effect.base >= 0 {
		base = int(si[a.effect.base])
	}
	to := ownPart(a.to, a.toEach, replica)
	if base < 0 || base+far > len(to) {
		return nil
	}
	return to[base : base+far]
}

// row adds the entries lo to hi-1, where the mask holds if masked.
func (a *adder[E]) row(dst []E, scalars []E, c *connection, lo, hi, replica int, masked bool) {
	if c.index.Short != nil {
		addRow(a, dst, scalars, c, c.index.Short[lo:hi], lo, replica, masked)
	} else {
		addRow(a, dst, scalars, c, c.index.Long[lo:hi], lo, replica, masked)
	}
}

// entry is an entry of an index.
type entry interface{ int32 | uint16 }

func addRow[E int32 | float32 | float64, I entry](a *adder[E], dst, scalars []E, c *connection, index []I, lo, replica int, masked bool) {
	mask, weights := ownPart(a.mask, a.maskEach, replica), ownPart(a.weights, a.weightsEach, replica)
	if !masked {
		mask = nil
	}
	hi := lo + len(index)
	switch {
	case weights == nil && mask == nil:
		addValue(dst, index, scalars[a.value])
	case weights == nil:
		addValueMasked(dst, index, mask, scalars[a.value])
	case c.syn != nil && !a.packed:
		addMapped(dst, index, c.syn[lo:hi], weights, mask)
	case mask == nil:
		addWeights(dst, index, weights[lo:hi])
	default:
		addWeightsMasked(dst, index, mask, weights[lo:hi])
	}
}

// kept are targets that a mask keeps as they are.
type kept[E int32 | float32 | float64] struct {
	at     []int32
	values []E
}

// keep notes the targets from to to-1 that the mask keeps, so that all can be added to without a look at it and restore can put
// them back. A mask that is asked for at every synapse costs more than the addition.
func (k *kept[E]) keep(dst []E, mask []int32, from, to int, zeros func(at, mask []int32, from int32) int) {
	k.at = slices.Grow(k.at[:0], to-from+8)
	n := zeros(k.at[:to-from+8], mask[from:to], int32(from))
	k.at, k.values = k.at[:n], slices.Grow(k.values[:0], n)[:n]
	for i, e := range k.at {
		k.values[i] = dst[e]
	}
}

// zeros is vec.zeros without machine code, and without a branch that depends on the mask.
func zeros(at, mask []int32, from int32) (n int) {
	for i, m := range mask {
		at[n] = from + int32(i)
		n += int(1 - uint32(m|-m)>>31)
	}
	return n
}

func (k *kept[E]) restore(dst []E) {
	for n, i := range k.at {
		dst[i] = k.values[n]
	}
}

func addValue[E int32 | float32 | float64, I entry](dst []E, index []I, v E) {
	for _, i := range index {
		dst[i] += v
	}
}

func addValueMasked[E int32 | float32 | float64, I entry](dst []E, index []I, mask []int32, v E) {
	mask = mask[:len(dst)]
	for _, i := range index {
		if mask[i] != 0 {
			dst[i] += v
		}
	}
}

func addWeights[E int32 | float32 | float64, I entry](dst []E, index []I, weights []E) {
	weights = weights[:len(index)]
	for k, i := range index {
		dst[i] += weights[k]
	}
}

func addWeightsMasked[E int32 | float32 | float64, I entry](dst []E, index []I, mask []int32, weights []E) {
	weights, mask = weights[:len(index)], mask[:len(dst)]
	for k, i := range index {
		if mask[i] != 0 {
			dst[i] += weights[k]
		}
	}
}

func addMapped[E int32 | float32 | float64, I entry](dst []E, index []I, syn []int32, weights []E, mask []int32) {
	syn = syn[:len(index)]
	for k, i := range index {
		if mask == nil || mask[i] != 0 {
			dst[i] += weights[syn[k]]
		}
	}
}
