//go:build cgo

package compute_test

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

func runNetworks(t *testing.T, p plan.Precision, o conform.Options) {
	b, err := compute.New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	if p == plan.Double && !b.Caps().Double {
		t.Skip("this OpenGL driver has no double precision")
	}
	conform.Run(t, b, p, o)
}

func TestNetworksSingle(t *testing.T) {
	runNetworks(t, plan.Single, conform.Options{Spiking: 5, Redelayed: 1, RedelayedEvery: 20, Delayed: 4, Procedural: 6, Narrow: 4, Model: 256, Network: 256, Closed: 256, Models: 8, Networks: 8})
}

func TestNetworksDouble(t *testing.T) {
	runNetworks(t, plan.Double, conform.Options{Spiking: 6, Delayed: 4, Procedural: 6, Narrow: 1, Model: 64, Network: 64, Closed: 64, Models: 8, Networks: 8})
}

// counted notes how many dispatches a step of each network that it loads takes.
type counted struct {
	*compute.Backend
	dispatches []int
}

func (c *counted) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	x, err := c.Backend.Load(p, o)
	if err == nil {
		c.dispatches = append(c.dispatches, x.(*compute.Shared).Dispatches())
	}
	return x, err
}

// Small plans run as one program of one work group; the other way to run them has to give the same. These networks have what takes many
// dispatches: sums over synapses, pathways that read what others add, synapses that run in order.
func TestSpikingPlain(t *testing.T) {
	b, err := compute.New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	b.Mode = compute.Plain
	c := &counted{Backend: b}
	conform.Spiking(t, c, plan.Single, 4)
	t.Logf("dispatches in a step: %v", c.dispatches)
	for k, most := range []int{4, 10, 6, 7} {
		if k >= len(c.dispatches) || c.dispatches[k] > most {
			t.Errorf("network %d takes more than %d dispatches in a step: %v", k, most, c.dispatches)
		}
	}
}

func TestProceduralPlain(t *testing.T) {
	b, err := compute.New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	b.Mode = compute.Plain
	conform.Procedural(t, b, plan.Single, 12)
}
