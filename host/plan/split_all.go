package plan

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
)

// complete reports whether each row of a connectivity holds all presynaptic neurons once, but for at most the one that has the
// row's own index.
func (b *builder) complete(c *Conn) bool {
	if c.N != c.NPre*c.NPost && !b.completeButSelf(c) {
		return false
	}
	b.widen(c.Index)
	rows, index := b.plan.Buffers[c.RowPtr].Ints, b.plan.Buffers[c.Index].Entries().Long
	if rows == nil || index == nil {
		return false
	}
	self := b.completeButSelf(c)
	for r := range c.NPost {
		want := int32(0)
		for _, i := range index[rows[r]:rows[r+1]] {
			if self && int(want) == r {
				want++
			}
			if i != want {
				return false
			}
			want++
		}
		if self && int(want) == r {
			want++
		}
		if int(want) != c.NPre {
			return false
		}
	}
	return true
}

func (b *builder) completeButSelf(c *Conn) bool {
	return c.NPre == c.NPost && c.N == c.NPre*(c.NPre-1)
}

// allRow is the length of the rows that a sum over all neurons is made of: their sums are summed in turn.
const allRow = 256

// overAll sums the terms' presynaptic values over all neurons, and returns the sums as expressions of the postsynaptic neuron, which is
// left out where it has no synapse from itself.
func (s *splitter) overAll(ops []Op, out *ir.Builder, terms []term, pres map[*ir.Expr]string) ([]Op, []*ir.Expr) {
	c := s.conn
	self := s.b.completeButSelf(c)
	from := make([]string, len(terms))
	for i, t := range terms {
		from[i] = pres[t.pre]
	}
	for level, n := 0, c.NPre; n > 1 || level == 0; level++ {
		rows := (n + allRow - 1) / allRow
		r := s.newReduction(rows, s.b.blocks(n, rows))
		for i, t := range terms {
			if t.pre != nil {
				to := s.scratch(fmt.Sprintf("sum %d, level %d,", i, level), rows)
				r.add(to, from[i], nil)
				from[i] = to
			}
		}
		ops, n = append(ops, r.op()), rows
	}
	var parts []*ir.Expr
	for i, t := range terms {
		if t.pre == nil {
			n := c.NPre
			if self {
				n--
			}
			parts = append(parts, out.Const(float64(n)))
			continue
		}
		sum := out.LoadAt(out.Slot(ir.Slot{Name: from[i], Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), out.ConstInt(0))
		if self {
			own := out.Load(out.Slot(ir.Slot{Name: pres[t.pre], Type: ir.Real, Kind: ir.PerElement, Access: ir.Read}))
			sum = out.Op(ir.OpSub, sum, own)
		}
		parts = append(parts, sum)
	}
	return ops, parts
}

// blocks is the connectivity of rows that take allRow of n neurons each, in order.
func (b *builder) blocks(n, rows int) int {
	name := fmt.Sprintf("blocks of %d", n)
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
		index[i] = int32(i)
	}
	b.plan.Conns = append(b.plan.Conns, &Conn{Name: name, NPre: n, NPost: rows, N: n, ByPost: true,
		RowPtr: b.buffer(Buffer{Object: name, Var: "rows", Type: ir.Int, Len: len(ptr), Ints: ptr, Role: Connectivity}),
		Index:  b.buffer(Buffer{Object: name, Var: "index", Type: ir.Int, Len: n, Ints: index, Role: Connectivity}),
	})
	return len(b.plan.Conns) - 1
}
