package compute

import (
	"slices"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// joined reports whether a kernel is one of several delays that are one operation.
func joined(l *glsl.Layout, op glsl.Op) bool {
	r, ok := op.(*plan.Run)
	if !ok {
		return false
	}
	d, _ := l.DelaysOf(r)
	return d != nil
}

// roundsPerSegment bounds the rounds of the operation of several delays for a segment, in a dispatch.
func roundsPerSegment(l *glsl.Layout, d *glsl.Delays) int {
	r := d.Runs[0]
	among := max(1, lanes/d.Teams)
	return glsl.SegmentRounds(d, max(l.LongestSegment(d)/among+2, (l.LongestSegment(d)/(4*among)+3)*8), 1+rounds(l, r))
}

// delayGroups is the smallest number of work groups, from least on, that run over all segments of delays within half of maxRounds if all elements spike
// in every step.
func delayGroups(l *glsl.Layout, d *glsl.Delays, least int) int {
	segments := max(1, maxRounds/2/roundsPerSegment(l, d)-d.Teams+1) // of a team
	all := len(d.Runs) * l.Lists[d.Runs[0].List].Width
	return max(least, (all+segments*d.Teams-1)/(segments*d.Teams))
}

// delayRounds bounds the rounds of operations of several delays.
func delayRounds(l *glsl.Layout, ops []glsl.Op) (n int) {
	for _, op := range ops {
		if d, _ := l.DelaysOf(op.(*plan.Run)); d != nil {
			all := len(d.Runs) * l.Lists[d.Runs[0].List].Width
			n += ((all+d.Groups*d.Teams-1)/(d.Groups*d.Teams) + d.Teams - 1) * roundsPerSegment(l, d)
		}
	}
	return n
}

// spikeGroups is the smallest number of work groups, from least on, that run over the synapses of their spikes within maxRounds if all
// elements spike.
func spikeGroups(l *glsl.Layout, list plan.BufferID, least int) int {
	s := l.Lists[list]
	most := maxRounds
	if slices.ContainsFunc(l.DelayedRuns(), func(r *plan.Run) bool { return r.List == list }) {
		most /= 2 // the other half is for segments, see delayGroups
	}
	spikes := max(1, most/max(roundsPerSpike(l, list), 1)-max(0, s.Beside-1)) // of a work group
	width := s.Width
	return max(least, (width+spikes-1)/spikes)
}

// Rows that are so long on average, and at the most, are taken by a work group each; those that are shorter leave many of its invocations idle, or wait for
// memory one after another.
const (
	meanBeside = 256
	mostBeside = 4096
)

// beside is the number of spikes of a list whose synapses a work group of llvmpipe takes side by side.
func beside(l *glsl.Layout, list plan.BufferID) int {
	var over []glsl.Op
	for _, it := range l.Plan.Schedule {
		for _, op := range it.Ops {
			r, ok := op.(*plan.Run)
			if !ok || r.Kernel.Domain != ir.Spiking || joined(l, r) {
				continue
			}
			for _, o := range over {
				if (l.ListOf(o) == list || r.List == list) && glsl.Joint(l, o, r) {
					return 1
				}
			}
			over = append(over, r)
			if r.List != list {
				continue
			}
			c := l.Plan.Conns[r.Conn]
			rows := c.NPre
			if c.ByPost {
				rows = c.NPost
			}
			if r.Kernel.InOrder || c.Drawn != nil || l.Plan.Replicas > 1 || c.N/max(rows, 1) > meanBeside || longestRow(l, r.Conn) > mostBeside {
				return 1
			}
		}
	}
	return lanes / 2
}

// spikeRounds bounds the rounds of an invocation over the spikes of a list.
func spikeRounds(l *glsl.Layout, list plan.BufferID) int {
	s := l.Lists[list]
	return ((s.Width+s.Groups-1)/s.Groups + max(0, s.Beside-1)) * roundsPerSpike(l, list)
}

// jointRounds bounds the rounds that operations over spikes take for one another's synapses.
func jointRounds(l *glsl.Layout, ops []glsl.Op) (n int) {
	for _, a := range ops {
		each := 0 // for a synapse
		for _, b := range ops {
			if a != b && glsl.Joint(l, a, b) {
				each += 34 + rounds(l, b) // looks for the other end in a list, and does what the other does
			}
		}
		if each > 0 {
			r := a.(*plan.Run)
			s := l.Lists[r.List]
			n += (s.Width + s.Groups - 1) / s.Groups * (longestRow(l, r.Conn)/lanes + 1) * each
		}
	}
	return n
}

// roundsPerSpike bounds the rounds of the operations over a list for one spike.
func roundsPerSpike(l *glsl.Layout, list plan.BufferID) int {
	each := 0
	for _, it := range l.Plan.Schedule {
		for _, op := range it.Ops {
			r, ok := op.(*plan.Run)
			if !ok || r.List != list || r.Kernel.InOrder || joined(l, r) {
				continue
			}
			switch r.Kernel.Domain {
			case ir.Active:
				each += 2 + rounds(l, r)
			case ir.Spiking:
				one := rowRounds(l, r, drawnGroup(l, []glsl.Op{r}))
				if b := l.Lists[list].Beside; b > 1 { // entries come by fours or eights, whose rounds add up; the last texels of a row may be cut
					one = max(one, (longestRow(l, r.Conn)*b/(4*lanes)+3)*(1+8*rounds(l, r))/b+1)
				}
				each += 3 + one
			}
		}
	}
	return each
}

// rowRounds bounds the rounds of an invocation of a work group that runs over the longest row.
func rowRounds(l *glsl.Layout, r *plan.Run, groupSize int) int {
	c := l.Plan.Conns[r.Conn]
	each := 1 + rounds(l, r)
	if c.Drawn == nil {
		return (longestRow(l, r.Conn)/groupSize + 1) * each
	}
	for _, v := range c.ValuesFor(r) {
		each += rounds(l, v)
	}
	// A block is ten rounds of Philox, and two searches in a table that halve what is left. Draws of the largest gap find no synapse.
	const search = 16 // of both
	blocks := glsl.BlocksOf(c, groupSize)
	d := l.Drawn[r.Conn]
	draws := longestRow(l, r.Conn) + d.Candidates/max(1, len(d.Drawing.Table)-1)
	times := draws/(2*blocks*groupSize) + 2
	return times * (1 + groupSize + 1 + blocks*(12+2*search) + 1 + 2*blocks*each)
}

// drawnGroup is the size of a work group of llvmpipe that draws rows within maxRounds; usually that of all others.
func drawnGroup(l *glsl.Layout, ops []glsl.Op) int {
	n := lanes
	for ; n < 1024; n *= 2 {
		worst := 0
		for _, op := range ops {
			if r := op.(*plan.Run); r.Kernel.Domain == ir.Spiking && l.Plan.Conns[r.Conn].Drawn != nil {
				worst += 3 + rowRounds(l, r, n)
			}
		}
		if worst <= maxRounds {
			break
		}
	}
	return n
}
