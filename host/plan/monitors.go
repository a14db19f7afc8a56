package plan

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// ringBytes bounds the device ring of one monitor; within it, more samples mean fewer interruptions.
const ringBytes = 8 << 20

// monitors adds an item per state monitor that samples at the start of a step, before anything changes.
func (b *builder) monitors() error {
	for _, m := range b.net.Monitors {
		b.monitor(m)
	}
	return nil
}

// recorded is what a monitor records from: a group, or synapses.
type recorded struct {
	name     string
	n        int
	model    *check.Model
	evaluate func(v *check.Variable) (*Run, BufferID, error)
}

func (b *builder) recorded(m *net.StateMonitor) recorded {
	if s := m.Synapses; s != nil {
		return recorded{s.Name, int(b.res.Synapses[s.Name]), b.synModels[s],
			func(v *check.Variable) (*Run, BufferID, error) { return b.evaluateSynapses(m, v) }}
	}
	return recorded{m.Group.Name, m.Group.N, b.res.Models[m.Group],
		func(v *check.Variable) (*Run, BufferID, error) { return b.evaluate(m, v) }}
}

const (
	noLastUpdate     = "only synapses that have (event-driven) equations know it"
	noLastUpdateHint = "keep the time in a variable of the synapses:  last : second  and, at the end of on_pre,  last = t"
)

// evaluable finds a variable of a model, nil when there is none. Synapses (nil for those of groups) with event-driven equations also have the time of
// their last event, which is evaluated where it is asked for; why says that others do not.
func evaluable(m *check.Model, s *net.Synapses, name string) (v *check.Variable, why string) {
	v = m.ByName[name]
	if v != nil && v.Summed {
		return nil, "" // the variable of the neurons that is summed into
	}
	switch {
	case v != nil || s == nil || name != lower.LastUpdate:
		return v, ""
	case !lower.HasLastUpdate(m):
		return nil, noLastUpdate
	}
	t := check.Type{Kind: check.Real}
	if m.Dialect != check.ANNarchy {
		t.Dim = units.Second
	}
	return &check.Variable{Name: lower.LastUpdate, Kind: check.Subexpression, Type: t}, ""
}

func (b *builder) monitor(m *net.StateMonitor) {
	from := b.recorded(m)
	model := from.model
	clock := b.clocks.add(b.monitorDT(m))
	slot, err := slotOf(m.When, Start)
	if err != nil {
		b.mistake(m.Place, "", "monitor %q: %v", m.Name, err)
		return
	}
	pm := &Monitor{Name: m.Name, Clock: clock}
	item := Item{Name: m.Name, Slot: slot, Order: m.Order, Clock: clock, Callback: -1}
	for _, e := range m.Elements {
		if e < 0 || int(e) >= from.n {
			b.mistake(m.Place, "", "monitor %q records element %d, but %q has elements 0 to %d", m.Name, e, from.name, from.n-1)
			return
		}
	}
	for _, name := range m.Vars {
		v, why := evaluable(model, m.Synapses, name)
		evaluate, own := from.evaluate, true
		if v == nil && m.Synapses != nil {
			if end := b.synapseName(m.Synapses, name); end != nil {
				v, why, own = end.v, "", false
				evaluate = func(v *check.Variable) (*Run, BufferID, error) { return b.evaluateOf(m, v, end.model) }
			}
		}
		switch {
		case why != "":
			b.mistake(m.Place, noLastUpdateHint, "monitor %q records %q, which %q does not have: %s", m.Name, name, from.name, why)
			continue
		case v == nil:
			b.mistake(m.Place, check.Suggest(name, model), "monitor %q records %q, which %q does not have", m.Name, name, from.name)
			continue
		}
		mv := MonitorVar{Name: name, Elements: m.Elements}
		id, stored := b.byName[lower.SlotName(from.name, name)]
		if mv.Buf = id; !stored || !own { // a subexpression, or lastspike, which is kept as a step
			run, id, err := evaluate(v)
			if err != nil {
				b.mistake(m.Place, "", "%v", err)
				continue
			}
			item.Ops = append(item.Ops, run)
			mv.Buf = id
		}
		if v.Shared {
			mv.Elements = nil
		}
		mv.Len = len(mv.Elements)
		if mv.Elements == nil {
			mv.Len = b.plan.Buffers[mv.Buf].Len
		}
		pm.Vars = append(pm.Vars, mv)
	}
	perSample := 0
	for _, v := range pm.Vars {
		perSample += v.Len
	}
	pm.Capacity = min(max(ringBytes/(max(perSample, 1)*int(b.plan.RealBytes())), 2), 1<<16)
	item.Ops = append(item.Ops, &Sample{Monitor: len(b.plan.Monitors)})
	b.plan.Monitors = append(b.plan.Monitors, pm)
	b.plan.Schedule = append(b.plan.Schedule, item)
}

// evaluate adds a scratch buffer for a subexpression and the kernel that fills it before each sample.
func (b *builder) evaluate(m *net.StateMonitor, v *check.Variable) (*Run, BufferID, error) {
	object := "monitor " + m.Name // a monitor may have the name of its group
	in := b.lowerInput(m.Group)
	in.Clock.Every = b.monitorDT(m)
	k, n, err := lower.Evaluate(in, v, object)
	if err != nil {
		return nil, None, err
	}
	t := ir.Real
	for _, s := range k.Slots {
		if s.Name == lower.SlotName(object, v.Name) {
			t = s.Type
		}
	}
	id := b.buffer(Buffer{Object: object, Var: v.Name, Type: t, Len: n, Role: Scratch})
	return b.kernel(k, n, -1), id, nil
}

// named is what a name means in expressions of synapses, as a subexpression of a model.
type named struct {
	v     *check.Variable
	model *check.Model
}

// synapseName finds what is no variable of the synapses but has a value for each: a variable of the neurons at one end, an index or a count.
// nil: it is none of these.
func (b *builder) synapseName(s *net.Synapses, name string) *named {
	m := b.synModels[s]
	if m == nil {
		return nil
	}
	src := &diag.Source{Name: name, Text: name}
	e, ds := syntax.ParseExpr(src, s.Dialect.Syntax())
	id, ok := e.(*syntax.Ident)
	if !ok || ds.Err() != nil {
		return nil
	}
	side, ds := check.CheckExpr(id, src, m, nil, b.synapseContext(s))
	if ds.Err() != nil {
		return nil
	}
	switch side.Refs[id].Kind {
	case check.RefPre, check.RefPost, check.RefIndex, check.RefCount:
		return &named{&check.Variable{Name: name, Kind: check.Subexpression, Type: side.Types[id], Expr: id}, side}
	}
	return nil
}

// evaluateSynapses is evaluate for a subexpression of synapses.
func (b *builder) evaluateSynapses(m *net.StateMonitor, v *check.Variable) (*Run, BufferID, error) {
	return b.evaluateOf(m, v, b.synModels[m.Synapses])
}

func (b *builder) evaluateOf(m *net.StateMonitor, v *check.Variable, model *check.Model) (*Run, BufferID, error) {
	n := int(b.res.Synapses[m.Synapses.Name])
	object := "monitor " + m.Name
	in := b.synapseInput(m.Synapses, n)
	in.Clock.Every, in.Model = b.monitorDT(m), model
	k, err := lower.EvaluateSynapses(in, v, object)
	if err != nil {
		return nil, None, err
	}
	conn := -1
	if v.Shared {
		n = 1
	} else {
		conn = b.wires[m.Synapses].all()
	}
	id := b.buffer(Buffer{Object: object, Var: v.Name, Type: ir.Real, Len: n, Role: Scratch})
	return b.kernel(k, n, conn), id, nil
}
