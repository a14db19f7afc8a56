package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// Objects that are not active keep their state and do nothing: a group is neither updated nor spikes, synapses are not updated, pathways let spikes do
// nothing.

// thresholdOf is the condition for spikes.
func thresholdOf(g *net.Group) *diag.Source {
	if g.Inactive {
		return never()
	}
	return g.Spiking.Threshold
}

// conditionOf is the condition for an event.
func conditionOf(g *net.Group, e *net.Event) *diag.Source {
	if g.Inactive {
		return never()
	}
	return e.Condition
}

func never() *diag.Source {
	return &diag.Source{Name: "condition of a group that is not active", Text: "False"}
}

// dropInactive takes what objects that are not active would do out of the schedule.
func (b *builder) dropInactive() {
	off := map[string]bool{}
	code := func(list []*net.CodeBlock) {
		for _, c := range list {
			off[c.Name] = true
		}
	}
	for _, g := range b.net.Groups {
		if g.Inactive {
			off[updaterName(g)], off[g.Name+"_subexpression_update"] = true, true
			code(g.Code)
		}
	}
	for _, s := range b.net.Synapses {
		for _, p := range s.Pathways {
			if p.Inactive {
				off[s.Name+"_"+p.Name] = true
			}
		}
		if !s.Inactive {
			continue
		}
		off[s.Name+"_stateupdater"], off[s.Name+"_subexpression_update"] = true, true
		code(s.Code)
		if m := b.synModels[s]; m != nil {
			for _, v := range m.Vars {
				if v.Summed {
					off[s.Name+"_summed_variable_"+v.Name] = true
				}
			}
		}
	}
	if len(off) > 0 {
		b.plan.Schedule = slices.DeleteFunc(b.plan.Schedule, func(it Item) bool { return off[it.Name] && it.Callback < 0 })
	}
}

// passive reports whether anything of synapses is not active: their states are not lumped, so that what is put together is whole.
func passive(s *net.Synapses) bool {
	return s.Inactive || slices.ContainsFunc(s.Pathways, func(p *net.Pathway) bool { return p.Inactive })
}
