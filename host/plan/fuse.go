package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// fuseThresholds joins a kernel that looks for spikes to the kernel before it that changes the same elements, so that both go through
// memory once. The test moves ahead of what stands between, which must not touch what the test writes nor write what it reads: a monitor
// of not_refractory, code of the user or a function of the program that runs between them keeps them apart. Results have the same bits. The
// item of the test stays in the schedule, without operations.
func (b *builder) fuseThresholds() {
	b.moveAhead(func(before []Item, test *Run, clock int) bool {
		return emitting(test.Kernel) && b.fuseInto(before, test, clock)
	})
}

// moveAhead takes kernels out of their items where move has put them into the items before.
func (b *builder) moveAhead(move func(before []Item, run *Run, clock int) bool) {
	s := b.plan.Schedule
	for j := range s {
		var kept []Op
		for _, op := range s[j].Ops {
			if run, ok := op.(*Run); ok {
				reads, writes := touched(run)
				stays := slices.ContainsFunc(kept, func(first Op) bool { return b.between(first, reads, writes) })
				if !stays && move(s[:j], run, s[j].Clock) {
					continue
				}
			}
			kept = append(kept, op)
		}
		s[j].Ops = kept
	}
}

// fuseInto joins test to the last of the items before it that writes what it reads.
func (b *builder) fuseInto(before []Item, test *Run, clock int) bool {
	reads, _ := touched(test)
	it, at := b.earlier(before, test, clock, func(r *Run) bool { return changes(r, reads) })
	if it == nil {
		return false
	}
	fused := fuse(it.Ops[at].(*Run), test)
	if fused == nil {
		return false
	}
	it.Ops[at] = fused
	return true
}

// earlier finds the last kernel of a clock in the items before moved to which moved can go, and that is one of those asked for: its item, nil where
// there is none, and its place in it.
func (b *builder) earlier(before []Item, moved *Run, clock int, asked func(*Run) bool) (it *Item, at int) {
	reads, writes := touched(moved)
	for k := len(before) - 1; k >= 0; k-- {
		it := &before[k]
		if it.Callback >= 0 {
			return nil, 0
		}
		for o := len(it.Ops) - 1; o >= 0; o-- {
			if run, ok := it.Ops[o].(*Run); ok && it.Clock == clock && asked(run) {
				return it, o
			}
			if b.between(it.Ops[o], reads, writes) {
				return nil, 0
			}
		}
	}
	return nil, 0
}

func emitting(k *ir.Kernel) bool {
	return slices.ContainsFunc(k.Effects, func(e ir.Effect) bool { return e.Kind == ir.Emit })
}

// touched are the buffers that a kernel reads and writes.
func touched(r *Run) (reads, writes map[BufferID]bool) {
	reads, writes = map[BufferID]bool{}, map[BufferID]bool{}
	for i, s := range r.Kernel.Slots {
		if s.Access&ir.Read != 0 {
			reads[r.Bind[i]] = true
		}
		if s.Access&ir.Write != 0 {
			writes[r.Bind[i]] = true
		}
	}
	return reads, writes
}

func changes(r *Run, some map[BufferID]bool) bool {
	_, writes := touched(r)
	for b := range writes {
		if some[b] {
			return true
		}
	}
	return false
}

// between reports whether op keeps a kernel with these reads and writes from moving ahead of it.
func (b *builder) between(op Op, reads, writes map[BufferID]bool) bool {
	any := func(set map[BufferID]bool, ids ...BufferID) bool {
		return slices.ContainsFunc(ids, func(id BufferID) bool { return set[id] })
	}
	switch op := op.(type) {
	case *Run:
		r, w := touched(op)
		for id := range r {
			if writes[id] {
				return true
			}
		}
		for id := range w {
			if writes[id] || reads[id] {
				return true
			}
		}
		return any(writes, op.List)
	case *Sample:
		for _, v := range b.plan.Monitors[op.Monitor].Vars {
			if writes[v.Buf] {
				return true
			}
		}
		return false
	case *Generate:
		return any(writes, op.List) || any(reads, op.List)
	case *RecordSpikes:
		m := b.plan.SpikeMonitors[op.Monitor]
		for _, v := range m.Vars {
			if writes[v.Buf] {
				return true
			}
		}
		return any(writes, m.List)
	case *MatMul:
		return any(writes, op.A.Buf, op.B.Buf, op.C, op.Scale) || any(reads, op.C)
	case *TapSum:
		return any(writes, op.Src.Buf, op.Dst) || any(reads, op.Dst)
	}
	return true
}

// fuse is one kernel that does what first does and then what second does, nil where that is not known to be the same.
func fuse(first, second *Run) *Run {
	for _, r := range []*Run{first, second} {
		if k := r.Kernel; k.Domain != ir.Elements || r.Conn >= 0 || len(k.Reductions) > 0 || slices.ContainsFunc(k.Effects, func(e ir.Effect) bool { return e.Index != nil || e.Kind == ir.Accumulate }) {
			return nil
		}
	}
	if first.N != second.N || emitting(first.Kernel) || drawsRandom(first.Kernel) && drawsRandom(second.Kernel) {
		return nil
	}
	f := &fuser{b: ir.NewBuilder(), slotOf: map[BufferID]int{}, stored: map[BufferID]int{}}
	if !f.slots(first) || !f.slots(second) {
		return nil
	}
	k := &ir.Kernel{Name: first.Kernel.Name + ", " + second.Kernel.Name, Domain: ir.Elements, Stream: first.Kernel.Stream}
	if drawsRandom(second.Kernel) {
		k.Stream = second.Kernel.Stream
	}
	for _, e := range first.Kernel.Effects {
		slot := e.Slot
		e.Value, e.Mask = f.copy(first, e.Value, nil), f.copy(first, e.Mask, nil)
		if e.Kind == ir.Store {
			id := first.Bind[slot]
			if _, twice := f.stored[id]; twice || f.b.Slots()[f.slotOf[id]].Kind != ir.PerElement {
				return nil
			}
			f.stored[id] = len(k.Effects)
			e.Slot = f.slotOf[id]
		}
		k.Effects = append(k.Effects, e)
	}
	// What second loads is what first has stored.
	now := map[BufferID]*ir.Expr{}
	for id, at := range f.stored {
		e := k.Effects[at]
		now[id] = e.Value
		if e.Mask != nil {
			now[id] = f.choose(e.Mask, e.Value, f.b.Load(e.Slot))
		}
	}
	// An element that looks beside itself would see what another has stored.
	for _, i := range []int{0, 1} {
		r := []*Run{first, second}[i]
		_, other := touched([]*Run{second, first}[i])
		for at, s := range r.Kernel.Slots {
			if s.Kind != ir.PerElement && other[r.Bind[at]] {
				return nil
			}
		}
	}
	for _, e := range second.Kernel.Effects {
		slot := e.Slot
		e.Value, e.Mask = f.copy(second, e.Value, now), f.copy(second, e.Mask, now)
		if e.Kind == ir.Store || e.Kind == ir.Emit {
			e.Slot = f.slotOf[second.Bind[slot]]
		}
		at, both := f.stored[second.Bind[slot]]
		if e.Kind != ir.Store || !both {
			k.Effects = append(k.Effects, e)
			continue
		}
		old := &k.Effects[at]
		switch {
		case e.Mask == nil:
			old.Value, old.Mask = e.Value, nil
		case old.Mask == nil:
			old.Value = f.choose(e.Mask, e.Value, old.Value)
		default:
			old.Value = f.choose(e.Mask, e.Value, old.Value)
			old.Mask = f.b.Op(ir.OpOr, old.Mask, e.Mask)
		}
	}
	k.Slots = f.access(k)
	return &Run{Kernel: k, Bind: f.bind, N: first.N, Conn: -1, List: first.List}
}

func drawsRandom(k *ir.Kernel) bool {
	for _, e := range k.Effects {
		for _, x := range []*ir.Expr{e.Value, e.Mask} {
			if x != nil && ir.Any(x, func(e *ir.Expr) bool { return e.Op >= ir.OpUniform && e.Op <= ir.OpGamma }) {
				return true
			}
		}
	}
	return false
}

// fuser makes one kernel of two.
type fuser struct {
	b      *ir.Builder
	bind   []BufferID
	slotOf map[BufferID]int
	stored map[BufferID]int // effects of the first kernel
}

// slots declares the slots of a kernel; false when one buffer would have to be two kinds of slot.
func (f *fuser) slots(r *Run) bool {
	for i, s := range r.Kernel.Slots {
		id := r.Bind[i]
		if at, ok := f.slotOf[id]; ok {
			if have := f.b.Slots()[at]; have.Kind != s.Kind || have.Type != s.Type {
				return false
			}
			continue
		}
		if slices.ContainsFunc(f.b.Slots(), func(have ir.Slot) bool { return have.Name == s.Name }) {
			return false
		}
		f.slotOf[id] = f.b.Slot(s)
		f.bind = append(f.bind, id)
	}
	return true
}

// copy rebuilds an expression of a kernel as it is, with the values of now for loads of these buffers.
func (f *fuser) copy(r *Run, e *ir.Expr, now map[BufferID]*ir.Expr) *ir.Expr {
	if e == nil {
		return nil
	}
	done := map[*ir.Expr]*ir.Expr{}
	var walk func(*ir.Expr) *ir.Expr
	walk = func(e *ir.Expr) *ir.Expr {
		if x, ok := done[e]; ok {
			return x
		}
		args := make([]*ir.Expr, len(e.Args))
		for i, a := range e.Args {
			args[i] = walk(a)
		}
		node := *e
		var x *ir.Expr
		if e.Op == ir.OpLoad {
			id := r.Bind[e.Slot]
			node.Slot = f.slotOf[id]
			x = now[id]
		}
		if x == nil {
			x = f.b.Rebuild(&node, args)
		}
		done[e] = x
		return x
	}
	return walk(e)
}

// choose is mask ? then : els.
func (f *fuser) choose(mask, then, els *ir.Expr) *ir.Expr {
	if then.Type != ir.Bool {
		return f.b.Select(mask, then, els)
	}
	return f.b.Op(ir.OpOr, f.b.Op(ir.OpAnd, mask, then), f.b.Op(ir.OpAnd, f.b.Op(ir.OpNot, mask), els))
}

// access are the slots with the access that the kernel has.
func (f *fuser) access(k *ir.Kernel) []ir.Slot {
	slots := slices.Clone(f.b.Slots())
	for i := range slots {
		slots[i].Access = 0
	}
	for _, e := range k.Effects {
		if e.Kind != ir.Check {
			slots[e.Slot].Access |= ir.Write
		}
		for _, x := range []*ir.Expr{e.Value, e.Mask} {
			if x != nil {
				ir.Walk(x, func(e *ir.Expr) {
					if e.Op == ir.OpLoad {
						slots[e.Slot].Access |= ir.Read
					}
				})
			}
		}
	}
	for i, s := range slots {
		if s.Access == 0 { // the first kernel's value replaces the only load
			slots[i].Access = ir.Read
		}
	}
	return slots
}
