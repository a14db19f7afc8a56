package sim

import (
	"encoding/binary"
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// fileSent is sentBy in the header of a state file. The arrays of its delays come behind those of the monitors of the state.
type fileSent struct {
	Object string       `json:"object"`
	Path   string       `json:"path"`
	Group  string       `json:"group"`
	Event  string       `json:"event,omitempty"`
	Now    int64        `json:"now"`
	DT     float64      `json:"dt"`
	Delays []fileDelays `json:"delays"`
}

// fileDelays are those of spikes of some steps. Count is the number of delays (int32, in steps): one for all synapses, or one each.
type fileDelays struct {
	From     int64 `json:"from,omitempty"`
	Before   int64 `json:"before"`
	Synapses int   `json:"synapses"`
	Count    int   `json:"count"`
}

// filed is what a file holds of what has been sent: only where spikes may be under way.
func (st *State) filed() (heads []fileSent, arrays [][]int32, err error) {
	for _, by := range st.sent {
		v := st.find(by.group, plan.EventList(by.event))
		if v == nil || !v.waiting() {
			continue
		}
		past := by.past(0)
		f := fileSent{Object: by.object, Path: by.path, Group: by.group, Event: by.event, Now: by.now, DT: past.Last.DT()}
		for _, x := range append(past.Earlier, past.Last) {
			steps, err := x.Steps()
			if err != nil {
				return nil, nil, fmt.Errorf("the delays of %s.%s: %w", by.object, by.path, err)
			}
			f.Delays = append(f.Delays, fileDelays{x.From, x.Before, x.Synapses, len(steps)})
			arrays = append(arrays, steps)
		}
		heads = append(heads, f)
	}
	return heads, arrays, nil
}

// sent reads what filed wrote.
func (d *decoder) sent(f *fileSent) (sentBy, error) {
	by := sentBy{object: f.Object, path: f.Path, group: f.Group, event: f.Event, now: f.Now}
	if f.Now < 0 || len(f.Delays) == 0 || f.Delays[len(f.Delays)-1].Before != f.Now || !(f.DT >= 0) {
		return by, fmt.Errorf("%d delays until step %d", len(f.Delays), f.Now)
	}
	for _, x := range f.Delays {
		raw, err := d.take(int64(x.Count), 4)
		if err != nil {
			return by, err
		}
		steps := make([]int32, x.Count)
		for k := range steps {
			steps[k] = int32(binary.LittleEndian.Uint32(raw[4*k:]))
		}
		s, err := plan.NewSent(x.From, x.Before, x.Synapses, f.DT, steps)
		if err != nil {
			return by, err
		}
		by.sent = append(by.sent, s)
	}
	return by, nil
}
