package glsl

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Values of synapses that no step changes are kept a second time in the order of entries, where that is another one. Those of a row lie far apart among
// all synapses, and each would come from a line of memory of its own.

// Packed are such values of a kernel over spikes, or of sums over all synapses: those of entry k are at k, with Delays at k behind those of the delays before.
type Packed struct {
	Values plan.BufferID
	Buffer int // of Layout.Buffers
}

// findPacked lays out what is packed, where it fits into a storage block.
func (l *Layout) findPacked(names *namer, block int64) {
	l.packed = map[*plan.Run][]Packed{}
	if l.NoPacking || l.replicas() > 1 {
		return
	}
	for _, it := range l.Plan.Schedule {
		for _, op := range it.Ops {
			r, ok := op.(*plan.Run)
			if !ok || r.Kernel.InOrder || r.Conn < 0 || !l.Plan.Conns[r.Conn].Mapped || l.Plan.Conns[r.Conn].Drawn != nil {
				continue
			}
			d, first := l.DelaysOf(r)
			switch r.Kernel.Domain {
			case ir.Spiking:
				// Kernels that change synapses may be told the number of the synapse only, see Joint.
				if d != nil && !first || d == nil && slices.ContainsFunc(r.Kernel.Effects, func(e ir.Effect) bool { return e.Kind != ir.Accumulate }) {
					continue
				}
			case ir.Incoming:
			default:
				continue
			}
			n := l.Plan.Conns[r.Conn].N
			if d != nil {
				n = l.Synapses(d)
			}
			if int64(n)*int64(l.Size(ir.Real)) > block {
				continue
			}
			for i, s := range r.Kernel.Slots {
				b := r.Bind[i]
				if s.Kind != ir.PerElement || s.Type != ir.Real || !ofSynapses(r.Kernel, i) || !l.Plan.Settled(b) || slices.ContainsFunc(l.packed[r], func(p Packed) bool { return p.Values == b }) {
					continue
				}
				if l.packed[r] == nil {
					l.packers = append(l.packers, r)
				}
				name := names.unique(fmt.Sprintf("packed_%d_%d", len(l.packers)-1, len(l.packed[r])))
				l.packed[r] = append(l.packed[r], Packed{b, len(l.Buffers)})
				l.Buffers = append(l.Buffers, Buffer{Name: name, Type: ir.Real, Len: n})
			}
		}
	}
}

// ofSynapses reports whether a slot of a kernel has a value for each synapse: in a kernel with sums those have one that are summed, all others one for
// each element.
func ofSynapses(k *ir.Kernel, slot int) bool {
	summed := func(e *ir.Expr) bool { return e.Op == ir.OpLoad && e.Slot == slot && len(e.Args) == 0 }
	return k.Domain != ir.Incoming || slices.ContainsFunc(k.Reductions, func(r ir.Reduction) bool { return ir.Any(r.Value, summed) })
}

// Packed are the values of synapses that a kernel reads in the order of entries.
func (l *Layout) Packed(r *plan.Run) []Packed { return l.packed[r] }

// PackedValues reports whether values of a buffer are kept a second time.
func (l *Layout) PackedValues(b plan.BufferID) bool {
	return l.anyPacked(func(p Packed) bool { return p.Values == b })
}

// IsPacked reports whether a buffer of the layout is a second copy of values of synapses.
func (l *Layout) IsPacked(buffer int) bool {
	return l.anyPacked(func(p Packed) bool { return p.Buffer == buffer })
}

func (l *Layout) anyPacked(is func(Packed) bool) bool {
	return slices.ContainsFunc(l.packers, func(r *plan.Run) bool { return slices.ContainsFunc(l.packed[r], is) })
}

// packedShare is the number of values that an invocation packs, where there are not more than work groups can be for.
const packedShare = 64

// Pack writes the programs that copy values of synapses into the order of entries.
func Pack(l *Layout, groupSize int) (programs []*Program, err error) {
	for _, r := range l.packers {
		p, err := l.pack(r, groupSize)
		if err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	return programs, nil
}

func (l *Layout) pack(r *plan.Run, groupSize int) (*Program, error) {
	g := newGenerator(l)
	g.title = append(g.title, "values in the order of entries for "+r.Kernel.Name)
	d, c := l.joined[r], l.Plan.Conns[r.Conn]
	n, number := c.N, g.synapse(c, "e")
	if d != nil {
		n, number = l.Synapses(d), g.delayArray(r, delaySynapses)+"(e - first)"
	}
	groups := max(1, min((n+groupSize*packedShare-1)/(groupSize*packedShare), maxGroups))
	g.stepUniforms()
	g.linef("void main() {")
	g.linef("\tfor (uint e = gl_GlobalInvocationID.x; e < %du; e += %du) {", n, groups*groupSize)
	if d != nil {
		g.searchDelay("\t\t", len(d.Runs), g.delayWord(d, fmt.Sprintf("%du * mid", delayWords), delayFirst), "e")
		of := fmt.Sprintf("%du * d", delayWords)
		g.linef("\t\tuint first = %s;", g.delayWord(d, of, delayFirst))
		g.linef("\t\tsegment_synapses = %s;", g.delayWord(d, of, delayPlaces+delaySynapses))
		if len(d.slabs[delaySynapses]) > 1 {
			g.linef("\t\tsegment_slabs = %s;", g.delayWord(d, of, delaySlabs))
		}
	}
	g.linef("\t\tuint s = %s;", number)
	for _, p := range l.packed[r] {
		g.use(p.Buffer)
		g.use(int(p.Values))
		g.linef("\t\t%s(e) = %s(s);", l.Buffers[p.Buffer].Name, l.Buffers[p.Values].Name)
	}
	g.linef("\t}")
	g.linef("}")
	return g.finish(groupSize, groups)
}
