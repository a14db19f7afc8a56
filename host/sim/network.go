package sim

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
)

// Objects lets several networks of one program share groups, synapses and monitors. As in Brian2, state belongs to the object: variables, spikes
// under way, connectivity and recordings go with it from one network to the next, while each network has its own time. What is a
// time in a variable, such as lastspike, stays the number it is.
//
// Simulations that share Objects are used from one goroutine.
type Objects struct {
	// owner has the newest state of an object (*net.Group, *net.Synapses).
	owner map[any]*Sim
	// left is the state of objects whose owner was closed.
	left     map[any]*State
	open     map[*Sim]bool
	records  map[*net.StateMonitor]*record.Recording
	spikes   map[any]*SpikeRecord
	matrices map[*net.Projection]*connect.Matrix
	pairs    plan.Pairs
	drawn    map[*net.Synapses]*connect.Drawn
	connects map[*net.Synapses]int
}

// NewObjects returns an empty registry.
func NewObjects() *Objects {
	return &Objects{
		owner: map[any]*Sim{}, left: map[any]*State{}, open: map[*Sim]bool{}, records: map[*net.StateMonitor]*record.Recording{}, spikes: map[any]*SpikeRecord{},
		matrices: map[*net.Projection]*connect.Matrix{}, pairs: plan.Pairs{}, drawn: map[*net.Synapses]*connect.Drawn{}, connects: map[*net.Synapses]int{},
	}
}

// Owner is the simulation that has the newest state of a *net.Group or *net.Synapses: the one to get and set its variables in. It is nil for an
// object that is in no open simulation.
func (o *Objects) Owner(object any) *Sim { return o.owner[object] }

// Recording is what a monitor has recorded so far, in whichever network.
func (o *Objects) Recording(m *net.StateMonitor) *record.Recording { return o.records[m] }

// Spikes is what a *net.SpikeMonitor or *net.RateMonitor has recorded so far.
func (o *Objects) Spikes(monitor any) *SpikeRecord { return o.spikes[monitor] }

// Close removes what recordings have spilled to disk. Simulations are closed on their own, before.
func (o *Objects) Close() error { return closeRecords(o.records, o.spikes) }

// own takes over the state of objects that another network has advanced since this one did.
func (s *Sim) own() error {
	o := s.shared
	names := objectNames(s.net)
	from := map[*State]map[string]bool{}
	take := func(st *State, name string) {
		if from[st] == nil {
			from[st] = map[string]bool{}
		}
		from[st][name] = true
	}
	captured := map[*Sim]*State{}
	for object, name := range names {
		owner := o.owner[object]
		if st := o.left[object]; owner == nil && st != nil {
			take(st, name)
		}
		if owner == nil || owner == s {
			continue
		}
		if captured[owner] == nil {
			if owner.faulted != nil {
				return fmt.Errorf("%q cannot be taken from a network that stopped with a fault: %w", name, owner.faulted)
			}
			st, err := owner.capture()
			if err != nil {
				return err
			}
			captured[owner] = st
		}
		take(captured[owner], name)
	}
	for st, only := range from {
		if err := s.fit(st, only); err != nil {
			return err
		}
		if err := s.loadTaken(st, only); err != nil {
			return err
		}
		t := transfer{only: only, grown: synapseNames(s.net)}
		if err := t.into(st, s.inst, s.res.Plan); err != nil {
			return err
		}
		if t.lost > 0 && s.opt.Warn != nil {
			s.opt.Warn(diag.List{{Severity: diag.Warning, Message: fmt.Sprintf(
				"%d spikes that were under way in another network are lost: this network has not run for as long as their delay", t.lost)}})
		}
	}
	s.claim()
	return nil
}

// claim makes the simulation the one with the newest state of its objects.
func (s *Sim) claim() {
	for object := range objectNames(s.net) {
		s.shared.owner[object] = s
		delete(s.shared.left, object)
	}
}

// dropped keeps the state of objects that are no longer part of a simulation's network.
func (o *Objects) dropped(s *Sim, st *State) {
	names := objectNames(s.net)
	for object, owner := range o.owner {
		if owner == s && names[object] == "" {
			delete(o.owner, object)
			o.left[object] = st
		}
	}
}

// leave keeps the state of the objects that a closing simulation owns.
func (o *Objects) leave(s *Sim) error {
	delete(o.open, s)
	var st *State
	for object, owner := range o.owner {
		if owner != s {
			continue
		}
		delete(o.owner, object)
		if s.faulted != nil {
			continue
		}
		if st == nil {
			var err error
			if st, err = s.capture(); err != nil {
				return err
			}
		}
		o.left[object] = st
	}
	return nil
}
