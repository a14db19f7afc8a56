package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Spikes are what a spike monitor has recorded so far, by step and then by index. Indices are relative to the span that is monitored.
type Spikes struct {
	Index  []int32
	Step   []int64
	T      []float64   // seconds
	Values [][]float64 // one slice per recorded variable, SI units
	// Count is the number of spikes of each element; it is there also when the spikes are only counted.
	Count []int64
}

// Rates are what a rate monitor has recorded so far: seconds and Hz.
type Rates struct{ T, Rate []float64 }

// SpikingSimulation is a Simulation of networks with spikes and synapses. Synapses are numbered in the order of creation.
type SpikingSimulation interface {
	Simulation
	Spikes(m *net.SpikeMonitor) (Spikes, error)
	Rates(m *net.RateMonitor) (Rates, error)
	// Edges are the ends of synapses, relative to the spans that they connect.
	Edges(s *net.Synapses) (pre, post []int32, err error)
	// GetSynapses reads a variable of synapses, also one that is computed; the delays of a pathway have the name "PATHWAY.delay".
	GetSynapses(s *net.Synapses, variable string) ([]float64, units.Dim, error)
	// SetSynapses writes a variable: 1 value or one for each synapse.
	SetSynapses(s *net.Synapses, variable string, values []float64) error
	// Assign evaluates an assignment now.
	Assign(g *net.Group, a net.Assignment) error
	AssignSynapses(s *net.Synapses, a net.Assignment) error
}

// Counting is a simulation that tells the number of synapses without listing them. The error may come with a number: there are so many, and they cannot be
// listed.
type Counting interface {
	Count(s *net.Synapses) (int, error)
}

// Selecting is a simulation, or a State in an operation, that can say for which elements a condition holds now.
type Selecting interface {
	// Where lists them for *net.Synapses, or for the group of a net.Span, in which i and N count the elements of the span; ascending.
	Where(object any, condition *diag.Source, names check.Scope) ([]int32, error)
}

// Snapshot is a state of a network that Storing has put aside: variables, spikes in flight, recordings, time and random streams.
type Snapshot any

// Storing is a Simulation whose state can be put aside and brought back, in memory or in a file. draws is how many calls of the script have
// drawn random numbers; with random a restore gives the number that it had.
type Storing interface {
	Store(draws uint64) (Snapshot, error)
	// Restore brings a state back; the random streams go on as they are unless random is set.
	Restore(s Snapshot, random bool) (draws uint64, err error)
	// StoreFile keeps other states in the file. RestoreFile changes nothing when it fails.
	StoreFile(path, name string, draws uint64) error
	RestoreFile(path, name string, random bool) (draws uint64, err error)
}

// Reseeding is a Simulation whose random numbers can start anew from another seed.
type Reseeding interface{ Seed(seed uint64) error }

// Retiring is a Simulation that can let go of the device and of the state, and keep what was recorded.
type Retiring interface{ Retire() error }

// Inspector is an Engine that can look into a part of a network that is still being described. The simulation is only read, and is closed
// before the script goes on. Without it, Open is used.
type Inspector interface {
	Inspect(n *net.Network, seed uint64) (Simulation, error)
}

// SpikingState is what an operation may do besides to a running network with synapses.
type SpikingState interface {
	net.State
	GetSynapses(s *net.Synapses, variable string) ([]float64, error)
	SetSynapses(s *net.Synapses, variable string, values []float64) error
	Assign(g *net.Group, a net.Assignment) error
	AssignSynapses(s *net.Synapses, a net.Assignment) error
}

func notYet(what string) error {
	return withHint(fmt.Errorf("%s is not available yet", what), "this engine runs groups without it")
}

// spiking is the simulation as one with spikes.
func spiking(s Simulation, what string) (SpikingSimulation, error) {
	if sp, ok := s.(SpikingSimulation); ok {
		return sp, nil
	}
	return nil, notYet(what)
}

// inspect opens a part of the network, calls f and closes it again.
func (in *interp) inspect(n *net.Network, f func(Simulation) error) error {
	n.DT = in.defaultDT()
	return in.lookInto(n, f)
}

// inspectWorld is inspect for a network that objects have joined.
func (in *interp) inspectWorld(w *world, f func(Simulation) error) error {
	if err := in.settleTargets(w); err != nil {
		return err
	}
	w.net.DT = in.dtOf(w)
	return in.lookInto(w.net, f)
}

func (in *interp) lookInto(n *net.Network, f func(Simulation) error) error {
	if in.opt.Engine == nil {
		return ErrStop
	}
	var s Simulation
	var err error
	if i, ok := in.opt.Engine.(Inspector); ok {
		s, err = i.Inspect(n, in.seedOf(n))
	} else {
		s, err = in.opt.Engine.Open(n, in.seedOf(n), func(diag.List) {})
	}
	if err != nil {
		return err
	}
	err = f(s)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	return err
}
