package plan

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
)

// full is what a connectivity with all pairs of two ranges of elements connects, but for at most those of an element with itself.
type full struct {
	pre, post stretch
	self      bool // an element has a synapse from itself where it is in both ranges
}

// stretch is the elements from from to to-1.
type stretch struct{ from, to int }

func (s stretch) len() int { return s.to - s.from }

// fullOf reports what a connectivity connects in full, nil where it does not: each row of a range holds all presynaptic neurons of another range once, but for at
// most the one that has the row's own index.
func (b *builder) fullOf(c *Conn) *full {
	if x := b.pending[c]; x != nil {
		return x.full
	}
	rows, index := b.plan.Buffers[c.RowPtr].Ints, b.plan.Buffers[c.Index].Entries()
	if rows == nil || c.N == 0 || index.Len() != c.N {
		return nil
	}
	m := b.madeOf[c.Index]
	if m == nil {
		return fullRows(rows, index)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at := unsafe.SliceData(rows)
	f, known := m.full[at]
	if !known {
		f = fullRows(rows, index)
		m.full[at] = f
	}
	return f
}

// fullRows is fullOf for rows of index that begin where rows tells.
func fullRows(rows []int32, index Index) *full {
	n := index.Len()
	f := &full{post: stretch{0, len(rows) - 1}}
	for ; rows[f.post.from+1] == 0; f.post.from++ { // a row without synapses
	}
	for ; int(rows[f.post.to-1]) == n; f.post.to-- {
	}
	longest := int32(0)
	for r := f.post.from; r < f.post.to; r++ {
		longest = max(longest, rows[r+1]-rows[r])
	}
	// Without a look at the entries, most connectivity turns out to be another.
	for r := f.post.from; r < f.post.to; r++ {
		if rows[r+1]-rows[r] < longest-1 {
			return nil
		}
	}
	first, last := index.At(int(rows[f.post.from])), index.At(int(rows[f.post.from+1])-1)
	for r := f.post.from; r < min(f.post.to, f.post.from+2); r++ { // the first may lack an end of the range: its own
		first, last = min(first, index.At(int(rows[r]))), max(last, index.At(int(rows[r+1])-1))
	}
	f.pre = stretch{int(first), int(last) + 1}
	f.self = n == f.pre.len()*f.post.len()
	for r := f.post.from; r < f.post.to; r++ {
		at, end := int(rows[r]), int(rows[r+1])
		for want := f.pre.from; want < f.pre.to; want++ {
			if want == r && !f.self {
				continue
			}
			if at == end || int(index.At(at)) != want {
				return nil
			}
			at++
		}
		if at != end {
			return nil
		}
	}
	return f
}

// allRow is the length of the rows that a sum over all neurons is made of: their sums are summed in turn.
const allRow = 256

// overAll sums the terms' presynaptic values over all neurons, and returns the sums as expressions of the postsynaptic neuron, which is
// left out where it has no synapse from itself. Of a sum of a presynaptic and a postsynaptic part the mean of the first is put to the second, and what the
// neurons differ by from the mean is summed, so that no digits are lost where the two nearly cancel.
func (s *splitter) overAll(ops []Op, out *ir.Builder, terms []term, pres map[*ir.Expr]string) ([]Op, []*ir.Expr) {
	var from []string
	totals, means := map[string]string{}, map[string]string{}
	for _, t := range terms {
		if name := pres[t.pre]; t.pre != nil && !slices.Contains(from, name) {
			from = append(from, name)
		}
	}
	add := func(from []string) {
		more, to := s.totals(from)
		ops = append(ops, more...)
		for i, name := range from {
			totals[name] = to[i]
		}
	}
	add(from)
	total := func(ib *ir.Builder, name string) *ir.Expr {
		return ib.LoadAt(ib.Slot(ir.Slot{Name: totals[name], Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), ib.ConstInt(0))
	}
	each := func(ib *ir.Builder, name string) *ir.Expr {
		return ib.Load(ib.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.PerElement, Access: ir.Read}))
	}
	mean := func(ib *ir.Builder, name string) *ir.Expr {
		return ib.Op(ir.OpDiv, total(ib, name), ib.Const(float64(s.full.pre.len())))
	}
	var differences []string
	ib := ir.NewBuilder()
	k := &ir.Kernel{Name: s.run.Kernel.Name + " less the mean"}
	for _, t := range terms {
		if name := pres[t.pre]; t.plus != nil && means[name] == "" {
			means[name] = s.scratch(fmt.Sprintf("difference %d", len(differences)), s.conn.NPre)
			differences = append(differences, means[name])
			to := ib.Slot(ir.Slot{Name: means[name], Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
			k.Effects = append(k.Effects, ir.Effect{Kind: ir.Store, Slot: to, Value: ib.Op(ir.OpSub, each(ib, name), mean(ib, name))})
		}
	}
	if len(differences) > 0 {
		k.Slots = ib.Slots()
		ops = append(ops, s.bound(k, s.conn.NPre, -1))
		add(differences)
	}
	var parts []*ir.Expr
	for _, t := range terms {
		name := pres[t.pre]
		switch {
		case t.pre == nil:
			parts = append(parts, s.count(out))
		case t.plus == nil:
			parts = append(parts, s.withoutSelf(out, total(out, name), name))
		default:
			differ := s.withoutSelf(out, total(out, means[name]), means[name])
			level := out.Op(ir.OpAdd, mean(out, name), s.copyTo(out, t.plus, ir.OpPost))
			parts = append(parts, out.Op(ir.OpAdd, differ, out.Op(ir.OpMul, s.count(out), level)))
		}
	}
	return ops, parts
}

// totals sums values of all presynaptic neurons; each total is element 0 of the slot named in to.
func (s *splitter) totals(from []string) (ops []Op, to []string) {
	to = slices.Clone(from)
	over := s.full.pre
	for level := 0; over.len() > 1 || level == 0; level++ {
		rows := (over.len() + allRow - 1) / allRow
		r := s.newReduction(rows, s.b.blocks(over, rows))
		for i, name := range to {
			to[i] = s.scratch(fmt.Sprintf("sum %d, level %d,", i, level), rows)
			r.add(to[i], name, nil)
		}
		ops, over = append(ops, r.op()), stretch{0, rows}
	}
	return ops, to
}

// within reports whether the element is in a range; nil: all are.
func (s *splitter) within(out *ir.Builder, x stretch) *ir.Expr {
	var in *ir.Expr
	if x.from > 0 {
		in = out.Op(ir.OpLe, out.ConstInt(int32(x.from)), out.Leaf(ir.OpElem))
	}
	if x.to < s.conn.NPost {
		in = both(out, out.Op(ir.OpLt, out.Leaf(ir.OpElem), out.ConstInt(int32(x.to))), in)
	}
	return in
}

// withoutSelf is a total less the value of the element, "" for 1, where the element has no synapse from itself though both ranges hold it.
func (s *splitter) withoutSelf(out *ir.Builder, total *ir.Expr, name string) *ir.Expr {
	if s.full.self {
		return total
	}
	own, in, elem := out.Const(1), s.within(out, s.full.pre), out.Leaf(ir.OpElem)
	switch {
	case name == "":
	case in == nil && s.conn.NPre == s.conn.NPost:
		own = out.Load(out.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.PerElement, Access: ir.Read}))
	default:
		if in != nil {
			elem = out.Select(in, elem, out.ConstInt(int32(s.full.pre.from)))
		}
		own = out.LoadAt(out.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), elem)
	}
	if in != nil {
		own = out.Select(in, own, out.Const(0))
	}
	return out.Op(ir.OpSub, total, own)
}

// count is the number of synapses of an element that has any.
func (s *splitter) count(out *ir.Builder) *ir.Expr {
	return s.withoutSelf(out, out.Const(float64(s.full.pre.len())), "")
}

// blocks is the connectivity of rows that take allRow of the neurons of a range each, in order.
func (b *builder) blocks(over stretch, rows int) int {
	n := over.len()
	name := fmt.Sprintf("blocks of %d", n)
	if over.from > 0 {
		name += fmt.Sprintf(" from %d", over.from)
	}
	for i, c := range b.plan.Conns {
		if c.Name == name {
			return i
		}
	}
	ptr, index := make([]int32, rows+1), make([]int32, n)
	for r := range ptr {
		ptr[r] = int32(min(r*allRow, n))
	}
	for i := range index {
		index[i] = int32(over.from + i)
	}
	b.plan.Conns = append(b.plan.Conns, &Conn{Name: name, NPre: over.to, NPost: rows, N: n, ByPost: true,
		RowPtr: b.buffer(Buffer{Object: name, Var: "rows", Type: ir.Int, Len: len(ptr), Ints: ptr, Role: Connectivity}),
		Index:  b.buffer(Buffer{Object: name, Var: "index", Type: ir.Int, Len: n, Ints: index, Role: Connectivity}),
	})
	return len(b.plan.Conns) - 1
}
