package lower

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// A ring keeps a variable of a group as it was in the last steps, at the moment of a step at which sums over synapses are taken: row s mod
// depth holds the values of step s. Elements that have not been there for so long, and those whose past was not kept, have a first step
// that is known; further back they were what they were then.

// Slots of a ring and of the first step that is known, by element.
func RingSlot(object, variable string) string  { return object + "." + variable + RingSuffix }
func SinceSlot(object, variable string) string { return object + "." + variable + SinceSuffix }

// Suffixes of the buffers of a ring.
const (
	RingSuffix  = "@ring"
	SinceSuffix = "@since"
)

// Past is what a sum reads with a delay: the variables of the neurons at the far ends of its synapses.
type Past struct {
	Depth int                          // of the rings, more than any lag
	Lag   func(b *ir.Builder) *ir.Expr // of a synapse, in steps
	Read  []*check.Variable            // those that were read so, in order
	rings map[*check.Variable]*ir.Expr // their values in the kernel
}

// of makes a scope read the past of its presynaptic end, or with !pre of its postsynaptic one.
func (p *Past) of(s *synScope, pre bool) {
	far := &s.syn.Pre
	if !pre {
		far = &s.syn.Post
	}
	p.rings = map[*check.Variable]*ir.Expr{}
	s.at = func(e *End, v *check.Variable, at *ir.Expr) *ir.Expr {
		if e != far || v.Constant {
			return nil
		}
		if _, known := p.rings[v]; !known {
			p.rings[v] = p.value(s.b, e, v, at)
			if !slices.Contains(p.Read, v) {
				p.Read = append(p.Read, v)
			}
		}
		return p.rings[v]
	}
}

// value is what a variable was at its element, a lag ago.
func (p *Past) value(b *ir.Builder, e *End, v *check.Variable, at *ir.Expr) *ir.Expr {
	n := e.N
	if v.Shared {
		n, at = 1, b.ConstInt(0)
	}
	since := b.LoadAt(b.Slot(ir.Slot{Name: SinceSlot(e.Object, v.Name), Type: ir.Int, Kind: ir.Indexed, Access: ir.Read}), at)
	then := b.Op(ir.OpMax, b.Op(ir.OpSub, b.Leaf(ir.OpStep), p.Lag(b)), since)
	ring := b.Slot(ir.Slot{Name: RingSlot(e.Object, v.Name), Type: irType(v.Type.Kind), Kind: ir.Indexed, Access: ir.Read})
	return b.LoadAt(ring, inRing(b, then, p.Depth, n, at))
}

// inRing is the place of an element in the row of a step.
func inRing(b *ir.Builder, step *ir.Expr, depth, n int, element *ir.Expr) *ir.Expr {
	row := b.Op(ir.OpMod, step, b.ConstInt(int32(depth)))
	return b.Op(ir.OpAdd, b.Op(ir.OpMul, row, b.ConstInt(int32(n))), element)
}

// Remember makes the kernel that keeps the present value of a group's variable in its ring, over n elements. What draws random numbers is an
// error: synapses with a delay and others would see different draws.
func Remember(in Input, v *check.Variable, depth int) (k *ir.Kernel, n int, err error) {
	defer recoverDefect(&err, in.Object)
	random := false
	if v.Kind == check.Subexpression {
		(&group{in: in}).visit(v.Expr, func(*check.Variable) {}, &random)
	}
	if random {
		return nil, 0, fmt.Errorf("%s of %q draws random numbers anew wherever it is read, and so has no past to be read with a delay", v.Name, in.Object)
	}
	s := newScope(in, in.Object+"/update", v.Shared)
	n = in.N
	if v.Shared {
		n = 1
	}
	x := as(s.b, s.current(v), irType(v.Type.Kind))
	slot := s.b.Slot(ir.Slot{Name: RingSlot(in.Object, v.Name), Type: x.Type, Kind: ir.Indexed, Access: ir.Write})
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: slot, Index: inRing(s.b, s.b.Leaf(ir.OpStep), depth, n, s.b.Leaf(ir.OpElem)), Value: x})
	return s.kernel(in.Object + " past of " + v.Name), n, nil
}
