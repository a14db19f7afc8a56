package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// tableOf lowers calls of TimedArrays in a group with the given clock.
//
// The index is Brian2's: i = int((t/eps + 0.5)/K) with eps = dt_arr/K and K the power of two at or above 8 dt_arr/dt, so that a
// time which is a multiple of dt never falls on the wrong side of a sample by rounding.
//
// A column that is known to be outside of the table is reported: a number, or the index of one of n elements (0: of something else). One
// that only the run knows gives NaN where it is outside, and the kernel may check it.
func (b *builder) tableOf(clock lower.Clock, n int) func(*ir.Builder, check.Table, []*ir.Expr) lower.Sample {
	return func(ib *ir.Builder, t check.Table, args []*ir.Expr) lower.Sample {
		ta, ok := t.(*net.TimedArray)
		if !ok {
			panic(fmt.Sprintf("a table of type %T has no samples", t))
		}
		k := ta.Factor(clock.DT)
		eps := ta.DT / clock.Unit / k
		sample := ib.Op(ir.OpRealToInt, ib.Op(ir.OpDiv,
			ib.Op(ir.OpAdd, ib.Op(ir.OpDiv, ib.ToReal(args[0]), ib.Const(eps)), ib.Const(0.5)), ib.Const(k)))
		index := clamp(ib, sample, ta.Samples())
		out := lower.Sample{Columns: ta.Columns}
		if ta.Columns > 0 {
			column := args[1]
			if column.Type != ir.Int {
				column = ib.Op(ir.OpRealToInt, ib.ToReal(column))
			}
			if !b.columnExists(ta, column, n) {
				out.Column = column
			}
			index = ib.Op(ir.OpAdd, ib.Op(ir.OpMul, index, ib.ConstInt(int32(ta.Columns))), clamp(ib, column, ta.Columns))
		}
		name := b.tableBuffer(ta)
		out.Value = ib.LoadAt(ib.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), index)
		if out.Column != nil {
			out.Value = ib.Select(out.Exists(ib), out.Value, ib.Const(math.NaN()))
		}
		return out
	}
}

// columnExists reports whether a column is known before the run, and a mistake where it is known not to exist.
func (b *builder) columnExists(ta *net.TimedArray, column *ir.Expr, n int) bool {
	worst := 0
	switch {
	case column.Op == ir.OpConst:
		worst = int(column.Value)
	case column.Op == ir.OpElem && n > 0:
		worst = n - 1
	default:
		return column.Op == ir.OpMod && column.Args[1].Op == ir.OpConst && column.Args[1].Value > 0 && column.Args[1].Value <= float64(ta.Columns)
	}
	if worst >= 0 && worst < ta.Columns {
		return true
	}
	text := fmt.Sprintf("the TimedArray %q has the columns 0 to %d, but column %d is asked for", ta.Name, ta.Columns-1, worst)
	if !slices.ContainsFunc(b.diags, func(d diag.Diagnostic) bool { return d.Message == text }) { // code is lowered more than once
		b.mistake(net.Place{}, "", "%s", text)
	}
	return true
}

// columnBuffer is where a kernel over n elements keeps the columns that it asks for in vain.
func (b *builder) columnBuffer(slot string, n int) {
	if _, known := b.byName[slot]; known {
		return
	}
	if object, v, ok := lower.ColumnSlot(slot); ok {
		b.buffer(Buffer{Object: object, Var: v, Type: ir.Int, Len: n, Role: Scratch})
	}
}

// ColumnCheck tells what the name of a check of a table's column says, false for other names: the object that asks, the table and its
// number of columns.
func ColumnCheck(name string) (object, table string, columns int, ok bool) {
	return lower.ColumnCheck(name)
}

func clamp(ib *ir.Builder, i *ir.Expr, n int) *ir.Expr {
	return ib.Op(ir.OpMin, ib.Op(ir.OpMax, i, ib.ConstInt(0)), ib.ConstInt(int32(n-1)))
}

// tableBuffer returns the slot name of a table's samples, which all its users share.
func (b *builder) tableBuffer(t *net.TimedArray) string {
	for i := 0; ; i++ {
		v := fmt.Sprintf("%s@%d", t.Name, i)
		name := lower.SlotName("table", v)
		id, taken := b.byName[name]
		if !taken {
			b.buffer(Buffer{Object: "table", Var: v, Type: ir.Real, Len: len(t.Values), Reals: t.Values, Role: Table})
			return name
		}
		if r := b.plan.Buffers[id].Reals; len(r) == len(t.Values) && &r[0] == &t.Values[0] {
			return name
		}
	}
}
