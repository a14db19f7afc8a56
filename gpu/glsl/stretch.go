package glsl

import (
	"fmt"
	"strings"
)

// Rounds bounds those of the loops of a program of many steps for a driver that leaves loops after so many, see Stretch.
type Rounds struct {
	Most  int // of a dispatch, beside waiting
	Fixed int // of a step
	Worst int // of a step, at the most
	// Of a spike that is listed, and of one that acts where spikes are few.
	PerListed, PerSpike int
	Wait                int // of waiting, in a dispatch
	Patience            int // of waiting for one step
}

// ended is a bit of ControlOpen: steps end with that of the other bits.
const ended = 1 << 31

// Stretch writes the program of a Dispatch that takes many steps of a clock, whose work groups wait for each other between them. The last to come to the end of a
// step runs the chains and lets the others go on. Whoever has waited for too long leaves, and so do then all others at the end of the step: nothing
// depends on whether work groups run at the same time. Steps also end where spikes are more than a few, so that their own dispatch follows, behind a fault, and
// where rounds would not suffice for another step. The number of steps taken is in ControlDone.
func Stretch(l *Layout, ops []Op, chains [][]Op, clock, groupSize int, rounds Rounds) (*Program, error) {
	d := newDispatch(l, groupSize)
	d.many, d.tallies, d.coherent = true, true, "coherent "
	main, looped, err := d.stepText(ops)
	if err != nil {
		return nil, err
	}
	var last strings.Builder
	if err := d.inTurn(&last, chains, groupSize); err != nil {
		return nil, err
	}
	var rows []int
	for _, op := range ops {
		if m := Sampled(op); m >= 0 {
			rows = append(rows, m)
		}
	}
	d.stepGlobals([]int{clock}, rows)
	d.globals = append(d.globals, "shared bool is_last, group_on, group_alone; // has come last to where all meet, goes on behind it, acts for all",
		"uint listed = 0u, acting = 0u; // spikes of a step", "bool many = false; // spikes are left to their own dispatch", "uint few_group = 0u, few_groups = 1u;", "uint waited = 0u; // rounds")
	d.blockReporter()
	d.linef("void sync_group() { memoryBarrier(); barrier(); }")
	d.linef("")
	d.stretchWait(rounds)
	d.linef("void main() {")
	d.linef("\tuint me = gl_LocalInvocationIndex;")
	d.beginSteps([]int{clock}, rows)
	d.linef("\tuint k = 0u, open = 0u; // steps, and times that all have met")
	d.linef("\tif (me == 0u) group_alone = false;")
	d.linef("\twhile (k < ticks) {")
	d.linef("\ttick = first_tick + k;")
	d.linef("\tif (halted()) break;")
	d.linef("\tclock_step = step_%d;", clock)
	d.body.WriteString(d.gathers.String())
	d.body.WriteString(d.once.String())
	d.overSteps(main, d.steps(), d.groups(), looped)
	d.reportKept()
	d.linef("\t++k;")
	d.arrive()
	d.linef("\tif (is_last) {")
	d.linef("\tmemoryBarrier();")
	d.linef("\tlisted = acting = 0u;")
	d.body.WriteString(last.String())
	d.linef("\tsync_group();")
	d.linef("\tif (me == 0u) {")
	d.linef("\t\tatomicAdd(grid_leave, %du + %du * listed + %du * acting);", rounds.Fixed, rounds.PerListed, rounds.PerSpike)
	goOn := func(also string) {
		d.linef("\t\tbool on = %sfault_tick == 0u;", also)
		d.linef("\t\tgroup_on = atomicCompSwap(grid_open, open - 1u, on ? open : open | %du) == open - 1u && on;", uint32(ended))
		d.linef("\t\tif (!group_on) grid_done = k;")
	}
	enough := fmt.Sprintf("k < ticks && grid_leave <= %du && ", max(0, rounds.Most-rounds.Worst))
	if d.act == "" {
		goOn(enough)
		d.linef("\t}")
		d.linef("\t} else wait(open, k == ticks);")
	} else {
		goOn("!many && ")
		d.linef("\t\tgroup_alone = !group_on && !many;")
		d.linef("\t}")
		d.linef("\t} else wait(open, false);")
		d.linef("\tbarrier();")
		d.linef("\tmemoryBarrier();")
		d.linef("\tfew_group = group_on ? gl_WorkGroupID.x : 0u; few_groups = group_on ? gl_NumWorkGroups.x : 1u;")
		d.linef("\tif (group_on || group_alone) %s;", d.act) // alone: the others have left
		d.linef("\tif (group_on) {")
		d.arrive()
		d.linef("\tif (is_last) {")
		d.linef("\tmemoryBarrier();")
		d.linef("\tif (me == 0u) {")
		goOn(enough)
		d.linef("\t}")
		d.linef("\t} else wait(open, k == ticks);")
		d.linef("\t}")
	}
	d.linef("\tbarrier();")
	d.linef("\tmemoryBarrier();")
	d.linef("\tif (!group_on) break;")
	for _, m := range rows {
		d.linef("\t++row_%d;", m)
	}
	d.nextSteps([]int{clock})
	d.linef("\t}")
	d.counted = true
	d.uniforms = append(d.uniforms, "uniform uint "+UniformWhole+"; // 4")
	d.sentinel()
	d.linef("}")
	return d.finish(groupSize, d.groups())
}

// arrive writes how a work group comes to where all meet.
func (d *dispatch) arrive() {
	d.linef("\tsync_group();")
	d.linef("\t++open;")
	d.linef("\tif (me == 0u) is_last = atomicAdd(grid_arrived, 1u) == gl_NumWorkGroups.x * open - 1u;")
	d.linef("\tbarrier();")
}

// soon is the number of rounds in which a work group waits with one invocation, for what is about to come. Then it may take until another process leaves its
// processor: more invocations look, one after another, so that a round lasts.
const soon = 512

// stretchLooks are the looks of a round.
const stretchLooks = 8

// stretchWait writes how a work group waits until the last has come.
func (d *dispatch) stretchWait(rounds Rounds) {
	look := func(most int) {
		d.linef("\t\tfor (uint w = 0u; seen < to && w < %du && waited < %du; ++w, ++waited) {", most, rounds.Wait)
		for range stretchLooks {
			d.linef("\t\t\tseen = atomicOr(grid_open, 0u);")
		}
		d.linef("\t\t}")
	}
	d.linef("// Waits until the last has opened; leaves where that takes too long, or what is opened is the end.")
	d.linef("void wait(uint to, bool end) {")
	d.linef("\tuint me = gl_LocalInvocationIndex;")
	d.linef("\tif (me < %du) {", pollers)
	d.linef("\t\tuint seen = to | %du;", uint32(ended))
	d.linef("\t\tif (me == 0u && !end) {")
	d.linef("\t\tseen = atomicOr(grid_open, 0u);")
	look(min(soon, rounds.Patience))
	d.linef("\t\t}")
	d.linef("\t\tif (me != 0u && !end) seen = atomicOr(grid_open, 0u);")
	look(rounds.Patience)
	d.linef("\t\tif (me == 0u) {")
	d.linef("\t\tif (seen < to) {")
	d.linef("\t\t\tuint was = atomicCompSwap(grid_open, to - 1u, to | %du);", uint32(ended))
	d.linef("\t\t\tseen = was == to - 1u ? to | %du : was; // it may have been opened, or ended, since", uint32(ended))
	d.linef("\t\t}")
	d.linef("\t\tgroup_on = seen != (to | %du); // others may be ahead, and have left there", uint32(ended))
	d.linef("\t\t}")
	d.linef("\t}")
	d.linef("}")
	d.linef("")
}
