package cpu

import (
	"sort"

	"github.com/galvani-sim/galvani/host/plan"
)

// segments are stretches of synapses whose rows follow each other, as where each element is connected to all: what they add to the sums lies as the
// sums do, and is added as whole vectors. They begin at these synapses, ascending.
type segments []int32

// leastSegment is the mean length from which segments are used.
const leastSegment = 16

// newSegments returns the segments of synapses that end in rows to, each with one far end where from has any; nil where they are short.
func newSegments(to, from plan.Index) segments {
	n := to.Len()
	var s segments
	for k := range n {
		if k > 0 && to.At(k) == to.At(k-1)+1 && (from.Len() == 0 || from.At(k) == from.At(k-1)) {
			continue
		}
		if s = append(s, int32(k)); len(s)*leastSegment > n {
			return nil
		}
	}
	return s
}

// each calls f for the segments within synapses lo to hi-1.
func (s segments) each(lo, hi int, f func(lo, hi int)) {
	for i := sort.Search(len(s), func(i int) bool { return int(s[i]) > lo }); lo < hi; i++ {
		end := hi
		if i < len(s) {
			end = min(hi, int(s[i]))
		}
		f(lo, end)
		lo = end
	}
}
