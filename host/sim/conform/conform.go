package conform

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// Options say how close a backend has to come, and how much is tried.
type Options struct {
	// Bounds on the distance from the reference in eps of the precision, relative to the size of the value; see the package comment.
	Model   float64 // one group
	Network float64 // groups with projections
	Closed  float64 // closed forms and reference files, where errors add up over hundreds of steps
	// How many random models and networks are made; each is compiled anew.
	Models, Networks, Spiking, Delayed, Procedural, Narrow int
	// Redelayed is the number of networks whose delays change, about every RedelayedEvery steps.
	Redelayed, RedelayedEvery int
	// Only names the parts of the suite to run; none: all.
	Only []string
	// Twin, when not nil, is a backend that must give the same bits for random models.
	Twin exec.Backend
}

// Run runs the suite on a backend.
func Run(t *testing.T, b exec.Backend, p plan.Precision, o Options) {
	s := &suite{backend: b, precision: p, opt: o}
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"Models", s.models},
		{"Networks", s.networks},
		{"Spiking", s.spiking},
		{"Redelayed", s.redelayed},
		{"AtSynapses", s.atSynapses},
		{"Sums", s.sums},
		{"Delayed", s.delayed},
		{"Procedural", s.procedural},
		{"Narrow", s.narrow},
		{"Learning", s.learning},
		{"Lumped", s.lumped},
		{"OneNumber", s.oneNumber},
		{"Files", s.files},
		{"Methods", s.methods},
		{"SharedNoise", s.sharedNoise},
		{"Tables", s.tables},
		{"Recording", s.recording},
		{"Callbacks", s.callbacks},
		{"Repeats", s.repeats},
		{"Retire", s.retire},
		{"Draws", s.draws},
		{"Sweeps", s.sweeps},
		{"Batches", s.batches},
		{"Faults", s.faults},
		{"Columns", s.columns},
		{"Kernels", s.kernels},
		{"LargeField", s.largeField},
		{"Memory", s.memory},
		{"Long", s.long},
		{"Sequences", s.sequences},
		{"Stops", s.stops},
	} {
		if len(o.Only) == 0 || slices.Contains(o.Only, c.name) {
			t.Run(c.name, c.test)
		}
	}
}

// Spiking runs n random networks of spiking neurons alone.
func Spiking(t *testing.T, b exec.Backend, p plan.Precision, n int) {
	s := &suite{backend: b, precision: p, opt: Options{Spiking: n}}
	s.spiking(t)
}

type suite struct {
	backend   exec.Backend
	precision plan.Precision
	opt       Options
	worst     float64 // error of a model, in eps
}

// eps is the distance from 1 to the next number.
func (s *suite) eps() float64 {
	if s.precision == plan.Single {
		return 0x1p-23
	}
	return 0x1p-52
}

// round rounds to the precision, so that a reference starts from the numbers that the backend has.
func (s *suite) round(x float64) float64 {
	if s.precision == plan.Single {
		return float64(float32(x))
	}
	return x
}

func (s *suite) options() sim.Options {
	return sim.Options{Backend: s.backend, Precision: s.precision, Seed: seed}
}

// seed is that of every simulation here; references make their own draws from it.
const seed = 20240611

// compile loads a network that is closed when the test ends.
func compile(t *testing.T, n *net.Network, o sim.Options) *sim.Sim {
	t.Helper()
	r, err := sim.Compile(n, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// steps advances without looking for changes of the description, as a viewer does.
func steps(t *testing.T, r *sim.Sim, n int64) {
	t.Helper()
	if err := r.Advance(context.Background(), r.Instance().At().Step+n); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, r *sim.Sim, seconds float64) {
	t.Helper()
	if err := r.Run(context.Background(), seconds); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, r *sim.Sim, g *net.Group, name string) []float64 {
	t.Helper()
	v, _, err := r.Get(g, name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// recorded is a column of a monitor's recording, [samples, elements].
func recorded(t *testing.T, r *sim.Sim, m *net.StateMonitor, name string) []float64 {
	t.Helper()
	a, err := r.Recording(m).Array(name)
	if err != nil {
		t.Fatal(err)
	}
	return a.Data.([]float64)
}

// distance is the largest |got - want|, NaN when any of them is.
func distance(got, want []float64) (d float64, at int) {
	if len(got) != len(want) {
		return math.NaN(), -1
	}
	for i := range got {
		if x := math.Abs(got[i] - want[i]); x > d || math.IsNaN(x) {
			d, at = x, i
		}
	}
	return d, at
}
