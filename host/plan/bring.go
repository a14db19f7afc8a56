package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// bringUpdates moves a kernel that updates synapses to right behind the sum that reads what it changes, so that a backend may go through the synapses
// once for both. What stands between must allow it, as in fuseThresholds. The item of the kernel stays in the schedule, without operations.
func (b *builder) bringUpdates() {
	b.moveAhead(func(before []Item, update *Run, clock int) bool {
		return update.Kernel.Domain == ir.Synapses && update.Conn >= 0 && b.bring(before, update, clock)
	})
}

// bring moves update behind the last sum in the items before it that reads what it writes.
func (b *builder) bring(before []Item, update *Run, clock int) bool {
	it, at := b.earlier(before, update, clock, func(sum *Run) bool {
		summed, _ := touched(sum)
		return len(sum.Kernel.Reductions) > 0 && changes(update, summed)
	})
	if it == nil {
		return false
	}
	it.Ops = slices.Insert(it.Ops, at+1, Op(update))
	return true
}
