package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// Objects that are not active keep their state, and what they would do is not scheduled: a group is neither updated nor spikes, synapses are not updated,
// pathways let spikes do nothing.

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

// passive reports whether anything of synapses is not active: their states are not lumped, so that what is put together is whole.
func passive(s *net.Synapses) bool {
	return s.Inactive || slices.ContainsFunc(s.Pathways, func(p *net.Pathway) bool { return p.Inactive })
}
