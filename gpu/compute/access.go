package compute

import (
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// access is how an operation touches a buffer. An aligned access of invocation e is to element e alone.
type access struct {
	buf     plan.BufferID
	write   bool
	aligned bool
}

// accesses lists what op reads and writes.
func accesses(p *plan.Plan, op plan.Op) []access {
	var a []access
	read := func(b plan.BufferID) {
		if b != plan.None {
			a = append(a, access{buf: b})
		}
	}
	conn := func(k int) {
		if k >= 0 {
			read(p.Conns[k].RowPtr)
			read(p.Conns[k].Index)
		}
	}
	switch op := op.(type) {
	case *plan.Run:
		k := op.Kernel
		for i, s := range k.Slots {
			// In a sum over incoming synapses a per-element slot may be indexed by the synapse.
			aligned := s.Kind == ir.PerElement && len(k.Reductions) == 0
			if s.Access&ir.Read != 0 {
				a = append(a, access{op.Bind[i], false, aligned})
			}
			if s.Access&ir.Write != 0 {
				a = append(a, access{op.Bind[i], true, aligned})
			}
		}
		for _, r := range k.Reductions {
			a = append(a, access{op.Bind[r.Slot], true, false}, access{op.Bind[r.Slot], false, false})
		}
		if k.Domain != ir.Elements {
			conn(op.Conn)
		}
	case *plan.MatMul:
		read(op.A.Buf)
		read(op.B.Buf)
		read(op.Scale)
		if op.Add {
			read(op.C)
		}
		a = append(a, access{op.C, true, false})
	case *plan.TapSum:
		read(op.Src.Buf)
		read(op.Offsets)
		read(op.Weights)
		if op.Add {
			a = append(a, access{op.Dst, false, true})
		}
		a = append(a, access{op.Dst, true, true})
	case *plan.Sample:
		for _, v := range p.Monitors[op.Monitor].Vars {
			read(v.Buf)
		}
		// Each row of a ring is written once between two drains, so the ring itself never conflicts.
	}
	return a
}

// conflict reports whether invocations of two operations may touch the same element with at least one writing, other than
// invocation e of the one and invocation e of the other.
func conflict(a, b []access) bool {
	for _, x := range a {
		for _, y := range b {
			if x.buf == y.buf && (x.write || y.write) && !(x.aligned && y.aligned) {
				return true
			}
		}
	}
	return false
}

// hazards tracks what has been touched since the last barrier.
type hazards struct {
	read, written []int64 // by buffer: the barrier count at the last access
	epoch         int64
}

func newHazards(buffers int) *hazards {
	return &hazards{read: make([]int64, buffers), written: make([]int64, buffers), epoch: 1}
}

// need reports whether a barrier must stand before accesses a.
func (h *hazards) need(a []access) bool {
	for _, x := range a {
		if h.written[x.buf] == h.epoch || x.write && h.read[x.buf] == h.epoch {
			return true
		}
	}
	return false
}

// note records accesses a.
func (h *hazards) note(a []access) {
	for _, x := range a {
		if x.write {
			h.written[x.buf] = h.epoch
		} else {
			h.read[x.buf] = h.epoch
		}
	}
}

// barrier forgets everything touched so far.
func (h *hazards) barrier() { h.epoch++ }
