package plan

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/ir"
)

// kernel merges one kernel of all parts, which differ at most in constants, and returns what its slots are bound to.
func (m *merger) kernel(kernels []*ir.Kernel, bind []BufferID) (*ir.Kernel, []BufferID, error) {
	first := kernels[0]
	for _, k := range kernels[1:] {
		if k.Name != first.Name || k.Domain != first.Domain || k.Stream != first.Stream || len(k.Slots) != len(first.Slots) ||
			len(k.Effects) != len(first.Effects) || len(k.Reductions) != len(first.Reductions) {
			return nil, nil, errShape
		}
		for i, s := range k.Slots {
			if s != first.Slots[i] {
				return nil, nil, errShape
			}
		}
	}
	// A kernel that runs in several places is built once for each part, and may be merged once.
	if done, ok := m.kernels[first]; ok && len(done.Slots) == len(first.Slots) {
		return done, bind, nil
	}
	x := &kernelMerger{m: m, b: ir.NewBuilder(), bind: append([]BufferID(nil), bind...), done: map[string]*ir.Expr{}}
	for _, s := range first.Slots {
		x.b.Slot(s)
	}
	out := *first
	out.Effects, out.Reductions = nil, nil
	pick := func(f func(*ir.Kernel) *ir.Expr) *ir.Expr {
		es := make([]*ir.Expr, m.k)
		for r, k := range kernels {
			es[r] = f(k)
		}
		return x.expr(es)
	}
	for i, e := range first.Effects {
		for _, k := range kernels[1:] {
			if o := k.Effects[i]; o.Kind != e.Kind || o.Slot != e.Slot || o.Name != e.Name {
				return nil, nil, errShape
			}
		}
		e.Index = pick(func(k *ir.Kernel) *ir.Expr { return k.Effects[i].Index })
		e.Value = pick(func(k *ir.Kernel) *ir.Expr { return k.Effects[i].Value })
		e.Mask = pick(func(k *ir.Kernel) *ir.Expr { return k.Effects[i].Mask })
		out.Effects = append(out.Effects, e)
	}
	for i, red := range first.Reductions {
		for _, k := range kernels[1:] {
			if o := k.Reductions[i]; o.Slot != red.Slot || o.Add != red.Add || o.Fold != red.Fold {
				return nil, nil, errShape
			}
		}
		red.Value = pick(func(k *ir.Kernel) *ir.Expr { return k.Reductions[i].Value })
		out.Reductions = append(out.Reductions, red)
	}
	if x.differ {
		return nil, nil, errShape
	}
	out.Slots = x.b.Slots()
	m.kernels[first] = &out
	return &out, x.bind, nil
}

// kernelMerger walks through the expressions of all parts side by side.
type kernelMerger struct {
	m      *merger
	b      *ir.Builder
	bind   []BufferID
	done   map[string]*ir.Expr // by the nodes that were met together
	differ bool
}

// expr merges expressions of one form.
func (x *kernelMerger) expr(es []*ir.Expr) *ir.Expr {
	first := es[0]
	if first == nil || x.differ {
		for _, e := range es {
			x.differ = x.differ || e != nil
		}
		return nil
	}
	key := make([]byte, 0, 4*len(es))
	for _, e := range es {
		if e == nil || e.Op != first.Op || e.Type != first.Type || e.Draw != first.Draw || e.Slot != first.Slot || len(e.Args) != len(first.Args) ||
			e.Op != ir.OpConst && e.Value != first.Value {
			x.differ = true
			return nil
		}
		key = binary.LittleEndian.AppendUint32(key, uint32(e.ID()))
	}
	if e, ok := x.done[string(key)]; ok {
		return e
	}
	var out *ir.Expr
	if first.Op == ir.OpConst {
		out = x.constant(es)
	} else {
		args := make([]*ir.Expr, len(first.Args))
		side := make([]*ir.Expr, len(es))
		for i := range args {
			for r, e := range es {
				side[r] = e.Args[i]
			}
			if args[i] = x.expr(side); x.differ {
				return nil
			}
		}
		// Rebuilt as it is: folding what the parts did not fold would be another sequence of roundings.
		out = x.b.Rebuild(first, args)
	}
	x.done[string(key)] = out
	return out
}

// constant is the constant itself where all parts agree, else a value of each replica.
func (x *kernelMerger) constant(es []*ir.Expr) *ir.Expr {
	values, same := make([]float64, len(es)), true
	for r, e := range es {
		values[r] = e.Value
		same = same && math.Float64bits(e.Value) == math.Float64bits(values[0])
	}
	if same {
		return x.b.Rebuild(es[0], nil)
	}
	id, name := x.m.constant(values, es[0].Type)
	slot := x.b.Slot(ir.Slot{Name: name, Type: es[0].Type, Kind: ir.Scalar, Access: ir.Read})
	if slot == len(x.bind) {
		x.bind = append(x.bind, id)
	}
	return x.b.Load(slot)
}

// constant returns the buffer of a constant that is not the same in all parts.
func (m *merger) constant(values []float64, t ir.Type) (BufferID, string) {
	key := []byte{byte(t)}
	for _, v := range values {
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v))
	}
	id, ok := m.constants[string(key)]
	if !ok {
		id = BufferID(len(m.out.Buffers))
		b := &Buffer{ID: id, Object: "replica", Var: fmt.Sprintf("constant %d", len(m.constants)), Type: t, Len: m.k, Each: 1, Role: Table}
		if t == ir.Real {
			b.Reals = values
		} else {
			for _, v := range values {
				b.Ints = append(b.Ints, int32(v))
			}
		}
		m.constants[string(key)] = id
		m.out.Buffers = append(m.out.Buffers, b)
	}
	b := m.out.Buffers[id]
	return id, b.Object + "." + b.Var
}

// withoutConstants is a kernel in which all constants of one type are the same one.
func withoutConstants(k *ir.Kernel) *ir.Kernel {
	b := ir.NewBuilder()
	for _, s := range k.Slots {
		b.Slot(s)
	}
	var walk func(e *ir.Expr) *ir.Expr
	seen := map[*ir.Expr]*ir.Expr{}
	walk = func(e *ir.Expr) *ir.Expr {
		if e == nil {
			return nil
		}
		if r, ok := seen[e]; ok && e.Op != ir.OpConst {
			return r
		}
		if e.Op == ir.OpConst {
			if e.Type == ir.Bool {
				return b.ConstBool(true)
			}
			return b.Rebuild(&ir.Expr{Op: ir.OpConst, Type: e.Type}, nil)
		}
		args := make([]*ir.Expr, len(e.Args))
		for i, a := range e.Args {
			args[i] = walk(a)
		}
		seen[e] = b.Rebuild(e, args)
		return seen[e]
	}
	out := *k
	out.Effects, out.Reductions = append([]ir.Effect(nil), k.Effects...), append([]ir.Reduction(nil), k.Reductions...)
	for i := range out.Effects {
		e := &out.Effects[i]
		e.Index, e.Value, e.Mask = walk(e.Index), walk(e.Value), walk(e.Mask)
	}
	for i := range out.Reductions {
		out.Reductions[i].Value = walk(out.Reductions[i].Value)
	}
	return &out
}
