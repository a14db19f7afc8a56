package sim

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/galvani-sim/galvani/host/exec"
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

// A spike takes the delays of the moment in which it is sent, and keeps them, as in Brian2. The device keeps spikes by the step in which they happened,
// and synapses look back: the plan that follows a change of delays has the earlier ones, too, for the spikes that were sent with them, until a later
// plan finds that those have arrived (plan.Past).

// sentBy are the delays that a pathway has sent spikes with, by the names of its synapses and its own.
type sentBy struct {
	object, path, group, event string
	now                        int64       // the step of the clock of its spikes that comes next
	sent                       []plan.Sent // oldest first; the last are those in force
}

// sent lists what the pathways of the plan in use have sent.
func (s *Sim) sent(at exec.Position) (out []sentBy) {
	for _, x := range s.res.Sendings() {
		by := sentBy{object: x.Synapses.Name, path: x.Path.Name, group: x.Synapses.Source(x.Path).Name, event: x.Path.Event, sent: x.Sent}
		if list, ok := s.res.Plan.Find(by.group, plan.EventList(by.event)); ok {
			by.now = ringOf(s.res.Plan, list, at).newest + 1
			out = append(out, by)
		}
	}
	slices.SortFunc(out, func(x, y sentBy) int { return cmp.Or(cmp.Compare(x.object, y.object), cmp.Compare(x.path, y.path)) })
	return out
}

// past is what the pathways of the network have sent until now.
func (s *Sim) past() func(*net.Pathway) *plan.Past {
	switch {
	case s.opt.from != nil:
		return s.opt.from.past(s.net)
	case s.res == nil:
		return nil
	}
	at := s.inst.At()
	if s.called != nil && at == *s.called {
		at.Item++
	}
	res, sent := s.res, s.sent(at)
	return pastBy(s.net, func(x *net.Synapses, path *net.Pathway) *plan.Past {
		list, ok := res.Plan.Find(x.Source(path).Name, plan.EventList(path.Event))
		if !ok {
			return nil
		}
		p := plan.Nothing(ringOf(res.Plan, list, at).newest + 1)
		for _, by := range sent {
			if by.object == x.Name && by.path == path.Name {
				p = by.past(0)
			}
		}
		p.Waiting = func() (bool, error) {
			if s.faulted != nil || s.res != res {
				return true, nil
			}
			listed, err := s.listed(list)
			return listed || err != nil, nil // networks of a batch have a list in common, of which none can read its part
		}
		return p
	})
}

// past is what pathways have sent until the state was stored.
func (st *State) past(n *net.Network) func(*net.Pathway) *plan.Past {
	return pastBy(n, func(x *net.Synapses, path *net.Pathway) *plan.Past { return st.pastOf(x.Name, path.Name, 0) })
}

// pastOf is what a pathway has sent, in a network that is ahead by some steps; nil where the state does not know.
func (st *State) pastOf(object, path string, ahead int64) *plan.Past {
	for _, by := range st.sent {
		if by.object == object && by.path == path {
			p := by.past(ahead)
			p.Waiting = func() (bool, error) {
				v := st.find(by.group, plan.EventList(by.event))
				return v != nil && v.waiting(), nil
			}
			return p
		}
	}
	return nil
}

// pastBy finds the synapses of pathways.
func pastBy(n *net.Network, past func(*net.Synapses, *net.Pathway) *plan.Past) func(*net.Pathway) *plan.Past {
	of := map[*net.Pathway]*net.Synapses{}
	for _, x := range n.Synapses {
		for _, p := range x.Pathways {
			of[p] = x
		}
	}
	return func(p *net.Pathway) *plan.Past { return past(of[p], p) }
}

// past makes the delays in force those of spikes that have been sent, with steps of a network that is ahead by some.
func (by *sentBy) past(ahead int64) *plan.Past {
	sent := slices.Clone(by.sent)
	n := len(sent) - 1
	sent[n].Before = by.now
	for k := range sent {
		sent[k].From = max(0, sent[k].From+ahead)
		sent[k].Before += ahead
	}
	return &plan.Past{Now: by.now + ahead, Earlier: sent[:n:n], Last: sent[n]}
}

// loadFor makes the plan one in which the spikes under way of a state arrive with the delays that they were sent with.
func (s *Sim) loadFor(st *State) error {
	for _, x := range s.res.Sendings() {
		if as, err := sentAs(x, st.pastOf(x.Synapses.Name, x.Path.Name, 0)); err != nil {
			return err
		} else if !as {
			return s.loadWith(st.past(s.net))
		}
	}
	return nil
}

// loadTaken is loadFor for some objects of a state of another network, which has steps of its own.
func (s *Sim) loadTaken(st *State, only map[string]bool) error {
	taken, again, at := map[*net.Pathway]*plan.Past{}, false, s.inst.At()
	for _, by := range s.sent(at) {
		for _, x := range st.sent {
			if x.object == by.object && x.path == by.path && only[x.object] {
				p := s.res.SendingOf(by.object, by.path)
				past := st.pastOf(x.object, x.path, by.now-x.now)
				as, err := sentAs(p, past)
				if err != nil {
					return err
				}
				taken[p.Path], again = past, again || !as
			}
		}
	}
	if !again {
		return nil
	}
	own := s.past()
	return s.loadWith(func(p *net.Pathway) *plan.Past {
		if past := taken[p]; past != nil {
			return past
		}
		return own(p)
	})
}

// sentAs reports whether spikes that were sent as past says may be delivered by the present delays of a plan; nil: nothing is known of them.
func sentAs(x *plan.Sending, past *plan.Past) (bool, error) {
	if x.Changed() || past == nil {
		return !x.Changed(), nil
	}
	if waiting, err := past.Waiting(); err != nil || !waiting {
		return true, err
	}
	return x.As(past)
}

// listed reports whether any spikes, or other events, are kept for synapses to come.
func (s *Sim) listed(b *plan.Buffer) (bool, error) {
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

// waiting reports whether a stored list has any spikes.
func (v *stored) waiting() bool {
	for row := range slices.Chunk(v.data, max(1, v.n)*4) {
		if v.n > 0 && binary.LittleEndian.Uint32(row) > 0 {
			return true
		}
	}
	return false
}
