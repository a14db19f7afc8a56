package plan

import (
	"fmt"
	"math"
	"slices"

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

func groupContext(g *net.Group) check.Context {
	return check.Context{Dialect: g.Dialect, Scope: g.Namespace, Geometry: g.Grid != nil, Extra: spikeVariables(g)}
}

// checkSpiking checks threshold, reset and refractory period of a group.
func (b *builder) checkSpiking(g *net.Group) {
	if g.Spiking == nil {
		return
	}
	m, ctx, f := b.res.Models[g], groupContext(g), &firing{}
	ctx.Extra = nil // already variables of m
	b.firing[g] = f
	expr := func(src *diag.Source, check func(syntax.Expr) (*check.Model, diag.List)) (syntax.Expr, *check.Model) {
		e, ds := syntax.ParseExpr(src, g.Dialect.Syntax())
		b.reportAll(ds)
		if ds.Err() != nil {
			return nil, nil
		}
		side, ds := check(e)
		b.reportAll(ds)
		return e, side
	}
	f.threshold, f.thresholdSide = expr(g.Spiking.Threshold, func(e syntax.Expr) (*check.Model, diag.List) {
		return check.CheckCondition(e, g.Spiking.Threshold, m, ctx)
	})
	if src := g.Spiking.Refractory; src != nil {
		e, side := expr(src, func(e syntax.Expr) (*check.Model, diag.List) { return check.CheckExpr(e, src, m, nil, ctx) })
		if side != nil {
			f.refractory = &lower.Refractory{Expr: e, Side: side, NEST: g.Spiking.Rule == net.RefractoryNEST}
			switch t := side.Types[e]; {
			case t.Kind == check.Bool:
				f.refractory.Condition = true
			case t.Dim != timeDim(g):
				b.report(diag.Errorf(src, e.Span(), "the refractory period must be a time or a condition, not a value with the unit %v", t.Dim).
					WithHint("write for example 5*ms or 'v > -40*mV'"))
			}
		}
	}
	if src := g.Spiking.Reset; src != nil {
		f.reset = b.checkCode(src, g, m, ctx)
	}
}

func (b *builder) reportAll(ds diag.List) {
	for _, d := range ds {
		b.report(d)
	}
}

// checkCode parses and checks statements; nil when they are wrong.
func (b *builder) checkCode(src *diag.Source, g *net.Group, m *check.Model, ctx check.Context) *check.Code {
	code, ds := syntax.ParseCode(src, g.Dialect.Syntax())
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

// spikeRows is the number of steps that a group's spikes are kept for: as long as the longest delay of its synapses.
func (b *builder) spikeRows(g *net.Group) int {
	rows := 1
	for _, s := range b.net.Synapses {
		for _, p := range s.Pathways {
			if p.Post && s.Post.Group != g || !p.Post && s.Pre.Group != g {
				continue
			}
			for _, d := range p.Delay {
				rows = max(rows, b.delaySteps(d, g)+1)
			}
		}
	}
	return rows
}

// delaySteps is the number of steps of a delay: int(d/dt + 0.5), as in Brian2.
func (b *builder) delaySteps(d float64, g *net.Group) int { return int(d/b.dtOf(g.DT) + 0.5) }

// spikes lays out the spike list of a group and adds threshold and reset, or the generator, to the schedule.
func (b *builder) spikes(g *net.Group, in lower.Input) {
	rows := b.spikeRows(g)
	list := b.buffer(Buffer{Object: g.Name, Var: lower.SpikeList, Type: ir.Int, Len: rows * (g.N + 1), Rows: rows, Role: History})
	clock := b.clocks.add(in.Clock.DT)
	item := Item{Name: g.Name + "_thresholder", Slot: Thresholds, Clock: clock, Callback: -1}
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
	k, err := lower.Threshold(in, f.threshold, f.thresholdSide)
	if err != nil {
		b.mistake(g.Place, "", "%v", err)
		return
	}
	item.Ops = []Op{b.kernel(k, g.N, -1)}
	b.plan.Schedule = append(b.plan.Schedule, item)
	if f.reset != nil {
		b.code(g, in, f.reset, Item{Name: g.Name + "_resetter", Slot: Resets, Clock: clock, Callback: -1}, "reset", list)
	}
}

// code adds an item that runs statements on a group: over the spikes of a list, or over all elements when list is None.
func (b *builder) code(g *net.Group, in lower.Input, code *check.Code, item Item, name string, list BufferID) {
	steps, err := lower.CodeKernels(in, code, name, list != None)
	if err != nil {
		b.mistake(g.Place, "", "%v", err)
		return
	}
	for _, s := range steps {
		r := b.kernel(s.Kernel, s.N, -1)
		r.List = list
		item.Ops = append(item.Ops, r)
	}
	if len(item.Ops) > 0 {
		b.plan.Schedule = append(b.plan.Schedule, item)
	}
}

// slotNames are Brian2's names of the places in a step.
var slotNames = map[string]Slot{"": Start, "start": Start, "groups": Groups, "thresholds": Thresholds, "synapses": Synapses, "resets": Resets, "end": End}

// codeBlocks adds run_regularly and other code attached to a group.
func (b *builder) codeBlocks(g *net.Group, in lower.Input) {
	ctx := groupContext(g)
	ctx.Extra = nil
	for _, c := range g.Code {
		slot, ok := slotNames[c.When]
		if !ok {
			b.mistake(c.Place, "use start, groups, thresholds, synapses, resets or end", "%q is not a place in the step", c.When)
			continue
		}
		code := b.checkCode(c.Code, g, in.Model, ctx)
		if code == nil {
			continue
		}
		own := in
		own.Clock.DT = b.codeDT(g, c)
		b.code(g, own, code, Item{Name: c.Name, Slot: slot, Order: c.Order, Clock: b.clocks.add(own.Clock.DT), Callback: -1}, c.Name, None)
	}
}

func (b *builder) codeDT(g *net.Group, c *net.CodeBlock) float64 {
	if c.DT != 0 {
		return c.DT
	}
	return b.dtOf(g.DT)
}

// generator sorts given spikes by step and element. Two spikes of one element in one step are a mistake.
func (b *builder) generator(g *net.Group, list BufferID) Op {
	gen, dt := g.Generator, b.dtOf(g.DT)
	if len(gen.Index) != len(gen.Times) {
		b.mistake(g.Place, "", "%q has %d indices and %d times", g.Name, len(gen.Index), len(gen.Times))
		return nil
	}
	period := int(gen.Period/dt + 0.5)
	type spike struct {
		step, index int32
	}
	spikes := make([]spike, len(gen.Index))
	for k, i := range gen.Index {
		t := gen.Times[k]
		switch {
		case i < 0 || int(i) >= g.N:
			b.mistake(g.Place, "", "%q has a spike of element %d, but elements 0 to %d", g.Name, i, g.N-1)
			return nil
		case !(t >= 0) || t/dt > math.MaxInt32:
			b.mistake(g.Place, "", "%q has a spike at %g s", g.Name, t)
			return nil
		}
		// Brian's shift of half a thousandth of a step keeps times that are multiples of dt on their step.
		spikes[k] = spike{int32((t + 1e-3*dt) / dt), i}
		if period > 0 && int(spikes[k].step) >= period {
			b.mistake(g.Place, "", "%q has a spike at %g s, beyond its period of %g s", g.Name, t, gen.Period)
			return nil
		}
	}
	slices.SortFunc(spikes, func(x, y spike) int {
		if x.step != y.step {
			return int(x.step) - int(y.step)
		}
		return int(x.index) - int(y.index)
	})
	var steps, first, index []int32
	for k, s := range spikes {
		if k > 0 && s == spikes[k-1] {
			b.mistake(g.Place, "", "%q has two spikes of element %d in the step at %g ms", g.Name, s.index, float64(s.step)*dt*1e3)
			return nil
		}
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
	add := func(name string, of net.Span, place net.Place, slot Slot, order int) *SpikeMonitor {
		if !emits(of.Group) {
			b.mistake(place, "give it a threshold", "%q records the spikes of %q, which has none", name, of.Group.Name)
			return nil
		}
		clock := b.clocks.add(b.dtOf(of.Group.DT))
		m := &SpikeMonitor{Name: name, Clock: clock, List: b.byName[lower.SlotName(of.Group.Name, lower.SpikeList)], From: of.Start, To: of.Stop}
		b.plan.Schedule = append(b.plan.Schedule, Item{Name: name, Slot: slot, Order: order, Clock: clock, Callback: -1,
			Ops: []Op{&RecordSpikes{Monitor: len(b.plan.SpikeMonitors)}}})
		b.plan.SpikeMonitors = append(b.plan.SpikeMonitors, m)
		return m
	}
	for _, m := range b.net.SpikeMonitors {
		pm := add(m.Name, m.Of, m.Place, Thresholds, 1)
		if pm == nil {
			continue
		}
		pm.CountOnly = m.CountOnly
		b.spikeValues(m, pm)
	}
	for _, m := range b.net.RateMonitors {
		if pm := add(m.Name, m.Of, m.Place, End, 0); pm != nil {
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
		if v.Kind == check.Subexpression {
			sm := &net.StateMonitor{Name: m.Name, Group: m.Of.Group}
			run, id, err := b.evaluate(sm, v)
			if err != nil {
				b.mistake(m.Place, "", "%v", err)
				continue
			}
			it := &b.plan.Schedule[len(b.plan.Schedule)-1]
			it.Ops = append([]Op{run}, it.Ops...)
			mv.Buf = id
		} else {
			mv.Buf = b.byName[lower.SlotName(m.Of.Group.Name, name)]
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
	slot, ok := slotNames[p.When]
	if p.When == "" {
		slot = Synapses
	} else if !ok {
		return fmt.Errorf("%q is not a place in the step", p.When)
	}
	v, ok := in.Model.ByName[p.Var]
	if !ok {
		return fmt.Errorf("%q has no variable %q", g.Name, p.Var)
	}
	ctx := groupContext(g)
	ctx.Extra = nil
	e, ds := syntax.ParseExpr(p.Weight, g.Dialect.Syntax())
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	side, ds := check.CheckExpr(e, p.Weight, in.Model, v, ctx)
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	k, err := lower.PoissonInput(in, p.Name, v, e, side, p.N, p.Rate*in.Clock.DT, p.Target.Start, p.Target.Stop)
	if err != nil {
		return err
	}
	b.plan.Schedule = append(b.plan.Schedule, Item{Name: p.Name, Slot: slot, Order: p.Order, Clock: b.clocks.add(in.Clock.DT), Callback: -1,
		Ops: []Op{b.kernel(k, g.N, -1)}})
	return nil
}
