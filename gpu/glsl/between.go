package glsl

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Kernels over the spikes of some steps only have their bounds in a buffer: texts do not depend on the steps.

// boundWords is the number of words of a kernel: low and high word of the first step in which it runs over such spikes, and of the step after the last.
const boundWords = 4

// addBounds makes the buffer of bounds.
func (l *Layout) addBounds(names *namer) {
	l.Between, l.bounded = -1, nil
	eachOp(l.Plan, func(op plan.Op, _ bool) {
		if r, ok := op.(*plan.Run); ok && r.Bounded() {
			l.bounded = append(l.bounded, r)
		}
	})
	if len(l.bounded) > 0 {
		l.Between = len(l.Buffers)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique("sent_bounds"), Type: ir.Int, Len: boundWords * len(l.bounded)})
	}
}

// BetweenWords is the content of the buffer of bounds.
func (l *Layout) BetweenWords() (words []int32) {
	for _, r := range l.bounded {
		first, end := r.From+int64(r.Lag), r.Before+int64(r.Lag)
		if r.Before == 0 {
			end = -1 // the largest without a sign
		}
		words = append(words, int32(uint32(first)), int32(uint32(first>>32)), int32(uint32(end)), int32(uint32(end>>32)))
	}
	return words
}

// when is the condition under which there may be spikes for r in a step, "" where that is always so. It writes a function for bounds, before whatever
// the caller writes.
func (g *generator) when(r *plan.Run) string {
	switch {
	case r.Bounded():
		return fmt.Sprintf("%s(%du)", g.runBetween(), boundWords*slices.Index(g.l.bounded, r))
	case r.Lag > 0:
		return fmt.Sprintf("clock_step.y != 0u || clock_step.x >= %du", r.Lag)
	}
	return ""
}

// runBetween writes, once, the function that tells whether a step is within the bounds at a place, and returns its name.
func (g *generator) runBetween() string {
	const name = "run_between"
	g.use(g.l.Between)
	if bounds := g.l.Buffers[g.l.Between].Name; !slices.Contains(g.written, name) {
		g.written = append(g.written, name)
		g.linef("bool %s(uint at) {", name)
		g.linef("\tuvec2 first = uvec2(%s(at), %s(at + 1u)), end = uvec2(%s(at + 2u), %s(at + 3u));", bounds, bounds, bounds, bounds)
		g.linef("\treturn (clock_step.y > first.y || clock_step.y == first.y && clock_step.x >= first.x) && (clock_step.y < end.y || clock_step.y == end.y && clock_step.x < end.x);")
		g.linef("}")
		g.linef("")
	}
	return name
}
