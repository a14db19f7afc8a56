package lower

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// Sample is a lowered call of a table.
type Sample struct {
	Value *ir.Expr // NaN where there is no such column
	Table string   // as the code calls it
	// Column is nil when it is known to exist; there are Columns.
	Column  *ir.Expr
	Columns int
}

// Exists holds where the table has the column.
func (s Sample) Exists(b *ir.Builder) *ir.Expr {
	return b.Op(ir.OpAnd, b.Op(ir.OpLe, b.ConstInt(0), s.Column), b.Op(ir.OpLt, s.Column, b.ConstInt(int32(s.Columns))))
}

// sample lowers a call of a table. Under a condition the column need not exist where the condition does not hold; what is computed from
// a missing one is NaN then, and faults as such.
func (s *kernelScope) sample(name string, t check.Table, args []*ir.Expr) *ir.Expr {
	x := s.in.Table(s.b, t, args)
	x.Table = name
	if x.Column != nil && s.conditional == 0 {
		s.samples = append(s.samples, x)
	}
	return x.Value
}

// columnChecks are the effects that fault the run where a table has no such column, before the NaN that it gives does. Kernels over
// elements store the column for the message.
func (s *kernelScope) columnChecks() (effects []ir.Effect) {
	var done []Sample
	b := s.b
	for _, x := range s.samples {
		if slices.ContainsFunc(done, func(y Sample) bool { return y.Column == x.Column && y.Table == x.Table }) {
			continue
		}
		name := SlotName(s.in.Object, fmt.Sprintf("%s%d@%s@%s/%d", columnMark, x.Columns, x.Table, s.stream, len(done)))
		done = append(done, x)
		exists := x.Exists(b)
		effects = append(effects, ir.Effect{Kind: ir.Check, Value: b.Select(exists, b.Const(0), b.Const(math.NaN())), Name: name})
		if !s.perSyn {
			slot := b.Slot(ir.Slot{Name: name, Type: ir.Int, Kind: ir.PerElement, Access: ir.Write})
			effects = append(effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: x.Column, Mask: b.Op(ir.OpNot, exists)})
		}
	}
	return effects
}

const columnMark = "column@"

// ColumnSlot splits the name of a check of a table's column, which is that of the slot where the column is kept, into object and variable.
func ColumnSlot(name string) (object, variable string, ok bool) {
	at := strings.Index(name, "."+columnMark)
	if at < 0 {
		return "", "", false
	}
	return name[:at], name[at+1:], true
}

// ColumnCheck tells what the name of a check of a table's column says: the object that asks, the table and its number of columns.
func ColumnCheck(name string) (object, table string, columns int, ok bool) {
	object, rest, ok := ColumnSlot(name)
	if !ok {
		return "", "", 0, false
	}
	parts := strings.SplitN(rest, "@", 4)
	if len(parts) < 4 {
		return "", "", 0, false
	}
	columns, err := strconv.Atoi(parts[1])
	return object, parts[2], columns, err == nil
}
