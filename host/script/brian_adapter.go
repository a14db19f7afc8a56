package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/sim"
)

// Adapter fits sim.Sim to what scripts ask of a simulation with spikes.
type Adapter struct{ *sim.Sim }

var (
	_ SpikingSimulation = Adapter{}
	_ Storing           = Adapter{}
	_ Selecting         = Adapter{}
	_ Reporting         = Adapter{}
)

// Samples reads what a state monitor has recorded.
func (a Adapter) Samples(m *net.StateMonitor) (Samples, error) {
	if err := a.Flush(); err != nil {
		return Samples{}, err
	}
	return samplesOf(a.Recording(m), m)
}

// Spikes reads what a spike monitor has recorded.
func (a Adapter) Spikes(m *net.SpikeMonitor) (Spikes, error) {
	if err := a.Flush(); err != nil {
		return Spikes{}, err
	}
	return spikesOf(a.Sim.Spikes(m), m)
}

// Rates reads what a rate monitor has recorded.
func (a Adapter) Rates(m *net.RateMonitor) (Rates, error) {
	if err := a.Flush(); err != nil {
		return Rates{}, err
	}
	return ratesOf(a.Sim.Spikes(m))
}

// samplesOf reads a recording, nil for none.
func samplesOf(r *record.Recording, m *net.StateMonitor) (Samples, error) {
	out := Samples{Values: make([][]float64, len(m.Vars))}
	if r == nil {
		return out, nil
	}
	t, err := r.Array("t")
	if err != nil {
		return out, err
	}
	out.T = t.Float64s()
	for k, v := range m.Vars {
		x, err := r.Array(v)
		if err != nil {
			return out, err
		}
		out.Values[k] = x.Float64s()
	}
	return out, nil
}

func spikesOf(r *sim.SpikeRecord, m *net.SpikeMonitor) (Spikes, error) {
	out := Spikes{Values: make([][]float64, len(m.Vars)), Count: make([]int64, m.Of.Len())}
	if r == nil {
		return out, nil
	}
	out.Count = append([]int64(nil), r.Counts...)
	if m.CountOnly {
		return out, nil
	}
	i, err := r.Recording.Array("i")
	if err != nil {
		return out, err
	}
	step, err := r.Recording.Array("step")
	if err != nil {
		return out, err
	}
	t, err := r.Recording.Array("t")
	if err != nil {
		return out, err
	}
	out.T = t.Float64s()
	out.Index, out.Step = make([]int32, len(out.T)), make([]int64, len(out.T))
	for k, x := range i.Float64s() {
		out.Index[k] = int32(x)
	}
	for k, x := range step.Float64s() {
		out.Step[k] = int64(x)
	}
	for k, v := range m.Vars {
		x, err := r.Recording.Array(v)
		if err != nil {
			return out, err
		}
		out.Values[k] = x.Float64s()
	}
	return out, nil
}

func ratesOf(r *sim.SpikeRecord) (Rates, error) {
	if r == nil {
		return Rates{}, nil
	}
	t, err := r.Recording.Array("t")
	if err != nil {
		return Rates{}, err
	}
	rate, err := r.Recording.Array("rate")
	if err != nil {
		return Rates{}, err
	}
	return Rates{t.Float64s(), rate.Float64s()}, nil
}

// Edges are the ends of synapses, relative to their spans.
func (a Adapter) Edges(s *net.Synapses) (pre, post []int32, err error) {
	pre, post, ok := a.Sim.Edges(s)
	if !ok {
		_, err := a.Count(s)
		return nil, nil, err
	}
	return pre, post, nil
}

// Count is the number of synapses that can be listed; the error may come with it where they cannot.
func (a Adapter) Count(s *net.Synapses) (int, error) {
	n, ok, err := a.Sim.Synapses(s)
	if !ok {
		if a.Result().Procedural[s] != nil {
			return 0, withHint(fmt.Errorf("the synapses of %s are procedural, drawn anew for every spike, and cannot be listed", s.Name), "connect(..., procedural=False) stores them, where they fit")
		}
		return 0, fmt.Errorf("%s is not part of the network", s.Name)
	}
	return n, err
}

// Store puts the state aside, under a name of its own.
func (a Adapter) Store(draws uint64) (Snapshot, error) {
	name := fmt.Sprintf("script %d", len(a.Stored()))
	a.Program = draws
	return name, a.Sim.Store(name)
}

// Restore brings a state back.
func (a Adapter) Restore(s Snapshot, random bool) (draws uint64, err error) {
	err = a.Sim.Restore(s.(string), sim.RestoreOptions{Random: random})
	return a.Program, err
}

// StoreFile puts the state into a file.
func (a Adapter) StoreFile(path, name string, draws uint64) error {
	a.Program = draws
	return a.Sim.StoreFile(path, name)
}

// RestoreFile brings a state back from a file.
func (a Adapter) RestoreFile(path, name string, random bool) (draws uint64, err error) {
	err = a.Sim.RestoreFile(path, name, sim.RestoreOptions{Random: random})
	return a.Program, err
}

// Schedule lists what happens in a step, in order.
func (a Adapter) Schedule() []Scheduled {
	p := a.Plan()
	out := make([]Scheduled, len(p.Schedule))
	for k, x := range p.Schedule {
		out[k] = Scheduled{x.Slot.String(), x.Name, x.Order, p.Clocks[x.Clock].DT}
	}
	return out
}

// Spent lists the time that the parts of the steps took so far.
func (a Adapter) Spent() (out []Spent) {
	for _, x := range a.Instance().Phases() {
		out = append(out, Spent{x.Name, x.Seconds})
	}
	return out
}
