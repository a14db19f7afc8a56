package sim

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// delaySet tells whether the delays of a pathway have been set anew.
type delaySet struct {
	first *float64
	n     int
}

func delaysSet(p *net.Pathway) delaySet {
	d := delaySet{n: len(p.Delays)}
	if len(p.Delay) > 0 {
		d.first = &p.Delay[0]
	}
	return d
}

// redelayed is a pathway whose delays were set anew.
type redelayed struct {
	synapses *net.Synapses
	path     *net.Pathway
}

// redelays lists pathways whose delays have been set since the plan in use was made, and takes note of them.
func (s *Sim) redelays() (list []redelayed) {
	for _, x := range s.net.Synapses {
		for _, p := range x.Delayed() {
			now := delaysSet(p)
			if before, known := s.delayed[p]; known && before != now && p != x.Sums {
				list = append(list, redelayed{x, p})
			}
			s.delayed[p] = now
		}
	}
	return list
}

// warnUnderWay warns of other delays of spikes that are under way. Lists of spikes say when they were sent, and synapses look back by their present
// delays, so such a spike may arrive a second time, or not at all.
func (s *Sim) warnUnderWay(list []redelayed, res *plan.Result) error {
	if s.opt.Warn == nil || s.res == nil || s.faulted != nil || s.inst.At().Step == 0 {
		return nil
	}
	var warnings diag.List
	for _, c := range list {
		before, err := s.res.Delays(c.path)
		if err != nil {
			return err
		}
		now, err := res.Delays(c.path)
		if err != nil {
			return err
		}
		if sameDelays(before, now) {
			continue
		}
		waiting, err := s.listed(c.synapses.Source(c.path), c.path.Event)
		if err != nil {
			return err
		}
		if waiting {
			warnings = append(warnings, diag.Diagnostic{Severity: diag.Warning, Message: fmt.Sprintf("%s.%s: delays were changed at t = %g s, with spikes under way: some of them may arrive twice, or not at all",
				c.synapses.Name, c.path.Name, s.Time())}.WithHint("set delays before the first run, or at a restored state from before it"))
		}
	}
	if len(warnings) > 0 {
		s.opt.Warn(warnings)
	}
	return nil
}

// sameDelays compares delays, none, one for all synapses or one each.
func sameDelays(a, b []float64) bool {
	at := func(v []float64, k int) float64 {
		switch len(v) {
		case 0:
			return 0
		case 1:
			return v[0]
		}
		return v[k]
	}
	n := max(len(a), len(b), 1)
	if len(a) > 1 && len(a) != n || len(b) > 1 && len(b) != n {
		return false
	}
	for k := range n {
		if at(a, k) != at(b, k) {
			return false
		}
	}
	return true
}

// listed reports whether any spikes, or other events, of a group are kept for synapses to come.
func (s *Sim) listed(g *net.Group, event string) (bool, error) {
	b, ok := s.res.Plan.Find(g.Name, plan.EventList(event))
	if !ok || b.Rows == 0 {
		return false, nil
	}
	list := make([]float64, b.Len)
	if err := s.inst.Read(b.ID, 0, list); err != nil {
		return false, err
	}
	for r := range b.Rows {
		if list[r*(b.Len/b.Rows)] > 0 {
			return true, nil
		}
	}
	return false, nil
}
