package plan

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
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

func (b *builder) monitor(m *net.StateMonitor) {
	model := b.res.Models[m.Group]
	clock := b.clocks.add(b.monitorDT(m))
	pm := &Monitor{Name: m.Name, Clock: clock}
	item := Item{Name: m.Name, Slot: Start, Clock: clock, Callback: -1}
	for _, e := range m.Elements {
		if e < 0 || int(e) >= m.Group.N {
			b.mistake(m.Place, "", "monitor %q records element %d, but %q has elements 0 to %d", m.Name, e, m.Group.Name, m.Group.N-1)
			return
		}
	}
	for _, name := range m.Vars {
		v, ok := model.ByName[name]
		if !ok {
			b.mistake(m.Place, check.Suggest(name, model), "monitor %q records %q, which %q does not have", m.Name, name, m.Group.Name)
			continue
		}
		mv := MonitorVar{Name: name, Elements: m.Elements}
		if v.Kind == check.Subexpression {
			run, id, err := b.evaluate(m, v)
			if err != nil {
				b.mistake(m.Place, "", "%v", err)
				continue
			}
			item.Ops = append(item.Ops, run)
			mv.Buf = id
		} else {
			mv.Buf = b.byName[lower.SlotName(m.Group.Name, name)]
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
	k, n, err := lower.Evaluate(b.lowerInput(m.Group), v, object)
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
