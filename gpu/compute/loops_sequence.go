package compute

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

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
