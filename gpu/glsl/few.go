package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// Few is what the last work group of a dispatch does itself for the spikes of lists, which it has made, where those are few: the threads of a processor need not
// be woken for a dispatch more, which has no work groups then. Where they are many it finds the arguments of the dispatch.
type Few struct {
	Ops  []Op // kernels over spikes, one after another
	Most int  // spikes
	To   *Together
}

// few writes the functions of a Few, which all invocations of one work group call: whether spikes are few, and what they do then. In a Stretch work groups share that,
// each that has come so far; else the group does it alone.
func (g *generator) few(o *Few, groupSize int) (function, error) {
	own, order, faults, width := g.own, g.ownOrder, g.faults, g.width
	g.own, g.ownOrder, g.faults, g.width = nil, nil, nil, 1
	defer func() { g.own, g.ownOrder, g.faults, g.width = own, order, faults, width }()
	many := g.together(o.To)
	group, groups := "0u", "1u"
	if g.tallies {
		group, groups = "few_group", "few_groups"
	}
	once, main, err := g.spikeTexts(o.Ops, groupSize, group, groups)
	if err != nil {
		return function{}, err
	}
	act := g.function("few spikes", groupSize).name
	g.linef("void %s() {", act)
	g.body.WriteString(once)
	g.body.WriteString(main)
	g.linef("}")
	g.linef("")
	f := g.function("whether spikes are few", groupSize)
	var counts []string
	for _, p := range o.To.Parts {
		s := g.l.Lists[p.List]
		g.use(int(p.List))
		count := fmt.Sprintf("%s(%s)", g.l.Buffers[p.List].Name, rowAt(s, p.Lag))
		if p.Lag > 0 { // before the first step nothing spiked
			count = fmt.Sprintf("(clock_step.y != 0u || clock_step.x >= %du ? %s : 0)", p.Lag, count)
		}
		counts = append(counts, "uint("+count+")")
	}
	g.linef("bool %s(uint me) {", f.name)
	g.linef("\tuint spikes = %s;", strings.Join(counts, " + "))
	g.linef("\tif (spikes > %du) {", o.Most)
	g.linef("\t\t%s;", many.call)
	g.linef("\t\treturn false;")
	g.linef("\t}")
	g.linef("\tif (me == 0u) %s(%du) = 0;", g.l.Buffers[g.l.Together].Name, 3*o.To.Index)
	if g.tallies {
		g.linef("\tacting += spikes;")
	}
	g.linef("\treturn true;")
	g.linef("}")
	g.linef("")
	f.call = fmt.Sprintf("if (%s(me)) %s()", f.name, act)
	if g.tallies {
		f.call, g.act = fmt.Sprintf("many = !%s(me)", f.name), act+"()"
	}
	return f, nil
}

// MostFew is the number of spikes up to which those of operations are few: on average they reach FewSynapses.
func (l *Layout) MostFew(ops []Op) int {
	if l.FewSynapses <= 0 {
		return 0
	}
	each := 1
	for _, op := range ops {
		if r := op.(*plan.Run); r.Conn >= 0 {
			each += meanRow(l.Plan.Conns[r.Conn])
		}
	}
	return l.FewSynapses / each
}
