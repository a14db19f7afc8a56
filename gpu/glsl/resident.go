package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// Entry is one operation of a resident step. Sync asks for a barrier before it.
type Entry struct {
	Op    Op
	Clock int
	Sync  bool
	// Inner bounds the rounds of loops within one element or synapse, or within a row that is drawn; it matters where rounds are counted.
	Inner int
}

// UniformBudget is a uvec3 of programs that count the rounds of their loops for a driver that leaves loops after so many: the number above
// which the program leaves between two steps, the rounds that every step takes, and those of a spike whose synapses one invocation takes.
const UniformBudget = "budget"

// Resident writes the program that takes many steps within one work group: a barrier costs far less than a dispatch, so small
// plans run this way. Invocation k does elements k, k+groupSize, ... of every operation. The number of steps taken is in ControlDone; a
// step is taken whole or not at all. written are the buffers that the entries change, nil where that is not known. counted: there is a
// UniformBudget, and ControlCut tells if the driver left a loop all the same.
func Resident(l *Layout, entries []Entry, written map[int]bool, groupSize int, counted bool) (*Program, error) {
	g := newGenerator(l)
	g.coherent = "coherent " // what one invocation writes, others read within the same dispatch
	g.changes = written
	g.count(entries, counted)
	clocks := make(map[int]bool)
	rows := make(map[int]bool)
	var main strings.Builder
	lastClock := -1
	for k := 0; k < len(entries); k++ {
		en := entries[k]
		f, err := g.grouped(en.Op, groupSize)
		if err != nil {
			return nil, err
		}
		clocks[en.Clock] = true
		if s, ok := en.Op.(*plan.Sample); ok {
			rows[s.Monitor] = true
		}
		if en.Sync {
			main.WriteString("\t\tsync_group();\n")
		}
		if en.Clock != lastClock {
			fmt.Fprintf(&main, "\t\tclock_step = step_%d;\n", en.Clock)
			lastClock = en.Clock
		}
		cond := onlyIf(g.due(en.Clock), "")
		if f.shared != "" {
			fmt.Fprintf(&main, "\t\t%s%s;\n", cond, f.shared)
		}
		if text := g.ownLoop(en.Op, f, groupSize); text != "" {
			fmt.Fprintf(&main, "\t\t%s%s\n", cond, text)
			continue
		}
		if run := g.productRun(entries[k:]); run > 0 {
			g.callProducts(&main, entries[k:k+run], f, groupSize, cond)
			k += run - 1
			continue
		}
		if f.n == groupSize {
			fmt.Fprintf(&main, "\t\t%s{ uint e = me; %s; }\n", cond, f.call)
		} else {
			fmt.Fprintf(&main, "\t\t%sfor (uint e = me; e < %du; e += %du) %s;\n", cond, f.n, groupSize, f.call)
		}
		if s, ok := en.Op.(*plan.Sample); ok {
			fmt.Fprintf(&main, "\t\t%s++row_%d;\n", cond, s.Monitor)
		}
	}
	g.stepGlobals(sorted(clocks), sorted(rows))
	if g.counted {
		g.countGlobals()
	}
	g.linef("void sync_group() { memoryBarrierBuffer(); barrier(); }")
	g.linef("")
	g.linef("void main() {")
	g.linef("\tuint me = gl_LocalInvocationIndex;")
	g.beginSteps(sorted(clocks), sorted(rows))
	g.linef("\tuint k = 0u;")
	g.linef("\tfor (; k < ticks; ++k) {")
	g.linef("\t\ttick = first_tick + k;")
	g.linef("\t\tif (halted()) break;")
	if g.counted {
		g.linef("\t\tif (spent > budget.x) break; // one more step might be too many")
		g.linef("\t\tspent += budget.y;")
	}
	g.body.WriteString(main.String())
	g.nextSteps(sorted(clocks))
	g.linef("\t\tsync_group();")
	g.linef("\t}")
	g.linef("\tif (me == 0u) grid_done = k;")
	g.sentinel()
	g.linef("}")
	return g.finish(groupSize, 1)
}

// sentinel writes the loop that tells whether the driver has left one early: it leaves all that follow, too.
func (g *generator) sentinel() {
	if !g.counted {
		return
	}
	g.linef("\tuint rounds = 0u; // a driver that leaves loops would leave this one, too")
	g.linef("\tfor (uint r = 0u; r < %s; ++r) ++rounds;", UniformWhole)
	g.linef("\tif (rounds != %s) atomicOr(grid_cut, 1u);", UniformWhole)
}

// count makes the program count the rounds of loops over spikes.
func (g *generator) count(entries []Entry, counted bool) {
	g.counted, g.inner = counted, map[*plan.Run]int{}
	for _, e := range entries {
		if r, ok := e.Op.(*plan.Run); ok {
			g.inner[r] = e.Inner
		}
	}
}

func (g *generator) countGlobals() {
	g.uniforms = append(g.uniforms, "uniform uvec3 "+UniformBudget+";", "uniform uint "+UniformWhole+"; // 4")
	g.globals = append(g.globals, "uint spent = 0u; // rounds of loops, at the most; the same in all invocations of a work group")
}

// stepGlobals declares what a loop over steps needs for clocks and sampled monitors.
func (g *generator) stepGlobals(clocks, rows []int) {
	g.uniforms = append(g.uniforms, "uniform uint first_tick;", "uniform uint ticks;")
	g.globals = append(g.globals, "uint tick = 0u; // since the batch began, from 1", "uvec2 clock_step = uvec2(0u); // of the operation's clock: low and high word")
	for _, m := range rows {
		g.uniforms = append(g.uniforms, "uniform uint "+UniformFirstRow(m)+";")
	}
	for _, c := range clocks {
		g.uniforms = append(g.uniforms, "uniform uvec3 "+UniformClock(c)+"; // low and high word of its step, ticks until it is due")
	}
}

// beginSteps writes the variables of a loop over steps.
func (g *generator) beginSteps(clocks, rows []int) {
	for _, c := range clocks {
		g.linef("\tuvec2 step_%d = clock_%d.xy;", c, c)
		if g.l.Plan.Clocks[c].Period != 1 {
			g.linef("\tuint wait_%d = clock_%d.z;", c, c)
		}
	}
	for _, m := range rows {
		g.linef("\tuint row_%d = first_row_%d;", m, m)
	}
}

// nextSteps moves the clocks on by a tick.
func (g *generator) nextSteps(clocks []int) {
	for _, c := range clocks {
		next := fmt.Sprintf("step_%d = next_step(step_%d);", c, c)
		if p := g.l.Plan.Clocks[c].Period; p == 1 {
			g.linef("\t\t%s", next)
		} else {
			g.linef("\t\tif (wait_%d == 0u) { %s wait_%d = %du; }", c, next, c, p)
			g.linef("\t\t--wait_%d;", c)
		}
	}
}
