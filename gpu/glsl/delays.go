package glsl

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Kernels that differ in nothing but the delay, each over the rows of its own synapses, are one operation: that of the first of them, with Delays. What
// differs is in a table, so that no text depends on how many there are. The spikes of all delays are counted up once a step. Each is a segment, the
// synapses of one row, or several where a delay has long rows; and the segments of all delays are shared evenly.

// Delays are kernels of all delays of a pathway, and of earlier delays of it that spikes are under way with.
type Delays struct {
	Runs []*plan.Run
	// Table and Starts index Layout.Buffers. Table has delayWords for each delay. Starts has the number of segments before each delay and their sum, and
	// then three arguments of an indirect dispatch.
	Table, Starts int
	// Teams is the number of segments that a work group of a dispatch takes side by side, a power of two. Groups is the most work groups of a dispatch;
	// beyond, they take several one after another. The rows of a delay are so many segments each that these have about Part synapses; 0: one. All may be
	// set before programs are generated.
	Teams, Groups, Part int
	// Lanes is the number of invocations that share a segment in a program of many steps, a power of two; 0: see teamIn.
	Lanes int
	// Fetched: ends of synapses are loaded as texels where that can be. Of a segment of few synapses most entries of its texels are others', and take their
	// time all the same. It may be set before programs are generated.
	Fetched bool
	// Shared: a work group has a copy of Starts in shared memory, in which looking for the delay of a segment takes far less time than in memory that others
	// write to. It may be set before programs are generated.
	Shared  bool
	bounded bool
	slabs   [delayKinds][]int // of the arrays of each kind that delays have
}

// Kinds of arrays that each delay has one of.
const (
	delayRows     = iota // where rows begin
	delayEnds            // far ends
	delaySynapses        // numbers of synapses
	delayKinds
)

// Words of a delay in the table. A place is that of an array's first element in its slab.
const (
	delayLag    = 0 // steps
	delayPlaces = 1 // by kind
	delayFirst  = 4 // synapses of the delays before
	delayBound  = 5 // place among BetweenWords, noBound without
	delaySlabs  = 6 // which of the slabs of each kind, delaySlabBits each
	delayParts  = 7 // segments of a row
	delayWords  = 8

	noBound       = -1
	delaySlabBits = 8
)

// Args is where the arguments of a dispatch over all delays are in Starts.
func (d *Delays) Args() int { return len(d.Runs) + 1 }

// Shares counts the spikes of each delay in this step, for kernels with Delays. All invocations of one work group take part.
type Shares struct{ Run *plan.Run }

// findDelays finds kernels that are one operation, and lays out what goes with them.
func (l *Layout) findDelays(names *namer) {
	l.joined = map[*plan.Run]*Delays{}
	if l.Apart {
		return
	}
	copied := 0 // words of shared memory
	for _, it := range l.Plan.Schedule {
		for k := 0; k < len(it.Ops); {
			first, ok := it.Ops[k].(*plan.Run)
			n := 1
			for ok && k+n < len(it.Ops) && l.differInDelay(first, it.Ops[k+n]) {
				n++
			}
			if n > 1 {
				d := &Delays{Groups: maxGroups}
				for _, op := range it.Ops[k : k+n] {
					r := op.(*plan.Run)
					d.Runs, d.bounded = append(d.Runs, r), d.bounded || r.Bounded()
				}
				for _, r := range d.Runs {
					l.joined[r] = d
				}
				d.Part = DelaysGroup / l.TeamsFor(d, DelaysGroup, 1)
				d.Part = max(fewestLanes, min(d.Part, mostLanes))
				d.Teams, d.Fetched = DelaysGroup/d.Part, l.meanSegment(d) >= fewestFetched
				if d.Shared = !l.Software && copied+n < mostShared; d.Shared {
					copied += n + 1
				}
				l.delayed = append(l.delayed, first)
				l.addDelays(names, d)
			}
			k += n
		}
	}
}

func (l *Layout) addDelays(names *namer, d *Delays) {
	name := func(what string) string { return names.unique(fmt.Sprintf("delays_%d_%s", len(l.delayed)-1, what)) }
	add := func(b Buffer) int {
		l.Buffers = append(l.Buffers, b)
		return len(l.Buffers) - 1
	}
	d.Table = add(Buffer{Name: name("table"), Type: ir.Int, Len: delayWords * len(d.Runs)})
	d.Starts = add(Buffer{Name: name("starts"), Type: ir.Int, Len: len(d.Runs) + 4})
}

// Synapses is the number of synapses of all delays.
func (l *Layout) Synapses(d *Delays) (n int) {
	for _, r := range d.Runs {
		n += l.Plan.Conns[r.Conn].N
	}
	return n
}

// differInDelay reports whether two kernels, which follow each other, differ in nothing but their delays, or the steps that spikes are of, and the order
// in which they run does not matter.
func (l *Layout) differInDelay(r *plan.Run, op plan.Op) bool {
	o, ok := op.(*plan.Run)
	k := r.Kernel
	if !ok || k.Domain != ir.Spiking || k.InOrder || o.Kernel != k || o.List != r.List || !slices.Equal(o.Bind, r.Bind) {
		return false
	}
	c, d := l.Plan.Conns[r.Conn], l.Plan.Conns[o.Conn]
	if c.Drawn != nil || d.Drawn != nil || c.ByPost != d.ByPost || c.Mapped != d.Mapped || c.NPre != d.NPre || c.NPost != d.NPost ||
		l.Buffers[c.Index].Narrow != l.Buffers[d.Index].Narrow {
		return false
	}
	added, stored := map[plan.BufferID]bool{}, map[plan.BufferID]bool{}
	for _, e := range k.Effects {
		switch {
		case e.Kind == ir.Accumulate:
			added[r.Bind[e.Slot]] = true
		case e.Kind == ir.Store && e.Index == nil && k.Slots[e.Slot].Kind == ir.PerElement:
			stored[r.Bind[e.Slot]] = true
		case e.Kind != ir.Check:
			return false
		}
	}
	drawing := false
	for _, e := range exprs(k) {
		drawing = drawing || draws(e.Op)
		if e.Op == ir.OpLoad && (added[r.Bind[e.Slot]] || stored[r.Bind[e.Slot]] && k.Slots[e.Slot].Kind != ir.PerElement) {
			return false
		}
	}
	// Synapses that are changed must not be those of another delay.
	if len(stored) > 0 && (c.Division == 0 || c.Division != d.Division || r.Conn == o.Conn) {
		return false
	}
	return !drawing || l.replicas() == 1 || l.stride(r) == l.stride(o)
}

// delayArrays are the arrays of a kind, one for each delay; nil where there are none.
func (l *Layout) delayArrays(d *Delays, kind int) (list []int) {
	for _, r := range d.Runs {
		c := l.Plan.Conns[r.Conn]
		switch {
		case kind == delayRows:
			list = append(list, int(c.RowPtr))
		case kind == delayEnds:
			list = append(list, int(c.Index))
		case c.Mapped:
			list = append(list, int(c.Syn))
		}
	}
	return list
}

// mostSlabs is the number of slabs that the arrays of delays may be in: each is a storage block, and a branch.
const mostSlabs = 6

// delaysPlaced is called when buffers have their places. It reports whether delays can be one operation each: not with an array in pieces, or in many slabs.
func (l *Layout) delaysPlaced() bool {
	for _, r := range l.delayed {
		d, all := l.joined[r], map[int]bool{}
		for kind := range delayKinds {
			for _, b := range l.delayArrays(d, kind) {
				if l.inPieces(b) {
					return false
				}
				s := l.Buffers[b].Slab
				if all[s] = true; !slices.Contains(d.slabs[kind], s) {
					d.slabs[kind] = append(d.slabs[kind], s)
				}
			}
		}
		if len(all) > mostSlabs {
			return false
		}
	}
	return true
}

// Slabs is the number of slabs that the ends of synapses are in.
func (d *Delays) Slabs() int { return len(d.slabs[delayEnds]) }

// DelayedRuns are the kernels with Delays, in the order of the schedule.
func (l *Layout) DelayedRuns() []*plan.Run { return l.delayed }

// DelaysOf are the Delays that a kernel is part of, nil without, and whether it stands for all of them.
func (l *Layout) DelaysOf(r *plan.Run) (d *Delays, first bool) {
	d = l.joined[r]
	return d, d != nil && d.Runs[0] == r
}

// DelayTable is the content of Table.
func (l *Layout) DelayTable(d *Delays) []int32 {
	var words []int32
	first := 0
	for k, r := range d.Runs {
		c := l.Plan.Conns[r.Conn]
		w := [delayWords]int32{delayLag: int32(r.Lag), delayFirst: int32(first), delayBound: noBound, delayParts: 1}
		if d.Part > 0 {
			w[delayParts] = int32(max(1, math.Round(float64(c.N)/float64(max(1, rowsOf(c)))/float64(d.Part))))
		}
		for kind := range delayKinds {
			if list := l.delayArrays(d, kind); list != nil {
				at := l.Buffers[list[k]]
				w[delayPlaces+kind] = int32(at.Base)
				w[delaySlabs] |= int32(slices.Index(d.slabs[kind], at.Slab)) << (delaySlabBits * kind)
			}
		}
		if r.Bounded() {
			w[delayBound] = int32(boundWords * slices.Index(l.bounded, r))
		}
		words = append(words, w[:]...)
		first += c.N
	}
	return words
}

// fewestFetched is the mean number of synapses of a segment from which ends are fetched as texels.
const fewestFetched = 16

// mostShared is the size of all copies of Starts, at the most.
const mostShared = 2048

// Invocations of hardware that share a segment, of about as many synapses: those that run in step, or fewer where rows are short.
const (
	fewestLanes = 4
	mostLanes   = 32
)

// DelaysGroup is the usual number of invocations in a work group of a dispatch over delays on hardware.
const DelaysGroup = 128

// LongestSegment is the longest row of all delays.
func (l *Layout) LongestSegment(d *Delays) (most int) {
	for _, r := range d.Runs {
		most = max(most, LongestRow(l.Plan, l.Plan.Conns[r.Conn]))
	}
	return most
}

// meanSegment is the mean length of the segment of a synapse.
func (l *Layout) meanSegment(d *Delays) float64 {
	sum, squares := 0.0, 0.0
	for _, r := range d.Runs {
		m := float64(l.Plan.Conns[r.Conn].N) / float64(max(1, rowsOf(l.Plan.Conns[r.Conn])))
		sum, squares = sum+m, squares+m*m
	}
	if sum == 0 {
		return 0
	}
	return squares / sum
}

// TeamsFor is the number of segments that a work group takes side by side such that invocations of one have about so many synapses each.
func (l *Layout) TeamsFor(d *Delays, groupSize int, each float64) int {
	team := 1
	for team < groupSize && float64(team)*each < l.meanSegment(d) {
		team *= 2
	}
	return groupSize / team
}

// placing is the order in which buffers are placed: first what the kernels of several delays read for each synapse, so that it is in few slabs.
func (l *Layout) placing() []int {
	var order []int
	first := make([]bool, len(l.Buffers))
	for _, r := range l.delayed {
		d := l.joined[r]
		for _, kind := range []int{delayEnds, delayRows} {
			for _, b := range l.delayArrays(d, kind) {
				if !first[b] {
					first[b], order = true, append(order, b)
				}
			}
		}
	}
	for b := range l.Buffers {
		if !first[b] {
			order = append(order, b)
		}
	}
	return order
}
