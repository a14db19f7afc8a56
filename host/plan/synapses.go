package plan

import (
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

func (b *builder) synapseContext(s *net.Synapses) check.Context {
	return check.Context{Dialect: s.Dialect, Scope: s.Namespace, Synapse: true, Multi: s.Multi, Pre: b.res.Models[s.Pre.Group], Post: b.res.Models[s.Post.Group],
		Links: linksOf(s.Links),
		Extra: live(s.Live), Used: b.uses(s.Name)}
}

// checkSynapses checks the equations and the code of all synapses; the groups' models are known by then.
func (b *builder) checkSynapses() error {
	for _, s := range b.net.Synapses {
		if !b.endsKnown(s) {
			continue
		}
		src := s.Equations
		if src == nil {
			src = &diag.Source{Name: "equations of " + s.Name}
		}
		eqs, ds := syntax.ParseEquations(src, s.Dialect.Syntax())
		var params []*syntax.Equation
		if s.Params != nil {
			p, l := syntax.ParseParameters(s.Params)
			params, ds = p.Eqs, append(ds, l...)
		}
		b.reportAll(ds)
		if ds.Err() != nil {
			continue
		}
		m, ds := check.Check(eqs, params, b.synapseContext(s))
		b.reportAll(ds)
		if ds.Err() != nil {
			continue
		}
		b.synModels[s] = m
		b.checkSynapseLinks(s)
		b.standIns(s, m)
		b.checkTransmission(s, m)
		for _, p := range s.Pathways {
			code, ds := syntax.ParseCode(p.Code, s.Dialect.Syntax())
			b.reportAll(ds)
			if ds.Err() != nil {
				continue
			}
			c, ds := check.CheckCode(code, m, b.synapseContext(s))
			b.reportAll(ds)
			b.pathCode[p] = c
			group := s.Source(p)
			switch {
			case happens(group, p.Event):
			case EventList(p.Event) == lower.SpikeList:
				b.mistake(s.Place, "give it a threshold", "code of %q waits for spikes of %q, which has none", s.Name, group.Name)
			default:
				b.mistake(s.Place, "", "code of %q waits for the event %q, which %q does not have", s.Name, p.Event, group.Name)
			}
			for _, d := range p.Delay {
				if d < 0 {
					b.mistake(s.Place, "delays must not be negative", "%q has a delay of %g ms", s.Name, d*1e3)
					break
				}
			}
		}
	}
	return nil
}

// synapseInput is what package lower needs to know of n synapses.
func (b *builder) synapseInput(s *net.Synapses, n int) lower.SynapseInput {
	dt := s.DT
	if dt == 0 {
		dt = b.net.DT
	}
	clock := lower.Clock{DT: dt, Unit: 1}
	if s.Dialect == check.ANNarchy {
		clock.Unit = 1e-3
	}
	end := func(sp net.Span) lower.End {
		return lower.End{Input: b.lowerInput(sp.Group), Start: sp.Start, Len: sp.Len()}
	}
	return lower.SynapseInput{
		EventDT: b.eventDT(s),
		Input:   lower.Input{Object: s.Name, Model: b.synModels[s], N: n, Clock: clock, Method: s.Method, Table: b.tableOf(clock, 0), Links: b.linksTo(s.Name, s.Links)},
		Pre:     end(s.Pre), Post: end(s.Post),
	}
}

// eventDT is the interval of the clock of all pathways of synapses, or of the base clock where they have several.
func (b *builder) eventDT(s *net.Synapses) float64 {
	var dt float64
	for i, p := range s.Pathways {
		switch d := b.dtOf(s.Source(p).DT); {
		case i == 0:
			dt = d
		case d != dt:
			return b.plan.BaseDT
		}
	}
	return dt
}

// synapses lays out all Synapses objects and adds their code to the schedule.
func (b *builder) synapses() error {
	for _, s := range b.net.Synapses {
		b.endsCounted(s)
		p := b.opt.pairsOf(s)
		if b.synModels[s] != nil && b.procedural(s) {
			continue
		}
		if p == nil {
			var err error
			if p, err = b.connectSynapses(s); err != nil {
				var large *TooLarge
				if errors.As(err, &large) {
					return large
				}
				b.mistake(s.Place, "", "%s: %v", s.Name, err)
				continue
			}
			if p == nil {
				continue // a mistake was reported
			}
			b.opt.keepPairs(s, p)
		}
		b.res.Synapses[s.Name] = int64(p.pre.Len())
		if p.how != nil {
			b.res.Connecting[s.Name] = p.how
		}
		if b.diags.Err() == nil {
			b.oneNumbers(s, p)
			if n := p.pre.Len(); n > maxSynapses && b.numbered(s, p) {
				if err := b.notListed(s, tooManySynapses(int64(n))); err != nil {
					return err
				}
				continue
			}
			b.synapsesOf(s, p)
		}
	}
	return b.addSums()
}

func (b *builder) synapsesOf(s *net.Synapses, p *pairs) {
	n := p.pre.Len()
	in := b.synapseInput(s, n)
	l := b.lumpOf(s, in, p)
	if l != nil {
		b.res.Lumped[s] = l.vars
		b.res.Rewrites = append(b.res.Rewrites, s.Name+": lump states "+strings.Join(l.vars, ", "))
	}
	for _, st := range lower.SynapseStorage(in) {
		if l != nil && l.slots[lower.SlotName(s.Name, st.Name)] {
			b.buffer(Buffer{Object: s.Name, Var: st.Name + AtTarget, Type: st.Type, Len: s.Post.Group.N, Role: State})
			b.buffer(Buffer{Object: s.Name, Var: st.Name + AtSource, Type: st.Type, Len: s.Pre.Group.N, Role: State})
			continue
		}
		b.buffer(Buffer{Object: s.Name, Var: st.Name, Type: st.Type, Len: st.Len, Fill: st.Fill, Role: storageRole(st.Kind)})
	}
	b.ruleWeights(s, p)
	w := &wiring{b: b, s: s, p: p, conns: map[string][]lagged{}, used: map[string]bool{}}
	b.wires[s] = w
	p.pre.hold(b.plan)
	p.post.hold(b.plan)
	if p.drawn != nil {
		p.drawn.hold(b.plan)
	}
	b.counts(s, p)
	if s.Multi != "" {
		b.buffer(Buffer{Object: s.Name, Var: s.Multi, Type: ir.Int, Len: n, Ints: p.numbers(), Role: Connectivity})
	}
	b.defaultsOfSynapses(s, in, w)
	b.initialSynapses(s, in, w)
	early, err := lower.SynapseEarly(in)
	if err != nil {
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return
	}
	b.stepsOf(s, Item{Name: s.Name + "_subexpression_update", Slot: Start - 1, Order: s.Order, Clock: b.clocks.add(in.Clock.DT), Callback: -1}, early, w)
	updates, err := lower.SynapseUpdate(in)
	if err != nil {
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return
	}
	item := Item{Name: s.Name + "_stateupdater", Slot: Groups, Order: s.Order, Clock: b.clocks.add(in.Clock.DT), Callback: -1}
	switch {
	case s.Dialect == check.ANNarchy && (len(s.Pathways) > 0 || emits(s.Pre.Group) || emits(s.Post.Group)):
		item.Slot = Resets + 1 // what neurons have become includes their resets
	case s.Dialect == check.ANNarchy:
		item.Order = afterGroups
	}
	if l != nil {
		updates = nil
		item.Ops = []Op{b.kernel(l.target, s.Post.Group.N, -1), b.kernel(l.source, s.Pre.Group.N, -1)}
	}
	b.stepsOf(s, item, updates, w)
	b.summed(s, in, w, l)
	for _, path := range s.Pathways {
		b.pathway(s, in, w, path, l)
	}
	for _, c := range s.Code {
		b.synapseCode(s, in, w, c)
	}
}

// synapseCode adds code that runs on all synapses.
func (b *builder) synapseCode(s *net.Synapses, in lower.SynapseInput, w *wiring, c *net.CodeBlock) {
	slot, err := slotOf(c.When, Start)
	if err != nil {
		b.mistake(c.Place, "", "%v", err)
		return
	}
	code := b.checkCode(c.Code, s.Dialect, in.Model, b.synapseContext(s))
	if code == nil {
		return
	}
	in.Clock.Every = b.codeDT(s.DT, c)
	steps, stale, err := lower.SynapseCode(in, code, c.Name)
	if err != nil {
		b.mistake(c.Place, "", "%s: %v", c.Name, err)
		return
	}
	for _, v := range stale {
		at, _ := mention(c.Code.Text, v.Name)
		b.report(diag.Warningf(c.Code, at, "%s: %q is (event-driven), and this code sees and sets its value as of the last event, as in Brian2", c.Name, v.Name).
			WithHint("make it (clock-driven), or use it where spikes arrive"))
	}
	item := Item{Name: c.Name, Slot: slot, Order: c.Order, Clock: b.clocks.add(in.Clock.Every), Callback: -1}
	b.stepsOf(s, item, steps, w)
}

// stepsOf schedules an item with kernels over all synapses, and over what they share, unless they are not active.
func (b *builder) stepsOf(s *net.Synapses, item Item, steps []lower.Step, w *wiring) {
	for _, st := range steps {
		conn := -1
		if st.Kernel.Domain == ir.Synapses {
			conn = w.all()
		}
		item.Ops = append(item.Ops, b.kernel(st.Kernel, st.N, conn))
	}
	if len(item.Ops) > 0 && !s.Inactive {
		b.plan.Schedule = append(b.plan.Schedule, item)
	}
}

// countable are synapses whose number at each element some code may ask for. Few do, and counting takes as long as reading all ends.
type countable struct {
	s        *net.Synapses
	p        *pairs
	incoming bool
}

// counts lets code ask how many synapses leave and enter each element of the groups.
func (b *builder) counts(s *net.Synapses, p *pairs) {
	b.countable[lower.SlotName(s.Name, lower.Outgoing)] = countable{s, p, false}
	b.countable[lower.SlotName(s.Name, lower.Incoming)] = countable{s, p, true}
}

// countsBuffer adds the buffer of such a number where a slot names one that no code has asked for yet.
func (b *builder) countsBuffer(slot string) {
	c, ok := b.countable[slot]
	if _, known := b.byName[slot]; known || !ok {
		return
	}
	name, n := lower.Outgoing, c.s.Pre.Group.N
	if c.incoming {
		name, n = lower.Incoming, c.s.Post.Group.N
	}
	b.buffer(Buffer{Object: c.s.Name, Var: name, Type: ir.Int, Len: n, Ints: c.p.made.counted(c, n), Role: Connectivity})
}

// counted counts the synapses of each of n elements, once for all plans.
func (m *made) counted(c countable, n int) []int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.counts[c.incoming]
	if len(known) != n {
		if c.p.whole != nil && c.p.removed == nil {
			known = c.p.whole.countsOf(c.incoming, n)
		} else if c.p.drawn != nil && c.p.removed == nil {
			known = make([]int32, n)
			copy(known, c.p.drawn.counts(c.incoming))
		} else if c.incoming {
			known = tally(c.p.post, c.p.removed, n)
		} else {
			known = tally(c.p.pre, c.p.removed, n)
		}
		m.counts[c.incoming] = known
	}
	return known
}

// tallyPart is the least number of ends that are worth a thread of their own.
const tallyPart = 1 << 20

// tally counts how often each of the numbers below n is among the ends that are not removed.
func tally(ends *Ends, removed []bool, n int) []int32 {
	if ends.first != nil && removed == nil {
		count := make([]int32, n)
		for e := range min(n, len(ends.first)-1) { // the group may have another number of elements than when the synapses were made
			count[e] = ends.first[e+1] - ends.first[e]
		}
		return count
	}
	parts := max(1, min(runtime.GOMAXPROCS(0), ends.n/max(tallyPart, 4*n)))
	counts := make([][]int32, parts)
	together(parts, func(w int) {
		c := make([]int32, n)
		counts[w] = c
		ends.share(w, parts, func(at int, part []int32) {
			for k, e := range part {
				if removed == nil || !removed[at+k] {
					c[e]++
				}
			}
		})
	})
	for _, c := range counts[1:] {
		for i, v := range c {
			counts[0][i] += v
		}
	}
	return counts[0]
}

// ofPathway is what package lower needs for a pathway, which runs in the steps of the group whose spikes it waits for.
func (b *builder) ofPathway(in lower.SynapseInput, s *net.Synapses, path *net.Pathway) lower.SynapseInput {
	in.Clock.Every = b.dtOf(s.Source(path).DT)
	return in
}

// pathwayItem is the place of a pathway in the schedule.
func (b *builder) pathwayItem(s *net.Synapses, path *net.Pathway) Item {
	order := -1
	if path.Post {
		order = 1
	}
	if path.Order != 0 {
		order = path.Order
	}
	if s.Dialect == check.ANNarchy {
		// Spikes of earlier steps arrive before anything else happens; a neuron's own spike is the last that happens to its synapses.
		slot := Groups
		if path.Post {
			slot = End
		}
		return Item{Name: s.Name + "_" + path.Name, Slot: slot, Order: net.SpikesArrive, Clock: b.clocks.add(b.dtOf(s.Source(path).DT)), Callback: -1}
	}
	return Item{Name: s.Name + "_" + path.Name, Slot: Synapses, Order: order, Clock: b.clocks.add(b.dtOf(s.Source(path).DT)), Callback: -1}
}

// anyOrder reports whether the order of synapses does not matter: no two of them change variables of one neuron, or they all change them alike.
func (b *builder) anyOrder(s *net.Synapses, ends lower.Ends) bool {
	few := func(slot string, n int) bool {
		c, ok := b.countable[lower.SlotName(s.Name, slot)]
		return ok && !slices.ContainsFunc(c.p.made.counted(c, n), func(k int32) bool { return k > 1 })
	}
	return ends.Same || !ends.Shared && (!ends.Pre || few(lower.Outgoing, s.Pre.Group.N)) && (!ends.Post || few(lower.Incoming, s.Post.Group.N))
}

// pathway adds the code that runs when spikes arrive.
func (b *builder) pathway(s *net.Synapses, in lower.SynapseInput, w *wiring, path *net.Pathway, l *lump) {
	group := s.Source(path)
	in = b.ofPathway(in, s, path)
	k, err := lower.Pathway(in, b.pathCode[path], path.Name, path.Post)
	var source *ir.Kernel
	if l != nil && k != nil {
		k, source = l.paths[path].synapses, l.paths[path].source
	}
	var order *lower.OrderDependent
	if errors.As(err, &order) {
		var ends lower.Ends
		k, ends, err = lower.PathwayInOrder(in, b.pathCode[path], path.Name, path.Post)
		if !s.ByIndex && !b.anyOrder(s, ends) {
			b.report(diag.Errorf(path.Code, order.Stmt.Sp, "%s", order.Why).WithHint("add to variables of the neurons with +=, and keep what each synapse remembers in variables of its own; or run the synapses one after another, which is slower, with Synapses(..., order_dependent=\"by index\")"))
			return
		}
	}
	switch {
	case err != nil:
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return
	case k == nil:
		return
	}
	delays, ok := b.delaysOf(in, w, path, group)
	if !ok {
		return
	}
	item := b.pathwayItem(s, path)
	list := b.listOf(group, path.Event)
	if w.p.removed != nil {
		b.keep(list, delays.longest) // also for synapses that were removed: they may come back
	}
	sendings, err := b.sendings(s, path, group, w.p.pre.Len(), delays)
	if err != nil {
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return
	}
	for _, x := range sendings {
		for _, part := range w.conn(path.Post, x.delays) {
			r := b.kernel(k, b.plan.Conns[part.conn].N, part.conn)
			r.List, r.Lag, r.From, r.Before = list, part.lag, x.from, x.before
			b.keep(list, part.lag)
			item.Ops = append(item.Ops, r)
			if source != nil {
				at := b.kernel(source, group.N, -1)
				at.List, at.Lag, at.From, at.Before = list, part.lag, x.from, x.before
				item.Ops = append(item.Ops, at)
			}
		}
	}
	if !path.Inactive {
		b.plan.Schedule = append(b.plan.Schedule, item)
	}
}
