package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/rng"
)

// Drawing is what a backend needs to draw rows by itself.
type Drawing = connect.Drawing

// ValueKey is the key of the random numbers in c.Values, with Drawn.
func (c *Conn) ValueKey(replica uint32) rng.Key { return rng.NewKey(c.Drawn.Key.Seed, 0, replica) }

// ValuesFor are the kernels of c.Values that r depends on, in their order.
func (c *Conn) ValuesFor(r *Run) []*Run {
	need := map[BufferID]bool{}
	use := func(r *Run) {
		for i, s := range r.Kernel.Slots {
			if s.Kind == ir.PerElement && s.Access&ir.Read != 0 {
				need[r.Bind[i]] = true
			}
		}
	}
	use(r)
	var list []*Run
	for _, v := range slices.Backward(c.Values) {
		for _, e := range v.Kernel.Effects {
			if need[v.Bind[e.Slot]] {
				use(v)
				list = append(list, v)
				break
			}
		}
	}
	slices.Reverse(list)
	return list
}

// Computed are the buffers of c's own values that r depends on, each once.
func (c *Conn) Computed(r *Run) (list []BufferID) {
	for _, k := range append(c.ValuesFor(r), r) {
		for i, s := range k.Kernel.Slots {
			if s.Kind == ir.PerElement && !slices.Contains(list, k.Bind[i]) {
				list = append(list, k.Bind[i])
			}
		}
	}
	return list
}

// Synapses that the cpu backend draws together at most, where that is a row or more: enough for all cores, and little to keep. Small networks
// do with a part of their rows.
const (
	drawnRoom = 1 << 19
	drawnPart = 16
	drawnRows = 32
)

// DrawnRows is for how many spikes the cpu backend draws rows together, at least one; 0 where connectivity is stored.
func (c *Conn) DrawnRows() int {
	if c.Drawn == nil {
		return 0
	}
	return max(1, min(c.Drawn.PreLen, max(drawnRows, c.Drawn.PreLen/drawnPart), drawnRoom/max(1, c.Drawn.Room(1))))
}

// DrawnRoom is for how many synapses the cpu backend has room then, so that no row needs that of another.
func (c *Conn) DrawnRoom() int {
	if c.Drawn == nil {
		return 0
	}
	return c.DrawnRows() * c.Drawn.Room(1)
}

// valueBytes is the size of the computed values of one synapse.
func (c *Conn) valueBytes(p *Plan) (bytes int64) {
	var seen []BufferID
	for _, it := range p.Schedule {
		for _, op := range it.Ops {
			r, ok := op.(*Run)
			if !ok || r.Conn < 0 || p.Conns[r.Conn] != c {
				continue
			}
			for _, id := range c.Computed(r) {
				if !slices.Contains(seen, id) {
					seen = append(seen, id)
					bytes += p.bytesPer(p.Buffers[id])
				}
			}
		}
	}
	return bytes
}
