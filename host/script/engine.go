package script

import (
	"context"
	"errors"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Engine turns the network that a script has described into a simulation.
type Engine interface {
	// Open is called at the script's first run, or when it reads a value that only a loaded network knows. Warnings go to warn.
	Open(n *net.Network, seed uint64, warn func(diag.List)) (Simulation, error)
}

// Samples are the values of a state monitor: T has the times in seconds, Values one array per variable, [samples, elements] in C
// order and SI units.
type Samples struct {
	T      []float64
	Values [][]float64
}

// Simulation is what a script does with a network in memory. Objects added to the network later are taken
// up at the next Run.
type Simulation interface {
	Run(ctx context.Context, seconds float64) error
	RunSteps(ctx context.Context, n int64) error
	Time() float64
	Get(g *net.Group, variable string) ([]float64, units.Dim, error)
	Set(g *net.Group, variable string, values []float64) error
	// Samples is what a monitor has recorded so far.
	Samples(m *net.StateMonitor) (Samples, error)
	Close() error
}

// ErrStop is returned by an Engine that only wants the description; the script then ends as if it were complete.
var ErrStop = errors.New("the network is described")
