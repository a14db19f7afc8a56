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
	for _, m := range n.SpikeMonitors {
		objects = append(objects, m)
	}
	for _, m := range n.RateMonitors {
		objects = append(objects, m)
	}
	return objects
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

// drainSpikes moves recorded spikes from the device.
func (s *Sim) drainSpikes() error {
	objects := spikeObjects(s.net)
	if len(objects) == 0 || len(s.res.Plan.SpikeMonitors) == 0 {
		return nil
	}
	recorder, ok := s.inst.(exec.SpikeRecorder)
	if !ok {
		return fmt.Errorf("the %s backend cannot record spikes", s.opt.Backend.Caps().Name)
	}
	if len(s.counted) != len(objects) {
		s.counted = make([][]int64, len(objects))
	}
	for i, p := range s.res.Plan.SpikeMonitors {
		got, err := recorder.DrainSpikes(i)
		if err != nil {
			return err
		}
		before := s.counted[i]
		s.counted[i] = got.Counts
		if s.silent {
			continue
		}
		r := s.spikes[objects[i]]
		dt := s.res.Plan.Clocks[p.Clock].DT
		t := make([]float64, len(got.Steps))
		for k, step := range got.Steps {
			t[k] = float64(step) * dt
		}
		switch {
		case p.CountOnly:
			// The record may be older than the instance, so it takes what has been added since the last time.
			for k, n := range got.Counts {
				if before != nil {
					n -= before[k]
				}
				r.Counts[k] += n
			}
		case len(got.Steps) == 0:
		case p.Rate:
			rate := make([]float64, len(got.Index))
			for k, n := range got.Index {
				rate[k] = float64(n) / float64(p.To-p.From) / dt
			}
			proper, _ := s.before(got.Steps, p.Clock, []any{t, rate})
			err = r.Recording.Append(proper...)
		default:
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
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Spikes is what a *net.SpikeMonitor or *net.RateMonitor has recorded so far; nil for one that is not part of the network.
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

// Edges are the ends of synapses in the order of creation, relative to the spans that they connect; false for synapses that are not
// part of the network.
func (s *Sim) Edges(syn *net.Synapses) (pre, post []int32, ok bool) {
	if s.pairs[syn] == nil {
		return nil, nil, false
	}
	pre, post = s.pairs.Ends(syn)
	return pre, post, true
}
