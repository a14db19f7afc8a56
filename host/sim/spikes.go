package sim

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
)

// SpikeRecord is what a spike or rate monitor has recorded.
type SpikeRecord struct {
	// Recording holds i, step and t of each spike and the recorded variables; for a rate monitor t and rate.
	Recording *record.Recording
	// Counts is the number of spikes of each element.
	Counts []int64
}

// spikeObjects lists the spike and rate monitors of a network in the order of the plan's.
func spikeObjects(n *net.Network) (objects []any) {
	for i := range len(n.SpikeMonitors) + len(n.RateMonitors) {
		objects = append(objects, spikeObject(n, i))
	}
	return objects
}

// spikeObject is the object of monitor i of the plan.
func spikeObject(n *net.Network, i int) any {
	if i < len(n.SpikeMonitors) {
		return n.SpikeMonitors[i]
	}
	return n.RateMonitors[i-len(n.SpikeMonitors)]
}

func monitorName(m any) string {
	switch m := m.(type) {
	case *net.SpikeMonitor:
		return m.Name
	case *net.RateMonitor:
		return m.Name
	}
	return m.(*net.StateMonitor).Name
}

// openSpikes starts a record for each spike and rate monitor that has none yet.
func (s *Sim) openSpikes() error {
	for i, m := range spikeObjects(s.net) {
		p := s.res.Plan.SpikeMonitors[i]
		if r := s.spikes[m]; r != nil {
			if more := p.To - p.From - len(r.Counts); more > 0 {
				r.Counts = append(r.Counts, make([]int64, more)...)
			}
			if len(r.Counts) != p.To-p.From {
				return fmt.Errorf("monitor %q has recorded %d elements; now there are %d", monitorName(m), len(r.Counts), p.To-p.From)
			}
			continue
		}
		columns := record.RateColumns()
		if !p.Rate {
			columns = record.SpikeColumns()
			for _, v := range p.Vars {
				columns = append(columns, record.Column{Name: v.Name})
			}
		}
		path := ""
		if s.opt.RecordPath != nil {
			path = s.opt.RecordPath(monitorName(m))
		}
		rec, err := record.NewRecording(path, columns, 0)
		if err != nil {
			return fmt.Errorf("monitor %q: %w", monitorName(m), err)
		}
		s.spikes[m] = &SpikeRecord{Recording: rec, Counts: make([]int64, p.To-p.From)}
	}
	return nil
}

// drainSpikes moves recorded spikes from the device, of monitors that record more than counts.
func (s *Sim) drainSpikes() error {
	for i, p := range s.res.Plan.SpikeMonitors {
		if p.CountOnly {
			s.uncounted = true
			continue
		}
		got, r, err := s.takeSpikes(i)
		if err != nil {
			return err
		}
		if s.silent || len(got.Steps) == 0 {
			continue
		}
		dt := s.res.Plan.Clocks[p.Clock].DT
		t := make([]float64, len(got.Steps))
		for k, step := range got.Steps {
			t[k] = float64(step) * dt
		}
		if p.Rate {
			rate := make([]float64, len(got.Index))
			for k, n := range got.Index {
				rate[k] = float64(n) / float64(p.To-p.From) / dt
			}
			proper, _ := s.before(got.Steps, p.Clock, []any{t, rate})
			if err := r.Recording.Append(proper...); err != nil {
				return err
			}
			continue
		}
		for _, e := range got.Index {
			r.Counts[e]++
		}
		columns := []any{got.Index, got.Steps, t}
		for _, v := range got.Values {
			columns = append(columns, v)
		}
		proper, later := s.before(got.Steps, p.Clock, columns)
		if err = r.Recording.Append(proper...); err == nil {
			err = r.Recording.Watch(record.WatchedBound, later...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// drainCounts takes over the counts of monitors that keep nothing else.
func (s *Sim) drainCounts() error {
	if !s.uncounted {
		return nil
	}
	s.uncounted = false
	if n := len(s.res.Plan.SpikeMonitors); len(s.counted) != n {
		s.counted = make([][]int64, n)
	}
	for i, p := range s.res.Plan.SpikeMonitors {
		if !p.CountOnly {
			continue
		}
		got, r, err := s.takeSpikes(i)
		if err != nil {
			return err
		}
		before := s.counted[i]
		s.counted[i] = got.Counts
		if s.silent {
			continue
		}
		// The record may be older than the instance, so it takes what has been added since the last time.
		for k, n := range got.Counts {
			if before != nil {
				n -= before[k]
			}
			r.Counts[k] += n
		}
	}
	return nil
}

// takeSpikes drains a monitor of the plan; its record is the one of its object.
func (s *Sim) takeSpikes(i int) (*exec.Spikes, *SpikeRecord, error) {
	recorder, ok := s.inst.(exec.SpikeRecorder)
	if !ok {
		return nil, nil, fmt.Errorf("the %s backend cannot record spikes", s.opt.Backend.Caps().Name)
	}
	got, err := recorder.DrainSpikes(i)
	return got, s.spikes[spikeObject(s.net, i)], err
}

// Spikes is what a *net.SpikeMonitor or *net.RateMonitor has recorded so far; nil for one that is not part of the network. After Advance,
// counts of a monitor that keeps nothing else are those of the last Flush.
func (s *Sim) Spikes(monitor any) *SpikeRecord { return s.spikes[monitor] }

// NamedRecording is a recording with the name of its monitor.
type NamedRecording struct {
	Name string
	*record.Recording
}

// Recordings lists what all monitors have recorded, in the order in which they were made.
func (s *Sim) Recordings() []NamedRecording {
	var out []NamedRecording
	for _, m := range s.net.Monitors {
		if r := s.records[m]; r != nil {
			out = append(out, NamedRecording{m.Name, r})
		}
	}
	for _, m := range spikeObjects(s.net) {
		if r := s.spikes[m]; r != nil {
			out = append(out, NamedRecording{monitorName(m), r.Recording})
		}
	}
	return out
}

// Synapses is the number of synapses, those that were removed among them; false for synapses that are not stored or not part of the network. listed is an error
// where they are too many for Edges.
func (s *Sim) Synapses(syn *net.Synapses) (n int, ok bool, listed error) {
	n, ok = s.pairs.Count(syn)
	return n, ok, s.pairs.Listed(syn)
}

// Edges are the ends of synapses in the order of creation, relative to the spans that they connect; false for synapses that are not
// part of the network, or so many that they are not listed.
func (s *Sim) Edges(syn *net.Synapses) (pre, post []int32, ok bool) {
	if s.pairs[syn] == nil || s.pairs.Listed(syn) != nil {
		return nil, nil, false
	}
	pre, post = s.pairs.Ends(syn)
	return pre, post, true
}
