package glsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// GivenUp is what ControlOpen holds after a work group has waited for the others in vain: all leave, and the state is not that of any step.
const GivenUp = 0xffffffff

// UniformPatience is the number of rounds, a uint, that a work group of Persistent waits at a barrier.
const UniformPatience = "patience"

// Pass is what all work groups of a persistent program do between two barriers.
type Pass struct {
	Entries []Entry // over elements, over the spikes of lists, or one whose synapses are taken in order
	Chains  [][]Op  // instead: of lists, a work group takes each
	Spikes  bool    // Entries are over spikes
	Clock   int
	// Barrier: something that the pass depends on, or that depends on it, may have run since the last barrier: in passes with one of the
	// clocks After.
	Barrier bool
	After   []int
	// Last: Chains that the work group that comes last to the barrier before the pass runs, before it opens the barrier. Whoever depends on the pass needs
	// no barrier behind it. The barrier is there in every step with the pass: Barrier is set.
	Last bool
}

// Wait is how long work groups wait for each other where rounds are counted, those of loops for UniformBudget and those of waiting: Most is for the latter,
// in one dispatch. 0: there is no limit but UniformPatience.
type Wait struct {
	Most int
	// FailAt, when positive, is the step of a dispatch, from 1, in which it gives up: for tests.
	FailAt int
}

// Where rounds are counted, a round should last: so many looks at the barrier, by so many invocations, which the processor takes one by one.
const polls, pollers = 32, 8

// Persistent writes the program that takes many steps with all work groups of a dispatch, which wait for each other between the passes of a step.
// OpenGL does not promise that work groups run at the same time: the caller has to know how many do. Before anything else they meet once: a
// dispatch of no steps finds out. A work group whose patience ends gives up, and with it all others; ControlOpen is GivenUp then.
//
// The barrier is a counter of arrivals and the number of barriers that are open. The last to arrive opens the next one, and may do something before that. Everything that is written
// in one pass and read in another is coherent, and fenced on both sides; written are the buffers that passes change, nil where that is not known.
func Persistent(l *Layout, passes []Pass, written map[int]bool, groupSize int, wait Wait) (*Program, error) {
	g := newGenerator(l)
	g.coherent, g.grid, g.changes = "coherent ", true, written
	var entries []Entry
	clocks, rows := map[int]bool{}, map[int]bool{}
	for _, p := range passes {
		entries = append(entries, p.Entries...)
		clocks[p.Clock] = true
		for _, e := range p.Entries {
			if s, ok := e.Op.(*plan.Sample); ok {
				rows[s.Monitor] = true
			}
		}
	}
	g.count(entries, wait.Most > 0)
	var main strings.Builder
	lastClock := -1
	for _, p := range passes {
		due := g.due(p.Clock)
		if p.Barrier {
			var after []string
			for _, c := range p.After {
				if after = append(after, g.due(c)); g.due(c) == "" {
					after = nil
					break
				}
			}
			cond := due
			if len(after) > 0 {
				cond = and(cond, "("+strings.Join(after, " || ")+")")
			}
			if !p.Last {
				fmt.Fprintf(&main, "\t\t%s\n", onlyIf(cond, "if (!sync_grid()) return;"))
			}
		}
		if p.Clock != lastClock {
			fmt.Fprintf(&main, "\t\tclock_step = step_%d;\n", p.Clock)
			lastClock = p.Clock
		}
		text, err := g.pass(p, groupSize)
		if err != nil {
			return nil, err
		}
		if p.Last {
			text = "\t\t\tif (sync_last()) {\n" + text + "\t\t\tsync_open();\n\t\t\t}\n\t\t\tif (!sync_wait()) return;\n"
		}
		fmt.Fprintf(&main, "\t\t%s\n", onlyIf(due, "{\n"+text+"\t\t}"))
	}
	g.stepGlobals(sorted(clocks), sorted(rows))
	g.uniforms = append(g.uniforms, "uniform uint "+UniformPatience+"; // rounds of waiting at a barrier")
	if slices.ContainsFunc(passes, func(p Pass) bool { return p.Last }) {
		g.globals = append(g.globals, "shared bool group_last; // to come to the barrier")
		g.last = true
	}
	g.globals = append(g.globals, "shared uint group_open, group_leave; // what the first invocation of a work group has seen",
		"uint barriers = 0u; // that this invocation has come to", "uint waited = 0u; // rounds")
	if g.counted {
		g.countGlobals()
	}
	g.syncGrid(wait)
	g.linef("void main() {")
	g.linef("\tuint me = gl_LocalInvocationIndex;")
	g.linef("\tif (!sync_grid()) return;")
	g.beginSteps(sorted(clocks), sorted(rows))
	g.linef("\tuint k = 0u;")
	g.linef("\twhile (k < ticks) {")
	g.linef("\t\ttick = first_tick + k;")
	g.linef("\t\tif (halted()) break;")
	if g.counted {
		g.linef("\t\tspent += budget.y;")
	}
	if wait.FailAt > 0 {
		g.linef("\t\tif (k == %du) atomicMax(grid_open, %du);", wait.FailAt-1, uint32(GivenUp))
	}
	g.body.WriteString(main.String())
	g.nextSteps(sorted(clocks))
	g.linef("\t\t++k;")
	if g.counted {
		g.linef("\t\tif (me == 0u && (spent > budget.x || waited > %du)) atomicMax(grid_leave, tick);", wait.Most/2)
	}
	g.linef("\t\tif (!sync_grid()) return;")
	if g.counted {
		g.linef("\t\tif (group_leave == tick) break;")
	}
	g.linef("\t}")
	g.linef("\tif (gl_GlobalInvocationID.x == 0u) grid_done = k;")
	g.sentinel()
	g.linef("}")
	return g.finish(groupSize, 0)
}

// due is the condition that a clock ticks in a step, empty where it always does.
func (g *generator) due(clock int) string {
	if g.l.Plan.Clocks[clock].Period == 1 {
		return ""
	}
	return fmt.Sprintf("wait_%d == 0u", clock)
}

// syncGrid writes the barriers within a work group and among all of them.
func (g *generator) syncGrid(wait Wait) {
	looks, who, limit := 1, 1, ""
	if wait.Most > 0 {
		looks, who, limit = polls, pollers, fmt.Sprintf(" && waited < %du", wait.Most)
	}
	g.linef("void sync_group() { memoryBarrierBuffer(); barrier(); }")
	g.linef("")
	g.linef("// False: given up.")
	g.linef("bool sync_wait() {")
	g.linef("\tuint me = gl_LocalInvocationIndex;")
	g.linef("\tif (me < %du) {", who)
	g.linef("\t\tuint open = atomicOr(grid_open, 0u);")
	g.linef("\t\tfor (uint w = 0u; open < barriers && w < %s%s; ++w, ++waited) {", UniformPatience, limit)
	for range looks {
		g.linef("\t\t\topen = atomicOr(grid_open, 0u);")
	}
	g.linef("\t\t}")
	g.linef("\t\tif (me == 0u) {")
	g.linef("\t\t\tif (open < barriers) open = max(atomicMax(grid_open, %du), %du);", uint32(GivenUp), uint32(GivenUp))
	g.linef("\t\t\tgroup_open = open;")
	if g.counted {
		g.linef("\t\t\tgroup_leave = grid_leave;")
	}
	g.linef("\t\t}")
	g.linef("\t}")
	g.linef("\tbarrier();")
	g.linef("\tmemoryBarrierBuffer();")
	g.linef("\treturn group_open != %du;", uint32(GivenUp))
	g.linef("}")
	g.linef("")
	const last = "atomicAdd(grid_arrived, 1u) + 1u == barriers * gl_NumWorkGroups.x"
	arrive := func(format string) {
		g.linef("\tsync_group();")
		g.linef("\tif (gl_LocalInvocationIndex < %du) {", who)
		g.linef("\t\tmemoryBarrierBuffer();")
		g.linef("\t\t++barriers;")
		g.linef("\t\t"+format, last)
		g.linef("\t}")
	}
	g.linef("bool sync_grid() {")
	arrive("if (gl_LocalInvocationIndex == 0u && %s) atomicMax(grid_open, barriers);")
	g.linef("\treturn sync_wait();")
	g.linef("}")
	g.linef("")
	if !g.last {
		return
	}
	g.linef("// Comes to the barrier; true for the work group that is the last and has to open it.")
	g.linef("bool sync_last() {")
	arrive("if (gl_LocalInvocationIndex == 0u) group_last = %s;")
	g.linef("\tbarrier();")
	g.linef("\tmemoryBarrierBuffer();")
	g.linef("\treturn group_last;")
	g.linef("}")
	g.linef("")
	g.linef("void sync_open() {")
	g.linef("\tsync_group();")
	g.linef("\tif (gl_LocalInvocationIndex == 0u) { memoryBarrierBuffer(); atomicMax(grid_open, barriers); }")
	g.linef("}")
	g.linef("")
}

// pass writes the functions of a pass and returns the statements that run it.
func (g *generator) pass(p Pass, groupSize int) (string, error) {
	var t strings.Builder
	g.faults, g.own, g.ownOrder, g.width = nil, nil, nil, 1
	var ops []Op
	for _, e := range p.Entries {
		ops = append(ops, e.Op)
	}
	switch {
	case p.Chains != nil:
		for k, chain := range p.Chains {
			if p.Last {
				t.WriteString("\t\t\t{\n")
			} else {
				fmt.Fprintf(&t, "\t\t\tif (gl_WorkGroupID.x == %du %% gl_NumWorkGroups.x) {\n", k)
			}
			for j, op := range chain {
				f, err := g.grouped(op, groupSize)
				if err != nil {
					return "", err
				}
				if j > 0 {
					t.WriteString("\t\t\t\tsync_group();\n")
				}
				fmt.Fprintf(&t, "\t\t\t\t%s;\n", f.call)
			}
			t.WriteString("\t\t\t}\n")
		}
	case p.Spikes && len(ops) == 1 && ops[0].(*plan.Run).Kernel.InOrder:
		r := ops[0].(*plan.Run)
		f, err := g.op(r)
		if err != nil {
			return "", err
		}
		if f.shared != "" {
			fmt.Fprintf(&t, "\t\t\t%s;\n", f.shared)
		}
		t.WriteString("\t\t\t")
		g.inOrderLoop(&t, r, f, "gl_GlobalInvocationID.x == 0u")
		t.WriteByte('\n')
	case p.Spikes:
		if err := g.gridSpikes(&t, ops, groupSize); err != nil {
			return "", err
		}
	default:
		if err := g.gridElements(&t, ops, groupSize); err != nil {
			return "", err
		}
		for _, op := range ops {
			if s, ok := op.(*plan.Sample); ok {
				fmt.Fprintf(&t, "\t\t\t++row_%d;\n", s.Monitor)
			}
		}
	}
	g.faults, g.own, g.ownOrder = nil, nil, nil
	return t.String(), nil
}

// gridElements writes the functions of operations over elements and, to t, how all invocations of all work groups share the elements. What operations touch
// at their own element only stays in variables.
func (g *generator) gridElements(t *strings.Builder, ops []Op, groupSize int) error {
	partOf := g.takeOwn(ops)
	var calls []string // of each part
	var sizes, ids []int
	most := 0
	for i, op := range ops {
		f, err := g.op(op)
		if err != nil {
			return err
		}
		if f.shared != "" {
			fmt.Fprintf(t, "\t\t\t%s;\n", f.shared)
		}
		if m, ok := op.(*plan.MatMul); ok {
			if _, ok := g.shared(m); ok {
				at := g.arguments(m)
				fmt.Fprintf(t, "\t\t\tuvec4 at = uvec4(%d, %d, %d, %d);\n", at[0], at[1], at[2], at[3])
			}
		}
		if last := len(ids) - 1; last < 0 || ids[last] != partOf[i] {
			ids, sizes, calls = append(ids, partOf[i]), append(sizes, f.n), append(calls, "")
		}
		calls[len(calls)-1] += "\t\t\t" + f.call + ";\n"
		most = max(most, f.n)
	}
	g.declareOwn()
	fmt.Fprintf(t, "\t\t\tfor (uint e = gl_GlobalInvocationID.x; e < %du; e += gl_NumWorkGroups.x * %du) {\n", most, groupSize)
	for k, id := range ids {
		fmt.Fprintf(t, "\t\tif (e < %du) {\n", sizes[k])
		g.ownElement(t, g.keptIn(id), calls[k])
		t.WriteString("\t\t}\n")
	}
	t.WriteString("\t\t\t}\n")
	return nil
}

// sharing is the number of work groups that take a spike together, where there are more of them than spikes.
const sharing = "sharing"

// gridSpikes writes the functions of kernels over the spikes of one list and, to t, how all work groups share the spikes and their synapses.
func (g *generator) gridSpikes(t *strings.Builder, ops []Op, groupSize int) error {
	var functions []function
	names, rows := []string{}, make([]string, len(ops)) // of the function for an element, and of that for a row that is drawn
	synapses, each := false, 0
	for k, op := range ops {
		r := op.(*plan.Run)
		f, err := g.op(r)
		if err != nil {
			return err
		}
		if f.shared != "" {
			fmt.Fprintf(t, "\t\t\t%s;\n", f.shared)
		}
		names, functions = append(names, f.name), append(functions, f)
		if g.drawn(r) {
			rows[k] = g.drawnRows(r, f, groupSize)
		}
		if r.Kernel.Domain == ir.Active || rows[k] != "" {
			each += g.inner[r]
		}
		synapses = synapses || r.Kernel.Domain == ir.Spiking
	}
	first, stride := "gl_GlobalInvocationID.x", fmt.Sprintf("gl_NumWorkGroups.x * %du", groupSize)
	if synapses {
		first, stride = "gl_WorkGroupID.x / "+sharing, "gl_NumWorkGroups.x / "+sharing
	}
	for k := 0; k < len(ops); { // operations over the spikes of the same step share the loop
		r := ops[k].(*plan.Run)
		t.WriteString("\t\t\t")
		if g.l.joined[r] != nil {
			lanes := g.teamIn(r, groupSize)
			g.teams = fmt.Sprintf("(gl_NumWorkGroups.x * %du)", groupSize/lanes)
			team := fmt.Sprintf("(gl_WorkGroupID.x * %du + me / %du)", groupSize/lanes, lanes)
			g.delaysLoop(t, r, functions[k], groupSize, segments{team + " / " + sharing, g.teams + " / " + sharing,
				fmt.Sprintf("me %% %du + %s %% %s * %du", lanes, team, sharing, lanes), fmt.Sprintf("%du * %s", lanes, sharing), lanes < groupSize})
			t.WriteByte('\n')
			k++
			continue
		}
		g.each = each
		g.spikeLoop(t, r, first, stride, func() {
			for ; k < len(ops) && ops[k].(*plan.Run).SameSpikes(r) && g.l.joined[ops[k].(*plan.Run)] == nil; k++ {
				o := ops[k].(*plan.Run)
				switch {
				case rows[k] != "":
					fmt.Fprintf(t, "if (gl_WorkGroupID.x %% %s == 0u) %s(source, me); ", sharing, rows[k])
				case o.Kernel.Domain == ir.Spiking:
					t.WriteString("{ ")
					from := fmt.Sprintf("me + gl_WorkGroupID.x %% %s * %du", sharing, groupSize)
					g.rowLoop(t, o, from, fmt.Sprintf("%du * %s", groupSize, sharing), func() { fmt.Fprintf(t, "%s(k, source); ", names[k]) })
					t.WriteString("} ")
				case synapses:
					fmt.Fprintf(t, "if (me == 0u && gl_WorkGroupID.x %% %s == 0u) %s(source); ", sharing, names[k])
				default:
					fmt.Fprintf(t, "%s(source); ", names[k])
				}
			}
		})
		g.each = 0
		t.WriteByte('\n')
	}
	return nil
}
