package compute

import (
	"slices"

	"github.com/galvani-sim/galvani/gpu/glsl"
)

// pass is what work groups that wait for each other do between two barriers: operations of one kind and clock.
type pass struct {
	kind   kind
	clock  int
	ops    []glsl.Op
	chains [][]glsl.Op // of lists
	access []access
}

// passesOf groups the tasks of a step into few passes. A task moves into an earlier pass where nothing between depends on it. Callbacks are not due
// in steps that are taken this way.
func passesOf(l *glsl.Layout, tasks []task) (passes []pass) {
	for _, t := range tasks {
		if t.op == nil {
			continue
		}
		a := accesses(l, t.op)
		at := -1
		for k := len(passes) - 1; k >= 0; k-- {
			if passes[k].takes(l, t, a) {
				at = k
			}
			if ordered(passes[k].access, a) {
				break
			}
		}
		if at < 0 {
			at = len(passes)
			passes = append(passes, pass{kind: kindOf(t.op), clock: t.clock})
		}
		p := &passes[at]
		if p.ops, p.access = append(p.ops, t.op), append(p.access, a...); p.kind == lists {
			p.chains = chained(l, p.chains, t.op)
		}
	}
	return passes
}

// takes reports whether a task may join a pass.
func (p *pass) takes(l *glsl.Layout, t task, a []access) bool {
	if p.kind != kindOf(t.op) || p.clock != t.clock {
		return false
	}
	switch p.kind {
	case elements:
		return !conflict(p.access, a)
	case spikes:
		return l.ListOf(p.ops[0]) == l.ListOf(t.op) && !conflict(p.access, a)
	case lists:
		return runsBeside(l, p.chains, t.op, a)
	}
	return false
}

// program is the pass, of which entries are the operations, for package glsl, without its barrier.
func (p *pass) program(entries []glsl.Entry) glsl.Pass {
	out := glsl.Pass{Clock: p.clock, Chains: p.chains, Spikes: p.kind == spikes || p.kind == inOrder}
	if p.kind != lists {
		out.Entries = entries
	}
	return out
}

// placeBarriers finds the passes that need a barrier before them. Between passes only what an invocation does with its own elements needs none. Lists that
// the last work group of a dispatch would make are made by the last that comes to the barrier: that is one barrier less.
func placeBarriers(l *glsl.Layout, of []pass, passes []glsl.Pass) {
	p := l.Plan
	always := func(clock int) bool { return p.Clocks[clock].Period == 1 }
	apart := func(x, y access) bool { return !overlap(x, y) || x.align == own && y.align == own }
	first := 0 // pass behind the last barrier that every step has
	for k := range passes {
		pass := &passes[k]
		for j := first; j < k; j++ {
			if passes[j].Last { // before the barrier opened that it has before it
				continue
			}
			if !slices.ContainsFunc(of[j].access, func(x access) bool {
				return slices.ContainsFunc(of[k].access, func(y access) bool { return !apart(x, y) })
			}) {
				continue
			}
			pass.Barrier = true
			if !slices.Contains(pass.After, passes[j].Clock) {
				pass.After = append(pass.After, passes[j].Clock)
			}
		}
		pass.Last = pass.Barrier && pass.Chains != nil && lastGroupMakes(l, of[k].chains) &&
			(slices.Contains(pass.After, pass.Clock) || slices.ContainsFunc(pass.After, always))
		if pass.Barrier && always(pass.Clock) && slices.ContainsFunc(pass.After, always) {
			first = k
		}
	}
}
