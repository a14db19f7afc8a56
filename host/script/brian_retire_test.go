package script

import (
	"context"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// countingBackend is a backend that knows how many networks hold the device.
type countingBackend struct {
	cpu.Backend
	open, most int
}

type counted struct {
	exec.Instance
	exec.SpikeRecorder
	exec.Reseeder
	of     *countingBackend
	closed bool
}

func (b *countingBackend) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	inst, err := b.Backend.Load(p, o)
	if err != nil {
		return nil, err
	}
	b.open++
	b.most = max(b.most, b.open)
	return &counted{Instance: inst, SpikeRecorder: inst.(exec.SpikeRecorder), Reseeder: inst.(exec.Reseeder), of: b}, nil
}

func (c *counted) Close() error {
	if !c.closed {
		c.of.open--
	}
	c.closed = true
	return c.Instance.Close()
}

type countingEngine struct {
	backend *countingBackend
	objects *sim.Objects
}

func (e *countingEngine) Open(n *net.Network, seed uint64, warn func(diag.List)) (Simulation, error) {
	s, err := sim.Compile(n, sim.Options{Backend: e.backend, Precision: plan.Double, Seed: seed, Objects: e.objects, Warn: warn})
	if err != nil {
		return nil, err
	}
	return Adapter{s}, nil
}

// TestManyNetworks makes networks in a loop, by run() and by Network: few of them hold the device at any time, and all can be used again.
func TestManyNetworks(t *testing.T) {
	for name, run := range map[string]string{"run": "start_scope()\n    G = group()\n    run(2*ms)", "Network": "G = group()\n    N = Network(G)\n    N.run(2*ms)"} {
		t.Run(name, func(t *testing.T) {
			b := &countingBackend{}
			var out strings.Builder
			text := `
def group():
    return NeuronGroup(3, "dv/dt = 1/ms : 1", method="euler")

def one():
    ` + run + `
    return G

groups = [one() for k in range(60)]
groups[5].v = [1, 2, 3]
print([round(float(G.v[0]), 9) for G in groups if abs(G.v[0] - 2) > 1e-9], groups[5].v, groups[59].v[0] > 1.9)
`
			_, err := RunSource(context.Background(), "loop.star", text, Options{Engine: &countingEngine{b, sim.NewObjects()}, Stdout: &out, Warn: func(l diag.List) { t.Log(l.Error()) }})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := out.String(), "[1.0] [1, 2, 3] True\n"; got != want {
				t.Errorf("printed %q, want %q", got, want)
			}
			if b.most > openWorlds+2 {
				t.Errorf("%d networks held the device at once, %d are allowed", b.most, openWorlds+2)
			}
		})
	}
}

func (e *countingEngine) Inspect(n *net.Network, seed uint64) (Simulation, error) {
	return (&countingEngine{e.backend, nil}).Open(n, seed, func(diag.List) {})
}
