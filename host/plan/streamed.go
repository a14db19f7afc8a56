package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// stream has a part compute a buffer when it is read, where the operations allow it.
func (p *Plan) stream(id BufferID) {
	if b := p.Buffers[id]; p.streamable(id) && !b.Streamed {
		own := *b
		own.Streamed = true
		p.Buffers[id] = &own
	}
}

// streamable reports whether the contents of a buffer can be computed for any range of synapses by itself, when they are read: all that makes them are
// kernels over synapses that store to the synapse's own place and to nothing else, and nothing that they read is changed behind the first of them.
func (p *Plan) streamable(id BufferID) bool {
	if len(p.Schedule) > 0 || len(p.Monitors) > 0 || len(p.SpikeMonitors) > 0 || p.Replicas > 1 || p.Buffers[id].Type != ir.Real {
		return false
	}
	read := map[BufferID]bool{}
	for _, op := range p.Init {
		r, ok := op.(*Run)
		if !ok {
			return false
		}
		if !slices.Contains(r.Bind, id) {
			if changes(r, read) {
				return false
			}
			continue
		}
		if !p.storesOnly(r, id) {
			return false
		}
		for _, b := range r.Bind {
			read[b] = true
		}
	}
	return len(read) > 0
}

// storesOnly reports whether a kernel over synapses does nothing but store to the synapses' places in a buffer.
func (p *Plan) storesOnly(r *Run, id BufferID) bool {
	if r.Kernel.Domain != ir.Synapses || r.Conn < 0 || p.Conns[r.Conn].N != p.Buffers[id].Len || len(r.Kernel.Reductions) > 0 {
		return false
	}
	for i, s := range r.Kernel.Slots {
		if (r.Bind[i] == id) != (s.Access&ir.Write != 0) || r.Bind[i] == id && s.Kind != ir.PerElement {
			return false
		}
	}
	return !slices.ContainsFunc(r.Kernel.Effects, func(e ir.Effect) bool { return e.Kind != ir.Store && e.Kind != ir.Check || e.Index != nil })
}
