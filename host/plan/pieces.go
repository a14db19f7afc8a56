package plan

import "github.com/galvani-sim/galvani/host/ir"

// Divisible are the buffers that a device may keep in several pieces when they are larger than its largest buffer: whatever touches them
// loads or stores one element at an index. Arrays of synapses are among them, and connectivity. What is added to, spike lists and what
// operations other than kernels take are not.
func (p *Plan) Divisible() map[BufferID]bool {
	set := map[BufferID]bool{}
	for _, b := range p.Buffers {
		if b.Rows == 0 {
			set[b.ID] = true
		}
	}
	drop := func(ids ...BufferID) {
		for _, id := range ids {
			delete(set, id)
		}
	}
	for _, op := range p.ops() {
		switch op := op.(type) {
		case *MatMul:
			drop(op.A.Buf, op.B.Buf, op.C, op.Scale)
		case *TapSum:
			drop(op.Src.Buf, op.Dst, op.Offsets, op.Weights)
		case *Generate:
			drop(op.List, op.Steps, op.First, op.Index)
		case *Halt:
			drop(op.List)
		case *Sequence:
			drop(op.Keys, op.Marks)
		}
	}
	for _, m := range p.SpikeMonitors {
		drop(m.List)
	}
	for _, r := range p.runs() {
		if d := r.Kernel.Domain; d == ir.Active || d == ir.Spiking {
			drop(r.List)
		}
		for _, e := range r.Kernel.Effects {
			if e.Kind == ir.Accumulate || e.Kind == ir.Emit {
				drop(r.Bind[e.Slot])
			}
		}
	}
	return set
}
