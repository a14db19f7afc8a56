package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// PlainSum recognises a sum of weight × source[far end], or of source[far end] alone, whose weights are None, and returns the buffers.
func (p *Plan) PlainSum(o *Run, r *ir.Reduction) (weights, source BufferID, ok bool) {
	if r.Fold != ir.Sum {
		return None, None, false
	}
	k := o.Kernel
	far := ir.OpPre
	if !p.Conns[o.Conn].ByPost {
		far = ir.OpPost
	}
	fromFar := func(e *ir.Expr) bool {
		return e.Op == ir.OpLoad && k.Slots[e.Slot].Kind == ir.Indexed && e.Type == ir.Real && e.Args[0].Op == far
	}
	e := r.Value
	if fromFar(e) {
		return None, o.Bind[e.Slot], true
	}
	if e.Op != ir.OpMul {
		return None, None, false
	}
	w, s := e.Args[0], e.Args[1]
	if fromFar(w) {
		w, s = s, w
	}
	if !fromFar(s) || w.Op != ir.OpLoad || k.Slots[w.Slot].Kind != ir.PerElement {
		return None, None, false
	}
	return o.Bind[w.Slot], o.Bind[s.Slot], true
}

// Settled reports whether no step changes a buffer.
func (p *Plan) Settled(b BufferID) bool {
	return !slices.ContainsFunc(p.Schedule, func(it Item) bool { return Writes(it.Ops, b) })
}

// Writes reports whether one of the operations writes a buffer of variables.
func Writes(ops []Op, b BufferID) bool {
	return slices.ContainsFunc(ops, func(op Op) bool {
		switch o := op.(type) {
		case *Run:
			for i, s := range o.Kernel.Slots {
				if o.Bind[i] == b && s.Access&ir.Write != 0 {
					return true
				}
			}
		case *Sequence:
			return slices.ContainsFunc(o.Runs, func(r *Run) bool { return Writes([]Op{r}, b) })
		case *MatMul:
			return o.C == b
		case *TapSum:
			return o.Dst == b
		}
		return false
	})
}

// PackedWeights are the weights that an operation over spikes adds to its targets and that lie in another order than its rows, where no step changes
// them. The cpu backend keeps a copy in that order.
func (p *Plan) PackedWeights(o *Run) (weights []BufferID) {
	k := o.Kernel
	if k.Domain != ir.Spiking || k.InOrder || o.Conn < 0 || !p.Conns[o.Conn].Mapped || p.Replicas > 1 {
		return nil
	}
	for _, e := range k.Effects {
		switch v := e.Value; {
		case e.Kind != ir.Accumulate:
			return nil
		case v.Op == ir.OpLoad && v.Type == ir.Real && k.Slots[v.Slot].Kind == ir.PerElement:
			if id := o.Bind[v.Slot]; p.Settled(id) && !slices.Contains(weights, id) {
				weights = append(weights, id)
			}
		case !v.Uniform():
			return nil
		}
	}
	return weights
}

// copiedWeights is the size of the copies that the cpu backend makes of weights which lie in another order than the rows that are summed, or
// that spikes go through.
func (p *Plan) copiedWeights() (bytes int64) {
	for i := range p.Schedule {
		for _, op := range p.Schedule[i].Ops {
			o, ok := op.(*Run)
			if !ok || o.Conn < 0 || !p.Conns[o.Conn].Mapped {
				continue
			}
			bytes += int64(len(p.PackedWeights(o))) * int64(p.Conns[o.Conn].N) * p.RealBytes()
			var seen []BufferID
			for k := range o.Kernel.Reductions {
				w, _, ok := p.PlainSum(o, &o.Kernel.Reductions[k])
				if !ok || w == None || slices.Contains(seen, w) || !p.Settled(w) {
					continue
				}
				seen = append(seen, w)
				n := int64(p.Conns[o.Conn].N)
				if p.Buffers[w].Each > 0 {
					n *= int64(max(1, p.Replicas))
				}
				bytes += n * p.RealBytes()
			}
		}
	}
	return bytes
}

// copiedEnds is the size of the lists that the cpu backend makes of ends that are kept as the place where each element's synapses begin, for what
// goes through synapses in the order of creation.
func (p *Plan) copiedEnds() (bytes int64) {
	seen := map[*Ends]bool{}
	for i := range p.Schedule {
		for _, op := range p.Schedule[i].Ops {
			o, ok := op.(*Run)
			if !ok || o.Conn < 0 || !p.inOrderOfCreation(o) {
				continue
			}
			for _, e := range []*Ends{p.Conns[o.Conn].Pre, p.Conns[o.Conn].Post} {
				if e != nil && e.first != nil && !seen[e] {
					seen[e] = true
					bytes += int64(e.n) * indexBytes(len(e.first)-1)
				}
			}
		}
	}
	return bytes
}

// inOrderOfCreation reports whether the cpu backend goes through the mapped synapses of an operation in the order of their creation.
func (p *Plan) inOrderOfCreation(o *Run) bool {
	if k := o.Kernel; k.Domain == ir.Synapses {
		return p.Conns[o.Conn].Mapped && p.Replicas <= 1 && k.NamesEnds()
	}
	for i := range o.Kernel.Reductions {
		if p.SumsByCreation(o, &o.Kernel.Reductions[i]) {
			return true
		}
	}
	return false
}

// SumsByCreation reports whether a sum over mapped synapses is for the cpu backend to make in the order of their creation, where rows have that order.
func (p *Plan) SumsByCreation(o *Run, red *ir.Reduction) bool {
	c := p.Conns[o.Conn]
	if !c.Mapped || p.Replicas > 1 || red.Fold != ir.Sum || red.Value.Type != ir.Real {
		return false
	}
	// Weights that are copied to the order of rows are summed faster in that, but for all to all.
	if w, _, plain := p.PlainSum(o, red); plain && (w == None || p.Settled(w)) && 2*c.N < c.NPre*c.NPost {
		return false
	}
	// Sums that are summed are not what they were while they are made.
	target := o.Bind[red.Slot]
	return !ir.Any(red.Value, func(e *ir.Expr) bool { return e.Op == ir.OpLoad && o.Bind[e.Slot] == target })
}
