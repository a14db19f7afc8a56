package compute

import (
	"fmt"
	"math/bits"

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
	left := maxRounds - chainRounds(l, u.chains, groupSize)
	if len(u.few) > 0 {
		left -= fewRounds
	}
	elements := max(1, left/each) // per invocation
	return max(l.Groups, (n+groupSize*elements-1)/(groupSize*elements))
}

// fewRounds is what the last work group may spend on few spikes.
const fewRounds = maxRounds / 4

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
