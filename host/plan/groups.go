package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// check parses and checks the equations of every group, so that all mistakes of a network are reported together.
func (b *builder) check() error {
	for _, g := range b.net.Groups {
		m := b.checkGroup(g)
		if m == nil {
			continue
		}
		b.res.Models[g] = m
		b.checkSpiking(g)
		b.checkVariants(g)
	}
	for _, g := range b.net.Groups {
		b.checkLinks(g)
	}
	return nil
}

// lowerInput is what package lower needs to know of a group.
func (b *builder) lowerInput(g *net.Group) lower.Input {
	if g.Of != nil {
		in := b.synapseInput(g.Of, g.N).Input
		in.Model = b.res.Models[g]
		return in
	}
	dt := b.dtOf(g.DT)
	clock := lower.Clock{DT: dt, Unit: 1}
	if g.Dialect == check.ANNarchy {
		clock.Unit = 1e-3
	}
	in := lower.Input{
		Object: g.Name, Model: b.res.Models[g], N: g.N, Grid: g.Grid, Clock: clock, Method: g.Method,
		Sum:     func(ib *ir.Builder, target string) *ir.Expr { return b.sumInput(ib, g, target) },
		Table:   b.tableOf(clock, g.N),
		History: map[string]int{}, Links: b.linksTo(g.Name, g.Links),
	}
	if f := b.firing[g]; f != nil {
		in.Refractory = f.refractory
	}
	for name, depth := range b.history {
		if v, ok := strings.CutPrefix(name, g.Name+"."); ok {
			in.History[v] = depth
		}
	}
	return in
}

// groups lays out the variables of all groups and adds their update kernels. All buffers come first: a group may read what belongs to
// one that was made later.
func (b *builder) groups() error {
	b.planHistory()
	b.totals()
	inputs, outputs := make([]lower.Input, len(b.net.Groups)), make([]*lower.Output, len(b.net.Groups))
	for i, g := range b.net.Groups {
		in := b.lowerInput(g)
		out, err := lower.Group(in)
		if err != nil {
			b.mistake(g.Place, "", "%s: %v", g.Name, err)
			continue
		}
		inputs[i], outputs[i] = in, out
		b.storage(g, in, out)
		b.rules(g)
	}
	for i, g := range b.net.Groups {
		in, out := inputs[i], outputs[i]
		if out == nil {
			continue
		}
		for _, s := range out.Init {
			b.plan.Init = append(b.plan.Init, b.kernel(s.Kernel, s.N, -1))
		}
		b.initialise(g, in)
		for _, name := range remembered(in) {
			b.plan.Init = append(b.plan.Init, b.firstRow(g, name))
		}
		early := Item{Name: g.Name + "_subexpression_update", Slot: Start - 1, Order: g.Order, Clock: b.clocks.add(in.Clock.DT), Callback: -1}
		b.steps(g, out.Early, &early)
		item := Item{Name: updaterName(g), Slot: Groups, Order: g.Order, Clock: b.clocks.add(in.Clock.DT), Callback: -1}
		b.steps(g, out.Update, &item)
		b.variantSteps(g, &early, &item)
		for _, it := range []Item{early, item} {
			if len(it.Ops) > 0 && !g.Inactive {
				b.plan.Schedule = append(b.plan.Schedule, it)
			}
		}
		if past := remembered(in); g.Inactive && len(past) > 0 { // others go on reading it
			still := Item{Name: updaterName(g), Slot: Groups, Order: g.Order, Clock: item.Clock, Callback: -1}
			for _, name := range past {
				still.Ops = append(still.Ops, b.nextRow(g, name, in.History[name]))
			}
			b.plan.Schedule = append(b.plan.Schedule, still)
		}
		if emits(g) {
			b.spikes(g, in)
		}
		b.events(g, in)
		b.codeBlocks(g, in)
		b.stops(g, in)
	}
	return nil
}

// steps adds the kernels of a group's own rule to an item.
func (b *builder) steps(g *net.Group, steps []lower.Step, item *Item) {
	for _, s := range steps {
		k := s.Kernel
		if s.N == g.N {
			k = b.where(g, k, 0)
		}
		if k != nil {
			item.Ops = append(item.Ops, b.kernel(k, s.N, -1))
		}
	}
}

// storage lays out the variables of one group.
func (b *builder) storage(g *net.Group, in lower.Input, out *lower.Output) {
	for _, s := range out.Storage {
		b.buffer(Buffer{Object: g.Name, Var: s.Name, Type: s.Type, Len: s.Len, Fill: s.Fill, Role: storageRole(s.Kind)})
	}
	for _, target := range in.Model.Targets {
		if b.needsSum(g, target) {
			b.buffer(Buffer{Object: g.Name, Var: sumVar(target), Type: ir.Real, Len: g.N, Role: Scratch})
		}
	}
	for _, l := range g.Links {
		if l.Index != nil && !l.Shared {
			b.buffer(Buffer{Object: g.Name, Var: linkVar(l.Var), Type: ir.Int, Len: g.N, Ints: l.Index, Role: Table})
		}
	}
	for _, name := range remembered(in) {
		b.buffer(Buffer{Object: g.Name, Var: HistoryVar(name), Type: ir.Real, Len: in.History[name] * g.N, Role: History})
	}
}

// remembered lists the variables with a history, sorted.
func remembered(in lower.Input) []string { return slices.Sorted(maps.Keys(in.History)) }

// updaterName is the name under which a group's update is sorted: Brian2's in its dialect, where order by name matters.
func updaterName(g *net.Group) string {
	if g.Dialect == check.Brian {
		return g.Name + "_stateupdater"
	}
	return g.Name
}

func storageRole(k lower.StorageKind) Role {
	return map[lower.StorageKind]Role{lower.StateVar: State, lower.ParamVar: Param, lower.ScratchVar: Scratch}[k]
}

func sumVar(target string) string { return "sum(" + target + ")" }

// HistoryVar is the name of the buffer that keeps the last values of a variable.
func HistoryVar(variable string) string { return variable + "@history" }

// kernel binds a kernel's slots to buffers by name.
func (b *builder) kernel(k *ir.Kernel, n, conn int) *Run {
	r := &Run{Kernel: k, N: n, Conn: conn}
	for _, s := range k.Slots {
		name := s.Name
		b.columnBuffer(name, n)
		b.countsBuffer(name)
		for _, suffix := range []string{"@next", "@past"} {
			if base, ok := strings.CutSuffix(name, suffix); ok {
				name = HistoryVar(base)
			}
		}
		id, ok := b.byName[name]
		if !ok {
			id = None // Verify reports it
		}
		r.Bind = append(r.Bind, id)
	}
	for _, e := range k.Effects {
		if e.Kind == ir.Check {
			b.plan.Checks = append(b.plan.Checks, e.Name)
		}
	}
	return r
}

// firstRow copies the initial value of a variable into row 0 of its history.
func (b *builder) firstRow(g *net.Group, variable string) *Run {
	ib := ir.NewBuilder()
	from := ib.Slot(ir.Slot{Name: lower.SlotName(g.Name, variable), Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	to := ib.Slot(ir.Slot{Name: lower.NextSlot(g.Name, variable), Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
	k := &ir.Kernel{Name: g.Name + " first " + variable, Effects: []ir.Effect{{
		Kind: ir.Store, Slot: to, Index: ib.Leaf(ir.OpElem), Value: ib.Load(from),
	}}}
	k.Slots = ib.Slots()
	return b.kernel(k, g.N, -1)
}

// nextRow copies the value of a variable that does not change into the next row of its history.
func (b *builder) nextRow(g *net.Group, variable string, depth int) *Run {
	ib := ir.NewBuilder()
	from := ib.Slot(ir.Slot{Name: lower.SlotName(g.Name, variable), Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	to := ib.Slot(ir.Slot{Name: lower.NextSlot(g.Name, variable), Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
	row := ib.Op(ir.OpMod, ib.Op(ir.OpAdd, ib.Leaf(ir.OpStep), ib.ConstInt(1)), ib.ConstInt(int32(depth)))
	at := ib.Op(ir.OpAdd, ib.Op(ir.OpMul, row, ib.ConstInt(int32(g.N))), ib.Leaf(ir.OpElem))
	k := &ir.Kernel{Name: g.Name + " keeps " + variable, Effects: []ir.Effect{{Kind: ir.Store, Slot: to, Index: at, Value: ib.Load(from)}}}
	k.Slots = ib.Slots()
	return b.kernel(k, g.N, -1)
}

// report takes in a diagnostic of the front end.
func (b *builder) report(d diag.Diagnostic) {
	if d.Severity == diag.Warning {
		b.res.Warnings = append(b.res.Warnings, d)
		return
	}
	b.diags = append(b.diags, d)
}
