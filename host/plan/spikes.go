package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// firing is the checked code around a group's spikes.
type firing struct {
	threshold     syntax.Expr
	thresholdSide *check.Model
	reset         *check.Code
	refractory    *lower.Refractory
}

// EventList is the variable that holds the elements at which an event happens; "" is the spike.
func EventList(event string) string {
	if event == "" || event == "spike" {
		return lower.SpikeList
	}
	return event + "@events"
}

// listOf is the buffer of a group's event, None when the group has no such event.
func (b *builder) listOf(g *net.Group, event string) BufferID {
	if id, ok := b.byName[lower.SlotName(g.Name, EventList(event))]; ok {
		return id
	}
	return None
}

// happens reports whether a group has an event.
func happens(g *net.Group, event string) bool {
	if EventList(event) == lower.SpikeList {
		return emits(g)
	}
	for _, e := range g.Events {
		if e.Name == event {
			return true
		}
	}
	return false
}

// emits reports whether a group has spikes.
func emits(g *net.Group) bool { return g.Spiking != nil || g.Generator != nil }

// spikeVariables are the variables that refractoriness adds to a group.
func spikeVariables(g *net.Group) []*check.Variable {
	if g.Spiking == nil || g.Spiking.Refractory == nil {
		return nil
	}
	return lower.SpikeVariables(check.Type{Kind: check.Real, Dim: timeDim(g)})
}

func timeDim(g *net.Group) units.Dim {
	if g.Dialect == check.ANNarchy {
		return units.Dim{}
	}
	return units.Second
}

// groupContext is what surrounds the equations of a group.
func (b *builder) groupContext(g *net.Group) check.Context {
	return check.Context{Dialect: g.Dialect, Scope: g.Namespace, Geometry: g.Grid != nil, N: g.N, Links: linksOf(g.Links), Extra: append(spikeVariables(g), live(g.Live)...), Used: b.uses(g.Name)}
}

// live are the variables that stand for numbers which may change.
func live(list []net.Live) (out []*check.Variable) {
	for _, l := range list {
		out = append(out, &check.Variable{Name: l.Name, Kind: check.Parameter, Type: check.Type{Kind: check.Real, Dim: l.Value.Dim}, Shared: true, Constant: true,
			External: true, Value: l.Value.Value})
	}
	return out
}

// uses notes the numbers from outside that an object's equations and code contain.
func (b *builder) uses(object string) func(string, units.Quantity) {
	return func(name string, q units.Quantity) {
		if unit, ok := units.Lookup(name); ok && unit == q || check.Constant(name, q) {
			return
		}
		if b.res.Numbers[object] == nil {
			b.res.Numbers[object] = map[string]units.Quantity{}
		}
		b.res.Numbers[object][name] = q
	}
}

// checkSpiking checks threshold, reset and refractory period of a group.
func (b *builder) checkSpiking(g *net.Group) {
	if g.Spiking == nil {
		return
	}
	m, ctx, f := b.res.Models[g], b.groupContext(g), &firing{}
	ctx.Extra = nil // already variables of m
	b.firing[g] = f
	over := thresholdOf(g)
	threshold, _ := b.checked(over, g.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
		return check.CheckCondition(e, over, m, ctx)
	})
	f.threshold, f.thresholdSide = threshold.Expr, threshold.Side
	if src := g.Spiking.Refractory; src != nil {
		r, ok := b.checked(src, g.Dialect, func(e syntax.Expr) (*check.Model, diag.List) { return check.CheckExpr(e, src, m, nil, ctx) })
		if ok {
			f.refractory = &lower.Refractory{Expr: r.Expr, Side: r.Side, NEST: g.Spiking.Rule == net.RefractoryNEST}
			switch t := r.Side.Types[r.Expr]; {
			case t.Kind == check.Bool:
				f.refractory.Condition = true
			case t.Dim != timeDim(g):
				b.report(diag.Errorf(src, r.Expr.Span(), "the refractory period must be a time or a condition, not a value with the unit %v", t.Dim).
					WithHint("write for example 5*ms or 'v > -40*mV'"))
			}
		}
	}
	if src := g.Spiking.Reset; src != nil {
		f.reset = b.checkCode(src, g.Dialect, m, ctx)
	}
}

func (b *builder) reportAll(ds diag.List) {
	for _, d := range ds {
		b.report(d)
	}
}

// checkCode parses and checks statements; nil when they are wrong.
func (b *builder) checkCode(src *diag.Source, dialect check.Dialect, m *check.Model, ctx check.Context) *check.Code {
	code, ds := syntax.ParseCode(src, dialect.Syntax())
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	out, ds := check.CheckCode(code, m, ctx)
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	return out
}

// list lays out the list of an event. It is kept for one step; pathways with delays make it longer, when they are known.
func (b *builder) list(g *net.Group, event string) BufferID {
	return b.buffer(Buffer{Object: g.Name, Var: EventList(event), Type: ir.Int, Len: g.N + 1, Rows: 1, Role: History})
}

// keep makes a list long enough for a lag.
func (b *builder) keep(list BufferID, lag int) {
	buf := b.plan.Buffers[list]
	if lag >= buf.Rows {
		buf.Len = buf.Len / buf.Rows * (lag + 1)
		buf.Rows = lag + 1
	}
}

// delaySteps is the number of steps of a delay: int(d/dt + 0.5), as in Brian2.
func (b *builder) delaySteps(d float64, g *net.Group) int { return stepsIn(d, b.dtOf(g.DT)) }

func stepsIn(d, dt float64) int { return int(d/dt + 0.5) }

// spikes lays out the spike list of a group and adds threshold and reset, or the generator, to the schedule.
func (b *builder) spikes(g *net.Group, in lower.Input) {
	list := b.list(g, "")
	clock := b.clocks.add(in.Clock.DT)
	item := Item{Name: g.Name + "_spike_thresholder", Slot: Thresholds, Order: g.Order, Clock: clock, Callback: -1}
	if g.Generator != nil {
		item.Name = g.Name + "_codeobject"
		op := b.generator(g, list)
		if op == nil {
			return
		}
		item.Ops = []Op{op}
		b.plan.Schedule = append(b.plan.Schedule, item)
		return
	}
	f := b.firing[g]
	k, err := b.threshold(g, in)
	if err != nil {
		b.mistake(g.Place, "", "%v", err)
		return
	}
	item.Ops = []Op{b.kernel(k, g.N, -1)}
	b.plan.Schedule = append(b.plan.Schedule, item)
	if f.reset != nil {
		b.code(g, in, f.reset, Item{Name: g.Name + "_spike_resetter", Slot: Resets, Order: g.Order, Clock: clock, Callback: -1}, "reset", list, 0, lower.Part{})
	}
	b.resets(g, Item{Slot: Resets, Order: g.Order, Clock: clock, Callback: -1}, list)
}

// code adds an item that runs statements on a group: over the spikes of a list, or over all elements when list is None; of these, those of one rule
// and of a part of the group.
func (b *builder) code(g *net.Group, in lower.Input, code *check.Code, item Item, name string, list BufferID, rule int, part lower.Part) {
	steps, err := lower.CodeKernels(in, code, name, list != None, part)
	if err != nil {
		b.mistake(g.Place, "", "%v", err)
		return
	}
	for _, s := range steps {
		k := s.Kernel
		if s.N == g.N {
			k = b.where(g, k, rule)
		}
		if k == nil {
			continue
		}
		r := b.kernel(k, s.N, -1)
		if r.List = list; list != None && b.before(&item, list) {
			// As in Brian2, code that runs before the events of a step are found is told of those of the step before.
			r.Lag = 1
			b.keep(list, 1)
		}
		item.Ops = append(item.Ops, r)
	}
	if len(item.Ops) > 0 {
		b.plan.Schedule = append(b.plan.Schedule, item)
	}
}

// before reports whether an item comes before a list is made in a step.
func (b *builder) before(item *Item, list BufferID) bool {
	for k := range b.plan.Schedule {
		for _, op := range b.plan.Schedule[k].Ops {
			made := false
			switch op := op.(type) {
			case *Generate:
				made = op.List == list
			case *Run:
				made = slices.ContainsFunc(op.Kernel.Effects, func(e ir.Effect) bool { return e.Kind == ir.Emit && op.Bind[e.Slot] == list })
			}
			if made {
				return inStep(item, &b.plan.Schedule[k]) < 0
			}
		}
	}
	return false
}

// events adds the conditions of a group's own, which are looked at after the thresholds, as in Brian2.
func (b *builder) events(g *net.Group, in lower.Input) {
	ctx := b.groupContext(g)
	ctx.Extra = nil
	for _, ev := range g.Events {
		list := b.list(g, ev.Name)
		when := conditionOf(g, ev)
		cond, ok := b.checked(when, g.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
			return check.CheckCondition(e, when, in.Model, ctx)
		})
		if !ok {
			continue
		}
		k, err := lower.Threshold(in, b.plan.Buffers[list].Var, cond.Expr, cond.Side)
		if err != nil {
			b.mistake(g.Place, "", "%v", err)
			continue
		}
		b.plan.Schedule = append(b.plan.Schedule, Item{Name: g.Name + "_" + ev.Name + "_thresholder", Slot: Thresholds + 1, Order: g.Order, Clock: b.clocks.add(in.Clock.DT),
			Callback: -1, Ops: []Op{b.kernel(b.where(g, k, anyRule), g.N, -1)}})
	}
}

var slotNames = map[string]Slot{"start": Start, "groups": Groups, "thresholds": Thresholds, "synapses": Synapses, "resets": Resets, "end": End}

// slotOf finds the place that a user names, as in Brian2: a slot, or before_ or after_ one; "" is the default.
func slotOf(when string, def Slot) (Slot, error) {
	name, shift := when, 0
	if n, ok := strings.CutPrefix(when, "before_"); ok {
		name, shift = n, -1
	} else if n, ok := strings.CutPrefix(when, "after_"); ok {
		name, shift = n, 1
	}
	if when == "" {
		return def, nil
	}
	s, ok := slotNames[name]
	if !ok {
		return 0, fmt.Errorf("%q is not a place in the step; use start, groups, thresholds, synapses, resets or end, or before_ or after_ one of them", when)
	}
	return Slot(int(s) + shift), nil
}

// codeBlocks adds run_regularly and other code attached to a group.
func (b *builder) codeBlocks(g *net.Group, in lower.Input) {
	ctx := b.groupContext(g)
	ctx.Extra = nil
	for _, c := range g.Code {
		slot, err := slotOf(c.When, Start)
		list := None
		if c.Event != "" {
			slot, err = slotOf(c.When, Resets+1)
			if list = b.listOf(g, c.Event); list == None {
				err = fmt.Errorf("%q has no event %q", g.Name, c.Event)
			}
		}
		if err != nil {
			b.mistake(c.Place, "", "%v", err)
			continue
		}
		code := b.checkCode(c.Code, g.Dialect, in.Model, ctx)
		if code == nil || g.Inactive {
			continue
		}
		own := in
		own.Clock.Every = b.codeDT(g.DT, c)
		item := Item{Name: c.Name, Slot: slot, Order: c.Order, Clock: b.clocks.add(own.Clock.Every), Callback: -1}
		part := lower.Part{Start: c.Start, Len: c.Len}
		run := func(in lower.Input, item Item, name string) { b.code(g, in, code, item, name, list, anyRule, part) }
		if c.Update != net.Synchronous {
			if part.Len > 0 {
				b.mistake(c.Place, "", "%s: update= is for code that runs on a whole group", c.Name)
				continue
			}
			if list != None {
				b.mistake(c.Place, "", "%s: update= is for code that runs on all neurons; those of an event run all at once", c.Name)
				continue
			}
			run = func(in lower.Input, item Item, name string) {
				b.sequenced = append(b.sequenced, &sequenced{g, in, c, code, item, name})
			}
		}
		if c.Times == nil {
			run(own, item, c.Name)
			continue
		}
		steps, err := stepsAt(c.Times, own.Clock.Every)
		if err != nil {
			b.mistake(c.Place, "", "%s: %v", c.Name, err)
			continue
		}
		for _, step := range steps {
			// A clock that ticks once; its steps do not count time, so the code is told the time.
			at := own
			at.Clock.At = &step
			item.Clock = b.once(step, own.Clock.Every)
			run(at, item, fmt.Sprintf("%s at step %d", c.Name, step))
		}
	}
}

// once adds a clock that ticks at one step of dt only.
func (b *builder) once(step int64, dt float64) int {
	ticks := int64(math.Round(dt / b.plan.BaseDT))
	b.plan.Clocks = append(b.plan.Clocks, Clock{Name: fmt.Sprintf("at %g s", float64(step)*dt), Period: math.MaxInt32, Phase: step * ticks, DT: dt})
	return len(b.plan.Clocks) - 1
}

// stepsAt turns times into ascending steps of a clock.
func stepsAt(times []float64, dt float64) ([]int64, error) {
	steps := []int64{}
	for _, t := range times {
		if !(t >= 0) || math.IsInf(t, 0) {
			return nil, fmt.Errorf("%g s is not a time at which code can run", t)
		}
		steps = append(steps, int64(math.Round(t/dt)))
	}
	slices.Sort(steps)
	return slices.Compact(steps), nil
}

// codeDT is the interval of code attached to an object with an interval of its own, or 0.
func (b *builder) codeDT(own float64, c *net.CodeBlock) float64 {
	if c.DT != 0 {
		return c.DT
	}
	return b.dtOf(own)
}

// generator sorts given spikes by step and element. Two spikes of one element in one step are a mistake.
func (b *builder) generator(g *net.Group, list BufferID) Op {
	gen, dt := g.Generator, b.dtOf(g.DT)
	if err := gen.Validate(g.N); err != nil {
		b.mistake(g.Place, "", "%q: %v", g.Name, err)
		return nil
	}
	if len(g.Removed) > 0 {
		gen = without(gen, g.Removed)
	}
	if g.Inactive {
		silent := *gen
		silent.Index, silent.Times = nil, nil
		gen = &silent
	}
	if err := gen.ValidateAt(dt); err != nil {
		b.mistake(g.Place, "", "%q: %v", g.Name, err)
		return nil
	}
	period := int(gen.Period/dt + 0.5)
	type spike struct {
		step, index int32
	}
	spikes := make([]spike, len(gen.Index))
	for k, step := range gen.Steps(dt) {
		switch {
		case step > math.MaxInt32:
			b.mistake(g.Place, "", "%q has a spike at %g s, later than steps are counted", g.Name, gen.Times[k])
			return nil
		case period > 0 && step >= int64(period):
			b.mistake(g.Place, "", "%q has a spike at %g s, which is in the step that begins its next period of %g s", g.Name, gen.Times[k], gen.Period)
			return nil
		}
		spikes[k] = spike{int32(step), gen.Index[k]}
	}
	slices.SortFunc(spikes, func(x, y spike) int {
		if x.step != y.step {
			return int(x.step) - int(y.step)
		}
		return int(x.index) - int(y.index)
	})
	var steps, first, index []int32
	for k, s := range spikes {
		if len(steps) == 0 || steps[len(steps)-1] != s.step {
			steps, first = append(steps, s.step), append(first, int32(k))
		}
		index = append(index, s.index)
	}
	first = append(first, int32(len(spikes)))
	ints := func(name string, v []int32) BufferID {
		return b.buffer(Buffer{Object: g.Name, Var: name, Type: ir.Int, Len: len(v), Ints: v, Role: Table})
	}
	return &Generate{Name: g.Name, List: list, Steps: ints("spike steps", steps), First: ints("spike first", first), Index: ints("spike index", index),
		Count: len(steps), Period: period}
}

// spikeMonitors adds spike and rate monitors.
func (b *builder) spikeMonitors() error {
	add := func(name string, of net.Span, event string, place net.Place, slot Slot, order int) *SpikeMonitor {
		if !happens(of.Group, event) {
			if EventList(event) == lower.SpikeList {
				b.mistake(place, "give it a threshold", "%q records the spikes of %q, which has none", name, of.Group.Name)
			} else {
				b.mistake(place, "", "%q records the event %q, which %q does not have", name, event, of.Group.Name)
			}
			return nil
		}
		clock := b.clocks.add(b.dtOf(of.Group.DT))
		m := &SpikeMonitor{Name: name, Clock: clock, List: b.listOf(of.Group, event), From: of.Start, To: of.Stop}
		b.plan.Schedule = append(b.plan.Schedule, Item{Name: name, Slot: slot, Order: order, Clock: clock, Callback: -1,
			Ops: []Op{&RecordSpikes{Monitor: len(b.plan.SpikeMonitors)}}})
		b.plan.SpikeMonitors = append(b.plan.SpikeMonitors, m)
		return m
	}
	for _, m := range b.net.SpikeMonitors {
		slot := Thresholds
		if EventList(m.Event) != lower.SpikeList {
			slot++
		}
		pm := add(m.Name, m.Of, m.Event, m.Place, slot, m.Of.Group.Order+1)
		if pm == nil {
			continue
		}
		pm.CountOnly = m.CountOnly
		b.spikeValues(m, pm)
	}
	for _, m := range b.net.RateMonitors {
		if pm := add(m.Name, m.Of, "", m.Place, End, 0); pm != nil {
			pm.Rate = true
		}
	}
	return nil
}

// spikeValues adds the variables that a spike monitor records; subexpressions are evaluated first.
func (b *builder) spikeValues(m *net.SpikeMonitor, pm *SpikeMonitor) {
	model := b.res.Models[m.Of.Group]
	for _, name := range m.Vars {
		v, ok := model.ByName[name]
		if !ok {
			b.mistake(m.Place, check.Suggest(name, model), "%q records %q, which %q does not have", m.Name, name, m.Of.Group.Name)
			continue
		}
		mv := MonitorVar{Name: name}
		id, stored := b.byName[lower.SlotName(m.Of.Group.Name, name)]
		if mv.Buf = id; !stored { // a subexpression, or lastspike
			sm := &net.StateMonitor{Name: m.Name, Group: m.Of.Group}
			run, id, err := b.evaluate(sm, v)
			if err != nil {
				b.mistake(m.Place, "", "%v", err)
				continue
			}
			it := &b.plan.Schedule[len(b.plan.Schedule)-1]
			it.Ops = append([]Op{run}, it.Ops...)
			mv.Buf = id
		}
		mv.Len = b.plan.Buffers[mv.Buf].Len
		pm.Vars = append(pm.Vars, mv)
	}
}

// poissonInputs adds PoissonInput objects: the sum of N independent trains is binomial in each step.
func (b *builder) poissonInputs() error {
	for _, p := range b.net.Inputs {
		if err := b.poissonInput(p); err != nil {
			b.mistake(p.Place, "", "%s: %v", p.Name, err)
		}
	}
	return nil
}

func (b *builder) poissonInput(p *net.PoissonInput) error {
	g := p.Target.Group
	in := b.lowerInput(g)
	slot, err := slotOf(p.When, Synapses)
	if err != nil {
		return err
	}
	v, ok := in.Model.ByName[p.Var]
	if !ok {
		return fmt.Errorf("%q has no variable %q", g.Name, p.Var)
	}
	ctx := b.groupContext(g)
	ctx.Extra = nil
	ctx.Fixed, ctx.Used = true, b.uses(p.Name)
	if p.Namespace != nil {
		ctx.Scope = p.Namespace
	}
	weight, ok := b.checked(p.Weight, g.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
		return check.CheckExpr(e, p.Weight, in.Model, v, ctx)
	})
	if !ok {
		return nil
	}
	k, err := lower.PoissonInput(in, p.Name, v, weight, p.N, p.Rate*in.Clock.DT, lower.Part{Start: p.Target.Start, Len: p.Target.Len()})
	if err != nil {
		return err
	}
	b.plan.Schedule = append(b.plan.Schedule, Item{Name: p.Name, Slot: slot, Order: p.Order, Clock: b.clocks.add(in.Clock.DT), Callback: -1,
		Ops: []Op{b.kernel(b.where(g, k, anyRule), g.N, -1)}})
	return nil
}
