package compute

import (
	"slices"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// partition groups tasks into dispatches. A task moves into an earlier dispatch where nothing between depends on it.
func partition(l *glsl.Layout, tasks []task) []unit {
	p := &partitioner{l: l, emitted: map[plan.BufferID]task{}, made: map[plan.BufferID]int{}}
	for _, t := range tasks {
		if t.op == nil {
			p.fence = len(p.units)
			p.segment++
			clear(p.emitted)
			clear(p.made)
			continue
		}
		p.place(t)
	}
	p.dispatchTogether()
	p.joinLists()
	p.takeFew()
	return p.units
}

// partitioner is the state of partition.
type partitioner struct {
	l       *glsl.Layout
	units   []unit
	fence   int // no task moves before this unit
	segment int
	emitted map[plan.BufferID]task // what set bits since the fence; a task without a clock where clocks differ
	made    map[plan.BufferID]int  // units that made lists since the fence
}

// find looks for the earliest unit that takes a task, -1 without one.
func (p *partitioner) find(t *task, a []access) int {
	at := -1
	for k := len(p.units) - 1; k >= p.fence; k-- {
		if p.units[k].takes(p.l, t, a) && p.listsFit(k, t) {
			at = k
		}
		if ordered(p.units[k].access, a) {
			break
		}
	}
	return at
}

// place adds a task to a unit, or a unit for it.
func (p *partitioner) place(t task) {
	if s, ok := t.op.(*plan.Sample); ok && fewOfMany(p.l.Plan.Monitors[s.Monitor]) {
		t.op = &glsl.SampleEach{Monitor: s.Monitor}
	}
	a := accesses(p.l, t.op)
	at := p.find(&t, a)
	if at < 0 {
		// What spikes do to their own elements can be done by all elements, where those have a dispatch anyway.
		if s := p.spiked(&t); s != nil {
			own := task{s, t.item, t.clock}
			b := accesses(p.l, s)
			if k := p.find(&own, b); k >= 0 {
				at, t, a = k, own, b
				p.l.Lists[s.Run.List].Keep = true
			}
		}
	}
	if at < 0 && p.placeHere(&t) {
		return
	}
	if at < 0 {
		at = len(p.units)
		p.units = append(p.units, unit{kind: kindOf(t.op), item: t.item, last: t.item, clock: t.clock, segment: p.segment})
	}
	u := &p.units[at]
	if u.kind == spikes {
		u.maker = p.maker(listsOf(p.l, append(slices.Clone(u.ops), t.op)), t.clock)
	}
	u.add(t.op, t.item, a)
	if u.kind == lists {
		u.chains = chained(p.l, u.chains, t.op)
	}
	switch op := t.op.(type) {
	case *glsl.Compact:
		p.made[op.List] = at
	case *plan.Generate:
		p.made[op.List] = at
	case *glsl.Shares:
		if before, ok := p.made[op.Run.List]; ok {
			p.made[op.Run.List] = max(before, at)
		}
	}
	if r, ok := t.op.(*plan.Run); ok {
		for _, e := range r.Kernel.Effects {
			if e.Kind != ir.Emit {
				continue
			}
			if before, ok := p.emitted[r.Bind[e.Slot]]; ok && before.clock != t.clock {
				t.clock = -1
			}
			p.emitted[r.Bind[e.Slot]] = t
		}
	}
}

// waits reports whether an operation over spikes may not run beside those of a unit. Synapses that two change together are no reason.
func (u *unit) waits(l *glsl.Layout, op glsl.Op, a []access) bool {
	if !conflict(u.access, a) {
		return false
	}
	beside := func(list []access) []access {
		return slices.DeleteFunc(slices.Clone(list), func(x access) bool { return x.align.by == bySynapse })
	}
	for _, o := range u.ops {
		b := accesses(l, o)
		if !conflict(b, a) {
			continue
		}
		if !glsl.Joint(l, o, op) || conflict(beside(b), a) || conflict(b, beside(a)) {
			return true
		}
	}
	return false
}

// listsFit reports whether a dispatch over spikes may run over the list of another task, too: a unit that makes lists has to find the arguments after
// all lists are made.
func (p *partitioner) listsFit(at int, t *task) bool {
	u := &p.units[at]
	if u.kind != spikes {
		return true
	}
	ops := append(slices.Clone(u.ops), t.op)
	of := listsOf(p.l, ops)
	if argumentsOfAll(p.l, ops) {
		if m := p.maker(of, t.clock); m < 0 || m >= at {
			return false
		}
	}
	if !p.l.Software {
		return true
	}
	total := jointRounds(p.l, ops) + delayRounds(p.l, ops)
	if len(of) == 1 && total == 0 {
		return true // the number of work groups allows for all
	}
	for _, b := range of {
		total += spikeRounds(p.l, b)
	}
	return total <= maxRounds
}

// argumentsOfAll reports whether the arguments of a dispatch of operations over spikes are the largest of several: of different lists, or of a list and
// of delays.
func argumentsOfAll(l *glsl.Layout, ops []glsl.Op) bool {
	delayed := slices.ContainsFunc(ops, func(op glsl.Op) bool { d, _ := l.DelaysOf(op.(*plan.Run)); return d != nil })
	return len(ops) > 1 && (delayed || len(listsOf(l, ops)) > 1)
}

// listsOf are the different lists of operations over spikes.
func listsOf(l *glsl.Layout, ops []glsl.Op) (of []plan.BufferID) {
	for _, op := range ops {
		if b := l.ListOf(op); !slices.Contains(of, b) {
			of = append(of, b)
		}
	}
	return of
}

// maker is the unit with a clock that makes the last of some lists, -1 where they are made otherwise.
func (p *partitioner) maker(of []plan.BufferID, clock int) int {
	last := -1
	for _, b := range of {
		at, ok := p.made[b]
		if !ok || p.units[at].clock != clock {
			return -1
		}
		last = max(last, at)
	}
	if p.units[last].kind != lists {
		return -1
	}
	return last
}

// dispatchTogether lets units that make lists find the arguments of dispatches over several.
func (p *partitioner) dispatchTogether() {
	index := 0
	for k := range p.units {
		u := &p.units[k]
		if u.kind != spikes {
			continue
		}
		if !argumentsOfAll(p.l, u.ops) {
			continue
		}
		t := &glsl.Together{Index: index, Synapses: u.overSynapses()}
		index++
		t.Parts = partsOf(p.l, u.ops)
		u.together = []*glsl.Together{t}
		m := &p.units[u.maker]
		m.together = append(m.together, t)
		for _, x := range []*unit{u, m} {
			x.access = append(x.access, togetherAccesses(p.l, x.kind, t)...)
		}
	}
}

// partsOf are the different spikes that operations run over.
func partsOf(l *glsl.Layout, ops []glsl.Op) (parts []glsl.SpikesOf) {
	for _, op := range ops {
		r := op.(*plan.Run)
		part := glsl.SpikesOf{List: r.List, Lag: r.Lag}
		if d, _ := l.DelaysOf(r); d != nil {
			part.Lag, part.Delays = 0, d
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return parts
}

// togetherAccesses lists what finding the arguments of a dispatch over several lists touches, or the dispatch that uses them.
func togetherAccesses(l *glsl.Layout, k kind, t *glsl.Together) []access {
	if k == spikes {
		return []access{{l.Together, read, anywhere}}
	}
	a := []access{{l.Together, write, anywhere}}
	for _, p := range t.Parts {
		b := l.Lists[p.List].Args
		if p.Delays != nil {
			b = p.Delays.Starts
		}
		a = append(a, access{b, read, anywhere})
	}
	return a
}

// fewRecorded is the number of recorded elements up to which each element asks whether it is one: then what changes them can follow in the same dispatch.
const fewRecorded = 8

func fewOfMany(m *plan.Monitor) bool {
	some := false
	for _, v := range m.Vars {
		if v.Elements != nil && v.Len > fewRecorded {
			return false
		}
		some = some || v.Elements != nil
	}
	return some
}

// spiked is a kernel over the spikes of this step as one over all elements, nil where that is not the same.
func (p *partitioner) spiked(t *task) *glsl.Spiked {
	r, ok := t.op.(*plan.Run)
	if !ok || r.Kernel.Domain != ir.Active || r.Kernel.InOrder || r.Lag != 0 || r.Bounded() {
		return nil
	}
	s := p.l.Lists[r.List]
	from, ok := p.emitted[r.List]
	if !ok || from.clock != t.clock || !s.BothRows || s.Elems >= s.Width {
		return nil
	}
	return &glsl.Spiked{Run: r}
}

// placeHere lets elements do what their spikes do to them in the dispatch that emits those, right behind the operation that does, where nothing between
// depends on it: neurons without synapses that spikes go through need no other dispatch. It reports whether that is so.
func (p *partitioner) placeHere(t *task) bool {
	r, ok := t.op.(*plan.Run)
	if !ok || r.Kernel.Domain != ir.Active || r.Kernel.InOrder || r.Lag != 0 || r.Bounded() || p.l.Plan.Replicas > 1 {
		return false
	}
	from, ok := p.emitted[r.List]
	if !ok || from.clock != t.clock || widthOf(p.l, from.op) != p.l.Lists[r.List].Elems {
		return false
	}
	s := &glsl.Spiked{Run: r, Here: true}
	a := accesses(p.l, s)
	a = slices.DeleteFunc(a, func(x access) bool { return x.buf == int(r.List) || x.buf == p.l.Lists[r.List].Args })
	for k := len(p.units) - 1; k >= p.fence; k-- {
		u := &p.units[k]
		at := slices.Index(u.ops, from.op)
		if at < 0 {
			if ordered(u.access, a) {
				return false
			}
			continue
		}
		if u.kind != elements || conflict(u.access, a) {
			return false
		}
		for _, op := range u.ops[at+1:] {
			if ordered(accesses(p.l, op), a) {
				return false
			}
		}
		u.add(s, t.item, a)
		last := len(u.ops) - 1
		u.ops, u.items = slices.Insert(u.ops[:last], at+1, glsl.Op(s)), slices.Insert(u.items[:last], at+1, t.item)
		return true
	}
	return false
}

// joinLists lets the last work group of a dispatch over elements make the lists of what the dispatch emits: that is one dispatch less, and lists are
// the work of one group anyway.
func (p *partitioner) joinLists() {
	for k := 0; k < len(p.units); k++ {
		u := &p.units[k]
		if u.kind != lists || !lastGroupMakes(p.l, u.chains) {
			continue
		}
		for j := k - 1; j >= 0 && p.units[j].segment == u.segment; j-- {
			to := &p.units[j]
			if to.kind == elements && to.clock == u.clock && to.chains == nil {
				to.chains, to.together, to.item, to.last = u.chains, u.together, min(to.item, u.item), max(to.last, u.last)
				to.items, to.access = append(to.items, u.items...), append(to.access, u.access...)
				p.units = slices.Delete(p.units, k, k+1)
				k--
				break
			}
			if ordered(to.access, u.access) {
				break
			}
		}
	}
}

// takeFew lets the last work group of a dispatch over elements, which makes lists, do what follows for the spikes in them where those are few.
func (p *partitioner) takeFew() {
	index := 0
	for k := range p.units {
		for _, t := range p.units[k].together {
			index = max(index, t.Index+1)
		}
	}
	for k := range p.units {
		u := &p.units[k]
		most := p.mostFew(u)
		if most == 0 {
			continue
		}
		m := p.beforeFew(k)
		if m == nil {
			continue
		}
		if u.together == nil {
			t := &glsl.Together{Index: index, Synapses: u.overSynapses(), Parts: partsOf(p.l, u.ops)}
			index++
			u.together, m.together = []*glsl.Together{t}, append(m.together, t)
			u.access = append(u.access, togetherAccesses(p.l, spikes, t)...)
			m.access = append(m.access, togetherAccesses(p.l, elements, t)...)
		}
		m.few = append(m.few, &glsl.Few{Ops: u.ops, Most: most, To: u.together[0]})
		m.access = append(m.access, u.access...)
	}
}

// mostFew is the number of spikes up to which those of a unit are few; 0: never.
func (p *partitioner) mostFew(u *unit) int {
	if u.kind != spikes || p.l.Plan.Replicas > 1 {
		return 0
	}
	for _, op := range u.ops {
		r := op.(*plan.Run)
		if joined(p.l, r) || r.Conn >= 0 && p.l.Plan.Conns[r.Conn].Drawn != nil {
			return 0
		}
	}
	most, each := p.l.MostFew(u.ops), 0
	for _, b := range listsOf(p.l, u.ops) {
		each = max(each, roundsPerSpike(p.l, b))
	}
	return min(most, fewRounds/max(each, 1))
}

// beforeFew is the dispatch over elements that makes the lists of unit k and behind which nothing comes that the unit waits for; nil without one.
func (p *partitioner) beforeFew(k int) *unit {
	u := &p.units[k]
	for j := k - 1; j >= 0 && p.units[j].segment == u.segment; j-- {
		m := &p.units[j]
		if m.kind == elements && m.chains != nil && m.few == nil && m.clock == u.clock && !slices.ContainsFunc(listsOf(p.l, u.ops), func(b plan.BufferID) bool {
			return !slices.ContainsFunc(m.chains, func(c []glsl.Op) bool { _, ok := c[0].(*glsl.Compact); return ok && p.l.ListOf(c[0]) == b })
		}) {
			return m
		}
		if ordered(m.access, u.access) {
			return nil
		}
	}
	return nil
}

// mostOperations and mostChains bound what a program does: compilers take more than twice as long for twice the text. A dispatch more that waits for
// nothing costs little.
const (
	mostOperations = 64
	mostChains     = lastLists
)

// takes reports whether a unit can take another task.
func (u *unit) takes(l *glsl.Layout, t *task, a []access) bool {
	if u.kind != kindOf(t.op) || u.clock != t.clock {
		return false
	}
	switch u.kind {
	case elements:
		return len(u.ops) < mostOperations && !conflict(u.access, a) && u.balanced(l, t.op)
	case spikes:
		return len(u.ops) < mostOperations && !u.waits(l, t.op, a)
	case lists:
		under := slices.ContainsFunc(u.chains, func(c []glsl.Op) bool { return l.ListOf(c[0]) == l.ListOf(t.op) })
		return (under || len(u.chains) < mostChains) && runsBeside(l, u.chains, t.op, a)
	}
	return false
}

// runsBeside reports whether an operation on a list, which joins the chain of that list, waits for none of the other chains.
func runsBeside(l *glsl.Layout, chains [][]glsl.Op, op glsl.Op, a []access) bool {
	for _, c := range chains {
		if l.ListOf(c[0]) == l.ListOf(op) {
			continue
		}
		if slices.ContainsFunc(c, func(o glsl.Op) bool { return conflict(accesses(l, o), a) }) {
			return false
		}
	}
	return true
}

// chained is chains with another operation, at the end of the chain of its list.
func chained(l *glsl.Layout, chains [][]glsl.Op, op glsl.Op) [][]glsl.Op {
	for k, c := range chains {
		if l.ListOf(c[0]) == l.ListOf(op) {
			chains[k] = append(c, op)
			return chains
		}
	}
	return append(chains, []glsl.Op{op})
}

// smallWork is about how many multiplications take as long as a dispatch.
const smallWork = 100_000

// balanced reports whether an invocation may do one element of an operation beside what it has to do. Elements are shared evenly among invocations, synapses
// and rows of synapses beside them are not: then one of the two has to be so small that the dispatch is what it costs.
func (u *unit) balanced(l *glsl.Layout, op glsl.Op) bool {
	uneven := func(op glsl.Op) bool { return unevenly(l, op) }
	if !uneven(op) && !slices.ContainsFunc(u.ops, uneven) {
		return true
	}
	total := 0
	for _, o := range u.ops {
		total += work(l, o)
	}
	return min(total, work(l, op)) <= smallWork
}

// unevenly reports whether a kernel runs over all synapses and has invocations for them of its own number.
func unevenly(l *glsl.Layout, op glsl.Op) bool {
	r, ok := op.(*plan.Run)
	_, gathered := l.GatherOf(op)
	return ok && !gathered && (r.Kernel.Domain == ir.Synapses || r.Kernel.Domain == ir.Incoming)
}
