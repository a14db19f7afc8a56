package compute

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// maxRounds is how often an invocation may go round loops in one dispatch, all loops together. llvmpipe leaves every loop
// after 65535 rounds (LP_MAX_TGSI_LOOP_ITERATIONS in Mesa) and says nothing: sums end early, steps are lost. A loop is left in a
// round of its own, which counts.
const maxRounds = 60_000

// lanes is how many invocations llvmpipe computes at a time.
const lanes = glsl.Lanes

// rounds bounds how often the loops inside of one element of an operation go round.
func rounds(l *glsl.Layout, op glsl.Op) int {
	switch op := op.(type) {
	case *glsl.Spiked:
		return rounds(l, op.Run)
	case *plan.MatMul:
		return op.K
	case *plan.TapSum:
		return op.Taps
	case *plan.Run:
		var values []*ir.Expr
		for _, e := range op.Kernel.Effects {
			values = append(values, e.Index, e.Value, e.Mask)
		}
		n := innerRounds(values...)
		if op.Kernel.Domain == ir.Synapses {
			n += bits.Len(uint(max(l.Plan.Conns[op.Conn].NPre, l.Plan.Conns[op.Conn].NPost))) + 1 // the search for the row
		}
		if len(op.Kernel.Reductions) == 0 {
			return n
		}
		values = values[:0]
		for _, r := range op.Kernel.Reductions {
			values = append(values, r.Value)
		}
		return n + 1 + longestRow(l, op.Conn)*(1+innerRounds(values...))
	}
	return 0
}

// longestRow is that of a connectivity, see glsl.LongestRow.
func longestRow(l *glsl.Layout, conn int) int {
	return glsl.LongestRow(l.Plan, l.Plan.Conns[conn])
}

// longestSegment is the longest row of all delays of an operation.
func longestSegment(l *glsl.Layout, d *glsl.Delays) (most int) {
	for _, r := range d.Runs {
		most = max(most, longestRow(l, r.Conn))
	}
	return most
}

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
	return glsl.SegmentRounds(d, max(longestSegment(l, d)/among+2, (longestSegment(l, d)/(4*among)+3)*8), 1+rounds(l, r))
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

// innerRounds bounds the rounds of the functions in expressions that have loops: random numbers (shaders/lib/random.glsl, philox.glsl),
// remainders (shaders/compute/ops.glsl) and sines (shaders/lib/math64.glsl).
func innerRounds(exprs ...*ir.Expr) int {
	n := 0
	seen := map[*ir.Expr]bool{}
	var walk func(*ir.Expr)
	walk = func(e *ir.Expr) {
		if e == nil || seen[e] {
			return
		}
		seen[e] = true
		switch e.Op {
		case ir.OpSin, ir.OpCos, ir.OpTan:
			n += 8 // reduction of the argument in double precision
		case ir.OpMod:
			if e.Type == ir.Real {
				n += 300 // the long division of ops.glsl and ops64.glsl, for quotients up to 2^300
			}
		case ir.OpUniform, ir.OpNormal, ir.OpExponential:
			n += 12
		case ir.OpPoisson:
			n += 300 // the search, or a few attempts
		case ir.OpGamma:
			n += 100
		}
		for _, a := range e.Args {
			walk(a)
		}
	}
	for _, e := range exprs {
		walk(e)
	}
	return n
}

// groupsFor is the number of work groups that keeps invocations of a unit within maxRounds, at the least the layout's own.
func groupsFor(l *glsl.Layout, u *unit, groupSize int) int {
	n, each := 1, 1
	for _, op := range u.ops {
		n = max(n, widthOf(l, op))
		each += 1 + rounds(l, op) + noted(op)
	}
	elements := max(1, (maxRounds-chainRounds(l, u.chains, groupSize))/each) // per invocation
	return max(l.Groups, (n+groupSize*elements-1)/(groupSize*elements))
}

// noted bounds the loops over few elements, behind that over all, which an operation asks for.
func noted(op glsl.Op) (n int) {
	switch op := op.(type) {
	case *plan.Run:
		for _, e := range op.Kernel.Effects {
			if e.Mask != nil {
				n++
			}
		}
	case *glsl.Spiked:
		return noted(op.Run)
	case *glsl.Apply:
		return 1
	}
	return n
}

// budget is what a program of many steps may spend on the rounds of its loops. most is for one dispatch, 0: there is no limit. fixed is what every step
// takes, worst that of a step in which everything spikes, perSpike that of a spike whose synapses are taken in order.
type budget struct{ most, fixed, worst, perSpike int }

// stepRounds bounds the rounds of loops of one invocation of a program of many steps in one of them. The program counts what spikes take by itself (package
// glsl), with the same formulas.
func stepRounds(l *glsl.Layout, entries []glsl.Entry, groupSize int) budget {
	fixed, spikes, ordered := 2, 0, 0
	for _, e := range entries {
		n := (elementsOf(l, e.Op) + groupSize - 1) / groupSize
		each := 2 + e.Inner
		switch op := e.Op.(type) {
		case *plan.Run:
			switch op.Kernel.Domain {
			case ir.Spiking:
				n = 0
				spikes += spikingRounds(l, op, e, groupSize)
				if op.Kernel.InOrder {
					ordered = max(ordered, orderedRounds(l, op, e))
				}
			case ir.Active:
				n = 0
				spikes += ((l.Lists[op.List].Width-1)/groupSize + 2) * (1 + e.Inner)
			}
		case *plan.Generate: // each spike searches for its step
			each += bits.Len(uint(op.Count)) + l.Lists[op.List].Rows
		case *glsl.Compact:
			s := l.Lists[op.List]
			share := (s.Words() + groupSize - 1) / groupSize
			n, each = 1, 4*share+groupSize+s.Rows+7
			if s.Marks > 0 {
				marks := (s.Marks + groupSize - 1) / groupSize
				n, each, share = 1, markRounds*marks+groupSize+s.Rows+7, 32*marks
			}
			spikes += min(s.Elems, 32*share)
		case *plan.RecordSpikes:
			list := l.Lists[l.Plan.SpikeMonitors[op.Monitor].List]
			n, each = 1, 2*bits.Len(uint(list.Width))+6
			spikes += ((list.Width-1)/groupSize + 2) * 2
		case *glsl.Shares:
			n, each = 1, shareRounds(l, op, groupSize)
		}
		fixed += n*each + 2
	}
	return budget{most: maxRounds, fixed: fixed, worst: fixed + spikes, perSpike: ordered}
}

// shareRounds bounds the rounds of an invocation that counts up the spikes of delays.
func shareRounds(l *glsl.Layout, o *glsl.Shares, groupSize int) int {
	d, _ := l.DelaysOf(o.Run)
	share := (len(d.Runs) + groupSize - 1) / groupSize
	return 2*(share+1) + min(groupSize, len(d.Runs)) + 1
}

// spikingRounds bounds the rounds over the synapses of a list's spikes if all elements spike.
func spikingRounds(l *glsl.Layout, r *plan.Run, e glsl.Entry, groupSize int) (total int) {
	if d, _ := l.DelaysOf(r); d != nil {
		for _, o := range d.Runs {
			total += rowsRounds(l, o, e, groupSize) + glsl.SegmentRounds(d, 0, 0)*l.Lists[r.List].Width
		}
		return total
	}
	return rowsRounds(l, r, e, groupSize)
}

func rowsRounds(l *glsl.Layout, r *plan.Run, e glsl.Entry, groupSize int) int {
	list, c := l.Lists[r.List], l.Plan.Conns[r.Conn]
	width := list.Width - 1
	if c.Drawn != nil {
		return (width + 2) * (1 + e.Inner)
	}
	if r.Kernel.InOrder {
		return (width + 1) * orderedRounds(l, r, e)
	}
	rows := l.Plan.Buffers[c.RowPtr].Ints
	row := func(synapses int) int { return (synapses/groupSize + 2) * (1 + e.Inner) }
	if list.Bits < 0 || rows == nil { // a list that the user gave may name an element twice
		return width*(1+row(longestRow(l, r.Conn))) + 2
	}
	total := 0
	for k := 1; k < len(rows); k++ {
		total += 1 + row(int(rows[k]-rows[k-1]))
	}
	return total*max(1, l.Plan.Replicas) + 2
}

// elementsOf is how often invocations call an operation's function.
func elementsOf(l *glsl.Layout, op glsl.Op) int {
	switch op := op.(type) {
	case *plan.MatMul:
		if l.Tile != nil {
			th, tw := l.Tile(op)
			th, tw = max(1, min(th, op.M)), max(1, min(tw, op.N))
			return ((op.M + th - 1) / th) * ((op.N + tw - 1) / tw)
		}
	case *plan.TapSum:
		if l.TapCells != nil {
			cells := max(1, min(l.TapCells(op), op.Cols))
			return op.Layers * op.Rows * ((op.Cols + cells - 1) / cells)
		}
	case *plan.Generate:
		return l.Lists[op.List].Width
	case *plan.Run:
		if op.Kernel.Domain == ir.Synapses {
			return l.Plan.Conns[op.Conn].N * max(1, l.Plan.Replicas)
		}
	}
	return widthOf(l, op)
}

// orderedRounds bounds the rounds over the synapses of one spike that one invocation takes.
func orderedRounds(l *glsl.Layout, r *plan.Run, e glsl.Entry) int {
	return 1 + (longestRow(l, r.Conn)+2)*(1+e.Inner)
}

// markRounds bounds the rounds for a word of a list's marks, beside one for each spike: three times it and the words that it marks, which a loop is left
// behind, and once more the loops over the bits of those.
const markRounds = 3*(1+32+1) + 32

// listRounds bounds the rounds of an invocation that makes or records a spike list, if all elements spike.
func listRounds(l *glsl.Layout, op glsl.Op, groupSize int) int {
	switch op := op.(type) {
	case *glsl.Compact:
		s := l.Lists[op.List]
		if s.Marks > 0 {
			return (markRounds+32*32)*((s.Marks+groupSize-1)/groupSize) + groupSize + s.Rows
		}
		return 34*((s.Words()+groupSize-1)/groupSize) + groupSize + s.Rows
	case *glsl.Shares:
		return shareRounds(l, op, groupSize)
	case *plan.RecordSpikes:
		m := l.Plan.SpikeMonitors[op.Monitor]
		return 2*((m.To-m.From)/groupSize+1) + 64
	}
	return 0
}

// chainRounds bounds the rounds of an invocation that runs chains one after another.
func chainRounds(l *glsl.Layout, chains [][]glsl.Op, groupSize int) (n int) {
	for _, chain := range chains {
		for _, op := range chain {
			n += listRounds(l, op, groupSize)
		}
	}
	return n
}

// mostWords is the largest number of words that are looked at where one of some chains turns bits into a list.
func mostWords(l *glsl.Layout, chains [][]glsl.Op) (n int) {
	for _, chain := range chains {
		for _, op := range chain {
			if c, ok := op.(*glsl.Compact); ok {
				n = max(n, l.Lists[c.List].Looked())
			}
		}
	}
	return n
}

// The last work group of a dispatch makes lists one after another, while nothing else runs: few lists, of not too many elements.
const (
	lastLists = 4
	lastWords = 1 << 13
	lastGroup = 256 // invocations, at the most
)

// lastGroupMakes reports whether chains are few and short enough to be run by the last work group of a dispatch.
func lastGroupMakes(l *glsl.Layout, chains [][]glsl.Op) bool {
	if l.Software && chainRounds(l, chains, lastGroup) > maxRounds/2 {
		return false
	}
	return len(chains) <= lastLists && mostWords(l, chains) <= lastWords
}

// lastGroupSize is the smallest work group, from least on, that runs chains within half of maxRounds.
func lastGroupSize(l *glsl.Layout, chains [][]glsl.Op, least int) int {
	n := least
	for n < lastGroup && chainRounds(l, chains, n) > maxRounds/2 {
		n *= 2
	}
	return n
}

// listGroup is the smallest work group, from least on, whose invocations make and record the lists of a unit within maxRounds.
func listGroup(l *glsl.Layout, u *unit, least, most int) int {
	n := least
	for ; 2*n <= most; n *= 2 {
		worst := 0
		for _, chain := range u.chains {
			total := 0
			for _, op := range chain {
				total += listRounds(l, op, n)
			}
			worst = max(worst, total)
		}
		if worst <= maxRounds {
			break
		}
	}
	return n
}

// tooLong refuses operations that one element alone takes too many rounds for.
func tooLong(l *glsl.Layout, tasks []task) error {
	for _, t := range tasks {
		if n := rounds(l, t.op); n > maxRounds {
			name := ""
			switch op := t.op.(type) {
			case *plan.Run:
				name = op.Kernel.Name
			case *plan.MatMul:
				name = op.Name
			case *plan.TapSum:
				name = op.Name
			}
			return fmt.Errorf("%q adds up %d numbers for one neuron, but the software renderer llvmpipe stops after 65535; use --backend cpu", name, n)
		}
	}
	return nil
}

// sequenceCost bounds the rounds of loops of one invocation in one round of a sequence. llvmpipe computes several invocations side by side,
// whose loops go round as often as the longest.
func sequenceCost(l *glsl.Layout, s *plan.Sequence, groupSize int) int {
	const most = 16 // invocations side by side
	rows := l.Plan.RowLengths(s)
	if rows == nil {
		return maxRounds
	}
	each := 2
	for _, r := range s.Runs {
		each += rounds(l, r)
		if len(r.Kernel.Reductions) > 0 {
			// The rows of a run's sums are counted by element below.
			each -= longestRow(l, r.Conn) * (1 + innerReduction(r))
		}
	}
	worst := 0
	for first := 0; first < groupSize; first += most {
		total := 0
		for at := first; at < s.N; at += groupSize {
			longest := 0
			for e := at; e < min(at+most, s.N); e++ {
				longest = max(longest, rows[e])
			}
			total += each + longest
			for _, r := range s.Runs {
				if len(r.Kernel.Reductions) > 0 {
					total += longestIn(l, r.Conn, at, min(at+most, s.N)) * (1 + innerReduction(r))
				}
			}
		}
		worst = max(worst, total)
	}
	return worst + 3
}

func innerReduction(r *plan.Run) int {
	var values []*ir.Expr
	for _, red := range r.Kernel.Reductions {
		values = append(values, red.Value)
	}
	return innerRounds(values...)
}

// longestIn is the longest of the rows from to to-1.
func longestIn(l *glsl.Layout, conn, from, to int) int {
	rows := l.Plan.Buffers[l.Plan.Conns[conn].RowPtr].Ints
	if rows == nil {
		return l.Plan.Conns[conn].N
	}
	longest := int32(0)
	for e := from; e < to; e++ {
		longest = max(longest, rows[e+1]-rows[e])
	}
	return int(longest)
}

// sequenceDepth is the number of rounds to be prepared for: a random order may need more than those that were tried.
func sequenceDepth(l *glsl.Layout, s *plan.Sequence) int {
	if d := l.Plan.Depth(s); s.Random {
		return min(s.N, 2*d+16)
	} else {
		return d
	}
}

// sequenceRounds shares the rounds of a sequence among dispatches. Hardware, which leaves no loop, takes all in one.
func sequenceRounds(l *glsl.Layout, s *plan.Sequence, groupSize int) (rounds, passes int, err error) {
	if !l.Software {
		return s.N + 1, 1, nil
	}
	rounds = maxRounds/sequenceCost(l, s, groupSize) - 1
	if rounds < 1 {
		return 0, 0, fmt.Errorf("%q looks through too many synapses of %d elements for the software renderer llvmpipe, which stops loops after 65535 rounds; use --backend cpu", s.Name, s.N)
	}
	depth := sequenceDepth(l, s)
	return min(rounds, depth), (depth + rounds - 1) / rounds, nil
}

// sequenceGroup is the smallest work group that takes a sequence in one dispatch, or the largest.
func sequenceGroup(l *glsl.Layout, s *plan.Sequence, most int) int {
	n := 16
	if !l.Software {
		for n < s.N && 2*n <= most {
			n *= 2
		}
		return n
	}
	depth := sequenceDepth(l, s)
	for 2*n <= most && maxRounds/sequenceCost(l, s, n)-1 < depth {
		n *= 2
	}
	return n
}

// inOrderSynapses shares the synapses of a kernel that takes them one after another among dispatches: so many in each, in so many passes.
func inOrderSynapses(l *glsl.Layout, r *plan.Run) (synapses, passes int, err error) {
	c := l.Plan.Conns[r.Conn]
	all := max(1, c.N*max(1, l.Plan.Replicas))
	if !l.Software {
		return all, 1, nil
	}
	synapses = (maxRounds - 2*l.Lists[r.List].Width) / (2 + rounds(l, r)) // each pass looks at all spikes
	if synapses < 1 {
		return 0, 0, fmt.Errorf("%q takes the synapses of up to %d spikes one after another, but the software renderer llvmpipe stops after 65535; use --backend cpu", r.Kernel.Name, l.Lists[r.List].Width)
	}
	synapses = min(synapses, all)
	return synapses, (all + synapses - 1) / synapses, nil
}

// widthOf is how many invocations an operation can use.
func widthOf(l *glsl.Layout, op glsl.Op) int {
	switch op := op.(type) {
	case *plan.Run:
		n := op.N
		if op.Kernel.Domain == ir.Synapses {
			n = max(n, l.Plan.Conns[op.Conn].N)
		}
		return n * max(1, l.Plan.Replicas)
	case *glsl.Spiked:
		return widthOf(l, op.Run)
	case *plan.MatMul:
		return op.M * op.N
	case *plan.TapSum:
		return op.Layers * op.Rows * op.Cols
	case *plan.Sample:
		return l.SampleWidth(op.Monitor, false)
	case *glsl.SampleEach:
		return l.SampleWidth(op.Monitor, true)
	case *glsl.Compact, *glsl.Apply:
		return work(l, op)
	}
	return 1
}

// work is roughly how many multiplications an operation does; it decides what is small.
func work(l *glsl.Layout, op glsl.Op) int {
	p := l.Plan
	switch op := op.(type) {
	case *plan.Run:
		k := max(1, p.Replicas)
		n := op.N * k
		switch op.Kernel.Domain { // few spike in a step
		case ir.Active:
			return n
		case ir.Spiking:
			n := p.Conns[op.Conn].N
			if d, _ := l.DelaysOf(op); d != nil {
				n = l.Synapses(d)
			}
			return n * k / 4
		}
		if op.Conn >= 0 {
			n = max(n, p.Conns[op.Conn].N*k)
		}
		return 16 * n
	case *plan.MatMul:
		return op.M * op.N * op.K
	case *plan.TapSum:
		return op.Layers * op.Rows * op.Cols * op.Taps
	case *plan.Sample:
		n := 0
		for _, v := range p.Monitors[op.Monitor].Vars {
			n += v.Len
		}
		return n
	case *glsl.Spiked:
		return work(l, op.Run)
	case *glsl.SampleEach:
		return widthOf(l, op)
	case *glsl.Compact:
		return l.Lists[op.List].Elems
	case *glsl.Apply:
		return 4 * l.Buffers[l.Sums[op.Sum].Target].Len
	case *glsl.Shares:
		d, _ := l.DelaysOf(op.Run)
		return len(d.Runs)
	case *plan.Generate, *plan.RecordSpikes:
		return 64
	case *plan.Halt:
		return 1
	}
	return 1 << 30
}
