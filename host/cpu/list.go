package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// spikeList is a list buffer: rows of a count and as many ascending elements. Row s mod rows belongs to step s.
type spikeList struct {
	data  []int32
	rows  int64
	width int // entries of a row
}

// spikeList returns the list in a buffer; what says who needs it.
func (x *instance[T]) spikeList(what string, id plan.BufferID) (spikeList, error) {
	if id < 0 || int(id) >= len(x.plan.Buffers) || x.plan.Buffers[id].Type != ir.Int || x.plan.Buffers[id].Len == 0 {
		return spikeList{}, fmt.Errorf("%s needs a spike list, but buffer %d is not an integer buffer with elements", what, id)
	}
	b := x.plan.Buffers[id]
	l := spikeList{data: x.m.int[id], rows: max(int64(b.Rows), 1)}
	l.width = b.Len / int(l.rows)
	if b.Rows < 0 || l.width == 0 || l.width*int(l.rows) != b.Len {
		return spikeList{}, fmt.Errorf("%s: the %d entries of %s.%s cannot be divided into %d spike lists", what, b.Len, b.Object, b.Var, b.Rows)
	}
	return l, nil
}

// row is the list of a step.
func (l *spikeList) row(step int64) []int32 {
	if l.rows == 1 {
		return l.data
	}
	r := int(step%l.rows) * l.width
	return l.data[r : r+l.width]
}

// spikes returns the elements that spiked in a step: none before step 0.
func (l *spikeList) spikes(step int64) []int32 {
	if step < 0 {
		return nil
	}
	row := l.row(step)
	// The host may have written the count.
	return row[1 : 1+max(0, min(int(row[0]), len(row)-1))]
}

// room is the number of spikes that fit in one step.
func (l *spikeList) room() int { return l.width - 1 }
