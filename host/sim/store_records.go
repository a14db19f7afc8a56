package sim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
)

// storedRecord is how much a monitor had recorded. Inside one simulation the samples themselves are copied only when they are about to be
// cut off; until then they are the beginning of the live recording.
type storedRecord struct {
	name    string
	samples int64
	counts  []int64 // of spike monitors
	columns []record.Column
	data    []any // one slice per column; nil: in the live recording
	live    *record.Recording
}

// live is a monitor's recording while the simulation runs.
type live struct {
	name string
	rec  *record.Recording
	// spikes is nil for state monitors.
	spikes *SpikeRecord
}

// liveRecords lists the recordings of the network.
func (s *Sim) liveRecords() (out []live) {
	for _, m := range s.net.Monitors {
		if r := s.records[m]; r != nil {
			out = append(out, live{m.Name, r, nil})
		}
	}
	for _, m := range spikeObjects(s.net) {
		if r := s.spikes[m]; r != nil {
			out = append(out, live{monitorName(m), r.Recording, r})
		}
	}
	return out
}

// noteRecords adds to a state how much every monitor has recorded.
func (s *Sim) noteRecords(st *State) {
	for _, l := range s.liveRecords() {
		r := &storedRecord{name: l.name, samples: l.rec.Samples(), columns: l.rec.Columns(), live: l.rec}
		if l.spikes != nil {
			r.counts = slices.Clone(l.spikes.Counts)
		}
		st.monitors = append(st.monitors, r)
	}
}

// record returns what was stored of a monitor: nothing for one that did not exist.
func (st *State) record(l live) *storedRecord {
	for _, r := range st.monitors {
		if r.name == l.name {
			return r
		}
	}
	r := &storedRecord{name: l.name, columns: l.rec.Columns()}
	if l.spikes != nil {
		r.counts = make([]int64, len(l.spikes.Counts))
	}
	return r
}

// recordDifferences says which monitors record something else than they did.
func (s *Sim) recordDifferences(st *State) (out []string) {
	same := func(a, b record.Column) bool {
		return a.Name == b.Name && a.Type == b.Type && slices.Equal(a.Dims, b.Dims)
	}
	for _, l := range s.liveRecords() {
		r := st.record(l)
		if !slices.EqualFunc(r.columns, l.rec.Columns(), same) || l.spikes != nil && len(r.counts) != len(l.spikes.Counts) {
			out = append(out, fmt.Sprintf("the monitor %q recorded %s in it and records %s here", l.name, describeColumns(r.columns), describeColumns(l.rec.Columns())))
		}
	}
	return out
}

func describeColumns(columns []record.Column) (text string) {
	for k, c := range columns {
		if k > 0 {
			text += ", "
		}
		text += c.Name
		if len(c.Dims) > 0 {
			text += fmt.Sprint(c.Dims)
		}
	}
	return text
}

// hold copies the samples out of the live recording.
func (r *storedRecord) hold(rec *record.Recording) error {
	if r.data != nil {
		return nil
	}
	data := make([]any, 0, len(r.columns))
	for _, c := range r.columns {
		a, err := rec.Array(c.Name)
		if err != nil {
			return err
		}
		n := int(r.samples)
		for _, d := range c.Dims {
			n *= d
		}
		switch v := a.Data.(type) {
		case []float64:
			data = append(data, v[:n:n])
		case []int64:
			data = append(data, v[:n:n])
		case []int32:
			data = append(data, v[:n:n])
		default:
			return fmt.Errorf("monitor %q: %T is not recorded", r.name, v)
		}
	}
	r.data = data
	return nil
}

// restoreRecords makes every recording what it was. Samples that another stored state still needs are copied before they are cut off.
func (s *Sim) restoreRecords(st *State) error {
	for _, l := range s.liveRecords() {
		r := st.record(l)
		stay := r.samples
		if r.data != nil {
			stay = 0
		}
		if err := s.shared.hold(l, stay); err != nil {
			return fmt.Errorf("monitor %q: %w", l.name, err)
		}
		err := l.rec.Truncate(stay)
		if err == nil && r.data != nil && r.samples > 0 {
			err = l.rec.Append(r.data...)
		}
		if err != nil {
			return fmt.Errorf("monitor %q: %w", l.name, err)
		}
		if l.spikes != nil {
			copy(l.spikes.Counts, r.counts)
		}
	}
	return nil
}

// hold copies what stored states need of a recording that is about to be cut.
func (o *Objects) hold(l live, stay int64) error {
	for s := range o.open {
		for _, st := range s.states {
			for _, r := range st.monitors {
				if r.live == l.rec && r.data == nil && r.samples > stay {
					if err := r.hold(l.rec); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// discard empties the device's rings without recording what is in them.
func (s *Sim) discard() error {
	silent := s.silent
	s.silent = true
	err := s.drain()
	s.silent = silent
	return err
}

// closeRecords removes what recordings have spilled to disk.
func closeRecords(records map[*net.StateMonitor]*record.Recording, spikes map[any]*SpikeRecord) (err error) {
	for _, r := range records {
		err = errors.Join(err, r.Close())
	}
	for _, r := range spikes {
		err = errors.Join(err, r.Recording.Close())
	}
	return err
}
